"""Which resources an input names, in which order, and what they are called."""

from __future__ import annotations

import io
import os
import socket
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from apache_beam.io.filesystem import BeamIOError, FileMetadata, FileSystem, MatchResult

from pipeline.sinks.dataset import Dataset
from pipeline.sources.files import STDIN, find, open_resource
from schemas.errors import WirebeamError


@pytest.fixture
def feed(tmp_path: Path) -> Path:
    for name in ("b/2.xml", "b/10.xml", "a.xml", "c/d/e.json", ".hidden", "b/.git/config", "z.txt"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)
        os.utime(path, ns=(0, 1_700_000_000_123_456_789))
    (tmp_path / "empty").mkdir()
    return tmp_path


def found(*inputs: object) -> list[str]:
    return [resource.uri for resource in find([str(one) for one in inputs])]


def below(feed: Path, *names: str) -> list[str]:
    return [str(feed / name) for name in names]


EVERYTHING = ("a.xml", "b/10.xml", "b/2.xml", "c/d/e.json", "z.txt")


def test_a_folder_is_read_whole_and_in_order(feed: Path) -> None:
    resources = list(find([str(feed)]))
    assert [one.uri for one in resources] == below(feed, *EVERYTHING)
    assert {one.received_at for one in resources} == {1_700_000_000_123_456}
    assert [one.size for one in resources] == [len(name) for name in EVERYTHING]
    assert found(feed / "empty") == []


def test_inputs_in_the_order_given_each_folder_once(feed: Path) -> None:
    assert found(feed / "z.txt", feed / "b", feed / "z.txt", feed / "b") == below(
        feed, "z.txt", "b/10.xml", "b/2.xml"
    )
    assert found(feed / "b", feed) == below(feed, "b/10.xml", "b/2.xml", "a.xml", "c/d/e.json", "z.txt")
    assert found(feed / ".hidden") == below(feed, ".hidden")


def test_relative_paths_and_file_uris(feed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(feed / "b")
    assert found("2.xml", "../a.xml", ".") == below(feed, "b/2.xml", "a.xml", "b/10.xml", "b/2.xml")
    (feed / "with space.xml").touch()
    assert found(f"file://{feed}/with%20space.xml") == below(feed, "with space.xml")


@pytest.mark.parametrize(
    ("pattern", "names"),
    [
        ("*.xml", ["a.xml"]),
        ("b/*", ["b/10.xml", "b/2.xml"]),
        ("[bc]", ["b/10.xml", "b/2.xml", "c/d/e.json"]),
        ("b/?.xml", ["b/2.xml"]),
        ("b/[!1]*.xml", ["b/2.xml"]),
        ("**/*.xml", ["a.xml", "b/10.xml", "b/2.xml"]),
        ("**/d", ["c/d/e.json"]),
        ("c/**", ["c/d/e.json"]),
        ("**", list(EVERYTHING)),
    ],
)
def test_globs(feed: Path, pattern: str, names: list[str]) -> None:
    assert found(feed / pattern) == below(feed, *names)


@pytest.mark.parametrize("name", ["none", "none/*", "**/none", "*.none", "none/**", "[z-a]/**"])
def test_what_is_not_there_is_one_line(feed: Path, name: str) -> None:
    with pytest.raises(WirebeamError) as caught:
        found(feed / name)
    assert "\n" not in str(caught.value)
    assert name in str(caught.value)


def test_a_missing_input_is_told_before_anything_is_read(feed: Path) -> None:
    with pytest.raises(WirebeamError, match="no such file or folder"):
        find([str(feed), str(feed / "none")])
    with pytest.raises(WirebeamError, match="wirebeam stream"):
        find(["https://example.com/feed"])


def test_names_that_could_be_taken_for_marks(tmp_path: Path) -> None:
    names = ["a#2", "100%", "a%232", "x!y", "new\nline", "Zürich.xml", "a b", "[x]"]
    for name in names:
        (tmp_path / name).write_text(name)
    raw = os.fsencode(tmp_path) + b"/latin\xe9"
    Path(os.fsdecode(raw)).write_text("bytes")
    uris = found(tmp_path)
    assert len(set(uris)) == len(names) + 1
    assert {uri.rpartition("/")[2] for uri in uris} == {
        "a%232", "100%25", "a%25232", "x%21y", "new%0Aline", "Zürich.xml", "a b", "[x]", "latin%E9",
    }  # fmt: skip
    for uri in uris:
        uri.encode("utf-8")
        with open_resource(uri) as file:
            assert file.read().decode() in (*names, "bytes")
    assert found(tmp_path / "[x]") == [f"{tmp_path}/[x]"]  # a name comes before a pattern


def test_links(feed: Path) -> None:
    (feed / "c" / "loop").symlink_to(feed)
    (feed / "c" / "self").symlink_to("self")
    (feed / "c" / "again").symlink_to(feed / "b")
    (feed / "c" / "gone").symlink_to("nowhere")
    (feed / "c" / "one.xml").symlink_to(feed / "a.xml")
    links = ["c/d/e.json", "c/gone", "c/one.xml", "c/self"]
    assert found(feed) == below(feed, "a.xml", "b/10.xml", "b/2.xml", *links, "z.txt")
    assert found(feed / "**") == found(feed)
    broken = {one.uri: one for one in find([str(feed)])}[str(feed / "c" / "gone")]
    assert (broken.received_at, broken.size) == (None, None)
    for name in ("gone", "self"):
        with pytest.raises(OSError):  # noqa: PT011 - which one is the system's affair
            open_resource(str(feed / "c" / name))


def test_pipes_and_sockets_in_a_folder_are_passed_over(feed: Path) -> None:
    os.mkfifo(feed / "pipe")
    with socket.socket(socket.AF_UNIX) as server:
        here = os.getcwd()
        os.chdir(feed)  # the path of a socket must be short
        try:
            server.bind("socket")
        finally:
            os.chdir(here)
        assert found(feed) == below(feed, *EVERYTHING)
    assert found(feed / "pipe") == below(feed, "pipe")  # named, it is meant: <(command)


def test_a_folder_that_may_not_be_read_is_handed_on(feed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = os.scandir

    def scandir(
        path: str,
    ) -> AbstractContextManager[
        Iterator[os.DirEntry[str]]
    ]:  # root may read everything, so permission is refused here
        if str(path).endswith("/c"):
            raise PermissionError(13, "Permission denied")
        return real(path)

    monkeypatch.setattr(os, "scandir", scandir)
    assert found(feed) == below(feed, "a.xml", "b/10.xml", "b/2.xml", "c", "z.txt")
    with pytest.raises(IsADirectoryError):
        open_resource(str(feed / "c"))


def test_our_own_datasets_are_no_input(feed: Path) -> None:
    Dataset.open(feed / "out").close()
    (feed / "out" / "stories" / "x.parquet").touch()
    assert found(feed) == below(feed, *EVERYTHING)
    with pytest.raises(WirebeamError, match="is a Wirebeam dataset"):
        found(feed / "out")


def test_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    (resource,) = find(["-"])
    assert (resource.uri, resource.received_at, resource.size) == (STDIN, None, None)
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"an item")))
    assert open_resource(resource.uri).read() == b"an item"


