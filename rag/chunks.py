"""Cut an article into passages that fit the embedding model.

    Article -> sentences -> units (a sentence, or a piece of an overlong one) -> Passages

Passages hold whole sentences, about as many tokens as allowed, and end where a paragraph ends if that wastes less
than half of the room. What is left at the end of an article is shared out evenly, so that no scrap remains.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING

from rag.errors import InputError
from rag.sentences import break_near, sentence_around, sentences, trimmed
from rag.types import Article, Passage, Span

if TYPE_CHECKING:
    import tiktoken

__all__ = ["passages", "sentence_around", "sentences"]

LEAST_TOKENS = 4  # one character can take as many, so with fewer some texts could not be cut at all

# What it costs to end a passage somewhere, in squares of the share of the room that stays empty: a paragraph's end
# is worth half of the room.
_AFTER_LINES = (0.25, 0.1, 0.0)  # after a sentence that is followed by no, one, two or more line ends
_INSIDE_SENTENCE = 0.5
_AFTER_HEADING = 1.0


@dataclass(frozen=True, slots=True)
class _Unit:
    """What is never cut once it is made."""

    span: Span
    tokens: int  # with the white space before it
    end_cost: float  # of ending a passage here


def passages(
    article: Article,
    *,
    max_tokens: int,
    encoding: tiktoken.Encoding,
    fits: Callable[[str], bool] | None = None,
    overlap_sentences: int = 0,
) -> list[Passage]:
    """The article's passages in order; together they hold all of its text but white space between them.

    Args:
        article: its title goes along with each passage, shortened if it would take more than half of `max_tokens`.
        max_tokens: the most tokens of a passage's text, at least 4.
        encoding: what the tokens are counted in.
        fits: whether the embedding model takes a whole `heading_and_text`; where it does not, passages are cut smaller.
        overlap_sentences: how many sentences of the passage before are repeated, as far as there is room.

    Raises:
        InputError: `max_tokens` is too small, or `fits` refuses even a single character under the title.
    """
    if max_tokens < LEAST_TOKENS:
        raise InputError(f"max_tokens is {max_tokens}; it must be {LEAST_TOKENS} or more")
    text, title = article.text, _short_title(article.title, max_tokens // 2, encoding)
    about = (article.url, article.author, article.published, article.source)

    def passage(number: int, span: Span) -> Passage:
        return Passage(article.id, number, span, span.of(text), title, *about)

    def small_enough(span: Span) -> bool:
        if _tokens(span.of(text), encoding) > max_tokens:
            return False
        if fits is None or fits(passage(0, span).heading_and_text):
            return True
        if len(span) == 1:
            raise InputError(
                f"article {article.id!r}: the embedding model takes not even one character under the title "
                f"{title[:60]!r}; shorten the title, or choose another embedding model"
            )
        return False

    units = list(_units(text, max_tokens, encoding))
    spans: list[Span] = []
    for lead, first, end in _groups(units, max_tokens, overlap_sentences):
        while lead < first and not small_enough(Span(units[lead].span.start, units[end - 1].span.end)):
            lead += 1  # an overlap is the first to go
        spans += _cut_until(small_enough, text, [unit.span for unit in units[lead:end]])
    return [passage(number, span) for number, span in enumerate(spans)]


def _tokens(text: str, encoding: tiktoken.Encoding) -> int:
    return len(encoding.encode_ordinary(text))


def _short_title(title: str, max_tokens: int, encoding: tiktoken.Encoding) -> str:
    """A title over the limit is a paragraph, and would leave no room for the passages under it."""
    title = title.strip()
    if _tokens(title, encoding) <= max_tokens:
        return title
    pieces = _cut_until(lambda span: _tokens(span.of(title), encoding) < max_tokens, title, [Span(0, len(title))])
    return next(pieces).of(title) + "…"


def _units(text: str, max_tokens: int, encoding: tiktoken.Encoding) -> Iterator[_Unit]:
    """The sentences, those over the limit in pieces small enough to fill passages well."""
    piece_tokens = max(max_tokens // 4, min(max_tokens, 32))
    place = 0
    for sentence, following in pairwise([*sentences(text), None]):
        if sentence is None:
            return
        after = text[sentence.end : following.start] if following else "\n\n"
        end_cost = _AFTER_LINES[min(after.count("\n"), 2)]
        if "\n" in after and _looks_like_heading(sentence.of(text)):
            end_cost = _AFTER_HEADING
        size = _tokens(sentence.of(text), encoding)
        if size <= max_tokens:
            yield _Unit(sentence, size + sentence.start - place, end_cost)
        else:
            for piece in _cut_until(lambda span: _tokens(span.of(text), encoding) <= piece_tokens, text, [sentence]):
                size = _tokens(piece.of(text), encoding)
                cost = end_cost if piece.end == sentence.end else _INSIDE_SENTENCE
                yield _Unit(piece, size + piece.start - place, cost)
                place = piece.end
        place = sentence.end


def _looks_like_heading(line: str) -> bool:
    return line.startswith("#") or (len(line) < 80 and line[-1].isalnum())


def _groups(units: Sequence[_Unit], max_tokens: int, overlap: int) -> Iterator[tuple[int, int, int]]:
    """Which units make up each passage: the first of the overlap, the first that is new, one past the last."""
    total = [0, *accumulate(unit.tokens for unit in units)]
    first = 0
    while first < len(units):
        lead = max(0, first - overlap)
        while lead < first and max(2 * (total[first] - total[lead]), total[first + 1] - total[lead]) > max_tokens:
            lead += 1
        end = _end(units, total, first, max_tokens - total[first] + total[lead])
        yield lead, first, end
        first = end


def _end(units: Sequence[_Unit], total: Sequence[int], first: int, room: int) -> int:
    """Where the passage that begins with unit `first` ends best; `total[i]` counts the tokens before unit `i`."""
    rest = total[-1] - total[first]
    if rest <= room:
        return len(units)
    last_two = rest <= 2 * room
    wanted, least = (rest / 2, max(rest - room, rest / 4)) if last_two else (room, room / 2)
    latest = max(first + 1, bisect_right(total, total[first] + room) - 1)
    earliest = min(latest, max(first + 1, bisect_left(total, total[first] + least)))

    def cost(end: int) -> float:
        return units[end - 1].end_cost + float((wanted - total[end] + total[first]) / room) ** 2

    return min(range(earliest, latest + 1), key=cost)


def _cut_until(small_enough: Callable[[Span], bool], text: str, spans: Sequence[Span]) -> Iterator[Span]:
    """The spans as one if that is small enough, else halved, between two of them or inside the only one."""
    whole = Span(spans[0].start, spans[-1].end)
    middle = (whole.start + whole.end) // 2
    if small_enough(whole) or len(whole) == 1:
        yield whole
    elif len(spans) == 1:
        cut = break_near(text, whole.start, whole.end, middle)
        for half in (trimmed(text, whole.start, cut), trimmed(text, cut, whole.end)):
            if half:
                yield from _cut_until(small_enough, text, [half])
    else:
        half_way = min(range(1, len(spans)), key=lambda place: abs(spans[place].start - middle))
        yield from _cut_until(small_enough, text, spans[:half_way])
        yield from _cut_until(small_enough, text, spans[half_way:])
