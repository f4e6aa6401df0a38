"""Plain wire text: parts, paragraphs, what is refused."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.errors import Code, ItemError
from schemas.item import ParsedItem, Subject
from schemas.raw import RawItem
from transforms.parse import lines, text
from transforms.parse.document import Document


def read(source: str | bytes) -> ParsedItem:
    data = source.encode() if isinstance(source, str) else source
    (item,) = text.parse(Document(RawItem("memory:1", data)))
    assert isinstance(item, ParsedItem)
    return item


def recognised(source: str | bytes) -> str | None:
    data = source.encode() if isinstance(source, str) else source
    return text.recognise(Document(RawItem("memory:1", data)))


def test_indented_paragraphs_byline_and_sign_off() -> None:
    item = read(
        "FERRY LINE <FLN> OPENS BETWEEN TWO PORTS\n"
        "    By Jane Roe, Reuters\n"
        "    ROSTOCK, Nov 24 - A ferry line opened between two ports on\n"
        "Tuesday, its operator said.\n"
        "    It is the third.\n"
        " Reuter\n\x03"
    )
    assert item.headline == "FERRY LINE <FLN> OPENS BETWEEN TWO PORTS"
    assert item.byline == "By Jane Roe, Reuters"
    assert item.paragraphs == (
        "ROSTOCK, Nov 24 - A ferry line opened between two ports on Tuesday, its operator said.",
        "It is the third.",
        "Reuter",
    )
    assert item.origins["byline"] == "text: byline"


def test_section_headline_deck_dateline_and_sub_head() -> None:
    item = read(
        "WORLD\n\nMinisters agree on a ferry line between two ports\n"
        "The line is to open in spring, the ministry said\n\n"
        "MOSCOW, November 24. /TASS/. Ministers have agreed on a ferry line.\n\n"
        "Two trips a week\n\nThe ship is new.\n"
    )
    assert item.subjects == (Subject("section", None, "WORLD"),)
    assert item.headline == "Ministers agree on a ferry line between two ports"
    assert item.summary == "The line is to open in spring, the ministry said"
    assert item.paragraphs[0].startswith("MOSCOW, November 24. /TASS/.")
    assert item.paragraphs[1:] == ("Two trips a week", "The ship is new.")


def test_notes_to_editors_and_a_title_below_the_byline() -> None:
    item = read(
        "UPDATE 2-Ferry operator opens line\n"
        "(Adds details, shares;\nchanges dateline)\n"
        "By JANE ROE\nXY Business Writer\n"
        "LONDON, Nov 24 (XY) - A ferry operator opened a line.\n"
    )
    assert item.ed_notes == ("(Adds details, shares; changes dateline)",)
    assert item.byline == "By JANE ROE, XY Business Writer"
    assert item.paragraphs == ("LONDON, Nov 24 (XY) - A ferry operator opened a line.",)


@pytest.mark.parametrize(
    ("byline", "lead"),
    [
        ("Von Eva Muster, dpa", "Rostock (dpa) - Eine Fähre fährt."),
        ("Par Jean DUPONT", "PARIS, 24 nov 2026 (AFP) - Un ferry relie deux ports."),
        ("Por Ana de la Vega", "Madrid, 24 nov (EFE).- Un ferry une dos puertos."),
        ("Av Kari Nordmann og Ola van der Berg", "Oslo (NTB): En ferge går."),
        ("By A. B. O'Neill Jr. in London", "LONDON _ A ferry line opened."),
    ],
)
def test_bylines_in_several_languages(byline: str, lead: str) -> None:
    item = read(f"A headline above it all\n\n{byline}\n\n{lead}\n\nMore text follows here.\n")
    assert item.headline == "A headline above it all"
    assert item.byline == byline
    assert item.paragraphs == (lead, "More text follows here.")


@pytest.mark.parametrize(
    "headline",
    [
        "TREASURY BALANCES AT FED ROSE ON APRIL 1",
        "VAN DOREN CO <VDO> SETS QUARTERLY",
        "DI FERRIES TO EXPAND",
        "(CORRECTED) - FERRY LINE <FLN> OPENS",
        "Ferry strike to end July 1 - minister",
        "By sea, ferries fight for the Baltic",
    ],
)
def test_headlines_that_look_like_other_parts(headline: str) -> None:
    item = read(
        f"{headline}\n    LONDON, March 3 - A ferry operator said it would\nexpand.\n    It gave no date.\n"
    )
    assert item.headline == headline
    assert item.byline is None
    assert item.summary is None
    assert item.paragraphs == ("LONDON, March 3 - A ferry operator said it would expand.", "It gave no date.")


def test_a_snap_on_two_lines_is_a_headline_alone() -> None:
    item = read("FERRY OPERATOR SAYS IT EXPECTS TO REPORT A PROFIT FOR\nFIRST QUARTER\n    \n\x03")
    assert item.headline == "FERRY OPERATOR SAYS IT EXPECTS TO REPORT A PROFIT FOR FIRST QUARTER"
    assert item.paragraphs == ()


def test_text_without_a_headline_is_kept() -> None:
    item = read("\n    LONDON, Nov 24 - A ferry line\nopened.\n    It is the third.\n")
    assert item.headline is None
    assert item.paragraphs == ("LONDON, Nov 24 - A ferry line opened.", "It is the third.")
    prose = "A ferry line opened on Tuesday between two ports of the Baltic\nand was greeted by a band.\n"
    assert read(prose).headline is None
    assert len(read(prose).paragraphs) == 1


def test_rows_of_a_table_stay_apart() -> None:
    item = read(
        "FERRY RESULTS\n    LONDON, Nov 24 - Operators gave these figures for the\nyear:\n"
        "    Operator     1986     1985\nAlpha Lines      12.1     11.0\nBeta Lines        8.4      9.1\n"
        "    All are in millions.\n"
    )
    assert item.paragraphs == (
        "LONDON, Nov 24 - Operators gave these figures for the year:",
        "Operator 1986 1985",
        "Alpha Lines 12.1 11.0",
        "Beta Lines 8.4 9.1",
        "All are in millions.",
    )


def test_blank_lines_part_paragraphs_and_hard_wraps_are_undone() -> None:
    paragraphs = lines.paragraphs(
        [
            "Operators of the ferry line said on Tuesday that they want medium-",
            "and long-term tests of a ship without a crew, and of a true zero-",
            "emission engine.",
            "",
            "The end.",
        ]
    )
    assert paragraphs == [
        "Operators of the ferry line said on Tuesday that they want medium- and long-term tests of a ship "
        "without a crew, and of a true zero-emission engine.",
        "The end.",
    ]


def test_bullets_hang_and_addresses_keep_their_lines() -> None:
    paragraphs = lines.paragraphs(
        [
            "The operator of the ferry line between the two ports said on Tuesday",
            "that it would hire twenty people, and named these posts among them:",
            "",
            "- a captain who has sailed the route before and knows the",
            "  shallows",
            "- a cook",
            "",
            "Jane Roe",
            "Ferry Lines",
            "1 Quay Road",
            "",
        ]
    )
    assert paragraphs[1:] == [
        "- a captain who has sailed the route before and knows the shallows",
        "- a cook",
        "Jane Roe",
        "Ferry Lines",
        "1 Quay Road",
    ]


def test_a_header_before_the_start_of_text_is_left_out_and_told() -> None:
    item = read("16#838#\n\x02FERRY LINE OPENS\n    LONDON, Nov 24 - It did.\n\x03\x04")
    assert item.headline == "FERRY LINE OPENS"
    assert "header_unread" in item.warnings


def test_typesetter_marks_without_a_header() -> None:
    item = read(
        "^BC-FER--Line Opens, 1st Ld-Writethru,127<\n^Ferry line opens<\n^By JANE ROE=\n"
        "\t   PORTLAND, Maine (AP) _ A ferry line opened.<\n\t   The fare is low.<\n"
    )
    assert (item.slugline, item.headline, item.byline) == (
        "BC-FER--Line Opens",
        "Ferry line opens",
        "By JANE ROE",
    )
    assert item.paragraphs == ("PORTLAND, Maine (AP) _ A ferry line opened.", "The fare is low.")
    unversioned = read("^Ferry line opens<\n^By JANE ROE=\n\t   PORTLAND, Maine (AP) _ It opened.\n")
    assert unversioned.headline == "Ferry line opens"


@pytest.mark.parametrize(
    "data",
    [
        "Ein Schiff fährt über die Ostsee".encode("cp1252"),
        "Паром открыт, сообщили в министерстве".encode(),
        "两港之间开通渡轮航线".encode(),
        "Ferry line opens\n".encode("utf-16"),
        b"SHIP <A> AND <B> MERGE\n    LONDON, Nov 24 - <Alpha Lines> and <Beta> said so.\n",
    ],
)
def test_recognises_text(data: bytes) -> None:
    assert recognised(data)
    assert read(data).headline


@pytest.mark.parametrize(
    "data",
    [
        b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR",
        bytes(range(256)) * 8,
        b"<!DOCTYPE html><html><body><p>Ferry line opens today</p></body></html>",
        b"<p>Ferry</p><p>line</p><div class='x'>opens</div>",
        b'{"headline": "Ferry line opens"}',
        b'[{"a": 1}]',
        b'"Subject","Start","End"\n"Ferry line","3/9/2026",""\n"Port","4/9/2026","x"\n',
        b"name: Jane\nmail: a@example.org\nport: Rome\nday: Monday\n",
        b"0000 1111 2222\n3333",
        b"ship,port,day,time\nAlpha,Rome,Monday,7\nBeta,Bari,Tuesday,8\nGamma,Pisa,Sunday,9\n",
        b"%PDF-1.7 Ferry line opens",
    ],
)
def test_refuses_what_is_no_text(data: bytes) -> None:
    assert recognised(data) is None


def test_nothing_but_control_bytes_is_no_content() -> None:
    with pytest.raises(ItemError) as caught:
        read("\x02 \x03\x04\n")
    assert caught.value.code is Code.NO_CONTENT


@settings(max_examples=150, deadline=None)
@given(st.lists(st.text(alphabet="Aab1 .,-()\t\x02\x03:éЖ字", max_size=60), max_size=30))
def test_no_word_is_lost_and_none_made_up(rows: list[str]) -> None:
    source = "\n".join(rows).replace("\x02", "")
    if not lines.clean(source).strip():
        return
    item = read(source)
    parts = [item.headline, item.summary, item.byline, item.credit_line, *item.ed_notes, *item.paragraphs]
    parts += [subject.name for subject in item.subjects]
    kept = "".join("".join(filter(str.isalnum, part)) for part in parts if part)
    assert all("".join(filter(str.isalnum, row)) in kept for row in lines.clean(source).split("\n"))
    assert len(kept) <= sum(map(str.isalnum, source))


def test_a_snap_of_one_line_is_a_text_without_a_headline() -> None:
    item = read("KIEL (AP) - A ferry opened on Tuesday.")
    assert (item.headline, item.paragraphs) == (None, ("KIEL (AP) - A ferry opened on Tuesday.",))


@given(st.text(st.characters(max_codepoint=0x7F)))
def test_ascii_is_cleaned_as_other_text_is(source: str) -> None:
    cleaned = lines.clean(source)
    assert lines.clean(f"{source}é") == f"{cleaned}é"
    assert not set(cleaned) & set("\r\x0b\x0c\x10\x1e\x1f\x00\x7f")
