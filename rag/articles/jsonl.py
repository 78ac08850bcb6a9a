"""One row of a JSON Lines file -> an Article."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace

from rag.articles.fields import json_type, make_article, text_field
from rag.errors import InputError
from rag.types import Article

TEXT_KEYS = ("text", "body", "content")
BYTE_ORDER_MARK = b"\xef\xbb\xbf"


def read_row(row: bytes, name: str) -> Article:
    """Read one JSON object with the keys text (or body or content), title, id, url, author, published, source, licence.

    A row without an id gets one from its own title and text, so that rows put in before it do not change it. A row
    without a title has an empty one.

    Args:
        row: one line of the file, in UTF-8.
        name: the file's path within what was read.

    Raises:
        InputError: the row is no JSON object, has no text, or a field is of the wrong type.
    """
    fields = _json_object(row)
    key = next((key for key in TEXT_KEYS if fields.get(key) is not None), None)
    if key is None:
        raise InputError(f"no text; wanted one of the keys {', '.join(TEXT_KEYS)}")
    text = fields[key]
    if not isinstance(text, str):
        raise InputError(f"{key} is {json_type(text)}, wanted text")
    article = make_article(text, "", fields, article_id=name)
    if text_field(fields, "id") is None:
        article = replace(article, id=row_id(article, name))
    return article


def row_id(article: Article, name: str) -> str:
    """The id of an article that is told from the others in its file by its title and text."""
    digest = hashlib.sha256(f"{article.title}\n{article.text}".encode()).hexdigest()
    return f"{name}#{digest[:16]}"


def _json_object(row: bytes) -> dict[str, object]:
    try:
        value = json.loads(row.strip().removeprefix(BYTE_ORDER_MARK).decode("utf-8"))
    except UnicodeDecodeError as error:
        raise InputError(f"not UTF-8 at byte {error.start + 1}") from error
    except json.JSONDecodeError as error:
        raise InputError(f"not JSON at column {error.colno}: {error.msg}") from error
    except (ValueError, RecursionError) as error:  # a number of more than 4,300 digits; brackets a thousand deep
        raise InputError("JSON that is too deep or holds too long a number") from error
    if not isinstance(value, dict):
        raise InputError(f"{json_type(value)}, wanted a JSON object")
    return value
