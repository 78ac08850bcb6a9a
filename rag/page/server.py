"""The page as a web application, with what is served beside it and what guards it."""

from __future__ import annotations

import socket
from contextlib import suppress
from pathlib import Path

import gradio as gr
from fastapi import FastAPI
from fastapi.responses import JSONResponse
from starlette.middleware.trustedhost import TrustedHostMiddleware

from rag.answer import Answerer
from rag.errors import InputError
from rag.page import messages, texts
from rag.page.access import BodyLimit, RequireLogin, SameOrigin
from rag.page.chat_tab import AT_ONCE, chat_tab
from rag.page.collection_tab import ask_only, collection_tab
from rag.page.endpoints import endpoints
from rag.page.headers import SecurityHeaders
from rag.page.health import health
from rag.page.history_tab import history_tab, kept_here
from rag.page.options import ServerOptions
from rag.service import Service

PORT = 7860  # any free one if it is taken
SESSIONS = 200  # of tabs and calls that are remembered, 70 KB each; a tab that is not brings its conversation along
LEFT_BEHIND = (3600, 86400)  # every hour, uploads that no tab has handed over within a day go
STYLES = tuple(Path(__file__).parent / name for name in ("page.css", "panels.css"))


def page(service: Service, options: ServerOptions) -> gr.Blocks:
    """Everything that a browser sees, and what programs may call."""
    answerer, index = service.answerer, service.index

    def heading() -> str:
        return messages.page_heading(articles=len(index), passages=index.passage_count)

    with gr.Blocks(title=texts.TITLE, fill_width=True, analytics_enabled=False, delete_cache=LEFT_BEHIND) as blocks:
        above = gr.HTML(heading(), elem_id="heading")
        kept = kept_here()
        with gr.Tabs(elem_id="tabs") as tabs:
            with gr.Tab(texts.CHAT_TAB, id="chat") as asking:
                chat = chat_tab(answerer, kept)
            with gr.Tab(texts.COLLECTION_TAB, id="collection") as collection:
                articles = collection_tab(
                    index, collection, may_change=options.may_add, largest_mb=options.max_upload_mb
                )
            with gr.Tab(texts.HISTORY_TAB, id="history"):
                history_tab(answerer, chat, kept, tabs)
        ask_only(articles, chat.bar, tabs, kept)
        gr.on([blocks.load, asking.select], heading, outputs=above, **AT_ONCE)  # articles come and go meanwhile
        endpoints(service, may_add=options.may_add)
    blocks.state_session_capacity = SESSIONS
    return blocks.queue(max_size=options.max_waiting)


def web_app(answerer: Answerer, options: ServerOptions) -> FastAPI:
    """The page and what is served beside it."""
    service = Service(answerer)
    if options.mcp:
        from rag.mcp import over_http

        tools = over_http(service, max_waiting=options.max_waiting)
        app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None, lifespan=tools.router.lifespan_context)
        app.router.routes.extend(tools.routes)
    else:
        app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)

    @app.get("/health")
    def tell_health() -> JSONResponse:
        status, told = health(answerer)
        return JSONResponse(told, status)

    # The last that is added meets a request first.
    app.add_middleware(BodyLimit, max_bytes=options.max_upload_bytes, uploads=options.may_add)
    app.add_middleware(SameOrigin)
    if options.login:
        app.add_middleware(RequireLogin, login=options.login)
    if options.names:
        app.add_middleware(TrustedHostMiddleware, allowed_hosts=list(options.names))
    app.add_middleware(SecurityHeaders)
    mounted: FastAPI = gr.mount_gradio_app(
        app, page(service, options), path="/", footer_links=[], run_history=False, show_error=False,
        max_file_size=options.max_upload_bytes, mcp_server=False,
        theme=gr.themes.Base(primary_hue="blue", neutral_hue="slate", font="sans-serif", font_mono="monospace"),
        head="".join(f"<style>{path.read_text(encoding='utf-8')}</style>" for path in STYLES),
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
