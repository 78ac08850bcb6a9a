"""What two processes or threads do to an index at the same moment, and damage met on the way."""

import gc
import json
import multiprocessing
import os
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from conftest import ROOT, WordCounts, article

from rag import generations, serving, update
from rag.errors import IndexBusy, IndexDamaged, InputError
from rag.index import Index
from rag.inputs import filter_from
from rag.rebuild import rebuild
from rag.store import catalogue, derived
from rag.store.local import LocalStore
from rag.types import Filter
from rag.verify import verify


def ids(index: Index) -> set[str]:
    return {one.id for one in index.articles()}


def test_a_rebuild_that_another_process_overtakes_loses_nothing(town: Index, words: WordCounts):
    class Slow(WordCounts):
        """Its first look at the index is followed by what another process does."""

        @property
        def fingerprint(self) -> str:
            if not overtaken:
                overtaken.append(True)
                other = Index.open(town.folder, embedder=words)
                other.rebuild(embedder=words)
                other.add([article("new", "It came meanwhile.")])
            return words.fingerprint

        @fingerprint.setter
        def fingerprint(self, _: str) -> None:
            pass

    overtaken: list[bool] = []
    with pytest.raises(IndexBusy, match="another process has just rebuilt"):
        rebuild(town.folder, embedder=Slow(*words.words))
    assert overtaken and ids(Index.open(town.folder, embedder=words)) == {"bridge", "ferry", "volcano", "new"}
    rebuild(town.folder, embedder=words)
    assert "new" in ids(Index.open(town.folder, embedder=words))


@pytest.mark.parametrize("first", ["add", "rebuild"])
def test_threads_that_change_an_index_wait_for_each_other(town: Index, words: WordCounts, first: str):
    """What one adds is not refused because the other is still at it, nor lost in a rebuild."""
    under_way, go_on, wrong = threading.Event(), threading.Event(), []

    def hold(_: object) -> None:
        under_way.set()
        assert go_on.wait(30)

    def attempt(work: Callable[[], object]) -> threading.Thread:
        def run() -> None:
            try:
                work()
            except Exception as error:  # noqa: BLE001
                wrong.append(error)

        thread = threading.Thread(target=run)
        thread.start()
        return thread

    if first == "add":
        threads = [attempt(lambda: town.add([article("kite", "A kite flew.")], progress=hold))]
    else:
        threads = [attempt(lambda: town.rebuild(embedder=words, progress=hold))]
    assert under_way.wait(30)
    threads.append(attempt(lambda: town.add([article("late", "It came later.")])))
    threads.append(attempt(lambda: town.remove(["ferry"])))
    time.sleep(2 * generations.PATIENCE_S)  # longer than another process would be waited for
    assert "late" not in town and "ferry" in town and all(thread.is_alive() for thread in threads)
    go_on.set()
    for thread in threads:
        thread.join(30)
    assert wrong == []
    assert ids(town) == {"bridge", "volcano", "late"} | ({"kite"} if first == "add" else set())
    assert ids(Index.open(town.folder, embedder=words)) == ids(town)


def damage(index: Index, id_: str) -> None:
    store = LocalStore(generations.in_use(index.folder))
    store.rows("UPDATE articles SET text = 'x' || substr(text, 2) WHERE id = ?", (id_,))
    store.close()


@pytest.mark.parametrize("filed", [True, False])
@pytest.mark.parametrize("way_out", ["remove", "add"])
def test_a_damaged_article_closes_nothing_and_can_be_taken_out_or_put_right(
    town: Index, words: WordCounts, filed: bool, way_out: str
):
    town.add([article("new", "A new ferry of today.")])
    if filed:
        town.rebuild(embedder=words)
    damage(town, "new")
    index = Index.open(town.folder, embedder=words)
    with pytest.raises(IndexDamaged, match="rag index remove"):
        index.search("ferry", 4)
    assert len(index.search("ferry", 4, where=Filter(without=frozenset(["new"])))) == 3
    assert any("new" in problem.what for problem in verify(town.folder).problems)
    if way_out == "remove":
        index.remove(["new"])
    else:
        index.add([article("new", "A new ferry of tomorrow.")])
        assert index.article("new").text == "A new ferry of tomorrow."
    index.rebuild(embedder=words)
    assert verify(town.folder).sound


