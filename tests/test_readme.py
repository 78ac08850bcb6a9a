"""Every command and snippet of the README runs."""

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from browser.conftest import serving
from conftest import ROOT, SEEDS

README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```$", README, flags=re.MULTILINE | re.DOTALL)
SERVER = "http://127.0.0.1:7860"  # blocks that name it run against a server at another port
COMMANDS = [
    line.split("#")[0].strip()
    for kind, text in BLOCKS
    if kind == "sh" and SERVER not in text
    for line in text.splitlines()
]
PROGRAMS = {"python": [sys.executable], "rag": [sys.executable, "-m", "rag.cli"]}


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory, seeds_folder: Path) -> Path:
    """What a newcomer has after `make run`, with a folder of their own articles."""
    folder = tmp_path_factory.mktemp("checkout")
    shutil.copytree(ROOT / "index", folder / "index", ignore=shutil.ignore_patterns("store", "__pycache__"))
    shutil.copytree(SEEDS, folder / "seeds")
    shutil.copytree(seeds_folder, folder / "index" / "store")
    shutil.copy(ROOT / "app.py", folder)
    (folder / "tests").mkdir()
    shutil.copy(ROOT / "tests" / "seed_questions.jsonl", folder / "tests")
    (folder / "my-articles").mkdir()
    (folder / "my-articles" / "harbour.txt").write_text("Ada Wren is the harbour master of Netherquay.")
    return folder


def run(words: list[str], cwd: Path) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    return subprocess.run(
        words, cwd=cwd, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )


def test_the_first_block_holds_the_two_commands_and_make_knows_them():
    assert [line.split("#")[0].strip() for line in BLOCKS[0][1].splitlines()] == ["make run", "make test"]
    for target in ("run", "test", "lint", "bench"):
        assert run(["make", "--dry-run", target], ROOT).returncode == 0


@pytest.mark.models
def test_the_commands_run_in_their_order(checkout: Path):
    ran = 0
    # What replaces the sample index comes last, so that the other commands still find it.
    for command in sorted(COMMANDS, key=lambda c: c == "python index/build.py my-articles"):
        program, *words = shlex.split(command)
        if program == "make":
            continue
        if words[0] == "app.py":
            words = [*words, "--help"]  # the browser tests start it for good
        done = run([*PROGRAMS[program], *words], checkout)
        assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"
        ran += 1
    assert ran == 18


@pytest.mark.models
@pytest.mark.parametrize("code", [text for kind, text in BLOCKS if kind == "python" and SERVER not in text])
def test_the_python_snippets_run_and_print_an_answer(checkout: Path, seeds_folder: Path, code: str):
    shutil.rmtree(checkout / "index" / "store")
    shutil.copytree(seeds_folder, checkout / "index" / "store")
    done = run([sys.executable, "-c", code], checkout)
    assert done.returncode == 0, done.stderr
    assert "Anna Kelly" in done.stdout


@pytest.mark.models
def test_what_programs_ask_of_the_page_is_answered(checkout: Path, seeds_folder: Path, tmp_path: Path):
    index = shutil.copytree(seeds_folder, tmp_path / "store")
    blocks = [(kind, text) for kind, text in BLOCKS if SERVER in text]
    assert [kind for kind, _ in blocks] == ["python", "sh"]
    with serving(tmp_path / "errors.txt", "--index", str(index), "--port", "0") as address:
        for kind, text in blocks:
            shell = ["bash", "-euo", "pipefail"] if kind == "sh" else [sys.executable]
            done = run([*shell, "-c", text.replace(SERVER, address)], checkout)
            assert done.returncode == 0, done.stderr
            assert "Anna Kelly" in done.stdout
    assert '"articles":21' in done.stdout  # what the first block added is there when the second looks


def test_files_that_the_readme_links_to_are_there():
    for target in re.findall(r"\]\(([^)#]+)\)", README):
        if not target.startswith("http"):
            assert (ROOT / target).exists(), target


def test_every_block_is_of_a_kind_that_is_run():
    assert {kind for kind, _ in BLOCKS} == {"sh", "python"}
