"""What the server tells the browser to keep."""

import json
from datetime import date

import pytest
from conftest import LookFor

from rag.answer import Answerer
from rag.index import Index
from rag.page import keeper
from rag.page.talk import Talk, restored_said
from rag.types import Filter


@pytest.fixture
def talk(town: Index) -> Talk:
    return Talk(Answerer(town, reader=LookFor({"612 people": 9.0})))


def test_each_turn_is_kept_at_its_place_with_the_filter(talk: Talk):
    talk.ask("How many people does the ferry carry?")
    first = json.loads(keeper.keep_turn(talk))
    talk.where = Filter(since=date(2026, 3, 1))
    talk.ask("hello")
    second = json.loads(keeper.keep_turn(talk))
    assert (first["place"], second["place"]) == (0, 1)
    assert first["talk"] == second["talk"] == talk.id
    assert (first["where"], second["where"]) == ({}, {"since": "2026-03-01"})
    assert restored_said([first["turn"], second["turn"]]) == tuple(talk.said)


def test_no_two_messages_are_equal(talk: Talk):
    """A browser is told of a new value only where it differs from the one before."""
    assert keeper.begun_anew() != keeper.begun_anew()
    assert keeper.tell("x") != keeper.tell("x")
    assert json.loads(keeper.download("a.md", "</script>\u2028"))["download"] == {
        "name": "a.md",
        "text": "</script>\u2028",
    }
    assert json.loads(keeper.reopened(talk, "key", Filter()))["reopened"] == "key"
