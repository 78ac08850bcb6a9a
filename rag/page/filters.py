"""What a user fills in to narrow the search -> a Filter, and a Filter -> a few words."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from rag.errors import InputError
from rag.page import texts
from rag.types import Filter

NAMED = 3  # sources, authors or articles that the summary names; of more it gives the number
NAME_CHARS = 40


def filter_of(
    sources: Iterable[str] | None = (),
    authors: Iterable[str] | None = (),
    articles: Iterable[str] | None = (),
    since: str | None = "",
    until: str | None = "",
    phrase: str | None = "",
) -> Filter:
    """The filter that the fields ask for; an empty field leaves nothing out.

    Raises:
        InputError: a date is none, or the first lies after the last.
    """
    where = Filter(
        articles=frozenset(articles or ()),
        sources=_names(sources),
        authors=_names(authors),
        since=day_of(since, texts.SINCE),
        until=day_of(until, texts.UNTIL),
        phrase=" ".join((phrase or "").split()),
    )
    if where.since and where.until and where.since > where.until:
        raise InputError(
            f"no day lies between {where.since.isoformat()} and {where.until.isoformat()}; change one of the dates"
        )
    return where


def day_of(text: str | None, field: str) -> date | None:
    """A day as users write it; None if nothing is written.

    Raises:
        InputError: it is not written as year-month-day.
    """
    text = (text or "").strip()
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise InputError(f"{field}: {text[:40]!r} is no date; write year-month-day, such as 2026-03-01") from None


def described(where: Filter) -> str:
    """A filter in a few words, such as "Harbour Courier, since 2026-03-01"; empty if it leaves nothing out."""
    parts = [
        _listed(where.sources, texts.SOURCES),
        _listed(where.authors, texts.AUTHORS, texts.BY),
        _listed(where.articles, texts.ARTICLES),
        texts.SINCE_DAY.format(where.since.isoformat()) if where.since else "",
        texts.UNTIL_DAY.format(where.until.isoformat()) if where.until else "",
        f"“{_short(where.phrase)}”" if where.phrase else "",
    ]
    return ", ".join(part for part in parts if part)


def _names(names: Iterable[str] | None) -> frozenset[str]:
    return frozenset(name.strip() for name in names or () if name.strip())


def _listed(names: frozenset[str], many: str, before: str = "{}") -> str:
    if not names:
        return ""
    if len(names) > NAMED:
        return many.format(len(names))
    return before.format(" / ".join(_short(name) for name in sorted(names)))


def _short(text: str) -> str:
    return text if len(text) <= NAME_CHARS else text[: NAME_CHARS - 1] + "…"
