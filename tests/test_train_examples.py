import random
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.chunks import passages
from rag.errors import InputError
from rag.tokens import encoding
from rag.train.altered import OPPOSITE, Mention, altered, mentions, mentions_by_topic
from rag.train.examples import Example, Source
from rag.train.negatives import Miss, holds_answer, index_search, mine, read_misses, term_search, write_misses
from rag.train.questions import Question
from rag.train.recipe import Mixture
from rag.types import Article, Passage, Span

HARBOUR = Article("harbour", "Harbour", "The harbour opened in 1904. Ada Wren runs it. Ships come from Oslo.")
BRIDGE = Article("bridge", "Bridge", "The bridge opened in 1931. It crosses the harbour.")


def asked(id_: str, text: str, article: Article, *answers: str) -> Question:
    spans = tuple(Span(article.text.index(a), article.text.index(a) + len(a)) for a in answers)
    return Question(id_, text, article, "Netherquay", spans)


QUESTIONS = [
    asked("a", "When did the harbour open?", HARBOUR, "1904"),
    asked("b", "Who runs the harbour with Ada Wren?", HARBOUR, "Ada Wren"),
    asked("c", "What opened in 1931?", BRIDGE, "The bridge"),
    asked("d", "What opened in 1904 first?", HARBOUR),
    asked("e", "Where do the ships of the harbour come from?", HARBOUR, "Oslo"),
]
PIECES = {a.id: passages(a, max_tokens=8, encoding=encoding()) for a in (HARBOUR, BRIDGE)}


def kinds(question: str) -> list[tuple[str, str]]:
    return [(m.kind, m.text) for m in mentions(question)]


def test_names_and_numbers_of_a_question():
    assert kinds("When did Ada Wren leave Oslo in May 1904?") == [
        ("name of 2", "Ada Wren"), ("name of 1", "Oslo"), ("date", "May"), ("number of 4", "1904"),
    ]  # fmt: skip
    assert kinds("What cost $1,250.50 at the University of Oslo?") == [
        ("number of 8", "1,250.50"), ("name of 3", "University of Oslo"),
    ]  # fmt: skip
    assert kinds("Who was it?") == kinds("") == kinds("🙂 جسر ؟") == []


def test_a_mention_of_another_question_takes_the_place_of_ones_own():
    pool = mentions_by_topic([("t", "Did Bea Holm see it in 1931?"), ("t", "When in 1904?")])["t"]
    rng = random.Random(1)
    found = {altered("When in 1904 did Ada Wren come?", ["Monday"], pool, rng) for _ in range(50)}
    assert found == {"When in 1931 did Ada Wren come?", "When in 1904 did Bea Holm come?"}


def test_what_shares_a_word_with_the_question_or_its_answer_is_not_put_in():
    pool = [
        Mention(0, "Ada Holm", "name of 2"),
        Mention(0, "Bea Wren", "name of 2"),
        Mention(0, "Eva Lund", "name of 2"),
    ]
    rng = random.Random(1)
    found = {altered("Where did Ada Wren go?", ["with Eva"], pool, rng) for _ in range(50)}
    assert found == {None}


def test_opposites_exchange_both_ways():
    assert altered("Who came first?", [], [], random.Random(1)) == "Who came last?"
    assert altered("Who came last?", [], [], random.Random(1)) == "Who came first?"
    assert all(OPPOSITE[other] in OPPOSITE and other != word for word, other in OPPOSITE.items())
    assert altered("Who runs it?", [], [], random.Random(1)) is None


@pytest.mark.parametrize(
    ("text", "answer", "held"),
    [
        ("It opened in 1904.", "1904", True),
        ("It opened in 1904.", "the  Opened,", True),
        ("It opened in 19045.", "1904", False),
        ("The mast of a ship", "mast of the ship", True),
        ("Ships come.", "ship", False),
        ("", "1904", False),
        ("Anything", "the", True),
        ("the third-most watched", "third", True),
        ("They won 12–4.", "4", True),
        ("Manning's throw", "manning", True),
        ("at “Levi's Stadium's” gate", "Levi's Stadium", True),
        ("It weighs 300kg.", "300", False),
        ("市长王小明星期一说", "王小明", True),
        ("นายกสมชายกล่าว", "สมชาย", True),
        ("市长星期一说", "王小明", False),
    ],
)
def test_whether_a_text_holds_an_answer(text: str, answer: str, held: bool):
    assert holds_answer(text, ["no such thing", answer]) == held


def test_negatives_come_nearest_first_and_lack_the_answer(tmp_path: Path):
    search = term_search([p for group in PIECES.values() for p in group], tmp_path / "terms")
    done: list[int] = []
    misses = mine(QUESTIONS, search, search, depth=5, keep=2, progress=done.append)
    assert done == [1, 2, 3, 4, 5]
    assert misses["d"] == [Miss("Harbour", "The harbour opened in 1904.")]  # no answer: the nearest of its own text
    # "harbour" and "opened" stand in all three passages of 1904 and 1931; the one with 1904 is left out
    assert Miss("Bridge", "The bridge opened in 1931.") in misses["a"]
    for question in QUESTIONS[:3]:
        assert not any(holds_answer(miss.text, question.answer_texts) for miss in misses[question.id])


def test_the_text_of_the_answer_itself_is_no_negative():
    """Not even where its words are a part of others, so that no rule finds them."""
    article = Article("scale", "Scale", "It weighs 300kg.")
    other = Passage("other", 0, Span(0, 15), "It weighs 30kg.", "Other")
    gold = Passage("scale", 0, Span(0, 16), article.text, "Scale")
    question = Question("w", "What does it weigh?", article, "Scale", (Span(10, 13),))
    unanswered = Question("n", "Who weighed it?", article, "Scale", ())
    misses = mine(
        [question, unanswered], lambda _, k: [gold, other][:k], lambda _, k: [other, gold][:k],
        depth=5, keep=5, progress=lambda _: None,
    )  # fmt: skip
    assert misses == {"w": [Miss("Other", "It weighs 30kg.")], "n": [Miss("Scale", "It weighs 300kg.")]}


