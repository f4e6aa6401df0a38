"""The rules of `wirebeam check`: TOML, with defaults for what a file does not say."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path
from typing import Any

from pipeline.options import duration, size
from schemas.arrow import STORIES
from schemas.errors import Code, UsageError, WirebeamError

_TABLES: Mapping[str, frozenset[str]] = {
    "silence": frozenset({"by_habit", "ignore", "at_most"}),
    "rejects": frozenset({"share", "by_code"}),
    "times": frozenset({"ahead", "share"}),
    "partitions": frozenset({"bytes", "files"}),
}


@dataclass(frozen=True, slots=True)
class Rules:
    """What a dataset is held to. None or an empty mapping: not asked.

    Attributes:
        window: how long before the moment of the check items are looked at, microseconds; None for all.
        least_items: shares of fewer items are passed over.
        nulls: column -> share of a provider's stories in which it may be null or empty.
        silence_by_habit: whether `silent` feeds are findings.
        silence_ignored: providers that may be silent.
        silence_at_most: provider -> longest silence, microseconds.
        reject_share: of everything in the window.
        rejects_by_code: code -> how many there may be in the window.
        ahead: how far after `received_at` an item may be made, microseconds.
        ahead_share: of a provider's stories that may be.
        partition_bytes, partition_files: of one partition, at most.
        queries: (name, SQL): every row that comes back is a finding.
    """

    window: int | None
    least_items: int
    nulls: Mapping[str, float] = field(default_factory=dict)
    silence_by_habit: bool = False
    silence_ignored: Sequence[str] = ()
    silence_at_most: Mapping[str, int] = field(default_factory=dict)
    reject_share: float | None = None
    rejects_by_code: Mapping[str, int] = field(default_factory=dict)
    ahead: int | None = None
    ahead_share: float = 0.0
    partition_bytes: int | None = None
    partition_files: int | None = None
    queries: Sequence[tuple[str, str]] = ()


def default_text() -> str:
    """The file of rules that is held to where none is given."""
    return resources.files("pipeline").joinpath("rules.toml").read_text("utf-8")


def load(path: Path | None = None) -> Rules:
    """The rules of a file, completed by the defaults.

    Raises:
        WirebeamError: it cannot be read.
        UsageError: it is no TOML, or names what there is not.
    """
    given: dict[str, Any] = {}
    if path is not None:
        try:
            given = tomllib.loads(path.read_text("utf-8"))
        except OSError as error:
            raise WirebeamError(f"{path}: {error.strerror}") from None
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise UsageError(f"{path}: not TOML ({error})") from None
    try:
        return _rules(_merged(tomllib.loads(default_text()), given))
    except UsageError as error:
        raise UsageError(f"{path}: {error}") from None
    except (TypeError, ValueError, AttributeError, KeyError) as error:
        raise UsageError(f"{path}: a value is of the wrong kind ({error}); see --print-rules") from None


def _merged(base: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    made = dict(base)
    for name, value in given.items():
        both = isinstance(value, dict) and isinstance(base.get(name), dict)
        made[name] = _merged(base[name], value) if both else value
    return made


def _rules(said: Mapping[str, Any]) -> Rules:
    known = {"window", "least_items", "nulls", "query", *_TABLES}
    if unknown := sorted(set(said) - known):
        raise UsageError(f"no rule {unknown[0]!r}; there are {', '.join(sorted(known))}")
    # A whole table that is false is off.
    parts = {name: said[name] if said.get(name) else {} for name in (*_TABLES, "nulls")}
    for name, keys in _TABLES.items():
        if unknown := sorted(set(parts[name]) - keys):
            raise UsageError(f"no rule {name}.{unknown[0]}; there are {', '.join(sorted(keys))}")
    nulls = _on(parts["nulls"], float)
    if unknown := sorted(set(nulls) - set(STORIES.names)):
        raise UsageError(f"nulls.{unknown[0]}: stories have no such column")
    codes = _on(parts["rejects"].get("by_code") or {}, int)
    if unknown := sorted(set(codes) - set(Code)):
        raise UsageError(f"rejects.by_code.{unknown[0]}: no such code; there are {', '.join(Code)}")
    silence, times, partitions = parts["silence"], parts["times"], parts["partitions"]
    reject_share = parts["rejects"].get("share", False)
    return Rules(
        window=None if said["window"] == "all" else duration(said["window"]),
        least_items=int(said["least_items"]),
        nulls=nulls,
        silence_by_habit=bool(silence.get("by_habit")),
        silence_ignored=tuple(silence.get("ignore") or ()),
        silence_at_most=_on(silence.get("at_most") or {}, duration),
        reject_share=None if reject_share is False else float(reject_share),
        rejects_by_code=codes,
        ahead=duration(times["ahead"]) if times.get("ahead") else None,
        ahead_share=float(times.get("share") or 0),
        partition_bytes=size(str(partitions["bytes"])) if partitions.get("bytes") else None,
        partition_files=int(partitions["files"]) if partitions.get("files") else None,
        queries=tuple((str(one["name"]), str(one["sql"])) for one in said.get("query") or ()),
    )


def _on(values: Mapping[str, Any], read: Any) -> dict[str, Any]:
    return {name: read(value) for name, value in values.items() if value is not False}
