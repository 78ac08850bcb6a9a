import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.retrieve import Candidates, fuse

scores = st.dictionaries(st.integers(1, 40), st.floats(0, 1), max_size=20)


def test_fusion_by_hand():
    found = Candidates(dense={1: 0.8, 2: 0.5, 3: 0.2}, bm25={2: 10.0, 3: 5.0})
    ranked = fuse(found, bm25_weight=0.4, k=3)
    # 2: 0.6 x 0.5 + 0.4 x 10/10;  1: 0.6 x 0.8;  3: 0.6 x 0.2 + 0.4 x 5/10
    assert [(r.number, pytest.approx(r.score)) for r in ranked] == [(2, 0.7), (1, 0.48), (3, 0.32)]
    assert [r.bm25 for r in ranked] == [10.0, None, 5.0]


def test_ties_go_to_the_lower_number():
    assert [r.number for r in fuse(Candidates({9: 0.5, 3: 0.5}, {}), bm25_weight=0.4, k=2)] == [3, 9]


def test_no_candidates_give_no_hits():
    assert fuse(Candidates({}, {}), bm25_weight=0.4, k=5) == []


@given(scores, st.floats(0, 1), st.integers(1, 30))
def test_each_passage_once_best_first_at_most_k(dense: dict[int, float], weight: float, k: int):
    bm25 = {n: 20 * s for n, s in dense.items() if n % 2}
    ranked = fuse(Candidates(dense, bm25), bm25_weight=weight, k=k)
    assert len(ranked) == min(k, len(dense)) == len({r.number for r in ranked})
    assert [r.score for r in ranked] == sorted((r.score for r in ranked), reverse=True)
    assert all(0 <= r.score <= 1.000001 for r in ranked)


@given(scores)
def test_without_bm25s_share_the_ranking_is_the_dense_one(dense: dict[int, float]):
    ranked = fuse(Candidates(dense, dict.fromkeys(dense, 1.0)), bm25_weight=0.0, k=50)
    assert [r.number for r in ranked] == sorted(dense, key=lambda n: (-dense[n], n))
