"""The command line: rag ask, chat, search, mcp, evaluate, index build, index status, train reader.

Exit status: 0 done; 1 done in part (articles were skipped, or the articles don't say); 2 not done, with one line why.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from rag.evaluate.command import evaluate
from rag.output import answer_record, console, hit_record, print_answer, print_hits
from rag.settings import IndexSettings
from rag.terminal import Reader, Threshold, answer_settings, one_line_errors, reported_errors
from rag.train.command import train_app
from rag.types import Article

DEFAULT_INDEX = Path("index/store")

app = typer.Typer(
    help="Ask your own articles and get quoted answers.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.command()(evaluate)
index_app = typer.Typer(help="Make an index of articles, or look at one.", no_args_is_help=True, rich_markup_mode=None)
app.add_typer(index_app, name="index")
app.add_typer(train_app, name="train")

IndexFolder = Annotated[Path, typer.Option("--index", help="The folder of the index.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]
Paths = Annotated[list[Path], typer.Argument(help="Files and folders with articles (.txt .md .html .jsonl).")]
Out = Annotated[Path, typer.Option("--out", help="The folder of the index.")]
EmbeddingModel = Annotated[str, typer.Option(help="A sentence-transformers model: a folder or a name on the hub.")]
Encoding = Annotated[str, typer.Option(help="The tiktoken encoding that passages are budgeted in.")]
PassageTokens = Annotated[int, typer.Option(help="The most tokens of a passage.")]
DEFAULTS = IndexSettings()


@app.command()
def ask(
    question: str,
    index: IndexFolder = DEFAULT_INDEX,
    threshold: Threshold = None,
    reader: Reader = None,
    as_json: AsJson = False,
) -> None:
    """Answer a question in the articles' own words."""
    from rag.answer import Answerer
    from rag.index import Index

    with one_line_errors():
        answer = Answerer(Index.open(index), settings=answer_settings(threshold, reader)).ask(question)
    if as_json:
        typer.echo(json.dumps(answer_record(answer), ensure_ascii=False, indent=2))
    else:
        print_answer(console(), answer)
    if not answer.answered:
        raise typer.Exit(1)


@app.command()
def chat(index: IndexFolder = DEFAULT_INDEX, threshold: Threshold = None, reader: Reader = None) -> None:
    """Ask one question after another; a line that begins with = puts right how the last one was understood."""
    from rag.answer import Answerer
    from rag.chat import Chat
    from rag.index import Index
    from rag.read import SpanReader

    with one_line_errors():
        settings = answer_settings(threshold, reader)
        found = Index.open(index)
        conversation = Chat(Answerer(found, reader=SpanReader(settings.reader_model), settings=settings))
    screen = console()
    message = ""
    for line in _lines():
        with reported_errors():
            if line.startswith("="):
                reply = conversation.ask(message, standalone_question=line[1:].strip())
            else:
                message = line
                reply = conversation.ask(message)
            if reply.answer is None:
                screen.print(reply.text, markup=False)
                continue
            if reply.rewritten:
                screen.print(f"understood as: {reply.answer.standalone_question}", style="italic", markup=False)
            print_answer(screen, reply.answer)


@app.command()
def search(
    question: str,
    index: IndexFolder = DEFAULT_INDEX,
    k: Annotated[int, typer.Option("-k", help="How many passages.")] = 8,
    as_json: AsJson = False,
) -> None:
    """Show the passages that fit a question best."""
    from rag.index import Index

    with one_line_errors():
        hits = Index.open(index).search(question, k)
    if as_json:
        typer.echo(json.dumps({"question": question, "hits": [hit_record(hit) for hit in hits]},
                              ensure_ascii=False, indent=2))  # fmt: skip
        return
    print_hits(console(), hits)


@app.command("mcp")
def serve_mcp(index: IndexFolder = DEFAULT_INDEX, threshold: Threshold = None, reader: Reader = None) -> None:
    """Serve the index to a language model's client (Model Context Protocol) over standard input and output."""
    from rag.answer import Answerer
    from rag.index import Index

    with one_line_errors():
        answerer = Answerer(Index.open(index), settings=answer_settings(threshold, reader))
    from rag.mcp import serve
    from rag.service import Service

    with suppress(KeyboardInterrupt):
        serve(Service(answerer))


@index_app.command("build")
def index_build(
    paths: Paths,
    out: Out = DEFAULT_INDEX,
    embedding_model: EmbeddingModel = DEFAULTS.embedding_model,
    encoding: Encoding = DEFAULTS.encoding,
    passage_tokens: PassageTokens = DEFAULTS.passage_tokens,
) -> None:
    """Make an index of articles; one that is there already serves until the new one is whole."""
    with one_line_errors():
        settings = IndexSettings(embedding_model, encoding, passage_tokens)
    raise typer.Exit(build(paths, out, settings))


@index_app.command("status")
def index_status(index: IndexFolder = DEFAULT_INDEX) -> None:
    """Say what an index holds."""
    from rag.index import Index

    with one_line_errors():
        opened = Index.open(index)
        typer.echo(f"{index}: {len(opened)} articles, {opened.passage_count} passages")
        typer.echo(f"embedding model: {opened.settings.embedding_model}")
        typer.echo(f"passages of at most {opened.settings.passage_tokens} tokens ({opened.settings.encoding})")


def build(paths: Sequence[Path], out: Path, settings: IndexSettings = DEFAULTS) -> int:
    """Index the articles under `paths` into the folder `out`, with a progress bar on a terminal; the exit status."""
    from rag.articles import Skipped, read_articles
    from rag.index import Index
    from rag.index import Progress as Done

    skipped: list[Skipped] = []

    def readable() -> Iterator[Article]:
        for article in read_articles(paths):
            if isinstance(article, Skipped):
                skipped.append(article)
            else:
                yield article

    errors = Console(stderr=True)
    started = time.perf_counter()
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(pulse_style="bar.pulse"),
               TimeElapsedColumn())  # fmt: skip
    with (
        one_line_errors(skipped),
        Progress(*columns, console=errors, disable=not errors.is_terminal, transient=True) as bar,
    ):
        task = bar.add_task("loading the embedding model", total=None)

        def show(done: Done) -> None:
            rate = done.passages / (time.perf_counter() - started)
            text = f"{done.articles:,} articles, {done.passages:,} passages, {rate:,.0f} passages/s"
            bar.update(task, description=text)

        index = Index.build(readable(), out, settings=settings, progress=show)
    for one in skipped:
        typer.echo(f"skipped {one.path}: {one.reason}", err=True)
    seconds = time.perf_counter() - started
    typer.echo(f"indexed {len(index):,} articles, {index.passage_count:,} passages in {seconds:.1f} s: {out}")
    return 1 if skipped else 0


def _lines() -> Iterator[str]:
    """What is typed, line by line, until the end of the input; a prompt on a terminal only."""
    prompt = "> " if sys.stdin.isatty() else ""
    with suppress(EOFError, KeyboardInterrupt):
        while True:
            line = input(prompt).strip()
            if line:
                yield line


def main() -> None:
    """The command `rag`."""
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # before torch or faiss load; see the Makefile
    app()


if __name__ == "__main__":
    main()
