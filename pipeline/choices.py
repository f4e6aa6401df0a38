"""Options that `wirebeam run` and `wirebeam stream` share, and the configuration that they make."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline import arguments

if TYPE_CHECKING:
    from pipeline.options import Config

Output = Annotated[
    str,
    typer.Option(
        "--output",
        "-o",
        metavar="OUTPUT",
        help="Folder of the dataset, or s3://bucket/name, gs://bucket/name: new, or one to add to.",
        show_default=False,
    ),
]
Provider = Annotated[
    str | None, typer.Option(help="Agency of every item (`reuters`, `ap`, ...); else found from the item.")
]
FormatName = Annotated[
    str | None, typer.Option("--format", help="Format of every item (`nitf`, `ninjs`, ...); else sniffed.")
]
Ner = Annotated[
    str, typer.Option(help="How entities are found: rules, off, spacy[:MODEL], or an installed tagger.")
]
NerModel = Annotated[
    list[str] | None, typer.Option(help="LANG=PACKAGE: a spaCy model for another language; repeatable.")
]
Entities = Annotated[Path | None, typer.Option(help="Your own names: a TSV file of alias, type, scheme, id.")]
Mediatopics = Annotated[
    Path | None, typer.Option(help="IPTC's table of Media Topics; else the top level alone is known.")
]
Horizon = Annotated[
    str, typer.Option(help="How far apart in time copies and versions of a story may be: 72h, 90m, 3d.")
]
PartitionKeys = Annotated[
    str | None,
    typer.Option(help="Partition keys of a new dataset: date, month, hour, provider, language, ..."),
]
MaxItemBytes = Annotated[int, typer.Option(min=1, help="Larger items are rejected, bytes.")]
MaxMembers = Annotated[int, typer.Option(min=1, help="Members an archive may have.")]
MaxExpansion = Annotated[int, typer.Option(min=1, help="Bytes an archive may expand to.")]
MaxNesting = Annotated[int, typer.Option(min=0, help="How deep archives may nest.")]
MaxDepth = Annotated[int, typer.Option(min=1, help="How deep XML and JSON may nest.")]


def configured(
    inputs: list[str],
    output: str,
    *,
    ingested_at: int | None,
    now: dt.datetime,
    provider: str | None,
    source_format: str | None,
    ner: str,
    ner_model: list[str] | None,
    entities: Path | None,
    mediatopics: Path | None,
    horizon: str,
    partition_by: str | None,
    max_item_bytes: int,
    max_members: int,
    max_expansion: int,
    max_nesting: int,
    max_depth: int,
) -> Config:
    """What a run or a stream is told, from its options.

    Raises:
        UsageError: an option asks for what there is not.
    """
    from pipeline.options import Config, duration, new_run_id
    from transforms.enrich.enricher import Tagging
    from transforms.expand.limits import ExpandLimits
    from transforms.parse.document import Limits

    arguments.check_names(provider, source_format)
    return Config(
        output=output,
        run_id=new_run_id(now),
        ingested_at=ingested_at,
        inputs=tuple(inputs),
        provider=provider,
        source_format=source_format,
        tagging=Tagging(
            ner=ner,
            models=arguments.model_names(ner_model or []),
            # Workers have a working directory of their own.
            entities=str(entities.absolute()) if entities else None,
            mediatopics=str(mediatopics.absolute()) if mediatopics else None,
        ),
        horizon=duration(horizon),
        partition_by=partition_by,
        expansion=ExpandLimits(
            item_bytes=max_item_bytes, members=max_members, total_bytes=max_expansion, nesting=max_nesting
        ),
        parsing=Limits(nesting=max_depth),
    )
