"""The report in a real browser: every plot drawn, no error, nothing a wire sent is run; and its figures are right."""

from __future__ import annotations

import datetime as dt
import os
import re
import shutil
from collections.abc import Iterator
from importlib import resources
from pathlib import Path
from typing import Any

import pytest

from pipeline.page import questions
from pipeline.page.page import report
from pipeline.page.table import lasting
from pipeline.query import connect
from pipeline.sinks.dataset import Dataset
from tests.conftest import Command
from tests.pipeline.sinks import rows

NOW = dt.datetime(2026, 11, 24, 6, tzinfo=dt.UTC)
HOUR = 3_600_000_000
MORNING = int(dt.datetime(2026, 11, 2, tzinfo=dt.UTC).timestamp()) * 1_000_000
EVIL = "</style></text></svg><script>document.title='owned'</script><img src=x onerror=\"document.title='owned'\">"
FLAGS = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage"]  # fmt: skip


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    chromium, driver = shutil.which("chromium"), shutil.which("chromedriver")
    if not chromium or not driver:
        if os.environ.get("CI") == "true":
            pytest.fail("chromium and chromedriver are not installed: .ci/run installs them")
        pytest.skip("no chromium and chromedriver here: apt-get install chromium chromium-driver")
    from selenium import webdriver

    options = webdriver.ChromeOptions()
    options.binary_location = chromium
    for flag in FLAGS:
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    opened = webdriver.Chrome(options, webdriver.ChromeService(driver))
    yield opened
    opened.quit()


def see(browser: Any, page: Path, width: int, scheme: str) -> None:
    size = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 800}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    features = [{"name": "prefers-color-scheme", "value": scheme}]
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})
    browser.get(page.as_uri())


def errors(browser: Any) -> list[str]:
    return [
        entry["message"] for entry in browser.get_log("browser") if entry["level"] in ("SEVERE", "WARNING")
    ]


DRAWN = """
return [...document.querySelectorAll('figure')].map(figure => {
  const shown = [...figure.querySelectorAll('.drawing')].filter(one => one.offsetParent !== null);
  const marks = shown.flatMap(one => [...one.querySelectorAll('svg path, svg rect, svg text')])
    .filter(mark => { const box = mark.getBoundingClientRect(); return box.width > 1 && box.height > 1; });
  const letters = shown.flatMap(one => [...one.querySelectorAll('svg text')])
    .map(text => parseFloat(getComputedStyle(text).fontSize) * Math.hypot(text.getScreenCTM().a, text.getScreenCTM().b));
  const fills = shown.flatMap(one => [...one.querySelectorAll('svg text')]).map(text => getComputedStyle(text).fill);
  return {title: figure.innerText.split('\\n')[0], shown: shown.length, marks: marks.length,
          smallest: Math.min(...letters, 99), fills: [...new Set(fills)],
          label: shown[0] && shown[0].getAttribute('aria-label')};
})
"""
SPILLED = "return [document.documentElement.scrollWidth, innerWidth]"


@pytest.fixture(scope="module")
def page(news: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("page") / "report.html"
    path.write_text(report(news, now=NOW), "utf-8")
    return path


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [400, 1400])
def test_every_plot_is_drawn(browser: Any, page: Path, width: int, scheme: str) -> None:
    see(browser, page, width, scheme)
    plots = browser.execute_script(DRAWN)
    assert len(plots) >= 12
    for plot in plots:
        assert plot["shown"] == 1
        assert plot["marks"] >= 3, plot["title"]
        assert plot["smallest"] >= 10, plot["title"]
        assert plot["label"]
        assert plot["fills"] in ([], ["rgb(28, 36, 48)" if scheme == "light" else "rgb(230, 234, 240)"])
    whole, seen = browser.execute_script(SPILLED)
    assert whole <= seen
    assert errors(browser) == []


