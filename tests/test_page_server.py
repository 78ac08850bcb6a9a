"""What the page's server keeps; in a process of its own, for gradio leaves event loops open."""

import os
import subprocess
import sys
from pathlib import Path

from conftest import ROOT, WordCounts

from rag.index import Index
from rag.page.server import SESSIONS
from rag.types import Article

CALLS = """
import sys
from conftest import LookFor, WordCounts
from gradio.state_holder import StateHolder
from rag import Answerer, Index
from rag.page.options import ServerOptions
from rag.page.server import page
from rag.service import Service

index = Index.open(sys.argv[1], embedder=WordCounts("bridge"))
holder = StateHolder()
holder.set_blocks(page(Service(Answerer(index, reader=LookFor({}))), ServerOptions()))
for call in range(int(sys.argv[2])):
    holder[f"call {call}"]
print(len(holder.session_data), f"call {call}" in holder)
"""


def test_what_is_remembered_does_not_grow_with_the_calls(tmp_path: Path):
    Index.build([Article("a", "", "The bridge is closed.")], tmp_path, embedder=WordCounts("bridge"))
    command = [sys.executable, "-c", CALLS, str(tmp_path), str(2 * SESSIONS)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        command, cwd=ROOT / "tests", env=environment, capture_output=True, text=True, check=False
    )  # fmt: skip
    assert done.stdout == f"{SESSIONS} True\n", done.stderr
