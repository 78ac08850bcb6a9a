"""Filters inside the search: what each lets through, wherever the articles lie."""

from datetime import date
from pathlib import Path

import pytest
from conftest import WordCounts, article, found

from rag.index import Index
from rag.types import Article, Filter

NEWS = [
    Article("a", "Bridge shut", "The bridge is closed. Repairs take a year.", source="Courier", author="Ada Wren",
            published=date(2026, 3, 1)),
    Article("b", "Bridge open", "The bridge is open again.", source="Herald", author="Bo Lind",
            published=date(2026, 4, 2)),
    Article("c", "Ferry", "The ferry sails past the bridge.", source="COURIER", published=date(2026, 5, 3)),
    Article("d", "Undated", "A council and a bridge."),
]  # fmt: skip


@pytest.mark.parametrize("filed", [0, 2, 4])
@pytest.mark.parametrize(
    ("where", "expected"),
    [
        (Filter(), "abcd"),
        (Filter(sources=frozenset({"courier"})), "ac"),
        (Filter(sources=frozenset({"Courier", "HERALD"})), "abc"),
        (Filter(authors=frozenset({"ada  wren"})), "a"),
        (Filter(since=date(2026, 4, 2)), "bc"),
        (Filter(until=date(2026, 4, 2)), "ab"),
        (Filter(since=date(2026, 4, 1), until=date(2026, 4, 30)), "b"),
        (Filter(articles=frozenset({"a", "d", "zz"})), "ad"),
        (Filter(without=frozenset({"a", "zz"})), "bcd"),
        (Filter(phrase="the BRIDGE is"), "ab"),
        (Filter(phrase="bridge open"), "b"),
        (Filter(phrase="a year", sources=frozenset({"courier"})), "a"),
        (Filter(phrase="no such words"), ""),
        (Filter(sources=frozenset({"Tribune"})), ""),
    ],
)
def test_filters_let_through_what_they_say(tmp_path: Path, words: WordCounts, where: Filter, expected: str, filed: int):
    """With articles in the derived files, in memory, and in both."""
    index = Index.build(NEWS[:filed] or [article("old", "bridge")], tmp_path / "i", embedder=words)
    index.sync(NEWS)
    assert "".join(found(index, "bridge", where=where)) == expected


def test_a_filter_counts_for_what_comes_later_too(tmp_path: Path, words: WordCounts):
    index = Index.build(NEWS[:1], tmp_path / "i", embedder=words)
    where = Filter(sources=frozenset({"herald"}))
    assert found(index, "bridge", where=where) == []
    index.add(NEWS[1:])
    assert found(index, "bridge", where=where) == ["b"]
    index.remove(["b"])
    assert found(index, "bridge", where=where) == []
