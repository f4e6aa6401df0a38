"""The whole way of an item, by the command line, over the project's own samples."""

from __future__ import annotations

import gzip
import json
import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import time
import zipfile
from pathlib import Path
from typing import Any

import pyarrow.dataset as ds
import pytest

from pipeline.verify import verify
from tests.conftest import Command

WIREBEAM = str(Path(sys.executable).with_name("wirebeam"))
# What differs between two runs over the same input, and may.
PROCESSES = ("--direct_running_mode=multi_processing", "--direct_num_workers=2")
THREADS = ("--direct_running_mode=multi_threading", "--direct_num_workers=2")
OF_THE_RUN = {"ingested_at", "run_id"}


def rows(output: Path, name: str) -> list[dict[str, Any]]:
    """All rows of one dataset in an order of their own, without what names the run."""
    if not any((output / name).rglob("*.parquet")):
        return []
    table = ds.dataset(output / name, format="parquet", partitioning="hive").to_table()
    kept = [column for column in sorted(table.column_names) if column not in OF_THE_RUN]
    return sorted(table.select(kept).to_pylist(), key=lambda row: row.get("item_id") or row["reject_id"])


def everything(output: Path) -> dict[str, list[dict[str, Any]]]:
    return {name: rows(output, name) for name in ("stories", "duplicates", "rejects")}


def report(output: Path) -> dict[str, Any]:
    newest = max((output / "_runs").glob("*.json"), key=lambda path: path.stat().st_mtime_ns)
    found: dict[str, Any] = json.loads(newest.read_text("utf-8"))
    return found


def by_name(output: Path) -> dict[str, tuple[str, dict[str, Any]]]:
    """Sample's path -> (dataset, row)."""
    found = {}
    for name, held in everything(output).items():
        for row in held:
            found[row["source"].split("/feed/")[-1]] = name, row
    return found


def test_every_item_ends_in_exactly_one_place(news: Path) -> None:
    counts = report(news)["counts"]
    assert counts["read"] >= 60
    outcomes = ("stories", "duplicates", "rejects", "redelivered")
    assert counts["read"] == sum(counts[outcome] for outcome in outcomes)
    held = everything(news)
    assert {name: len(held[name]) for name in held} == {name: counts[name] for name in held}
    deliveries = [(row["item_id"], row["source"]) for name in ("stories", "duplicates") for row in held[name]]
    assert len(deliveries) == len(set(deliveries))
    ids = [row["item_id"] for row in held["stories"]]
    assert len(ids) == len(set(ids))


def test_the_promises_hold(news: Path) -> None:
    assert verify(news) == []


def test_all_five_formats_and_many_agencies_are_read(news: Path) -> None:
    made = report(news)
    assert {"text", "anpa-1312", "nitf", "newsml-g2", "ninjs"} <= set(made["formats"])
    agencies = {"reuters", "ap", "afp", "dpa", "tass", "xinhua", "kyodo", "ansa", "efe", "pa", "apa", "stt"}
    assert agencies | {"ntb", "aap", "cp"} <= set(made["providers"])


def test_broken_items_are_rejects_with_their_bytes(news: Path, feed: Path) -> None:
    found = by_name(news)
    expected = {
        "broken/empty.txt": "empty",
        "broken/truncated.xml": "xml_broken",
        "broken/binary.dat": "format_unknown",
        "broken/recipe.xml": "format_unknown",
    }
    for name, code in expected.items():
        dataset, row = found[name]
        assert (dataset, row["code"]) == ("rejects", code), name
        assert row["raw"] == (feed / name).read_bytes()
    assert "urn:example:kitchen" in found["broken/recipe.xml"][1]["message"]


def test_entities_of_an_attack_are_not_resolved(news: Path) -> None:
    dataset, row = by_name(news)["broken/entities.xml"]
    kept = row["raw"] if dataset == "rejects" else f"{row['headline']} {row['body_text']}".encode()
    assert b"root:" not in kept
    assert dataset == "rejects" or "aaaa" not in row["headline"]


def test_one_broken_line_costs_only_itself(news: Path) -> None:
    found = {name: value for name, value in by_name(news).items() if name.startswith("reuters/briefs.jsonl")}
    assert sorted(dataset for dataset, _ in found.values()) == ["rejects"] + ["stories"] * 4


