from datetime import date
from pathlib import Path

import pytest
from conftest import LookFor, WordCounts, article

from rag.answer import Answerer
from rag.chat import PREFERENCE, REMEMBERED, Chat, Step, prefer, small_talk
from rag.errors import InputError
from rag.index import Index
from rag.smalltalk import Intent
from rag.types import Collection, Hit, Passage, Span

HOLDINGS = Collection(2, 9, date(2026, 3, 3), date(2026, 3, 17), (("Courier", 2),), ("Bridge closed", "Ferry starts"))


def hit(id_: str, score: float) -> Hit:
    return Hit(Passage(id_, 0, Span(0, 1), "x", id_), score, dense=score)


@pytest.fixture
def chat(town: Index) -> Chat:
    return Chat(Answerer(town, reader=LookFor({"612 people": 9.0, "1883": 9.0, "Monday": 9.0})))


def test_small_talk_speaks_of_the_collection_and_leaves_no_turn(chat: Chat):
    reply = chat.ask("Which articles do you have?")
    assert reply.answer is None
    assert reply.text.startswith("There are 3 articles, cut into ")
    assert "bridge; ferry; volcano" in reply.text
    assert chat.ask("thanks!").text == "You're welcome. Ask on whenever you like."
    assert chat.turns == []


def test_the_collection_is_described_with_dates_sources_and_titles():
    text = small_talk(Intent.COLLECTION, HOLDINGS)
    assert text == (
        "There are 2 articles, cut into 9 passages. They were published from 2026-03-03 to 2026-03-17. "
        "Sources: Courier (2). The newest: Bridge closed; Ferry starts."
    )
    assert "2 articles" in small_talk(Intent.ABILITIES, HOLDINGS)


def test_a_question_that_stands_alone_goes_unchanged(chat: Chat):
    reply = chat.ask("How many people does the ferry carry?")
    assert not reply.rewritten
    assert reply.answer.standalone_question == reply.answer.question == reply.message
    assert reply.answer.quotes[0].text == "612 people"
    assert chat.turns[0].article_ids == ("ferry", *chat.turns[0].article_ids[1:])


def test_the_steps_to_a_reply_say_what_is_searched_for_and_then_what_is_read(chat: Chat):
    searching, reading, reply = chat.steps("How many people does the ferry carry?")
    question = "How many people does the ferry carry?"
    assert searching == Step(question)
    assert reading == Step(question, reply.answer.hits)
    assert reply.answer.quotes[0].text == "612 people"
    (only,) = chat.steps("thanks!")
    assert only.answer is None
    with pytest.raises(InputError):
        next(chat.steps("  "))


def test_a_question_that_is_given_up_leaves_no_turn(chat: Chat):
    steps = chat.steps("How many people does the ferry carry?")
    next(steps)
    next(steps)
    steps.close()
    assert chat.turns == []


def test_an_edited_standalone_question_is_taken_as_it_is(chat: Chat):
    reply = chat.ask("and that?", standalone_question="When did the volcano erupt?")
    assert reply.rewritten
    assert reply.answer.standalone_question == "When did the volcano erupt?"
    assert reply.answer.question == "and that?"
    assert reply.answer.hits[0].passage.article_id == "volcano"


def test_other_sources_leave_the_cited_articles_out_and_ask_the_same(tmp_path: Path, words: WordCounts):
    index = Index.build(
        [article("a", "The ferry carries 612 people."), article("b", "The ferry holds 612 people."),
         article("c", "The volcano sleeps.")], tmp_path / "i", embedder=words)  # fmt: skip
    chat = Chat(Answerer(index, reader=LookFor({"carries 612": 9.0, "holds 612": 5.0})))
    first = chat.ask("How many people does the ferry carry?").answer
    cited = {c.article_id for q in first.quotes for c in q.citations}
    chat.turns[-1:] = [type(chat.turns[-1])(first.question, first.standalone_question, "612", "", "a", ("a",))]
    other = chat.ask("Any other source?").answer
    assert cited >= {"a"}
    assert other.standalone_question == first.standalone_question
    assert {h.passage.article_id for h in other.hits} == {"b", "c"}


def test_in_that_article_keeps_to_it(chat: Chat):
    chat.ask("When did the volcano erupt?")
    chat.turns[-1:] = [type(chat.turns[-1])("q", "When did the volcano erupt?", "1883", "", "volcano", ("volcano",))]
    reply = chat.ask("What does the council do in that article?")
    assert {h.passage.article_id for h in reply.answer.hits} == {"volcano"}


def test_show_me_more_goes_on_with_passages_not_shown_yet(tmp_path: Path, words: WordCounts):
    index = Index.build([article(f"a{n}", "The ferry carries 612 people.") for n in range(30)], tmp_path / "i",
                        embedder=words)  # fmt: skip
    chat = Chat(Answerer(index, reader=LookFor({"612 people": 9.0})))
    seen: set[str] = set()
    for message in ("How many people does the ferry carry?", "show me more", "more"):
        answer = chat.ask(message).answer
        cited = {c.article_id for q in answer.quotes for c in q.citations}
        assert len(cited) == 8 and not cited & seen
        assert answer.standalone_question == "How many people does the ferry carry?"
        seen |= cited


def test_articles_cited_before_are_preferred_in_a_tie_but_not_against_a_lead():
    assert [h.passage.article_id for h in prefer((hit("a", 0.50), hit("b", 0.49)), {"b"})] == ["b", "a"]
    assert [h.passage.article_id for h in prefer((hit("a", 0.60), hit("b", 0.50)), {"b"})] == ["a", "b"]
    assert prefer((hit("a", 0.5),), {"a"})[0].score == pytest.approx(0.5 + PREFERENCE)


def test_what_cannot_be_asked_is_refused_and_leaves_no_turn(chat: Chat):
    for message in ("", "   ", "x" * 10_000):
        with pytest.raises(InputError):
            chat.ask(message)
    assert chat.turns == []


def test_fifty_turns_stay_right_and_are_not_all_kept(chat: Chat):
    for n in range(50):
        subject, answer = (("ferry", "612 people"), ("volcano", "1883"))[n % 2]
        question = f"What about the {subject} in report number {n}?"
        reply = chat.ask(question)
        assert reply.answer.hits[0].passage.article_id == subject
        assert answer in [q.text for q in reply.answer.quotes]
    assert len(chat.turns) == REMEMBERED


@pytest.mark.models
def test_a_follow_up_about_the_sample_articles_finds_its_passage(seeds_folder: Path):
    chat = Chat(Answerer(Index.open(seeds_folder)))
    chat.ask("Who discovered polonium with Pierre Curie?")
    chat.ask("When was Marie Curie born?")
    reply = chat.ask("Where did she study?")
    assert reply.rewritten
    assert "Curie" in reply.answer.standalone_question
    assert reply.answer.hits[0].passage.article_id == "marie-curie.md"
