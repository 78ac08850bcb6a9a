"""An index cut and embedded again from its own articles, whether or not its model can be loaded."""

from __future__ import annotations

from pathlib import Path

from rag import generations, update
from rag.embeddings import Embedder, SentenceEmbedder
from rag.settings import IndexSettings
from rag.store.local import LocalStore
from rag.store.overview import settings_of
from rag.update import Report


def rebuild(
    folder: Path,
    *,
    settings: IndexSettings | None = None,
    embedder: Embedder | None = None,
    progress: Report | None = None,
    keep: int = 0,
) -> None:
    """Make a new generation of the articles that the present one holds; that one serves until the new one is whole.

    Args:
        folder: of the index.
        settings: None keeps those of the index.
        embedder: None loads the model that the settings name.
        progress: called after each batch is stored.
        keep: earlier generations to leave on the disk.

    Raises:
        IndexMissing: there is no index in the folder.
        IndexDamaged: an article is not what was stored.
        IndexBusy, IndexNotWritten: see rag.update.build.
    """
    store = LocalStore(generations.in_use(folder))
    try:
        settings = settings or settings_of(store)
        embedder = embedder or SentenceEmbedder(settings.embedding_model)
        update.build(folder, store.articles(), settings, embedder, progress=progress, keep=keep)
    finally:
        store.close()
