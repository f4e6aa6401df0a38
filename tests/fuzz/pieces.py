"""What mutations put into files: wrong encodings, nesting, what readers stumble over, what costs them time."""

# fmt: off
from __future__ import annotations

from typing import Any

ENCODINGS = (
    "utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-7", "latin-1", "cp1252",
    "iso8859-15", "cp1251", "koi8-r", "shift_jis", "iso2022_jp", "gb18030", "big5", "cp037",
)
NESTED: tuple[tuple[bytes, bytes], ...] = (
    (b"<p>", b"</p>"), (b"<a x='1'>", b"</a>"), (b"<block>", b"</block>"),
    (b"<div><table>", b"</table></div>"), (b"<NewsComponent>", b"</NewsComponent>"),
    (b"<newsItem>", b"</newsItem>"), (b"<![CDATA[<p>", b"]]>"), (b"&lt;b&gt;", b"&lt;/b&gt;"),
    (b"[", b"]"), (b'{"a":', b"}"), (b'[{"a":', b"}]"), (b"(", b")"), (b"ZCZC abc123\n", b"\nNNNN\n"),
    (b"\x01", b"\x04"), (b"\x02", b"\x03"), (b"\xe2\x80\x9c", b"\xe2\x80\x9d"),
    (b"\nContent-Type: multipart/mixed; boundary=x\n\n--x\n", b"\n--x--\n"),
)
"""What opens and what closes."""

HOSTILE: tuple[bytes, ...] = (
    b"\x00", b"\x1a", b"\x7f", b"\xff\xfe", b"\xed\xa0\x80", b"\xef\xbf\xbd", b"\xf4\x90\x80\x80",
    b"\\ud800", b"&#0;", b"&#xD800;", b"&#1114112;", b"&bogus;", b"&amp;amp;lt;", b"%00%ff", b"<!--",
    b"]]>", b"<![CDATA[", b"<!DOCTYPE x [<!ENTITY a SYSTEM 'file:///etc/passwd'>]>&a;",
    b"<?xml version='1.0'?>", b"--", b"=?utf-8?q?", b"99999999999999999999", b"-1", b"1e999", b"NaN",
    b"\xd9\xa3\xd9\xa4", b"\xc2\xb2", b"\xe2\x91\xa0", b"0000-00-00T00:00:00Z",
    b"9999-12-31T23:59:59-14:00", b"0001-01-01T00:00:00+14:00", b"Feb 30 (AP) - ",
    b"2024-02-30T25:61:61+99:99", b"20240101T000000", b"29 Feb 1900", b"Embargoed until 99:99",
    b"UPDATE 99999999999", b"{}", b"{0}", b"%s", b"\\", b"'", b'"', b"\r", b"\n\n\n", b"\t",
    b"\xe2\x80\xae", b"\xe2\x80\xa8", b"\xcc\x81",
)
LONG: tuple[bytes, ...] = (
    b" ", b"\n", b"a", b"A", b".", b"-", b"(", b"<", b"&", b"'", b'"', b"/", b", ", b"1", b"A ", b"Aa ",
    b"a\n", b"\t\n", b"\\", b"=", b"<b>", b"<p/>", b"&amp;", b"(AP) ", b"By A and ", b"/TASS/ ",
    b"\xd8\xa7", b"\xe4\xb8\xad", b"UPDATE ", b"*", b"--", b"[x]", b"http://a.b/", b"a@b.c ", b"Jan 1, ",
    b"\xcc\x81", b"1,", b"A.", b"\x00",
)
"""What is repeated thousands of times: it finds expressions that take quadratic time."""

VALUES: tuple[Any, ...] = (
    None, True, False, 0, -1, 2**31, 2**63, 10**30, 1e308, 0.5, "", " ", "\x00", "x", "null", "9" * 400,
    "\u202e", [], {}, [[]], [None], [{}], {"": ""}, {"a": [1]}, [1, "a", None, {}], "<p>", "&lt;",
    "T" * 20_000, "\ud800",
)
"""JSON values in the place of others."""
