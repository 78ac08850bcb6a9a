"""Source, author and date of every article in memory, for filters that are worked out before a search."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt

from rag.store.local import LocalStore, Numbers
from rag.store.rows import date_of
from rag.types import Filter

Codes = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]
NONE = -1  # the code of an article that has no source, no author or no date


@dataclass(frozen=True, slots=True)
class Catalogue:
    """One entry for each article, in the order of their numbers; articles removed since it was read are still in it."""

    numbers: Numbers
    sources: Codes
    authors: Codes
    days: Codes  # date.toordinal()
    names: dict[str, int]  # of sources and authors, without regard to case; only ever added to

    @classmethod
    def read(cls, store: LocalStore, before: Catalogue | None = None) -> Catalogue:
        """The store's articles; with the catalogue of an earlier revision only those that it lacks are read."""
        last = int(before.numbers[-1]) if before and len(before.numbers) else 0
        names = before.names if before else {}
        fields = "SELECT n, source, author, published FROM articles"
        # All of them are read from the SQL index.
        rows = store.rows(f"{fields} WHERE n > ?", (last,)).fetchall() if last else store.many_rows(fields)
        code, day = cache(lambda name: _code(name, names)), cache(_day)
        table = np.array(
            [(n, code(source), code(author), day(published)) for n, source, author, published in rows], dtype=np.int64
        ).reshape(-1, 4).T  # fmt: skip
        table = table[:, np.argsort(table[0])]
        if before:
            table = np.concatenate([[before.numbers, before.sources, before.authors, before.days], table], axis=1)
        numbers, sources, authors, days = table
        return cls(numbers, sources, authors, days, names)

    def matching(self, where: Filter, store: LocalStore) -> Mask:
        """Which articles a filter lets through; its phrase is left aside."""
        mask = np.ones(len(self.numbers), dtype=np.bool_)
        if where.articles:
            mask &= np.isin(self.numbers, _numbers_of(store, where.articles))
        if where.without:
            mask &= ~np.isin(self.numbers, _numbers_of(store, where.without))
        if where.sources:
            mask &= np.isin(self.sources, self._codes(where.sources))
        if where.authors:
            mask &= np.isin(self.authors, self._codes(where.authors))
        if where.since:
            mask &= self.days >= where.since.toordinal()
        if where.until:
            mask &= (self.days <= where.until.toordinal()) & (self.days != NONE)
        return mask

    def places(self, articles: Numbers) -> Numbers:
        """Where the articles of these numbers stand; -1 for those that are not there."""
        if not len(self.numbers):
            return np.full(len(articles), -1, dtype=np.int64)
        found = np.minimum(np.searchsorted(self.numbers, articles), len(self.numbers) - 1)
        return np.where(self.numbers[found] == articles, found, -1)

    def _codes(self, names: Iterable[str]) -> list[int]:
        return [self.names.get(same_name(name), -2) for name in names]  # -2: nobody's


def _numbers_of(store: LocalStore, ids: Iterable[str]) -> Numbers:
    found = (store.rows("SELECT n FROM articles WHERE id = ?", (id_,)).fetchone() for id_ in ids)
    return np.array([row[0] for row in found if row], dtype=np.int64)


def _code(name: str | None, names: dict[str, int]) -> int:
    return names.setdefault(same_name(name), len(names)) if name else NONE


def _day(published: str | None) -> int:
    day = date_of(published)
    return day.toordinal() if day else NONE


def same_name(name: str) -> str:
    """What two ways to write a source or an author have in common."""
    return " ".join(name.casefold().split())
