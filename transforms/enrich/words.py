"""The word lists of `schemas/data/entity_words.toml` and the tables beside it, read once a process."""

from __future__ import annotations

import functools
import hashlib
import tomllib
from importlib import resources


def lines(name: str) -> list[str]:
    """Lines of a file of schemas/data, without comments and empty ones."""
    text = resources.files("schemas").joinpath("data", name).read_text("utf-8")
    return [line for line in text.splitlines() if line and not line.startswith("#")]


def table(name: str) -> list[list[str]]:
    """Rows of a tab-separated table of schemas/data, without its header, short ones filled up."""
    header, *rows = (line.split("\t") for line in lines(name))
    return [row + [""] * (len(header) - len(row)) for row in rows]


@functools.cache
def word_lists() -> dict[str, list[str]]:
    """All lists, by name."""
    text = resources.files("schemas").joinpath("data/entity_words.toml").read_text("utf-8")
    return {name: listed.split() for name, listed in tomllib.loads(text).items()}


@functools.cache
def word_set(name: str) -> frozenset[str]:
    """One list as a set."""
    return frozenset(word_lists()[name])


TABLES = (
    "entity_words.toml",
    "exchanges.tsv",
    "family_names.txt",
    "first_names.txt",
    "names_caseless.tsv",
    "organisation_names.tsv",
    "organisations.tsv",
    "place_words.tsv",
    "place_words_caseless.tsv",
    "regions.tsv",
)


@functools.cache
def digest() -> str:
    """SHA-256 of the tables that the rules tagger reads, in hexadecimal digits."""
    folder = resources.files("schemas").joinpath("data")
    return hashlib.sha256(b"".join(folder.joinpath(name).read_bytes() for name in TABLES)).hexdigest()
