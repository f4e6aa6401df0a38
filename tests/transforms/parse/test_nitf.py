"""NITF: docdata wherever it stands, the parts of the body, bad input."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.errors import Code, ItemError
from schemas.item import ParsedItem, Subject
from schemas.raw import RawItem
from transforms.parse import nitf
from transforms.parse.document import Document

WHOLE = """<?xml version="1.0" encoding="iso-8859-1"?>
<!DOCTYPE nitf SYSTEM "nitf-3-2.dtd">
<nitf baselang="en-GB">
 <head>
  <title>PORTS-Opening</title>
  <meta name="anpa-keyword" content="ports"/><meta name="anpa-wordcount" content="0042"/>
  <tobject tobject.type="news"><tobject.property tobject.property.type="Analysis"/>
   <tobject.subject tobject.subject.refnum="04015001" tobject.subject.type="Economy"
     tobject.subject.matter="Transport" tobject.subject.detail="Shipping"/></tobject>
  <docdata management-status="usable">
   <doc-id regsrc="news.example" id-string="N-1"/><urgency ed-urg="3"/>
   <date.issue norm="20240501T101500Z"/><date.release norm="20240501T120000Z"/>
   <date.expire norm="YYYYMMDDTHHMMSS"/><du-key version="2" key="PORTS OPENING"/>
   <doc.copyright year="2024" holder="Example News"/><ed-msg info="Adds quote" msg-type="update"/>
   <key-list><keyword key="ports"/><keyword>ships</keyword></key-list>
   <evloc city="Rostock" iso-cc="DEU"/><del-list><from-src src-name="EXN"/></del-list>
   <identified-content><org value="acm" idsrc="tickers">Acme</org>
    <classifier type="mood" value="up"/></identified-content>
  </docdata>
  <revision-history norm="20240501T090000Z" comment="Adds quote by minister"/>
 </head>
 <body>
  <body.head>
   <hedline><hl1>Port<!-- a --> opens in <em>Rostock</em></hl1><hl2>Third of its kind</hl2></hedline>
   <note><body.content><p>Picture to follow.</p></body.content></note>
   <byline>By <person>Jane Roe</person><byttl>Example News</byttl></byline>
   <distributor>Example Wire</distributor>
   <dateline><location><city>Rostock</city><country>Germany</country></location>
     <story.date norm="20240501">20240501T101500Z</story.date></dateline>
   <abstract><p>A port opened.</p></abstract>
  </body.head>
  <body.content><block><p>ROSTOCK (EXN) - The mayor<!-- 2019 -->s ship came first.</p>
   <hl2>What is next</hl2><p>More ports.</p></block>
   <media media-type="image"><media-reference source="a.jpg"/><media-caption>Ship</media-caption></media>
  </body.content>
  <body.end><tagline>Editing by John Doe.</tagline></body.end>
 </body>
