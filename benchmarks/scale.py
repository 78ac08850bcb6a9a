"""How does the index grow? 10,000, 100,000 and 1,000,000 passages: files, opening, searching, changing.

    python benchmarks/scale.py REAL_INDEX --work DIR --passages 10000 100000 1000000

REAL_INDEX is an index of real articles, such as Reuters news; the big ones are made of perturbed copies of its
passages (scale_store.py) and stay in DIR. Questions are titles and sentences of real articles. Each step runs in a
process of its own, whose peak memory is told. Figures go to benchmarks/results/scale.json, one entry for each size.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import resource
from collections.abc import Callable
from pathlib import Path
from typing import Any

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

import results
import scale_steps

STEPS: dict[str, Callable[[Path, Path], dict[str, Any]]] = {
    "derived files": scale_steps.derive,
    "opening": scale_steps.opening,
    "search": scale_steps.searching,
    "recall": scale_steps.recall,
    "adding": scale_steps.adding,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("real", type=Path, help="an index of real articles")
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--passages", type=int, nargs="+", default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--steps", nargs="+", choices=STEPS, default=list(STEPS))
    options = parser.parse_args()
    path = results.FOLDER / "scale.json"
    figures = json.loads(path.read_text(encoding="utf-8"))["figures"] if path.exists() else {}
    for count in options.passages:
        folder = options.work / f"{count}"
        if not (folder / "CURRENT").exists():
            print(f"making {count:,} passages in {folder}", _alone(scale_steps.made, options.real, folder, count))
        for name in options.steps:
            found = _alone(STEPS[name], options.real, folder)
            print(f"{count:,} passages, {name}:", json.dumps(found), flush=True)
            figures.setdefault(f"{count}", {})[name] = found
            results.save("scale", "python benchmarks/scale.py REAL_INDEX --work DIR", figures)


def _alone(step: Callable[..., dict[str, Any]], *arguments: Any) -> dict[str, Any]:
    """What a step says, run in a process of its own; with its peak memory and the load of the machine."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(_measured, (step, arguments))


def _measured(step: Callable[..., dict[str, Any]], arguments: tuple[Any, ...]) -> dict[str, Any]:
    found = step(*arguments)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return {**found, "peak_mb": round(peak / 1024), "load": round(os.getloadavg()[0], 1)}


if __name__ == "__main__":
    main()
