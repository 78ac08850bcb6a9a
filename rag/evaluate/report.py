"""An Evaluation as a JSON object, and its figures as a table on a terminal."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from rich.table import Table

from rag.evaluate.records import Evaluation, Figures

DIGITS = 4


def evaluation_record(evaluation: Evaluation) -> dict[str, Any]:
    """The evaluation as the JSON object that the command line gives; numbers rounded to four digits."""
    record: dict[str, Any] = _rounded(
        {
            "figures": asdict(evaluation.figures),
            "reliability": [asdict(one) for one in evaluation.reliability],
            "risk_coverage": [asdict(one) for one in evaluation.risk_coverage],
            "questions": [asdict(one) for one in evaluation.judged],
        }
    )
    return record


def figures_table(figures: Figures) -> Table:
    """The figures with what they mean; those that no question can tell are left out."""
    table = Table(show_header=False, box=None, pad_edge=False)
    table.add_column(style="bold", no_wrap=True)
    table.add_column(justify="right", no_wrap=True)
    table.add_column(style="dim")
    for name, value, meaning in _rows(figures):
        if value is not None:
            table.add_row(name, value, meaning)
    return table


def _rows(found: Figures) -> list[tuple[str, str | None, str]]:
    n, k, threshold = found.questions, found.k, f"{found.threshold:.0%} sure"
    missing = f"{found.gold_article_missing:,}" if found.gold_article_missing else None
    return [
        ("questions", f"{n:,}", f"{found.answerable:,} with an answer, {n - found.answerable:,} without"),
        ("article not in the index", missing, "of these questions recall is not measured"),
        ("recall@1", _share(found.recall_at_1), f"right article first, of {found.with_gold_article:,} questions"),
        ("recall@5", _share(found.recall_at_5) if k > 5 else None, "right article among the first 5 passages"),
        (f"recall@{k}", _share(found.recall_at_k) if k > 1 else None, f"among the {k} passages that are read"),
        (f"MRR@{k}", _share(found.mrr), "mean of 1 / place of its first passage"),
        ("EM", _percent(found.exact_match), "best quotation is a gold answer; threshold aside"),
        ("F1", _percent(found.f1), "words shared with a gold answer; threshold aside"),
        ("EM shown", _percent(found.exact_match_shown), f"all questions; under {threshold} is no answer"),
        ("F1 shown", _percent(found.f1_shown), f"all questions; under {threshold} is no answer"),
        ("answered", f"{found.answered:,}", f"at least {threshold}"),
        ("withheld", f"{found.withheld:,}", '"The articles don\'t say"'),
        ("right of answered", _percent(found.right_of_answered), "F1 of at least 0.5"),
        ("answerable answered", _percent(found.answerable_answered), "right or wrong"),
        ("unanswerable withheld", _percent(found.unanswerable_withheld), "of the questions without an answer"),
        ("answerability AUROC", _share(found.answerability_auroc), "confidence with an answer over without"),
        ("calibration error", _share(found.calibration_error), "of the confidence; 0 is best"),
        ("coverage at 80 %", _percent(found.coverage_at_80), "can be answered with 80 % right"),
        ("AURC", _share(found.risk_coverage_area), "mean share wrong over all thresholds; 0 is best"),
    ]


def _share(value: float | None) -> str | None:
    return None if value is None else f"{value:.3f}"


def _percent(value: float | None) -> str | None:
    return None if value is None else f"{100 * value:.1f} %"


def _rounded(value: Any) -> Any:
    if isinstance(value, float):
        return round(value, DIGITS)
    if isinstance(value, dict):
        return {key: _rounded(one) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [_rounded(one) for one in value]
    return value
