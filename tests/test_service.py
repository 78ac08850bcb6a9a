import json
from datetime import date
from pathlib import Path

import pytest
from conftest import LookFor, WordCounts
from hypothesis import given
from hypothesis import strategies as st

from rag.answer import Answerer
from rag.errors import InputError
from rag.index import Index
from rag.inputs import MOST_ARTICLES, articles_from, count_from, filter_from, text_from
from rag.service import Service, lets_through
from rag.store.overview import Entry
from rag.types import Article, Filter

DATED = [
    Article("a", "Bridge closed", "The bridge is closed.", published=date(2026, 1, 5), source="The Courier"),
    Article("b", "Ferry starts", "The ferry starts.", published=date(2026, 2, 5), source="The  MERCURY", author="Ann"),
    Article("c", "Bridge opens", "The bridge opens.", source="The Courier"),
]


@pytest.fixture
def service(tmp_path: Path, words: WordCounts) -> Service:
    return Service(Answerer(Index.build(DATED, tmp_path / "index", embedder=words), reader=LookFor({})))


def ids(service: Service, **where: object) -> list[str]:
    return [entry["id"] for entry in service.list_articles(where=filter_from(where))["articles"]]


def test_a_list_is_filtered_as_a_search_is(service: Service):
    assert ids(service) == ["a", "b", "c"]
    assert ids(service, sources="the courier") == ["a", "c"]
    assert ids(service, since="2026-01-06") == ["b"]
    assert ids(service, until="2026-01-05") == ["a"]
    assert ids(service, sources=["the mercury"], authors=["ANN"]) == ["b"]
    assert ids(service, without=["a"], articles=["a", "c"]) == ["c"]


@given(
    where=st.builds(
        Filter,
        articles=st.frozensets(st.sampled_from("abc"), max_size=2),
        without=st.frozensets(st.sampled_from("abc"), max_size=1),
        sources=st.frozensets(st.sampled_from(["THE courier", "the mercury", "x"]), max_size=2),
        authors=st.frozensets(st.sampled_from(["ann", "bob"]), max_size=1),
        since=st.none() | st.dates(date(2026, 1, 1), date(2026, 3, 1)),
        until=st.none() | st.dates(date(2026, 1, 1), date(2026, 3, 1)),
    )
)
def test_what_a_filter_lets_through_is_what_a_search_with_it_finds(three: Index, where: Filter):
    found = {hit.passage.article_id for hit in three.search("bridge", where=where)}
    assert {entry.id for entry in three.entries() if lets_through(where, entry)} == found


@pytest.fixture(scope="module")
def three(tmp_path_factory: pytest.TempPathFactory) -> Index:
    return Index.build(DATED, tmp_path_factory.mktemp("three"), embedder=WordCounts("bridge", "ferry"))


def test_titles_are_searched_for_all_words_in_any_order_and_case(service: Service):
    found = service.list_articles("OPENS bridge")
    assert (found["total"], [entry["id"] for entry in found["articles"]]) == (1, ["c"])


def test_a_list_is_given_in_parts(service: Service):
    parts = [service.list_articles(first=first, most=2) for first in (0, 2, 4)]
    assert [[entry["id"] for entry in part["articles"]] for part in parts] == [["a", "b"], ["c"], []]
    assert {part["total"] for part in parts} == {3}


def test_articles_are_added_found_and_added_again_for_nothing(service: Service):
    rows = [{"id": "d", "title": "Council", "text": "The council pays for the ferry.", "date": "2026-03-01"}]
    assert service.add(rows) == {"added": ["d"], "updated": [], "unchanged": 0, "embedded": 1}
    assert service.add(rows) == {"added": [], "updated": [], "unchanged": 1, "embedded": 0}
    hit = service.search("council", 1)["hits"][0]
    assert (hit["article_id"], hit["published"]) == ("d", "2026-03-01")
    article = service.get_article("d")
    assert article["text"][hit["start"] : hit["end"]] == hit["text"] == "The council pays for the ferry."


def test_nothing_is_added_when_one_row_cannot_be_read(service: Service):
    with pytest.raises(InputError, match="article 2: no text; wanted one of the keys text, body, content"):
        service.add([{"text": "Fine."}, {"title": "no text"}])
    assert len(service.index) == 3


def test_articles_come_in_a_list():
    with pytest.raises(InputError, match="the articles are an object, wanted a list of objects"):
        articles_from({"text": "x"})


@pytest.mark.parametrize("rows", [[], [{"text": "x"}] * (MOST_ARTICLES + 1)])
def test_none_or_too_many_articles_are_refused(service: Service, rows: list[object]):
    with pytest.raises(InputError, match="send 1 to 200 at a time"):
        service.add(rows)


@pytest.mark.parametrize("row", [None, 7, "text", [], {}, {"text": ""}, {"text": 7}, {"text": "x", "title": {}}])
def test_a_row_that_is_no_article_is_refused(row: object):
    with pytest.raises(InputError, match="article 1: "):
        articles_from([row])


@given(st.text(min_size=1), st.text())
def test_any_text_that_json_holds_can_be_sent(text: str, title: str):
    row = json.loads(json.dumps({"text": "a" + text, "title": title}))
    assert articles_from([row])[0].text.startswith("a")


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"source": "x"}, "a filter has no 'source'; wanted some of articles, without, sources"),
        ({"since": "last week"}, "since is 'last week', wanted a day such as 2026-01-31"),
        ({"until": 2026}, "until is a number, wanted text"),
        ({"sources": {"a": 1}}, "sources is an object, wanted a list of texts"),
        ({"articles": ["a", 1]}, "articles is a list, wanted a list of texts"),
    ],
)
def test_a_filter_that_cannot_be_used_says_what_was_wanted(fields: dict[str, object], told: str):
    with pytest.raises(InputError, match=told):
        filter_from(fields)


@pytest.mark.parametrize("value", [None, True, 7.0, "7", [7]])
def test_what_is_no_whole_number_is_refused(value: object):
    with pytest.raises(InputError, match=r"k is .*, wanted a whole number"):
        count_from(value, "k")


@pytest.mark.parametrize("value", [None, 7, [], {}])
def test_what_is_no_text_is_refused(value: object):
    with pytest.raises(InputError, match=r"question is .*, wanted text"):
        text_from(value, "question")


def test_a_filter_is_an_object_or_nothing():
    assert filter_from(None) == filter_from({}) == Filter()
    with pytest.raises(InputError, match="the filter is a list, wanted an object with some of articles"):
        filter_from(["a"])


def test_what_is_empty_leaves_nothing_out():
    assert filter_from({"sources": [], "since": None, "until": "", "phrase": ""}) == Filter()


def test_an_entry_without_a_date_lies_in_no_period():
    entry = Entry("x", "", None, None, None, None, 1)
    assert lets_through(Filter(), entry)
    assert not lets_through(Filter(since=date(1, 1, 1)), entry)
    assert not lets_through(Filter(until=date(9999, 12, 31)), entry)


def test_an_article_or_a_source_that_is_not_there_is_an_error_and_not_an_empty_answer(service: Service):
    with pytest.raises(InputError, match="no article has the id 'z'"):
        service.search("bridge", where=Filter(articles=frozenset({"z"})))
    with pytest.raises(InputError, match=r"no article is from 'The Herald'; there are: The Courier, The  MERCURY"):
        service.ask("who?", where=Filter(sources=frozenset({"The Herald"})))
