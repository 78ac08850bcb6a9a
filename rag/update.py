"""Changes of an index: built anew, or in place.

Every change is a transaction of SQLite, which readers see at once; the FAISS and BM25 files are made anew only when
enough has changed since they were made, so what one article costs does not depend on the size of the index.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

from rag import generations
from rag.embeddings import Embedder
from rag.errors import IndexBusy, IndexDamaged, IndexNotWritten, InputError
from rag.ingest import IN_FLIGHT, NOTHING, Ingest, Progress
from rag.settings import IndexSettings
from rag.store import derived, view
from rag.store.analysis import Analysis
from rag.store.derived import Manifest
from rag.store.local import LocalStore
from rag.store.rows import article_digest
from rag.store.view import View
from rag.types import Article, Change

CHANGES_IN_MEMORY = 5_000  # passages: 0.4 s to read on opening, under 1 ms more a search; then the files are made anew

Report = Callable[[Progress], None]


def build(
    folder: Path,
    articles: Iterable[Article],
    settings: IndexSettings,
    embedder: Embedder,
    *,
    progress: Report | None = None,
    keep: int = 0,
) -> None:
    """Fill a new generation beside the one in use, which serves until the new one is whole.

    Args:
        folder: of the index; made if need be.
        articles: read once, in order; a later one takes the place of an earlier one of the same id.
        settings: what shapes the index.
        embedder: the model that the settings name.
        progress: called after each batch is stored.
        keep: earlier generations to leave on the disk.

    Raises:
        InputError: there are no articles, or `keep` is below 0.
        IndexBusy: another process is writing there.
        IndexNotWritten: the disk is full or cannot be written to.
    """
    if keep < 0:
        raise InputError(f"keep is {keep}; it must be 0 or more")
    about = {"settings": asdict(settings), "embedder": embedder.fingerprint, "dimension": embedder.dimension}
    with generations.writing(folder):
        generation, store = generations.begin(folder, about)
        goes_on = store.counts() != (0, 0)
        try:
            ingest = Ingest(store, settings, embedder, progress)
            ingest.put(articles)
            ingest.remove_unseen(keep=lambda _: False)
            with generations.storing(generation):
                derived.write(generation, store, Analysis())
                _dated(store)
                store.describe({generations.WHOLE: True})
        except (InputError, IndexBusy, IndexNotWritten) as error:
            store.close()
            if not goes_on or isinstance(error, IndexNotWritten):  # a full disk needs the room
                shutil.rmtree(generation, ignore_errors=True)
            raise
        store.close()
        with generations.storing(generation):
            generations.switch(folder, generation, keep=keep)


@contextmanager
def changing(
    folder: Path,
    generation: Path,
    settings: IndexSettings,
    embedder: Embedder | None,
    progress: Report | None = None,
) -> Iterator[Ingest]:
    """The right to change the generation in use, and what to do it with; without an embedder, to remove.

    Raises:
        IndexBusy: another process is writing, or has put another generation to use.
        IndexNotWritten: the disk is full or cannot be written to.
    """
    with generations.writing(folder):
        if generations.in_use(folder) != generation:
            raise IndexBusy(f"another process has rebuilt the index in {folder}; open it again, then try again")
        generations.set_aside(folder)
        store = LocalStore(generation)
        try:
            yield Ingest(store, settings, embedder, progress, after_batch=lambda: _refile(generation, store))
            _refile(generation, store)
            with generations.storing(generation):
                _dated(store)
        finally:
            store.close()


def planned(stored: Mapping[str, bytes], articles: Iterable[Article], keep: Callable[[str], bool]) -> Change:
    """What synchronising with these articles would change; nothing is cut, embedded or stored.

    Args:
        stored: the digests of the articles that are there, by their ids.
        articles: read once, in order.
        keep: whether to keep an article of an id that is not among them.

    Raises:
        InputError: there are no articles.
    """
    added, updated, seen = [], [], set()
    unchanged = 0
    for article in articles:
        seen.add(article.id)
        if article.id not in stored:
            added.append(article.id)
        elif stored[article.id] != article_digest(article):
            updated.append(article.id)
        else:
            unchanged += 1
    if not seen:
        raise InputError(NOTHING)
    removed = tuple(id_ for id_ in stored if id_ not in seen and not keep(id_))
    return Change(tuple(added), tuple(updated), removed, unchanged)


def sound_view(folder: Path, generation: Path, store: LocalStore) -> View:
    """What is to be searched; derived files that are missing or damaged are made again, without embedding.

    Where another process holds the right to write, or the disk takes nothing, they are made for this process alone.
    """
    analysis = Analysis()
    found = view.opened(generation, store, analysis)
    if found:
        return found
    try:
        with generations.writing(folder):
            found = view.opened(generation, store, analysis)
            if found is None:
                derived.write(generation, store, analysis)
                found = view.opened(generation, store, analysis)
    except (IndexBusy, IndexNotWritten, InputError, OSError):
        found = _private(generation, store, analysis)
    if found is None:
        raise IndexDamaged(f"the files made in {generation} cannot be read back; is the disk sound?")
    return found


def _private(generation: Path, store: LocalStore, analysis: Analysis) -> View | None:
    with tempfile.TemporaryDirectory() as apart:
        files = derived.open_sound(Path(apart), derived.write(Path(apart), store, analysis), analysis)
    return view.of_files(generation, store, analysis, files) if files else None


def _refile(generation: Path, store: LocalStore) -> None:
    """Make the derived files anew if enough has changed since they were made."""
    manifest = Manifest.read(generation)
    if manifest and changes_since(store, manifest) <= CHANGES_IN_MEMORY:
        return
    analysis = Analysis()
    old = derived.open_sound(generation, manifest, analysis) if manifest else None
    with generations.storing(generation):
        derived.write(generation, store, analysis, old)


def changes_since(store: LocalStore, manifest: Manifest) -> int:
    """Passages that came or went since the derived files were made."""
    ((new,),) = store.rows("SELECT count(*) FROM passages WHERE n > ?", (manifest.last,))
    ((gone,),) = store.rows("SELECT count(*) FROM removed WHERE revision > ?", (manifest.revision,))
    return int(new) + int(gone)


def _dated(store: LocalStore) -> None:
    store.describe({"changed": datetime.now(UTC).isoformat(timespec="seconds"), IN_FLIGHT: []})
