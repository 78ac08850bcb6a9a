"""A page of the table of articles: searched and sorted by names and dates, so that no text is read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any

from rag.errors import InputError
from rag.store.local import LocalStore
from rag.store.overview import ROW, Entry, entry_of
from rag.store.rows import folded

BY_SQL = {  # what the table can be sorted by; what is missing comes last either way
    "added": "n",
    "published": "published",
    "passages": "(SELECT count(*) FROM passages p WHERE p.article = a.n)",
}
BY_NAME = {"title": 1, "source": 2}  # case and accents aside; the place in a row
ORDERS = (*BY_NAME, *BY_SQL)


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
    sought = folded(words).split()
    columns = "n, title, source, author, id" if sought or order in BY_NAME else "n"
    sql = f"{BY_SQL.get(order, 'n')} {'DESC' if descending and order in BY_SQL else 'ASC'} NULLS LAST, n"
    rows: Iterable[Sequence[Any]] = store.many_rows(f"SELECT {columns} FROM articles a ORDER BY {sql}")
    # SQLite must call no function of ours: its lock on the connection, which threads share, and Python's would be
    # waited for in opposite orders.
    if sought:
        rows = (row for row in rows if _holds(row, sought))
    if order in BY_NAME:
        rows = _by_name(rows, BY_NAME[order], descending=descending)
    found = [row[0] for row in rows]
    first = max(0, min(first, (len(found) - 1) // count * count))
    rows = (store.rows(f"{ROW} WHERE n = ?", (n,)).fetchone() for n in found[first : first + count])
    entries = tuple(entry_of(row) for row in rows if row)
    return Listing(entries, first, len(found))


def _holds(row: Sequence[Any], sought: Sequence[str]) -> bool:
    """Whether an article's title, source, author and id hold all these."""
    name = folded(" ".join(part for part in row[1:] if part))
    return all(word in name for word in sought)


def _by_name(rows: Iterable[Sequence[Any]], place: int, *, descending: bool) -> Iterator[tuple[int, str]]:
    """Numbers and names of articles, those without a name last."""
    names = [(row[0], folded(row[place])) for row in rows]
    yield from sorted((one for one in names if one[1]), key=itemgetter(1), reverse=descending)
    yield from (one for one in names if not one[1])


def authors(store: LocalStore, count: int) -> tuple[tuple[str, int], ...]:
    """Authors with their numbers of articles, at most `count`, the busiest first."""
    return tuple(
        store.many_rows(
            "SELECT author, count(*) FROM articles WHERE author <> '' "
            "GROUP BY author ORDER BY count(*) DESC, author LIMIT ?",
            (count,),
        )
    )
