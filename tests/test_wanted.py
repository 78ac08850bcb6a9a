import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.wanted import Wanted, misfit, wanted


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("Who closed the bridge?", Wanted.NAME),
        ("In whose bakery did the fire begin?", Wanted.NAME),
        ("Where was he seized?", Wanted.NAME),
        ("When did the volcano erupt?", Wanted.TIME),
        ("The volcano erupted when?", Wanted.TIME),
        ("In what year did it open?", Wanted.TIME),
        ("On which day did the ferry start?", Wanted.TIME),
        ("How many people were there when it began?", Wanted.NUMBER),
        ("How much does it cost?", Wanted.NUMBER),
        ("What percentage of residents voted?", Wanted.NUMBER),
        ("What share of the drugs was stopped?", Wanted.NUMBER),
        ("How long is the crack?", Wanted.DURATION),
        ("When the war ended, who ruled?", Wanted.NAME),
        ("What did the mayor do when the bridge was closed?", Wanted.ANYTHING),
        ("What is the year book called?", Wanted.ANYTHING),
        ("Why was it closed?", Wanted.ANYTHING),
        ("How did he die?", Wanted.ANYTHING),
        ("Somehow many people came.", Wanted.ANYTHING),
        ("متى أغلق الجسر؟", Wanted.ANYTHING),
        ("", Wanted.ANYTHING),
    ],
)
def test_the_first_question_word_tells_what_is_wanted(question: str, kind: Wanted):
    assert wanted(question) is kind
    assert wanted(question.upper()) is kind


@pytest.mark.parametrize(
    ("question", "answer", "wrong"),
    [
        ("How many homes burned down?", "13,200", False),
        ("How many homes burned down?", "about two thousand", False),
        ("How many homes burned down?", "2 September 1666", True),
        ("How many homes burned down?", "September 2, 1666", True),
        ("How many homes burned down?", "the baker's", True),
        ("How many may march?", "none", False),
        ("How old is the harbour master?", "45", False),
        ("When did it open?", "1931", False),
        ("When did it open?", "on Monday", False),
        ("When did it open?", "after the war", False),
        ("When did it open?", "in May", False),
        ("When did it open?", "the Mayor of Netherquay", True),
        ("How long will it last?", "until its decline", False),
        ("How long is it?", "41 centimetres", False),
        ("How long is it?", "metamorphosed and folded", True),
        ("Who won?", "1998", True),
        ("Who won?", "40 %", True),
        ("Who won?", "the 1998 team", False),
        ("Who won?", "settlers", False),
        ("Who won?", "م. الكيلاني", False),
        ("Where is it?", "3.1", True),
        ("Where is it?", "at 10 Downing Street", False),
        ("Why was it closed?", "1931", False),
        ("What is b?", "0.75", False),
    ],
)
def test_words_of_another_kind_do_not_fit(question: str, answer: str, wrong: bool):
    assert misfit(question, answer) is wrong


@given(st.text(), st.text())
def test_any_two_texts_can_be_compared(question: str, answer: str):
    assert misfit(question, answer) in (True, False)
    if wanted(question) is Wanted.ANYTHING:
        assert not misfit(question, answer)


@given(st.integers(0, 10**9))
def test_a_bare_number_is_never_someone_and_always_an_amount(number: int):
    assert misfit("Who?", str(number))
    assert not misfit("How many?", str(number))
