"""What the commands share: options, and an error raised on purpose as one line on standard error."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Annotated, Any

import typer

from rag.errors import RagError
from rag.settings import AnswerSettings

Threshold = Annotated[float | None, typer.Option(help="Confidence, 0 to 1, under which the articles don't say.")]
Reader = Annotated[str | None, typer.Option(help="Another extractive reader: a folder or a name on the hub.")]


def answer_settings(threshold: float | None, reader: str | None) -> AnswerSettings:
    """The default settings, but for what the user named."""
    settings = AnswerSettings()
    if threshold is not None:
        settings = replace(settings, threshold=threshold)
    if reader is not None:
        settings = replace(settings, reader_model=reader)
    return settings


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
