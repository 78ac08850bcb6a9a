"""The generation that an open index searches, and how it follows what other processes do."""

from __future__ import annotations

import sqlite3
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from rag import generations, update
from rag.embeddings import Embedder, SentenceEmbedder
from rag.errors import IndexDamaged, IndexMismatch, RagError
from rag.models import embedder_folder, fingerprint
from rag.retrieve import Candidates
from rag.settings import IndexSettings
from rag.store.local import LocalStore
from rag.store.overview import settings_of
from rag.store.view import View
from rag.types import Filter


@dataclass(slots=True)
class Serving:
    """An open generation."""

    generation: Path
    store: LocalStore
    settings: IndexSettings  # that it was made with
    view: View  # replaced whenever the store has changed
    embedder: Embedder | None  # None: loaded on first use

    def loaded_embedder(self) -> Embedder:
        """The model that questions are embedded with."""
        if self.embedder is None:
            self.embedder = SentenceEmbedder(self.settings.embedding_model)
        return self.embedder

    def candidates(self, question: str, depth: int, where: Filter) -> Candidates:
        """The `depth` best passages of dense search and of BM25."""
        view = self.view
        vector = self.loaded_embedder().embed_questions([question])[0]
        bm25 = view.bm25(question, depth, where)
        near = view.dense(vector, depth, where)
        cosines = view.cosines(vector, dict.fromkeys([*near, *bm25]))
        nearest = sorted((n for n in near if n in cosines), key=lambda n: (-cosines[n], n))[:depth]
        dense = {n: cosines[n] for n in dict.fromkeys([*nearest, *bm25]) if n in cosines}
        return Candidates(dense, {n: score for n, score in bm25.items() if n in cosines})


def open_generation(folder: Path, settings: IndexSettings | None, embedder: Embedder | None) -> Serving:
    """Open the generation in use; see Index.open."""
    while True:
        generation, store = generations.opened(folder)
        try:
            found = fitting_settings(folder, store, settings, embedder)
            return Serving(generation, store, found, update.sound_view(folder, generation, store), embedder)
        except BaseException as error:
            store.close()
            if not isinstance(error, IndexDamaged) or generations.in_use(folder) == generation:
                raise  # else another process has removed it meanwhile


def fitting_settings(
    folder: Path, store: LocalStore, settings: IndexSettings | None, embedder: Embedder | None
) -> IndexSettings:
    """What a store was made with.

    Raises:
        IndexMismatch: it was made with other settings or another model; see Index.open.
    """
    found = settings_of(store)
    if settings is not None and settings != found:
        raise IndexMismatch(
            f"the index in {folder} {_difference(found, settings)}; run: rag index rebuild --index {folder}"
        )
    wanted = embedder.fingerprint if embedder else fingerprint(embedder_folder(found.embedding_model))
    if wanted != store.about("embedder"):
        raise IndexMismatch(
            f"the index in {folder} was made with embedding model {store.about('embedder')}, "
            f"{found.embedding_model!r} is now {wanted}; run: rag index rebuild --index {folder}"
        )
    return found


def renewed(folder: Path, serving: Serving) -> Serving:
    """What to search now: a new generation if there is one that can be, else this one with the latest changes."""
    with suppress(RagError, sqlite3.Error, OSError):  # what cannot be opened is left to those who open it by name
        if generations.in_use(folder) != serving.generation:
            return open_generation(folder, None, _fitting(folder, serving))
    serving.view = serving.view.refreshed()
    return serving


def _fitting(folder: Path, serving: Serving) -> Embedder | None:
    """The loaded embedder, if the generation in use was made with it too."""
    _, store = generations.opened(folder)
    same = serving.embedder and store.about("embedder") == serving.embedder.fingerprint
    store.close()
    return serving.embedder if same else None


def _difference(found: IndexSettings, wanted: IndexSettings) -> str:
    pairs = [(name, value, getattr(wanted, name)) for name, value in asdict(found).items()]
    return "; ".join(f"has {name} {a!r}, {b!r} was asked for" for name, a, b in pairs if a != b)
