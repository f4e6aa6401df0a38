"""A raw item: the bytes as they came, in their envelope."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Attribute:
    """A header or attribute of the message that an item came in, as sent. Names may repeat."""

    name: str
    value: str


@dataclass(frozen=True, slots=True)
class RawItem:
    """One item as a source delivered it, after archives and many-record files were opened.

    Attributes:
        source: object URI it came from; `#n` names its nth record, `!member` a member of an archive.
        data: the bytes, whole and untouched.
        received_at: when it arrived, microseconds since the epoch (UTC); None where the source
            cannot tell (standard input).
        media_type: media type the source declared (HTTP, e-mail), if any.
        provider_hint: agency key the user gave with `--provider`.
        format_hint: format name the user gave with `--format`.
        attributes: headers or attributes of the message it came in, in their order.
    """

    source: str
    data: bytes
    received_at: int | None = None
    media_type: str | None = None
    provider_hint: str | None = None
    format_hint: str | None = None
    attributes: Sequence[Attribute] = ()
