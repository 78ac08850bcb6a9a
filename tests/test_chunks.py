"""Passages: values by hand with one token a word, then exact slices and budgets for any text."""

from datetime import date
from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from rag import tokens
from rag.chunks import passages, sentences
from rag.errors import InputError
from rag.types import Article

PROSE = ["A short one. ", "Mr. Smith paid 3.50 dollars. ", "\n\n", "# Heading\n", "- item\n", "no stop, ", "\n", "\t "]
HARD = [
    "多 字。他说你好。",
    "כן. ",
    "👨‍👩‍👧‍👦",
    "\u0301" * 9,
    "\u200b",
    "\u3000",
    "x" * 90,
    "longer than any budget " * 12 + ". ",
]
TEXTS = st.lists(st.sampled_from(PROSE + HARD)).map("".join) | st.text() | st.text(alphabet=". aA\n\u0301")


class WordCounts:
    """An encoding of one token a word, so that budgets can be worked out on paper; white space costs nothing."""

    def encode_ordinary(self, text):
        return text.split()


def article(text, title=""):
    return Article("a", title, text)


def cut(text, max_tokens, **options):
    """The texts of the passages under one token a word."""
    return [p.text for p in passages(article(text), max_tokens=max_tokens, encoding=WordCounts(), **options)]


def numbered(count, words=4):
    return [" ".join(["Sentence", f"number{n}", *["and"] * (words - 3), "on."]) for n in range(count)]


def test_an_article_that_fits_is_one_passage():
    text = " One two three. Four five.\n\nSix. "
    assert cut(text, 20) == ["One two three. Four five.\n\nSix."]


@pytest.mark.parametrize("text", ["", " \n\n\t", "\u3000"])
def test_an_article_without_text_has_no_passages(text):
    assert cut(text, 20) == []


def test_a_passage_carries_what_is_known_about_its_article():
    whole = Article("id", "Title", "Text.", "https://example.org/", "Ann", date(2026, 1, 2), "Gazette", "CC0-1.0")
    (passage,) = passages(whole, max_tokens=20, encoding=WordCounts())
    assert (passage.article_id, passage.number, passage.title) == ("id", 0, "Title")
    assert (passage.url, passage.author, passage.published, passage.source) == (
        "https://example.org/",
        "Ann",
        date(2026, 1, 2),
        "Gazette",
    )
    assert passage.heading_and_text == "Title\nText."


def test_passages_hold_whole_sentences():
    # Each of the 10 sentences counts as 4 words and the space before it: 5 fill 24 of 25.
    text = " ".join(numbered(10))
    assert cut(text, 25) == [" ".join(numbered(10)[:5]), " ".join(numbered(10)[5:])]


def test_what_is_left_is_shared_out_evenly():
    # 6 sentences of 5 make 29, a little over 25: not 5 and 1 but 3 and 3.
    text = " ".join(numbered(6))
    assert [len(sentences(passage)) for passage in cut(text, 25)] == [3, 3]


def test_a_passage_ends_at_a_paragraph_when_it_is_half_full():
    first, second = numbered(20)[:3], numbered(20)[3:]
    passage, *_ = cut(" ".join(first) + "\n\n" + " ".join(second), 25)
    assert passage == " ".join(first)  # 14 of 25


def test_a_paragraph_that_ends_too_early_is_filled_up():
    first, second = numbered(20)[:1], numbered(20)[1:]
    passage, *_ = cut(" ".join(first) + "\n\n" + " ".join(second), 25)
    assert len(sentences(passage)) == 5  # the first alone would be 4 of 25


@pytest.mark.parametrize("heading", ["## What came next", "What came next"])
def test_a_heading_stays_with_what_follows(heading):
    text = " ".join(numbered(4)) + f"\n\n{heading}\n\n" + " ".join(numbered(8))
    passage, following, *_ = cut(text, 26)  # the heading would still fit on the first passage
    assert passage == " ".join(numbered(4))
    assert following.startswith(heading + "\n\nSentence")


def test_a_sentence_over_the_budget_is_cut_between_words():
    text = " ".join(f"word{n}" for n in range(100))
    pieces = cut(text, 30)
    assert " ".join(pieces) == text
    assert all(len(piece.split()) <= 30 for piece in pieces)
    assert len(pieces) <= 5  # 4 at best


def test_a_word_over_the_budget_is_cut_between_characters():
    encoding = tokens.encoding()
    pieces = [p.text for p in passages(article("他说" * 60), max_tokens=20, encoding=encoding)]
    assert "".join(pieces) == "他说" * 60


def test_accents_stay_on_their_letters_and_emoji_whole():
    encoding = tokens.encoding()
    for sign in ("e\u0301\u0302", "👨‍👩‍👧", "👍🏽"):
        pieces = [p.text for p in passages(article(sign * 40), max_tokens=60, encoding=encoding)]
        assert len(pieces) > 1
        assert all(len(piece) % len(sign) == 0 for piece in pieces)


