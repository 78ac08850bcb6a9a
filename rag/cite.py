"""An article and a place in it -> a citation to paste, a link to the words on their page, a receipt to verify."""

from __future__ import annotations

import json
import re
from dataclasses import asdict, dataclass
from datetime import date
from hashlib import sha256
from typing import Any
from urllib.parse import quote as percent_encoded
from urllib.parse import urlsplit

from rag.errors import InputError
from rag.types import Answer, Article, Passage, Quote, Span

CONTEXT_CHARS = 32  # on either side of a quote in a receipt, as annotation tools keep
SHORT_CHARS = 30  # a quote under this is likely to stand in menus and headlines of the page too
LONG_CHARS = 200  # a longer one is linked by its first and last words
ENDS_WORDS = 5  # so many of them
CONTEXT_WORDS = (3, 6, 12)  # of context in a link, the fewest that make it unique


@dataclass(frozen=True, slots=True)
class Receipt:
    """All that is needed to check later that an article said these words in this place."""

    question: str  # as it was asked
    standalone_question: str  # as it was understood
    article_id: str
    title: str
    source: str | None
    author: str | None
    published: date | None
    url: str | None
    start: int  # start and end count characters (code points) of the article's text
    end: int
    quote: str
    sentence: str
    sentence_start: int
    prefix: str  # what stands right before the quote, up to CONTEXT_CHARS
    suffix: str
    confidence: float  # 0 to 1
    text_sha256: str  # of the article's text as UTF-8
    index_revision: str | None  # None: not known

    def record(self) -> dict[str, Any]:
        """A JSON object: these fields, and the place once more as a W3C Web Annotation."""
        fields = asdict(self) | {"published": self.published.isoformat() if self.published else None}
        selectors = [
            {"type": "TextQuoteSelector", "exact": self.quote, "prefix": self.prefix, "suffix": self.suffix},
            {"type": "TextPositionSelector", "start": self.start, "end": self.end},
        ]
        return {
            "@context": "http://www.w3.org/ns/anno.jsonld",
            "type": "Annotation",
            "motivation": "highlighting",
            "target": {"source": self.url or self.article_id, "selector": selectors},
            "receipt": fields,
        }


def receipt(answer: Answer, quote: Quote, article: Article, *, index_revision: str | None = None) -> Receipt:
    """The receipt for one citation of an answer.

    Raises:
        InputError: the article is not the one, or no longer as it was, that the words were quoted from.
    """
    made = receipt_of(
        article, quote.article_span, quote.article_sentence_span, question=answer.question,
        standalone_question=answer.standalone_question, confidence=quote.confidence, index_revision=index_revision,
    )  # fmt: skip
    if article.id != quote.article_id or made.quote != quote.text:
        raise InputError(f"article {article.id!r} does not hold the quotation in its place; ask the question again")
    return made


def receipt_of(
    article: Article, words: Span, sentence: Span, *, question: str, standalone_question: str, confidence: float,
    index_revision: str | None = None,
) -> Receipt:  # fmt: skip
    """The receipt for a place in an article; see `Receipt`."""
    text = article.text
    return Receipt(
        question, standalone_question, article.id, article.title, article.source, article.author, article.published,
        article.url, words.start, words.end, words.of(text), sentence.of(text), sentence.start,
        text[max(0, words.start - CONTEXT_CHARS) : words.start], text[words.end : words.end + CONTEXT_CHARS],
        round(confidence, 4), digest(text), index_revision,
    )  # fmt: skip


def read_receipt(text: str) -> Receipt:
    """The receipt that a file holds.

    Raises:
        InputError: it holds none.
    """
    try:
        fields = json.loads(text)["receipt"]
        published = fields["published"]
        made = Receipt(**fields | {"published": date.fromisoformat(published) if published else None})
        sound = all(isinstance(value, int) for value in (made.start, made.end, made.sentence_start))
    except (ValueError, KeyError, TypeError) as error:
        raise InputError(f"this is no receipt ({error}); the page and rag.cite.receipt make them") from None
    if not sound:
        raise InputError("this is no receipt (a place in it is no number); the page and rag.cite.receipt make them")
    return made


