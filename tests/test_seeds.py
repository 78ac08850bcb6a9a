"""The sample articles and the questions about them fit together."""

import datetime
import difflib
import json
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

SEEDS = Path(__file__).parent.parent / "seeds"
QUESTION_FILE = Path(__file__).parent / "seed_questions.jsonl"
QUESTIONS = [json.loads(line) for line in QUESTION_FILE.read_text(encoding="utf-8").splitlines()]
KEYS = {"title", "author", "published", "source", "url", "licence"}
LABEL = "This is a fictional report about a fictional town."


@dataclass(frozen=True, slots=True)
class Seed:
    front: dict[str, Any]
    body: str

    @property
    def fictional(self) -> bool:
        return self.front["source"].endswith("(fictional)")


def read_seed(path: Path) -> Seed:
    before, front, body = path.read_text(encoding="utf-8").split("---\n", 2)
    assert before == "", f"{path.name} must open with its front matter"
    return Seed(yaml.safe_load(front), body.strip())


ARTICLES = {path.name: read_seed(path) for path in sorted(SEEDS.iterdir())}


def test_only_articles_lie_in_seeds():
    assert all(name.endswith(".md") for name in ARTICLES)
    assert len(ARTICLES) == 20


@pytest.mark.parametrize("name", ARTICLES)
def test_front_matter_is_whole(name):
    front = ARTICLES[name].front
    assert set(front) == KEYS
    assert type(front["published"]) is datetime.date
    assert front["licence"] == "CC0-1.0"
    assert front["url"].startswith("https://example.org/")
    assert all(isinstance(front[key], str) and front[key].strip() for key in KEYS - {"published"})


@pytest.mark.parametrize("name", ARTICLES)
def test_article_is_300_to_900_words(name):
    assert 300 <= len(ARTICLES[name].body.split()) <= 900


@pytest.mark.parametrize("name", ARTICLES)
def test_fictional_articles_say_so_and_only_those(name):
    paragraphs = ARTICLES[name].body.split("\n\n")
    assert (LABEL in (paragraphs[0], paragraphs[-1])) is ARTICLES[name].fictional
    assert name.startswith("harrow-bay-") is ARTICLES[name].fictional


def test_titles_and_urls_differ():
    for key in ("title", "url"):
        assert len({seed.front[key] for seed in ARTICLES.values()}) == len(ARTICLES)


def test_town_story_spans_two_weeks_in_order_and_two_outlets():
    story = [seed.front for seed in ARTICLES.values() if seed.fictional]
    days = [front["published"] for front in story]
    assert days == sorted(days)
    assert (days[-1] - days[0]).days == 14
    assert len({front["source"] for front in story}) == 2


def test_one_report_is_printed_twice_with_small_edits():
    first = ARTICLES["harrow-bay-04-ferry-starts.md"]
    second = ARTICLES["harrow-bay-05-ferry-starts-mercury.md"]
    assert first.front["source"] != second.front["source"]
    same = difflib.SequenceMatcher(None, first.body.split(), second.body.split(), autojunk=False).ratio()
    assert 0.90 <= same <= 0.95


def test_corrected_figure_stands_before_and_after():
    old, new = "2.4 million pounds", "3.1 million pounds"
    first, correction = (ARTICLES[f"harrow-bay-{part}.md"].body for part in ("02-repair-estimate", "06-correction"))
    assert old in first and new not in first
    assert old in correction and new in correction


def test_questions_are_60_with_answers_and_20_without():
    answered = [entry for entry in QUESTIONS if entry["article"]]
    assert all(set(entry) == {"question", "article", "answers"} for entry in QUESTIONS)
    assert (len(answered), len(QUESTIONS)) == (60, 80)
    assert all(entry["article"] is None and entry["answers"] == [] for entry in QUESTIONS if entry not in answered)
    assert len({entry["question"] for entry in QUESTIONS}) == 80
    assert all(entry["question"].endswith("?") for entry in QUESTIONS)


def test_every_article_is_asked_about_at_least_twice():
    asked = Counter(entry["article"] for entry in QUESTIONS if entry["article"])
    assert set(asked) == set(ARTICLES)
    assert min(asked.values()) >= 2


@pytest.mark.parametrize("entry", [e for e in QUESTIONS if e["article"]], ids=lambda entry: entry["question"])
def test_answers_stand_in_their_article(entry):
    assert entry["answers"], "no answers given"
    for answer in entry["answers"]:
        assert answer == answer.strip() != ""
        assert answer in ARTICLES[entry["article"]].body
