"""ANPA 1312: framing, header, trailer, AP's typesetter marks."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.errors import Code, ItemError
from schemas.item import ParsedItem, Subject
from schemas.raw import RawItem
from transforms.parse import anpa
from transforms.parse.document import Document

BODY = (
    "Ferry line opens between two ports\n"
    "    By Jane Roe\n"
    "    ROSTOCK, Nov 24 - A ferry line opened between two ports on\nTuesday.\n"
    "    It is the third.\n"
)


def document(source: str) -> Document:
    return Document(RawItem("memory:1", source.encode("latin-1")))


def read(source: str) -> ParsedItem:
    (item,) = anpa.parse(document(source))
    assert isinstance(item, ParsedItem)
    return item


@pytest.mark.parametrize(
    "frame",
    [
        "\x16\x16\x01f0050reute\x1fabcde\r\nr c\x14\x12 BC-ferry-line   11-24 0031\r\n\x02{}\x03\x04",
        "f0050reute\nr c BC-ferry-line   11-24 0031\n\x02{}\x03\x04",
        "f0050reute\nr c BC-ferry-line   11-24 0031\n{}",
        "C G\nf0050reute\nr c BC-ferry-line   11-24 0031\n{}",
        "f0050reute\r\nr c BC-ferry-line   11-24\r\n{}\r\n",
    ],
)
def test_framing_complete_partial_or_absent(frame: str) -> None:
    source = frame.replace("{}", BODY)
    assert anpa.recognise(document(source))
    item = read(source)
    assert item.service_number == "f0050"
    assert item.provider_names == ("reute",)
    assert (item.priority, item.slugline, item.sent) == ("r", "BC-ferry-line", "--11-24")
    assert Subject("anpa", "c", None) in item.subjects
    assert item.headline == "Ferry line opens between two ports"
    assert item.byline == "By Jane Roe"
    assert item.paragraphs == (
        "ROSTOCK, Nov 24 - A ferry line opened between two ports on Tuesday.",
        "It is the third.",
    )
    assert item.word_count is None
    assert item.version_created is None


def test_marked_text_of_ap() -> None:
    item = read(
        "\x16\x16\x01z6715\x1f-----\r\nr s\x13\x11 BC-FER--Line-Opens 1stLd-Writethru   02-20 0500\r\n"
        "\x02^BC-FER--Line-Opens, 1st Ld-Writethru,416<\r\n^Ferry line opens, $3 a trip<\r\n"
        "^AP Photo XX105<\r\n^Eds: Updates.<\r\n^A ferry line opened between two ports on Friday night.<\r\n"
        "^By JANE ROE=\r\n^AP Maritime Writer=\r\n"
        "\t   PORTLAND, Maine (AP) _ A ferry line opened.\r\n^SCHEDULE=\r\n"
        "\x08Mon\x1e \x1e 7:00\r\n\x08Tue\x1e \x1e 8:00\r\n"
        "\t   ___=\r\n\t   The fare is low.\r\n\r\n\t   \x03AP-WF-02-20-16 0337GMT<\r\n\r\n\x0c\r\n\x04"
    )
    assert item.headline == "Ferry line opens, $3 a trip"
    assert item.summary == "A ferry line opened between two ports on Friday night."
    assert item.byline == "By JANE ROE, AP Maritime Writer"
    assert item.ed_notes == ("AP Photo XX105", "Eds: Updates.")
    assert item.signals == ("1st Ld-Writethru",)
    assert item.word_count == 416
    assert item.version_created == "2016-02-20T03:37Z"
    assert "AP" in item.provider_names
    assert item.paragraphs == (
        "PORTLAND, Maine (AP) _ A ferry line opened.",
        "SCHEDULE",
        "Mon 7:00",
        "Tue 8:00",
        "The fare is low.",
    )


def test_day_before_month_is_seen_by_the_dateline() -> None:
    item = read(
        "\x01a0105XYZ\x1fko-\r\nu s\x14\x12 BC-Ferry-Race   09-12 0344\r\n\x02BC-Ferry-Race\r\n"
        "Race: Alpha wins+\r\n     SAITAMA, Japan, Dec. 9 - Alpha won the \r\nrace.\r\n"
        "\x03KWS-21:37-09-12-18\x04\r\n"
    )
    assert item.sent == "--12-09"
    assert item.version_created == "2018-12-09T21:37"
    assert item.headline == "Race: Alpha wins"
    assert item.paragraphs == ("SAITAMA, Japan, Dec. 9 - Alpha won the race.",)


@pytest.mark.parametrize(
    ("numbers", "text", "expected"),
    [
        ((2, 26), "", (2, 26)),
        ((26, 2), "", (2, 26)),
        ((3, 4), "ROME, March 4 - x", (3, 4)),
        ((3, 4), "ROME, April 3 - x", (4, 3)),
        ((13, 13), "", None),
        ((0, 0), "", None),
    ],
)
def test_month_and_day(numbers: tuple[int, int], text: str, expected: tuple[int, int] | None) -> None:
    assert anpa.month_day(numbers, text) == expected


@pytest.mark.parametrize(
    ("line", "time"),
    [
        ("AP-WF-11-13-13 0713GMT<", "2013-11-13T07:13Z"),
        ("AP-NY-03-14-98 1709EST", "1998-03-14T17:09-05:00"),
        ("KWS-21:37-09-12-18", "2018-09-12T21:37"),
    ],
)
def test_trailers(line: str, time: str) -> None:
    found = anpa.trailer(line)
    assert found is not None
    assert found.time(*found.numbers) == time


@pytest.mark.parametrize("line", ["AP-WF-11-13-13 2560GMT<", "It closed at 21:37.", ""])
def test_no_trailers(line: str) -> None:
    assert anpa.trailer(line) is None


def test_prose_is_no_header() -> None:
    assert anpa.header("a b c on 11-24\nFerry line opens\n") is None
    assert (
        anpa.recognise(document("Ferry line opens\n    i a BC-x 11-24 is no header here, it is prose\n"))
        is None
    )


def test_header_without_text() -> None:
    with pytest.raises(ItemError) as caught:
        read("f0050reute\nr c BC-ferry-line   11-24 0031\n\x02\n\x03\x04")
    assert caught.value.code is Code.NO_CONTENT


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from("bdfhrsu"),
    st.sampled_from("abcdefisz"),
    st.text(alphabet="ABCdef123-/&.", min_size=1, max_size=20),
    st.tuples(st.integers(1, 12), st.integers(13, 28)),
)
def test_what_a_header_says_comes_back(priority: str, category: str, slug: str, day: tuple[int, int]) -> None:
    line = f"x0001\n{priority} {category} BC-{slug}   {day[0]:02d}-{day[1]:02d} 0100\n"
    item = read(line + BODY)
    assert (item.priority, item.slugline) == (priority, f"BC-{slug}")
    assert item.sent == f"--{day[0]:02d}-{day[1]:02d}"
    assert Subject("anpa", category, None) in item.subjects
