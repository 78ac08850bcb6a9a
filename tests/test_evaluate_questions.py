import gzip
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.errors import InputError
from rag.evaluate import GoldQuestion, read_questions

SQUAD = {
    "version": "v2.0",
    "data": [
        {
            "title": "Harrow_Bay",
            "paragraphs": [
                {
                    "context": "The ferry carries 612 people.",
                    "qas": [
                        {"id": "1", "question": " How many? ", "answers": [{"text": "612", "answer_start": 18}] * 2},
                        {"id": "2", "question": "Why?", "is_impossible": True, "answers": [{"text": "612"}]},
                    ],
                }
            ],
        }
    ],
}


def written(path: Path, text: str) -> Path:
    path.write_bytes(gzip.compress(text.encode()) if path.suffix == ".gz" else text.encode())
    return path


@pytest.mark.parametrize("name", ["q.json", "q.json.gz", "Q.JSON"])
def test_squads_format_is_read_with_its_unanswerable_questions(tmp_path: Path, name: str):
    paragraph = "The ferry carries 612 people."
    assert read_questions(written(tmp_path / name, json.dumps(SQUAD))) == (
        GoldQuestion("How many?", ("612",), "Harrow Bay", paragraph),
        GoldQuestion("Why?", (), "Harrow Bay", paragraph),
    )


@pytest.mark.parametrize("name", ["q.jsonl", "q.jsonl.gz"])
def test_lines_are_read_and_unknown_keys_and_empty_lines_passed_over(tmp_path: Path, name: str):
    text = (
        '{"question": "Who? 🙂", "answers": ["Ada Wren", " "], "article": "a.md", "rating": -1, "note": "no"}\r\n'
        "\n   \n"
        '{"question": "متى؟"}\n'
        '{"question": "Why?", "answers": null, "article": null}'
    )
    assert read_questions(written(tmp_path / name, text)) == (
        GoldQuestion("Who? 🙂", ("Ada Wren",), "a.md"),
        GoldQuestion("متى؟"),
        GoldQuestion("Why?"),
    )


def test_a_byte_order_mark_is_no_part_of_the_first_line(tmp_path: Path):
    assert read_questions(written(tmp_path / "q.jsonl", '\ufeff{"question": "Who?"}'))[0].text == "Who?"


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("{'question': 'Who?'}", r"q.jsonl line 2 is not JSON \(Expecting property name"),
        ("[" * 100_000, "line 2 is not JSON"),
        ('["Who?"]', 'line 2 holds a list, wanted an object with "question"'),
        ('"Who?"', "line 2 holds a text"),
        ("null", "line 2 holds null"),
        ('{"answers": ["x"]}', 'line 2 has no "question"'),
        ('{"question": " "}', 'line 2 has no "question"'),
        ('{"question": 7}', 'line 2 has no "question"'),
        ('{"question": "Who?", "answers": "Ada"}', 'line 2: "answers" is a text, wanted a list of texts'),
        ('{"question": "Who?", "answers": [7]}', 'line 2: "answers" is a list, wanted a list of texts'),
        ('{"question": "Who?", "answers": ["\\ud83d"]}', r"line 2 is not JSON \(half a character"),
        (
            '{"question": "Who?", "answers": [], "n": ' + "9" * 5_000 + "}",
            r"line 2 is not JSON \(a number of thousands",
        ),
        (
            '{"question": "Who?", "context": "Ada.", "answer": "Ada", "start": 0}',
            'has "answer", as files for training do',
        ),
        ('{"question": "Who?", "article": 7}', 'line 2: "article" is a number, wanted the id or the title'),
    ],
)
def test_a_bad_line_is_named_with_what_was_wanted(tmp_path: Path, line: str, message: str):
    path = written(tmp_path / "q.jsonl", f'{{"question": "Who?"}}\n{line}\n')
    with pytest.raises(InputError, match=message) as caught:
        read_questions(path)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("q.jsonl", "", "holds no questions"),
        ("q.jsonl", "\n\n", "holds no questions"),
        ("q.json", '{"data": []}', "holds no questions"),
        ("q.json", "", "is not JSON"),
        ("q.json", "[]", "is not in SQuAD's format"),
        ("q.json", '{"questions": []}', r"is not in SQuAD's format \(no 'data'\)"),
        ("q.json", '{"data": [{"paragraphs": [{"context": "c", "qas": [{"question": "Who?"}]}]}]}', "no 'answers'"),
        ("q.json", '{"data": [{"paragraphs": [{"context": 5, "qas": []}]}]}', "paragraph 1: context is a number"),
        ("q.json", '{"data": [{"paragraphs": [{"context": "c", "qas": [{"question": " "}]}]}]}', "question is blank"),
        ("q.json", '{"data": ["x"]}', "is not in SQuAD's format"),
        ("q.json", '{"data": 7}', "is not in SQuAD's format"),
        ("q.csv", "question,answer", r"wanted \.json, \.json\.gz"),
        ("q", "", "is no file of questions"),
    ],
)
def test_a_file_without_questions_is_refused(tmp_path: Path, name: str, text: str, message: str):
    with pytest.raises(InputError, match=message):
        read_questions(written(tmp_path / name, text))


