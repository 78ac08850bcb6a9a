"""Which engine for BM25? tantivy (ours), bm25s and SQLite FTS5.

    python benchmarks/bm25_engines.py REAL_INDEX SQUAD_DEV.json.gz --work DIR --passages 25000 1000000

Passages of a real index, repeated with some words replaced where there are too few; questions are its titles. Recall is
of SQuAD's questions against its paragraphs. Figures go to benchmarks/results/bm25_engines.json. Needs bm25s.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import sqlite3
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Protocol

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

import numpy as np
import results
from squad import read_squad

from rag.index import Index
from rag.store import terms
from rag.store.analysis import Analysis

Texts = Sequence[str]
K = 100
TOO_LONG_S = 10.0  # for a question: then fewer are asked


class Engine(Protocol):
    def build(self, folder: Path, texts: Texts) -> None: ...

    def add(self, folder: Path, texts: Texts, before: Texts) -> None:
        """To what was built of `before`."""

    def search(self, question: str, k: int) -> Sequence[int]: ...


class Tantivy:
    def __init__(self) -> None:
        self._analysis = Analysis()

    def build(self, folder: Path, texts: Texts) -> None:
        terms.build(folder, enumerate(texts), self._analysis)
        self._index = terms.TermIndex(folder, self._analysis)

    def add(self, folder: Path, texts: Texts, before: Texts) -> None:
        new = folder.with_name(folder.name + "-new")
        terms.extend(folder, new, enumerate(texts, len(before)), (), self._analysis)
        self._index = terms.TermIndex(new, self._analysis)

    def search(self, question: str, k: int) -> Sequence[int]:
        return [n for n, _ in self._index.search(question, k)]


class Bm25s:
    """With the same words as ours; it cannot add, so it is built anew."""

    def __init__(self) -> None:
        self._analysis = Analysis()

    def build(self, folder: Path, texts: Texts) -> None:
        import bm25s

        self._bm25 = bm25s.BM25(k1=1.2, b=0.75)
        self._bm25.index([self._analysis.stems(text) for text in texts], show_progress=False)
        self._bm25.save(str(folder))
        self._bm25 = bm25s.BM25.load(str(folder), mmap=True)

    def add(self, folder: Path, texts: Texts, before: Texts) -> None:
        shutil.rmtree(folder)
        self.build(folder, [*before, *texts])

    def search(self, question: str, k: int) -> Sequence[int]:
        stems = [self._analysis.stems(question)]
        found, _ = self._bm25.retrieve(stems, k=k, show_progress=False)
        return [int(n) for n in found[0]]


class Fts5:
    """SQLite's own, with its Porter stemmer; stop words are left out of questions, as in ours."""

    def __init__(self) -> None:
        self._analysis = Analysis()

    def build(self, folder: Path, texts: Texts) -> None:
        folder.mkdir()
        self._db = sqlite3.connect(folder / "fts.sqlite")
        self._db.execute("CREATE VIRTUAL TABLE t USING fts5(text, content='', tokenize='porter unicode61')")
        self._insert(texts, 0)

    def add(self, folder: Path, texts: Texts, before: Texts) -> None:
        self._insert(texts, len(before))

    def search(self, question: str, k: int) -> Sequence[int]:
        words = [word for word in self._analysis.words(question) if self._analysis.stems(word)]
        match = " OR ".join(f'"{word}"' for word in words)
        if not match:
            return []
        rows = self._db.execute("SELECT rowid - 1 FROM t WHERE t MATCH ? ORDER BY bm25(t) LIMIT ?", (match, k))
        return [row[0] for row in rows]

    def _insert(self, texts: Texts, first: int) -> None:
        with self._db:
            self._db.executemany("INSERT INTO t(rowid, text) VALUES (?, ?)",
                                 ((first + n + 1, text) for n, text in enumerate(texts)))  # fmt: skip


ENGINES: dict[str, type[Any]] = {"tantivy": Tantivy, "bm25s": Bm25s, "SQLite FTS5": Fts5}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("real", type=Path, help="an index of real articles")
    parser.add_argument("squad", type=Path)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--passages", type=int, nargs="+", default=[25_000, 1_000_000])
    parser.add_argument("--engines", nargs="+", choices=ENGINES, default=list(ENGINES))
    options = parser.parse_args()
    path = results.FOLDER / "bm25_engines.json"
    figures = json.loads(path.read_text(encoding="utf-8"))["figures"] if path.exists() else {}
    real = Index.open(options.real)
    questions = [entry.title for _, entry in zip(range(300), real.entries(), strict=False) if entry.title]
    for count in options.passages:
        texts = list(_texts(real, count + 1_000))
        for name in options.engines:
            found = _measured(ENGINES[name](), options.work / f"{name}-{count}", texts, questions)
            print(f"{count:,} passages, {name}:", json.dumps(found), flush=True)
            figures.setdefault(f"{count}", {})[name] = found
            results.save("bm25_engines", "python benchmarks/bm25_engines.py REAL_INDEX SQUAD_DEV --work DIR", figures)
    corpus = read_squad(options.squad)
    asked = random.Random(1).sample(corpus.questions, 2_000)
    for name in options.engines:
        shutil.rmtree(options.work / "squad", ignore_errors=True)
        engine = ENGINES[name]()
        engine.build(options.work / "squad", [f"{p.title}\n{p.text}" for p in corpus.paragraphs])
        place = {p.id: n for n, p in enumerate(corpus.paragraphs)}
        hits = [place[q.article_id] in list(engine.search(q.text, 5)) for q in asked]
        figures.setdefault("recall@5 on SQuAD dev", {})[name] = round(float(np.mean(hits)), 4)
        print(name, "recall@5", figures["recall@5 on SQuAD dev"][name], flush=True)
    results.save("bm25_engines", "python benchmarks/bm25_engines.py REAL_INDEX SQUAD_DEV --work DIR", figures)


def _texts(real: Index, count: int) -> Iterator[str]:
    """Real passages; further rounds of them with a fifth of the words replaced."""
    originals = [passage.heading_and_text for _, passage in real.numbered_passages()]
    rng = random.Random(1)
    words = [word for text in rng.sample(originals, min(2_000, len(originals))) for word in text.split()]
    for n in range(count):
        own = originals[n % len(originals)].split(" ")
        if n >= len(originals):
            for place in rng.sample(range(len(own)), len(own) // 5):
                own[place] = rng.choice(words)
        yield " ".join(own)


def _measured(engine: Engine, folder: Path, texts: Texts, questions: Texts) -> dict[str, float]:
    for old in folder.parent.glob(folder.name + "*"):
        shutil.rmtree(old)
    folder.parent.mkdir(parents=True, exist_ok=True)
    before, more = texts[:-1_000], texts[-1_000:]
    build_s = _seconds(lambda: engine.build(folder, before))
    size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    times: list[float] = []
    for question in questions:
        times.append(1000 * _seconds(lambda: engine.search(question, K)))  # noqa: B023
        if sum(times) > 1000 * 6 * TOO_LONG_S:
            break
    add_s = _seconds(lambda: engine.add(folder, more, before))
    return {"build_s": round(build_s, 2), "p50_ms": round(float(np.median(times)), 2),
            "p95_ms": round(float(np.percentile(times, 95)), 2), "add_1000_s": round(add_s, 2),
            "disk_mb": round(size / 1e6, 1), "questions": len(times), "load": round(os.getloadavg()[0], 1)}  # fmt: skip


def _seconds(work: Any) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


if __name__ == "__main__":
    main()
