"""What a run is told: its inputs, its output, and every limit, apart from how it is parsed."""

from __future__ import annotations

import datetime as dt
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field

from apache_beam.options.pipeline_options import PipelineOptions, StandardOptions

from schemas.errors import UsageError
from transforms.enrich.enricher import Tagging
from transforms.expand.limits import ExpandLimits
from transforms.parse.document import Limits

HOUR = 3_600_000_000
LOCAL = "FnApiRunner"
_UNITS = {"s": 1_000_000, "m": 60_000_000, "h": HOUR, "d": 24 * HOUR}
_SIZE = re.compile(r"(\d+(?:\.\d+)?)\s*([KMGT])?(?:i?B)?", re.I)
_DURATION = re.compile(r"(\d+(?:\.\d+)?)\s*([smhd])", re.I)


@dataclass(frozen=True, slots=True)
class Config:
    """Everything `pipeline.graph.build` needs to know.

    Attributes:
        output: folder of the dataset.
        run_id: names the run in the manifests, the files' metadata and the rejects.
        ingested_at: time of the run, microseconds since the epoch (UTC); None for the time at which each
            bundle is read.
        inputs: what the user named, for the run report.
        provider: agency key for every item, None to find it from each item.
        source_format: format of every item, None to sniff.
        tagging: how stories are tagged.
        horizon: how far apart in event time two items may be and still be one story, microseconds.
        partition_by: partition keys such as `date,provider`; None for the dataset's own.
        expansion: limits on archives and item size.
        parsing: limits on nesting and items a message.
        rows_per_file: rows in one Parquet file at the most.
        staging_rows: normalized items held in memory before they are staged.
    """

    output: str
    run_id: str
    ingested_at: int | None
    inputs: tuple[str, ...] = ()
    provider: str | None = None
    source_format: str | None = None
    tagging: Tagging = field(default_factory=Tagging)
    horizon: int = 72 * HOUR
    partition_by: str | None = None
    expansion: ExpandLimits = field(default_factory=ExpandLimits)
    parsing: Limits = field(default_factory=Limits)
    rows_per_file: int = 50_000
    staging_rows: int = 4_000


def microseconds(moment: dt.datetime) -> int:
    """Microseconds since the epoch of an aware datetime."""
    return int((moment - dt.datetime(1970, 1, 1, tzinfo=dt.UTC)) / dt.timedelta(microseconds=1))


def new_run_id(moment: dt.datetime) -> str:
    """A run id that sorts by time and that two runs of one second do not share."""
    return f"{moment:%Y%m%dT%H%M%SZ}-{secrets.token_hex(3)}"


def duration(text: str) -> int:
    """Microseconds of a duration such as `72h`, `90m`, `1d12h`.

    Raises:
        UsageError: it is none.
    """
    parts = _DURATION.findall(text)
    if not parts or _DURATION.sub("", text).strip():
        raise UsageError(f"{text!r} is no duration: write 72h, 90m or 1d12h")
    return sum(int(float(number) * _UNITS[unit.lower()]) for number, unit in parts)


def size(text: str) -> int:
    """Bytes of a size such as `128MB`, `1.5 GB`, `4096`; MB and MiB are the same, 1024 * 1024.

    Raises:
        UsageError: it is none.
    """
    found = _SIZE.fullmatch(text.strip())
    number = int(float(found[1]) * (1 << 10 * " KMGT".index((found[2] or " ").upper()))) if found else 0
    if number <= 0:
        raise UsageError(f"{text!r} is no size: write 128MB, 1.5GB or 4096")
    return number


def beam_options(arguments: Sequence[str], runner: str) -> PipelineOptions:
    """Beam's own options for a runner, checked against what is known to go wrong.

    Args:
        arguments: what the user wrote after `--`.
        runner: value of `--runner`.

    Raises:
        UsageError: there is no such runner, or no such option (locally: other runners pass what they do
            not know to their Java side); or the local runner was asked for threads, which loses rows and
            reports success (measured on Beam 2.77: 1.8 % of rows with two workers).
    """
    given = dict(named(arguments))
    mode = given.get("direct_running_mode", "in_memory")
    if mode == "multi_threading" and given.get("direct_num_workers", "1") != "1":
        raise UsageError(
            "--direct_running_mode=multi_threading loses rows and reports success: "
            "use multi_processing, or one worker"
        )
    if "runner" in given:
        raise UsageError("name the runner before the `--`: --runner " + given["runner"])
    # `DirectRunner` would try Prism first, and what a cached Prism does differs: name what is meant.
    chosen = LOCAL if runner in ("DirectRunner", "direct", "local") else runner
    known = StandardOptions.KNOWN_RUNNER_NAMES
    if chosen not in known and "." not in chosen:
        raise UsageError(f"--runner {runner}: no such runner; Beam has {', '.join(known)}")
    options = PipelineOptions([f"--runner={chosen}", *arguments])
    if chosen == LOCAL:
        everything = options.get_all_options(drop_default=True, retain_unknown_options=True)
        if unknown := sorted(everything.keys() - options.get_all_options().keys()):
            raise UsageError(f"--{unknown[0]}: Beam's local runner has no such option")
    return options


def named(arguments: Sequence[str]) -> list[tuple[str, str]]:
    """Beam's options as they are written, `--name=value` or `--name value`, by their names."""
    found = []
    for index, argument in enumerate(arguments):
        if argument.startswith("--"):
            name, equals, value = argument[2:].partition("=")
            following = arguments[index + 1] if index + 1 < len(arguments) else ""
            found.append((name, value if equals else following))
    return found
