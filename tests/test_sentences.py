"""Sentences: values by hand, exact slices of any text, syntok as the reference."""

import re
from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from syntok import segmenter

from rag import sentences as module
from rag.sentences import break_near, sentence_around, sentences, trimmed
from rag.types import Span

# Texts made of the pieces that splitters stumble on.
TEXTS = (
    st.lists(
        st.sampled_from(
            [
                *"aAb .. !?;:()[]\"'”’—-_\n\n\t\r\x0c\u2028\u200b\u3000\u0301🙂。，？۔।…|#*1",
                "Mr. ",
                "U.S. ",
                "[12]",
                "\n\n",
                ". The ",
                "## H\n",
                "n't",
            ]
        )
    ).map("".join)
    | st.text()
)


def split(text: str) -> list[str]:
    return [span.of(text) for span in sentences(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        (" \n\t\u3000 ", []),
        ("No stop at all", ["No stop at all"]),
        ("One. Two!  Three?\nFour.", ["One.", "Two!", "Three?", "Four."]),
        (
            "Mr. Smith of the U.S. Army paid 3.50 dollars. He left.",
            ["Mr. Smith of the U.S. Army paid 3.50 dollars.", "He left."],
        ),
        (
            "Gov. Lee met Lt. Col. Ray and Rep. Jim Fox. All agreed.",
            ["Gov. Lee met Lt. Col. Ray and Rep. Jim Fox.", "All agreed."],
        ),
        ("The Associated Press. It reports.", ["The Associated Press.", "It reports."]),
        ('He said "Stop." Then he left.', ['He said "Stop."', "Then he left."]),
        ("“Stop!” he said. She did.", ["“Stop!” he said.", "She did."]),
        ("Paul came; Mary left. It rained.", ["Paul came; Mary left.", "It rained."]),
        ("It fell (see below. And above) in May. Then rose.", ["It fell (see below. And above) in May.", "Then rose."]),
        ("It rained.[12][note 3] The town flooded.", ["It rained.[12][note 3]", "The town flooded."]),
        ("你好！我们走吧。“是的。”他说", ["你好！", "我们走吧。", "“是的。”", "他说"]),
        ("“真的吗？”，他问。好", ["“真的吗？”，他问。", "好"]),
        ("كيف حالك؟ أنا بخير. شكرا", ["كيف حالك؟", "أنا بخير.", "شكرا"]),
        ("שלום. מה שלומך? טוב.", ["שלום.", "מה שלומך?", "טוב."]),
        ("यह है। वह है।", ["यह है।", "वह है।"]),
        ("We 👨‍👩‍👧‍👦 won! Good 🙂 day. 🙂 end", ["We 👨‍👩‍👧‍👦 won!", "Good 🙂 day.", "🙂 end"]),
    ],
)
def test_sentences_by_hand(text, expected):
    assert split(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("no stop here\n\nNor here", ["no stop here", "Nor here"]),
        ("no stop here\r\n \t\r\nNor here", ["no stop here", "Nor here"]),
        ("# A heading\nand its text. More", ["# A heading", "and its text.", "More"]),
        ("Groceries:\n- two eggs\n- milk\n1. bread", ["Groceries:", "- two eggs", "- milk", "1. bread"]),
        ("| a | b |\n|---|---|\nbelow the table", ["| a | b |", "|---|---|", "below the table"]),
        # A short line before a long one is a heading; a line that the next word would not have fitted on is wrapped.
        (
            "Storm warning\nThe coast expects strong winds on Friday night.",
            ["Storm warning", "The coast expects strong winds on Friday night."],
        ),
        (
            "The harbour of the old\nTown Hall Quay was shut\ntoday.",
            ["The harbour of the old\nTown Hall Quay was shut\ntoday."],
        ),
        (
            "He bought, among others,\na boat, a house on the coast and the old mill.",
            ["He bought, among others,\na boat, a house on the coast and the old mill."],
        ),
    ],
)
def test_lines_that_end_a_sentence_and_lines_that_do_not(text, expected):
    assert split(text) == expected


@given(TEXTS)
@example("a.\u200b")
@example("n't. n't.")
@example("-. -. _a_. B")
def test_sentences_are_ordered_slices_that_miss_nothing_but_white_space(text):
    found = sentences(text)
    assert all(span.of(text) and span.of(text) == span.of(text).strip() for span in found)
    assert all(a.end <= b.start for a, b in pairwise(found))
    assert "".join("".join(span.of(text).split()) for span in found) == "".join(text.split())


