"""A fragment ("And in Canada?", "Why?", "By how much?") + the question before it -> a whole question."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.followup.english import (
    AUXILIARIES,
    DETERMINERS,
    FUNCTION_WORDS,
    POSSESSIVES,
    PREPOSITIONS,
    PRONOUNS,
    QUESTION_WORDS,
    words,
)
from rag.followup.entities import Mention, mentions
from rag.followup.kinds import nature
from rag.followup.names import PLACES
from rag.followup.records import Kind, Turn
from rag.followup.spelling import split
from rag.types import Span

_LEAD = re.compile(
    r"^\W*(?:(?:ok(?:ay)?|and|but|so|or|then|also|well|now)\b,?\s*)*(?:(?:what|how) about\b|and\b)?\s*", re.IGNORECASE
)
_NO_QUESTION = re.compile(
    r"^\W*(?:and\s+)?(?:what|how) about\b", re.IGNORECASE
)  # nothing that a part could be put into
_BARE = re.compile(
    r"(?:why(?: not)?|how(?: come| so)?|(?:(?:by|for|to|at|since|until|from|in|on|with|of|about|against) )?"
    r"(?:when|where|who|whom|what|which|how (?:much|many|long|often|far|old|big|fast|late|soon)|(?:what|which) "
    r"(?:year|month|day|date|time|city|country|place|reason|purpose|ones?|age|language|extent|colou?r|century|decade|"
    r"state|cost|price)))(?: exactly| precisely| else| then| about| for| from| with| by| of)?",
    re.IGNORECASE,
)
_CIRCUMSTANCE = re.compile(r"why|how|when|where", re.IGNORECASE)
_ARGUMENTS = words("what who whom which")
_SUBJECTS = PRONOUNS - POSSESSIVES
_EDGES = " ?!.,"
_MOST_WORDS = 8  # in a fragment
_TURNS_SEEN = 3
_SHORT_ANSWER = 6  # words that can take part in a question


def complete(fragment: str, turns: Sequence[Turn]) -> str | None:
    """The whole question that a fragment stands for after earlier turns, None if it is no fragment."""
    core = _LEAD.sub("", fragment, count=1).strip(_EDGES)
    bodies = [turn.standalone_question.strip(_EDGES) for turn in reversed(turns[-_TURNS_SEEN:])]
    if not core or not bodies[0] or _NO_QUESTION.match(bodies[0]):
        return None
    answer = turns[-1].answer
    if _BARE.fullmatch(core):
        return _ask_anew(core, bodies[0], answer if len(answer.split()) <= _SHORT_ANSWER else "")
    said = [word.text for word in split(core)]
    if not 0 < len(said) <= _MOST_WORDS or not (QUESTION_WORDS | AUXILIARIES | _SUBJECTS).isdisjoint(said):
        return None
    led = len(core) < len(fragment.strip(_EDGES))
    return _put_in(core, bodies) if led or said[0] in PREPOSITIONS or _is_name(core) else None


def _is_name(text: str) -> bool:
    """Whether a text is one name or year, and no more."""
    return any(mention.span == Span(0, len(text)) for mention in mentions(text))


def _ask_anew(asks: str, body: str, answer: str) -> str | None:
    """The question with other question words: "When did he resign" + "why" -> "Why did he resign?"."""
    said = split(body)
    if asks.casefold() == "why not":
        return f"Why or why not: {body}?"
    asks = asks[0].upper() + asks[1:]
    verb = next((i for i, word in enumerate(said) if word.text in AUXILIARIES), None)
    wh = next((i for i, word in enumerate(said) if word.text in QUESTION_WORDS), None)
    if verb == 0:  # "Did he resign"
        return f"{asks} {body[:1].lower()}{body[1:]}?"
    if wh is None or (verb is not None and verb < wh) or wh + 1 == len(said):
        return None
    circumstance = _CIRCUMSTANCE.match(asks) is not None
    argument = said[wh].text in _ARGUMENTS
    if verb is not None and verb < len(said) - 1:  # "What did the minister announce" + "a tax": why? -> "... a tax?"
        given = f" {answer}" if answer and circumstance and argument else ""
        if given and verb == wh + 1 and said[verb].text in {"is", "are", "was", "were"}:
            # "Who was the first king" + "Pelagius": when? -> "When was Pelagius the first king?"
            return f"{asks} {said[verb].text}{given}{body[said[verb].span.end :]}?"
        return f"{asks} {body[said[verb].span.start :]}{given}?"
    done = body[said[wh + 1].span.start :]  # "Who won the cup" + "Macron": when? -> "When was it that Macron won ...?"
    return f"{asks} was it that {answer or 'they'} {done}?" if circumstance else f"{asks} {done}?"


def _put_in(piece: str, bodies: Sequence[str]) -> str | None:
    """An earlier question with a part changed or added: "in Canada", "2024", "the wife", "Merkel's husband".

    The last question that has a part of the same kind is taken; without any, the piece is added to the very last.
    """
    said = split(piece)
    preposition = said[0].text if said[0].text in PREPOSITIONS and len(said) > 1 else ""
    name = piece[said[1].span.start :] if preposition else piece
    if name.islower() and name in PLACES:
        name = name.title()
    owner = re.match(r"(.+?)['\u2019]s? ", name)
    if owner and owner[1] in bodies[0]:
        owned = re.compile(re.escape(owner[1]) + r"(?:['\u2019]s? [^ ]+)?")
        return f"{owned.sub(lambda _: name, bodies[0], count=1)}?"
    if said[0].text in DETERMINERS and name[4:5].islower():
        return _swap_noun(piece, bodies[0])
    new = _name(name)
    for body in bodies:
        same = _counterpart(new, mentions(body))
        if same:
            return f"{body[: same.span.start]}{name}{body[same.span.end :]}?"
    return f"{bodies[0]} {preposition or ('in' if new.kind is Kind.YEAR else 'for')} {name}?"


def _name(text: str) -> Mention:
    """What a fragment names; one in small letters may be a name too."""
    found = mentions(f"About {text}")
    return found[0] if found else Mention(text, Span(0, len(text)), nature(text))


def _counterpart(new: Mention, old: tuple[Mention, ...]) -> Mention | None:
    """The name in the old question that a new name takes the place of: the last of its kind, else the only one."""
    alike = [m for m in old if m.kind is new.kind and m.kind is not Kind.UNKNOWN]
    if alike:
        return alike[-1]
    loose = [m for m in old if m.kind is not Kind.YEAR and Kind.UNKNOWN in {m.kind, new.kind}]
    return loose[0] if len(loose) == 1 and new.kind is not Kind.YEAR else None


def _swap_noun(piece: str, body: str) -> str | None:
    """The question with its first "the ..." or "...'s ..." changed: "the losses" for "the profits (of Apple)"."""
    owned = re.search(r"(?<=['\u2019]s )[^\W\d_]+", body)
    if owned:
        return f"{body[: owned.start()]}{piece.split(' ', 1)[1]}{body[owned.end() :]}?"
    said = split(body)
    start = next((i for i, word in enumerate(said[:-1]) if word.text == "the"), None)
    if start is None:
        return None
    end = start + 2
    while end < len(said) and said[end].text not in FUNCTION_WORDS and not said[end].text.endswith(("ed", "en", "ing")):
        end += 1
    return f"{body[: said[start].span.start]}{piece}{body[said[end - 1].span.end :]}?"
