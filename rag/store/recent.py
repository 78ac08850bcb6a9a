"""Passages stored since the FAISS and BM25 files were made, searched in memory until those are made again.

What one look at the store brings is a batch; batches are never changed, and are put together when there are many.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from rag.store.analysis import Analysis
from rag.store.local import Block, Numbers
from rag.store.selection import Selection
from rag.store.terms import K1, B

Postings = dict[str, tuple[Numbers, npt.NDArray[np.float32]]]  # word -> rows of the batch, how often each holds it


@dataclass(frozen=True, slots=True)
class Batch:
    """Some passages as they are searched."""

    numbers: Numbers
    articles: Numbers  # the store's number of each passage's article
    vectors: npt.NDArray[np.float32]  # (passages, dimension)
    words: tuple[tuple[str, ...], ...]  # of each passage, as phrases are compared
    lengths: npt.NDArray[np.float32]  # words of each passage, stop words aside
    postings: Postings


def batch(block: Block, articles: Numbers, texts: Sequence[str], analysis: Analysis) -> Batch:
    """Passages with their embeddings, articles and texts."""
    lengths = np.zeros(len(texts), dtype=np.float32)
    rows: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for row, text in enumerate(texts):
        stems = analysis.stems(text)
        lengths[row] = len(stems)
        for word, count in Counter(stems).items():
            rows[word].append((row, count))
    postings = {
        word: (np.array([r for r, _ in found], dtype=np.int64), np.array([c for _, c in found], dtype=np.float32))
        for word, found in rows.items()
    }
    words = tuple(tuple(analysis.words(text)) for text in texts)
    return Batch(block.numbers, articles, block.vectors, words, lengths, postings)


def joined(batches: Sequence[Batch]) -> Batch:
    """One batch of several, in their order."""
    rows: dict[str, list[tuple[Numbers, npt.NDArray[np.float32]]]] = defaultdict(list)
    first = 0
    for one in batches:
        for word, (at, counts) in one.postings.items():
            rows[word].append((at + first, counts))
        first += len(one.numbers)
    return Batch(
        np.concatenate([one.numbers for one in batches]),
        np.concatenate([one.articles for one in batches]),
        np.concatenate([one.vectors for one in batches]),
        tuple(words for one in batches for words in one.words),
        np.concatenate([one.lengths for one in batches]),
        {w: (np.concatenate([a for a, _ in f]), np.concatenate([c for _, c in f])) for w, f in rows.items()},
    )


@dataclass(frozen=True, slots=True)
class Statistics:
    """What BM25 knows of the passages in the file, so that scores here can be compared with scores there."""

    passages: int
    average_length: float
    frequency: Callable[[str], int]  # passages that hold a word


def nearest(
    batches: Sequence[Batch], vector: npt.NDArray[np.float32], k: int, among: Selection | None
) -> list[tuple[int, float]]:
    """Passage numbers and cosines of the `k` nearest, best first."""
    found: list[tuple[int, float]] = []
    for one in batches:
        cosines = one.vectors @ vector
        found += [(int(n), float(c)) for n, c in zip(one.numbers, cosines, strict=True) if among is None or n in among]
    return sorted(found, key=lambda hit: (-hit[1], hit[0]))[:k]


def bm25(
    batches: Sequence[Batch], stems: Sequence[str], k: int, among: Selection | None, known: Statistics
) -> list[tuple[int, float]]:
    """Passage numbers and Okapi BM25 scores of the `k` best that share a word, best first.

    Args:
        batches: where to search.
        stems: the question's words.
        k: at most so many.
        among: search these passages only; None: all.
        known: of the passages in the file; those here are added to it.
    """
    total = known.passages + sum(len(one.numbers) for one in batches)
    words = known.passages * known.average_length + sum(float(one.lengths.sum()) for one in batches)
    average = words / total if total and words else 1.0
    holders = {w: known.frequency(w) + sum(len(one.postings[w][0]) for one in batches if w in one.postings)
               for w in set(stems)}  # fmt: skip
    found: list[tuple[int, float]] = []
    for one in batches:
        scores = np.zeros(len(one.numbers), dtype=np.float32)
        for word in stems:
            if word in one.postings:
                rows, counts = one.postings[word]
                idf = math.log(1 + (total - holders[word] + 0.5) / (holders[word] + 0.5))
                damping = K1 * (1 - B + B * one.lengths[rows] / average)
                scores[rows] += idf * (K1 + 1) * counts / (counts + damping)
        rows = np.flatnonzero(scores)
        found += [(int(one.numbers[r]), float(scores[r])) for r in rows if among is None or one.numbers[r] in among]
    return sorted(found, key=lambda hit: (-hit[1], hit[0]))[:k]


def holding(batches: Sequence[Batch], phrase: Sequence[str]) -> list[int]:
    """The passages that hold these words in a row."""
    wanted, length = tuple(phrase), len(phrase)
    return [
        int(n)
        for one in batches
        for n, words in zip(one.numbers, one.words, strict=True)
        if length and any(words[i : i + length] == wanted for i in range(len(words) - length + 1))
    ]
