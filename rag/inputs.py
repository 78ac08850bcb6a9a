"""What programs send as JSON -> a Filter, Articles; or an InputError that says what was wanted."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from rag.articles.fields import json_type, parse_date
from rag.articles.jsonl import read_row
from rag.errors import InputError
from rag.types import Article, Filter

NAMES = ("articles", "without", "sources", "authors")  # lists of texts
DAYS = ("since", "until")
FIELDS = (*NAMES, *DAYS, "phrase")


def filter_from(fields: Mapping[str, object]) -> Filter:
    """A filter from a JSON object such as ``{"sources": ["Harrow Bay Herald"], "since": "2026-01-01"}``.

    Fields that are missing, null or empty leave nothing out; see Filter for what the others mean. For a list of one,
    its text alone will do.

    Raises:
        InputError: there is no such field, what it holds cannot be used, or the first day comes after the last.
    """
    found: dict[str, object] = {}
    for name, value in fields.items():
        if name not in FIELDS:
            raise InputError(f"a filter has no {name!r}; wanted some of {', '.join(FIELDS)}")
        if value in (None, "", []):
            continue
        if name in NAMES:
            found[name] = _texts(name, value)
        elif not isinstance(value, str):
            raise InputError(f"{name} is {json_type(value)}, wanted text")
        else:
            found[name] = _day(name, value) if name in DAYS else value
    where = Filter(**found)  # type: ignore[arg-type]  # each is of its field's type
    if where.since and where.until and where.since > where.until:
        raise InputError(f"since {where.since} comes after until {where.until}; turn them round")
    return where


def articles_from(rows: Sequence[object], *, name: str = "sent") -> list[Article]:
    """Articles from JSON objects with the keys that a line of a JSON Lines file has (rag.articles.jsonl).

    Args:
        rows: the objects.
        name: begins the ids of articles that bring none.

    Raises:
        InputError: one of them cannot be read; the message counts from 1.
    """
    articles = []
    for number, row in enumerate(rows, start=1):
        try:
            articles.append(read_row(json.dumps(row).encode(), name))
        except InputError as error:
            raise InputError(f"article {number}: {error}") from error
    return articles


def _texts(name: str, value: object) -> frozenset[str]:
    texts = [value] if isinstance(value, str) else value
    if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
        raise InputError(f"{name} is {json_type(value)}, wanted a list of texts")
    return frozenset(texts)


def _day(name: str, text: str) -> object:
    day = parse_date(text)
    if day is None:
        raise InputError(f"{name} is {text[:40]!r}, wanted a day such as 2026-01-31")
    return day
