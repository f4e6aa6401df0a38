"""Codes and words of wires in Media Topics."""

from __future__ import annotations

from pathlib import Path

import pytest

from schemas.errors import WirebeamError
from schemas.item import Subject
from transforms.enrich.topics import read_vocabulary, top_level, topics_of

TABLE = (
    "code\tparent\tlevel\ten\tde\tsubjectcode\n"
    "15000000\t\t1\tsport\tSport\t15000000\n"
    "20000822\t15000000\t2\tcompetition discipline\tSportart\t15003000\n"
    "20001065\t20000822\t3\tchess\tSchach\t15018000\n"
)


@pytest.mark.parametrize(
    ("subject", "code"),
    [
        (Subject("subj", "04000000"), "04000000"),
        (Subject("subj", "11006006"), "11000000"),
        (Subject("medtop", "20000538", "leisure"), "20000538"),
        (Subject("medtop", "10000000"), "10000000"),
        (Subject("anpa", "f"), "04000000"),
        (Subject("a1312cat", "S"), "15000000"),
        (Subject("dpacat", "pl"), "11000000"),
        (Subject("N2", "SPO"), "15000000"),
        (Subject("house", "77", "Talous"), "04000000"),
        (Subject(None, None, "Health"), "07000000"),
    ],
)
def test_a_code_says_its_topic(subject: Subject, code: str) -> None:
    (topic,) = topics_of([subject])
    assert (topic.scheme, topic.code) == ("medtop", code)
    assert topic.source == f"{subject.scheme or 'subject'}:{subject.code or subject.name}"


@pytest.mark.parametrize(
    "subject",
    [
        Subject("anpa", "i"),
        Subject("subj", "99000000"),
        Subject("subj", "4"),
        Subject("person", None, "Sport"),
        Subject("N2", "QQQ"),
        Subject(None, None, None),
    ],
)
def test_a_code_that_says_nothing_is_no_topic(subject: Subject) -> None:
    assert topics_of([subject]) == ()


def test_one_topic_of_two_codes_has_the_surer_ones_score() -> None:
    (topic,) = topics_of([Subject("anpa", "s"), Subject("subj", "15000000")], ["sports"])
    assert (topic.score, topic.source) == (1.0, "subj:15000000")


def test_a_keyword_counts_less() -> None:
    sport, health = topics_of([Subject("anpa", "s")], ["Health", "widgets"])
    assert (sport.code, health.code) == ("15000000", "07000000")
    assert (sport.score or 0) > (health.score or 0)


def test_the_top_level_is_built_in() -> None:
    concepts = top_level().concepts
    assert len(concepts) == 17
    assert concepts["16000000"].name == "conflict, war and peace"


def test_the_full_vocabulary(tmp_path: Path) -> None:
    path = tmp_path / "topics.tsv"
    path.write_text(TABLE, "utf-8")
    vocabulary = read_vocabulary(path)
    by_code = topics_of([Subject("subj", "15018000")], (), vocabulary)
    by_name = topics_of([Subject("house", "9", "Schach")], (), vocabulary)
    assert [(topic.code, topic.name) for topic in by_code] == [("15000000", "sport"), ("20001065", "chess")]
    assert [topic.code for topic in by_name] == ["15000000", "20001065"]
    assert topics_of([Subject("subj", "15003009")], (), vocabulary)[-1].name == "competition discipline"


def test_a_loop_in_the_vocabulary_ends(tmp_path: Path) -> None:
    path = tmp_path / "topics.tsv"
    path.write_text("code\tparent\ten\n20000001\t20000002\ta\n20000002\t20000001\tb\n", "utf-8")
    assert topics_of([Subject("medtop", "20000001")], (), read_vocabulary(path))


@pytest.mark.parametrize("text", ["", "code\ten\n1\tx\n", "nonsense"])
def test_another_file_is_one_clear_error(tmp_path: Path, text: str) -> None:
    path = tmp_path / "topics.tsv"
    path.write_text(text, "utf-8")
    with pytest.raises(WirebeamError, match="--mediatopics"):
        read_vocabulary(path)
    with pytest.raises(WirebeamError, match="--mediatopics"):
        read_vocabulary(tmp_path / "absent.tsv")


def test_iptcs_own_vocabulary(shared: Path) -> None:
    vocabulary = read_vocabulary(shared / "vocabularies" / "mediatopics_2023-10-24.tsv")
    assert {code for code in vocabulary.concepts if vocabulary.top(code) == code} >= set(top_level().concepts)
    assert all(vocabulary.top(code) in top_level().concepts for code in vocabulary.subject_codes.values())
