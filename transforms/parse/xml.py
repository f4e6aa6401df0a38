"""XML read safely: no entity is resolved, no DTD loaded, no network reached, nesting bounded."""

from __future__ import annotations

import functools
import re
from collections.abc import Collection, Iterable, Iterator

from lxml import etree

from schemas.errors import Code, ItemError
from transforms.parse import encoding, xml_repair

_DECLARATION = re.compile(r"\s*<\?xml\b[^>]*\?>\s*")
_BOMB = re.compile(r"amplification|loop|entity reference depth|Maximum entity", re.I)


def _parser(recover: bool = False) -> etree.XMLParser:
    # One a call: a parser keeps state, and libxml2's default limits (huge_tree=False) stop bombs.
    return etree.XMLParser(
        recover=recover,
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
        encoding="utf-8",
    )


def parse(data: bytes, nesting: int) -> tuple[etree._Element, tuple[str, ...]]:
    """Root element of an XML item.

    Comments and processing instructions are dropped. Entities are not resolved: a named HTML entity such
    as `&nbsp;` becomes its character, a short text that the document itself declares is filled in, any
    other reference is taken out. Ampersands that begin no reference are mended.

    Args:
        data: the bytes; their real encoding is found by `encoding.decode`, whatever they declare.
        nesting: how deep elements may nest.

    Returns:
        The root, and warning codes (`encoding_repaired`, `control_characters_dropped`, `xml_repaired`).

    Raises:
        ItemError: `xml_broken`, `too_deep` or `encoding_broken`.
    """
    decoded = encoding.decode(data)
    warnings = decoded.warnings
    text = decoded.text.lstrip("\ufeff")
    if declaration := _DECLARATION.match(text):
        text = text[declaration.end() :]
    cleaned = xml_repair.FORBIDDEN.sub("", text)
    if len(cleaned) != len(text):
        warnings += ("control_characters_dropped",)
    cleaned = cleaned.strip()
    try:
        root = _tree(cleaned)
    except (etree.XMLSyntaxError, ValueError) as error:
        message = str(error)
        if _BOMB.search(message):
            raise ItemError(Code.XML_BROKEN, f"XML entities: {message}") from None
        if "depth" in message.casefold():
            raise ItemError(Code.TOO_DEEP, f"XML: {message}") from None
        root = _mended(cleaned, message)
        warnings += ("xml_repaired",)
    # As many signs as levels must open elements, and most items have fewer in all.
    if cleaned.count("<") > nesting and deeper(root, nesting):
        raise ItemError(Code.TOO_DEEP, f"XML nests over {nesting} deep")
    xml_repair.drop_entities(root)
    return root, warnings


def _tree(text: str) -> etree._Element:
    return etree.fromstring(text.encode(), _parser())


def _mended(text: str, message: str) -> etree._Element:
    """The tree of a text whose only faults are references, or prefixes without a namespace."""
    parser = _parser(recover=True)
    try:
        root = etree.fromstring(xml_repair.references(text).encode(), parser)
    except (etree.XMLSyntaxError, ValueError):
        root = None
    # Recovery would mend much more, and cut items short: only what costs no text is let through.
    if root is None or any(error.domain != etree.ErrorDomains.NAMESPACE for error in parser.error_log):
        raise ItemError(Code.XML_BROKEN, f"not well-formed XML: {message}")
    return root


def deeper(root: etree._Element, nesting: int) -> bool:
    """Whether elements nest deeper than so many levels."""
    return bool(_chain(nesting)(root))


@functools.cache
def _chain(nesting: int) -> etree.XPath:
    # A chain of child steps ends with the deepest level, in C: 6 us an item, 20 times iterwalk's speed.
    return etree.XPath("boolean(" + "/*" * (nesting + 1) + ")")


def local(element: etree._Element) -> str:
    """Name of an element without its namespace; empty for comments and entities."""
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def namespace(element: etree._Element) -> str:
    """Namespace URI of an element, empty for none."""
    tag = element.tag
    return tag[1:].partition("}")[0] if isinstance(tag, str) and tag.startswith("{") else ""


def children(element: etree._Element | None, *names: str) -> Iterator[etree._Element]:
    """Children with one of these local names (all of them without names), in document order."""
    for child in () if element is None else element:
        if isinstance(child.tag, str) and (not names or local(child) in names):
            yield child


def child(element: etree._Element | None, *path: str) -> etree._Element | None:
    """The first descendant along a path of local names, None where a step is missing."""
    for name in path:
        if element is None:
            return None
        element = next(children(element, name), None)
    return element


def descendants(element: etree._Element, *names: str) -> Iterator[etree._Element]:
    """The element and all below it with one of these local names, in document order."""
    for node in element.iter():
        if isinstance(node.tag, str) and local(node) in names:
            yield node


def grouped(element: etree._Element | None) -> dict[str, list[etree._Element]]:
    """Children by local name, each in document order: one walk where many names are asked for."""
    groups: dict[str, list[etree._Element]] = {}
    for node in () if element is None else element:
        tag = node.tag
        groups.setdefault(tag[tag.rfind("}") + 1 :], []).append(node)
    return groups


def string(element: etree._Element) -> str:
    """All text of an element, as it stands."""
    if not len(element):
        return element.text or ""
    return "".join(map(str, element.itertext()))


def text(element: etree._Element | None) -> str | None:
    """All text of an element on one line, references left over resolved; None where there is none."""
    if element is None:
        return None
    return " ".join(xml_repair.unescaped(string(element)).split()) or None


def attribute(element: etree._Element | None, *names: str) -> str | None:
    """The first of these attributes that says something, white space folded; names without namespace."""
    if element is None:
        return None
    for name in names:
        if (value := element.get(name)) and (folded := " ".join(value.split())):
            return folded
    return None


LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"
"""Qualified name of `xml:lang`."""


def number(value: str | None, digits: int = 9) -> int | None:
    """A whole number of no more than so many digits, None where the value is anything else."""
    value = (value or "").strip()
    return int(value) if value.isascii() and value.isdigit() and len(value) <= digits else None


def urgency(value: str | None) -> int | None:
    """An urgency or priority of 1 to 9, None where the value is anything else."""
    return number(value, 1) or None


def in_language(elements: Iterable[etree._Element], language: str | None) -> list[etree._Element]:
    """The elements of one language, of several that say the same in different ones.

    Returns:
        Those in `language` (`en` fits `en-GB`), else those that name none, else those of the first
        element's language; all of them where none names a language.
    """
    held = list(elements)
    if len(held) < 2:
        return held
    wanted = _primary(language)
    tags = [_primary(element.get(LANGUAGE)) for element in held]
    for choice in (wanted, "", tags[0]):
        if chosen := [element for element, tag in zip(held, tags, strict=True) if tag == choice]:
            return chosen
    return held


def _primary(tag: str | None) -> str:
    return (tag or "").replace("_", "-").partition("-")[0].strip().lower()


def outermost(root: etree._Element, names: Collection[str]) -> list[etree._Element]:
    """The elements with one of these local names that stand inside no other of them, in document order."""
    found: list[etree._Element] = []
    waiting = [root]
    while waiting:
        element = waiting.pop()
        if local(element) in names:
            found.append(element)
        else:
            waiting += reversed(element)
    return found
