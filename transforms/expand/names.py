"""Names of items: `archive.zip!folder/member.xml#3`, without a doubt about what is name and what is mark.

In the `source` of an item `!` leads to a member of an archive and `#` to the nth item. Where a file's own
name holds one of these, or `%`, a control character or a byte that is no UTF-8, that character is written
as in URIs (`%23`); all else, spaces and letters of any script among it, stays as it is. So `unescape` gives
every name back, and no two items share a source.
"""

from __future__ import annotations

import os
import re
from urllib.parse import unquote_to_bytes

_MARKS = re.compile(r"[%#!\x00-\x1f\x7f\ud800-\udfff]")
_DRIVE = re.compile(r"[A-Za-z]:")


def _escaped(match: re.Match[str]) -> str:
    try:
        data = match.group().encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        data = match.group().encode("utf-8", "surrogatepass")
    return "".join(f"%{byte:02X}" for byte in data)


def escape(name: str) -> str:
    """A file's or member's name as it stands in `source`."""
    return _MARKS.sub(_escaped, name)


def unescape(name: str) -> str:
    """The name that `escape` was given."""
    return os.fsdecode(unquote_to_bytes(name)) if "%" in name else name


def tidy(member: str) -> str:
    """A member's name with forward slashes and without leading `./`."""
    parts = [part for part in member.replace("\\", "/").split("/") if part != "."]
    return "/".join(parts)


def unsafe(member: str) -> str | None:
    """Why a member's name must not be trusted, None where it may be: it would lead out of its archive."""
    name = tidy(member)
    if not name.strip("/"):
        return "member without a name"
    if "\x00" in name:
        return "member's name holds a NUL"
    if name.startswith("/") or _DRIVE.match(name):
        return "member's path is absolute"
    if ".." in name.split("/"):
        return "member's path leaves the archive"
    return None


def hidden(name: str) -> bool:
    """Whether a path below a folder or in an archive is one that systems leave behind, no item.

    A part that begins with a dot, or macOS's `__MACOSX`.
    """
    parts = name.split("/")
    return "__MACOSX" in parts or any(part[:1] == "." and part not in (".", "..") for part in parts)
