"""The store in a few words: what it was made with, what it holds, and a table of its articles."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from rag.errors import IndexDamaged
from rag.settings import IndexSettings
from rag.store.local import AT_ONCE, LocalStore
from rag.store.rows import date_of
from rag.types import Collection

ROW = (
    "SELECT id, title, source, author, published, url, (SELECT count(*) FROM passages p WHERE p.article = a.n) "
    "FROM articles a"
)


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


def settings_of(store: LocalStore) -> IndexSettings:
    """What the index was made with.

    Raises:
        IndexDamaged: the store does not say it in a way that this version knows.
    """
    try:
        return IndexSettings(**store.about("settings"))
    except TypeError as error:
        raise IndexDamaged(f"{store.path} holds no settings that this version knows; build the index again") from error


def collection(store: LocalStore, titles: int) -> Collection:
    """Counts, dates, sources and so many titles."""
    ((first, last),) = store.rows("SELECT min(published), max(published) FROM articles")
    sources = store.many_rows(
        "SELECT source, count(*) FROM articles WHERE source <> '' GROUP BY source ORDER BY count(*) DESC, source"
    )
    newest = store.many_rows(
        "SELECT title FROM articles WHERE title <> '' ORDER BY published DESC, n LIMIT ?", (titles,)
    )
    articles, passages = store.counts()
    return Collection(
        articles, passages, date_of(first), date_of(last), tuple(sources), tuple(row[0] for row in newest)
    )


def entries(store: LocalStore) -> Iterator[Entry]:
    """Every article, in the order in which they came; changes made meanwhile may be seen or not."""
    last = 0
    while block := store.rows("SELECT n FROM articles WHERE n > ? ORDER BY n LIMIT ?", (last, AT_ONCE)).fetchall():
        (first,), (last,) = block[0], block[-1]
        yield from map(entry_of, store.rows(f"{ROW} WHERE n BETWEEN ? AND ? ORDER BY n", (first, last)).fetchall())


def entry_of(row: Sequence[Any]) -> Entry:
    """The entry of a row of ROW."""
    id_, title, source, author, published, url, passages = row
    return Entry(id_, title, source, author, date_of(published), url, passages)
