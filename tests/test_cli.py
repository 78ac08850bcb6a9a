import importlib.util
import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from rag.answer import Answerer
from rag.cite import receipt
from rag.cli import app
from rag.index import Index

ROOT = Path(__file__).parent.parent


@dataclass(frozen=True)
class Done:
    returncode: int
    stdout: str
    stderr: str


def run(command: typer.Typer, *words: str, typed: str = "") -> Done:
    """A command in this process; an exception that it does not turn into a line is raised here."""
    result = CliRunner().invoke(command, list(words), input=typed, catch_exceptions=False)
    return Done(result.exit_code, result.stdout, result.stderr)


def rag(*words: str, typed: str = "") -> Done:
    return run(app, *words, typed=typed)


def build(*words: str) -> Done:
    """index/build.py, which is no package."""
    spec = importlib.util.spec_from_file_location("build_script", ROOT / "index" / "build.py")
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    command = typer.Typer()
    command.command()(script.main)
    return run(command, *words)


def one_line(text: str) -> str:
    """The text, which must be one line and no traceback."""
    assert len(text.strip().splitlines()) == 1, text
    assert "Traceback" not in text
    return text


@pytest.mark.models
def test_ask_prints_the_answer_its_sentence_and_its_place(seeds_folder: Path):
    done = rag("ask", "Who cited the Monroe Doctrine for the White House?", "--index", str(seeds_folder))
    assert (done.returncode, done.stderr) == (0, "")
    assert "»Anna Kelly«" in done.stdout
    assert "2026-01-mexico-cartels.md:" in done.stdout
    assert "% sure" in done.stdout


@pytest.mark.models
def test_ask_json_is_one_object_with_exact_offsets(seeds_folder: Path):
    from rag.index import Index

    question = "In which year was the Monroe Doctrine proclaimed?"
    done = rag("ask", question, "--json", "--index", str(seeds_folder))
    record = json.loads(done.stdout)
    assert list(record) == ["question", "standalone_question", "answered", "confidence", "quotes"]
    assert (record["question"], record["answered"]) == (question, True)
    index = Index.open(seeds_folder)
    for quote in record["quotes"]:
        keys = ["text", "article_id", "title", "url", "published", "start", "end", "sentence", "confidence", "also"]
        assert list(quote) == keys
        assert index.article(quote["article_id"]).text[quote["start"] : quote["end"]] == quote["text"]
        assert quote["text"] in quote["sentence"]
    assert "1823" in record["quotes"][0]["text"]


@pytest.mark.models
def test_ask_says_that_the_articles_dont_say_and_exits_with_1(seeds_folder: Path):
    done = rag("ask", "How many strings does a cello have?", "--index", str(seeds_folder))
    assert done.returncode == 1
    assert done.stdout.startswith("The articles don't say.")
    assert "nearest: " in done.stdout


@pytest.mark.models
def test_search_lists_passages_best_first(seeds_folder: Path):
    done = rag("search", "volcano that was heard far away", "-k", "3", "--json", "--index", str(seeds_folder))
    hits = json.loads(done.stdout)["hits"]
    assert len(hits) == 3
    assert hits[0]["article_id"] == "krakatoa-1883.md"
    assert [h["score"] for h in hits] == sorted((h["score"] for h in hits), reverse=True)


def test_status_counts_articles_and_passages(seeds_folder: Path):
    done = rag("index", "status", "--index", str(seeds_folder))
    assert done.returncode == 0
    assert "20 articles" in done.stdout


@pytest.mark.parametrize(
    ("question", "message"),
    [("  ", "the question is empty"), ("x" * 10_000, "10,000 characters, at most 1,000")],
)
def test_questions_that_cannot_be_asked_get_one_line(seeds_folder: Path, question: str, message: str):
    done = rag("ask", question, "--index", str(seeds_folder))
    assert (done.returncode, done.stdout) == (2, "")
    assert message in one_line(done.stderr)


def test_a_missing_index_gets_one_line(tmp_path: Path):
    done = rag("ask", "Who?", "--index", str(tmp_path / "none"))
    assert done.returncode == 2
    assert "build one with: python index/build.py" in one_line(done.stderr)


def test_an_index_of_another_model_gets_one_line(tmp_path: Path, town):
    done = rag("ask", "Who?", "--index", str(town.folder))
    assert done.returncode == 2
    assert "was made with embedding model words bridge" in one_line(done.stderr)


def test_an_empty_folder_and_a_missing_one_get_one_line(tmp_path: Path):
    (tmp_path / "empty").mkdir()
    done = build(str(tmp_path / "empty"), "--out", str(tmp_path / "store"))
    assert done.returncode == 2
    assert "there are no articles to index" in one_line(done.stderr)
    done = build(str(tmp_path / "missing"), "--out", str(tmp_path / "store"))
    assert done.returncode == 2
    assert "missing" in one_line(done.stderr)


