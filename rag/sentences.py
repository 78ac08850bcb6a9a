"""Find the sentences of a text, as exact spans that miss nothing but white space.

    text -> blocks that no sentence crosses (paragraphs, headings, list items) -> sentences (syntok)

syntok only proposes where a sentence starts; each span is cut from the text between two such places, so nothing
can be lost or altered.
"""

# ruff: noqa: RUF001  the signs that end sentences in other scripts look like ours

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from itertools import pairwise

from rag.types import Span

WINDOW = 20_000  # characters that syntok sees at once; it would keep all the tokens of an endless sentence in memory

_LINE_ALONE = re.compile(r"#{1,6}\s|\||-{3,}|={3,}")  # a heading, a row of a table, a rule
_LIST_ITEM = re.compile(r"[-*+•]\s|\d{1,3}[.)]\s")
_MAY_END = re.compile(r"[.!?…]")  # without one of these, syntok has nothing to find
# Ends that syntok leaves out: those of scripts that put no space after them, and those before notes such as [12].
_ENDS_HERE = re.compile(
    r"[。！？｡؟۔।॥։።။។]{1,9}+[\"'”’»」』）》〉】)\]]{0,9}+(?![，、；：,;:」』）》])"
    r"|(?<!\bal)[.!?](?:\[[^\[\]\n]{1,20}\])+(?=\s+[\"“(]?[A-Z])"
)
# What stands before a start that is believed; syntok also proposes some after a semicolon and before a bracket.
_ENDED = re.compile(r"[.!?…](?:[\"'”’»)\]}]|\[[^\[\]]{1,20}\])*\s*$")
_NO_END = re.compile(  # titles, which a name follows, so often in the news and unknown to syntok
    r"\b(?:[DM]r|Mrs|Ms|Messrs|Mme|Gov|Lt|Rep|Sen|Rev|Hon|Supt|Sgt|Maj|Cpl|Pvt|Cmdr|Insp|Det|Atty|Ft)s?\.\s*$"
)
# Words with a word on either side. syntok looks at those beside a sign only; with the others blanked out it finds the
# same sentences (all of 23,882 in SQuAD and Reuters) 3.4 times as fast.
_INNER_WORDS = re.compile(r"(?<=\w\s)(?:\w+,?\s)+(?=\w)")
_LOOK_BACK = 40  # characters in which that has room
_SPACE = re.compile(r"\s")
_VISIBLE = re.compile(r"\S")


def sentences(text: str) -> list[Span]:
    """The sentences in order, without white space around them; headings and list items count as sentences."""
    return [sentence for block in _blocks(text) for part in _parts(text, block) for sentence in _sentences(text, part)]


def sentence_around(text: str, span: Span) -> Span:
    """The sentence that `span` stands in; from the first to the last where it touches several."""
    touched = [s for s in sentences(text) if (s.start < span.end and span.start < s.end) or s.covers(span)]
    if not touched:
        return span
    return Span(min(touched[0].start, span.start), max(touched[-1].end, span.end))


def break_near(text: str, start: int, end: int, wanted: int) -> int:
    """Where to cut a run without sentence ends: the white space nearest to `wanted`, else between two characters.

    The place lies strictly between `start` and `end`, as `wanted` must. A letter keeps its accents and an emoji its
    parts, if there is any other place.
    """
    if text[wanted - 1].isspace():
        return wanted
    after = _SPACE.search(text, wanted, end)
    words = text[start:wanted].rsplit(maxsplit=1)
    places = [after.start()] if after else []
    places += [wanted - len(words[1]) - 1] if len(words) == 2 else []
    if places:
        return min(places, key=lambda place: abs(place - wanted))
    return next((place for place in range(wanted, start, -1) if not _joined(text, place)), wanted)


def _joined(text: str, place: int) -> bool:
    """Whether the characters before and after `place` make one sign on the screen."""
    return (
        unicodedata.category(text[place])[0] == "M"  # accents, vowel signs, variation selectors
        or "\u200d" in text[place - 1 : place + 1]  # the joiner inside emoji
        or "\U0001f3fb" <= text[place] <= "\U0001f3ff"  # skin tones
    )


def _blocks(text: str) -> Iterator[Span]:
    """The stretches of text that no sentence crosses: parted by blank lines and by line breaks that are meant."""
    lines: list[Span] = []
    place = 0
    for line in text.splitlines(keepends=True):
        stripped = trimmed(text, place, place + len(line))
        place += len(line)
        if stripped:
            lines.append(stripped)
        elif lines:
            yield from _joined_lines(text, lines)
            lines = []
    if lines:
        yield from _joined_lines(text, lines)


def _joined_lines(text: str, lines: list[Span]) -> Iterator[Span]:
    """The lines of one paragraph, joined where the line break is only a wrap."""
    width = max(map(len, lines))
    start = lines[0].start
    for line, following in pairwise(lines):
        if _break_is_meant(line.of(text), following.of(text), width):
            yield Span(start, line.end)
            start = following.start
    yield Span(start, lines[-1].end)


def _break_is_meant(line: str, following: str, width: int) -> bool:
    """Whether a writer, not a wrapping program, ended the line: it leaves a fifth of the width after the next word."""
    if _LINE_ALONE.match(line) or _LINE_ALONE.match(following) or _LIST_ITEM.match(following):
        return True
    word = following.split(maxsplit=1)[0]
    is_short = len(line) + 1 + len(word) <= 0.8 * width
    return is_short and not word[0].islower() and line[-1] not in ",;:-–—"


def _parts(text: str, block: Span) -> Iterator[Span]:
    ends = [match.end() for match in _ENDS_HERE.finditer(text, block.start, block.end)]
    for start, end in pairwise([block.start, *ends, block.end]):
        if part := trimmed(text, start, end):
            yield part


def _sentences(text: str, part: Span) -> Iterator[Span]:
    rest: Span | None = part
    while rest:
        window = text[rest.start : min(rest.start + WINDOW, rest.end)]
        bounds = [0, *_starts(window)]
        if len(window) == len(rest):
            bounds.append(len(window))
        elif len(bounds) == 1:  # nothing ends in this window; otherwise its last sentence goes into the next one
            bounds.append(break_near(window, 0, len(window), len(window) - 1))
        for first, last in pairwise(bounds):
            if sentence := trimmed(text, rest.start + first, rest.start + last):
                yield sentence
        more = _VISIBLE.search(text, rest.start + bounds[-1], rest.end)
        rest = Span(more.start(), rest.end) if more else None


def _starts(window: str) -> list[int]:
    """Where a sentence starts, but for the first."""
    if not _MAY_END.search(window):
        return []
    from syntok.segmenter import segment
    from syntok.tokenizer import Tokenizer

    thinned = _INNER_WORDS.sub(lambda words: " " * len(words[0]), window)
    found = (tokens[0].offset for tokens in segment(Tokenizer(replace_not_contraction=False).tokenize(thinned)))
    return [start for start in found if _has_ended(window[max(0, start - _LOOK_BACK) : start])]


def _has_ended(before: str) -> bool:
    return bool(_ENDED.search(before)) and not _NO_END.search(before)


def trimmed(text: str, start: int, end: int) -> Span | None:
    """The range without white space at its ends, or None if it holds nothing else."""
    piece = text[start:end]
    inner = piece.strip()
    if not inner:
        return None
    start += len(piece) - len(piece.lstrip())
    return Span(start, start + len(inner))
