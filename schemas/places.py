"""The place table: cities, countries and subdivisions, found by name. GeoNames data, CC BY 4.0."""

from __future__ import annotations

import functools
import math
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from schemas.columns import Codes, Strings, flags, numbers, view
from schemas.folding import DATA, fold

__all__ = ["DATA", "Details", "Entry", "PlaceTable", "fold", "places"]

# No nulls (an empty text, 0 or NaN stands for them): the columns are then read without pyarrow.compute.
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
        ("capital", pa.bool_()),
    ]
)
NAMES_SCHEMA = pa.schema([("key", pa.string()), ("row", pa.int32()), ("main", pa.bool_())])
_STEP = 8
CAPITAL = 5
"""A capital counts as a city of that many times its inhabitants: 99.8 % of 20,351 datelines come right."""


class Entry(NamedTuple):
    """A place under one of its names.

    Attributes:
        row: its row in the table; the heavier of two places has the lower row.
        kind: `city`, `country` or `admin` (a subdivision).
        country: ISO 3166-1 alpha-2.
        region: ISO 3166-2, where it is known.
        weight: inhabitants, times CAPITAL for a capital.
        capital: whether it is its country's capital.
        main: whether the name is its usual one.
    """

    row: int
    kind: str
    country: str
    region: str | None
    weight: int
    capital: bool
    main: bool


class Details(NamedTuple):
    """What the table knows of a place beyond its `Entry`: GeoNames' name and number, degrees WGS 84."""

    name: str
    geonames_id: int | None
    latitude: float | None
    longitude: float | None


