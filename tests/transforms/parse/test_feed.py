"""RSS, Atom, WordPress exports."""

import contextlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.errors import Code, ItemError, Reject
from schemas.item import Association, Author, ParsedItem, Subject
from schemas.raw import RawItem
from tests.processor import within
from transforms.parse import feed
from transforms.parse.document import Document, Limits

RSS = """<?xml version="1.0" encoding="utf-8"?>
<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/"
xmlns:content="http://purl.org/rss/1.0/modules/content/">
<channel><title>Example Press</title><link>https://example.com/</link><language>en-gb</language>
<copyright>(c) Example Press</copyright>
<item><title>Harbour &amp;amp; ferries <b/></title><link>https://example.com/1</link>
<guid>tag:example.com,2024:1</guid>
<pubDate>Fri, 03 May 2024 10:00:00 +0200</pubDate><dc:creator>Ada Quill</dc:creator><category>Ports</category>
<category domain="desk">World</category><description>Ferries are back.</description>
<content:encoded><![CDATA[<p>KIEL &#8211; The harbour reopened.</p><p>Ferries sail.</p>
<script>no()</script>]]></content:encoded>
<enclosure url="https://example.com/1.jpg" type="image/jpeg" length="1"/></item>
<item><title>Second</title><link>https://example.com/2</link>
<description>&lt;p&gt;Only this.&lt;/p&gt;</description></item>
</channel></rss>"""

ATOM = """<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="de"><title>Beispiel</title><id>urn:feed</id>
<updated>2024-05-03T12:00:00Z</updated><entry><id>urn:example:1</id>
<title type="html">Hafen &lt;b&gt;offen&lt;/b&gt;</title>
<published>2024-05-03T10:00:00Z</published><updated>2024-05-03T11:00:00Z</updated>
<author><name>Ada Quill</name></author>
<contributor><name>Bo Reed</name></contributor><rights>(c) 2024</rights><summary>Kurz.</summary>
<category term="ports" scheme="https://example.com/tags" label="Häfen"/>
<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>Der Hafen ist offen.</p></div></content>
</entry></feed>"""

RDF = """<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"
xmlns:dc="http://purl.org/dc/elements/1.1/"><channel rdf:about="https://example.com"><title>Example</title></channel>
<item rdf:about="https://example.com/3"><title>Third</title><link>https://example.com/3</link>
<dc:date>2024-05-03T10:00:00Z</dc:date><description>Text.</description></item></rdf:RDF>"""

WORDPRESS = """<rss version="2.0" xmlns:wp="http://wordpress.org/export/1.2/"
xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel><title>Blog</title>
<item><title>Post</title><guid>https://example.com/?p=1</guid><wp:post_id>1</wp:post_id><wp:status>draft</wp:status>
<wp:post_type>post</wp:post_type><content:encoded><![CDATA[[dropcap]T[/dropcap]he harbour [sic] reopened.

[caption id="2"]<img src="a.jpg"> A ferry[/caption]
Ferries sail. [gallery ids="1,2"]

[contact_form]

<h2>More</h2>
End.]]></content:encoded></item>
<item><title>a.jpg</title><wp:post_id>2</wp:post_id><wp:post_type>attachment</wp:post_type></item></channel></rss>"""


def document(text: str | bytes, limits: Limits | None = None) -> Document:
    return Document(RawItem("feed.xml", text if isinstance(text, bytes) else text.encode(), 7), limits)


def items(text: str | bytes) -> list[ParsedItem | Reject]:
    assert feed.recognise(document(text))
    return list(feed.parse(document(text)))


def test_rss() -> None:
    first, second = items(RSS)
    assert isinstance(first, ParsedItem)
    assert isinstance(second, ParsedItem)
    assert (first.source, second.source) == ("feed.xml#1", "feed.xml#2")
    assert first.uri == "tag:example.com,2024:1"
    assert first.headline == "Harbour & ferries"
    assert first.version_created == "Fri, 03 May 2024 10:00:00 +0200"
    assert (first.byline, first.authors) == ("Ada Quill", (Author("Ada Quill"),))
    assert first.keywords == ("Ports", "World")
    assert first.subjects == (Subject("desk", "World"),)
    assert first.summary == "Ferries are back."
    assert first.paragraphs == ("KIEL – The harbour reopened.", "Ferries sail.")
    assert (first.language, first.copyright_notice) == ("en-gb", "(c) Example Press")
    assert first.provider_names[:2] == ("Example Press", "https://example.com/")
    assert first.associations == (
        Association("alternate", "https://example.com/1"),
        Association("enclosure", "https://example.com/1.jpg", "image/jpeg"),
    )
    assert (second.uri, second.paragraphs, second.summary) == ("https://example.com/2", ("Only this.",), None)


