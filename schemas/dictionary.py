"""The data dictionary, from the Arrow schema: `make dictionary` writes schemas/DICTIONARY.md."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa

from schemas.arrow import REJECTS, SCHEMA_VERSION, STORIES

PATH = Path(__file__).resolve().parent / "DICTIONARY.md"
_HEAD = f"""# Data dictionary

Version {SCHEMA_VERSION} of the schema. Made from `schemas/arrow.py` by `make dictionary`; change it there.
Each column's meaning is in the metadata of every file too (`comment`).

Times are UTC, in microseconds. Columns may be added, none is renamed; files written before a
column was there read as null. Partition keys (`date`, `provider`, or what `--partition-by` chose) are in the
path, not in the file.
"""


def dictionary() -> str:
    """The dictionary as Markdown."""
    parts = [
        _HEAD,
        "## `stories/` and `duplicates/`\n",
        *_table(STORIES),
        "\n## `rejects/`\n",
        *_table(REJECTS),
    ]
    return "\n".join(parts) + "\n"


def _table(schema: pa.Schema) -> Iterator[str]:
    yield "| column | type | null | meaning |"
    yield "|---|---|---|---|"
    for field in schema:
        comment = (field.metadata or {}).get(b"comment", b"").decode()
        yield f"| `{field.name}` | {name(field.type)} | {'yes' if field.nullable else 'no'} | {comment} |"
        for path, type_ in _inner(field.name, field.type):
            yield f"| `{path}` | {name(type_)} | | |"


def _inner(path: str, type_: pa.DataType) -> Iterator[tuple[str, pa.DataType]]:
    """What is inside a nested column: `authors[].name`, `dateline.places[].country`."""
    if pa.types.is_list(type_):
        if pa.types.is_struct(type_.value_type):
            yield from _inner(f"{path}[]", type_.value_type)
    elif pa.types.is_struct(type_):
        for field in type_:
            yield f"{path}.{field.name}", field.type
            yield from _inner(f"{path}.{field.name}", field.type)


def name(type_: pa.DataType) -> str:
    """A type's name in a line: `list<struct>`, `timestamp[us, UTC]`."""
    if pa.types.is_list(type_):
        return f"list&lt;{name(type_.value_type)}&gt;"
    if pa.types.is_struct(type_):
        return "struct"
    return str(type_).replace("tz=", "")


if __name__ == "__main__":
    PATH.write_text(dictionary(), "utf-8")