class PlaceTable:
    """Places by name. Names are one sorted block of bytes, searched by halving: 2 us a look-up."""

    def __init__(self, places: pa.Table, names: pa.Table) -> None:
        """Args: the tables that `schemas.build_places` writes."""
        column = {name: places.column(name).combine_chunks() for name in places.column_names}
        self._names = Strings(column["name"])
        self._kind, self._country, self._region = (Codes(column[n]) for n in ("kind", "country", "region"))
        self._id = view(numbers(column["geonames_id"], "i4"))
        self._latitude, self._longitude = (view(numbers(column[n], "f4")) for n in ("latitude", "longitude"))
        capitals = flags(column["capital"])
        self._capital = view(capitals)
        people = numbers(column["population"], "i4").astype(np.int64)
        self._weight = view(people * np.where(capitals, CAPITAL, 1))
        self._keys = Strings(names.column("key").combine_chunks())
        self._rows = view(numbers(names.column("row").combine_chunks(), "i4"))
        self._main = view(flags(names.column("main").combine_chunks()))
        # Every eighth key as bytes: the first halvings are then done in C.
        self._steps = [self._keys[number] for number in range(0, len(self._keys), _STEP)]

    def __len__(self) -> int:
        return len(self._names)

    def _first(self, key: bytes) -> int:
        step, keys = bisect_left(self._steps, key), self._keys
        return bisect_left(keys, key, max(0, step - 1) * _STEP, min(step * _STEP, keys.size))

    def _numbers(self, key: str) -> range:
        data, keys = key.encode("utf-8", "replace"), self._keys
        first = end = self._first(data)
        while end < keys.size and keys[end] == data:  # each is looked at afterwards anyhow
            end += 1
        return range(first, end)

    def __contains__(self, key: str) -> bool:
        return bool(self._numbers(key))

    def find(self, key: str) -> tuple[Entry, ...]:
        """The places under a folded name, the heaviest first."""
        rows, main, entry = self._rows, self._main, self.entry
        return tuple([entry(rows[number], main[number]) for number in self._numbers(key)])

    def inside(self, key: str, countries: Sequence[str], region: str | None) -> list[Entry]:
        """The places under a folded name that lie in one of these countries and in the region, if given."""
        rows, country, regions = self._rows, self._country.of_row, self._region.of_row
        wanted = [self._country.code(code) for code in countries]
        held = None if region is None else self._region.code(region)
        return [
            self.entry(row, self._main[number])
            for number in self._numbers(key)
            if country[(row := rows[number])] in wanted and (held is None or regions[row] == held)
        ]

    def entry(self, row: int, main: bool = True) -> Entry:
        """The place in a row."""
        kind, country, region = self._kind, self._country, self._region
        return Entry(
            row, kind.values[kind.of_row[row]], country.values[country.of_row[row]],
            region.values[region.of_row[row]] or None, self._weight[row], self._capital[row], main,
        )  # fmt: skip

    def details(self, row: int) -> Details:
        """Name, number and coordinates of the place in a row."""
        name, number, latitude = self._names[row].decode(), self._id[row] or None, self._latitude[row]
        if math.isnan(latitude):
            return Details(name, number, None, None)
        return Details(name, number, round(latitude, 4), round(self._longitude[row], 4))

    def area(self, code: str) -> Entry | None:
        """The country with an ISO 3166-1 code, or the subdivision with an ISO 3166-2 code."""
        row = self._areas.get(code)
        return None if row is None else self.entry(row)

    @functools.cached_property
    def _areas(self) -> dict[str, int]:
        rows = np.flatnonzero(~self._kind.equal("city")).tolist()
        return {self._region[row] or self._country[row]: row for row in rows}

    def capital(self, country: str) -> Entry | None:
        """The capital of the country with an ISO 3166-1 code."""
        row = self._seats.get(country)
        return None if row is None else self.entry(row)

    @functools.cached_property
    def _seats(self) -> dict[str, int]:
        rows = np.flatnonzero(np.asarray(self._capital)).tolist()
        return {self._country[row]: row for row in reversed(rows)}

    def similar(self, key: str, country: str, region: str | None) -> Iterator[tuple[str, int]]:
        """Folded names, with rows, of a region's or country's cities that may be one edit from a key.

        These have about its length, and its first two bytes or its last two. They are usual names, for keys
        in other scripts than Latin the alternate ones too.
        """
        data = key.encode("utf-8", "replace")
        numbers, rows, sizes, firsts, lasts = self._inside(country, region, key.isascii())
        close = np.abs(sizes - len(data)) <= (1 if key.isascii() else len(data) - len(key) + 2)
        ends = (firsts == data[0] * 256 + data[1]) | (lasts == data[-2] * 256 + data[-1])
        for index in np.flatnonzero(close & ends).tolist():
            yield self._keys[int(numbers[index])].decode(), int(rows[index])

    @functools.lru_cache(maxsize=32)  # noqa: B019 (one table a process)
    def _inside(self, country: str, region: str | None, usual: bool) -> tuple[Any, ...]:
        """Names of the cities of an area, the usual ones or all: number, row, size, two bytes at each end."""
        if usual:
            order, bounds, code = *self._by_country, self._country.code(country)
            numbers = self._usual[0][order[bounds[code] : bounds[code + 1]]]
        else:
            numbers = np.flatnonzero(self._country.equal(country)[np.asarray(self._rows)]).astype(np.int32)
        rows = np.asarray(self._rows)[numbers]
        inside = self._kind.equal("city", rows)
        if region is not None:
            inside &= self._region.equal(region, rows)
        numbers = numbers[inside]
        starts, ends = self._keys.bounds(numbers)
        letters = self._keys.letters
        last = np.maximum(ends - 2, starts)
        second = np.minimum(starts + 1, ends - 1)
        firsts = letters[starts].astype(np.int32) * 256 + letters[second]
        lasts = letters[last].astype(np.int32) * 256 + letters[ends - 1]
        return numbers, rows[inside], ends - starts, firsts, lasts

    @functools.cached_property
    def _by_country(self) -> tuple[Any, Any]:
        """Usual names ordered by country, and where each country's begin among them."""
        codes = self._country.codes[self._usual[1]]
        order = np.argsort(codes, kind="stable")
        return order, np.searchsorted(codes[order], np.arange(len(self._country.values) + 2))

    def heaviest(self, weight: int) -> dict[str, int]:
        """Folded usual names of the cities of at least that weight, each with its row."""
        return self._named((np.asarray(self._weight) >= weight) & self._kind.equal("city"))

    def _named(self, mask: Any) -> dict[str, int]:
        numbers, rows = self._usual
        inside = mask[rows]
        found: dict[str, int] = {}
        for number, row in zip(numbers[inside].tolist(), rows[inside].tolist(), strict=True):
            key = self._keys[number].decode()
            found[key] = min(row, found.get(key, row))
        return found

    @functools.cached_property
    def _usual(self) -> tuple[Any, Any]:
        """Numbers in the list of names, and rows, of the usual names."""
        numbers = np.flatnonzero(self._main).astype(np.int32)
        return numbers, np.asarray(self._rows)[numbers]


@functools.cache
def places() -> PlaceTable:
    """The built-in table, read once a process: 0.2 s and 50 MB."""
    places = pq.ParquetFile(DATA / "places.parquet", read_dictionary=["kind", "country", "region"])
    names = pq.ParquetFile(DATA / "place_names.parquet")
    table = PlaceTable(places.read(use_threads=False), names.read(use_threads=False))
    pa.default_memory_pool().release_unused()
    return table
