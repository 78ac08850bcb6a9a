"""The steps of scale.py: each is given the real index and the big one, and says what it measured."""

from __future__ import annotations

import itertools
import random
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import scale_store

from rag import generations, update
from rag.embeddings import SentenceEmbedder, Vectors
from rag.index import Index
from rag.store import derived
from rag.store.analysis import Analysis
from rag.store.local import LocalStore
from rag.types import Article, Filter

QUESTIONS = 400
SEED = 20_002
K = 8


class Remembered:
    """An embedder that looks vectors up instead of working them out; texts that it does not know get random ones."""

    def __init__(self, fingerprint: str, known: dict[str, npt.NDArray[np.float32]]) -> None:
        self.fingerprint, self.dimension = fingerprint, 384
        self._known = known
        self._rng = np.random.default_rng(SEED)

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        rows = [self._known[t] if t in self._known else self._rng.standard_normal(self.dimension) for t in texts]
        table = np.array(rows, dtype=np.float32).reshape(len(texts), self.dimension)
        return table / np.linalg.norm(table, axis=1, keepdims=True) if len(texts) else table

    embed_questions = embed_passages

    def fits(self, text: str) -> bool:
        return len(text) < 1_500


def made(real: Path, folder: Path, count: int) -> dict[str, Any]:
    with _timed() as seconds:
        scale_store.make(folder, Index.open(real), count)
    return {"s": seconds()}


def derive(_: Path, folder: Path) -> dict[str, Any]:
    """The files that are derived from the store, made from nothing."""
    generation = generations.in_use(folder)
    store = LocalStore(generation)
    with _timed() as seconds:
        manifest = derived.write(generation, store, Analysis())
    sizes = {path.name: path.stat().st_size for path in (generation / manifest.folder).iterdir() if path.is_file()}
    sizes["terms"] = sum(path.stat().st_size for path in (generation / manifest.folder / "terms").iterdir())
    sizes["articles.sqlite"] = store.path.stat().st_size
    megabytes = {name: round(size / 1e6, 1) for name, size in sizes.items()}
    return {"s": seconds(), "lists": manifest.lists, "mb": megabytes, "total_mb": round(sum(megabytes.values()))}


def opening(real: Path, folder: Path) -> dict[str, Any]:
    embedder, questions = _questions(real, folder)
    times, first = [], []
    for _ in range(5):
        with _timed() as seconds:
            index = Index.open(folder, embedder=embedder)
        times.append(seconds())
        with _timed() as seconds:
            index.search(questions[0], K)
        first.append(seconds())
    return {"s": _median(times), "first_search_s": _median(first)}


def searching(real: Path, folder: Path) -> dict[str, Any]:
    """Without and with filters, embedding aside; and as it is, with the model."""
    embedder, questions = _questions(real, folder)
    index = Index.open(folder, embedder=embedder)
    for question in questions[:20]:
        index.search(question, K)
    found = {"unfiltered": _percentiles(questions, lambda q: index.search(q, K))}
    rng = random.Random(SEED)
    day = scale_store.FIRST_DAY + timedelta(200)
    phrases = [" ".join(p.text.split()[2:4]) for _, p in itertools.islice(index.numbered_passages(), 8)]
    filters: dict[str, list[Filter]] = {
        "source, 10 %": [Filter(sources=frozenset({f"Source {n}"})) for n in range(8)],
        "dates, 30 %": [Filter(since=day + timedelta(n), until=day + timedelta(n + 299)) for n in range(8)],
        "author, 0.1 %": [Filter(authors=frozenset({f"Author {n}"})) for n in range(8)],
        "source and dates, 0.5 %": [
            Filter(sources=frozenset({f"Source {n}"}), since=day, until=day + timedelta(49)) for n in range(8)
        ],
        "phrase": [Filter(phrase=phrase) for phrase in phrases],
    }
    for name, wheres in filters.items():
        first = []
        for where in wheres:
            with _timed() as seconds:
                index.search(questions[0], K, where=where)
            first.append(1000 * seconds())
        found[name] = _percentiles(questions[:200], lambda q: index.search(q, K, where=rng.choice(wheres)))  # noqa: B023
        found[name]["first_ms"] = round(float(np.median(first)), 1)
    real_model = Index.open(folder)
    real_model.search(questions[0], K)
    found["with the model"] = _percentiles(questions, lambda q: real_model.search(q, K))
    return found


def recall(real: Path, folder: Path) -> dict[str, Any]:
    """The share of the ten nearest passages that are found, against comparing with every stored vector."""
    embedder, questions = _questions(real, folder)
    index = Index.open(folder, embedder=embedder)
    view = index._now().view
    vectors = embedder.embed_questions(questions)
    exact = nearest(LocalStore(generations.in_use(folder)), vectors, 10)
    as_searched, alone = [], []
    for vector, wanted in zip(vectors, exact, strict=True):
        deep = view.dense(vector, 100, Filter())
        cosines = view.cosines(vector, deep)
        as_searched.append(len(set(sorted(cosines, key=lambda n: -cosines[n])[:10]) & wanted) / 10)
        alone.append(len(set(view.dense(vector, 10, Filter())) & wanted) / 10)
    return {"recall@10": round(float(np.mean(as_searched)), 4), "faiss_alone": round(float(np.mean(alone)), 4),
            "questions": len(questions)}  # fmt: skip


