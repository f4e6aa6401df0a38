"""Reuters Connect JSON."""

import json

from schemas.errors import Reject
from schemas.item import ParsedItem, Subject
from schemas.raw import RawItem
from transforms.parse import ninjs, reuters_connect
from transforms.parse.document import Document

ITEM = {
    "uri": "tag:reuters.com,2024:newsml_X1",
    "versionedGuid": "tag:reuters.com,2024:newsml_X1:3",
    "usn": "X1",
    "versionCreated": "2024-05-03T10:00:00.000Z",
    "firstCreated": "2024-05-03T09:00:00.000Z",
    "slug": "GERMANY-HARBOUR/",
    "language": "en",
    "byLine": "By Ada Quill",
    "headLine": "Harbour reopens",
    "bodyXhtml": "<html><head><title/></head><body>"
    "<p>KIEL, May 3 (Reuters) - The harbour\nreopened.</p></body></html>",
    "urgency": 3,
    "keyword": None,
    "subject": [{"name": "Environment", "code": "N2:ENV"}, {"name": None, "code": "subj:06000000"}],
}


def document(value: object) -> Document:
    return Document(RawItem("reuters.json", json.dumps(value).encode()))


def test_item() -> None:
    value = {"data": {"item": ITEM}}
    assert reuters_connect.recognise(document(value))
    (item,) = reuters_connect.parse(document(value))
    assert isinstance(item, ParsedItem)
    assert item.uri == "tag:reuters.com,2024:newsml_X1"
    assert item.alternate_ids == ("tag:reuters.com,2024:newsml_X1:3", "X1")
    assert (item.headline, item.byline, item.slugline) == (
        "Harbour reopens",
        "By Ada Quill",
        "GERMANY-HARBOUR/",
    )
    assert (item.version_created, item.first_created) == (
        "2024-05-03T10:00:00.000Z",
        "2024-05-03T09:00:00.000Z",
    )
    assert item.paragraphs == ("KIEL, May 3 (Reuters) - The harbour reopened.",)
    assert item.subjects == (Subject("N2", "ENV", "Environment"), Subject("subj", "06000000"))
    assert item.provider_names == ("Reuters",)
    assert item.urgency == 3


def test_search_results_and_one_bad_item() -> None:
    value = {"data": {"search": {"pageInfo": {}, "items": [ITEM, {"headLine": 3}, None]}}}
    results = list(reuters_connect.parse(document(value)))
    assert [type(result) for result in results] == [ParsedItem, Reject, Reject]
    assert [result.source for result in results] == ["reuters.json#1", "reuters.json#2", "reuters.json#3"]


def test_ninjs_is_not_reuters() -> None:
    value = {"uri": "u", "headline": "h", "body_html": "<p>x</p>"}
    assert reuters_connect.recognise(document(value)) is None
    assert ninjs.recognise(document(value))
