"""Check all that an index holds, and mend what can be made again from its articles."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

from rag import generations
from rag.embeddings import Embedder, SentenceEmbedder
from rag.errors import IndexDamaged, IndexMismatch, RagError
from rag.ingest import Ingest
from rag.store import checks, derived, derived_checks
from rag.store.analysis import Analysis
from rag.store.checks import Problem
from rag.store.derived import Manifest
from rag.store.local import LocalStore
from rag.store.overview import settings_of

TRIES = 3  # where a writer replaces files while they are looked at


@dataclass(frozen=True, slots=True)
class Report:
    """What was checked, and what was found."""

    generation: str
    articles: int = 0
    passages: int = 0
    problems: tuple[Problem, ...] = ()

    @property
    def sound(self) -> bool:
        """Whether nothing is wrong, or no longer."""
        return all(problem.mended for problem in self.problems)


@dataclass(slots=True)
class Look:
    """One look at a generation."""

    articles: int = 0
    passages: int = 0
    problems: list[Problem] = field(default_factory=list)
    unsound: set[int] = field(default_factory=set)  # the store's numbers of articles that have problems


def verify(folder: Path, *, repair: bool = False, embedder: Embedder | None = None) -> Report:
    """Check every article, passage, embedding and derived file of the index in a folder, an article at a time.

    Articles whose text is not what was stored are named and left as they are. All else is made again from the texts if
    `repair` is true: passages and embeddings, the FAISS and BM25 files, and the pointer to the generation in use.

    Args:
        folder: of the index.
        repair: whether to mend what can be mended.
        embedder: what to embed with, if need be; None loads the model that the index was made with.

    Raises:
        IndexMissing: there is no index in the folder.
        IndexBusy, IndexNotWritten: it cannot be repaired now, or not there.
    """
    if not repair:
        return _steady_report(folder)
    with generations.writing(folder):
        generation, pointer = generations.found(folder)
        first = _report(generation, pointer, _look(generation))
        if not first.problems:
            return first
        if pointer:
            generations.point(folder, generation)
        hindrances = _mend(generation, first.problems, embedder)
        second = _report(*generations.found(folder), _look(generation))
    left = set(second.problems)
    told = [replace(problem, mended=problem not in left) for problem in first.problems]
    return replace(second, problems=(*told, *(p for p in second.problems if p not in first.problems), *hindrances))


def _report(generation: Path, pointer: str, look: Look) -> Report:
    problems = [Problem("pointer", pointer)] if pointer else []
    return Report(generation.name, look.articles, look.passages, (*problems, *look.problems))


def _steady_report(folder: Path) -> Report:
    """What is found in a look during which no writer replaced the files or the generation."""
    for _ in range(TRIES):
        generation, pointer = generations.found(folder)
        before = Manifest.read(generation)
        report = _report(generation, pointer, _look(generation))
        if (generation, before) == (generations.found(folder)[0], Manifest.read(generation)):
            break
    return report


def _look(generation: Path) -> Look:
    look = Look()
    try:
        with closing(LocalStore(generation)) as store:
            manifest = Manifest.read(generation)
            with store.one_moment():
                look.problems += checks.tables(store)
                if look.problems:
                    return look
                for (n,) in store.rows("SELECT n FROM articles ORDER BY n").fetchall():
                    passages, problems = checks.article(store, n)
                    look.articles += 1
                    look.passages += passages
                    look.problems += problems
                    look.unsound |= {n} if problems else set()
                look.problems += derived_checks.files(generation, store, manifest, frozenset(look.unsound))
    except (IndexDamaged, sqlite3.Error, ValueError) as error:
        look.problems.append(Problem("database", str(error)))
    return look


# -- mending


def _mend(generation: Path, problems: Sequence[Problem], embedder: Embedder | None) -> list[Problem]:
    """Mend what can be; why some could not be tried."""
    hindrances: list[Problem] = []
    try:
        with closing(LocalStore(generation)) as store, generations.storing(generation):
            if any(problem.kind == "database" for problem in problems):
                _mend_tables(store)
                problems = [*problems, *_look(generation).problems]
            damaged = {problem.article_id for problem in problems if problem.article_id}
            try:
                _cut_anew(store, sorted(damaged), embedder)
            except RagError as error:
                hindrances.append(Problem("model", f"passages cannot be embedded again: {error}"))
            if any(problem.kind in ("files", "database") for problem in problems):
                derived.write(generation, store, Analysis())
    except IndexDamaged as error:
        hindrances.append(Problem("files", f"they cannot be made again: {error}"))
    return hindrances


def _mend_tables(store: LocalStore) -> None:
    with suppress(sqlite3.DatabaseError):  # what cannot be mended is found again and told
        store.rows("REINDEX")
        with store.changing():
            orphans = "FROM passages WHERE article NOT IN (SELECT n FROM articles)"
            store.rows(f"INSERT OR IGNORE INTO removed SELECT n, ? {orphans}", (store.revision,))
            store.rows(f"DELETE {orphans}")


def _cut_anew(store: LocalStore, article_ids: Iterable[str], embedder: Embedder | None) -> None:
    articles = [found for id_ in article_ids if (found := store.article(id_)) is not None]
    if not articles:
        return
    settings = settings_of(store)
    embedder = embedder or SentenceEmbedder(settings.embedding_model)
    if embedder.fingerprint != store.about("embedder"):
        raise IndexMismatch(f"the index was made with {store.about('embedder')}, the model is {embedder.fingerprint} "
                            "now; run: rag index rebuild")  # fmt: skip
    Ingest(store, settings, embedder).put(articles, anew=True)
