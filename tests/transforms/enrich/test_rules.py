"""The rules tagger: what is a name, of what kind, and what is none."""

from __future__ import annotations

import pytest

from tests.processor import within
from transforms.enrich.consistency import consistent
from transforms.enrich.rules import Rules
from transforms.enrich.shapes import prose


@pytest.fixture(scope="module")
def rules() -> Rules:
    return Rules()


def names(rules: Rules, text: str, language: str | None = "en") -> set[tuple[str, str]]:
    text = prose(text)
    return {(span.type, text[span.start : span.end]) for span in rules.tag(text, language)}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("It was Mr. Quibble who paid.", ("PERSON", "Quibble")),
        ("They met Finance Minister Odalys Brenn there.", ("PERSON", "Odalys Brenn")),
        ("They met spokesman Torvik there.", ("PERSON", "Torvik")),
        ("Then Samuel R. Ostrander left.", ("PERSON", "Samuel R. Ostrander")),
        ("The bid by Ivan van der Plaat failed.", ("PERSON", "Ivan van der Plaat")),
        ("Old friends of Martin Quist Jr. came.", ("PERSON", "Martin Quist Jr.")),
        ("A deal with Ford Chairman Dalia Winterbourne is near.", ("PERSON", "Dalia Winterbourne")),
        ("A deal with Ford Chairman Dalia Winterbourne is near.", ("ORG", "Ford")),
        ("The songs of Claire Danes are old.", ("PERSON", "Claire Danes")),
        ("Sold to Harrow Tinplate Corp. on Friday.", ("ORG", "Harrow Tinplate Corp")),
        ("Sold to Able, Baker & Co on Friday.", ("ORG", "Able, Baker & Co")),
        (
            "He left the Ministry of Fisheries and Forests in May.",
            ("ORG", "Ministry of Fisheries and Forests"),
        ),
        ("The 7th Circuit Court of Appeals ruled.", ("ORG", "7th Circuit Court of Appeals")),
        ("Ratings by Moody's Investors Service fell.", ("ORG", "Moody's Investors Service")),
        ("Students at the University of Lower Fenwick marched.", ("ORG", "University of Lower Fenwick")),
        ("Brightsea <BRS> said it was well.", ("ORG", "Brightsea")),
        ("The U.S.-led force left.", ("GPE", "U.S.")),
        ("Sen. Ada Vance, R-Texas, agreed.", ("GPE", "Texas")),
        ("He moved to Oakhill, Calif., at ten.", ("GPE", "Calif.")),
        ("The barge sank in the Quill River at dawn.", ("LOC", "Quill River")),
        ("Fog over Northern Ireland lifted.", ("GPE", "Northern Ireland")),
        ("The parade on Larkspur Avenue ended.", ("FAC", "Larkspur Avenue")),
        ("Firms in Hong Kong and Singapore agreed.", ("GPE", "Singapore")),
        ("Then QuillSoft bought a rival.", ("ORG", "QuillSoft")),
        ("An analyst at Torvane said no.", ("ORG", "Torvane")),
        ("It bought shares of Torvane Brill on Monday.", ("ORG", "Torvane Brill")),
        ("Traders fear that Torvane's shares fell.", ("ORG", "Torvane")),
        ("It is a paper published by Quorrin in May.", ("ORG", "Quorrin")),
        ("The seat went to a carpenter Odalys Brenn knew.", ("PERSON", "Odalys Brenn")),
    ],
)
def test_a_name_is_found(rules: Rules, text: str, expected: tuple[str, str]) -> None:
    assert expected in names(rules, text)


@pytest.mark.parametrize(
    "text",
    [
        "On Monday the Germans left.",
        "Analysts said it. Dealers agreed. However, nobody knew.",
        "Prices rose in January, and the CEO was glad of the GDP figure.",
        'He read "Distant Kettles" aloud.',
        "Net 1,204,000 vs 1,100,300\nRevs 33.1 mln vs 29.0 mln",
        "QUARTERLY NUMBERS FOR HARROW\nnothing else to report here.",
        "Critics liked the Copper Mask best.",
        'She wrote "How the Tinkers Lost Quarrie" in May.',
        "Retail sales rose. Hourly workers left.",
    ],
)
def test_what_is_no_name_is_left(rules: Rules, text: str) -> None:
    assert names(rules, text) == set()


def test_german_nouns_are_no_names(rules: Rules) -> None:
    text = (
        "Die Regierung in Berlin plant eine Steuer. US-Präsident Joe Miller lobte den Plan. "
        "Der Vorsitzende des Vereins, Peter Kleinholz, und die Nordwind AG warten auf das Gesetz."
    )
    assert names(rules, text, "de") == {
        ("GPE", "Berlin"),
        ("GPE", "US"),
        ("PERSON", "Joe Miller"),
        ("PERSON", "Peter Kleinholz"),
        ("ORG", "Nordwind AG"),
    }


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        (
            "fr",
            "La ministre Anne Dupré-Leval a quitté la France.",
            {("PERSON", "Anne Dupré-Leval"), ("GPE", "France")},
        ),
        ("ru", "Президент Иван Кузьмин посетил НАТО.", {("PERSON", "Иван Кузьмин"), ("ORG", "НАТО")}),
        (
            "no",
            "Statsminister Jonas Gahr Vik besøkte Norge.",
            {("PERSON", "Jonas Gahr Vik"), ("GPE", "Norge")},
        ),
    ],
)
def test_other_languages(rules: Rules, language: str, text: str, expected: set[tuple[str, str]]) -> None:
    assert expected <= names(rules, text, language)


def test_a_text_all_in_capitals(rules: Rules) -> None:
    text = "PRESIDENT JOHN MILLBANK OF QUILL STEEL CORP SAID IN LONDON THAT THE IMF WOULD WAIT. WHO KNOWS?"
    found = names(rules, text)
    assert {("PERSON", "JOHN MILLBANK"), ("GPE", "LONDON"), ("ORG", "IMF")} <= found
    assert ("ORG", "QUILL STEEL CORP") in found
    assert "WHO" not in {form for _, form in found}


def test_a_sentence_ends_a_name(rules: Rules) -> None:
    found = names(rules, "It went to Ada Quill. The Company waited. He chose plan B. Then Ada left.")
    assert ("PERSON", "Ada Quill") in found
    assert not any("The" in form for _, form in found)


def test_the_letters_of_a_ticker_are_no_name(rules: Rules) -> None:
    found = names(
        rules, "Harrow Corp (NYSE: HRW; TSX: HRV), Quill Ltd <QLL.L>, Vint $VNT and Bolt (BLT.L) rose."
    )
    assert {form for _, form in found} == {"Harrow Corp", "Quill Ltd", "Vint", "Bolt"}


@pytest.mark.parametrize(
    "hostile",
    [
        "A" * 200_000,
        "A " * 100_000,
        "A. " * 60_000,
        "A-" * 100_000,
        "A, " * 60_000,
        "of A " * 40_000,
        "Ab Cd. " * 30_000,
        "É'" * 90_000,
    ],
)
def test_time_is_linear_in_hostile_text(rules: Rules, hostile: str) -> None:
    with within(5):
        consistent(hostile, rules.tag(hostile, "en"))
