"""AP Media API JSON, with and without the text."""

import contextlib
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.errors import Code, ItemError, Reject
from schemas.item import Association, Author, ParsedItem, Subject
from schemas.raw import RawItem
from transforms.parse import ap_media
from transforms.parse.document import Document

NUMBER = "0123456789abcdef0123456789abcdef"
ITEM: dict[str, Any] = {
    "uri": f"https://api.ap.org/media/v/content/{NUMBER}?qt=session&et=1",
    "altids": {"itemid": NUMBER, "etag": f"{NUMBER}_1", "transref": "a0485"},
    "version": 3,
    "type": "text",
    "urgency": 4,
    "editorialpriority": "r",
    "language": "en",
    "versioncreated": "2024-05-03T10:00:00Z",
    "firstcreated": "2024-05-03T09:00:00Z",
    "pubstatus": "usable",
    "ednote": "Eds: UPDATES with quotes.",
    "editorialtypes": ["Correction"],
    "signals": ["newscontent"],
    "headline": "Harbour reopens",
    "slugline": "BC-EU--Harbour, 1st Ld-Writethru",
    "description_summary": "Ferries are back.",
    "bylines": [{"by": "By ADA QUILL and BO REED", "title": "Associated Press"}],
    "located": "KIEL, Germany",
    "usageterms": ["Editorial use only.", "No archives."],
    "provider": "AP",
    "infosource": [{"name": "AP", "type": "AP"}],
    "subject": [
        {"rels": ["category"], "code": "i", "name": "i"},
        {"code": "f25af2", "name": "General news", "scheme": "http://cv.ap.org/id/", "rels": ["direct"]},
    ],
    "person": [{"code": "8612", "name": "Ada Quill", "scheme": "http://cv.ap.org/id/"}],
    "associations": {
        "1": {"uri": "https://api.ap.org/x?qt=1", "altids": {"itemid": NUMBER[::-1], "etag": "e"}}
    },
    "renditions": {"nitf": {"words": 568, "href": "https://api.ap.org/never-fetched"}},
}


def document(value: object) -> Document:
    return Document(RawItem("ap.json", json.dumps(value).encode(), 7))


def answer(**beside: object) -> dict[str, object]:
    return {"api_version": "2.1", "data": {"meta": {}, "item": ITEM}, **beside}


def only(value: object) -> ParsedItem:
    assert ap_media.recognise(document(value))
    (item,) = ap_media.parse(document(value))
    assert isinstance(item, ParsedItem)
    return item


def test_without_text() -> None:
    item = only(answer())
    assert item.source == "ap.json"
    assert item.uri == f"urn:publicid:ap.org:{NUMBER}"
    assert (item.version, item.urgency, item.priority, item.language) == ("3", 4, "r", "en")
    assert (item.headline, item.slugline) == ("Harbour reopens", "BC-EU--Harbour, 1st Ld-Writethru")
    assert item.summary == "Ferries are back."
    assert item.byline == "By ADA QUILL and BO REED, Associated Press"
    assert item.located == "KIEL, Germany"
    assert item.signals == ("newscontent", "Correction")
    assert item.ed_notes == ("Eds: UPDATES with quotes.",)
    assert item.word_count == 568
    assert item.paragraphs == ()
    assert "Editorial use only" in (item.usage_terms or "")
    assert "No archives" in (item.usage_terms or "")
    assert item.subjects == (
        Subject("anpa", "i", "i"),
        Subject("http://cv.ap.org/id/", "f25af2", "General news"),
        Subject("person", "http://cv.ap.org/id/8612", "Ada Quill"),
    )
    assert item.associations == (Association("1", f"urn:publicid:ap.org:{NUMBER[::-1]}"),)
    assert item.provider_names == ("AP",)


NITF = (
    "<?xml version='1.0'?><!DOCTYPE nitf SYSTEM 'nitf.dtd'><nitf><body><body.head><hedline>"
    "<hl1>Harbour reopens</hl1></hedline></body.head><body.content><block>"
    "<p>KIEL (AP) — The harbour reopened.</p><p>Ferries sail.</p>"
    "</block></body.content></body></nitf>"
)


@pytest.mark.parametrize(
    "rendition",
    [
        NITF,
        {"body_html": "<block><p>KIEL (AP) — The harbour reopened.</p><p>Ferries sail.</p></block>"},
        NITF.replace("</block>", ""),
    ],
    ids=["nitf", "body_html", "broken nitf"],
)
def test_text_beside_the_item(rendition: object) -> None:
    item = only(answer(nitf=rendition))
    assert item.paragraphs == ("KIEL (AP) — The harbour reopened.", "Ferries sail.")
    assert item.headline == "Harbour reopens"


def test_feed_and_one_bad_item() -> None:
    value = {"data": {"items": [{"meta": {}, "item": ITEM}, {"meta": {}, "item": {"altids": 5}}]}}
    good, bad = ap_media.parse(document(value))
    assert isinstance(good, ParsedItem)
    assert good.source == "ap.json#1"
    assert isinstance(bad, Reject)
    assert (bad.source, bad.code) == ("ap.json#2", Code.STRUCTURE_BROKEN)


def test_picture() -> None:
    picture = {
        "altids": {"itemid": "x1", "etag": "e"},
        "type": "picture",
        "headline": "Harbour",
        "description_caption": "A ferry sails.",
        "description_creditline": "Bo Reed/AP",
        "photographer": {"name": "Bo Reed", "title": "STF"},
        "datelinelocation": {"city": "Kiel", "countryname": "GERMANY"},
    }
    item = only({"data": {"item": picture}})
    assert (item.byline, item.summary, item.credit_line) == ("Bo Reed", "A ferry sails.", "Bo Reed/AP")
    assert item.authors == (Author("Bo Reed", "photographer", None, "STF"),)
    assert item.located == "Kiel, GERMANY"
    assert item.uri == "x1"


def test_other_json_is_not_ap() -> None:
    assert ap_media.recognise(document({"uri": "u", "headline": "h", "altids": {"itemid": "1"}})) is None


@settings(max_examples=150, deadline=None)
@given(
    st.dictionaries(
        st.sampled_from(sorted(ITEM)),
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.text(max_size=4),
            lambda inner: (
                st.lists(inner, max_size=2)
                | st.dictionaries(
                    st.sampled_from(["name", "by", "code", "rels", "item", "nitf"]), inner, max_size=3
                )
            ),
            max_leaves=5,
        ),
        max_size=8,
    ),
    st.none()
    | st.text(max_size=9)
    | st.dictionaries(st.just("body_html"), st.integers() | st.text(max_size=9)),
)
def test_wrong_types(members: dict[str, object], nitf: object) -> None:
    item = {**ITEM, **members, "altids": ITEM["altids"]}
    with contextlib.suppress(ItemError):
        list(ap_media.parse(document({"data": {"item": item}, "nitf": nitf})))
