"""Damage to derived files: whatever is flipped or cut off, a search answers as before."""

from __future__ import annotations

import multiprocessing
import random
import shutil
import traceback
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import Any

import torture_writer
from small_index import HashedWords, made_up

from rag import update
from rag.index import Index
from rag.settings import IndexSettings
from rag.store.derived import Manifest
from rag.types import Filter

QUESTIONS = ("balm deis", "dok feilm gort", "bund", "no such words", "meix nort lak")
PHRASE = "deis"
Answers = list[tuple[str, int, float, float, float | None]]


def flips(work: Path, count: int, seed: int) -> dict[str, Any]:
    """What so many damaged files did."""
    work.mkdir(parents=True)
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["torture_writer"])
    kinds = [(lists, changed) for lists in (False, True) for changed in (False, True)]
    rng, tally, wrong = random.Random(seed), Counter[str](), list[str]()
    pool = ProcessPoolExecutor(1, mp_context=context)
    try:
        originals = {kind: pool.submit(_prepared, work / str(n), *kind).result() for n, kind in enumerate(kinds)}
        for number in range(count):
            kind = kinds[number % len(kinds)]
            copy = work / "copy"
            shutil.rmtree(copy, ignore_errors=True)
            shutil.copytree(work / str(kinds.index(kind)), copy)
            what = _damage(copy, rng)
            tally.update([what.split()[0], "damaged"])
            try:
                complaint = pool.submit(_differences, copy, originals[kind], *kind).result(120)
            except BrokenProcessPool:
                complaint = "the process crashed"
                pool = ProcessPoolExecutor(1, mp_context=context)
            if complaint:
                wrong.append(f"{what}: {complaint}")
    finally:
        pool.shutdown()
    return {**tally, "wrong": wrong}


def _prepared(folder: Path, lists: bool, changed: bool) -> Answers:
    """The answers of a sound index."""
    torture_writer.small_limits(lists)
    update.CHANGES_IN_MEMORY = 10**9
    settings = IndexSettings(passage_tokens=60)
    index = Index.build((made_up(f"a{n}", 0) for n in range(120)), folder, settings=settings, embedder=HashedWords())
    if changed:
        index.add(made_up(f"b{n}", 0) for n in range(15))
        index.remove([f"a{n}" for n in range(0, 40, 4)])
    return _answers(index)


def _answers(index: Index) -> Answers:
    wheres = (Filter(), Filter(phrase=PHRASE), Filter(sources=frozenset({"herald"})))
    hits = [hit for where in wheres for question in QUESTIONS for hit in index.search(question, 10**4, where=where)]
    return [(hit.passage.article_id, hit.passage.number, hit.score, hit.dense, hit.bm25) for hit in hits]


def _differences(folder: Path, original: Answers, lists: bool, changed: bool) -> str:
    """How the answers differ; empty if they do not."""
    torture_writer.small_limits(lists)
    update.CHANGES_IN_MEMORY = 10**9
    try:
        found = _answers(Index.open(folder, embedder=HashedWords()))
    except BaseException:  # noqa: BLE001 - whatever it is, the benchmark must show it
        return f"does not open or answer: {traceback.format_exc()}"
    # Removed passages count in BM25's word statistics until the files are made anew, so its scores may differ then.
    if changed:
        return "" if sorted(map(_bare, found)) == sorted(map(_bare, original)) else "other answers"
    same = len(found) == len(original) and all(
        a[:2] == b[:2] and all(x == y or abs((x or 0) - (y or 0)) < 1e-5 for x, y in zip(a[2:], b[2:], strict=True))
        for a, b in zip(found, original, strict=True)
    )
    return "" if same else "other answers"


def _bare(answer: tuple[str, int, float, float, float | None]) -> tuple[str, int, float, bool]:
    return answer[0], answer[1], round(answer[3], 4), answer[4] is not None


def _damage(folder: Path, rng: random.Random) -> str:
    """Damage one file, each as likely as another; what was done."""
    manifest = Manifest.read(folder / "g000001")
    assert manifest
    names = ("CURRENT", "g000001/derived.json", *(f"g000001/{manifest.folder}/{name}" for name in manifest.sha256))
    path = folder / rng.choice(names)
    content = bytearray(path.read_bytes())
    place = rng.randrange(len(content))
    if rng.random() < 0.7:
        content[place] ^= 1 << rng.randrange(8)
        done = "flipped"
    else:
        del content[place:]
        done = "truncated"
    path.write_bytes(content)
    return f"{done} {path.relative_to(folder)} at {place}"
