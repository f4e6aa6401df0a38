"""Known failures as values: reject codes, the reject row, and the exceptions behind them."""

from __future__ import annotations

import enum
from collections.abc import Sequence
from dataclasses import dataclass

from schemas.raw import Attribute

KEPT = "; kept "
"""What a reject's message says before it says how much is kept, where its bytes are not whole."""


class Stage(enum.StrEnum):
    """The stage at whose edge an item was rejected."""

    EXPAND = "expand"
    PARSE = "parse"
    NORMALIZE = "normalize"
    ENRICH = "enrich"


class Code(enum.StrEnum):
    """Why an item was rejected. The value is what `rejects/` holds in `code`."""

    UNREADABLE = "unreadable"  # the object could not be opened or read
    EMPTY = "empty"  # no bytes, or nothing but white space
    ITEM_TOO_LARGE = "item_too_large"
    ARCHIVE_BROKEN = "archive_broken"
    ARCHIVE_TOO_DEEP = "archive_too_deep"
    ARCHIVE_TOO_MANY = "archive_too_many"
    ARCHIVE_TOO_LARGE = "archive_too_large"  # expands beyond the limit, or at a bomb's ratio
    ARCHIVE_UNSAFE = "archive_unsafe"  # a member's path leaves the archive, or it is a link or device
    FORMAT_UNKNOWN = "format_unknown"
    NOT_NEWS = "not_news"  # a planning, concept or knowledge item, a form, a bare configuration
    ENCODING_BROKEN = "encoding_broken"
    XML_BROKEN = "xml_broken"
    JSON_BROKEN = "json_broken"
    TOO_DEEP = "too_deep"  # nesting beyond the limit
    STRUCTURE_BROKEN = "structure_broken"  # well formed, but not what its format asks for
    NO_CONTENT = "no_content"  # neither headline, slug nor text, and no word that it was withdrawn
    INTERNAL = "internal"  # a failure nobody foresaw; the message names the exception


@dataclass(frozen=True, slots=True)
class Reject:
    """One item that did not get through, with its bytes, so that nothing is lost.

    Attributes:
        source: object URI of the item.
        stage: the `Stage` that rejected it.
        code: the `Code`.
        message: one line for a person: what was wrong, and where.
        raw: the bytes, whole, but for items above the size limit (the message then says how much is kept).
        received_at: microseconds since the epoch (UTC), None where the source cannot tell.
        source_format: the format it was taken for, if it came that far.
        attributes: headers or attributes of the message it came in.
    """

    source: str
    stage: str
    code: str
    message: str
    raw: bytes
    received_at: int | None = None
    source_format: str | None = None
    attributes: Sequence[Attribute] = ()


class WirebeamError(Exception):
    """A failure the user can act on: the message is one line that says what to do."""


class UsageError(WirebeamError):
    """A command line that asks for what there is not: exit code 2, where other failures have 1."""


class ItemError(WirebeamError):
    """An item that cannot be read; becomes a `Reject` at the edge of the stage. Can be pickled.

    Attributes:
        code, message: those of the reject.
        source_format: the format that the item was taken for, where that was known.
    """

    def __init__(self, code: Code, message: str, source_format: str | None = None) -> None:
        super().__init__(code, message, source_format)
        self.code = code
        self.message = message
        self.source_format = source_format

    def __str__(self) -> str:
        return f"{self.code}: {self.message}"
