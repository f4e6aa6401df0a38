"""The promises of a dataset, checked from its files alone: manifests, Parquet, run reports.

Every file is read whole, a batch at a time, page checksums included; what spans files (ids that must be
unique, rows that others point to) is asked of DuckDB, which goes to disk where memory does not suffice.
A commit that a crash interrupted breaks no promise: its files are found in staging, until the next run
moves them.
"""

from __future__ import annotations

import collections
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import duckdb
import orjson

from pipeline.sinks import folder, manifest, snapshot
from pipeline.sinks.manifest import DATASETS, DataFile, Manifest
from pipeline.sinks.object_files import connect_files
from pipeline.sinks.objects import ObjectPath
from pipeline.sinks.partition import PartitionBy
from pipeline.sinks.storage import Location, Named, files_below, location, relative
from pipeline.verify_file import problems
from schemas.errors import WirebeamError

OUTCOMES = ("stories", "duplicates", "rejects", "redelivered")
_EXAMPLES = 3
_TRIES = 5
_LINKED = ("item_id", "source", "uri", "story_id", "revision_of", "duplicate_of", "duplicate_kind")

# Questions to all rows: the promise, what is wrong with the rows that come back, and the rows.
_QUESTIONS = (
    (
        "unique",
        "item_id stands more than once with one source in stories and duplicates",
        "SELECT item_id FROM linked GROUP BY item_id, source HAVING count(*) > 1",
    ),
    (
        "unique",
        "reject_id stands more than once in rejects",
        "SELECT reject_id FROM rejected GROUP BY reject_id HAVING count(*) > 1",
    ),
    (
        "linked",
        "row of duplicates without duplicate_of, or with a duplicate_kind that is neither exact nor near",
        """SELECT item_id FROM linked WHERE copy AND (duplicate_of IS NULL
           OR coalesce(duplicate_kind, '') NOT IN ('exact', 'near'))""",
    ),
    (
        "linked",
        "row of stories that says it is a copy",
        """SELECT item_id FROM linked WHERE NOT copy
           AND (duplicate_of IS NOT NULL OR duplicate_kind IS NOT NULL)""",
    ),
    (
        "linked",
        "duplicate_of names no row of that story in stories",
        """SELECT item_id FROM linked AS one WHERE duplicate_of IS NOT NULL AND NOT EXISTS (
           SELECT 1 FROM linked AS other WHERE NOT other.copy
           AND other.uri = one.duplicate_of AND other.story_id = one.story_id)""",
    ),
    (
        "linked",
        "revision_of names no row of that story",
        """SELECT item_id FROM linked AS one WHERE revision_of IS NOT NULL AND NOT EXISTS (
           SELECT 1 FROM linked AS other
           WHERE other.uri = one.revision_of AND other.story_id = one.story_id)""",
    ),
    (
        "linked",
        "story_id is the uri of no row",
        # Unrelated items that came with the same made-up uri are told apart by `#` and digits of item_id.
        """SELECT item_id FROM linked WHERE story_id NOT IN (
           SELECT uri FROM linked UNION ALL SELECT uri || '#' || item_id[1:12] FROM linked)""",
    ),
)


@dataclass(frozen=True, slots=True)
class Finding:
    """A broken promise.

    Attributes:
        promise: `manifests`, `files`, `schema`, `rows`, `partitions`, `times`, `mentions`, `unique`,
            `linked` or `accounted`.
        where: file or run, relative to the dataset; empty where it concerns all of it.
        message: what is wrong, in one line.
    """

    promise: str
    where: str
    message: str


def verify(path: Named) -> list[Finding]:
    """Every broken promise of the dataset in `path`; none where all hold.

    A stream may go on beside it: what it commits and merges meanwhile has it begin again, and what is found
    twice is so.

    Raises:
        WirebeamError: there is no dataset, or it was changed again and again.
    """
    root = location(path)
    partition_by = folder.read_marker(root)
    before: list[Finding] = []
    for _ in range(_TRIES):
        newest = manifest.newest(root / manifest.FOLDER)
        try:
            found = list(_findings(root, partition_by))
        except duckdb.IOException as error:
            if manifest.newest(root / manifest.FOLDER) == newest:
                raise WirebeamError(f"{root}: {error}") from error
            continue
        if not found or manifest.newest(root / manifest.FOLDER) == newest:
            return found
        if again := [one for one in found if one in before]:
            return again
        before = found
    raise WirebeamError(
        f"{root}: was changed while it was read, {_TRIES} times; stop its stream and ask again"
    )


def _findings(root: Location, partition_by: PartitionBy) -> Iterator[Finding]:
    try:
        chain = _chain(root / manifest.FOLDER)
        held = snapshot.take(root, partition_by, writing=True)
    except WirebeamError as error:
        yield Finding("manifests", manifest.FOLDER, str(error))
        return
    yield from _unlisted(root, held.by_path, chain)
    readable: dict[str, list[str]] = {dataset: [] for dataset in DATASETS}
    broken: dict[tuple[str, str], list[str]] = {}
    for file in sorted(held.by_path.values(), key=lambda file: file.path):
        place = _place(root, file, chain)
        found = list(problems(place, file, partition_by))
        for problem in found:
            broken.setdefault(problem, []).append(file.path)
        if not any(promise in ("files", "schema") for promise, _ in found):
            readable[file.dataset].append(str(place))
    for (promise, message), files in broken.items():
        more = f", and so it is with {len(files) - 1} more" if len(files) > 1 else ""
        yield Finding(promise, files[0], message + more)
    yield from _across(root, readable)
    yield from _accounted(root, chain)


