"""The collection in a real Chromium: what is added, found, removed and asked alone."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from conftest import article

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Route

    from browser.conftest import Tab, Tabs

pytestmark = [pytest.mark.browser, pytest.mark.models]


@pytest.fixture(scope="module")
def own_index(store: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the index that these tests may change."""
    return shutil.copytree(store, tmp_path_factory.mktemp("collection") / "store")


@pytest.fixture(scope="module")
def own_address(own_index: Path) -> Iterator[str]:
    from browser.conftest import serving

    options = ["--index", str(own_index), "--port", "0", "--max-upload-mb", "1"]
    with serving(own_index.parent / "errors.txt", *options) as address:
        yield address


@pytest.fixture
def tabs(chromium: Browser, own_address: str) -> Iterator[Tabs]:
    from browser.conftest import opened

    with opened(chromium, own_address) as tabs:
        yield tabs


@pytest.fixture
def collection(tab: Tab) -> Tab:
    show_collection(tab)
    return tab


def show_collection(tab: Tab) -> None:
    tab.page.get_by_role("tab", name="Collection").click()
    tab.page.locator(".articles").wait_for()


def rows(tab: Tab) -> list[str]:
    return tab.page.locator(".articles td.title .name").all_inner_texts()


def hand_over(tab: Tab, *files: Path) -> list[str]:
    """Drop files and wait for what is said of each."""
    tab.page.locator("#upload input[type=file]").set_input_files(list(files))
    tab.page.wait_for_function(
        "count => document.querySelectorAll('.reports li:not(.waiting)').length === count", arg=len(files)
    )
    return tab.page.locator(".reports li").all_inner_texts()


def test_the_table_is_searched_sorted_and_says_how_much_there_is(collection: Tab):
    page = collection.page
    assert page.locator(".articles .pages span").inner_text() == "1–22 of 22"
    assert "22 articles" in page.locator("#collection .state").inner_text()
    assert "last change 20" in page.locator("#collection .state").inner_text()
    collection.picture("collection")
    page.get_by_role("button", name="Title").click()
    page.locator("th[aria-sort=ascending]").wait_for()
    titles = rows(collection)
    assert titles == sorted(titles, key=str.casefold)
    page.get_by_role("button", name="Title").click()
    page.locator("th[aria-sort=descending]").wait_for()
    assert rows(collection) == titles[::-1]
    page.get_by_placeholder("Search titles").fill("HARROW courier ferry")
    page.wait_for_function("() => document.querySelectorAll('.articles tbody tr').length < 9")
    found = page.locator(".articles tbody tr").all_inner_texts()
    assert found and all("Courier" in row for row in found)
    page.get_by_placeholder("Search titles").fill("no such thing")
    page.get_by_text("No article to show.").wait_for()


def test_files_are_taken_in_and_answer_at_once(collection: Tab, tmp_path: Path):
    harbour, rows_, odd, empty = (tmp_path / n for n in ("harbour.txt", "two.jsonl", "picture.png", "empty.md"))
    harbour.write_text("Ada Wren is the harbour master of Netherquay.")
    rows_.write_text('{"text": "The kiln of Oxmere was lit by Tom Hale."}\n{"no": 1}\n{"text": "Oxmere is small."}\n')
    odd.write_bytes(b"\x89PNG")
    empty.write_text("")
    said = hand_over(collection, harbour, rows_, odd, empty)
    assert said[0] == "harbour.txt: 1 article added"
    assert said[1].startswith("two.jsonl: 2 articles added; line 2: ")
    assert said[2].startswith("picture.png: unknown kind of file; wanted one of .txt, .md")
    assert said[3].startswith("empty.md: ") and "added" not in said[3]
    collection.picture("collection-uploaded")
    collection.page.locator("#collection .state", has_text="25 articles").wait_for()
    collection.page.get_by_role("tab", name="Ask").click()
    collection.ask("Who is the harbour master of Netherquay?")
    assert collection.marked == "Ada Wren"
    show_collection(collection)
    assert hand_over(collection, harbour) == ["harbour.txt: 1 article unchanged"]
    harbour.write_text("Bo Lind is the harbour master of Netherquay.")
    collection.page.reload()
    show_collection(collection)
    assert hand_over(collection, harbour) == ["harbour.txt: 1 article updated"]


