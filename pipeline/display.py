"""Answers for people, on standard output."""

from __future__ import annotations

import csv as csv_module
import dataclasses
import datetime as dt
import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import orjson
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from pipeline.wording import brief

_WIDTH = 60


def _console() -> Console:
    """Standard output: no styles and no fixed width in a pipe."""
    return Console(highlight=False, soft_wrap=True)


def plain(value: Any) -> Any:
    """JSON value of what orjson does not know: bytes as hex, everything else as text."""
    return value.hex() if isinstance(value, bytes) else str(value)


def report(made: Mapping[str, Any], output: str) -> None:
    """A run's report: what was read, and what became of it."""
    console = _console()
    counts = made["counts"]
    rate = counts["read"] / made["seconds"] if made["seconds"] else 0.0
    console.print(
        f"{counts['read']:,} items read = {counts['stories']:,} stories + {counts['duplicates']:,} duplicates"
        f" + {counts['rejects']:,} rejects + {counts['redelivered']:,} redelivered"
        f"   ({made['seconds']:.1f} s, {rate:,.0f} items/s)"
    )
    for title in ("formats", "providers", "links", "rejects", "overflows", "untagged"):
        if found := made.get(title):
            console.print(f"  {title:10s} " + ", ".join(f"{escape(str(k))} {v:,}" for k, v in found.items()))
    if counts["rejects"]:
        console.print(f'  why: wirebeam sql {escape(output)} "SELECT code, message, source FROM rejects"')


def overview(found: Mapping[str, Any]) -> None:
    """What a dataset holds."""
    console = _console()
    rows = found["rows"]
    console.print(" · ".join(f"{rows[name]:,} {name}" for name in rows))
    if found["from"]:
        console.print(f"  {'time':10s} {found['from']} to {found['to']}")
    for title, counted in found.items():
        if title not in ("rows", "from", "to"):
            values = ", ".join(f"{escape(str(k))} {v:,}" for k, v in counted.items())
            console.print(f"  {title:10s} {values}")


def story(rows: Sequence[Mapping[str, Any]]) -> None:
    """One story, version by version, copies under what they copy."""
    console = _console()
    for row in rows:
        copy = row["dataset"] == "duplicates"
        kind = f"{row['duplicate_kind']} copy" if copy else row["revision_kind"] or "story"
        if not copy and row["pub_status"] != "usable":
            kind += f", {row['pub_status']}"
        moment = f"{row['version_created']:%Y-%m-%d %H:%M:%S}Z"
        headline = escape(row["headline"] or "(no headline)")
        console.print(f"{'  ' if copy else ''}{moment}  [bold]{escape(kind):14s}[/bold] {headline}")
        indent = "    " if copy else "  "
        console.print(f"{indent}[dim]{escape(row['provider'])}  {escape(row['uri'])}[/dim]")
        if row["link_reason"]:
            target = row["duplicate_of"] or row["revision_of"] or ""
            likeness = f" ({row['similarity']:.2f})" if row["similarity"] is not None else ""
            console.print(f"{indent}[dim]{escape(row['link_reason'])}{likeness} -> {escape(target)}[/dim]")
        for name, pieces in (row["changes"] or {}).items():
            if name != "from":
                changed = _diff(console, pieces) if pieces else "unchanged"
                console.print(f"{indent}{name.removesuffix('_text')}: {changed}")


def _diff(console: Console, pieces: Sequence[Mapping[str, str]]) -> str:
    """A word diff: in colour on a terminal, [-gone-] {+new+} elsewhere."""
    if console.is_terminal and not console.no_color:
        marks = {"gone": ("[red strike]", "[/]"), "new": ("[green]", "[/]")}
    else:
        marks = {"gone": (escape("[-"), "-]"), "new": ("{+", "+}")}
    shown = []
    for piece in pieces:
        before, after = marks.get(piece["kind"], ("", ""))
        shown.append(f"{before}{escape(brief(piece['text']))}{after}")
    return " ".join(shown)


