"""Articles of the index, files taken in and the state of it all -> HTML. Pure; everything foreign passes `inert`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from rag.page import texts
from rag.page.messages import inert, label
from rag.page.uploads import FileReport
from rag.store.listing import Listing
from rag.store.overview import Entry

ROWS = 50  # on a page of the table
REASONS = 5  # told of a file; of more it gives the number
COLUMNS = ("title", "source", "published", "passages")


@dataclass(frozen=True, slots=True)
class Sort:
    """What the table is sorted by."""

    order: str = "added"
    descending: bool = True  # the newest first


def table(listing: Listing, sort: Sort, *, words: str = "", may_remove: bool = True) -> str:
    """The rows with their check boxes, and the buttons to sort and to page.

    `words` are those that were searched for: the script compares them with what stands in the box by then.
    """
    opened = f'<div class="articles" data-words="{inert(words)}">'
    if not listing.matching:
        return f'{opened}<p class="none" role="status">{inert(texts.NO_ARTICLES)}</p></div>'
    heads = "".join(_head(name, sort) for name in COLUMNS)
    remove = _button("remove", texts.REMOVE) if may_remove else ""
    rows = "".join(_row(entry) for entry in listing.entries)
    return (
        f'{opened}{_pages(listing)}<div class="wide" tabindex="0" role="region" '
        f'aria-label="{inert(texts.TABLE)}"><table><thead><tr><th scope="col"><input type="checkbox" '
        f'data-every aria-label="{inert(texts.CHOOSE_PAGE)}"></th>{heads}</tr></thead><tbody>{rows}</tbody></table>'
        f'</div><div class="chosen" hidden><span role="status"></span>'
        f"{_button('only', texts.ASK_CHOSEN)}{remove}{_button('none', texts.CHOOSE_NONE)}"
        f'</div><div class="confirm" hidden role="alertdialog" aria-label="{inert(texts.REMOVE)}"><span></span>'
        f"{_button('sure', texts.REMOVE_SURE)}{_button('keep', texts.REMOVE_NOT)}</div></div>"
    )


def reports(files: tuple[FileReport, ...]) -> str:
    """What came of each file, one line each."""
    return '<ul class="reports">' + "".join(_report(file) for file in files) + "</ul>" if files else ""


def notice(text: str) -> str:
    """One line about what was done, or why it was not."""
    return f'<p class="said" role="status">{inert(text)}</p>' if text else ""


def state(*, articles: int, passages: int, revision: str, changed: datetime | None) -> str:
    """How much there is and when it last changed."""
    parts = [
        texts.counted(articles, "article"),
        texts.counted(passages, "passage"),
        texts.REVISION.format(revision),
        *([texts.LAST_CHANGE.format(f"{changed.astimezone(UTC):%Y-%m-%d %H:%M} UTC")] if changed else []),
    ]
    return f'<p class="state">{inert(" · ".join(parts))}</p>'


def _head(name: str, sort: Sort) -> str:
    sorted_ = sort.order == name
    state = ("descending" if sort.descending else "ascending") if sorted_ else "none"
    sign = ("↓" if sort.descending else "↑") if sorted_ else ""
    return (
        f'<th scope="col" aria-sort="{state}"><button type="button" data-sort="{name}">'
        f'{inert(texts.COLUMNS[name])}<span aria-hidden="true">{sign}</span></button></th>'
    )


def _row(entry: Entry) -> str:
    title = label(entry.title or entry.id)
    about = label(entry.id) + (f" · {label(entry.author)}" if entry.author else "")
    published = entry.published.isoformat() if entry.published else ""
    return (
        f'<tr><td><input type="checkbox" data-id="{inert(entry.id)}" aria-label="{_choose(entry)}"></td>'
        f'<td class="title"><span class="name" dir="auto">{title}</span><span class="about">{about}</span></td>'
        f'<td>{label(entry.source or "")}</td><td class="published">{published}</td>'
        f'<td class="passages">{entry.passages:,}</td></tr>'
    )


def _choose(entry: Entry) -> str:
    return inert(texts.CHOOSE.format(" ".join((entry.title or entry.id).split())[:80]))


def _pages(listing: Listing) -> str:
    last = listing.first + len(listing.entries)
    shown = texts.SHOWN.format(f"{listing.first + 1:,}", f"{last:,}", f"{listing.matching:,}")
    back = _button(str(max(0, listing.first - ROWS)), texts.PAGE_BACK, "page", disabled=listing.first == 0)
    on = _button(str(listing.first + ROWS), texts.PAGE_ON, "page", disabled=last >= listing.matching)
    return f'<div class="pages"><span role="status">{inert(shown)}</span>{back}{on}</div>'


def _button(value: str, text: str, name: str = "do", *, disabled: bool = False) -> str:
    return f'<button type="button" data-{name}="{value}"{" disabled" if disabled else ""}>{inert(text)}</button>'


def _report(file: FileReport) -> str:
    came = [
        wording.format(texts.counted(count, "article"))
        for count, wording in ((file.added, texts.ADDED), (file.updated, texts.UPDATED), (file.unchanged, texts.SAME))
        if count
    ]
    came += file.skipped[:REASONS]
    if len(file.skipped) > REASONS:
        came.append(texts.MORE_SKIPPED.format(f"{len(file.skipped) - REASONS:,}"))
    if not file.done:
        came.append(texts.READING if file.reading else texts.WAITING)
    elif not came:
        came.append(texts.NOTHING_IN_IT)
    kind = "skipped" if file.done and (file.skipped or not file.articles) else "done" if file.done else "waiting"
    return f'<li class="{kind}">{label(file.name)}: {inert("; ".join(came))}</li>'
