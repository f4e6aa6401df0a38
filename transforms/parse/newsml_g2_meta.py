"""What a NewsML-G2 item says about itself: rightsInfo, itemMeta and contentMeta to an item's fields.

https://iptc.org/std/NewsML-G2/guidelines/ ; roles are matched by the code of their QCode, since every
agency has its own scheme for them.
"""

from __future__ import annotations

import re

from lxml import etree

from schemas.item import Association, Author, Subject
from transforms.parse import headings, markup, qcode, xml
from transforms.parse.fields import Fields
from transforms.parse.qcode import Catalog

Groups = dict[str, list[etree._Element]]

_PREDECESSOR = frozenset({"prevversion", "previousversion", "replaces", "evolvedfrom", "updates", "corrects"})
_SECOND_TITLES = re.compile(
    r"sub|kicker|short|deck|teaser|second|over|slug|label|dach|untert|roof|alt|web|seo"
)
_ABOVE_TITLES = re.compile(r"kicker|over|slug|label|dach|roof|alt|web|seo|short")  # sum up less than a deck
_MAIN_TITLES = re.compile(r"main|title|headline|hl1|^h1|full|long|^$")
_AUTHOR_ROLES = {
    **dict.fromkeys(("writer", "author", "co-author", "coauthor", "byline", "text"), "writer"),
    **dict.fromkeys(("reporter", "correspondent"), "reporter"),
    **dict.fromkeys(("editor", "lasted", "lasteditor", "responsible", "subeditor"), "editor"),
    **dict.fromkeys(("photographer", "camera", "cameraman"), "photographer"),
    **dict.fromkeys(("translator",), "translator"),
}
_NO_PERSON = re.compile(r"[a-z\d._/-]+|\S+@\S+|[\W\d_]*")  # initials, names of accounts
_SUMMARY_ROLES = ("summary", "abstract", "teaser", "synthe", "intro", "", "caption", "videocaption")


