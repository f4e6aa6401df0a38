"""Files, folders, globs, standard input and object stores: every resource that a batch reads, in order.

A resource's URI is its absolute POSIX path, or `gs://bucket/key`, with the few characters escaped that
`transforms.expand.names` lists: a file `a#2.xml` is `a%232.xml`, since `a#2` is the second item of `a`.
"""

from __future__ import annotations

import glob
import os
import re
import stat
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import BinaryIO, cast
from urllib.parse import unquote_to_bytes, urlsplit

from schemas.errors import WirebeamError
from schemas.raw import Attribute
from transforms.expand import names

STDIN = "stdin"
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://")
_LIVE = frozenset({"http", "https", "kafka", "pubsub"})
_MAGIC = re.compile(r"[*?\[]")
_MARKER = "_wirebeam.json"  # pipeline.sinks.folder.MARKER, without its imports


@dataclass(frozen=True, slots=True)
class Resource:
    """One object to read: a file or a message, archives unopened.

    Attributes:
        uri: see above; `stdin` for standard input.
        received_at: modification time, microseconds since the epoch (UTC); None where nobody tells.
        size: bytes, None where nobody tells.
        data: its bytes, where they came with it; None where `open_resource` opens `uri`.
        media_type, provider, source_format: what its source says of it.
        attributes: headers or attributes of a message, in their order.
        problem: why it must not be read: it becomes a reject as it is.
    """

    uri: str
    received_at: int | None
    size: int | None
    data: bytes | None = None
    media_type: str | None = None
    provider: str | None = None
    source_format: str | None = None
    attributes: Sequence[Attribute] = ()
    problem: str | None = None


def find(inputs: Sequence[str]) -> Iterator[Resource]:
    """Every resource that the inputs name, in their order; folders sorted by name, one after the other.

    Folders are read with all their subfolders, each folder once however many links lead to it. Hidden
    files, our own datasets and what is no regular file (sockets, pipes) are passed over. A link that leads
    nowhere and a folder that may not be read are yielded: opening them fails, which makes them rejects.

    Args:
        inputs: paths of files and folders, globs (`**` crosses folders), `-` for standard input, `file://`
            or object URIs (`gs://`, `s3://`, `hdfs://`; a prefix without wildcards means all below it).

    Raises:
        WirebeamError: an input does not exist or matches nothing; local ones are checked at once.
    """
    return _found([(given, *_checked(given)) for given in inputs])


def _checked(given: str) -> tuple[str, str]:
    """Kind of an input and its local path, or its URI."""
    if given in ("-", STDIN):
        return "stdin", STDIN
    if match := _SCHEME.match(given):
        scheme = match.group(1).lower()
        if scheme in _LIVE:
            raise WirebeamError(f"{given}: `wirebeam run` reads what is complete; use `wirebeam stream`")
        if scheme != "file":
            return "objects", given
        given = os.fsdecode(unquote_to_bytes(urlsplit(given).path))
    path = os.path.abspath(given)
    if os.path.isfile(os.path.join(path, _MARKER)):
        raise WirebeamError(f"{given}: is a Wirebeam dataset; name the folder of the raw items")
    if os.path.isdir(path):
        return "folder", path
    if os.path.lexists(path):
        return "file", path
    if _MAGIC.search(given):
        return "glob", path
    raise WirebeamError(f"{given}: no such file or folder")


def _found(inputs: Sequence[tuple[str, str, str]]) -> Iterator[Resource]:
    seen: set[tuple[int, int]] = set()
    named: set[str] = set()
    for given, kind, path in inputs:
        if path in named:
            continue
        named.add(path)
        if kind == "stdin":
            yield Resource(STDIN, None, None)
        elif kind == "objects":
            yield from _objects(path)
        elif kind == "folder":
            yield from _walk(path, seen)
        elif kind == "file":
            yield _resource(path)
        else:
            matches = _matches(path, seen)
            if (first := next(matches, None)) is None:
                raise WirebeamError(f"{given}: matches no file")
            yield first
            yield from matches


