"""A question without names or pronouns + earlier turns -> how likely it leans on what was said before.

"What were the effects?" does, "What is a prime number?" does not. Logistic regression on counts that a person could
make; benchmarks/fit_followups.py fits and prints the weights.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

from rag.followup.english import AUXILIARIES, FUNCTION_WORDS, words
from rag.followup.questions import Question
from rag.followup.records import Gap, Points, Turn
from rag.followup.spelling import split

_MORE = words("else other another others more next also")
_TERMS = words("term called name type kind known")
_PAST = words("did was were had")
_PRESENT = words("is are do does can has have")
_DEFINES = re.compile(r"(?:what|who) (?:is|are|was|were) (?:an? )?[^\W\d_]+(?: [^\W\d_]+)?\W*", re.IGNORECASE)
_BARE_END = re.compile(r"\b(?:the|an?) (?:[^\W\d_][\w'-]* ){0,2}[^\W\d_][\w'-]*\W*$", re.IGNORECASE)  # "the capital?"
_STEM_CHARS = 5  # enough to match "invented" with "invention"
_TURNS_HEARD = 2

BIAS = 2.0
WEIGHTS: dict[str, float] = {
    "content words": -0.46,
    "one or none": 0.7,
    "two": 0.71,
    "heard before": 1.49,
    "more": 0.13,
    "any": 1.94,
    "yes or no": 1.02,
    "happened": 0.5,
    "bare end": 0.2,
    "of": -0.39,
    "defines": -1.4,
    "term": 0.05,
    "past": -0.16,
    "present": -0.4,
    "the noun": -0.32,
    "this": -0.11,
}


def need(question: Question, gaps: Sequence[Gap], turns: Sequence[Turn]) -> float:
    """The probability that the question needs something from the earlier turns, 0 to 1."""
    values = features(question, gaps, turns)
    return 1 / (1 + math.exp(-BIAS - sum(WEIGHTS[name] * value for name, value in values.items())))


def features(question: Question, gaps: Sequence[Gap], turns: Sequence[Turn]) -> dict[str, float]:
    """What speaks for and against it."""
    said = [word.text for word in question.words]
    content = [word for word in said if word not in FUNCTION_WORDS]
    heard = _stems(turns[-_TURNS_HEARD:])
    points = {gap.points for gap in gaps}
    return {
        "content words": float(min(len(content), 8)),
        "one or none": float(len(content) <= 1),
        "two": float(len(content) == 2),
        "heard before": float(min(3, sum(word[:_STEM_CHARS] in heard for word in set(content)))),
        "more": float(not _MORE.isdisjoint(said)),
        "any": float("any" in said),
        "yes or no": float(bool(said) and said[0] in AUXILIARIES),
        "happened": float(any(word.startswith("happen") for word in said)),
        "bare end": float(bool(_BARE_END.search(question.text))),
        "of": float("of" in said),
        "defines": float(bool(_DEFINES.fullmatch(question.text))),
        "term": float(not _TERMS.isdisjoint(said)),
        "past": float(not _PAST.isdisjoint(said)),
        "present": float(not _PRESENT.isdisjoint(said)),
        "the noun": float(Points.NAMED in points),
        "this": float(Points.EVENT in points),
    }


def _stems(turns: Sequence[Turn]) -> set[str]:
    texts = (text for turn in turns for text in (turn.standalone_question, turn.answer, turn.sentence, turn.title))
    return {word.text[:_STEM_CHARS] for text in texts for word in split(text) if word.text not in FUNCTION_WORDS}
