"""Heads as Chinese, Japanese and Korean agencies write them: marks glued to the place, or inside brackets.

(서울=연합뉴스) 김민지 기자      【ワシントン共同＝山田太郎】
[ロンドン 3日 ロイター]          （中央社華盛頓2日綜合外電報導）
"""

from __future__ import annotations

import re
from typing import NamedTuple

from transforms.normalize.dateline import marks


class Peeled(NamedTuple):
    """A head without its mark.

    Attributes:
        text: place and date that are left.
        mark: the mark as written, None where none was found.
        known: whether a table knows the mark.
        byline: the reporter named beside it.
    """

    text: str
    mark: str | None = None
    known: bool = False
    byline: str | None = None


LETTERS = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_EQUALS = re.compile(
    r"[(（【\[]\s*([^()（）【】\[\]=＝]{1,40}?)\s*[=＝]\s*([^()（）【】\[\]=＝]{2,30}?)\s*[)）】\]]\s*(.{0,60})$"
)
_LENTICULAR = re.compile(r"[【\[［]\s*([^【】\[\]［］]{2,40}?)\s*[】\]］]$")
_REPORT = re.compile(
    r"(?<=日)\s*(?:[綜综]合(?:外[電电])?[報报][導导道]?|[專专][電电]|外[電电]|[電电讯訊])\s*[)）]?$"
)
_DAY_MARK = re.compile(r"(.*\d\s*日)[\s\u3000]+(\S{2,12})$")


def peel(head: str) -> Peeled | None:
    """A head in one of these forms without its mark; None for a head in another form."""
    if head.isascii() or LETTERS.search(head) is None:
        return None
    if match := _EQUALS.match(head):
        place, mark, rest = match.groups()
        bare, glued = _glued_at_end(place)
        if glued:
            return Peeled(bare, glued, True, mark)
        return Peeled(place, mark, marks.is_mark(mark), rest or None)
    if match := _LENTICULAR.match(head):
        inside = match.group(1)
        if (dated := _DAY_MARK.match(inside)) and marks.is_mark(dated.group(2)):
            return Peeled(dated.group(1), dated.group(2), True)
        bare, glued = _glued_at_end(inside)
        return Peeled(bare, glued or None, bool(glued))
    return None


def without_report(text: str) -> str:
    """A head without the words that say what kind of dispatch it is (`綜合外電報導`, `电`)."""
    return _REPORT.sub("", text)


def glued_at_start(text: str) -> tuple[str, str]:
    """A text without the mark with which it begins (`新华社北京`), and that; empty where there is none."""
    for name in marks.glued():
        if text.startswith(name):
            return text[len(name) :], name
    return text, ""


def _glued_at_end(text: str) -> tuple[str, str]:
    for name in marks.glued():
        if text.endswith(name) and len(text) > len(name):
            return text[: -len(name)], name
    return text, ""
