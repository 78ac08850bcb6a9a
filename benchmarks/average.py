"""Average the weights of a reader and of what it became by further training, once or several times.

    python benchmarks/average.py READER TRAINED [TRAINED ...] [--shares 0.5 0.25 0.25] --out FOLDER

Each weight is the mean of all readers', by their shares; the rest of FOLDER is copied from READER. The average is often
better than any of them, most of all on texts of another kind than those trained on (Wortsman et al. 2022,
https://arxiv.org/abs/2203.05482).
"""

from __future__ import annotations

import argparse
import shutil
from pathlib import Path

from safetensors.torch import load_file, save_file

WEIGHTS = "model.safetensors"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("readers", type=Path, nargs="+", help="folders")
    parser.add_argument("--shares", type=float, nargs="+", help="one a reader; default the same for each")
    parser.add_argument("--out", type=Path, required=True, help="a new folder")
    options = parser.parse_args()
    shares = options.shares or [1.0] * len(options.readers)
    if len(shares) != len(options.readers):
        parser.error(f"there are {len(shares)} shares for {len(options.readers)} readers")
    weights = [load_file(folder / WEIGHTS) for folder in options.readers]
    first = weights[0]
    for folder, other in zip(options.readers, weights, strict=True):
        if {name: value.shape for name, value in first.items()} != {name: value.shape for name, value in other.items()}:
            parser.error(f"{options.readers[0]} and {folder} are not of one architecture")
    shutil.copytree(options.readers[0], options.out, ignore=shutil.ignore_patterns("training"))
    mean = {
        name: (sum(s * w[name].float() for s, w in zip(shares, weights, strict=True)) / sum(shares)).to(value.dtype)
        for name, value in first.items()
    }
    save_file(mean, options.out / WEIGHTS, metadata={"format": "pt"})


if __name__ == "__main__":
    main()
