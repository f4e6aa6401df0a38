"""What a cycle of a stream made of the items of each feed, read from what it staged."""

from __future__ import annotations

import collections
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa

from pipeline.plan import VERDICTS_FILE
from pipeline.sinks.storage import Location, files_below, local

_OUTCOMES = {"stories": "story", "duplicates": "copy", "rejects": "reject"}


@dataclass(frozen=True, slots=True)
class Account:
    """What became of items, by feed.

    Attributes:
        items: (feed, provider, outcome) -> how many; outcome is `story`, `copy` or `reject`.
        wire_lags: (feed, seconds) of each story and copy: from when it was made until it was received.
        received: (feed, when) of each item: microseconds since the epoch (UTC).
    """

    items: collections.Counter[tuple[str, str, str]] = field(default_factory=collections.Counter)
    wire_lags: list[tuple[str, float]] = field(default_factory=list)
    received: list[tuple[str, int]] = field(default_factory=list)


def feed_of(source: str, feeds: Mapping[str, str]) -> str:
    """The feed of an item: `source` is its delivery's URI, or that with marks of members and numbers."""
    while source:
        if source in feeds:
            return feeds[source]
        source = source[: max(source.rfind("#"), source.rfind("!"), 0)]
    return ""


def account(folder: Location, feeds: Mapping[str, str]) -> Account:
    """The account of a cycle.

    Args:
        folder: staging folder of the run, before it is discarded.
        feeds: URI of each delivery -> its feed.
    """
    made = Account()
    name = Path(VERDICTS_FILE)
    places = files_below(folder / "links", f"{name.stem}-*{name.suffix}")
    if not places:
        return made
    with pa.memory_map(str(local(places[0]))) as source:  # one attempt, one table
        verdicts = pa.ipc.open_file(source).read_all()
        files = (verdicts.schema.metadata or {}).get(b"files", b"").decode().split("\n")
        tables: dict[int, dict[str, list[object]]] = {}
        columns = (verdicts.column(name).to_pylist() for name in ("dataset", "file", "row"))
        for dataset, number, row in zip(*columns, strict=True):
            if number not in tables:
                tables[number] = _columns(files[number])
            values = tables[number]
            feed = feed_of(str(values["source"][row]), feeds)
            provider = str(values["provider"][row]) if "provider" in values else ""
            made.items[feed, provider, _OUTCOMES[dataset]] += 1
            received = int(str(values["received_at"][row]))
            made.received.append((feed, received))
            if "version_created" in values:
                made.wire_lags.append((feed, (received - int(str(values["version_created"][row]))) / 1e6))
    return made


def _columns(path: str) -> dict[str, list[object]]:
    with pa.memory_map(str(local(path))) as source:
        table = pa.ipc.open_file(source).read_all()
        found: dict[str, list[object]] = {}
        for name in ("source", "provider", "received_at", "version_created"):
            if name in table.column_names:
                column = table.column(name)
                timed = pa.types.is_timestamp(column.type)
                found[name] = (column.cast(pa.int64()) if timed else column).to_pylist()
        return found
