"""The commands that ask a dataset: `wirebeam sql`, `views`."""

from __future__ import annotations

import datetime as dt
import sys
from enum import StrEnum
from typing import Annotated, Any

import typer

from pipeline import display
from pipeline.commands import AsJson, Output, print_json
from pipeline.progress import configure_logging
from schemas.errors import WirebeamError

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
            raise WirebeamError("--format parquet writes bytes: send them to a file, `> answer.parquet`")
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