class Metadata:
    """An item's metadata sections, read into its fields.

    Attributes:
        language: the item's main language, as sent.
    """

    def __init__(self, item: etree._Element, groups: Groups, catalog: Catalog, fields: Fields) -> None:
        """Args: the item's element, its children by name, its aliases, and the fields to set."""
        self._catalog = catalog
        self._fields = fields
        self.content = xml.grouped(_first(groups, "contentMeta"))
        self.item = xml.grouped(_first(groups, "itemMeta"))
        self._rights = groups.get("rightsInfo", [])
        self.language = _language(item, self.content)
        fields.put("language", self.language, "contentMeta/language or xml:lang")

    def read(self) -> None:
        """Set all fields that the sections hold."""
        self._management()
        self._notes()
        self._titles()
        self._people()
        self._concepts()
        self._rights_info()

    def finish(self) -> None:
        """Set what counts only where nothing else was found: the item's own title, but no file's name."""
        kinds = {qcode.local(kind.get("qcode")) for kind in self.item.get("itemClass", ())}
        if kinds <= {"text", "composite", ""}:
            self._fields.put("headline", self._text(self.item, "title"), "itemMeta/title")

    def _text(self, groups: Groups, name: str) -> str | None:
        """The text of the elements of a name, in the item's main language, the first that is not empty."""
        for element in xml.in_language(groups.get(name, ()), self.language):
            if text := xml.text(element):
                return text
        return None

    def name(self, element: etree._Element) -> str | None:
        """A concept's name in the item's main language; display names before mnemonics."""
        names = xml.in_language(xml.children(element, "name"), self.language)
        short = None
        for name in names:
            if text := xml.text(name):
                if qcode.local(name.get("role")) not in ("mnemonic", "short"):
                    return text
                short = short or text
        return short

    def _party(self, element: etree._Element) -> str | None:
        return self.name(element) or xml.attribute(element, "literal") or self._catalog.concept(element)[1]

    def _code(self, element: etree._Element) -> str | None:
        """The QCode of a concept as sent, else its URI, literal or name."""
        return xml.attribute(element, "qcode", "uri", "literal") or self.name(element)

    def _management(self) -> None:
        put, item, content = self._fields.put, self.item, self.content
        for provider in item.get("provider", ()):
            said = [xml.attribute(provider, name) for name in ("qcode", "literal", "uri")]
            for value in (*said, self.name(provider)):
                self._fields.add("provider_names", value, "itemMeta/provider")
        put("version_created", self._text(item, "versionCreated"), "itemMeta/versionCreated")
        put("first_created", self._text(item, "firstCreated"), "itemMeta/firstCreated")
        put("first_created", self._text(content, "contentCreated"), "contentMeta/contentCreated")
        put("version_created", self._text(content, "contentModified"), "contentMeta/contentModified")
        put("embargoed", self._text(item, "embargoed"), "itemMeta/embargoed")
        for status in item.get("pubStatus", ()):
            put(
                "pub_status",
                status.get("qcode") or status.get("uri") or self._party(status),
                "itemMeta/pubStatus",
            )
        for signal in item.get("signal", ()):
            self._fields.add("signals", self._code(signal), "itemMeta/signal")
        for urgency in (*content.get("urgency", ()), *item.get("urgency", ())):
            put("urgency", xml.urgency(xml.text(urgency)), "contentMeta/urgency")
        for element in (*item.get("altId", ()), *content.get("altId", ())):
            if text := xml.text(element):
                kind = element.get("type")
                self._fields.add("alternate_ids", f"{kind}:{text}" if kind else text, "altId")
        for link in item.get("link", ()):
            self._link(link)

    def _link(self, link: etree._Element) -> None:
        uri = xml.attribute(link, "residref", "href")
        rel = xml.attribute(link, "rel")
        if not uri:
            return
        title = xml.text(xml.child(link, "title")) or xml.text(xml.child(link, "headline"))
        kind = xml.attribute(link, "contenttype") or xml.attribute(xml.child(link, "itemClass"), "qcode")
        self._fields.add("associations", Association(rel, uri, kind, title), "itemMeta/link")
        if qcode.local(rel) in _PREDECESSOR and uri != self._fields.get("uri"):
            self._fields.put("revises", uri, f"itemMeta/link {rel}")

    def _notes(self) -> None:
        for note in self.item.get("edNote", ()):
            role = qcode.local(note.get("role"))
            origin = f"itemMeta/edNote {note.get('role') or ''}".rstrip()
            passages = markup.read(note)
            texts = [*passages.titles, *passages.paragraphs, *passages.notes]
            if role in ("closingline", "signoff", "sign-off"):
                self._fields.put("sign_off", " ".join(texts), origin)
                continue
            if "embargo" in role:
                self._fields.put("embargo_text", " ".join(texts), origin)
            for text in texts:
                self._fields.add("ed_notes", text, origin)
            self._fields.put("sign_off", passages.sign_off, origin)

    def _titles(self) -> None:
        put, content = self._fields.put, self.content
        headlines = []
        for number, element in enumerate(xml.in_language(content.get("headline", ()), self.language)):
            if text := xml.text(element):
                role = qcode.local(element.get("role"))
                second = bool(_SECOND_TITLES.search(role))
                order = xml.number(element.get("rank")) or 0
                above = bool(_ABOVE_TITLES.search(role))
                headlines.append((second, above, not _MAIN_TITLES.search(role), order, number, text))
        headlines.sort()
        if headlines:
            put("headline", headlines[0][-1], "contentMeta/headline")
        put("slugline", self._text(content, "slugline"), "contentMeta/slugline")
        put("byline", self._text(content, "by"), "contentMeta/by")
        put("dateline", self._text(content, "dateline"), "contentMeta/dateline")
        put("credit_line", self._text(content, "creditline"), "contentMeta/creditline")
        self._summary()
        for *_, text in headlines[1:]:
            if not headings.same(text, headlines[0][-1]):
                put("summary", text, "contentMeta/headline, second")

    def _summary(self) -> None:
        """The description that sums the text up; the caption of a picture where there is no other."""
        found: dict[str, str] = {}
        for element in xml.in_language(self.content.get("description", ()), self.language):
            if text := xml.text(element):
                found.setdefault(qcode.local(element.get("role")), text)
        for role in _SUMMARY_ROLES:
            self._fields.put("summary", found.get(role), f"contentMeta/description {role}".rstrip())

    def _people(self) -> None:
        for kind in ("creator", "contributor"):
            for element in self.content.get(kind, ()):
                self._author(element, kind)

    def _author(self, element: etree._Element, kind: str) -> None:
        name = self.name(element) or xml.attribute(element, "literal")
        if not name or _NO_PERSON.fullmatch(name):
            return
        details = xml.child(element, "personDetails")
        parts = xml.grouped(element) | xml.grouped(details)
        affiliation = next(iter((*parts.get("affiliation", ()), *parts.get("isAffiliatedWith", ()))), None)
        job = xml.attribute(element, "jobtitle")
        author = Author(
            name,
            _AUTHOR_ROLES.get(
                qcode.local(element.get("role")), "contributor" if kind == "contributor" else None
            ),
            None if affiliation is None else self._party(affiliation),
            self._catalog.split(job)[1] if job else None,
        )
        self._fields.add("authors", author, f"contentMeta/{kind}")

    def _concepts(self) -> None:
        fields, content = self._fields, self.content
        for element in content.get("subject", ()):
            scheme, code = self._catalog.concept(element)
            name = self.name(element)
            if code or name:
                fields.add("subjects", Subject(scheme, code, name), "contentMeta/subject")
        for element in (*content.get("genre", ()), *self.item.get("genre", ())):
            scheme, code = self._catalog.concept(element)
            name = self.name(element)
            fields.add("genres", f"genre:{code}" if scheme == "genre" else name or code, "contentMeta/genre")
        for element in content.get("keyword", ()):
            fields.add("keywords", xml.text(element), "contentMeta/keyword")
        located = []
        for element in (*content.get("located", ()), *self.item.get("located", ())):
            if place := self.name(element) or xml.attribute(element, "literal"):
                located.append(place)
        distinct = {place.casefold(): place for place in reversed(located)}
        fields.put("located", "; ".join(reversed(distinct.values())), "contentMeta/located")

    def _rights_info(self) -> None:
        put = self._fields.put
        for rights in self._rights:
            groups = xml.grouped(rights)
            for holder in groups.get("copyrightHolder", ()):
                name = self._party(holder)
                # All that is sent: a key of the agency's own beside the name, dpa's entry in the register.
                own, long = xml.attribute(holder, "literal"), self._text(xml.grouped(holder), "definition")
                whole = "; ".join(dict.fromkeys(filter(None, (name, own, long))))
                put("copyright_holder", whole, "rightsInfo/copyrightHolder")
                self._fields.add("provider_names", name, "rightsInfo/copyrightHolder")
            put("copyright_notice", self._text(groups, "copyrightNotice"), "rightsInfo/copyrightNotice")
            put("usage_terms", self._text(groups, "usageTerms"), "rightsInfo/usageTerms")


def _first(groups: Groups, name: str) -> etree._Element | None:
    return next(iter(groups.get(name, ())), None)


def _language(item: etree._Element, content: Groups) -> str | None:
    """The item's main language: the only one its content has, else the one its metadata is in."""
    said = [tag for element in content.get("language", ()) if (tag := xml.attribute(element, "tag"))]
    own = xml.attribute(item, xml.LANGUAGE)
    if own and len(said) > 1 and any(tag.lower() == own.lower() for tag in said):
        return own
    return said[0] if said else own