PROSE = """The A he said Paul Mary, who. came; (late) in 1999. Jan. 5 3.5 No! Why? "So." U.S. was"""


@given(st.lists(st.sampled_from(PROSE.split(" "))))
def test_on_plain_prose_the_starts_are_among_syntoks(words):
    text = " ".join(words)
    proposed = {s[0].offset for p in segmenter.analyze(text) for s in p}
    assert {span.start for span in sentences(text)} <= proposed


@pytest.mark.parametrize(
    "text",
    [
        "The quick brown fox jumped over the lazy dog. Then the dog slept in the warm sun, all day long. It was May 5.",
        "A spokesman for the town said (in a letter that was read aloud. Twice) that it would pay. Others disagree.",
        'When asked by a reporter what he meant, he answered at once: "Nothing at all." The reporter wrote that down.',
    ],
)
def test_blanking_out_inner_words_changes_nothing_for_syntok(text):
    proposed = [s[0].offset for p in segmenter.analyze(text) for s in p]
    assert module._INNER_WORDS.search(text)
    assert [span.start for span in sentences(text)] == proposed


def test_a_window_does_not_cut_a_sentence(monkeypatch):
    text = " ".join(f"Sentence number {n} of them is about Mr. Smith." for n in range(50))
    whole = sentences(text)
    assert len(whole) == 50
    monkeypatch.setattr(module, "WINDOW", 100)
    assert sentences(text) == whole


def test_an_endless_line_is_cut_at_white_space(monkeypatch):
    monkeypatch.setattr(module, "WINDOW", 50)
    text = "word " * 100
    found = sentences(text)
    assert len(found) > 5
    assert {word for span in found for word in span.of(text).split()} == {"word"}


@pytest.mark.parametrize("piece", ["word. ", "A ", "(a ", "。", "a\n\n", "[", "x\u0301", " \u3000", ".[a]", "- b\n"])
def test_a_long_line_of_anything_is_split(piece):
    text = piece * (100_000 // len(piece))
    found = sentences(text)
    assert sum(len(re.sub(r"\s", "", span.of(text))) for span in found) == len(re.sub(r"\s", "", text))


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("two", "And two."),
        ("two. Now", "And two. Now three."),
        (" And", "And two."),
        ("One.", "One."),
        ("One. And two. Now three.", "One. And two. Now three."),
    ],
)
def test_the_sentence_around_a_quotation(words, expected):
    text = "One. And two. Now three."
    start = text.index(words)
    assert sentence_around(text, Span(start, start + len(words))).of(text) in {expected, f" {expected}"}


def test_white_space_has_no_sentence_around_it():
    assert sentence_around("One.  Two.", Span(5, 6)) == Span(5, 6)
    assert sentence_around("", Span(0, 0)) == Span(0, 0)


@given(TEXTS, st.data())
def test_the_sentence_around_covers_its_quotation(text, data):
    start = data.draw(st.integers(0, len(text)))
    span = Span(start, data.draw(st.integers(start, len(text))))
    assert sentence_around(text, span).covers(span)


@pytest.mark.parametrize(
    ("text", "wanted", "expected"),
    [
        ("aaa bbb ccc", 4, 4),  # just after a white space
        ("aaa bbbb ccc", 5, 3),
        ("aaa bbbb ccc", 6, 8),
        ("aaabbbccc", 4, 4),  # no white space: between two characters
        ("ae\u0301\u0301f", 3, 1),  # not between a letter and its accents
        ("ab👍🏽c", 3, 2),  # nor between a hand and its colour
        ("a👨‍👩‍👧b", 4, 1),  # nor inside a family
        ("\u0301\u0301\u0301\u0301", 2, 2),  # no better place
    ],
)
def test_where_a_run_without_sentences_is_cut(text, wanted, expected):
    assert break_near(text, 0, len(text), wanted) == expected


@given(st.text(min_size=2).filter(lambda text: len(text.strip()) > 1), st.data())
def test_a_cut_leaves_something_on_both_sides(text, data):
    span = trimmed(text, 0, len(text))
    wanted = data.draw(st.integers(span.start + 1, span.end - 1))
    cut = break_near(text, span.start, span.end, wanted)
    assert span.start < cut < span.end
    assert trimmed(text, span.start, cut)
    assert trimmed(text, cut, span.end)
