"""Whose item it is."""

from typing import Any

import pytest

from schemas.item import ParsedItem
from transforms.normalize import provider


def parsed(**fields: Any) -> ParsedItem:
    return ParsedItem("file:///x", "text", **fields)


@pytest.mark.parametrize(
    ("fields", "key"),
    [
        ({"provider_hint": "dpa", "provider_names": ("AP",)}, "dpa"),
        ({"provider_names": ("nobody", "nprov:AFP")}, "afp"),
        ({"provider_names": ("reuters.com",)}, "reuters"),
        ({"provider_names": ("AP/NTB",)}, "ap"),
        ({"uri": "urn:newsml:stt.fi:20200101:1"}, "stt"),
        ({"uri": "tag:reuters.com,2015:newsml_X"}, "reuters"),
        ({"credit_line": "The Associated Press"}, "ap"),
        ({"copyright_holder": "Kyodo News"}, "kyodo"),
        ({"provider_names": ("Evening Lamp",)}, "unknown"),
        ({}, "unknown"),
    ],
)
def test_by_markup(fields: dict[str, object], key: str) -> None:
    assert provider.key(provider.by_markup(parsed(**fields))) == key


def test_a_hint_that_is_no_agency_does_not_hide_the_mark_up() -> None:
    assert provider.key(provider.by_markup(parsed(provider_hint="lamp", provider_names=("AP",)))) == "ap"


@pytest.mark.parametrize(
    ("fields", "key", "reason"),
    [
        ({"provider_hint": "dpa", "provider_names": ("AP",)}, "dpa", "given by --provider"),
        ({"provider_names": ("x", "AP"), "origins": {"provider_names": "From"}}, "ap", "`AP` in From"),
        ({"uri": "urn:newsml:stt.fi:1"}, "stt", "guid `urn:newsml:stt.fi:1`"),
        ({"copyright_holder": "Kyodo News"}, "kyodo", "copyright_holder `Kyodo News`"),
        ({}, "tass", "the text: its dateline, sign-off or end mark"),
        ({"provider_names": ("Evening Lamp",)}, "unknown", "no agency of the table is named (Evening Lamp)"),
    ],
)
def test_why(fields: dict[str, object], key: str, reason: str) -> None:
    assert provider.why(parsed(**fields), key).startswith(reason)
