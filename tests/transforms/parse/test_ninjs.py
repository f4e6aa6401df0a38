"""ninjs 1, 2, 3 and dialects."""

import json
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.errors import Code, ItemError, Reject
from schemas.item import Association, Author, ParsedItem, Subject
from schemas.raw import RawItem
from transforms.parse import ninjs
from transforms.parse.document import Document, Limits

TEXT = {
    "uri": "urn:example:1",
    "headline": "Harbour <b>reopens</b>",
    "body_html": "<p>KIEL, May 3 - The harbour reopened.</p><p>Ferries sail.</p>",
    "versioncreated": "2024-05-03T10:00:00Z",
}


def document(value: object, limits: Limits | None = None) -> Document:
    data = value if isinstance(value, bytes) else json.dumps(value).encode()
    return Document(RawItem("file.json", data, 7, provider_hint="hint"), limits)


def items(value: object) -> list[ParsedItem | Reject]:
    return list(ninjs.parse(document(value)))


def only(value: object) -> ParsedItem:
    (item,) = items(value)
    assert isinstance(item, ParsedItem)
    return item


def test_version_1() -> None:
    item = only(
        TEXT
        | {
            "version": 2,
            "firstcreated": "2024-05-03T09:00:00Z",
            "pubstatus": "usable",
            "urgency": "4",
            "language": "en",
            "byline": "By Ada Quill",
            "located": "Kiel",
            "description_text": "Ferries are back.",
            "copyrightholder": "Example Press",
            "copyrightnotice": "(c) 2024",
            "usageterms": "No archives",
            "ednote": "Adds detail",
            "altids": {"transref": "a1", "sid": "a2"},
            "subject": [{"code": "medtop:20000430", "name": "ports"}, {"code": "16003000"}],
            "place": [{"name": "Kiel", "code": "Q1707"}],
            "genre": [{"name": "Current"}],
            "associations": {
                "mainpic": {"uri": "urn:example:p1", "type": "picture", "headline": "A ferry"},
                "gone": None,
            },
            "trustindicator": [{"href": "https://example.com/t", "title": "Standards"}],
        }
    )
    assert item.source == "file.json"
    assert (item.source_format, item.received_at, item.provider_hint) == ("ninjs", 7, "hint")
    assert item.headline == "Harbour reopens"
    assert item.paragraphs == ("KIEL, May 3 - The harbour reopened.", "Ferries sail.")
    assert (item.uri, item.version, item.urgency, item.pub_status) == ("urn:example:1", "2", 4, "usable")
    assert (item.version_created, item.first_created) == ("2024-05-03T10:00:00Z", "2024-05-03T09:00:00Z")
    assert (item.byline, item.located, item.summary) == ("By Ada Quill", "Kiel", "Ferries are back.")
    assert (item.copyright_holder, item.copyright_notice, item.usage_terms) == (
        "Example Press",
        "(c) 2024",
        "No archives",
    )
    assert item.ed_notes == ("Adds detail",)
    assert item.alternate_ids == ("a1", "a2")
    assert item.subjects == (
        Subject("medtop", "20000430", "ports"),
        Subject("subj", "16003000"),
        Subject("place", "Q1707", "Kiel"),
    )
    assert item.genres == ("Current",)
    assert item.associations == (
        Association("mainpic", "urn:example:p1", "picture", "A ferry"),
        Association("trustIndicator", "https://example.com/t", None, "Standards"),
    )
    assert item.provider_names == ("Example Press",)
    assert item.origins["headline"] == "headline"