def test_an_archive_gives_its_members_and_nothing_outside(news: Path) -> None:
    found = {name: value for name, value in by_name(news).items() if "overnight.zip" in name}
    codes = [row["code"] for dataset, row in found.values() if dataset == "rejects"]
    assert codes == ["archive_unsafe"]
    assert sum(dataset == "stories" for dataset, _ in found.values()) == 2


def test_copies_updates_and_corrections_are_one_story(news: Path) -> None:
    found = by_name(news)

    def story(name: str) -> str:
        return str(found[name][1]["story_id"])

    first = "reuters/20261123T081204Z_ferries.txt"
    assert story("client/ferries_trimmed.json") == story(first) == story("reuters/ferries_update.xml")
    assert found["client/ferries_trimmed.json"][0] == "duplicates"
    assert found["client/ferries_trimmed.json"][1]["duplicate_of"] == found[first][1]["uri"]
    dataset, corrected = found["reuters/eurozone_confidence_corrected.json"]
    assert (dataset, corrected["revision_kind"]) == ("stories", "correction")
    assert corrected["story_id"] == story("reuters/eurozone_confidence.json")
    assert corrected["headline"].startswith("CORRECTED-Euro zone")
    assert corrected["headline_text"].startswith("Euro zone")
    dataset, killed = found["afp/kidney_test_kill.xml"]
    assert (dataset, killed["pub_status"], killed["revision_kind"]) == ("stories", "canceled", "kill")
    assert killed["story_id"] == story("afp/kidney_test.xml")


def test_forms_with_other_numbers_stay_apart(news: Path) -> None:
    found = by_name(news)
    for kind in ("ap/f03", "reuters/stocks_"):
        alike = [row for name, (dataset, row) in found.items() if name.startswith(kind)]
        assert len(alike) == 3
        assert len({row["story_id"] for row in alike}) == 3, kind


@pytest.mark.parametrize(
    ("name", "place", "country", "day"),
    [
        ("reuters/20261123T081204Z_ferries.txt", "LISBON", "PT", 23),
        ("ap/a0417.anpa", "VALPARAISO, Chile", "CL", None),
        ("tass/murmansk_water.txt", "MOSCOW", "RU", 23),
        ("kyodo/sendai_tram.txt", "SENDAI, Japan", "JP", 23),
        ("xinhua/rice_terraces.txt", "KUNMING", "CN", 23),
        ("ansa/venezia.xml", "VENEZIA", "IT", 23),
        ("efe/pesca.xml", "Vigo (España)", "ES", 23),
        ("reuters/peking_archive.json", "PEKING", "CN", 23),
        ("reuters/un_food.json", "UNITED NATIONS", "US", 23),
        ("aap/bushfire.txt", "ADELAIDE", "AU", 23),
    ],
)
def test_datelines_become_a_place_and_a_date(
    news: Path, name: str, place: str, country: str, day: int | None
) -> None:
    row = by_name(news)[name][1]
    assert row["dateline"]["place_text"] == place
    assert row["dateline"]["places"][0]["country"] == country
    assert (row["dateline"]["date"].day if row["dateline"]["date"] else None) == day
    assert place not in row["body_text"].split("\n")[0]


def test_bylines_and_sign_offs_become_people(news: Path) -> None:
    row = by_name(news)["reuters/20261123T081204Z_ferries.txt"][1]
    people = {(author["name"], author["role"]) for author in row["authors"]}
    assert {"Duarte Almeida", "Ines Falcao", "Mark Oyelaran"} == {name for name, _ in people}
    assert ("Mark Oyelaran", "editor") in people
    assert "Reporting by" in row["sign_off"]
    assert "Reporting by" not in row["body_text"]


def test_encodings_come_out_right(news: Path) -> None:
    found = by_name(news)
    assert "lawyer" not in found["aap/latin1.txt"][1]["body_text"]
    assert "pâté" in found["aap/latin1.txt"][1]["body_text"]
    mislabelled = found["efe/pesca_utf8.xml"][1]
    assert "Cádiz" in mislabelled["body_text"]
    assert "encoding_repaired" in mislabelled["warnings"]


def test_entities_stand_where_they_say(news: Path) -> None:
    seen = 0
    for row in rows(news, "stories"):
        for entity in row["entities"]:
            for mention in entity["mentions"]:
                text = row[mention["field"]][mention["start"] : mention["end"]]
                assert text.strip() == text
                assert text
                seen += 1
    assert seen > 100


