"""Average the weights of a reader and of what it became by further training.

    python benchmarks/average.py READER TRAINED --share 0.7 --out FOLDER

Each weight is (1 - share) of READER's and share of TRAINED's; the rest of FOLDER is copied from TRAINED. The average is
often better than either, most of all on texts of another kind than those trained on (Wortsman et al. 2022,
https://arxiv.org/abs/2109.01903).
"""

from __future__ import annotations

import argparse
import shutil
from pathlib import Path

from safetensors.torch import load_file, save_file

WEIGHTS = "model.safetensors"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("reader", type=Path)
    parser.add_argument("trained", type=Path)
    parser.add_argument("--share", type=float, default=0.5, help="of the second")
    parser.add_argument("--out", type=Path, required=True, help="a new folder")
    options = parser.parse_args()
    one, other = load_file(options.reader / WEIGHTS), load_file(options.trained / WEIGHTS)
    if {name: value.shape for name, value in one.items()} != {name: value.shape for name, value in other.items()}:
        parser.error(f"{options.reader} and {options.trained} are not of one architecture")
    shutil.copytree(options.trained, options.out, ignore=shutil.ignore_patterns("training"))
    mean = {name: one[name].float().lerp(value.float(), options.share).to(value.dtype) for name, value in other.items()}
    save_file(mean, options.out / WEIGHTS, metadata={"format": "pt"})


if __name__ == "__main__":
    main()
