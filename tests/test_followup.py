import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.followup import Turn, rewrite, weigh
from rag.followup.records import Rewrite
from rag.types import Hit, Passage, Span


def turn(question: str, answer: str = "", sentence: str = "", title: str = "") -> Turn:
    return Turn(question, question, answer, sentence, title)


CURIE = turn("When was Marie Curie born?", "7 November 1867", "Marie Curie was born in Warsaw on 7 November 1867.")
MONROE = turn(
    "Who proclaimed the Monroe Doctrine?", "James Monroe", "James Monroe, the fifth president, proclaimed it."
)
FRANCE = turn("How many people live in France?", "68 million", "France has 68 million inhabitants.")


@pytest.mark.parametrize(
    ("turns", "question", "wanted"),
    [
        ([CURIE], "Where did she study?", "Where did Marie Curie study?"),
        ([CURIE], "What was her husband's name?", "What was Marie Curie's husband's name?"),
        ([MONROE], "When was he born?", "When was James Monroe born?"),
        ([FRANCE], "And in Germany?", "How many people live in Germany?"),
        ([FRANCE], "What about Spain?", "How many people live in Spain?"),
        ([CURIE, MONROE], "Where did he die?", "Where did James Monroe die?"),
    ],
)
def test_what_is_left_to_the_conversation_is_filled_in(turns: list[Turn], question: str, wanted: str):
    made = rewrite(question, turns)
    assert (made.question, made.original, made.changed) == (wanted, question, True)


@pytest.mark.parametrize(
    "question",
    [
        "Who designed the Suez Canal?",
        "What is the capital of Mongolia?",
        "When did Neil Armstrong walk on the Moon?",
        "Did Edison say that he invented the lamp?",
    ],
)
def test_a_question_that_names_its_subject_goes_unchanged(question: str):
    assert rewrite(question, [CURIE, MONROE]) == Rewrite(question, question, changed=False)


def test_without_earlier_turns_nothing_is_changed():
    assert rewrite("Where did she study?", []) == Rewrite("Where did she study?", "Where did she study?", changed=False)


def test_a_new_topic_drops_the_old_one():
    after = turn("Who designed the Suez Canal?", "Ferdinand de Lesseps", "Ferdinand de Lesseps designed it.")
    assert "Lesseps" in rewrite("When was he born?", [CURIE, after]).question
    assert "Curie" not in rewrite("When was he born?", [CURIE, after]).question


@given(st.text(max_size=300), st.lists(st.builds(turn, st.text(max_size=60), st.text(max_size=30)), max_size=4))
def test_any_question_after_any_turns_gives_a_question(question: str, turns: list[Turn]):
    made = rewrite(question, turns)
    assert made.original == question
    assert made.changed == (made.question != question)
    assert made.question.strip() or not question.strip()


def test_fifty_fragments_in_a_row_do_not_pile_up():
    turns = [FRANCE]
    for n in range(50):
        made = rewrite(f"And in {('Spain', 'Italy', 'Norway')[n % 3]}?", turns)
        turns = [*turns, Turn(made.original, made.question, "", "", "")][-8:]
        assert made.question == f"How many people live in {('Spain', 'Italy', 'Norway')[n % 3]}?"


def test_a_long_question_takes_no_long_time():
    started = time.perf_counter()
    rewrite("and when did she and he and they see it there " * 20, [CURIE, MONROE] * 4)
    assert time.perf_counter() - started < 5  # a run-away pattern would take minutes; timings proper: benchmarks/


def hits(*cosines: float) -> tuple[Hit, ...]:
    return tuple(Hit(Passage(f"a{n}", 0, Span(0, 1), "x", ""), c, dense=c) for n, c in enumerate(cosines))


def test_what_both_questions_find_tells_which_one_was_meant():
    unsure = Rewrite("the whole question", "the question", changed=True, sure=False)
    near, far = hits(0.9, 0.5), hits(0.4, 0.3)
    assert weigh(unsure, near, far, k=8).question == "the whole question"
    assert weigh(unsure, far, near, k=8).question == "the question"
    assert weigh(unsure, far, near, k=1).hits == near[:1]


def test_a_sure_rewriting_is_not_weighed():
    sure = Rewrite("the whole question", "the question", changed=True, sure=True)
    weighed = weigh(sure, hits(0.1), hits(0.9), k=8)
    assert (weighed.question, weighed.hits) == ("the whole question", hits(0.1))
