import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.metrics import (
    Bin,
    Operating,
    auroc,
    calibration_error,
    coverage_at,
    exact_match,
    mean_reciprocal_rank,
    normal_form,
    recall_at,
    reliability,
    risk_coverage,
    risk_coverage_area,
    token_f1,
)


def test_normal_form_drops_case_punctuation_articles_and_double_spaces():
    assert normal_form("  The U.S.  secretary, of   an office ") == "us secretary of office"


def test_exact_match_and_f1_by_hand():
    assert exact_match("The bridge.", ["a tunnel", "bridge"]) == 1.0
    assert exact_match("bridges", ["bridge"]) == 0.0
    # answer: old stone bridge (3 words), gold: stone bridge (2), common 2 -> 2 * 2 / 5
    assert token_f1("the old stone bridge", ["stone bridge", "ferry"]) == pytest.approx(0.8)
    assert token_f1("ferry", ["bridge"]) == 0.0


def test_without_gold_answers_only_silence_is_right():
    assert exact_match("", []) == token_f1("", []) == 1.0
    assert exact_match("bridge", []) == token_f1("bridge", []) == 0.0


def test_recall_and_reciprocal_rank_by_hand():
    ranks = [0, 4, None, 1]
    assert recall_at(ranks, 1) == 0.25
    assert recall_at(ranks, 5) == 0.75
    assert mean_reciprocal_rank(ranks, 10) == pytest.approx((1 + 1 / 5 + 0 + 1 / 2) / 4)
    assert mean_reciprocal_rank(ranks, 3) == pytest.approx((1 + 1 / 2) / 4)


def test_calibration_error_by_hand():
    # bin 0.2-0.3: two of confidence 0.25, one right: gap |0.5 - 1|; bin 0.9-1: two of 0.95, both right: |1.9 - 2|
    assert calibration_error([0.25, 0.25, 0.95, 0.95], [True, False, True, True]) == pytest.approx((0.5 + 0.1) / 4)
    assert calibration_error([1.0], [True]) == 0.0


def test_auroc_by_hand():
    assert auroc([0.1, 0.4, 0.35, 0.8], [False, False, True, True]) == 0.75
    assert auroc([1.0, 1.0], [True, False]) == 0.5
    assert auroc([0.3], [True]) == 0.5


@given(st.lists(st.tuples(st.integers(0, 5), st.booleans()), min_size=1, max_size=30))
def test_auroc_counts_pairs(rows: list[tuple[int, bool]]):
    positives = [s for s, p in rows if p]
    negatives = [s for s, p in rows if not p]
    pairs = [(p > n) + (p == n) / 2 for p in positives for n in negatives]
    expected = sum(pairs) / len(pairs) if pairs else 0.5
    assert auroc([float(s) for s, _ in rows], [p for _, p in rows]) == pytest.approx(expected)


@given(st.text(), st.text())
def test_f1_is_symmetric_and_between_0_and_1(a: str, b: str):
    assert token_f1(a, [b]) == token_f1(b, [a])
    assert 0 <= token_f1(a, [b]) <= 1


def test_answers_of_like_confidence_share_a_bin():
    bins = reliability([0.05, 0.15, 0.95, 1.0], [False, True, True, False])
    assert bins == [Bin(1, 0.05, 0.0), Bin(1, 0.15, 1.0), Bin(2, 0.975, 0.5)]
    assert reliability([], []) == []


def test_risk_and_coverage_by_hand():
    # two answers of the same confidence are given together: there is no threshold between them
    curve = risk_coverage([0.9, 0.5, 0.5, 0.1], [True, True, False, False])
    assert curve == [Operating(0.9, 0.25, 0.0), Operating(0.5, 0.75, 1 / 3), Operating(0.1, 1.0, 0.5)]
    assert risk_coverage_area(curve) == pytest.approx(0.25 * 0 + 0.5 / 3 + 0.25 / 2)
    assert coverage_at(curve, 0.8) == 0.25
    assert coverage_at(curve, 0.6) == 0.75
    assert coverage_at(curve, 0.5) == 1.0
    assert coverage_at(risk_coverage([0.9], [False]), 0.8) == 0.0
    assert risk_coverage([], []) == []


@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1))
def test_the_whole_curve_ends_at_all_questions_and_no_order_matters(answers):
    curve = risk_coverage([c for c, _ in answers], [r for _, r in answers])
    assert curve[-1].coverage == 1.0
    assert curve[-1].risk == pytest.approx(1 - sum(r for _, r in answers) / len(answers))
    assert [p.threshold for p in curve] == sorted({c for c, _ in answers}, reverse=True)
    assert 0 <= risk_coverage_area(curve) <= 1 + 1e-9
    backwards = answers[::-1]
    assert risk_coverage([c for c, _ in backwards], [r for _, r in backwards]) == curve


@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1), st.integers(1, 20))
def test_bins_hold_every_answer_once(answers, count):
    bins = reliability([c for c, _ in answers], [r for _, r in answers], count)
    assert sum(b.count for b in bins) == len(answers)
    assert sum(b.count * b.right for b in bins) == pytest.approx(sum(r for _, r in answers))
