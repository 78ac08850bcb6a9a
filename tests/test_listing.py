"""The table of articles, a page at a time."""

import subprocess
import sys
import threading
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from conftest import ROOT, WordCounts, article
from hypothesis import given
from hypothesis import strategies as st

from rag.errors import InputError
from rag.index import Index
from rag.store.local import LocalStore

SHELF = [
    replace(article("c.md", "The bridge.", "Élan vital"), source="Herald", author="Bo", published=date(2026, 4, 2)),
    replace(article("a.md", "The ferry.", "the ferry"), source="courier", published=date(2026, 3, 1)),
    replace(article("b.md", "", "Zebra"), author="Ada WREN", source=""),
    replace(article("d 100%_.md", "A volcano. " * 300, "Apple"), source="Courier", published=date(2025, 1, 1)),
]


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Index:
    return Index.build(SHELF, tmp_path_factory.mktemp("shelf") / "index", embedder=WordCounts("bridge"))


def ids(index: Index, *words: str, **options: object) -> str:
    return " ".join(entry.id[0] for entry in index.listing(*words, **options).entries)


@pytest.mark.parametrize(
    ("order", "up", "down"),
    [("added", "c a b d", "d b a c"), ("title", "d c a b", "b a c d"), ("source", "a d c b", "c a d b"),
     ("published", "d a c b", "c a d b"), ("passages", "b c a d", "d c a b")],
)  # fmt: skip
def test_it_is_sorted_both_ways_and_what_lacks_comes_last(shelf: Index, order: str, up: str, down: str):
    assert ids(shelf, order=order) == up
    assert ids(shelf, order=order, descending=True) == down


@pytest.mark.parametrize(
    ("sought", "found"),
    [("", "c a b d"), ("\ud83d", ""), ("courier", "a d"), ("ELAN", "c"), ("wren ada", "b"), ("herald zebra", ""),
     ("%", "d"), ("_", "d"), ("' OR 1=1 --", ""), ("élan", "c"), (".md", "c a b d"), ("\U0001f600", "")],
)  # fmt: skip
def test_words_are_sought_in_title_source_author_and_id(shelf: Index, sought: str, found: str):
    assert ids(shelf, sought) == found
    assert shelf.listing(sought).matching == len(found.split())


def test_a_page_past_the_end_is_the_last_one(shelf: Index):
    page = shelf.listing(first=2, count=2)
    assert ([entry.id[0] for entry in page.entries], page.first, page.matching) == (["b", "d"], 2, 4)
    assert shelf.listing(first=99, count=2) == page
    assert shelf.listing(first=99, count=3).first == 3
    assert shelf.listing("nothing", first=99, count=2).entries == ()


def test_rows_say_what_the_articles_are(shelf: Index):
    assert shelf.listing().entries == tuple(shelf.entries())


def test_an_order_that_is_none_is_a_plain_line(shelf: Index):
    with pytest.raises(InputError, match="'text'; wanted one of title, source, added"):
        shelf.listing(order="text")


def test_authors_are_counted(shelf: Index):
    assert shelf.authors(9) == (("Ada WREN", 1), ("Bo", 1))
    assert shelf.authors(1) == (("Ada WREN", 1),)


@given(st.text(st.characters(), max_size=20))
def test_any_words_may_be_sought(shelf: Index, sought: str):
    assert set(ids(shelf, sought).split()) <= set("abcd")


def test_a_change_is_seen_while_another_thread_is_reading_the_table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    index = Index.build(SHELF, tmp_path / "index", embedder=WordCounts("bridge"))
    reading, go_on = threading.Event(), threading.Event()

    def held_up(*_: object) -> bool:
        reading.set()
        return go_on.wait(30)

    monkeypatch.setattr("rag.store.listing._holds", held_up)
    reader = threading.Thread(target=index.listing, args=("bridge",))
    reader.start()
    reading.wait(30)
    index.add([article("new.md", "A bridge to the isle of Netherquay.")])
    found = "new.md" in index, {hit.passage.article_id for hit in index.search("bridge isle")}
    index.remove(["new.md"])
    go_on.set()
    reader.join()
    assert found[0] and "new.md" in found[1]


@pytest.mark.parametrize("removed", ["*.sqlite-wal", "*.sqlite-*", "*.sqlite", "*.sqlite*"])
def test_an_index_whose_files_are_being_removed_is_listed_all_the_same(tmp_path: Path, removed: str):
    index = Index.build(SHELF, tmp_path / "index", embedder=WordCounts("bridge"))
    index.remove(["a.md"])  # what its log holds is not in the file itself
    (generation,) = (tmp_path / "index").glob("g*")
    for path in generation.glob(removed):
        path.unlink()
    left = set(generation.iterdir())
    assert ids(index, "courier") == "d"
    assert set(generation.iterdir()) == left, "nothing was made anew in their place"


def test_entries_leave_nothing_out_while_others_are_removed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    many = [article(f"{n:04}.md", "The bridge.") for n in range(1100)]
    index = Index.build(many, tmp_path / "index", embedder=WordCounts("bridge"))
    gone = [one.id for one in many[:100]]
    rows = LocalStore.rows

    def removed_after_the_first(store: LocalStore, *asked: object) -> object:
        found = rows(store, *asked)
        monkeypatch.undo()
        index.remove(gone)
        return found

    monkeypatch.setattr(LocalStore, "rows", removed_after_the_first)
    assert {one.id for one in many[100:]} <= {entry.id for entry in index.entries()}


BUSY = """
import sys, threading
from rag.index import Index

index = Index.open(sys.argv[1])  # its model is never needed
uses = [
    lambda: index.listing("ferry"), lambda: index.listing(order="title"), lambda: "a.md" in index,
    lambda: index.passage_count, lambda: list(index.entries()), lambda: index.authors(3), lambda: index.article("a.md"),
]
def use(of):
    for _ in range(60):
        of()
threads = [threading.Thread(target=use, args=(of,)) for of in uses]
for one in threads:
    one.start()
for one in threads:
    one.join()
print("all answered")
"""


@pytest.mark.models
def test_threads_that_use_one_index_never_wait_for_each_other_for_ever(tmp_path: Path):
    Index.build(SHELF, tmp_path / "index")
    # In a process of its own: one that hung within SQLite could not even be told to stop.
    command = [sys.executable, "-c", BUSY, str(tmp_path / "index")]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout) == (0, "all answered\n"), done.stderr
