"""NewsML 1.x: identifiers, components, renditions, several items, bad input."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.errors import Code, ItemError, Reject
from schemas.item import Association, Author, ParsedItem, Subject
from schemas.raw import RawItem
from transforms.parse import newsml_1
from transforms.parse.document import Document

IDENTIFICATION = """<Identification><NewsIdentifier><ProviderId>news.example</ProviderId>
   <DateId>20240501</DateId>
 <NewsItemId>N1</NewsItemId><RevisionId PreviousRevision="1" Update="U">2</RevisionId>
 <PublicIdentifier>urn:newsml:news.example:20240501:N1:2</PublicIdentifier></NewsIdentifier>
 <NameLabel>ports-opening</NameLabel></Identification>"""

WHOLE = f"""<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE NewsML PUBLIC "urn:newsml:iptc.org:20021018:NewsMLv1.1:1" "NewsML.dtd" [
 <!ENTITY % nitf SYSTEM "http://news.example/nitf.dtd"> %nitf; ]>
<NewsML Version="1.2">
 <NewsEnvelope><TransmissionId>77</TransmissionId><SentFrom><Party FormalName="EXN"/></SentFrom>
  <DateAndTime>20240501T101600Z</DateAndTime><Priority FormalName="4"/></NewsEnvelope>
 <NewsItem xml:lang="de">{IDENTIFICATION}
  <NewsManagement><NewsItemType FormalName="Alert"/><FirstCreated>20240501T090000Z</FirstCreated>
   <ThisRevisionCreated>20240501T101500Z</ThisRevisionCreated><Status FormalName="Embargoed"/>
   <StatusWillChange><FutureStatus FormalName="Usable"/><DateAndTime>20240501T120000Z</DateAndTime>
   </StatusWillChange>
   <Urgency FormalName="3"/><AssociatedWith NewsItem="news.example:20240430:N0"/></NewsManagement>
  <NewsComponent>
   <TopicSet FormalName="s"><Topic><FormalName Scheme="IptcSubjectCodes">04015001</FormalName>
     <Description xml:lang="en" Variant="Name">shipping</Description>
     <Description xml:lang="de" Variant="Name">Schifffahrt</Description></Topic></TopicSet>
   <NewsLines><HeadLine xml:lang="en">Port opens</HeadLine><HeadLine xml:lang="de">
   <![CDATA[Hafen öffnet]]></HeadLine>
    <SubHeadLine>Dritter seiner Art</SubHeadLine><ByLine>Von Jane Roe</ByLine><DateLine>ROSTOCK</DateLine>
    <CreditLine>EXN</CreditLine><CopyrightLine>© EXN</CopyrightLine><RightsLine>Print</RightsLine>
    <KeywordLine>Häfen</KeywordLine>
    <NewsLine><NewsLineType FormalName="AdvisoryLine"/><NewsLineText>Adds mayor</NewsLineText></NewsLine>
   </NewsLines>
   <AdministrativeMetadata><Provider><Party FormalName="Example News"/></Provider>
    <Creator><Party FormalName="Jane Roe" Topic="AUTHOR"/><Party FormalName="jr/jd"/></Creator>
   </AdministrativeMetadata>
   <DescriptiveMetadata><Language FormalName="de"/><Genre FormalName="Current"/>
    <SubjectCode><SubjectMatter FormalName="04015001" cat="ECO"/><Subject FormalName="P1" Scheme="Exn"/>
   </SubjectCode>
    <Location HowPresent="Event"><Property FormalName="City" Value="Kiel"/></Location>
    <Location HowPresent="Origin"><Property FormalName="Country" Value="DEU"/>
   <Property FormalName="City" Value="Rostock"/></Location>
    <Property FormalName="Keyword" Value="Schiffe"/></DescriptiveMetadata>
   <NewsComponent><ContentItem><MediaType FormalName="Text"/><Format FormalName="NITF3.1"/>
    <Characteristics><Property FormalName="Words" Value="12"/></Characteristics>
    <DataContent><nitf><head><tobject>
     <tobject.subject tobject.subject.refnum="04015001" tobject.subject.type="Wirtschaft"/>
     </tobject></head><body>
    <body.content><p>Ein Hafen hat geöffnet.</p><p>Mehr folgt.</p></body.content>
   </body></nitf>
    </DataContent></ContentItem></NewsComponent>
   <NewsComponent><Role FormalName="Photo"/><NewsLines><HeadLine>Ship</HeadLine><ByLine>John Doe</ByLine>
   </NewsLines>
    <NewsComponent><Role FormalName="Caption"/><ContentItem><MediaType FormalName="Text"/>
     <DataContent><p>A ship.</p></DataContent></ContentItem></NewsComponent>
    <NewsComponent><Role FormalName="Thumbnail"/><ContentItem Href="t.jpg">
   <MediaType FormalName="Photo"/></ContentItem></NewsComponent>
    <NewsComponent><Role FormalName="HighDef"/><ContentItem Href="h.jpg"><MediaType FormalName="Photo"/>
   </ContentItem></NewsComponent>
   </NewsComponent>
  </NewsComponent>
 </NewsItem>