def test_a_table_that_comes_late_gives_way_to_the_words_typed_since(collection: Tab):
    page, held = collection.page, []

    def hold_the_first(route: Route) -> None:
        if held:
            route.continue_()
        else:
            held.append(route)

    page.route("**/gradio_api/run/**", hold_the_first)
    page.get_by_role("button", name="Title").click()  # asked for without words
    page.wait_for_timeout(200)
    page.get_by_placeholder("Search titles").fill("HARROW courier ferry")
    page.wait_for_function("() => document.querySelectorAll('.articles tbody tr').length < 9")
    held[0].continue_()
    page.locator("th[aria-sort=ascending]").wait_for()
    page.wait_for_function("() => document.querySelectorAll('.articles tbody tr').length < 9")
    found = page.locator(".articles tbody tr").all_inner_texts()
    assert found and all("Courier" in row for row in found)


def test_a_file_that_is_too_large_is_refused_with_the_limit(collection: Tab, tmp_path: Path):
    large, small, other = (tmp_path / f"{name}.txt" for name in ("large", "small", "other"))
    large.write_bytes(b"The quarry of Pelham. " * 60_000)
    small.write_text("The quarry of Pelham was closed by Ida Stone.")
    other.write_text("The quarry of Pelham was opened by Max Stone.")
    collection.page.locator("#upload input[type=file]").set_input_files([large, small])
    added = collection.page.locator("#collection-said li", has_text="small.txt: 1 article added")
    added.wait_for()
    refused = collection.page.get_by_text("large.txt: 1.3 MB, and a file may have 1 MB; cut it up")
    assert refused.is_visible() and collection.page.locator("#collection-said li").count() == 1
    collection.picture("collection-too-large")
    collection.page.locator("#upload input[type=file]").set_input_files(other)
    collection.page.get_by_text("other.txt: 1 article added").wait_for()
    assert not refused.is_visible()


def test_a_dropped_file_that_is_too_large_is_refused_too(collection: Tab):
    collection.page.locator("#upload").evaluate(
        """(box) => {
            const dropped = new DataTransfer();
            dropped.items.add(new File(["x".repeat(2 ** 21)], "huge.txt"));
            dropped.items.add(new File(["The lock of Harnham was kept by Eli Roe."], "dropped.txt"));
            box.querySelector("button, input").dispatchEvent(
                new DragEvent("drop", { bubbles: true, cancelable: true, dataTransfer: dropped })
            );
        }"""
    )
    collection.page.get_by_text("dropped.txt: 1 article added").wait_for()
    assert collection.page.get_by_text("huge.txt: 2.0 MB").is_visible()


def test_the_heading_counts_what_there_is_now(collection: Tab, tmp_path: Path):
    before = collection.page.locator("#heading p").inner_text()
    (tmp_path / "counted.txt").write_text("The weir of Aldous was built in 1804.")
    hand_over(collection, tmp_path / "counted.txt")
    collection.page.get_by_role("tab", name="Ask").click()
    collection.page.wait_for_function("before => document.querySelector('#heading p').innerText !== before", arg=before)
    after = collection.page.locator("#heading p").inner_text()
    assert int(after.split("from ")[1].split()[0]) == int(before.split("from ")[1].split()[0]) + 1


def test_nothing_keeps_people_from_using_the_collection(tabs: Tabs):
    for color_scheme in ("light", "dark"):
        tab = tabs.open(color_scheme=color_scheme)
        show_collection(tab)
        assert tab.barriers() == [], color_scheme
        tab.page.get_by_label("Choose all that are shown").check()
        tab.page.get_by_role("button", name="Remove", exact=True).click()
        assert tab.barriers() == [], f"asked whether to remove, {color_scheme}"


