"""Saved pages: main text, metadata, encodings and dates that the page states."""

import logging
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.articles.decode import decode
from rag.articles.html import declared_encoding, read_html
from rag.articles.normalise import normalise
from rag.errors import InputError

FIRST = (
    "The harbour board met on Tuesday evening and voted to close the old pier for repairs that will last until autumn, "
    "a decision that the fishing families of the north shore had asked for since the storm in March."
)
SECOND = "Work begins on Monday at seven, and the ferry will leave from the coal quay until it is done."
PAGE = f"""<!doctype html>
<html><head><title>Pier closes | The Daily Gull</title>
<link rel="canonical" href="https://gull.example/pier">
<meta name="author" content="Ann Tern"><meta property="og:site_name" content="The Daily Gull">
<meta property="article:published_time" content="2026-01-05T23:30:00-05:00"></head>
<body><nav><a href="/">Home</a> <a href="/news">More news</a></nav>
<article><h1>Pier closes</h1><p>{FIRST}</p><h2>What comes next</h2>
<p>{SECOND} The <a href="/quay">coal quay</a> is <b>free</b>.<br>So is   the car
park.</p><ul><li>first boat at six<ul><li>not on Sundays</li></ul></li><li>last boat at ten</li></ul>
<ol><li>walk on</li><li>drive on</li></ol>
<blockquote><p>It was about time, said the warden.</p></blockquote>
<table><tr><th>Boat</th><th>Seats</th></tr><tr><td>Gannet</td><td>40</td></tr></table>
<pre><code>gate = 7
  quay = 2</code></pre></article>
<footer>Since 1902. <a rel="license" href="https://creativecommons.org/licenses/by/4.0/">Licence</a></footer>
</body></html>"""


def dated(head="", body=""):
    story = f"<article><h1>Pier</h1>{body}<p>{FIRST}</p><p>{SECOND}</p></article>"
    return read_html(f"<html><head>{head}</head><body>{story}</body></html>", "a.html").published


def test_the_main_text_in_paragraphs():
    assert read_html(PAGE, "a.html").text.split("\n\n") == [
        FIRST,
        "What comes next",
        f"{SECOND} The coal quay is free.\nSo is the car park.",
        "- first boat at six\n  - not on Sundays\n- last boat at ten",
        "1. walk on\n2. drive on",
        "It was about time, said the warden.",
        "Boat | Seats\nGannet | 40",
        "gate = 7\n  quay = 2",
    ]


def test_the_metadata():
    article = read_html(PAGE, "town/a.html")
    assert (article.id, article.title) == ("town/a.html", "Pier closes")
    assert (article.author, article.source) == ("Ann Tern", "The Daily Gull")
    assert (article.url, article.licence) == ("https://gull.example/pier", "CC BY 4.0")
    assert article.published == date(2026, 1, 5)


def test_a_page_without_metadata():
    article = read_html(f"<html><body><p>{FIRST}</p></body></html>", "old-pier.html")
    assert (article.title, article.text) == ("Old pier", FIRST)
    assert (article.author, article.url, article.published, article.source, article.licence) == (None,) * 5


@pytest.mark.parametrize("source", [f"<p>{FIRST}</p>", FIRST, f"<h1>Old pier</h1>\n<p>{FIRST}"])
def test_fragments_are_pages(source):
    assert read_html(source, "old-pier.html").text == FIRST


@pytest.mark.parametrize("source", ["", "<html></html>", "<html><body><script>let x;</script></body></html>"])
def test_pages_without_text_are_refused(source):
    with pytest.raises(InputError, match="no main text found"):
        read_html(source, "a.html")


@pytest.mark.parametrize(
    ("head", "body"),
    [
        ('<meta name="date" content="2026-01-05">', ""),
        ('<meta itemprop="datePublished" content="2026-01-05T10:00Z">', ""),
        ('<meta name="citation_publication_date" content="2026/01/05">', ""),
        ('<script type="application/ld+json">{"@graph": [{"datePublished": "2026-01-05T10:00Z"}]}</script>', ""),
        ("", '<header><time datetime="2026-01-05">Monday</time></header>'),
        ("", '<time class="entry-date published" datetime="2026-01-05">Monday</time>'),
        ('<meta name="date" content="soon"><meta name="pubdate" content="2026-01-05">', ""),
    ],
)
def test_dates_that_the_page_states(head, body):
    assert dated(head, body) == date(2026, 1, 5)


