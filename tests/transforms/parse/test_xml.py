"""XML read safely: encodings, references, bombs, depth."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from schemas.errors import Code, ItemError
from transforms.parse import xml


def text(data: str | bytes, nesting: int = 200) -> str:
    root, _ = xml.parse(data.encode() if isinstance(data, str) else data, nesting)
    return xml.string(root)


def code(data: str | bytes, nesting: int = 200) -> Code:
    with pytest.raises(ItemError) as caught:
        xml.parse(data.encode() if isinstance(data, str) else data, nesting)
    return caught.value.code


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("<a>x<!-- note -->y<?php z?>w</a>", "xyw"),
        ("<a>AT&T and R&D; &amp; &lt;</a>", "AT&T and R&D; & <"),
        ("<a>caf&eacute;&nbsp;&ndash;</a>", "café\xa0–"),
        ('<!DOCTYPE a SYSTEM "a.dtd"><a>caf&eacute; &house;!</a>', "café !"),
        ('<!DOCTYPE a [<!ENTITY co "Acme">]><a>x<b/>&co;<c/>&co; t</a>', "xAcmeAcme t"),
        ('<!DOCTYPE a [<!ENTITY co "Acme">]><a>&co; &eacute;</a>', "Acme é"),
        ("<a>&#55357;&#56832; &#xD83D;&#xDE00; &#55357;.</a>", "😀 😀 ."),
        ("<a>x&#0;y&#x1F;z&#9;</a>", "xyz\t"),
        ("<a>x\x00y\x1az</a>", "xyz"),
        ("<a><![CDATA[AT&T <b>]]>& more</a>", "AT&T <b>& more"),
        ("  \n\ufeff<?xml version='1.0' encoding='UTF-16'?><a>ä</a>\n\x00", "ä"),
        ('<a><b xsi:type="x">y</b></a>', "y"),
    ],
)
def test_text_is_kept_whatever_the_references(source: str, expected: str) -> None:
    assert text(source) == expected


def test_what_was_mended_is_said() -> None:
    _, warnings = xml.parse(b"<a>AT&T\x01</a>", 200)
    assert set(warnings) == {"control_characters_dropped", "xml_repaired"}
    _, warnings = xml.parse('<?xml version="1.0" encoding="ISO-8859-1"?><a>ä</a>'.encode(), 200)
    assert warnings == ("encoding_repaired",)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "iso-8859-1", "cp1252", "utf-8-sig"])
def test_declared_encodings(encoding: str) -> None:
    name = encoding.removesuffix("-sig")
    data = f'<?xml version="1.0" encoding="{name}"?><a>Zürich €</a>'.replace(
        "€", "" if "8859" in name else "€"
    )
    assert text(data.encode(encoding)).startswith("Zürich")


@pytest.mark.parametrize(
    "source",
    ["<a>x", "<a>x</b>", "<a>x</a><b/>", "a", "<a b=c>x</a>", "<a>x<", "<a><![CDATA[x</a>", "<a><!-- x</a>"],
)
def test_broken_xml_is_refused_rather_than_cut(source: str) -> None:
    assert code(source) is Code.XML_BROKEN


def test_external_entities_are_not_read() -> None:
    for declaration in (
        '<!ENTITY a SYSTEM "file:///etc/hostname">',
        '<!ENTITY a PUBLIC "-//x//y" "http://127.0.0.1:9/x">',
        '<!ENTITY % p SYSTEM "file:///etc/hostname"> %p;',
    ):
        assert text(f"<!DOCTYPE a [{declaration}]><a>x&a;y</a>") in ("xy", "x&a;y")


def test_entity_bombs_stay_small() -> None:
    names = "abcdefghijklm"
    nested = '<!ENTITY a "aaaaaaaaaa">' + "".join(
        f'<!ENTITY {name} "{f"&{before};" * 10}">' for before, name in itertools.pairwise(names)
    )
    wide = f'<!ENTITY m "{"A" * 100_000}">'
    assert code(f"<!DOCTYPE a [{nested}]><a>{'&m;' * 1000}</a>") is Code.XML_BROKEN
    # A long text of the document's own is no word of the story's: dropped, or refused where it multiplies.
    assert text(f"<!DOCTYPE a [{wide}]><a>x&m;y</a>") == "xy"
    with pytest.raises(ItemError):
        xml.parse(f"<!DOCTYPE a [{wide}]><a>{'&m;' * 10_000}</a>".encode(), 200)


@pytest.mark.parametrize("depth", [201, 255, 300, 5000])
def test_nesting_beyond_the_limit(depth: int) -> None:
    assert code("<a>" * depth + "</a>" * depth) is Code.TOO_DEEP


def test_nesting_at_the_limit() -> None:
    assert text("<a>" * 200 + "x" + "</a>" * 200) == "x"
    assert code("<a><b/></a>", nesting=1) is Code.TOO_DEEP


@settings(max_examples=200, deadline=None)
@given(st.text(st.characters(blacklist_categories=["Cs", "Cc"]), max_size=200))
def test_any_text_survives(content: str) -> None:
    element = etree.Element("a")
    element.text = content.replace("\ufffe", "").replace("\uffff", "")
    assert text(etree.tostring(element, encoding="utf-8")) == element.text


@settings(max_examples=300, deadline=None)
@given(st.one_of(st.binary(max_size=300), st.text("<>&;/!ab [CDATA]\"'=#x0", max_size=120)))
def test_nothing_but_item_errors_escapes(source: bytes | str) -> None:
    data = source if isinstance(source, bytes) else f"<a>{source}</a>".encode()
    try:
        root, _ = xml.parse(data, 200)
    except ItemError:
        return
    again, _ = xml.parse(etree.tostring(root), 200)
    assert xml.string(again) == xml.string(root)


def test_walking() -> None:
    root, _ = xml.parse(b'<a xmlns="u"><b>1</b><c k="  v "/><b xml:lang="de-AT">2<d> 3 </d></b></a>', 200)
    assert (xml.local(root), xml.namespace(root)) == ("a", "u")
    assert [xml.text(node) for node in xml.children(root, "b")] == ["1", "2 3"]
    assert xml.text(xml.child(root, "b", "d")) is None
    assert [xml.local(node) for node in xml.descendants(root, "d", "c")] == ["c", "d"]
    assert xml.attribute(xml.child(root, "c"), "x", "k") == "v"
    assert {name: len(nodes) for name, nodes in xml.grouped(root).items()} == {"b": 2, "c": 1}
    assert [xml.local(node) for node in xml.outermost(root, {"b", "d"})] == ["b", "b"]
    chosen = xml.in_language(xml.children(root, "b"), "de")
    assert [xml.text(node) for node in chosen] == ["2 3"]
    assert [xml.text(node) for node in xml.in_language(xml.children(root, "b"), "fr")] == ["1"]


@pytest.mark.parametrize(
    ("value", "expected"),
    [("4", 4), (" 9 ", 9), ("0", None), ("10", None), ("x", None), ("²", None), (None, None)],
)
def test_urgency(value: str | None, expected: int | None) -> None:
    assert xml.urgency(value) == expected
