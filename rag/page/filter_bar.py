"""The fields that narrow the chat, folded under a line that says what it is narrowed to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import gradio as gr

from rag.errors import InputError
from rag.index import Index
from rag.page import keeper, texts
from rag.page.filters import described, filter_of
from rag.types import Filter

OFFERED = 200  # sources and authors to choose from; others can be typed


@dataclass(frozen=True, slots=True)
class FilterBar:
    """The fields, in the order in which `filter_of` takes them, and what shows their sum."""

    fields: list[gr.Component]
    line: gr.Accordion
    clear: gr.Button

    @property
    def outputs(self) -> list[gr.Component]:
        """What `filled` gives values for."""
        return [*self.fields, self.line, self.clear]


def filter_bar(index: Index, kept: gr.HTML) -> FilterBar:
    """Draw it; changes go to the browser through `kept`."""

    def many(label: str) -> gr.Dropdown:
        return gr.Dropdown([], value=[], label=label, multiselect=True, allow_custom_value=True, min_width=140)

    def line(label: str, hint: str = "") -> gr.Textbox:
        return gr.Textbox(label=label, placeholder=hint, max_lines=1, min_width=120)

    with gr.Row(elem_id="filter-row"):
        with gr.Accordion(texts.FILTER.format(texts.ALL_ARTICLES), open=False, elem_id="filter") as accordion:
            with gr.Row():
                sources, authors = many(texts.FILTER_SOURCES), many(texts.FILTER_AUTHORS)
                articles = many(texts.FILTER_ARTICLES)
            with gr.Row():
                since, until = line(texts.SINCE, texts.DAY_HINT), line(texts.UNTIL, texts.DAY_HINT)
                phrase = line(texts.PHRASE)
        clear = gr.Button(texts.CLEAR_FILTER, visible=False, elem_id="clear-filter", size="sm", scale=0)
    bar = FilterBar([sources, authors, articles, since, until, phrase], accordion, clear)
    at_once: dict[str, Any] = {"show_progress": "hidden", "queue": False, "api_visibility": "private"}
    gr.on(
        [sources.input, authors.input, articles.input, since.blur, until.blur, phrase.blur, since.submit, until.submit,
         phrase.submit],
        lambda *fields: summed(*fields), bar.fields, [accordion, clear, kept], **at_once,
    )  # fmt: skip
    clear.click(lambda: (*filled(Filter()), keeper.keep_filter(Filter())), outputs=[*bar.outputs, kept], **at_once)
    accordion.expand(lambda: offered(index), outputs=[sources, authors], **at_once)
    return bar


def summed(*fields: Any) -> tuple[Any, ...]:
    """What the fields come to, as the line above them says it, whether they can be cleared, and for the browser."""
    try:
        where = filter_of(*fields)
    except InputError as error:
        return gr.update(label=texts.FILTER_WRONG.format(error)), gr.update(visible=True), gr.skip()
    return *_line(where), keeper.keep_filter(where)


def filled(where: Filter) -> tuple[Any, ...]:
    """Values for the fields that come to this filter, and for what shows their sum."""
    return (
        *(gr.update(value=sorted(names)) for names in (where.sources, where.authors, where.articles)),
        *(day.isoformat() if day else "" for day in (where.since, where.until)),
        where.phrase,
        *_line(where),
    )


def offered(index: Index) -> tuple[Any, Any]:
    """The sources and authors that there are."""
    sources = [name for name, _ in index.collection(titles=0).sources[:OFFERED]]
    return gr.update(choices=sources), gr.update(choices=[name for name, _ in index.authors(OFFERED)])


def _line(where: Filter) -> tuple[Any, Any]:
    words = described(where)
    return gr.update(label=texts.FILTER.format(words or texts.ALL_ARTICLES)), gr.update(visible=bool(words))
