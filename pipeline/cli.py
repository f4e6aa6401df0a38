"""The command line: `wirebeam run`, `inspect`, `formats`, `providers`; the others are in `commands*.py`."""

from __future__ import annotations

import datetime as dt
import sys
from pathlib import Path
from typing import Annotated

import typer

from pipeline import arguments, display
from pipeline.commands import AsJson, commands, print_json
from pipeline.commands_query import queries
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
app.add_typer(queries)

# What stood after `--`: Beam's own options. Set by `main` before the command line is parsed.
_beam_options: list[str] = []


Provider = Annotated[
    str | None, typer.Option(help="Agency of every item (`reuters`, `ap`, ...); else found from the item.")
]
FormatName = Annotated[
    str | None, typer.Option("--format", help="Format of every item (`nitf`, `ninjs`, ...); else sniffed.")
]


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
    output: Annotated[
        Path, typer.Option("--output", "-o", help="Folder of the dataset: new, or one to add to.")
    ],
    provider: Provider = None,
    source_format: FormatName = None,
    ner: Annotated[
        str, typer.Option(help="How entities are found: rules, off, spacy[:MODEL], or an installed tagger.")
    ] = "rules",
    ner_model: Annotated[
        list[str] | None, typer.Option(help="LANG=PACKAGE: a spaCy model for another language; repeatable.")
    ] = None,
    entities: Annotated[
        Path | None, typer.Option(help="Your own names: a TSV file of alias, type, scheme, id.")
    ] = None,
    mediatopics: Annotated[
        Path | None, typer.Option(help="IPTC's table of Media Topics; else the top level alone is known.")
    ] = None,
    horizon: Annotated[
        str, typer.Option(help="How far apart in time copies and versions of a story may be: 72h, 90m, 3d.")
    ] = "72h",
    partition_by: Annotated[
        str | None,
        typer.Option(help="Partition keys of a new dataset: date, month, hour, provider, language, ..."),
    ] = None,
    runner: Annotated[str, typer.Option(help="Beam runner.")] = "FnApiRunner",
    max_item_bytes: Annotated[int, typer.Option(min=1, help="Larger items are rejected, bytes.")] = 32 << 20,
    max_members: Annotated[int, typer.Option(min=1, help="Members an archive may have.")] = 100_000,
    max_expansion: Annotated[int, typer.Option(min=1, help="Bytes an archive may expand to.")] = 4 << 30,
    max_nesting: Annotated[int, typer.Option(min=0, help="How deep archives may nest.")] = 3,
    max_depth: Annotated[int, typer.Option(min=1, help="How deep XML and JSON may nest.")] = 200,
    strict: Annotated[bool, typer.Option("--strict", help="Exit with 1 when an item was rejected.")] = False,
    as_json: AsJson = False,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Show Beam's own log.")] = False,
) -> None:
    """Read raw items into a dataset: a batch, committed whole or not at all.

    Every item ends in exactly one of stories/, duplicates/ and rejects/. The same input again adds nothing.
    """
    configure_logging(verbose)
    from pipeline.options import Config, duration, microseconds, new_run_id
    from pipeline.run import run as run_batch
    from transforms.enrich.enricher import Tagging
    from transforms.expand.limits import ExpandLimits
    from transforms.parse.document import Limits

    now = dt.datetime.now(dt.UTC)
    config = Config(
        output=str(output),
        run_id=new_run_id(now),
        ingested_at=microseconds(now),
        inputs=tuple(inputs),
        provider=provider,
        source_format=source_format,
        tagging=Tagging(
            ner=ner,
            models=arguments.model_names(ner_model or []),
            entities=str(entities) if entities else None,
            mediatopics=str(mediatopics) if mediatopics else None,
        ),
        horizon=duration(horizon),
        partition_by=partition_by,
        expansion=ExpandLimits(
            item_bytes=max_item_bytes, members=max_members, total_bytes=max_expansion, nesting=max_nesting
        ),
        parsing=Limits(nesting=max_depth),
    )
    arguments.check_names(provider, source_format)
    with progress():
        outcome = run_batch(config, runner, _beam_options)
    if as_json:
        print_json(dict(outcome.report))
    else:
        display.report(outcome.report, str(output))
    if strict and outcome.counts["rejects"]:
        raise typer.Exit(FAILED)


@app.command()
def inspect(
    file: Annotated[str, typer.Argument(help="A file of one or many items.", show_default=False)],
    provider: Provider = None,
    source_format: FormatName = None,
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
    given = sys.argv[1:] if given is None else given
    _beam_options[:] = []
    if "--" in given:
        cut = given.index("--")
        given, _beam_options[:] = given[:cut], given[cut + 1 :]
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
