"""SQuAD's questions -> conversations: what an article is about is taken out of the questions after the first."""

from __future__ import annotations

import random
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from squad import Corpus, Question
from squad_entities import ENTITIES, Entity

from rag.followup.english import (
    AUXILIARIES,
    CONJUNCTIONS,
    DETERMINERS,
    FUNCTION_WORDS,
    POSSESSIVES,
    PREPOSITIONS,
    QUESTION_WORDS,
)

FORMS = {  # subject, object, possessive
    "he": ("he", "him", "his"),
    "she": ("she", "her", "her"),
    "they": ("they", "them", "their"),
    "it": ("it", "it", "its"),
    "there": ("it", "it", "its"),
}


@dataclass(frozen=True, slots=True)
class FollowUp:
    """A question and what is left of it without the name."""

    question: Question
    raw: str
    form: str  # pronoun, possessive, there or ellipsis


def take_out(question: Question, entity: Entity, *, shorten: bool) -> FollowUp | None:
    """The question without its entity, None if it does not hold it exactly once as a noun of its own.

    Args:
        question: with the entity.
        entity: what to take out.
        shorten: leave "of Warsaw", "in Warsaw" or "for Warsaw" out altogether.
    """
    text = question.text
    pattern = "|".join(re.escape(name) for name in entity.names)
    found = list(re.finditer(rf"(?<![\w'\u2019-])(?:{pattern})(['\u2019]s?)?(?![\w-])", text))
    if len(found) != 1:
        return None
    start, end = found[0].span()
    before, after = text[:start].split(), text[end:].split()
    last, following = before[-1] if before else "", after[0] if after else ""
    if following[:1].isupper() or (last[:1].isupper() and len(before) > 1) or "'" in {last[:1], following[:1]}:
        return None  # part of a longer name
    if last.casefold() in DETERMINERS | CONJUNCTIONS | POSSESSIVES or text[end : end + 1] == "." != text[-1]:
        return None  # "an iPod", "Marvel and Disney", "Windows 8.1"
    if last in PREPOSITIONS and len(before) > 2 and before[-2][0].isupper():
        return None  # "the University of Valencia"
    if last and last.casefold() not in FUNCTION_WORDS and not last.endswith(("ed", "ing", "s")):
        return None  # "orphan genes", "Greater Boston"
    if found[0][1]:
        return FollowUp(question, _joined(text[:start], FORMS[entity.pronoun][2], text[end:]), "possessive")
    word = following.casefold().strip("?,.")
    if word and word not in FUNCTION_WORDS and last.casefold() not in AUXILIARIES:
        return None  # "Warsaw's", "Tesla invented" and "the Tesla coil" look alike from here
    if last in {"of", "in", "for"} and len(before) + len(after) > 4 and before[-2] not in AUXILIARIES:
        if shorten:
            return FollowUp(question, _joined(text[:start].removesuffix(f"{last} "), "", text[end:]), "ellipsis")
        if last == "in" and entity.pronoun == "there":
            return FollowUp(question, _joined(text[:start].removesuffix("in "), "there", text[end:]), "there")
    as_object = bool(last) and last.casefold() not in AUXILIARIES | CONJUNCTIONS | QUESTION_WORDS | {"that"}
    return FollowUp(question, _joined(text[:start], FORMS[entity.pronoun][as_object], text[end:]), "pronoun")


def _joined(*parts: str) -> str:
    return re.sub(r"\s+([?.,])", r"\1", " ".join(" ".join(parts).split()))


def follow_ups(corpus: Corpus) -> dict[str, list[FollowUp]]:
    """The questions that can be follow-ups, by title, in a shuffled order that is always the same."""
    found: dict[str, list[FollowUp]] = defaultdict(list)
    for question in corpus.questions:
        entity = ENTITIES.get(question.title)
        one = entity and take_out(question, entity, shorten=int(question.id[-1], 16) % 2 == 0)
        if one:
            found[question.title].append(one)
    for title, ones in found.items():
        random.Random(title).shuffle(ones)
    return dict(found)


def conversations(corpus: Corpus, most: int) -> Iterator[list[FollowUp]]:
    """Five questions each: an opening, two follow-ups, one about another article, one follow-up to that.

    No follow-up comes twice; the questions that open a topic may, and are follow-ups elsewhere.
    """
    whole = follow_ups(corpus)
    left = {title: list(ones) for title, ones in whole.items()}
    chance = random.Random(0)

    def topic(title: str, length: int) -> list[FollowUp]:
        after = [left[title].pop() for _ in range(length)]
        return [chance.choice([one for one in whole[title] if one not in after]), *after]

    for _ in range(most):
        titles = [title for title, ones in left.items() if len(ones) >= 3]
        if not titles:
            return
        first = chance.choices(titles, [len(left[title]) for title in titles])[0]
        questions = topic(first, 2)
        others = [title for title, ones in left.items() if title != first and len(ones) >= 2]
        if not others:
            return
        yield [*questions, *topic(chance.choice(others), 1)]
