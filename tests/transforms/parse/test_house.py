"""House XML: the engine, its dialects, and envelopes around known items."""

from __future__ import annotations

import pytest

from schemas.errors import Code, ItemError, Reject
from schemas.item import Association, ParsedItem, Subject
from schemas.raw import RawItem
from transforms.parse import envelope
from transforms.parse.document import Document
from transforms.parse.house import Dialect
from transforms.parse.house_dialects import DIALECTS
from transforms.parse.registry import Format, formats, sniff

FORMATS = {dialect.name: dialect.format() for dialect in DIALECTS}


def document(source: str) -> Document:
    return Document(RawItem("mem:1", source.encode()))


def read(format_: Format, source: str) -> ParsedItem:
    (item,) = format_.parse(document(source))
    assert isinstance(item, ParsedItem)
    return item


RITZAU = """<XMLNewsQueuedResponse xmlns="http://tempuri.org/"><XMLNewsQueuedResult
 xmlns:i="http://www.w3.org/2001/XMLSchema-instance"><ListOfRBNews xmlns="">
 <RBNews><NewsID>a-1</NewsID><PublishDate>2024-05-01T10:15:00.5</PublishDate><strapline>HAVNE</strapline>
  <headline>Havn &amp;quot;åbner&amp;quot;</headline><subtitle i:nil="true"/><town>Aarhus</town>
   <origin>/ritzau/</origin>
  <section>Indland</section><version>2</version><Replaces>a-0</Replaces><Priority>4</Priority>
  <content>&lt;p&gt;En havn &amp;amp;quot;åbner&amp;amp;quot;.&lt;/p&gt;
   &lt;p&gt;Mere følger.&lt;/p&gt;</content>
  <IPTCList xmlns:a="urn:a"><a:int>04015001</a:int></IPTCList><Annuleret>true</Annuleret>
   <Korrektion>true</Korrektion>
  <NyVersion>false</NyVersion><byLine>Jane Roe</byLine><TilRedaktionen>Billede følger</TilRedaktionen>
  <SubjectKeyword xmlns:a="urn:a"><a:string>havne; skibe</a:string></SubjectKeyword></RBNews>
 <RBNews><NewsID>a-2</NewsID><headline>To</headline></RBNews>
</ListOfRBNews></XMLNewsQueuedResult></XMLNewsQueuedResponse>"""


def test_ritzau() -> None:
    first, second = FORMATS["ritzau-rbnews"].parse(document(RITZAU))
    assert isinstance(first, ParsedItem)
    assert isinstance(second, ParsedItem)
    assert (first.source, second.source) == ("mem:1#1", "mem:1#2")
    assert (first.uri, first.version, first.revises) == ("a-1", "2", "a-0")
    assert first.version_created == "2024-05-01T10:15:00.5"
    assert (first.headline, first.slugline, first.summary) == ('Havn "åbner"', "HAVNE", None)
    assert (first.byline, first.located, first.credit_line) == ("Jane Roe", "Aarhus", "/ritzau/")
    assert (first.pub_status, first.signals) == ("canceled", ("correction",))
    assert first.subjects == (Subject("ritzau-section", None, "Indland"), Subject("subj", "04015001"))
    assert (first.keywords, first.ed_notes) == (("havne", "skibe"), ("Billede følger",))
    assert first.paragraphs == ('En havn "åbner".', "Mere følger.")
    assert first.provider_names == ("Ritzau",)
    assert (second.headline, second.paragraphs, second.pub_status) == ("To", (), None)


def test_europa_press() -> None:
    item = read(
        FORMATS["europapress-noticia"],
        "<NOTICIA><CODIGO>77</CODIGO><FECHA>01/05/2024</FECHA><HORA>10:15:00</HORA><PRIORIDAD>20</PRIORIDAD>"
        "<SECCION>EC</SECCION><ANTETITULO>Puertos</ANTETITULO><TITULAR>Abre un puerto</TITULAR>"
        "<ENTRADILLA>En breve.</ENTRADILLA><CONTENIDO>Abre un puerto.\n\nHabrá más.</CONTENIDO>"
        "<FOTO><NOMBRE>a.jpg</NOMBRE><PIE>Barco</PIE></FOTO></NOTICIA>",
    )
    assert item.uri == "urn:wirebeam:europapress:77"
    assert (item.version_created, item.urgency) == ("01/05/2024 10:15:00", 2)
    assert (item.headline, item.slugline, item.summary) == ("Abre un puerto", "Puertos", "En breve.")
    assert item.paragraphs == ("Abre un puerto.", "Habrá más.")
    assert item.associations == (Association("media", "a.jpg", "picture", "Barco"),)


