import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag import confidence
from rag.types import Evidence

numbers = st.floats(-1e6, 1e6)
MIDDLE = Evidence(margin=2.0, lead=1.0, dense=0.5, others=1.0)


def test_probability_is_the_logistic_function_of_the_weighted_sum():
    total = confidence.INTERCEPT + sum(w * x for w, x in zip(confidence.WEIGHTS, (2.0, 1.0, 0.5, 1.0), strict=True))
    assert confidence.probability(MIDDLE) == pytest.approx(1 / (1 + math.exp(-total)))


@given(numbers, numbers, numbers, numbers)
def test_any_evidence_gives_a_probability(margin, lead, dense, others):
    assert 0 < confidence.probability(Evidence(margin, lead, dense, others)) < 1


@pytest.mark.parametrize("name", ["margin", "lead", "dense"])
def test_more_evidence_never_makes_less_sure(name: str):
    sure = [confidence.probability(replace(MIDDLE, **{name: x})) for x in (-5.0, 0.0, 0.5, 5.0, 50.0)]
    assert sure == sorted(sure)


def test_beyond_its_bound_evidence_says_no_more():
    assert confidence.probability(replace(MIDDLE, margin=15.0)) == confidence.probability(replace(MIDDLE, margin=1e9))