@pytest.mark.models
def test_a_bad_file_among_good_ones_is_named_and_the_exit_status_says_so(tmp_path: Path):
    (tmp_path / "good.txt").write_text("Ada Wren is the harbour master of Netherquay. She took office in 2019.")
    (tmp_path / "bad.md").write_bytes(b"\x00\x01\x02\xff" * 100)
    done = build(str(tmp_path), "--out", str(tmp_path / "store"))
    assert done.returncode == 1
    assert "bad.md" in one_line(done.stderr)
    assert done.stdout.startswith("indexed 1 articles, 1 passages in")
    asked = rag("ask", "Who is the harbour master?", "--index", str(tmp_path / "store"))
    assert "Ada Wren" in asked.stdout


def test_nothing_readable_at_all_leaves_the_old_index(tmp_path: Path, town):
    (tmp_path / "bad.md").write_bytes(b"\x00\x01\x02\xff" * 100)
    before = (town.folder / "CURRENT").read_text()
    done = build(str(tmp_path / "bad.md"), "--out", str(town.folder))
    assert done.returncode == 2
    assert "skipped" in done.stderr and "no articles to index" in done.stderr and "Traceback" not in done.stderr
    assert (town.folder / "CURRENT").read_text() == before


@pytest.mark.models
def test_the_command_runs_as_a_program_and_without_any_socket(seeds_folder: Path, tmp_path: Path):
    """In a process of its own, where opening any socket ends it."""
    (tmp_path / "sitecustomize.py").write_text(
        "import socket, sys\n"
        "def no(*args, **kwargs): raise SystemExit('a socket was opened')\n"
        "socket.socket.connect = socket.getaddrinfo = socket.create_connection = no\n"
    )
    question = "What share of the drugs coming by sea did Trump say had been stopped?"
    done = subprocess.run(
        [sys.executable, "-m", "rag.cli", "ask", question, "--index", str(seeds_folder)],
        capture_output=True, text=True, check=False, env=os.environ | {"PYTHONPATH": f"{tmp_path}:{ROOT}"},
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    assert "»97 percent«" in done.stdout


@pytest.mark.models
def test_passages_can_be_made_smaller_and_the_index_remembers(tmp_path: Path):
    done = build(str(ROOT / "seeds" / "suez-canal.md"), "--out", str(tmp_path / "store"), "--passage-tokens", "40")
    assert done.returncode == 0
    passages = int(done.stdout.split("articles, ")[1].split()[0])
    assert passages > 15
    assert "passages of at most 40 tokens" in rag("index", "status", "--index", str(tmp_path / "store")).stdout


@pytest.mark.parametrize(
    ("option", "value", "message"),
    [
        ("--passage-tokens", "0", "passage_tokens is 0; it must be 8 or more"),
        ("--encoding", "cl100k_base", "cl100k_base"),
        ("--encoding", "nonsense", "nonsense"),
        ("--embedding-model", "/no/such/folder", "there is no model folder"),
    ],
)
def test_settings_that_cannot_be_used_get_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, option: str, value: str, message: str
):
    monkeypatch.setenv("TIKTOKEN_CACHE_DIR", str(tmp_path / "no cache"))
    done = build(str(ROOT / "seeds"), "--out", str(tmp_path / "store"), option, value)
    assert done.returncode == 2
    assert message in one_line(done.stderr)


@pytest.mark.models
def test_chat_understands_follow_ups_and_lets_them_be_put_right(seeds_folder: Path):
    typed = "When was Marie Curie born?\nWhere did she study?\n= Where did Pierre Curie work?\n\nthanks\n" + "x" * 5_000
    done = rag("chat", "--index", str(seeds_folder), typed=typed)
    assert done.returncode == 0
    assert "»7 November 1867«" in done.stdout
    assert "understood as: Where did Marie Curie study?" in done.stdout
    assert "understood as: Where did Pierre Curie work?" in done.stdout
    assert done.stdout.rstrip().endswith("You're welcome. Ask on whenever you like.")
    assert "5,000 characters" in one_line(done.stderr)


@pytest.mark.models
def test_verify_says_of_each_receipt_whether_it_holds(seeds_folder: Path, tmp_path: Path):
    index = Index.open(seeds_folder)
    answer = Answerer(index).ask("By how much have homicides in Mexico fallen?")
    quote = answer.quotes[0]
    record = receipt(answer, quote, index.article(quote.article_id)).record()
    good, moved, foreign, broken = (tmp_path / f"{name}.json" for name in ("good", "moved", "foreign", "broken"))
    good.write_text(json.dumps(record), encoding="utf-8")
    record["receipt"]["start"] += 1
    moved.write_text(json.dumps(record), encoding="utf-8")
    record["receipt"]["article_id"] = "elsewhere.md"
    foreign.write_text(json.dumps(record), encoding="utf-8")
    broken.write_bytes(b"\xff{")
    done = rag("verify", str(good), "--index", str(seeds_folder))
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == f"{good}: holds: '40 percent' in 2026-01-mexico-cartels.md\n"
    files = [str(path) for path in (good, moved, foreign, broken, tmp_path / "none.json")]
    done = rag("verify", *files, "--index", str(seeds_folder))
    assert (done.returncode, done.stderr) == (1, "")
    told = done.stdout.splitlines()
    assert told[0].endswith("in 2026-01-mexico-cartels.md") and "quote differs" in told[1]
    assert "'elsewhere.md'" in told[2] and "cannot be read" in told[3] and "cannot be read" in told[4]