</NewsML>"""


def results(source: str) -> list[ParsedItem | Reject]:
    return list(newsml_1.parse(Document(RawItem("mem:1", source.encode()))))


def parse(source: str) -> ParsedItem:
    (item,) = results(source)
    assert isinstance(item, ParsedItem)
    return item


def item(component: str, identification: str = "", management: str = "") -> str:
    return (
        f"<NewsItem>{identification}<NewsManagement>{management}</NewsManagement>"
        f"<NewsComponent>{component}</NewsComponent></NewsItem>"
    )


def one(component: str, identification: str = "", management: str = "") -> ParsedItem:
    return parse(f"<NewsML>{item(component, identification, management)}</NewsML>")


def content(text: str, role: str = "", kind: str = "") -> str:
    named = f'<Role FormalName="{role}"/>' if role else ""
    typed = f'<MimeType FormalName="{kind}"/>' if kind else ""
    data = f"<DataContent>{text}</DataContent>"
    return f"<NewsComponent>{named}<ContentItem>{typed}{data}</ContentItem></NewsComponent>"


def test_everything() -> None:
    found = parse(WHOLE)
    assert (found.source, found.source_format) == ("mem:1", "newsml-1")
    assert (found.uri, found.version) == ("urn:newsml:news.example:20240501:N1:2", "2")
    assert found.revises == "urn:newsml:news.example:20240501:N1:1"
    assert found.signals == ("update",)
    assert found.provider_names == ("news.example", "Example News", "EXN")
    assert (found.version_created, found.first_created) == ("20240501T101500Z", "20240501T090000Z")
    assert (found.sent, found.service_number) == ("20240501T101600Z", "77")
    assert (found.pub_status, found.embargoed) == ("Embargoed", "20240501T120000Z")
    assert (found.urgency, found.language) == (3, "de")
    assert (found.headline, found.slugline) == ("Hafen öffnet", "ports-opening")
    assert (found.summary, found.byline, found.dateline) == ("Dritter seiner Art", "Von Jane Roe", "ROSTOCK")
    assert (found.credit_line, found.copyright_notice, found.usage_terms) == ("EXN", "© EXN", "Print")
    assert found.located == "Rostock, DEU"
    assert found.ed_notes == ("Adds mayor",)
    assert found.authors == (Author("Jane Roe", "writer"),)
    assert found.genres == ("Alert", "Current")
    assert found.keywords == ("Häfen", "Schiffe")
    assert found.subjects == (Subject("subj", "04015001", "Wirtschaft"), Subject("Exn", "P1"))
    assert found.word_count == 12
    assert found.paragraphs == ("Ein Hafen hat geöffnet.", "Mehr folgt.")
    assert found.associations == (
        Association("AssociatedWith", "news.example:20240430:N0"),
        Association("Photo", "h.jpg", "Photo", "A ship."),
    )


@pytest.mark.parametrize(
    ("identifier", "uri", "revises"),
    [
        ("urn:newsml:news.example:20240501:N1:3N", "urn:newsml:news.example:20240501:N1:3N", None),
        ("urn:newsml:www.news.example", "urn:newsml:news.example:20240501:N1:3", None),
        ("", "urn:newsml:news.example:20240501:N1:3", None),
    ],
)
def test_an_identifier_that_names_the_agency_only_is_built_anew(
    identifier: str, uri: str, revises: str | None
) -> None:
    source = (
        "<Identification><NewsIdentifier><ProviderId>news.example</ProviderId><DateId>20240501</DateId>"
        "<NewsItemId>N1</NewsItemId><RevisionId PreviousRevision='0' Update='N'>3</RevisionId>"
        f"<PublicIdentifier>{identifier}</PublicIdentifier></NewsIdentifier></Identification>"
    )
    found = one(content("<p>x</p>"), source)
    assert (found.uri, found.revises) == (uri, revises)
    assert parse(f"<NewsML>{item('', source.replace('>N1<', '>0<'))}</NewsML>").uri in (None, identifier)


@pytest.mark.parametrize(
    ("component", "paragraphs"),
    [
        (content("&lt;P&gt;One.&lt;/P&gt;&lt;P&gt;Two.&lt;/P&gt;"), ("One.", "Two.")),
        (content("<![CDATA[<p>AT&amp;T</p>\n<p>Two.</p>]]>"), ("AT&T", "Two.")),
        (content("First.\n\nSecond."), ("First.", "Second.")),
        (content("<p>One.</p><p>Two.</p>"), ("One.", "Two.")),
        (content("<html><body><p>One.</p></body></html>", kind="text/xhtml"), ("One.",)),
        (content("a { color: red }", "StyleSheet", "text/css") + content("Text."), ("Text.",)),
        (content("Call us.", "Contact") + content("Text.", "Body"), ("Text.", "Call us.")),
        (content("Lead.", "Lead") + content("Body.", "Body"), ("Lead.", "Body.")),
        (content("<p>Same.</p>") + content("<p>Same.</p>"), ("Same.",)),
        (content("<p>A ship.</p>", "Caption"), ("A ship.",)),
        (content("<p>A ship.</p>", "Caption") + content("<p>Text.</p>"), ("Text.",)),
        (content("&lt;r&gt;&lt;a&gt;Reds&lt;/a&gt;&lt;b&gt;3&lt;/b&gt;&lt;/r&gt;"), ("Reds3",)),
        (content("&lt;r&gt;&lt;x&gt;Reds&lt;/x&gt;&lt;y&gt;3&lt;/y&gt;&lt;/r&gt;"), ("Reds 3",)),
        (content("&lt;ACME INC&gt; rose."), ("<ACME INC> rose.",)),
    ],
)
def test_texts(component: str, paragraphs: tuple[str, ...]) -> None:
    assert one(component).paragraphs == paragraphs


def test_titles_and_summaries_that_are_components() -> None:
    found = one(
        content("Port opens", "Title") + content("<p>In short.</p>", "Abstract") + content("Text.", "Body")
    )
    assert (found.headline, found.summary, found.paragraphs) == ("Port opens", "In short.", ("Text.",))


def test_components_in_other_languages_are_left() -> None:
    languages = "".join(
        f'<NewsComponent xml:lang="{tag}"><NewsLines><HeadLine>{tag}</HeadLine></NewsLines>'
        f"{content(tag)}</NewsComponent>"
        for tag in ("fr", "nl-BE")
    )
    component = f'<NewsComponent xml:lang="nl">{languages}</NewsComponent>'
    source = f"<NewsML><NewsItem><NewsManagement/>{component}</NewsItem></NewsML>"
    found = parse(source)
    assert (found.language, found.headline, found.paragraphs) == ("nl", "nl-BE", ("nl-BE",))


def test_several_stories_in_one_item() -> None:
    def story(title: str) -> str:
        lines = f"<NewsLines><HeadLine>{title}</HeadLine></NewsLines>"
        return f"<NewsComponent>{lines}{content(title * 2)}</NewsComponent>"

    found = one(story("A") + story("B"))
    assert (found.headline, found.paragraphs[0]) == ("A", "AA")
    assert "BB" in found.paragraphs


def test_several_items_of_which_one_is_bad() -> None:
    source = f"<NewsML>{item(content('One.'))}<NewsItem/><NewsItem><TopicSet/></NewsItem>{item('')}</NewsML>"
    found = results(source)
    assert [result.source for result in found] == ["mem:1#1", "mem:1#2", "mem:1#3", "mem:1#4"]
    assert [r.code for r in found if isinstance(r, Reject)] == [Code.STRUCTURE_BROKEN, Code.NOT_NEWS]


@pytest.mark.parametrize(
    ("source", "code"),
    [
        ("<NewsML>", Code.XML_BROKEN),
        ("<NewsML/>", Code.STRUCTURE_BROKEN),
        ("<NewsML><TopicSet/></NewsML>", Code.NOT_NEWS),
        ("<NewsML><NewsItem/></NewsML>", Code.STRUCTURE_BROKEN),
        ("<NewsML><NewsItem><Identification/><TopicSet/></NewsItem></NewsML>", Code.NOT_NEWS),
    ],
)
def test_bad_documents(source: str, code: Code) -> None:
    with pytest.raises(ItemError) as caught:
        results(source)
    assert caught.value.code is code


@pytest.mark.parametrize(
    "source",
    [
        WHOLE,
        '<NewsML xmlns="http://iptc.org/std/NewsML/2003-10-10/"/>',
        "<NewsItem/>",
        "\n<NewsComponent/>",
    ],
)
def test_recognised(source: str) -> None:
    assert newsml_1.recognise(Document(RawItem("mem:1", source.encode())))


def test_a_component_alone_is_an_item() -> None:
    assert parse(f"<NewsComponent>{content('Text.')}</NewsComponent>").paragraphs == ("Text.",)


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_elements_swapped_never_crash(data: st.DataObject) -> None:
    names = [
        "NewsItem",
        "NewsComponent",
        "ContentItem",
        "DataContent",
        "NewsLines",
        "Property",
        "Role",
        "nitf",
        "p",
    ]
    source = WHOLE[WHOLE.index("<NewsML") :]
    for _ in range(data.draw(st.integers(1, 3))):
        old, new = data.draw(st.sampled_from(names)), data.draw(st.sampled_from(names))
        source = source.replace(f"<{old}", f"<{new}").replace(f"</{old}>", f"</{new}>")
    with contextlib.suppress(ItemError):
        assert results(source)


def test_rights() -> None:
    found = one(
        "<RightsMetadata><Copyright><CopyrightHolder>Example News</CopyrightHolder></Copyright><UsageRights>"
        "<UsageType>Print only</UsageType><Limitations>Not in Rostock</Limitations></UsageRights></RightsMetadata>"
        "<ContentItem><DataContent><p>Text.</p></DataContent></ContentItem>"
    )
    assert found.copyright_holder == "Example News"
    assert found.usage_terms == "Print only; Not in Rostock"
