"""What a file says about its article -> an Article, checked and normalised; every format ends here."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from pathlib import PurePosixPath

from rag.articles.normalise import normalise, one_line
from rag.errors import InputError
from rag.types import Article

# Other spellings of a field, best first.
SPELLINGS = {
    "published": ("published", "date"),
    "licence": ("licence", "license"),
}
YEAR_FIRST = re.compile(r"(\d{4})([-/])(\d\d)\2(\d\d)(?:[T ]\d\d:\d\d.*)?")
BETWEEN_WORDS = re.compile(r"(?<!\d)[-_]+|[-_]+(?!\d)")  # but not within 2026-01-05


def make_article(text: str, title: str, fields: Mapping[str, object], *, article_id: str) -> Article:
    """Put together an article.

    Args:
        text: the article's text, as its format gives it.
        title: the title to fall back to when `fields` names none.
        fields: any of id, title, url, author, published or date, source, licence or license; others are ignored.
        article_id: the id to fall back to when `fields` gives none.

    Raises:
        InputError: there is no text, or a field is not text.
    """
    text = normalise(text)
    if not text:
        raise InputError("empty")
    published = text_field(fields, "published")
    return Article(
        id=text_field(fields, "id") or article_id,
        title=text_field(fields, "title") or one_line(title),
        text=text,
        url=text_field(fields, "url"),
        author=text_field(fields, "author"),
        published=parse_date(published) if published else None,
        source=text_field(fields, "source"),
        licence=text_field(fields, "licence"),
    )


def text_field(fields: Mapping[str, object], name: str) -> str | None:
    """One field as a line of text; None if it is missing or says nothing.

    A list of texts is joined with commas (several authors). An id may also be a whole number.
    """
    for key in SPELLINGS.get(name, (name,)):
        value = fields.get(key)
        if name == "id" and isinstance(value, int) and not isinstance(value, bool):
            value = str(value)
        if isinstance(value, list) and all(isinstance(item, str) for item in value):
            value = ", ".join(value)
        if value is not None and not isinstance(value, str):
            raise InputError(f"{key} is {json_type(value)}, wanted text")
        if value is not None and (line := one_line(value)):
            return line
    return None


def parse_date(text: str) -> date | None:
    """The day of an ISO date or time, as written there and in its own time zone; None for anything else.

    The year must come first, so nothing is guessed: 2026-04-03 and 2026-04-03T23:30:00-05:00 are the 3rd of April;
    03/04/2026 may be March or April and gives None, as does "last week".
    """
    match = YEAR_FIRST.fullmatch(text.strip())
    if match is None:
        return None
    year, _, month, day = match.groups()
    try:
        return date(int(year), int(month), int(day))
    except ValueError:  # the 30th of February
        return None


def title_from(name: str) -> str:
    """A readable title from a file's path: ``town/new-bridge_opens.md`` -> ``New bridge opens``."""
    words = one_line(BETWEEN_WORDS.sub(" ", PurePosixPath(name).stem))
    return words[:1].upper() + words[1:]


def json_type(value: object) -> str:
    """What a reader of JSON or YAML would call the kind of `value`."""
    if value is None:
        return "null"
    names: dict[type, str] = {bool: "true or false", int: "a number", float: "a number", str: "text", list: "a list"}
    return names.get(type(value), "an object")
