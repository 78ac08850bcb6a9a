"""The page as users have it: app.py in a process of its own, and a real Chromium."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
from conftest import ROOT, SEEDS

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request

HERE = {"127.0.0.1", "localhost"}
CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
AFTER_UPLOADS = "Method not implemented."  # what Gradio's client warns of after every upload, to no harm
FLAGS = (
    "--no-sandbox",  # Chromium's own sandbox does not run as root
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)

# Each does something to a page that takes text for markup. `__pwned` is what the scripts among them would set.
TRICKS = (
    "<script>window.__pwned=1</script><img src=x onerror=window.__pwned=1><svg onload=window.__pwned=1></svg>"
    "<img src=http://out.example/a.png> ![b](http://out.example/b.png) [c](javascript:window.__pwned=1) </mark></div>"
    " $$\\href{javascript:window.__pwned=1}{d}$$ ${window.__pwned=1} {{constructor.constructor('window.__pwned=1')()}}"
    " <form action=http://out.example><input></form> `e` **f** \u202eg <style>body{display:none}</style>"
)
HOSTILE_SENTENCE = f"The vault of Quillonspire was opened by Captain Brandywhistle {TRICKS} on a Tuesday."
HOSTILE = {
    "id": 'hostile"><img src=x onerror=window.__pwned=1>&n=9',
    "title": f"Quillonspire {TRICKS}",
    "source": TRICKS,
    "author": TRICKS,
    "url": "javascript:window.__pwned=1",
    "text": f"{TRICKS}\n\n{HOSTILE_SENTENCE}\n\n# Not a heading\n\n* not a list {TRICKS}",
}
# Hebrew: "The lighthouse of Zefirel: In 1911 the keeper Noam Barzilai lit the lamp of Zefirel for the first time."
RIGHT_TO_LEFT = {
    "id": "rtl",
    "title": "המגדלור של Zefirel " + "והים הגדול " * 30,
    "source": "עיתון החוף",
    "published": "2026-02-03",
    "url": "https://example.org/zefirel",
    "text": "המגדלור של Zefirel.\n\nבשנת 1911 הדליק השומר Noam Barzilai את המנורה של Zefirel בפעם הראשונה.\n",
}


@contextmanager
def serving(
    errors: Path,
    *arguments: str,
    folder: Path = ROOT,
    environment: dict[str, str] | None = None,
    killed: bool = False,
) -> Iterator[str]:
    """The address of app.py in a folder, run with these arguments; Ctrl-C ends it, and it has said nothing else.

    Where it is to be killed, it gets no time to end and is asked nothing.
    """
    command = [sys.executable, str(folder / "app.py"), *arguments]
    with errors.open("w") as stderr:
        process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=stderr, text=True, cwd=folder, env=environment
        )
    try:
        line = process.stdout.readline()
        if line.startswith("indexed "):  # the sample articles, where there was no index
            line = process.stdout.readline()
        found = re.search(r"http://\S+", line)  # printed when the page can be opened
        assert found, f"app.py printed {line!r} and {errors.read_text()}"
        yield found[0]
        if killed:
            return
        process.send_signal(signal.SIGINT)
        rest, _ = process.communicate(timeout=20)
        assert (process.returncode, rest, errors.read_text()) == (0, "", "")
    finally:
        process.kill()
        process.communicate()


@pytest.fixture(scope="package")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An index of the sample articles, a hostile one and one from right to left."""
    folder = tmp_path_factory.mktemp("page")
    hostile = folder / "hostile.jsonl"
    hostile.write_text(json.dumps(HOSTILE) + "\n" + json.dumps(RIGHT_TO_LEFT) + "\n", encoding="utf-8")
    build = [sys.executable, str(ROOT / "index" / "build.py"), str(SEEDS), str(hostile), "--out", str(folder / "store")]
    done = subprocess.run(build, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return folder / "store"


@pytest.fixture(scope="package")
def address(store: Path) -> Iterator[str]:
    """Where app.py serves that index, which no test changes."""
    with serving(store.parent / "errors.txt", "--index", str(store), "--port", "0") as address:
        yield address


@pytest.fixture(scope="package")  # its event loop must not outlive these tests
def chromium() -> Iterator[Browser]:
    path = next(filter(None, map(shutil.which, CHROMIUM)), None)
    if path is None:
        message = f"no Chromium: none of {', '.join(CHROMIUM)} is on the path"
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


class Tab:
    """One tab with the page open, and what its user does."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.wrong: list[str] = []
        page.on("request", self._check_host)
        page.on("pageerror", lambda error: self.wrong.append(f"error in the page: {error}"))
        page.on("console", self._check_console)
        page.on("dialog", lambda dialog: (self.wrong.append(f"dialog: {dialog.message}"), dialog.dismiss()))

    def _check_console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and message.text != AFTER_UPLOADS:
            self.wrong.append(f"console: {message.text}")

    def _check_host(self, request: Request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme not in ("data", "blob") and parts.hostname not in HERE:
            self.wrong.append(f"request to another host: {request.url}")

    def ask(self, question: str) -> None:
        """Type a question, press Enter and wait for what comes of it."""
        replies = self.page.locator("#messages :is(.answer, .notice, .remark)")
        before = replies.count()
        box = self.page.get_by_label("Your question")
        box.fill(question)
        box.press("Enter")
        replies.nth(before).wait_for()

    @property
    def marked(self) -> str:
        """The highlighted words of the source panel, once they are in sight."""
        self.settle()
        return self.page.locator("#source mark").inner_text()

    def settle(self) -> None:
        """Wait until the source panel is drawn, scrolled, and its citation in the chat is the current one."""
        self.page.wait_for_function(
            """() => {
                const link = document.querySelector("#messages a.cite[aria-current]");
                return link && link.getAttribute("href") === document.querySelector(".source").dataset.link;
            }"""
        )

    def inside_panel(self) -> bool:
        """Whether the highlighted words lie within the visible part of the source panel."""
        return self.page.evaluate(
            """() => {
                const words = document.querySelector("#source mark").getBoundingClientRect();
                const panel = document.querySelector("#source .scroller").getBoundingClientRect();
                return words.top >= panel.top && words.bottom <= panel.bottom;
            }"""
        )

    def picture(self, name: str) -> None:
        """Keep a screenshot under artifacts/."""
        folder = ROOT / "artifacts"
        folder.mkdir(exist_ok=True)
        self.page.screenshot(path=folder / f"{name}.png")

    def barriers(self) -> list[str]:
        """What axe-core finds that keeps people from using the page, serious or worse: rule and elements."""
        from axe_playwright_python.sync_playwright import Axe

        found = Axe().run(self.page).response["violations"]
        return [
            f"{rule['id']}: {[node['target'] for node in rule['nodes']]}"
            for rule in found
            if rule["impact"] in ("serious", "critical")
        ]

    def wider_than_the_window(self) -> int:
        """By how many pixels the page can be scrolled sideways."""
        return self.page.evaluate("() => document.documentElement.scrollWidth - window.innerWidth")


class Tabs:
    """Opens tabs, each in a session of its own."""

    def __init__(self, browser: Browser, address: str) -> None:
        self.browser = browser
        self.address = address
        self.contexts: list[BrowserContext] = []
        self.tabs: list[Tab] = []

    def open(self, *, width: int = 1280, height: int = 800, color_scheme: str = "light") -> Tab:
        context = self.browser.new_context(
            viewport={"width": width, "height": height},
            color_scheme=color_scheme,
            permissions=["clipboard-read", "clipboard-write"],
        )
        self.contexts.append(context)
        return self._loaded(context.new_page())

    def beside(self, tab: Tab) -> Tab:
        """Another tab of the same browser: the two share what the browser stores."""
        return self._loaded(tab.page.context.new_page())

    def _loaded(self, page: Page) -> Tab:
        tab = Tab(page)
        self.tabs.append(tab)
        tab.page.set_default_timeout(30_000)
        tab.page.goto(self.address)
        tab.page.get_by_label("Your question").wait_for()
        tab.page.locator("#messages .example").first.wait_for()
        return tab


@contextmanager
def opened(browser: Browser, address: str = "") -> Iterator[Tabs]:
    """Tabs that fail the test if they ask another host, report an error or open a dialog."""
    tabs = Tabs(browser, address)
    yield tabs
    wrong = [line for tab in tabs.tabs for line in tab.wrong]
    for context in tabs.contexts:
        context.close()
    assert not wrong


@pytest.fixture
def tabs(chromium: Browser, address: str) -> Iterator[Tabs]:
    with opened(chromium, address) as tabs:
        yield tabs


@pytest.fixture
def tab(tabs: Tabs) -> Tab:
    return tabs.open()
