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


def call(address: str, name: str, **arguments: object) -> tuple[str, object]:
    """A named endpoint as curl uses it: one request starts it, another reads how it ended and with what."""
    body = json.dumps(arguments).encode()
    start = Request(f"{address}/gradio_api/call/v2/{name}", body, {"Content-Type": "application/json"})
    with urlopen(start, timeout=30) as response:
        event = json.load(response)["event_id"]
    _, stream, _ = get(f"{address}/gradio_api/call/{name}/{event}")
    lines = dict(line.split(": ", 1) for line in stream.strip().splitlines()[-2:])
    return lines["event"], json.loads(lines["data"])


def test_health_says_ok(address: str):
    status, body, _ = get(f"{address}/health")
    assert status == 200
    told = json.loads(body)
    assert (told["status"], told["articles"], told["models_loaded"]) == ("ok", 22, True)
    assert told["passages"] > told["articles"] and told["revision"]


@pytest.mark.parametrize("path", ["/", "/health", "/config"])
def test_every_response_forbids_other_hosts(address: str, path: str):
    status, _, headers = get(address + path)
    assert status == 200
    assert "default-src 'self'" in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"


def test_a_name_that_only_points_here_is_refused(address: str):
    assert get(address + "/", Host="rebound.example")[0] == 400


def test_the_answer_of_the_api_is_the_object_of_the_command_line(address: str):
    event, data = call(address, "ask", question="By how much have homicides in Mexico fallen?")
    assert event == "complete"
    (answer,) = data
    assert answer["answered"] is True
    quote = answer["quotes"][0]
    assert quote["text"] == "40 percent" and quote["article_id"] == "2026-01-mexico-cartels.md"
    assert quote["published"] == "2026-01-10" and 0 < quote["confidence"] <= 1


@pytest.mark.parametrize("question", ["", "why " * 2_500])
def test_the_api_refuses_a_question_that_cannot_be_asked(address: str, question: str):
    event, _ = call(address, "ask", question=question)
    assert event == "error"


def test_the_api_takes_what_a_question_means_along_with_it(address: str):
    event, (answer,) = call(
        address, "ask", question="And where was she born?", standalone_question="Where was Marie Curie born?"
    )
    assert event == "complete"
    assert answer["question"] == "And where was she born?"
    assert answer["standalone_question"] == "Where was Marie Curie born?"
    assert "Warsaw" in answer["quotes"][0]["text"]


def test_the_named_endpoints_are_those_of_the_readme(address: str):
    _, body, _ = get(f"{address}/gradio_api/info")
    assert list(json.loads(body)["named_endpoints"]) == ["/ask", "/search", "/add"]


def test_a_search_gives_passages_with_their_places_and_keeps_to_a_filter(address: str):
    where = {"sources": "The Saltmarsh Mercury (fictional)", "since": "2026-01-01"}
    event, (found,) = call(address, "search", question="who pays for the ferry", k=2, where=where)
    assert event == "complete" and len(found["hits"]) == 2
    for hit in found["hits"]:
        assert hit["article_id"].startswith("harrow-bay") and len(hit["text"]) == hit["end"] - hit["start"]


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("ask", {"question": 7}),
        ("ask", {"question": "who?", "where": {"source": "misspelled"}}),
        ("search", {"question": "who?", "k": 0}),
        ("search", {"question": "who?", "k": "many"}),
        ("add", {"articles": []}),
        ("add", {"articles": [{"title": "no text"}]}),
        ("add", {"articles": "text"}),
    ],
)
def test_a_call_that_cannot_be_understood_is_told_why(address: str, name: str, arguments: dict[str, object]):
    event, told = call(address, name, **arguments)
    assert event == "error" and "\n" not in told["error"] and told["error"]


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
