"""The index: articles in, passages found.

In a generation (rag.generations) SQLite is the truth; the FAISS and BM25 indexes are derived from it, each file with a
digest, and are made again from it when they are missing, stale or damaged.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable, Iterator, Set
from dataclasses import asdict
from pathlib import Path

import numpy as np

from rag import generations
from rag.embeddings import Embedder, SentenceEmbedder
from rag.errors import IndexDamaged, IndexMismatch, InputError
from rag.generations import Progress
from rag.models import embedder_folder, fingerprint
from rag.retrieve import Candidates, fuse
from rag.settings import AnswerSettings, IndexSettings
from rag.store import derived
from rag.store.local import LocalStore
from rag.types import Article, Collection, Hit, Hits, Passage


class Index:
    """Articles that can be searched; open one with `Index.open`, make one with `Index.build`."""

    def __init__(self, folder: Path, store: LocalStore, parts: derived.Derived, embedder: Embedder | None) -> None:
        """Use `open` or `build`."""
        self.folder = folder
        self._store = store
        self._parts = parts
        self._embedder = embedder

    @classmethod
    def open(
        cls, folder: str | Path, *, settings: IndexSettings | None = None, embedder: Embedder | None = None
    ) -> Index:
        """Open the index in a folder.

        Args:
            folder: where `build` or index/build.py put it.
            settings: what the index must have been made with; None takes its own.
            embedder: the model to embed questions with; None loads the one that the index names, on first use.

        Raises:
            IndexMissing: there is no index in the folder.
            IndexMismatch: it was made with other settings or another model.
            IndexDamaged: SQLite cannot read it.
        """
        folder = Path(folder)
        generation = generations.in_use(folder)
        store = LocalStore(generation)
        found = _settings(store)
        if settings is not None and settings != found:
            raise IndexMismatch(f"the index in {folder} {_difference(found, settings)}; build it again")
        wanted = embedder.fingerprint if embedder else fingerprint(embedder_folder(found.embedding_model))
        if wanted != store.about("embedder"):
            raise IndexMismatch(
                f"the index in {folder} was made with embedding model {store.about('embedder')}, "
                f"{found.embedding_model!r} is now {wanted}; build it again"
            )
        return cls(folder, store, derived.open_or_rebuild(generation, store), embedder)

    @classmethod
    def build(
        cls,
        articles: Iterable[Article],
        folder: str | Path,
        *,
        settings: IndexSettings | None = None,
        embedder: Embedder | None = None,
        progress: Callable[[Progress], None] | None = None,
    ) -> Index:
        """Make an index of articles in a folder; one that is there already serves until the new one is whole.

        Args:
            articles: read once, in order; a later one takes the place of an earlier one of the same id.
            folder: made if need be.
            settings: None takes the defaults.
            embedder: None loads the model that the settings name.
            progress: called after each batch is stored.

        Raises:
            InputError: there are no articles.
            IndexBusy: another process is building there.
            IndexNotWritten: the disk is full or cannot be written to.
        """
        folder, settings = Path(folder), settings or IndexSettings()
        embedder = embedder or SentenceEmbedder(settings.embedding_model)
        with generations.writing(folder):
            generation = generations.new(folder)
            try:
                store, parts = generations.fill(generation, articles, settings, embedder, progress)
            except BaseException:
                shutil.rmtree(generation, ignore_errors=True)
                raise
            generations.switch(folder, generation)
        return cls(folder, store, parts, embedder)

    def __len__(self) -> int:
        """How many articles there are."""
        return self._store.counts()[0]

    @property
    def passage_count(self) -> int:
        return self._store.counts()[1]

    @property
    def settings(self) -> IndexSettings:
        """What the index was made with."""
        return _settings(self._store)

    @property
    def embedder(self) -> Embedder:
        """The model that questions are embedded with, loaded on first use."""
        if self._embedder is None:
            self._embedder = SentenceEmbedder(self.settings.embedding_model)
        return self._embedder

    def article(self, article_id: str) -> Article:
        """The article of an id.

        Raises:
            InputError: there is none.
        """
        article = self._store.article(article_id)
        if article is None:
            raise InputError(f"no article has the id {article_id!r}; Index.articles() lists them")
        return article

    def articles(self) -> Iterator[Article]:
        """All articles, in the order in which they were added."""
        return self._store.articles()

    def numbered_passages(self) -> Iterator[tuple[int, Passage]]:
        """Every passage under the number that `candidates` gives it, in the order of numbers."""
        return self._store.all_passages()

    def collection(self, titles: int = 8) -> Collection:
        """What there is: counts, dates, sources and so many titles."""
        return self._store.collection(titles)

    def search(
        self,
        question: str,
        k: int = 8,
        *,
        only: Set[str] = frozenset(),
        without: Set[str] = frozenset(),
        settings: AnswerSettings | None = None,
    ) -> Hits:
        """The passages that fit a question best, best first; fewer than `k` when there are fewer.

        Args:
            question: as it is to be searched for.
            k: at most so many passages.
            only: ids of the articles to search; none: all.
            without: ids of articles to leave out.
            settings: None takes the defaults.

        Raises:
            InputError: the question is empty or too long, or k is below 1.
        """
        settings = settings or AnswerSettings()
        question = checked_question(question, settings)
        if k < 1:
            raise InputError(f"k is {k}; it must be 1 or more")
        found = self.candidates(question, max(settings.candidates, k), only=only, without=without)
        ranked = fuse(found, bm25_weight=settings.bm25_weight, k=k)
        passages = self._store.passages([r.number for r in ranked])
        return tuple(Hit(p, r.score, r.dense, r.bm25) for p, r in zip(passages, ranked, strict=True))

    def candidates(
        self, question: str, depth: int, *, only: Set[str] = frozenset(), without: Set[str] = frozenset()
    ) -> Candidates:
        """The `depth` best passages of dense search and of BM25, before they are fused; see `search`."""
        among = self._store.numbers_of(only) if only else None
        outside = self._store.numbers_of(without) if without else None
        vector = self.embedder.embed_questions([question])[0]
        bm25 = dict(self._parts.terms.search(question, depth, only=among, without=outside))
        dense = dict(self._parts.vectors.search(vector, depth, only=among, without=outside))
        unseen = np.array([n for n in bm25 if n not in dense], dtype=np.int64)
        dense |= zip(unseen.tolist(), self._parts.vectors.cosines(vector, unseen).tolist(), strict=True)
        return Candidates(dense, bm25)


def checked_question(question: str, settings: AnswerSettings) -> str:
    """The question without white space round it.

    Raises:
        InputError: nothing is left, or it is too long.
    """
    question = question.strip()
    if not question:
        raise InputError("the question is empty; ask something, such as: Who said what?")
    if len(question) > settings.max_question_chars:
        raise InputError(
            f"the question has {len(question):,} characters, at most {settings.max_question_chars:,} are taken; "
            "ask a shorter one"
        )
    return question


def _settings(store: LocalStore) -> IndexSettings:
    try:
        return IndexSettings(**store.about("settings"))
    except TypeError as error:
        raise IndexDamaged(f"{store.path} holds no settings that this version knows; build the index again") from error


def _difference(found: IndexSettings, wanted: IndexSettings) -> str:
    pairs = [(name, value, getattr(wanted, name)) for name, value in asdict(found).items()]
    return "; ".join(f"has {name} {a!r}, {b!r} was asked for" for name, a, b in pairs if a != b)
