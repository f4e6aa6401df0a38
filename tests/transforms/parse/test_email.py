"""E-mail: header, bodies, charsets, attachments, mailboxes, hostile mails."""

from __future__ import annotations

from email.message import EmailMessage

import pytest

from schemas.errors import Code, ItemError, Reject
from schemas.item import Association, ParsedItem
from schemas.raw import RawItem
from transforms.parse import email
from transforms.parse.document import Document
from transforms.parse.registry import formats, sniff

WIRE = (
    b"\x01bdt0123 3 pl 41  dpa 0456\r\n\r\nFerry/\r\n\x02Ferry line opens =\r\n\r\n"
    b"Rostock (dpa) - It opened.\r\n\x03241037 Nov 26\r\n\x04"
)


TEXT = "A ferry line opened.\n\nIt is the third.\n"


def mail(subject: str = "Ferry line opens", text: str | None = TEXT) -> EmailMessage:
    message = EmailMessage()
    message["From"] = "Ferry Desk <desk@example.org>"
    message["To"] = "wire@example.com"
    message["Subject"] = subject
    message["Date"] = "Tue, 24 Nov 2026 10:37:00 +0100"
    message["Message-ID"] = "<1@example.org>"
    if text is not None:
        message.set_content(text)
    return message


def results(data: bytes) -> list[ParsedItem | Reject]:
    return list(email.parse(Document(RawItem("memory:1", data, received_at=7))))


def read(data: bytes) -> ParsedItem:
    (item,) = results(data)
    assert isinstance(item, ParsedItem)
    return item


def test_header_and_plain_body() -> None:
    item = read(mail("Fwd: Re: Ferry line opens").as_bytes())
    assert item.uri == "<1@example.org>"
    assert item.headline == "Ferry line opens"
    assert item.version_created == "Tue, 24 Nov 2026 10:37:00 +0100"
    assert item.provider_names == ("Ferry Desk", "example.org")
    assert item.paragraphs == ("A ferry line opened.", "It is the third.")
    assert item.received_at == 7


def test_encoded_words_and_a_charset_that_is_not_kept() -> None:
    data = (
        b"From: =?utf-8?q?F=C3=A4hre?= <a@example.org>\nTo: b@example.com\nDate: x\n"
        b"Subject: =?iso-8859-1?q?F=E4hre?=\n =?utf-8?b?IGbDpGhydA==?=\n"
        b"Content-Type: text/plain; charset=utf-8\n\nDie F\xe4hre f\xe4hrt.\n"
    )
    item = read(data)
    assert item.headline == "Fähre fährt"
    assert item.provider_names[0] == "Fähre"
    assert item.paragraphs == ("Die Fähre fährt.",)
    assert "encoding_repaired" in item.warnings


def test_html_alone_and_html_beside_text() -> None:
    message = mail(text=None)
    message.set_content(
        "<html><body><p>A ferry line opened.</p><p>It is the third.</p></body></html>", subtype="html"
    )
    assert read(message.as_bytes()).paragraphs == ("A ferry line opened.", "It is the third.")
    message = mail()
    message.add_alternative("<p>Other words.</p>", subtype="html")
    assert read(message.as_bytes()).paragraphs == ("A ferry line opened.", "It is the third.")


def test_story_in_the_body_signature_and_repeated_subject() -> None:
    item = read(
        mail(
            text="Ferry line opens\n\nBy Jane Roe\n\nLONDON (XY) - A ferry line opened.\n\nIt is the third.\n"
            "\n-- \nFerry Desk\n1 Quay Road\n"
        ).as_bytes()
    )
    assert item.headline == "Ferry line opens"
    assert item.byline == "By Jane Roe"
    assert item.paragraphs == ("LONDON (XY) - A ferry line opened.", "It is the third.")


def test_flowed_text() -> None:
    head = b"From: a@example.org\nTo: b@example.com\nDate: x\nSubject: Ferry\n"
    text = b"\n\nA ferry \nline opened.\n\n From here on.\n"
    flowed = head + b"Content-Type: text/plain; format=flowed" + text
    assert read(flowed).paragraphs == ("A ferry line opened.", "From here on.")
    deleted = (
        head + b"Content-Type: text/plain; format=flowed; delsp=yes" + text.replace(b"ferry ", b"ferry  ")
    )
    assert read(deleted).paragraphs == ("A ferry line opened.", "From here on.")


