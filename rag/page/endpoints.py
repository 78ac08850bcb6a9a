"""What programs can call on the page's server by name."""

from __future__ import annotations

from typing import Any

import gradio as gr

from rag.answer import Answerer
from rag.errors import RagError
from rag.output import answer_record


def endpoints(answerer: Answerer) -> None:
    """Name them in the open gr.Blocks."""

    def ask(question: str, standalone_question: str = "") -> dict[str, Any]:
        """Answer in the articles' own words; start and end count characters of the article's text."""
        try:
            return dict(answer_record(answerer.ask(question, standalone_question=standalone_question or None)))
        except RagError as error:
            raise gr.Error(str(error), print_exception=False) from error

    gr.api(ask, api_name="ask", concurrency_id="models", concurrency_limit=1)
