"""Whether a question itself holds what one of its pronouns points to: "When did Apple release its first phone?"."""

from __future__ import annotations

from collections.abc import Sequence

from rag.followup.english import (
    AUXILIARIES,
    BE,
    CONJUNCTIONS,
    FUNCTION_WORDS,
    KIND_OF_NOUN,
    PREPOSITIONS,
    QUESTION_WORDS,
    words,
)
from rag.followup.entities import Mention
from rag.followup.questions import Question
from rag.followup.records import Gap, Kind, Points
from rag.followup.spelling import APOSTROPHES, is_plural

_SUBJECTS = words("he she they it")
_WHEN = CONJUNCTIONS | words("that when as before after until once since")
_CLAUSE = _WHEN | QUESTION_WORDS
_ANY = words("a an which each every one no")
_NAMED_THINGS = frozenset(Kind) - {Kind.YEAR, Kind.PERSON}
_GOES_WITH: dict[Points, frozenset[Kind]] = {
    Points.PERSON: frozenset({Kind.PERSON, Kind.UNKNOWN}),
    Points.GROUP: _NAMED_THINGS,
    Points.THING: _NAMED_THINGS,
    Points.PLACE: frozenset({Kind.PLACE}),
    Points.YEAR: frozenset({Kind.YEAR}),
}
_PRONOUNS = {Points.PERSON, Points.GROUP, Points.THING}


def bound_by_name(gap: Gap, question: Question) -> bool:
    """Whether a name in the question is what the gap points to."""
    goes = _GOES_WITH.get(gap.points, frozenset({gap.kind}))
    fits = [m for m in question.names if m.kind in goes and m.nature.gender in {"", gap.gender or m.nature.gender}]
    return any(_binds(mention, gap, question) for mention in fits if mention.firm or _opens(mention, question))


def bound_by_gap(gap: Gap, earlier: Sequence[Gap]) -> bool:
    """Whether the gap points to what an earlier gap of the question points to."""
    for other in earlier:
        alike = (other.points, other.gender, other.noun) == (gap.points, gap.gender, gap.noun)
        person = other.kind is Kind.PERSON
        wanted = gap.points is Points.PERSON if person else gap.points in {Points.GROUP, Points.THING}
        if alike or (other.points is Points.NAMED and wanted):
            return True
    return False


def maybe_bound(gap: Gap, question: Question) -> bool:
    """Whether a common noun in the question may be what a pronoun points to: "How do bees make their honey?"."""
    before = question.before(gap.span.start)
    if gap.points is Points.PERSON:  # "Which senator said he ...?", "Which contestant lied about his age?"
        asked = len(before) > 1 and before[0] in {"which", "what"} and KIND_OF_NOUN.get(before[1]) is Kind.PERSON
        return asked and (gap.possessive or _is_embedded(gap, question))
    nouns = [word for word in before if word not in FUNCTION_WORDS]
    if gap.points not in _PRONOUNS or not nouns or (gap.points is Points.GROUP and not any(map(is_plural, nouns))):
        return False
    if not gap.possessive:
        later = before[before.index(nouns[0]) :]
        return before[0] in _WHEN or (not _WHEN.isdisjoint(later) and _is_embedded(gap, question))
    of_which = before[-1] in PREPOSITIONS and (len(nouns) == 1 or not BE.isdisjoint(before))  # "the size of its army"
    does = not (AUXILIARIES - BE).isdisjoint(before)
    has_subject = does or not _ANY.isdisjoint(before) or before[0] not in QUESTION_WORDS
    return has_subject and not of_which and before[-1] not in AUXILIARIES


def _binds(mention: Mention, gap: Gap, question: Question) -> bool:
    if mention.span.start > gap.span.end:
        return gap.possessive and _announced(gap, mention, question)
    if gap.points not in _PRONOUNS:
        return True
    return _can_be_subject(mention, gap, question) and (gap.possessive or _reaches(mention, gap, question))


def _opens(mention: Mention, question: Question) -> bool:
    """Whether the first word of a question is a name: "Tesla was ...", "Tesla's wife ..."; "Using ..." is none."""
    genitive = question.text[mention.span.end : mention.span.end + 1] in APOSTROPHES
    return not mention.span.start and (genitive or question.next_after(mention.span.end) in AUXILIARIES)


def _announced(gap: Gap, mention: Mention, question: Question) -> bool:
    """Whether a name after "its" is what that means: "After its unveiling, what did Apple ...?"."""
    opens = question.words[0].text in PREPOSITIONS and question.comma(gap.span.end, mention.span.start)
    asked = question.last_before(mention.span.start) in AUXILIARIES
    return opens or (asked and question.last_before(gap.span.start) in PREPOSITIONS)


def _can_be_subject(mention: Mention, gap: Gap, question: Question) -> bool:
    """Whether a name can be the subject: not "in Paris, what did ...", "other than Calatrava" or "What Senator"."""
    before = question.last_before(mention.span.start)
    if question.comma(mention.span.end, gap.span.start):
        return not before or before in _WHEN
    return before not in {"than", "what", "which"}


def _reaches(mention: Mention, gap: Gap, question: Question) -> bool:
    """Whether "it" can mean the name, not "itself": a new clause opened, or as in "Tesla's patent allowed him ..."."""
    before = question.last_before(mention.span.start)
    between = question.between(mention.span.end, gap.span.start)
    genitive = question.text[mention.span.end : mention.span.end + 1] in APOSTROPHES
    if genitive and (not before or before in AUXILIARIES):
        return True
    if not _CLAUSE.isdisjoint(between) or question.comma(mention.span.end, gap.span.start) or "to" in between[:-1]:
        return True
    return bool(between) and (between[-1].endswith("ing") or _is_embedded(gap, question))


def _is_embedded(gap: Gap, question: Question) -> bool:
    """Whether the pronoun is the subject of a clause inside the question's: "What did Merkel say she ...?"."""
    after = question.next_after(gap.span.end)
    verb = after in AUXILIARIES or (bool(after) and after not in FUNCTION_WORDS)
    subject = gap.span.of(question.text).casefold() in _SUBJECTS
    return subject and verb and question.last_before(gap.span.start) not in AUXILIARIES
