"""Lines of a wire text to paragraphs: control bytes off, hard wraps undone, rows of a table kept apart."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

INDENT = 2
"""Columns of leading white space (a tab counts for four) that begin a paragraph; sign-offs stand at one."""

HARD_WRAP = 110
"""Columns: no wire wraps its lines later, what is longer is a paragraph of its own."""

_NARROWEST = 38  # columns: lines that all end before are rows, not wrapped prose
_SHORT = 50  # columns: a line that ends before them was not wrapped
_RAGGED = 8  # columns that a wrapped line may stay short of the margin, beside its next word
_SPACES = re.compile("[\x10\x1e\x1f\xa0\u2002-\u200a\u202f]")
_ENDS = re.compile("\r\n?|[\x0b\x0c\x85\u2028\u2029]")
_DROPPED = re.compile("[\x00-\x08\x0e-\x1d\x7f-\x9f\ufeff\ufffe\uffff]")
# The same for ASCII, in one pass.
_ASCII = str.maketrans(
    {
        **dict.fromkeys(map(chr, (*range(9), *range(0x0E, 0x1E), 0x7F))),
        **dict.fromkeys("\r\x0b\x0c", "\n"),
        **dict.fromkeys("\x10\x1e\x1f", " "),
    }
)
_CODES = re.compile(r" ?&(?:[LU]R|Q[CLR]);")
_ANY = re.compile("[\x00-\x08\x0b-\x1f\x7f-\xa0\u2000-\u202f\ufeff\ufffe\uffff]")
_COLUMNS = re.compile(r"\S(?: {3,}| *\t[ \t]*)\S|(?:\. ?){4}|(?:[;|][^;|]{0,40}){3}")
_GAP = re.compile(r"   |\t|\.\.|\. \.|;|\|")  # quicker than what follows it
_NUMBERED = re.compile(r"\d[\d.,:/-]*\s+\S")
_WIDE = re.compile(r"[\u1100-\u115f\u2e80-\u9fff\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60]")
_BULLET = re.compile(r"(?:[-*•–—·]|\d{1,2}[.)]) +(?=\S)")
_CLOSED = re.compile(r"[.!?:;。！？][\"'”’»)\]」]*$")
_ADDRESS = re.compile(r"(?:https?://|www\.)\S+$")
_HYPHEN = re.compile(r"\w-$")
_SUSPENDED = re.compile(r"(?:and|or|und|oder|et|ou|y|o|e|en|of|och|og|eller|to|bis)\b")


def clean(text: str) -> str:
    r"""The text with `\n` line ends, without control characters.

    Typographic spaces (ANPA's thin and en spaces 1F and 1E among them) become blanks; other control
    bytes are framing or typesetting and go, as do the New York Times' typesetting codes (`&LR;`).
    """
    if "&" in text:
        text = _CODES.sub("", text)
    if not _ANY.search(text):
        return text
    if text.isascii():
        return text.replace("\r\n", "\n").translate(_ASCII)
    return _DROPPED.sub("", _SPACES.sub(" ", _ENDS.sub("\n", text)))


def fold(line: str) -> str:
    """The line with runs of white space as one blank, none at its ends."""
    return " ".join(line.split())


def indent(line: str) -> int:
    """Columns of leading white space; a tab counts for four."""
    if line[:1] not in (" ", "\t"):
        return 0
    blank = line[: len(line) - len(line.lstrip())]
    return len(blank) + 3 * blank.count("\t")


def paragraphs(lines: Sequence[str], marked: bool | None = None) -> list[str]:
    """Paragraphs of a text's lines.

    A paragraph begins after a blank line and, where the text has flush lines too, at an indented one.
    What follows flush belongs to it, but for rows of a table. A block that is neither indented nor
    wrapped at a margin (an address, results) is a paragraph a line.

    Args:
        lines: cleaned lines (see `clean`), with their leading white space.
        marked: whether indents begin paragraphs, where the format says so.

    Returns:
        Paragraphs with white space folded, none of them empty.
    """
    if marked is None:
        depths = [indent(line) for line in lines if line and not line.isspace()]
        marked = bool(depths) and min(depths) < INDENT <= max(depths)
    width = _Width(lines)
    found: list[str] = []
    for run, trusted in _runs(lines, marked):
        if len(run) == 1:
            found.append(fold(run[0]))
        else:
            found += _joined(run, trusted, width)
    return found


class _Width:
    """The margin at which a text is wrapped, found when it is first asked for."""

    def __init__(self, lines: Sequence[str]) -> None:
        self._lines = lines
        self._value: int | None = None

    @property
    def value(self) -> int:
        """Columns; 0 where the lines are not wrapped."""
        if self._value is None:
            lengths = sorted(columns for line in self._lines if (columns := _columns(line)))
            margin = lengths[len(lengths) * 9 // 10] if lengths else 0
            self._value = margin if _NARROWEST <= margin <= HARD_WRAP else 0
        return self._value


def _runs(lines: Sequence[str], marked: bool) -> Iterator[tuple[list[str], bool]]:
    """Lines that no blank line or indent parts, and whether an indent began them."""
    run: list[str] = []
    trusted = False
    for line in lines:
        if not line or line.isspace():
            if run:
                yield run, trusted
            run, trusted = [], False
            continue
        depth = indent(line)
        hangs = bool(run) and _hangs(run[0], depth)
        begins = (marked and depth >= INDENT and not hangs) or (bool(run) and _listed(run, line))
        # A sign-off stands one column in: ` Reuter`, ` (Reporting by ...)`.
        signs = depth == 1 and (len(line) <= 30 or line[1] in "([") and bool(run)
        if run and (begins or signs):
            yield run, trusted
            run, trusted = [], begins
        elif not run:
            trusted = begins
        run.append(line)
    if run:
        yield run, trusted


def _listed(run: list[str], line: str) -> bool:
    """Whether a line begins an entry of a list: a bullet after another one, or after a short line."""
    text = line.lstrip()
    if text[:1].isalpha() or not _BULLET.match(text):
        return False
    return len(run[-1]) < _SHORT or _BULLET.match(run[0].lstrip()) is not None


def _hangs(first: str, depth: int) -> bool:
    """Whether a line this deep hangs under the bullet that began the run."""
    if not depth:
        return False
    bullet = _BULLET.match(first.lstrip())
    return bullet is not None and depth == indent(first) + bullet.end()


def _joined(run: list[str], trusted: bool, width: _Width) -> list[str]:
    trusted = trusted or all(_hangs(run[0], indent(line)) for line in run[1:])
    if not trusted and not _wrapped(run, width.value):
        return [fold(line) for line in run]
    rows = [_is_row(line, trusted) for line in run]
    found = [fold(run[0])]
    for number in range(1, len(run)):
        line, before = run[number], run[number - 1]
        text = fold(line)
        table = rows[number - 1] and (rows[number] or (number > 1 and rows[number - 2]))
        if table or (not trusted and _parted(before, line, width.value)):
            found.append(text)
        else:
            found[-1] += _glue(found[-1], text) + text
    return found


def _glue(text: str, following: str) -> str:
    """What stands between two lines of a paragraph: a blank, but for hyphens and scripts without blanks."""
    if _HYPHEN.search(text[-2:]) and following[:1].isalpha() and not _SUSPENDED.match(following):
        return ""
    return "" if _WIDE.match(text[-1:]) and _WIDE.match(following) else " "


def _is_row(line: str, trusted: bool) -> bool:
    """Whether a line has columns: gaps, leaders or separators between its parts, or a figure in front.

    A figure alone is no sign where indents begin paragraphs: prose wraps before figures too.
    """
    text = line.strip()
    if not trusted and _NUMBERED.match(text):
        return True
    return _GAP.search(text) is not None and _COLUMNS.search(text) is not None


def _columns(line: str) -> int:
    """Columns of a line without trailing blanks; a character of Chinese, Japanese or Korean takes two."""
    text = line.rstrip()
    return len(text) if text.isascii() else len(text) + len(_WIDE.findall(text))


def _full(line: str, following: str, width: int) -> bool:
    """Whether the next line's first word would not have fitted on this one."""
    word = "" if _WIDE.match(following.lstrip()) else following.lstrip().partition(" ")[0]
    return _columns(line) + 1 + len(word) + _RAGGED > width


def _wrapped(run: list[str], width: int) -> bool:
    if not width or all(_CLOSED.search(line.rstrip()) for line in run):
        return False
    pairs = len(run) - 1
    full = sum(_full(run[number], run[number + 1], width) for number in range(pairs))
    return full * 10 >= pairs * 7


def _parted(line: str, following: str, width: int) -> bool:
    """Whether one paragraph ends with this line, in a block that is wrapped but not indented."""
    if _ADDRESS.match(line.strip()):
        return True
    if not _CLOSED.search(line.rstrip()):
        return False
    return bool(_BULLET.match(following.lstrip())) or not _full(line, following, width)
