"""NewsML-G2: items, messages, packages, concepts, renditions, languages, roles."""

from __future__ import annotations

import base64
import contextlib
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from schemas.errors import Code, ItemError, Reject
from schemas.item import Association, Author, ParsedItem, Subject
from schemas.raw import RawItem
from transforms.parse import newsml_g2
from transforms.parse.document import Document, Limits
from transforms.parse.qcode import Catalog

NS = 'xmlns="http://iptc.org/std/nar/2006-10-01/"'

WHOLE = f"""<?xml version="1.0" encoding="UTF-8"?>
<newsItem {NS} guid="urn:newsml:news.example:1" version="7" standard="NewsML-G2" xml:lang="de">
 <catalog><scheme alias="mt" uri="http://cv.iptc.org/newscodes/mediatopic/"/>
  <scheme alias="ex" uri="http://news.example/codes/"/></catalog>
 <rightsInfo><copyrightHolder qcode="nprov:EXN"><name>Example News</name></copyrightHolder>
  <copyrightNotice xml:lang="en">(c) EXN</copyrightNotice>
  <copyrightNotice xml:lang="de">© EXN</copyrightNotice>
  <usageTerms>Print only</usageTerms></rightsInfo>
 <itemMeta><itemClass qcode="ninat:text"/>
  <provider qcode="nprov:EXN" literal="EXN"><name>Example News</name></provider>
  <versionCreated>2024-05-01T10:15:00Z</versionCreated><firstCreated>2024-05-01T09:00:00Z</firstCreated>
  <embargoed>2024-05-01T12:00:00Z</embargoed><pubStatus qcode="stat:usable"/>
  <edNote>Picture to follow.</edNote><edNote role="x:embargotext">Hold until noon.</edNote>
  <edNote role="x:closingline">exn jr</edNote>
  <signal qcode="sig:correction"/>
  <link rel="irel:seeAlso" href="http://news.example/a"><title>More</title></link>
  <link rel="irel:prevVersion" residref="urn:newsml:news.example:0"/></itemMeta>
 <contentMeta><urgency>3</urgency><contentCreated>2024-05-01T08:00:00Z</contentCreated>
  <located><name>Rostock</name><broader><name>Germany</name></broader></located>
  <creator literal="jr"/><creator><name>Jane Roe</name><affiliation literal="EXN"/></creator>
  <contributor role="ctrol:translator"><name>John Doe</name></contributor>
  <altId type="idt:slug">4711</altId><language tag="de"/>
  <genre qcode="genre:Analysis"><name>Analyse</name></genre>
  <subject qcode="mt:20000523"><name xml:lang="en">labour market</name><name xml:lang="de">Arbeitsmarkt</name>
    <broader qcode="mt:04000000"/></subject>
  <subject uri="http://cv.iptc.org/newscodes/subjectcode/04015001"/><subject uri="http://news.example/codes/9"/>
  <subject literal="Ports"/>
  <slugline>ports-opening</slugline>
  <headline role="hld:subHeadline">Dritter seiner Art</headline>
  <headline xml:lang="en">Port opens</headline><headline role="hld:main">Hafen öffnet</headline>
  <dateline>ROSTOCK (EXN) - </dateline><by>Von Jane Roe</by><creditline>EXN</creditline>
  <description role="drol:summary">Ein Hafen.</description><keyword>Häfen</keyword></contentMeta>
 <contentSet><inlineXML contenttype="application/xhtml+xml" xml:lang="en">
   <html><body><p>English.</p></body></html></inlineXML>
  <inlineXML contenttype="application/xhtml+xml" wordcount="12">
   <html xmlns="http://www.w3.org/1999/xhtml"><head><title>T</title></head><body><h1>Hafen öffnet</h1>
   <p>ROSTOCK (EXN) - Ein Hafen<!-- x --> hat geöffnet.</p><p>Mehr folgt.</p></body></html></inlineXML>
  <remoteContent rendition="rnd:main" href="http://news.example/a.jpg" contenttype="image/jpeg"/></contentSet>
</newsItem>"""


def results(source: str | bytes, limits: Limits | None = None) -> list[ParsedItem | Reject]:
    data = source if isinstance(source, bytes) else source.encode()
    return list(newsml_g2.parse(Document(RawItem("mem:1", data), limits)))


def parse(source: str) -> ParsedItem:
    (item,) = results(source)
    assert isinstance(item, ParsedItem)
    return item


def item(meta: str = "", content: str = "", contents: str = "", attributes: str = "") -> str:
    return (
        f'<newsItem {NS} guid="a" {attributes}><itemMeta>{meta}</itemMeta>'
        f"<contentMeta>{content}</contentMeta><contentSet>{contents}</contentSet></newsItem>"
    )


