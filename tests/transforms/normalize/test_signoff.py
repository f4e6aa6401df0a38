"""What closes a story."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.processor import within
from transforms.normalize import signoff


@pytest.mark.parametrize(
    ("last", "rest", "sign_off", "agency"),
    [
        ("Reuter", None, "Reuter", "reuters"),
        ("REUTER", None, "REUTER", "reuters"),
        ("Prices rose. Reuter", "Prices rose.", "Reuter", "reuters"),
        ("Record March 31 Reuter", "Record March 31", "Reuter", "reuters"),
        ("5.5 mln vs 6.0 mln REUTER", "5.5 mln vs 6.0 mln", "REUTER", "reuters"),
        ("==Kyodo", None, "==Kyodo", "kyodo"),
        ("(©NTB)", None, "(©NTB)", "ntb"),
        ("-30-", None, "-30-", None),
        ("ends", None, "ends", None),
        ("(END)", None, "(END)", None),
        ("Prices rose. Enditem", "Prices rose.", "Enditem", None),
        ("nn/AP-NY-03-14-98 1234EST", None, "nn/AP-NY-03-14-98 1234EST", "ap"),
        ("(AFP)", None, "(AFP)", "afp"),
        ("The Canadian Press", None, "The Canadian Press", "cp"),
        ("© dpa-infocom, dpa:200101-99-12345/2", None, "© dpa-infocom, dpa:200101-99-12345/2", None),
        ("ines.holt@example.com (END)", None, "ines.holt@example.com (END)", None),
        ("--IANS ab/cd", None, "--IANS ab/cd", None),
        ("PTI AB CDE", None, "PTI AB CDE", None),
        ("hh/ph/ts", None, "hh/ph/ts", None),
        ("(cm-kjd)", None, "(cm-kjd)", None),
        ("(fd)", None, "(fd)", None),
        ("dpa kre/su yysw a3", None, "dpa kre/su yysw a3", "dpa"),
        ("او/كام/ص ك", None, "او/كام/ص ك", None),
        ("((ines.holt@example.com; +44 20 0000))", None, "((ines.holt@example.com; +44 20 0000))", None),
        (
            "Follow Ines Holt on Twitter: example.com/inesholt",
            None,
            "Follow Ines Holt on Twitter: example.com/inesholt",
            None,
        ),
    ],
)
def test_end_marks_and_initials(last: str, rest: str | None, sign_off: str, agency: str | None) -> None:
    found = signoff.split(["First.", last])
    assert list(found.paragraphs) == (["First."] if rest is None else ["First.", rest])
    assert found.text == sign_off
    assert (found.agency.key if found.agency else None) == agency


@pytest.mark.parametrize(
    "last",
    [
        "a banker told Reuters",
        "It ends here",
        "He met the editor of Reuters",
        "The end.",
        "He said (so)",
        "U.S.-U.K.",
        "Ends meet in a long sentence that goes on",
        "AP workers strike over pay at noon today",
    ],
)
def test_sentences_stay(last: str) -> None:
    found = signoff.split(["First.", last])
    assert list(found.paragraphs) == ["First.", last]
    assert found.text is None


def test_several_parts_are_kept_in_order() -> None:
    found = signoff.split(
        ["Story.", "(Reporting by Ines Holt; Editing by Ed Marsh)", "((ines@example.com))", "Reuter"]
    )
    assert list(found.paragraphs) == ["Story."]
    assert found.text == "(Reporting by Ines Holt; Editing by Ed Marsh)\n((ines@example.com))\nReuter"
    assert [(author.name, author.role) for author in found.authors] == [
        ("Ines Holt", "reporter"),
        ("Ed Marsh", "editor"),
    ]


def test_a_closing_correction_note_is_a_note() -> None:
    found = signoff.split(["Story.", "(Corrects year in second paragraph) Reuter"])
    assert (list(found.paragraphs), found.text) == (["Story."], "Reuter")
    assert list(found.notes) == ["(Corrects year in second paragraph)"]


def test_a_story_of_one_paragraph_keeps_it() -> None:
    assert list(signoff.split(["Holt/Marsh reach agreement"]).paragraphs) == ["Holt/Marsh reach agreement"]
    assert signoff.split([]).text is None


def test_initials_given_apart_name_nobody() -> None:
    assert signoff.read("dpa kre/su yysw a3") == []
    assert [author.name for author in signoff.read("(Reporting by Ines Holt)")] == ["Ines Holt"]


PARAGRAPH = st.text(alphabet="abcR eut.r()/-=:;by", min_size=1, max_size=60).map(str.strip).filter(bool)


@given(st.lists(PARAGRAPH, max_size=8))
def test_nothing_is_lost(paragraphs: list[str]) -> None:
    found = signoff.split(paragraphs)
    kept = " ".join((*found.paragraphs, *found.notes, *(found.text or "").split("\n")))
    assert sorted(kept.replace(" ", "")) == sorted("".join(paragraphs).replace(" ", ""))


def test_a_hostile_end_costs_little() -> None:
    with within(1):
        signoff.split(["(Reporting by " + "a, by " * 200_000])
        signoff.split(["Reporting " + "and reporting " * 25])
        signoff.split(["(" * 1400, ("a/" * 200)[:399]])
