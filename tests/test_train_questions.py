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


ROW = {"context": "Ada came.", "question": "Who?", "answer": "Ada", "start": 0}


def paragraph(**changed: object) -> dict[str, object]:
    qa = {"id": "a", "question": "Who?", "answers": [{"text": "Ada", "answer_start": 0}]} | changed
    return {"data": [{"title": "t", "paragraphs": [{"context": "Ada came.", "qas": [qa]}]}]}


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("a.json", "{", "is not JSON"),
        ("a.json", {"rows": []}, "no 'data'"),
        ("a.json", {"data": []}, "hold no questions"),
        ("a.json", {"data": ["x"]}, "not in SQuAD's format"),
        ("a.json", paragraph(question=7), "paragraph 1: question is a number"),
        ("a.json", paragraph(answers=[{"text": "Bea", "answer_start": 0}]), "question a: 'Bea' does not stand"),
        ("a.json", paragraph(answers=[{"text": "Ada"}]), "question a: the answer is a text and its start null"),
        ("a.jsonl", "{}\n{", "line 1 has no"),
        ("a.jsonl", json.dumps(ROW) + "\n{", "line 2 is not JSON"),
        ("a.jsonl", ROW | {"context": None}, 'line 1 has no "context"'),
        ("a.jsonl", ROW | {"question": " "}, 'line 1 has no "context" or no "question"'),
        ("a.jsonl", ROW | {"answer": "Bea"}, "line 1: 'Bea' does not stand at character 0"),
        ("a.jsonl", ROW | {"start": -9}, "character -9"),
        ("a.jsonl", ROW | {"start": "0"}, "its start a text"),
        ("a.jsonl", ROW | {"answer": ["Ada"]}, "the answer is a list"),
        ("a.jsonl", {"context": "Ada.", "question": "Who?", "answers": []}, 'has "answers", as files for'),
        ("a.txt", "", "no file of questions"),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_used_is_named_in_one_line(tmp_path: Path, name: str, content: object, says: str):
    with pytest.raises(InputError) as error:
        read_questions([write(tmp_path / name, content)])
    assert says in str(error.value)
    assert "\n" not in str(error.value)


def test_damaged_archives_are_named(tmp_path: Path):
    whole = gzip.compress(json.dumps(SQUAD).encode())
    for damaged in (whole[:40], whole[:20] + b"x" * 30 + whole[50:]):
        (tmp_path / "q.json.gz").write_bytes(damaged)
        with pytest.raises(InputError, match="cannot read"):
            read_questions([tmp_path / "q.json.gz"])


def test_lines_end_at_line_feeds_alone_whatever_the_name_s_case_and_marks_of_byte_order(tmp_path: Path):
    text = "Ada\u2028came\u0085here."
    row = json.dumps(ROW | {"context": text}, ensure_ascii=False)
    (one,) = read_questions([write(tmp_path / "Q.JSONL", "\ufeff" + row + "\r\n")])
    assert one.article.text == text and one.answer_texts == ("Ada",)


@pytest.mark.parametrize("kind", ["json", "jsonl"])
def test_files_of_one_name_and_questions_of_one_id_are_kept_apart(tmp_path: Path, kind: str):
    paths = []
    for folder, name in (("p", "Ada"), ("q", "Bea")):
        (tmp_path / folder).mkdir()
        row = ROW | {"context": f"{name} came.", "answer": name}
        squad = paragraph(answers=[{"text": name, "answer_start": 0}])
        squad["data"][0]["paragraphs"][0]["context"] = f"{name} came."
        paths.append(write(tmp_path / folder / f"same.{kind}", row if kind == "jsonl" else squad))
    found = read_questions(paths)
    assert [q.answer_texts for q in found] == [("Ada",), ("Bea",)]
    assert len({q.id for q in found}) == len({q.article.id for q in found}) == 2


def test_a_missing_file_is_named(tmp_path: Path):
    with pytest.raises(InputError, match="no-such"):
        read_questions([tmp_path / "no-such.json"])