def test_the_same_input_again_adds_no_row(news: Path, feed: Path, tmp_path: Path, wirebeam: Command) -> None:
    output = tmp_path / "out"
    shutil.copytree(news, output)
    before = everything(output)
    done = wirebeam("run", feed, "-o", output, "--json")
    assert done.returncode == 0, done.stderr
    counts = json.loads(done.stdout)["counts"]
    assert counts["redelivered"] == counts["read"]
    assert everything(output) == before
    assert verify(output) == []


def test_another_order_and_repeated_bundles_give_the_same_rows(
    news: Path, feed: Path, tmp_path: Path, wirebeam: Command
) -> None:
    files = sorted(path for path in feed.rglob("*") if path.is_file())
    random.Random(3).shuffle(files)
    done = wirebeam("run", *files, "-o", tmp_path / "out", "--", "--direct_runner_bundle_repeat=1")
    assert done.returncode == 0, done.stderr
    assert everything(tmp_path / "out") == everything(news)
    assert verify(tmp_path / "out") == []


def test_a_later_run_links_to_what_the_dataset_holds(feed: Path, tmp_path: Path, wirebeam: Command) -> None:
    output = tmp_path / "out"
    for part in (["reuters/eurozone_confidence.json", "ap/a0417.anpa"],
                 ["reuters/eurozone_confidence_corrected.json", "client/quake_resend.json"]):  # fmt: skip
        done = wirebeam("run", *[feed / name for name in part], "-o", output)
        assert done.returncode == 0, done.stderr
    found = by_name(output)
    assert found["client/quake_resend.json"][0] == "duplicates"
    assert (
        found["reuters/eurozone_confidence_corrected.json"][1]["revision_of"]
        == found["reuters/eurozone_confidence.json"][1]["uri"]
    )
    assert verify(output) == []


