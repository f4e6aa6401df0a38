"""`wirebeam check`: a dataset held to rules of data quality, for a scheduler to ask every hour.

`verify` finds what we broke; this finds what the feeds broke: columns that stay empty, feeds that fall
silent, more rejects than usual, times that cannot be.
"""

from __future__ import annotations

import collections
import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

import duckdb
import pyarrow as pa

from pipeline.page.table import lasting
from pipeline.query import ask, execute
from pipeline.rules import Rules
from pipeline.sinks.dataset import Dataset
from pipeline.sinks.storage import Named
from schemas.arrow import STORIES

_SECOND = 1_000_000
_EXAMPLES = 5


@dataclass(frozen=True, slots=True)
class Breach:
    """A rule that does not hold.

    Attributes:
        rule: `nulls`, `silence`, `rejects`, `times`, `partitions`, or the name of a query.
        subject: what it is about: a provider, a column, a partition.
        value: what was measured: a share, seconds, bytes or a count.
        bound: what is allowed, in the same unit.
        message: both, in one line.
    """

    rule: str
    subject: str
    value: float
    bound: float
    message: str


def check(output: Named, rules: Rules, moment: dt.datetime | None) -> list[Breach]:
    """Every rule that does not hold; empty where all do.

    Args:
        output: the dataset's folder.
        rules: from `pipeline.rules.load`.
        moment: when it is asked for; None for the time of the newest item.

    Raises:
        WirebeamError: there is no dataset, or a query of the rules is refused.
    """

    def call(connection: duckdb.DuckDBPyConnection) -> list[Breach]:
        return list(_asked(connection, rules, moment))

    return [*ask(output, call), *_partitions(output, rules)]


def _asked(
    connection: duckdb.DuckDBPyConnection, rules: Rules, moment: dt.datetime | None
) -> Iterator[Breach]:
    if moment is None:
        newest = execute(connection, "SELECT max(version_created) FROM stories").fetchone()
        moment = (newest[0] if newest else None) or dt.datetime.now(dt.UTC)
    since = dt.datetime(1, 1, 1, tzinfo=dt.UTC)
    if rules.window is not None:
        since = moment - dt.timedelta(microseconds=rules.window)
    yield from _nulls(connection, rules, since)
    yield from _silence(connection, rules, moment)
    yield from _rejects(connection, rules, since, moment)
    yield from _times(connection, rules, since)
    for name, statement in rules.queries:
        rows = execute(connection, statement).fetchall()
        if rows:
            examples = "; ".join(", ".join(map(str, row)) for row in rows[:_EXAMPLES])
            yield Breach(name, "", len(rows), 0, f"{len(rows)} rows: {' '.join(examples.split())}")


def _empty(column: str) -> str:
    type_ = STORIES.field(column).type
    if pa.types.is_string(type_):
        return f"coalesce({column}, '') = ''"
    return f"coalesce(len({column}), 0) = 0" if pa.types.is_list(type_) else f"{column} IS NULL"


def _nulls(connection: duckdb.DuckDBPyConnection, rules: Rules, since: dt.datetime) -> Iterator[Breach]:
    if not rules.nulls:
        return
    # A kill is empty by its nature.
    counts = ", ".join(f"count(*) FILTER (WHERE {_empty(column)})" for column in rules.nulls)
    rows = execute(
        connection,
        f"SELECT provider, count(*), {counts} FROM stories WHERE version_created >= $since "
        "AND pub_status = 'usable' AND coalesce(revision_kind, '') NOT IN ('kill', 'advisory') "
        "GROUP BY provider HAVING count(*) >= $least ORDER BY provider",
        {"since": since, "least": rules.least_items},
    ).fetchall()
    for provider, items, *empty in rows:
        for (column, bound), number in zip(rules.nulls.items(), empty, strict=True):
            if number > bound * items:
                message = f"{provider}: {column} is empty in {number / items:.1%} of {items:,} stories"
                yield Breach(
                    "nulls", f"{provider}.{column}", number / items, bound, f"{message}, at most {bound:.1%}"
                )


