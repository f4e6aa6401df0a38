"""Bylines and sign-offs as agencies of many languages write them: who is named, and what stays in the story."""

from __future__ import annotations

import pytest

from schemas.agency import agencies
from transforms.normalize import byline, signoff

PROSE = "The bridge will open in June, the company said on Wednesday after a meeting."
BYLINES = [
    ("By JANE Q. DOE and BOB VAN DER BERG", "ap", ["Jane Q. Doe", "Bob van der Berg"]),
    ("By JANE DOE, Associated Press", "ap", ["Jane Doe"]),
    ("By JANE DOE, BOB ROE and AL SMITH Associated Press", "ap", ["Jane Doe", "Bob Roe", "Al Smith"]),
    ("By Jane Doe, AP Science Writer", "ap", ["Jane Doe"]),
    ("By The Associated Press", "ap", ["The Associated Press"]),
    ("The Associated Press", "ap", ["The Associated Press"]),
    ("By JANE DOE | The Seattle Times", "", ["Jane Doe"]),
    ("Von Anna Müller, dpa", "dpa", ["Anna Müller"]),
    ("Von Anna Müller und Karl-Heinz Groß, dpa", "dpa", ["Anna Müller", "Karl-Heinz Groß"]),
    ("Von Anna Müller (Text) und Karl Groß (Foto)", "dpa", ["Anna Müller", "Karl Groß"]),
    ("Interview: Anna Müller, dpa", "dpa", ["Anna Müller"]),
    ("Par Jeanne DUPONT", "afp", ["Jeanne Dupont"]),
    ("Par Jeanne DUPONT avec Jean MARTIN à Bruxelles", "afp", ["Jeanne Dupont", "Jean Martin"]),
    ("Par Jeanne Dupont et Jean-Luc de la Tour", "afp", ["Jeanne Dupont", "Jean-Luc de la Tour"]),
    ("Por María López y Juan de la Cruz", "efe", ["María López", "Juan de la Cruz"]),
    ("Por María López, enviada especial", "efe", ["María López"]),
    ("Por Ana Silva e João dos Santos", "lusa", ["Ana Silva", "João dos Santos"]),
    ("*** Ana Silva (texto) e João Costa (fotos), da agência Lusa ***", "lusa", ["Ana Silva", "João Costa"]),
    ("(di Maria Rossi)", "ansa", ["Maria Rossi"]),
    ("di Maria Rossi e Luca De Santis", "ansa", ["Maria Rossi", "Luca De Santis"]),
    ("(dell'inviata Maria Rossi)", "ansa", ["Maria Rossi"]),
    ("Door Jan de Vries en Piet van den Berg", "anp", ["Jan de Vries", "Piet van den Berg"]),
    ("Av Kari Nordmann og Ola Hansen", "ntb", ["Kari Nordmann", "Ola Hansen"]),
    ("Tekst: Kari Nordmann", "ntb", ["Kari Nordmann"]),
    ("Af Mette Hansen og Lars Jensen", "ritzau", ["Mette Hansen", "Lars Jensen"]),
    ("Af Mette Hansen/ritzau/", "ritzau", ["Mette Hansen"]),
    ("Text: Anna Svensson/TT", "tt", ["Anna Svensson"]),
    ("Anna Svensson/TT", "tt", ["Anna Svensson"]),
    ("AINO VIRTANEN", "stt", ["Aino Virtanen"]),
    ("AINO VIRTANEN, MATTI McLEAN", "stt", ["Aino Virtanen", "Matti McLean"]),
    ("Иван Петров, текст", "ria", ["Иван Петров"]),
    ("Текст: Иван Петров, Мария Сидорова", "ria", ["Иван Петров", "Мария Сидорова"]),
    ("Автор: Иван Петров", "ria", ["Иван Петров"]),
    ("بقلم أحمد علي", "", ["أحمد علي"]),
    ("من أحمد علي", "reuters", ["أحمد علي"]),
    ("由 王小明", "", ["王小明"]),
    ("新华社记者王小明、李四", "xinhua", ["王小明", "李四"]),
    ("By Mohammed bin Salman al-Saud", "reuters", ["Mohammed bin Salman al-Saud"]),
    ("BY SEAN MAC GIOLLA BHRÍDE", "", ["Sean Mac Giolla Bhríde"]),
    ("By Jane Doe in New York and Bob Roe in London", "reuters", ["Jane Doe", "Bob Roe"]),
    ("By JP SMITH III", "", ["JP Smith III"]),
    ("By our correspondent", "", []),
    ("PA", "pa", ["PA"]),
    ("By Jane Doe, PA Political Correspondent", "pa", ["Jane Doe"]),
    ("By Jane Doe, Press Association Political Correspondent", "pa", ["Jane Doe"]),
    ("Jane Doe, Australian Associated Press", "aap", ["Jane Doe"]),
    ("By Jane Doe in Sydney, AAP", "aap", ["Jane Doe"]),
    ("By Jane Doe and Bob Roe, The Canadian Press", "cp", ["Jane Doe", "Bob Roe"]),
    ("By Kim Min-ji", "yonhap", ["Kim Min-ji"]),
    ("By Yonhap", "yonhap", ["Yonhap"]),
    ("Autor: Jan Kowalski (PAP)", "pap", ["Jan Kowalski"]),
    ("Írta: Kovács János", "mti", ["Kovács János"]),
    ("Muhabir: Mehmet Yılmaz", "anadolu", ["Mehmet Yılmaz"]),
    ("Oleh Budi Santoso", "antara", ["Budi Santoso"]),
    ("Toimittaja: Aino Virtanen", "stt", ["Aino Virtanen"]),
    ("Redaktion: Anna Müller", "dpa", ["Anna Müller"]),
    ("jlp/ar", "efe", []),
    ("cco/aam/jlp", "efe", []),
]
CREDITS = [
    (
        "(Reporting by Jane Doe in London and Bob Roe; Editing by Al Smith)",
        ["Jane Doe", "Bob Roe", "Al Smith"],
    ),
    (
        "(Reporting by Jane Doe; additional reporting by Bob Roe in Paris, Al Smith in Rome; writing by X Y; editing by Z W)",
        ["Jane Doe", "Bob Roe", "Al Smith", "X Y", "Z W"],
    ),
    ("Reporting by Jane Doe, editing by Bob Roe", ["Jane Doe", "Bob Roe"]),
    ("Associated Press writer Jane Doe in Rome contributed to this report.", ["Jane Doe"]),
    ("Doe reported from Rome. Associated Press writer Bob Roe in Paris contributed.", ["Doe", "Bob Roe"]),
    (
        "(Bearbeitet von Anna Müller, redigiert von Karl Groß. Bei Rückfragen wenden Sie sich an)",
        ["Anna Müller", "Karl Groß"],
    ),
    ("(Bericht von Anna Müller, redigiert von Karl Groß.)", ["Anna Müller", "Karl Groß"]),
    ("(Reportage Jeanne Dupont, édité par Jean Martin)", ["Jeanne Dupont", "Jean Martin"]),
    (
        "(Reportage de Jeanne Dupont à Paris, rédigé par Luc Petit, édité par Jean Martin)",
        ["Jeanne Dupont", "Luc Petit", "Jean Martin"],
    ),
    ("(Reporte de María López; Editado por Juan Pérez)", ["María López", "Juan Pérez"]),
    (
        "(Reporte de María López. Traducido por Juan Pérez. Editado por Ana Ruiz)",
        ["María López", "Juan Pérez", "Ana Ruiz"],
    ),
    ("(Reportagem de Ana Silva; edição de João Costa)", ["Ana Silva", "João Costa"]),
    ("(Por Ana Silva; Edição de João Costa)", ["Ana Silva", "João Costa"]),
    ("(Tradotto da Maria Rossi, in redazione a Roma Luca Bianchi)", ["Maria Rossi", "Luca Bianchi"]),
    ("(Иван Петров, редактор Мария Сидорова)", ["Иван Петров", "Мария Сидорова"]),
    ("--With assistance from Jane Doe and Bob Roe.", ["Jane Doe", "Bob Roe"]),
    ("To contact the reporter on this story: Jane Doe in London at jdoe@example.com", ["Jane Doe"]),
    ("To contact the editors responsible for this story: Bob Roe at broe@example.com", ["Bob Roe"]),
    ("Mitarbeit: Anna Müller", ["Anna Müller"]),
]
MARKS = [
    "Follow Jane Doe on Twitter at @janedoe",
    "dpa kre/su yysw a3 sb",
    "hh/ph/ts",
    "jlp/ar/psh",
    "epd mul ik",
    "==Kyodo",
    "ends",
    "ENDS",
    "Enditem",
    "(©NTB)",
    "/ritzau/",
    "PTI ABC DEF",
    "PTI",
    "--IANS",
    "abc/def",
    "-0-",
    "NNNN",
    "(END)",
    "(Fin)",
    "-30-",
    "(ANSA).",
    "(ANSA)",
    "(完)",
    "(끝)",
    "（完）",
    "(انتهى)",
    "ha/mn",
    "(AFP) abc/def",
    "bur-abc/def/ghi",
    "AAP abc",
    "Lusa/Fim",
    "XYZ // ABC",
    "(APA) abc/def",
    "(Schluss) abc",
    "TT",
    "(TT)",
    "STT",
    "EFE",
    "EFE abc/def",
    "(Xinhua)",
    "-UPI",
    "The Canadian Press",
    "This report by The Canadian Press was first published March 3, 2021.",
    "© 2021 AFP",
]
SENTENCES = [
    "He told reporters that the plan was dead.",
    "Edited versions of the tape were shown on Wednesday.",
    '"We will appeal," he said.',
    "Reporting rules change in June.",
    "The end.",
    "It was his last contribution to the paper, he said.",
    "Company contributions to this fund rose.",
    "Ends meet in the middle, she said",
    "Jane Doe told Reuters",
    "The report was written by three experts and edited by the ministry.",
    "Von 2022 an gilt die Regel.",
    "Par ailleurs, le ministre a démissionné.",
    "The editor can be reached by phone, he said.",
]


