"""The story in JSON."""

from __future__ import annotations

import json
from typing import Any

from tests.formats.story import HEADLINE, TIME, Sample, marked

Json = dict[str, Any]


def _text(record: Json) -> str:
    return json.dumps(record, ensure_ascii=False)


def _digitalwires(number: int) -> str:
    return _text(
        {
            "format": "digitalwires@1.0",
            "urn": f"urn:newsml:dpa.com:20261124:ferry-{number}",
            "entry_id": f"e{number}",
            "version": 1,
            "version_created": TIME,
            "updated": TIME,
            "pubstatus": "usable",
            "urgency": 4,
            "language": "en",
            "headline": f"{HEADLINE} {number}",
            "byline": "By Ada Quill",
            "dateline": "Kiel (dpa) - ",
            "creditline": "dpa",
            "article_html": f'<section class="main">{marked()}</section>',
            "categories": [{"type": "dnltype:keyword", "name": "ferries"}],
            "ednotes": [{"role": "dpaednoterole:closingline", "ednote": "dpa aq yy n1"}],
        }
    )


def _ap_media(number: int) -> str:
    return _text(
        {
            "item": {
                "uri": f"https://api.ap.org/media/v/content/{number:032x}",
                "altids": {"itemid": f"{number:032x}", "etag": f"{number:032x}_1"},
                "version": 1,
                "type": "text",
                "urgency": 4,
                "language": "en",
                "versioncreated": TIME,
                "pubstatus": "usable",
                "headline": f"{HEADLINE} {number}",
                "bylines": [{"by": "By ADA QUILL"}],
                "subject": [{"rels": ["category"], "code": "i", "name": "i"}],
                "body_nitf": f"<block>{marked()}</block>",
            }
        }
    )


def _reuters_connect(number: int) -> str:
    return _text(
        {
            "uri": f"newsml_FERRY{number}",
            "versionedGuid": f"tag:reuters.com,2026:newsml_FERRY{number}:1",
            "versionCreated": TIME,
            "headLine": f"{HEADLINE} {number}",
            "byLine": "Ada Quill",
            "language": "en",
            "urgency": 4,
            "slug": "FERRIES/",
            "subject": [{"code": "N2:TRN"}],
            "bodyXhtml": f'<html xmlns="http://www.w3.org/1999/xhtml"><head/><body>{marked()}</body></html>',
        }
    )


def _belga_360(number: int) -> str:
    return _text(
        {
            "newsObjectId": number,
            "headLine": f"{HEADLINE} {number}",
            "topic": "FERRIES",
            "language": "EN",
            "city": "KIEL",
            "country": "GERMANY",
            "source": "BELGA",
            "createDate": 1_795_516_620_000,
            "validateDate": 1_795_516_620_000,
            "authors": [{"name": "Ada Quill", "type": "AUTHOR"}],
            "newsComponents": [
                {"assetType": "Body", "proxies": [{"varcharData": marked(), "mimeType": "text/html"}]}
            ],
        }
    )


def ninjs(number: int) -> str:
    """The story as ninjs."""
    return _text(
        {
            "uri": f"urn:example:ferry:{number}",
            "version": "1",
            "type": "text",
            "versioncreated": TIME,
            "pubstatus": "usable",
            "urgency": 4,
            "language": "en",
            "headline": f"{HEADLINE} {number}",
            "byline": "By Ada Quill",
            "slugline": "FERRIES",
            "located": "Kiel",
            "subject": [{"code": "04015000", "name": "transport", "scheme": "subj"}],
            "body_html": marked(),
        }
    )


SAMPLES = {
    "dpa-digitalwires": Sample(
        "dpa-digitalwires", _digitalwires, lambda items: f"[{','.join(items)}]", '{"urn": null}'
    ),
    "ap-media": Sample(
        "ap-media",
        _ap_media,
        lambda items: f'{{"data": {{"items": [{",".join(items)}]}}}}',
        '{"item": {"altids": []}}',
    ),
    "reuters-connect": Sample(
        "reuters-connect",
        _reuters_connect,
        lambda items: f'{{"data": {{"search": {{"items": [{",".join(items)}]}}}}}}',
        '{"headLine": 7}',
    ),
    "belga-360": Sample(
        "belga-360", _belga_360, lambda items: f'{{"newsObjects": [{",".join(items)}]}}', "7"
    ),
    "ninjs": Sample("ninjs", ninjs, lambda items: f"[{','.join(items)}]", '{"uri": ["x"]}'),
}
"""Name of the sample -> the sample."""
