"""What can be set of a source that never ends, a frozen dataclass a kind: the keys of a feeds file's tables.

Every field is a number, a text, a truth value, a tuple of texts or a mapping of texts, so that a feeds file
can be checked against the annotations. A secret is never a value here: a setting that ends in `_env` holds
the NAME of an environment variable, and an address or option may hold `${NAME}`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from urllib.parse import urlsplit

from schemas.errors import WirebeamError

_POINTER = re.compile(r"(?:/(?:[^~/]|~[01])*)+")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_INSTANCE = re.compile(r"[A-Za-z0-9._-]{1,249}")
_APIS = ("", "ap", "dpa")
_PAGING = ("auto", "off", "older", "cursor")
_MECHANISMS = ("", "PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512")
_STARTS = ("earliest", "latest")


class SettingError(WirebeamError):
    """A setting that cannot be: says which, and what it takes. Can be pickled.

    Attributes:
        key: the field, or `uri` for the address itself.
    """

    def __init__(self, key: str, message: str) -> None:
        super().__init__(key, message)
        self.key = key
        self.message = message

    def __str__(self) -> str:
        return f"{self.key}: {self.message}"


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceSettings:
    """What every kind of source has.

    Attributes:
        name: of the feed, and the key of its position in the manifests; the address where it is empty.
        provider: agency of every item; empty to find out.
        format: format of every item; empty to find out.
        buffer_items: deliveries held before the loop takes them; the source then waits.
        buffer_bytes: bytes held before the loop takes them.
        retry_ceiling: longest wait between two attempts, seconds; waits double from 1 s, with jitter.
        remembered: deliveries besides those of the feed's first page that a source knows again when it gets
            them once more; some 11 bytes of manifest each. What is forgotten is recognised later, by its
            id, and counted as redelivered. Kafka needs none.
    """

    name: str = ""
    provider: str = ""
    format: str = ""
    buffer_items: int = 10_000
    buffer_bytes: int = 64 << 20
    retry_ceiling: float = 300.0
    remembered: int = 200

    def __post_init__(self) -> None:
        for name in ("buffer_items", "buffer_bytes", "retry_ceiling"):
            positive(self, name)
        if self.remembered < 0:
            raise SettingError("remembered", f"{self.remembered} is negative")
        for setting in fields(self):
            if setting.name.endswith("_env"):
                variable(self, setting.name)


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpSettings(SourceSettings):
    """An HTTP feed: RSS, Atom, a JSON list, or any document that changes.

    Attributes:
        interval: seconds between two visits; a server's `Retry-After` may make it longer.
        timeout: seconds to connect, and between two parts of an answer.
        deadline: seconds for one whole answer.
        max_bytes: size of one answer, decompressed.
        bearer_env: variable with a bearer token.
        user_env, password_env: variables of basic authentication.
        header, header_env: name of a header, such as `x-api-key`, and the variable with its value.
        query, query_env: name of a query parameter, such as `apikey`, and the variable with its value.
        ca_file: certificates to trust instead of the public ones (PEM).
        cert_file, key_file: certificate and key by which the server knows this client (PEM).
        hosts: other hosts to which the server may lead (redirects, pages, items); they get no credentials.
        api: `ap` (AP Media API) or `dpa` (digitalwires queue) sets what follows; empty for neither.
        items: JSON pointer to the list of items (`/data/items`); empty to look for one.
        item_id: JSON pointer in an item to its id; empty to look for one.
        item_url: JSON pointer in an item to the address of the item itself, for lists that only point;
            `link` or `enclosure` in RSS and Atom.
        item_member: what the second request answers goes into the item as this member; empty: it is the item.
        receipt: JSON pointer in an item to its receipt.
        receipt_url: address that gets a DELETE when the item is committed, `{receipt}` in it, relative to
            the feed's.
        paging: `older`: further pages hold older items, and are read until one has nothing new; `cursor`:
            the next page holds newer items, and is where to go on after a restart; `off`; `auto`: `cursor`
            for `api = "ap"`, else `older`.
        next_page: JSON pointer to the address of the next page; empty to look for one (`Link` header,
            Atom link, `next`, `next_page`, `links/next`).
        max_pages: pages read in one visit.
        headers: further headers, such as `Accept`.
    """

    interval: float = 60.0
    timeout: float = 20.0
    deadline: float = 120.0
    max_bytes: int = 32 << 20
    bearer_env: str = ""
    user_env: str = ""
    password_env: str = ""
    header: str = ""
    header_env: str = ""
    query: str = ""
    query_env: str = ""
    ca_file: str = ""
    cert_file: str = ""
    key_file: str = ""
    hosts: tuple[str, ...] = ()
    api: str = ""
    items: str = ""
    item_id: str = ""
    item_url: str = ""
    item_member: str = ""
    receipt: str = ""
    receipt_url: str = ""
    paging: str = "auto"
    next_page: str = ""
    max_pages: int = 20
    headers: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        SourceSettings.__post_init__(self)
        for name in ("interval", "timeout", "deadline", "max_bytes", "max_pages"):
            positive(self, name)
        for name in ("items", "item_id", "receipt", "next_page"):
            pointer(self, name)
        if self.item_url not in ("link", "enclosure"):
            pointer(self, "item_url")
        one_of(self, "api", _APIS)
        one_of(self, "paging", _PAGING)
        for first, second in (
            ("user_env", "password_env"),
            ("header", "header_env"),
            ("query", "query_env"),
            ("cert_file", "key_file"),
            ("receipt", "receipt_url"),
        ):
            together(self, first, second)
        if self.receipt_url and "{receipt}" not in self.receipt_url:
            raise SettingError("receipt_url", "has no {receipt} in it")


@dataclass(frozen=True, slots=True, kw_only=True)
class KafkaSettings(SourceSettings):
    """Topics of a Kafka cluster.

    Attributes:
        group: consumer group; empty for one of the feed's own, in this dataset. Its offsets follow the
            dataset and serve monitoring: where the dataset has a position, that one counts. Datasets that
            share a group share its partitions: each gets a part of the messages.
        start: `earliest` or `latest`: where to begin when neither dataset nor group has a position.
        tls: encrypt the connection.
        ca_file: certificates to trust instead of the system's (PEM).
        cert_file, key_file, key_password_env: the client's certificate, key and the key's password.
        sasl_mechanism: `PLAIN`, `SCRAM-SHA-256` or `SCRAM-SHA-512`.
        user_env, password_env: variables of SASL.
        instance_id: static membership: a process that was killed and started again goes on at once, without
            waiting for the group to miss it (10 s). The feed's own group has it by default.
        options: further librdkafka properties; `${NAME}` in a value is read from the environment.
    """

    group: str = ""
    start: str = "earliest"
    tls: bool = False
    ca_file: str = ""
    cert_file: str = ""
    key_file: str = ""
    key_password_env: str = ""
    sasl_mechanism: str = ""
    user_env: str = ""
    password_env: str = ""
    instance_id: str = ""
    options: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        SourceSettings.__post_init__(self)
        one_of(self, "start", _STARTS)
        one_of(self, "sasl_mechanism", _MECHANISMS)
        together(self, "cert_file", "key_file")
        together(self, "user_env", "password_env")
        together(self, "sasl_mechanism", "user_env")
        if self.instance_id and not _INSTANCE.fullmatch(self.instance_id):
            raise SettingError(
                "instance_id", f"{self.instance_id!r}: letters, digits, dots, `_` and `-` only"
            )
        if (self.ca_file or self.cert_file) and not self.tls:
            raise SettingError("tls", "must be true where certificates are given")


@dataclass(frozen=True, slots=True, kw_only=True)
class PubsubSettings(SourceSettings):
    """A Pub/Sub subscription. Credentials are Google's: `GOOGLE_APPLICATION_CREDENTIALS`, or the machine's.

    Attributes:
        lease: longest time that an item may wait for its commit, seconds; leases are extended until then.
        endpoint: host and port other than Google's public ones.
    """

    remembered: int = 1_000
    lease: float = 3_600.0
    endpoint: str = ""

    def __post_init__(self) -> None:
        SourceSettings.__post_init__(self)
        positive(self, "lease")


_KINDS: Mapping[str, type[SourceSettings]] = {
    "http": HttpSettings,
    "https": HttpSettings,
    "kafka": KafkaSettings,
    "pubsub": PubsubSettings,
}


def settings_type(uri: str) -> type[SourceSettings] | None:
    """The settings that an address takes, by its scheme; None for what is no network source (a folder)."""
    scheme, mark, _ = uri.partition("://")
    return _KINDS.get(scheme.lower()) if mark else None


def positive(settings: SourceSettings, key: str) -> None:
    """Raises `SettingError` unless a number is above 0."""
    if not (value := getattr(settings, key)) > 0:
        raise SettingError(key, f"{value} is not above 0")


def one_of(settings: SourceSettings, key: str, known: tuple[str, ...]) -> None:
    """Raises `SettingError` unless a text is one of these."""
    if (value := getattr(settings, key)) not in known:
        raise SettingError(key, f"{value!r} is none of {', '.join(name for name in known if name)}")


def pointer(settings: SourceSettings, key: str) -> None:
    """Raises `SettingError` unless a text is empty or a JSON pointer (RFC 6901)."""
    if (value := getattr(settings, key)) and not _POINTER.fullmatch(value):
        raise SettingError(key, f"{value!r} is no JSON pointer, such as /data/items")


def variable(settings: SourceSettings, key: str) -> None:
    """Raises `SettingError` unless a text is empty or the name of an environment variable."""
    if (value := getattr(settings, key)) and not _NAME.fullmatch(value):
        # The value is not shown: it may be the secret itself.
        raise SettingError(key, "takes the name of an environment variable, not its value")


def together(settings: SourceSettings, first: str, second: str) -> None:
    """Raises `SettingError` unless both texts are set, or neither."""
    if bool(getattr(settings, first)) != bool(getattr(settings, second)):
        missing = second if getattr(settings, first) else first
        raise SettingError(missing, f"is missing: {first} and {second} go together")


def host(uri: str) -> str:
    """The host of an address in lower case, empty where it has none."""
    return (urlsplit(uri).hostname or "").lower()
