import html
from pathlib import Path

import pytest
from conftest import LookFor, WordCounts, article

from rag.answer import Answerer
from rag.index import Index
from rag.page.citations import Citation
from rag.page.replies import Drawn, followed, replies
from rag.page.talk import Talk
from rag.types import Span


@pytest.fixture
def talk(town: Index) -> Talk:
    return Talk(Answerer(town, reader=LookFor({"612 people": 9.0, "1883": 9.0})))


def test_an_answer_is_drawn_in_three_steps_and_its_source_with_the_last(talk: Talk):
    searching, reading, answer = replies(talk, "How many people does the ferry carry?")
    assert "Searching 3 passages" in searching.message and searching.panel is None
    assert "Reading 3 passages of 3 articles" in reading.message and reading.panel is None
    assert "612 people" in answer.message
    assert "<mark>612 people</mark>" in answer.panel
    assert answer.understood == ""


def test_how_a_question_was_put_right_is_shown_with_the_answer(talk: Talk):
    *_, answer = replies(talk, "and that?", meant="How many people does the ferry carry?")
    assert answer.understood == "How many people does the ferry carry?"


def test_what_cannot_be_asked_is_one_notice(talk: Talk):
    (notice,) = replies(talk, "why " * 1000)
    assert "characters" in notice.message and "notice" in notice.message
    assert notice == Drawn(notice.message)


def test_small_talk_is_a_remark_and_leaves_the_source_alone(talk: Talk):
    (remark,) = replies(talk, "hello")
    assert "remark" in remark.message and remark.panel is None


def test_without_an_answer_the_panel_says_so(town: Index):
    *_, answer = replies(Talk(Answerer(town, reader=LookFor({}))), "Who painted it?")
    assert "unanswered" in answer.message and "empty" in answer.panel


def test_a_link_is_followed_to_its_article(town: Index):
    assert "<mark>ferry</mark>" in followed(town, Citation(1, 1, "ferry", Span(4, 9), Span(0, 29)).link)
    assert "no article has the id" in followed(town, Citation(1, 1, "gone", Span(4, 9), Span(0, 29)).link)
    assert "empty" in followed(town, "javascript:run()")


def test_a_link_to_an_article_that_has_changed_says_so(tmp_path: Path, words: WordCounts, talk: Talk):
    *_, answer = replies(talk, "How many people does the ferry carry?")
    link = answer.panel.split('data-link="')[1].split('"')[0]
    changed = Index.build([article("ferry", "The ferry carries 21 lorries. Now.")], tmp_path / "new", embedder=words)
    assert "has changed" in followed(changed, html.unescape(link))
    assert "has changed" not in followed(talk.chat.answerer.index, html.unescape(link))
