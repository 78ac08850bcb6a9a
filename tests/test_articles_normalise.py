"""One form of line end and character, given once."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.articles import normalise
from rag.articles.normalise import one_line

# Characters that the rules are about, mixed with any others, lone surrogates among them.
HARD = st.sampled_from(list("\r\n\x85\u2028\u2029\ufeff\0\ud800\udfffe\u0301 \t\x1c"))
ANY_TEXT = st.text(st.one_of(HARD, st.characters(codec=None)), max_size=60)


@pytest.mark.parametrize(
    ("written", "stored"),
    [
        ("", ""),
        ("one\r\ntwo\rthree\x85four\u2028five\u2029six", "one\ntwo\nthree\nfour\nfive\nsix"),
        ("one\r\n\r\ntwo", "one\n\ntwo"),
        ("cafe\u0301", "caf\u00e9"),
        ("\ufeffstart \ufeffand middle", "start and middle"),
        ("a\ufeff\u0301", "\u00e1"),  # the mark stood between a letter and its accent
        ("\r\ufeff\n", ""),
        ("nul \0 and \ud800 half", "nul \ufffd and \ufffd half"),
        ("\n \t\n    indented\n\n  more  \n \n", "    indented\n\n  more  "),
        (" \n\t\n ", ""),
        ("   ", ""),
        ("עברית 😀", "עברית 😀"),
    ],
)
def test_normalise(written, stored):
    assert normalise(written) == stored


@given(ANY_TEXT)
def test_normalising_twice_changes_nothing(text):
    once = normalise(text)
    assert normalise(once) == once


@given(ANY_TEXT)
def test_what_is_stored_can_be_stored(text):
    stored = normalise(text)
    stored.encode("utf-8")
    assert unicodedata.is_normalized("NFC", stored)
    assert not set(stored) & set("\r\x85\u2028\u2029\ufeff\0")
    assert stored == "" or (stored.split("\n")[0].strip() and stored.split("\n")[-1].strip())


@given(st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=60))
def test_only_white_space_and_marks_are_lost(text):
    def bare(text):
        return "".join(unicodedata.normalize("NFC", text.replace("\ufeff", "")).split())

    assert bare(normalise(text)) == bare(text)


def test_one_line_folds_white_space():
    assert one_line(" The\r\n  harbour\u2028\tboard \ufeff") == "The harbour board"
