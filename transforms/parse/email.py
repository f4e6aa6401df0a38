"""E-mail (RFC 5322, MIME): a mail is an item, each attachment that holds news is one of its own.

A body that is itself in a wire's format (IPTC 7901, ANPA, NITF, ...) is read as that format. Pictures and
other files that hold no news become associations of the mail.
"""

from __future__ import annotations

import email
import email.errors
import email.header
import email.utils
import functools
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from email import policy
from email.headerregistry import HeaderRegistry
from email.message import EmailMessage

from schemas.errors import Code, ItemError, Reject, Stage
from schemas.item import Association, ParsedItem
from transforms.parse import email_form, encoding, html, lines, salvage, story
from transforms.parse.document import Document
from transforms.parse.fields import Fields
from transforms.parse.registry import Format, formats, sniff

_FIELD = re.compile(r"([A-Za-z][A-Za-z0-9-]{1,60}):(?: |\t|$)", re.M)
_ORIGIN = frozenset(("from", "received", "return-path", "delivered-to"))
_USUAL = "to date subject message-id sender mime-version content-type reply-to x-received"
_KNOWN = _ORIGIN | frozenset(_USUAL.split())
_MAILBOX = re.compile(rb"^From \S+ .{10,60}\d{4}\r?\n", re.M)
_LONG_FIELD = re.compile(rb"^content-[a-z-]+:(?:[^\n]|\n[ \t]){4000}", re.M | re.I)
_MAIL = "message/rfc822"
_FIELD_LENGTH = 4000  # characters of a header field that are read
_DEEPEST = 8  # mails attached to one another
_PARTS = 2000  # lines in one mail that may part it
_SUBJECT = re.compile(r"(?:(?:fwd?|re|wg|aw|tr|rv)\s*:\s*)+", re.I)
_SIGNATURE = "-- "
_LATIN = frozenset({"iso-8859-1", "latin-1", "latin1", "us-ascii", "ascii"})
_SMART = re.compile(rb"[\x80-\x9f]")
_FILES = ("image/", "audio/", "video/", "font/", "application/pdf", "application/pkcs7", "application/pgp")
# The standard library parses a field anew whenever it is asked for, a dozen times a mail.
_POLICY = policy.default.clone(header_factory=functools.lru_cache(maxsize=256)(HeaderRegistry()))
# What the standard library raises on malformed mails, beside its own errors: bad charsets and
# parameters end in look-ups, indexes and assertions, deep nesting in the recursion limit.
_BROKEN = (
    email.errors.MessageError,
    ValueError,
    LookupError,
    AttributeError,
    TypeError,
    AssertionError,
    RecursionError,
)


def recognise(document: Document) -> str | None:
    """A block of header fields at the start, the usual ones of a mail among them."""
    head = document.start.removeprefix(">")
    if head.startswith("From "):
        head = head.partition("\n")[2]
    names: set[str] = set()
    for line in head.splitlines()[:60]:
        if match := _FIELD.match(line):
            names.add(match.group(1).casefold())
        elif not line or line[0] not in " \t":
            break
    known = names & _KNOWN
    if len(known) < 3 or not known & _ORIGIN:
        return None
    return f"mail header with {', '.join(sorted(known))}"


def parse(document: Document) -> Iterator[ParsedItem | Reject]:
    """The item of each mail, and after it those of its attachments, numbered where there are several.

    Raises:
        ItemError: `structure_broken` where the only mail cannot be taken apart, `no_content` where it is
            empty, `too_deep`.
    """
    parts: list[_Part] = []
    for data in _mails(document.data):
        parts += _parts(data, 0)
    if len(parts) > document.limits.items:
        raise ItemError(Code.STRUCTURE_BROKEN, f"{len(parts)} parts, the limit is {document.limits.items}")
    for number, part in enumerate(parts, start=1):
        source = document.raw.source if len(parts) == 1 else f"{document.raw.source}#{number}"
        raw = replace(
            document.raw, source=source, data=part.data, media_type=part.media_type, format_hint=None
        )
        try:
            yield from part.read(Document(raw, document.limits))
        except ItemError as error:
            if len(parts) == 1:
                raise
            yield Reject(
                source=source,
                stage=Stage.PARSE,
                code=error.code,
                message=error.message,
                raw=part.data,
                received_at=raw.received_at,
                source_format=FORMAT.name if part.message else None,
            )


