"""The commands that keep a dataset in shape: `wirebeam replay`, `expire`."""

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
