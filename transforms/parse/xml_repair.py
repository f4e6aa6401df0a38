"""What agencies' XML gets wrong about references, mended: in the text before parsing, in the tree after."""

from __future__ import annotations

import functools
import html
import re

from lxml import etree

FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
"""Characters that XML 1.0 has no place for."""

_REFERENCE = re.compile(r"&(?:#(?:(\d{1,8})|[xX]([\da-fA-F]{1,7}));|([A-Za-z][\w.-]{0,63});)?")
_PAIR = re.compile(
    r"&#(?:(5[56]\d{3})|[xX]([dD][89abAB][\da-fA-F]{2}));"
    r"&#(?:(5[67]\d{3})|[xX]([dD][c-fC-F][\da-fA-F]{2}));"
)
_DECLARATION = re.compile(r"<!ENTITY\s+([A-Za-z][\w.-]*)\s")
_LEFT_OVER = re.compile(r"&(?:amp|quot|apos|nbsp|lt|gt|#\d{2,5}|#[xX][\da-fA-F]{2,5});")
_SECTION = re.compile(r"<!\[CDATA\[.*?(?:\]\]>|$)|<!--.*?(?:-->|$)", re.S)
_OWN_ENTITY = 200  # characters: a longer text of the document's own entities is dropped
_XML_ENTITIES = frozenset({"amp", "lt", "gt", "quot", "apos"})


def references(text: str) -> str:
    """The text with its references put right, CDATA sections and comments left alone.

    Bare ampersands are escaped, HTML's named entities become their characters, UTF-16 pairs of references
    become the character they stand for, references to what XML has no place for are taken out.
    """
    text = _PAIR.sub(_joined, text)
    escaped = functools.partial(_escaped, _XML_ENTITIES.union(_DECLARATION.findall(text)))
    parts, end = [], 0
    for section in _SECTION.finditer(text):
        parts += [_REFERENCE.sub(escaped, text[end : section.start()]), section.group()]
        end = section.end()
    parts.append(_REFERENCE.sub(escaped, text[end:]))
    return "".join(parts)


def _escaped(declared: frozenset[str], match: re.Match[str]) -> str:
    decimal, hexadecimal, name = match.groups()
    if decimal or hexadecimal:
        character = _character(int(decimal) if decimal else int(hexadecimal, 16))
        return match.group() if character and not FORBIDDEN.match(character) else ""
    if name is None:
        return "&amp;"
    if name in declared:
        return match.group()
    resolved = html.unescape(match.group())
    return f"&amp;{name};" if resolved.startswith("&") else resolved


def _character(number: int) -> str:
    return chr(number) if number <= 0x10FFFF else ""


def _joined(match: re.Match[str]) -> str:
    """The character that a UTF-16 pair of references stands for."""
    high, low = (int(d) if d else int(h, 16) for d, h in (match.groups()[:2], match.groups()[2:]))
    if 0xD800 <= high < 0xDC00 <= low < 0xE000:
        return chr(0x10000 + ((high - 0xD800) << 10) + low - 0xDC00)
    return match.group()


def unescaped(text: str) -> str:
    """A text without the references that escaping once too often left in it: `&quot;`, `&#39;`."""
    return _LEFT_OVER.sub(_resolved, text) if "&" in text else text


def _resolved(match: re.Match[str]) -> str:
    return FORBIDDEN.sub("", html.unescape(match.group()))


def drop_entities(root: etree._Element) -> None:
    """Replace the entity nodes of a tree: HTML's by their characters, the document's own short texts by
    those, all others by nothing."""
    nodes = list(root.iter(etree.Entity))
    if not nodes:
        return
    own = _own_entities(root)
    for parent in dict.fromkeys(node.getparent() for node in nodes):
        if parent is None:
            continue
        # Rebuilt at once: text grown node by node would be copied once an entity.
        kept: etree._Element | None = None
        parts = [parent.text or ""]
        for child in list(parent):
            if child.tag is etree.Entity:
                known = html.unescape(child.text or "")
                parts += [own.get(child.text or "", "") if known.startswith("&") else known, child.tail or ""]
                child.tail = None
                parent.remove(child)
                continue
            _set(parent, kept, "".join(parts))
            kept, parts = child, [child.tail or ""]
        _set(parent, kept, "".join(parts))


def _set(parent: etree._Element, before: etree._Element | None, text: str) -> None:
    if before is None:
        parent.text = text
    else:
        before.tail = text


def _own_entities(root: etree._Element) -> dict[str, str]:
    """Short texts that the document's own DTD declares, by reference; none that hold mark-up."""
    dtd = root.getroottree().docinfo.internalDTD
    texts = {}
    for entity in dtd.iterentities() if dtd is not None else ():  # type: ignore[attr-defined]
        content = entity.content
        if content and len(content) <= _OWN_ENTITY and not set(content) & set("&<%"):
            texts[f"&{entity.name};"] = content
    return texts
