"""The records of a conversation's questions; this module imports nothing of the package."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from rag.types import Span


@dataclass(frozen=True, slots=True)
class Turn:
    """One question of a conversation and what came of it."""

    question: str  # as it was asked
    standalone_question: str  # as it was searched for
    answer: str = ""  # the quoted words, "" if the articles didn't say
    sentence: str = ""  # that the words stand in
    title: str = ""  # of the cited article
    article_ids: tuple[str, ...] = ()  # cited


@dataclass(frozen=True, slots=True)
class Rewrite:
    """A question made to stand alone."""

    question: str
    original: str
    changed: bool
    sure: bool = True  # False: search with the original too, and let the reader decide


class Kind(Enum):
    """What a name stands for, as far as words alone tell; UNKNOWN goes with every other."""

    PERSON = "person"
    PLACE = "place"
    ORGANISATION = "organisation"  # and any named group: a band, a team, a people
    YEAR = "year"
    EVENT = "event"
    WORK = "work"  # a book, a film, a song, a law
    THING = "thing"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Nature:
    """What is known of a name."""

    kind: Kind = Kind.UNKNOWN
    gender: str = ""  # "he" or "she" where a given name or a title tells
    plural: bool = False


class Points(Enum):
    """What a gap points back to."""

    PERSON = "he or she"
    GROUP = "they"
    THING = "it"
    PLACE = "there"
    YEAR = "that year"
    NAMED = "the band"  # a noun that stands for a name
    EVENT = "this"  # what was said last


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a question, in small letters, with its place."""

    text: str
    span: Span


@dataclass(frozen=True, slots=True)
class Gap:
    """Words of a question that an earlier name is to replace or to complete."""

    span: Span
    points: Points
    possessive: bool = False
    gender: str = ""  # "he" or "she"
    kind: Kind = Kind.UNKNOWN  # of the noun, for NAMED
    noun: str = ""  # the noun itself, in the singular: "band"
    bound: bool = False  # the question itself may hold what the words point to
