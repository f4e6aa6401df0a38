"""The story in XML and HTML."""

from __future__ import annotations

from collections.abc import Callable

from tests.formats.story import HEADLINE, PARAGRAPHS, TIME, Sample, escaped, marked

_G2 = 'xmlns="http://iptc.org/std/nar/2006-10-01/"'


def _g2(number: int) -> str:
    return (
        f'<newsItem {_G2} standard="NewsML-G2" standardversion="2.33" '
        f'guid="urn:newsml:example.com:{number}" version="2" xml:lang="en"><itemMeta><itemClass '
        f'qcode="ninat:text"/><provider qcode="nprov:AFP"/><versionCreated>{TIME}</versionCreated>'
        '<pubStatus qcode="stat:usable"/></itemMeta><contentMeta><urgency>4</urgency><located '
        'type="loctyp:City"><name>Kiel</name></located><language tag="en"/><subject qcode="subj:04015000">'
        f"<name>transport</name></subject><slugline>FERRIES</slugline><headline>{HEADLINE} {number}</headline>"
        "<by>By Ada Quill</by></contentMeta><contentSet><inlineXML "
        'contenttype="application/xhtml+xml"><html xmlns="http://www.w3.org/1999/xhtml"><head><title/></head>'
        f"<body>{marked()}</body></html></inlineXML></contentSet></newsItem>"
    )


def _newsml_1(number: int) -> str:
    return (
        "<NewsItem><Identification><NewsIdentifier><ProviderId>example.com</ProviderId><DateId>20261124</DateId>"
        f'<NewsItemId>ferry{number}</NewsItemId><RevisionId PreviousRevision="0" Update="N">1</RevisionId>'
        f"<PublicIdentifier>urn:newsml:example.com:20261124:ferry{number}:1</PublicIdentifier></NewsIdentifier>"
        '</Identification><NewsManagement><NewsItemType FormalName="News"/><FirstCreated>20261124T103700Z'
        "</FirstCreated><ThisRevisionCreated>20261124T103700Z</ThisRevisionCreated><Status "
        'FormalName="Usable"/><Urgency FormalName="4"/></NewsManagement><NewsComponent><NewsLines><HeadLine>'
        f"{HEADLINE} {number}</HeadLine><ByLine>By Ada Quill</ByLine><SlugLine>FERRIES</SlugLine></NewsLines>"
        '<AdministrativeMetadata><Provider><Party FormalName="AFP"/></Provider></AdministrativeMetadata>'
        '<DescriptiveMetadata><Language FormalName="en"/><SubjectCode><Subject FormalName="04015000"/>'
        f"</SubjectCode></DescriptiveMetadata><ContentItem><DataContent>{marked()}</DataContent></ContentItem>"
        "</NewsComponent></NewsItem>"
    )


def _nitf(number: int) -> str:
    return (
        '<?xml version="1.0"?><nitf><head><title>Ferries</title><tobject tobject.type="news"><tobject.subject '
        'tobject.subject.refnum="04015000" tobject.subject.type="transport"/></tobject><docdata><doc-id '
        f'id-string="urn:example:ferry{number}" regsrc="AP"/><urgency ed-urg="4"/><date.issue '
        "norm='20261124T103700Z'/><du-key key='FERRIES'/><key-list><keyword key='ferries'/></key-list></docdata>"
        f"</head><body><body.head><hedline><hl1>{HEADLINE} {number}</hl1></hedline><byline>By Ada Quill</byline>"
        f"</body.head><body.content><block>{marked()}</block></body.content></body></nitf>"
    )


def _ritzau(number: int) -> str:
    return (
        f"<RBNews><NewsID>r-{number}</NewsID><PublishDate>{TIME}</PublishDate><headline>{HEADLINE} {number}"
        "</headline><byLine>Ada Quill</byLine><town>Kiel</town><origin>/ritzau/</origin><version>1</version>"
        f"<Priority>4</Priority><content>{escaped(marked())}</content></RBNews>"
    )


def _europapress(number: int) -> str:
    return (
        f"<NOTICIA><CODIGO>{number}</CODIGO><FECHA>24/11/2026</FECHA><HORA>10:37:00</HORA><TITULAR>{HEADLINE} "
        f"{number}</TITULAR><FIRMA>Ada Quill</FIRMA><LUGAR>KIEL</LUGAR><SECCION>ECO</SECCION>"
        f"<CONTENIDO>{escaped(marked())}</CONTENIDO></NOTICIA>"
    )


