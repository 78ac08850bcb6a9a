"""A question -> its gaps: the words that point back to something said earlier ("she", "that year", "the band")."""

from __future__ import annotations

import re
from collections.abc import Sequence
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
from rag.followup.questions import Question
from rag.followup.records import Gap, Points, Word
from rag.followup.spelling import singular
from rag.types import Span

_EXPLETIVE = re.compile(  # "it" that stands for nothing
    r"\b(?:what|how|where|who) (?:is|was) (?:\w+ )?(it) (?:when|if|that|called)\b"
    r"|\b(it) (?:(?:is|was|been|has been) (?:considered|reported|estimated)|(?:appear|seem|turn)s?)\b"
    r"|\b(?:is|was|be|been|makes?|made|find|found|considered) (it) (?:\w+ )?(?:\w+ (?:that|to)\b|true\b|possible\b"
    r"|(?:likely|necessary|important|illegal|legal|common|safe|worth|normal|hard|easy|difficult|better|impossible)\b)"
    r"|\b(?:do|does|did|will|would|can|could) (it) (?:(?:take|cost)\b.*\bto\b|mean (?:to|when|for|if)|rain|snow)",
    re.IGNORECASE,
)
_AFTER_THERE = BE | words("a an any no not exist seem another other more")
_BEFORE_THERE = BE | words("will would has have had could can may might must should")
_AFTER_THAT = words(
    "is was are were did does do has have had will would can could and or but in on at for after before"
)
_SAYS_WHICH = words("of that which who where called named")
_GAP_NOUNS = frozenset(KIND_OF_NOUN) | YEAR_NOUNS
_ARTICLE = words("article articles page story text passage section source sources")
_POINTERS = words("this that these those the")


def gaps(question: Question) -> tuple[Gap, ...]:
    """The gaps of a question in order, those that it fills itself left out."""
    expletives = {m.start(m.lastindex or 0) for m in _EXPLETIVE.finditer(question.text)}
    found: list[Gap] = []
    for i, word in enumerate(question.words):
        if word.span.start in expletives or any(name.span.covers(word.span) for name in question.names):
            continue
        gap = _pronoun(question.words, i) or _pointer(question.words, i)
        if gap and not bound_by_name(gap, question) and not bound_by_gap(gap, found):
            found.append(replace(gap, bound=maybe_bound(gap, question)))
    return tuple(found)


def asks_about_article(question: Question) -> bool:
    """Whether a question points to the article itself ("in this article")."""
    pairs = pairwise(word.text for word in question.words)
    return any(noun in _ARTICLE and before in _POINTERS for before, noun in pairs)


def _pronoun(said: Sequence[Word], i: int) -> Gap | None:
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


def _pointer(said: Sequence[Word], i: int) -> Gap | None:
    """A gap that "there", "this", "that", "these", "those" or "the" opens."""
    word = said[i]
    before = said[i - 1].text if i else ""
    after = said[i + 1].text if i + 1 < len(said) else ""
    if word.text == "there":
        existential = after in _AFTER_THERE or before in BE or (before in _BEFORE_THERE and after)
        return None if existential or before in PREPOSITIONS - words("from in near") else Gap(word.span, Points.PLACE)
    if word.text not in _POINTERS:
        return None
    noun = _noun(said, i)
    if noun:
        return _named_gap(said, i, noun)
    if after in _ARTICLE or word.text == "the" or (word.text == "that" and not _is_demonstrative(before, after)):
        return None
    alone = not after or after in FUNCTION_WORDS or (word.text in {"this", "that"} and before in AUXILIARIES)
    return Gap(word.span, Points.EVENT, possessive=not alone)


def _noun(said: Sequence[Word], i: int) -> Word | None:
    """The noun that may stand for a name: "the album", "this first album", "that same year"."""
    furthest = 1 if said[i].text == "the" else 3
    for word in said[i + 1 : i + 1 + furthest]:
        if singular(word.text) in _GAP_NOUNS:
            return word
        if word.text in FUNCTION_WORDS - words("same own first last") or word.text.endswith("ed"):
            return None
    return None


def _named_gap(said: Sequence[Word], i: int, noun: Word) -> Gap | None:
    span = Span(said[i].span.start, noun.span.end)
    base = singular(noun.text)
    if base in YEAR_NOUNS:  # "this year" is the one we live in
        past = said[i].text == "that" or any(w.text == "same" for w in said[i:] if w.span.end < noun.span.start)
        return Gap(span, Points.YEAR, noun=base) if past else None
    if said[i].text == "the":
        # "the capital of France" and "the company that ..." say which one is meant, "the canal zone" is one noun;
        # in "did the band tour" the word that follows is the verb
        after = next((w.text for w in said if w.span.start >= noun.span.end), "")
        verb = i > 0 and said[i - 1].text in AUXILIARIES and singular(after) not in _GAP_NOUNS
        if after in _SAYS_WHICH or (after and after not in FUNCTION_WORDS and not verb):
            return None
    return Gap(span, Points.NAMED, kind=KIND_OF_NOUN[base], noun=base)


def _is_demonstrative(before: str, after: str) -> bool:
    """Whether "that" points ("what was that about") rather than joins ("the man that won")."""
    if not after:
        return True
    return before in AUXILIARIES | PREPOSITIONS | QUESTION_WORDS or (not before and after in _AFTER_THAT)
