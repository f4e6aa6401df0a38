"""A set of ids that grows for as long as a stream goes, on disk."""

from __future__ import annotations

import xxhash

from transforms.scratch import scratch

_CACHE = 4 << 20  # bytes of pages in memory
_TABLES = "CREATE TABLE ids (id BLOB PRIMARY KEY, time INTEGER) WITHOUT ROWID;"


class Ids:
    """Ids of one or several texts each. 128 bits are kept of an id: two of 10^12 are taken for one with a
    probability of 10^-15.

    Raises:
        sqlite3.OperationalError: by all that it does, where the disk is full.
    """

    def __init__(self) -> None:
        self._base = scratch(_TABLES, _CACHE)

    def close(self) -> None:
        """Give its memory and its file back."""
        self._base.close()

    def __contains__(self, id_: str | tuple[str, ...]) -> bool:
        found = self._base.execute("SELECT 1 FROM ids WHERE id = ?", (_digest(id_),)).fetchone()
        return found is not None

    def add(self, id_: str | tuple[str, ...], time: int | None = None) -> None:
        """Take in an id; `forget` forgets it by its time (microseconds since the epoch), or never."""
        # What is known for ever stays so.
        kept = "REPLACE" if time is None else "IGNORE"
        self._base.execute(f"INSERT OR {kept} INTO ids VALUES (?, ?)", (_digest(id_), time))

    def forget(self, before: int) -> None:
        """Forget what is earlier than an instant, microseconds since the epoch."""
        self._base.execute("DELETE FROM ids WHERE time < ?", (before,))


def _digest(id_: str | tuple[str, ...]) -> bytes:
    text = id_ if isinstance(id_, str) else "".join(f"{len(one)} {one}" for one in id_)
    return xxhash.xxh3_128_digest(text.encode("utf-8", "surrogatepass"))
