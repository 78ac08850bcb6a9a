"""Dense and BM25 candidates -> one ranking.

Cosine and BM25 live on different scales. BM25 is divided by the question's best BM25 score, so both lie in 0 to 1,
and the two are averaged with a weight. benchmarks/retrieval.py compares this with other fusions.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Ranked:
    """A passage's scores for one question."""

    number: int  # the store's number of the passage
    score: float
    dense: float
    bm25: float | None  # None: not among the BM25 candidates


@dataclass(frozen=True, slots=True)
class Candidates:
    """What the two sides found for one question, by the store's number of the passage."""

    dense: Mapping[int, float]  # cosine of every candidate of either side
    bm25: Mapping[int, float]  # BM25 of its own candidates


def fuse(found: Candidates, *, bm25_weight: float, k: int) -> list[Ranked]:
    """The best `k` passages, best first; ties go to the lower number.

    Args:
        found: the candidates; BM25 counts as 0 for those that it did not find.
        bm25_weight: the share of BM25, 0 to 1.
        k: at most so many.
    """
    bm25 = found.bm25
    best = max(bm25.values(), default=0.0)
    ranked = [
        Ranked(
            number,
            (1 - bm25_weight) * cosine + (bm25_weight * bm25.get(number, 0.0) / best if best > 0 else 0.0),
            cosine,
            bm25.get(number),
        )
        for number, cosine in found.dense.items()
    ]
    return sorted(ranked, key=lambda r: (-r.score, r.number))[:k]
