"""Bylines to people and organisations."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.agency import agencies
from schemas.item import Author
from transforms.normalize import byline, names

DPA = agencies().get("dpa")


def facts(author: Author) -> tuple[str | None, ...]:
    return (author.name, author.organisation, author.jobtitle, author.location)


@pytest.mark.parametrize(
    ("sent", "found"),
    [
        ("By Ines Holt", [("Ines Holt",)]),
        ("by Ines Holt, Reuters", [("Ines Holt", "Reuters")]),
        ("BY INES HOLT, REUTERS", [("Ines Holt", "Reuters")]),
        ("By Ines Holt Reuters", [("Ines Holt", "Reuters")]),
        ("By Ines Holt and Ed Marsh, Reuters", [("Ines Holt", "Reuters"), ("Ed Marsh", "Reuters")]),
        ("By INES HOLT AND ED MARSH", [("Ines Holt",), ("Ed Marsh",)]),
        ("By Ines Holt, Ed Marsh and Una Brook", [("Ines Holt",), ("Ed Marsh",), ("Una Brook",)]),
        ("By INES HOLT AP Business Writer", [("Ines Holt", "AP", "Business Writer")]),
        ("By INES HOLT, AP Sports Writer", [("Ines Holt", "AP", "Sports Writer")]),
        ("By INES HOLT Science Writer", [("Ines Holt", None, "Science Writer")]),
        (
            "Ines Holt, Press Association Political Correspondent",
            [("Ines Holt", "Press Association", "Political Correspondent")],
        ),
        ("By Ines Holt, Staff Reporter", [("Ines Holt", None, "Staff Reporter")]),
        ("By Ines Holt The Harbour Bulletin", [("Ines Holt", "The Harbour Bulletin")]),
        ("By Ines Holt, The Harbour Bulletin", [("Ines Holt", "The Harbour Bulletin")]),
        (
            "By Ines Holt in Rome and Ed Marsh in Oslo",
            [("Ines Holt", None, None, "Rome"), ("Ed Marsh", None, None, "Oslo")],
        ),
        ("By Ines Holt, in Rome", [("Ines Holt", None, None, "Rome")]),
        ("By The Associated Press", [("The Associated Press",)]),
        ("By AP and Reuters", [("AP",), ("Reuters",)]),
        ("Von Ines Holt und Ed Marsh, dpa", [("Ines Holt", "dpa"), ("Ed Marsh", "dpa")]),
        ("Von Ines Holt, dpa, und Ed Marsh, AFP", [("Ines Holt", "dpa"), ("Ed Marsh", "AFP")]),
        ("Von Ines Holt (Text) und Ed Marsh (Fotos)", [("Ines Holt",), ("Ed Marsh",)]),
        ("Von dpa", [("dpa",)]),
        ("Par Inès HOLTEAU", [("Inès Holteau",)]),
        ("Por José Ortega y Gasset", [("José Ortega y Gasset",)]),
        ("Por Ana Ruiz y Juan Paz", [("Ana Ruiz",), ("Juan Paz",)]),
        ("Por Ana Ruiz en Nueva York", [("Ana Ruiz", None, None, "Nueva York")]),
        ("Av Ola Dal og Ida Holm i Oslo, NTB", [("Ola Dal", "NTB"), ("Ida Holm", "NTB", None, "Oslo")]),
        ("Jan de Wit en Piet van Dam", [("Jan de Wit",), ("Piet van Dam",)]),
        ("Anna i Marek Nowak", [("Anna",), ("Marek Nowak",)]),
        ("Maria E Gomez Lopez", [("Maria E Gomez Lopez",)]),
        ("Di Anna Rossi", [("Anna Rossi",)]),
        ("Door Jan de Wit", [("Jan de Wit",)]),
        ("Av Ola Dal, NTB", [("Ola Dal", "NTB")]),
        ("Af Ida Holm og Bo Ek", [("Ida Holm",), ("Bo Ek",)]),
        ("текст Иван Петров", [("Иван Петров",)]),
        ("Texte: Ines Holt", [("Ines Holt",)]),
        ("INKA AHO, EERO VAN DER MEER", [("Inka Aho",), ("Eero van der Meer",)]),
        ("Ola Dal/TT", [("Ola Dal", "TT")]),
        ("Ola Dal/Ida Holm", [("Ola Dal",), ("Ida Holm",)]),
        ("فيصل كمال وسونغهي هوانغ", [("فيصل كمال",), ("سونغهي هوانغ",)]),
        ("Van Brook", [("Van Brook",)]),
        ("By Di Marsh", [("Di Marsh",)]),
        ("By Ines Holt, ines.holt@example.com", [("Ines Holt",)]),
        (
            "By INES HOLT and ED MARSH Associated Press Writers",
            [("Ines Holt", "Associated Press"), ("Ed Marsh", "Associated Press", "Writers")],
        ),
        ("By Mona al-Salem and Tariq el-Din", [("Mona al-Salem",), ("Tariq el-Din",)]),
    ],
)
def test_read(sent: str, found: list[tuple[str | None, ...]]) -> None:
    padded = [(*author, None, None, None)[:4] for author in found]
    assert [facts(author) for author in byline.read(sent)] == padded
    assert all(author.role == "writer" for author in byline.read(sent))


@pytest.mark.parametrize(
    "sent", ["jlp/ar", "hh/ph/ts", "HH/PH", "ek", "", "By", "By Our Political Staff", "x" * 500]
)
def test_initials_and_nothing_are_nobody(sent: str) -> None:
    assert byline.read(sent) == []


def test_an_agency_that_signs_by_initials_has_no_short_people() -> None:
    assert byline.read("abc", DPA) == []
    assert [author.name for author in byline.read("Von Ines Holt, dpa", DPA)] == ["Ines Holt"]


@pytest.mark.parametrize(
    ("sent", "name"),
    [
        ("JOHN MCALPINE", "John McAlpine"),
        ("SHAUN O'NEILL", "Shaun O'Neill"),
        ("TED D'AMATO", "Ted d'Amato"),
        ("JEAN-LUC PICOT", "Jean-Luc Picot"),
        ("LUDWIG VAN DER ROHE", "Ludwig van der Rohe"),
        ("OSMA BIN SALEM", "Osma bin Salem"),
        ("J.R. HOLT", "J.R. Holt"),
        ("TJ HOLT", "TJ Holt"),
        ("AL HOLT", "Al Holt"),
        ("HENRY HOLT III", "Henry Holt III"),
        ("Ines Holt", "Ines Holt"),
        ("Inès HOLTEAU", "Inès Holteau"),
        ("ÄIJÄ ÖHMAN", "Äijä Öhman"),
        ("MC LYTE", "MC Lyte"),
        ("bell hooks", "bell hooks"),
    ],
)
def test_capitals_come_to_normal_case(sent: str, name: str) -> None:
    assert names.normal_case(sent).casefold() == name.casefold()
    if sent != "TED D'AMATO":
        assert names.normal_case(sent) == name


@pytest.mark.parametrize(
    ("line", "verdict"),
    [
        ("By Ines Holt", True),
        ("BY INES HOLT", True),
        ("By Ines Holt and Ed Marsh in Rome", True),
        ("Von Ines Holt, dpa", True),
        ("By Ines Holt, Reuters Science Correspondent", True),
        ("By A. B. Holt Jr.", True),
        ("By Monday night the river had risen", False),
        ("By mid-week, prices fell.", False),
        ("By", False),
        ("By the way", False),
        ("Von hier aus sieht man alles", False),
        ("Bylaws Changed", False),
        ("By Ines Holt " + "Holt " * 60, False),
        ("Prices rose by Monday", False),
    ],
)
def test_is_byline(line: str, verdict: bool) -> None:
    assert byline.is_byline(line) is verdict


def test_two_sources_are_merged_by_name() -> None:
    merged = byline.merge(
        [Author("Ines Holt", "writer")], [Author("INES HOLT", None, "Reuters"), Author("Ed Marsh", "editor")]
    )
    assert merged == [Author("Ines Holt", "writer", "Reuters"), Author("Ed Marsh", "editor")]


def test_agreement() -> None:
    one, both = [Author("Ines Holt")], [Author("Ines Holt"), Author("Ed Marsh")]
    assert byline.agree(one, both)
    assert not byline.agree(one, [Author("Ed Marsh")])


def test_user_names_in_mark_up_are_nobody() -> None:
    sent = [Author("sp/lrc"), Author("jdoe"), Author("VR"), Author("INES HOLT"), Author("The Harbour Press")]
    assert [author.name for author in byline.listed(sent)] == ["Ines Holt", "The Harbour Press"]


FIRST = st.sampled_from(["Ines", "Ed", "Una", "Otto", "Liv", "Jean-Luc", "Ana", "Kim", "Åsa", "Zoë", "Bea"])
LAST = st.sampled_from(
    ["Holt", "Marsh", "Brook", "O'Neill", "Öhman", "Min-ji", "de-la-Cruz", "Dąbrowski", "Ng", "Ruiz", "Vale"]
)
PERSON = st.builds("{} {}".format, FIRST, LAST)


@given(
    st.lists(PERSON, min_size=1, max_size=4, unique_by=str.casefold),
    st.sampled_from(["By", "Von", "Por", "Av", ""]),
    st.sampled_from(["", ", Reuters", ", dpa"]),
)
def test_a_composed_byline_comes_back_as_its_names(people: list[str], by: str, agency: str) -> None:
    listed = ", ".join(people[:-1]) + (" and " if len(people) > 1 else "") + people[-1]
    found = byline.read(f"{by} {listed}{agency}".strip())
    assert [author.name for author in found] == people
    assert {author.organisation for author in found} == {agency[2:] or None}


@given(st.text(max_size=450))
def test_no_text_breaks_it(sent: str) -> None:
    for author in byline.read(sent, DPA):
        assert author.name.strip()
    byline.is_byline(sent)


@pytest.mark.parametrize("job", ["Wales Correspondent", "Political Correspondent", "Chief Sports Writer"])
def test_an_agency_before_a_job_is_the_organisation(job: str) -> None:
    found = byline.people(f"Owen Tudor, Press Association {job}")
    assert [(author.name, author.organisation, author.jobtitle) for author in found] == [
        ("Owen Tudor", "Press Association", job)
    ]
