"""Whether a name goes with a gap: "she" with a woman, "there" with a place, "the band" with a band."""

from __future__ import annotations

from rag.followup.candidates import Candidate
from rag.followup.english import KIND_OF_NOUN, words
from rag.followup.records import Gap, Kind, Points
from rag.followup.spelling import singular

_PARTICULAR = {Kind.EVENT, Kind.WORK, Kind.PLACE}
_GENERAL = words("event crisis place location area region work thing")
_VISITED = words("university college school academy museum hospital church court institute palace")
NEVER = -3.0  # a year for "she"


def agreement(gap: Gap, candidate: Candidate) -> float:
    """How well a name goes with a gap: 1 surely, 0 can't be told, -1 badly, NEVER not at all."""
    kind, pronoun = candidate.nature.kind, candidate.pronoun
    if (kind is Kind.YEAR) is not (gap.points is Points.YEAR):
        return NEVER
    if candidate.seen.keys() == {"pair"} and gap.points is not Points.GROUP:
        return NEVER
    person = kind is Kind.PERSON or pronoun in {"he", "she"}
    match gap.points:
        case Points.PERSON:
            return _as_person(gap, candidate, person)
        case Points.GROUP:
            return _as_group(candidate, person)
        case Points.THING | Points.EVENT:
            if person or pronoun == "they" or kind is Kind.PERSON:
                return -1.0
            return 0.1 if kind is not Kind.UNKNOWN else 0.0
        case Points.PLACE:
            if kind is Kind.PLACE:
                return 1.0
            visited = not _VISITED.isdisjoint(candidate.key.split())
            return 0.8 if visited else -1.0 if person else -0.2
        case Points.NAMED:
            return _as_noun(gap, candidate, person)
        case Points.YEAR:
            return 1.0
    return 0.0


def _as_person(gap: Gap, candidate: Candidate, person: bool) -> float:
    gender = candidate.nature.gender or (candidate.pronoun if candidate.pronoun in {"he", "she"} else "")
    if gender:
        return 1.0 if gender == gap.gender else -1.5
    if person:
        return 0.7
    thing = candidate.name.startswith("the ") or candidate.nature.plural or not candidate.name.split()[-1][0].isupper()
    return -1.0 if thing or candidate.nature.kind is not Kind.UNKNOWN or candidate.pronoun else 0.0


def _as_group(candidate: Candidate, person: bool) -> float:
    if candidate.pronoun == "they":
        return 1.0
    if candidate.nature.kind is Kind.ORGANISATION or candidate.nature.plural or "&" in candidate.name:
        return 0.8
    return -0.6 if person else 0.0 if candidate.nature.kind is Kind.UNKNOWN else -0.4


def _as_noun(gap: Gap, candidate: Candidate, person: bool) -> float:
    if gap.noun in candidate.key.split():
        return 1.2
    if gap.kind is Kind.PERSON:
        return 0.8 if person else 0.0 if candidate.nature.kind is Kind.UNKNOWN else -1.0
    own = KIND_OF_NOUN.get(singular(candidate.key.split()[-1]))
    if own is gap.kind and own in _PARTICULAR and gap.noun not in _GENERAL:  # "the revolution" is no War
        return -0.5
    if candidate.nature.kind is gap.kind or (gap.kind is Kind.ORGANISATION and candidate.pronoun == "they"):
        return 1.0
    if person:
        return -1.5
    return 0.0 if candidate.nature.kind is Kind.UNKNOWN else -0.8
