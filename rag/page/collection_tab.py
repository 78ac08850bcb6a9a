"""The collection: a table of the articles, files added by drag and drop, articles removed, the index rebuilt."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import gradio as gr
from gradio.utils import get_upload_folder

from rag.articles import known_suffixes
from rag.errors import RagError
from rag.index import Index
from rag.page import keeper, table, texts
from rag.page.filter_bar import FilterBar, filled
from rag.page.table import ROWS, Sort
from rag.page.uploads import Handed, take_in
from rag.types import Filter

SCRIPT = Path(__file__).parent / "collection.js"
# Changes wait in a line of their own, so questions do not wait for them.
ONE_BY_ONE: dict[str, Any] = {
    "show_progress": "hidden", "concurrency_id": "collection", "concurrency_limit": 1, "api_visibility": "private",
}  # fmt: skip
AT_ONCE: dict[str, Any] = {"show_progress": "hidden", "queue": False, "api_visibility": "private"}


def collection_tab(index: Index, tab: gr.Tab, *, may_change: bool, largest_mb: int) -> gr.HTML:
    """Draw it into the open tab; gives the table, whose `submit` event names articles to ask alone."""

    def shown(words: str, sort: Sort, first: int = 0) -> str:
        listing = index.listing(words, order=sort.order, descending=sort.descending, first=first, count=ROWS)
        return table.table(listing, sort, words=words, may_remove=may_change)

    def state() -> str:
        now = index.status()
        return table.state(articles=now.articles, passages=now.passages, revision=index.revision, changed=now.changed)

    def refresh(words: str, sort: Sort) -> tuple[str, str]:
        return shown(words, sort), state()

    def sorted_or_paged(event: gr.EventData, words: str, sort: Sort) -> tuple[str, Sort]:
        by, first = event._data.get("sort"), event._data.get("page")
        if by in table.COLUMNS:
            sort = Sort(by, descending=sort.order == by and not sort.descending)
        return shown(words, sort, first if isinstance(first, int) else 0), sort

    taken: set[tuple[str | None, Path]] = set()  # by tab: a later upload names the earlier files too

    def receive(payload: Any, request: gr.Request) -> Iterator[tuple[Any, Any]]:
        tab = request.session_hash
        files = [file for file in handed(payload) if file.path.exists() or (tab, file.path) not in taken]
        taken.update((tab, file.path) for file in files)
        reports = ""

        def work(tell: Callable[[Any], None]) -> None:
            for one in take_in(index, files):
                tell(one)

        for report in steps(work):
            reports = table.reports(report)
            yield reports, gr.skip()
        yield reports, None

    def remove(event: gr.EventData, words: str, sort: Sort) -> tuple[str, str, str]:
        ids = [one for one in map(str, event._data.get("ids", ())) if one in index]  # others were removed elsewhere
        try:
            change = index.remove(ids)
            said = texts.REMOVED.format(texts.counted(len(change.removed), "article"))
        except RagError as error:
            said = f"{error}."
        return table.notice(said), *refresh(words, sort)

    def rebuild(words: str, sort: Sort) -> Iterator[tuple[Any, ...]]:
        yield table.notice(texts.REBUILDING.format(0, 0)), gr.skip(), gr.skip()
        try:
            for step in steps(lambda report: index.rebuild(progress=report)):
                said = texts.REBUILDING.format(f"{step.articles:,}", f"{step.embedded:,}")
                yield table.notice(said), gr.skip(), gr.skip()
            said = texts.REBUILT
        except RagError as error:
            said = f"{error}."
        yield table.notice(said), *refresh(words, sort)

    sort = gr.State(Sort())
    with gr.Column(elem_id="collection"):
        status = gr.HTML("", elem_id="collection-state", apply_default_css=False)
        files = gr.File(
            label=texts.UPLOAD.format(", ".join(known_suffixes)), file_count="multiple", height=150,
            elem_id="upload", visible=may_change,
        )  # fmt: skip
        said = gr.HTML("", elem_id="collection-said", apply_default_css=False)
        with gr.Row(elem_id="collection-tools"):
            words = gr.Textbox(
                label=texts.SEARCH_ARTICLES, show_label=False, container=False, placeholder=texts.SEARCH_ARTICLES,
                max_lines=1, elem_id="search-articles", scale=4,
            )  # fmt: skip
            rebuilding = gr.Button(texts.REBUILD, elem_id="rebuild", visible=may_change, scale=0, min_width=170)
        articles = gr.HTML(
            "", elem_id="articles", apply_default_css=False, js_on_load=SCRIPT.read_text(encoding="utf-8"),
            words={"chosen": texts.CHOSEN, "remove": texts.REMOVE_QUESTION, "large": texts.TOO_LARGE},
            largest_mb=largest_mb,
        )  # fmt: skip
    seen = [words, sort]
    words.change(shown, seen, articles, trigger_mode="always_last", **AT_ONCE)
    articles.select(sorted_or_paged, seen, [articles, sort], trigger_mode="always_last", **AT_ONCE)
    tab.select(refresh, seen, [articles, status], **AT_ONCE)
    if may_change:
        articles.delete(remove, seen, [said, articles, status], trigger_mode="multiple", **ONE_BY_ONE)
        # Without preprocessing, which would lose the names.
        files.upload(receive, files, [said, files], preprocess=False, trigger_mode="multiple", **ONE_BY_ONE).then(
            refresh, seen, [articles, status], **AT_ONCE
        )
        rebuilding.click(rebuild, seen, [said, articles, status], **ONE_BY_ONE)
    return articles


def handed(payload: Any) -> list[Handed]:
    """The files that a browser says it has uploaded, under the names that they have on the user's machine."""
    uploads = Path(get_upload_folder()).resolve()
    files = [(Path(str(file["path"])).resolve(), str(file.get("orig_name") or "")) for file in payload or ()]
    named = {path: name or path.name for path, name in files if path.is_relative_to(uploads)}
    return [Handed(path, name) for path, name in named.items()]


def ask_only(articles: gr.HTML, bar: FilterBar, tabs: gr.Tabs, kept: gr.HTML) -> None:
    """Let the button below the table narrow the chat to the chosen articles."""

    def narrow(event: gr.EventData) -> tuple[Any, ...]:
        where = Filter(articles=frozenset(map(str, event._data.get("ids", ()))))
        return *filled(where), gr.update(selected="chat"), keeper.keep_filter(where)

    articles.submit(narrow, outputs=[*bar.outputs, tabs, kept], **AT_ONCE)


def steps(work: Callable[[Callable[[Any], None]], object]) -> Iterator[Any]:
    """Do some work in a thread of its own, giving each step that it reports; it goes on if nobody listens any more."""
    told: queue.SimpleQueue[Any] = queue.SimpleQueue()

    def run() -> None:
        try:
            work(told.put)
            told.put(None)
        except BaseException as error:  # noqa: BLE001  raised again where the work was asked for
            told.put(error)

    threading.Thread(target=run, daemon=True).start()
    while (step := told.get()) is not None:
        if isinstance(step, BaseException):
            raise step
        yield step
