// Rings around what is marked in the flame graph of a page made by Helioscope, and notes beside it. They are placed
// anew whenever the graph is drawn: near their box, on free ground, off each other. What has no box has no note.
"use strict";
const annotate = (() => {
  const SVG = "http://www.w3.org/2000/svg";
  const WIDEST = 230, SIZE = 13, LINE = 17, PAD_X = 9, PAD_Y = 6, GAP = 6, LEADER = 22, CELL = 8;
  const measure = document.createElement("canvas").getContext("2d");
  const clamp = (value, low, high) => Math.max(low, Math.min(value, high));
  const common = (a, b) => Math.max(Math.min(a.x + a.width, b.x + b.width) - Math.max(a.x, b.x), 0) * Math.max(Math.min(a.y + a.height, b.y + b.height) - Math.max(a.y, b.y), 0);
  const grown = (r, by) => ({ x: r.x - by, y: r.y - by, width: r.width + 2 * by, height: r.height + 2 * by });

  function widthOf(text) {
    measure.font = `${SIZE}px ${getComputedStyle(document.body).fontFamily}`;
    return measure.measureText(text).width;
  }

  // Does a line come through a rectangle? After Liang and Barsky.
  function meets(r, [x1, y1, x2, y2]) {
    let begin = 0, end = 1;
    for (const [start, step, low, high] of [[x1, x2 - x1, r.x, r.x + r.width], [y1, y2 - y1, r.y, r.y + r.height]]) {
      if (Math.abs(step) < 1e-9) {
        if (start < low || start > high) return false;
        continue;
      }
      const first = (low - start) / step, last = (high - start) / step;
      begin = Math.max(begin, Math.min(first, last));
      end = Math.min(end, Math.max(first, last));
    }
    return begin < end;
  }

  // As narrow as the same number of lines can be, so that no word is left alone in the last.
  function wrap(text, room) {
    let lines = within(text, room);
    for (let step = 1; step < 12 && lines.length > 1; step++) {
      const narrower = within(text, room * (1 - step / 12)), words = (all) => all.join(" ").split(/\s+/).length;
      if (narrower.length !== lines.length || words(narrower) !== words(lines)) break;
      lines = narrower;
    }
    return lines;
  }

  // Words stay whole where they fit.
  function within(text, room) {
    const lines = [];
    for (const paragraph of text.split("\n")) {
      let line = "";
      for (let word of paragraph.split(/\s+/).filter((w) => w)) {
        while (word) {
          const longer = line ? line + " " + word : word;
          if (widthOf(longer) <= room) { line = longer; word = ""; }
          else if (line) { lines.push(line); line = ""; }
          else {
            const letters = Array.from(word);
            let fits = 1;
            while (fits < letters.length && widthOf(letters.slice(0, fits + 1).join("")) <= room) fits++;
            lines.push(letters.slice(0, fits).join(""));
            word = letters.slice(fits).join("");
          }
        }
      }
      lines.push(line);
    }
    return lines;
  }

  // From the edge of a note to the edge of its box, away from the corners.
  function leader(at, box) {
    const inset = Math.min(box.width / 4, 14);
    const beside = at.y + at.height / 2 >= box.y && at.y + at.height / 2 <= box.y + box.height;
    const x = beside ? clamp(at.x, box.x, box.x + box.width) : clamp(at.x + at.width / 2, box.x + inset, box.x + box.width - inset);
    const y = clamp(at.y + at.height / 2, box.y, box.y + box.height);
    return [clamp(x, at.x, at.x + at.width), clamp(y, at.y, at.y + at.height), x, y];
  }

  function steps(first, last, through, step) {
    const found = [first, Math.max(last, first)];
    for (let at = first + ((((through - first) % step) + step) % step); at <= last; at += step) found.push(at);
    return found;
  }

  function place(area, drawnPart, notes) {
    const placed = [], leaders = [];
    for (const { box, width, height } of notes) {
      let best = null, least = Infinity;
      const xs = steps(area.x + GAP, area.x + area.width - GAP - width, box.x + box.width / 2 - width / 2, 14);
      const ys = steps(area.y + GAP, area.y + area.height - GAP - height, box.y + box.height + LEADER, 9);
      if (box.y - LEADER - height >= area.y + GAP) ys.push(box.y - LEADER - height);
      for (const y of ys) {
        for (const x of xs) {
          const at = { x, y, width, height }, [x1, y1, x2, y2] = leader(at, box);
          const length = Math.hypot(x2 - x1, y2 - y1);
          let cost = length + Math.max(LEADER - length, 0) * 6;
          if (cost >= least) continue;
          cost += drawnPart(at) * 260;
          for (const other of placed) cost += (common(grown(at, GAP), other) > 0 ? 1e5 : 0) + (meets(other, [x1, y1, x2, y2]) ? 400 : 0);
          for (const line of leaders) cost += meets(grown(at, 2), line) ? 300 : 0;
          for (const other of notes) cost += common(grown(at, 3), other.box) > 0 ? (other.box === box ? 1e6 : 500) : 0;
          if (cost < least) { least = cost; best = at; }
        }
      }
      placed.push(best);
      leaders.push(leader(best, box));
    }
    return placed;
  }

  function add(parent, name, attributes, text) {
    const element = document.createElementNS(SVG, name);
    for (const key in attributes) element.setAttribute(key, attributes[key]);
    if (text !== undefined) element.textContent = text;
    parent.append(element);
    return element;
  }

  function arrow(parent, [x1, y1, x2, y2]) {
    const length = Math.hypot(x2 - x1, y2 - y1) || 1, right = (x2 - x1) / length, below = (y2 - y1) / length;
    const x = x2 - right * 8, y = y2 - below * 8;
    add(parent, "path", { d: `M${x1} ${y1}L${x} ${y}`, class: "halo" });
    add(parent, "path", { d: `M${x1} ${y1}L${x} ${y}`, class: "shaft" });
    add(parent, "polygon", { points: `${x2} ${y2} ${x - below * 4.5} ${y + right * 4.5} ${x + below * 4.5} ${y - right * 4.5}` });
  }

  // `boxes` has the boxes that are drawn, by node. Gives how many annotations are not among them.
  return (picture, annotations, boxes, width, height, up) => {
    const seen = annotations.filter(({ node }) => boxes.has(node));
    const rings = add(picture, "g", { class: "rings" });
    for (const name of ["halo", "ring"]) {
      for (const { node } of seen) add(rings, "rect", { ...boxes.get(node), class: name });
    }
    const notes = seen.filter(({ note }) => note).map(({ node, note, name }) => {
      const lines = wrap(note, Math.min(WIDEST, width - 2 * (GAP + PAD_X)));
      const wide = Math.max(...lines.map(widthOf));
      return { box: boxes.get(node), note, name, lines, width: wide + 2 * PAD_X, height: lines.length * LINE + 2 * PAD_Y };
    });
    // Boxes reach from the edge they grow from without gaps: how far, by column.
    const reach = new Float32Array(Math.ceil(width / CELL) + 1);
    for (const box of boxes.values()) {
      const far = up ? height - box.y : box.y + box.height;
      for (let column = Math.floor(box.x / CELL); column <= (box.x + box.width) / CELL; column++) reach[column] = Math.max(reach[column], far);
    }
    const drawnPart = (at) => {
      const near = up ? height - at.y - at.height : at.y, first = Math.max(Math.floor(at.x / CELL), 0);
      let part = 0, columns = 0;
      for (let column = first; column <= (at.x + at.width) / CELL; column++, columns++) part += clamp(((reach[column] || 0) - near) / at.height, 0, 1);
      return part / Math.max(columns, 1);
    };
    const extra = notes.length ? Math.max(...notes.map((note) => note.height)) + 34 : 0;
    const area = { x: 0, y: up ? -extra : 0, width, height: height + extra };
    place(area, drawnPart, notes).forEach((at, i) => {
      const { box, note, name, lines } = notes[i];
      const group = add(picture, "g", { class: "note", role: "note", "aria-label": `Note on ${name}: ${note}` });
      arrow(group, leader(at, box));
      add(group, "rect", { ...at, rx: 4 });
      lines.forEach((line, l) => add(group, "text", { x: at.x + PAD_X, y: at.y + PAD_Y + 13 + l * LINE }, line));
    });
    if (extra) {
      picture.setAttribute("height", height + extra);
      picture.setAttribute("viewBox", `0 ${area.y} ${width} ${height + extra}`);
    }
    return annotations.length - seen.length;
  };
})();