</nitf>"""


def parse(source: str | bytes) -> ParsedItem:
    data = source if isinstance(source, bytes) else source.encode()
    (item,) = nitf.parse(Document(RawItem("mem:1", data)))
    assert isinstance(item, ParsedItem)
    return item


def body(content: str, top: str = "") -> ParsedItem:
    return parse(
        f"<nitf><body><body.head>{top}</body.head><body.content>{content}</body.content></body></nitf>"
    )


def head(content: str) -> ParsedItem:
    return parse(f"<nitf><head>{content}</head><body/></nitf>")


def test_everything() -> None:
    item = parse(WHOLE)
    assert item.source_format == "nitf"
    assert (item.uri, item.version, item.language, item.urgency) == ("N-1", "2", "en-GB", 3)
    assert item.provider_names == ("news.example", "Example News", "EXN", "Example Wire")
    assert (item.version_created, item.embargoed) == ("20240501T101500Z", "20240501T120000Z")
    assert item.pub_status == "usable"
    assert item.headline == "Port opens in Rostock"
    assert (item.slugline, item.summary) == ("PORTS OPENING", "A port opened.")
    assert item.byline == "By Jane Roe Example News"
    assert item.dateline == "Rostock, Germany"
    assert item.located == "Rostock, DEU"
    assert item.credit_line == "Example Wire"
    assert item.copyright_holder == "Example News"
    assert item.ed_notes == ("Adds quote", "Adds quote by minister", "Picture to follow.")
    assert item.signals == ("update",)
    assert item.keywords == ("ports", "ships")
    assert item.genres == ("Analysis",)
    assert item.word_count == 42
    assert item.sign_off == "Editing by John Doe."
    assert item.paragraphs == (
        "ROSTOCK (EXN) - The mayors ship came first.",
        "What is next",
        "More ports.",
    )
    assert Subject("subj", "04015001", "Shipping") in item.subjects
    assert Subject("tickers", "acm", "Acme") in item.subjects
    assert Subject("mood", "up", None) in item.subjects
    assert [(a.uri, a.title) for a in item.associations] == [("a.jpg", "Ship")]
    assert item.origins["uri"] == "doc-id id-string"


@pytest.mark.parametrize(
    "source",
    [
        '<nitf xmlns="http://iptc.org/std/NITF/2006-10-18/"><head/></nitf>',
        "<!-- x --><!DOCTYPE nitf PUBLIC '-//IPTC//DTD NITF 3.4//EN' 'n.dtd'>\n<nitf><body/></nitf>",
        '\ufeff<?xml version="1.0"?><?xml-stylesheet href="a.css"?><nitf version="3.6"><body/></nitf>',
        '<n:nitf xmlns:n="urn:x"><n:body/></n:nitf>',
        f"<!-- {'licence ' * 1000} -->\n<!DOCTYPE nitf [ {'<!-- x -->' * 900} ]>\n<nitf/>",
    ],
)
def test_recognised(source: str) -> None:
    assert nitf.recognise(Document(RawItem("mem:1", source.encode())))


def test_other_xml_is_not() -> None:
    assert nitf.recognise(Document(RawItem("mem:1", b"<rss/>"))) is None


@pytest.mark.parametrize(
    ("place", "wrap"),
    [("head", "{}"), ("head/docdata", "<docdata>{}</docdata>")],
)
def test_docdata_is_read_wherever_it_stands(place: str, wrap: str) -> None:
    content = '<doc-id id-string="a"/><urgency ed-urg="2"/><date.issue norm="20240501"/><evloc city="Rome"/>'
    item = head(wrap.format(content))
    assert (item.uri, item.urgency, item.version_created, item.located) == ("a", 2, "20240501", "Rome")


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ('<urgency ed-urg="0"/>', None),
        ('<urgency ed-urg="10"/>', None),
        ('<urgency ed-urg="²"/>', None),
        ('<urgency ed-urg="x"/><urgency ed-urg="5"/>', 5),
    ],
)
def test_urgency_is_1_to_9(content: str, expected: int | None) -> None:
    assert head(f"<docdata>{content}</docdata>").urgency == expected


@pytest.mark.parametrize(
    ("release", "embargoed"),
    [
        ("20240501T101500Z", None),
        ("20240501T091500Z", None),
        ("YYYYMMDD000000-HHMM", None),
        ("20240502T000000Z", "20240502T000000Z"),
    ],
)
def test_a_release_after_the_issue_is_an_embargo(release: str, embargoed: str | None) -> None:
    item = head(f'<docdata><date.issue norm="20240501T101500Z"/><date.release norm="{release}"/></docdata>')
    assert item.embargoed == embargoed


def test_a_correction_names_what_it_corrects() -> None:
    item = head('<docdata><correction info="Name put right" id-string="N-0"/></docdata>')
    assert (item.signals, item.revises, item.ed_notes) == (("correction",), "N-0", ("Name put right",))


@pytest.mark.parametrize(
    ("dateline", "expected"),
    [
        ("<dateline>Oslo</dateline>", "Oslo"),
        (
            "<dateline><location>NEW YORK</location>, <story.date>May 1</story.date></dateline>",
            "NEW YORK, May 1",
        ),
        ("<dateline><story.date norm='20240501'>20240501T080200+0000</story.date></dateline>", None),
    ],
)
def test_datelines(dateline: str, expected: str | None) -> None:
    assert body("<p>x</p>", dateline).dateline == expected


@pytest.mark.parametrize("slug", ["ROSTOCK PORT", "(Avance) ROSTOCK PORT"])
def test_a_deck_in_capitals_is_a_slug(slug: str) -> None:
    item = body("<p>x</p>", f"<hedline><hl1>Port opens</hl1><hl2>{slug}</hl2></hedline>")
    assert (item.slugline, item.summary) == (slug, None)


def test_text_without_paragraphs_and_without_a_head() -> None:
    assert body("\nFirst.\n\n Second.\n").paragraphs == ("First.", "Second.")
    assert parse("<nitf><body><p>Only.</p></body></nitf>").paragraphs == ("Only.",)
    assert parse("<nitf><head><title>Only a title</title></head></nitf>").headline == "Only a title"


def test_tables_and_preformatted_rows() -> None:
    item = body("<table><tr><td>Reds</td><td>3</td></tr></table><pre>Reds   3\nBlues  1\n</pre>")
    assert item.paragraphs == ("Reds | 3", "Reds 3", "Blues 1")


@pytest.mark.parametrize(
    ("source", "code"),
    [
        ("<nitf>", Code.XML_BROKEN),
        ("<nitf/>", Code.STRUCTURE_BROKEN),
        ("<nitf><body>" + "<p>" * 300 + "</p>" * 300 + "</body></nitf>", Code.TOO_DEEP),
    ],
)
def test_bad_documents(source: str, code: Code) -> None:
    with pytest.raises(ItemError) as caught:
        parse(source)
    assert caught.value.code is code


def test_latin_1_that_is_utf_8_and_the_other_way_round() -> None:
    declared = '<?xml version="1.0" encoding="{}"?><nitf><body><p>Zürich für „uns“</p></body></nitf>'
    for name, real in (("iso-8859-1", "utf-8"), ("utf-8", "cp1252"), ("iso-8859-1", "cp1252")):
        assert parse(declared.format(name).encode(real)).paragraphs == ("Zürich für „uns“",)


@settings(max_examples=150, deadline=None)
@given(
    st.integers(0, len(WHOLE)), st.integers(0, len(WHOLE)), st.sampled_from(["", "<p>", "&", '"', "</nitf>"])
)
def test_cut_and_pasted_documents_never_crash(first: int, second: int, glue: str) -> None:
    source = WHOLE[:first] + glue + WHOLE[second:]
    with contextlib.suppress(ItemError):
        assert parse(source).source_format == "nitf"


@pytest.mark.parametrize("place", ["<body.head>{}</body.head>", "{}<body.head/>"])
def test_docdata_in_the_body_is_read_too(place: str) -> None:
    docdata = (
        '<docdata><doc-id id-string="a"/><urgency ed-urg="2"/><date.issue norm="20240501T1000Z"/></docdata>'
    )
    item = parse(
        f"<nitf><body>{place.format(docdata)}<body.content><p>Text.</p></body.content></body></nitf>"
    )
    assert (item.uri, item.urgency, item.version_created) == ("a", 2, "20240501T1000Z")
    assert item.paragraphs == ("Text.",)


def test_names_in_capitals_and_the_roots_own_identifier() -> None:
    item = parse(
        '<NITF uno="urn:u"><HEAD><TITLE>T</TITLE></HEAD><BODY><BODY.HEAD><HEDLINE><HL1>Port</HL1></HEDLINE>'
        "<COPYRITE>Copyright EXN</COPYRITE></BODY.HEAD><BODY.CONTENT><P>Text.</P></BODY.CONTENT></BODY></NITF>"
    )
    assert (item.uri, item.headline, item.paragraphs) == ("urn:u", "Port", ("Text.",))
    assert item.copyright_notice == "Copyright EXN"
