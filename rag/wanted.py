"""A question -> the kind of answer it wants, and whether quoted words are of another (English).

"When did ...?" wants a time, "How many ...?" a number, "Who ...?" and "Where ...?" a name or a description, which is
never a bare figure. What other questions want does not show in their first words.
"""

from __future__ import annotations

import re
from enum import Enum

_MONTH = r"(?:jan(?:uary)?|feb(?:ruary)?|march|april|may|june|july|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|" \
    r"nov(?:ember)?|dec(?:ember)?)\b\.?"  # fmt: skip
_DATE = re.compile(
    rf"(?:\b\d{{1,2}}(?:st|nd|rd|th)?,? )?\b{_MONTH}(?: \d{{1,2}}\b(?:st|nd|rd|th)?)?(?:,? \d{{4}}\b)?", re.I
)
_NUMBER_WORDS = (
    "zero|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|"
    "eighteen|nineteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|hundreds?|thousands?|millions?|billions?|"
    "trillions?|dozens?|half|quarters?|thirds?|once|twice|thrice|none|no|several|most|majority|few|little|many|"
    "multiple|numerous|all|both|single|double|triple|every|daily|weekly|monthly|yearly|annually|hourly"
)
_NUMBER = re.compile(rf"\d|\b(?:{_NUMBER_WORDS})\b", re.IGNORECASE)
_TIME_WORDS = (
    "spring|summer|autumn|fall|winter|christmas|easter|noon|midnight|midday|mornings?|afternoons?|evenings?|nights?|"
    "today|yesterday|tomorrow|now|seconds?|minutes?|hours?|days?|weeks?|weekends?|months?|years?|decades?|century|"
    "centuries|millennia|millennium|ages?|era|period|times?|war|reign|before|after|during|since|until|till|once|when|"
    "while|upon|prior|following|early|late|later|mid|end|beginning|start|always|never|daily|annually|"
    "sixteenth|seventeenth|eighteenth|nineteenth|twentieth"
)
_TIME = re.compile(
    rf"\d|\b(?:{_TIME_WORDS}|{_MONTH}|(?:mon|tues|wednes|thurs|fri|satur|sun)days?)(?:\b|$)", re.IGNORECASE
)
_ONLY_FIGURES = re.compile(r"[\W\d]*\d[\W\d]*(?:percent|per cent|st|nd|rd|th)?\W*", re.IGNORECASE)


class Wanted(Enum):
    """The kind of answer that a question wants, as far as its first question word tells."""

    NUMBER = "number"
    DURATION = "duration"  # a number or a time: "How long ...?" - "41 centimetres", "until its decline"
    TIME = "time"
    NAME = "name"  # of someone or somewhere, or a description
    ANYTHING = "anything"


# Tried in this order at each place of the question; the first place that fits decides.
_QUESTIONS = (
    (Wanted.DURATION, r"how (?:long|often)\b"),
    (Wanted.NUMBER, r"how (?:many|much|old|far|tall|high|deep|wide|large|big|fast|heavy|few)\b"),
    (Wanted.NUMBER, r"(?:what|which) (?:\w+ )?(?:percentage|percent|number|share|proportion|fraction|amount) of\b"),
    (Wanted.TIME, r"(?:what|which) (?:year|date|day|month|century|decade|season)\b"),
    (Wanted.ANYTHING, r"(?:what|which|why|how)\b"),
    (Wanted.NAME, r"(?:who|whom|whose|where)\b"),
    # "When the war ended, who ruled?" asks for a name
    (Wanted.TIME, r"when(?=\W*$| (?:is|are|was|were|do|does|did|has|have|had|can|could|will|would|should|might)\b)"),
)
_PATTERN = re.compile("|".join(rf"\b({pattern})" for _, pattern in _QUESTIONS), re.IGNORECASE)


def wanted(question: str) -> Wanted:
    """What a question asks for; ANYTHING if its words do not tell."""
    found = _PATTERN.search(question)
    return _QUESTIONS[found.lastindex - 1][0] if found and found.lastindex else Wanted.ANYTHING


def misfit(question: str, answer: str) -> bool:
    """Whether an answer is not of the kind that the question wants; False also where nobody can tell."""
    kind = wanted(question)
    if kind is Wanted.ANYTHING:
        return False
    if kind is Wanted.NAME:
        return _ONLY_FIGURES.fullmatch(answer) is not None
    number = _NUMBER.search(_DATE.sub(" ", answer)) is not None  # "How many ...?" - not "2 September 1666"
    time = _TIME.search(answer) is not None
    return not {Wanted.NUMBER: number, Wanted.TIME: time, Wanted.DURATION: number or time}[kind]
