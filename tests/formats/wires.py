"""The story as text: the wire's own framings, mail, and no framing at all."""

from __future__ import annotations

from collections.abc import Sequence

from tests.formats.records import ninjs
from tests.formats.story import HEADLINE, PARAGRAPHS, Sample, lines

_PROSE = "\n\n".join(PARAGRAPHS)


def _email(attached: Sequence[str]) -> str:
    head = (
        "From: Wire <wire@example.com>\nTo: desk@example.org\nDate: Tue, 24 Nov 2026 10:37:00 +0000\n"
        f"Message-ID: <ferry@example.com>\nSubject: {HEADLINE}\nMIME-Version: 1.0\n"
    )
    if not attached:
        return f"{head}Content-Type: text/plain; charset=utf-8\n\n{_PROSE}\n"
    parts = "".join(
        "--edge\nContent-Type: application/json\nContent-Disposition: attachment; "
        f'filename="{number}.json"\n\n{one}\n'
        for number, one in enumerate(attached)
    )
    return (
        f"{head}Content-Type: multipart/mixed; boundary=edge\n\n--edge\nContent-Type: text/plain\n\n{_PROSE}\n"
        f"{parts}--edge--\n"
    )


def _zczc(number: int) -> str:
    return f"ZCZC AAP\n%A B\n#Ferries_{number}\n${HEADLINE} {number}\n:(KIEL)\n*04015000\n@Kiel\n{lines()}\nNNNN\n\n"


def _iptc7901(number: int) -> str:
    return (
        f"\x16\x16\x01bdt{number:04d} 3 pl 420  dpa 0456\r\n\r\nFerries/Islands/\r\n\x02{HEADLINE} {number} =\r\n\r\n"
        f"{lines()}\r\n\x03241037 Nov 26\r\n\x7f\x04\r\n"
    )


def _anpa(number: int) -> str:
    return (
        f"\x16\x16\x01a{number:04d}\r\nr i BC-Ferries   11-24 0420\r\n\x02^BC-Ferries,420<\r\n"
        f"^{HEADLINE} {number}<\r\n^By ADA QUILL=\r\n^Associated Press Writer=\r\n{lines()}\r\n"
        "\x03AP-NY-11-24-26 1037EST<\r\n\x04"
    )


SAMPLES = {
    "email": Sample("email", ninjs, lambda items: _email(items[1:]), '{"uri": 7}'),
    "zczc": Sample("zczc", _zczc, "".join, "no start of message\nNNNN\n\n"),
    "iptc-7901": Sample("iptc-7901", _iptc7901, "".join, "\x01no header\r\n\x02\x03\x04\r\n"),
    "anpa-1312": Sample("anpa-1312", _anpa, "".join, "\x01no header\r\n\x02\x03\x04\r\n"),
    "text": Sample("text", lambda number: f"{HEADLINE} {number}\n\n{_PROSE}\n"),
}
"""Name of the sample -> the sample; a mail's first item is its body, the others are attached."""
