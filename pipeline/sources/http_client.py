"""Requests to one server: bounded in time and size, never led astray, credentials for that server alone."""

from __future__ import annotations

import base64
import contextlib
import email.utils
import functools
import logging
import ssl
import time
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urljoin

import httpx

from pipeline.sources.failure import LONGEST_DELAY, Failure
from pipeline.sources.secrets import Secrets
from pipeline.sources.settings import HttpSettings, SettingError

_REDIRECTS = 5
_PASSING = frozenset({408, 425, 429})  # client errors that pass by themselves (RFC 9110, 6585, 8470)
_AGENT = "wirebeam (+news ingestion)"


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server answered.

    Attributes:
        url: address that answered, redirects followed.
        status: 200, or 304 where nothing changed.
        body: decompressed.
        media_type: `Content-Type`, None where it says none.
        etag, modified: validators for the next request, empty where there are none.
        delay: seconds of `Retry-After`, None where it says none.
        next_url: `Link` header's `rel="next"`, empty where there is none.
    """

    url: str
    status: int
    body: bytes = b""
    media_type: str | None = None
    etag: str = ""
    modified: str = ""
    delay: float | None = None
    next_url: str = ""


class HttpClient:
    """Requests of one feed.

    Args:
        uri: the feed's address, secrets in it: its server alone gets the credentials.
        settings: the feed's.
        secrets: takes those it uses, so that messages can be freed of them.

    Raises:
        SettingError: a variable is not set, or a certificate cannot be read.
    """

    def __init__(self, uri: str, settings: HttpSettings, secrets: Secrets) -> None:
        # Their messages hold whole addresses and headers.
        for name in ("httpx", "httpcore"):
            logging.getLogger(name).setLevel(logging.WARNING)
        self._settings = settings
        self._secrets = secrets
        try:
            self._home = httpx.URL(uri)
        except httpx.InvalidURL as error:
            raise SettingError("uri", f"is no address: {secrets.hide(str(error))}") from None
        if not self._home.host:
            raise SettingError("uri", "names no host")
        self._credentials = _credentials(settings, secrets)
        self._parameter: tuple[str, str] | None = None
        if settings.query:
            self._parameter = settings.query, secrets.value(settings.query_env, "query_env")
        headers = {"User-Agent": _AGENT, "Accept-Encoding": "gzip, deflate", **settings.headers}
        headers = {name: secrets.reveal(value, "headers") for name, value in headers.items()}
        context = _tls(settings.ca_file, settings.cert_file, settings.key_file)
        self._client = httpx.Client(headers=headers, timeout=settings.timeout, verify=context)

    def close(self) -> None:
        """End all connections."""
        self._client.close()

    def get(self, url: str, etag: str = "", modified: str = "") -> Answer:
        """Fetch.

        Args:
            url: the feed's, or one that the server gave.
            etag, modified: validators of what is known; then the answer may be 304.

        Raises:
            Failure: no whole answer, or none that helps.
        """
        conditions = {"If-None-Match": etag, "If-Modified-Since": modified}
        return self._fetch(url, {name: value for name, value in conditions.items() if value})

    def delete(self, url: str) -> None:
        """Delete: done as well where the server says that it is gone already.

        Raises:
            Failure: it was not done.
        """
        with self._request("DELETE", url, {}) as response:
            if response.status_code not in (404, 410) and not response.is_success:
                raise self._refused(response)

    def without_credentials(self, url: str) -> str:
        """An address as it may be kept: secrets replaced, the parameter of the credentials gone."""
        if self._parameter:
            url = str(httpx.URL(url).copy_remove_param(self._parameter[0]))
        return self._secrets.hide(url)

    def _fetch(self, url: str, headers: dict[str, str]) -> Answer:
        end = time.monotonic() + self._settings.deadline
        for _ in range(_REDIRECTS + 1):
            with self._request("GET", url, headers) as response:
                if not response.has_redirect_location:
                    return self._answer(response, end)
                url = urljoin(str(response.url), response.headers["Location"])
        raise Failure(f"{self._shown(url)}: redirects without end", final=True)

    @contextlib.contextmanager
    def _request(self, method: str, url: str, headers: dict[str, str]) -> Iterator[httpx.Response]:
        """A response whose body is still to be read; whatever fails until then is a `Failure`."""
        try:
            target = httpx.URL(url)
            self._check(target)
            if self._at_home(target):
                headers = {**headers, **self._credentials}
                if self._parameter:
                    target = target.copy_set_param(*self._parameter)
            with self._client.stream(method, target, headers=headers) as response:
                yield response
        except httpx.TimeoutException as error:
            seconds = self._settings.timeout
            raise Failure(
                f"{self._shown(url)}: no answer for {seconds:g} s ({type(error).__name__})"
            ) from None
        except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, UnicodeError, OSError) as error:
            reason = self._secrets.hide(str(error)) or type(error).__name__
            raise Failure(f"{self._shown(url)}: {reason}") from None

    def _answer(self, response: httpx.Response, end: float) -> Answer:
        delay = retry_after(response.headers.get("Retry-After"), time.time())
        if response.status_code == 304:
            return Answer(str(response.url), 304, delay=delay)
        if response.status_code != 200:
            raise self._refused(response)
        return Answer(
            url=str(response.url),
            status=200,
            body=self._body(response, end),
            media_type=response.headers.get("Content-Type"),
            etag=response.headers.get("ETag", ""),
            modified=response.headers.get("Last-Modified", ""),
            delay=delay,
            next_url=response.links.get("next", {}).get("url", ""),
        )

    def _body(self, response: httpx.Response, end: float) -> bytes:
        limit, seconds = self._settings.max_bytes, self._settings.deadline
        shown = self._shown(response.url)
        parts = []
        size = 0
        for part in decoded(response.iter_raw(), response.headers.get("Content-Encoding", ""), limit):
            size += len(part)
            if size > limit:
                raise Failure(f"{shown}: more than {limit} bytes; see max_bytes", final=True)
            if time.monotonic() > end:
                raise Failure(f"{shown}: not whole after {seconds:g} s; see deadline")
            parts.append(part)
        return b"".join(parts)

    def _check(self, target: httpx.URL) -> None:
        """Refuse where a server must not lead: to another host, to what is not HTTP, out of TLS."""
        home = self._shown(self._home)
        if target.scheme not in ("http", "https") or (self._home.scheme, target.scheme) == ("https", "http"):
            raise Failure(f"{home}: leads out of TLS, to {target.scheme}://{target.host}", final=True)
        if not self._at_home(target) and target.host.lower() not in self._settings.hosts:
            fix = "name it in `hosts` if it may"
            raise Failure(f"{home}: leads to another server, {target.netloc.decode()}; {fix}", final=True)

    def _at_home(self, target: httpx.URL) -> bool:
        """Whether it is the feed's own server; the same host with TLS is."""
        home = self._home
        same = (target.scheme, target.port) == (home.scheme, home.port)
        safer = (home.scheme, home.port, target.scheme, target.port) == ("http", None, "https", None)
        return target.host.lower() == home.host.lower() and (same or safer)

    def _refused(self, response: httpx.Response) -> Failure:
        status = response.status_code
        hint = "; check the credentials" if status in (401, 403) else ""
        delay = retry_after(response.headers.get("Retry-After"), time.time())
        final = 400 <= status < 500 and status not in _PASSING
        return Failure(f"{self._shown(response.url)}: answered {status}{hint}", delay, final, status)

    def _shown(self, url: httpx.URL | str) -> str:
        """An address for a message: without its parameters, which may hold what nobody declared secret."""
        return self._secrets.hide(str(url).partition("?")[0])


