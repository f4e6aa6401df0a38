"""GeoNames' codes of first-order subdivisions to ISO 3166-2, which they follow in some countries only."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

_CANADA = {
    "01": "AB", "02": "BC", "03": "MB", "04": "NB", "05": "NL", "07": "NS", "08": "ON",
    "09": "PE", "10": "QC", "11": "SK", "12": "YT", "13": "NT", "14": "NU",
}  # fmt: skip


def regions(cities: Iterable[Mapping[str, Any]]) -> dict[tuple[str, str], str]:
    """(country, GeoNames code) -> ISO 3166-2, for the codes that occur among the cities."""
    found: dict[tuple[str, str], str] = {}
    for city in cities:
        country, code = city["countrycode"], city["admin1code"]
        if country == "CA" and code in _CANADA:
            found[country, code] = f"CA-{_CANADA[code]}"
        elif country == "US" and len(code) == 2:
            found[country, code] = f"US-{code}"
    return found
