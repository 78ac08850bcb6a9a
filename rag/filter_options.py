"""The options that say which passages to search -> a Filter."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import typer

from rag.articles.normalise import storable
from rag.inputs import filter_from
from rag.types import Filter

Sources = Annotated[list[str] | None, typer.Option("--source", help="Only articles of this source; repeatable.")]
Authors = Annotated[list[str] | None, typer.Option("--author", help="Only articles of this author; repeatable.")]
Articles = Annotated[list[str] | None, typer.Option("--article", help="Only the article of this id; repeatable.")]
Since = Annotated[str | None, typer.Option(help="Only articles published on this day or later, as 2026-11-22.")]
Until = Annotated[str | None, typer.Option(help="Only articles published on this day or earlier, as 2026-11-22.")]
Phrase = Annotated[str, typer.Option(help="Only passages that hold these words in a row.")]


def filter_of(
    sources: Sequence[str] | None,
    authors: Sequence[str] | None,
    articles: Sequence[str] | None,
    since: str | None,
    until: str | None,
    phrase: str,
) -> Filter:
    """What the options let through.

    Raises:
        InputError: a day is none, or the first day comes after the last.
    """
    named = {"sources": sources, "authors": authors, "articles": articles}
    fields: dict[str, object] = {name: [storable(one) for one in given or ()] for name, given in named.items()}
    return filter_from(fields | {"since": since, "until": until, "phrase": storable(phrase).strip()})
