"""dpa digitalwires JSON: above all, what is not to be published stays out of the text."""

import contextlib
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.errors import ItemError, Reject
from schemas.item import Association, Author, ParsedItem, Subject
from schemas.raw import RawItem
from transforms.parse import dpa_digitalwires
from transforms.parse.document import Document

ENTRY: dict[str, Any] = {
    "format": "digitalwires@0.9.1",
    "type": "composite",
    "entry_id": "abc",
    "urn": "urn:newsml:dpa.com:20090101:240503-930-1",
    "version": 2,
    "version_created": "2024-05-03T12:05:52+02:00",
    "updated": "2024-05-03T10:07:03Z",
    "pubstatus": "usable",
    "signal": "sig:correction",
    "embargoed": "2024-05-03T19:00:00+02:00",
    "language": "de",
    "urgency": 3,
    "kicker": "Schifffahrt",
    "headline": "Kieler Hafen wieder offen",
    "teaser": "Die Fähren fahren.",
    "byline": "Von Ada Quill, dpa",
    "dateline": "Kiel (dpa) - ",
    "article_html": '<section class="main"><p>Der Hafen ist offen.</p><h2>Fähren</h2><figure class="table">'
    "<table><tr><td>A</td><td>1</td></tr></table></figure><p>Sie fahren.</p></section>",
    "infobox_html": '<section class="infobox"><p>Der Hafen wurde 1871 gebaut.</p></section>',
    "linkbox_html": '<section><ul><li><a href="https://example.com/1">Hafen</a></li></ul></section>',
    "creditline": "dpa",
    "copyrightnotice": "Copyright 2024, dpa\n\t",
    "notepad": {
        "header_html": "<header><h3>Notizblock</h3></header>",
        "public_html": "<section><h4>Orte</h4><ul><li>[Hafen](Kai 1, Kiel)</li></ul></section>",
        "nonpublic_html": "<section><p>Nicht zur Veröffentlichung</p><li>Hafenamt, +49 431 000</li>",
    },
    "ednotes": [
        {"role": "dpaednoterole:closingline", "ednote": "dpa qu yyzz n1 re", "is_publishable": True},
        {"role": "dpaednoterole:embargo", "ednote": "Frei ab 19.00 Uhr", "is_publishable": True},
        {"role": "dpaednoterole:contacts", "ednote": "Hafenamt, +49 431 000", "is_publishable": False},
    ],
    "associations": [{"type": "image", "urn": "urn:p1", "headline": "Eine Fähre", "is_featureimage": True}],
    "categories": [
        {"type": "dnltype:dpasubject", "name": "Verkehr", "qcode": "dpasubject:7"},
        {"type": "dnltype:dpasubject", "name": "Häfen", "qcode": "medtop:20000430"},
        {"type": "dnltype:geosubject", "name": "Deutschland", "qcode": "dpacountry:1"},
        {"type": "dnltype:keyword", "name": "Hafen", "qcode": None},
        {"type": "dnltype:genre", "name": "Meldung", "qcode": "dpatextgenre:1"},
        {"type": "dnltype:creator", "name": "quill.ada", "qcode": None},
        {"type": "dnltype:creator", "name": "Ada Quill", "qcode": None},
        {"type": "dnltype:provider", "name": "dpa", "qcode": "dnlprov:dpa"},
    ],
}


def document(value: object) -> Document:
    return Document(RawItem("dpa.json", json.dumps(value).encode()))


def only(**changes: object) -> ParsedItem:
    value = {**ENTRY, **changes}
    assert dpa_digitalwires.recognise(document(value))
    (item,) = dpa_digitalwires.parse(document(value))
    assert isinstance(item, ParsedItem)
    return item


def test_entry() -> None:
    item = only()
    assert (item.uri, item.version) == ("urn:newsml:dpa.com:20090101:240503-930-1", "2")
    assert (item.version_created, item.sent) == ("2024-05-03T12:05:52+02:00", "2024-05-03T10:07:03Z")
    assert (item.embargoed, item.embargo_text) == ("2024-05-03T19:00:00+02:00", "Frei ab 19.00 Uhr")
    assert (item.signals, item.pub_status, item.urgency, item.language) == (
        ("sig:correction",),
        "usable",
        3,
        "de",
    )
    assert (item.headline, item.slugline, item.summary) == (
        "Kieler Hafen wieder offen",
        "Schifffahrt",
        "Die Fähren fahren.",
    )
    assert (item.byline, item.dateline, item.sign_off) == (
        "Von Ada Quill, dpa",
        "Kiel (dpa) -",
        "dpa qu yyzz n1 re",
    )
    assert item.copyright_notice == "Copyright 2024, dpa"
    assert item.subjects == (
        Subject("dpasubject", "7", "Verkehr"),
        Subject("medtop", "20000430", "Häfen"),
        Subject("dpacountry", "1", "Deutschland"),
    )
    assert (item.keywords, item.genres) == (("Hafen",), ("Meldung",))
    assert item.authors == (Author("Ada Quill"),)
    assert item.provider_names == ("dpa",)
    assert item.associations == (
        Association("featureimage", "urn:p1", "image", "Eine Fähre"),
        Association("link", "https://example.com/1", None, "Hafen"),
    )


def test_notes_are_no_text() -> None:
    item = only()
    assert item.paragraphs == (
        "Der Hafen ist offen.",
        "Fähren",
        "A | 1",
        "Sie fahren.",
        "Der Hafen wurde 1871 gebaut.",
    )
    assert item.ed_notes == (
        "Frei ab 19.00 Uhr",
        "Hafenamt, +49 431 000",
        "Orte",
        "[Hafen](Kai 1, Kiel)",
        "Nicht zur Veröffentlichung",
    )


def test_picture_without_text() -> None:
    item = only(
        article_html=None,
        infobox_html=None,
        teaser=None,
        notepad=None,
        ednotes=None,
        descriptions=[{"role": "drol:caption", "description": "Eine Fähre fährt."}],
    )
    assert item.paragraphs == ()
    assert item.summary == "Eine Fähre fährt."
    assert item.ed_notes == ()


def test_several_entries_and_a_bad_one() -> None:
    results = list(dpa_digitalwires.parse(document({"entries": [ENTRY, {"urn": 1}]})))
    assert isinstance(results[0], ParsedItem)
    assert isinstance(results[1], Reject)
    assert results[1].source == "dpa.json#2"


@pytest.mark.parametrize("value", [{"urn": "x"}, {"format": 3, "urn": "x"}, []])
def test_other_json_is_not_dpa(value: object) -> None:
    assert dpa_digitalwires.recognise(document(value)) is None


@settings(max_examples=150, deadline=None)
@given(
    st.dictionaries(
        st.sampled_from(sorted(ENTRY)).filter(lambda name: name != "format"),
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.text(max_size=4),
            lambda inner: (
                st.lists(inner, max_size=2)
                | st.dictionaries(
                    st.sampled_from(["role", "ednote", "type", "name", "qcode", "public_html", "geojson"]),
                    inner,
                )
            ),
            max_leaves=5,
        ),
        max_size=9,
    )
)
def test_wrong_types(members: dict[str, object]) -> None:
    with contextlib.suppress(ItemError):
        list(dpa_digitalwires.parse(document({**ENTRY, **members})))
