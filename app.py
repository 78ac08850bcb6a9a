"""The chat page: python app.py [--index DIR] [--host HOST] [--port PORT]. It draws Answers and decides nothing.

With the default index, `seeds/` is indexed first if that has not been done. The page itself is in rag/page/.
"""

from __future__ import annotations

import os

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # before torch or faiss load; see the Makefile
os.environ.setdefault("HF_HUB_OFFLINE", "1")  # models come from this machine
os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"  # before gradio loads, else it calls home

from contextlib import suppress
from pathlib import Path
from typing import Annotated

import typer
import uvicorn

from rag import index_commands, indexing
from rag.answer import Answerer
from rag.index import Index
from rag.page.server import PORT, listen, web_app
from rag.page.texts import GENERAL_EXAMPLE
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
) -> None:
    """Serve the chat page."""
    with one_line_errors(), suppress(KeyboardInterrupt), listen(host, port) as bound:
        settings = answer_settings(threshold, reader)
        if index == DEFAULT_INDEX and not (index / "CURRENT").exists():
            indexing.build([SEEDS], index, index_commands.DEFAULTS)
        answerer = Answerer(Index.open(index), settings=settings)
        answerer.ask(GENERAL_EXAMPLE)  # loads the models, so that the first question does not wait for them
        served = web_app(answerer, host=host)
        name = f"[{host}]" if ":" in host else host
        print(f"Ask your articles at http://{name}:{bound.getsockname()[1]} (Ctrl-C ends)", flush=True)
        config = uvicorn.Config(served, log_level="error", timeout_graceful_shutdown=1)
        uvicorn.Server(config).run(sockets=[bound])


if __name__ == "__main__":
    typer.run(main)
