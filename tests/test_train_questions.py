import gzip
import json
from pathlib import Path

import pytest

from rag.errors import InputError
from rag.train.questions import Question, read_questions
from rag.types import Span

TEXT = "🙂 The harbour opened in 1904. It closed in 1950."
SQUAD = {
    "data": [
        {
            "title": "Old_harbour",
            "paragraphs": [
                {
                    "context": TEXT,
                    "qas": [
                        {
                            "id": "a",
                            "question": " When did it open? ",
                            "answers": [{"text": " 1904", "answer_start": 23}],
                        },
                        {"id": "b", "question": "Who dug it?", "answers": [], "is_impossible": True},
                    ],
                }
            ],
        }
    ]
}  # fmt: skip


def write(path: Path, content: object) -> Path:
    text = content if isinstance(content, str) else json.dumps(content)
    path.write_bytes(gzip.compress(text.encode()) if path.suffix == ".gz" else text.encode())
    return path


def gist(question: Question) -> tuple[str, str, str, tuple[str, ...]]:
    return question.text, question.article.title, question.topic, question.answer_texts


@pytest.mark.parametrize("name", ["q.json", "q.json.gz"])
def test_squads_format_with_and_without_an_answer(tmp_path: Path, name: str):
    with_answer, without = read_questions([write(tmp_path / name, SQUAD)])
    assert gist(with_answer) == ("When did it open?", "Old harbour", "Old harbour", ("1904",))
    assert with_answer.answers == (Span(24, 28),)  # the white space is cut off; an emoji is one character
    assert gist(without) == ("Who dug it?", "Old harbour", "Old harbour", ())
    assert with_answer.article is without.article


@pytest.mark.parametrize("name", ["q.jsonl", "q.jsonl.gz"])
def test_lines_of_one_text_share_it(tmp_path: Path, name: str):
    rows = [
        {"context": TEXT, "question": "When did it open?", "answer": "1904", "start": 24},
        {"context": TEXT, "question": "Who dug it?", "answer": "", "start": 0},
        {"context": "Elsewhere.", "question": "Where?", "answer": "Elsewhere", "start": 0},
    ]
    found = read_questions([write(tmp_path / name, "\n".join(map(json.dumps, rows)) + "\n\n")])
    assert [q.answer_texts for q in found] == [("1904",), (), ("Elsewhere",)]
    assert found[0].article is found[1].article and found[0].topic == found[1].topic != found[2].topic
    assert len({q.id for q in found}) == 3


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("a.json", "{", "JSONDecodeError"),
        ("a.json", {"rows": []}, "'data'"),
        ("a.json", {"data": []}, "hold no questions"),
        ("a.jsonl", '{"question": "Who?"}', "'context'"),
        ("a.jsonl", '{"context": "Ada came.", "question": "Who?", "answer": "Bea", "start": 0}', "1: 'Bea' does"),
        ("a.jsonl", '{"context": "Ada came.", "question": "Who?", "answer": "Ada", "start": -9}', "character -9"),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_used_is_named_in_one_line(tmp_path: Path, name: str, content: object, says: str):
    with pytest.raises(InputError, match="hold") as error:
        read_questions([write(tmp_path / name, content)])
    assert says in str(error.value)
    assert "\n" not in str(error.value)


def test_a_missing_file_is_named(tmp_path: Path):
    with pytest.raises(InputError, match="no-such"):
        read_questions([tmp_path / "no-such.json"])
