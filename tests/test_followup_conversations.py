"""Whole conversations, question by question, and the parts that rewriting is made of."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.followup import Turn, rewrite
from rag.followup.anaphora import gaps
from rag.followup.ellipsis import complete
from rag.followup.entities import mentions, titled
from rag.followup.questions import Question
from rag.followup.records import Kind, Points

CHANCELLOR = [
    ("Who is the chancellor of Germany?", "Friedrich Merz", "Friedrich Merz became chancellor of Germany in 2025.", ""),
    ("When did he take office?", "May 2025", "", ""),
    ("And in France?", "Sébastien Lecornu", "Sébastien Lecornu is prime minister of France.", ""),
    ("How old is he?", "39", "", ""),
]
CHANCELLOR_ALONE = [
    "Who is the chancellor of Germany?",
    "When did Friedrich Merz take office?",
    "Who is the chancellor of France?",
    "How old is Sébastien Lecornu?",
]
CARMAKER = [
    ("Who founded Tesla?", "Martin Eberhard", "Tesla was founded in 2003 by Martin Eberhard.", "Tesla, Inc."),
    ("When?", "2003", "", "Tesla, Inc."),
    ("Where is the company based?", "Austin", "The company is based in Austin, Texas.", "Tesla, Inc."),
    ("What is the population there?", "", "", ""),
    ("How many cars did it sell in 2023?", "1.8 million", "Tesla sold 1.8 million cars in 2023.", "Tesla, Inc."),
    ("What about 2024?", "", "", ""),
]
CARMAKER_ALONE = [
    "Who founded Tesla?",
    "When was it that Martin Eberhard founded Tesla?",
    "Where is the company Tesla, Inc. based?",
    "What is the population in Austin?",
    "How many cars did Tesla, Inc. sell in 2023?",
    "How many cars did Tesla, Inc. sell in 2024?",
]
INFLATION = [
    ("Did inflation rise in the euro area in March?", "2.4 percent", "Prices rose by 2.4 percent in March.", ""),
    ("By how much?", "2.4 percent", "", ""),
    ("What did the ECB say?", "", "The ECB kept its rates.", ""),
    ("Who is its president?", "Christine Lagarde", "Christine Lagarde is president of the ECB.", ""),
    ("When was she born?", "1956", "", ""),
    ("And her predecessor?", "1947", "", ""),
    ("Who won the 2022 World Cup?", "Argentina", "Argentina won the 2022 World Cup in Qatar.", ""),
    ("What happened that year in Ukraine?", "", "", ""),
]
INFLATION_ALONE = [
    "Did inflation rise in the euro area in March?",
    "By how much did inflation rise in the euro area in March?",
    "What did the ECB say?",
    "Who is the ECB's president?",
    "When was Christine Lagarde born?",
    "When was Christine Lagarde's predecessor born?",
    "Who won the 2022 World Cup?",
    "What happened in 2022 in Ukraine?",
]
IN_SMALL_LETTERS = [
    ("who was marie curie?", "a physicist", "Marie Curie was a physicist.", "Marie Curie"),
    ("when did she win the nobel prize?", "1903", "She won the Nobel Prize in Physics in 1903.", "Marie Curie"),
    ("where was her husband born?", "Paris", "Pierre Curie was born in Paris.", "Pierre Curie"),
    ("how did he die?", "", "", ""),
]
IN_SMALL_LETTERS_ALONE = [
    "who was marie curie?",
    "when did Marie Curie win the nobel prize?",
    "where was Marie Curie's husband born?",
    "how did Pierre Curie die?",
]


@pytest.mark.parametrize(
    ("asked", "alone"),
    [
        (CHANCELLOR, CHANCELLOR_ALONE),
        (CARMAKER, CARMAKER_ALONE),
        (INFLATION, INFLATION_ALONE),
        (IN_SMALL_LETTERS, IN_SMALL_LETTERS_ALONE),
    ],
)
def test_a_conversation_is_understood_question_by_question(asked, alone):
    turns: list[Turn] = []
    for (question, answer, sentence, title), wanted in zip(asked, alone, strict=True):
        made = rewrite(question, turns)
        assert made.question == wanted
        turns.append(Turn(question, made.question, answer, sentence, title))


@pytest.mark.parametrize(
    ("fragment", "before", "answer", "wanted"),
    [
        ("Why?", "When did Angela Merkel resign?", "", "Why did Angela Merkel resign?"),
        ("How?", "Who won the election?", "Macron", "How was it that Macron won the election?"),
        ("Since when?", "Is he president?", "", "Since when is he president?"),
        ("When?", "Who was the first king of Spain?", "Charles", "When was Charles the first king of Spain?"),
        ("In 2024?", "How many cars did Renault sell?", "", "How many cars did Renault sell in 2024?"),
        ("What about 2024?", "How high was inflation in 2023?", "", "How high was inflation in 2024?"),
        ("And the losses?", "How big were the profits of Apple?", "", "How big were the losses of Apple?"),
        ("And the wife?", "Who was Lincoln's mother?", "", "Who was Lincoln's wife?"),
        ("what about the euro?", "When was the dollar introduced?", "", "When was the euro introduced?"),
        ("And now?", "Who is the pope?", "", None),
        ("And who won?", "Who lost?", "", None),
        ("?", "Who is the pope?", "", None),
    ],
)
def test_a_fragment_is_completed_from_the_question_before(fragment, before, answer, wanted):
    assert complete(fragment, [Turn(before, before, answer)]) == wanted


@pytest.mark.parametrize(
    ("question", "points"),
    [
        ("Where did she study?", [Points.PERSON]),
        ("Did they like his ideas?", [Points.GROUP, Points.PERSON]),
        ("Is there life on Mars?", []),
        ("Who lives there?", [Points.PLACE]),
        ("What happened that year?", [Points.YEAR]),
        ("What happens this year?", []),
        ("When was the band formed?", [Points.NAMED]),
        ("What is the capital of France?", []),
        ("Is it true that the Moon is hollow?", []),
        ("When did Apple release its first phone?", []),
        ("What did Merkel say when she resigned?", []),
        ("What was that about?", [Points.EVENT]),
        ("After its launch, what did Voyager see?", []),
    ],
)
def test_gaps_are_the_words_that_point_out_of_the_question(question, points):
    found = [gap for gap in gaps(Question.of(question)) if not gap.bound]
    assert [gap.points for gap in found] == points


@pytest.mark.parametrize("question", ["How do bees make their honey?", "Which senator lied about his age?"])
def test_a_pronoun_that_a_common_noun_explains_is_left_alone(question):
    assert not rewrite(question, [Turn("Who are the Normans?", "Who are the Normans?", title="Normans")]).changed


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Angela Merkel was born in Hamburg.", [("Angela Merkel", Kind.PERSON), ("Hamburg", Kind.PLACE)]),
        ("US President Joe Biden flew home.", [("Joe Biden", Kind.PERSON)]),
        ("The European Central Bank's head said so.", [("the European Central Bank", Kind.ORGANISATION)]),
        ("He made the film Gertrud in 1964.", [("Gertrud", Kind.WORK), ("1964", Kind.YEAR)]),
        ("On Monday the Danish king left.", []),
        ('She wrote "Wild Nights" at home.', [('"Wild Nights"', Kind.WORK)]),
        ("", []),
        ("🎉 القاهرة 東京", []),
    ],
)
def test_names_are_found_with_their_kinds(text, found):
    assert [(m.text, m.kind) for m in mentions(text)] == found


def test_titles_are_names_and_headlines_are_not():
    assert titled("Queen (band)").text == "Queen"
    assert titled("Queen (band)").kind is Kind.ORGANISATION
    assert titled("Prime number").text == "Prime number"
    assert titled("Euro area inflation climbs again") is None
    assert titled("") is None


@given(st.text(max_size=200))
def test_mentions_are_in_order_and_never_overlap(text):
    spans = [m.span for m in mentions(text)]
    assert all(a.end <= b.start for a, b in pairwise(spans))
    assert all(span.end <= len(text) for span in spans)


def test_the_cost_of_a_turn_does_not_grow_with_the_conversation():
    turns = [Turn(f"Who met Person {n}?", f"Who met Person {n}?", f"Friend {n}") for n in range(50)]
    assert rewrite("Where is he now?", turns) == rewrite("Where is he now?", turns[-6:])
