"""Lines of agencies in the way each writes, with its table entry and without; and prose that only looks so."""

from __future__ import annotations

from pathlib import Path

import pytest

from schemas.agency import agencies
from transforms.normalize.dateline import parse, read

DATA = Path(__file__).parents[3] / "data/datelines"
SENT = 1_614_855_600_000_000  # 4 March 2021
THIRD_OF_MARCH = 18_689  # days since the epoch
LINES = [row.split("\t") for row in (DATA / "lines.tsv").read_text("utf-8").splitlines()[1:]]
FRIENDS = (DATA / "false_friends.txt").read_text("utf-8").splitlines()
# A place and nothing else begins a story only where the agency is known to write so.
PLAIN = ("sapa", "dowjones", "cp")


@pytest.mark.parametrize("known", [True, False], ids=["its entry", "the general grammar"])
@pytest.mark.parametrize(
    "row", LINES, ids=[f"{row[0] or 'unknown'}-{row[1]}-{n}" for n, row in enumerate(LINES)]
)
def test_each_agency_s_way(row: list[str], known: bool) -> None:
    key, language, place, country, dated, line = row
    agency = agencies().get(key) if known else None
    reading = read(line, agency=agency, sent=SENT, language=language)
    if not known and key in PLAIN and "(" not in line and reading is None:
        return
    assert reading is not None
    assert reading.dateline.place_text == place
    assert reading.dateline.places[0].country == country
    assert reading.dateline.date == (THIRD_OF_MARCH if dated else None) or "2日" in line
    assert line.endswith(reading.rest)


@pytest.mark.parametrize(
    "agency", [None, "reuters", "ap", "afp", "dpa", "efe", "ansa", "tass", "cp", "map", "nyt"]
)
def test_prose_is_no_dateline(agency: str | None) -> None:
    taken = [
        line
        for line in FRIENDS
        if read(line, agency=agencies().get(agency), sent=SENT, language=None) is not None
    ]
    assert taken == []
    assert len(FRIENDS) > 50


@pytest.mark.parametrize(
    "line, byline",
    [
        ("НЬЮ-ЙОРК, 3 марта. /Корр.ТАСС Иван Петров/. Цены растут.", "Иван Петров"),
        ("【ワシントン共同＝山田太郎】米政府は新しい計画を発表した。", "山田太郎"),
        ("(서울=연합뉴스) 김민지 기자 = 수출이 넉 달째 늘었다.", "김민지 기자"),
        ("（中央社記者王小明台北3日電）行政院今天通過草案。", "王小明"),
        ("By Kim Min-ji SEOUL, March 3 (Yonhap) -- Exports rose.", "Kim Min-ji"),
    ],
)
def test_the_reporter_inside_a_dateline(line: str, byline: str) -> None:
    reading = read(line, agency=None, sent=SENT, language=None)
    assert reading is not None
    assert reading.byline == byline


def test_a_mark_and_a_date_without_a_place() -> None:
    reading = read("ТАСС, 3 марта. Правительство утвердило план.", agency=None, sent=SENT, language="ru")
    assert reading is not None
    assert (reading.dateline.place_text, reading.dateline.date) == (None, THIRD_OF_MARCH)
    assert reading.rest == "Правительство утвердило план."


@pytest.mark.parametrize(
    "line, place",
    [
        ("КИЕВ, 3 мар — РИА Новости.", "КИЕВ"),
        ("新华社北京3月3日电（记者张三、李四）", "北京"),
        ("SAN FRANCISCO--(BUSINESS WIRE)--", "SAN FRANCISCO"),
    ],
)
def test_mark_up_may_hold_a_dateline_in_any_form(line: str, place: str) -> None:
    dateline = parse(line, agency=None, sent=SENT, language=None)
    assert (dateline.text, dateline.place_text) == (line, place)
    assert dateline.places[0].country is not None
