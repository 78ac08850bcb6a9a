"""The store in a few words, and as a table of its articles."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from rag.store.local import LocalStore
from rag.store.rows import date_of
from rag.types import Collection


@dataclass(frozen=True, slots=True)
class Entry:
    """An article without its text."""

    id: str
    title: str
    source: str | None
    author: str | None
    published: date | None
    url: str | None
    passages: int


def collection(store: LocalStore, titles: int) -> Collection:
    """Counts, dates, sources and so many titles."""
    ((first, last),) = store.rows("SELECT min(published), max(published) FROM articles")
    sources = store.rows(
        "SELECT source, count(*) FROM articles WHERE source <> '' GROUP BY source ORDER BY count(*) DESC, source"
    ).fetchall()
    newest = store.rows("SELECT title FROM articles WHERE title <> '' ORDER BY published DESC, n LIMIT ?", (titles,))
    articles, passages = store.counts()
    return Collection(
        articles, passages, date_of(first), date_of(last), tuple(sources), tuple(row[0] for row in newest)
    )


def entries(store: LocalStore) -> Iterator[Entry]:
    """Every article, in the order in which they came."""
    rows = store.rows(
        "SELECT id, title, source, author, published, url, (SELECT count(*) FROM passages p WHERE p.article = a.n) "
        "FROM articles a ORDER BY n"
    )
    for id_, title, source, author, published, url, passages in rows:
        yield Entry(id_, title, source, author, date_of(published), url, passages)
