"""ZCZC ... NNNN: tagged and routing lines, line ends, several messages."""

from __future__ import annotations

import pytest

from schemas.errors import Code, ItemError
from schemas.item import ParsedItem, Subject
from schemas.raw import RawItem
from transforms.parse import zczc
from transforms.parse.document import Document


def read(source: str) -> ParsedItem:
    (item,) = zczc.parse(Document(RawItem("memory:1", source.encode())))
    assert isinstance(item, ParsedItem)
    return item


def test_tagged_lines() -> None:
    item = read(
        "ZCZC AAP\r\n%A B\r\n#Legal: Ferry_BC6\r\n$Ferry captain free to sail \n\r\n"
        ":(MELBOURNE)\r\n&AAPIS\\Roe\r\n"
        "*02000000\r\n@Vic\r\nA ferry captain may sail again, a court has found.\n\n"
        "   He had been barred in 2019.\n\n   \r\n\r\nAAP RTV\r\nNNNN\n"
    )
    assert item.provider_names == ("AAP",)
    assert item.headline == "Ferry captain free to sail"
    assert item.slugline == "Legal: Ferry_BC6"
    assert item.located == "Vic"
    assert item.keywords == ("MELBOURNE",)
    assert Subject("subj", "02000000", None) in item.subjects
    assert {subject.code for subject in item.subjects if subject.scheme == "zczc"} == {"A", "B"}
    assert item.paragraphs == (
        "A ferry captain may sail again, a court has found.",
        "He had been barred in 2019.",
        "AAP RTV",
    )


def test_level_and_client_instead_of_headline_and_take() -> None:
    item = read(
        "   ZCZC AAP\n%MFI MGD\n$J\n:\n:Ferry Lines Ltd\n*X\nMedia release: Ferry traffic rises\n\n"
        "Tue 24 November 2026\n\nTraffic rose.\n\nNNNN\n"
    )
    assert item.priority == "J"
    assert item.headline == "Media release: Ferry traffic rises"
    assert item.keywords == ("Ferry Lines Ltd",)


def test_carriage_returns_alone_and_no_end() -> None:
    item = read(
        "\rZCZC\r#Ferry Betting\r:24/11/2026\r"
        "   MELBOURNE, Nov 24 AAP - Prices:\r\rRace One\r2.90 Alpha\r4.20 Beta\r"
    )
    assert item.headline == "Ferry Betting"
    assert item.origins["headline"] == "line #, for want of a headline"
    assert item.paragraphs == ("MELBOURNE, Nov 24 AAP - Prices:", "Race One", "2.90 Alpha", "4.20 Beta")


def test_routing_lines_and_a_labelled_headline() -> None:
    item = read("ZCZC FMG000\nYY TDR\nRACING : Ferry Park FIELDS Thursday\nWeather: Fine\n\nNNNN\n")
    assert item.service_number == "FMG000"
    assert item.headline == "Ferry Park FIELDS Thursday"
    assert Subject("section", None, "RACING") in item.subjects
    assert item.paragraphs == ("Weather: Fine",)


def test_agency_with_routing_lines_before_a_headline_in_capitals() -> None:
    item = read(
        "ZCZC2345/SXA\nXIC24567_SXA_QBXB\nR CRO S0A QBXB\nTRAGHETTO: APERTA LINEA TRA DUE PORTI\n"
        "(ANSA) - ROMA, 24 NOV - Una linea di traghetti collega da oggi due\nporti. (ANSA).\n\nABC\nNNNN\n"
    )
    assert item.headline == "TRAGHETTO: APERTA LINEA TRA DUE PORTI"
    assert item.paragraphs[0].startswith("(ANSA) - ROMA, 24 NOV - Una linea di traghetti collega da oggi")


def test_several_messages() -> None:
    one = "ZCZC AAP\n#Slug\n$A headline for it\nText of it.\nNNNN\n"
    results = list(zczc.parse(Document(RawItem("memory:1", (one + "\n" + one).encode()))))
    assert [result.source for result in results] == ["memory:1#1", "memory:1#2"]


def test_only_a_head() -> None:
    with pytest.raises(ItemError) as caught:
        read("ZCZC AAP\n%A\nNNNN\n")
    assert caught.value.code is Code.NO_CONTENT


@pytest.mark.parametrize(
    ("source", "known"), [("\r\n ZCZC AAP\n", True), ("ZCZCA\n", False), ("Text on ZCZC\n", False)]
)
def test_recognise(source: str, known: bool) -> None:
    assert bool(zczc.recognise(Document(RawItem("memory:1", source.encode())))) is known


def test_initials_and_time_of_filing_at_the_end() -> None:
    item = read(
        "ZCZC0123/SXA\nR EST S0A QBXB\nIl porto apre\n(ANSA) - ROMA, 1 LUG - Un porto ha aperto al nord.\n"
        "VR-BAR\n01-LUG-24 10:37\nNNNN\n"
    )
    assert (item.version_created, item.sign_off) == ("2024-07-01T10:37", "VR-BAR")
    assert item.paragraphs == ("(ANSA) - ROMA, 1 LUG - Un porto ha aperto al nord.",)
