"""What NewsML 1.x components say about the text: NewsLines, administrative and descriptive metadata."""

from __future__ import annotations

import re

from lxml import etree

from schemas.item import Author, Subject
from transforms.parse import headings, xml
from transforms.parse.fields import Fields
from transforms.parse.newsml_1_component import Component

_LINES = {
    "HeadLine": "headline",
    "ByLine": "byline",
    "DateLine": "dateline",
    "CreditLine": "credit_line",
    "CopyrightLine": "copyright_notice",
    "SlugLine": "slugline",
    "RightsLine": "usage_terms",
}
_SUBJECTS = frozenset({"Subject", "SubjectMatter", "SubjectDetail"})
_SUBJECT_CODE = re.compile(r"\d{7,8}")
_URGENCIES = frozenset({"priority", "importance", "urgency"})
_WORDS = frozenset({"words", "wordcount", "word count"})
_INITIALS = re.compile(r"[\W\d_]*\w{0,4}[\W\d_]*|[A-Za-z]{1,4}(?:[/-][A-Za-z]{1,4})+|[A-Z]+\W*|\S+@\S+")
_PLACE = ("SubLocation", "City", "CountryArea", "Country")


class Metadata:
    """A component tree's metadata, read into an item's fields."""

    def __init__(self, component: Component, fields: Fields) -> None:
        """Args: the item's outermost component, and the fields to set."""
        self._component = component
        self._fields = fields
        self._names: dict[str, str] = {}
        self._subjects: list[Subject] = []

    def read(self) -> None:
        """Set what the components say, the outermost first."""
        for element in self._component.components():
            parts = xml.grouped(element)
            for topics in parts.get("TopicSet", ()):
                self._topics(topics)
            for lines in parts.get("NewsLines", ()):
                self._lines(lines)
            for metadata in parts.get("AdministrativeMetadata", ()):
                self._administrative(metadata)
            for metadata in parts.get("DescriptiveMetadata", ()):
                self._descriptive(metadata)
            for rights in parts.get("RightsMetadata", ()):
                self._rights(rights)
            for name in ("AdministrativeMetadata", "DescriptiveMetadata", "Metadata"):
                for metadata in parts.get(name, ()):
                    self._properties(metadata)
        for characteristics in self._component.characteristics():
            for prop in xml.children(characteristics, "Property"):
                if (xml.attribute(prop, "FormalName") or "").casefold() in _WORDS:
                    self._fields.put("word_count", xml.number(prop.get("Value")), "Characteristics")

    def finish(self) -> None:
        """Set what comes after the text: subjects that the text's own NITF does not name already."""
        held = {(subject.scheme, subject.code) for subject in self._fields.get("subjects") or ()}
        for subject in self._subjects:
            if (subject.scheme, subject.code) not in held:
                self._fields.add("subjects", subject, "DescriptiveMetadata/SubjectCode")

    def _topics(self, topics: etree._Element) -> None:
        """Names of codes, in the main language where there are several."""
        for topic in xml.children(topics, "Topic"):
            code = xml.text(xml.child(topic, "FormalName"))
            names = [d for d in xml.children(topic, "Description") if d.get("Variant") in (None, "Name")]
            chosen = xml.in_language(names, self._component.language)
            if code and chosen and (name := xml.text(chosen[0])):
                self._names.setdefault(code, name)

    def _lines(self, lines: etree._Element) -> None:
        groups = xml.grouped(lines)
        for name, field in _LINES.items():
            for element in xml.in_language(groups.get(name, ()), self._component.language):
                self._fields.put(field, xml.text(element), f"NewsLines/{name}")
        for element in xml.in_language(groups.get("SubHeadLine", ()), self._component.language):
            text = xml.text(element)
            field = "slugline" if headings.is_slug(text, self._fields.get("headline")) else "summary"
            self._fields.put(field, text, "NewsLines/SubHeadLine")
        for element in xml.in_language(groups.get("KeywordLine", ()), self._component.language):
            self._fields.add("keywords", xml.text(element), "NewsLines/KeywordLine")
        for element in groups.get("NewsLine", ()):
            self._other_line(element)

    def _other_line(self, line: etree._Element) -> None:
        kind = (xml.attribute(xml.child(line, "NewsLineType"), "FormalName") or "").casefold()
        for element in xml.children(line, "NewsLineText"):
            text = xml.text(element)
            origin = f"NewsLine {kind}".rstrip()
            if "embargo" in kind:
                self._fields.put("embargo_text", text, origin)
            if "caption" in kind or "summary" in kind or "abstract" in kind:
                self._fields.put("summary", text, origin)
            elif "url" not in kind:
                self._fields.add("ed_notes", text, origin)

    def _administrative(self, metadata: etree._Element) -> None:
        fields = self._fields
        for element in metadata:
            name = xml.local(element)
            for party in xml.children(element, "Party"):
                value = xml.attribute(party, "FormalName")
                if name in ("Provider", "Source"):
                    fields.add("provider_names", value, f"AdministrativeMetadata/{name}")
                elif name in ("Creator", "Contributor") and value and not _INITIALS.fullmatch(value):
                    topic = (xml.attribute(party, "Topic") or "").casefold()
                    role = {"author": "writer", "editor": "editor", "photographer": "photographer"}.get(topic)
                    role = role or ("contributor" if name == "Contributor" else None)
                    fields.add("authors", Author(value, role), f"AdministrativeMetadata/{name}")
            if name == "Property" and xml.attribute(element, "FormalName") == "EditorialInfo":
                fields.add("ed_notes", xml.attribute(element, "Value"), "Property EditorialInfo")

    def _rights(self, rights: etree._Element) -> None:
        """RightsMetadata: the holder of the copyright, and what may be done with the text."""
        for right in xml.children(rights, "Copyright"):
            holder = xml.child(right, "CopyrightHolder")
            name = xml.text(holder) or xml.attribute(xml.child(holder, "Party"), "FormalName")
            self._fields.put("copyright_holder", name, "RightsMetadata/Copyright")
            self._fields.add("provider_names", name, "RightsMetadata/Copyright")
        for usage in xml.children(rights, "UsageRights"):
            names = ("UsageType", "Geography", "Limitations")
            terms = [xml.text(xml.child(usage, name)) for name in names]
            self._fields.put("usage_terms", "; ".join(filter(None, terms)), "RightsMetadata/UsageRights")

    def _descriptive(self, metadata: etree._Element) -> None:
        fields = self._fields
        locations = []
        for element in metadata:
            match xml.local(element):
                case "Genre":
                    fields.add("genres", xml.attribute(element, "FormalName"), "DescriptiveMetadata/Genre")
                case "SubjectCode":
                    self._subject_code(element)
                case "Location":
                    locations.append(element)
        locations.sort(key=lambda location: xml.attribute(location, "HowPresent") != "Origin")
        for location in (*locations, metadata):
            fields.put("located", _place(location), "DescriptiveMetadata/Location")

    def _subject_code(self, element: etree._Element) -> None:
        for child in element:
            code = xml.attribute(child, "FormalName") if xml.local(child) in _SUBJECTS else None
            if code:
                iptc = _SUBJECT_CODE.fullmatch(code)
                scheme = "subj" if iptc else xml.attribute(child, "Scheme")
                self._subjects.append(Subject(scheme, code, self._names.get(code)))

    def _properties(self, metadata: etree._Element) -> None:
        for prop in xml.children(metadata, "Property"):
            name = (xml.attribute(prop, "FormalName") or "").casefold()
            value = xml.attribute(prop, "Value")
            if "keyword" in name:
                self._fields.add("keywords", value, f"Property {name}")
            elif name in _URGENCIES:
                self._fields.put("urgency", xml.urgency(value), f"Property {name}")


def _place(location: etree._Element) -> str | None:
    """The place that an element's properties name, from small to large."""
    said: dict[str, str] = {}
    for prop in xml.children(location, "Property"):
        name, value = xml.attribute(prop, "FormalName"), xml.attribute(prop, "Value")
        if name in _PLACE and value:
            said.setdefault(name, value)
        elif name == "Location" and (inner := _place(prop)):  # AFP nests it
            return inner
    return ", ".join(said[name] for name in _PLACE if name in said) or None
