import json
from pathlib import Path

import pytest
from test_cli import one_line, rag
from tiny_models import WORDS, tiny_reader

from rag.read import SpanReader


@pytest.fixture
def questions(tmp_path: Path) -> Path:
    """The answer is `gold` in thirty texts; ten more have none."""
    rows = []
    for place in range(30):
        text = f"the {WORDS[place % 8]} is gold {WORDS[(place + 3) % 8]} " + "it " * place
        rows.append({"context": text, "question": "where is it ?", "answer": "gold", "start": text.index("gold")})
    for place in range(10):
        text = f"where the {WORDS[place % 8]} is {WORDS[(place + 3) % 8]} " + "it " * place
        rows.append({"context": text, "question": "where is it ?"})
    path = tmp_path / "questions.jsonl"
    path.write_text("\n".join(map(json.dumps, rows)))
    return path


@pytest.fixture
def start(tmp_path: Path) -> str:
    return str(tiny_reader(tmp_path / "start"))


def test_a_reader_is_trained_judged_and_loads(tmp_path: Path, questions: Path, start: str):
    out = tmp_path / "reader"
    words = ["train", "reader", str(questions), "--out", str(out), "--start", start, "--evaluate", str(questions),
             "--learning-rate", "0.02", "--checkpoint-steps", "15"]  # fmt: skip
    done = rag(*words, "--steps", "30")
    assert (done.returncode, done.stderr) == (0, "")
    first, last, end = done.stdout.splitlines()
    assert first.startswith("step 15 of 30: loss ") and "exact match" in last and str(out) in end
    assert len(SpanReader(str(out)).read("where is it?", ["the gold"], max_answer_tokens=2, k=1)) == 1
    assert json.loads((out / "training" / "run.json").read_text())["seed"] == 1
    negatives = list(map(json.loads, (out / "training" / "negatives.jsonl").read_text().splitlines()))
    texts = [row["text"] for row in negatives if "passage" in row]
    assert texts and not any("gold" in text for text in texts)

    again = rag(*words, "--steps", "30")
    assert again.returncode == 2 and "add --resume" in one_line(again.stderr)
    longer = rag(*words, "--steps", "45", "--resume")  # from before the cool-down, at step 24
    assert [line.split(":")[0] for line in longer.stdout.splitlines()[:2]] == ["step 30 of 45", "step 45 of 45"]
    other = rag(*words, "--steps", "45", "--resume", "--seed", "7")
    assert other.returncode == 2 and "has another seed" in one_line(other.stderr)


def test_what_cannot_be_trained_is_one_line(tmp_path: Path, questions: Path, start: str):
    to = ["--out", str(tmp_path / "out"), "--start", start]
    for words, says in (
        (["no-such.json", *to], "no-such.json"),
        ([str(questions), *to, "--epochs", "1", "--steps", "1"], "give one of them"),
        ([str(questions), *to[:2], "--start", "./no-model"], "./no-model"),
        ([str(questions), *to, "--steps", "1", "--negatives", str(questions)], "does not hold negatives"),
        ([str(questions), *to, "--steps", "1", "--index", str(tmp_path / "no-index")], "no index"),
        ([str(questions), *to, "--steps", "0"], "steps is 0"),
    ):
        done = rag("train", "reader", *words)
        assert done.returncode == 2, words
        assert says in one_line(done.stderr)
    assert not (tmp_path / "out" / "config.json").exists()
