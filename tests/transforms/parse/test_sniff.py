"""The sniffer over all formats: each gets its own, none gets another's; what is none is told."""

from __future__ import annotations

import csv
import pickle
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.errors import Code, ItemError
from schemas.raw import RawItem
from transforms.parse import transform
from transforms.parse.document import Document
from transforms.parse.registry import describe, formats, sniff

STORY = "Ferry line opens\n\nLONDON (XY) - A ferry line opened between two ports.\n\nIt is the third.\n"


def named(data: bytes, hint: str | None = None) -> str:
    return sniff(Document(RawItem("memory:1", data, format_hint=hint)), formats())[0].name


WIRES = {
    "text": STORY,
    "anpa-1312": f"f0050reute\nr c BC-ferry   11-24 0031\n\x02{STORY}\x03",
    "iptc-7901": f"\x01bdt0123 3 pl 41  dpa 0456\n\nFerry/\n\x02Ferry line =\n{STORY}\x03241037 Nov 26\n\x04",
    "zczc": f"ZCZC AAP\n%A\n#Ferry\n$Ferry line\n{STORY}NNNN\n",
    "email": f"From: a@example.org\nTo: b@example.com\nDate: x\nSubject: Ferry\n\n{STORY}",
}


@pytest.mark.parametrize(
    ("data", "name"),
    [
        *((data, name) for name, data in WIRES.items()),
        ("<nitf><head/><body><body.content><p>Ferry line opens.</p></body.content></body></nitf>", "nitf"),
        ('<newsItem xmlns="http://iptc.org/std/nar/2006-10-01/" guid="a"/>', "newsml-g2"),
        ('{"uri": "a", "type": "text", "headline": "Ferry line opens"}', "ninjs"),
    ],
)
def test_each_format(data: str, name: str) -> None:
    assert named(data.encode()) == name
    assert named(b"\xef\xbb\xbf" + data.encode()) == name


def test_names_and_titles_are_distinct() -> None:
    names = [known.name for known in formats()]
    assert len(set(names)) == len(names)
    assert names[-1] == "text"
    assert all(known.title for known in formats())


def test_a_format_given_wins_and_an_unknown_one_is_told() -> None:
    assert named(STORY.encode(), "iptc-7901") == "iptc-7901"
    with pytest.raises(ItemError) as caught:
        named(STORY.encode(), "telex")
    assert caught.value.code is Code.FORMAT_UNKNOWN
    assert "telex" in caught.value.message


@pytest.mark.parametrize("data", [b"", b" \r\n\t\x00"])
def test_nothing_is_empty(data: bytes) -> None:
    with pytest.raises(ItemError) as caught:
        named(data)
    assert caught.value.code is Code.EMPTY


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"<menu xmlns='urn:x'><dish/></menu>", "root <menu> in namespace urn:x"),
        (b"<menu><dish/></menu>", "root <menu>"),
        (b'{"dish": 1, "price": 2}', "keys dish, price"),
        (b"[1, 2]", "JSON list"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "binary, first bytes 89 50 4e 47"),
        (b"12 34 56\n", "text in no known form"),
    ],
)
def test_what_is_no_news_is_described(data: bytes, said: str) -> None:
    with pytest.raises(ItemError) as caught:
        named(data)
    assert caught.value.code is Code.FORMAT_UNKNOWN
    assert said in caught.value.message
    assert said in describe(Document(RawItem("memory:1", data)))


_DAMAGE = st.lists(
    st.tuples(
        st.sampled_from(["flip", "cut", "double", "insert"]), st.integers(0, 400), st.binary(max_size=6)
    ),
    max_size=6,
)


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(sorted(WIRES)), _DAMAGE)
def test_damaged_items_are_items_or_rejects(name: str, damage: list[tuple[str, int, bytes]]) -> None:
    data = WIRES[name].encode()
    for kind, position, piece in damage:
        start = position % (len(data) + 1)
        end = start + 40
        if kind == "flip" and start < len(data):
            data = data[:start] + bytes([data[start] ^ (1 << position % 8)]) + data[start + 1 :]
        elif kind == "cut":
            data = data[:start] + data[end:]
        elif kind == "double":
            data = data[:end] + data[start:]
        elif kind == "insert":
            data = data[:start] + piece + data[start:]
    known = {candidate.name: candidate for candidate in formats()}
    for parse in (known[name].parse, lambda document: sniff(document, formats())[0].parse(document)):
        try:
            results = list(parse(Document(RawItem("memory:1", data))))
        except ItemError:
            continue
        assert results
        assert len({result.source for result in results}) == len(results)


@pytest.mark.shared
def test_real_files_get_their_own_format(shared: Path) -> None:
    """No real file of another format is taken for one of the wire's own, nor the other way round."""
    wires = {"ANPA": "anpa-1312", "IPTC": "iptc-7901", "ZCZC": "zczc", "RFC8": "email"}
    fixtures = shared / "fixtures"
    wrong = []
    with (fixtures / "index.tsv").open() as index:
        for row in csv.DictReader(index, delimiter="\t"):
            path = fixtures / "raw" / row["repo"].replace("/", "+") / row["path"]
            try:
                name = named(path.read_bytes())
            except ItemError:
                name = "none"
            expected = wires.get(row["format"][:4])
            if name != expected if expected else name in wires.values():
                wrong.append((row["path"], row["format"], name))
            if name == "text" and row["format"] != "text/other":
                wrong.append((row["path"], row["format"], name))
    assert not wrong


def test_a_failure_names_the_format_that_was_tried() -> None:
    with pytest.raises(ItemError) as caught:
        list(transform.parse(RawItem("mem:1", b"<NewsML><NewsEnvelope/></NewsML>")))
    assert caught.value.source_format == "newsml-1"
    assert pickle.loads(pickle.dumps(caught.value)).source_format == "newsml-1"
