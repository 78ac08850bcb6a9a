import multiprocessing
import os
import resource
import shutil
import signal
import sqlite3
import subprocess
import sys
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from conftest import ROOT
from hypothesis import given, settings
from hypothesis import strategies as st

from rag import generations
from rag.errors import IndexBusy, IndexDamaged, RagError
from rag.index import Index
from rag.store import recent, terms, vectors
from rag.store.analysis import Analysis
from rag.store.local import FILE, Block, LocalStore
from rag.store.rows import article_digest
from rag.store.selection import Selection
from rag.store.vectors import Plan
from rag.types import Article, Passage, Span

ARTICLE = Article("a", "Title", "One. Two 🙂 three.", "https://x.example/a", "Ada", date(2026, 3, 3), "Courier", "CC0")


def cut(article: Article, *spans: tuple[int, int]) -> list[Passage]:
    return [
        Passage(article.id, i, Span(a, b), article.text[a:b], article.title, article.url, article.author,
                article.published, article.source)
        for i, (a, b) in enumerate(spans)
    ]  # fmt: skip


def unit(*rows: list[float]) -> np.ndarray:
    array = np.array(rows, dtype=np.float32)
    return array / np.linalg.norm(array, axis=1, keepdims=True)


def put(store: LocalStore, article: Article, passages: list[Passage], vectors_: np.ndarray) -> None:
    with store.changing():
        store.put(article, passages, vectors_)


@pytest.fixture
def store(tmp_path: Path) -> LocalStore:
    return LocalStore(tmp_path, create=True)


def test_a_store_that_cannot_be_made_is_not_called_damaged(tmp_path: Path):
    with pytest.raises(sqlite3.OperationalError):
        LocalStore(tmp_path / "no such folder", create=True)


def test_what_goes_in_comes_out(store: LocalStore):
    passages = cut(ARTICLE, (0, 4), (5, 17))
    put(store, ARTICLE, passages, unit([1, 0], [3, 4]))
    assert store.article("a") == ARTICLE
    assert list(store.articles()) == [ARTICLE]
    assert store.counts() == (1, 2)
    assert store.passages([2, 1]) == {1: passages[0], 2: passages[1]}
    assert [p for _, p in store.all_passages()] == passages
    (block,) = store.vectors()
    assert block.numbers.tolist() == [1, 2]
    assert block.vectors == pytest.approx(np.array([[1, 0], [0.6, 0.8]]), abs=1e-3)


def test_an_article_of_the_same_id_takes_the_place_and_numbers_are_not_used_again(store: LocalStore):
    put(store, ARTICLE, cut(ARTICLE, (0, 4)), unit([1, 0]))
    put(store, ARTICLE, cut(ARTICLE, (5, 17)), unit([0, 1]))
    assert store.counts() == (1, 1)
    assert store.passages([2])[2].text == "Two 🙂 three."
    assert store.passages([1]) == {}
    assert store.rows("SELECT n FROM removed").fetchall() == [(1,)]


def test_a_change_that_fails_half_way_changes_nothing(store: LocalStore):
    put(store, ARTICLE, cut(ARTICLE, (0, 4)), unit([1, 0]))
    before = store.revision

    with pytest.raises(RuntimeError, match="power cut"), store.changing():
        store.put(Article("b", "B", "text"), [], unit([1, 0])[:0])
        store.remove("a")
        raise RuntimeError("power cut")
    assert store.counts() == (1, 1)
    assert store.revision == before