def test_overlapping_passages_repeat_the_last_sentences():
    text = " ".join(numbered(10))
    found = passages(article(text), max_tokens=25, encoding=WordCounts(), overlap_sentences=1)
    numbers = [[int(s.of(p.text).split("number")[1].split()[0]) for s in sentences(p.text)] for p in found]
    assert numbers[0][0] == 0
    assert numbers[-1][-1] == 9
    assert all(b[0] == a[-1] for a, b in pairwise(numbers))


def test_an_overlap_gives_way_where_there_is_no_room():
    text = " ".join(numbered(4, words=20))
    assert cut(text, 25, overlap_sentences=1) == numbered(4, words=20)


def test_the_embedding_model_has_the_last_word():
    seen = []

    def fits(text):
        seen.append(text)
        return len(text) <= 100

    found = passages(article(" ".join(numbered(20)), "A title"), max_tokens=100, encoding=WordCounts(), fits=fits)
    assert all(len(p.heading_and_text) <= 100 for p in found)
    assert {p.heading_and_text for p in found} <= set(seen)  # asked with the title above
    assert all(p.text.endswith("on.") for p in found)  # and still cut between sentences


def test_a_model_that_takes_nothing_is_an_error():
    with pytest.raises(InputError, match=r"article 'a'.*not even one character"):
        passages(article("Some text.", "A title"), max_tokens=20, encoding=WordCounts(), fits=lambda text: False)


def test_a_title_as_long_as_a_passage_is_shortened():
    title = " ".join(f"word{n}" for n in range(200))
    (passage,) = passages(article("The text.", title), max_tokens=20, encoding=WordCounts())
    assert passage.title.endswith("…")
    assert title.startswith(passage.title.removesuffix("…"))
    assert 3 < len(passage.title.split()) <= 10


def test_a_budget_that_cannot_hold_one_character_is_an_error():
    with pytest.raises(InputError, match=r"max_tokens is 3; it must be 4 or more"):
        passages(article("x"), max_tokens=3, encoding=tokens.encoding())


@given(TEXTS, st.integers(4, 60))
@example("\U0010ffff" * 5, 4)
@example("e" + "\u0301" * 50, 4)
@example("a." + " " * 5_000 + "B.", 8)
def test_passages_are_exact_slices_that_miss_nothing(text, max_tokens):
    encoding = tokens.encoding()
    found = passages(article(text, "Title"), max_tokens=max_tokens, encoding=encoding)
    assert [p.number for p in found] == list(range(len(found)))
    assert all(p.text == text[p.span.start : p.span.end] == p.text.strip() != "" for p in found)
    assert all(len(encoding.encode_ordinary(p.text)) <= max_tokens for p in found)
    ends = [0, *(p.span.end for p in found)]
    starts = [*(p.span.start for p in found), len(text)]
    assert all(end <= start and not text[end:start].strip() for end, start in zip(ends, starts, strict=True))


@given(TEXTS, st.integers(8, 60), st.integers(1, 3))
def test_overlapping_passages_are_exact_and_move_on(text, max_tokens, overlap):
    encoding = tokens.encoding()
    found = passages(article(text), max_tokens=max_tokens, encoding=encoding, overlap_sentences=overlap)
    assert all(p.text == text[p.span.start : p.span.end] for p in found)
    assert all(len(encoding.encode_ordinary(p.text)) <= max_tokens for p in found)
    assert all(a.span.start <= b.span.start and a.span.end < b.span.end for a, b in pairwise(found))
    covered = {place for p in found for place in range(p.span.start, p.span.end)}
    assert all(place in covered or char.isspace() for place, char in enumerate(text))


@given(TEXTS, st.integers(20, 200))
def test_no_passage_is_refused_by_the_embedding_model(text, limit):
    def fits(with_title):
        return len(with_title.encode(errors="replace")) <= limit

    found = passages(article(text, "Title"), max_tokens=60, encoding=tokens.encoding(), fits=fits)
    assert all(fits(p.heading_and_text) for p in found)
    assert "".join("".join(p.text.split()) for p in found) == "".join(text.split())


@given(st.lists(st.integers(1, 30), max_size=30), st.integers(20, 40))
def test_sentences_within_the_budget_are_never_cut(lengths, max_tokens):
    text = " ".join(" ".join(["Word", *["word"] * (n - 1)]) + " end." for n in lengths if n < max_tokens - 1)
    whole = {span.of(text) for span in sentences(text)}
    assert {s.of(p) for p in cut(text, max_tokens) for s in sentences(p)} == whole


@pytest.mark.parametrize(
    "sentence", ["The old dog slept in the sun, all day long. ", "word ", "天地玄黄宇宙洪荒。", "x"]
)
def test_a_megabyte_on_one_line(sentence):
    text = sentence * (1_000_000 // len(sentence.encode()))
    encoding = tokens.encoding()
    found = passages(article(text), max_tokens=160, encoding=encoding)
    assert sum(len("".join(p.text.split())) for p in found) == len("".join(text.split()))
    assert max(len(encoding.encode_ordinary(p.text)) for p in found) <= 160
    sizes = [len(p.text) for p in found]
    assert min(sizes) > max(sizes) / 4  # no scraps
