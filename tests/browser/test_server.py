"""What app.py serves besides the page, and how it fails to start; no browser needed."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from conftest import ROOT

pytestmark = pytest.mark.models


def get(url: str, **headers: str) -> tuple[int, str, dict[str, str]]:
    try:
        with urlopen(Request(url, headers=headers), timeout=30) as response:
            return response.status, response.read().decode(), {k.lower(): v for k, v in response.headers.items()}
    except HTTPError as error:
        with error:
            return error.code, error.read().decode(), {}


def call_ask(address: str, question: str, standalone_question: str = "") -> tuple[str, object]:
    """The named endpoint as curl uses it: one request starts it, another reads how it ended and with what."""
    body = json.dumps({"data": [question, standalone_question]}).encode()
    start = Request(f"{address}/gradio_api/call/ask", body, {"Content-Type": "application/json"})
    with urlopen(start, timeout=30) as response:
        event = json.load(response)["event_id"]
    _, stream, _ = get(f"{address}/gradio_api/call/ask/{event}")
    lines = dict(line.split(": ", 1) for line in stream.strip().splitlines()[-2:])
    return lines["event"], json.loads(lines["data"])


def test_health_says_ok(address: str):
    status, body, _ = get(f"{address}/health")
    assert status == 200
    assert json.loads(body) == {"status": "ok", "articles": 22}


@pytest.mark.parametrize("path", ["/", "/health", "/config"])
def test_every_response_forbids_other_hosts(address: str, path: str):
    status, _, headers = get(address + path)
    assert status == 200
    assert "default-src 'self'" in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"


def test_a_name_that_only_points_here_is_refused(address: str):
    assert get(address + "/", Host="rebound.example")[0] == 400


def test_the_answer_of_the_api_is_the_object_of_the_command_line(address: str):
    event, data = call_ask(address, "By how much have homicides in Mexico fallen?")
    assert event == "complete"
    (answer,) = data
    assert answer["answered"] is True
    quote = answer["quotes"][0]
    assert quote["text"] == "40 percent" and quote["article_id"] == "2026-01-mexico-cartels.md"
    assert quote["published"] == "2026-01-10" and 0 < quote["confidence"] <= 1


@pytest.mark.parametrize("question", ["", "why " * 2_500])
def test_the_api_refuses_a_question_that_cannot_be_asked(address: str, question: str):
    event, _ = call_ask(address, question)
    assert event == "error"


def test_the_api_takes_what_a_question_means_along_with_it(address: str):
    event, (answer,) = call_ask(address, "And where was she born?", "Where was Marie Curie born?")
    assert event == "complete"
    assert answer["question"] == "And where was she born?"
    assert answer["standalone_question"] == "Where was Marie Curie born?"
    assert "Warsaw" in answer["quotes"][0]["text"]


def test_ask_is_the_only_named_endpoint(address: str):
    _, body, _ = get(f"{address}/gradio_api/info")
    assert list(json.loads(body)["named_endpoints"]) == ["/ask"]


def start(*arguments: str, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(ROOT / "app.py"), *arguments]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False, timeout=120)


def test_a_missing_index_is_one_line(tmp_path: Path):
    done = start("--index", str(tmp_path / "none"))
    assert done.returncode == 2 and done.stdout == ""
    assert done.stderr.startswith("error: there is no index in ") and done.stderr.count("\n") == 1


def test_a_taken_port_is_one_line():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        done = start("--port", str(taken.getsockname()[1]))
    assert done.returncode == 2
    assert done.stderr.startswith("error: cannot serve at 127.0.0.1 port ") and done.stderr.count("\n") == 1
