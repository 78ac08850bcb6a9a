"""What is derived from the store, kept on disk and made again whenever it cannot be trusted.

In a generation's folder: derived.json and the folder that it names, with vectors.faiss, terms/ and passages.npy. The
manifest tells which revision of the store they were made from and the SHA-256 of each file; it is replaced last, and
what it does not vouch for is not opened. Files are never changed: the next revision gets a folder of its own.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from rag.models import file_digest
from rag.store import terms, vectors
from rag.store.analysis import Analysis
from rag.store.local import LocalStore, Numbers
from rag.store.vectors import Plan

MANIFEST = "derived.json"
CHECK = "check"  # its field that vouches for the others
VECTORS = "vectors.faiss"
TERMS = "terms"
PASSAGES = "passages.npy"
SEED = 20_000  # of the sample of vectors that lists are made from


@dataclass(frozen=True, slots=True)
class Manifest:
    """What derived.json says."""

    folder: str  # beside it
    revision: int  # of the store that they were made from
    last: int  # the highest passage number in them
    lists: int  # of the FAISS index; 0: exact
    probes: int
    sha256: dict[str, str]  # of each file, by its path within the folder

    @classmethod
    def read(cls, generation: Path) -> Manifest | None:
        """None if there is none that makes sense."""
        try:
            fields = json.loads((generation / MANIFEST).read_text(encoding="utf-8"))
            return cls(**fields) if fields.pop(CHECK) == _check(fields) else None
        except (OSError, ValueError, TypeError, LookupError, AttributeError, RecursionError):
            return None

    @property
    def plan(self) -> Plan:
        return Plan(self.lists, self.probes)


@dataclass(frozen=True, slots=True)
class Derived:
    """The files that answer a search, opened."""

    manifest: Manifest
    numbers: Numbers  # of every passage in them, rising
    articles: Numbers  # the store's number of each passage's article
    vectors: vectors.VectorIndex
    terms: terms.TermIndex


def open_sound(generation: Path, manifest: Manifest, analysis: Analysis) -> Derived | None:
    """Open the files that a manifest names; None unless each is what was written."""
    folder = generation / manifest.folder
    try:
        if {path.relative_to(folder).as_posix(): file_digest(path) for path in _files(folder)} != manifest.sha256:
            return None
        table = np.load(folder / PASSAGES, mmap_mode="r")
        found = vectors.VectorIndex(folder / VECTORS, manifest.plan)
        return Derived(manifest, table[0], table[1], found, terms.TermIndex(folder / TERMS, analysis))
    except (OSError, ValueError, RuntimeError):  # RuntimeError: FAISS, where a writer has just replaced the files
        return None


def write(generation: Path, store: LocalStore, analysis: Analysis, old: Derived | None = None) -> Manifest:
    """Make the files anew from the store, without embedding anything, and put them to use.

    Args:
        generation: the folder.
        store: what is in it, read at one moment.
        analysis: of the texts.
        old: sound files of an earlier revision, which then only need what has changed since; None: from nothing.

    Raises:
        OSError: they cannot be written.
    """
    folder = _new_folder(generation)
    try:
        with store.one_moment():
            manifest = _write(folder, store, analysis, old)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)  # where the disk is full it would keep it so
        raise
    fields = {name: getattr(manifest, name) for name in Manifest.__slots__}
    replace_text(generation / MANIFEST, json.dumps(fields | {CHECK: _check(fields)}, indent=1))
    for path in generation.glob("d[0-9]*"):
        if path.name != manifest.folder:
            shutil.rmtree(path, ignore_errors=True)
    return manifest


def _write(folder: Path, store: LocalStore, analysis: Analysis, old: Derived | None) -> Manifest:
    folder.mkdir()
    rows = store.rows("SELECT n, article FROM passages ORDER BY n").fetchall()
    table: npt.NDArray[np.int64] = np.array(rows, dtype=np.int64).reshape(-1, 2).T
    np.save(folder / PASSAGES, np.ascontiguousarray(table))
    count = len(rows)
    if old and old.manifest.plan.still_fits(count):
        after, plan = old.manifest.last, old.manifest.plan
        gone = np.setdiff1d(old.numbers, table[0], assume_unique=True).tolist()
        before = folder.parent / old.manifest.folder
        vectors.extend(before / VECTORS, folder / VECTORS, store.vectors(after), gone)
        texts = ((n, passage.heading_and_text) for n, passage in store.all_passages(after, sound=True))
        terms.extend(before / TERMS, folder / TERMS, texts, gone, analysis)
    else:
        plan = Plan.for_passages(count)

        def sample(size: int) -> npt.NDArray[np.float32]:
            chosen = np.random.default_rng(SEED).choice(table[0], min(size, count), replace=False)
            return store.vectors_of(chosen.tolist()).vectors

        vectors.build(folder / VECTORS, store.vectors(), int(store.about("dimension")), plan, sample)
        terms.build(folder / TERMS, ((n, p.heading_and_text) for n, p in store.all_passages(sound=True)), analysis)
    digests = {path.relative_to(folder).as_posix(): file_digest(path) for path in _files(folder)}
    for path in _files(folder):
        flush(path)
    flush(folder)
    last = int(table[0, -1]) if count else 0
    return Manifest(folder.name, store.revision, last, plan.lists, plan.probes, digests)


def _new_folder(generation: Path) -> Path:
    taken = [int(path.name[1:]) for path in generation.glob("d[0-9]*") if path.name[1:].isdigit()]
    return generation / f"d{max(taken, default=0) + 1:06d}"


def _check(fields: dict[str, Any]) -> str:
    """The SHA-256 of the manifest's other fields."""
    return hashlib.sha256(json.dumps(fields, sort_keys=True).encode()).hexdigest()


def replace_text(path: Path, text: str) -> None:
    """Write a small file so that a reader sees the old text or the new one, never a part; one process at a time."""
    for left in path.parent.glob(f"{path.name}.*.new"):  # by a process that was killed
        left.unlink(missing_ok=True)
    beside = path.with_name(f"{path.name}.{os.getpid()}.new")
    beside.write_text(text, encoding="utf-8")
    flush(beside)
    beside.replace(path)
    flush(path.parent)


def flush(path: Path) -> None:
    """Wait until a file, or a folder's list of names, is on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _files(folder: Path) -> Iterator[Path]:
    yield folder / VECTORS
    yield folder / PASSAGES
    yield from terms.files(folder / TERMS)
