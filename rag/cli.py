"""The command line: rag ask, chat, search, verify, mcp, evaluate, index ..., train reader.

Exit status: 0 done; 1 done in part (articles were skipped, the articles don't say, nothing was found, or a receipt does
not hold);
2 not done, with one line why.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Annotated

import typer

from rag.errors import InputError
from rag.evaluate.command import evaluate
from rag.filter_options import Articles, Authors, Phrase, Since, Sources, Until, filter_of
from rag.index_commands import DEFAULT_INDEX, AsJson, index_app
from rag.output import answer_record, console, hit_record, print_answer, print_hits
from rag.terminal import Reader, Threshold, answer_settings, one_line_errors, reported_errors
from rag.train.command import train_app
from rag.types import Filter, Hits

app = typer.Typer(
    help="Ask your own articles and get quoted answers.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.command()(evaluate)
app.add_typer(index_app, name="index")
app.add_typer(train_app, name="train")

IndexFolder = Annotated[Path, typer.Option("--index", help="The folder of the index.")]


@app.command()
def ask(
    question: str,
    index: IndexFolder = DEFAULT_INDEX,
    threshold: Threshold = None,
    reader: Reader = None,
    source: Sources = None,
    author: Authors = None,
    article: Articles = None,
    since: Since = None,
    until: Until = None,
    phrase: Phrase = "",
    as_json: AsJson = False,
) -> None:
    """Answer a question in the articles' own words."""
    from rag.answer import Answerer
    from rag.index import Index

    with one_line_errors():
        where = filter_of(source, author, article, since, until, phrase)
        answer = Answerer(Index.open(index), settings=answer_settings(threshold, reader)).ask(question, where=where)
    if as_json:
        typer.echo(json.dumps(answer_record(answer), ensure_ascii=False, indent=2))
    else:
        print_answer(console(), answer)
    _say_if_nothing_passed(where, answer.hits)
    if not answer.answered:
        raise typer.Exit(1)


@app.command()
def chat(
    index: IndexFolder = DEFAULT_INDEX,
    threshold: Threshold = None,
    reader: Reader = None,
    source: Sources = None,
    author: Authors = None,
    article: Articles = None,
    since: Since = None,
    until: Until = None,
    phrase: Phrase = "",
) -> None:
    """Ask one question after another; a line that begins with = puts right how the last one was understood."""
    from rag.answer import Answerer
    from rag.chat import Chat
    from rag.index import Index
    from rag.read import SpanReader

    with one_line_errors():
        where = filter_of(source, author, article, since, until, phrase)
        settings = answer_settings(threshold, reader)
        found = Index.open(index)
        conversation = Chat(Answerer(found, reader=SpanReader(settings.reader_model), settings=settings))
    screen = console()
    message = ""
    for line in _lines():
        with reported_errors():
            if line.startswith("="):
                reply = conversation.ask(message, standalone_question=line[1:].strip(), where=where)
            else:
                message = line
                reply = conversation.ask(message, where=where)
            if reply.answer is None:
                screen.print(reply.text, markup=False)
                continue
            if reply.rewritten:
                screen.print(f"understood as: {reply.answer.standalone_question}", style="italic", markup=False)
            print_answer(screen, reply.answer)
            _say_if_nothing_passed(where, reply.answer.hits)


@app.command()
def search(
    question: str,
    index: IndexFolder = DEFAULT_INDEX,
    k: Annotated[int, typer.Option("-k", help="How many passages.")] = 8,
    source: Sources = None,
    author: Authors = None,
    article: Articles = None,
    since: Since = None,
    until: Until = None,
    phrase: Phrase = "",
    as_json: AsJson = False,
) -> None:
    """Show the passages that fit a question best."""
    from rag.index import Index

    with one_line_errors():
        where = filter_of(source, author, article, since, until, phrase)
        hits = Index.open(index).search(question, k, where=where)
    if as_json:
        typer.echo(json.dumps({"question": question, "hits": [hit_record(hit) for hit in hits]},
                              ensure_ascii=False, indent=2))  # fmt: skip
    else:
        print_hits(console(), hits)
    _say_if_nothing_passed(where, hits)
    if not hits:
        raise typer.Exit(1)


@app.command()
def verify(
    receipts: Annotated[list[Path], typer.Argument(metavar="RECEIPT...", help="Files that the page gave.")],
    index: IndexFolder = DEFAULT_INDEX,
) -> None:
    """Check whether the articles still say what receipts say, in the same place."""
    from rag import cite
    from rag.index import Index

    failed = 0
    with one_line_errors():
        articles = Index.open(index)
        for path in receipts:
            try:
                receipt = cite.read_receipt(path.read_text(encoding="utf-8"))
                wrong = cite.verify(receipt, articles.article(receipt.article_id))
            except (OSError, UnicodeDecodeError) as error:
                wrong = (f"cannot be read ({error})",)
            except InputError as error:
                wrong = (str(error),)
            failed += bool(wrong)
            typer.echo(f"{path}: {'; '.join(wrong) or f'holds: {receipt.quote!r} in {receipt.article_id}'}")
    if failed:
        raise typer.Exit(1)


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


def _say_if_nothing_passed(where: Filter, hits: Hits) -> None:
    """Where nothing was found, it is the filter that let nothing through: dense search finds what there is."""
    if where != Filter() and not hits:
        typer.echo("no passage passes --source, --author, --article, --since, --until and --phrase; leave one out",
                   err=True)  # fmt: skip


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