def test_files_that_cannot_be_read_are_refused(tmp_path: Path):
    with pytest.raises(InputError, match=r"cannot read .*No such file"):
        read_questions(tmp_path / "missing.jsonl")
    (tmp_path / "q.jsonl.gz").write_bytes(b"no gzip")
    with pytest.raises(InputError, match="cannot read"):
        read_questions(tmp_path / "q.jsonl.gz")
    (tmp_path / "cut.jsonl.gz").write_bytes(gzip.compress(b'{"question": "Who?"}' * 99)[:40])
    with pytest.raises(InputError, match="cannot read"):
        read_questions(tmp_path / "cut.jsonl.gz")
    (tmp_path / "latin.jsonl").write_bytes('{"question": "Où?"}'.encode("latin-1"))
    with pytest.raises(InputError, match="is not UTF-8"):
        read_questions(tmp_path / "latin.jsonl")
    (tmp_path / "folder.jsonl").mkdir()
    with pytest.raises(InputError, match="cannot read"):
        read_questions(tmp_path / "folder.jsonl")


@given(st.lists(st.tuples(st.text(min_size=1).filter(str.strip), st.lists(st.text())), min_size=1))
def test_what_is_written_is_read(tmp_path_factory, rows):
    path = tmp_path_factory.mktemp("questions") / "q.jsonl"
    path.write_text("".join(json.dumps({"question": q, "answers": a}) + "\n" for q, a in rows))
    assert [(q.text, list(q.answers)) for q in read_questions(path)] == [
        (q.strip(), [one for one in a if one.strip()]) for q, a in rows
    ]


def test_answers_of_squads_that_are_blank_are_none_and_a_title_may_be_null(tmp_path: Path):
    qas = [
        {"question": "Who?", "answers": [{"text": ""}, {"text": "Ada"}]},
        {"question": "Why?", "answers": [{"text": " "}]},
    ]
    content = {"data": [{"title": None, "paragraphs": [{"context": "Ada came.", "qas": qas}]}]}
    who, why = read_questions(written(tmp_path / "q.json", json.dumps(content)))
    assert (who.answers, why.answers) == (("Ada",), ()) and who.article is None


@pytest.mark.parametrize("text", [5, None, ["x"], {}])
def test_an_answer_of_squads_that_is_no_text_is_refused(tmp_path: Path, text: object):
    qas = [{"question": "Who?", "answers": [{"text": text}]}]
    content = {"data": [{"title": "t", "paragraphs": [{"context": "Ada came.", "qas": qas}]}]}
    with pytest.raises(InputError, match="paragraph 1: text is"):
        read_questions(written(tmp_path / "q.json", json.dumps(content)))