@pytest.mark.parametrize("text, agency, people", BYLINES, ids=[text for text, _, _ in BYLINES])
def test_bylines_name_people(text: str, agency: str, people: list[str]) -> None:
    assert [author.name for author in byline.read(text, agencies().get(agency))] == people


@pytest.mark.parametrize("text, people", CREDITS, ids=[text for text, _ in CREDITS])
def test_credits_name_people_and_leave_the_story(text: str, people: list[str]) -> None:
    end = signoff.split([PROSE, PROSE, text])
    assert [author.name for author in end.authors] == people
    assert list(end.paragraphs) == [PROSE, PROSE]
    assert end.text == text


@pytest.mark.parametrize("text", MARKS)
def test_initials_and_end_marks_leave_the_story(text: str) -> None:
    end = signoff.split([PROSE, PROSE, text])
    assert (list(end.paragraphs), end.text, list(end.authors)) == ([PROSE, PROSE], text, [])


@pytest.mark.parametrize("text", SENTENCES)
def test_sentences_stay(text: str) -> None:
    end = signoff.split([PROSE, text])
    assert (list(end.paragraphs), end.text) == ([PROSE, text], None)


def test_roles_and_places_of_a_credit() -> None:
    end = signoff.split(
        [PROSE, "(Reporting by Ann Lee in Rome; writing by Bo Ek; editing by Cy Fox in Oslo)"]
    )
    assert [(a.name, a.role, a.location) for a in end.authors] == [
        ("Ann Lee", "reporter", "Rome"),
        ("Bo Ek", "writer", None),
        ("Cy Fox", "editor", "Oslo"),
    ]
