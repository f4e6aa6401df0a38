"""How agencies' own HTTP interfaces are read: what `api = "..."` stands for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from pipeline.sources.settings import HttpSettings

_APIS: Mapping[str, Mapping[str, Any]] = {
    # https://api.ap.org/media/v/docs/: the feed goes on at `next_page`, a text's NITF is a rendition.
    "ap": {
        "items": "/data/items",
        "item_id": "/item/altids/itemid",
        "item_url": "/item/renditions/nitf/href",
        "item_member": "nitf",
        "next_page": "/data/next_page",
    },
    # https://github.com/dpa-newslab: a queue, an entry stays in it until its receipt is deleted.
    "dpa": {
        "items": "/entries",
        "item_id": "/urn",
        "receipt": "/_wireq_receipt",
        "receipt_url": "entry/{receipt}",
        "paging": "off",
    },
}


def with_api(settings: HttpSettings) -> HttpSettings:
    """The settings with what the agency's interface says, where they say nothing themselves."""
    defaults = _APIS.get(settings.api, {})
    return replace(
        settings,
        **{key: value for key, value in defaults.items() if getattr(settings, key) in ("", "auto")},
    )


def goes_forward(settings: HttpSettings) -> bool:
    """Whether a further page is newer, and where to go on after a restart."""
    return settings.paging == "cursor" or (settings.paging == "auto" and settings.api == "ap")
