"""Articles, lists of them and changes as JSON objects; answers and hits are in rag.output."""

from __future__ import annotations

from typing_extensions import TypedDict  # see rag.output

from rag.output import HitRecord
from rag.store.overview import Entry
from rag.types import Article, Change


class SearchRecord(TypedDict):
    """What a search found, best first."""

    question: str
    hits: list[HitRecord]


class EntryRecord(TypedDict):
    """An article without its text."""

    id: str
    title: str
    source: str | None
    author: str | None
    published: str | None
    url: str | None
    passages: int


class ListRecord(TypedDict):
    """Some of the articles that were asked for, and how many there are."""

    total: int
    articles: list[EntryRecord]


class ArticleRecord(TypedDict):
    """An article, or a part of it: ``text`` is its characters from ``start`` to ``end``, of ``length``."""

    id: str
    title: str
    source: str | None
    author: str | None
    published: str | None
    url: str | None
    licence: str | None
    length: int
    start: int
    end: int
    text: str


class ChangeRecord(TypedDict):
    """What came of adding articles: their ids, how many were there as they are, and how many passages were embedded."""

    added: list[str]
    updated: list[str]
    unchanged: int
    embedded: int


def entry_record(entry: Entry) -> EntryRecord:
    """An article without its text."""
    return {
        "id": entry.id,
        "title": entry.title,
        "source": entry.source,
        "author": entry.author,
        "published": entry.published.isoformat() if entry.published else None,
        "url": entry.url,
        "passages": entry.passages,
    }


def part_record(article: Article, start: int, end: int) -> ArticleRecord:
    """An article with the characters from `start` to `end`."""
    return {
        "id": article.id,
        "title": article.title,
        "source": article.source,
        "author": article.author,
        "published": article.published.isoformat() if article.published else None,
        "url": article.url,
        "licence": article.licence,
        "length": len(article.text),
        "start": start,
        "end": end,
        "text": article.text[start:end],
    }


def change_record(change: Change) -> ChangeRecord:
    """What came of adding articles."""
    return {
        "added": list(change.added),
        "updated": list(change.updated),
        "unchanged": change.unchanged,
        "embedded": change.embedded,
    }
