"""Who may use the page's server: a login, no pages of other sites, and requests of a bearable size. ASGI middleware."""

from __future__ import annotations

import base64
import binascii
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from rag.errors import InputError
from rag.page.headers import App, Message, Receive, Send

OPEN = "/health"  # for monitors, which have no login
ASKING = {"GET", "HEAD", "OPTIONS"}  # methods that change nothing
UPLOADS = "/gradio_api/upload"  # several files; gradio limits each


@dataclass(frozen=True, slots=True)
class Login:
    """A name and a password."""

    user: str
    password: str = field(repr=False)

    @classmethod
    def read(cls, given: str) -> Login:
        """A login from ``USER:PASSWORD``, or from ``@FILE`` whose first line holds that.

        Raises:
            InputError: it holds none.
        """
        if given.startswith("@"):
            try:
                given = Path(given[1:]).read_text(encoding="utf-8").partition("\n")[0].strip()
            except (OSError, UnicodeDecodeError) as error:
                raise InputError(f"cannot read the login from {given[1:]} ({error}); wanted USER:PASSWORD") from error
        user, colon, password = given.partition(":")
        if not (user and colon and password):
            raise InputError("the login is not of the form USER:PASSWORD; name one with --auth or in RAG_AUTH")
        return cls(user, password)

    def is_of(self, header: str) -> bool:
        """Whether an Authorization header (HTTP Basic) carries this login; takes as long if it does not."""
        kind, _, coded = header.partition(" ")
        try:
            sent = base64.b64decode(coded, validate=True)
        except (binascii.Error, ValueError):
            sent = b""
        fits = hmac.compare_digest(sent, f"{self.user}:{self.password}".encode())
        return fits and kind.lower() == "basic"


class RequireLogin:
    """Everything but `OPEN` needs the login: the page, what it loads, the API, files, MCP."""

    def __init__(self, app: App, login: Login) -> None:
        self.app = app
        self.login = login

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        asked = scope["type"] in ("http", "websocket") and scope["path"] != OPEN
        if asked and not self.login.is_of(headers_of(scope).get("authorization", "")):
            if scope["type"] == "websocket":
                await send({"type": "websocket.close", "code": 1008})
                return
            challenge = {"www-authenticate": 'Basic realm="articles", charset="UTF-8"'}
            await refuse(send, 401, "this needs the login that the server was started with", challenge)
            return
        await self.app(scope, receive, send)


class SameOrigin:
    """A page of another site may not send anything in its reader's name."""

    def __init__(self, app: App) -> None:
        self.app = app

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["method"] not in ASKING and from_elsewhere(headers_of(scope)):
            await refuse(send, 403, "pages of other sites may not use this server")
            return
        await self.app(scope, receive, send)


def from_elsewhere(headers: Mapping[str, str]) -> bool:
    """Whether a browser sends the request for a page of another site; programs name no site and may."""
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site not in ("same-origin", "none")
    origin = headers.get("origin")
    return origin is not None and urlsplit(origin).netloc != headers.get("host")


class BodyLimit:
    """Refuses requests whose body is larger than the limit; of uploads each file is limited by gradio instead."""

    def __init__(self, app: App, max_bytes: int, *, uploads: bool = True) -> None:
        """Let bodies of so many bytes pass, and uploads if there are to be any."""
        self.app = app
        self.max_bytes = max_bytes
        self.uploads = uploads

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        upload = scope["type"] == "http" and scope["path"].startswith(UPLOADS)
        if upload and not self.uploads:
            await refuse(send, 403, "this server takes no files")
            return
        if scope["type"] != "http" or upload:
            await self.app(scope, receive, send)
            return
        length = headers_of(scope).get("content-length", "0")
        if not length.isdecimal() or int(length) > self.max_bytes:
            await refuse(send, 413, f"the request is larger than {self.max_bytes:,} bytes; send less at a time")
            return
        received = 0

        async def counted() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > self.max_bytes:  # one that named no length
                return {"type": "http.disconnect"}
            return message

        await self.app(scope, counted, send)


def headers_of(scope: Message) -> dict[str, str]:
    """The headers of a request; of one that is sent twice, the last."""
    return {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}


async def refuse(send: Send, status: int, why: str, headers: Mapping[str, str] | None = None) -> None:
    """Answer with one line of text."""
    body = f"{why}\n".encode()
    named = {"content-type": "text/plain; charset=utf-8", "content-length": str(len(body)), **(headers or {})}
    coded = [(name.encode(), value.encode()) for name, value in named.items()]
    await send({"type": "http.response.start", "status": status, "headers": coded})
    await send({"type": "http.response.body", "body": body})
