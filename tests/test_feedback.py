"""Ratings: what is kept of them, and the evaluation file that comes of it."""

import json
import multiprocessing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from conftest import LookFor
from hypothesis import given
from hypothesis import strategies as st

from rag import feedback
from rag.answer import Answerer
from rag.errors import IndexNotWritten
from rag.evaluate import read_questions
from rag.feedback import DOWN, UP, Rating, as_questions, keep, kept, rating_of
from rag.index import Index

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def answerer(town: Index) -> Answerer:
    return Answerer(town, reader=LookFor({"612 people": 9.0, "1883": 2.0}))


def test_a_rating_says_what_was_rated_and_where_it_stands(answerer: Answerer):
    rating = rating_of(answerer.ask("how many on the ferry"), good=True, when=NOON, reason=" just\nright ")
    assert rating == Rating(
        "how many on the ferry", "how many on the ferry", "612 people", "ferry", 18, 28, UP, "just right",
        "2026-03-01T12:00:00+00:00",
    )  # fmt: skip
    assert answerer.index.article("ferry").text[18:28] == "612 people"


def test_where_the_articles_dont_say_there_is_no_place(town: Index):
    rating = rating_of(Answerer(town, reader=LookFor({})).ask("who?"), good=False, when=NOON)
    assert (rating.answer, rating.article, rating.start, rating.end, rating.rating) == ("", None, None, None, DOWN)


def rated(question: str, answer: str, rating: str = UP, article: str | None = "a", **more: str) -> Rating:
    return Rating(question, question, answer, article if answer else None, 0 if answer else None,
                  len(answer) if answer else None, rating, **more)  # fmt: skip


def test_what_is_kept_is_read_back_and_a_later_rating_counts(tmp_path: Path):
    assert kept(tmp_path) == ()
    first, other, again = rated("q", "x"), rated("r", ""), rated("q", "x", DOWN, reason="no\u2028t \ud83d it")
    for rating in (first, other, again):
        keep(tmp_path, rating)
    assert kept(tmp_path) == (other, again)
    assert (tmp_path / feedback.FILE).read_bytes().count(b"\n") == 3


def test_a_line_cut_off_by_a_crash_costs_only_itself(tmp_path: Path):
    keep(tmp_path, rated("q", "x"))
    with (tmp_path / feedback.FILE).open("ab") as file:
        file.write(b'{"question": "cut o')
    keep(tmp_path, rated("r", "y"))
    assert [rating.question for rating in kept(tmp_path)] == ["q", "r"]


def write_many(folder: Path, name: str) -> None:
    for n in range(50):
        keep(folder, rated(f"{name} {n}", "x" * 500))


def test_lines_of_several_processes_do_not_mix(tmp_path: Path):
    context = multiprocessing.get_context("fork")
    workers = [context.Process(target=write_many, args=(tmp_path, name)) for name in "abc"]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert {rating.question for rating in kept(tmp_path)} == {f"{name} {n}" for name in "abc" for n in range(50)}


def test_a_folder_that_is_gone_gets_a_plain_line(tmp_path: Path):
    with pytest.raises(IndexNotWritten, match=r"^cannot write .* the rating is not kept"):
        keep(tmp_path / "gone", rated("q", "x"))


def test_a_rebuild_leaves_the_ratings(town: Index):
    keep(town.folder, rated("q", "x"))
    town.rebuild(embedder=town.embedder)
    assert len(kept(town.folder)) == 1


def test_what_was_found_right_is_an_evaluation_file(tmp_path: Path):
    ratings = [
        rated("two answers", "x", article="a"),
        rated("two answers", "y", article="b", reason="both"),
        rated("wrong", "z", DOWN),
        rated("unsaid", ""),
        rated("wrongly unsaid", "", DOWN),
        rated('"Quotes"\n and ünïcödé \U0001f600', "é"),
    ]
    (tmp_path / "rated.jsonl").write_text(as_questions(ratings), encoding="utf-8")
    found = read_questions(tmp_path / "rated.jsonl")
    assert [(q.text, q.answers, q.article) for q in found] == [
        ("two answers", ("x", "y"), None),
        ("unsaid", (), None),
        ('"Quotes"\n and ünïcödé \U0001f600', ("é",), "a"),
    ]
    assert json.loads(as_questions(ratings).splitlines()[0])["reason"] == "both"
    assert as_questions([]) == ""


@given(st.binary())
def test_whatever_stands_in_the_file_is_read_or_passed_over(tmp_path_factory: pytest.TempPathFactory, junk: bytes):
    folder = tmp_path_factory.mktemp("junk")
    (folder / feedback.FILE).write_bytes(junk + b"\n[]\n3\n{}\n" + b'{"question": 1}\n')
    keep(folder, rated("q", "x"))
    assert kept(folder)[-1].question == "q"