def test_chosen_articles_are_removed_after_a_second_click(collection: Tab, tmp_path: Path):
    page = collection.page
    for name in ("gone-one.txt", "gone-two.txt"):
        (tmp_path / name).write_text(f"{name} says that the mill of Drumlay burnt down.")
    hand_over(collection, tmp_path / "gone-one.txt", tmp_path / "gone-two.txt")
    page.locator(".articles").get_by_text("Gone two", exact=True).wait_for()  # the table is drawn anew after uploads
    page.get_by_placeholder("Search titles").fill("gone-")
    page.wait_for_function("() => document.querySelectorAll('.articles tbody tr').length === 2")
    page.get_by_label("Choose all that are shown").check()
    assert page.locator(".chosen span").inner_text() == "2 chosen"
    page.get_by_role("button", name="Remove", exact=True).click()
    assert page.locator(".confirm span").inner_text() == "Remove 2 from the index?"
    collection.picture("collection-remove")
    page.get_by_role("button", name="No, keep").click()
    assert not page.locator(".confirm").is_visible()
    page.get_by_label("Choose Gone one").uncheck()
    page.get_by_role("button", name="Remove", exact=True).click()
    page.get_by_role("button", name="Yes, remove").click()
    page.get_by_text("1 article removed.").wait_for()
    assert rows(collection) == ["Gone one"]


def test_an_article_that_was_removed_elsewhere_does_not_keep_the_others(collection: Tab, own_index: Path):
    from rag.index import Index

    page = collection.page
    Index.open(own_index).add([article("twin-one", "A twin."), article("twin-two", "Another twin.")])
    page.get_by_placeholder("Search titles").fill("twin-")
    page.wait_for_function("() => document.querySelectorAll('.articles tbody tr').length === 2")
    page.get_by_label("Choose all that are shown").check()
    Index.open(own_index).remove(["twin-one"])
    page.get_by_role("button", name="Remove", exact=True).click()
    page.get_by_role("button", name="Yes, remove").click()
    page.get_by_text("1 article removed.").wait_for()
    assert rows(collection) == [] and "twin-two" not in Index.open(own_index)


def test_hostile_names_and_articles_are_shown_and_run_nothing(collection: Tab, tmp_path: Path):
    name = '"><img src=x onerror=window.__pwned=1><svg onload=window.__pwned=1> `a` **b** \u202ec.md'
    (tmp_path / name).write_text(
        "---\ntitle: <script>window.__pwned=1</script>\n---\nThe well of Ashpool was dug by Una Frost."
    )
    (said,) = hand_over(collection, tmp_path / name)
    assert said.startswith('"><img src=x onerror=window.__pwned=1>') and said.endswith(": 1 article added")
    title = "<script>window.__pwned=1</script>"
    collection.page.locator(".articles").get_by_text(title, exact=True).wait_for()
    collection.page.wait_for_timeout(300)
    assert collection.page.evaluate("() => window.__pwned") is None
    assert collection.page.locator("#collection :is(script, img, svg[onload])").count() == 0
    collection.page.get_by_label("Choose <script>").check()
    collection.page.get_by_role("button", name="Remove", exact=True).click()
    collection.page.get_by_role("button", name="Yes, remove").click()
    collection.page.get_by_text("1 article removed.").wait_for()


def test_questions_are_answered_while_the_index_is_rebuilt(tabs: Tabs):
    one, other = tabs.open(), tabs.open()
    show_collection(one)
    one.page.get_by_role("button", name="Rebuild the index").click()
    other.ask("By how much have homicides in Mexico fallen?")
    assert other.marked == "40 percent"
    one.page.get_by_text("The index is rebuilt.").wait_for()
    one.page.locator("#collection .state", has_text="revision g000002").wait_for()
    other.ask("In whose bakery did the Great Fire begin?")
    assert "Farriner" in other.page.locator("#messages .words strong").last.inner_text()