def nearest(store: LocalStore, vectors: Vectors, k: int) -> list[set[int]]:
    """The `k` nearest passages of each vector, by comparing with all."""
    best = np.full((len(vectors), k), -2.0, dtype=np.float32)
    numbers = np.zeros((len(vectors), k), dtype=np.int64)
    for block in store.vectors(block=20_000):
        scores = np.concatenate([best, vectors @ block.vectors.T], axis=1)
        candidates = np.concatenate([numbers, np.tile(block.numbers, (len(vectors), 1))], axis=1)
        top = np.argpartition(-scores, k - 1, axis=1)[:, :k]
        best, numbers = np.take_along_axis(scores, top, axis=1), np.take_along_axis(candidates, top, axis=1)
    return [set(row.tolist()) for row in numbers]


def adding(real: Path, folder: Path) -> dict[str, Any]:
    """One article: until another open index finds it, with the model; and many, until the files are made anew."""
    embedder, _ = _questions(real, folder)
    model = SentenceEmbedder()
    writer, reader = Index.open(folder, embedder=model), Index.open(folder, embedder=model)
    reader.search("warm", K)
    times, adds = [], []
    for n in range(7):
        article = Article(f"new-{n}", f"Quokkas of Rottnest {n}", f"Quokkas number {n} met in Perth. " * 12)
        with _timed() as seconds:
            writer.add([article])
            adds.append(seconds())
            assert reader.search(f"Quokkas of Rottnest {n}", 1)[0].passage.article_id.startswith("new-")
        times.append(seconds())
    found: dict[str, Any] = {"added_s": _median(adds), "found_by_another_s": _median(times), "slowest_s": max(times)}
    with _timed() as seconds:
        writer.remove([f"new-{n}" for n in range(7)])
        reader.search("warm", K)
    found["removed_and_searched_s"] = seconds()
    writer = Index.open(folder, embedder=embedder)
    with _timed() as seconds:
        writer.add(Article(f"many-{n}", "Many", "A quokka and a wombat met in Perth. " * 12) for n in range(5_000))
    found["added_5000_s"] = seconds()
    generation = generations.in_use(folder)
    store = LocalStore(generation)
    manifest = derived.Manifest.read(generation)
    found["changes_in_memory"] = update.changes_since(store, manifest)
    with _timed() as seconds:
        Index.open(folder, embedder=embedder)
    found["opening_with_them_s"] = seconds()
    with _timed() as seconds:
        derived.write(generation, store, Analysis(), derived.open_sound(generation, manifest, Analysis()))
    found["files_made_anew_s"] = seconds()
    return found


def _questions(real: Path, folder: Path) -> tuple[Remembered, list[str]]:
    """Titles and sentences of real articles, with their vectors; worked out once."""
    path = folder.parent / "questions.npz"
    if not path.exists():
        rng = random.Random(SEED)
        articles = list(Index.open(real).articles())
        texts = [a.title if n % 2 else _sentence(a, rng) for n, a in enumerate(rng.sample(articles, 2 * QUESTIONS))]
        texts = [" ".join(t.split()[:14]) for t in dict.fromkeys(texts) if len(t.split()) > 2][:QUESTIONS]
        np.savez(path, texts=np.array(texts), vectors=SentenceEmbedder().embed_questions(texts))
    with np.load(path) as saved:
        texts, vectors = saved["texts"].tolist(), saved["vectors"]
    fingerprint = LocalStore(generations.in_use(real)).about("embedder")
    return Remembered(fingerprint, dict(zip(texts, vectors, strict=True))), texts


def _sentence(article: Article, rng: random.Random) -> str:
    return rng.choice([s for s in article.text.split(". ") if s.strip()] or [article.title])


def _percentiles(questions: Sequence[str], search: Callable[[str], object]) -> dict[str, float]:
    times = []
    for question in questions:
        with _timed() as seconds:
            search(question)
        times.append(1000 * seconds())
    return {"p50_ms": round(float(np.median(times)), 2), "p95_ms": round(float(np.percentile(times, 95)), 2)}


def _median(times: Sequence[float]) -> float:
    return round(float(np.median(times)), 3)


@contextmanager
def _timed() -> Iterator[Callable[[], float]]:
    """How long it has been; once left, how long the block took."""
    started = time.perf_counter()
    ended: list[float] = []
    yield lambda: round((ended[0] if ended else time.perf_counter()) - started, 4)
    ended.append(time.perf_counter())
