"""The command line: `wirebeam run`, `inspect`, `formats`, `providers`; the others are in `commands*.py`."""

from __future__ import annotations

import datetime as dt
import sys
from typing import Annotated

import typer

from pipeline import arguments, choices, display
from pipeline.allocator import share_arenas
from pipeline.collector import look_less_often
from pipeline.commands import AsJson, commands, print_json
from pipeline.commands_query import queries
from pipeline.commands_stream import streams
from pipeline.commands_upkeep import upkeep
from pipeline.progress import configure_logging, progress
from schemas.errors import UsageError, WirebeamError

DONE, FAILED, USAGE = 0, 1, 2

app = typer.Typer(
    name="wirebeam",
    help="Raw wire items in, clean partitioned Parquet out.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
)

app.add_typer(commands)
app.add_typer(streams)
app.add_typer(queries)
app.add_typer(upkeep)


@app.command(epilog="Beam's own options follow `--`: `wirebeam run feed/ -o news -- --direct_num_workers=2`")
def run(
    inputs: Annotated[
        list[str],
        typer.Argument(
            metavar="INPUT...",
            help="Files, folders, globs, archives, object URIs, or `-` for standard input.",
            show_default=False,
        ),
    ],
    output: choices.Output,
    provider: choices.Provider = None,
    source_format: choices.FormatName = None,
    ner: choices.Ner = "rules",
    ner_model: choices.NerModel = None,
    entities: choices.Entities = None,
    mediatopics: choices.Mediatopics = None,
    horizon: choices.Horizon = "72h",
    partition_by: choices.PartitionKeys = None,
    runner: Annotated[
        str, typer.Option(help="Where it runs: FnApiRunner (here), FlinkRunner, DataflowRunner.")
    ] = "FnApiRunner",
    max_item_bytes: choices.MaxItemBytes = 32 << 20,
    max_members: choices.MaxMembers = 100_000,
    max_expansion: choices.MaxExpansion = 4 << 30,
    max_nesting: choices.MaxNesting = 3,
    max_depth: choices.MaxDepth = 200,
    table: Annotated[
        str | None, typer.Option(help="Publish to Iceberg too: CATALOG.NAMESPACE; see `wirebeam publish`.")
    ] = None,
    catalog_uri: Annotated[str | None, typer.Option(help="Where that catalog is.")] = None,
    strict: Annotated[bool, typer.Option("--strict", help="Exit with 1 when an item was rejected.")] = False,
    as_json: AsJson = False,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Show Beam's own log.")] = False,
) -> None:
    """Read raw items into a dataset: a batch, committed whole or not at all.

    Every item ends in exactly one of stories/, duplicates/ and rejects/. The same input again adds nothing.
    """
    configure_logging(verbose)
    from pipeline import dataflow
    from pipeline.options import microseconds, named
    from pipeline.run import run as run_batch

    now = dt.datetime.now(dt.UTC)
    config = choices.configured(
        inputs,
        output,
        ingested_at=microseconds(now),
        now=now,
        provider=provider,
        source_format=source_format,
        ner=ner,
        ner_model=ner_model,
        entities=entities,
        mediatopics=mediatopics,
        horizon=horizon,
        partition_by=partition_by,
        max_item_bytes=max_item_bytes,
        max_members=max_members,
        max_expansion=max_expansion,
        max_nesting=max_nesting,
        max_depth=max_depth,
    )
    if dataflow.detached(runner, dict(named(arguments.beam_options))):
        from pipeline.detached import submit

        submit(config, runner, arguments.beam_options)
        print(f"run {config.run_id}: template made; its job commits to {output} by itself", file=sys.stderr)
        return
    with progress():
        outcome = run_batch(config, runner, arguments.beam_options)
    if as_json:
        print_json(dict(outcome.report))
    else:
        display.report(outcome.report, output)
    if table:
        from pipeline.sinks.iceberg import publish

        publish(output, table, catalog_uri)
    if strict and outcome.counts["rejects"]:
        raise typer.Exit(FAILED)


@app.command()
def inspect(
    file: Annotated[str, typer.Argument(help="A file of one or many items.", show_default=False)],
    provider: choices.Provider = None,
    source_format: choices.FormatName = None,
) -> None:
    """Explain how a file is read: its format and why, each field and where it stood, as JSON.

    A file of one item prints one object, a file of several a list.
    """
    configure_logging()
    from pipeline.inspection import inspect as explain
    from pipeline.options import microseconds

    arguments.check_names(provider, source_format)
    now = microseconds(dt.datetime.now(dt.UTC))
    found = list(explain(file, ingested_at=now, provider=provider, source_format=source_format))
    print_json(found[0] if len(found) == 1 else found)


@app.command(name="worker-pool")
def worker_pool(
    host: Annotated[
        str, typer.Option(help="Address to listen on. Whoever reaches it runs code here: keep it private.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on.")] = 50000,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Show what workers log.")] = False,
) -> None:
    """Run Wirebeam's workers beside a Flink TaskManager, until stopped.

    Started on each TaskManager's machine (or in its pod), from the same installation as `wirebeam run`.
    """
    configure_logging(verbose)
    from pipeline.worker_pool import serve

    serve(host, port, verbose=verbose)


@app.command(name="formats")
def list_formats(as_json: AsJson = False) -> None:
    """List the formats that are read, in the order in which they are tried."""
    configure_logging()
    from transforms.parse.registry import formats

    known = [(one.name, one.title) for one in formats()]
    if as_json:
        print_json([{"name": name, "title": title} for name, title in known])
    else:
        display.table(["format", "what it is"], known)


@app.command(name="providers")
def list_providers(as_json: AsJson = False) -> None:
    """List the agencies that are known, as the `provider` column names them."""
    configure_logging()
    from schemas.agency import agencies

    known = sorted(agencies().by_key.values(), key=lambda agency: agency.key)
    if as_json:
        rows = [(one.key, one.name, one.country, list(one.languages)) for one in known]
        print_json([dict(zip(("key", "name", "country", "languages"), row, strict=True)) for row in rows])
    else:
        cells = [(one.key, one.name, one.country, " ".join(one.languages)) for one in known]
        display.table(["provider", "agency", "country", "languages"], cells)


def main(given: list[str] | None = None) -> None:
    """Entry point: exits with 0 done, 1 failed, 2 usage."""
    look_less_often()
    share_arenas()
    given = sys.argv[1:] if given is None else given
    arguments.beam_options[:] = []
    if "--" in given:
        cut = given.index("--")
        given, arguments.beam_options[:] = given[:cut], given[cut + 1 :]
    try:
        app(args=given)
    except WirebeamError as error:
        print(f"wirebeam: {error}", file=sys.stderr)
        sys.exit(USAGE if isinstance(error, UsageError) else FAILED)
    except KeyboardInterrupt:
        print("wirebeam: stopped; nothing was committed", file=sys.stderr)
        sys.exit(FAILED)
    except BrokenPipeError:
        # The reader of a pipe went away: not our failure, and Python must not complain at exit.
        sys.stdout = None
        sys.exit(DONE)
