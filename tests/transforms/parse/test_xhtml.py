"""HTML pages and fragments as items."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.errors import Code, ItemError
from schemas.item import Author, ParsedItem
from schemas.raw import RawItem
from transforms.parse import xhtml
from transforms.parse.document import Document


def document(source: str | bytes) -> Document:
    return Document(RawItem("mem:1", source if isinstance(source, bytes) else source.encode()))


def parse(source: str | bytes) -> ParsedItem:
    (item,) = xhtml.parse(document(source))
    assert isinstance(item, ParsedItem)
    return item


def test_a_page_with_microdata() -> None:
    item = parse(
        """<!DOCTYPE html><html lang="en"><head><title>Port opens | Example</title>
        <meta property="og:title" content="Port opens"/><meta name="keywords" content="ports, ships">
        <meta property="article:published_time" content="2024-05-01T10:15:00Z"/>
   <link rel="canonical" href="x"></head>
        <body><nav>Home</nav><article itemscope><h1 itemprop="headline">Port opens</h1>
        <p class="byline">By <span itemprop="author">Jane Roe</span></p>
        <div itemprop="articleBody"><p>A port <b>opened</b>.<p>More follows.</div></article></body>
   </html>"""
    )
    assert (item.source_format, item.language, item.headline) == ("html", "en", "Port opens")
    assert item.first_created == "2024-05-01T10:15:00Z"
    assert item.keywords == ("ports", "ships")
    assert item.authors == (Author("Jane Roe"),)
    assert item.paragraphs == ("A port opened.", "More follows.")


def test_rnews_in_rdfa() -> None:
    item = parse(
        '<html><body><div typeof="rnews:NewsItem"><h2 property="rnews:headline">Port opens</h2>'
        '<span property="rnews:dateline">ROSTOCK</span><span property="rnews:copyrightNotice">(c) EXN</span>'
        "<p>A port opened.</p></div></body></html>"
    )
    assert (item.headline, item.dateline, item.copyright_notice) == ("Port opens", "ROSTOCK", "(c) EXN")
    assert "A port opened." in item.paragraphs


def test_a_fragment() -> None:
    item = parse("<h1>Port opens</h1><p>One.</p><p>Two.")
    assert (item.headline, item.paragraphs) == ("Port opens", ("One.", "Two."))


def test_encodings() -> None:
    assert parse("<p>Zürich – „uns“</p>".encode("cp1252")).paragraphs == ("Zürich – „uns“",)


@pytest.mark.parametrize("source", ["<html></html>", "<p> </p>", "<html><head><meta name='a'></head></html>"])
def test_no_text(source: str) -> None:
    with pytest.raises(ItemError) as caught:
        parse(source)
    assert caught.value.code is Code.NO_CONTENT


@pytest.mark.parametrize(
    ("source", "known"),
    [
        ("<!DOCTYPE html><HTML>", True),
        ("<h1>x</h1>", True),
        ("<rss/>", False),
        ("<nitf/>", False),
        ("plain <p>", False),
    ],
)
def test_recognition(source: str, known: bool) -> None:
    assert bool(xhtml.recognise(document(source))) is known


@settings(max_examples=150, deadline=None)
@given(st.text("<>/p abch1=\"'&;\n\x00é", max_size=150))
def test_any_html_is_read_or_refused(source: str) -> None:
    with contextlib.suppress(ItemError):
        assert parse(f"<p>{source}").source_format == "html"
