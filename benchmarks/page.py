"""How long a user waits: from Enter to the answer visible in Chromium, and what of that is the page's own.

    python benchmarks/page.py [--index DIR] [--questions FILE.jsonl] [--count 40]

Each question is asked in the page, then of `rag.Chat` in this process, in conversations of five; so both wait for the
same models under the same load. The page's time runs from the key press to the frame that shows the answer, by the
browser's own clock. What it has over Python's is its overhead.
"""

from __future__ import annotations

import os

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

import argparse
import json
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import results

from rag.answer import Answerer
from rag.chat import Chat
from rag.index import Index

if TYPE_CHECKING:
    from playwright.sync_api import Page

ROOT = Path(__file__).resolve().parent.parent
QUESTIONS = ROOT / "tests" / "seed_questions.jsonl"
CONVERSATION = 5  # questions
WARM_UP = 2  # questions before the first that counts
CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]

# Milliseconds from the key press to the frame after each step of the reply stands in the page.
CLOCK = """() => new Promise((done) => {
    const before = document.querySelectorAll("#messages .answer").length;
    const times = {};
    let start;
    const seen = (step) => requestAnimationFrame(() => {
        times[step] ??= performance.now() - start;
        if (step === "answer") done(times);
    });
    document.addEventListener("keydown", (event) => {
        start = event.timeStamp;
        const watch = new MutationObserver(() => {
            if (document.querySelector("#messages .waiting")) seen("progress");
            if (document.querySelectorAll("#messages .answer").length > before) {
                watch.disconnect();
                seen("answer");
            }
        });
        watch.observe(document.querySelector("#messages"), { subtree: true, childList: true });
    }, { once: true, capture: true });
})"""


@contextmanager
def serving(index: Path) -> Iterator[str]:
    """The address of app.py with an index."""
    command = [sys.executable, str(ROOT / "app.py"), "--index", str(index), "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:
        try:
            printed = next((line for line in process.stdout or () if "http://" in line), "")  # after what was indexed
            found = re.search(r"http://\S+", printed)
            if not found:
                raise SystemExit("app.py did not start")
            yield found[0]
        finally:
            process.send_signal(signal.SIGINT)


def in_page(page: Page, question: str) -> dict[str, float]:
    """Milliseconds until the first sign of progress and until the answer, as the browser counts them."""
    box = page.get_by_label("Your question")
    box.fill(question)
    page.evaluate(f"() => {{ window.timed = ({CLOCK})(); }}")
    box.press("Enter")
    return page.evaluate("() => window.timed")


def measured(address: str, answerer: Answerer, questions: Sequence[str]) -> list[dict[str, float]]:
    """For each question its times in the page and in Python, in milliseconds."""
    from playwright.sync_api import sync_playwright

    rows = []
    path = next(filter(None, map(shutil.which, CHROMIUM)), None)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        for place in range(0, len(questions), CONVERSATION):
            chat, page = Chat(answerer), browser.new_page()
            page.goto(address)
            page.get_by_label("Your question").wait_for()
            for question in questions[place : place + CONVERSATION]:
                times = in_page(page, question)
                start = time.perf_counter()
                chat.ask(question)
                rows.append(times | {"python": (time.perf_counter() - start) * 1000})
            page.close()
        browser.close()
    return rows


def figures(rows: Sequence[dict[str, float]]) -> dict[str, Any]:
    """Median and 95th percentile of each time and of the difference, in milliseconds."""
    columns = {
        "enter to progress": [row["progress"] for row in rows if "progress" in row],
        "enter to answer": [row["answer"] for row in rows],
        "rag.Chat.ask": [row["python"] for row in rows],
        "overhead of the page": [row["answer"] - row["python"] for row in rows],
    }
    return {
        name: {"p50": round(float(np.percentile(times, 50)), 1), "p95": round(float(np.percentile(times, 95)), 1)}
        for name, times in columns.items()
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--index", type=Path, help="an index; without one, that of the sample articles is built")
    parser.add_argument("--questions", type=Path, default=QUESTIONS, help="JSON lines with the key question")
    parser.add_argument("--count", type=int, default=40, help="questions to ask")
    parser.add_argument("--name", default="page", help="of the file under benchmarks/results")
    given = parser.parse_args()
    lines = given.questions.read_text(encoding="utf-8").splitlines()
    questions = [json.loads(line)["question"] for line in lines][: given.count + WARM_UP]
    with tempfile.TemporaryDirectory() as folder:
        index = given.index or Path(folder) / "store"
        if given.index is None:
            build = [sys.executable, str(ROOT / "index" / "build.py"), "--out", str(index)]
            subprocess.run(build, check=True, cwd=ROOT)
        answerer = Answerer(Index.open(index))
        with serving(index) as address:
            rows = measured(address, answerer, questions)[WARM_UP:]
        held = {"articles": len(answerer.index), "passages": answerer.index.passage_count, "questions": len(rows)}
    told = held | {"milliseconds": figures(rows)}
    print(json.dumps(told, indent=1))
    results.save(given.name, f"python benchmarks/page.py --count {given.count}", told)


if __name__ == "__main__":
    main()
