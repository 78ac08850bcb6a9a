import json
import multiprocessing
import os
import resource
import signal
import time
from pathlib import Path

import pytest
from conftest import WordCounts, article
from hypothesis import given, settings
from hypothesis import strategies as st

from rag import generations
from rag.errors import IndexBusy, IndexDamaged, IndexMismatch, IndexMissing, InputError, RagError
from rag.index import Index
from rag.settings import AnswerSettings, IndexSettings
from rag.store import derived
from rag.store.local import LocalStore
from rag.types import Filter


def generation(index: Index) -> Path:
    return generations.in_use(index.folder)


def derived_folder(index: Index) -> Path:
    manifest = derived.Manifest.read(generation(index))
    assert manifest
    return generation(index) / manifest.folder


def titles(index: Index, question: str, **options: object) -> list[str]:
    return [hit.passage.article_id for hit in index.search(question, **options)]


def test_search_ranks_by_cosine_and_bm25_as_worked_out_by_hand(town: Index):
    hits = town.search("ferry", 3)
    assert hits[0].passage.article_id == "ferry"
    # question: ferry 1, constant 1; passage with its title "ferry\nThe ferry carries ...": ferry 2, constant 1
    assert hits[0].dense == pytest.approx((2 + 1) / (2**0.5 * 5**0.5), abs=1e-3)
    assert hits[0].bm25 is not None and hits[0].bm25 > 0
    assert hits[0].score == pytest.approx(0.6 * hits[0].dense + 0.4, abs=1e-3)
    assert all(h.bm25 is None for h in hits[1:])


def test_every_passage_is_an_exact_slice_of_its_article(town: Index):
    for _, passage in town.numbered_passages():
        assert passage.text == passage.span.of(town.article(passage.article_id).text)


def test_an_opened_index_finds_what_the_built_one_found(town: Index, words: WordCounts):
    again = Index.open(town.folder, embedder=words)
    assert again.search("council volcano") == town.search("council volcano")
    assert len(again) == 3 and again.passage_count == town.passage_count
    assert again.article("ferry") == town.article("ferry")
    assert [a.id for a in again.articles()] == ["bridge", "ferry", "volcano"]


def test_questions_that_cannot_be_asked_get_one_clear_line(town: Index):
    with pytest.raises(InputError, match="the question is empty"):
        town.search(" \n ")
    with pytest.raises(InputError, match="10,000 characters, at most 1,000"):
        town.search("x" * 10_000)
    with pytest.raises(InputError, match="k is 0"):
        town.search("ferry", 0)
    with pytest.raises(InputError, match="no article has the id 'nowhere'"):
        town.article("nowhere")


def test_more_hits_than_passages_are_not_invented(town: Index):
    assert len(town.search("ferry", 500)) == town.passage_count


def test_a_missing_index_names_the_command_that_builds_one(tmp_path: Path):
    with pytest.raises(IndexMissing, match=r"python index/build\.py"):
        Index.open(tmp_path / "none")


def test_nothing_to_index_is_an_error_and_leaves_what_was_there(town: Index, words: WordCounts):
    with pytest.raises(InputError, match="no articles"):
        Index.build([], town.folder, embedder=words)
    assert titles(Index.open(town.folder, embedder=words), "ferry")[0] == "ferry"


def test_other_models_and_settings_are_told_apart(town: Index):
    with pytest.raises(IndexMismatch, match="words bridge ferry council volcano"):
        Index.open(town.folder, embedder=WordCounts("bridge"))
    with pytest.raises(IndexMismatch, match="has passage_tokens 160, 99 was asked for"):
        Index.open(town.folder, settings=IndexSettings(passage_tokens=99), embedder=WordCounts("bridge"))
    with pytest.raises(IndexMismatch, match="embedding model"):
        Index.open(town.folder)  # with the bundled model


def test_a_build_that_fails_leaves_the_old_index_in_use(town: Index, words: WordCounts):
    def broken():
        for n in range(600):
            yield article(f"new-{n}", "The volcano sleeps.")
        raise OSError("disk gone")

    with pytest.raises(OSError, match="disk gone"):
        Index.build(broken(), town.folder, embedder=words)
    assert titles(Index.open(town.folder, embedder=words), "ferry")[0] == "ferry"
    rebuilt = Index.build([article("only", "A new ferry.")], town.folder, embedder=words)
    assert len(rebuilt) == 1
    assert [p.name for p in town.folder.glob("g*")] == [generation(rebuilt).name]


def _build_for_ever(folder: Path) -> None:
    words = WordCounts("ferry")
    articles = (article(f"n{n}", "The ferry leaves. " * 40) for n in range(10**9))
    Index.build(articles, folder, embedder=words)


