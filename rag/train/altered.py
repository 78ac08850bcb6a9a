"""A question -> a near miss: the same words but for one name, number or opposite, which its text does not answer.

People write such questions too (SQuAD 2.0); here the other name or number comes from questions about the same topic.
"""

from __future__ import annotations

import random
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

NUMBER = re.compile(r"(?<![\w.,])\d[\d,.]*\d|(?<![\w.,])\d(?![\w.,])")
NAME = re.compile(r"(?<=[\w,] )[A-Z][\w.-]*(?: (?:(?:of|the|de|von|van) )*[A-Z][\w.-]*)*")
DATES = frozenset({
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday",
})  # fmt: skip
OPPOSITES = (
    "first last", "before after", "most least", "more less", "largest smallest", "highest lowest", "oldest newest",
    "northern southern", "eastern western", "north south", "east west", "increase decrease", "increased decreased",
    "above below", "began ended", "begin end", "earliest latest", "early late", "maximum minimum", "best worst",
    "longest shortest", "include exclude", "included excluded", "allowed forbidden", "inside outside",
    "import export", "positive negative", "upper lower", "many few", "always never", "easy hard", "strong weak",
    "legal illegal", "common rare", "often seldom", "older younger", "higher lower", "larger smaller", "rich poor",
)  # fmt: skip
OPPOSITE = {a: b for pair in map(str.split, OPPOSITES) for a, b in (pair, pair[::-1])}
OPPOSITE_WORD = re.compile(rf"\b(?:{'|'.join(sorted(OPPOSITE))})\b")


@dataclass(frozen=True, slots=True)
class Mention:
    """A name or number in a question."""

    start: int
    text: str
    kind: str  # only mentions of one kind may stand for each other


def mentions(question: str) -> list[Mention]:
    """The names and numbers of a question in their order; its first word is no name."""
    numbers = [Mention(m.start(), m[0], f"number of {len(m[0])}") for m in NUMBER.finditer(question)]
    names = [Mention(m.start(), m[0].rstrip(".-"), _kind(m[0])) for m in NAME.finditer(question) if len(m[0]) > 1]
    return sorted(numbers + names, key=lambda m: m.start)


def _kind(name: str) -> str:
    return "date" if name in DATES else f"name of {min(3, name.count(' ') + 1)}"


def mentions_by_topic(questions: Iterable[tuple[str, str]]) -> dict[str, list[Mention]]:
    """What the questions of each topic name, from pairs of topic and question; each mention once, in order."""
    found: dict[str, dict[tuple[str, str], Mention]] = defaultdict(dict)
    for topic, question in questions:
        for mention in mentions(question):
            found[topic].setdefault((mention.kind, mention.text), mention)
    return {topic: list(group.values()) for topic, group in found.items()}


def altered(question: str, answers: Sequence[str], others: Sequence[Mention], rng: random.Random) -> str | None:
    """The question with one mention exchanged for another, or a word for its opposite; None when there is no way.

    Args:
        question: the question.
        answers: its right answers; what shares a word with one is not put in.
        others: mentions of the same topic.
        rng: what chooses.
    """
    taken = _words(question).union(*map(_words, answers))
    ways: list[tuple[int, str, list[str]]] = []  # where, what goes, what may come instead
    for mention in mentions(question):
        fresh = [o.text for o in others if o.kind == mention.kind and not taken & _words(o.text)]
        if fresh:
            ways.append((mention.start, mention.text, fresh))
    ways += [(m.start(), m[0], [OPPOSITE[m[0]]]) for m in OPPOSITE_WORD.finditer(question)]
    if not ways:
        return None
    start, old, new = rng.choice(ways)
    return question[:start] + rng.choice(new) + question[start + len(old) :]


def _words(text: str) -> set[str]:
    return set(re.findall(r"\w+", text.lower()))
