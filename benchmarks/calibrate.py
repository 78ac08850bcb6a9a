"""Fit the confidence: evidence for the best candidate -> whether it was right.

    python benchmarks/calibrate.py SQUAD_V2.json.gz SQUAD_DEV.json.gz --work DIR [--size N] [--without FEATURE]

Two collections are asked: all paragraphs of the second file, with the questions of the first; and the articles of
benchmarks/written, with the questions of its dev and test parts. Three kinds stand for what users ask: 60 % that the
articles answer, 25 % whose article is not in the collection (answerable questions, with the passages of their own
article left out), 15 % that are near misses (those that their article does not answer). The weights are fitted on every
other article of the first file and on the dev part of what was written, either counting a half, and judged on the rest;
they go to rag/weights/confidence.json with the digest of the reader that they were fitted with, the figures to
benchmarks/results/calibration.json. Right means: F1 of at least 0.5 with a gold answer, so only a question of the first
kind can be answered right.

What was read is kept in DIR, for each reader: the first run takes minutes, the next one seconds. With --without, the
weights are fitted without some features and only printed, to see what each is worth.
"""

from __future__ import annotations

import argparse
import json
import os
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

import numpy as np
import results
from readings import MIX, Asked, Reading, drawn, readings
from retrieval import opened_index
from squad import Corpus, read_squad
from written_articles import all_articles, folder_in, part

from rag import confidence
from rag.answer import Answerer, rank
from rag.confidence import Calibration
from rag.metrics import RIGHT_F1, auroc, calibration_error, coverage_at, risk_coverage, token_f1
from rag.models import file_digest, reader_folder
from rag.settings import AnswerSettings
from rag.types import Evidence

RIDGE = 1.0  # keeps a feature that is rarely there, such as misfit, from an endless weight
AGAINST = {"misfit"}  # evidence that speaks against an answer; all other speaks for it


@dataclass(frozen=True, slots=True)
class Row:
    """The best candidate for a question."""

    title: str
    kind: str
    answerable: bool
    evidence: Evidence
    f1: float  # with the gold answers; 0 where the articles don't say
    right: bool


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("questions", type=Path)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--work", type=Path, required=True, help="a folder for the index and the readings")
    parser.add_argument("--size", type=int, default=2000, help="questions asked of the collection")
    parser.add_argument("--without", nargs="*", default=[], choices=confidence.NAMES, help="features to leave out")
    options = parser.parse_args()
    fit, held_out = zip(squad_rows(options), written_rows(options), strict=True)
    fitted = fitted_to(fit, file_digest(reader_folder() / "model.safetensors"), options.without)
    figures = {"fitted on": [len(rows) for rows in fit], **fitted.record}
    figures |= {name: judged(rows, fitted) for name, rows in zip(("SQuAD 2.0", "written"), held_out, strict=True)}
    print(json.dumps(figures, indent=1))
    if options.without:
        return
    confidence.FILE.write_text(json.dumps(fitted.record, indent=1) + "\n", encoding="utf-8")
    results.save(
        "calibration",
        "python benchmarks/calibrate.py squad/calibration-v2.0.json.gz squad/dev-v1.1.json.gz --work DIR",
        figures,
    )


def squad_rows(options: argparse.Namespace) -> tuple[list[Row], list[Row]]:
    """Of every other article, to fit to, and of the rest."""
    asked_of = read_squad(options.questions)
    rows = rows_of(asked_of, drawn(asked_of.questions, options.size), read_squad(options.corpus), options.work)
    titles = sorted({one.title for one in rows})
    fit = [one for one in rows if one.title in titles[::2] and one.kind in MIX]
    return fit, [one for one in rows if one.title in titles[1::2]]


