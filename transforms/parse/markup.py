"""Marked-up text to paragraphs: XHTML, NITF's body.content, and what agencies make of both.

One walk reads an element of either vocabulary (by local name, whatever its namespace). White space is
folded as browsers fold it; what the mark-up itself sets apart (title, byline, notes, sign-off, pictures)
is handed over apart, so that only publishable text is left among the paragraphs.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from lxml import etree

from schemas.item import Association
from transforms.parse import headings, lines, vocabulary, xml, xml_repair
from transforms.parse.vocabulary import Kind

CELLS = " | "
"""What parts the cells of a table's row."""

_BREAK = "\u2028"  # stands for <br/> until its block is complete
_SHORT = 240  # characters: a block that a class calls a byline is no byline when it is longer
_PARTS = 12  # tables in tables, notes in notes: no agency's nest deeper than four
_IN_FIGURES = frozenset({"table", "blockquote", "pre", "ul", "ol"})  # text that WordPress, dpa put in figures
_BLANK_LINE = re.compile(r"\n[^\S\n]*\n")
_NOT_PUBLISHABLE = frozenset({"npa", "nonpublic", "editorsnote"})


@dataclass(slots=True)
class Passages:
    """What an element of text holds.

    Attributes:
        paragraphs: publishable text in order, white space folded, none empty; a table's rows one each.
        titles: headings of rank one that stood before the text, and those of a `header`.
        byline, dateline, summary, sign_off, notice: blocks that element name or class call so.
        notes: passages for editors only.
        media: pictures and other media, their captions as titles; lists of links.
    """

    paragraphs: list[str] = field(default_factory=list)
    titles: list[str] = field(default_factory=list)
    byline: str | None = None
    dateline: str | None = None
    summary: str | None = None
    sign_off: str | None = None
    notice: str | None = None
    notes: list[str] = field(default_factory=list)
    media: list[Association] = field(default_factory=list)


def read(*elements: etree._Element | None, titles: Iterable[str | None] = ()) -> Passages:
    """The text of elements, in order.

    Args:
        elements: `html`, `body`, `body.content`, or whatever holds blocks; None is passed over.
        titles: the item's headlines: the text's first headings are dropped where they repeat one.

    Returns:
        Paragraphs, and what stood apart from them. Datelines that stand inside a paragraph stay there.
    """
    return _read(elements, titles, 0)


def _read(elements: Iterable[etree._Element | None], titles: Iterable[str | None], depth: int) -> Passages:
    reader = _Reader(depth)
    for element in elements:
        if element is not None:
            reader.block(element)
    found = reader.found
    known = [title for title in titles if title]
    drop = 0
    for rank, paragraph in zip(reader.ranks, found.paragraphs, strict=True):
        if rank == 1 or (rank and any(headings.same(paragraph, title) for title in known)):
            found.titles.append(paragraph)
            drop += 1
        else:
            break
    del found.paragraphs[:drop]
    return found


def plain(text: str) -> list[str]:
    """Paragraphs of text without mark-up: blank lines, indents and line lengths tell them apart."""
    return lines.paragraphs(lines.clean(text).split("\n"))


def inline(element: etree._Element | None) -> str | None:
    """All text below an element as one line, children's texts kept apart, None where there is none."""
    if element is None:
        return None
    return " ".join(xml_repair.unescaped(" ".join(map(str, element.itertext()))).split()) or None


def line(element: etree._Element | None) -> str | None:
    """The text of a title or a short block as one line, None where there is none."""
    if element is None or not len(element):
        return xml.text(element)
    passages = read(element)
    return " ".join((*passages.titles, *passages.paragraphs)) or None


