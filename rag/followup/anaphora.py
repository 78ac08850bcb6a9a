"""A question -> its gaps: the words that point back to something said earlier ("she", "that year", "the band")."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import pairwise

from rag.followup.binding import bound_by_gap, bound_by_name, maybe_bound
from rag.followup.english import (
    AUXILIARIES,
    BE,
    FUNCTION_WORDS,
    HE,
    KIND_OF_NOUN,
    POSSESSIVES,
    PREPOSITIONS,
    PRONOUNS,
    QUESTION_WORDS,
    SHE,
    THEY,
    YEAR_NOUNS,
    words,
)
from rag.followup.entities import TOKEN, Mention
from rag.followup.records import Gap, Points, Word
from rag.types import Span


_EXPLETIVE = re.compile(
    r"\b(?:what|how|where|who)\s+(?:is|was)\s+(?:\w+\s+)?(it)\s+(?:when|if|that|called)\b"
    r"|\b(it)\s+(?:(?:is|was|been|has\s+been)\s+(?:considered|reported|estimated)|(?:appear|seem|turn)s?)\b"
    r"|\b(?:is|was|be|been|makes?|made|find|found|considered)\s+(it)\s+(?:\w+\s+)?(?:\w+\s+(?:that|to)\b|true\b|possible\b|"
    r"(?:likely|necessary|important|illegal|legal|common|safe|worth|normal|hard|easy|difficult|better|impossible)\b)"
    r"|\b(?:does|did|will|would|can|could|do)\s+(it)\s+(?:take\b.*\bto\b|cost\b.*\bto\b|mean\s+(?:to|when|for|if)|rain|snow)",
    re.IGNORECASE,
)
_AFTER_THERE = BE | words("a an any no not exist seem another other more")
_BEFORE_THERE = BE | words("will would has have had could can may might must should")
_AFTER_THAT = words(
    "is was are were did does do has have had will would can could and or but in on at for after before"
)
_SAYS_WHICH = words("of that which who where called named")
_GAP_NOUNS = frozenset(KIND_OF_NOUN) | YEAR_NOUNS
_SCOPE_NOUNS = words("article articles page story text passage section source sources")


def split(question: str) -> list[Word]:
    """The words of a question; a possessive ending is no part of its word."""
    found = []
    for match in TOKEN.finditer(question):
        text = re.sub(r"['’](?:s|re|d|ll|ve)?$", "", match[0])
        found.append(Word(text.casefold(), Span(match.start(), match.start() + len(text))))
    return found


def gaps(question: str, named: tuple[Mention, ...]) -> tuple[Gap, ...]:
    """The gaps of a question in order, the ones that its own names fill left out.

    Args:
        question: as the user wrote it.
        named: the names in the question.
    """
    said = split(question)
    expletives = {m.start(m.lastindex or 0) for m in _EXPLETIVE.finditer(question)}
    firm = [m for m in named if m.firm or _opens(m, question)]
    found: list[Gap] = []
    for i, word in enumerate(said):
        if any(m.span.covers(word.span) for m in named) or word.span.start in expletives:
            continue
        gap = _pronoun(said, i) or _pointer(said, i)
        if gap and not bound_by_name(gap, question, said, firm) and not bound_by_gap(gap, found):
            found.append(replace(gap, bound=maybe_bound(gap, question, said)))
    return tuple(found)


def _opens(mention: Mention, question: str) -> bool:
    """Whether the first word of a question is a name: "Tesla was ...", "Tesla's wife ..."; "Using ..." is none."""
    after = re.match(r"['’]s?\b| (\w+)", question[mention.span.end :])
    return not mention.span.start and after is not None and (after[1] or "is").casefold() in AUXILIARIES


def _pronoun(said: list[Word], i: int) -> Gap | None:
    word, after = said[i], said[i + 1].text if i + 1 < len(said) else ""
    if word.text not in PRONOUNS or word.text.endswith(("self", "selves")):
        return None
    possessive = word.text in POSSESSIVES
    if word.text == "her":
        possessive = bool(after) and (after not in FUNCTION_WORDS or after in {"own", "first", "last", "most"})
    if word.text in HE | SHE:
        return Gap(word.span, Points.PERSON, possessive, "he" if word.text in HE else "she")
    points = Points.GROUP if word.text in THEY else Points.THING
    return Gap(word.span, points, possessive)


def _pointer(said: list[Word], i: int) -> Gap | None:
    """A gap that "there", "this", "that", "these", "those" or "the" opens."""
    word = said[i]
    before = said[i - 1].text if i else ""
    after = said[i + 1].text if i + 1 < len(said) else ""
    if word.text == "there":
        existential = after in _AFTER_THERE or before in BE or (before in _BEFORE_THERE and after)
        return None if existential or before in PREPOSITIONS - words("from in near") else Gap(word.span, Points.PLACE)
    if word.text not in {"this", "that", "these", "those", "the"}:
        return None
    noun = _noun(said, i)
    if noun:
        return _named_gap(said, i, noun)
    if after in _SCOPE_NOUNS or word.text == "the" or (word.text == "that" and not _is_demonstrative(before, after)):
        return None
    alone = not after or after in FUNCTION_WORDS or word.text in {"this", "that"} and before in AUXILIARIES
    return Gap(word.span, Points.EVENT, possessive=not alone)


def _noun(said: list[Word], i: int) -> Word | None:
    """The noun that may stand for a name: "the album", "this first album", "that same year"."""
    furthest = 1 if said[i].text == "the" else 3
    for word in said[i + 1 : i + 1 + furthest]:
        if singular(word.text) in _GAP_NOUNS:
            return word
        if word.text in FUNCTION_WORDS - words("same own first last") or word.text.endswith("ed"):
            return None
    return None


def _named_gap(said: list[Word], i: int, noun: Word) -> Gap | None:
    span = Span(said[i].span.start, noun.span.end)
    base = singular(noun.text)
    if base in YEAR_NOUNS:  # "this year" is the one we live in
        past = said[i].text == "that" or any(w.text == "same" for w in said[i:] if w.span.end < noun.span.start)
        return Gap(span, Points.YEAR, noun=base) if past else None
    if said[i].text == "the":
        # "the capital of France" and "the company that ..." say which one is meant, "the canal zone" is one noun;
        # in "did the band tour" the word that follows is the verb
        after = next((w.text for w in said if w.span.start >= noun.span.end), "")
        asked = i > 0 and said[i - 1].text in AUXILIARIES
        if after in _SAYS_WHICH or (after and after not in FUNCTION_WORDS and not asked):
            return None
    return Gap(span, Points.NAMED, kind=KIND_OF_NOUN[base], noun=base)


def singular(noun: str) -> str:
    """The singular of a regular plural; any other word as it is."""
    if noun in _GAP_NOUNS or not noun.endswith("s"):
        return noun
    return f"{noun[:-3]}y" if noun.endswith("ies") else noun[:-1]


def _is_demonstrative(before: str, after: str) -> bool:
    """Whether "that" points ("what was that about") rather than joins ("the man that won")."""
    if not after:
        return True
    return before in AUXILIARIES | PREPOSITIONS | QUESTION_WORDS or (not before and after in _AFTER_THAT)


def asks_about_article(question: str) -> bool:
    """Whether the question points to the article itself ("in this article")."""
    said = split(question)
    return any(
        w.text in _SCOPE_NOUNS and before.text in {"this", "that", "the", "these", "those"}
        for before, w in pairwise(said)
    )