def _silence(connection: duckdb.DuckDBPyConnection, rules: Rules, moment: dt.datetime) -> Iterator[Breach]:
    if not rules.silence_by_habit and not rules.silence_at_most:
        return
    heard = set()
    rows = execute(
        connection,
        "SELECT provider, state, silent_for, greatest(longest_gap, 3 * usual_gap), last_heard "
        "FROM silence($moment) ORDER BY provider",
        {"moment": moment},
    ).fetchall()
    for provider, state, silent, habit, last in rows:
        heard.add(provider)
        given = rules.silence_at_most.get(provider)
        bound = habit if given is None else given / _SECOND
        late = state == "silent" and rules.silence_by_habit if given is None else silent > bound
        if late and provider not in rules.silence_ignored:
            message = f"{provider}: silent for {lasting(silent)}, since {last:%Y-%m-%d %H:%M}Z; "
            message += f"at most {lasting(bound)}" + (" by its habit" if given is None else "")
            yield Breach("silence", provider, silent, bound, message)
    for provider in sorted(set(rules.silence_at_most) - heard):
        bound = rules.silence_at_most[provider] / _SECOND
        yield Breach("silence", provider, float("inf"), bound, f"{provider}: never heard of")


def _rejects(
    connection: duckdb.DuckDBPyConnection, rules: Rules, since: dt.datetime, moment: dt.datetime
) -> Iterator[Breach]:
    window = {"since": since, "until": moment}
    codes = dict(
        execute(
            connection,
            "SELECT code, count(*) FROM rejects WHERE received_at BETWEEN $since AND $until GROUP BY code",
            window,
        ).fetchall()
    )
    for code, bound in rules.rejects_by_code.items():
        if codes.get(code, 0) > bound:
            message = f"{codes[code]:,} rejects with the code {code}, at most {bound:,}"
            yield Breach("rejects", code, codes[code], bound, message)
    if rules.reject_share is None:
        return
    row = execute(
        connection,
        "SELECT count(*) FROM (SELECT received_at FROM stories UNION ALL SELECT received_at FROM duplicates) "
        "WHERE received_at BETWEEN $since AND $until",
        window,
    ).fetchone()
    rejected = sum(codes.values())
    items = rejected + (row[0] if row else 0)
    if items >= rules.least_items and rejected > rules.reject_share * items:
        message = f"{rejected:,} of {items:,} items were rejected ({rejected / items:.1%})"
        message += f", at most {rules.reject_share:.1%}"
        yield Breach("rejects", "", rejected / items, rules.reject_share, message)


def _times(connection: duckdb.DuckDBPyConnection, rules: Rules, since: dt.datetime) -> Iterator[Breach]:
    if rules.ahead is None:
        return
    rows = execute(
        connection,
        "SELECT provider, count(*), count(*) FILTER (WHERE version_created > received_at + $ahead "
        "OR first_created > version_created + $ahead) "
        "FROM stories WHERE version_created >= $since GROUP BY provider ORDER BY provider",
        {"since": since, "ahead": dt.timedelta(microseconds=rules.ahead)},
    ).fetchall()
    for provider, items, wrong in rows:
        if wrong > rules.ahead_share * items:
            message = (
                f"{provider}: {wrong:,} of {items:,} stories are dated after they were received, or before "
            )
            message += f"their first version ({wrong / items:.1%}), at most {rules.ahead_share:.1%}"
            yield Breach("times", provider, wrong / items, rules.ahead_share, message)


def _partitions(output: Named, rules: Rules) -> Iterator[Breach]:
    sizes: collections.Counter[str] = collections.Counter()
    files: collections.Counter[str] = collections.Counter()
    for file in Dataset.read(output).snapshot().by_path.values():
        folder = file.path.rpartition("/")[0]
        sizes[folder] += file.bytes
        files[folder] += 1
    for folder in sorted(sizes):
        if rules.partition_bytes is not None and sizes[folder] > rules.partition_bytes:
            message = (
                f"{folder}: {sizes[folder] / 1e6:,.1f} MB, at most {rules.partition_bytes / 1e6:,.1f} MB"
            )
            yield Breach("partitions", folder, sizes[folder], rules.partition_bytes, message)
        if rules.partition_files is not None and files[folder] > rules.partition_files:
            message = f"{folder}: {files[folder]:,} files, at most {rules.partition_files:,}; run compact"
            yield Breach("partitions", folder, files[folder], rules.partition_files, message)