def test_a_second_writer_gets_one_clear_line(tmp_path: Path, store: LocalStore):
    other = sqlite3.connect(tmp_path / FILE, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    store._db.execute("PRAGMA busy_timeout = 10")
    with pytest.raises(IndexBusy, match="another process is writing"):
        put(store, ARTICLE, [], unit([1, 0])[:0])
    other.execute("ROLLBACK")
    other.close()


def test_reading_goes_on_while_another_connection_writes(tmp_path: Path, store: LocalStore):
    put(store, ARTICLE, cut(ARTICLE, (0, 4)), unit([1, 0]))
    other = sqlite3.connect(tmp_path / FILE, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    other.execute("DELETE FROM articles")
    assert store.counts() == (1, 1)
    other.execute("ROLLBACK")
    other.close()


def test_a_store_that_is_gone_is_not_made_anew(tmp_path: Path):
    with pytest.raises(IndexDamaged, match="is missing"):
        LocalStore(tmp_path)
    assert list(tmp_path.iterdir()) == []


READ = """
import sys
from pathlib import Path
from rag.index import Index
from conftest import WordCounts
index = Index.open(sys.argv[1], embedder=WordCounts("bridge", "ferry", "council", "volcano"))
print(len(index), index.search("volcano")[0].passage.article_id)
from rag.verify import verify
print(verify(Path(sys.argv[1])).problems)
try:
    index.remove(["ferry"])
except Exception as error:
    print(type(error).__name__)
"""


@pytest.mark.skipif(os.geteuid() == 0 and not shutil.which("setpriv"), reason="root may write everywhere")
@pytest.mark.parametrize("log", [False, True])
def test_an_index_that_may_not_be_written_is_searched_and_checked(town: Index, log: bool):
    """With all changes in the one file, and with some in SQLite's log beside it."""
    generation = generations.in_use(town.folder)
    held = sqlite3.connect(generation / FILE)
    held.execute("SELECT count(*) FROM articles").fetchone()
    if not log:
        held.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        town._serving.store.close()
        held.close()
    assert (generation / f"{FILE}-wal").exists() is log
    paths = [town.folder, *town.folder.rglob("*")]
    modes = [path.stat().st_mode for path in paths]
    for path, mode in zip(paths, modes, strict=True):
        path.chmod(mode & ~0o222)
    try:
        drop = ["setpriv", "--bounding-set=-dac_override"] if os.geteuid() == 0 else []
        done = subprocess.run([*drop, sys.executable, "-c", READ, str(town.folder)], capture_output=True, text=True,
                              check=False, env=os.environ | {"PYTHONPATH": f"{ROOT}:{ROOT / 'tests'}"})  # fmt: skip
    finally:
        for path, mode in zip(paths, modes, strict=True):
            path.chmod(mode)
        held.close()
    assert done.stdout.splitlines() == ["3 volcano", "()", "IndexNotWritten"], done.stderr


def _open_without_room(folder: Path, said: multiprocessing.Queue) -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))  # no file may grow
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    try:
        LocalStore(folder)
    except RagError as error:
        said.put((type(error).__name__, str(error)))
    else:
        said.put(("opened", ""))


def test_a_disk_without_room_is_not_called_damage(tmp_path: Path, store: LocalStore):
    put(store, ARTICLE, cut(ARTICLE, (0, 4)), unit([1, 0]))
    store.close()
    context = multiprocessing.get_context("spawn")
    said = context.Queue()
    child = context.Process(target=_open_without_room, args=(tmp_path, said))
    child.start()
    kind, message = said.get(timeout=60)
    child.join()
    assert (kind, "free some space" in message) == ("IndexNotWritten", True)
    assert LocalStore(tmp_path).article("a") == ARTICLE


def test_rubbish_is_no_store(tmp_path: Path):
    (tmp_path / FILE).write_bytes(b"rubbish" * 1000)
    with pytest.raises(IndexDamaged, match="not a readable index"):
        LocalStore(tmp_path)


@settings(max_examples=25, deadline=None)
@given(st.text(alphabet=st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1))
def test_any_text_is_kept_character_for_character(tmp_path_factory: pytest.TempPathFactory, text: str):
    store = LocalStore(tmp_path_factory.mktemp("any"), create=True)
    one = Article("x", text, text)
    put(store, one, cut(one, (0, len(text))), unit([1, 0]))
    assert store.article("x") == one
    assert store.passages([1])[1].text == text
    store.close()


def test_an_article_that_is_not_what_was_stored_is_never_served(store: LocalStore):
    put(store, ARTICLE, cut(ARTICLE, (0, 4)), unit([1, 0]))
    store.rows("UPDATE articles SET text = replace(text, 'One', 'Won')")
    with pytest.raises(IndexDamaged, match=r"'a' .* is not what was stored"):
        store.article("a")
    with pytest.raises(IndexDamaged, match=r"'a' .* is not what was stored"):
        store.passages([1])


@pytest.mark.parametrize("field", ["id", "title", "text", "url", "author", "published", "source", "licence"])
def test_the_digest_of_an_article_covers_every_field(field: str):
    other = replace(ARTICLE, **{field: date(2026, 3, 4) if field == "published" else "other"})
    assert article_digest(other) != article_digest(ARTICLE)
    assert article_digest(replace(ARTICLE)) == article_digest(ARTICLE)


# -- vectors


def no_sample(size: int) -> np.ndarray:
    raise AssertionError("an exact index needs no sample")


def flat(path: Path, *blocks: Block, dimension: int) -> vectors.VectorIndex:
    vectors.build(path, blocks, dimension, Plan(0, 0), no_sample)
    return vectors.VectorIndex(path, Plan(0, 0))


def halves(rows: np.ndarray) -> np.ndarray:
    return rows.astype(np.float16).astype(np.float32)  # as they come from the store


