"""The options of app.py, each with the server as users start it."""

from __future__ import annotations

import base64
import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import anyio
import pytest
from conftest import ROOT

from .conftest import serving
from .test_server import call, get, start

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.models

MEXICO = "By how much have homicides in Mexico fallen?"
BASIC = "Basic " + base64.b64encode(b"ada:pass:word").decode()


@pytest.fixture(scope="module")
def own_index(seeds_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy that a test may change."""
    return Path(shutil.copytree(seeds_folder, tmp_path_factory.mktemp("own") / "store"))


@pytest.fixture(scope="module")
def locked(own_index: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server with a login from a file, MCP, no additions, and little patience."""
    folder = tmp_path_factory.mktemp("locked")
    (folder / "login").write_text("ada:pass:word\n", encoding="utf-8")
    options = ["--auth", f"@{folder / 'login'}", "--mcp", "--no-add", "--max-waiting", "1", "--max-upload-mb", "1"]
    with serving(folder / "errors.txt", "--index", str(own_index), "--port", "0", *options) as address:
        yield address


@pytest.mark.parametrize(
    "path", ["/", "/config", "/gradio_api/info", "/gradio_api/file=app.py", "/assets/x.js", "/theme.css", "/mcp"]
)
def test_without_the_login_there_is_nothing_but_health(locked: str, path: str):
    assert get(locked + path)[0] == 401
    assert get(locked + "/health")[0] == 200


def test_a_request_for_answers_without_the_login_is_refused(locked: str):
    for path in ("call/v2/ask", "queue/join", "upload", "run/ask"):
        command = ["curl", "-s", "-o", "/dev/null", "-w", "%{http_code}", "-d", "{}", f"{locked}/gradio_api/{path}"]
        assert subprocess.run(command, capture_output=True, text=True, check=True).stdout == "401", path


def test_a_refusal_carries_the_headers_too(locked: str):
    done = subprocess.run(["curl", "-si", locked], capture_output=True, text=True, check=True)
    assert 'www-authenticate: Basic realm="articles"' in done.stdout and "content-security-policy" in done.stdout


def test_with_the_login_programs_are_answered_and_may_not_add(locked: str):
    from gradio_client import Client

    client = Client(locked, headers={"Authorization": BASIC}, verbose=False)
    assert client.predict(MEXICO, api_name="/ask")["quotes"][0]["text"] == "40 percent"
    assert list(client.view_api(return_format="dict")["named_endpoints"]) == ["/ask", "/search"]


def test_with_the_login_a_language_models_client_is_answered(locked: str):
    import httpx2
    from mcp import Client
    from mcp.client.streamable_http import streamable_http_client

    async def talk() -> str:
        async with (
            httpx2.AsyncClient(headers={"Authorization": BASIC}) as http,
            Client(streamable_http_client(f"{locked}/mcp", http_client=http)) as client,
        ):
            answer = await client.call_tool("ask", {"question": MEXICO})
            return str(answer.structured_content["quotes"][0]["text"])

    assert anyio.run(talk) == "40 percent"


def test_with_the_login_the_page_answers_and_nothing_in_it_fails(locked: str, chromium: Browser):
    context = chromium.new_context(http_credentials={"username": "ada", "password": "pass:word"})
    page = context.new_page()
    wrong: list[str] = []
    page.on("response", lambda r: wrong.append(f"{r.status} {r.url}") if r.status >= 400 else None)
    page.goto(locked)
    box = page.get_by_label("Your question")
    box.fill(MEXICO)
    box.press("Enter")
    page.locator("#messages .answer").wait_for()
    assert "40 percent" in page.locator("#messages .answer").inner_text()
    assert wrong == []
    context.close()


def test_where_nothing_can_be_added_no_file_is_taken(locked: str, tmp_path: Path):
    (tmp_path / "a.txt").write_text("x")
    command = ["curl", "-s", "-w", "%{http_code}", "-H", f"Authorization: {BASIC}",
               "-F", f"files=@{tmp_path / 'a.txt'}", f"{locked}/gradio_api/upload"]  # fmt: skip
    told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert told == "this server takes no files\n403"


def test_health_says_why_when_the_index_cannot_be_read(locked: str, own_index: Path):
    current = own_index / "CURRENT"
    current.rename(own_index / "elsewhere")
    status, body, _ = get(f"{locked}/health")
    (own_index / "elsewhere").rename(current)
    assert status == 503 and "there is no index in" in json.loads(body)["reason"]
    assert get(f"{locked}/health")[0] == 200


def test_articles_that_a_program_adds_are_answered_from(seeds_folder: Path, tmp_path: Path):
    index = shutil.copytree(seeds_folder, tmp_path / "store")
    article = {
        "id": "quux",
        "title": "Court news",
        "text": "Zed Marrow is the regent of Quux.",
        "published": "2026-01-02",
    }
    with serving(tmp_path / "errors.txt", "--index", str(index), "--port", "0") as address:
        before = json.loads(get(f"{address}/health")[1])["revision"]
        event, (change,) = call(address, "add", articles=[article])
        assert (event, change["added"], change["embedded"]) == ("complete", ["quux"], 1)
        _, (answer,) = call(address, "ask", question="Who is the regent of Quux?")
        assert answer["quotes"][0]["text"] == "Zed Marrow" and answer["quotes"][0]["article_id"] == "quux"
        assert json.loads(get(f"{address}/health")[1])["revision"] != before


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--auth", "nobody"], "the login is not of the form USER:PASSWORD"),
        (["--max-waiting", "0"], "max_waiting is 0"),
        (["--max-upload-mb", "0"], "max_upload_mb is 0"),
        (["--threshold", "2"], "threshold is 2.0"),
    ],
)
def test_an_option_that_cannot_be_used_is_one_line(options: list[str], told: str):
    done = start(*options)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert done.stderr.startswith(f"error: {told}")


def test_a_tunnel_is_announced_and_its_failure_is_one_line(seeds_folder: Path):
    code = (
        "import sys, gradio.networking as n\n"
        "def fail(*_): raise RuntimeError('no network')\n"
        "n.setup_tunnel = fail\n"  # as gradio fails on a machine that is offline
        "import runpy; runpy.run_path('app.py', run_name='__main__')"
    )
    command = [sys.executable, "-c", code, "--index", str(seeds_folder), "--port", "0", "--share"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=120)
    warning, error = done.stderr.splitlines()
    assert done.returncode == 2 and done.stdout == ""
    assert warning.startswith("warning: --share opens this page to everyone on the internet, without a login")
    assert error.startswith("error: cannot open a tunnel (no network)")
