"""The command line: rag ask, rag search, rag index build, rag index status.

Exit status: 0 done; 1 done in part (articles were skipped, or the articles don't say); 2 not done, with one line why.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.text import Text

from rag.errors import RagError
from rag.settings import AnswerSettings, IndexSettings
from rag.types import Answer, Article, Hit, Quote

DEFAULT_INDEX = Path("index/store")

app = typer.Typer(
    help="Ask your own articles and get quoted answers.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
index_app = typer.Typer(help="Make an index of articles, or look at one.", no_args_is_help=True, rich_markup_mode=None)
app.add_typer(index_app, name="index")

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
    threshold: Annotated[
        float | None, typer.Option(help="Confidence, 0 to 1, under which the articles don't say.")
    ] = None,
    reader: Annotated[str | None, typer.Option(help="Another extractive reader: a folder or a name.")] = None,
    as_json: AsJson = False,
) -> None:
    """Answer a question in the articles' own words."""
    from dataclasses import replace

    from rag.answer import Answerer
    from rag.index import Index

    with one_line_errors():
        settings = AnswerSettings()
        if threshold is not None:
            settings = replace(settings, threshold=threshold)
        if reader is not None:
            settings = replace(settings, reader_model=reader)
        answer = Answerer(Index.open(index), settings=settings).ask(question)
    if as_json:
        typer.echo(json.dumps(answer_record(answer), ensure_ascii=False, indent=2))
    else:
        _print_answer(answer)
    if not answer.answered:
        raise typer.Exit(1)


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
        typer.echo(json.dumps({"question": question, "hits": [_hit_record(hit) for hit in hits]},
                              ensure_ascii=False, indent=2))  # fmt: skip
        return
    console = _console()
    for place, hit in enumerate(hits, start=1):
        console.print(Text(f"[{place}] {_source_line(hit.passage.title, hit.passage)}  {hit.score:.3f}", style="bold"))
        console.print(Text(hit.passage.text + "\n"))


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

    console = Console(stderr=True)
    started = time.perf_counter()
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(pulse_style="bar.pulse"),
               TimeElapsedColumn())  # fmt: skip
    with (
        one_line_errors(skipped),
        Progress(*columns, console=console, disable=not console.is_terminal, transient=True) as bar,
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


def answer_record(answer: Answer) -> dict[str, Any]:
    """An answer as the JSON object that the command line and the page's API give."""
    return {
        "question": answer.question,
        "standalone_question": answer.standalone_question,
        "answered": answer.answered,
        "confidence": round(answer.confidence, 4),
        "quotes": [
            quote_record(quote) | {"also": [quote_record(other) for other in quote.also]} for quote in answer.quotes
        ],
    }


def quote_record(quote: Quote) -> dict[str, Any]:
    """One citation; start and end count characters of the article's text."""
    return {
        "text": quote.text,
        "article_id": quote.article_id,
        "title": quote.passage.title,
        "url": quote.passage.url,
        "published": quote.passage.published.isoformat() if quote.passage.published else None,
        "start": quote.start,
        "end": quote.end,
        "sentence": quote.sentence,
        "confidence": round(quote.confidence, 4),
    }


@contextmanager
def one_line_errors(skipped: Sequence[Any] = ()) -> Iterator[None]:
    """Turn an error raised on purpose into one line on standard error and exit status 2."""
    try:
        yield
    except RagError as error:
        for one in skipped:
            typer.echo(f"skipped {one.path}: {one.reason}", err=True)
        typer.echo(f"error: {error}", err=True)
        raise typer.Exit(2) from None


def main() -> None:
    """The command `rag`."""
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # before torch or faiss load; see the Makefile
    app()


def _hit_record(hit: Hit) -> dict[str, Any]:
    passage = hit.passage
    return {
        "text": passage.text,
        "article_id": passage.article_id,
        "title": passage.title,
        "url": passage.url,
        "published": passage.published.isoformat() if passage.published else None,
        "start": passage.span.start,
        "end": passage.span.end,
        "score": round(hit.score, 4),
    }


def _print_answer(answer: Answer) -> None:
    console = _console()
    if not answer.answered:
        console.print(Text("The articles don't say.", style="bold"))
        for hit in answer.hits[:3]:
            console.print(Text(f"nearest: {_source_line(hit.passage.title, hit.passage)}", style="dim"))
        return
    number = 0
    for quote in answer.quotes:
        console.print(Text.assemble((quote.text, "bold green"), f"  ({quote.confidence:.0%} sure)"))
        for cited in quote.citations:
            number += 1
            console.print(Text.assemble(f"  [{number}] ", (_source_line(cited.passage.title, cited.passage), "dim")))
            console.print(Text.assemble("      ", *_marked(cited, in_color=console.is_terminal)))
            console.print(Text(f"      {cited.article_id}:{cited.start}-{cited.end}", style="dim"))


def _console() -> Console:
    """Standard output: lines folded on a terminal, whole in a file or pipe."""
    console = Console(highlight=False)
    console.soft_wrap = not console.is_terminal
    return console


def _marked(quote: Quote, *, in_color: bool) -> tuple[str, str | tuple[str, str], str]:
    """The sentence with the quoted words highlighted, or between guillemets where there is no color."""
    sentence, span = quote.sentence, quote.span.shift(-quote.sentence_span.start)
    words: str | tuple[str, str] = (quote.text, "bold reverse") if in_color else f"»{quote.text}«"
    return sentence[: span.start], words, sentence[span.end :]


def _source_line(title: str, passage: Any) -> str:
    when = passage.published.isoformat() if passage.published else None
    return ", ".join(part for part in (title, passage.source, when) if part)


if __name__ == "__main__":
    main()
