#!/usr/bin/env python3
"""Draws the icon: helioscope.svg and helioscope.png, from the one table below.

    python3 assets/icon/make.py

A sunburst is the sun; the dark disc is a spot on it, and the red boxes are the hot path that leads out of it. Needs
nothing but Python, and writes the same bytes every time.
"""

import math
import struct
import zlib
from pathlib import Path

HERE = Path(__file__).resolve().parent
SIZE = 256
CENTRE = SIZE / 2
# Between two boxes of a ring, and between two rings.
GAP = 5
# Subpixels a side, for smooth edges.
FINE = 4

GOLD, AMBER, ORANGE, RED, BROWN = "#ffd35c", "#ffb53c", "#f7902a", "#dd3f26", "#7a2a16"

# A ring: inner radius, outer radius, and its boxes as (from, to, colour) in degrees clockwise from the top.
RINGS = [
    (46, 76, [(0, 128, AMBER), (128, 232, RED), (232, 304, AMBER), (304, 360, AMBER)]),
    (76, 102, [(0, 70, ORANGE), (70, 112, GOLD), (128, 200, RED), (200, 226, GOLD), (240, 304, ORANGE)]),
    (102, 126, [(8, 44, GOLD), (132, 176, RED), (250, 278, GOLD)]),
]
# A disc: centre, radius and colour; later ones lie on top.
DISCS = [(CENTRE, CENTRE, 46 - GAP, GOLD), (CENTRE + 10, CENTRE + 13, 17, ORANGE), (CENTRE + 10, CENTRE + 13, 11, BROWN)]


def main():
    (HERE / "helioscope.svg").write_text(svg())
    (HERE / "helioscope.png").write_bytes(png())


def svg():
    shapes = [f'  <path d="{outline(*box)}" fill="{box[4]}"/>' for box in boxes()]
    shapes += [f'  <circle cx="{x:g}" cy="{y:g}" r="{radius}" fill="{colour}"/>' for x, y, radius, colour in DISCS]
    head = f'<svg xmlns="http://www.w3.org/2000/svg" width="{SIZE}" height="{SIZE}" viewBox="0 0 {SIZE} {SIZE}">'
    return "\n".join([head, "  <title>Helioscope</title>", *shapes, "</svg>", ""])


def boxes():
    for inner, outer, ring in RINGS:
        for start, end, colour in ring:
            yield inner, outer - GAP, math.radians(start), math.radians(end), colour


def outline(inner, outer, start, end, _colour):
    def corner(radius, angle, side):
        # The sides run along the radius, half a gap away from it.
        angle += side * math.asin(GAP / 2 / radius)
        return f"{CENTRE + radius * math.sin(angle):.2f} {CENTRE - radius * math.cos(angle):.2f}"

    large = int(end - start > math.pi)
    return (
        f"M{corner(inner, start, 1)}L{corner(outer, start, 1)}"
        f"A{outer} {outer} 0 {large} 1 {corner(outer, end, -1)}L{corner(inner, end, -1)}"
        f"A{inner} {inner} 0 {large} 0 {corner(inner, start, 1)}Z"
    )


def png():
    rows = b"".join(b"\0" + b"".join(pixel(x, y) for x in range(SIZE)) for y in range(SIZE))
    header = struct.pack(">IIBBBBB", SIZE, SIZE, 8, 6, 0, 0, 0)
    chunks = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows, 9)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + chunks


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def pixel(x, y):
    steps = [(i + 0.5) / FINE for i in range(FINE)]
    hits = [colour for colour in (colour_at(x + i, y + j) for i in steps for j in steps) if colour]
    if not hits:
        return bytes(4)
    mean = [round(sum(int(hit[i : i + 2], 16) for hit in hits) / len(hits)) for i in (1, 3, 5)]
    return bytes([*mean, round(255 * len(hits) / FINE**2)])


def colour_at(x, y):
    for disc_x, disc_y, radius, colour in reversed(DISCS):
        if math.hypot(x - disc_x, y - disc_y) <= radius:
            return colour
    radius = math.hypot(x - CENTRE, y - CENTRE)
    angle = math.atan2(x - CENTRE, CENTRE - y) % math.tau
    for inner, outer, start, end, colour in boxes():
        if inner <= radius <= outer and start <= angle <= end:
            if min(radius * side_distance(angle - start), radius * side_distance(end - angle)) >= GAP / 2:
                return colour
    return None


def side_distance(angle):
    return math.sin(angle) if angle < math.pi / 2 else 1


if __name__ == "__main__":
    main()
