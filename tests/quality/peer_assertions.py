"""What other parsers' tests assert of the real files, held against what Wirebeam makes of them.

    python -m tests.quality.peer_assertions [--misses 20]

Peers bind a parser to a provider and write into their own system's fields; what a field of theirs is here
stands in `FIELDS`. An assertion holds where any item of its file agrees, white space, case, punctuation and
mark-up aside. Not all of them are true: this is evidence, not a score.
"""

from __future__ import annotations

import argparse
import collections
import datetime as dt
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from schemas.item import Item
from tests.fuzz.way import results

FIXTURES = Path(__file__).resolve().parents[2].parent / "shared" / "fixtures"
EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
Read = Callable[[Item], Any]


def _time(value: int | None) -> dt.datetime | None:
    return None if value is None else EPOCH + dt.timedelta(microseconds=value)


def _codes(item: Item) -> list[str]:
    found = [code for subject in item.subjects for code in (subject.code, subject.name) if code]
    return [*found, *item.genres, *(f"{one.scheme}:{one.code}" for one in item.subjects)]


FIELDS: dict[str, Read] = {
    "abstract": lambda item: item.summary,
    "anpa_category": _codes,
    "anpa_category.name": _codes,
    "anpa_category.qcode": _codes,
    "body_html": lambda item: item.body_text,
    "byline": lambda item: item.byline,
    "copyrightholder": lambda item: f"{item.copyright_holder or ''} {item.copyright_notice or ''}",
    "copyrightnotice": lambda item: item.copyright_notice,
    "dateline.located.city": lambda item: item.dateline and item.dateline.place_text,
    "dateline.text": lambda item: item.dateline and item.dateline.text,
    "description_text": lambda item: item.summary,
    "ednote": lambda item: item.ed_note,
    "embargoed": lambda item: _time(item.embargoed_until),
    "extra.city": lambda item: f"{item.located} {item.dateline and item.dateline.place_text}",
    "firstcreated": lambda item: _time(item.first_created),
    "genre": _codes,
    "genre.name": _codes,
    "guid": lambda item: item.uri,
    "headline": lambda item: item.headline,
    "item_id": lambda item: item.uri,
    "keywords": lambda item: list(item.keywords),
    "language": lambda item: item.language,
    "located.city": lambda item: item.located,
    "original_source": lambda item: item.provider,
    "provider_id": lambda item: item.uri,
    "pubstatus": lambda item: item.pub_status,
    "sign_off": lambda item: item.sign_off,
    "slugline": lambda item: item.slugline,
    "source": lambda item: [item.provider, item.credit_line],
    "subject": _codes,
    "subject.qcode": _codes,
    "uri": lambda item: item.uri,
    "urgency": lambda item: item.urgency,
    "usageterms": lambda item: item.usage_terms,
    "version": lambda item: item.version,
    "versioncreated": lambda item: _time(item.version_created),
    "word_count": lambda item: [item.wire_word_count, item.word_count],
}
"""A peer's field -> the same in an item. Fields that are not here are the peer's own."""

INSIDE = frozenset(
    {"body_html", "copyrightholder", "extra.city", "guid", "item_id", "located.city", "provider_id"}
)
"""Fields of which a peer asserts a part."""


def fold(value: object) -> str:
    """Letters and digits of a value, mark-up off."""
    return re.sub(r"[\W_]+", " ", re.sub(r"<[^<>]*>|&[#\w]+;", " ", str(value or ""))).strip().casefold()


def _instant(value: object) -> dt.datetime | None:
    match = re.match(r"\d{4}-\d\d-\d\dT[\d:]+(?:[+-]\d\d:?\d\d)?", str(value))
    if not match:
        return None
    moment = dt.datetime.fromisoformat(match.group())
    return moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)


def _said(value: object) -> set[str]:
    """What a list, an object with a code, or a value names, folded."""
    if isinstance(value, list):
        return set().union(*map(_said, value)) if value else set()
    if isinstance(value, dict):
        return {fold(value.get("qcode") or value.get("name"))}
    return {fold(value)}


def holds(assertion: dict[str, Any], item: Item) -> bool:
    """Whether an item agrees with an assertion of a field that it has."""
    field, op, want = assertion["field"], assertion["op"], assertion["value"]
    got = FIELDS[field](item)
    if isinstance(got, dt.datetime):
        return got == _instant(want)
    if op == "len":
        return bool(len(got or ()) == want)
    if isinstance(got, list):
        wanted = _said(want) - {""}
        return bool(wanted) and wanted <= set(map(fold, got)) if want else not got
    mine, theirs = fold(got), fold(want)
    match op:
        case "startswith":
            return mine.startswith(theirs)
        case "endswith":
            return mine.endswith(theirs)
        case "not_contains":
            return str(want) not in str(got)
        case "regex":
            return bool(mine)
        case _:
            return theirs in mine if op == "contains" or field in INSIDE else mine == theirs


def outcomes(fixtures: Path) -> Iterator[tuple[dict[str, Any], str, list[Any]]]:
    """Every assertion with what became of it (`holds`, `differs`, `no item`, `no column`) and our values."""
    read: dict[Path, list[Item]] = {}
    for line in (fixtures / "peer_assertions.jsonl").read_text("utf-8").splitlines():
        assertion = json.loads(line)
        path = fixtures / "raw" / assertion["repo"] / assertion["fixture"]
        if path not in read:
            found = results(path.read_bytes(), str(path))
            read[path] = [result for result in found if isinstance(result, Item)]
        items = read[path]
        if assertion["field"] not in FIELDS:
            yield assertion, "no column", []
        elif not items:
            yield assertion, "no item", []
        else:
            held = any(holds(assertion, item) for item in items)
            values = [FIELDS[assertion["field"]](item) for item in items[:3]]
            yield assertion, "holds" if held else "differs", values


def main() -> None:
    """Print the shares by field."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--misses", type=int, default=0, metavar="N", help="N assertions a field that differ")
    chosen = parser.parse_args()
    counts: dict[str, collections.Counter[str]] = collections.defaultdict(collections.Counter)
    misses: dict[str, list[str]] = collections.defaultdict(list)
    for assertion, outcome, values in outcomes(FIXTURES):
        counts[assertion["field"]][outcome] += 1
        if outcome == "differs":
            mine = " | ".join(str(value)[:120] for value in values)
            misses[assertion["field"]].append(
                f"{assertion['fixture'].rpartition('/')[2]}: {assertion['op']} {str(assertion['value'])[:120]!r}, is {mine!r}"
            )
    total = sum(counts.values(), collections.Counter())
    print(f"{'field':24s} {'holds':>6s} {'differs':>8s} {'share':>6s}")
    for field, count in sorted(counts.items()):
        if held := count["holds"] + count["differs"]:
            print(f"{field:24s} {count['holds']:6d} {count['differs']:8d} {count['holds'] / held:6.2f}")
            for miss in misses[field][: chosen.misses]:
                print(f"    {miss}")
    held = total["holds"] + total["differs"]
    print(f"{'all':24s} {total['holds']:6d} {total['differs']:8d} {total['holds'] / held:6.2f}")
    print(
        f"of fields that are the peer's own: {total['no column']}; of files that hold no news: {total['no item']}"
    )


if __name__ == "__main__":
    main()