def test_questions_are_answered_while_files_are_taken_in(tabs: Tabs, tmp_path: Path):
    one, other = tabs.open(), tabs.open()
    rows_ = [{"id": f"row {n}", "text": f"Ship {n} lay in the roads of Carrick. " * 12} for n in range(600)]
    (tmp_path / "many.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows_))
    show_collection(one)
    one.page.locator("#upload input[type=file]").set_input_files(tmp_path / "many.jsonl")
    taking_in = one.page.locator("#collection-said li.waiting", has_text="articles added; reading…")
    taking_in.wait_for()
    other.ask("By how much have homicides in Mexico fallen?")
    assert taking_in.is_visible()
    assert other.marked == "40 percent"
    one.page.locator("#collection-said li", has_text="many.jsonl: 600 articles added").wait_for()


def test_what_is_dropped_or_removed_while_a_file_is_taken_in_waits_for_its_turn(
    tabs: Tabs, own_index: Path, tmp_path: Path
):
    from gradio.utils import get_upload_folder

    from rag.index import Index

    one, other = tabs.open(), tabs.open()
    many = "".join(
        json.dumps({"id": f"many {n}", "text": f"Barge {n} lay at Tollesby. " * 12}) + "\n" for n in range(400)
    )
    (tmp_path / "many.jsonl").write_text(many)
    for name in ("second", "third"):
        (tmp_path / f"{name}.txt").write_text(f"The {name} sluice of Tollesby is shut.")
    show_collection(one)
    show_collection(other)
    upload = one.page.locator("#upload input[type=file]")
    upload.set_input_files(tmp_path / "many.jsonl")
    one.page.locator("#collection-said li.waiting", has_text="articles added; reading…").wait_for()
    upload.set_input_files([tmp_path / "second.txt", tmp_path / "third.txt"])
    for name, title in (("rosetta-stone.md", "The Rosetta Stone"), ("suez-canal.md", "The Suez Canal")):
        other.page.get_by_placeholder("Search titles").fill(name)
        other.page.get_by_label(f"Choose {title}").check()
        other.page.get_by_role("button", name="Remove", exact=True).click()
        other.page.get_by_role("button", name="Yes, remove").click()
    one.page.locator("#collection-said li", has_text="third.txt: 1 article added").wait_for()
    one.page.get_by_placeholder("Search titles").fill("second.txt")
    held: set[str] = set()
    for _ in range(100):
        held = {entry.id for entry in Index.open(own_index).entries()}
        if not held & {"rosetta-stone.md", "suez-canal.md"}:
            break
        one.page.wait_for_timeout(200)
    assert {"second.txt", "third.txt", "many 399"} <= held
    assert not held & {"rosetta-stone.md", "suez-canal.md"}
    assert not list(Path(get_upload_folder()).rglob("third.txt"))


def test_the_server_itself_refuses_a_file_over_the_limit(own_address: str, tmp_path: Path):
    for size, status in ((900_000, "200"), (1_200_000, "413")):
        (tmp_path / "a.txt").write_bytes(b"x" * size)
        command = ["curl", "-s", "-o", "/dev/null", "-w", "%{http_code}",
                   "-F", f"files=@{tmp_path / 'a.txt'}", f"{own_address}/gradio_api/upload"]  # fmt: skip
        assert subprocess.run(command, capture_output=True, text=True, check=True).stdout == status


def test_a_change_by_another_process_is_waited_for_by_name(collection: Tab, own_index: Path, tmp_path: Path):
    from rag import generations

    (tmp_path / "late.txt").write_text("It came late.")
    with generations.writing(own_index):
        (said,) = hand_over(collection, tmp_path / "late.txt")
        assert said.startswith("late.txt: another process is writing to the index")
        collection.page.get_by_role("button", name="Rebuild the index").click()
        collection.page.locator("#collection .said", has_text="another process is writing").wait_for()


def test_on_a_phone_the_collection_does_not_stick_out(tabs: Tabs):
    phone = tabs.open(width=390, height=800, color_scheme="dark")
    show_collection(phone)
    assert phone.page.evaluate("() => document.documentElement.scrollWidth") <= 390
    phone.picture("collection-phone-dark")