def test_atom() -> None:
    (item,) = items(ATOM)
    assert isinstance(item, ParsedItem)
    assert (item.uri, item.headline, item.language) == ("urn:example:1", "Hafen offen", "de")
    assert (item.version_created, item.first_created) == ("2024-05-03T11:00:00Z", "2024-05-03T10:00:00Z")
    assert item.authors == (Author("Ada Quill"), Author("Bo Reed", "contributor"))
    assert item.subjects == (Subject("https://example.com/tags", "ports", "Häfen"),)
    assert (item.paragraphs, item.summary) == (("Der Hafen ist offen.",), "Kurz.")
    assert item.copyright_notice == "(c) 2024"


def test_rss_1() -> None:
    (item,) = items(RDF)
    assert isinstance(item, ParsedItem)
    assert (item.uri, item.headline, item.paragraphs) == ("https://example.com/3", "Third", ("Text.",))
    assert item.version_created == "2024-05-03T10:00:00Z"


def test_wordpress() -> None:
    post, attachment = items(WORDPRESS)
    assert isinstance(post, ParsedItem)
    assert post.paragraphs == ("The harbour [sic] reopened.", "Ferries sail.", "More", "End.")
    assert post.pub_status == "withheld"
    assert isinstance(attachment, Reject)
    assert (attachment.code, attachment.source) == (Code.NOT_NEWS, "feed.xml#2")


def test_latin_feed_that_says_utf8() -> None:
    (item, _) = items(RSS.replace("Ferries sail.", "Fähren – fahren.").encode("cp1252"))
    assert isinstance(item, ParsedItem)
    assert item.paragraphs[1] == "Fähren – fahren."
    assert "encoding_repaired" in item.warnings


def test_truncated_feed_gives_what_it_has() -> None:
    results = items(RSS[: RSS.index("Only this")])
    assert len(results) == 2
    assert all(isinstance(result, ParsedItem) and "xml_repaired" in result.warnings for result in results)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("<rss version='2.0'><channel><title>t</title></channel></rss>", Code.NO_CONTENT),
        ("<rss version='2.0'><channel><", Code.XML_BROKEN),
        ("<rss " + " ".join(f"a{n}='1'" for n in range(30_000)) + "><channel/></rss>", Code.XML_BROKEN),
    ],
)
def test_broken(text: str, code: Code) -> None:
    with pytest.raises(ItemError) as failure:
        items(text)
    assert failure.value.code is code


def test_too_many_entries() -> None:
    with pytest.raises(ItemError):
        list(feed.parse(document(RSS, Limits(items=1))))


def test_nothing_is_fetched_or_opened() -> None:
    text = (
        '<!DOCTYPE rss [<!ENTITY a SYSTEM "file:///etc/hostname"><!ENTITY b "bbbbbbbb">'
        '<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]><rss version="2.0"><channel><item><title>x&a;y&c;</title>'
        "</item></channel></rss>"
    )
    (item,) = items(text)
    assert isinstance(item, ParsedItem)
    assert len(item.headline or "") < 100
    assert "/" not in (item.headline or "")


@pytest.mark.parametrize(
    "text",
    [
        "<item><pubDate>" + " " * 30_000 + "x</pubDate><title>t</title></item>",
        "<item><author>" + "a-b" * 10_000 + "</author><title>t</title></item>",
        "<item><title>&#" + "9" * 6_000 + "; &#x110000; &#0; t</title></item>",
        "<item>" + "<a>" * 20_000,
        "<item><title>" + "<![CDATA[" * 5_000,
    ],
    ids=["blanks", "author", "references", "nesting", "cdata"],
)
def test_hostile(text: str) -> None:
    with within(1):
        assert items(f"<rss version='2.0'><channel>{text}</channel></rss>")


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_mutations_raise_only_item_errors(data: st.DataObject) -> None:
    text = data.draw(st.sampled_from([RSS, ATOM, RDF, WORDPRESS])).encode()
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, min(len(text), start + 60)))
    other = data.draw(
        st.binary(max_size=6) | st.sampled_from([b"<", b"</item>", b"&", b"<![CDATA[", b"<!--"])
    )
    mutated = text[:start] + other + text[end:]
    if feed.recognise(document(mutated)):
        with contextlib.suppress(ItemError):
            list(feed.parse(document(mutated)))