def test_a_build_that_is_killed_leaves_the_old_index_and_no_lock(town: Index, words: WordCounts):
    child = multiprocessing.get_context("spawn").Process(target=_build_for_ever, args=(town.folder,))
    child.start()
    deadline = time.monotonic() + 60
    while len(list(town.folder.glob("g*"))) < 2 and time.monotonic() < deadline:
        time.sleep(0.05)
    with pytest.raises(IndexBusy, match="another process is writing"):
        Index.build([article("x", "y")], town.folder, embedder=words)
    os.kill(child.pid, signal.SIGKILL)
    child.join()
    assert titles(Index.open(town.folder, embedder=words), "ferry")[0] == "ferry"
    assert len(Index.build([article("x", "The ferry.")], town.folder, embedder=words)) == 1


def test_an_open_index_goes_over_to_what_is_built_over_it(town: Index, words: WordCounts):
    assert titles(town, "ferry")[0] == "ferry"
    Index.build([article("x", "A new ferry.")], town.folder, embedder=words)
    assert titles(town, "ferry") == ["x"]
    assert len(town) == 1


def test_an_open_index_stays_with_what_it_has_when_the_next_is_of_a_model_that_it_cannot_load(town: Index):
    before = town.search("ferry")
    Index.build([article("x", "A new ferry.")], town.folder, embedder=WordCounts("council"))
    assert town.search("ferry") == before