@settings(max_examples=20, deadline=None)
@given(st.integers(1, 60), st.integers(1, 70), st.integers(0, 2**31), st.booleans())
def test_vector_search_equals_brute_force(
    tmp_path_factory: pytest.TempPathFactory, count: int, k: int, seed: int, some: bool
):
    rng = np.random.default_rng(seed)
    rows = halves(unit(*rng.normal(size=(count, 8)).tolist()))
    numbers = np.arange(count, dtype=np.int64) * 3 + 5  # gaps, as after removals
    path = tmp_path_factory.mktemp("v") / "vectors.faiss"
    index = flat(path, Block(numbers[:7], rows[:7]), Block(numbers[7:], rows[7:]), dimension=8)
    query = unit(rng.normal(size=8).tolist())[0]
    chosen = rng.random(count) < 0.5 if some else np.ones(count, dtype=bool)
    among = Selection(numbers, chosen) if some else None
    order = np.argsort(-(rows @ query), kind="stable")
    best = [int(numbers[i]) for i in order if chosen[i]][:k]
    assert index.search(query, k, among).tolist() == best
    assert len(index) == count


def test_an_extended_vector_index_holds_what_came_and_not_what_went(tmp_path: Path):
    rows = halves(unit([1, 0], [0, 1], [1, 1], [-1, 0]))
    flat(tmp_path / "old", Block(np.array([1, 2, 3]), rows[:3]), dimension=2)
    vectors.extend(tmp_path / "old", tmp_path / "new", [Block(np.array([9]), rows[3:])], [2, 1])
    index = vectors.VectorIndex(tmp_path / "new", Plan(0, 0))
    assert index.search(rows[1], 5).tolist() == [3, 9]


def test_no_vectors_no_hits(tmp_path: Path):
    assert flat(tmp_path / "v", dimension=4).search(np.ones(4, np.float32), 3).tolist() == []


@pytest.fixture(scope="module")
def lists(tmp_path_factory: pytest.TempPathFactory) -> tuple[vectors.VectorIndex, np.ndarray, np.ndarray]:
    """4,000 vectors round 50 centres in 40 lists."""
    rng = np.random.default_rng(7)
    centres = rng.normal(size=(50, 24))
    rows = halves(unit(*(centres[rng.integers(0, 50, 4_000)] + 0.6 * rng.normal(size=(4_000, 24))).tolist()))
    numbers = np.arange(1, 4_001, dtype=np.int64)
    path = tmp_path_factory.mktemp("lists") / "vectors.faiss"
    plan = Plan(lists=40, probes=8)
    vectors.build(path, [Block(numbers, rows)], 24, plan, lambda size: rows[:size])
    return vectors.VectorIndex(path, plan), numbers, rows


def test_lists_find_nearly_all_that_brute_force_finds(lists):
    index, _, rows = lists
    queries = rows[::100] + 0.05
    found = [set(index.search(q / np.linalg.norm(q), 10).tolist()) for q in queries]
    best = [set((np.argsort(-(rows @ q))[:10] + 1).tolist()) for q in queries]
    assert np.mean([len(f & b) / 10 for f, b in zip(found, best, strict=True)]) >= 0.9


@pytest.mark.parametrize("share", [0.5, 0.05, 0.002])
def test_lists_find_k_among_the_chosen_wherever_k_exist(lists, share: float):
    index, numbers, rows = lists
    among = Selection(numbers, np.random.default_rng(1).random(len(numbers)) < share)
    for k in (1, 8, 100):
        found = index.search(rows[0], k, among).tolist()
        assert len(found) == min(k, len(among))
        assert all(n in among for n in found)


def test_the_kind_of_index_follows_from_the_number_of_passages():
    assert Plan.for_passages(1_000) == Plan(0, 0)
    million = Plan.for_passages(1_000_000)
    assert million == Plan(lists=2_000, probes=128)
    assert million.still_fits(1_200_000) and not million.still_fits(5_000_000) and not million.still_fits(10)
    assert Plan(0, 0).still_fits(vectors.EXACT_UP_TO) and not Plan(0, 0).still_fits(vectors.EXACT_UP_TO + 1)


# -- words

TEXTS = [
    "The bridge across the harbour was closed.",
    "Bridges are closed when they crack.",
    "A volcano erupted.",
    "Closing the bridge, the bridge master said that a bridge is a bridge.",
    "",
]
ENGLISH = Analysis()


def term_index(folder: Path, texts: list[tuple[int, str]]) -> terms.TermIndex:
    terms.build(folder, texts, ENGLISH)
    return terms.TermIndex(folder, ENGLISH)


def test_bm25_scores_equal_those_of_another_library(tmp_path: Path):
    """bm25s with Lucene's formula on the tokens of our analyzer; tantivy rounds lengths, but not such short ones."""
    import bm25s

    index = term_index(tmp_path / "t", list(enumerate(TEXTS, start=1)))
    reference = bm25s.BM25(method="lucene", k1=1.2, b=0.75)
    reference.index([ENGLISH.stems(text) for text in TEXTS], show_progress=False)
    question = "Which bridges close?"
    scores = reference.get_scores(ENGLISH.stems(question))
    found = dict(index.search(question, 10))
    # Lucene drops the constant factor k1 + 1 = 2.2 that Okapi has and tantivy keeps.
    expected = {n: 2.2 * float(s) for n, s in enumerate(scores, start=1) if s > 0}
    assert found == pytest.approx(expected, rel=1e-3)


