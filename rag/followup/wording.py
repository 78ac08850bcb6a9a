"""A question + a name -> the question with the name in the place of a gap, or at its end."""

from __future__ import annotations

import re

from rag.followup.english import FUNCTION_WORDS, PREPOSITIONS, words
from rag.followup.records import Gap, Points
from rag.followup.spelling import split

_PLACE_PREPOSITIONS = words("from near in to at around")
_TIME_PREPOSITIONS = words("in during of since for until before after by")
_MOTION = words("go goes going went get got move moved travel travelled traveled sent come came return returned arrive")
_ABOUT = re.compile(
    r"\b(?:interesting|tell|know|say|said|fact|facts|aspects?|information|notable|learn)\b", re.IGNORECASE
)
_TRAIL = " \t\n?!.…"


def fill(question: str, gap: Gap, name: str) -> str:
    """The words to stand in the place of a gap."""
    old = gap.span.of(question)
    before = question[: gap.span.start].split()
    last = before[-1].casefold() if before else ""
    match gap.points:
        case Points.NAMED if gap.noun not in name.casefold().split():
            return f"{re.sub(r'^[^ ]+', 'the', old)} {name.removeprefix('the ')}"
        case Points.PLACE if last not in _PLACE_PREPOSITIONS:
            return f"to {name}" if last in _MOTION else f"in {name}"
        case Points.YEAR if last not in _TIME_PREPOSITIONS:
            return f"in {name}"
    return own(name) if gap.possessive else name


def own(name: str) -> str:
    """The possessive of a name."""
    return f"{name}'" if name.endswith("s") else f"{name}'s"


def make_own(question: str, gap: Gap, name: str) -> str:
    """The question with "the", "this" or "that" of a gap changed to the possessive of a name."""
    old = gap.span.of(question)
    return question[: gap.span.start] + re.sub(r"^[^ ]+", lambda _: own(name), old) + question[gap.span.end :]


def add(question: str, name: str) -> str:
    """The question with a name added at its end, after the preposition that sounds least wrong."""
    body = question.rstrip(_TRAIL)
    if body.split()[-1].casefold() in PREPOSITIONS:  # "What is it used for?"
        return f"{body} ({name})?"
    return f"{body} {_preposition(body)} {name}?"


def _preposition(body: str) -> str:
    said = [w.text for w in split(body)]
    if any(w.startswith("happen") for w in said):
        return "to"
    if _ABOUT.search(body) or "else" in said[-2:]:
        return "about"
    nouns = 0
    while nouns < len(said) and said[-1 - nouns] not in FUNCTION_WORDS:
        nouns += 1
    return "of" if nouns < len(said) and nouns and said[-1 - nouns] in {"the", "is", "are", "was", "were"} else "for"