def written_rows(options: argparse.Namespace) -> tuple[list[Row], list[Row]]:
    """Of the dev part, to fit to, and of the test part."""
    found = []
    for asked_of in (part("dev"), part("test")):
        asked = [one for one in drawn(asked_of.questions, options.size // 2) if one.kind in MIX]
        found.append(rows_of(asked_of, asked, all_articles(), folder_in(options.work)))
    return found[0], found[1]


def rows_of(asked_of: Corpus, asked: Sequence[Asked], corpus: Corpus, folder: Path) -> list[Row]:
    """What comes of questions about some articles, asked of a corpus."""
    settings = AnswerSettings()
    answerer = Answerer(opened_index(folder / "index", corpus), settings=settings)
    paragraphs = {article.id: article.text for article in asked_of.paragraphs}
    return [row(reading, settings) for reading in readings(answerer, asked, paragraphs, folder)]


def row(reading: Reading, settings: AnswerSettings) -> Row:
    """The best candidate of a reading; a passage always has one."""
    question = reading.asked.question
    best = rank(question.text, reading.hits, reading.candidates, retrieval_weight=settings.retrieval_weight)[0]
    answerable = bool(question.answers) and reading.asked.kind != "absent"
    f1 = token_f1(best.text, question.answers) if answerable else 0.0
    return Row(question.title, reading.asked.kind, answerable, best.evidence, f1, f1 >= RIGHT_F1)


def fitted_to(groups: Sequence[Sequence[Row]], reader: str, left_out: Sequence[str]) -> Calibration:
    """The weights that tell right from not right; none of them has the wrong sign. Each group counts as much."""
    rows = [one for group in groups for one in group]
    share = np.concatenate([shares(group) * len(rows) / len(groups) / len(group) for group in groups])
    names = [name for name in confidence.NAMES if name not in left_out]
    x, y = matrix(rows), np.array([one.right for one in rows], dtype=float)
    while True:
        columns = [confidence.NAMES.index(name) for name in names]
        *weights, intercept = logistic(np.hstack([x[:, columns], np.ones((len(x), 1))]), y, share)
        kept = [name for name, w in zip(names, weights, strict=True) if (w < 0) == (name in AGAINST)]
        if kept == names:
            break
        names = kept
    known = dict(zip(names, weights, strict=True))
    rounded = tuple(round(float(known.get(name, 0.0)), 4) for name in confidence.NAMES)
    return Calibration(rounded, round(float(intercept), 4), reader)


def judged(rows: Sequence[Row], calibration: Calibration) -> dict:
    """The figures of questions that the weights were not fitted on."""
    mixed = [one for one in rows if one.kind in MIX]
    weight = shares(mixed)
    given = [one for one in rows if one.kind == "given"]
    sure = certainties(mixed, calibration)
    right = [one.right for one in mixed]
    repeated = np.repeat(np.arange(len(mixed)), np.maximum(1, np.round(weight * 10).astype(int)))  # the mix, in tenths
    drawn_sure, drawn_right = [sure[i] for i in repeated], [right[i] for i in repeated]
    drawn_rows = [mixed[i] for i in repeated]
    return {
        "judged on": len(mixed),
        "expected calibration error": round(calibration_error(drawn_sure, drawn_right), 4),
        "AUROC of being right": round(auroc(drawn_sure, drawn_right), 4),
        "AUROC of being answerable": round(auroc(drawn_sure, [one.answerable for one in drawn_rows]), 4),
        **{f"AUROC of answerable against {kind}": against(mixed, sure, kind) for kind in ("absent", "near miss")},
        "coverage at 80 % precision": round(coverage_at(risk_coverage(drawn_sure, drawn_right), 0.8), 4),
        "share right": round(float(np.mean(drawn_right)), 4),
        "best F1": best_f1(drawn_sure, drawn_rows),
        **({"paragraph given": judged_given(given, calibration)} if given else {}),
        "at threshold": {f"{t:.2f}": at_threshold(drawn_sure, drawn_rows, t) for t in np.arange(0.05, 0.85, 0.05)},
    }


def judged_given(rows: Sequence[Row], calibration: Calibration) -> dict:
    """The figures of questions for which their paragraph alone was read."""
    sure = certainties(rows, calibration)
    return {
        "questions": len(rows),
        "AUROC of being answerable": round(auroc(sure, [one.answerable for one in rows]), 4),
        "best F1": best_f1(sure, rows),
    }


def certainties(rows: Sequence[Row], calibration: Calibration) -> list[float]:
    return [confidence.probability(one.evidence, calibration) for one in rows]


def against(rows: Sequence[Row], sure: Sequence[float], kind: str) -> float:
    """AUROC of answerable questions against one kind of unanswerable ones."""
    both = [(c, one.answerable) for c, one in zip(sure, rows, strict=True) if one.answerable or one.kind == kind]
    return round(auroc([c for c, _ in both], [a for _, a in both]), 4)


def best_f1(sure: Sequence[float], rows: Sequence[Row]) -> dict[str, float]:
    """SQuAD 2.0's F1 at the threshold that gives the highest: a withheld answer is right where there is none."""
    order = sorted(zip(sure, rows, strict=True), key=lambda pair: -pair[0])
    total = best = float(sum(not one.answerable for one in rows))  # everything withheld
    threshold = 1.0
    for certainty, one in order:
        total += one.f1 if one.answerable else -1.0
        if total > best:
            best, threshold = total, certainty
    return {"F1": round(100 * best / len(rows), 2), "threshold": round(threshold, 3)}


def shares(rows: Sequence[Row]) -> np.ndarray:
    """A weight for each row, so that the kinds weigh as in MIX; the weights' mean is 1."""
    counts = Counter(one.kind for one in rows)
    return np.array([MIX[one.kind] * len(rows) / counts[one.kind] for one in rows])


def matrix(rows: Sequence[Row]) -> np.ndarray:
    """Features within their bounds, shape (rows, features)."""
    return np.array([confidence.bounded(one.evidence) for one in rows])


def logistic(x: np.ndarray, y: np.ndarray, share: np.ndarray) -> np.ndarray:
    """Weights of a logistic regression by Newton's method, the intercept last; `share` is how much each row counts."""
    weights, ridge = np.zeros(x.shape[1]), RIDGE * np.eye(x.shape[1])
    ridge[-1, -1] = 0.0
    for _ in range(50):
        p = 1 / (1 + np.exp(-x @ weights))
        gradient = x.T @ (share * (p - y)) + ridge @ weights
        hessian = (x * (share * p * (1 - p))[:, None]).T @ x + ridge
        weights -= np.linalg.solve(hessian, gradient)
    return weights


def at_threshold(sure: Sequence[float], rows: Sequence[Row], threshold: float) -> dict[str, float]:
    """What a user sees who lets answers under a confidence be withheld."""
    shown = [one for c, one in zip(sure, rows, strict=True) if c >= threshold]
    answerable = sum(one.answerable for one in rows)
    return {
        "answered": round(len(shown) / len(rows), 3),
        "right of those": round(sum(one.right for one in shown) / max(1, len(shown)), 3),
        "unanswerable withheld": round(
            1 - sum(not one.answerable for one in shown) / max(1, len(rows) - answerable), 3
        ),
        "answerable answered": round(sum(one.answerable for one in shown) / max(1, answerable), 3),
    }


if __name__ == "__main__":
    main()