def test_everything() -> None:
    found = parse(WHOLE)
    assert (found.source, found.source_format) == ("mem:1", "newsml-g2")
    assert (found.uri, found.version, found.language) == ("urn:newsml:news.example:1", "7", "de")
    assert found.provider_names == ("nprov:EXN", "EXN", "Example News")
    assert (found.version_created, found.first_created) == ("2024-05-01T10:15:00Z", "2024-05-01T09:00:00Z")
    assert (found.embargoed, found.embargo_text) == ("2024-05-01T12:00:00Z", "Hold until noon.")
    assert (found.pub_status, found.signals) == ("stat:usable", ("sig:correction",))
    assert found.revises == "urn:newsml:news.example:0"
    assert found.urgency == 3
    assert (found.headline, found.slugline, found.byline) == ("Hafen öffnet", "ports-opening", "Von Jane Roe")
    assert (found.dateline, found.located) == ("ROSTOCK (EXN) -", "Rostock")
    assert (found.credit_line, found.sign_off, found.summary) == ("EXN", "exn jr", "Ein Hafen.")
    assert found.ed_notes == ("Picture to follow.", "Hold until noon.")
    assert found.authors == (Author("Jane Roe", None, "EXN"), Author("John Doe", "translator"))
    assert found.alternate_ids == ("idt:slug:4711",)
    assert found.genres == ("genre:Analysis",)
    assert found.keywords == ("Häfen",)
    assert found.subjects == (
        Subject("medtop", "20000523", "Arbeitsmarkt"),
        Subject("subj", "04015001"),
        Subject("ex", "9"),
        Subject(None, "Ports"),
    )
    assert (found.copyright_holder, found.copyright_notice) == ("Example News", "© EXN")
    assert found.usage_terms == "Print only"
    assert found.paragraphs == ("ROSTOCK (EXN) - Ein Hafen hat geöffnet.", "Mehr folgt.")
    assert found.word_count == 12
    assert found.associations == (
        Association("irel:seeAlso", "http://news.example/a", None, "More"),
        Association("irel:prevVersion", "urn:newsml:news.example:0"),
        Association("rnd:main", "http://news.example/a.jpg", "image/jpeg"),
    )


@pytest.mark.parametrize(
    ("contents", "paragraphs"),
    [
        ("<inlineData contenttype='text/plain'>First.\n\nSecond.</inlineData>", ("First.", "Second.")),
        (
            "<inlineData contenttype='text/html'>&lt;p&gt;One&lt;/p&gt;&lt;p&gt;Two&lt;/p&gt;</inlineData>",
            ("One", "Two"),
        ),
        ("<inlineData>&amp;quot;One&amp;quot; &lt;b&gt;x&lt;/b&gt;</inlineData>", ('"One" x',)),
        (
            f"<inlineData encoding='base64'>{base64.b64encode('Grüße.'.encode()).decode()}</inlineData>",
            ("Grüße.",),
        ),
        ("<inlineData encoding='base64' contenttype='image/png'>AAAA</inlineData>", ()),
        ("<inlineData encoding='base64'>!</inlineData><inlineData>Plain.</inlineData>", ("Plain.",)),
        (
            "<inlineXML><nitf><body><body.content><p>In NITF.</p></body.content></body></nitf></inlineXML>",
            ("In NITF.",),
        ),
        ("<inlineXML><html><body/></html></inlineXML><inlineXML><p>Second.</p></inlineXML>", ("Second.",)),
        (
            "<inlineXML xml:lang='fr'><p>Un.</p></inlineXML><inlineXML xml:lang='en'><p>One.</p></inlineXML>",
            ("One.",),
        ),
        ("<remoteContent href='a.mp4'/>", ()),
        (
            "<inlineXML><BODY><TEXT><RUBRIK>H</RUBRIK><DAT><ORT>Oslo</ORT></DAT><INGRESS><P>A.</P></INGRESS>"
            "<BRODTEXT><CITAT>B.</CITAT><MELLIS>c</MELLIS></BRODTEXT></TEXT></BODY></inlineXML>",
            ("A.", "B.", "c"),
        ),
    ],
)
def test_renditions(contents: str, paragraphs: tuple[str, ...]) -> None:
    assert parse(item(contents=contents, attributes='xml:lang="en"')).paragraphs == paragraphs


