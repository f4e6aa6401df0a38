"""Belga 360 JSON."""

import json

from schemas.errors import Code, Reject
from schemas.item import Association, Author, ParsedItem, Subject
from schemas.raw import RawItem
from transforms.parse import belga_360
from transforms.parse.document import Document

OBJECT = {
    "newsObjectId": 77,
    "newsItemId": 76,
    "headLine": "Le port rouvre",
    "topic": "Port",
    "credit": "BELGA",
    "source": "BELGA",
    "language": "fr",
    "city": "Ostende",
    "country": "Belgique",
    "keywords": ["PORTS"],
    "authors": [{"name": "AQ", "type": "AUTHOR"}, {"name": "BR", "type": "EDITOR"}],
    "packages": [{"newsProduct": "POL", "newsService": "INT"}],
    "createDate": 1581646440000,
    "validateDate": 1581654480500,
    "editorialInfo": "Photos suivent",
    "newsComponents": [
        {"assetType": "Lead", "proxies": [{"varcharData": "Le port est ouvert.", "clobData": ""}]},
        {
            "assetType": "Body",
            "proxies": [{"varcharData": None, "clobData": "Les ferries partent.\n\nTout va bien."}],
        },
        {"assetType": "Image", "name": "Ferry", "proxies": [{"urn": "urn:p1"}]},
    ],
}


def document(value: object) -> Document:
    return Document(RawItem("belga.json", json.dumps(value).encode()))


def test_news_objects() -> None:
    value = {"newsObjects": [OBJECT, {"newsObjectId": 78}], "nrNewsObjects": 2, "start": 0}
    assert belga_360.recognise(document(value))
    item, bad = belga_360.parse(document(value))
    assert isinstance(item, ParsedItem)
    assert (item.source, item.uri, item.alternate_ids) == ("belga.json#1", "77", ("76",))
    assert (item.headline, item.slugline, item.language) == ("Le port rouvre", "Port", "fr")
    assert item.first_created == "2020-02-14T02:14:00+00:00"
    assert item.version_created == "2020-02-14T04:28:00.500000+00:00"
    assert item.paragraphs == ("Le port est ouvert.", "Les ferries partent.", "Tout va bien.")
    assert item.authors == (Author("AQ", "writer"), Author("BR", "editor"))
    assert (item.byline, item.located, item.ed_notes) == ("AQ", "Ostende, Belgique", ("Photos suivent",))
    assert item.subjects == (Subject("newsService", "INT"), Subject("newsProduct", "POL"))
    assert item.associations == (Association("Image", "urn:p1", None, "Ferry"),)
    assert isinstance(bad, Reject)
    assert bad.code is Code.STRUCTURE_BROKEN


def test_times_out_of_bounds_are_none() -> None:
    (item,) = belga_360.parse(document(OBJECT | {"createDate": 10**30, "validateDate": [1]}))
    assert isinstance(item, ParsedItem)
    assert item.version_created is None


def test_other_json_is_not_belga() -> None:
    assert belga_360.recognise(document({"newsObjectId": 1})) is None
