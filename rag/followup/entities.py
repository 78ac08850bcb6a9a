"""Text -> the names in it, each with its kind: person, place, organisation, year ..."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from rag.followup.english import AUXILIARIES, FUNCTION_WORDS, words
from rag.followup.kinds import kind_beside, kind_of_role, nature
from rag.followup.records import Kind, Nature
from rag.followup.spelling import TOKEN, bare, folded
from rag.types import Span

_QUOTED = re.compile(r"[\"“«]([^\"“”«»]{2,80}?)[,.]?[\"”»]")
_YEAR = re.compile(r"\b(?:1[0-9]{3}|20[0-9]{2})\b(?!s)")
_BRACKET = re.compile(r"\s*\(([^()]*)\)\s*$")
_LINKS = words("of the de da di du des del van von der den la le el al bin ibn y & for")
_DEMONYM = re.compile(
    r"(?:ean|ian|ish|ese|ican|French|Dutch|German|Greek|Swiss|Soviet|Roman|Arab|Czech|Iraqi|Israeli)$"
)
_ADJECTIVE_PLACE = re.compile(r" [a-z]")
_ROLES = words("president chancellor minister senator governor secretary professor captain ceo chairman")
_VERBAL = (AUXILIARIES - {"may", "will"}) | words("to after as amid says say wins hits falls rises takes")
_CALENDAR = words(
    "january february march april may june july august september october november december "
    "monday tuesday wednesday thursday friday saturday sunday i i'm i've i'd i'll"
)


@dataclass(frozen=True, slots=True)
class Mention:
    """A name as it stands in a text."""

    text: str  # with "the" before it, where the text has that, and without a possessive ending
    span: Span
    nature: Nature
    firm: bool = True  # False: one word with a capital that may be due to the start of a sentence

    @property
    def kind(self) -> Kind:
        return self.nature.kind

    @property
    def key(self) -> str:
        return name_key(self.text)


def name_key(name: str) -> str:
    """A name in small letters, without accents and "the" in front: equal for equal names."""
    return " ".join(folded(bare(name)).replace('"', "").split()).removeprefix("the ")


def mentions(text: str) -> tuple[Mention, ...]:
    """The names, quoted titles and years of a text, in order, none inside another."""
    found = [*_quoted(text), *_named(text), *_years(text)]
    found.sort(key=lambda m: (m.span.start, -m.span.end))
    kept: list[Mention] = []
    for mention in found:
        if not kept or mention.span.start >= kept[-1].span.end:
            kept.append(mention)
    return tuple(kept)


def titled(title: str) -> Mention | None:
    """An article's title as a name, "(band)" and the like taken off; None for a headline or an empty title."""
    bracket = _BRACKET.search(title)
    name = (title[: bracket.start()] if bracket else title).strip()
    tokens = TOKEN.findall(name)
    small = [t for t in tokens if t[0].islower() and t not in _LINKS and t != "and"]
    if not tokens or len(tokens) > 7 or (small and len(tokens) > 3) or not _VERBAL.isdisjoint(map(folded, tokens)):
        return None
    known = nature(name)
    kind = kind_of_role(bracket[1]) if bracket else Kind.UNKNOWN
    if kind is not Kind.UNKNOWN:
        known = Nature(kind, known.gender if kind is Kind.PERSON else "", known.plural)
    return Mention(name, Span(0, len(name)), known)


def _quoted(text: str) -> Iterator[Mention]:
    for match in _QUOTED.finditer(text):
        if match[1][0].isupper() and len(match[1].split()) <= 8:
            yield Mention(f'"{match[1]}"', Span(*match.span()), Nature(Kind.WORK))


def _years(text: str) -> Iterator[Mention]:
    for match in _YEAR.finditer(text):
        yield Mention(match[0], Span(*match.span()), Nature(Kind.YEAR))


def _named(text: str) -> Iterator[Mention]:
    """Runs of words with a capital, joined by "of", "the", "van" ... and by numbers ("Apollo 11")."""
    run: list[re.Match[str]] = []
    links: list[re.Match[str]] = []
    for token in TOKEN.finditer(text):
        previous = (links or run or [token])[-1]
        apart = text[previous.end() : token.start()] not in {" ", ""} or bare(previous[0]) != previous[0]
        if run and apart:
            yield from _mention(text, run)
            run, links = [], []
        if token[0][0].isupper() and token[0].casefold() not in _CALENDAR:
            run += [*links, token]
            links = []
        elif run and not links and token[0].isdigit() and len(token[0]) <= 3:
            run.append(token)
        elif run and token[0] in _LINKS and len(links) < 2:
            links.append(token)
        elif run:
            yield from _mention(text, run)
            run, links = [], []
    if run:
        yield from _mention(text, run)


def _mention(text: str, run: list[re.Match[str]]) -> Iterator[Mention]:
    """The name that a run of words makes, if any; words that open a sentence and may open any are left out."""
    opens = _opens_sentence(text, run[0].start())
    while run and (bare(run[0][0]).casefold() in FUNCTION_WORDS - {"us"} or run[0][0] in _LINKS):
        run = run[1:]
        opens = False
    for i, token in enumerate(run[:-1]):  # "US President Joe Biden" is Joe Biden
        if token[0].casefold() in _ROLES and run[i + 1][0] not in _LINKS:
            run = run[i + 1 :]
            break
    if not run:
        return
    start, end = run[0].start(), run[-1].end()
    name = bare(text[start:end])
    if len(name) < 2:
        return
    end = start + len(name)
    if len(run) == 1 and _DEMONYM.search(name) and _ADJECTIVE_PLACE.match(text[end:]):
        return
    article = text[max(0, start - 4) : start].casefold() == "the "
    known = nature(name)
    beside = kind_beside(text[max(0, start - 40) : start], text[end : end + 60])
    if known.kind is Kind.UNKNOWN or (article and known.kind is Kind.PERSON):
        group = Kind.ORGANISATION if article and known.plural else Kind.UNKNOWN
        known = Nature(group if beside is Kind.UNKNOWN else beside, "", known.plural)
    if article:
        start -= 4
    yield Mention(f"the {name}" if article else name, Span(start, end), known, firm=not opens or len(run) > 1)


def _opens_sentence(text: str, start: int) -> bool:
    before = text[:start].rstrip(" \t\"'“\u2018(«")
    return not before or before[-1] in ".?!\n:;…" or before.endswith("--")
