"""Which countries a text leans to by agency and language: places there are meant by names that many have."""

from __future__ import annotations

from typing import NamedTuple

from schemas.agency import Agency

_LANGUAGE_HOMES = {
    "de": ("DE", "AT", "CH"), "fr": ("FR", "BE", "CH"), "es": ("ES", "MX", "AR"), "pt": ("PT", "BR"),
    "it": ("IT",), "nl": ("NL", "BE"), "sv": ("SE", "FI"), "no": ("NO",), "nb": ("NO",), "nn": ("NO",),
    "da": ("DK",), "fi": ("FI",), "ru": ("RU",), "zh": ("CN", "TW"), "ja": ("JP",), "ko": ("KR",),
    "pl": ("PL",), "cs": ("CZ",), "sk": ("SK",), "hu": ("HU",), "tr": ("TR",),
}  # fmt: skip
# Their home is no hint: most of what they send is from elsewhere, in the wire's common names.
_WORLDWIDE = frozenset(("reuters", "ap", "afp", "xinhua", "upi", "bloomberg", "dowjones"))


class Leaning(NamedTuple):
    """The countries whose places a text leans to, ISO 3166-1.

    Attributes:
        home: the agency's own, else those of the language.
        spoken: those of the language.
    """

    home: tuple[str, ...] = ()
    spoken: tuple[str, ...] = ()


def leaning(agency: Agency | None, language: str | None) -> Leaning:
    """The countries that an agency's text in a language (BCP 47) leans to."""
    spoken = _LANGUAGE_HOMES.get(language[:2].casefold(), ()) if language else ()
    if agency is not None and agency.country and agency.key not in _WORLDWIDE:
        return Leaning((agency.country,), spoken)
    return Leaning(spoken, spoken)