@pytest.mark.parametrize("camel", [False, True], ids=["2", "3"])
def test_versions_2_and_3(camel: bool) -> None:
    def name(folded: str, camelled: str) -> str:
        return camelled if camel else folded

    item = only(
        {
            "uri": "urn:example:2",
            name("versioncreated", "versionCreated"): "2024-05-03T10:00:00Z",
            name("contentcreated", "contentCreated"): "2024-05-02T10:00:00Z",
            name("copyrightholder", "copyrightHolder"): "Example Press",
            name("ednote", "edNote"): "Check spelling",
            name("infosources", "infoSources"): [{"name": "Example", "uri": "https://example.com"}],
            "by": "Ada Quill",
            "headlines": [{"role": "seo", "value": "Other"}, {"role": "main", "value": "Harbour reopens"}],
            "descriptions": [
                {"role": "caption", "value": "Cap"},
                {"role": "summary", "value": "Ferries are back."},
            ],
            "bodies": [
                {"role": "text", name("contenttype", "contentType"): "text/plain", "value": "One. Two."},
                {
                    "role": "x",
                    name("contenttype", "contentType"): "application/xml",
                    "value": "<NITF><p>no</p></NITF>",
                },
                {
                    "role": "main",
                    name("contenttype", "contentType"): "application/xhtml+xml",
                    "value": "<p>One.</p><p>Two.</p>",
                },
            ],
            "altids": [{"role": "transref", "value": "a1"}],
            "people": [{"name": "Ada Quill", "uri": "http://www.wikidata.org/entity/Q1"}],
            "organisations": [{"name": "Port of Kiel"}],
            "subjects": [{"uri": "http://cv.iptc.org/newscodes/mediatopic/20000430", "name": "ports"}],
            "associations": [
                {"name": "mainpic", "uri": "urn:p1", "type": "picture", "headlines": [{"value": "A ferry"}]}
            ],
        }
    )
    assert item.headline == "Harbour reopens"
    assert item.summary == "Ferries are back."
    assert item.paragraphs == ("One.", "Two.")
    assert item.byline == "Ada Quill"
    assert (item.version_created, item.first_created) == ("2024-05-03T10:00:00Z", "2024-05-02T10:00:00Z")
    assert item.ed_notes == ("Check spelling",)
    assert item.provider_names == ("https://example.com", "Example", "Example Press")
    assert item.alternate_ids == ("a1",)
    assert item.subjects == (
        Subject("medtop", "20000430", "ports"),
        Subject("person", "http://www.wikidata.org/entity/Q1", "Ada Quill"),
        Subject("organisation", None, "Port of Kiel"),
    )
    assert item.associations == (Association("mainpic", "urn:p1", "picture", "A ferry"),)


def test_superdesk() -> None:
    item = only(
        {
            "guid": "tag:example:1",
            "headline": "Harbour reopens",
            "body_html": "<p>Ferries sail.</p><figure><img src='a.jpg'><figcaption>x</figcaption></figure>",
            "authors": [{"name": "Ada Quill", "role": "author"}, {"name": "Bo Reed", "role": "visionary"}],
            "service": [{"code": "f", "name": "Finance"}],
            "source": "EXP",
            "evolvedfrom": "tag:example:0",
            "wordcount": 2,
            "state": "corrected",
            "dateline": {"text": "KIEL, May 3 EXP -", "located": {"city": "Kiel"}},
        }
    )
    assert item.uri == "tag:example:1"
    assert item.authors == (Author("Ada Quill", "writer"), Author("Bo Reed"))
    assert item.subjects == (Subject("service", "f", "Finance"),)
    assert item.paragraphs == ("Ferries sail.",)
    assert (item.revises, item.word_count, item.signals) == ("tag:example:0", 2, ("corrected",))
    assert (item.dateline, item.located) == ("KIEL, May 3 EXP -", "Kiel")
    assert item.provider_names == ("EXP",)


def test_aggregator() -> None:
    item = only(
        {
            "uri": "http://EXP_API/1/0",
            "source-feed": "EXP_API",
            "usn": "1.2",
            "slug": "RAIL strike",
            "headline": "Rail strike",
            "versionCreated": "2026-02-09T15:02:05.000Z",
            "keywords": ["rail+strike", "C++", ""],
            "subjects": {"code": ["iptccat:SFU", "news"]},
            "body_text": "<table><tr><td>A</td><td>1</td></tr></table>",
            "status": "",
        }
    )
    assert item.keywords == ("rail", "strike", "C++")
    assert item.slugline == "RAIL strike"
    assert item.provider_names == ("EXP_API", "EXP")
    assert item.subjects == (Subject("iptccat", "SFU"), Subject(None, "news"))
    assert item.alternate_ids == ("1.2",)
    assert item.paragraphs == ("A | 1",)
    assert item.pub_status is None


@pytest.mark.parametrize(
    ("label", "dateline", "keywords"),
    [("<span>Kiel</span>", "Kiel TT", ()), ("<span class='vignette'>Broar</span>", None, ("Broar",))],
)
def test_vignette_stands_apart(label: str, dateline: str | None, keywords: tuple[str, ...]) -> None:
    page = (
        "<html><head><title>T</title></head><body><h1>Ny bro</h1>"
        f"<div class='dat'>{label}<span>TT</span></div>"
        "<div class='bodytext'><p>Bron är klar.</p></div></body></html>"
    )
    item = only(
        {"uri": "u", "headlines": [{"value": "Ny bro"}], "bodies": [{"role": "html5", "value": page}]}
    )
    assert (item.dateline, item.keywords) == (dateline, keywords)
    assert item.paragraphs == ("Bron är klar.",)