def test_negatives_come_from_an_index_as_well(town):
    search = index_search(town)
    assert search("the ferry of the council", 2)[0].article_id == "ferry"


def test_negatives_are_read_as_they_were_written(tmp_path: Path):
    one, other = Miss("Häfen", "🙂\nline"), Miss("", "x")
    misses = {"a": [one, other], "b": [one], "c": []}
    write_misses(misses, tmp_path / "n.jsonl")
    assert read_misses(tmp_path / "n.jsonl") == misses
    assert len((tmp_path / "n.jsonl").read_text().splitlines()) == 5  # each passage once
    for bad in ("{", '{"question": "a", "passages": [7]}'):
        (tmp_path / "n.jsonl").write_text(bad)
        with pytest.raises(InputError, match=r"n\.jsonl"):
            read_misses(tmp_path / "n.jsonl")


def epoch(mixture: Mixture, misses: dict[str, list[Miss]] | None = None, number: int = 0) -> list[Example]:
    return Source(QUESTIONS, PIECES, misses or {}, mixture).epoch(1, number)


def answer_of(example: Example) -> str | None:
    return example.answer.of(example.passage) if example.answer else None


def test_an_epoch_asks_each_question_of_the_passage_that_holds_its_answer():
    found = {e.question: (e.passage, answer_of(e)) for e in epoch(Mixture(whole=0, titled=0, retrieved=0, altered=0))}
    unanswered, answer = found.pop("What opened in 1904 first?")
    assert unanswered in {piece.text for piece in PIECES["harbour"]} and answer is None
    assert found == {
        "When did the harbour open?": ("The harbour opened in 1904.", "1904"),
        "Who runs the harbour with Ada Wren?": ("Ada Wren runs it.", "Ada Wren"),
        "What opened in 1931?": ("The bridge opened in 1931.", "The bridge"),
        "Where do the ships of the harbour come from?": ("Ships come from Oslo.", "Oslo"),
    }


def test_an_epoch_may_give_whole_texts_titles_near_misses_and_retrieved_passages():
    misses = {"a": [Miss("Bridge", "The bridge opened in 1931.")]}
    found = epoch(Mixture(whole=1, titled=1, retrieved=1, altered=1), misses)
    assert all(e.passage.split("\n")[0] in ("Harbour", "Bridge") for e in found)
    assert {e.passage.split("\n")[1] for e in found} == {HARBOUR.text, BRIDGE.text, misses["a"][0].text}
    assert Example("When did the harbour open?", "Bridge\nThe bridge opened in 1931.", None) in found
    assert Example("What opened in 1904?", f"Bridge\n{BRIDGE.text}", None) in found  # altered
    assert sorted(filter(None, map(answer_of, found))) == ["1904", "Ada Wren", "Oslo", "The bridge"]


def test_epochs_differ_but_each_is_the_same_every_time():
    mixture = Mixture(questions_each=2)
    assert epoch(mixture) == epoch(mixture)
    assert len({tuple(epoch(mixture, number=n)) for n in range(8)}) > 1


def test_an_epoch_asks_so_many_questions_of_a_passage_and_so_many_without_an_answer_of_a_text():
    answered = [asked(f"a{n}", f"When, {n}?", HARBOUR, "1904") for n in range(4)]
    unanswered = [asked(f"n{n}", f"Why, {n}?", HARBOUR) for n in range(4)]
    plain = Mixture(questions_each=2, retrieved=0, altered=0)
    for number in range(5):
        found = Source([*QUESTIONS[1:2], *answered, *unanswered], PIECES, {}, plain).epoch(1, number)
        assert sorted(filter(None, map(answer_of, found))) == ["1904", "1904", "Ada Wren"]
        assert len(found) == 5


def test_a_question_without_an_answer_is_asked_of_the_nearest_passage_of_its_text():
    nearest = [Miss("Harbour", "Ada Wren runs it."), Miss("Harbour", "Ships come from Oslo.")]
    plain = Mixture(whole=0, retrieved=0, altered=0)
    for number in range(5):
        found = Source([asked("d", "Who ran it first?", HARBOUR)], PIECES, {"d": nearest}, plain).epoch(1, number)
        assert found == [Example("Who ran it first?", "Ada Wren runs it.", None)]


@given(st.floats(0, 1), st.floats(0, 1), st.integers(0, 1000))
def test_the_answer_of_every_example_is_the_gold_answer(whole: float, titled: float, number: int):
    for example in epoch(Mixture(whole=whole, titled=titled, retrieved=0, altered=0), number=number):
        gold = next(q.answer_texts for q in QUESTIONS if q.text == example.question)
        assert answer_of(example) == (gold[0] if gold else None)


def test_an_answer_that_a_cut_goes_through_is_asked_of_the_whole_text():
    text = "One two three four five six seven eight. Nine ten."
    article = Article("n", "", text)
    across = Question("x", "Which?", article, "n", (Span(text.index("eight"), text.index(" ten")),))
    pieces = {"n": [Passage("n", 0, Span(0, 40), text[:40], ""), Passage("n", 1, Span(41, 50), text[41:], "")]}
    source = Source([across], pieces, {}, Mixture(whole=0, titled=0, retrieved=0, altered=0))
    assert source.epoch(1, 0) == [Example("Which?", text, Span(34, 45))]


def test_shares_beyond_one_are_refused():
    with pytest.raises(InputError, match=r"titled is 1\.5"):
        Mixture(titled=1.5)