class _Reader:
    def __init__(self, depth: int) -> None:
        self._depth = depth  # readers of notes and tables around this one
        self.found = Passages()
        self.ranks: list[int] = []  # of each paragraph: 0 text, 1-6 heading
        self._buffer: list[str] = []
        self._header = False

    def block(self, element: etree._Element) -> None:
        """Read what an element holds, as a block of its own."""
        self._flush(loose=True)
        self._inside(element)
        self._flush(loose=True)

    def _inside(self, element: etree._Element, loose: bool = True) -> None:
        buffer = self._buffer
        if text := element.text:
            buffer.append(text)
        for child in element:
            self._element(child, loose)
            if (tail := child.tail) and (buffer or not tail.isspace()):
                buffer.append(tail)

    def _element(self, element: etree._Element, loose: bool) -> None:
        tag = element.tag
        kind = vocabulary.kind(tag)
        if element.attrib:
            kind = self._marked(element, kind)
        match kind:
            case Kind.INLINE:
                self._inside(element, loose)
            case Kind.BREAK:
                self._buffer.append(_BREAK)
                self._inside(element, loose)
            case Kind.PARAGRAPH | Kind.HEADING:
                self._flush(loose)
                start = len(self.ranks)
                self._inside(element, loose=False)
                self._flush(loose=len(element) == 0)
                if kind is Kind.HEADING:
                    self._headed(start, tag)
            case Kind.BLOCK:
                self._flush(loose)
                self._inside(element)
                self._flush(loose=True)
            case _:
                if loose or kind not in (Kind.SKIP, Kind.MEDIA):  # a picture parts no paragraph
                    self._flush(loose)
                self._apart(element, kind)

    def _marked(self, element: etree._Element, kind: Kind) -> Kind:
        """The kind of an element with attributes: its class may say more than its name."""
        if element.get("hidden") is not None:
            return Kind.SKIP
        classes = element.get("class") or element.get("style")
        role = vocabulary.role(classes) if classes else None
        if role is None or kind in (Kind.SKIP, Kind.HEADING, Kind.MEDIA):
            return kind
        if kind is Kind.INLINE:
            return role if self._header and role in (Kind.SKIP, Kind.NOTE) else kind
        if role in (Kind.NOTE, Kind.SIGN_OFF, Kind.LINKS):
            return role
        if role is Kind.SKIP:
            return role if self._header or "hidden" in (classes or "").split() else kind
        return role if kind is Kind.PARAGRAPH or self._header else kind

    def _headed(self, start: int, tag: str) -> None:
        if self._header:
            self.found.titles += self.found.paragraphs[start:]
            del self.found.paragraphs[start:], self.ranks[start:]
        for number in range(start, len(self.ranks)):
            self.ranks[number] = vocabulary.rank(tag)

    def _apart(self, element: etree._Element, kind: Kind) -> None:
        """Read an element that is no running text, into the field it belongs to."""
        found = self.found
        match kind:
            case Kind.SKIP:
                pass
            case Kind.PRE:
                self._add(plain(xml.string(element)))
            case Kind.TABLE:
                self._table(element)
            case Kind.MEDIA:
                if association := _media(element):
                    found.media.append(association)
                for part in element if xml.local(element).lower() == "figure" else ():
                    if xml.local(part).lower() in _IN_FIGURES:
                        self._element(part, loose=True)
                        self._flush(loose=True)
            case Kind.HEADER:
                outer, self._header = self._header, True
                self._inside(element)
                self._flush(loose=True)
                self._header = outer
            case Kind.NOTE:
                self._note(element)
            case Kind.LINKS:
                for link in xml.descendants(element, "a"):
                    found.media.append(Association("link", link.get("href"), None, xml.text(link)))
            case Kind.SUMMARY:
                passages = self._part(element)
                summary = " ".join((*passages.titles, *passages.paragraphs))
                found.summary = found.summary or summary or None
            case Kind.SIGN_OFF:
                found.sign_off = " ".join(filter(None, (found.sign_off, inline(element)))) or None
            case Kind.NOTICE:
                found.notice = found.notice or inline(element)
            case _:
                name = "byline" if kind is Kind.BYLINE else "dateline"
                text = inline(element)
                if text and (len(text) > _SHORT or getattr(found, name)):
                    self._inside(element)
                    self._flush(loose=True)
                else:
                    setattr(found, name, text)

    def _part(self, element: etree._Element) -> Passages:
        """What a part of its own holds; parts inside one another are read as one text from some depth."""
        if self._depth < _PARTS:
            return _read((element,), (), self._depth + 1)
        return Passages(paragraphs=[text] if (text := xml.text(element)) else [])

    def _note(self, element: etree._Element) -> None:
        """A note: NITF's `note` is text unless it says that it is for editors."""
        passages = self._part(element)
        said = {element.get("type"), element.get("noteclass")}
        by_class = vocabulary.role(element.get("class") or "") is Kind.NOTE
        if by_class or said & _NOT_PUBLISHABLE:
            self.found.notes += [*passages.titles, *passages.paragraphs, *passages.notes]
        else:
            self._add((*passages.titles, *passages.paragraphs))
            self.found.notes += passages.notes
        if passages.sign_off and not self.found.sign_off:
            self.found.sign_off = passages.sign_off

    def _table(self, element: etree._Element) -> None:
        if xml.local(element).lower() != "tr":
            self._inside(element)
            self._flush(loose=True)
            return
        cells = [[stray]] if (stray := " ".join((element.text or "").split())) else []
        for cell in element:
            passages = self._part(cell)
            self.found.media += passages.media
            self.found.notes += passages.notes
            cells.append([*passages.titles, *passages.paragraphs])
            if cell.tail and (stray := " ".join(cell.tail.split())):
                cells.append([stray])
        if len(cells) <= 2 and any(len(cell) > 2 for cell in cells):  # a table for layout only
            self._add(paragraph for cell in cells for paragraph in cell)
        elif row := CELLS.join(" ".join(cell) for cell in cells if cell):
            self._add([row])

    def _add(self, paragraphs: Iterable[str]) -> None:
        for paragraph in paragraphs:
            self.found.paragraphs.append(paragraph)
            self.ranks.append(0)

    def _flush(self, loose: bool) -> None:
        """Close the paragraph in the buffer; `loose` text stands in no paragraph's element."""
        if not self._buffer:
            return
        text = xml_repair.unescaped("".join(self._buffer))
        self._buffer.clear()
        if _BREAK in text:
            whole = text.split(_BREAK)
            self._add(lines.paragraphs([" ".join(line.split()) for line in whole]))
        elif loose and _BLANK_LINE.search(text):
            self._add(lines.paragraphs([line.strip() for line in text.split("\n")]))
        elif folded := " ".join(text.split()):
            self._add([folded])


def _media(element: etree._Element) -> Association | None:
    """A picture or the like: NITF's media with its first reference, or XHTML's figure and its kin."""
    uri = kind = title = None
    for node in element.iter():
        name = xml.local(node).lower()
        if name == "media-reference":
            uri, kind = uri or node.get("source") or node.get("source-id"), kind or node.get("mime-type")
        elif name in ("img", "video", "audio", "source", "embed", "iframe", "object"):
            uri = uri or node.get("src") or node.get("data")
            kind, title = kind or node.get("type"), title or node.get("alt")
        elif name in ("media-caption", "figcaption"):
            title = inline(node) or title
    uri = " ".join(uri.split()) if uri else None
    kind = (
        element.get("media-type")
        or kind
        or {"img": "picture", "figure": "picture"}.get(xml.local(element).lower())
    )
    if uri or title:
        return Association("media", uri, kind, title or None)
    return None
