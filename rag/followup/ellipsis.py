"""A fragment ("And in Canada?", "Why?", "By how much?") + the question before it -> a whole question."""

from __future__ import annotations

import re

from rag.followup.anaphora import split
from rag.followup.english import AUXILIARIES, DETERMINERS, FUNCTION_WORDS, POSSESSIVES, PREPOSITIONS, PRONOUNS, QUESTION_WORDS
from rag.followup.entities import Mention, mentions
from rag.followup.kinds import nature
from rag.followup.names import PLACES
from rag.followup.records import Kind
from rag.types import Span

_LEAD = re.compile(
    r"^\W*(?:(?:ok(?:ay)?|and|but|so|or|then|also|well|now)\b,?\s*)*"
    r"(?:(?:what|how) about\b|and\b)?\s*",
    re.IGNORECASE,
)
_BARE = re.compile(
    r"^(?:why(?: not)?|how(?: come| so)?|when|where|who|whom|"
    r"(?:(?:by|for|to|at|since|until|from|in|on|with|of|about|against) )?"
    r"(?:how (?:much|many|long|often|far|old|big|fast|late|soon)|when|where|whom|what|which|who|"
    r"(?:what|which) (?:year|month|day|date|time|city|country|place|reason|purpose|one|ones|age|language|extent|"
    r"colou?r|century|decade|state|cost|price))"
    r")(?: exactly| precisely| else| then| about| for| from| with| by| of)?$",
    re.IGNORECASE,
)
_SUBJECTS = PRONOUNS - POSSESSIVES
_NO_QUESTION = re.compile(r"^\W*(?:and\s+)?(?:what|how) about\b", re.IGNORECASE)  # nothing that a part could be put into
_IS_IT = re.compile(r"^(?:why|how|when|where)", re.IGNORECASE)


def complete(fragment: str, before: str, answer: str = "") -> str | None:
    """The whole question that a fragment stands for after `before`, None if it is no fragment.

    Args:
        fragment: the new question, as written.
        before: the stand-alone question before it.
        answer: the words that answered that one, or "".
    """
    core = _LEAD.sub("", fragment, count=1).strip(" ?!.,")
    led = len(core) < len(fragment.strip(" ?!.,"))
    if not core or not before or _NO_QUESTION.match(before):
        return None
    if _BARE.match(core):
        return _ask_anew(core, before, answer)
    words = split(core)
    if not words or len(words) > 8 or any(w.text in QUESTION_WORDS | AUXILIARIES | _SUBJECTS for w in words):
        return None
    return _put_in(core, before) if led or words[0].text in PREPOSITIONS or _is_name(core) else None


def _is_name(text: str) -> bool:
    """Whether a text is one name or year, and no more."""
    return any(mention.span == Span(0, len(text)) for mention in mentions(text))


def _ask_anew(wh: str, before: str, answer: str) -> str | None:
    """The question before with its question words changed: "When did he resign?" + "why" -> "Why did he resign?"."""
    body = before.strip(" ?!.")
    words = split(body)
    wh = wh[0].upper() + wh[1:]
    opening = next((i for i, w in enumerate(words) if w.text in AUXILIARIES), None)
    asks = next((i for i, w in enumerate(words) if w.text in QUESTION_WORDS), None)
    if opening is None and asks is None:
        return None
    if asks is None or (opening is not None and opening < asks):  # "Did he resign?"
        return f"{wh} {_lower_first(body[words[opening or 0].span.start :])}?" if opening == 0 else None
    subject = opening is None or opening == len(words) - 1
    if opening is not None and not subject:
        rest = body[words[opening].span.start :]
        object_asked = words[asks].text in {"what", "who", "whom", "which"} and _IS_IT.match(wh)
        if opening == asks + 1 and words[asks].text in {"who", "what"} and object_asked and words[opening].text in {
            "is", "was", "are", "were",
        }:  # "Who was the first king?" + "When?"
            return f"{wh} {rest}?"
        given = f" {answer}" if object_asked and answer and len(answer.split()) <= 6 else ""
        return f"{wh} {rest}{given}?"
    verb = words[asks + 1].span.start if asks + 1 < len(words) else None
    if verb is None:
        return None
    done = body[verb:]  # "Who won the cup?" + "Macron" + "when" -> "When was it that Macron won the cup?"
    who = answer if answer and len(answer.split()) <= 6 else "they"
    return f"{wh} was it that {who} {done}?" if _IS_IT.match(wh) else f"{wh} {done}?"


def _put_in(piece: str, before: str) -> str | None:
    """The question before with a part changed or added: "in Canada", "2024", "the wife", "Merkel's husband"."""
    body = before.strip(" ?!.")
    words = split(piece)
    preposition = words[0].text if words[0].text in PREPOSITIONS and len(words) > 1 else ""
    name = piece[words[1].span.start :] if preposition else piece
    if name.casefold() in PLACES:
        name = name.title() if name.islower() else name
    owner = re.match(r"(.+?)['’]s? ", name)
    if owner and owner[1] in body:
        return f"{re.sub(rf'{re.escape(owner[1])}(?:[’' + chr(39) + r']s? [^ ]+)?', lambda _: name, body, count=1)}?"
    if words[0].text in DETERMINERS and name[4:5].islower():
        return _swap_noun(piece, body)
    new = _name(name)
    same = _counterpart(new, mentions(body))
    if same:
        return f"{body[: same.span.start]}{name}{body[same.span.end :]}?"
    return f"{body} {preposition or ('in' if new.kind is Kind.YEAR else 'for')} {name}?"


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
    own = re.search(r"(?<=['’]s )[^\W\d_]+", body)
    if own:
        return f"{body[: own.start()]}{piece.split(' ', 1)[1]}{body[own.end() :]}?"
    said = split(body)
    start = next((i for i, w in enumerate(said) if w.text == "the"), None)
    if start is None:
        return None
    end = start + 1
    while end < len(said) and said[end].text not in FUNCTION_WORDS and (end == start + 1 or not _verbal(said[end].text)):
        end += 1
    return f"{body[: said[start].span.start]}{piece}{body[said[end - 1].span.end :]}?" if end > start + 1 else None


def _verbal(word: str) -> bool:
    """Whether a word after a noun is likely its verb: "the dollar introduced"."""
    return word.endswith(("ed", "en", "ing"))


def _lower_first(text: str) -> str:
    return text[:1].lower() + text[1:]
