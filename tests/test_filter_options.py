"""Options of the command line -> filters, and what they let through."""

import json
from datetime import date
from pathlib import Path

import pytest
from test_cli import one_line, rag

from rag.errors import InputError
from rag.filter_options import filter_of
from rag.types import Filter


def test_options_become_a_filter():
    assert filter_of(None, None, None, None, None, "") == Filter()
    assert filter_of(
        ["Courier", "Herald"], ["Ada"], ["a", "\udcff"], "2026-01-31", "2026-02-01", " in a row "
    ) == Filter(
        articles=frozenset({"a", "\ufffd"}),
        sources=frozenset({"Courier", "Herald"}),
        authors=frozenset({"Ada"}),
        since=date(2026, 1, 31),
        until=date(2026, 2, 1),
        phrase="in a row",
    )


@pytest.mark.parametrize("day", ["yesterday", "2026-02-30", "20260101", "2026-W01-1", "01/02/2026", "2026-1-1 "])
def test_what_is_no_day_is_one_clear_error(day: str):
    with pytest.raises(InputError, match=r"since is .*, wanted a day such as 2026-01-31"):
        filter_of(None, None, None, day, None, "")


def test_days_the_wrong_way_round_are_one_clear_error():
    assert filter_of(None, None, None, "2026-01-02", "2026-01-02", "").since == date(2026, 1, 2)
    with pytest.raises(InputError, match="since 2026-01-03 comes after until 2026-01-02"):
        filter_of(None, None, None, "2026-01-03", "2026-01-02", "")


def titles(*options: str) -> set[str]:
    done = rag("search", "the bridge", "--json", "-k", "50", *options)
    assert done.returncode == 0, done.stderr
    return {hit["article_id"] for hit in json.loads(done.stdout)["hits"]}


@pytest.mark.models
def test_search_keeps_to_what_the_options_let_through(seeds_folder: Path):
    index = "--index", str(seeds_folder)
    assert titles(*index, "--article", "suez-canal.md") == {"suez-canal.md"}
    both = titles(*index, "--article", "suez-canal.md", "--article", "krakatoa-1883.md")
    assert both == {"suez-canal.md", "krakatoa-1883.md"}
    assert len(titles(*index)) > 5
    assert titles(*index, "--since", "2026-01-01") < titles(*index)


@pytest.mark.models
def test_ask_and_chat_keep_to_it_too(seeds_folder: Path):
    question = "When was Marie Curie born?"
    assert "1867" in rag("ask", question, "--index", str(seeds_folder), "--phrase", "Marie Curie").stdout
    done = rag("ask", question, "--index", str(seeds_folder), "--article", "krakatoa-1883.md")
    assert "1867" not in done.stdout and "nearest: " in done.stdout
    done = rag("chat", "--index", str(seeds_folder), "--article", "krakatoa-1883.md", typed=question + "\n")
    assert "1867" not in done.stdout
    done = rag("chat", "--index", str(seeds_folder), "--source", "Nobody's", typed=question + "\n")
    assert "no passage passes" in one_line(done.stderr)


@pytest.mark.models
def test_a_filter_that_lets_nothing_through_says_so(seeds_folder: Path):
    for command in ("ask", "search"):
        done = rag(command, "bridge", "--index", str(seeds_folder), "--source", "Nobody's", "--json")
        assert done.returncode == 1
        assert "no passage passes --source" in one_line(done.stderr)
        assert json.loads(done.stdout)
    done = rag("search", "bridge", "--index", str(seeds_folder), "--until", "soon")
    assert done.returncode == 2 and "until is 'soon'" in one_line(done.stderr)