OBJECTS = {
    "wiretest://bucket/feed/b#1.xml": b"one",
    "wiretest://bucket/feed/a.xml.gz": b"\x1f\x8bnot unpacked here",
    "wiretest://bucket/feed/deep/c.xml": b"three",
    "wiretest://bucket/feed/": b"",
    "wiretest://bucket/feed/.tmp/d.xml": b"",
    "wiretest://bucket/feedback/e.xml": b"",
}


class WireTestFileSystem(FileSystem):
    """Objects in memory: Beam finds a file system by its scheme."""

    @classmethod
    def scheme(cls) -> str:
        return "wiretest"

    def match(self, patterns: list[str], limits: object = None) -> list[MatchResult]:
        results = []
        for pattern in patterns:
            matcher = self.translate_pattern(pattern)
            import re

            paths = [path for path in OBJECTS if re.fullmatch(matcher, path)]
            if not paths and not any(c in pattern for c in "*?["):
                raise BeamIOError("no match", {pattern: OSError()})
            data = [FileMetadata(path, len(OBJECTS[path]), 1_700_000_000.5) for path in paths]
            results.append(MatchResult(pattern, data))
        return results

    def open(self, path: str, mime_type: str = "", compression_type: str = "auto") -> io.BytesIO:
        assert compression_type == "uncompressed"
        return io.BytesIO(OBJECTS[path])

    def _unused(self, *arguments: object, **options: object) -> None:
        raise AssertionError("not called")

    join = split = mkdirs = has_dirs = _list = create = copy = rename = _unused
    exists = size = last_updated = checksum = metadata = delete = _unused


def test_objects() -> None:
    resources = list(find(["wiretest://bucket/feed"]))
    assert [one.uri for one in resources] == [
        "wiretest://bucket/feed/a.xml.gz",
        "wiretest://bucket/feed/b%231.xml",
        "wiretest://bucket/feed/deep/c.xml",
    ]
    assert {one.received_at for one in resources} == {1_700_000_000_500_000}
    assert open_resource(resources[0].uri).read() == b"\x1f\x8bnot unpacked here"
    assert open_resource(resources[1].uri).read() == b"one"
    assert found("wiretest://bucket/feed/*.gz") == ["wiretest://bucket/feed/a.xml.gz"]
    assert found("wiretest://bucket/feedback/e.xml") == ["wiretest://bucket/feedback/e.xml"]


@pytest.mark.parametrize("uri", ["wiretest://bucket/none", "wiretest://none/**", "noscheme://bucket/x"])
def test_objects_that_are_not_there(uri: str) -> None:
    with pytest.raises(WirebeamError) as caught:
        found(uri)
    assert "\n" not in str(caught.value)
    assert uri in str(caught.value)


def test_a_large_folder_streams(tmp_path: Path) -> None:
    for folder in range(20):
        (tmp_path / f"{folder:02}").mkdir()
        for number in range(100):
            (tmp_path / f"{folder:02}" / f"{number:03}").touch()
    resources = find([str(tmp_path)])
    first = next(resources)
    assert first.uri == str(tmp_path / "00" / "000")
    (tmp_path / "19" / "zzz").touch()  # not listed before its turn
    assert sum(1 for _ in resources) == 2000
