"""Changes in place: whatever the history, the index answers as one built anew from what it holds."""

import multiprocessing
import threading
from pathlib import Path

import pytest
from conftest import WordCounts, article, found, many
from hypothesis import given, settings
from hypothesis import strategies as st

from rag import generations, update
from rag.errors import IndexBusy, InputError
from rag.index import Index
from rag.settings import IndexSettings
from rag.store import derived
from rag.types import Article, Change, Hits, Passage


def test_what_is_added_is_found_at_once_by_both_searches(town: Index):
    change = town.add([article("kite", "A council kite flew over the volcano.")])
    assert change == Change(added=("kite",), embedded=1)
    (hit, *_) = town.search("kite")
    assert hit.passage.article_id == "kite"
    assert hit.bm25 is not None and hit.bm25 > 0
    assert len(town) == 4


def test_what_is_there_word_for_word_costs_nothing(town: Index, words: WordCounts):
    before, embedded, revision = town.search("ferry"), words.texts_embedded, town.revision
    assert town.add(list(town.articles())) == Change(unchanged=3)
    assert (words.texts_embedded, town.revision) == (embedded, revision)
    assert town.search("ferry") == before


def test_an_update_embeds_the_changed_passages_only(tmp_path: Path, words: WordCounts):
    paragraphs = [f"Paragraph {n}. " + "The ferry sails on and on. " * 12 for n in range(6)]
    index = Index.build([article("long", "\n\n".join(paragraphs))], tmp_path / "i", embedder=words)
    passages = index.passage_count
    assert passages >= 6
    paragraphs[3] = paragraphs[3].replace("ferry", "bridge")
    change = index.update([article("long", "\n\n".join(paragraphs))])
    assert change.updated == ("long",) and 1 <= change.embedded < passages
    assert "bridge" in index.search("bridge")[0].passage.text
    fresh = Index.build(index.articles(), tmp_path / "fresh", embedder=words)
    assert [(h.passage, h.dense) for h in index.search("bridge ferry", 99)] == [
        (h.passage, pytest.approx(h.dense)) for h in fresh.search("bridge ferry", 99)
    ]


def test_a_new_title_embeds_its_passages_anew(town: Index, words: WordCounts):
    before = words.texts_embedded
    old = town.article("ferry")
    town.update([Article("ferry", "volcano volcano", old.text)])
    assert words.texts_embedded > before
    assert town.search("volcano")[0].dense > 0.5


def test_what_is_removed_is_found_no_more(town: Index):
    assert town.remove(["ferry"]) == Change(removed=("ferry",))
    assert found(town, "ferry") == ["bridge", "volcano"]
    assert all(hit.bm25 is None for hit in town.search("ferry"))
    with pytest.raises(InputError, match="no article has the id 'ferry'"):
        town.article("ferry")


def test_ids_that_are_not_there_change_nothing(town: Index):
    with pytest.raises(InputError, match="no article has the id 'nowhere'"):
        town.remove(["ferry", "nowhere"])
    with pytest.raises(InputError, match="no article has the id 'nowhere', so it cannot be updated"):
        town.update([article("ferry", "New."), article("nowhere", "New.")])
    assert town.article("ferry").text.startswith("The ferry carries")


def test_the_last_article_may_go_and_another_come(town: Index):
    town.remove(["bridge", "ferry", "volcano"])
    assert len(town) == 0 and town.search("ferry") == ()
    town.add([article("new", "A ferry.")])
    assert found(town, "ferry") == ["new"]


def test_sync_adds_updates_and_removes(town: Index):
    articles = [article("ferry", town.article("ferry").text), article("bridge", "The bridge is open."),
                article("kite", "A kite.")]  # fmt: skip
    planned = town.sync(articles, dry_run=True)
    assert planned == Change(("kite",), ("bridge",), ("volcano",), 1)
    assert len(town) == 3 and found(town, "volcano") == ["bridge", "ferry", "volcano"]
    assert town.sync(articles) == Change(("kite",), ("bridge",), ("volcano",), 1, 2)
    assert sorted(a.id for a in town.articles()) == ["bridge", "ferry", "kite"]
    assert town.sync(articles) == Change(unchanged=3)


def test_sync_with_a_folder_keeps_what_cannot_be_read(town: Index, tmp_path: Path):
    folder = tmp_path / "news"
    folder.mkdir()
    (folder / "one.txt").write_text("The kite flies.")
    (folder / "two.txt").write_text("The ferry sails.")
    assert town.sync(folder).added == ("one.txt", "two.txt")
    (folder / "one.txt").write_bytes(b"")
    (folder / "three.txt").write_text("A bridge.")
    change = town.sync(str(folder))
    assert change.added == ("three.txt",) and change.unchanged == 1
    assert len(change.skipped) == 1 and "one.txt" in change.skipped[0]
    with pytest.raises(InputError, match="wanted a file or a folder of articles"):
        town.sync(folder / "nowhere")


def test_sync_with_nothing_removes_nothing(town: Index):
    with pytest.raises(InputError, match="there are no articles"):
        town.sync([])
    assert len(town) == 3


def test_sync_keeps_what_it_is_asked_to_keep(town: Index):
    assert town.sync([article("x", "New.")], keep=lambda id_: id_ == "ferry").removed == ("bridge", "volcano")
    assert found(town, "ferry") == ["ferry", "x"]


# -- the same whatever the history

