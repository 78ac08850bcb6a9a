import json
import math
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag import confidence
from rag.confidence import Calibration
from rag.errors import ModelError
from rag.models import READER_DIGESTS
from rag.types import Evidence

numbers = st.floats(-1e6, 1e6)
MIDDLE = Evidence(margin=2.0, lead=1.0, dense=0.5, others=1.0)
BY_HAND = Calibration(weights=(0.5, 0.25, 2.0, 1.0, -3.0), intercept=-1.0, reader="")


def test_probability_is_the_logistic_function_of_the_weighted_sum():
    assert confidence.probability(MIDDLE, BY_HAND) == pytest.approx(1 / (1 + math.exp(-2.25)))
    assert confidence.probability(replace(MIDDLE, misfit=1.0), BY_HAND) == pytest.approx(1 / (1 + math.exp(0.75)))


@given(numbers, numbers, numbers, numbers, st.sampled_from([0.0, 1.0]))
def test_any_evidence_gives_a_probability(margin, lead, dense, others, misfit):
    assert 0 < confidence.probability(Evidence(margin, lead, dense, others, misfit)) < 1


@pytest.mark.parametrize("name", ["margin", "lead", "dense", "others"])
def test_more_evidence_never_makes_less_sure(name: str):
    sure = [confidence.probability(replace(MIDDLE, **{name: x})) for x in (-5.0, 0.0, 0.5, 5.0, 50.0)]
    assert sure == sorted(sure)


def test_words_of_another_kind_than_was_asked_for_never_make_more_sure():
    assert confidence.probability(replace(MIDDLE, misfit=1.0)) <= confidence.probability(MIDDLE)


def test_beyond_its_bound_evidence_says_no_more():
    assert confidence.probability(replace(MIDDLE, margin=15.0)) == confidence.probability(replace(MIDDLE, margin=1e9))


def test_the_weights_were_fitted_with_the_reader_that_is_bundled():
    """A new reader wants new weights: python benchmarks/calibrate.py writes them."""
    assert confidence.bundled().reader == READER_DIGESTS["model.safetensors"]


def test_a_calibration_comes_back_from_its_file(tmp_path: Path):
    (tmp_path / "c.json").write_text(json.dumps(BY_HAND.record))
    assert confidence.load(tmp_path / "c.json") == BY_HAND


GOOD = {"margin": 1, "lead": 1, "dense": 1, "others": 1, "misfit": -1}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "cannot read the weights"),
        ("[]", "holds no object"),
        ('{"intercept": 1}', "wanted margin, lead, dense, others, misfit"),
        (json.dumps({"weights": GOOD | {"luck": 1}, "intercept": 0}), "luck"),
        (json.dumps({"weights": GOOD | {"lead": "2"}, "intercept": 0}), "finite"),
        (json.dumps({"weights": GOOD, "intercept": math.nan}), "finite"),
        (json.dumps({"weights": GOOD}), "finite"),
        ('{"weights": {"margin": 1e999}, "intercept": 0}', "wanted margin"),
    ],
)
def test_a_damaged_file_is_refused(tmp_path: Path, content: str, message: str):
    (tmp_path / "c.json").write_text(content)
    with pytest.raises(ModelError, match=message):
        confidence.load(tmp_path / "c.json")
    with pytest.raises(ModelError, match="cannot read"):
        confidence.load(tmp_path / "missing.json")
