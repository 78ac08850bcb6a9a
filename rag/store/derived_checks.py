"""What is wrong in the FAISS and BM25 files of a generation, held against the store."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from rag.models import file_digest
from rag.store import derived
from rag.store.analysis import Analysis
from rag.store.checks import Problem
from rag.store.derived import Derived, Manifest
from rag.store.local import LocalStore, Numbers

ALL_UP_TO = 10_000  # passages, whose vectors and words are all looked up; of more, a sample
SAMPLE = 1_000
SEED = 20_000
OFF_EXACT, OFF_LISTS = 2e-3, 3e-2  # of a cosine: float16, or a byte for each number


def files(generation: Path, store: LocalStore, manifest: Manifest | None, unsound: frozenset[int]) -> Iterator[Problem]:
    """What is wrong; nothing, where a passage is merely not in the files yet.

    Args:
        generation: the folder.
        store: what is in it.
        manifest: what vouches for the files; None: nothing does.
        unsound: numbers of articles that cannot be compared with the files.
    """
    if manifest is None:
        yield Problem("files", f"{derived.MANIFEST} is missing or damaged")
        return
    folder = generation / manifest.folder
    wrong = [name for name, digest in manifest.sha256.items() if _digest(folder / name) != digest]
    for name in wrong:
        yield Problem("files", f"{manifest.folder}/{name} is not what was written")
    analysis = Analysis()
    found = None if wrong else derived.open_sound(generation, manifest, analysis)
    if found is None:
        if not wrong:
            yield Problem("files", f"the files in {manifest.folder} cannot be opened")
        return
    yield from _numbers(store, found)
    comparable = found.numbers[~np.isin(found.articles, sorted(unsound))]
    numbers = _sample(np.intersect1d(comparable, _stored(store, manifest), assume_unique=True))
    yield from _vectors(store, found, numbers)
    yield from _words(store, found, numbers, analysis)


def _numbers(store: LocalStore, found: Derived) -> Iterator[Problem]:
    manifest = found.manifest
    gone = store.rows("SELECT n FROM removed WHERE revision > ? AND n <= ?", (manifest.revision, manifest.last))
    left = np.array([row[0] for row in gone], dtype=np.int64)
    if not np.array_equal(found.numbers, np.union1d(_stored(store, manifest), left)):
        yield Problem("files", f"{derived.PASSAGES} names other passages than the store")
    if not np.array_equal(np.sort(found.vectors.numbers()), found.numbers):
        yield Problem("files", f"{derived.VECTORS} holds other passages than {derived.PASSAGES}")
    if not np.array_equal(np.sort(found.terms.numbers()), found.numbers):
        yield Problem("files", f"{derived.TERMS} holds other passages than {derived.PASSAGES}")


def _vectors(store: LocalStore, found: Derived, numbers: Numbers) -> Iterator[Problem]:
    off = OFF_LISTS if found.manifest.lists else OFF_EXACT
    block = store.vectors_of(numbers.tolist())
    lost = [
        int(n)
        for n, vector in zip(block.numbers, block.vectors, strict=True)
        if not found.vectors.best_cosine(vector) >= float(vector @ vector) - off
    ]
    passages = store.passages(lost)
    for article_id in dict.fromkeys(passages[n].article_id for n in lost if n in passages):
        yield Problem("passages", f"article {article_id!r}: {derived.VECTORS} holds another embedding than the store",
                      article_id)  # fmt: skip


def _words(store: LocalStore, found: Derived, numbers: Numbers, analysis: Analysis) -> Iterator[Problem]:
    for n, passage in store.passages(numbers.tolist()).items():
        stems = set(analysis.stems(passage.heading_and_text))
        rarest = min(stems, key=lambda stem: (found.terms.frequency(stem), stem), default=None)
        if rarest is not None and n not in found.terms.holders(rarest):
            what = f"passage {passage.number} of article {passage.article_id!r} is not found by its word {rarest!r}"
            yield Problem("files", f"{derived.TERMS}: {what}")
            return


def _stored(store: LocalStore, manifest: Manifest) -> Numbers:
    rows = store.rows("SELECT n FROM passages WHERE n <= ? ORDER BY n", (manifest.last,))
    return np.array([row[0] for row in rows], dtype=np.int64)


def _sample(numbers: Numbers) -> Numbers:
    if len(numbers) <= ALL_UP_TO:
        return numbers
    return np.sort(np.random.default_rng(SEED).choice(numbers, SAMPLE, replace=False))


def _digest(path: Path) -> str:
    try:
        return file_digest(path)
    except OSError:
        return ""
