"""A conversation that is kept and gone on with."""

import json
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from conftest import LookFor, article
from hypothesis import given
from hypothesis import strategies as st

from rag.answer import Answerer
from rag.errors import InputError
from rag.index import Index
from rag.page.saved import restored_answer, restored_filter, saved_answer, saved_filter
from rag.page.talk import Talk, restored_said, saved_said
from rag.types import Filter


@pytest.fixture
def answerer(town: Index) -> Answerer:
    town.add([
        replace(article("herald", "The ferry carries 612 people, says the Herald. \U0001f600 مرحبا"),
                source="Herald", author="Bo", published=date(2026, 4, 2), url="http://a.example/?q=<b>"),
    ])  # fmt: skip
    return Answerer(town, reader=LookFor({"612 people": 9.0, "1883": 3.0, "Monday": 1.0}))


def through_the_browser(value: Any) -> Any:
    return json.loads(json.dumps(value, allow_nan=False))


def test_an_answer_comes_back_as_it_was(answerer: Answerer):
    answer = answerer.ask("how many people does the ferry carry")
    assert answer.answered and answer.quotes[0].also and answer.hits
    assert restored_answer(through_the_browser(saved_answer(answer))) == answer
    unsaid = replace(answer, quotes=(), nearest=answer.quotes)
    assert restored_answer(through_the_browser(saved_answer(unsaid))) == unsaid


def test_an_answer_comes_back_when_its_article_is_gone(answerer: Answerer):
    answer = answerer.ask("how many people does the ferry carry")
    saved = through_the_browser(saved_answer(answer))
    answerer.index.remove(["ferry", "herald"])
    assert [quote.text for quote in restored_answer(saved).quotes] == [quote.text for quote in answer.quotes]


def test_a_conversation_goes_on_where_it_was(answerer: Answerer):
    talk = Talk(answerer)
    for question in ("how many people does the ferry carry", "hello", "", "when did the volcano erupt"):
        talk.ask(question)
    assert [bool(s.answer) for s in talk.said] == [True, False, False, True]
    assert talk.said[1].remark.startswith("Hello!") and talk.said[2].notice.startswith("the question is empty")
    said = restored_said(through_the_browser([saved_said(one) for one in talk.said]))
    again = Talk(answerer, said)
    assert again.said == talk.said
    assert again.chat.turns == talk.chat.turns and again.id != talk.id
    assert again.ask("show me more") == talk.ask("show me more")


def test_a_filter_keeps_the_conversation_to_what_it_lets_through(answerer: Answerer):
    talk = Talk(answerer)
    (quote,) = talk.ask("how many on the ferry", where=Filter(sources=frozenset({"herald"}))).answer.quotes
    assert {cited.article_id for cited in quote.citations} == {"herald"}
    assert quote.article_id == talk.chat.turns[-1].article_ids[0]


def test_a_filter_that_lets_nothing_through_is_said(answerer: Answerer):
    said = Talk(answerer).ask("how many on the ferry", where=Filter(sources=frozenset({"Nobody's"})))
    assert said.answer is None
    assert said.notice == "Nothing in the collection fits the filter (Nobody's); widen it or ask all articles."


@pytest.mark.parametrize(
    "where",
    [Filter(), Filter(frozenset({"a", "b"}), frozenset(), frozenset({"S"}), frozenset({"A"}), date(2026, 1, 2),
                      date(2026, 3, 4), 'say "x"')],
)  # fmt: skip
def test_a_filter_comes_back_as_it_was(where: Filter):
    assert restored_filter(through_the_browser(saved_filter(where))) == where


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["asked", "answer", "quotes", "hits", "passages", "since", "phrase"]), inner)
    ),
)


@given(JSON)
def test_whatever_a_browser_holds_is_a_conversation_or_a_plain_line(value: Any):
    for restore in (restored_said, restored_filter, restored_answer):
        try:
            restore(value)
        except InputError as error:
            assert "start a new one" in str(error)


@pytest.mark.parametrize(
    ("name", "value"),
    [("words", [0, 10**9]), ("words", [5, 2]), ("sentence", [3, 3]), ("passage", 99), ("confidence", "x")],
)
def test_words_that_lie_outside_their_passage_are_refused(answerer: Answerer, name: str, value: Any):
    saved = through_the_browser(saved_answer(answerer.ask("how many people does the ferry carry")))
    saved["quotes"][0][name] = value
    with pytest.raises(InputError):
        restored_answer(saved)
