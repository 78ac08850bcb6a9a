import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.smalltalk import Intent, Scope, Scoped, intent, scoped, without_small_talk


@pytest.mark.parametrize(
    ("message", "wanted"),
    [
        ("Hello!", Intent.GREETING),
        ("good morning", Intent.GREETING),
        ("hi there, how are you?", Intent.GREETING),
        ("Thanks!", Intent.THANKS),
        ("ok great, thank you so much", Intent.THANKS),
        ("bye", Intent.GOODBYE),
        ("What can you do?", Intent.ABILITIES),
        ("help", Intent.ABILITIES),
        ("Which articles do you have?", Intent.COLLECTION),
        ("how many articles are there", Intent.COLLECTION),
        ("list the sources", Intent.COLLECTION),
    ],
)
def test_whole_messages_of_small_talk_are_known(message: str, wanted: Intent):
    assert intent(message) is wanted


@pytest.mark.parametrize(
    "message",
    [
        "What did the articles say about the hello protocol?",
        "Who said thanks to the council?",
        "Who said goodbye to the ferry?",
        "What can the council do?",
        "Which articles of the treaty were changed?",
        "How many sources does the Nile have?",
        "Hello Kitty was designed by whom?",
        "What helps against smallpox?",
        "",
        "🙂",
        "مرحبا بالعالم؟",
    ],
)
def test_no_word_in_a_question_makes_it_small_talk(message: str):
    assert intent(message) is Intent.QUESTION


def test_a_greeting_before_a_question_is_taken_off():
    assert without_small_talk("Thanks! And when was it closed?") == "And when was it closed?"
    assert without_small_talk("Hello, who closed the bridge?") == "who closed the bridge?"
    assert without_small_talk("Thanks!") == "Thanks!"
    assert without_small_talk("Who closed the bridge?") == "Who closed the bridge?"


@pytest.mark.parametrize(
    ("message", "wanted"),
    [
        ("show me more", Scoped(Scope.MORE, "")),
        ("more please", Scoped(Scope.MORE, "")),
        ("Any other source?", Scoped(Scope.OTHER, "")),
        ("What does it say about the cost in that article?", Scoped(Scope.SAME, "What does it say about the cost?")),
        ("Who closed the bridge?", Scoped(Scope.ALL, "Who closed the bridge?")),
        ("What is in that article of the treaty?", Scoped(Scope.ALL, "What is in that article of the treaty?")),
        ("How much more did the ferry cost?", Scoped(Scope.ALL, "How much more did the ferry cost?")),
    ],
)
def test_where_an_answer_is_wanted_from(message: str, wanted: Scoped):
    assert scoped(message) == wanted


@given(st.text(max_size=200))
def test_any_message_is_taken(message: str):
    intent(message)
    scoped(without_small_talk(message))
