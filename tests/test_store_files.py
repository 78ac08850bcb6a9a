"""The files derived from the store: FAISS against brute force, BM25 against another library."""

from pathlib import Path

import numpy as np
import pytest
from conftest import unit
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.store import recent, terms, vectors
from rag.store.analysis import Analysis
from rag.store.local import Block
from rag.store.selection import Selection
from rag.store.vectors import Plan


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