def test_a_damaged_article_does_not_keep_the_files_from_being_made_anew(town: Index, words: WordCounts):
    damage(town, "ferry")
    (generations.in_use(town.folder) / derived.MANIFEST).unlink()
    index = Index.open(town.folder, embedder=words)
    assert index.search("bridge", 1)[0].passage.article_id == "bridge"
    with pytest.raises(IndexDamaged, match="rag index remove"):
        index.article("ferry")


def test_words_of_removed_passages_alone_do_not_stop_a_search(
    tmp_path: Path, words: WordCounts, monkeypatch: pytest.MonkeyPatch
):
    weather = [article(f"w{n}", "Weather report.") for n in range(40)]
    ferries = [article(f"f{n}", f"The ferry leaves at {n}.") for n in range(20)]
    index = Index.build([*weather, *ferries], tmp_path, embedder=words)
    monkeypatch.setattr(update, "CHANGES_IN_MEMORY", 10)
    index.remove([one.id for one in weather])
    index.add([article("one", "One ferry more.")])
    assert len(index.search("ferry", 30)) == 21


UPDATING = """
import sys, time
from conftest import WordCounts, article
from rag.index import Index
index = Index.open(sys.argv[1], embedder=WordCounts("ferry"))
for turn in range(5):
    index.update([article(f"n{n}", f"ferry {turn}") for n in range(200)])
    time.sleep(0.2)
"""


def test_searches_find_k_while_another_process_replaces_every_article(tmp_path: Path):
    index = Index.build([article(f"n{n}", "ferry") for n in range(200)], tmp_path, embedder=WordCounts("ferry"))
    stop, found = threading.Event(), Counter[int]()

    def look() -> None:
        while not stop.is_set():
            found[len(index.search("ferry", 8))] += 1

    threads = [threading.Thread(target=look) for _ in range(3)]
    for thread in threads:
        thread.start()
    environment = {**os.environ, "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'tests'}"}
    done = subprocess.run([sys.executable, "-c", UPDATING, str(tmp_path)], env=environment, check=False)
    stop.set()
    for thread in threads:
        thread.join()
    assert done.returncode == 0 and list(found) == [8]


