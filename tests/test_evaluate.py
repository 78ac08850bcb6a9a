import json
from dataclasses import replace
from pathlib import Path

import pytest
from conftest import LookFor
from PIL import Image

from rag.answer import Answerer
from rag.errors import InputError
from rag.evaluate import GoldQuestion, evaluate
from rag.evaluate.curves import draw
from rag.evaluate.golds import GoldArticles
from rag.evaluate.records import Evaluation, Judged
from rag.evaluate.report import evaluation_record, figures_table
from rag.evaluate.run import judge, summary
from rag.index import Index
from rag.settings import AnswerSettings


def judged(confidence: float, *, right: bool, answerable: bool = True, place: int | None = None) -> Judged:
    return Judged(
        question="?",
        gold=("yes",) if answerable else (),
        gold_source=None,
        gold_articles=("a",) if answerable and place is not None else (),
        answer="yes" if right else "no",
        article="a",
        start=0,
        end=2,
        confidence=confidence,
        answered=confidence >= 0.5,
        right=right,
        exact_match=float(right),
        f1=float(right),
        place=place,
    )


@pytest.fixture
def five() -> Evaluation:
    rows = [
        judged(0.9, right=True, place=0),
        judged(0.8, right=True, place=4),
        judged(0.7, right=False, answerable=False),
        judged(0.3, right=False, place=7),
        judged(0.1, right=False, answerable=False),
    ]
    return summary(rows, threshold=0.5, k=8)


def test_figures_by_hand(five: Evaluation):
    found = five.figures
    assert (found.questions, found.answerable, found.with_gold_article) == (5, 3, 3)
    assert (found.recall_at_1, found.recall_at_5, found.recall_at_k) == (1 / 3, 2 / 3, 1.0)
    assert found.mrr == pytest.approx((1 + 1 / 5 + 1 / 8) / 3)
    assert (found.exact_match, found.f1) == (2 / 3, 2 / 3)
    # shown: two right answers, one wrong answer, one answer withheld that there was, one rightly withheld
    assert (found.exact_match_shown, found.f1_shown) == (3 / 5, 3 / 5)
    assert (found.answered, found.withheld) == (3, 2)
    assert found.right_of_answered == 2 / 3
    assert found.answerable_answered == 2 / 3
    assert found.unanswerable_withheld == 1 / 2
    assert found.answerability_auroc == 5 / 6  # 0.9 and 0.8 are above both, 0.3 above one of 0.7 and 0.1
    assert found.calibration_error == pytest.approx((0.1 + 0.2 + 0.7 + 0.3 + 0.1) / 5)
    assert found.coverage_at_80 == 2 / 5
    assert found.risk_coverage_area == pytest.approx((0 + 0 + 1 / 3 + 2 / 4 + 3 / 5) / 5)


def test_what_no_question_can_tell_is_none():
    found = summary([judged(0.9, right=False, answerable=False)], threshold=0.5, k=8).figures
    for value in (found.recall_at_1, found.mrr, found.exact_match, found.f1, found.answerability_auroc):
        assert value is None
    assert found.answerable_answered is None
    assert found.unanswerable_withheld == 0.0
    assert found.coverage_at_80 == 0.0


def test_every_question_is_asked_and_judged(town: Index):
    answerer = Answerer(town, reader=LookFor({"612 people": 9.0, "1883": -30.0}))
    questions = [
        GoldQuestion("How many people does the ferry carry?", ("612", "six hundred"), "ferry"),
        GoldQuestion("When did the volcano erupt?", ("1883",), "VOLCANO"),
        GoldQuestion("Which bridge is closed?", ("Lantern Bridge",), "elsewhere"),
        GoldQuestion("Who sells ferry tickets?", ()),
    ]
    seen: list[int] = []
    found = evaluate(answerer, questions, progress=seen.append)
    assert seen == [1, 2, 3, 4]
    ferry, volcano, bridge, tickets = found.judged
    assert (ferry.answer, ferry.article, ferry.answered, ferry.right) == ("612 people", "ferry", True, True)
    assert town.article("ferry").text[ferry.start : ferry.end] == "612 people"
    assert (ferry.exact_match, ferry.f1, ferry.place) == (0.0, pytest.approx(2 / 3), 0)
    assert (bridge.gold_articles, bridge.right, bridge.place) == ((), False, None)
    assert (tickets.gold, tickets.right) == ((), False)
    assert found.figures.gold_article_missing == 1
    assert found.figures.with_gold_article == 2
    assert volcano.gold_articles == ("volcano",)