def test_a_run_killed_at_any_moment_leaves_the_dataset_whole(
    news: Path, feed: Path, tmp_path: Path, wirebeam: Command
) -> None:
    output = tmp_path / "out"
    started = time.monotonic()
    done = wirebeam("run", feed / "reuters", "-o", output)
    took = time.monotonic() - started
    assert done.returncode == 0, done.stderr
    for share in (0.3, 0.6, 0.75, 0.9, 0.97):
        process = subprocess.Popen(
            [WIREBEAM, "run", str(feed), "-o", str(output)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        time.sleep(took * share)
        process.send_signal(signal.SIGKILL)
        process.wait()
        for finding in verify(output):
            pytest.fail(f"killed after {share:.0%}: {finding}")
    done = wirebeam("run", feed, "-o", output)
    assert done.returncode == 0, done.stderr
    assert verify(output) == []
    assert not any((output / "_staging").iterdir())
    # Linked in two runs instead of one, so only what does not depend on that is compared.
    assert {row["source"] for rows_ in everything(output).values() for row in rows_} == {
        row["source"] for rows_ in everything(news).values() for row in rows_
    }


def test_standard_input(feed: Path, tmp_path: Path, wirebeam: Command) -> None:
    text = (feed / "tass/murmansk_water.txt").read_text("utf-8")
    for expected in ({"stories": 1, "redelivered": 0}, {"stories": 0, "redelivered": 1}):
        done = wirebeam("run", "-", "-o", tmp_path / "out", "--json", input=text)
        assert done.returncode == 0, done.stderr
        counts = json.loads(done.stdout)["counts"]
        assert {name: counts[name] for name in expected} == expected


def test_a_large_item_and_a_bomb_are_rejects(tmp_path: Path, wirebeam: Command) -> None:
    inputs = tmp_path / "in"
    inputs.mkdir()
    with (inputs / "large.txt").open("wb") as large:
        large.write(b"A headline\n    OSLO, Nov 23 (Reuters) - ")
        for _ in range(200):
            large.write(b"word " * 209_715)
    with zipfile.ZipFile(inputs / "bomb.zip", "w", zipfile.ZIP_DEFLATED) as bomb:
        bomb.writestr("zeros.txt", b"0" * (150 << 20))
    with gzip.open(inputs / "good.txt.gz", "wb") as good:
        good.write(b"Ferry late\n    OSLO, Nov 23 (Reuters) - A ferry was late on Monday, its owner said.\n")
    done = wirebeam("run", inputs, "-o", tmp_path / "out", "--json")
    assert done.returncode == 0, done.stderr
    counts = json.loads(done.stdout)["counts"]
    assert (counts["read"], counts["rejects"], counts["stories"]) == (3, 2, 1)
    codes = {
        row["source"].rsplit("/", 1)[-1].split("!")[0]: row["code"]
        for row in rows(tmp_path / "out", "rejects")
    }
    assert codes["large.txt"] == "item_too_large"
    assert codes["bomb.zip"] in ("item_too_large", "archive_too_large")


@pytest.mark.parametrize("options", [(), ("--", *PROCESSES)])
def test_a_full_disk_is_one_clear_line_and_commits_nothing(
    options: tuple[str, ...], feed: Path, tmp_path: Path, wirebeam: Command
) -> None:
    output = tmp_path / "out"
    assert wirebeam("run", feed / "tass", "-o", output).returncode == 0
    before = everything(output)

    def no_space() -> None:
        # The kernel answers EFBIG instead of ENOSPC: to a writer the same, a file that cannot grow.
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (30_000, 30_000))

    done = wirebeam("run", feed, "-o", output, *options, preexec_fn=no_space)
    assert done.returncode == 1
    lines = done.stderr.strip().splitlines()
    assert lines[-1].startswith("wirebeam: ")
    # Beam's worker processes log by themselves; in this process nothing but the one line is said.
    assert len(lines) == 1 or options
    assert everything(output) == before
    assert verify(output) == []
    assert wirebeam("run", feed, "-o", output).returncode == 0


def test_strict_turns_rejects_into_a_failure(feed: Path, tmp_path: Path, wirebeam: Command) -> None:
    done = wirebeam("run", feed / "broken", "-o", tmp_path / "out", "--strict")
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert len(rows(tmp_path / "out", "rejects")) >= 4


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (["run", "/nowhere/at/all", "-o", "{tmp}/out"], 1, "/nowhere/at/all"),
        (["run", "{feed}"], 2, "--output"),
        (["run", "{feed}", "-o", "{tmp}/theirs"], 1, "no Wirebeam dataset"),
        (["run", "{feed}", "-o", "{tmp}/out", "--provider", "nobody"], 2, "no such agency"),
        (["run", "{feed}", "-o", "{tmp}/out", "--format", "papyrus"], 2, "no such format"),
        (["run", "{feed}", "-o", "{tmp}/out", "--horizon", "soon"], 2, "duration"),
        (["run", "{feed}", "-o", "{tmp}/out", "--partition-by", "mood"], 2, "mood"),
        (["show", "{tmp}/theirs"], 1, "no Wirebeam dataset"),
        (["sql", "{news}", "SELECT nothing FROM nowhere"], 1, "SQL"),
        (["show", "{news}", "--story", "urn:nobody"], 1, "urn:nobody"),
        (["verify", "{tmp}/absent"], 1, "absent"),
        (["fly"], 2, "fly"),
        (
            ["run", "{feed}", "-o", "{tmp}/out", "--", *THREADS],
            2,
            "loses rows",
        ),
    ],
)  # fmt: skip
def test_what_cannot_be_done_is_one_clear_line(
    arguments: list[str], code: int, says: str, feed: Path, news: Path, tmp_path: Path, wirebeam: Command
) -> None:
    theirs = tmp_path / "theirs"
    theirs.mkdir()
    (theirs / "thesis.doc").write_text("not ours")
    filled = [argument.format(tmp=tmp_path, feed=feed, news=news) for argument in arguments]
    done = wirebeam(*filled)
    assert done.returncode == code, done.stderr
    assert says in done.stderr
    assert "Traceback" not in done.stderr
    if code == 1:
        assert len(done.stderr.strip().splitlines()) == 1
    assert (theirs / "thesis.doc").read_text() == "not ours"
    assert sorted(os.listdir(theirs)) == ["thesis.doc"]


def test_two_processes_give_the_same_rows(news: Path, feed: Path, tmp_path: Path, wirebeam: Command) -> None:
    done = wirebeam("run", feed, "-o", tmp_path / "out", "--", *PROCESSES)
    assert done.returncode == 0, done.stderr
    assert everything(tmp_path / "out") == everything(news)