@pytest.mark.parametrize(
    ("head", "body"),
    [
        ('<meta name="date" content="03/04/2026">', ""),
        ('<meta property="article:modified_time" content="2026-01-05">', ""),
        ('<link rel="canonical" href="https://gull.example/2026/01/05/pier">', ""),
        ("", "<p>By Ann Tern, 03/04/2026. Updated 2026-01-05.</p>"),
        ("", '<p>It sank on <time datetime="1912-04-15">that night</time>.</p>'),
    ],
)
def test_no_date_is_guessed(head, body):
    assert dated(head, body) is None


@pytest.mark.parametrize(
    ("declaration", "encoding"),
    [
        (b'<meta charset="utf-8">', None),  # tried first anyway
        (b"<meta charset=ISO-8859-1>", "cp1252"),
        (b'<meta http-equiv="Content-Type" content="text/html; charset=koi8-r">', "koi8-r"),
        (b"<?xml version='1.0' encoding='shift_jis'?>", "cp932"),
        (b'<meta charset="gb2312">', "gb18030"),
        (b'<meta charset="rot13">', None),
        (b'<meta charset="unicode_escape">', None),
        (b'<meta charset="none-such">', None),
        (b"<p>charset=koi8-r</p>", None),
        (b"", None),
    ],
)
def test_declared_encodings(declaration, encoding):
    assert declared_encoding(b"<html><head>" + declaration) == encoding


def test_a_page_in_its_declared_encoding():
    russian = "Совет гавани закрыл старый причал на ремонт до осени, как просили семьи рыбаков северного берега. " * 4
    page = f'<html><head><meta charset="windows-1251"></head><body><p>{russian}</p></body></html>'.encode("cp1251")
    assert read_html(decode(page, declared=declared_encoding(page)), "a.html").text == russian.strip()


def test_an_xml_declaration_does_not_undo_the_decoding():
    page = f'<?xml version="1.0" encoding="iso-8859-1"?><html><body><p>{FIRST} Déjà vu ☃ 😀.</p></body></html>'
    assert read_html(page, "a.html").text == f"{FIRST} Déjà vu ☃ 😀."


def test_the_extractor_logs_nothing(caplog, capfd):
    with caplog.at_level(logging.DEBUG, logger=""), pytest.raises(InputError):
        read_html("<html></html>", "a.html")
    assert caplog.records == []
    assert capfd.readouterr() == ("", "")


PIECES = [
    *(
        "<p>",
        "</p>",
        "<div>",
        "<table>",
        "<tr>",
        "<td>",
        "<ul>",
        "<li>",
        "<h1>",
        "<title>",
        "<head>",
        "<html>",
        "<body>",
    ),
    *(
        "<!--",
        "-->",
        "<![CDATA[",
        "<script type='application/ld+json'>",
        "</script>",
        '{"@type":"NewsArticle","author":[1',
    ),
    *(
        "<a href='http://[bad'>",
        "<link rel=canonical href='//x y'>",
        "<base href='::'>",
        "<meta name=author content='a b'>",
    ),
    *(
        "<time datetime='2026-13-40' pubdate>",
        "<math>",
        "<svg>",
        "&#0;",
        "&#xD800;",
        "\x0b",
        "\x01",
        "<pre>",
        "a\nb",
        "<br>",
    ),
    *("<?xml version='1.0' encoding='ascii'?>", "<article>", "<header>", "😀", "é", "words " * 60),
]


@given(st.lists(st.sampled_from(PIECES), max_size=30).map("".join))
def test_any_page_is_an_article_or_refused(source):
    try:
        article = read_html(source, "a.html")
    except InputError:
        return
    assert article.text.strip()
    assert normalise(article.text) == article.text
