"""The tree of a NewsML 1.x item's components: which of them are its text, in which order, which pictures."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from lxml import etree

from schemas.item import Association
from transforms.parse import embedded, headings, markup, xml
from transforms.parse.fields import Fields

_CAPTION = frozenset({"caption", "legend", "photocaption", "picturecaption"})
_TITLE = frozenset({"title", "headline", "hl1"})
_SUMMARY = frozenset({"abstract", "summary", "subheadline", "teaser", "subtitle"})
_EXTRA = frozenset(
    {"stylesheet", "tweettext", "tweet", "quote", "pullquote", "logo", "thumbnail", "keywords"}
)
_LAST = frozenset({"contact", "contacts", "boilerplate", "about"})
_MEDIA = re.compile(
    r"photo|picture|graphic|image|video|audio|sound|animation|cartoon|mp3|mpeg|jpe?g|gif|png", re.I
)
_FULL = ("main", "highdef", "highres", "high", "")  # renditions of a picture, the best first


@dataclass(slots=True)
class _Text:
    """A piece of text: where it stands, what part its component plays, its language."""

    data: etree._Element
    content: etree._Element  # the ContentItem
    role: str
    language: str | None
    component: etree._Element


class Component:
    """An item's outermost component and what is below it.

    Attributes:
        element: the `NewsComponent`.
        language: the item's main language, as sent.
    """

    def __init__(self, element: etree._Element, language: str | None) -> None:
        """Args: the outermost `NewsComponent`, and the `xml:lang` of the item around it."""
        self.element = element
        self._texts: list[_Text] = []
        self._pictures: list[etree._Element] = []
        self._media_only: set[etree._Element] = set()
        self._walk(element, "", None, False)
        own = _language(element) or language or next((t.language for t in self._texts if t.language), None)
        self.language = own
        wanted = _primary(own)
        mine = [text for text in self._texts if not text.language or _primary(text.language) == wanted]
        self._texts = mine or self._texts
        told = [text for text in self._texts if text.role not in _CAPTION]
        self.is_media = not any(text.role not in _EXTRA | _TITLE | _SUMMARY for text in told)
        self._texts = told if not self.is_media else self._texts

    def _walk(
        self, element: etree._Element, role: str, language: str | None, inside: bool
    ) -> tuple[bool, bool]:
        """Gather texts and pictures; returns whether the component holds media, and text but captions."""
        own = xml.attribute(xml.child(element, "Role"), "FormalName")
        role = own.casefold().replace(" ", "") if own else "caption" if inside else role
        language = _language(element) or language
        gathers = any(xml.attribute(item, "Href") for item, _ in _content_items(element))
        if gathers and not inside:
            self._pictures.append(element)
        media = told = False
        for child in element:
            name = xml.local(child)
            if name == "NewsComponent":
                below = self._walk(child, role, language, gathers and element is not self.element)
                media, told = media or below[0], told or below[1]
            elif name == "ContentItem":
                kind = f"{_format(child) or ''} {xml.attribute(xml.child(child, 'MediaType'), 'FormalName')}"
                media = media or bool(_MEDIA.search(kind) or child.get("Href"))
                for data in xml.children(child, "DataContent"):
                    if len(data) or (data.text and data.text.strip()):
                        self._texts.append(_Text(data, child, role, language, element))
                        told = told or role not in _CAPTION
        if media and not told:
            self._media_only.add(element)
        return media, told

    def components(self) -> Iterator[etree._Element]:
        """Components whose metadata describe the text, outermost first; those of its pictures left out."""
        yield from self._described(self.element)

    def _described(self, element: etree._Element) -> Iterator[etree._Element]:
        yield element
        for child in xml.children(element, "NewsComponent"):
            language = _language(child)
            foreign = language and self.language and _primary(language) != _primary(self.language)
            if not foreign and (self.is_media or child not in self._media_only):
                yield from self._described(child)

    def paragraphs(self, fields: Fields) -> list[str]:
        """The text's paragraphs; titles and summaries that are components of their own fill their fields."""
        bodies: list[_Text] = []
        for text in self._texts:
            if text.role in _TITLE:
                fields.put("headline", _line(text), f"component of role {text.role}")
            elif text.role in _SUMMARY:
                fields.put("summary", _line(text), f"component of role {text.role}")
            elif text.role not in _EXTRA:
                bodies.append(text)
        bodies.sort(key=lambda text: text.role in _LAST)
        found: list[str] = []
        done: set[etree._Element] = set()
        seen: set[str] = set()
        for text in bodies:
            # The content items of one component are renditions of the same text.
            if text.component in done:
                continue
            kind = _format(text.content)
            coded = xml.attribute(xml.child(text.content, "Encoding"), "Notation")
            paragraphs = embedded.data(text.data, fields, "DataContent", kind, coded)
            start = " ".join(paragraphs)[:400]
            if paragraphs and start not in seen:
                title = xml.text(xml.child(text.component, "NewsLines", "HeadLine"))
                if found and title and not headings.same(title, fields.get("headline")):
                    found.append(title)  # the next of several stories
                found += paragraphs
                seen.add(start)
                done.add(text.component)
        return found

    def characteristics(self) -> Iterator[etree._Element]:
        """The `Characteristics` of the text's content items."""
        for text in self._texts:
            yield from xml.children(text.content, "Characteristics")

    def media(self) -> Iterator[Association]:
        """One reference a picture, recording or document: its best rendition, its caption as title."""
        for element in self._pictures:
            best: tuple[int, str, str | None] | None = None
            role = xml.attribute(xml.child(element, "Role"), "FormalName")
            for item, rendition in _content_items(element):
                if uri := xml.attribute(item, "Href"):
                    rank = _FULL.index(rendition) if rendition in _FULL else len(_FULL)
                    if best is None or rank < best[0]:
                        best = (rank, uri, _format(item))
            if best:
                title = _caption(element)
                yield Association(role or "media", best[1], best[2], title)


def _content_items(element: etree._Element) -> Iterator[tuple[etree._Element, str]]:
    """Content items of a component and of those right below it, with the role of each."""
    own = (xml.attribute(xml.child(element, "Role"), "FormalName") or "").casefold()
    for item in xml.children(element, "ContentItem"):
        yield item, own
    for child in xml.children(element, "NewsComponent"):
        role = (xml.attribute(xml.child(child, "Role"), "FormalName") or own).casefold()
        for item in xml.children(child, "ContentItem"):
            yield item, role


def _caption(element: etree._Element) -> str | None:
    for child in xml.children(element, "NewsComponent"):
        if (xml.attribute(xml.child(child, "Role"), "FormalName") or "").casefold() in _CAPTION:
            data = xml.child(child, "ContentItem", "DataContent")
            if data is not None and (caption := " ".join(markup.read(data).paragraphs)):
                return caption
    return xml.text(xml.child(element, "NewsLines", "HeadLine"))


def _line(text: _Text) -> str | None:
    passages = markup.read(text.data)
    return " ".join((*passages.titles, *passages.paragraphs)) or None


def _format(item: etree._Element) -> str | None:
    for name in ("MimeType", "Format", "MediaType"):
        if value := xml.attribute(xml.child(item, name), "FormalName"):
            return value
    return None


def _language(element: etree._Element) -> str | None:
    said = xml.attribute(xml.child(element, "DescriptiveMetadata", "Language"), "FormalName")
    return said or xml.attribute(element, xml.LANGUAGE)


def _primary(tag: str | None) -> str:
    return (tag or "").partition("-")[0].casefold()
