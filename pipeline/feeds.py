"""The feeds file: one TOML table a feed, checked whole before anything runs.

    [reuters-rss]
    source = "https://feeds.example.com/world.xml"
    provider = "reuters"
    interval = "30s"
    silence = "15m"

`source` is a folder, or an address that `pipeline.sources.connect` knows. `silence` is how long the feed may
say nothing before an alarm is raised. All else are settings of the kind of source.
"""

from __future__ import annotations

import dataclasses
import re
import tomllib
import types
import typing
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.arguments import check_names
from pipeline.cycle import Feed
from pipeline.options import duration
from pipeline.sinks.storage import Location, resolved
from pipeline.sources.connect import connect
from pipeline.sources.live import LiveSource
from pipeline.sources.settings import SettingError, SourceSettings, settings_type
from pipeline.sources.watch import FolderSettings, WatchedFolder, state_folder
from schemas.errors import UsageError, WirebeamError

_OWN = ("source", "silence")
_TABLE = re.compile(r"\s*\[\s*(?:\"([^\"]*)\"|'([^']*)'|([^\]\s]+))\s*\]")
_KEY = re.compile(r"\s*[\"']?([A-Za-z0-9_-]+)[\"']?\s*[=.]")


@dataclass(frozen=True, slots=True)
class FeedConfig:
    """A feed as the user wants it.

    Attributes:
        source: a folder or an address.
        settings: what its kind of source is told; `settings.name` names the feed.
        silence: seconds without an item until an alarm is raised; None for never.
    """

    source: str
    settings: SourceSettings
    silence: float | None = None

    @property
    def name(self) -> str:
        """The feed's, for people, and key of its position where its kind makes no other."""
        return self.settings.name or self.source


def settings_for(source: str) -> type[SourceSettings]:
    """What can be set of a source: a folder, or what its address says.

    Raises:
        UsageError: its address is of no kind that is known.
    """
    if (kind := settings_type(source)) is not None:
        return kind
    if "://" in source and not source.startswith("file://"):
        raise UsageError(f"{source}: not a folder, http(s)://, kafka:// or pubsub://")
    return FolderSettings


def open_feed(config: FeedConfig, output: Location) -> Feed:
    """The feed, not yet opened.

    Args:
        config: what the user wants.
        output: the dataset, which keeps what folders have seen.

    Raises:
        WirebeamError: a variable that holds a secret is not set, or an extra is not installed.
        UsageError: a folder, where the dataset is in none: it cannot keep there what it has seen.
    """
    settings = config.settings
    source: LiveSource
    if isinstance(settings, FolderSettings):
        if not isinstance(output, Path):
            raise UsageError(f"{config.source}: what was seen of a folder is kept in one: write to a folder")
        root = config.source.removeprefix("file://")
        source = WatchedFolder(root, state_folder(output, root), settings)
    else:
        source = connect(config.source, settings, resolved(output))
    return Feed(source, config.name, config.silence)


def read(path: Path) -> list[FeedConfig]:
    """The feeds of a file, in its order.

    Raises:
        UsageError: a line and a key of it, and what is wrong.
    """
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{path}: cannot be read: {error}") from None
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"{path}: no TOML: {error}") from None
    found = []
    sources: dict[str, str] = {}
    for name, table in tables.items():
        try:
            if not isinstance(table, dict):
                raise SettingError(name, "stands outside of a table: begin each feed with [name]")
            config = _feed(name, table)
            if config.source in sources and isinstance(config.settings, FolderSettings):
                raise SettingError("source", f"is that of [{sources[config.source]}] already")
            sources[config.source] = name
            found.append(config)
        except SettingError as error:
            line = _line(text, name, error.key if isinstance(table, dict) else None)
            raise UsageError(f"{path}, line {line}, [{name}]: {error}") from None
    if not found:
        raise UsageError(f"{path}: names no feed; begin each with [name]")
    return found


def _feed(name: str, table: Mapping[str, Any]) -> FeedConfig:
    source = table.get("source")
    if not isinstance(source, str) or not source:
        raise SettingError("source", "is missing: a folder or an address")
    try:
        kind = settings_for(source)
    except UsageError as error:
        raise SettingError("source", str(error)) from None
    hints = typing.get_type_hints(kind)
    known = [field.name for field in dataclasses.fields(kind) if field.name != "name"]
    values: dict[str, Any] = {"name": name}
    for key, value in table.items():
        if key in _OWN:
            continue
        if key not in known:
            raise SettingError(key, f"is no setting of this source; there are {', '.join((*_OWN, *known))}")
        values[key] = typed(key, value, hints[key])
    for key in ("provider", "format"):
        said = values.get(key) or None
        try:
            check_names(said if key == "provider" else None, said if key == "format" else None)
        except WirebeamError as error:
            raise SettingError(key, str(error).removeprefix("--")) from None
    silence = typed("silence", table["silence"], float) if "silence" in table else None
    return FeedConfig(source, kind(**values), silence)


def typed(key: str, value: Any, hint: Any) -> Any:
    """A TOML value as a setting wants it; seconds may be written `30s`, `15m`, `2h`.

    Raises:
        SettingError: it is of another type.
    """
    origin = typing.get_origin(hint)
    if origin is types.UnionType:
        hint = next(one for one in typing.get_args(hint) if one is not type(None))
        origin = typing.get_origin(hint)
    if hint is float and isinstance(value, str):
        try:
            return duration(value) / 1e6
        except WirebeamError as error:
            raise SettingError(key, str(error)) from None
    if hint is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if origin is tuple:
        if isinstance(value, list) and all(isinstance(one, str) for one in value):
            return tuple(value)
        raise SettingError(key, "takes a list of texts")
    if origin is not None and issubclass(origin, Mapping):
        if isinstance(value, dict) and all(isinstance(one, str) for one in value.values()):
            return value
        raise SettingError(key, "takes a table of texts")
    if not isinstance(value, hint) or (hint is int and isinstance(value, bool)):
        names = {str: "a text in quotes", int: "a whole number", float: "a number", bool: "true or false"}
        raise SettingError(key, f"takes {names.get(hint, hint)}, not {value!r}")
    return value


def _line(text: str, table: str, key: str | None) -> int:
    """Number of the line where a key of a table stands, else that of the table."""
    header = 1
    for number, (name, found) in enumerate(_lines(text), 1):
        if name != table:
            continue
        if found is None:
            header = number
        if key is not None and found == key:
            return number
    return header


def _lines(text: str) -> Iterator[tuple[str | None, str | None]]:
    """Table and key of each line; the key is None where it has none."""
    table: str | None = None
    for line in text.splitlines():
        if match := _TABLE.match(line):
            table = next(group for group in match.groups() if group is not None)
            yield table, None
            continue
        key = match.group(1) if (match := _KEY.match(line)) else None
        yield (key if table is None and key else table), key
