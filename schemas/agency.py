"""The agency table: who an agency is and how its wire is written. Data in `data/agencies.toml`."""

from __future__ import annotations

import functools
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib import resources
from typing import Any

UNKNOWN = "unknown"
_FIGURE = re.compile(r"\d")
_SIGNS = re.compile(r"[\W_]+")
_QCODE = re.compile(r"[\w.-]+:[^/]")
_HOST = re.compile(r"[a-z0-9-]+(?:\.[a-z0-9-]+)+")


@dataclass(frozen=True, slots=True)
class Agency:
    """One agency of the table.

    Attributes:
        key: value of the `provider` column.
        name: full name.
        names: other names, as they stand in datelines, credits and providers.
        domains: internet domains it uses in guids and provider fields.
        guid_prefixes: beginnings of its guids that no domain gives away.
        codes: provider codes of IPTC's `nprov` scheme and house codes.
        country: ISO 3166-1 alpha-2 of its home.
        languages: BCP 47, main one first.
        timezone: IANA zone of times that carry none.
        datelines: how its datelines are built, the usual way first: `brackets`, `brackets-only` (no
            separator after them), `colon`, `stop`, `slashes`, `dots`, `dashes`, `bare` (mark without
            brackets), `dash-mark`, `agency-first`, `byline-first`, `chinese`, `lenticular`, `equals`, `plain`
            (no mark), `none`, `markup` (never in the text).
        initials_signoff: sign-offs and bylines are initials, not people.
        examples: dateline lines that the test suite reads with this entry: `line`, `place` as written (`-`
            for none), `country` (one code a place), `day` (ISO 8601) where the line has a date.
    """

    key: str
    name: str
    names: tuple[str, ...] = ()
    domains: tuple[str, ...] = ()
    guid_prefixes: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()
    country: str | None = None
    languages: tuple[str, ...] = ()
    timezone: str = "UTC"
    datelines: tuple[str, ...] = ()
    initials_signoff: bool = False
    examples: tuple[Mapping[str, str], ...] = ()


def _fold(name: str) -> str:
    return _SIGNS.sub(" ", name).strip().casefold()


class AgencyTable:
    """All agencies, found by key, name, code, domain or guid.

    Attributes:
        figured: whether a name, code or domain has a figure in it.
    """

    def __init__(self, agencies: Iterable[Agency]) -> None:
        self.by_key = {agency.key: agency for agency in agencies}
        self._by_name: dict[str, Agency] = {}
        self._by_domain: dict[str, Agency] = {}
        self._prefixes: list[tuple[str, Agency]] = []
        for agency in self.by_key.values():
            for name in (agency.key, agency.name, *agency.names, *agency.codes):
                self._by_name.setdefault(_fold(name), agency)
            for domain in agency.domains:
                self._by_domain.setdefault(domain.casefold(), agency)
            self._prefixes += [(prefix.casefold(), agency) for prefix in agency.guid_prefixes]
        self.figured = any(map(_FIGURE.search, (*self._by_name, *self._by_domain)))

    def get(self, key: str | None) -> Agency | None:
        """The agency with that key."""
        return self.by_key.get(key) if key else None

    def named(self, name: str) -> Agency | None:
        """The agency that a name, code, qcode (`nprov:AFP`) or domain stands for."""
        local = name.rsplit(":", 1)[-1] if ":" in name and _QCODE.match(name) else name
        if agency := self._by_name.get(_fold(name)):
            return agency
        if local != name and (agency := self._by_name.get(_fold(local))):
            return agency
        return self._in_domain(name) if "." in name else None

    def of_guid(self, guid: str) -> Agency | None:
        """The agency that made a guid, by prefix or by the domain inside it."""
        folded = guid.casefold()
        for prefix, agency in self._prefixes:
            if folded.startswith(prefix):
                return agency
        return self._in_domain(folded)

    def _in_domain(self, text: str) -> Agency | None:
        for host in _HOST.findall(text.casefold()):
            labels = host.split(".")
            for first in range(len(labels) - 1):
                if agency := self._by_domain.get(".".join(labels[first:])):
                    return agency
        return None


def read(text: str) -> AgencyTable:
    """The table in a TOML text: one table an agency, keys as the attributes of `Agency`.

    Raises:
        ValueError: an entry has a key that `Agency` does not know, or none of the required ones.
    """
    agencies = []
    for key, entry in tomllib.loads(text).items():
        values: dict[str, Any] = {
            name: tuple(value) if isinstance(value, list) else value for name, value in entry.items()
        }
        try:
            agencies.append(Agency(key=key, **values))
        except TypeError as error:
            raise ValueError(f"agency {key}: {error}") from None
    return AgencyTable(agencies)


@functools.cache
def agencies() -> AgencyTable:
    """The built-in table, read once a process."""
    return read(resources.files("schemas").joinpath("data/agencies.toml").read_text("utf-8"))
