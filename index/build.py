"""Make the index hold what files hold: python index/build.py [PATHS] [--out DIR]; without paths, what seeds/ holds.

An index that is there and was made with the same settings and model is synchronised; otherwise one is made anew.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))  # run as a script, Python looks for rag beside the script only
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # before torch or faiss load; see the Makefile

import typer  # noqa: E402

from rag.errors import InputError  # noqa: E402
from rag.index_commands import (  # noqa: E402
    DEFAULTS,
    DryRun,
    EmbeddingModel,
    Encoding,
    IndexFolder,
    Keep,
    PassageTokens,
    changed,
)
from rag.terminal import one_line_errors  # noqa: E402


def main(
    paths: Annotated[list[Path] | None, typer.Argument(help="Files and folders; seeds/ if none are named.")] = None,
    out: IndexFolder = ROOT / "index" / "store",
    sync: Annotated[bool, typer.Option("--sync", help="Synchronise the index that is there; never make one.")] = False,
    rebuild: Annotated[bool, typer.Option("--rebuild", help="Make an index anew, beside one that is there.")] = False,
    dry_run: DryRun = False,
    keep: Keep = 0,
    embedding_model: EmbeddingModel = None,
    encoding: Encoding = None,
    passage_tokens: PassageTokens = None,
) -> None:
    """Make an index hold these articles and no others; what serves goes on serving until that is done."""
    from rag import indexing

    with one_line_errors():
        if sync and rebuild:
            raise InputError("both --sync and --rebuild are given; give one of them, or none")
    paths = paths or [ROOT / "seeds"]
    settings = changed(DEFAULTS, embedding_model, encoding, passage_tokens)
    if dry_run:
        anew = True if rebuild else False if sync else None
        raise typer.Exit(indexing.plan(paths, out, settings, anew=anew))
    if sync:
        raise typer.Exit(indexing.synchronise(paths, out, settings))
    if rebuild:
        raise typer.Exit(indexing.build(paths, out, settings, keep=keep))
    raise typer.Exit(indexing.synchronise_or_build(paths, out, settings, keep=keep))


if __name__ == "__main__":
    typer.run(main)
