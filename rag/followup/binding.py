"""Whether a question itself holds what one of its pronouns points to: "When did Apple release its first phone?"."""

from __future__ import annotations

from collections.abc import Sequence

from rag.followup.english import AUXILIARIES, BE, CONJUNCTIONS, FUNCTION_WORDS, KIND_OF_NOUN, PREPOSITIONS, QUESTION_WORDS, words
from rag.followup.entities import Mention
from rag.followup.records import Gap, Kind, Points, Word

_SUBJECTS = words("he she they it")
_CLAUSE = CONJUNCTIONS | QUESTION_WORDS | words("that when as before after until")
_WHEN = CONJUNCTIONS | words("that when as before after until once since")
_ANY = words("a an which each every one no")
_GOES_WITH: dict[Points, frozenset[Kind]] = {
    Points.PERSON: frozenset({Kind.PERSON, Kind.UNKNOWN}),
    Points.GROUP: frozenset(Kind) - {Kind.YEAR, Kind.PERSON},
    Points.THING: frozenset(Kind) - {Kind.YEAR, Kind.PERSON},
    Points.PLACE: frozenset({Kind.PLACE}),
    Points.YEAR: frozenset({Kind.YEAR}),
}


def bound_by_name(gap: Gap, question: str, said: Sequence[Word], named: Sequence[Mention]) -> bool:
    """Whether a name in the question is what the gap points to."""
    for mention in named:
        goes = _GOES_WITH.get(gap.points, frozenset({gap.kind}))
        if mention.kind not in goes or (gap.gender and mention.nature.gender not in {"", gap.gender}):
            continue
        if mention.span.start > gap.span.end:
            if gap.possessive and _announced(gap, mention, question, said):
                return True
        elif gap.points not in {Points.PERSON, Points.GROUP, Points.THING}:
            return True
        elif _is_subject(mention, gap, question, said) and (gap.possessive or _reaches(gap, mention, question, said)):
            return True
    return False


def bound_by_gap(gap: Gap, earlier: Sequence[Gap]) -> bool:
    """Whether the gap points to what an earlier gap of the question points to."""
    for other in earlier:
        if (other.points, other.gender, other.noun) == (gap.points, gap.gender, gap.noun):
            return True
        if other.points is Points.NAMED:
            if gap.points is Points.PERSON and other.kind is Kind.PERSON:
                return True
            if gap.points in {Points.GROUP, Points.THING} and other.kind is not Kind.PERSON:
                return True
    return False


def maybe_bound(gap: Gap, question: str, said: Sequence[Word]) -> bool:
    """Whether a common noun in the question may be what "it" or "they" points to: "How do bees make their honey?"."""
    if gap.points is Points.PERSON:  # "Which senator said he ...?", "Which contestant lied about his age?"
        people = [w for w in said if w.span.end <= gap.span.start and KIND_OF_NOUN.get(w.text) is Kind.PERSON]
        asked = bool(people) and said[0].text in {"which", "what"} and people[0] is said[1]
        return asked and (gap.possessive or _is_embedded(gap, said))
    if gap.points not in {Points.GROUP, Points.THING}:
        return False
    before = [word.text for word in said if word.span.end <= gap.span.start]
    first = next((i for i, word in enumerate(before) if word not in FUNCTION_WORDS), None)
    if first is None:
        return False
    if not gap.possessive:
        clause = before[0] in _WHEN or (not _WHEN.isdisjoint(before[first:]) and _is_embedded(gap, said))
        return clause and _number_fits(gap, before)
    content = sum(word not in FUNCTION_WORDS for word in before)
    of_which = before[-1] in PREPOSITIONS and (content == 1 or not BE.isdisjoint(before))  # "What is the size of its ..."
    verb = not (AUXILIARIES - BE).isdisjoint(before)
    subject = not _ANY.isdisjoint(before) or verb or before[0] not in QUESTION_WORDS
    return subject and not of_which and before[-1] not in AUXILIARIES and _number_fits(gap, before)


def _number_fits(gap: Gap, before: Sequence[str]) -> bool:
    if gap.points is Points.THING:
        return True
    return any(w.endswith("s") and len(w) > 3 and not w.endswith("ss") for w in before if w not in FUNCTION_WORDS)


def _announced(gap: Gap, mention: Mention, question: str, said: Sequence[Word]) -> bool:
    """Whether a name after "its" is what that means: "After its unveiling, what did Apple ...?"."""
    between = [w.text for w in said if w.span.start >= gap.span.end and w.span.end <= mention.span.start]
    opens = said[0].text in PREPOSITIONS and "," in question[gap.span.end : mention.span.start]
    before = next((w.text for w in reversed(said) if w.span.end <= gap.span.start), "")
    return opens or (before in PREPOSITIONS and bool(between) and between[-1] in AUXILIARIES)


def _is_subject(mention: Mention, gap: Gap, question: str, said: Sequence[Word]) -> bool:
    """Whether a name can be the subject: not "in Paris, what did ...", "other than Calatrava" or "What Senator"."""
    before = next((w.text for w in reversed(said) if w.span.end <= mention.span.start), "")
    if "," in question[mention.span.end : gap.span.start]:
        return not before or before in _WHEN
    return before not in {"than", "what", "which"}


def _reaches(gap: Gap, mention: Mention, question: str, said: Sequence[Word]) -> bool:
    """Whether "it" or "he" can mean the name: a new clause opened, or "Tesla's patent allowed him ..."."""
    before = next((w.text for w in reversed(said) if w.span.end <= mention.span.start), "")
    genitive = (not before or before in AUXILIARIES) and question[mention.span.end : mention.span.end + 1] in {"'", "’"}
    between = [w.text for w in said if w.span.start >= mention.span.end and w.span.end <= gap.span.start]
    opened = not _CLAUSE.isdisjoint(between) or "," in question[mention.span.end : gap.span.start]
    doing = bool(between) and between[-1].endswith("ing")
    return genitive or opened or doing or "to" in between[:-1] or (bool(between) and _is_embedded(gap, said))


def _is_embedded(gap: Gap, said: Sequence[Word]) -> bool:
    """Whether the pronoun is the subject of a clause inside the question's: "What did Merkel say she ...?"."""
    at = next(i for i, w in enumerate(said) if w.span.start >= gap.span.start)
    before, after = said[at - 1].text if at else "", said[at + 1].text if at + 1 < len(said) else ""
    verb = after in AUXILIARIES or (bool(after) and after not in FUNCTION_WORDS)
    return said[at].text in _SUBJECTS and verb and before not in AUXILIARIES
