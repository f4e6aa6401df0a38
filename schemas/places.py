"""The place table: cities, countries and subdivisions, found by name. GeoNames data, CC BY 4.0."""

from __future__ import annotations

import functools
import re
import unicodedata
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

DATA = Path(str(resources.files("schemas").joinpath("data")))
TABLE_SCHEMA = pa.schema(
    [
        ("name", pa.string()),
        ("kind", pa.string()),
        ("country", pa.string()),
        ("region", pa.string()),
        ("geonames_id", pa.int32()),
        ("latitude", pa.float32()),
        ("longitude", pa.float32()),
        ("population", pa.int32()),
        ("weight", pa.float32()),
    ]
)
# Letters that NFKD leaves whole, and Arabic letters that are written one for the other.
_LETTERS = str.maketrans(
    {
        **dict(zip("øłđıħŧ", "oldiht", strict=True)),
        **{"æ": "ae", "œ": "oe", "þ": "th", "ð": "d", "ى": "ي", "ة": "ه", "ک": "ك", "ی": "ي", "ـ": None},
        **dict.fromkeys("'’‘`´ʼʻʹ.·", None),
        **dict.fromkeys('-‐‑–—/,;:()[]"«»“”', " "),
    }
)
_VOICED = ("\u3099", "\u309a")
_WORDS = re.compile(r"\b(saint|sainte|ft|mt)\b")
_SHORT = {"saint": "st", "sainte": "ste", "ft": "fort", "mt": "mount"}


def fold(name: str) -> str:
    """A name as a key: case, accents, points and hyphens off, `Saint` as `st`, `Ft.` as `fort`."""
    if not name.isascii():
        name = unicodedata.normalize("NFKD", name)
        name = "".join(c for c in name if c in _VOICED or not unicodedata.combining(c))
        name = unicodedata.normalize("NFC", name)
    key = " ".join(name.casefold().translate(_LETTERS).split())
    return _WORDS.sub(lambda match: _SHORT[match.group()], key)


@dataclass(frozen=True, slots=True)
class Entry:
    """A row of the place table; `weight` is its population, five times that for a capital."""

    row: int
    name: str
    kind: str
    country: str
    region: str | None
    geonames_id: int | None
    latitude: float | None
    longitude: float | None
    population: int
    weight: float
    main: bool


class PlaceTable:
    """Places by name. Names are one sorted block of bytes, searched by halving: about 5 us a look-up."""

    def __init__(self, places: pa.Table, names: pa.Table) -> None:
        """Args: the tables that `schemas.build_places` writes."""
        self._columns = {name: places.column(name).combine_chunks() for name in places.column_names}
        keys = names.column("key").combine_chunks()
        buffers = keys.buffers()
        self._size = len(keys)
        self._offsets = np.frombuffer(buffers[1], np.int32, self._size + 1)
        self._bytes = memoryview(buffers[2])
        self._rows = names.column("row").to_numpy()
        self._main = names.column("main").to_numpy()

    def __len__(self) -> int:
        return len(self._columns["name"])

    def _first(self, key: bytes) -> int:
        low, high, offsets, data = 0, self._size, self._offsets, self._bytes
        while low < high:
            middle = (low + high) >> 1
            if bytes(data[offsets[middle] : offsets[middle + 1]]) < key:
                low = middle + 1
            else:
                high = middle
        return low

    def _key(self, number: int) -> bytes:
        return bytes(self._bytes[self._offsets[number] : self._offsets[number + 1]])

    def __contains__(self, key: str) -> bool:
        data = key.encode("utf-8", "replace")
        first = self._first(data)
        return first < self._size and self._key(first) == data

    def find(self, key: str) -> tuple[Entry, ...]:
        """The places under a folded name, in the table's order: the heaviest first."""
        data = key.encode("utf-8", "replace")
        number = self._first(data)
        found = []
        while number < self._size and self._key(number) == data:
            found.append(self.entry(int(self._rows[number]), bool(self._main[number])))
            number += 1
        return tuple(found)

    def entry(self, row: int, main: bool = True) -> Entry:
        """The place in a row."""
        value = {name: column[row].as_py() for name, column in self._columns.items()}
        for degrees in ("latitude", "longitude"):
            if value[degrees] is not None:
                value[degrees] = round(value[degrees], 5)
        return Entry(row=row, main=main, **value)

    def area(self, code: str) -> Entry | None:
        """The country with an ISO 3166-1 code, or the subdivision with an ISO 3166-2 code."""
        row = self._areas.get(code)
        return None if row is None else self.entry(row)

    @functools.cached_property
    def _areas(self) -> dict[str, int]:
        kinds = np.asarray(self._columns["kind"].to_numpy(zero_copy_only=False))
        found = {}
        for row in np.flatnonzero(kinds != "city"):
            entry = self.entry(int(row))
            found[entry.region or entry.country] = entry.row
        return found

    def names_in(self, country: str, region: str | None) -> dict[str, int]:
        """Folded usual names of the cities of a region, or of a whole country, each with its row."""
        mask = np.asarray(self._columns["country"].to_numpy(zero_copy_only=False) == country)
        if region is not None:
            mask &= np.asarray(self._columns["region"].to_numpy(zero_copy_only=False) == region)
        names: dict[str, int] = {}
        for row in np.flatnonzero(mask):
            if self._columns["kind"][row].as_py() == "city":
                names.setdefault(fold(self._columns["name"][row].as_py()), int(row))
        return names

    def heaviest(self, weight: float) -> dict[str, int]:
        """Folded usual names of the places of at least that weight, each with its row."""
        names: dict[str, int] = {}
        weights = self._columns["weight"].to_numpy()
        for row in range(int(np.searchsorted(-weights, -weight, side="right"))):
            if self._columns["kind"][row].as_py() == "city":
                names.setdefault(fold(self._columns["name"][row].as_py()), row)
        return names


@functools.cache
def places() -> PlaceTable:
    """The built-in table, read once a process: about 0.1 s."""
    return PlaceTable(
        pq.read_table(DATA / "places.parquet", memory_map=False),
        pq.read_table(DATA / "place_names.parquet", memory_map=False),
    )