@dataclass(frozen=True, slots=True)
class _Part:
    """A mail, or a file attached to one, with its bytes; `carrier` is the mail that a file came with."""

    data: bytes
    media_type: str
    message: EmailMessage | None = None
    carrier: EmailMessage | None = None

    def read(self, document: Document) -> Iterator[ParsedItem | Reject]:
        if self.message is None:
            found, _ = sniff(document, formats())
            envelope = Fields(document, FORMAT.name)
            if self.carrier is not None:
                _envelope(envelope, self.carrier)
            for result in salvage.items(document, found):
                yield _with_envelope(result, envelope)
        else:
            try:
                yield from _read(document, self.message)
            except _BROKEN as error:
                raise ItemError(Code.STRUCTURE_BROKEN, f"mail cannot be read: {error!r}"[:300]) from None


def _mails(data: bytes) -> list[bytes]:
    """The mails of a mailbox (`From ` lines between them), or the one mail."""
    data = data.lstrip(b"\xef\xbb\xbf \t\r\n")
    if not data.startswith(b"From "):
        return [data]
    return [mail for mail in _MAILBOX.split(data) if mail.strip()]


def _parts(data: bytes, depth: int) -> list[_Part]:
    """A mail and the files attached to it; attached mails are taken apart in turn."""
    if depth > _DEEPEST:
        raise ItemError(Code.TOO_DEEP, f"mails attached over {_DEEPEST} deep")
    if _LONG_FIELD.search(data):
        raise ItemError(Code.STRUCTURE_BROKEN, "a content field of the mail is too long")
    if b"boundary" in data and data.count(b"\n--") > _PARTS:
        raise ItemError(Code.STRUCTURE_BROKEN, f"a mail of over {_PARTS} parts")
    try:
        message = email.message_from_bytes(data, EmailMessage, policy=_POLICY)
        if message.get_content_type() == _MAIL:
            return _parts(message.get_content().as_bytes(), depth + 1)
        found = [_Part(data, message.get_content_type(), message)]
        for attached in _attached(message):
            if attached.get_content_type() == _MAIL:
                found += _parts(attached.get_content().as_bytes(), depth + 1)
            elif _holds_news(attached):
                payload = attached.get_payload(decode=True)
                if isinstance(payload, bytes) and payload.strip():
                    found.append(_Part(payload, attached.get_content_type(), None, message))
    except _BROKEN as error:
        raise ItemError(Code.STRUCTURE_BROKEN, f"mail cannot be taken apart: {error!r}"[:300]) from None
    return found


def _attached(message: EmailMessage) -> Iterator[EmailMessage]:
    """What stands beside a mail's body; of what is nested in parts of its own, the named files."""
    for part in message.iter_attachments():
        if part.get_content_maintype() == "multipart":
            yield from (leaf for leaf in part.walk() if leaf.get_filename() or leaf.is_attachment())
        else:
            yield part


def _holds_news(part: EmailMessage) -> bool:
    kind = part.get_content_type()
    return not part.is_multipart() and not kind.startswith(_FILES) and not _is_more_body(part)


def _is_more_body(part: EmailMessage) -> bool:
    """Whether a part goes on with the text of the mail: no file, though it stands after the body."""
    plain = part.get_content_type() == "text/plain"
    return plain and not part.is_attachment() and part.get_filename() is None


