"""Rebuild the index: python index/build.py [PATHS] [--out DIR]; without paths it indexes seeds/ into index/store."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))  # run as a script, Python looks for rag beside the script only
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # before torch or faiss load; see the Makefile

import typer  # noqa: E402

from rag.cli import DEFAULTS, EmbeddingModel, Encoding, PassageTokens, index_build  # noqa: E402


def main(
    paths: Annotated[list[Path] | None, typer.Argument(help="Files and folders; seeds/ if none are named.")] = None,
    out: Annotated[Path, typer.Option(help="The folder of the index.")] = ROOT / "index" / "store",
    embedding_model: EmbeddingModel = DEFAULTS.embedding_model,
    encoding: Encoding = DEFAULTS.encoding,
    passage_tokens: PassageTokens = DEFAULTS.passage_tokens,
) -> None:
    """Make an index of articles; one that is there already serves until the new one is whole."""
    index_build(paths or [ROOT / "seeds"], out, embedding_model, encoding, passage_tokens)


if __name__ == "__main__":
    typer.run(main)
