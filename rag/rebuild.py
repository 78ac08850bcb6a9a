"""An index cut and embedded again from its own articles, whether or not its model can be loaded."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from rag import generations, update
from rag.embeddings import Embedder, SentenceEmbedder
from rag.errors import IndexBusy
from rag.settings import IndexSettings
from rag.store.local import LocalStore
from rag.store.overview import settings_of
from rag.types import Article
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
    generation, store = generations.opened(folder)
    with closing(store):
        settings = settings or settings_of(store)
    embedder = embedder or SentenceEmbedder(settings.embedding_model)
    update.build(folder, _articles(folder, generation), settings, embedder, progress=progress, keep=keep)


def _articles(folder: Path, generation: Path) -> Iterator[Article]:
    """The articles of a generation, read once the right to write is held: until then they may change."""
    if generations.in_use(folder) != generation:
        raise IndexBusy(f"another process has just rebuilt the index in {folder}; try again")
    with closing(LocalStore(generation)) as store:
        yield from store.articles()
