"""The commands over a dataset: `wirebeam show`, `why`, `verify`, `compact`."""

from __future__ import annotations

import sys
from typing import Annotated, Any

import orjson
import typer

from pipeline import display
from pipeline.progress import configure_logging, progress

commands = typer.Typer()


Output = Annotated[
    str, typer.Argument(help="Folder of the dataset, or s3://..., gs://...", show_default=False)
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for scripts.")]


@commands.command()
def show(
    output: Output,
    story: Annotated[
        str | None, typer.Option(help="One story with its versions and copies: a story_id, uri or item_id.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Show what a dataset holds, or one story."""
    configure_logging()
    from pipeline import query
    from pipeline import show as looking

    connection = query.connect(output)
    if story is None:
        found = looking.overview(connection)
        print_json(found) if as_json else display.overview(found)
    else:
        rows = looking.story(connection, story)
        print_json(rows) if as_json else display.story(rows)


@commands.command()
def why(
    output: Output,
    one: Annotated[str, typer.Argument(metavar="ID", help="A uri or item_id.", show_default=False)],
    other: Annotated[str, typer.Argument(metavar="ID", help="Another one.", show_default=False)],
    horizon: Annotated[str, typer.Option(help="How far apart in time copies may be.")] = "72h",
    as_json: AsJson = False,
) -> None:
    """Say why two items are, or are not, one story: the reason, and each measure beside its bound."""
    configure_logging()
    from pipeline.options import duration
    from pipeline.why import why as explain

    found = explain(output, one, other, duration(horizon))
    print_json(found) if as_json else display.why(found)


@commands.command()
def compact(
    output: Output,
    horizon: Annotated[
        str | None,
        typer.Option(help="How far apart in time copies and versions may be; default: as in the last run."),
    ] = None,
    target_bytes: Annotated[str, typer.Option(help="Size that files are merged to: 128MB, 1GB.")] = "128MB",
    ner: Annotated[
        str | None,
        typer.Option(help="How copies that become stories are tagged; default: as in the last run."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Settle late links and merge small files: one commit, safe to stop at any moment.

    However the feed was cut into runs, links are then as if all items had come at once.
    """
    configure_logging()
    from pipeline.compact import compact as settle
    from pipeline.options import duration, size

    with progress():
        done = settle(
            output,
            horizon=duration(horizon) if horizon else None,
            target=size(target_bytes),
            ner=ner,
        )
    if as_json:
        print_json(display.finding(done))
    else:
        display.compaction(done, output)


@commands.command()
def verify(output: Output, as_json: AsJson = False) -> None:
    """Check a dataset's promises from its files; exit with 1 when one is broken."""
    configure_logging()
    from pipeline import committable
    from pipeline.sinks.dataset import Dataset
    from pipeline.verify import verify as check

    findings = check(output)
    if as_json:
        print_json([display.finding(found) for found in findings])
    else:
        display.findings(findings, output)
    place = Dataset.read(output).queued
    if waiting := committable.count(place):
        typer.echo(
            f"{place}: {waiting} files of a queue's messages wait; their stream commits them when it runs",
            err=True,
        )
    if findings:
        raise typer.Exit(1)


def print_json(value: Any) -> None:
    """JSON on standard output, for scripts."""
    options = orjson.OPT_INDENT_2 | orjson.OPT_NON_STR_KEYS | orjson.OPT_APPEND_NEWLINE
    sys.stdout.buffer.write(orjson.dumps(value, option=options, default=display.plain))
    sys.stdout.flush()
