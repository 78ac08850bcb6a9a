"""The Dockerfile's steps, as far as they can be run without a container."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from fnmatch import fnmatch
from pathlib import Path
from typing import NamedTuple

import pytest
from browser.conftest import serving
from conftest import ROOT

APP = Path("/app")


class Step(NamedTuple):
    """One instruction of a Dockerfile, its lines joined."""

    word: str
    rest: str


def steps() -> list[Step]:
    lines = (line for line in (ROOT / "Dockerfile").read_text().splitlines() if not line.lstrip().startswith("#"))
    joined = re.sub(r"\\\n\s*", "", "\n".join(lines))
    return [Step(*line.split(maxsplit=1)) for line in joined.splitlines() if line.strip()]


def of(word: str) -> list[str]:
    return [step.rest for step in steps() if step.word == word]


def copies() -> list[tuple[list[Path], str]]:
    """What each COPY takes, and where to."""
    found = []
    for rest in of("COPY"):
        *sources, target = rest.split()
        found.append(([Path(source) for source in sources], target))
    return found


def kept_by_dockerignore(path: Path) -> bool:
    """Whether a file is sent to the build: the last pattern that matches it or a folder above it decides."""
    kept = True
    for line in (ROOT / ".dockerignore").read_text().splitlines():
        pattern = line.removeprefix("!").removeprefix("**/")
        if line and not line.startswith("#") and any(fnmatch(str(p), pattern) for p in (path, *path.parents)):
            kept = line.startswith("!")
    return kept


@pytest.fixture
def image(tmp_path: Path) -> Path:
    """/app as the COPY steps leave it."""
    for sources, target in copies():
        for source in sources:
            to = tmp_path / target
            if (ROOT / source).is_dir():
                shutil.copytree(ROOT / source, to, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                to.mkdir(parents=True, exist_ok=True)
                shutil.copy(ROOT / source, to)
    return tmp_path


def command(rest: str) -> list[str]:
    """An exec form, with this Python."""
    program, *words = json.loads(rest)
    assert program == "python"
    return [sys.executable, *words]


def environment() -> dict[str, str]:
    """What ENV sets, over what a process needs."""
    named = dict(pair.split("=", 1) for rest in of("ENV") for pair in shlex.split(rest))
    return {"PATH": os.environ["PATH"], "HOME": os.environ["HOME"], **named}


def test_every_file_that_is_copied_exists_and_is_sent_to_the_build():
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split(
        "\n"
    )
    for sources, _ in copies():
        for source in sources:
            below = [Path(name) for name in tracked if Path(name) == source or source in Path(name).parents]
            assert below, source
            assert all(kept_by_dockerignore(path) for path in below), source
    assert not any(kept_by_dockerignore(Path(p)) for p in ("tests/conftest.py", ".git/HEAD", "index/store/CURRENT"))


def test_it_does_not_run_as_root_and_owns_nothing_but_the_index():
    words = [step.word for step in steps()]
    (user,) = of("USER")
    assert user == "10001" and "useradd --create-home --uid 10001 reader" in " ".join(of("RUN"))
    assert max(i for i, word in enumerate(words) if word in ("RUN", "COPY")) < words.index("USER") < words.index("CMD")
    assert re.findall(r"chown (\S+ \S+)", " ".join(of("RUN"))) == ["10001 index/store"]
    assert of("VOLUME") == [str(APP / "index" / "store")]


def test_the_shell_takes_its_run_steps():
    for step in of("RUN"):
        done = subprocess.run(["sh", "-n"], input=step, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(("cuda", "status"), [("None", 0), ("'12.8'", 1)])
def test_the_build_stops_if_cuda_came_along(tmp_path: Path, cuda: str, status: int):
    (tmp_path / "torch.py").write_text(f"class version:\n    cuda = {cuda}\n")
    (tmp_path / "pip").write_text("#!/bin/sh\nexit 0\n")  # has installed what it was told to
    (tmp_path / "pip").chmod(0o755)
    (tmp_path / "python").symlink_to(sys.executable)
    (install,) = [step for step in of("RUN") if step.startswith("pip install")]
    named = {"PATH": f"{tmp_path}:{os.environ['PATH']}", "PYTHONPATH": str(tmp_path)}
    done = subprocess.run(["sh", "-ec", install], env=named, capture_output=True, text=True, check=False)
    assert done.returncode == status, done.stdout + done.stderr
    assert ("set PIP_EXTRA_INDEX_URL" in done.stderr) == bool(status)


def test_nothing_is_fetched_while_it_runs():
    assert environment()["HF_HUB_OFFLINE"] == "1"


@pytest.mark.models
def test_the_files_alone_index_the_samples_and_serve_and_the_health_check_judges(image: Path, tmp_path: Path):
    (start,) = of("CMD")
    (check,) = re.findall(r"CMD (\[.*\])$", of("HEALTHCHECK")[0])
    port = command(start)[command(start).index("--port") + 1]
    assert of("EXPOSE") == [port] and f":{port}/health" in check
    words = command(start)[2:]
    words[words.index("--port") + 1] = "0"
    words[words.index("--host") + 1] = "127.0.0.1"
    with serving(tmp_path / "errors.txt", *words, folder=image, environment=environment()) as address:
        judged = command(check.replace(f"http://127.0.0.1:{port}", address))
        assert subprocess.run(judged, check=False, capture_output=True).returncode == 0
        (image / "index" / "store" / "CURRENT").unlink()
        assert subprocess.run(judged, check=False, capture_output=True).returncode != 0  # 503
    assert subprocess.run(judged, check=False, capture_output=True).returncode != 0  # nobody answers
