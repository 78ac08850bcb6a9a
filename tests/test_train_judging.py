import pytest
from conftest import LookFor
from hypothesis import given
from hypothesis import strategies as st

from rag.train.judging import Reading, best_f1, readings, verdict
from rag.train.questions import Question
from rag.types import Article, Span

TEXT = Article("t", "", "The ferry carries 612 people.")


def reading(margin: float, f1: float | None) -> Reading:
    return Reading("x", f1 is not None, "", margin, float(f1 == 1), f1 or 0.0)


def test_readings_and_their_verdict_by_hand():
    asked = [
        Question("a", "How many?", TEXT, "t", (Span(18, 21),)),
        Question("b", "What?", TEXT, "t", (Span(0, 9), Span(18, 28))),
        Question("c", "When?", TEXT, "t", ()),
        Question("d", "Who?", Article("u", "", "Nobody."), "u", (Span(0, 6),)),
    ]
    done: list[Reading] = []
    found = readings(LookFor({"612": 2.5}), asked, done=done.append)
    assert found == done
    assert [(r.answerable, r.answer, r.margin, r.exact_match, round(r.f1, 3)) for r in found] == [
        (True, "612", 2.5, 1.0, 1.0),
        (True, "612", 2.5, 0.0, 0.667),
        (False, "612", 2.5, 0.0, 0.0),
        (True, "", -100.0, 0.0, 0.0),
    ]
    total = verdict(found)
    assert (total.exact_match, total.f1) == pytest.approx((100 / 3, 500 / 9))
    assert total.auroc == pytest.approx(1 / 3)  # of three pairs two tie and one is wrong
    assert verdict(found[:1]).auroc is None


def test_best_f1_puts_the_threshold_where_it_pays():
    rows = [reading(3, 1.0), reading(2, 0.5), reading(1, None), reading(0, 1.0)]
    # silent always: 1 of 4; above 2: 1 + 1 + 0.5 = 2.5; always answered: 2.5
    assert best_f1(rows) == pytest.approx(62.5)
    assert best_f1([reading(5, None), reading(4, None)]) == 100.0


@given(st.lists(st.tuples(st.floats(-5, 5), st.sampled_from([None, 0.0, 0.5, 1.0])), min_size=1, max_size=12))
def test_best_f1_is_no_worse_than_any_threshold(rows: list[tuple[float, float | None]]):
    found = [reading(margin, f1) for margin, f1 in rows]
    best = best_f1(found)
    assert 0 <= best <= 100
    for threshold in [margin for margin, _ in rows] + [9.0]:
        scores = [(f1 or 0.0) if margin >= threshold else float(f1 is None) for margin, f1 in rows]
        assert best >= 100 * sum(scores) / len(scores) - 1e-6 or len({m for m, _ in rows}) < len(rows)
