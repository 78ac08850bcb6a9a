import sqlite3
from datetime import date
from pathlib import Path

import faiss
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.errors import IndexBusy, IndexDamaged
from rag.store import terms, vectors
from rag.store.local import FILE, Block, LocalStore
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


@pytest.fixture
def store(tmp_path: Path) -> LocalStore:
    return LocalStore(tmp_path, create=True)


def test_what_goes_in_comes_out(store: LocalStore):
    passages = cut(ARTICLE, (0, 4), (5, 17))
    store.add([(ARTICLE, passages, unit([1, 0], [3, 4]))])
    assert store.article("a") == ARTICLE
    assert list(store.articles()) == [ARTICLE]
    assert store.counts() == (1, 2)
    assert store.passages([2, 1]) == passages[::-1]
    assert [p for _, p in store.all_passages()] == passages
    (block,) = store.vectors()
    assert block.numbers.tolist() == [1, 2]
    assert block.vectors == pytest.approx(np.array([[1, 0], [0.6, 0.8]]), abs=1e-3)


def test_an_article_of_the_same_id_takes_the_place_and_numbers_are_not_used_again(store: LocalStore):
    store.add([(ARTICLE, cut(ARTICLE, (0, 4)), unit([1, 0]))])
    store.add([(ARTICLE, cut(ARTICLE, (5, 17)), unit([0, 1]))])
    assert store.counts() == (1, 1)
    assert store.passages([2])[0].text == "Two 🙂 three."
    with pytest.raises(IndexDamaged, match="passage 1"):
        store.passages([1])


def test_a_change_that_fails_half_way_changes_nothing(store: LocalStore):
    store.add([(ARTICLE, cut(ARTICLE, (0, 4)), unit([1, 0]))])
    before = store.revision

    def broken():
        yield Article("b", "B", "text"), [], unit([1, 0])[:0]
        raise RuntimeError("power cut")

    with pytest.raises(RuntimeError, match="power cut"):
        store.add(broken())
    assert store.counts() == (1, 1)
    assert store.revision == before


def test_a_second_writer_gets_one_clear_line(tmp_path: Path, store: LocalStore):
    other = sqlite3.connect(tmp_path / FILE, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    store._db.execute("PRAGMA busy_timeout = 10")
    with pytest.raises(IndexBusy, match="another process is writing"):
        store.add([])
    other.execute("ROLLBACK")
    other.close()


def test_reading_goes_on_while_another_connection_writes(tmp_path: Path, store: LocalStore):
    store.add([(ARTICLE, cut(ARTICLE, (0, 4)), unit([1, 0]))])
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


def test_rubbish_is_no_store(tmp_path: Path):
    (tmp_path / FILE).write_bytes(b"rubbish" * 1000)
    with pytest.raises(IndexDamaged, match="not a readable index"):
        LocalStore(tmp_path)


@settings(max_examples=25, deadline=None)
@given(st.text(alphabet=st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1))
def test_any_text_is_kept_character_for_character(tmp_path_factory: pytest.TempPathFactory, text: str):
    store = LocalStore(tmp_path_factory.mktemp("any"), create=True)
    one = Article("x", text, text)
    store.add([(one, cut(one, (0, len(text))), unit([1, 0]))])
    assert store.article("x") == one
    assert store.passages([1])[0].text == text
    store.close()


@settings(max_examples=20, deadline=None)
@given(st.integers(1, 60), st.integers(1, 70), st.integers(0, 2**31))
def test_vector_search_equals_brute_force(tmp_path_factory: pytest.TempPathFactory, count: int, k: int, seed: int):
    rng = np.random.default_rng(seed)
    rows = unit(*rng.normal(size=(count, 8)).tolist())
    numbers = np.arange(count, dtype=np.int64) * 3 + 5  # gaps, as after removals
    path = tmp_path_factory.mktemp("v") / "vectors.faiss"
    vectors.build(path, [Block(numbers[:7], rows[:7]), Block(numbers[7:], rows[7:])], 8)
    index = vectors.VectorIndex(path)
    query = unit(rng.normal(size=8).tolist())[0]
    cosines = rows @ query
    best = np.argsort(-cosines, kind="stable")[:k]
    found = index.search(query, k)
    assert [n for n, _ in found] == numbers[best].tolist()
    assert [s for _, s in found] == pytest.approx(cosines[best].tolist(), abs=1e-5)
    assert index.cosines(query, numbers) == pytest.approx(cosines, abs=1e-5)
    assert len(index) == count


def test_no_vectors_no_hits(tmp_path: Path):
    vectors.build(tmp_path / "v", [], 4)
    assert vectors.VectorIndex(tmp_path / "v").search(np.ones(4, np.float32), 3) == []


TEXTS = [
    "The bridge across the harbour was closed.",
    "Bridges are closed when they crack.",
    "A volcano erupted.",
    "Closing the bridge, the bridge master said that a bridge is a bridge.",
    "",
]


def test_bm25_scores_equal_those_of_another_library(tmp_path: Path):
    """bm25s with Lucene's formula on the tokens of our analyzer; tantivy rounds lengths, but not such short ones."""
    import bm25s

    terms.build(tmp_path / "t", list(enumerate(TEXTS, start=1)))
    index = terms.TermIndex(tmp_path / "t")
    reference = bm25s.BM25(method="lucene", k1=1.2, b=0.75)
    reference.index([terms._analyzer("english").analyze(text) for text in TEXTS], show_progress=False)
    question = "Which bridges close?"
    scores = reference.get_scores(terms._analyzer("english").analyze(question))
    found = dict(index.search(question, 10))
    # Lucene drops the constant factor k1 + 1 = 2.2 that Okapi has and tantivy keeps.
    expected = {n: 2.2 * float(s) for n, s in enumerate(scores, start=1) if s > 0}
    assert found == pytest.approx(expected, rel=1e-3)


def test_term_search_finds_stems_accents_and_case_and_ranks_them(tmp_path: Path):
    terms.build(tmp_path / "t", [(7, "Élections were held."), (9, "The cafés of Lyon")])
    index = terms.TermIndex(tmp_path / "t")
    assert [n for n, _ in index.search("election", 5)] == [7]
    assert [n for n, _ in index.search("CAFE", 5)] == [9]
    assert len(index) == 2


@pytest.mark.parametrize("question", ["", "   ", "the of and", "?!…", "🙂", '"unclosed AND (', "text:x OR *", "\0"])
def test_term_search_takes_any_question(tmp_path: Path, question: str):
    terms.build(tmp_path / "t", list(enumerate(TEXTS)))
    assert terms.TermIndex(tmp_path / "t").search(question, 3) == []


def test_faiss_is_what_we_think_it_is(tmp_path: Path):
    vectors.build(tmp_path / "v", [Block(np.array([4]), unit([1, 0]))], 2)
    assert isinstance(faiss.downcast_index(faiss.read_index(str(tmp_path / "v"))), faiss.IndexIDMap2)
