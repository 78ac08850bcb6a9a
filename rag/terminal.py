"""What the commands share: an error raised on purpose becomes one line on standard error."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import typer

from rag.errors import RagError


@contextmanager
def one_line_errors(skipped: Sequence[Any] = ()) -> Iterator[None]:
    """Turn an error raised on purpose into one line on standard error and exit status 2."""
    try:
        yield
    except RagError as error:
        for one in skipped:
            typer.echo(f"skipped {one.path}: {one.reason}", err=True)
        typer.echo(f"error: {error}", err=True)
        raise typer.Exit(2) from None


@contextmanager
def reported_errors() -> Iterator[None]:
    """Say an error raised on purpose in one line, and go on."""
    try:
        yield
    except RagError as error:
        typer.echo(f"error: {error}", err=True)
