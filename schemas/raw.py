"""A raw item: the bytes as they came, in their envelope."""

from __future__ import annotations

from dataclasses import dataclass


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
    """

    source: str
    data: bytes
    received_at: int | None = None
    media_type: str | None = None
    provider_hint: str | None = None
    format_hint: str | None = None