IDS = st.sampled_from("abcde")
WORDS = st.lists(st.sampled_from(["bridge", "ferry", "council", "volcano", "kite."]), min_size=1, max_size=12)
PUTS = st.tuples(st.just("put"), IDS, WORDS.map(" ".join))
STEPS = st.lists(st.one_of(PUTS, st.tuples(st.just("remove"), IDS, st.just(""))), min_size=1, max_size=12)


@settings(max_examples=25, deadline=None)
@given(STEPS, st.sampled_from([0, 3, 1_000]))
def test_any_history_answers_like_a_fresh_build(tmp_path_factory: pytest.TempPathFactory, steps, in_memory: int):
    """Whether the derived files are made anew at each change, now and then, or never."""
    folder = tmp_path_factory.mktemp("history")
    words = WordCounts("bridge", "ferry", "council", "volcano")
    index = Index.build([article("first", "The bridge and the ferry.")], folder / "a", embedder=words)
    held = {"first"}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(update, "CHANGES_IN_MEMORY", in_memory)
        for what, id_, text in steps:
            if what == "put":
                index.add([article(id_, text)])
                held.add(id_)
            elif id_ in held:
                index.remove([id_])
                held.remove(id_)
    assert {a.id for a in index.articles()} == held
    reopened = Index.open(folder / "a", embedder=words)
    questions = ("bridge", "volcano ferry", "council kite")
    # Passages that have gone count in BM25's word statistics until the files are made anew, so scores differ a little.
    for question in questions:
        assert by_passage(index.search(question, 50)) == by_passage(reopened.search(question, 50))
    if held:
        fresh = Index.build(index.articles(), folder / "b", embedder=words)
        for question in questions:
            assert by_passage(index.search(question, 50)) == by_passage(fresh.search(question, 50))


def by_passage(hits: Hits) -> dict[Passage, tuple[float, bool]]:
    """Each passage with its cosine, and whether BM25 found it."""
    return {hit.passage: (pytest.approx(hit.dense), hit.bm25 is not None) for hit in hits}


# -- other processes and threads


def _add_one(folder: Path) -> None:
    Index.open(folder, embedder=WordCounts("bridge", "ferry", "council", "volcano")).add([article("kite", "A kite.")])


def test_an_open_index_sees_what_another_process_adds(town: Index):
    child = multiprocessing.get_context("spawn").Process(target=_add_one, args=(town.folder,))
    child.start()
    child.join(60)
    assert child.exitcode == 0
    assert town.search("kite")[0].passage.article_id == "kite"
    assert len(town) == 4


def test_a_second_writer_gets_one_clear_line_and_readers_go_on(town: Index, words: WordCounts):
    with generations.writing(town.folder):
        with pytest.raises(IndexBusy, match="another process is writing to the index in"):
            town.add([article("x", "y")])
        assert found(town, "ferry")
        assert found(Index.open(town.folder, embedder=words), "ferry")


def test_damaged_files_are_mended_for_this_process_alone_while_another_writes(town: Index, words: WordCounts):
    generation = generations.in_use(town.folder)
    (generation / derived.MANIFEST).unlink()
    with generations.writing(town.folder):
        again = Index.open(town.folder, embedder=words)
    assert again.search("council volcano") == town.search("council volcano")
    assert not (generation / derived.MANIFEST).exists()


def test_threads_search_while_articles_come_and_go(town: Index):
    stop, errors, searches = threading.Event(), [], []

    def look() -> None:
        while not stop.is_set():
            try:
                hits = town.search("ferry kite", 5)
                searches.append(len(hits) >= 3 and all(h.passage.text for h in hits))
            except Exception as error:  # noqa: BLE001 - whatever it is, the test must show it
                errors.append(error)

    threads = [threading.Thread(target=look) for _ in range(3)]
    for thread in threads:
        thread.start()
    for n in range(15):
        town.add([article(f"k{n}", f"Kite number {n}.")])
        if n % 3 == 0:
            town.remove([f"k{n}"])
    stop.set()
    for thread in threads:
        thread.join()
    assert not errors and searches and all(searches)
    assert len(town) == 3 + 15 - 5


# -- generations


def test_rebuilding_with_other_settings_swaps_and_open_indexes_follow(town: Index, words: WordCounts):
    reader = Index.open(town.folder, embedder=words)
    town.rebuild(settings=IndexSettings(passage_tokens=8), embedder=words)
    assert town.settings.passage_tokens == reader.settings.passage_tokens == 8
    assert town.passage_count > 3
    assert found(reader, "ferry") == ["bridge", "ferry", "volcano"]
    assert [path.name for path in generations.all_of(town.folder)] == ["g000002"]


def test_earlier_generations_are_kept_if_asked_for(town: Index, words: WordCounts):
    for _ in range(3):
        town.rebuild(embedder=words, keep=1)
    assert [path.name for path in generations.all_of(town.folder)] == ["g000003", "g000004"]
    with pytest.raises(InputError, match="keep is -1"):
        town.rebuild(embedder=words, keep=-1)


def test_files_are_made_anew_when_enough_has_changed(town: Index, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(update, "CHANGES_IN_MEMORY", 4)
    generation = generations.in_use(town.folder)
    first = derived.Manifest.read(generation)
    town.add(many(4))
    assert derived.Manifest.read(generation) == first
    town.add(many(6))
    second = derived.Manifest.read(generation)
    assert second and first and second.last > first.last
    assert [path.name for path in generation.glob("d*") if path.is_dir()] == [second.folder]
    assert len(found(town, "number")) == 9
