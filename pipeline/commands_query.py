"""The commands that ask a dataset: `wirebeam sql`, `views`, `report`, `check`."""

from __future__ import annotations

import datetime as dt
import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from pipeline import display
from pipeline.commands import AsJson, Output, print_json
from pipeline.progress import configure_logging
from schemas.errors import UsageError

queries = typer.Typer()


class AnswerFormat(StrEnum):
    """How an answer is printed."""

    TABLE = "table"
    CSV = "csv"
    JSON = "json"
    PARQUET = "parquet"


@queries.command()
def sql(
    output: Output,
    statement: Annotated[
        str,
        typer.Argument(
            help="SQL over `stories`, `duplicates`, `rejects`, `latest`, `entities`, `mentions`, `volume`, "
            "`links`.",
            show_default=False,
        ),
    ],
    answer_format: Annotated[
        AnswerFormat, typer.Option("--format", help="How to print it.")
    ] = AnswerFormat.TABLE,
    as_json: AsJson = False,
) -> None:
    """Ask a dataset in SQL (DuckDB): `wirebeam sql news "SELECT headline FROM latest LIMIT 9"`.

    `latest` is the valid version of each story: without what was killed or withheld, or is under embargo.
    `wirebeam sql news "DESCRIBE links"` names a view's columns. Times are UTC.
    """
    configure_logging()
    from pipeline import query

    chosen = AnswerFormat.JSON if as_json else answer_format
    if chosen is AnswerFormat.PARQUET:
        if sys.stdout.isatty():
            raise UsageError("--format parquet writes bytes: send them to a file, `> answer.parquet`")
        query.parquet(output, statement, sys.stdout.buffer)
        return

    def fetched(connection: Any) -> tuple[list[str], list[Any]]:
        answer = query.execute(connection, statement)
        return [column[0] for column in answer.description or ()], answer.fetchall()

    names, rows = query.ask(output, fetched)
    if chosen is AnswerFormat.JSON:
        print_json([dict(zip(names, row, strict=True)) for row in rows])
    elif chosen is AnswerFormat.CSV:
        display.csv(names, rows)
    else:
        display.table(names, rows)


@queries.command()
def views(output: Output) -> None:
    """Print the views as SQL that any DuckDB runs: `wirebeam views news > news.sql`, then `.read news.sql`.

    Files are listed with their whole paths, so that it may be run from anywhere.
    """
    configure_logging()
    from pipeline.views import script

    print(script(output, dt.datetime.now(dt.UTC)), end="")


@queries.command()
def report(
    output: Output,
    to: Annotated[str, typer.Option(help="The file, or `-` for standard output.")] = "report.html",
    at: Annotated[
        str,
        typer.Option(help="When silence is measured: `newest` item, `now`, or a time (2026-11-23T12:00Z)."),
    ] = "newest",
) -> None:
    """Write a page about a dataset: volume, silent feeds, rejects, copies, places, names, quality, runs.

    One HTML file that needs no network and runs no script. Install `wirebeam[report]` for it.
    """
    configure_logging()
    from pipeline.arguments import moment
    from pipeline.page.page import report as page
    from pipeline.sinks import durable

    now = dt.datetime.now(dt.UTC)
    made = page(output, moment=moment(at, now), now=now).encode("utf-8", "replace")
    if to == "-":
        sys.stdout.buffer.write(made)
        return
    with durable.explained(to):
        durable.replace(Path(to), made)
    print(f"{to}: {len(made) / 1e6:.1f} MB")


@queries.command()
def check(
    output: Annotated[
        str | None,
        typer.Argument(
            metavar="OUTPUT", help="Folder of the dataset, or s3://..., gs://...", show_default=False
        ),
    ] = None,
    rules: Annotated[
        Path | None, typer.Option(help="A TOML file of what you want otherwise than --print-rules shows.")
    ] = None,
    at: Annotated[
        str, typer.Option(help="When it is asked for: `now`, the `newest` item, or a time.")
    ] = "now",
    print_rules: Annotated[
        bool, typer.Option("--print-rules", help="Print the rules that hold by default, and stop.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Hold a dataset to rules of data quality: empty columns, silent feeds, rejects, times, partitions.

    For a scheduler: exits with 1 when a rule does not hold. An archive is checked with `--at newest`.
    """
    configure_logging()
    from pipeline import check as quality
    from pipeline.arguments import moment
    from pipeline.rules import default_text, load

    if print_rules:
        print(default_text(), end="")
        return
    if output is None:
        raise UsageError("name the folder of the dataset")
    found = quality.check(output, load(rules), moment(at, dt.datetime.now(dt.UTC)))
    if as_json:
        print_json([display.finding(breach) for breach in found])
    else:
        display.breaches(found, output)
    if found:
        raise typer.Exit(1)
