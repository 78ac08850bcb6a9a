"""Is an index ever lost? Writers killed at random moments, full disks, damaged files.

    python benchmarks/torture.py --rounds 300 --flips 1000

Each round lets a process build, add, update, remove, synchronise and rebuild, and kills it (SIGKILL) at a random
moment; in every fourth the disk is full at a random point instead (a small tmpfs, which takes root, or else a limit on
the size of files). Then the index must open, hold what was reported, and answer like brute force over what it holds.
Each flip damages one derived file, CURRENT or derived.json at a random place; the answers must stay the same. Exit
status 1 if anything was wrong. Figures go to benchmarks/results/torture.json with --save.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
import tempfile
from pathlib import Path

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
os.environ.setdefault("OMP_NUM_THREADS", "1")

import results
from torture_flips import flips
from torture_rounds import rounds


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=300)
    parser.add_argument("--flips", type=int, default=1_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--save", action="store_true", help="to benchmarks/results/torture.json")
    options = parser.parse_args()
    work = Path(tempfile.mkdtemp(prefix="torture-"))
    try:
        figures = {}
        if options.rounds:
            figures["rounds"] = rounds(work / "rounds", options.rounds, options.seed)
        if options.flips:
            figures["damage"] = flips(work / "flips", options.flips, options.seed)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    wrong = [line for part in figures.values() for line in part["wrong"]]
    for name, part in figures.items():
        print(f"{name}:", ", ".join(f"{key} {value}" for key, value in part.items() if key != "wrong"))
    print(*wrong[:50], sep="\n")
    print(f"{len(wrong)} wrong")
    if options.save:
        path = results.FOLDER / "torture.json"
        if path.exists():
            figures = json.loads(path.read_text(encoding="utf-8"))["figures"] | figures
        results.save("torture", f"python benchmarks/torture.py --rounds {options.rounds} --flips {options.flips} "
                     f"--seed {options.seed} --save", figures)  # fmt: skip
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
