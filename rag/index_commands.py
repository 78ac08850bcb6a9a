"""The commands rag index build, sync, add, remove, rebuild, verify and status."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from rag.settings import IndexSettings
from rag.terminal import one_line_errors

DEFAULT_INDEX = Path("index/store")
DEFAULTS = IndexSettings()

index_app = typer.Typer(
    help="Make an index of articles, change it, or look at it.", no_args_is_help=True, rich_markup_mode=None
)

IndexFolder = Annotated[Path, typer.Option("--index", "--out", help="The folder of the index.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]
Paths = Annotated[list[Path], typer.Argument(help="Files and folders with articles (.txt .md .html .jsonl).")]
Ids = Annotated[list[str], typer.Argument(help="Ids of articles, as answers and searches show them.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Only say what would change.")]
Keep = Annotated[int, typer.Option(help="How many earlier generations to leave on the disk.")]
EmbeddingModel = Annotated[
    str | None, typer.Option(help="A sentence-transformers model: a folder or a name on the hub.")
]
Encoding = Annotated[str | None, typer.Option(help="The tiktoken encoding that passages are budgeted in.")]
PassageTokens = Annotated[int | None, typer.Option(help="The most tokens of a passage.")]


@index_app.command("build")
def build(
    paths: Paths,
    index: IndexFolder = DEFAULT_INDEX,
    keep: Keep = 0,
    embedding_model: EmbeddingModel = None,
    encoding: Encoding = None,
    passage_tokens: PassageTokens = None,
    dry_run: DryRun = False,
) -> None:
    """Make an index of articles; one that is there already serves until the new one is whole."""
    from rag import indexing

    settings = changed(DEFAULTS, embedding_model, encoding, passage_tokens)
    if dry_run:
        raise typer.Exit(indexing.plan(paths, index, settings, anew=True))
    raise typer.Exit(indexing.build(paths, index, settings, keep=keep))


@index_app.command("sync")
def sync(paths: Paths, index: IndexFolder = DEFAULT_INDEX, dry_run: DryRun = False) -> None:
    """Make an index hold these articles and no others; only what is new or changed is embedded."""
    from rag import indexing

    if dry_run:
        raise typer.Exit(indexing.plan(paths, index, None, anew=False))
    raise typer.Exit(indexing.synchronise(paths, index))


@index_app.command("add")
def add(paths: Paths, index: IndexFolder = DEFAULT_INDEX) -> None:
    """Add articles to an index; those that it has are updated if they differ."""
    from rag import indexing

    raise typer.Exit(indexing.add(paths, index))


@index_app.command("remove")
def remove(ids: Ids, index: IndexFolder = DEFAULT_INDEX) -> None:
    """Take articles out of an index."""
    from rag.articles.normalise import storable
    from rag.index import Index
    from rag.index_output import change_line

    with one_line_errors():
        typer.echo(f"{change_line(Index.open(index).remove(storable(id_) for id_ in ids))}: {index}")


@index_app.command("rebuild")
def rebuild(
    paths: Annotated[list[Path] | None, typer.Argument(help="Files and folders; none: what the index holds.")] = None,
    index: IndexFolder = DEFAULT_INDEX,
    keep: Keep = 0,
    embedding_model: EmbeddingModel = None,
    encoding: Encoding = None,
    passage_tokens: PassageTokens = None,
) -> None:
    """Cut and embed all articles again, beside the index in use; what is not named stays as the index has it."""
    from rag import indexing
    from rag.status import status

    with one_line_errors():
        settings = changed(status(index).settings, embedding_model, encoding, passage_tokens)
    if paths:
        raise typer.Exit(indexing.build(paths, index, settings, keep=keep))
    raise typer.Exit(indexing.build_from_itself(index, settings, keep=keep))


@index_app.command("status")
def show_status(index: IndexFolder = DEFAULT_INDEX, as_json: AsJson = False) -> None:
    """Say what an index holds, what it was made with, how large it is and what was interrupted."""
    from rag.index_output import status_lines, status_record
    from rag.status import status

    with one_line_errors():
        found = status(index)
    if as_json:
        typer.echo(json.dumps(status_record(found), ensure_ascii=False, indent=2))
    else:
        typer.echo("\n".join(status_lines(found)))


@index_app.command("verify")
def verify_index(
    index: IndexFolder = DEFAULT_INDEX,
    repair: Annotated[bool, typer.Option("--repair", help="Make again what can be made from the articles.")] = False,
    as_json: AsJson = False,
) -> None:
    """Check every article, passage and embedding, and the FAISS and BM25 files against them."""
    from rag.index_output import report_lines, report_record
    from rag.verify import verify

    with one_line_errors():
        report = verify(index, repair=repair)
    if as_json:
        typer.echo(json.dumps(report_record(report), ensure_ascii=False, indent=2))
    else:
        typer.echo("\n".join(report_lines(report)))
    if not report.sound:
        raise typer.Exit(1)


def changed(
    settings: IndexSettings, embedding_model: str | None, encoding: str | None, passage_tokens: int | None
) -> IndexSettings:
    """The settings with those that an option names; one that cannot be used ends the command."""
    named = {"embedding_model": embedding_model, "encoding": encoding, "passage_tokens": passage_tokens}
    with one_line_errors():
        return replace(settings, **{name: value for name, value in named.items() if value is not None})  # type: ignore[arg-type]
