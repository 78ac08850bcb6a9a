"""The chat page: python app.py [--index DIR] [--host HOST] [--port PORT]. It draws Answers and decides nothing.

With the default index, `seeds/` is indexed first if that has not been done.
"""

from __future__ import annotations

import os

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # before torch or faiss load; see the Makefile
os.environ.setdefault("HF_HUB_OFFLINE", "1")  # models come from this machine
os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"  # before gradio loads, else it calls home

import socket
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Annotated, Any

import gradio as gr
import typer
import uvicorn
from fastapi import FastAPI
from starlette.middleware.trustedhost import TrustedHostMiddleware

from rag import cli
from rag.answer import Answerer
from rag.chat import Chat
from rag.errors import InputError, RagError
from rag.index import Index
from rag.output import answer_record
from rag.page import messages
from rag.page.citations import Citation, of_quotes, read_link
from rag.page.headers import SecurityHeaders
from rag.page.source import article_panel, empty_panel
from rag.terminal import one_line_errors
from rag.types import Answer

ROOT = Path(__file__).resolve().parent
SEEDS = ROOT / "seeds"
PAGE = Path(messages.__file__).parent  # the style sheet and the script
DEFAULT_INDEX = ROOT / cli.DEFAULT_INDEX
PORT = 7860  # any free one if it is taken
MAX_WAITING = 64  # questions; more are refused, as at 0.3 s each the last would wait 20 s
LOOPBACK = ["127.0.0.1", "localhost", "::1"]

TITLE = "Ask your articles"
PLACEHOLDER = "Ask a question, or start with one of these."
HINT = "The article that an answer is quoted from appears here, with the words marked in their place."
NOTHING_CITED = "The articles don't say. Open one of the nearest passages to see for yourself."
EXAMPLES = {  # question -> the sample article that answers it
    "By how much have homicides in Mexico fallen?": "2026-01-mexico-cartels.md",
    "How much does the council pay for the ferry each day?": "harrow-bay-04-ferry-starts.md",
    "In whose bakery did the Great Fire begin?": "great-fire-of-london.md",
    "Which language helped Champollion with Egyptian?": "rosetta-stone.md",
}
GENERAL_EXAMPLE = "Who said what?"

History = list[dict[str, Any]]


def chat_page(answerer: Answerer) -> gr.Blocks:
    """The chat, and beside it the article that an answer is quoted from."""
    index = answerer.index

    def reply(question: str, history: History, talk: Chat | None) -> Iterator[tuple[Any, ...]]:
        yield from answer(question, history, talk or Chat(answerer), None)

    def reply_as_meant(meant: str, history: History, talk: Chat | None) -> Iterator[tuple[Any, ...]]:
        if talk and talk.turns:
            yield from answer(talk.turns[-1].question, history, talk, meant.strip() or None)

    def answer(question: str, history: History, talk: Chat, meant: str | None) -> Iterator[tuple[Any, ...]]:
        """Draw the question, then what comes of it; `meant` is how the user put right what was understood."""
        if not question.strip():
            yield (gr.skip(),) * 5
            return
        history = [*history, _message("user", messages.question_message(meant or question))]
        waiting = _message("assistant", messages.waiting_message(len(index)))
        yield [*history, waiting], "", gr.skip(), gr.skip(), talk
        understood, source_panel = gr.update(visible=False), gr.skip()
        try:
            said = talk.ask(question, standalone_question=meant)
        except RagError as error:
            drawn = messages.notice_message(f"{error}.")
        else:
            if said.answer is None:
                drawn = messages.remark_message(said.text)
            else:
                drawn, source_panel = messages.answer_message(said.answer), first_source(said.answer)
                understood = gr.update(value=said.answer.standalone_question, visible=said.rewritten)
        yield [*history, _message("assistant", drawn)], gr.skip(), source_panel, understood, talk

    def panel(citation: Citation) -> str:
        return article_panel(index.article(citation.article_id), citation)

    def first_source(answer: Answer) -> str:
        return panel(of_quotes(answer)[0][0][0]) if answer.answered else empty_panel(NOTHING_CITED)

    def follow(event: gr.EventData) -> str:
        try:
            return panel(read_link(str(event.link)))
        except RagError as error:
            return empty_panel(f"{error}.")

    def take_example(event: gr.SelectData) -> str:
        return str(event.value["text"])

    def ask(question: str, standalone_question: str = "") -> dict[str, Any]:
        """Answer in the articles' own words; start and end count characters of the article's text."""
        try:
            return answer_record(answerer.ask(question, standalone_question=standalone_question or None))
        except RagError as error:
            raise gr.Error(str(error), print_exception=False) from error

    with gr.Blocks(title=TITLE, fill_width=True, analytics_enabled=False) as blocks:
        gr.HTML(messages.page_heading(TITLE, articles=len(index), passages=index.passage_count), elem_id="heading")
        with gr.Row(elem_id="columns", equal_height=True):
            with gr.Column(elem_id="chat", scale=6, min_width=320):
                chat = gr.Chatbot(
                    label="Conversation", show_label=False, container=False, height="100%", layout="bubble",
                    placeholder=PLACEHOLDER, examples=[{"text": text} for text in _examples(index)],
                    latex_delimiters=[], allow_tags=False, autoscroll=False, buttons=[], elem_id="messages",
                )  # fmt: skip
                understood = gr.Textbox(
                    label="Understood as (change it and press Enter to ask that instead)", lines=1, max_lines=3,
                    visible=False, elem_id="understood",
                )  # fmt: skip
                question = gr.Textbox(
                    label="Your question", show_label=False, container=False, placeholder="Ask a question…",
                    lines=1, max_lines=5, submit_btn="Ask", autofocus=True, elem_id="question",
                )  # fmt: skip
            with gr.Column(elem_id="source", scale=5, min_width=320):
                source = gr.HTML(
                    empty_panel(HINT), apply_default_css=False,
                    js_on_load=(PAGE / "page.js").read_text(encoding="utf-8"),
                )  # fmt: skip
        talk = gr.State(None)  # this tab's Chat
        answering: dict[str, Any] = {
            "outputs": [chat, question, source, understood, talk], "show_progress": "hidden",
            "concurrency_id": "models", "concurrency_limit": 1, "api_visibility": "private",
        }  # fmt: skip
        at_once: dict[str, Any] = {"show_progress": "hidden", "queue": False, "api_visibility": "private"}
        question.submit(reply, [question, chat, talk], **answering)
        understood.submit(reply_as_meant, [understood, chat, talk], **answering)
        chat.example_select(take_example, outputs=question, **at_once).then(reply, [question, chat, talk], **answering)
        chat.clear(
            lambda: (empty_panel(HINT), gr.update(visible=False), None), outputs=[source, understood, talk], **at_once
        )
        source.select(follow, outputs=source, **at_once)
        gr.api(ask, api_name="ask", concurrency_id="models", concurrency_limit=1)
    return blocks.queue(max_size=MAX_WAITING)