def _cp_publish(number: int) -> str:
    return (
        "<Publish><PublishID>7</PublishID><PublishDateTime>2026-11-24T10:37:00</PublishDateTime><ContentItem>"
        f"<ContentItemID>9</ContentItemID><SystemSlug>ferry-{number}</SystemSlug><Headline>{HEADLINE} {number}"
        "</Headline><Byline>Ada Quill</Byline><City>Kiel</City><Country>Germany</Country><Language>1</Language>"
        f"<ContentText>{escaped(marked())}</ContentText></ContentItem></Publish>"
    )


def _ntb_release(number: int) -> str:
    return (
        f'<release id="{number}" lang="no"><title>{HEADLINE} {number}</title><publicationDate>{TIME}'
        f"</publicationDate><longurl>https://example.com/{number}</longurl><leadtext>{escaped(PARAGRAPHS[0])}"
        f"</leadtext><body>{escaped(marked())}</body><publisher><name>Ferry Lines</name></publisher></release>"
    )


def _rss(number: int) -> str:
    return (
        f"<item><guid>https://example.com/{number}</guid><title>{HEADLINE} {number}</title><pubDate>Tue, 24 Nov "
        "2026 10:37:00 GMT</pubDate><author>Ada Quill</author><category>transport</category><description>"
        f"{escaped(marked())}</description></item>"
    )


def _atom(number: int) -> str:
    return (
        f"<entry><id>urn:example:{number}</id><title>{HEADLINE} {number}</title><updated>{TIME}</updated><author>"
        '<name>Ada Quill</name></author><category term="transport"/><content type="html">'
        f"{escaped(marked())}</content></entry>"
    )


def _html(number: int) -> str:
    return (
        f'<!DOCTYPE html><html lang="en"><head><title>{HEADLINE}</title><meta name="description" content="Ships">'
        f'<meta property="article:published_time" content="{TIME}"></head><body><article><h1>{HEADLINE} {number}'
        f"</h1>{marked()}</article></body></html>"
    )


def _around(start: str, end: str, spoiled: str, source_format: str, item: Callable[[int], str]) -> Sample:
    return Sample(source_format, item, lambda items: f"{start}{''.join(items)}{end}", spoiled)


SAMPLES = {
    "newsml-g2": _around(
        f"<newsMessage {_G2}><header><sent>{TIME}</sent></header><itemSet>",
        "</itemSet></newsMessage>",
        '<newsItem guid="urn:newsml:example.com:2" version="1"/>',
        "newsml-g2",
        _g2,
    ),
    "newsml-1": _around(
        '<?xml version="1.0"?><NewsML Version="1.2"><NewsEnvelope><DateAndTime>20261124T103700Z</DateAndTime>'
        "</NewsEnvelope>",
        "</NewsML>",
        "<NewsItem><Identification/></NewsItem>",
        "newsml-1",
        _newsml_1,
    ),
    "nitf": Sample("nitf", _nitf),
    "ritzau-rbnews": _around(
        '<ListOfRBNews xmlns="http://tempuri.org/">', "</ListOfRBNews>", "<RBNews/>", "ritzau-rbnews", _ritzau
    ),
    "europapress-noticia": _around(
        "<NOTICIAS>", "</NOTICIAS>", "<NOTICIA/>", "europapress-noticia", _europapress
    ),
    "cp-publish": Sample("cp-publish", _cp_publish),
    "ntb-release": _around("<releases>", "</releases>", '<release id="2"/>', "ntb-release", _ntb_release),
    "feed, RSS": _around(
        '<rss version="2.0"><channel><title>Example wire</title>', "</channel></rss>", "<item/>", "feed", _rss
    ),
    "feed, Atom": _around(
        '<feed xmlns="http://www.w3.org/2005/Atom"><title>Example wire</title>',
        "</feed>",
        "<entry/>",
        "feed",
        _atom,
    ),
    "xml-envelope": _around(
        '<delivery xmlns="urn:example:queue"><to>desk</to>',
        "</delivery>",
        f"<newsItem {_G2}/>",
        "xml-envelope",
        _g2,
    ),
    "html": Sample("html", _html),
}
"""Name of the sample -> the sample."""
