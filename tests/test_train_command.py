import json
from pathlib import Path

import pytest
from test_cli import one_line, rag
from tiny_models import WORDS, tiny_reader

from rag.read import SpanReader
from rag.train.negatives import Miss, read_misses, write_misses


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
    faster = rag(*words, "--steps", "45", "--resume", "--learning-rate", "0.5")
    assert faster.returncode == 2 and "has another learning rate" in one_line(faster.stderr)
    elsewhere = rag(*words, "--steps", "45", "--resume", "--index", str(tmp_path))
    assert elsewhere.returncode == 2 and "has another negatives" in one_line(elsewhere.stderr)

    for name in ("config.json", "model.safetensors"):  # as if stopped between the checkpoint and the reader
        (out / name).unlink()
    done = rag(*words, "--steps", "45", "--resume")
    assert (done.returncode, len(done.stdout.splitlines())) == (0, 1)
    assert SpanReader(str(out)).read("where is it?", ["the gold"], max_answer_tokens=2, k=1)
    (out / "training" / "run.json").write_text("")
    done = rag(*words, "--steps", "45", "--resume")
    assert done.returncode == 2 and "run.json is missing or damaged" in one_line(done.stderr)


def test_what_a_run_that_never_began_had_found_is_not_taken_for_other_data(tmp_path: Path, questions: Path, start: str):
    out = tmp_path / "reader"
    words = ["train", "reader", str(questions), "--out", str(out), "--start", start, "--steps", "4"]
    stopped = rag(*words, "--learning-rate", "1e30")
    assert stopped.returncode == 2 and "is too high" in one_line(stopped.stderr)
    kept = out / "training" / "negatives.jsonl"
    assert kept.exists() and not (out / "config.json").exists()
    kept.write_text("")  # so that it shows whether they are searched for again
    assert rag(*words, "--learning-rate", "1e30").returncode == 2
    assert kept.read_text() == ""  # the same run: they are kept
    questions.write_text(questions.read_text() + "\n" + questions.read_text().splitlines()[0])
    assert rag(*words, "--learning-rate", "1e30").returncode == 2
    assert kept.read_text() != ""


def test_given_negatives_are_kept_for_a_run_that_is_gone_on_with(tmp_path: Path, questions: Path, start: str):
    given = tmp_path / "given.jsonl"
    write_misses({"questions.jsonl:1": [Miss("", "the house is light")]}, given)
    out = tmp_path / "reader"
    words = ["train", "reader", str(questions), "--out", str(out), "--start", start]
    assert rag(*words, "--steps", "2", "--negatives", str(given)).returncode == 0
    assert read_misses(out / "training" / "negatives.jsonl") == read_misses(given)
    assert rag(*words, "--steps", "3", "--resume").returncode == 0
    assert read_misses(out / "training" / "negatives.jsonl") == read_misses(given)


def test_what_cannot_be_trained_is_one_line(tmp_path: Path, questions: Path, start: str):
    none = tmp_path / "none.jsonl"
    none.write_text(json.dumps({"context": "the house", "question": "where is it ?"}))
    to = ["--out", str(tmp_path / "out"), "--start", start]
    for words, says in (
        (["no-such.json", *to], "no-such.json"),
        ([str(questions), *to, "--epochs", "1", "--steps", "1"], "give one of them"),
        ([str(questions), *to[:2], "--start", "./no-model"], "./no-model"),
        ([str(questions), *to, "--steps", "1", "--negatives", str(questions)], "does not hold negatives"),
        ([str(questions), *to, "--steps", "1", "--index", str(tmp_path / "no-index")], "no index"),
        ([str(questions), *to, "--steps", "0"], "steps is 0"),
        ([str(questions), *to, "--epochs", "0"], "epochs is 0"),
        ([str(questions), *to, "--epochs", "nan"], "epochs is nan"),
        ([str(questions), *to, "--learning-rate", "nan"], "learning_rate is nan"),
        ([str(questions), *to, "--evaluate", str(none)], "has no question with an answer"),
        ([str(questions), "--out", f"{questions}/x", "--start", start, "--steps", "1"], "cannot write in"),
    ):
        done = rag("train", "reader", *words)
        assert done.returncode == 2, words
        assert says in one_line(done.stderr)
    assert not (tmp_path / "out" / "config.json").exists()