def test_canadian_press() -> None:
    item = read(
        FORMATS["cp-publish"],
        "\ufeff<Publish><PublishID>1</PublishID><ContentItem><SystemSlug>AB</SystemSlug>"
        "<Headline>Port opens</Headline>"
        "<SlugProper>Ports</SlugProper><WritethruValue>2</WritethruValue><Language>2</Language>"
        "<EmbargoTime>0001-01-01T00:00:00</EmbargoTime><UpdatedDateTime>2024-05-01T10:15:00-04:00</UpdatedDateTime>"
        "<CreatedDateTime>2024-05-01T13:00:00</CreatedDateTime><City>Halifax</City><Country>Canada</Country>"
        "<UpdateNote>ADDS mayor</UpdateNote><Keyword>ports,ships</Keyword><WordCount>3</WordCount>"
        "<ContentText>&lt;p&gt;A port&amp;nbsp;opened.&lt;/p&gt;</ContentText></ContentItem></Publish>",
    )
    assert (item.uri, item.version, item.language, item.embargoed) == ("AB", "2", "fr", None)
    assert (item.version_created, item.first_created) == ("2024-05-01T10:15:00-04:00", "2024-05-01T13:00:00Z")
    assert (item.located, item.word_count, item.keywords) == ("Halifax, Canada", 3, ("ports", "ships"))
    assert item.paragraphs == ("A port opened.",)


def test_press_release() -> None:
    item = read(
        FORMATS["ntb-release"],
        '<release id="9" lang="no"><longurl>https://info.example/9</longurl><title>Havn åpner</title>'
        "<leadtext>Kort sagt.</leadtext><body>&lt;p&gt;En &amp;aring;pen havn.&lt;/p&gt;</body>"
        "<publicationDate>01.05.2024 10:15</publicationDate><publisher><name>Havna</name></publisher>"
        "<images><image><url>a.jpg</url><caption>Skip</caption></image></images></release>",
    )
    assert (item.uri, item.language, item.credit_line) == ("urn:wirebeam:release:9", "no", "Havna")
    assert item.paragraphs == ("Kort sagt.", "En åpen havn.")
    assert [a.title for a in item.associations] == ["Skip"]


def test_common_names_alone_are_no_sign() -> None:
    assert (
        FORMATS["ntb-release"].recognise(document("<release><title>Software 1.0</title></release>")) is None
    )
    assert FORMATS["cp-publish"].recognise(document("<Publish/>")) is None
    assert FORMATS["ritzau-rbnews"].recognise(document("<Envelope/>")) is None


def test_a_dialect_is_a_table_entry() -> None:
    dialect = Dialect(
        name="x",
        title="X",
        provider="X",
        item="story",
        roots=("stories",),
        fields={"uri": ("@id",), "headline": ("a/t", "b"), "byline": ("f+l",), "keywords": ("k/*",)},
        texts=("t1", "t2"),
        uri="urn:x:{}",
    )
    format_ = dialect.format()
    source = (
        "<stories><story id='1'><a><t/></a><b>B</b><f>Jane</f><l>Roe</l><k><i>p</i><i>q, r</i></k>"
        "<t1>One.</t1><t2>Two.</t2></story></stories>"
    )
    assert format_.recognise(document(source)) == "root <stories>"
    item = read(format_, source)
    assert (item.uri, item.headline, item.byline) == ("urn:x:1", "B", "Jane Roe")
    assert (item.keywords, item.paragraphs) == (("p", "q", "r"), ("One.", "Two."))


@pytest.mark.parametrize("name", sorted(FORMATS))
def test_broken_documents(name: str) -> None:
    with pytest.raises(ItemError) as caught:
        list(FORMATS[name].parse(document("<a>")))
    assert caught.value.code is Code.XML_BROKEN
    with pytest.raises(ItemError) as caught:
        list(FORMATS[name].parse(document("<a/>")))
    assert caught.value.code is Code.STRUCTURE_BROKEN


NITF = "<nitf><head><title>{}</title></head><body><p>Text.</p></body></nitf>"


def test_known_items_in_an_envelope() -> None:
    items_ = f"{NITF.format('A')}<x>{NITF.format('B')}</x>"
    source = f"<s:Envelope xmlns:s='urn:s'><s:Body>{items_}</s:Body></s:Envelope>"
    found, _ = sniff(document(source), formats())
    assert found.name == "xml-envelope"
    items = list(found.parse(document(source)))
    assert [(item.source, item.source_format) for item in items] == [("mem:1#1", "nitf"), ("mem:1#2", "nitf")]


def test_a_bad_item_in_an_envelope() -> None:
    good, bad = envelope.parse(document(f"<x>{NITF.format('A')}<nitf/></x>"))
    assert isinstance(good, ParsedItem)
    assert isinstance(bad, Reject)
    assert (bad.code, bad.raw) == (Code.STRUCTURE_BROKEN, b"<nitf/>")
    with pytest.raises(ItemError):
        list(envelope.parse(document("<x><nitf/></x>")))


def test_xml_of_no_known_kind_names_root_and_namespace() -> None:
    with pytest.raises(ItemError) as caught:
        sniff(document('<invoice xmlns="urn:shop"><total>3</total></invoice>'), formats())
    assert caught.value.code is Code.FORMAT_UNKNOWN
    assert "<invoice>" in caught.value.message
    assert "urn:shop" in caught.value.message