def test_first_filtered_searches_of_several_threads_do_not_get_in_each_others_way(
    town: Index, monkeypatch: pytest.MonkeyPatch
):
    places, both = catalogue.Catalogue.places, threading.Barrier(2)

    def together(self: catalogue.Catalogue, articles: object) -> object:
        found = places(self, articles)
        with suppress(threading.BrokenBarrierError):
            both.wait(2)
        return found

    monkeypatch.setattr(catalogue.Catalogue, "places", together)
    only = Filter(articles=frozenset(["ferry"]))
    threads = [threading.Thread(target=town.search, args=("ferry",), kwargs={"where": only}) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    other = Filter(articles=frozenset(["bridge"]))
    assert [h.passage.article_id for h in town.search("ferry", where=other)] == ["bridge"]


def test_as_many_generations_are_kept_as_were_asked_for(town: Index, words: WordCounts):
    kept = []
    for _ in range(4):
        town.rebuild(embedder=words, keep=2)
        kept.append([path.name for path in generations.all_of(town.folder)])
    assert kept == [[f"g{n:06d}" for n in some] for some in ((1, 2), (1, 2, 3), (2, 3, 4), (3, 4, 5))]


def test_a_build_that_ended_short_of_its_switch_never_takes_the_place_of_later_changes(
    town: Index, words: WordCounts, monkeypatch: pytest.MonkeyPatch
):
    def killed(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(generations, "switch", killed)
        with pytest.raises(KeyboardInterrupt):
            town.rebuild(embedder=words)
    town.add([article("new", "It came later.")])
    (town.folder / generations.CURRENT).write_text("rubbish")
    assert "new" in ids(Index.open(town.folder, embedder=words))


def test_an_index_that_is_half_read_goes_on_seeing_changes(town: Index):
    readers = [town.articles(), town.entries(), town.numbered_passages()]
    for reader in readers:
        next(reader)
    town.add([article("new", "A kite.")])
    assert len(town) == 4 and town.search("kite", 4) and "new" in ids(town)
    town.remove(["new"])
    assert [len([*reader]) for reader in readers] == [2, 2, 2]


def test_an_index_that_is_rebuilt_while_it_is_opened_is_opened(
    town: Index, words: WordCounts, monkeypatch: pytest.MonkeyPatch
):
    in_use, once = generations.in_use, []

    def overtaken(folder: Path) -> Path:
        found = in_use(folder)
        if not once:
            once.append(True)
            Index.build([article("x", "ferry")], folder, embedder=words)
        return found

    monkeypatch.setattr(generations, "in_use", overtaken)
    assert len(Index.open(town.folder, embedder=words)) == 1
    once.clear()
    assert town.status().articles == 1
    once.clear()
    assert verify(town.folder).sound


def test_files_that_are_replaced_while_they_are_opened_are_opened_again(
    town: Index, words: WordCounts, monkeypatch: pytest.MonkeyPatch
):
    reader = Index.open(town.folder, embedder=words)
    monkeypatch.setattr(update, "CHANGES_IN_MEMORY", 0)
    town.add([article("one", "a ferry")])
    load, once = derived.np.load, []

    def overtaken(path: Path, **options: object) -> object:
        found = load(path, **options)
        if not once:
            once.append(True)
            town.add([article("two", "a ferry")])
        return found

    monkeypatch.setattr(derived.np, "load", overtaken)
    assert {h.passage.article_id for h in reader.search("ferry", 9)} >= {"one", "two"}


def _ask_for_ever(folder: Path) -> None:
    index = Index.open(folder, embedder=WordCounts("bridge", "ferry", "council", "volcano"))
    while True:
        index.status()


def test_asking_how_the_index_is_keeps_nobody_from_writing(town: Index):
    child = multiprocessing.get_context("spawn").Process(target=_ask_for_ever, args=(town.folder,), daemon=True)
    child.start()
    time.sleep(2)
    try:
        for n in range(60):
            town.add([article(f"a{n}", "x")])
            assert not town.status().writing
    finally:
        child.kill()
        child.join()


def test_half_a_character_and_a_huge_k_are_taken(town: Index):
    half = json.loads(r'"ferry \ud83d"')
    assert town.search(half, 1)[0].passage.article_id == "ferry"
    assert town.search("ferry", 10**11)
    assert town.search("ferry", where=filter_from({"phrase": half, "articles": [half]})) == ()
    with pytest.raises(InputError, match="no article has the id"):
        town.article(half)


@pytest.mark.parametrize("in_memory", [0, 5_000])
def test_a_phrase_with_a_very_long_word_is_the_same_wherever_it_lies(
    town: Index, monkeypatch: pytest.MonkeyPatch, in_memory: int
):
    monkeypatch.setattr(update, "CHANGES_IN_MEMORY", in_memory)
    long = "x" * 70
    town.add([article("long", f"alpha {long} omega")])
    assert len(town.search("alpha", where=Filter(phrase=f"alpha {long} omega"))) == 1
    assert town.search("alpha", where=Filter(phrase="alpha omega")) == ()


def test_what_fails_in_the_model_is_not_called_a_full_disk(town: Index, words: WordCounts):
    class Broken(WordCounts):
        def embed_passages(self, texts: object) -> object:
            raise OSError("libmodel.so: cannot open shared object file")

    index = Index.open(town.folder, embedder=Broken(*words.words))
    with pytest.raises(OSError, match=r"libmodel\.so"):
        index.add([article("new", "A kite.")])


def test_removing_needs_no_model(town: Index, monkeypatch: pytest.MonkeyPatch):
    town._serving.embedder = None
    monkeypatch.setattr(serving, "SentenceEmbedder", None)
    assert town.remove(["ferry"]).removed == ("ferry",)


def test_a_file_that_a_killed_process_left_beside_goes_with_the_next_write(town: Index, words: WordCounts):
    left = town.folder / "CURRENT.99999999.new"
    left.write_text("g0")
    town.rebuild(embedder=words)
    assert not left.exists()


def test_a_store_that_is_no_longer_served_is_closed(town: Index, words: WordCounts):
    gc.collect()
    gc.disable()
    try:
        for _ in range(3):
            town.rebuild(embedder=words)
        held = [path.readlink() for path in Path("/proc/self/fd").iterdir() if path.is_symlink()]
    finally:
        gc.enable()
    assert not [path for path in map(str, held) if str(town.folder) in path and path.endswith("(deleted)")]