def _read(document: Document, message: EmailMessage) -> Iterator[ParsedItem | Reject]:
    fields = Fields(document, FORMAT.name)
    body = message.get_body(preferencelist=("plain", "html"))
    text = _text(document, body) if isinstance(body, EmailMessage) else ""
    if (answers := email_form.read(text)) is not None:
        email_form.put(fields, answers)
    _envelope(fields, message)
    if answers is not None:
        yield fields.item()
        return
    inner = replace(document.raw, data=text.encode(), media_type=None)
    if (found := _wire(Document(inner, document.limits))) is not None:
        for result in salvage.items(found[1], found[0]):
            yield _with_envelope(result, fields)
        return
    if body is not None and body.get_content_subtype() == "html":
        html.put(fields, html.read(text, titles=(fields.get("headline"),)), "HTML part")
    else:
        more = [_text(document, part) for part in _attached(message) if _is_more_body(part)]
        mail = lines.clean("\n\n".join([text, *more])).split("\n")
        story.read(_unsigned(mail), fields.get("headline")).put(fields, "text part")
    if not fields.get("headline") and not fields.get("paragraphs"):
        raise ItemError(Code.NO_CONTENT, "a mail without subject and text")
    yield fields.item()


def _envelope(fields: Fields, message: EmailMessage) -> None:
    """What the header says; a field is decoded by hand, for the policy's own parser is slow on long ones."""
    header: dict[str, str] = {}
    for name, value in message.raw_items():
        header.setdefault(name.casefold(), _decoded(value))
    fields.put("uri", header.get("message-id"), "Message-ID")
    subject = _SUBJECT.sub("", header.get("subject", ""), count=1)
    fields.put("headline", subject, "Subject")
    fields.put("version_created", header.get("date"), "Date")
    fields.put("language", header.get("content-language"), "Content-Language")
    name, address = email.utils.parseaddr(header.get("from", ""))
    fields.add("provider_names", name, "From")
    fields.add("provider_names", address.rpartition("@")[2], "From")
    for keyword in header.get("keywords", "").split(","):
        fields.add("keywords", keyword.strip(), "Keywords")
    for part in _attached(message):
        kind = part.get_content_type()
        if kind.startswith(_FILES):
            title = lines.fold(part.get_filename() or "") or None
            fields.add("associations", Association("attachment", None, kind, title), "attachment")


def _decoded(value: str) -> str:
    """A header field's text: folds undone, RFC 2047 words decoded; as sent where that fails."""
    text = lines.fold(str(value)[:_FIELD_LENGTH])
    if "=?" not in text:
        return text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    try:
        return lines.fold(str(email.header.make_header(email.header.decode_header(text))))
    except (ValueError, LookupError, email.errors.MessageError):
        return text


def _text(document: Document, part: EmailMessage) -> str:
    """A part's text: in its charset if it keeps to that, else as `encoding` finds."""
    payload = part.get_payload(decode=True)
    if not isinstance(payload, bytes):
        return ""
    charset = part.get_content_charset() or "utf-8"
    if charset in _LATIN and _SMART.search(payload):
        charset = "cp1252"  # as WHATWG's encoding standard reads it
    try:
        text = payload.decode(charset)
    except (UnicodeDecodeError, LookupError):
        decoded = encoding.decode(payload)
        document.warnings.append("encoding_repaired")
        text = decoded.text
    if part.get_param("format") == "flowed":
        # RFC 3676: a line that ends with a blank goes on; a blank in front was stuffed.
        text = re.sub(r"\r?\n ", "\n", text.replace("\r\n", "\n"))
        body, mark, rest = text.partition(f"\n{_SIGNATURE}\n")
        text = re.sub(r" \n", "" if part.get_param("delsp") == "yes" else " ", body) + mark + rest
    return text


def _unsigned(mail: list[str]) -> list[str]:
    """The text without the sender's signature, which `-- ` begins."""
    return mail[: mail.index(_SIGNATURE)] if _SIGNATURE in mail else mail


def _wire(document: Document) -> tuple[Format, Document] | None:
    """The wire format in which the body is, None for plain text and what is none."""
    others = tuple(known for known in formats() if known.name not in (FORMAT.name, "text"))
    try:
        return sniff(document, others)[0], document
    except ItemError:
        return None


def _with_envelope(result: ParsedItem | Reject, fields: Fields) -> ParsedItem | Reject:
    """An item of the body, or of a file, with the mail's sender and, where it has none of its own, time."""
    if isinstance(result, Reject):
        return result
    return replace(
        result,
        provider_names=(*result.provider_names, *(fields.get("provider_names") or ())),
        sent=result.sent or fields.get("version_created"),
    )


FORMAT = Format("email", "e-mail (RFC 5322, MIME)", recognise, parse)