def test_what_the_nitf_inside_says_fills_gaps_only() -> None:
    nitf = (
        "<nitf><head><docdata><urgency ed-urg='2'/><doc-id id-string='inner'/></docdata></head>"
        "<body><body.head><hedline><hl1>Inner</hl1></hedline><byline>By Jane Roe</byline></body.head>"
        "<body.content><p>x</p></body.content></body></nitf>"
    )
    found = parse(item(content="<headline>Outer</headline>", contents=f"<inlineXML>{nitf}</inlineXML>"))
    assert (found.uri, found.urgency, found.headline, found.byline) == ("a", 2, "Outer", "By Jane Roe")


@pytest.mark.parametrize(
    ("headlines", "headline", "summary"),
    [
        ("<headline rank='3'>Kicker</headline><headline rank='1'>Main</headline>", "Main", "Kicker"),
        ("<headline role='x:kicker'>Kicker</headline><headline>Main</headline>", "Main", "Kicker"),
        (
            "<headline role='x:title'>Main</headline><headline role='x:subtitle'>Deck</headline>",
            "Main",
            "Deck",
        ),
        (
            "<headline role='x:kicker'>Ports</headline><headline role='x:main'>Main</headline>"
            "<headline role='x:sub'>Deck</headline>",
            "Main",
            "Deck",
        ),
        ("<headline/><headline>Main</headline><headline>MAIN</headline>", "Main", None),
        ("<headline rank='²'>Main</headline>", "Main", None),
    ],
)
def test_headline_roles(headlines: str, headline: str, summary: str | None) -> None:
    found = parse(item(content=headlines))
    assert (found.headline, found.summary) == (headline, summary)


@pytest.mark.parametrize(
    ("attributes", "content", "language"),
    [
        ('xml:lang="fi-FI"', "", "fi-FI"),
        ('xml:lang="swe"', '<language tag="sv"/>', "sv"),
        ('xml:lang="en"', '<language tag="fr"/><language tag="en"/>', "en"),
        ("", "", None),
    ],
)
def test_main_language(attributes: str, content: str, language: str | None) -> None:
    assert parse(item(content=content, attributes=attributes)).language == language


def test_notes_that_are_not_for_publication_stay_out_of_the_text() -> None:
    note = (
        '<edNote role="x:notepad"><section xmlns="http://www.w3.org/1999/xhtml" class="notepad">'
        '<h3>Notes</h3><section class="np-nonpublic"><p>Desk: 555</p></section>'
        '<p class="closingline">exn jr</p></section></edNote>'
    )
    body = (
        "<inlineXML><html><body><section class='main'><p>Text.</p></section>"
        "<section class='notepad'><p>Desk: 556</p></section></body></html></inlineXML>"
    )
    found = parse(item(meta=note, contents=body))
    assert found.paragraphs == ("Text.",)
    assert found.ed_notes == ("Notes", "Desk: 555", "Desk: 556")
    assert found.sign_off == "exn jr"


def message(*items: str) -> str:
    return (
        f"<newsMessage {NS}><header><sent>2024-05-01T10:16:00Z</sent><sender>news.example</sender></header>"
        f"<itemSet>{''.join(items)}</itemSet></newsMessage>"
    )


def test_a_message_of_one_is_that_item() -> None:
    found = parse(message(item()))
    assert (found.source, found.sent) == ("mem:1", "2024-05-01T10:16:00Z")
    assert found.provider_names == ("news.example",)


def test_one_bad_item_of_a_message_costs_that_item_only() -> None:
    concept = f'<conceptItem {NS} guid="c"><itemMeta/></conceptItem>'
    found = results(message(item(), f"<newsItem {NS} guid='b'/>", concept, item()))
    assert [result.source for result in found] == ["mem:1#1", "mem:1#2", "mem:1#3", "mem:1#4"]
    assert [isinstance(result, Reject) for result in found] == [False, True, True, False]
    bad, other = found[1:3]
    assert isinstance(bad, Reject)
    assert isinstance(other, Reject)
    assert (bad.code, other.code) == (Code.STRUCTURE_BROKEN, Code.NOT_NEWS)
    assert etree.fromstring(bad.raw).get("guid") == "b"
    assert (bad.stage, bad.source_format) == ("parse", "newsml-g2")


@pytest.mark.parametrize("name", ["conceptItem", "knowledgeItem", "planningItem", "catalogItem"])
def test_items_that_are_no_news(name: str) -> None:
    with pytest.raises(ItemError) as caught:
        results(f'<{name} {NS} guid="a"><itemMeta/></{name}>')
    assert caught.value.code is Code.NOT_NEWS


def test_a_holder_keeps_its_long_form() -> None:
    holder = (
        "<rightsInfo><copyrightHolder><name>Example News</name><definition>Register of Rostock, HRB 7"
        "</definition></copyrightHolder></rightsInfo>"
    )
    found = parse(item().replace("<itemMeta>", f"{holder}<itemMeta>"))
    assert found.copyright_holder == "Example News; Register of Rostock, HRB 7"
    assert found.provider_names == ("Example News",)


