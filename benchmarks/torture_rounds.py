"""Rounds of the torture: a writer is killed or runs out of disk, and the index is looked at."""

from __future__ import annotations

import gc
import multiprocessing
import os
import random
import resource
import shutil
import signal
import subprocess
import time
import traceback
from collections import Counter
from pathlib import Path
from typing import Any

import torture_writer
from small_index import WORDS, HashedWords, made_up, version_of
from torture_states import Expected, Held, read

from rag.errors import IndexMissing, IndexNotWritten
from rag.index import Index
from rag.settings import AnswerSettings
from rag.store.analysis import Analysis
from rag.types import Filter

DISK_BYTES = 32 << 20
LONGEST_S = 1.2  # that a writer lives
FRESH = 0.15  # share of the rounds that begin without an index
FULL = 0.25  # share of the rounds in which the disk is full


def rounds(work: Path, count: int, seed: int) -> dict[str, Any]:
    """What so many rounds found."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["torture_writer"])
    work.mkdir(parents=True)
    mounted = _mount(work)
    rng, tally, wrong = random.Random(seed), Counter[str](), list[str]()
    held: Held | None = None
    try:
        for number in range(count):
            lists = rng.random() < 0.3
            if held is None or rng.random() < FRESH:
                shutil.rmtree(work / "index", ignore_errors=True)
                held = None
            full = rng.random() < FULL
            expected = _one_round(context, work, rng, held, full=full, mounted=mounted, lists=lists)
            tally.update(rounds=1, changes=expected.changes, full_disks=expected.full, killed=not full)
            complaints = [f"the writer failed: {error}" for error in expected.errors]
            for moment in ("with a full disk", "") if full else ("",):
                if not moment:
                    (work / "filler").unlink(missing_ok=True)
                try:
                    held, found = _looked_at(work / "index", expected, rng, lists)
                except IndexNotWritten:  # not a byte is left for SQLite to open with, and it says so
                    held, found = expected.certain, [] if moment else ["no room on a disk that has some"]
                    tally.update(no_room_to_open=1)
                gc.collect()  # files that are still open would go on filling the small disk
                complaints += [f"{line} {moment}".strip() for line in found]
            tally.update(no_index_yet=held is None, articles=len(held or ()))
            wrong += [f"round {number}: {line}" for line in complaints]
    finally:
        if mounted:
            subprocess.run(["umount", "--lazy", str(work)], check=False)
    return {**tally, "disk": "tmpfs" if mounted else "limit on files", "wrong": wrong}


def _mount(work: Path) -> bool:
    """Whether `work` has become a small disk."""
    if os.geteuid() or not shutil.which("mount"):
        return False
    command = ["mount", "-t", "tmpfs", "-o", f"size={DISK_BYTES}", "tmpfs", str(work)]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def _one_round(
    context: Any, work: Path, rng: random.Random, held: Held | None, *, full: bool, mounted: bool, lists: bool
) -> Expected:
    log = work.parent / "log"
    log.unlink(missing_ok=True)
    room = rng.choice((4_000, 40_000, 400_000)) + rng.randrange(400_000)
    if full and mounted:
        space = os.statvfs(work)
        (work / "filler").write_bytes(b"x" * max(0, space.f_bavail * space.f_frsize - room))
    limit = room if full and not mounted else None
    arguments = (work / "index", log, rng.randrange(10**9), lists, limit)
    child = context.Process(target=_limited, args=arguments)
    child.start()
    deadline = time.monotonic() + 30
    while not log.exists() and child.is_alive() and time.monotonic() < deadline:
        time.sleep(0.002)
    child.join(rng.random() * LONGEST_S + (LONGEST_S if full else 0))
    if child.is_alive():
        os.kill(child.pid, signal.SIGKILL)
    child.join()
    return read(log, held or {}, exists=held is not None)


def _limited(folder: Path, log: Path, seed: int, lists: bool, limit: int | None) -> None:
    if limit:
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
    torture_writer.change_for_ever(folder, log, seed, lists)


def _looked_at(folder: Path, expected: Expected, rng: random.Random, lists: bool) -> tuple[Held | None, list[str]]:
    """What the index holds, and all that is wrong with it."""
    torture_writer.small_limits(lists)
    try:
        index = Index.open(folder, embedder=HashedWords())
        articles = {article.id: article for article in index.articles()}
        held = {name: version_of(article) for name, article in articles.items()}
        wrong = expected.complaints(held)
        wrong += [f"{n} is not as stored" for n, a in articles.items() if a != made_up(n, version_of(a))]
        return held, wrong + _answers_differ(index, rng)
    except IndexMissing:
        return None, ["the index is gone"] if expected.exists else []
    except IndexNotWritten:
        raise
    except BaseException:  # noqa: BLE001 - whatever it is, the benchmark must show it
        return expected.certain, [f"does not open or answer: {traceback.format_exc()}"]


def _answers_differ(index: Index, rng: random.Random) -> list[str]:
    """Where searches differ from comparing a question with every passage of the store."""
    embedder, analysis = HashedWords(), Analysis()
    everything = dict(index.numbered_passages())
    passages = list(everything.values())
    rows = embedder.embed_passages([p.heading_and_text for p in passages])
    wrong = []
    for _ in range(4):
        question = " ".join(rng.choices(WORDS, k=rng.randint(1, 3)))
        where = rng.choice((Filter(), Filter(), Filter(sources=frozenset({"herald"}))))
        let_through = [n for n, p in enumerate(passages) if not where.sources or p.source == "Herald"]
        cosines = rows @ embedder.embed_questions([question])[0] if passages else []
        stems = set(analysis.stems(question))
        deep = AnswerSettings(candidates=max(1, len(passages)))
        hits = index.search(question, max(1, len(passages)), where=where, settings=deep)
        found = {(hit.passage.article_id, hit.passage.number): hit for hit in hits}
        if {(passages[n].article_id, passages[n].number) for n in let_through} != set(found):
            wrong.append(f"{question!r} finds {len(found)} passages of {len(let_through)}")
            continue
        for n in let_through:
            hit = found[passages[n].article_id, passages[n].number]
            shares = bool(stems & set(analysis.stems(passages[n].heading_and_text)))
            article = index.article(hit.passage.article_id)
            if (
                hit.passage.span.of(article.text) != hit.passage.text
                or abs(hit.dense - float(cosines[n])) > 0.005
                or (hit.bm25 is not None) != shares
            ):
                wrong.append(f"{question!r}: {hit.passage.article_id} has {hit.dense:.4f}, {hit.bm25}, "
                             f"not {cosines[n]:.4f}, {shares}")  # fmt: skip
    return wrong