def why(found: Mapping[str, Any]) -> None:
    """Why two items are one story, or two."""
    console = _console()
    console.print(f"[bold]{escape(found['answer'])}[/bold]")
    judged = found["judged"]
    console.print(f"  {escape(judged['reason'])} (similarity {judged['similarity']:.2f})")
    if other := found["otherwise"]:
        recurs = "did not recur" if found["recurs"] else "recurred"
        console.print(
            f"  if the form {recurs}: {escape(other['kind'] or 'two stories')}, {escape(other['reason'])}"
        )
    for name in ("earlier", "later"):
        row = found[name]
        moment = f"{row['version_created']:%Y-%m-%d %H:%M:%S}Z"
        console.print(f"{name:8s} {moment}  {escape(row['headline'] or '(no headline)')}")
        console.print(f"         [dim]{escape(row['uri'])}  in {row['dataset']}[/dim]")
        for link in row["links"]:
            console.print(f"         [dim]-> {escape(link['to'])}: {escape(link['reason'])}[/dim]")
    console.print(
        f"{found['keys_shared']} candidate keys shared; "
        f"{found['recurring']} stories began with this form before"
    )
    for one in found["measures"]:
        mark = ">" if one["decided"] else " "
        if one["bound"] is None:
            console.print(f"{mark} {one['what']}")
            continue
        holds = "holds" if one["holds"] else "fails"
        console.print(f"{mark} {one['what']:17s} {one['value']:7.2f}  {holds}: {one['bound']}")


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, dt.datetime):
        return value.astimezone(dt.UTC).strftime("%Y-%m-%d %H:%M:%SZ") if value.tzinfo else str(value)
    if isinstance(value, bytes):
        return f"{len(value)} bytes"
    text = " ".join(str(value).split())
    return text if len(text) <= _WIDTH else text[: _WIDTH - 1] + "…"


def table(names: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Rows as a table."""
    made = Table(*[escape(name) for name in names], box=None, header_style="bold", pad_edge=False)
    for row in rows:
        made.add_row(*[escape(_cell(value)) for value in row])
    console = Console(highlight=False)
    if not console.is_terminal:
        console = Console(highlight=False, width=max(80, 24 * len(names)))
    console.print(made)


def csv(names: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Rows as CSV with a header."""
    writer = csv_module.writer(sys.stdout, lineterminator="\n")
    writer.writerow(names)
    writer.writerows(map(_csv_cell, row) for row in rows)


def _csv_cell(value: Any) -> Any:
    """Nested values as JSON, bytes as hex."""
    if isinstance(value, list | dict):
        return orjson.dumps(value, default=plain).decode()
    return value.hex() if isinstance(value, bytes) else value


def compaction(done: Any, output: str) -> None:
    """What a compaction did."""
    console = _console()
    (files, left), (size, small) = done.files, done.bytes
    if not done.changed and files == left:
        console.print(f"{escape(output)}: nothing to do, {done.linked:,} items in {files:,} files")
        return
    console.print(
        f"{done.linked:,} items: links of {done.changed:,} changed, {done.moved:,} moved between"
        f" stories and duplicates; {files:,} files, {size / 1e6:,.1f} MB -> {left:,} files,"
        f" {small / 1e6:,.1f} MB"
    )
    for name, count in sorted(done.overflows.items()):
        console.print(f"  bound reached: {escape(name)} {count:,}")


def finding(found: Any) -> dict[str, Any]:
    """A broken promise as JSON values."""
    return dataclasses.asdict(found)


def findings(found: Sequence[Any], output: str) -> None:
    """Broken promises, or that there are none."""
    console = _console()
    if not found:
        console.print(f"{escape(output)}: every promise holds")
        return
    for one in found:
        values = dataclasses.asdict(one)
        console.print("  ".join(escape(str(value)) for value in values.values() if value not in (None, "")))
    console.print(f"{len(found)} findings")


def breaches(found: Sequence[Any], output: str) -> None:
    """Rules that do not hold, or that all do."""
    console = _console()
    for one in found:
        console.print(f"{escape(one.rule)}: {escape(one.message)}")
    if not found:
        console.print(f"{escape(output)}: every rule holds")
