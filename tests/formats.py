"""One story in every format: equal text, so that formats can be compared, and messages of several items."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any

HEADLINE = "Ferry line to the islands gets a third ship"
PARAGRAPHS = (
    "KIEL, Nov 24 (Reuters) - The ferry line between the coast and the islands gets a third ship in spring.",
    *(
        f"The {word} of the line's ships carried {40 + number},000 passengers in a year, the company said on "
        "Tuesday, and the piers on both sides of the strait were to be rebuilt before the summer begins, so "
        "that buses & lorries of any size can board."
        for number, word in enumerate(
            ("first", "second", "oldest", "fastest", "smallest", "newest", "largest")
        )
    ),
    '"We have waited for this <ship> since the old one was sold," said the mayor of the largest island.',
)
"""About 2,000 characters in nine paragraphs."""

TIME = "2026-11-24T10:37:00+00:00"
Json = dict[str, Any]


def escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _marked(name: str = "p") -> str:
    return "\n".join(f"<{name}>{escaped(paragraph)}</{name}>" for paragraph in PARAGRAPHS)


def _lines() -> str:
    """Text in lines of some 70 characters, paragraphs indented."""
    rows = []
    for paragraph in PARAGRAPHS:
        row = "   "
        for word in paragraph.split():
            if len(row) + len(word) > 70:
                rows.append(row)
                row = word
            else:
                row = f"{row} {word}"
        rows.append(row)
    return "\n".join(rows)


def _g2(number: int) -> str:
    return (
        '<newsItem xmlns="http://iptc.org/std/nar/2006-10-01/" standard="NewsML-G2" standardversion="2.33" '
        f'guid="urn:newsml:example.com:{number}" version="2" xml:lang="en"><itemMeta><itemClass '
        f'qcode="ninat:text"/><provider qcode="nprov:AFP"/><versionCreated>{TIME}</versionCreated>'
        '<pubStatus qcode="stat:usable"/></itemMeta><contentMeta><urgency>4</urgency><located '
        'type="loctyp:City"><name>Kiel</name></located><language tag="en"/><subject qcode="subj:04015000">'
        f"<name>transport</name></subject><slugline>FERRIES</slugline><headline>{HEADLINE} {number}</headline>"
        "<by>By Ada Quill</by></contentMeta><contentSet><inlineXML "
        'contenttype="application/xhtml+xml"><html xmlns="http://www.w3.org/1999/xhtml"><head><title/></head>'
        f"<body>{_marked()}</body></html></inlineXML></contentSet></newsItem>"
    )


def newsml_g2(count: int) -> str:
    items = "".join(_g2(number) for number in range(1, count + 1))
    if count == 1:
        return items
    space = 'xmlns="http://iptc.org/std/nar/2006-10-01/"'
    return (
        f"<newsMessage {space}><header><sent>{TIME}</sent></header><itemSet>{items}</itemSet></newsMessage>"
    )


def newsml_1(count: int) -> str:
    items = "".join(
        "<NewsItem><Identification><NewsIdentifier><ProviderId>example.com</ProviderId><DateId>20261124</DateId>"
        f'<NewsItemId>ferry{number}</NewsItemId><RevisionId PreviousRevision="0" Update="N">1</RevisionId>'
        f"<PublicIdentifier>urn:newsml:example.com:20261124:ferry{number}:1</PublicIdentifier></NewsIdentifier>"
        '</Identification><NewsManagement><NewsItemType FormalName="News"/><FirstCreated>20261124T103700Z'
        "</FirstCreated><ThisRevisionCreated>20261124T103700Z</ThisRevisionCreated><Status "
        'FormalName="Usable"/><Urgency FormalName="4"/></NewsManagement><NewsComponent><NewsLines><HeadLine>'
        f"{HEADLINE} {number}</HeadLine><ByLine>By Ada Quill</ByLine><SlugLine>FERRIES</SlugLine></NewsLines>"
        '<AdministrativeMetadata><Provider><Party FormalName="AFP"/></Provider></AdministrativeMetadata>'
        '<DescriptiveMetadata><Language FormalName="en"/><SubjectCode><Subject FormalName="04015000"/>'
        f"</SubjectCode></DescriptiveMetadata><ContentItem><DataContent>{_marked()}</DataContent></ContentItem>"
        "</NewsComponent></NewsItem>"
        for number in range(1, count + 1)
    )
    envelope = "<NewsEnvelope><DateAndTime>20261124T103700Z</DateAndTime></NewsEnvelope>"
    return f'<?xml version="1.0"?><NewsML Version="1.2">{envelope}{items}</NewsML>'


def nitf(count: int) -> str:
    assert count == 1
    return (
        '<?xml version="1.0"?><nitf><head><title>Ferries</title><tobject tobject.type="news"><tobject.subject '
        'tobject.subject.refnum="04015000" tobject.subject.type="transport"/></tobject><docdata><doc-id '
        'id-string="urn:example:ferry" regsrc="AP"/><urgency ed-urg="4"/><date.issue norm="20261124T103700Z"/>'
        "<du-key key='FERRIES'/><key-list><keyword key='ferries'/></key-list></docdata></head><body><body.head>"
        f"<hedline><hl1>{HEADLINE}</hl1></hedline><byline>By Ada Quill</byline></body.head><body.content><block>"
        f"{_marked()}</block></body.content></body></nitf>"
    )


def ritzau(count: int) -> str:
    items = "".join(
        f"<RBNews><NewsID>r-{number}</NewsID><PublishDate>{TIME}</PublishDate><headline>{HEADLINE} {number}"
        "</headline><byLine>Ada Quill</byLine><town>Kiel</town><origin>/ritzau/</origin><version>1</version>"
        f"<Priority>4</Priority><content>{escaped(_marked())}</content></RBNews>"
        for number in range(1, count + 1)
    )
    return f'<ListOfRBNews xmlns="http://tempuri.org/">{items}</ListOfRBNews>'


def europapress(count: int) -> str:
    items = "".join(
        f"<NOTICIA><CODIGO>{number}</CODIGO><FECHA>24/11/2026</FECHA><HORA>10:37:00</HORA><TITULAR>{HEADLINE} "
        f"{number}</TITULAR><FIRMA>Ada Quill</FIRMA><LUGAR>KIEL</LUGAR><SECCION>ECO</SECCION>"
        f"<CONTENIDO>{escaped(_marked())}</CONTENIDO></NOTICIA>"
        for number in range(1, count + 1)
    )
    return f"<NOTICIAS>{items}</NOTICIAS>"


def cp_publish(count: int) -> str:
    assert count == 1
    return (
        "<Publish><PublishID>7</PublishID><PublishDateTime>2026-11-24T10:37:00</PublishDateTime><ContentItem>"
        f"<ContentItemID>9</ContentItemID><SystemSlug>ferry-1</SystemSlug><Headline>{HEADLINE}</Headline>"
        "<Byline>Ada Quill</Byline><City>Kiel</City><Country>Germany</Country><Language>1</Language>"
        f"<ContentText>{escaped(_marked())}</ContentText></ContentItem></Publish>"
    )


def ntb_release(count: int) -> str:
    items = "".join(
        f'<release id="{number}" lang="no"><title>{HEADLINE} {number}</title><publicationDate>{TIME}'
        f"</publicationDate><longurl>https://example.com/{number}</longurl><leadtext>{escaped(PARAGRAPHS[0])}"
        f"</leadtext><body>{escaped(_marked())}</body><publisher><name>Ferry Lines</name></publisher></release>"
        for number in range(1, count + 1)
    )
    return f"<releases>{items}</releases>" if count > 1 else items


def rss(count: int) -> str:
    items = "".join(
        f"<item><guid>https://example.com/{number}</guid><title>{HEADLINE} {number}</title><pubDate>Tue, 24 Nov "
        "2026 10:37:00 GMT</pubDate><author>Ada Quill</author><category>transport</category><description>"
        f"{escaped(_marked())}</description></item>"
        for number in range(1, count + 1)
    )
    return f'<rss version="2.0"><channel><title>Example wire</title>{items}</channel></rss>'


def atom(count: int) -> str:
    items = "".join(
        f"<entry><id>urn:example:{number}</id><title>{HEADLINE} {number}</title><updated>{TIME}</updated><author>"
        '<name>Ada Quill</name></author><category term="transport"/><content type="html">'
        f"{escaped(_marked())}</content></entry>"
        for number in range(1, count + 1)
    )
    return f'<feed xmlns="http://www.w3.org/2005/Atom"><title>Example wire</title>{items}</feed>'


def _json(records: Sequence[Json]) -> str:
    return json.dumps(records[0] if len(records) == 1 else list(records), ensure_ascii=False)


def digitalwires(count: int) -> str:
    return _json(
        [
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
                "article_html": f'<section class="main">{_marked()}</section>',
                "categories": [{"type": "dnltype:keyword", "name": "ferries"}],
                "ednotes": [{"role": "dpaednoterole:closingline", "ednote": "dpa aq yy n1"}],
            }
            for number in range(1, count + 1)
        ]
    )


def ap_media(count: int) -> str:
    answers = [
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
                "body_nitf": f"<block>{_marked()}</block>",
            }
        }
        for number in range(1, count + 1)
    ]
    return json.dumps({"data": answers[0]} if count == 1 else {"data": {"items": answers}})


def reuters_connect(count: int) -> str:
    items = [
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
            "bodyXhtml": f'<html xmlns="http://www.w3.org/1999/xhtml"><head/><body>{_marked()}</body></html>',
        }
        for number in range(1, count + 1)
    ]
    return json.dumps({"data": {"item": items[0]} if count == 1 else {"search": {"items": items}}})


def belga_360(count: int) -> str:
    objects = [
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
                {"assetType": "Body", "proxies": [{"varcharData": _marked(), "mimeType": "text/html"}]}
            ],
        }
        for number in range(1, count + 1)
    ]
    return json.dumps(objects[0] if count == 1 else {"newsObjects": objects})


def ninjs(count: int) -> str:
    return _json(
        [
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
                "body_html": _marked(),
            }
            for number in range(1, count + 1)
        ]
    )


def email(count: int) -> str:
    head = (
        "From: Wire <wire@example.com>\nTo: desk@example.org\nDate: Tue, 24 Nov 2026 10:37:00 +0000\n"
        f"Message-ID: <ferry@example.com>\nSubject: {HEADLINE}\nMIME-Version: 1.0\n"
    )
    body = "\n\n".join(PARAGRAPHS)
    if count == 1:
        return f"{head}Content-Type: text/plain; charset=utf-8\n\n{body}\n"
    parts = "".join(
        "--edge\nContent-Type: application/json\nContent-Disposition: attachment; "
        f'filename="{number}.json"\n\n{ninjs(number).splitlines()[0]}\n'
        for number in [1] * (count - 1)
    )
    return (
        f"{head}Content-Type: multipart/mixed; boundary=edge\n\n--edge\nContent-Type: text/plain\n\n{body}\n"
        f"{parts}--edge--\n"
    )


def zczc(count: int) -> str:
    return "".join(
        f"ZCZC AAP\n%A B\n#Ferries_{number}\n${HEADLINE} {number}\n:(KIEL)\n*04015000\n@Kiel\n{_lines()}\nNNNN\n\n"
        for number in range(1, count + 1)
    )


def iptc7901(count: int) -> str:
    return "".join(
        f"\x16\x16\x01bdt{number:04d} 3 pl 420  dpa 0456\r\n\r\nFerries/Islands/\r\n\x02{HEADLINE} {number} =\r\n\r\n"
        f"{_lines()}\r\n\x03241037 Nov 26\r\n\x7f\x04\r\n"
        for number in range(1, count + 1)
    )


def anpa(count: int) -> str:
    return "".join(
        f"\x16\x16\x01a{number:04d}\r\nr i BC-Ferries   11-24 0420\r\n\x02^BC-Ferries,420<\r\n"
        f"^{HEADLINE} {number}<\r\n^By ADA QUILL=\r\n^Associated Press Writer=\r\n{_lines()}\r\n"
        "\x03AP-NY-11-24-26 1037EST<\r\n\x04"
        for number in range(1, count + 1)
    )


def envelope(count: int) -> str:
    items = "".join(_g2(number) for number in range(1, count + 1))
    return f'<delivery xmlns="urn:example:queue"><to>desk</to>{items}</delivery>'


def html(count: int) -> str:
    assert count == 1
    return (
        f'<!DOCTYPE html><html lang="en"><head><title>{HEADLINE}</title><meta name="description" content="Ships">'
        f'<meta property="article:published_time" content="{TIME}"></head><body><article><h1>{HEADLINE}</h1>'
        f"{_marked()}</article></body></html>"
    )


def text(count: int) -> str:
    assert count == 1
    return f"{HEADLINE}\n\n" + "\n\n".join(PARAGRAPHS) + "\n"


Builder = Callable[[int], str]

FORMATS: dict[str, tuple[str, Builder]] = {
    "newsml-g2": ("newsml-g2", newsml_g2),
    "newsml-1": ("newsml-1", newsml_1),
    "nitf": ("nitf", nitf),
    "ritzau-rbnews": ("ritzau-rbnews", ritzau),
    "europapress-noticia": ("europapress-noticia", europapress),
    "cp-publish": ("cp-publish", cp_publish),
    "ntb-release": ("ntb-release", ntb_release),
    "feed, RSS": ("feed", rss),
    "feed, Atom": ("feed", atom),
    "dpa-digitalwires": ("dpa-digitalwires", digitalwires),
    "ap-media": ("ap-media", ap_media),
    "reuters-connect": ("reuters-connect", reuters_connect),
    "belga-360": ("belga-360", belga_360),
    "ninjs": ("ninjs", ninjs),
    "email": ("email", email),
    "zczc": ("zczc", zczc),
    "iptc7901": ("iptc7901", iptc7901),
    "anpa-1312": ("anpa-1312", anpa),
    "xml-envelope": ("xml-envelope", envelope),
    "html": ("html", html),
    "text": ("text", text),
}
"""Name of the sample -> its `source_format`, and a function that makes a file of so many items."""

MESSAGES = tuple(name for name in FORMATS if name not in ("nitf", "cp-publish", "html", "text"))
"""Formats whose files hold several items."""
