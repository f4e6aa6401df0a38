"""The commands that keep a dataset in shape: `wirebeam replay`, `expire`, `publish`."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

import typer

from pipeline import display
from pipeline.commands import AsJson, Output, print_json
from pipeline.progress import configure_logging, progress
from schemas.errors import UsageError

upkeep = typer.Typer()


@upkeep.command()
def replay(
    output: Output,
    code: Annotated[
        list[str] | None, typer.Option(help="Only rejects with this code; may be given again.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Put rejects through again, after a fix: what passes moves to stories or duplicates, in one commit.

    Items keep their source and the time at which they were received. Rejects without their whole bytes stay.
    """
    configure_logging()
    from pipeline.replay import replay as again
    from schemas.errors import Code

    if unknown := sorted(set(code or ()) - set(Code)):
        raise UsageError(f"--code {unknown[0]}: no such code; there are {', '.join(Code)}")
    with progress():
        done = again(output, codes=code or ())
    if as_json:
        print_json(display.finding(done))
        return
    print(f"{done.tried:,} rejects read again, {done.passed:,} passed, {done.left:,} left")


@upkeep.command()
def expire(
    output: Output,
    before: Annotated[str, typer.Option(help="A date or time: 2026-01-31.", show_default=False)],
    as_json: AsJson = False,
) -> None:
    """Remove what is older than a date, in one commit. There is no way back: keep a copy of what you need.

    A story goes with all its versions and copies, once the newest of them is older; rejects go by the time at
    which they were received. What is sent again after it expired is a new story.
    """
    configure_logging()
    from pipeline.arguments import moment
    from pipeline.expire import expire as remove

    at = moment(before, dt.datetime.now(dt.UTC))
    if at is None:
        raise UsageError("--before newest: name a date, such as 2026-01-31")
    done = remove(output, at)
    if as_json:
        print_json(display.finding(done))
        return
    removed = ", ".join(f"{rows:,} {name}" for name, rows in done.rows.items())
    size, left = (bytes_ / 1e6 for bytes_ in done.bytes)
    print(f"removed {removed}; {size:,.1f} MB -> {left:,.1f} MB")


@upkeep.command()
def publish(
    output: Output,
    table: Annotated[str, typer.Option(help="CATALOG.NAMESPACE of the tables.", show_default=False)],
    catalog_uri: Annotated[
        str | None,
        typer.Option(help="Where the catalog is: http://... (REST) or sqlite:///...; else PyIceberg knows."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Bring Iceberg tables to what the dataset holds: the same files, as a snapshot. Twice is once.

    After `compact`, `replay` and `expire`, whose removed files older snapshots name in vain. Without a
    catalog in PyIceberg's configuration, or --catalog-uri, it is a SQLite file in the dataset's `_iceberg/`.
    """
    configure_logging()
    from pipeline.sinks.iceberg import publish as bring

    done = bring(output, table, catalog_uri)
    if as_json:
        print_json([display.finding(one) for one in done])
        return
    for one in done:
        change = f"{one.added:,} files added, {one.removed:,} removed" if one.snapshot else "nothing to do"
        print(f"{one.table}: {change}")
