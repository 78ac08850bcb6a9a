import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from rag.errors import InputError, ModelError
from rag.read import SpanReader
from rag.spans import TokenSpan, best_spans

logits = st.lists(st.floats(-20, 20, width=32), min_size=1, max_size=12)
HARD = ["", " ", "🙂" * 300, "جسر الميناء مغلق منذ يوم الاثنين", "word " * 900, "x" * 20_000, "日本語の記事です。" * 60]


def brute_force(start: np.ndarray, end: np.ndarray, costs: np.ndarray) -> float:
    return max(
        float(start[i]) + float(end[j]) - float(costs[i, j - i])
        for i in range(len(start))
        for j in range(i, min(len(start), i + costs.shape[1]))
    )


def test_best_spans_by_hand():
    start = np.array([0.0, 5.0, 1.0, 4.0], dtype=np.float32)
    end = np.array([0.0, 1.0, 3.0, 2.0], dtype=np.float32)
    # 1-2 scores 8; of those that do not touch it, 3-3 scores 6 and 0-0 scores 0
    free = np.zeros((4, 3), dtype=np.float32)
    assert best_spans(start, end, free, k=3) == [TokenSpan(1, 2, 8.0), TokenSpan(3, 3, 6.0), TokenSpan(0, 0, 0)]
    assert best_spans(start, end, free[:, :1], k=1) == [TokenSpan(1, 1, 6.0)]
    dear = np.array([[0, 0, 0], [0, 3, 0], [0, 0, 0], [1, 0, 0]], dtype=np.float32)
    # 1-2 costs 3, so that 1-3 with 7 comes first; only 0-0 does not touch it
    assert best_spans(start, end, dear, k=3) == [TokenSpan(1, 3, 7.0), TokenSpan(0, 0, 0)]


def test_a_span_may_not_start_or_end_where_the_logit_is_minus_infinity():
    inf = -np.inf
    start, end = np.array([9, inf, 1], dtype=np.float32), np.array([inf, 9, 1], dtype=np.float32)
    assert best_spans(start, end, np.zeros((3, 3), np.float32), k=5)[0] == TokenSpan(0, 1, 18.0)
    assert best_spans(np.full(3, inf, np.float32), end, np.zeros((3, 3), np.float32), k=5) == []
    assert best_spans(np.array([], np.float32), np.array([], np.float32), np.zeros((0, 3), np.float32), k=5) == []


@given(logits, st.data(), st.integers(1, 15), st.integers(1, 6))
def test_best_spans_equal_brute_force_and_do_not_overlap(start, data, max_tokens, k):
    end = data.draw(st.lists(st.floats(-20, 20, width=32), min_size=len(start), max_size=len(start)))
    a, b = np.array(start, dtype=np.float32), np.array(end, dtype=np.float32)
    costs = data.draw(arrays(np.float32, (len(start), max_tokens), elements=st.floats(0, 5, width=32)))
    spans = best_spans(a, b, costs, k=k)
    assert spans[0].score == pytest.approx(brute_force(a, b, costs), abs=1e-4)
    for one in spans:
        assert 0 <= one.first <= one.last < len(a)
        assert one.last - one.first < max_tokens
        cost = costs[one.first, one.last - one.first]
        assert one.score == pytest.approx(float(a[one.first] + b[one.last] - cost), abs=1e-4)
    taken = [t for one in spans for t in range(one.first, one.last + 1)]
    assert len(taken) == len(set(taken))
    assert [s.score for s in spans] == sorted((s.score for s in spans), reverse=True)


@pytest.fixture(scope="module")
def reader() -> SpanReader:
    return SpanReader()


@pytest.mark.models
def test_the_bundled_reader_finds_words_and_sees_where_there_are_none(reader: SpanReader):
    passages = ["Bananas are yellow.", "The tower was built in 1889 by Gustave Eiffel for the world fair in Paris."]
    found = reader.read("When was the tower built?", passages, max_answer_tokens=30, k=2)
    best = max(found, key=lambda c: c.margin)
    assert (best.passage, best.span.of(passages[1])) == (1, "1889")
    assert best.margin > 0
    assert all(c.margin < 0 for c in found if c.passage == 0)


@pytest.mark.models
def test_an_answer_far_inside_a_long_passage_is_found(reader: SpanReader):
    text = "Nothing happened here. " * 300 + "Marta Quill rang the bell. " + "Nothing happened here. " * 300
    (best,) = reader.read("Who rang the bell?", [text], max_answer_tokens=30, k=1)
    assert best.span.of(text) == "Marta Quill"


@pytest.mark.models
def test_passages_read_together_score_as_when_read_alone(reader: SpanReader):
    passages = ["Ada Wren is the harbour master.", "The ferry is called Kittiwake. " * 12, "It rained."]
    question = "Who is the harbour master?"
    together = reader.read(question, passages, max_answer_tokens=30, k=1)
    alone = [reader.read(question, [p], max_answer_tokens=30, k=1)[0] for p in passages]
    assert [c.span for c in together] == [c.span for c in alone]
    assert [c.margin for c in together] == pytest.approx([c.margin for c in alone], abs=0.35)  # bfloat16 rounding


@pytest.mark.models
@pytest.mark.parametrize("text", HARD)
def test_hard_strings_give_spans_inside_the_passage(reader: SpanReader, text: str):
    for candidate in reader.read("What is closed? 🙂", [text], max_answer_tokens=30, k=3):
        assert 0 <= candidate.span.start < candidate.span.end <= len(text)


@pytest.mark.models
def test_too_long_a_question_is_refused_with_its_length(reader: SpanReader):
    with pytest.raises(InputError, match="900 word pieces"):
        reader.read("why " * 900, ["Because."], max_answer_tokens=30, k=1)
    assert reader.read("why?", [], max_answer_tokens=30, k=1) == []


def test_a_folder_that_holds_no_reader_is_refused(tmp_path):
    (tmp_path / "config.json").write_text('{"model_type": "bert", "architectures": ["BertModel"]}')
    with pytest.raises(ModelError, match="BertModel"):
        SpanReader(str(tmp_path))
    with pytest.raises(ModelError, match="no model folder"):
        SpanReader(str(tmp_path / "missing"))
