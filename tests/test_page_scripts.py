"""What Gradio reads into the page's scripts."""

from pathlib import Path

import gradio as gr
import pytest
from conftest import ROOT

SCRIPTS = sorted((ROOT / "rag" / "page").glob("*.js"))


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda p: p.name)
def test_no_quoted_word_of_a_script_is_taken_for_an_event(path: Path):
    """gr.HTML makes an event of every quoted word that is asked of it, such as "every", one of its own settings."""
    config = gr.HTML("", js_on_load=path.read_text(encoding="utf-8")).get_config()
    assert [name for name, value in config.items() if callable(value)] == []
