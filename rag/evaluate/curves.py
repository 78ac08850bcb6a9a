"""An Evaluation -> a picture: does the confidence mean what it says, and what does a threshold cost?"""

from __future__ import annotations

import importlib.util
from pathlib import Path

from rag.errors import InputError
from rag.evaluate.records import Evaluation


def check_drawing() -> None:
    """Make sure that `draw` can draw.

    Raises:
        InputError: matplotlib is not installed.
    """
    if importlib.util.find_spec("matplotlib") is None:
        raise InputError("matplotlib is not installed, wanted for the picture; run: pip install 'matplotlib>=3.9'")


def draw(evaluation: Evaluation, path: Path) -> None:
    """Write the reliability diagram and the risk-coverage curve as one PNG.

    Raises:
        InputError: matplotlib is not installed.
    """
    check_drawing()
    from matplotlib.figure import Figure

    picture = Figure(figsize=(10, 4.5), layout="constrained")
    left, right = picture.subplots(1, 2)
    bins, found = evaluation.reliability, evaluation.figures
    most = max(one.count for one in bins)
    left.plot([0, 1], [0, 1], color="0.7", linestyle="--", label="means what it says")
    left.plot([b.confidence for b in bins], [b.right for b in bins], color="tab:blue")
    left.scatter([b.confidence for b in bins], [b.right for b in bins], s=[20 + 180 * b.count / most for b in bins],
                 color="tab:blue", label="answers (larger: more)")  # fmt: skip
    left.set(xlim=(0, 1), ylim=(0, 1), xlabel="confidence", ylabel="share right",
             title=f"Reliability: calibration error {found.calibration_error:.3f}")  # fmt: skip
    left.legend(loc="lower right")
    curve = evaluation.risk_coverage
    right.plot([p.coverage for p in curve], [p.risk for p in curve], color="tab:blue", drawstyle="steps-post")
    right.scatter([found.answered / found.questions], [_risk(evaluation)], color="tab:red", zorder=3,
                  label=f"threshold {found.threshold:.2f}")  # fmt: skip
    right.axhline(0.2, color="0.7", linestyle="--", label="80 % of answers right")
    right.set(xlim=(0, 1), ylim=(0, 1), xlabel="coverage: share of questions answered", ylabel="risk: share wrong",
              title=f"Risk and coverage: AURC {found.risk_coverage_area:.3f}")  # fmt: skip
    right.legend(loc="upper right")
    picture.savefig(path, format="png", dpi=120)


def _risk(evaluation: Evaluation) -> float:
    """The share wrong of what was answered; 0 if nothing was."""
    right = evaluation.figures.right_of_answered
    return 0.0 if right is None else 1 - right
