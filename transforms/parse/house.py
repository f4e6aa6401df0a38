"""House XML: the formats that single agencies made for themselves, each one entry of a table.

A `Dialect` says which elements hold which fields; this module reads whatever the table describes.
"""

from __future__ import annotations

import functools
import html
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from lxml import etree

from schemas.errors import Code, ItemError, Reject, Stage
from schemas.item import Association, ParsedItem, Subject
from transforms.parse import embedded, xml
from transforms.parse.document import Document
from transforms.parse.fields import Fields
from transforms.parse.registry import Format

_NOTHING = re.compile(r"0001-01-01.*|null|None|\(null\)")  # how databases print that there is no value
_ZONE = re.compile(r"(?:[Zz]|[+-]\d\d:?\d\d)$")
_LIST = re.compile(r"\s*[,;|]\s*")
_TRUE = frozenset({"true", "1", "yes", "ja", "si", "sí", "s"})


@dataclass(frozen=True, slots=True)
class Dialect:
    """How one agency's XML is read.

    Paths are local names from the item's element down, `/` between them; `@name` is an attribute, `*` all
    children; `A+B` joins two values with a blank, `A, B` with a comma. Of several paths the first that says
    something counts; for fields that hold lists all of them do.

    Attributes:
        name: value of `source_format`.
        title: what it is, for people.
        provider: name of the agency, as the agency table knows it.
        item: local name of an item's element.
        roots: roots that hold items, beside the item's element itself.
        sign: what must stand in the first 4,096 bytes too, where the names alone could be anyone's.
        fields: field of `ParsedItem` -> paths.
        subjects: paths of subjects -> scheme.
        texts: paths of the text, HTML or plain, joined in this order.
        media: element of a picture -> (path of its address, path of its caption).
        uri: what the identifier becomes, `{}` for the value; as sent where it is unique by itself.
        flags: paths of switches -> (field, value) that they set when they are on.
        values: field -> what the agency's own codes mean.
        utc: fields whose times are UTC where they name no zone.
    """

    name: str
    title: str
    provider: str
    item: str
    fields: Mapping[str, tuple[str, ...]]
    texts: tuple[str, ...]
    roots: tuple[str, ...] = ()
    sign: str = ""
    subjects: Mapping[str, str] = field(default_factory=dict)
    media: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    uri: str = "{}"
    flags: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    utc: tuple[str, ...] = ()

    def format(self) -> Format:
        """The registry's entry for it."""
        return Format(
            self.name,
            self.title,
            functools.partial(_recognise, self),
            functools.partial(_parse, self),
            (self.item,) if self.roots else (),
        )


def _recognise(dialect: Dialect, document: Document) -> str | None:
    name, _ = document.root
    if name != dialect.item and name not in dialect.roots:
        return None
    return f"root <{name}>" if dialect.sign in document.head else None


def _parse(dialect: Dialect, document: Document) -> Iterator[ParsedItem | Reject]:
    items = list(xml.descendants(document.xml, dialect.item))
    if not items:
        raise ItemError(Code.STRUCTURE_BROKEN, f"no <{dialect.item}> in it")
    if len(items) > document.limits.items:
        raise ItemError(Code.STRUCTURE_BROKEN, f"{len(items)} items")
    if len(items) == 1:
        yield _item(dialect, items[0], document, None)
        return
    for number, item in enumerate(items, 1):
        try:
            yield _item(dialect, item, document, number)
        except ItemError as error:
            yield Reject(
                source=f"{document.raw.source}#{number}",
                stage=Stage.PARSE,
                code=error.code,
                message=error.message,
                raw=etree.tostring(item, encoding="utf-8", with_tail=False),
                received_at=document.raw.received_at,
                source_format=dialect.name,
            )


def _item(dialect: Dialect, item: etree._Element, document: Document, number: int | None) -> ParsedItem:
    fields = Fields(document, dialect.name, number)
    fields.add("provider_names", dialect.provider, f"format {dialect.name}")
    for name, paths in dialect.fields.items():
        put = _PUT.get(name, _put)
        meanings = dialect.values.get(name, {})
        for path in paths:
            for value in _values(item, path):
                if name == "uri":
                    value = dialect.uri.format(value)
                elif name in dialect.utc and not _ZONE.search(value):
                    value += "Z"
                put(fields, name, meanings.get(value, value), path)
    for path, (name, value) in dialect.flags.items():
        if any(said.casefold() in _TRUE for said in _values(item, path)):
            _PUT.get(name, _put)(fields, name, value, path)
    for path, scheme in dialect.subjects.items():
        for value in _values(item, path):
            code = value if value.isdigit() else None
            fields.add("subjects", Subject(scheme, code, None if code else value), path)
    paragraphs: list[str] = []
    for path in dialect.texts:
        for value in _values(item, path, folded=False):
            paragraphs += embedded.text(value, fields, path)
    fields.put("paragraphs", tuple(paragraphs), " ".join(dialect.texts))
    for name, (address, caption) in dialect.media.items():
        for element in xml.descendants(item, name):
            if uri := next(_values(element, address), None):
                title = next(_values(element, caption), None)
                fields.add("associations", Association("media", uri, "picture", title), name)
    return fields.item()


def _values(element: etree._Element, path: str, folded: bool = True) -> Iterator[str]:
    """What an element holds at a path, but for empty values and those that mean none."""
    if glue := next((glue for glue in ("+", ", ") if glue in path), None):
        parts = [value for part in path.split(glue) for value in _values(element, part)]
        joined = glue.replace("+", " ").join(parts)
        if joined:
            yield joined
        return
    nodes = [element]
    *steps, last = path.split("/")
    for step in steps:
        nodes = [child for node in nodes for child in xml.children(node, *(() if step == "*" else (step,)))]
    if last.startswith("@"):
        found = [node.get(last[1:]) or "" for node in nodes]
    else:
        names = () if last == "*" else (last,)
        found = [xml.string(child) for node in nodes for child in xml.children(node, *names)]
    for value in found:
        text = " ".join(html.unescape(value).split()) if folded else value
        if text.strip() and not _NOTHING.fullmatch(text.strip()):
            yield text


def _put(fields: Fields, name: str, value: str, origin: str) -> None:
    fields.put(name, value, origin)


def _number(fields: Fields, name: str, value: str, origin: str) -> None:
    fields.put(name, (xml.urgency if name == "urgency" else xml.number)(value), origin)


def _add(fields: Fields, name: str, value: str, origin: str) -> None:
    fields.add(name, value, origin)


def _split(fields: Fields, name: str, value: str, origin: str) -> None:
    for part in _LIST.split(value):
        fields.add(name, part, origin)


_PUT: dict[str, Callable[[Fields, str, str, str], None]] = {
    "urgency": _number,
    "word_count": _number,
    "keywords": _split,
    **dict.fromkeys(("ed_notes", "signals", "genres", "alternate_ids", "provider_names"), _add),
}
