"""Articles -> passages -> embeddings -> the store, for those alone that are new or changed.

Articles are cut and embedded some at a time and stored in one transaction each time, so an interruption loses what is
in flight and nothing else; the store remembers what was, so that the next one to open it can say so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from rag import chunks, generations, tokens
from rag.embeddings import Embedder
from rag.errors import IndexDamaged, InputError
from rag.settings import IndexSettings
from rag.store.local import LocalStore
from rag.store.rows import article_digest
from rag.types import Article, Change, Passage

IN_FLIGHT = "in flight"  # the store's name for ids that are being embedded
NOTHING = "there are no articles to index; name files or folders that hold some"
PASSAGES_AT_ONCE = 256  # embedded and stored together: enough to sort by length, little to lose


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run has come."""

    articles: int  # seen, unchanged ones too
    passages: int  # of those that were new or changed
    embedded: int  # of these passages


@dataclass(frozen=True, slots=True)
class Cut:
    """An article that is new or changed, with its passages."""

    article: Article
    passages: Sequence[Passage]
    known: dict[str, npt.NDArray[np.float32]]  # embeddings at hand, by the text that was embedded
    is_new: bool


@dataclass(slots=True)
class Ingest:
    """One run of changes to a store; the caller holds the right to write."""

    store: LocalStore
    settings: IndexSettings
    embedder: Embedder | None  # None: nothing can be put, only removed
    progress: Callable[[Progress], None] | None = None
    after_batch: Callable[[], None] | None = None  # called when a batch has been stored
    _added: list[str] = field(default_factory=list)
    _updated: list[str] = field(default_factory=list)
    _seen: set[str] = field(default_factory=set)
    _unchanged: int = 0
    _passages: int = 0
    _embedded: int = 0

    def put(self, articles: Iterable[Article], *, anew: bool = False) -> None:
        """Store the articles that are new or differ from what is stored under their id, or all of them `anew`."""
        encoding, embedder = tokens.encoding(self.settings.encoding), self._embedder()
        batch: list[Cut] = []
        waiting = 0  # passages in it; an article without any counts for one
        for article in articles:
            if article.id in self._seen and any(cut.article.id == article.id for cut in batch):
                self._store(batch)  # a later one takes the place of an earlier one
                batch, waiting = [], 0
            self._seen.add(article.id)
            stored = self.store.digest_of(article.id)
            if stored == article_digest(article) and not anew:
                self._unchanged += 1
                continue
            passages = chunks.passages(
                article,
                max_tokens=self.settings.passage_tokens,
                encoding=encoding,
                fits=embedder.fits,
                overlap_sentences=self.settings.overlap_sentences,
            )
            known = {} if anew else self._known(article)
            batch.append(Cut(article, passages, known, is_new=stored is None))
            waiting += max(1, len(passages))
            if waiting >= PASSAGES_AT_ONCE:
                self._store(batch)
                batch, waiting = [], 0
        self._store(batch)

    def remove(self, article_ids: Iterable[str]) -> tuple[str, ...]:
        """Take articles out, all in one transaction; those that were there."""
        with self._changing():
            return tuple(id_ for id_ in article_ids if self.store.remove(id_))

    def remove_unseen(self, keep: Callable[[str], bool]) -> tuple[str, ...]:
        """Take out what `put` has not met, but for ids that `keep` wants.

        Raises:
            InputError: `put` has met nothing at all.
        """
        if not self._seen:
            raise InputError(NOTHING)
        return self.remove([id_ for id_ in self.store.digests() if id_ not in self._seen and not keep(id_)])

    def change(self, removed: tuple[str, ...] = ()) -> Change:
        """What the run has done so far."""
        return Change(tuple(self._added), tuple(self._updated), removed, self._unchanged, self._embedded)

    def _known(self, article: Article) -> dict[str, npt.NDArray[np.float32]]:
        """Embeddings of the passages that are stored under the article's id, if it goes by the same title."""
        try:
            stored = self.store.embedded(article.id)
        except IndexDamaged:  # whatever it was, it is replaced
            return {}
        return {passage.text: vector for passage, vector in stored if passage.title == article.title}

    def _store(self, batch: Sequence[Cut]) -> None:
        if not batch:
            self._tell()
            return
        with generations.storing(self.store.path.parent):
            self.store.describe({IN_FLIGHT: [cut.article.id for cut in batch]})
        vectors = list(self._vectors(batch))
        with self._changing():
            for cut, rows in zip(batch, vectors, strict=True):
                self.store.put(cut.article, cut.passages, rows)
            self.store.describe({IN_FLIGHT: []})
        for cut in batch:
            (self._added if cut.is_new else self._updated).append(cut.article.id)
        self._passages += sum(len(cut.passages) for cut in batch)
        self._tell()
        if self.after_batch:
            self.after_batch()

    @contextmanager
    def _changing(self) -> Iterator[None]:
        with generations.storing(self.store.path.parent), self.store.changing():
            yield

    def _vectors(self, batch: Sequence[Cut]) -> Iterator[npt.NDArray[np.float32]]:
        """A matrix for each article; only passages that have no embedding yet are embedded."""
        embedder = self._embedder()
        new = [p for cut in batch for p in cut.passages if p.text not in cut.known]
        self._embedded += len(new)
        fresh = iter(embedder.embed_passages([p.heading_and_text for p in new]))
        for cut in batch:
            rows = [cut.known[p.text] if p.text in cut.known else next(fresh) for p in cut.passages]
            yield np.array(rows, dtype=np.float32).reshape(len(rows), embedder.dimension)

    def _embedder(self) -> Embedder:
        if self.embedder is None:
            raise ValueError("without an embedder articles can only be removed")
        return self.embedder

    def _tell(self) -> None:
        if self.progress:
            done = len(self._added) + len(self._updated) + self._unchanged
            self.progress(Progress(done, self._passages, self._embedded))


def lost(store: LocalStore) -> tuple[str, ...]:
    """Ids of articles that an interrupted run was embedding and did not store."""
    found: Any = store.about(IN_FLIGHT)
    return tuple(found or ())