@pytest.mark.parametrize("filed", [0, 1, 3, 5])
def test_bm25_is_the_same_wherever_a_passage_lies(tmp_path: Path, filed: int):
    """The first texts in the file, the others in memory: together they score as if all were in one file."""
    numbered = list(enumerate(TEXTS, start=1))
    whole = dict(term_index(tmp_path / "all", numbered).search("Which bridges close?", 10))
    index = term_index(tmp_path / "some", numbered[:filed])
    block = Block(np.arange(filed + 1, 6), np.zeros((5 - filed, 1), dtype=np.float32))
    batch = recent.batch(block, np.ones(5 - filed, dtype=np.int64), TEXTS[filed:], ENGLISH)
    known = recent.Statistics(len(index), index.average_length, index.frequency)
    held = dict(recent.bm25([batch], ENGLISH.stems("Which bridges close?"), 10, None, known))
    assert held == pytest.approx({n: s for n, s in whole.items() if n > filed}, rel=1e-3)


def test_term_search_finds_stems_accents_and_case_and_ranks_them(tmp_path: Path):
    index = term_index(tmp_path / "t", [(7, "Élections were held."), (9, "The cafés of Lyon")])
    assert [n for n, _ in index.search("election", 5)] == [7]
    assert [n for n, _ in index.search("CAFE", 5)] == [9]
    assert len(index) == 2


@pytest.mark.parametrize("question", ["", "   ", "the of and", "?!…", "🙂", '"unclosed AND (', "text:x OR *", "\0"])
def test_term_search_takes_any_question(tmp_path: Path, question: str):
    index = term_index(tmp_path / "t", list(enumerate(TEXTS)))
    assert index.search(question, 3) == []
    assert set(index.holding(question).tolist()) <= {0, 3}  # "the of and" holds no such row; single words may


@pytest.mark.parametrize("few", [0, 10_000])
def test_a_search_among_some_finds_k_wherever_k_exist(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, few: int):
    """Both ways of keeping to a selection: naming its passages, and counting hits off."""
    monkeypatch.setattr(terms, "FEW", few)
    texts = [(n, "ferry " * (1 + n % 5) + "boat " * (n % 7)) for n in range(1, 2_001)]
    index = term_index(tmp_path / "t", texts)
    ranking = [n for n, _ in index.search("ferry", 2_000)]
    numbers = np.arange(1, 2_001, dtype=np.int64)
    for share in (0.5, 0.01):
        among = Selection(numbers, np.random.default_rng(3).random(2_000) < share)
        hits = index.search("ferry", 20, among)
        assert len(hits) == min(20, len(among))
        whole = dict(index.search("ferry", 2_000))
        assert [s for _, s in hits] == pytest.approx([whole[n] for n in ranking if n in among][:20])


def test_a_phrase_is_its_words_in_a_row_stop_words_too(tmp_path: Path):
    index = term_index(tmp_path / "t", list(enumerate(TEXTS)))
    assert index.holding("bridge is a bridge").tolist() == [3]
    assert index.holding("the BRIDGE").tolist() == [0, 3]
    assert index.holding("a").tolist() == [2, 3]
    assert index.holding("bridge closed").tolist() == []
    block = Block(np.arange(5), np.zeros((5, 1), dtype=np.float32))
    batch = recent.batch(block, np.ones(5, dtype=np.int64), TEXTS, ENGLISH)
    for phrase in ("bridge is a bridge", "the BRIDGE", "a", "bridge closed", "", "?"):
        assert recent.holding([batch], ENGLISH.words(phrase)) == index.holding(phrase).tolist(), phrase


def test_an_extended_term_index_holds_what_came_and_not_what_went_and_leaves_the_old_alone(tmp_path: Path):
    old = term_index(tmp_path / "old", list(enumerate(TEXTS)))
    before = {path.name: path.read_bytes() for path in terms.files(tmp_path / "old")}
    terms.extend(tmp_path / "old", tmp_path / "new", [(9, "A new bridge.")], [0], ENGLISH)
    new = terms.TermIndex(tmp_path / "new", ENGLISH)
    assert {n for n, _ in new.search("bridge", 9)} == {1, 3, 9}
    assert {n for n, _ in old.search("bridge", 9)} == {0, 1, 3}
    assert {path.name: path.read_bytes() for path in terms.files(tmp_path / "old")} == before
