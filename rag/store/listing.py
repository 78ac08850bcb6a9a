"""A page of the table of articles: searched, sorted and counted by SQLite, so that none but its rows are read."""

from __future__ import annotations

from dataclasses import dataclass

from rag.errors import InputError
from rag.store.local import LocalStore
from rag.store.overview import ROW, Entry, entry_of
from rag.store.rows import folded

ORDERS = {  # what the table can be sorted by -> SQL; what is missing comes last either way
    "added": "n",
    "title": "folded(title)",
    "source": "nullif(folded(source), '')",
    "published": "published",
    "passages": "(SELECT count(*) FROM passages p WHERE p.article = articles.n)",
}
HAYSTACK = "folded(title || ' ' || coalesce(source, '') || ' ' || coalesce(author, '') || ' ' || id)"


@dataclass(frozen=True, slots=True)
class Listing:
    """Some rows of the table of articles."""

    entries: tuple[Entry, ...]
    first: int  # the place of the first of them, from 0
    matching: int  # rows that there are


def listing(store: LocalStore, words: str, order: str, *, descending: bool, first: int, count: int) -> Listing:
    """At most `count` articles, from place `first` on or from the last place that has some; see Index.listing."""
    if order not in ORDERS:
        raise InputError(f"articles cannot be sorted by {order!r}; wanted one of {', '.join(ORDERS)}")
    sought = folded(words.encode("utf-8", "replace").decode()).split()
    matches = " AND ".join([f"instr({HAYSTACK}, ?)"] * len(sought)) or "1"
    direction = "DESC" if descending else "ASC"
    found = store.rows(
        f"SELECT n FROM articles WHERE {matches} ORDER BY {ORDERS[order]} {direction} NULLS LAST, n", sought
    ).fetchall()
    first = max(0, min(first, (len(found) - 1) // count * count))
    rows = (store.rows(f"{ROW} WHERE n = ?", n).fetchone() for n in found[first : first + count])
    entries = tuple(entry_of(row) for row in rows if row)
    return Listing(entries, first, len(found))


def authors(store: LocalStore, count: int) -> tuple[tuple[str, int], ...]:
    """Authors with their numbers of articles, at most `count`, the busiest first."""
    return tuple(
        store.rows(
            "SELECT author, count(*) FROM articles WHERE author <> '' "
            "GROUP BY author ORDER BY count(*) DESC, author LIMIT ?",
            (count,),
        )
    )
