"""A process that changes an index for as long as it lives, and writes down first what it will do, then what is done.

The index reports a batch as stored through its progress callback, and a change as made when the call returns; both go
to the log at once. Whoever kills the process can tell from the log what the index may and must hold.
"""

from __future__ import annotations

import itertools
import json
import os
import random
import traceback
from pathlib import Path
from typing import Any

import faiss  # noqa: F401 - loaded once, in the server that the processes are forked from
import tantivy  # noqa: F401
from small_index import HashedWords, made_up, version_of

from rag import ingest, update
from rag.errors import IndexMissing, IndexNotWritten
from rag.index import Index
from rag.settings import IndexSettings
from rag.store import vectors
from rag.types import Article


def small_limits(lists: bool) -> None:
    """Everything that happens at 5,000 or 200,000 passages happens at a few dozen."""
    update.CHANGES_IN_MEMORY = 60
    ingest.PASSAGES_AT_ONCE = 24
    vectors.EXACT_UP_TO = 150 if lists else 10**9
    vectors.LISTS_PER_ROOT = 0.2  # FAISS complains if there are too few vectors for each list


class Log:
    """Lines of JSON, each written whole: what the operating system has taken outlives the process."""

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT)

    def write(self, **line: Any) -> None:
        os.write(self._file, (json.dumps(line) + "\n").encode())


def change_for_ever(folder: Path, log_path: Path, seed: int, lists: bool) -> None:
    """Build the index if there is none, then add, update, remove, synchronise and rebuild until the end."""
    small_limits(lists)
    rng, log, fresh = random.Random(seed), Log(log_path), itertools.count()
    try:
        try:
            index = Index.open(folder, embedder=HashedWords())
        except IndexMissing:
            _build(folder, log, rng, seed, fresh)
            index = Index.open(folder, embedder=HashedWords())
        while True:
            _change(index, log, rng, seed, fresh)
    except IndexNotWritten as error:
        log.write(full=str(error))
    except BaseException:  # noqa: BLE001 - whatever it is, the benchmark must show it
        log.write(error=traceback.format_exc())


def _new(rng: random.Random, seed: int, fresh: itertools.count[int], count: int) -> list[Article]:
    return [made_up(f"n{seed}-{next(fresh)}", rng.randrange(1_000)) for _ in range(count)]


def _build(folder: Path, log: Log, rng: random.Random, seed: int, fresh: itertools.count[int]) -> None:
    articles = _new(rng, seed, fresh, rng.randint(20, 200))
    log.write(op="build", put=[(a.id, version_of(a)) for a in articles])
    Index.build(articles, folder, settings=IndexSettings(passage_tokens=60), embedder=HashedWords())
    log.write(done=True)


def _change(index: Index, log: Log, rng: random.Random, seed: int, fresh: itertools.count[int]) -> None:
    held = [made_up(a.id, version_of(a)) for a in index.articles()]
    some = rng.sample(held, min(len(held), rng.randint(1, 8)))
    newer = [made_up(a.id, version_of(a) + 1) for a in some]
    kind = rng.choices(("add", "update", "remove", "sync", "rebuild", "build"), (30, 20, 20, 15, 10, 5))[0]
    if kind in ("update", "remove") and not some:
        kind = "add"
    if kind == "add":
        articles, gone = _new(rng, seed, fresh, rng.randint(1, 30)) + newer[:1], []
    elif kind == "update":
        articles, gone = newer, []
    elif kind == "remove":
        articles, gone = [], [a.id for a in some]
    elif kind == "rebuild":
        articles, gone = [], []
    else:
        changed = {a.id: a for a in newer[: len(newer) // 2]}
        left_out = {a.id for a in newer[len(newer) // 2 :]}
        articles = [changed.get(a.id, a) for a in held if a.id not in left_out]
        articles += _new(rng, seed, fresh, rng.randint(1, 20))
        gone = sorted(left_out)
    log.write(op=kind, put=[(a.id, version_of(a)) for a in articles], gone=gone)
    report = lambda progress: log.write(stored=progress.articles)  # noqa: E731
    if kind == "add":
        index.add(articles, progress=report)
    elif kind == "update":
        index.update(articles, progress=report)
    elif kind == "remove":
        index.remove(gone)
    elif kind == "sync":
        index.sync(articles, progress=report)
    elif kind == "build":
        Index.build(articles, index.folder, settings=index.settings, embedder=HashedWords())
    else:
        tokens = rng.choice((40, 60, 90))
        index.rebuild(settings=IndexSettings(passage_tokens=tokens), embedder=HashedWords(), keep=rng.choice((0, 1)))
    log.write(done=True)