def _resource(path: str) -> Resource:
    try:
        status = os.stat(path)
    except OSError:
        return Resource(names.escape(path), None, None)
    size = status.st_size if stat.S_ISREG(status.st_mode) else None
    return Resource(names.escape(path), status.st_mtime_ns // 1000, size)


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:  # links that go round in circles
        return False


def _is_special(entry: os.DirEntry[str]) -> bool:
    try:
        return not entry.is_file() and not entry.is_symlink()
    except OSError:
        return False


def _walk(top: str, seen: set[tuple[int, int]]) -> Iterator[Resource]:
    """Files below a folder. Holds the names of the folders on the way down, no more."""
    left: list[tuple[str, bool]] = [(top, True)]
    while left:
        path, is_folder = left.pop()
        if not is_folder:
            yield _resource(path)
            continue
        try:
            status = os.stat(path)
            if (status.st_dev, status.st_ino) in seen:
                continue
            seen.add((status.st_dev, status.st_ino))
            with os.scandir(path) as entries:
                found = [entry for entry in entries if not entry.name.startswith(".")]
        except OSError:
            yield Resource(names.escape(path), None, None)
            continue
        if any(entry.name == _MARKER for entry in found):
            continue
        found.sort(key=lambda entry: entry.name, reverse=True)
        for entry in found:
            folder = _is_folder(entry)
            if folder or not _is_special(entry):
                left.append((entry.path, folder))


def _matches(pattern: str, seen: set[tuple[int, int]]) -> Iterator[Resource]:
    if "**" not in pattern:
        for path in sorted(glob.glob(pattern)):
            if os.path.isdir(path):
                yield from _walk(path, seen)
            else:
                yield _resource(path)
        return
    # The glob module follows links in circles: walk, and match what is found or a folder it lies in.
    base = _MAGIC.split(pattern, maxsplit=1)[0].rpartition("/")[0] or "/"
    try:
        wanted = re.compile(_regex(pattern) + "(?:/.*)?", re.S)
    except re.error as error:
        raise WirebeamError(f"{pattern}: not a pattern ({error})") from None
    for resource in _walk(base, seen) if os.path.isdir(base) else ():
        if wanted.fullmatch(names.unescape(resource.uri)):
            yield resource


def _regex(pattern: str) -> str:
    """A glob as a regular expression: `**/` any folders, `*` and `?` and `[...]` within a name."""
    tokens = re.split(r"(\*\*/|\*+|\?|\[!?\]?[^\]/]*\])", pattern)
    special = {"**/": "(?:[^/]+/)*", "**": ".*", "*": "[^/]*", "?": "[^/]"}
    made = []
    for token in tokens:
        if token in special:
            made.append(special[token])
        elif token[:1] == "[" and token[-1:] == "]" and len(token) > 2:
            inside = token[1:-1].replace("\\", r"\\").replace("[", r"\[")
            made.append(f"[^{inside[1:]}]" if inside[0] == "!" else f"[{inside}]")
        else:
            made.append(re.escape(token))
    return "".join(made)


def _objects(uri: str) -> Iterator[Resource]:
    from apache_beam.io.filesystem import BeamIOError
    from apache_beam.io.filesystems import FileSystems

    def match(pattern: str) -> list[tuple[str, int, float]]:
        try:
            results = FileSystems.match([pattern])
        except BeamIOError:
            return []
        except (ValueError, ImportError) as error:
            raise WirebeamError(f"{uri}: {str(error).splitlines()[0]}") from error
        found = [data for result in results for data in result.metadata_list]
        return sorted((data.path, data.size_in_bytes, data.last_updated_in_seconds) for data in found)

    found = match(uri)
    if not found and not _MAGIC.search(uri):
        found = match(uri.rstrip("/") + "/**")
    if not found:
        raise WirebeamError(f"{uri}: no such object, or no access to it")
    start = len(uri.rpartition("/")[0])
    for path, size, updated in found:
        if not path.endswith("/") and not names.hidden(path[start:]):
            yield Resource(names.escape(path), int(updated * 1_000_000) if updated else None, size)


def open_resource(uri: str) -> BinaryIO:
    """A resource's bytes, as they are: nothing is decompressed.

    Args:
        uri: `Resource.uri`.

    Raises:
        OSError: it is gone, a folder, or may not be read.
    """
    if uri == STDIN:
        return sys.stdin.buffer
    path = names.unescape(uri)
    if not _SCHEME.match(path):
        return open(path, "rb")
    from apache_beam.io.filesystem import CompressionTypes
    from apache_beam.io.filesystems import FileSystems

    return cast(BinaryIO, FileSystems.open(path, compression_type=CompressionTypes.UNCOMPRESSED))
