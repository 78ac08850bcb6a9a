"""The page as a web application, with /health and the headers that keep the browser on this host."""

from __future__ import annotations

import socket
from contextlib import suppress
from pathlib import Path
from typing import Any

import gradio as gr
from fastapi import FastAPI
from starlette.middleware.trustedhost import TrustedHostMiddleware

from rag.answer import Answerer
from rag.errors import InputError
from rag.page import messages, texts
from rag.page.chat_tab import chat_tab
from rag.page.endpoints import endpoints
from rag.page.headers import SecurityHeaders

PORT = 7860  # any free one if it is taken
MAX_WAITING = 64  # questions; more are refused, as at 0.3 s each the last would wait 20 s
LOOPBACK = ["127.0.0.1", "localhost", "::1"]
STYLE = Path(__file__).parent / "page.css"


def page(answerer: Answerer) -> gr.Blocks:
    """Everything that a browser sees."""
    index = answerer.index
    with gr.Blocks(title=texts.TITLE, fill_width=True, analytics_enabled=False) as blocks:
        gr.HTML(messages.page_heading(articles=len(index), passages=index.passage_count),
                elem_id="heading")  # fmt: skip
        chat_tab(answerer)
        endpoints(answerer)
    return blocks.queue(max_size=MAX_WAITING)


def web_app(answerer: Answerer, *, host: str) -> FastAPI:
    """The page and what is served beside it."""
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)

    @app.get("/health")
    def health() -> dict[str, Any]:
        return {"status": "ok", "articles": len(answerer.index)}

    app.add_middleware(SecurityHeaders)
    if host in LOOPBACK:  # a site elsewhere whose name is made to point here must not read the answers
        app.add_middleware(TrustedHostMiddleware, allowed_hosts=LOOPBACK)
    mounted: FastAPI = gr.mount_gradio_app(
        app, page(answerer), path="/", footer_links=[], run_history=False, show_error=False,
        theme=gr.themes.Base(primary_hue="blue", neutral_hue="slate", font="sans-serif", font_mono="monospace"),
        head=f"<style>{STYLE.read_text(encoding='utf-8')}</style>",
    )  # fmt: skip
    return mounted


def listen(host: str, port: int | None) -> socket.socket:
    """A listening socket; without a port, `PORT` or any free one.

    Raises:
        InputError: the address cannot be used.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    if port is None:
        with suppress(OSError):
            return socket.create_server((host, PORT), family=family)
    try:
        return socket.create_server((host, port or 0), family=family)
    except (OSError, OverflowError) as error:
        where = f"{host} port {port or 0}"
        raise InputError(f"cannot serve at {where} ({error}); name another --host or --port") from None
