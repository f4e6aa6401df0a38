"""The items inside the horizon on disk: what `Index` answers, in memory that does not grow with them.

An item takes 2.5 to 3 kB as objects in memory, and a stream remembers days of them.
"""

from __future__ import annotations

from collections import Counter
from functools import lru_cache

from transforms.dedupe.fingerprint import Sketch, decode, encode
from transforms.dedupe.index import Entry, Order, within
from transforms.scratch import scratch

_CACHE = 24 << 20  # bytes of pages in memory
_DECODED = 2_048  # items at hand, some 2 kB each
_TABLES = """
CREATE TABLE items (
    number INTEGER PRIMARY KEY, time INTEGER, uri BLOB, item_id TEXT, story_id BLOB, form INTEGER,
    original BLOB, copied INTEGER, fingerprint BLOB);
CREATE UNIQUE INDEX in_order ON items (time, uri, item_id);
CREATE INDEX by_story ON items (story_id, time);
CREATE INDEX by_form ON items (form, time) WHERE form IS NOT NULL;
CREATE TABLE keyed (key INTEGER, time INTEGER, number INTEGER, PRIMARY KEY (key, time, number)) WITHOUT ROWID;
"""
# Of one instant the uri decides, then the item_id; of most items there is one an instant.
_COUNT = """
SELECT (SELECT count(*) FROM items WHERE {0} = :value AND time >= :since AND time < :time)
     + (SELECT count(*) FROM items WHERE {0} = :value AND time >= :since AND time = :time
           AND (uri, item_id) < (:uri, :item_id))
"""
_UNDER_KEY = "SELECT * FROM (SELECT * FROM keyed WHERE key = ? AND time BETWEEN ? AND ? LIMIT ?)"
_EARLIER = """
SELECT number FROM keyed JOIN items USING (number)
WHERE key = ? AND keyed.time BETWEEN ? AND ? AND (keyed.time, uri, item_id) < (?, ?, ?)
"""
_FIRST = f"{_EARLIER} ORDER BY keyed.time, uri, item_id LIMIT ?"
_LAST = f"{_EARLIER} ORDER BY keyed.time DESC, uri DESC, item_id DESC LIMIT ?"


def _signed(value: int) -> int:
    """64 bits as SQLite has them."""
    return value - 2**64 if value >= 2**63 else value


def _bytes(text: str) -> bytes:
    """In the order that Python gives texts; a wire's identifiers may hold half a surrogate pair."""
    return text.encode("utf-8", "surrogatepass")


class DiskIndex:
    """What `Index` does, in the same words, some 40 MB of memory and 1.5 kB of disk an item.

    Raises:
        sqlite3.OperationalError: by all that it does, where the disk is full.
    """

    def __init__(self, max_bucket: int, max_candidates: int) -> None:
        self.max_bucket = max_bucket
        self.max_candidates = max_candidates
        self.overflows: Counter[str] = Counter()
        self.forgotten: int | None = None
        self._base = scratch(_TABLES, _CACHE)
        self._last = 0
        self._size = 0
        self._entry = lru_cache(_DECODED)(self._read)

    def close(self) -> None:
        """Give its memory and its file back."""
        self._entry.cache_clear()
        self._base.close()

    def __len__(self) -> int:
        return self._size

    def find(self, order: Order) -> Entry[Sketch] | None:
        """See `Index`."""
        time, uri, item_id = order
        found = self._base.execute(
            "SELECT number FROM items WHERE time = ? AND uri = ? AND item_id = ?",
            (time, _bytes(uri), item_id),
        ).fetchone()
        return self._entry(found[0]) if found else None

    def members(self, story_id: str, order: Order, since: int) -> int:
        """See `Index`."""
        return self._count("story_id", _bytes(story_id), order, since)

    def stories(self, form: int, order: Order, since: int) -> int:
        """See `Index`."""
        return self._count("form", _signed(form), order, since)

    def _count(self, column: str, value: bytes | int, order: Order, since: int) -> int:
        time, uri, item_id = order
        terms = {"value": value, "since": since, "time": time, "uri": _bytes(uri), "item_id": item_id}
        return int(self._base.execute(_COUNT.format(column), terms).fetchone()[0])

    def add(self, entry: Entry[Sketch]) -> None:
        """See `Index`."""
        self._last += 1
        self._size += 1
        number, (time, uri, item_id) = self._last, entry.order
        self._base.execute(
            "INSERT INTO items VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                number,
                time,
                _bytes(uri),
                item_id,
                _bytes(entry.story_id),
                _signed(entry.form) if entry.form else None,
                _bytes(entry.row),
                entry.copied,
                encode(entry.sketch),
            ),
        )
        rows: list[int] = []
        for key in entry.keys:
            rows += (_signed(key), time, number)
        if rows:
            values = ", ".join(["(?, ?, ?)"] * len(entry.keys))
            self._base.execute(f"INSERT INTO keyed VALUES {values}", rows)

    def forget(self, before: int) -> None:
        """See `Index`."""
        if self.forgotten is None or self.forgotten < before:
            self.forgotten = before
        gone = self._base.execute("DELETE FROM items WHERE time < ?", (before,)).rowcount
        if gone:
            self._base.execute("DELETE FROM keyed WHERE time < ?", (before,))
            self._size -= gone

    def candidates(self, keys: tuple[int, ...], order: Order, since: int) -> list[Entry[Sketch]]:
        """See `Index`."""
        if not keys:
            return []
        time, terms = order[0], []
        for key in keys:
            terms += [_signed(key), since, time, self.max_bucket + 1]
        found = self._base.execute(" UNION ALL ".join([_UNDER_KEY] * len(keys)), terms).fetchall()
        sizes = Counter(key for key, _, _ in found)
        crowded = [key for key, size in sizes.items() if size > self.max_bucket]
        shared: Counter[int] = Counter()
        for key, moment, number in found:
            if key not in crowded and (moment < time or self._entry(number).order < order):
                shared[number] += 1
        for key in crowded:
            shared.update(self._some(key, order, since))
        entries = {self._entry(number): count for number, count in shared.items()}
        return within(entries, self.max_candidates, self.overflows)

    def _some(self, key: int, order: Order, since: int) -> list[int]:
        """Of many items under a key the earliest half and the latest half."""
        time, uri, item_id = order
        terms = [key, since, time, time, _bytes(uri), item_id]
        found = self._base.execute(_FIRST, [*terms, self.max_bucket + 1]).fetchall()
        if len(found) > self.max_bucket:
            self.overflows["bucket"] += 1
            half = self.max_bucket // 2
            last = self._base.execute(_LAST, [*terms, half]).fetchall()
            found = found[: self.max_bucket - half] + last
        return [number for (number,) in found]

    def _read(self, number: int) -> Entry[Sketch]:
        row = self._base.execute("SELECT * FROM items WHERE number = ?", (number,)).fetchone()
        _, _, _, _, story_id, form, original, copied, fingerprint = row
        sketch = decode(fingerprint)
        story_id, original = (text.decode("utf-8", "surrogatepass") for text in (story_id, original))
        return Entry(sketch, sketch.order, (), story_id, original, bool(copied), (form or 0) % 2**64)
