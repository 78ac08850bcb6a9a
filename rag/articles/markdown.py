"""A Markdown file, with or without YAML front matter -> an Article in plain text.

The text is what a reader of the rendered page would see. Gone are the marks of headings, emphasis, quotations and
links with their targets, images, HTML tags and comments, rules and the title itself; kept are list bullets and numbers
and code as written. A line break within a paragraph becomes a space, cells of a table row are set apart by bars.
"""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from textwrap import indent
from typing import TYPE_CHECKING

from rag.articles.fields import make_article, text_field, title_from
from rag.articles.normalise import normalise, one_line
from rag.errors import InputError
from rag.types import Article

if TYPE_CHECKING:
    from markdown_it.tree import SyntaxTreeNode

FRONT_MATTER = re.compile(r"---[^\S\n]*\n(?P<yaml>.*?)^(?:---|\.\.\.)[^\S\n]*(?:\n|\Z)", re.DOTALL | re.MULTILINE)
MAX_NESTING = 100  # quotations within quotations; the parser drops what lies deeper
NULLS = ("", "~", "null")  # how YAML says nothing
SCRIPT = re.compile(r"\s*<(script|style)\b.*</\1\s*>", re.DOTALL | re.IGNORECASE)
CELL_BORDER = re.compile(r"(?<!\\)\|")
TAG = re.compile(r"</?[a-z!?][^<>]*>", re.IGNORECASE)


def read_markdown(source: str, name: str) -> Article:
    """Read Markdown; front matter may give title, author, published or date, source, url, licence or license, id.

    Without a title there, it is the first heading of level 1, else it comes from `name`, the file's path. A date that
    does not begin with the year is left out (see parse_date).

    Raises:
        InputError: the front matter is not YAML, a field is of the wrong type, or there is no text.
    """
    fields, body = split_front_matter(normalise(source))
    blocks = _parse(body)
    if blocks is None:
        return make_article(body, title_from(name), fields, article_id=name)
    headings = [one_line(_inline(node)) for node in blocks if _is_title(node)]
    title = text_field(fields, "title") or next(filter(None, headings), "")
    if headings and _is_title(blocks[0]) and headings[0] == title:
        blocks = blocks[1:]
    lines = body.split("\n")
    text = "\n\n".join(block for node in blocks for block in _blocks(node, lines))
    return make_article(text, title or title_from(name), fields, article_id=name)


def split_front_matter(source: str) -> tuple[Mapping[str, object], str]:
    """Part the fields between two ``---`` lines at the top from the body below.

    All values are read as text: a title of 1984 is not a number. What is between the lines but is no mapping belongs
    to the body.
    """
    import yaml

    match = FRONT_MATTER.match(source)
    if match is None:
        return {}, source
    try:
        fields = yaml.load(match["yaml"], Loader=yaml.BaseLoader)
    except yaml.YAMLError as error:
        raise InputError(f"front matter is not YAML{_place(error)}") from error
    except RecursionError as error:
        raise InputError("front matter is nested too deeply") from error
    if fields is not None and not isinstance(fields, dict):
        return {}, source
    given = {key: value for key, value in (fields or {}).items() if value not in NULLS}
    return given, source[match.end() :]


def _place(error: Exception) -> str:
    """Where YAML gave up and why, with the hint that helps most often."""
    mark, problem = getattr(error, "problem_mark", None), getattr(error, "problem", None)
    if mark is None or problem is None:
        return ""
    hint = "; put a value that holds a colon in quotes" if "mapping values" in problem else ""
    return f" at line {mark.line + 2}: {one_line(problem)}{hint}"  # line 1 is the opening ---


def _parse(body: str) -> list[SyntaxTreeNode] | None:
    """The top-level blocks; None if they are nested so deeply that the parser would drop some."""
    from markdown_it import MarkdownIt
    from markdown_it.tree import SyntaxTreeNode

    parser = MarkdownIt("commonmark", {"maxNesting": MAX_NESTING}).enable("table")
    tokens = parser.parse(body)
    if any(token.level >= MAX_NESTING - 1 for token in tokens):
        return None
    return SyntaxTreeNode(tokens).children


def _is_title(node: SyntaxTreeNode) -> bool:
    return node.type == "heading" and node.tag == "h1"


def _blocks(node: SyntaxTreeNode, lines: list[str]) -> list[str]:
    """The paragraphs of a block, in order, none of them empty; `lines` are those of the source."""
    match node.type:
        case "paragraph" | "heading":
            found = [_inline(node).strip()]
        case "fence" | "code_block":
            found = [node.content.rstrip("\n")]
        case "html_block":
            found = [_visible(node.content)]
        case "bullet_list" | "ordered_list":
            found = ["\n".join(_item(item, lines) for item in node.children)]
        case "table":
            found = ["\n".join(_rows(node, lines))]
        case _:  # a quotation holds blocks; a rule holds none
            found = [block for child in node.children for block in _blocks(child, lines)]
    return [block for block in found if block.strip()]


def _item(item: SyntaxTreeNode, lines: list[str]) -> str:
    marker = f"{item.info}{item.markup} " if item.info else "- "
    text = "\n".join(block for child in item.children for block in _blocks(child, lines))
    return (marker + indent(text, " " * len(marker)).lstrip(" ")).rstrip()


def _rows(table: SyntaxTreeNode, lines: list[str]) -> list[str]:
    """The rows of a table; as written if one has more cells than the head, since the parser drops those."""
    rows = [row.children for part in table.children for row in part.children]
    first, end = table.map or (0, 0)
    if any(len(CELL_BORDER.split(line.strip().strip("|"))) > len(rows[0]) for line in lines[first:end]):
        return lines[first:end]
    return [" | ".join(_inline(cell).strip() for cell in row) for row in rows]


def _inline(node: SyntaxTreeNode) -> str:
    """The words of a paragraph or of a part of one."""
    match node.type:
        case "text" | "code_inline":
            return node.content
        case "softbreak":
            return " "
        case "hardbreak":
            return "\n"
        case "html_inline":
            return "\n" if node.content.lower().startswith("<br") else ""
        case "image":
            return ""
        case _:
            return "".join(_inline(child) for child in node.children)


def _visible(markup: str) -> str:
    """What a block of HTML shows."""
    if SCRIPT.match(markup):
        return ""
    first, *commented = markup.split("<!--")
    shown = first + "".join(part.partition("-->")[2] if "-->" in part else part for part in commented)
    return html.unescape(TAG.sub("", shown)).strip()
