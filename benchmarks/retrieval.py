"""Retrieval: which passage holds the answer? Dense, BM25 and ways to fuse them.

    python benchmarks/retrieval.py SQUAD_DEV.json.gz --work DIR

All questions are searched against all paragraphs. Figures go to benchmarks/results/retrieval.json.
"""

from __future__ import annotations

import argparse
import os
import statistics
import time
from collections.abc import Callable, Iterable
from pathlib import Path

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

import results
from squad import Corpus, read_squad

from rag.index import Index
from rag.metrics import mean_reciprocal_rank, recall_at
from rag.retrieve import Candidates, fuse
from rag.types import Hit

Fusion = Callable[[Candidates], list[int]]  # passage numbers, best first
DEPTH = 100


def weighted(bm25_weight: float) -> Fusion:
    """Ours: cosine and BM25 / best BM25, averaged."""
    return lambda found: [r.number for r in fuse(found, bm25_weight=bm25_weight, k=DEPTH)]


def reciprocal_rank(found: Candidates) -> list[int]:
    """Cormack, Clarke and Buettcher 2009: the sum of 1 / (60 + rank)."""
    score: dict[int, float] = {}
    for side in (found.dense, found.bm25):
        for rank, n in enumerate(sorted(side, key=lambda n: -side[n])[:DEPTH], start=1):
            score[n] = score.get(n, 0.0) + 1 / (60 + rank)
    return sorted(score, key=lambda n: -score[n])


def min_max(bm25_weight: float) -> Fusion:
    """Both sides stretched to 0 to 1 over the question's candidates, then averaged."""

    def stretched(side: Candidates) -> list[int]:
        def unit(scores: dict[int, float]) -> dict[int, float]:
            low, high = min(scores.values()), max(scores.values())
            return {n: (s - low) / (high - low) if high > low else 0.0 for n, s in scores.items()}

        dense, bm25 = unit(dict(side.dense)), unit(dict(side.bm25)) if side.bm25 else {}
        score = {n: (1 - bm25_weight) * s + bm25_weight * bm25.get(n, 0.0) for n, s in dense.items()}
        return sorted(score, key=lambda n: -score[n])

    return stretched


def raw_sum(per_point: float) -> Fusion:
    """Cosine plus a fixed multiple of BM25."""

    def added(found: Candidates) -> list[int]:
        score = {n: s + per_point * found.bm25.get(n, 0.0) for n, s in found.dense.items()}
        return sorted(score, key=lambda n: -score[n])

    return added


FUSIONS: dict[str, Fusion] = {
    "dense alone": lambda found: sorted(found.dense, key=lambda n: -found.dense[n])[:DEPTH],
    "BM25 alone": lambda found: sorted(found.bm25, key=lambda n: -found.bm25[n]),
    "reciprocal rank": reciprocal_rank,
    **{f"min-max, BM25 {w}": min_max(w) for w in (0.4, 0.5, 0.6, 0.7)},
    **{f"cosine + {w} BM25": raw_sum(w) for w in (0.02, 0.03, 0.04, 0.05)},
    **{f"cosine and BM25 / best, BM25 {w}": weighted(w) for w in (0.3, 0.4, 0.5, 0.6)},
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("squad", type=Path)
    parser.add_argument("--work", type=Path, required=True, help="a folder for the index; used again if it is there")
    options = parser.parse_args()
    corpus = read_squad(options.squad)
    index = opened_index(options.work, corpus)
    owner = {n: passage.article_id for n, passage in index.numbered_passages()}
    ranks: dict[str, list[int | None]] = {name: [] for name in FUSIONS}
    seconds = []
    for question in corpus.questions:
        started = time.perf_counter()
        found = index.candidates(question.text, DEPTH)
        seconds.append(time.perf_counter() - started)
        for name, fusion in FUSIONS.items():
            ranks[name].append(rank_of(question.article_id, (owner[n] for n in fusion(found))))
    table = {
        name: {
            **{f"recall@{k}": round(recall_at(found_at, k), 4) for k in (1, 5, 8, 20)},
            "MRR@10": round(mean_reciprocal_rank(found_at, 10), 4),
        }
        for name, found_at in ranks.items()
    }
    for name, row in table.items():
        print(f"{name:36}", "  ".join(f"{metric} {value:.4f}" for metric, value in row.items()))
    milliseconds = round(1000 * statistics.median(seconds), 1)
    print(f"{len(corpus.questions)} questions, {index.passage_count} passages, median search {milliseconds} ms")
    figures = {"questions": len(corpus.questions), "passages": index.passage_count, "table": table,
               "median_search_ms": milliseconds}  # fmt: skip
    results.save("retrieval", "python benchmarks/retrieval.py squad/dev-v1.1.json.gz --work DIR", figures)


def opened_index(folder: Path, corpus: Corpus) -> Index:
    """The index of a corpus, built if it is not there yet."""
    if (folder / "CURRENT").exists():
        return Index.open(folder)
    return Index.build(corpus.paragraphs, folder)


def rank_of(article_id: str, ranking: Iterable[str]) -> int | None:
    """The place, from 0, of the first passage of an article; None if there is none."""
    return next((rank for rank, one in enumerate(ranking) if one == article_id), None)


def hit_rank(article_id: str, hits: Iterable[Hit]) -> int | None:
    return rank_of(article_id, (hit.passage.article_id for hit in hits))


if __name__ == "__main__":
    main()