def test_an_answer_below_the_threshold_is_judged_but_counts_as_withheld(town: Index):
    answerer = Answerer(town, reader=LookFor({"1883": -15.0}), settings=AnswerSettings(threshold=0.9))
    (one,) = evaluate(answerer, [GoldQuestion("When did the volcano erupt?", ("1883",))]).judged
    assert (one.answer, one.right, one.answered) == ("1883", True, False)


def test_what_is_judged_does_not_depend_on_the_threshold(town: Index):
    """The best words may lie below the threshold while others, of a lower score, lie above."""
    reader = LookFor({"612 people": 2.0, "1883": 1.9})
    asked, gold = "How many people does the ferry carry?", GoldQuestion("How many?", ("612 people",))
    whole = Answerer(town, reader=reader, settings=AnswerSettings(threshold=0.0)).ask(asked)
    first, *_, other = sorted(whole.quotes, key=lambda quote: -quote.score)
    split = replace(whole, quotes=(replace(other, confidence=0.9),), nearest=(replace(first, confidence=0.1),))
    assert (judge(gold, split, ()).answer, judge(gold, split, ()).confidence) == (first.text, 0.1)
    assert judge(gold, replace(split, quotes=split.nearest, nearest=split.quotes), ()).answer == first.text


def test_a_question_without_any_candidate_has_no_answer(town: Index):
    found = evaluate(Answerer(town, reader=LookFor({})), [GoldQuestion("Who?", ("Ada",))])
    (one,) = found.judged
    assert (one.answer, one.article, one.start, one.end, one.confidence) == ("", None, None, None, 0.0)
    assert (found.figures.f1, found.figures.withheld) == (0.0, 1)


def test_a_question_that_cannot_be_asked_is_named_before_any_is_asked(town: Index):
    questions = [GoldQuestion("Who?"), GoldQuestion("x" * 10_000)]
    with pytest.raises(InputError, match="question 2: the question has 10,000 characters"):
        evaluate(Answerer(town, reader=LookFor({})), questions, progress=lambda done: pytest.fail("asked"))


def test_gold_articles_are_found_by_id_by_paragraph_and_by_title(town: Index):
    golds = GoldArticles(town)
    assert golds.of(GoldQuestion("?", ("x",), "ferry")) == ("ferry",)
    assert golds.of(GoldQuestion("?", ("x",), " FERRY ")) == ("ferry",)  # the title, case and white space aside
    by_paragraph = GoldQuestion("?", ("x",), "elsewhere", "It leaves\nevery  hour.")
    assert golds.of(by_paragraph) == ("ferry",)
    assert golds.of(GoldQuestion("?", ("x",), "volcano", "not in any article")) == ("volcano",)
    assert golds.of(GoldQuestion("?", ("x",), "elsewhere", "not in any article")) == ()
    assert golds.of(GoldQuestion("?", ("x",))) == ()


def test_the_record_is_json_with_every_question(five: Evaluation):
    record = json.loads(json.dumps(evaluation_record(five)))
    assert list(record) == ["figures", "reliability", "risk_coverage", "questions"]
    assert record["figures"]["recall_at_1"] == 0.3333
    assert len(record["questions"]) == 5
    assert record["questions"][0]["gold"] == ["yes"]
    assert record["risk_coverage"][-1] == {"threshold": 0.1, "coverage": 1.0, "risk": 0.6}


def test_the_table_leaves_out_what_cannot_be_told(five: Evaluation):
    def names(found: Evaluation) -> list[str]:
        return [str(cell) for cell in figures_table(found.figures).columns[0].cells]

    assert {"recall@1", "recall@5", "recall@8", "MRR@8", "EM", "F1", "answerability AUROC"} <= set(names(five))
    unanswerable = summary([judged(0.9, right=False, answerable=False)], threshold=0.5, k=8)
    assert not {"recall@1", "EM", "answerability AUROC"} & set(names(unanswerable))


def test_the_picture_is_a_png_with_ink_on_it(five: Evaluation, tmp_path: Path):
    pytest.importorskip("matplotlib")
    draw(five, tmp_path / "curves.png")
    with Image.open(tmp_path / "curves.png") as picture:
        assert picture.format == "PNG"
        assert picture.width > 800
        assert len(picture.convert("RGB").getcolors(1 << 24) or ()) > 10
    draw(summary([judged(0.1, right=False)], threshold=0.5, k=8), tmp_path / "curves.png")  # nothing answered


def test_without_matplotlib_the_error_says_what_to_install(five: Evaluation, tmp_path: Path, monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(InputError, match="pip install 'matplotlib"):
        draw(five, tmp_path / "curves.png")