@pytest.mark.parametrize("damage", ["missing", "truncated", "flipped", "rubbish manifest"])
@pytest.mark.parametrize("victim", ["vectors.faiss", "passages.npy", "terms"])
def test_derived_files_are_made_again_without_embedding(town: Index, words: WordCounts, victim: str, damage: str):
    folder = derived_folder(town)
    path = folder / victim if victim != "terms" else max((folder / victim).iterdir(), key=os.path.getsize)
    before, embedded = town.search("council volcano"), words.texts_embedded
    content = bytearray(path.read_bytes())
    if damage == "missing":
        path.unlink()
    elif damage == "truncated":
        path.write_bytes(content[: len(content) // 2])
    elif damage == "flipped":
        content[len(content) // 2] ^= 0xFF
        path.write_bytes(content)
    else:
        (folder.parent / derived.MANIFEST).write_text("[]")
    mended = Index.open(town.folder, embedder=words)
    assert words.texts_embedded == embedded
    assert mended.search("council volcano") == before


@pytest.mark.parametrize("field", ["revision", "last", "lists"])
def test_a_manifest_with_another_number_is_not_believed(town: Index, words: WordCounts, field: str):
    town.add([article("kite", "A council kite.")])
    before = [(hit.passage, hit.dense) for hit in town.search("council kite")]
    path = generation(town) / derived.MANIFEST
    fields = json.loads(path.read_text())
    path.write_text(json.dumps(fields | {field: fields[field] + 4}))
    again = Index.open(town.folder, embedder=words)
    assert [(hit.passage, hit.dense) for hit in again.search("council kite")] == before


@pytest.mark.parametrize("current", [b"", b"../../etc", b"\x00\xff", b"g1/../g2", b"g999999", b"g000001 00000000\n"])
def test_a_damaged_pointer_leads_to_the_newest_whole_generation(town: Index, words: WordCounts, current: bytes):
    Index.build(town.articles(), town.folder, embedder=words, keep=1)
    before = town.search("ferry")
    (town.folder / "CURRENT").write_bytes(current)
    again = Index.open(town.folder, embedder=words)
    assert generation(again).name == "g000002"
    assert again.search("ferry") == before


def test_a_damaged_pointer_to_nothing_is_one_clear_error(town: Index, words: WordCounts):
    LocalStore(generation(town)).describe({generations.WHOLE: False})
    (town.folder / "CURRENT").write_bytes(b"")
    with pytest.raises(IndexDamaged, match="no generation is whole; build the index again"):
        Index.open(town.folder, embedder=words)
    assert len(Index.build([article("x", "The ferry.")], town.folder, embedder=words)) == 1


def test_settings_that_nobody_knows_are_one_clear_error(town: Index, words: WordCounts):
    LocalStore(generation(town)).describe({"settings": {"colour": "blue"}})
    with pytest.raises(IndexDamaged, match="no settings that this version knows"):
        Index.open(town.folder, embedder=words)


def _with_little_room(folder: Path, said: multiprocessing.Queue) -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))  # no file may grow beyond this
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    try:
        Index.build((article(f"n{n}", "The ferry. " * 40) for n in range(2_000)), folder, embedder=WordCounts("ferry"))
    except RagError as error:
        said.put((type(error).__name__, str(error)))
    else:
        said.put(("built", ""))


def test_a_full_disk_is_one_clear_error_and_leaves_the_old_index_alone(town: Index, words: WordCounts):
    """A limit on the size of files stands for a full disk: writing fails half-way."""
    context = multiprocessing.get_context("spawn")
    said = context.Queue()
    child = context.Process(target=_with_little_room, args=(town.folder, said))
    child.start()
    kind, message = said.get(timeout=120)
    child.join()
    assert kind == "IndexNotWritten"
    assert "what was there before is unchanged" in message
    assert [p.name for p in town.folder.glob("g*")] == [generation(town).name]
    assert titles(Index.open(town.folder, embedder=words), "ferry")[0] == "ferry"


@settings(max_examples=20, deadline=None)
@given(st.lists(st.text(alphabet="ab bridge ferry.\n🙂é", min_size=1, max_size=80), min_size=1, max_size=6))
def test_whatever_is_indexed_is_found_by_dense_search_and_cut_exactly(tmp_path_factory, texts: list[str]):
    words = WordCounts("bridge", "ferry")
    articles = [article(str(n), text) for n, text in enumerate(texts)]
    if not any(text.strip() for text in texts):
        return
    index = Index.build(articles, tmp_path_factory.mktemp("any"), embedder=words)
    hits = index.search("ferry bridge", 1_000)
    assert len(hits) == index.passage_count
    for hit in hits:
        assert hit.passage.text == hit.passage.span.of(articles[int(hit.passage.article_id)].text)


def test_without_bm25s_share_the_order_is_that_of_brute_force(town: Index, words: WordCounts):
    question = "bridge council"
    vector = words.embed_questions([question])[0]
    passages = [p for _, p in town.numbered_passages()]
    cosines = words.embed_passages([p.heading_and_text for p in passages]) @ vector
    hits = town.search(question, 10, settings=AnswerSettings(bm25_weight=0.0))
    assert [h.score for h in hits] == pytest.approx(sorted(cosines.tolist(), reverse=True), abs=2e-3)


@pytest.mark.models
def test_the_sample_articles_are_found_by_the_words_and_by_the_sense(seeds_folder: Path):
    index = Index.open(seeds_folder)
    assert len(index) == 20
    assert titles(index, "Who proclaimed the Monroe Doctrine?")[0] == "monroe-doctrine.md"
    assert titles(index, "scientist with two Nobel prizes for radiation research")[0] == "marie-curie.md"


def test_a_search_keeps_to_the_articles_named_and_leaves_out_others(town: Index):
    assert titles(town, "ferry volcano bridge", where=Filter(articles=frozenset({"volcano"}))) == ["volcano"]
    assert set(titles(town, "ferry", where=Filter(articles=frozenset({"volcano", "bridge"})))) == {"bridge", "volcano"}
    assert "ferry" not in titles(town, "ferry", where=Filter(without=frozenset({"ferry"})))
    assert titles(town, "ferry", where=Filter(frozenset({"ferry", "bridge"}), frozenset({"ferry"}))) == ["bridge"]
    assert titles(town, "ferry", where=Filter(articles=frozenset({"no such article"}))) == []
    (hit,) = town.search("ferry", where=Filter(articles=frozenset({"ferry"})))
    assert hit.bm25 == pytest.approx(town.search("ferry")[0].bm25)  # a filter changes no score


def test_a_filtered_search_finds_k_wherever_k_exist(tmp_path: Path, words: WordCounts):
    many = [article(f"a{n:03}", "The ferry. " * (1 + n % 7)) for n in range(300)]
    index = Index.build(many, tmp_path / "many", embedder=words)
    worst = {f"a{n:03}" for n in range(290, 300)}
    assert {h.passage.article_id for h in index.search("ferry", 10, where=Filter(articles=frozenset(worst)))} == worst


def test_the_collection_in_a_few_words(town: Index):
    about = town.collection(titles=2)
    assert (about.articles, about.passages, about.first, about.last) == (3, town.passage_count, None, None)
    assert about.titles == ("bridge", "ferry") and about.sources == ()


def test_ten_megabytes_on_one_line_are_found_and_quoted_in_their_place(tmp_path: Path):
    half = "kelp eel crab gull " * 263_000  # no full stop
    text = f"{half}needle {half}"
    index = Index.build([article("huge", text)], tmp_path, embedder=WordCounts("needle"))
    assert len(text) > 9_900_000 and index.passage_count > 10_000
    passage = index.search("needle", 1)[0].passage
    assert "needle" in passage.text and passage.span.of(text) == passage.text
