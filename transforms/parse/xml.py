"""XML read safely: no entity is resolved, no DTD loaded, no network reached, nesting bounded."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml import etree

from schemas.errors import Code, ItemError
from transforms.parse import encoding

_DECLARATION = re.compile(r"^\s*<\?xml.*?\?>\s*", re.S)
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


def _parser() -> etree.XMLParser:
    # One a call: a parser keeps state, and libxml2's default limits (huge_tree=False) stop bombs.
    return etree.XMLParser(
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

    Comments and processing instructions are dropped, unresolved entity nodes are taken out (a named
    HTML entity such as `&nbsp;` becomes its character first).

    Args:
        data: the bytes; their real encoding is found by `encoding.decode`, whatever they declare.
        nesting: how deep elements may nest.

    Returns:
        The root, and warning codes.

    Raises:
        ItemError: `xml_broken`, `too_deep` or `encoding_broken`.
    """
    decoded = encoding.decode(data)
    warnings = decoded.warnings
    text = _DECLARATION.sub("", decoded.text.lstrip("\ufeff"), count=1)
    cleaned = _FORBIDDEN.sub("", text)
    if len(cleaned) != len(text):
        warnings += ("control_characters_dropped",)
    try:
        root = etree.fromstring(cleaned.strip().encode("utf-8", "surrogatepass"), _parser())
    except (etree.XMLSyntaxError, ValueError) as error:
        message = str(error)
        code = Code.TOO_DEEP if "depth" in message.casefold() else Code.XML_BROKEN
        raise ItemError(code, f"not well-formed XML: {message}") from None
    if root is None:
        raise ItemError(Code.XML_BROKEN, "no root element")
    if (depth := _depth(root, nesting)) > nesting:
        raise ItemError(Code.TOO_DEEP, f"XML nests over {depth - 1} deep, the limit is {nesting}")
    _drop_entities(root)
    return root, warnings


def _depth(root: etree._Element, limit: int) -> int:
    depth = deepest = 0
    for event, _ in etree.iterwalk(root, events=("start", "end")):
        depth += 1 if event == "start" else -1
        deepest = max(deepest, depth)
        if deepest > limit:
            break
    return deepest


def _drop_entities(root: etree._Element) -> None:
    import html

    for node in list(root.iter(etree.Entity)):
        parent = node.getparent()
        if parent is None:
            continue
        known = html.unescape(node.text or "")
        text = ("" if known.startswith("&") else known) + (node.tail or "")
        before = node.getprevious()
        if before is not None:
            before.tail = (before.tail or "") + text
        else:
            parent.text = (parent.text or "") + text
        node.tail = None
        parent.remove(node)


def local(element: etree._Element) -> str:
    """Name of an element without its namespace; empty for comments and entities."""
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def namespace(element: etree._Element) -> str:
    """Namespace URI of an element, empty for none."""
    tag = element.tag
    return tag[1:].partition("}")[0] if isinstance(tag, str) and tag.startswith("{") else ""


def children(element: etree._Element, *names: str) -> Iterator[etree._Element]:
    """Children with one of these local names (all of them without names), in document order."""
    for child in element:
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


def text(element: etree._Element | None) -> str | None:
    """All text of an element with white space folded, None where there is none."""
    if element is None:
        return None
    return " ".join("".join(element.itertext()).split()) or None