def verify(receipt: Receipt, article: Article) -> tuple[str, ...]:
    """What does not hold of a receipt, a few words each; nothing: the article says these words in this place.

    The question and the confidence cannot be verified: an article does not know them.
    """
    start, end, sentence = receipt.start, receipt.end, receipt.sentence_start
    if not 0 <= start <= end <= len(article.text) or sentence < 0:
        return ("the place lies outside the article",)
    words = Span(start, end)
    around = Span(sentence, sentence + len(receipt.sentence))
    found = receipt_of(
        article, words, around, question=receipt.question, standalone_question=receipt.standalone_question,
        confidence=receipt.confidence, index_revision=receipt.index_revision,
    )  # fmt: skip
    wanted, held = asdict(receipt), asdict(found)
    return tuple(f"{name} differs" for name in wanted if name != "confidence" and wanted[name] != held[name])


def digest(text: str) -> str:
    """SHA-256 of a text as UTF-8, in hexadecimal."""
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def citation(source: Article | Passage, quoted: str) -> str:
    """The quoted words with author, title, outlet, date and address, as far as they are known, on one line."""
    day = source.published
    about = (
        source.author,
        f"“{source.title}”" if source.title else None,
        source.source,
        f"{day.day} {day:%B %Y}" if day else None,
        web_address(source.url),
    )
    return f"“{quoted}” — " + ", ".join(" ".join(part.split()) for part in about if part)


def web_address(url: str | None) -> str | None:
    """The address if a browser may follow it: http or https with a host; None for anything else."""
    if not url or re.search(r"[\s\x00-\x1f]", url):
        return None
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    return url if parts.scheme.lower() in {"http", "https"} and parts.hostname else None


def deep_link(article: Article, words: Span) -> str | None:
    """The article's address with a text fragment that makes a browser scroll to the words; None without an address.

    https://wicg.github.io/scroll-to-text-fragment/
    """
    address = web_address(article.url)
    fragment = _text_fragment(article.text, words)
    if address is None or not fragment:
        return address
    page, _, place = address.partition("#")
    return f"{page}#{place.partition(':~:')[0]}:~:text={fragment}"


def _text_fragment(text: str, words: Span) -> str:
    """``[prefix-,]start[,end][,-suffix]``, nothing for no words; whole words only, as browsers match no part of one."""
    start, end = words.start, words.end
    while 0 < start < end and text[start - 1].isalnum() and text[start].isalnum():
        start -= 1
    while start < end < len(text) and text[end - 1].isalnum() and text[end].isalnum():
        end += 1
    lines = [line.strip() for line in text[start:end].splitlines() if line.strip()]
    if not lines:
        return ""
    if len(lines) > 1 or len(lines[0]) > LONG_CHARS:
        first, last = lines[0].split()[:ENDS_WORDS], lines[-1].split()[-ENDS_WORDS:]
        return f"{_encoded(' '.join(first))},{_encoded(' '.join(last))}"
    exact = " ".join(lines[0].split())
    if len(exact) >= SHORT_CHARS and _count(text, exact) == 1:
        return _encoded(exact)
    before = re.split(r"[\r\n]", text[max(0, start - 1000) : start])[-1].split()
    after = re.split(r"[\r\n]", text[end : end + 1000])[0].split()
    prefix = suffix = ""
    for count in CONTEXT_WORDS:
        prefix, suffix = " ".join(before[-count:]), " ".join(after[:count])
        glued = text[start - 1 : start].strip() and prefix, text[end : end + 1].strip() and suffix
        whole = prefix + ("" if glued[0] else " ") + exact + ("" if glued[1] else " ") + suffix
        if _count(text, whole) <= 1:
            break
    parts = (f"{_encoded(prefix)}-" if prefix else "", _encoded(exact), f"-{_encoded(suffix)}" if suffix else "")
    return ",".join(part for part in parts if part)


def _count(text: str, part: str) -> int:
    """How often a part stands in a text for a browser, to which case and kinds of space are the same."""
    return " ".join(text.split()).casefold().count(" ".join(part.split()).casefold())


def _encoded(text: str) -> str:
    """Percent-encoded, also the hyphen, comma and ampersand that a text fragment gives a meaning of its own."""
    return percent_encoded(text, safe="", errors="replace").replace("-", "%2D")