def web_app(blocks: gr.Blocks, *, articles: int, host: str) -> FastAPI:
    """The page, /health and the headers that keep the browser on this host."""
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)

    @app.get("/health")
    def health() -> dict[str, Any]:
        return {"status": "ok", "articles": articles}

    app.add_middleware(SecurityHeaders)
    if host in LOOPBACK:  # a site elsewhere whose name is made to point here must not read the answers
        app.add_middleware(TrustedHostMiddleware, allowed_hosts=LOOPBACK)
    mounted: FastAPI = gr.mount_gradio_app(
        app, blocks, path="/", footer_links=[], run_history=False, show_error=False,
        theme=gr.themes.Base(primary_hue="blue", neutral_hue="slate", font="sans-serif", font_mono="monospace"),
        head=f"<style>{(PAGE / 'page.css').read_text(encoding='utf-8')}</style>",
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


def main(
    index: Annotated[Path, typer.Option(help="The folder of the index.")] = DEFAULT_INDEX,
    host: Annotated[str, typer.Option(help="The address to serve at; 0.0.0.0 lets other machines in.")] = "127.0.0.1",
    port: Annotated[int | None, typer.Option(help=f"{PORT}, or any free one, if none is named.")] = None,
) -> None:
    """Serve the chat page."""
    with one_line_errors(), suppress(KeyboardInterrupt), listen(host, port) as bound:
        if index == DEFAULT_INDEX and not (index / "CURRENT").exists():
            cli.build([SEEDS], index)
        answerer = Answerer(Index.open(index))
        answerer.ask(GENERAL_EXAMPLE)  # loads the models, so that the first question does not wait for them
        served = web_app(chat_page(answerer), articles=len(answerer.index), host=host)
        name = f"[{host}]" if ":" in host else host
        print(f"Ask your articles at http://{name}:{bound.getsockname()[1]} (Ctrl-C ends)", flush=True)
        config = uvicorn.Config(served, log_level="error", timeout_graceful_shutdown=1)
        uvicorn.Server(config).run(sockets=[bound])


def _examples(index: Index) -> list[str]:
    """The sample questions whose articles are there."""
    held = []
    for text, article_id in EXAMPLES.items():
        with suppress(InputError):
            index.article(article_id)
            held.append(text)
    return held or [GENERAL_EXAMPLE]


def _message(role: str, html: str) -> dict[str, Any]:
    return {"role": role, "content": html}


if __name__ == "__main__":
    typer.run(main)