def test_tables_can_be_followed_by_ear(browser: Any, page: Path) -> None:
    see(browser, page, 400, "light")
    tables = browser.execute_script(
        """return [...document.querySelectorAll('table')].map(table => [
             table.caption && table.caption.textContent.length > 3,
             [...table.querySelectorAll('thead th')].every(th => th.scope === 'col'),
             [...table.querySelectorAll('tbody tr')].every(tr => tr.cells[0].scope === 'row'
                && tr.cells.length === table.tHead.rows[0].cells.length)])"""
    )
    assert len(tables) >= 14
    assert all(map(all, tables))
    headings = browser.execute_script("return [...document.querySelectorAll('h1, h2')].map(h => h.tagName)")
    assert headings[0] == "H1"
    assert headings[1:] == ["H2"] * 10


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A dataset whose every text would like to be run."""
    root = tmp_path_factory.mktemp("hostile") / "<b>it's<b>"
    place = {"name": EVIL, "country": "<i>", "latitude": 51.5, "longitude": 0.0}
    story = {
        "provider": "<script>alert(1)</script>",
        "source_format": EVIL,
        "language": EVIL,
        "warnings": [EVIL],
        "dateline": {"places": [place]},
        "entities": [{"type": "PERSON", "name": EVIL, "text": EVIL, "mentions": []}],
        "topics": [{"name": EVIL}],
        "pub_status": "usable",
    }
    reject = {
        "reject_id": "1" * 32,
        "source": EVIL,
        "stage": EVIL,
        "code": "<script>alert(2)</script>",
        "message": EVIL,
        "raw": EVIL.encode() + b"\x00\xff",
        "received_at": MORNING,
    }
    with Dataset.open(root) as dataset:
        made = [
            rows.row(n, **story, version_created=MORNING + n * HOUR, received_at=MORNING) for n in range(30)
        ]
        made.append(
            rows.row(
                40,
                **{**story, "provider": "ap"},
                version_created=MORNING + HOUR,
                story_id="urn:example:0",
                duplicate_of="urn:example:0",
                duplicate_kind="near",
            )
        )
        files = rows.stage(dataset, "run", made[:30]) + rows.stage(dataset, "run", made[30:], "duplicates")
        dataset.commit("run", files + rows.stage(dataset, "run", [reject], "rejects"))
        dataset.write_report("run", {"run_id": EVIL, "started_at": EVIL})
        dataset.write_report(
            "run2",
            {
                "run_id": EVIL,
                "started_at": "2026-11-02T00:00:00+00:00",
                "seconds": 1.0,
                "counts": {"read": 3, EVIL: 4},
            },
        )
    return root


def test_nothing_that_a_wire_sent_is_run(browser: Any, hostile: Path, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_text(report(hostile, now=NOW), "utf-8")
    see(browser, page, 1400, "light")
    counts = "return ['script', 'img', 'iframe', 'object', 'link', '[onerror]'].map(s => document.querySelectorAll(s).length)"
    assert browser.execute_script(counts) == [0] * 6
    assert browser.title == "<b>it's<b>: Wirebeam report"
    assert errors(browser) == []
    shown = browser.execute_script("return document.body.innerText")
    assert "<script>alert(2)</script>" in shown
    assert all(plot["marks"] >= 1 for plot in browser.execute_script(DRAWN))


def test_no_script_would_run_if_one_got_in(browser: Any, page: Path, tmp_path: Path) -> None:
    slipped = page.read_text("utf-8").replace("</main>", f"{EVIL}</main>")
    (tmp_path / "page.html").write_text(slipped, "utf-8")
    see(browser, tmp_path / "page.html", 1400, "light")
    assert browser.title == "out: Wirebeam report"
    assert any("Content Security Policy" in message for message in errors(browser))


def test_the_page_loads_nothing(page: Path) -> None:
    text = page.read_text("utf-8")
    addresses = set(re.findall(r"[a-z]+://[^\s\"'<)]+", re.sub(r"<t[hd][^>]*>[^<]*", "", text)))
    assert addresses <= {"http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"}
    ids = re.findall(r'\bid="([^"]+)"', text)
    assert len(ids) == len(set(ids))


def test_an_empty_dataset_has_a_page_too(browser: Any, tmp_path: Path) -> None:
    Dataset.open(tmp_path / "empty").close()
    (tmp_path / "page.html").write_text(report(tmp_path / "empty", now=NOW), "utf-8")
    see(browser, tmp_path / "page.html", 400, "dark")
    assert "no items yet" in browser.execute_script("return document.body.innerText")
    assert errors(browser) == []


def test_the_figures_are_those_of_the_dataset(news: Path) -> None:
    with connect(news) as connection:
        found = questions.answers(connection, None)
        count = dict(
            connection.execute("SELECT provider, count(*) FROM stories GROUP BY provider").fetchall()
        )
        ((linked,),) = connection.execute("SELECT count(*) FROM links").fetchall()
        names = connection.execute(
            "SELECT type, name, count(DISTINCT item_id) FROM entities GROUP BY ALL"
        ).fetchall()
    assert {row["provider"]: row["stories"] for row in found["providers"]} == count
    assert (
        sum(row["items"] for row in found["volume"])
        == found["span"][0]["stories"] + found["span"][0]["duplicates"]
    )
    assert sum(row["items"] for row in found["links"] if row["bucket"] is not None) == linked
    assert len(found["entities"]) > 20
    assert {(row["type"], row["name"], row["stories"]) for row in found["entities"]} <= set(names)
    assert {row["code"] for row in found["reject_examples"]} == {row["code"] for row in found["rejects"]}
    assert len(found["reject_examples"]) >= len(found["rejects"])


def test_a_feed_is_silent_by_its_own_habit(tmp_path: Path) -> None:
    day = 24 * HOUR
    # One sends every hour, one each morning; both were last heard of 30 hours before the end.
    busy = [rows.row(n, provider="ap", version_created=MORNING + n * HOUR) for n in range(25 * 24)]
    daily = [rows.row(1000 + n, provider="efe", version_created=MORNING + n * day) for n in range(25)]
    few = [rows.row(2000, provider="tass", version_created=MORNING)]
    with Dataset.open(tmp_path / "news") as dataset:
        dataset.commit("run", rows.stage(dataset, "run", [*busy, *daily, *few]))
    moment = dt.datetime.fromtimestamp(MORNING / 1e6, dt.UTC) + dt.timedelta(days=25, hours=5)
    with connect(tmp_path / "news") as connection:
        found = connection.execute(
            "SELECT provider, state, silent_for, usual_gap FROM silence($at) ORDER BY provider",
            {"at": moment},
        ).fetchall()
        earlier = connection.execute(
            "SELECT state FROM silence($at) WHERE provider = 'ap'", {"at": moment - dt.timedelta(hours=5)}
        ).fetchall()
    assert found == [
        ("ap", "silent", 6 * 3600.0, 3600.0),
        ("efe", "heard", 29 * 3600.0, 86400.0),
        ("tass", "new", 25 * 86400.0 + 5 * 3600, None),
    ]
    assert earlier == [("heard",)]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_colours_can_be_told_from_the_page(scheme: str) -> None:
    css = resources.files("pipeline").joinpath("page/page.css").read_text("utf-8")
    blocks = re.findall(r":root \{(.*?)\}", css, re.S)
    colors = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", blocks[0]))
    if scheme == "dark":
        colors |= dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", blocks[1]))

    def luminance(color: str) -> float:
        parts = [int(color[n : n + 2], 16) / 255 for n in (1, 3, 5)]
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))

    def contrast(one: str, other: str) -> float:  # WCAG 2.2
        light, dark = sorted((luminance(colors[one]), luminance(colors[other])), reverse=True)
        return (light + 0.05) / (dark + 0.05)

    for name in ("ink", "dim", "link"):
        assert min(contrast(name, "page"), contrast(name, "card")) >= 4.5, name
    for number in range(1, 8):
        assert contrast(f"series-{number}", "page") >= 3, number


@pytest.mark.parametrize(
    "seconds, said", [(0, "0 s"), (119, "119 s"), (121, "2 min"), (7200, "2 h"), (3 * 86400, "3 days")]
)
def test_durations_are_said_as_people_say_them(seconds: float, said: str) -> None:
    assert lasting(seconds) == said


def test_the_command_writes_one_file_and_says_where(news: Path, tmp_path: Path, wirebeam: Command) -> None:
    done = wirebeam("report", news, "--at", "2026-11-30T00:00", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("report.html: ")
    text = (tmp_path / "report.html").read_text("utf-8")
    assert "Silence is measured at 2026-11-30 00:00" in text
    assert wirebeam("report", news, "--at", "teatime", cwd=tmp_path).returncode == 2
