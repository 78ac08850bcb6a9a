"""Earlier turns -> the names that a follow-up may point to, each with where it stood and what is known of it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from rag.followup.english import AUXILIARIES, FUNCTION_WORDS, HE, IT, KIND_OF_NOUN, SHE, THEY, words
from rag.followup.entities import Mention, mentions, name_key, titled
from rag.followup.records import Kind, Nature, Turn
from rag.followup.spelling import folded, is_plural, singular, split
from rag.types import Span

TURNS_SEEN = 6
_ASIDE = words("in at to from during with under after before since near into through between against than within")
_LEGAL_FORMS = words("inc ltd corp corporation co company plc gmbh ag group llc f.c fc")


@dataclass(slots=True)
class Candidate:
    """A name from earlier turns, with what tells for and against it."""

    name: str
    nature: Nature
    seen: dict[str, int] = field(default_factory=dict)  # "question", "title" ... -> turns back, 0: the last turn
    weight: float = 0.0  # how often it was seen, earlier turns counting less
    firm: bool = False
    dropped: bool = False  # not seen since the topic changed
    pronouns: Counter[str] = field(default_factory=Counter)  # how often "he", "it" ... stood for it

    @property
    def key(self) -> str:
        return name_key(self.name)

    @property
    def pronoun(self) -> str:
        """The pronoun that earlier turns used for it most, or ""."""
        return self.pronouns.most_common(1)[0][0] if self.pronouns else ""


_OPENER = r"(?:the |an? |his |her |its |their )"
_FOCUS = re.compile(  # "the Asian tour" in "what was the Asian tour?" and in "who paid for the Asian tour?"
    r"(?:^(?:and |so )?(?:what|who|which)(?:'s| is| was| are| were) "
    rf"|\b(?:about|of|on|with|for|in|at|from|during|is|was|are|were) (?={_OPENER}|\S+['\u2019]s? )|\w (?=the ))"
    rf"((?:{_OPENER}|(?:[\w.-]+ ){{1,3}}?[\w.-]+['\u2019]s? )?(?:[^\W\d_][\w'\u2019-]* ?){{1,4}})\W*$",
    re.IGNORECASE,
)
_SUBJECT = re.compile(  # "inflation" in "Did inflation rise?", "bees" in "Why are bees useful?"
    r"\b(?:(?:do|did|does) ([^\W\d_]+)|(?:are|were|can|could|will|would|have|had|why|how) ([^\W\d_]+s)) ", re.IGNORECASE
)


def candidates(turns: Sequence[Turn]) -> list[Candidate]:
    """The names of the last turns, each once, under its fullest form."""
    found: dict[str, Candidate] = {}
    recent = turns[-TURNS_SEEN:]
    topic_turns = _since_change(recent)
    for back, turn in enumerate(reversed(recent)):
        for where, mention in _mentions(turn, back):
            candidate = _known(found, mention, where)
            candidate.dropped |= not candidate.seen and back >= topic_turns
            candidate.seen.setdefault(where, back)
            candidate.weight += 1 / (1 + back)
            candidate.firm |= mention.firm
        _learn(found, turn)
    return list(found.values())


def _since_change(turns: Sequence[Turn]) -> int:
    """How many of the last turns belong to one topic: a question of its own about a new name starts another."""
    heard: list[set[str]] = []
    asked: list[set[str]] = []
    for turn in turns:
        title = titled(turn.title)
        names = mentions(turn.standalone_question)
        own = {part for m in (*names, *filter(None, [title])) if m.kind is not Kind.YEAR for part in m.key.split()}
        said = (*mentions(turn.answer), *mentions(turn.sentence), *mentions(turn.title))
        asked.append(own - FUNCTION_WORDS)
        heard.append(asked[-1] | {part for m in said for part in m.key.split()})
    for i in range(len(turns) - 1, 0, -1):
        alone = turns[i].question == turns[i].standalone_question
        if alone and asked[i] and all(asked[i].isdisjoint(earlier) for earlier in heard[:i]):
            return len(turns) - i
    return len(turns)


def _mentions(turn: Turn, back: int) -> Iterator[tuple[str, Mention]]:
    title = titled(turn.title)
    if title:
        if _is_common(title, turn.question) or _is_common(title, turn.sentence):
            title = replace(title, nature=Nature(Kind.THING, plural=True))
        yield "title", title
        at = folded(turn.standalone_question).find(title.key)
        if at >= 0:
            yield _place(turn.standalone_question, at), title
    else:
        yield from (("headline", m) for m in mentions(turn.title))
    asked = mentions(turn.standalone_question)
    yield from ((_place(turn.standalone_question, m.span.start), m) for m in asked)
    yield from (("answer", m) for m in mentions(turn.answer))
    said = mentions(turn.sentence)
    yield from (("sentence", m) for m in said)
    if back == 0:
        yield from (("focus", m) for m in _focus(turn.standalone_question))
        for text, names in ((turn.standalone_question, asked), (turn.sentence, said)):
            yield from (("pair", m) for m in _pairs(text, names))


def _place(question: str, start: int) -> str:
    """Where a name stands in a question: one after "in", "during" ... is seldom what the question is about."""
    before = question[:start].casefold().split()
    return "aside" if before and before[-1] in _ASIDE else "question"


def _is_common(title: Mention, text: str) -> bool:
    """Whether a title is a common noun, "Samurai" or "Prime number": small letters start it within the text."""
    if text.islower():
        return False
    stem = re.escape(title.text[1:].removesuffix("s"))
    return bool(re.search(rf"(?<!\w){re.escape(title.text[0].lower())}{stem}", text))


def _focus(question: str) -> Iterator[Mention]:
    """What a question is about, where no name tells: "the tour" in "what was the tour?"."""
    for match in (_FOCUS.search(question), _SUBJECT.search(question)):
        if not match:
            continue
        noun = (match[1] or match[match.lastindex or 0]).strip()
        tokens = [w.text for w in split(noun)]
        content = [w for w in tokens if w not in FUNCTION_WORDS]
        if content and AUXILIARIES.isdisjoint(tokens) and not content[-1].endswith(("ed", "en")):
            kind = KIND_OF_NOUN.get(singular(content[-1]), Kind.UNKNOWN)
            yield Mention(noun, Span(*match.span()), Nature(kind, plural=is_plural(content[-1])))


def _pairs(text: str, names: tuple[Mention, ...]) -> Iterator[Mention]:
    """Two names joined by "and"."""
    for a, b in pairwise(names):
        between = text[a.span.end : b.span.start]
        if between.strip(" ,") in {"and", "&"} and not {a.kind, b.kind} & {Kind.YEAR, Kind.PLACE, Kind.WORK}:
            yield Mention(f"{a.text} and {b.text}", Span(a.span.start, b.span.end), Nature(plural=True))


def _known(found: dict[str, Candidate], mention: Mention, where: str) -> Candidate:
    """The candidate that a mention belongs to: "Tesla" to "Nikola Tesla", whichever came first."""
    key = mention.key
    if key not in found and mention.kind is not Kind.YEAR and where not in {"focus", "pair"}:
        for other, candidate in found.items():
            if {"focus", "pair"}.isdisjoint(candidate.seen) and _short_for(key, other, candidate.nature):
                return candidate
            if "title" not in candidate.seen and _short_for(other, key, mention.nature):
                found[key] = found.pop(other)
                found[key].name = mention.text
                break
    if key not in found:
        found[key] = Candidate(mention.text, mention.nature)
    elif found[key].nature.kind is Kind.UNKNOWN:
        found[key].nature = mention.nature
    return found[key]


def _short_for(short: str, full: str, of: Nature) -> bool:
    """Whether a name is a short form: "Tesla" of "Nikola Tesla" and "Tesla, Inc.", not "Boston" of "Boston Harbor"."""
    ending, named = short.split(), [part.strip(",.") for part in full.split()]
    while len(named) > 1 and named[-1] in _LEGAL_FORMS:
        named.pop()
    if len(ending) > len(named) or ending == full.split():
        return False
    starts = of.kind in {Kind.PERSON, Kind.UNKNOWN} and len(named) <= 3 and named[: len(ending)] == ending
    return named[-len(ending) :] == ending or starts


def _learn(found: dict[str, Candidate], turn: Turn) -> None:
    """Count the pronouns that stood for a name: in the earlier question, and in what its own article says."""
    asked = {w.text for w in split(turn.question)}
    said = [w.text for w in split(f"{turn.sentence} {turn.answer}")]
    question, standalone = folded(turn.question), folded(turn.standalone_question)
    for candidate in found.values():
        filled = candidate.key in standalone and candidate.key not in question
        for pronoun, group in (("he", HE), ("she", SHE), ("they", THEY), ("it", IT)):
            if filled and asked & group:
                candidate.pronouns[pronoun] += 2
            times = sum(w in group for w in said)
            if times and "title" in candidate.seen and pronoun in {"he", "she"}:
                candidate.pronouns[pronoun] += min(times, 2)
