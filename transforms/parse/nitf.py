"""NITF 3.x, News Industry Text Format: https://www.iptc.org/std/NITF/3.6/documentation/

With and without DOCTYPE or namespace; docdata's parts are taken wherever agencies put them in the head.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml import etree

from schemas.errors import Code, ItemError, Reject
from schemas.item import ParsedItem
from transforms.parse import headings, markup, nitf_docdata, xml
from transforms.parse.document import Document
from transforms.parse.fields import Fields
from transforms.parse.registry import Format

NAME = "nitf"

_STAMP = re.compile(r"\s*\d{8}T?\d*[Z\d+:-]*\s*")


def recognise(document: Document) -> str | None:
    """The root is `nitf`."""
    name, _ = document.root
    return "root <nitf>" if name and name.lower() == "nitf" else None


def parse(document: Document) -> Iterator[ParsedItem | Reject]:
    """The item of an NITF document.

    Raises:
        ItemError: `xml_broken`, `encoding_broken`, `too_deep`, or `structure_broken` where the root has
            neither head nor body.
    """
    root = document.xml
    if xml.local(root) != NAME:
        _lower(root)
    fields = Fields(document, NAME)
    if not any(True for _ in xml.children(root, "head", "body", "docdata")):
        raise ItemError(Code.STRUCTURE_BROKEN, "NITF without head and body")
    nitf_docdata.read(root, fields)
    fields.put("paragraphs", tuple(story(root, fields)), "body.content")
    yield fields.item()


def _lower(root: etree._Element) -> None:
    """Names in small letters: some systems write NITF as if it were HTML."""
    for element in root.iter():
        if isinstance(element.tag, str):
            element.tag = element.tag.lower()


def story(root: etree._Element, fields: Fields) -> list[str]:
    """Read the body of an `nitf` element into an item's fields; what is set already stays.

    NewsML carries NITF inside it and sets most fields before.

    Returns:
        The paragraphs, which the caller puts.
    """
    parts = xml.grouped(root)
    head, body = parts.get("head", [None])[0], parts.get("body", [None])[0]
    sections = xml.grouped(body)
    top = xml.grouped(sections.get("body.head", [None])[0])
    title = _title(top, head, fields)
    contents = sections.get("body.content", [])
    if not contents and body is not None and "body.head" not in sections:
        contents = [body]
    passages = markup.read(*contents, titles=(title, fields.get("headline")))
    fields.put("headline", title or next(iter(passages.titles), None), "hl1")
    fields.put("headline", markup.inline(xml.child(head, "title")), "head/title")
    _bylines(top, passages, fields)
    for element in top.get("dateline", []):
        _dateline(element, fields)
    fields.put("dateline", passages.dateline, "body.content dateline")
    for element in top.get("abstract", []):
        summary = markup.read(element)
        fields.put("summary", " ".join(summary.paragraphs), "body.head/abstract")
        for association in summary.media:
            fields.add("associations", association, "abstract media")
    fields.put("summary", passages.summary, "body.content abstract")
    deck = _deck(top)
    fields.put("slugline" if headings.is_slug(deck, title) else "summary", deck, "hl2")
    _rights(top, passages, fields)
    for element in top.get("note", []):
        for note in markup.read(element).paragraphs:
            fields.add("ed_notes", note, "body.head/note")
    for note in passages.notes:
        fields.add("ed_notes", note, "body.content note")
    for association in passages.media:
        fields.add("associations", association, "media")
    end = xml.grouped(sections.get("body.end", [None])[0])
    for element in end.get("tagline", []):
        fields.put("sign_off", markup.inline(element), "body.end/tagline")
    fields.put("sign_off", passages.sign_off, "body.content sign-off")
    return passages.paragraphs


def _title(top: dict[str, list[etree._Element]], head: etree._Element | None, fields: Fields) -> str | None:
    for hedline in (*top.get("hedline", []), *top.get("headline", [])):
        lines = xml.grouped(hedline)
        for name in ("hl1", "hl2"):
            for element in lines.get(name, []):
                if text := markup.line(element):
                    return text
        if not len(hedline) and (text := xml.text(hedline)):
            return text
    return next((text for element in top.get("hl1", []) if (text := markup.line(element))), None)


def _deck(top: dict[str, list[etree._Element]]) -> str | None:
    """The second headline, where there is a first that says something else."""
    for hedline in top.get("hedline", []):
        first = markup.line(xml.child(hedline, "hl1"))
        second = markup.line(xml.child(hedline, "hl2"))
        if first and second and not headings.same(first, second):
            return second
    return None


def _bylines(top: dict[str, list[etree._Element]], passages: markup.Passages, fields: Fields) -> None:
    found = []
    for element in top.get("byline", []):
        if text := markup.inline(element):
            found.append(text)
            fields.put("located", markup.inline(xml.child(element, "location")), "byline/location")
    fields.put("byline", "; ".join(dict.fromkeys(found)), "body.head/byline")
    fields.put("byline", passages.byline, "body.content byline")


def _dateline(element: etree._Element, fields: Fields) -> None:
    """`dateline`: its location's parts, and the story's date where it is written out for readers."""
    location = xml.child(element, "location")
    place = nitf_docdata.place(location)
    parts = [element.text or "", place or ""]
    for child in element:
        name = xml.local(child)
        text = xml.string(child)
        if name == "story.date":
            fields.put("first_created", xml.attribute(child, "norm"), "dateline/story.date")
            text = "" if _STAMP.fullmatch(text) else text
        parts += ["" if name == "location" else text, child.tail or ""]
    text = re.sub(r" (?=[,;:.])", "", " ".join(" ".join(parts).split()))
    fields.put("dateline", text, "body.head/dateline")
    fields.put("located", place, "dateline/location")


def _rights(top: dict[str, list[etree._Element]], passages: markup.Passages, fields: Fields) -> None:
    for element in top.get("distributor", []):
        name = markup.inline(element)
        fields.add("provider_names", name, "body.head/distributor")
        fields.put("credit_line", name, "body.head/distributor")
    for element in (*top.get("rights", []), *top.get("rights.owner", [])):
        whole = xml.local(element) == "rights"
        owner = markup.inline(xml.child(element, "rights.owner") if whole else element)
        fields.add("provider_names", owner, "rights.owner")
        fields.put("copyright_holder", owner, "rights.owner")
        fields.put("copyright_notice", markup.inline(element) if whole else None, "body.head/rights")
    for element in top.get("copyrite", []):
        fields.put("copyright_notice", markup.inline(element), "body.head/copyrite")
    fields.put("copyright_notice", passages.notice, "copyrite")


FORMAT = Format(NAME, "NITF 3.x (News Industry Text Format)", recognise, parse)
