"""The questions of benchmarks/newswire and the script that joins them to articles which the project may not hold."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from rag.train.questions import read_questions
from rag.types import Article

BENCHMARKS = Path(__file__).parent.parent / "benchmarks"
CARD = (BENCHMARKS / "newswire" / "README.md").read_text(encoding="utf-8")
PARTS = ("train", "test")


@pytest.fixture
def newswire(monkeypatch) -> Iterator[ModuleType]:
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    import newswire

    yield newswire


@pytest.fixture
def told(newswire, tmp_path, monkeypatch) -> Path:
    """Questions about two articles of our own, in place of those about Reuters'."""
    text = "Rain fell on Oslo. Ada 🙂 Wren rang at nine."
    row = {"id": "a", "digest": newswire.digest(text), "questions": [["Who rang?", [19, 29]], ["Who left?"]]}
    (tmp_path / "train.json").write_text(json.dumps([row]), encoding="utf-8")
    (tmp_path / "test.json").write_text("[]", encoding="utf-8")
    monkeypatch.setattr(newswire, "FOLDER", tmp_path)
    articles = tmp_path / "articles.jsonl"
    articles.write_text(json.dumps({"id": "a", "title": "Rain", "text": text}) + "\n", encoding="utf-8")
    return articles


@pytest.mark.parametrize("part", PARTS)
def test_the_card_counts_what_is_there(newswire, part: str):
    rows = newswire.rows(part)
    asked = [question for row in rows for question in row["questions"]]
    unanswered = sum(len(question) == 1 for question in asked)
    assert f"| `{part}.json` | {len(rows)} | {len(asked):,} | {unanswered:,} |" in CARD


def test_no_article_is_in_both_parts(newswire):
    ids = [row["id"] for part in PARTS for row in newswire.rows(part)]
    assert len(set(ids)) == len(ids)


@pytest.mark.parametrize("part", PARTS)
def test_every_answer_is_a_range_and_no_question_of_an_article_is_asked_twice(newswire, part: str):
    for row in newswire.rows(part):
        assert re.fullmatch(r"[0-9a-f]{16}", row["digest"])
        texts = [question[0].casefold() for question in row["questions"]]
        assert len(set(texts)) == len(texts)
        for text, *spans in row["questions"]:
            assert text == text.strip() != ""
            assert all(0 <= start < end <= start + 200 for start, end in spans)


def test_training_questions_are_written_with_their_articles(newswire, told, tmp_path, monkeypatch):
    out = tmp_path / "out.json"
    monkeypatch.setattr("sys.argv", ["newswire.py", str(told), "--training", str(out)])
    newswire.main()
    answered, unanswered = read_questions([out])
    assert (answered.text, answered.answer_texts) == ("Who rang?", ("Ada 🙂 Wren",))
    assert (unanswered.text, unanswered.answers, unanswered.article.title) == ("Who left?", (), "Rain")


def test_articles_that_are_missing_or_other_than_those_asked_about_are_named(newswire, told):
    with pytest.raises(SystemExit, match="a is missing; wanted the articles of Reuters-21578"):
        list(newswire.squad_form("train", {}))
    with pytest.raises(SystemExit, match="a has another text"):
        list(newswire.squad_form("train", {"a": Article("a", "Rain", "It rained.")}))


def test_the_index_holds_no_article_that_the_reader_was_trained_on(newswire, told, tmp_path):
    (tmp_path / "test.json").write_text(json.dumps([{"id": "t", "digest": "", "questions": []}]), encoding="utf-8")
    texts = {id_: Article(id_, id_, id_) for id_ in ("x", "a", "y", "t")}
    assert [article.id for article in newswire.asked_and_others(texts)] == ["t", "x", "y"]
