"""What programs send as JSON -> a Filter, Articles; or an InputError that says what was wanted."""

from __future__ import annotations

import json

from rag.articles.fields import json_type, parse_date
from rag.articles.jsonl import read_row
from rag.articles.normalise import storable
from rag.errors import InputError
from rag.types import Article, Filter

NAMES = ("articles", "without", "sources", "authors")  # lists of texts
DAYS = ("since", "until")
FIELDS = (*NAMES, *DAYS, "phrase")
MOST_ARTICLES = 200  # at a time: an addition is stored as a whole


def text_from(value: object, name: str) -> str:
    """The value if it is text.

    Raises:
        InputError: it is something else.
    """
    if not isinstance(value, str):
        raise InputError(f"{name} is {json_type(value)}, wanted text")
    return storable(value)


def count_from(value: object, name: str) -> int:
    """The value if it is a whole number.

    Raises:
        InputError: it is something else.
    """
    if not isinstance(value, int) or isinstance(value, bool):
        raise InputError(f"{name} is {json_type(value)}, wanted a whole number")
    return value


def filter_from(fields: object) -> Filter:
    """A filter from a JSON object such as ``{"sources": ["Harrow Bay Herald"], "since": "2026-01-01"}``.

    No object at all, and fields that are missing, null or empty, leave nothing out; see Filter for what the others
    mean. For a list of one, its text alone will do.

    Raises:
        InputError: there is no such field, what it holds cannot be used, or the first day comes after the last.
    """
    if fields is None:
        return Filter()
    if not isinstance(fields, dict):
        raise InputError(f"the filter is {json_type(fields)}, wanted an object with some of {', '.join(FIELDS)}")
    found: dict[str, object] = {}
    for name, value in fields.items():
        if name not in FIELDS:
            raise InputError(f"a filter has no {name!r}; wanted some of {', '.join(FIELDS)}")
        if value in (None, "", []):
            continue
        if name in NAMES:
            found[name] = _texts(name, value)
        else:
            text = text_from(value, name)
            found[name] = _day(name, text) if name in DAYS else text
    where = Filter(**found)  # type: ignore[arg-type]  # each is of its field's type
    if where.since and where.until and where.since > where.until:
        raise InputError(f"since {where.since} comes after until {where.until}; turn them round")
    return where


def articles_from(rows: object, *, name: str = "sent") -> list[Article]:
    """Articles from JSON objects with the keys that a line of a JSON Lines file has (rag.articles.jsonl).

    Args:
        rows: the objects, in a list of 1 to `MOST_ARTICLES`.
        name: begins the ids of articles that bring none.

    Raises:
        InputError: one of them cannot be read (the message counts from 1), or there are none or too many.
    """
    if not isinstance(rows, list):
        raise InputError(f"the articles are {json_type(rows)}, wanted a list of objects")
    if not 1 <= len(rows) <= MOST_ARTICLES:
        raise InputError(f"{len(rows):,} articles; send 1 to {MOST_ARTICLES} at a time")
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
    return frozenset(map(storable, texts))


def _day(name: str, text: str) -> object:
    day = parse_date(text)
    if day is None:
        raise InputError(f"{name} is {text[:40]!r}, wanted a day such as 2026-01-31")
    return day
