#!/usr/bin/env python3
"""Records the samples again: the program in shop/, under cProfile and under py-spy.

    python3.11 assets/samples/make.py

Needs a network for pip, and the right to trace a child process for py-spy. The recordings differ from run to run, as
profiles do; the folders of the machine they were made on are replaced by those of Ada's.
"""

import marshal
import os
import re
import subprocess
import sys
import sysconfig
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
REQUIREMENTS = ["jinja2==3.1.4", "py-spy==0.4.1"]
RATE = "250"
ENVIRONMENT = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1", "PYTHONPATH": str(HERE)}


def main():
    with tempfile.TemporaryDirectory() as work:
        work = Path(work).resolve()
        venv = work / "venv"
        run(sys.executable, "-m", "venv", venv)
        run(venv / "bin/pip", "install", "--quiet", *REQUIREMENTS)
        paths = ada(venv)

        run(venv / "bin/python", "-m", "cProfile", "-o", work / "shop.prof", HERE / "shop/__main__.py")
        stats = marshal.loads((work / "shop.prof").read_bytes())
        (HERE / "shop.prof").write_bytes(marshal.dumps(rename_keys(stats, paths)))

        for kind, name in [("raw", "shop.folded"), ("speedscope", "shop.speedscope.json"), ("flamegraph", "shop.svg")]:
            record(venv, kind, work / name)
            (HERE / name).write_text(rename((work / name).read_text(), paths))


def record(venv, kind, output):
    # --full-filenames: without it py-spy cuts paths, and what is the program's and what a library's is lost.
    command = [venv / "bin/py-spy", "record", "--format", kind, "--output", output, "--rate", RATE,
               "--full-filenames", "--threads", "--", venv / "bin/python", "-m", "shop"]
    # Now and then py-spy loses a race with the end of its child ("No child process") and writes nothing.
    while not output.exists():
        subprocess.run([str(part) for part in command], cwd=HERE, env=ENVIRONMENT, stdout=subprocess.DEVNULL)


def run(*command):
    subprocess.run([str(part) for part in command], check=True, cwd=HERE, env=ENVIRONMENT, stdout=subprocess.DEVNULL)


def ada(venv):
    """Folders of this machine and what they read as, the longer ones first."""
    return [
        (str(venv), "/home/ada/shop/.venv"),
        (str(venv.parent), "/home/ada"),
        (str(HERE), "/home/ada/shop"),
        (sysconfig.get_path("stdlib"), "/usr/lib/python3.11"),
        (sys.base_prefix, "/usr"),
    ]


def rename(text, paths):
    # A label cut short in the SVG may end within a folder's name. The SVG's script writes these again when it is shown.
    text = re.sub(r"(<text [^>]*>)[^<]*\.\.</text>", r"\1</text>", text)
    for ours, hers in paths:
        text = text.replace(ours, hers)
    return text


def rename_keys(stats, paths):
    def key(function):
        file, line, name = function
        return rename(file, paths), line, rename(name, paths)

    return {
        key(function): (*counts, {key(caller): edge for caller, edge in callers.items()})
        for function, (*counts, callers) in stats.items()
    }


if __name__ == "__main__":
    main()
