"""Fit the confidence: evidence for the best candidate -> whether it was right.

    python benchmarks/calibrate.py SQUAD_V2.json.gz SQUAD_DEV.json.gz --work DIR

The questions of the first file are asked against all paragraphs of the second. Three kinds stand for what users ask:
60 % that the articles answer, 25 % whose article is not in the collection (answerable questions, with the passages of
their own article left out), 15 % that are near misses (SQuAD 2.0's unanswerable ones). The weights are fitted on every
other article of the first file and judged on the rest; they are printed, to be put into rag/confidence.py. Right means:
F1 of at least 0.5 with a gold answer, so only a question of the first kind can be answered right.
"""

from __future__ import annotations

import argparse
import json
import os
import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, astuple, replace
from pathlib import Path

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

import numpy as np
import results
from retrieval import opened_index
from rich.progress import track
from squad import Question, read_squad

from rag import confidence
from rag.answer import Answerer
from rag.index import Index
from rag.metrics import auroc, calibration_error, token_f1
from rag.settings import AnswerSettings
from rag.types import Evidence, Hits


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("questions", type=Path)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--work", type=Path, required=True, help="a folder for the index and the evidence")
    options = parser.parse_args()
    questions = read_squad(options.questions).questions
    answerer = Answerer(
        opened_index(options.work / "index", read_squad(options.corpus)),
        settings=replace(AnswerSettings(), threshold=0.0),
    )
    rows = observed(answerer, questions, options.work / "evidence.jsonl")
    absent = [q for q in questions if q.answers][::3]
    rows += observed_absent(answerer, absent, options.work / "evidence-absent.jsonl")
    titles = sorted({row["title"] for row in rows})
    fit = [row for row in rows if row["title"] in titles[::2]]
    held_out = [row for row in rows if row["title"] in titles[1::2]]
    weights = logistic(matrix(fit), np.array([row["right"] for row in fit], dtype=float), shares(fit))
    print("WEIGHTS =", tuple(round(float(w), 4) for w in weights[:-1]), " INTERCEPT =", round(float(weights[-1]), 4))
    drawn = mixed(held_out)
    confidences = (1 / (1 + np.exp(-matrix(drawn) @ weights))).tolist()
    right = [bool(row["right"]) for row in drawn]
    figures = {
        "fitted on": len(fit),
        "judged on": len(drawn),
        "weights": dict(zip(asdict(confidence.BOUNDS), weights[:-1].round(4).tolist(), strict=True)),
        "intercept": round(float(weights[-1]), 4),
        "expected calibration error": round(calibration_error(confidences, right), 4),
        "AUROC of being right": round(auroc(confidences, right), 4),
        "AUROC of being answerable": round(auroc(confidences, [row["kind"] == "answerable" for row in drawn]), 4),
        "share right": round(float(np.mean(right)), 4),
        "at threshold": {f"{t:.2f}": at_threshold(confidences, drawn, t) for t in np.arange(0.1, 0.85, 0.1)},
    }
    print(json.dumps(figures, indent=1))
    results.save(
        "calibration",
        "python benchmarks/calibrate.py squad/calibration-v2.0.json.gz squad/dev-v1.1.json.gz --work DIR",
        figures,
    )


def observed(answerer: Answerer, questions: Sequence[Question], log: Path) -> list[dict]:
    """One row a question: the best candidate's evidence and whether it was right; from the log where it is there."""
    known = {row["id"]: row for row in map(json.loads, log.read_text().splitlines())} if log.exists() else {}
    with log.open("a") as out:
        for question in track([q for q in questions if q.id not in known], description="asking"):
            best = answerer.ask(question.text).quotes[0]
            f1 = token_f1(best.text, question.answers) if question.answers else 0.0
            row = {
                "id": question.id,
                "title": question.title,
                "kind": "answerable" if question.answers else "near miss",
                "right": f1 >= 0.5,
                "evidence": astuple(best.evidence),
            }
            known[question.id] = row
            out.write(json.dumps(row) + "\n")
    return [known[q.id] for q in questions]


def observed_absent(answerer: Answerer, questions: Sequence[Question], log: Path) -> list[dict]:
    """The same for questions whose own article is left out, so that nothing answers them."""
    rows = []
    for title in sorted({q.title for q in questions}):
        without = Answerer(Without(answerer.index, title), reader=answerer.reader, settings=answerer.settings)  # type: ignore[arg-type]
        asked = [q for q in questions if q.title == title]
        rows += observed(without, asked, log.with_stem(f"{log.stem}-{title.replace(' ', '_')}"))
    return [row | {"kind": "absent", "right": False} for row in rows]


class Without:
    """An index from which the passages under one title are left out."""

    def __init__(self, index: Index, title: str) -> None:
        self.index, self.title = index, title

    def search(self, question: str, k: int, *, settings: AnswerSettings) -> Hits:
        hits = self.index.search(question, 200, settings=settings)
        return tuple(hit for hit in hits if hit.passage.title != self.title)[:k]


MIX = {"answerable": 0.60, "absent": 0.25, "near miss": 0.15}


def shares(rows: list[dict]) -> np.ndarray:
    """A weight for each row, so that the kinds weigh as in MIX; the weights' mean is 1."""
    counts = Counter(row["kind"] for row in rows)
    return np.array([MIX[row["kind"]] * len(rows) / counts[row["kind"]] for row in rows])


def mixed(rows: list[dict]) -> list[dict]:
    """As many rows as there are, drawn so that the kinds stand as in MIX; fixed seed."""
    rng = random.Random(1)
    counts = Counter(row["kind"] for row in rows)
    size = int(min(counts[kind] / share for kind, share in MIX.items()))
    return [row for kind, share in MIX.items()
            for row in rng.sample([r for r in rows if r["kind"] == kind], int(share * size))]  # fmt: skip


def matrix(rows: list[dict]) -> np.ndarray:
    """Features within their bounds, shape (rows, evidence + 1); the last column is 1."""
    values = [confidence.bounded(Evidence(*row["evidence"])) for row in rows]
    return np.hstack([np.array(values), np.ones((len(rows), 1))])


def logistic(x: np.ndarray, y: np.ndarray, share: np.ndarray, ridge: float = 1e-3) -> np.ndarray:
    """Weights of a logistic regression by Newton's method; `share` is how much each row counts."""
    weights = np.zeros(x.shape[1])
    for _ in range(50):
        p = 1 / (1 + np.exp(-x @ weights))
        gradient = x.T @ (share * (p - y)) + ridge * weights
        hessian = (x * (share * p * (1 - p))[:, None]).T @ x + ridge * np.eye(len(weights))
        weights -= np.linalg.solve(hessian, gradient)
    return weights


def at_threshold(confidences: list[float], rows: list[dict], threshold: float) -> dict[str, float]:
    """What a user sees who lets answers under a confidence be withheld."""
    shown = [row for c, row in zip(confidences, rows, strict=True) if c >= threshold]
    answerable = sum(row["kind"] == "answerable" for row in rows)
    return {
        "answered": round(len(shown) / len(rows), 3),
        "right of those": round(sum(row["right"] for row in shown) / max(1, len(shown)), 3),
        "unanswerable withheld": round(
            1 - sum(row["kind"] != "answerable" for row in shown) / max(1, len(rows) - answerable), 3
        ),
        "answerable answered": round(sum(row["kind"] == "answerable" for row in shown) / max(1, answerable), 3),
    }


if __name__ == "__main__":
    main()