def _chain(manifests: Location) -> list[Manifest]:
    """Every manifest, oldest first.

    Raises:
        WirebeamError: one is missing, damaged, or lists other files than those before it lead to.
    """
    chain = []
    live: dict[str, DataFile] = {}
    for sequence in range(1, manifest.newest(manifests) + 1):
        made = manifest.read(manifests, sequence)
        for path in made.removed:
            live.pop(path, None)
        live.update((file.path, file) for file in made.added)
        if made.live is not None and {file.path: file for file in made.live} != live:
            raise WirebeamError(f"{manifest.name(sequence)}: its list of all files is not what commits made")
        chain.append(made)
    return chain


def _place(root: Location, file: DataFile, chain: Sequence[Manifest]) -> Location:
    """Where a file lies: in staging, while its commit was interrupted before it was moved."""
    staged = root / folder.STAGING / chain[-1].run_id / file.path
    return staged if file in chain[-1].added and staged.is_file() else root / file.path


def _unlisted(root: Location, listed: Mapping[str, DataFile], chain: Sequence[Manifest]) -> Iterator[Finding]:
    leaving = set(chain[-1].removed) if chain else set()
    for dataset in DATASETS:
        for path in files_below(root / dataset, "*"):
            name = relative(path, root)
            if (
                name not in listed
                and name not in leaving
                and not path.name.startswith(".")
                and path.is_file()
            ):
                yield Finding("files", name, "no manifest lists this file")


def _across(root: Location, readable: Mapping[str, Sequence[str]]) -> Iterator[Finding]:
    """What only all rows together can tell."""
    with tempfile.TemporaryDirectory() as spill, duckdb.connect() as connection:
        connect_files(connection, root)
        connection.execute("SET memory_limit = '1GB'")
        connection.execute(f"SET temp_directory = '{spill}'")
        connection.execute("SET preserve_insertion_order = false")
        columns = ", ".join(f"NULL::VARCHAR AS {name}" for name in _LINKED)
        parts = [f"SELECT {columns}, false AS copy WHERE false"]
        for dataset in ("stories", "duplicates"):
            if readable[dataset]:
                rows = connection.read_parquet(
                    list(readable[dataset]), hive_partitioning=False, union_by_name=True
                )
                rows.create_view(dataset)
                parts.append(f"SELECT {', '.join(_LINKED)}, {dataset == 'duplicates'} AS copy FROM {dataset}")
        # Each question reads all files: of an object store they are fetched once instead.
        kind = "TEMP TABLE" if isinstance(root, ObjectPath) else "VIEW"
        connection.execute(f"CREATE {kind} linked AS {' UNION ALL '.join(parts)}")
        if readable["rejects"]:
            connection.read_parquet(list(readable["rejects"]), hive_partitioning=False).create_view(
                "rejected"
            )
        else:
            connection.execute("CREATE VIEW rejected AS SELECT NULL::VARCHAR AS reject_id WHERE false")
        for promise, message, question in _QUESTIONS:
            wrong = f"WITH wrong(id) AS ({question}) SELECT count(*), min(id, {_EXAMPLES}) FROM wrong"
            count, examples = connection.execute(wrong).fetchone() or (0, [])
            if count:
                yield Finding(promise, "", f"{message}: {count}, such as {', '.join(examples)}")


def _accounted(root: Location, chain: Sequence[Manifest]) -> Iterator[Finding]:
    """Whether commits and run reports add up, and say the same."""
    committed: dict[str, collections.Counter[str]] = collections.defaultdict(collections.Counter)
    live: dict[str, DataFile] = {}
    for made in chain:
        where = f"{manifest.FOLDER}/{manifest.name(made.sequence)}"
        rows = collections.Counter[str]()
        for file in made.added:
            rows[file.dataset] += file.rows
        for gone in made.removed:
            if gone in live:
                rows[live[gone].dataset] -= live[gone].rows
        live = manifest.after(live, made)
        if "read" not in made.counts:
            # Upkeep: rows are moved, and none is lost that is not said to be.
            lost, said = -rows.total(), made.counts.get("expired", 0)
            if lost > said or (lost < said and "expired" in made.counts):
                yield Finding("accounted", where, f"counts {said} expired rows, but removes {lost}")
            continue
        committed[made.run_id].update(made.counts)
        yield from _sum(where, made.counts)
        for dataset in DATASETS:
            said = made.counts.get(dataset, 0)
            if dataset == "rejects":
                said -= made.counts.get("replayed", 0)
            if rows[dataset] != said:
                yield Finding("accounted", where, f"counts {said} {dataset}, but adds {rows[dataset]} rows")
    for path in files_below(root / folder.REPORTS, "*.json"):
        where = f"{folder.REPORTS}/{path.name}"
        try:
            report: Any = orjson.loads(path.read_bytes())
            run_id = str(report["run_id"])
            counts = {name: int(report["counts"][name]) for name in ("read", *OUTCOMES)}
        except (OSError, ValueError, TypeError, KeyError) as error:
            yield Finding("accounted", where, f"no run report: {error!r}")
            continue
        yield from _sum(where, counts)
        # The report of a stream that runs, or was killed, is older than its last commits.
        finished = report.get("finished_at", "") is not None
        if finished and run_id in committed and counts != {name: committed[run_id][name] for name in counts}:
            yield Finding("accounted", where, "says other counts than the run's commits")


def _sum(where: str, counts: Mapping[str, int]) -> Iterator[Finding]:
    outcomes = sum(counts.get(name, 0) for name in OUTCOMES)
    if counts["read"] != outcomes:
        parts = " + ".join(f"{counts.get(name, 0)} {name}" for name in OUTCOMES)
        yield Finding("accounted", where, f"read {counts['read']} items, but {parts} = {outcomes}")