def test_attachments_are_items_of_their_own() -> None:
    message = mail()
    message.add_attachment(WIRE, maintype="application", subtype="octet-stream", filename="a.txt")
    message.add_attachment(b"\x89PNG....", maintype="image", subtype="png", filename="Ferry.png")
    message.add_attachment(
        b"\x00\x01\x02\x03" * 50, maintype="application", subtype="octet-stream", filename="b"
    )
    first, second, third = results(message.as_bytes())
    assert isinstance(first, ParsedItem)
    assert first.associations == (Association("attachment", None, "image/png", "Ferry.png"),)
    assert isinstance(second, ParsedItem)
    assert (second.source, second.source_format, second.headline) == (
        "memory:1#2",
        "iptc-7901",
        "Ferry line opens",
    )
    assert isinstance(third, Reject)
    assert (third.source, third.code, third.raw[:4]) == (
        "memory:1#3",
        Code.FORMAT_UNKNOWN,
        b"\x00\x01\x02\x03",
    )


def test_attached_mails_are_taken_apart_down_to_a_limit() -> None:
    message = mail("Inner one", "Inner text is here.\n")
    outer = mail("Outer one", "Outer text is here.\n")
    outer.add_attachment(message)
    assert [result.headline for result in results(outer.as_bytes()) if isinstance(result, ParsedItem)] == [
        "Outer one",
        "Inner one",
    ]
    for _ in range(12):
        outer = mail()
        outer.add_attachment(message)
        message = outer
    with pytest.raises(ItemError) as caught:
        results(message.as_bytes())
    assert caught.value.code is Code.TOO_DEEP


def test_body_in_a_wire_format_keeps_sender_and_time() -> None:
    item = read(mail(text=WIRE.decode()).as_bytes())
    assert item.source_format == "iptc-7901"
    assert item.headline == "Ferry line opens"
    assert item.version_created == "2026-11-24T10:37"
    assert item.sent == "Tue, 24 Nov 2026 10:37:00 +0100"
    assert "example.org" in item.provider_names


def test_story_form() -> None:
    form = '{"Headline": ["Ferry opens"], "Body": ["One.\nTwo."], "Priority": ["5", ""], "Place": ["VIC"], "Dateline": ["GEELONG", ""]}'
    item = read(mail("Formatted story", form).as_bytes())
    assert (item.headline, item.urgency, item.located, item.dateline) == ("Ferry opens", 5, "VIC", "GEELONG")
    assert item.paragraphs == ("One.", "Two.")


def test_mailbox() -> None:
    one = b"From a@example.org Tue Nov 24 10:37:00 2026\n" + mail().as_bytes() + b"\n"
    assert [result.source for result in results(one + one)] == ["memory:1#1", "memory:1#2"]
    assert [result.source for result in results(one)] == ["memory:1"]


@pytest.mark.parametrize(
    ("data", "known"),
    [
        (mail().as_bytes(), True),
        (b"   \r\n" + mail().as_bytes(), True),
        (b"From: Jane\nTo: Al\nSubject: x\n\n", True),
        (b"Name: Jane\nPort: Rome\nDay: Monday\n", False),
        (b"Date: x\nSubject: y\nTo: z\n\n", False),
        (b"Ferry line opens\n\nFrom: here\n", False),
    ],
)
def test_recognise(data: bytes, known: bool) -> None:
    assert bool(email.recognise(Document(RawItem("memory:1", data)))) is known
    if known:
        assert sniff(Document(RawItem("memory:1", data)), formats())[0].name == "email"


@pytest.mark.parametrize(
    "data",
    [
        b"From: a\nTo: b\nDate: c\n\n",
        b"From: a\nTo: b\nDate: c\nContent-Type: multipart/mixed; boundary=b\n\n" + b"--b\n\nx\n" * 5000,
        b"From: a\nTo: b\nDate: c\nContent-Type: text/plain; " + b"a=b; " * 5000 + b"\n\nx",
        b"From: a\nTo: b\nDate: c\n" + b"Content-Type: message/rfc822\n\n" * 2000,
    ],
)
def test_hostile_mails_are_item_errors(data: bytes) -> None:
    with pytest.raises(ItemError):
        results(data)


def test_files_without_sender_and_time_have_those_of_their_mail() -> None:
    message = mail()
    message.add_attachment("Second story\n\nIt opened.\n", filename="b.txt")
    _, second = results(message.as_bytes())
    assert isinstance(second, ParsedItem)
    assert second.headline == "Second story"
    assert second.sent == read(mail().as_bytes()).version_created
    assert "example.org" in " ".join(second.provider_names)


def test_latin_1_with_the_signs_of_windows() -> None:
    data = b"From: a@example.org\nTo: b\nSubject: Ferry\nContent-Type: text/plain; charset=iso-8859-1\n\n"
    item = read(data + b"ROSTOCK (AP) \x96 A f\xe4hre costs 5 \x80.\n")
    assert item.paragraphs == ("ROSTOCK (AP) – A fähre costs 5 €.",)
