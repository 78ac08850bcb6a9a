"""The store at one revision, ready to be searched: the derived files, and in memory what came or went since."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from rag.store import derived, recent
from rag.store.analysis import Analysis
from rag.store.catalogue import Catalogue, Mask
from rag.store.derived import Derived, Manifest
from rag.store.local import LocalStore, Numbers
from rag.store.selection import Selection
from rag.types import Filter

MANY = 16  # batches; then they are put together
TRIES = 5  # a writer may replace the files while they are being opened
KEPT_FILTERS = 16  # whose passages are remembered

Vector = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class View:
    """What one search sees; it never changes, `refreshed` gives the next."""

    generation: Path
    store: LocalStore
    analysis: Analysis
    files: Derived
    revision: int
    batches: tuple[recent.Batch, ...] = ()  # passages since the files were made
    gone: Numbers = field(default_factory=lambda: np.zeros(0, dtype=np.int64))  # removed since then, rising
    _catalogue: list[Catalogue] = field(default_factory=list)  # none until a filter asks for it
    _filed_places: list[Numbers] = field(default_factory=list)  # in the catalogue, of the files' articles
    _chosen: dict[Filter, tuple[Selection | None, Selection | None]] = field(default_factory=dict)

    @property
    def changes(self) -> int:
        """Passages that came or went since the files were made."""
        return sum(len(one.numbers) for one in self.batches) + len(self.gone)

    def refreshed(self) -> View:
        """The view of the store as it is now; this one if nothing has changed."""
        if Manifest.read(self.generation) not in (None, self.files.manifest):
            newer = opened(self.generation, self.store, self.analysis)
            if newer:
                return newer
        if self.store.revision == self.revision:
            return self
        with self.store.one_moment():
            return replace(
                self, revision=self.store.revision, batches=self._with_new_passages(), gone=self._all_gone(), _chosen={}
            )

    def dense(self, vector: Vector, k: int, where: Filter) -> list[int]:
        """The passages nearest to a vector; up to `k` from the files and `k` from memory."""
        filed, held = self._selections(where)
        found = self.files.vectors.search(vector, k, filed)
        return [int(n) for n in found] + [n for n, _ in recent.nearest(self.batches, vector, k, held)]

    def bm25(self, text: str, k: int, where: Filter) -> dict[int, float]:
        """The scores of the `k` passages that fit the words of a question best."""
        filed, held = self._selections(where)
        terms = self.files.terms
        hits = terms.search(text, k, filed)
        if self.batches:
            known = recent.Statistics(len(terms), terms.average_length, terms.frequency)
            hits += recent.bm25(self.batches, self.analysis.stems(text), k, held, known)
            hits = sorted(hits, key=lambda hit: (-hit[1], hit[0]))[:k]
        return dict(hits)

    def cosines(self, vector: Vector, numbers: Iterable[int]) -> dict[int, float]:
        """The exact cosine of a vector with each of these passages; those removed meanwhile are left out."""
        block = self.store.vectors_of(list(numbers))
        if not len(block.numbers):
            return {}
        return dict(zip(block.numbers.tolist(), (block.vectors @ vector).tolist(), strict=True))

    def _with_new_passages(self) -> tuple[recent.Batch, ...]:
        seen = max((int(one.numbers[-1]) for one in self.batches), default=self.files.manifest.last)
        batches = [*self.batches]
        for block in self.store.vectors(seen):
            low, high = int(block.numbers[0]), int(block.numbers[-1])
            articles = self.store.rows("SELECT article FROM passages WHERE n BETWEEN ? AND ? ORDER BY n", (low, high))
            held = {n: p.heading_and_text for n, p in self.store.all_passages(low - 1, high, sound=True)}
            texts = [held.get(n, "") for n in block.numbers.tolist()]  # no words of an article that is damaged
            owners = np.array([row[0] for row in articles], dtype=np.int64)
            batches.append(recent.batch(block, owners, texts, self.analysis))
        return (recent.joined(batches),) if len(batches) > MANY else tuple(batches)

    def _all_gone(self) -> Numbers:
        rows = self.store.rows("SELECT n FROM removed WHERE revision > ? ORDER BY n", (self.files.manifest.revision,))
        return np.array([row[0] for row in rows], dtype=np.int64)

    # -- filters

    def _selections(self, where: Filter) -> tuple[Selection | None, Selection | None]:
        """The passages to search in the files and in memory; None: all of them."""
        if where == Filter() and not len(self.gone):
            return None, None
        found = self._chosen.get(where)
        if found is None:
            if len(self._chosen) >= KEPT_FILTERS:
                self._chosen.clear()
            found = self._chosen[where] = self._select(where)
        return found

    def _select(self, where: Filter) -> tuple[Selection, Selection]:
        numbers = np.concatenate([self.files.numbers, *(one.numbers for one in self.batches)])
        mask = ~_among(numbers, self.gone)
        if where.phrase:
            held = [*self.files.terms.holding(where.phrase).tolist()]
            held += recent.holding(self.batches, self.analysis.words(where.phrase))
            mask &= _among(numbers, np.array(sorted(held), dtype=np.int64))
        if replace(where, phrase="") != Filter():
            catalogue = self._read_catalogue()
            if not self._filed_places:  # they stay the same while the catalogue grows
                self._filed_places[:] = [catalogue.places(self.files.articles)]
            places = np.concatenate([*self._filed_places, *(catalogue.places(one.articles) for one in self.batches)])
            mask &= np.append(catalogue.matching(where, self.store), False)[places]  # -1: the last, False
        filed = len(self.files.numbers)
        return Selection(numbers[:filed], mask[:filed]), Selection(numbers[filed:], mask[filed:])

    def _read_catalogue(self) -> Catalogue:
        newest = Catalogue.read(self.store, self._catalogue[-1] if self._catalogue else None)
        self._catalogue[:] = [newest]
        return newest


def opened(generation: Path, store: LocalStore, analysis: Analysis) -> View | None:
    """The view of a generation; None if its derived files are missing or damaged."""
    for _ in range(TRIES):
        manifest = Manifest.read(generation)
        files = derived.open_sound(generation, manifest, analysis) if manifest else None
        if files:
            return of_files(generation, store, analysis, files)
        if manifest == Manifest.read(generation):
            return None
    return None


def of_files(generation: Path, store: LocalStore, analysis: Analysis, files: Derived) -> View:
    """The view on top of these files."""
    bare = View(generation, store, analysis, files, revision=-1)
    with store.one_moment():
        return replace(bare, revision=store.revision, batches=bare._with_new_passages(), gone=bare._all_gone())


def _among(numbers: Numbers, some: Numbers) -> Mask:
    """Which of `numbers` are among `some`; both rise."""
    mask = np.zeros(len(numbers), dtype=np.bool_)
    if len(some) and len(numbers):
        at = np.minimum(np.searchsorted(numbers, some), len(numbers) - 1)
        mask[at[numbers[at] == some]] = True
    return mask
