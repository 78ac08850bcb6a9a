from __future__ import annotations

import asyncio
import base64
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.errors import InputError
from rag.page.access import BodyLimit, Login, RequireLogin, SameOrigin, from_elsewhere
from rag.page.options import ServerOptions

LOGIN = Login("ada", "pass:word ü")


def basic(user: str, password: str) -> str:
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


def status(
    middleware: Any, *, method: str = "GET", path: str = "/", body: tuple[bytes, ...] = (), **headers: str
) -> int:
    """What a request gets; the application behind reads its body and says 200, or 400 if it is cut off."""
    sent: list[dict[str, Any]] = []
    parts = list(body) or [b""]

    async def app(scope: Any, receive: Any, send: Any) -> None:
        more = True
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                await send({"type": "http.response.start", "status": 400, "headers": []})
                return
            more = message["more_body"]
        await send({"type": "http.response.start", "status": 200, "headers": []})

    async def receive() -> dict[str, Any]:
        part = parts.pop(0)
        return {"type": "http.request", "body": part, "more_body": bool(parts)}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    named = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    scope = {"type": "http", "method": method, "path": path, "headers": named}
    asyncio.run(middleware(app)(scope, receive, send))
    return int(sent[0]["status"])


def guarded(app: Any) -> RequireLogin:
    return RequireLogin(app, LOGIN)


@pytest.mark.parametrize("path", ["/", "/config", "/gradio_api/file=/etc/passwd", "/mcp", "/health/", "//health"])
def test_everything_but_health_needs_the_login(path: str):
    assert status(guarded, path=path) == 401
    assert status(guarded, path=path, authorization=basic("ada", "pass:word ü")) == 200
    assert status(guarded, path="/health") == 200


@given(user=st.text(), password=st.text())
def test_only_the_login_itself_opens(user: str, password: str):
    header = "Basic " + base64.b64encode(f"{user}:{password}".encode("utf-8", "replace")).decode()
    assert LOGIN.is_of(header) == (f"{user}:{password}" == "ada:pass:word ü")


@given(st.text())
def test_any_header_is_judged_without_an_error(header: str):
    assert not LOGIN.is_of(header)


@pytest.mark.parametrize("header", ["", "Basic", "Basic ", "Basic !!!", "Bearer " + basic("ada", "pass:word ü")[6:]])
def test_other_headers_do_not_open(header: str):
    assert not LOGIN.is_of(header)


def test_a_login_is_read_from_the_command_or_a_file(tmp_path: Path):
    assert Login.read("ada:pass:word ü") == LOGIN
    (tmp_path / "login").write_text("ada:pass:word ü\nignored\n", encoding="utf-8")
    assert Login.read(f"@{tmp_path / 'login'}") == LOGIN
    assert "pass" not in repr(LOGIN)


@pytest.mark.parametrize("given", ["ada", "ada:", ":word", ":", "@/no/such/file"])
def test_what_is_no_login_is_refused_without_showing_it(given: str):
    with pytest.raises(InputError, match="USER:PASSWORD") as refused:
        Login.read(given)
    assert "\n" not in str(refused.value) and "word" not in str(refused.value).replace("PASSWORD", "")


@pytest.mark.parametrize(
    ("headers", "refused"),
    [
        ({}, False),  # a program
        ({"origin": "http://localhost:1", "host": "localhost:1"}, False),
        ({"origin": "http://localhost:2", "host": "localhost:1"}, True),  # another program's page on this machine
        ({"origin": "null", "host": "localhost:1"}, True),  # a sandboxed frame
        ({"sec-fetch-site": "same-origin", "origin": "https://proxy.example", "host": "inner"}, False),
        ({"sec-fetch-site": "same-site", "host": "localhost:1"}, True),
        ({"sec-fetch-site": "cross-site"}, True),
        ({"sec-fetch-site": "none"}, False),  # typed into the address bar
    ],
)
def test_pages_of_other_sites_may_not_send_anything(headers: dict[str, str], refused: bool):
    assert from_elsewhere(headers) == refused
    named = {name.replace("-", "_"): value for name, value in headers.items()}
    assert status(SameOrigin, method="POST", **named) == (403 if refused else 200)
    assert status(SameOrigin, method="GET", **named) == 200  # a link may lead here


def limited(app: Any) -> BodyLimit:
    return BodyLimit(app, 10)


def test_a_request_over_the_limit_is_refused_whether_or_not_it_says_its_length():
    assert status(limited, method="POST", body=(b"1234567890",), content_length="10") == 200
    assert status(limited, method="POST", body=(b"12345678901",), content_length="11") == 413
    assert status(limited, method="POST", body=(b"12345", b"67890")) == 200
    assert status(limited, method="POST", body=(b"12345", b"67890", b"1")) == 400
    assert status(limited, method="POST", content_length="-1") == 413
    assert status(limited, method="POST", path="/gradio_api/upload", content_length="11") == 200


def test_where_nothing_can_be_added_no_file_is_taken():
    def closed(app: Any) -> BodyLimit:
        return BodyLimit(app, 10, uploads=False)

    assert status(closed, method="POST", path="/gradio_api/upload") == 403
    assert status(closed, method="POST", path="/gradio_api/call/v2/ask") == 200


def test_programs_may_add_from_this_machine_only_unless_it_is_said():
    assert ServerOptions().may_add
    assert not ServerOptions(host="0.0.0.0").may_add
    assert not ServerOptions(shared_at="x.example").may_add
    assert ServerOptions(host="0.0.0.0", allow_add=True).may_add
    assert not ServerOptions(allow_add=False).may_add


def test_the_names_that_are_answered_to():
    assert ServerOptions().names == ServerOptions(host="::1").names == ("127.0.0.1", "localhost", "[::1]")
    assert ServerOptions(shared_at="x.example").names[-1] == "x.example"
    assert ServerOptions(host="0.0.0.0").names == ()


@pytest.mark.parametrize("wrong", [{"max_waiting": 0}, {"max_upload_mb": -1}])
def test_a_limit_below_one_is_refused(wrong: dict[str, int]):
    with pytest.raises(InputError, match="must be 1 or more"):
        ServerOptions(**wrong)
