import json
from pathlib import Path

import pytest
from test_cli import one_line, rag

QUESTIONS = (
    '{"question": "In which year was the Monroe Doctrine proclaimed?", "answers": ["1823"], '
    '"article": "monroe-doctrine.md", "rating": 1}\n'
    '{"question": "How many strings does a cello have?", "answers": []}\n'
)


@pytest.fixture
def questions(tmp_path: Path) -> Path:
    (tmp_path / "questions.jsonl").write_text(QUESTIONS)
    return tmp_path / "questions.jsonl"


@pytest.mark.models
def test_evaluate_prints_a_table_and_writes_json_and_a_picture(seeds_folder: Path, questions: Path, tmp_path: Path):
    pytest.importorskip("matplotlib")
    out = tmp_path / "new" / "folder"
    done = rag("evaluate", str(questions), "--index", str(seeds_folder), "--out", str(out))
    assert (done.returncode, done.stderr) == (0, "")
    lines = {line.split("  ")[0].strip(): line for line in done.stdout.splitlines()}
    assert "1 with an answer, 1 without" in lines["questions"]
    assert "1.000" in lines["recall@8"]
    assert (out / "evaluation.png").read_bytes().startswith(b"\x89PNG")
    record = json.loads((out / "evaluation.json").read_text(encoding="utf-8"))
    assert record["figures"]["answerable"] == 1
    assert record["settings"]["threshold"] == record["figures"]["threshold"]
    first = record["questions"][0]
    assert first["gold_articles"] == ["monroe-doctrine.md"]
    assert "1823" in first["answer"]


@pytest.mark.models
def test_evaluate_json_is_one_object_and_options_are_heeded(seeds_folder: Path, questions: Path):
    done = rag("evaluate", str(questions), "--json", "--index", str(seeds_folder), "--threshold", "1", "--limit", "1")
    record = json.loads(done.stdout)
    assert record["figures"]["questions"] == 1
    assert (record["figures"]["threshold"], record["figures"]["answered"]) == (1.0, 0)


@pytest.mark.parametrize(
    ("text", "words", "message"),
    [
        ("", [], "holds no questions"),
        ('{"question": "Who?"}\n{"question": 3}', [], 'line 2 has no "question"'),
        (QUESTIONS, ["--index", "nowhere"], "build one with"),
        (QUESTIONS, ["--threshold", "7"], "threshold is 7"),
        (QUESTIONS, ["--out", "questions.jsonl/folder"], "cannot make the folder"),
        ('{"question": "%s"}' % ("x" * 2_000), [], "question 1: the question has 2,000 characters"),
    ],
)
def test_what_cannot_be_evaluated_gets_one_line(
    seeds_folder: Path, tmp_path: Path, monkeypatch, text: str, words: list[str], message: str
):
    monkeypatch.chdir(tmp_path)
    Path("questions.jsonl").write_text(text)
    done = rag(
        "evaluate", "questions.jsonl", *(words if "--index" in words else ["--index", str(seeds_folder), *words])
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert message in one_line(done.stderr)


@pytest.mark.models
def test_figures_that_cannot_be_stored_are_shown_all_the_same(seeds_folder: Path, questions: Path, tmp_path: Path):
    (tmp_path / "out" / "evaluation.json").mkdir(parents=True)
    done = rag("evaluate", str(questions), "--index", str(seeds_folder), "--out", str(tmp_path / "out"), "--limit", "1")
    assert done.returncode == 2 and "recall@8" in done.stdout
    assert "cannot write to" in one_line(done.stderr)


def test_without_matplotlib_nothing_is_asked_in_vain(questions: Path, tmp_path: Path, monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    done = rag("evaluate", str(questions), "--out", str(tmp_path / "out"), "--index", str(tmp_path / "nowhere"))
    assert done.returncode == 2
    assert "pip install 'matplotlib" in one_line(done.stderr)
    assert not (tmp_path / "out").exists()
