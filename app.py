"""The chat page: python app.py [--index DIR] [--host HOST] [--port PORT] ... It draws Answers and decides nothing.

With the default index, `seeds/` is indexed first if that has not been done. The page itself is in rag/page/.
"""

from __future__ import annotations

import os

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # before torch or faiss load; see the Makefile
os.environ.setdefault("HF_HUB_OFFLINE", "1")  # models come from this machine
os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"  # before gradio loads, else it calls home

import logging
from contextlib import ExitStack, suppress
from dataclasses import replace
from pathlib import Path
from types import FrameType
from typing import Annotated

import typer
import uvicorn

from rag import index_commands, indexing
from rag.answer import Answerer
from rag.index import Index
from rag.page.access import Login
from rag.page.options import ServerOptions
from rag.page.server import PORT, listen, web_app
from rag.page.texts import GENERAL_EXAMPLE
from rag.page.tunnel import host_of, tunnel
from rag.terminal import Reader, Threshold, answer_settings, one_line_errors

ROOT = Path(__file__).resolve().parent
SEEDS = ROOT / "seeds"
DEFAULT_INDEX = ROOT / index_commands.DEFAULT_INDEX


def main(
    index: Annotated[Path, typer.Option(help="The folder of the index.")] = DEFAULT_INDEX,
    host: Annotated[str, typer.Option(help="The address to serve at; 0.0.0.0 lets other machines in.")] = "127.0.0.1",
    port: Annotated[int | None, typer.Option(help=f"{PORT}, or any free one, if none is named.")] = None,
    threshold: Threshold = None,
    reader: Reader = None,
    auth: Annotated[
        str, typer.Option(envvar="RAG_AUTH", help="The login: USER:PASSWORD, or @FILE with that in its first line.")
    ] = "",
    allow_add: Annotated[
        bool | None,
        typer.Option("--allow-add/--no-add", help="Let programs add articles; only from this machine if not named."),
    ] = None,
    mcp: Annotated[bool, typer.Option(help="Answer the clients of language models at /mcp, too.")] = False,
    max_waiting: Annotated[int, typer.Option(help="Questions that may wait; more are refused.")] = 64,
    max_upload_mb: Annotated[int, typer.Option(help="The largest file or request, in MB.")] = 50,
    share: Annotated[bool, typer.Option(help="Open a tunnel: anyone on the internet can use the page.")] = False,
) -> None:
    """Serve the chat page."""
    with one_line_errors(), suppress(KeyboardInterrupt), ExitStack() as until_end:
        settings = answer_settings(threshold, reader)
        options = ServerOptions(
            host, Login.read(auth) if auth else None, None, allow_add, max_waiting, max_upload_mb, mcp
        )
        bound = until_end.enter_context(listen(host, port))
        if index == DEFAULT_INDEX and not (index / "CURRENT").exists():
            indexing.build([SEEDS], index, index_commands.DEFAULTS)
        answerer = Answerer(Index.open(index), settings=settings)
        answerer.ask(GENERAL_EXAMPLE)  # loads the models, so that the first question does not wait for them
        name = f"[{host}]" if ":" in host else host
        address = f"http://{name}:{bound.getsockname()[1]}"
        if share:
            guarded = "" if auth else ", without a login (--auth sets one)"
            typer.echo(f"warning: --share opens this page to everyone on the internet{guarded}", err=True)
            shared = until_end.enter_context(tunnel(host, bound.getsockname()[1]))
            options = replace(options, shared_at=host_of(shared))
            address = f"{address} and {shared}"
        served = web_app(answerer, options)
        print(f"Ask your articles at {address} (Ctrl-C ends)", flush=True)
        config = uvicorn.Config(served, log_level="error", timeout_graceful_shutdown=1)
        Server(config).run(sockets=[bound])


class Server(uvicorn.Server):
    """Ends in silence: that open tabs were cut off is no error."""

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        logging.getLogger("uvicorn.error").setLevel(logging.CRITICAL)
        super().handle_exit(sig, frame)


if __name__ == "__main__":
    typer.run(main)
