"""The articles and questions of benchmarks/written, which readers are trained and judged with."""

import json
import re
from collections import Counter
from pathlib import Path

import pytest

from rag.evaluate import read_questions as read_gold_questions
from rag.train.questions import read_questions

FOLDER = Path(__file__).parent.parent / "benchmarks" / "written"
PARTS = ("train", "train-2", "train-3", "dev", "test")
CARD = (FOLDER / "README.md").read_text(encoding="utf-8")


def paragraphs(part: str) -> list[tuple[str, dict]]:
    content = json.loads((FOLDER / f"{part}.json").read_text(encoding="utf-8"))
    return [(article["title"], paragraph) for article in content["data"] for paragraph in article["paragraphs"]]


@pytest.mark.parametrize("part", PARTS)
def test_the_card_counts_what_is_there(part: str):
    questions = read_questions([FOLDER / f"{part}.json"])
    articles = len({question.article.id for question in questions})
    unanswered = sum(not question.answers for question in questions)
    assert f"| `{part}.json` | {articles} | {len(questions):,} | {unanswered:,} |" in CARD


@pytest.mark.parametrize("part", PARTS)
def test_every_answer_is_a_span_of_whole_words_within_its_article(part: str):
    for _, paragraph in paragraphs(part):
        text = paragraph["context"]
        for asked in paragraph["qas"]:
            assert asked["is_impossible"] == (not asked["answers"])
            for answer in asked["answers"]:
                start, end = answer["answer_start"], answer["answer_start"] + len(answer["text"])
                assert text[start:end] == answer["text"] == answer["text"].strip() != ""
            if asked["answers"]:
                first = asked["answers"][0]
                start, end = first["answer_start"], first["answer_start"] + len(first["text"])
                assert not re.match(r"\w\w", text[max(0, start - 1) : start + 1]), (asked["question"], first["text"])
                assert not re.match(r"[^\W\d][^\W\d]", text[end - 1 : end + 1]), (asked["question"], first["text"])


def test_no_article_and_no_question_stands_in_two_parts():
    titles = Counter(title for part in PARTS for title, _ in paragraphs(part))
    texts = Counter(paragraph["context"] for part in PARTS for _, paragraph in paragraphs(part))
    ids = Counter(asked["id"] for part in PARTS for _, paragraph in paragraphs(part) for asked in paragraph["qas"])
    assert set(titles.values()) == set(texts.values()) == set(ids.values()) == {1}


def test_they_are_read_for_evaluation_too():
    questions = read_gold_questions(FOLDER / "test.json")
    assert len(questions) == len(read_questions([FOLDER / "test.json"]))
