"""Real files made wrong, deterministically: what lines, disks, encoders and enemies do to them."""

from __future__ import annotations

import contextlib
import copy
import json
import random
from collections.abc import Callable
from typing import Any

from lxml import etree

from tests.fuzz.pieces import ENCODINGS, HOSTILE, LONG, NESTED, VALUES

LIMIT = 256 << 10
"""Bytes that a mutated file has at the most: the promises on time and memory are for items of that size."""

Mutation = Callable[[bytes, random.Random], bytes]


def _place(data: bytes, rng: random.Random) -> tuple[int, int]:
    """A chunk: half of them short."""
    start = rng.randrange(len(data) + 1)
    size = int(len(data) * rng.random() ** 3) + 1
    return start, min(len(data), start + size)


def flip(data: bytes, rng: random.Random) -> bytes:
    """Single bits are wrong."""
    changed = bytearray(data)
    for _ in range(min(len(data), 1 << rng.randrange(7))):
        changed[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
    return bytes(changed)


def cut(data: bytes, rng: random.Random) -> bytes:
    """The end, the beginning or a piece between is missing."""
    start, end = _place(data, rng)
    return rng.choice((data[:start], data[start:], data[:start] + data[end:]))


def double(data: bytes, rng: random.Random) -> bytes:
    """A chunk comes twice, or the whole does."""
    start, end = _place(data, rng)
    return data + data if rng.random() < 0.1 else data[:end] + data[start:end] + data[end:]


def swap(data: bytes, rng: random.Random) -> bytes:
    """Two chunks have changed places."""
    first, second, third, fourth = sorted(rng.randrange(len(data) + 1) for _ in range(4))
    return data[:first] + data[third:fourth] + data[second:third] + data[first:second] + data[fourth:]


def encoding(data: bytes, rng: random.Random) -> bytes:
    """Another encoding than declared, or UTF-8 encoded twice."""
    text = data.decode("utf-8", "replace" if rng.random() < 0.5 else "surrogateescape")
    if rng.random() < 0.2:
        return text.encode("utf-8", "replace").decode("latin-1").encode("utf-8")
    return text.encode(rng.choice(ENCODINGS), "replace" if rng.random() < 0.7 else "ignore")


def declared(data: bytes, rng: random.Random) -> bytes:
    """An encoding is declared that is not the real one, or none."""
    name = rng.choice((*ENCODINGS, "unicode-escape", "rot13", "base64", "x-none", "")).encode()
    found = [known for known in (b"UTF-8", b"utf-8", b"ISO-8859-1", b"iso-8859-1") if known in data[:300]]
    if found:
        return data.replace(found[0], name, 1)
    return b'<?xml version="1.0" encoding="' + name + b'"?>' + data


def nest(data: bytes, rng: random.Random) -> bytes:
    """A thousand levels and more, closed or not."""
    opening, closing = rng.choice(NESTED)
    levels = rng.choice((150, 1000, 5000))
    start, end = _place(data, rng)
    closed = rng.choice((closing * levels, b""))
    return data[:start] + opening * levels + data[start:end] + closed + data[end:]


def hostile(data: bytes, rng: random.Random) -> bytes:
    """Something that readers stumble over stands between."""
    for _ in range(1 << rng.randrange(4)):
        start, end = _place(data, rng)
        data = data[:start] + rng.choice(HOSTILE) + data[start if rng.random() < 0.7 else end :]
    return data


def long(data: bytes, rng: random.Random) -> bytes:
    """The same again and again: what takes time with the square of its length."""
    start, end = _place(data, rng)
    piece = rng.choice(LONG) if rng.random() < 0.7 else data[start : start + rng.choice((8, 40, 200, end))]
    times = rng.choice((1000, 20_000, 60_000)) // max(1, len(piece))
    return data[:start] + piece * times + data[start:]


def structure(data: bytes, rng: random.Random) -> bytes:
    """Well formed, but not what the format asks for: nodes lost, doubled, renamed, of another type."""
    if data.lstrip()[:1] in (b"{", b"["):
        try:
            value = json.loads(data)
        except (ValueError, RecursionError):
            return hostile(data, rng)
        for _ in range(1 << rng.randrange(3)):
            value = _json_node(value, rng)
        return json.dumps(value).encode("utf-8", "surrogatepass")
    root = None
    if data.lstrip()[:1] == b"<":
        with contextlib.suppress(etree.XMLSyntaxError):
            root = etree.fromstring(data, _parser())
    if root is None:
        return _lines(data, rng)
    for _ in range(1 << rng.randrange(4)):
        with contextlib.suppress(ValueError):  # recovery left a name that is none
            _xml_node(root, rng)
    return bytes(etree.tostring(root, encoding="utf-8"))


def _parser() -> etree.XMLParser:
    return etree.XMLParser(recover=True, resolve_entities=False, no_network=True, load_dtd=False)


def _json_node(value: Any, rng: random.Random) -> Any:
    """A value with one node of it changed; longer ways down are as likely as short ones."""
    holders: list[tuple[Any, Any]] = []
    waiting = [value]
    while waiting:
        node = waiting.pop()
        keys = list(node) if isinstance(node, dict) else range(len(node)) if isinstance(node, list) else ()
        holders += [(node, key) for key in keys]
        waiting += [node[key] for key in keys]
    if not holders:
        return copy.deepcopy(rng.choice(VALUES))
    holder, key = rng.choice(holders)
    match rng.randrange(6):
        case 0:
            del holder[key]
        case 1:
            other, other_key = rng.choice(holders)
            if other_key in other if isinstance(other, dict) else other_key < len(other):
                holder[key] = copy.deepcopy(other[other_key])
        case 2:
            holder[key] = [holder[key]]
        case 3:
            holder[key] = str(holder[key])
        case _:
            holder[key] = copy.deepcopy(rng.choice(VALUES))  # later ones may change it
    return value


def _xml_node(root: etree._Element, rng: random.Random) -> None:
    elements = [element for element in root.iter() if isinstance(element.tag, str)]
    element, other = rng.choice(elements), rng.choice(elements)
    parent = element.getparent()
    match rng.randrange(8):
        case 0 if parent is not None:
            parent.remove(element)
        case 1:
            element.tag = other.tag
        case 2:
            for child in list(element):
                element.remove(child)
        case 3 if parent is not None:
            parent.append(copy.deepcopy(element))
        case 4:
            element.append(copy.deepcopy(other))
        case 5:
            for name in element.attrib:
                element.set(name, rng.choice(("", "-1", "9" * 400, "a b", "urn:", "x:y", ":", "{}")))
        case 6:
            for name in list(element.attrib):
                del element.attrib[name]
        case _:
            text = rng.choice(HOSTILE).decode("utf-8", "replace")
            element.text = "".join(letter for letter in text if letter.isprintable()) * rng.choice(
                (1, 1, 500)
            )


def _lines(data: bytes, rng: random.Random) -> bytes:
    """Lines lost, doubled and swapped."""
    rows = data.split(b"\n")
    for _ in range(1 << rng.randrange(3)):
        place, other = rng.randrange(len(rows)), rng.randrange(len(rows))
        match rng.randrange(4):
            case 0 if len(rows) > 1:
                del rows[place]
            case 1:
                rows[place], rows[other] = rows[other], rows[place]
            case 2:
                rows.insert(place, rows[other])
            case _:
                rows[place] = rng.choice(HOSTILE) + rows[place]
    return b"\n".join(rows)


MUTATIONS: tuple[Mutation, ...] = (
    flip,
    cut,
    double,
    swap,
    encoding,
    declared,
    nest,
    hostile,
    long,
    *[structure] * 3,  # the others mostly leave files that end at the first check
)


def mutated(data: bytes, rng: random.Random) -> tuple[bytes, list[str]]:
    """One to three mutations of a file, the result cut to LIMIT, and their names."""
    names = []
    for _ in range(rng.choice((1, 1, 2, 3))):
        if not data:
            break
        mutation = rng.choice(MUTATIONS)
        data = mutation(data, rng)[:LIMIT]
        names.append(mutation.__name__)
    return data, names