def test_agency_xml_is_the_last_resort() -> None:
    own = "<TTNITF><HEAD><DATESENT>2024</HEAD><BRODTEXT><P>Bron är klar.</P></BRODTEXT></TTNITF>"
    bodies = [{"role": "ttnitf", "contenttype": "application/xml", "value": own}]
    assert only({"uri": "u", "bodies": bodies}).paragraphs == ("Bron är klar.",)
    bodies.append({"role": "text", "contenttype": "text/plain", "value": "Bron är öppen."})
    assert only({"uri": "u", "bodies": bodies}).paragraphs == ("Bron är öppen.",)


@pytest.mark.parametrize(
    "wrap", [lambda x: x, lambda x: {"total": 3, "item": x}, lambda x: {"data": {"items": x}}]
)
def test_one_bad_item_costs_only_itself(wrap: Any) -> None:
    good, other, bad = items(wrap([TEXT, TEXT | {"uri": "urn:example:2"}, {"uri": 3, "unknown": [1]}]))
    assert isinstance(good, ParsedItem)
    assert isinstance(other, ParsedItem)
    assert (good.source, other.source, other.uri) == ("file.json#1", "file.json#2", "urn:example:2")
    assert isinstance(bad, Reject)
    assert (bad.source, bad.code, bad.stage) == ("file.json#3", Code.STRUCTURE_BROKEN, "parse")
    assert json.loads(bad.raw) == {"uri": 3, "unknown": [1]}


@pytest.mark.parametrize(
    "value",
    [
        TEXT | {"type": "event"},
        TEXT | {"type": "planning"},
        {"uri": "u", "title": "Summit", "eventDetails": {"dates": {}}},
        {"uri": "u", "type": "planning", "plannedCoverage": [{}]},
    ],
)
def test_events_and_plans_are_not_news(value: object) -> None:
    assert ninjs.recognise(document(value))
    with pytest.raises(ItemError) as failure:
        items(value)
    assert failure.value.code is Code.NOT_NEWS


@pytest.mark.parametrize(
    ("value", "known"),
    [
        (TEXT, True),
        ([TEXT], True),
        ({"uri": "u"}, True),
        ({"uri": "u", "type": "picture"}, True),
        ({"guid": "g", "pubstatus": "canceled"}, True),
        ({"headline": "no identifier"}, False),
        ({"uri": "u", "colour": "red"}, False),
        ({"$schema": "http://json-schema.org/draft-07/schema#", "title": "GeoJSON"}, False),
        ([], False),
        ([1, 2], False),
        (b"[BERLIN] plain text", False),
        (b"{\\rtf1 no json}", False),
    ],
)
def test_recognise(value: object, known: bool) -> None:
    assert (ninjs.recognise(document(value)) is not None) is known


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (json.dumps(TEXT).encode()[:-20], Code.JSON_BROKEN),
        (b'{"uri": "x", "associations": ' + b"[" * 500 + b"]" * 500 + b"}", Code.TOO_DEEP),
    ],
)
def test_broken(data: bytes, code: Code) -> None:
    with pytest.raises(ItemError) as failure:
        items(data)
    assert failure.value.code is code


def test_too_many_items() -> None:
    with pytest.raises(ItemError):
        list(ninjs.parse(document([TEXT] * 3, Limits(items=2))))


_NAMES = (
    "uri guid type version versioncreated urgency headline headlines body_html body_text bodies by byline "
    "subject subjects people place associations altids keywords genre ednote located dateline authors "
    "provider source trustindicator descriptions infosources wordcount pubstatus state signals items item"
)
NAMES = st.sampled_from(_NAMES.split())
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-5, 2**70)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=8)
    | st.sampled_from(["<p>x</p>", "&#9999999999;", "a:b", "http://cv.iptc.org/newscodes/x/1"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["name", "value", "code", "uri", "role", "type", "literal", "scheme"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=8,
)


@settings(max_examples=300, deadline=None)
@given(st.dictionaries(NAMES, VALUES, max_size=10))
def test_wrong_types_raise_only_item_errors(value: Mapping[str, object]) -> None:
    data = json.dumps({"uri": "u", "headline": "h", **value}).encode()
    try:
        for result in ninjs.parse(document(data)):
            if isinstance(result, ParsedItem):
                assert all(
                    isinstance(text, str) for text in (*result.paragraphs, *result.keywords, *result.genres)
                )
    except ItemError:
        pass
