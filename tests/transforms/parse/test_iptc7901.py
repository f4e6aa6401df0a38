"""IPTC 7901: framings, header, headline block, notepad, trailer, files of many transmissions."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.errors import Code, ItemError, Reject
from schemas.item import ParsedItem, Subject
from schemas.raw import RawItem
from transforms.parse import iptc7901
from transforms.parse.document import Document

TEXT = (
    "(Eil)\nNeue Fähre verbindet zwei Häfen =\n\n"
    "Rostock (dpa) - Eine neue Fähre verbindet seit Dienstag zwei Häfen an\nder Ostsee.\n\n"
    "Sie fährt zweimal am Tag.\n\n"
)


def document(source: str) -> Document:
    return Document(RawItem("memory:1", source.encode()))


def read(source: str) -> ParsedItem:
    (item,) = iptc7901.parse(document(source))
    assert isinstance(item, ParsedItem)
    return item


@pytest.mark.parametrize(
    "frame",
    [
        "\x16\x16\x01bdt0123 3 pl 41  dpa 0456\r\n\r\nFähre/Ostsee/\r\n"
        "\x02{}\x03241037 Nov 26\r\n\x7f\r\n\x7f\x04\r\n",
        "\x7f\x7f\x7fbdt0123 3 pl 41  dpa 0456\nFähre/Ostsee/\n\x02{}\x03\n241037 Nov 26\n\x7f\x7f\x04",
        "bdt0123 3 pl 41  dpa 0456\n\nFähre/Ostsee/\n{}\n241037 Nov 26\n\n",
        "\n\nbdt0123 3 pl 41  dpa 0456\nFähre/Ostsee/\n\n{}241037 Nov 26\n",
    ],
)
def test_every_framing(frame: str) -> None:
    source = frame.replace("{}", TEXT)
    assert iptc7901.recognise(document(source))
    item = read(source)
    assert item.service_number == "bdt0123"
    assert (item.priority, item.urgency, item.word_count) == ("3", 3, 41)
    assert item.subjects == (Subject("iptc7901", "pl", None),)
    assert item.provider_names == ("dpa",)
    assert item.slugline == "Fähre/Ostsee"
    assert item.keywords == ("Fähre", "Ostsee")
    assert item.signals == ("Eil",)
    assert item.headline == "Neue Fähre verbindet zwei Häfen"
    assert item.paragraphs == (
        "Rostock (dpa) - Eine neue Fähre verbindet seit Dienstag zwei Häfen an der Ostsee.",
        "Sie fährt zweimal am Tag.",
    )
    assert item.version_created == "2026-11-24T10:37"


def test_options_of_the_header_give_provider_and_identifier() -> None:
    item = read(
        "\x01bkn014 4 pl 171 vvvvb KNA 261124-89-00065#2\nBundestag/Kinder\n"
        "\x02Titel=\nBerlin (KNA) Text.\n\x03"
    )
    assert item.service_number == "bkn014"
    assert "KNA" in item.provider_names
    assert item.alternate_ids == ("261124-89-00065#2",)
    assert item.headline == "Titel"
    assert item.paragraphs == ("Berlin (KNA) Text.",)


def test_headline_block_with_mark_and_byline() -> None:
    item = read(
        "\x01eca0007 4 s 850  dpa-tns 0908\n\nFerry/Race/\n"
        "\x02EXTRA\nFerries race between two ports of the Baltic, and the crowd cheers\n"
        "By Jane Roe, The Example Tribune =\n\nRostock (dpa) - They did.\n\x03240859 GMT Nov 26\n\x04"
    )
    assert item.signals == ("EXTRA",)
    assert item.headline == "Ferries race between two ports of the Baltic, and the crowd cheers"
    assert item.byline == "By Jane Roe, The Example Tribune"
    assert item.paragraphs == ("Rostock (dpa) - They did.",)
    assert item.version_created == "2026-11-24T08:59Z"


def test_the_notepad_is_for_editors_and_the_sign_off_stays() -> None:
    item = read(
        "\x01bdt0123 4 pl 41  dpa 0456\n\nFähre/\n\x02Neue Fähre =\n\nRostock (dpa) - Sie fährt.\n\n"
        "# Notizblock\n\n## Redaktionelle Hinweise\n- Bilder mit diesem Titel gibt es im\n  Angebot\n"
        "- Eilmeldung\n\n"
        "* * * *\nDie folgenden Angaben sind nicht zu drucken\n\n- Redaktion: Eva Muster\n\n"
        "dpa abc yyzz n1 sku\n\x03"
    )
    assert item.paragraphs == ("Rostock (dpa) - Sie fährt.", "dpa abc yyzz n1 sku")
    assert "- Bilder mit diesem Titel gibt es im Angebot" in item.ed_notes
    assert "- Redaktion: Eva Muster" in item.ed_notes


def test_text_without_the_sign_that_ends_a_headline() -> None:
    item = read(
        "\x01ats0123 4 POL 41\nFerry\n"
        "\x02Une ligne de ferry relie deux ports\n\nBerne (ATS) - Elle part.\n\x03"
    )
    assert item.headline == "Une ligne de ferry relie deux ports"
    assert item.paragraphs == ("Berne (ATS) - Elle part.",)


def test_many_transmissions_and_one_broken_between_them() -> None:
    one = "\x01bdt0123 3 pl 41  dpa 0456\nFähre/\n\x02{}\x03241037 Nov 26\n\x04\n\x7f\n".replace("{}", TEXT)
    results = list(iptc7901.parse(document(one + "\x01no header\n\x02text\x03\x04\n" + one)))
    assert [type(result) for result in results] == [ParsedItem, Reject, ParsedItem]
    assert [result.source for result in results] == ["memory:1#1", "memory:1#2", "memory:1#3"]
    broken = results[1]
    assert isinstance(broken, Reject)
    assert broken.code == Code.STRUCTURE_BROKEN
    assert b"no header" in broken.raw


@pytest.mark.parametrize(
    ("line", "time"),
    [
        ("212101 GMT Nov 18", "2018-11-21T21:01Z"),
        ("010005 MESZ Mai 99", "1999-05-01T00:05+02:00"),
        ("241037 Juil 2026", "2026-07-24T10:37"),
        ("241037 Dez. 26", "2026-12-24T10:37"),
    ],
)
def test_trailers(line: str, time: str) -> None:
    assert iptc7901.trailer(line) == time


@pytest.mark.parametrize(
    "line", ["992101 GMT Nov 18", "212199 Nov 18", "212101 GMT Xyz 18", "In 2018 it rained", ""]
)
def test_no_trailers(line: str) -> None:
    assert iptc7901.trailer(line) is None


@pytest.mark.parametrize(
    "source", ["abc 4 pl 41\nText\n", "f0050reute\nr c BC-x   11-24 0031\nText\n", "Text\n" * 9]
)
def test_others_are_not_recognised(source: str) -> None:
    assert iptc7901.recognise(document(source)) is None


def test_header_without_text_is_no_content() -> None:
    with pytest.raises(ItemError) as caught:
        read("\x01bdt0123 3 pl 41  dpa 0456\n\n\x02 =\n\x03")
    assert caught.value.code is Code.NO_CONTENT


@settings(max_examples=150, deadline=None)
@given(
    st.from_regex(r"[a-z]{3}[0-9]{4}", fullmatch=True),
    st.integers(1, 9),
    st.sampled_from(["pl", "wi", "s", "rs", "ku", "POL"]),
    st.integers(0, 9999),
    st.lists(st.text(alphabet="abcäÖ-", min_size=1, max_size=9), min_size=1, max_size=4),
)
def test_what_a_header_says_comes_back(
    number: str, priority: int, category: str, words: int, keywords: list[str]
) -> None:
    item = read(
        f"\x01{number} {priority} {category} {words}  dpa 0456\n\n{'/'.join(keywords)}/\n\x02{TEXT}\x03"
    )
    assert (item.service_number, item.urgency, item.word_count) == (
        number,
        priority,
        words or None,
    ) or words == 0
    assert list(item.keywords) == list(dict.fromkeys(keywords))
