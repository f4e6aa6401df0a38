"""The feeds file: what is wrong is said with line and key before anything runs."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.feeds import open_feed, read
from pipeline.sources.settings import HttpSettings
from pipeline.sources.watch import FolderSettings, WatchedFolder
from schemas.errors import UsageError

GOOD = """
# two feeds
[wire]
source = "/srv/wire"
provider = "reuters"
after = "move"
settle = 3
silence = "15m"

["agency rss"]
source = "https://feeds.example.com/world.xml"
interval = "30s"
bearer_env = "AGENCY_TOKEN"
hosts = ["cdn.example.com"]
headers = {Accept = "application/rss+xml"}
"""


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "feeds.toml"
    path.write_text(text)
    return path


def test_feeds_are_read_with_their_settings(tmp_path: Path) -> None:
    wire, rss = read(written(tmp_path, GOOD))
    assert wire.source == "/srv/wire"
    assert wire.silence == 900
    assert wire.settings == FolderSettings(name="wire", provider="reuters", after="move", settle=3.0)
    assert isinstance(rss.settings, HttpSettings)
    assert (rss.settings.name, rss.settings.interval, rss.settings.hosts) == (
        "agency rss",
        30.0,
        ("cdn.example.com",),
    )
    assert rss.silence is None


def test_a_folder_becomes_a_source_of_its_name(tmp_path: Path) -> None:
    wire = read(written(tmp_path, GOOD))[0]
    feed = open_feed(wire, tmp_path / "out")
    assert isinstance(feed.source, WatchedFolder)
    assert (feed.name, feed.silence) == ("wire", 900)


@pytest.mark.parametrize(
    ("text", "line", "key"),
    [
        ('[a]\nsource = "/x"\nintervall = 3\n', 3, "intervall"),
        ('[a]\nsource = "/x"\n\n[b]\nprovider = "ap"\n', 4, "source"),
        ('[a]\nsource = "ftp://x/y"\n', 2, "source"),
        ('[a]\nsource = "/x"\nafter = "burn"\n', 3, "after"),
        ('[a]\nsource = "/x"\nsettle = "soon"\n', 3, "settle"),
        ('[a]\nsource = "/x"\nsettle = true\n', 3, "settle"),
        ('[a]\nsource = "/x"\nprovider = "nobody"\n', 3, "provider"),
        ('[a]\nsource = "/x"\nformat = "papyrus"\n', 3, "format"),
        ('[a]\nsource = "/x"\nignored = "*.tmp"\n', 3, "ignored"),
        ('[a]\nsource = "/x"\n[b]\nsource = "/x"\n', 4, "source"),
        ('[a]\nsource = "https://x/y"\nheaders = {A = 1}\n', 3, "headers"),
        ('[a]\nsource = "https://x/y"\nbearer_env = "not a name"\n', 3, "bearer_env"),
        ('loose = 1\n[a]\nsource = "/x"\n', 1, "loose"),
        ('[a]\nsource = "/x"\n[a]\n', 3, "no TOML"),
        ("[a\n", 1, "no TOML"),
        ("", None, "no feed"),
    ],
)
def test_what_is_wrong_is_said_with_line_and_key(
    tmp_path: Path, text: str, line: int | None, key: str
) -> None:
    with pytest.raises(UsageError) as raised:
        read(written(tmp_path, text))
    assert key in str(raised.value)
    assert "feeds.toml" in str(raised.value)
    if line is not None:
        assert f"line {line}" in str(raised.value)


def test_a_secret_is_never_shown(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as raised:
        read(written(tmp_path, '[a]\nsource = "https://x/y"\nbearer_env = "s3cr3t token"\n'))
    assert "s3cr3t" not in str(raised.value)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be read"):
        read(tmp_path / "feeds.toml")