def decoded(raw: Iterator[bytes], encoding: str, limit: int) -> Iterator[bytes]:
    """Parts of a body, decompressed; never more than `limit` + 1 bytes of one part, whatever it expands to.

    Raises:
        Failure: a broken or cut stream, or an encoding that was not asked for.
    """
    names = [name.strip().lower() for name in encoding.split(",") if name.strip()]
    names = [name for name in names if name != "identity"]
    if not names:
        yield from raw
        return
    if names not in (["gzip"], ["x-gzip"], ["deflate"]):
        raise Failure(f"sent as {encoding!r}, which was not asked for", final=True)
    inflater: zlib._Decompress | None = None
    try:
        for part in raw:
            # Deflate comes with zlib's header, as the standard says, or without (RFC 9110, 8.4.1.2).
            if inflater is None and part:
                bare = names == ["deflate"] and part[0] & 0x0F != 8
                inflater = zlib.decompressobj(-zlib.MAX_WBITS if bare else zlib.MAX_WBITS | 32)
            while part and inflater:
                if inflater.eof:
                    if not part.startswith(b"\x1f"):  # padding, else another member of a gzip stream
                        break
                    inflater = zlib.decompressobj(zlib.MAX_WBITS | 16)
                if out := inflater.decompress(part, limit + 1):
                    yield out
                part = inflater.unconsumed_tail or inflater.unused_data
    except zlib.error as error:
        raise Failure(f"broken {encoding} stream: {error}") from None
    if inflater and not inflater.eof:
        raise Failure(f"the {encoding} stream ends before its end")


def retry_after(value: str | None, now: float) -> float | None:
    """Seconds that a `Retry-After` asks to wait: a number of seconds, or a date (RFC 9110, 10.2.3).

    Args:
        value: of the header.
        now: seconds since the epoch.

    Returns:
        Between 0 and `LONGEST_DELAY`; None where there is none, or nothing to be read.
    """
    if not value:
        return None
    value = value.strip()
    if value.isascii() and value.isdigit():
        return float(min(int(value[:10]), LONGEST_DELAY))
    try:
        seconds = email.utils.parsedate_to_datetime(value).timestamp() - now
    except (ValueError, OverflowError):
        return None
    return min(max(seconds, 0.0), LONGEST_DELAY)


def _credentials(settings: HttpSettings, secrets: Secrets) -> dict[str, str]:
    found = {}
    if settings.bearer_env:
        found["Authorization"] = f"Bearer {secrets.value(settings.bearer_env, 'bearer_env')}"
    if settings.user_env:
        user = secrets.value(settings.user_env, "user_env")
        password = secrets.value(settings.password_env, "password_env")
        found["Authorization"] = "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode("ascii")
    if settings.header:
        found[settings.header] = secrets.value(settings.header_env, "header_env")
    return found


@functools.cache
def _tls(ca_file: str, cert_file: str, key_file: str) -> ssl.SSLContext:
    """Public certificates, or those of `ca_file`; the client's own where it has one. Feeds share it."""
    key = "ca_file"
    try:
        context = ssl.create_default_context(cafile=ca_file) if ca_file else httpx.create_ssl_context()
        key = "cert_file"
        if cert_file:
            context.load_cert_chain(cert_file, key_file)
    except OSError as error:  # ssl.SSLError is one
        raise SettingError(key, f"cannot be read: {error}") from None
    return context