def test_the_items_own_title_is_the_headline_for_want_of_another() -> None:
    title = "<title>Evening budget</title>"
    assert parse(item(title)).headline == "Evening budget"
    assert parse(item(title, "<headline>Ports</headline>")).headline == "Ports"
    assert parse(item(f'<itemClass qcode="ninat:picture"/>{title}')).headline is None


def test_a_package_keeps_its_references() -> None:
    found = parse(
        f'<packageItem {NS} guid="p"><itemMeta/><groupSet root="G"><group id="G" role="group:main">'
        '<itemRef residref="urn:1"><itemClass qcode="ninat:text"/><title>Story</title></itemRef>'
        '<itemRef href="http://news.example/p.jpg" contenttype="image/jpeg"/></group></groupSet>'
        "</packageItem>"
    )
    assert found.associations == (
        Association("group:main", "urn:1", "ninat:text", "Story"),
        Association("group:main", "http://news.example/p.jpg", "image/jpeg"),
    )
    assert (found.headline, found.paragraphs) == ("Story", ())


@pytest.mark.parametrize(
    ("source", "code"),
    [
        ("<newsItem>", Code.XML_BROKEN),
        ("<newsItem/>", Code.STRUCTURE_BROKEN),
        ("<newsMessage/>", Code.STRUCTURE_BROKEN),
    ],
)
def test_bad_documents(source: str, code: Code) -> None:
    with pytest.raises(ItemError) as caught:
        results(source)
    assert caught.value.code is code


def test_too_many_items() -> None:
    with pytest.raises(ItemError):
        results(message(item(), item(), item()), Limits(items=2))


def test_catalogs() -> None:
    def concept(source: str) -> tuple[str | None, str | None]:
        return catalog.concept(etree.fromstring(source))

    outer = etree.fromstring(
        "<h><catalog><scheme alias='m' uri='http://cv.iptc.org/newscodes/genre'/></catalog></h>"
    )
    catalog = Catalog(
        etree.fromstring("<i><catalog><scheme alias='x' uri='http://x/'/></catalog></i>"),
        outer=Catalog(outer),
    )
    assert concept("<s qcode='m:a:b'/>") == ("genre", "a:b")
    assert concept("<s qcode='x:1'/>") == ("x", "1")
    assert concept("<s qcode='other:1'/>") == ("other", "1")
    assert concept("<s qcode='bare'/>") == (None, "bare")
    assert concept("<s uri='http://x/a'/>") == ("x", "a")
    assert concept("<s uri='http://y/a'/>") == (None, "http://y/a")
    assert concept("<s uri='http://cv.iptc.org/newscodes/mediatopic/20000001'/>") == ("medtop", "20000001")
    assert concept("<s/>") == (None, None)


NAMES = st.sampled_from(
    (
        *("name", "subject", "headline", "edNote", "link", "located", "creator", "contentSet", "inlineXML"),
        *("inlineData", "p", "table", "nitf", "body", "html", "group", "itemRef", "groupSet", "contentMeta"),
        *("itemMeta", "rightsInfo", "copyrightHolder", "language", "description", "catalog", "scheme"),
    )
)


def leaf(name: str, value: str) -> str:
    return f'<{name} qcode="{value}" role="{value}" rank="{value}">{value}</{name}>'


def branch(name: str, children: list[str]) -> str:
    return f"<{name}>{''.join(children)}</{name}>"


elements = st.recursive(
    st.builds(leaf, NAMES, st.text("a:1²/ é", max_size=5)),
    lambda inner: st.builds(branch, NAMES, st.lists(inner, max_size=4)),
    max_leaves=12,
)


@settings(max_examples=200, deadline=None)
@given(st.lists(elements, max_size=6))
def test_elements_anywhere_never_crash(parts: list[str]) -> None:
    source = f'<newsItem {NS} guid="a"><itemMeta/>{"".join(parts)}</newsItem>'
    with contextlib.suppress(ItemError):
        assert parse(source).uri == "a"


def test_recognition() -> None:
    def reason(source: str) -> str | None:
        return newsml_g2.recognise(Document(RawItem("mem:1", source.encode())))

    for source in _recognised():
        assert reason(source)
    assert reason("<NewsItem/>") is None
    assert reason("<feed/>") is None


def _recognised() -> Iterator[str]:
    yield WHOLE
    yield "<!-- x -->\n<newsMessage/>"
    yield f"<i:packageItem {NS.replace('xmlns', 'xmlns:i')}/>"
