"""The index: articles in, passages found.

In a generation (rag.generations) SQLite is the truth; the FAISS and BM25 indexes are derived from it (rag.store). An
open index sees what any process changes, from the next search on.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from rag import update as updates
from rag.articles.normalise import storable
from rag.articles.reading import Reading
from rag.embeddings import Embedder, SentenceEmbedder
from rag.errors import InputError
from rag.ingest import Ingest, Progress
from rag.rebuild import rebuild
from rag.retrieve import Candidates, fuse
from rag.serving import Serving, open_generation, renewed
from rag.settings import AnswerSettings, IndexSettings
from rag.status import Status, status
from rag.store.listing import Listing, authors, listing
from rag.store.overview import Entry, collection, entries
from rag.types import Article, Change, Collection, Filter, Hit, Hits, Passage
from rag.update import Report

__all__ = ["Index", "Progress", "checked_question"]

TRIES = 5  # of a search whose passages are removed by another process while it goes on
EVERYTHING = Filter()


class Index:
    """Articles that can be searched; open one with `Index.open`, make one with `Index.build`.

    Any number of threads and processes may search while one changes the index. Threads that change it through the same
    object wait for each other; another process is told that the index is busy.
    """

    def __init__(self, folder: Path, serving: Serving) -> None:
        """Use `open` or `build`."""
        self.folder = folder
        self._serving = serving
        self._renewing = threading.Lock()
        self._writing = threading.RLock()

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
        return cls(folder, open_generation(folder, settings, embedder))

    @classmethod
    def build(
        cls,
        articles: Iterable[Article],
        folder: str | Path,
        *,
        settings: IndexSettings | None = None,
        embedder: Embedder | None = None,
        progress: Report | None = None,
        keep: int = 0,
    ) -> Index:
        """Make an index of articles in a folder; one that is there already serves until the new one is whole.

        A build that was interrupted goes on where it stopped if it is started again with the same settings.

        Args:
            articles: read once, in order; a later one takes the place of an earlier one of the same id.
            folder: made if need be.
            settings: None takes the defaults.
            embedder: None loads the model that the settings name.
            progress: called after each batch is stored.
            keep: earlier generations to leave on the disk.

        Raises:
            InputError: there are no articles.
            IndexBusy: another process is writing there.
            IndexNotWritten: the disk is full or cannot be written to.
        """
        folder, settings = Path(folder), settings or IndexSettings()
        given, embedder = embedder, embedder or SentenceEmbedder(settings.embedding_model)
        updates.build(folder, articles, settings, embedder, progress=progress, keep=keep)
        index = cls(folder, open_generation(folder, settings, given))
        index._serving.embedder = embedder
        return index

    def __len__(self) -> int:
        """How many articles there are."""
        return self._now().store.counts()[0]

    def __contains__(self, article_id: object) -> bool:
        return isinstance(article_id, str) and self._now().store.digest_of(article_id) is not None

    @property
    def passage_count(self) -> int:
        return self._now().store.counts()[1]

    @property
    def settings(self) -> IndexSettings:
        """What the index was made with."""
        return self._now().settings

    @property
    def embedder(self) -> Embedder:
        """The model that questions are embedded with, loaded on first use."""
        return self._now().loaded_embedder()

    @property
    def embedder_loaded(self) -> bool:
        return self._now().embedder is not None

    @property
    def revision(self) -> str:
        """The generation and the number of the last change in it; it differs whenever the articles may differ."""
        serving = self._now()
        return f"{serving.generation.name}.{serving.store.revision}"

    # -- reading

    def article(self, article_id: str) -> Article:
        """The article of an id.

        Raises:
            InputError: there is none.
        """
        article = self._now().store.article(article_id)
        if article is None:
            raise InputError(f"no article has the id {article_id!r}; the list of articles names the ids")
        return article

    def articles(self) -> Iterator[Article]:
        """All articles, in the order in which they were added."""
        return self._now().store.articles()

    def entries(self) -> Iterator[Entry]:
        """All articles without their texts, in the order in which they were added."""
        return entries(self._now().store)

    def listing(
        self, words: str = "", *, order: str = "added", descending: bool = False, first: int = 0, count: int = 50
    ) -> Listing:
        """A page of the table of articles.

        Args:
            words: each stands somewhere in an article's title, source, author or id; case and accents do not matter.
            order: added, title, source, published or passages.
            descending: the other way round; articles that lack what is sorted by come last all the same.
            first: how many articles to pass over.
            count: at most so many articles.

        Raises:
            InputError: there is no such order.
        """
        return listing(self._now().store, words, order, descending=descending, first=first, count=count)

    def authors(self, count: int) -> tuple[tuple[str, int], ...]:
        """Authors with their numbers of articles, at most `count`, the busiest first."""
        return authors(self._now().store, count)

    def numbered_passages(self) -> Iterator[tuple[int, Passage]]:
        """Every passage under the number that `candidates` gives it, in the order of numbers."""
        return self._now().store.all_passages()

    def collection(self, titles: int = 8) -> Collection:
        """What there is: counts, dates, sources and so many titles."""
        return collection(self._now().store, titles)

    def search(
        self, question: str, k: int = 8, *, where: Filter = EVERYTHING, settings: AnswerSettings | None = None
    ) -> Hits:
        """The passages that fit a question best, best first; fewer than `k` when there are fewer.

        Args:
            question: as it is to be searched for.
            k: at most so many passages.
            where: search only what this lets through; `k` are found wherever `k` exist.
            settings: None takes the defaults.

        Raises:
            InputError: the question is empty or too long, or k is below 1.
        """
        settings = settings or AnswerSettings()
        question = checked_question(question, settings)
        if k < 1:
            raise InputError(f"k is {k}; it must be 1 or more")
        hits: Hits = ()
        for attempt in range(TRIES):
            serving = self._now(wait=attempt > 0)
            revision = serving.view.revision  # another thread may renew the view from here on
            found = serving.candidates(question, max(settings.candidates, k), where)
            ranked = fuse(found, bm25_weight=settings.bm25_weight, k=k)
            passages = serving.store.passages([r.number for r in ranked])
            hits = tuple(Hit(passages[r.number], r.score, r.dense, r.bm25) for r in ranked if r.number in passages)
            if len(hits) == k or revision == serving.store.revision:
                break
        return hits

    def candidates(self, question: str, depth: int, *, where: Filter = EVERYTHING) -> Candidates:
        """The `depth` best passages of dense search and of BM25, before they are fused; see `search`."""
        return self._now().candidates(question, depth, where)

    # -- changing

    def add(self, articles: Iterable[Article], *, progress: Report | None = None) -> Change:
        """Store articles; one whose id is there already takes its place, and one that is there as it is costs nothing.

        Raises:
            IndexBusy: another process is writing.
            IndexNotWritten: the disk is full or cannot be written to; what had been stored by then stays.
        """
        with self._changing(progress) as ingest:
            ingest.put(articles)
        return ingest.change()

    def update(self, articles: Iterable[Article], *, progress: Report | None = None) -> Change:
        """Store new versions of articles; passages that stay the same keep their embedding.

        Raises:
            InputError: there is no article of one of the ids; then nothing is changed.
        """
        articles = list(articles)
        missing = [article.id for article in articles if article.id not in self]
        if missing:
            raise InputError(f"no article has the id {missing[0]!r}, so it cannot be updated; add it")
        return self.add(articles, progress=progress)

    def remove(self, article_ids: Iterable[str]) -> Change:
        """Take articles out.

        Raises:
            InputError: there is no article of one of the ids; then nothing is removed.
        """
        ids = list(dict.fromkeys(article_ids))
        missing = [id_ for id_ in ids if id_ not in self]
        if missing:
            raise InputError(f"no article has the id {missing[0]!r}; the list of articles names the ids")
        with self._changing(embeds=False) as ingest:
            removed = ingest.remove(ids)
        return Change(removed=removed)

    def sync(
        self,
        articles: Iterable[Article] | str | Path,
        *,
        keep: Callable[[str], bool] = lambda _: False,
        dry_run: bool = False,
        progress: Report | None = None,
    ) -> Change:
        """Make the index hold these articles and no others: new and changed ones are stored, the rest is removed.

        Args:
            articles: read once, in order; or the path of a file or folder that holds them. An article whose file is
                there but cannot be read is kept.
            keep: whether to keep an article of an id that is not among them.
            dry_run: only say what would change.
            progress: called after each batch is stored.

        Raises:
            InputError: there are no articles; then nothing is removed.
            IndexBusy, IndexNotWritten: see `add`.
        """
        if isinstance(articles, str | Path):
            reading = Reading([Path(articles)])
            reading.require_all()
            change = self.sync(
                reading, keep=lambda id_: reading.may_hold(id_) or keep(id_), dry_run=dry_run, progress=progress
            )
            return replace(change, skipped=tuple(f"{one.path}: {one.reason}" for one in reading.skipped))
        if dry_run:
            return updates.planned(self._now().store.digests(), articles, keep)
        with self._changing(progress) as ingest:
            ingest.put(articles)
            removed = ingest.remove_unseen(keep)
        return ingest.change(removed)

    def rebuild(
        self,
        *,
        settings: IndexSettings | None = None,
        embedder: Embedder | None = None,
        progress: Report | None = None,
        keep: int = 0,
    ) -> None:
        """Cut and embed all articles again, with other settings or another model, beside what serves until then.

        Args:
            settings: None keeps those of the index.
            embedder: None loads the model that the settings name.
            progress: called after each batch is stored.
            keep: earlier generations to leave on the disk.
        """
        with self._writing:
            rebuild(self.folder, settings=settings, embedder=embedder, progress=progress, keep=keep)
        self._now(wait=True)

    def status(self) -> Status:
        """What the index holds, what it was made with, how large it is and what was interrupted."""
        return status(self.folder)

    # -- below

    def _now(self, *, wait: bool = False) -> Serving:
        """What to search; another thread that is just renewing it is waited for only if asked to."""
        if self._renewing.acquire(blocking=wait):
            try:
                self._serving = renewed(self.folder, self._serving)
            finally:
                self._renewing.release()
        return self._serving

    @contextmanager
    def _changing(self, progress: Report | None = None, *, embeds: bool = True) -> Iterator[Ingest]:
        with self._writing:
            serving = self._now(wait=True)
            embedder = serving.loaded_embedder() if embeds else None
            with updates.changing(self.folder, serving.generation, serving.settings, embedder, progress) as ingest:
                yield ingest
        self._now(wait=True)


def checked_question(question: str, settings: AnswerSettings) -> str:
    """The question without white space round it.

    Raises:
        InputError: nothing is left, or it is too long.
    """
    question = storable(question).strip()
    if not question:
        raise InputError("the question is empty; ask something, such as: Who said what?")
    if len(question) > settings.max_question_chars:
        raise InputError(
            f"the question has {len(question):,} characters, at most {settings.max_question_chars:,} are taken; "
            "ask a shorter one"
        )
    return question
