"""Google Cloud Storage. Credentials are Google's defaults: `GOOGLE_APPLICATION_CREDENTIALS`, those of
`gcloud`, or the machine's service account; an emulator is named by `STORAGE_EMULATOR_HOST`.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import requests
from google.api_core.exceptions import GoogleAPICallError, RetryError
from google.auth.credentials import AnonymousCredentials
from google.auth.exceptions import GoogleAuthError
from google.cloud import storage
from google.cloud.storage.retry import DEFAULT_RETRY

from pipeline.sinks.bucket import Entry, failure

_EMULATOR = "STORAGE_EMULATOR_HOST"
_SECONDS = 60.0  # for one answer
_RETRY = DEFAULT_RETRY.with_timeout(120.0)


class GcsBucket:
    """A bucket of Google Cloud Storage; see `pipeline.sinks.bucket.Bucket`."""

    def __init__(self, name: str) -> None:
        self._name = name
        with self._explained(""):
            if os.environ.get(_EMULATOR):
                client: Any = storage.Client(project="emulator", credentials=AnonymousCredentials())
            else:
                client = storage.Client()
        self._client = client
        self._bucket: Any = client.bucket(name)

    @contextlib.contextmanager
    def _explained(self, key: str) -> Iterator[None]:
        uri = f"gs://{self._name}/{key}"
        try:
            yield
        except GoogleAPICallError as error:
            raise failure(uri, error.code or 0, error.message or str(error)) from error
        except GoogleAuthError as error:
            raise failure(uri, 403, str(error)) from error
        except (RetryError, requests.RequestException) as error:
            raise failure(uri, 0, str(error)) from error
        except OSError as error:  # google.auth: neither credentials nor a project
            raise failure(uri, 403, str(error)) from error

    def read(self, key: str, start: int = 0, end: int | None = None) -> bytes:
        """See `Bucket`."""
        if end is not None and end <= start:
            return b""
        with self._explained(key):
            data: bytes = self._bucket.blob(key).download_as_bytes(
                start=start or None,
                end=None if end is None else end - 1,
                raw_download=True,
                timeout=_SECONDS,
                retry=_RETRY,
            )
            return data

    def size(self, key: str) -> int:
        """See `Bucket`."""
        blob = self._bucket.blob(key)
        with self._explained(key):
            blob.reload(timeout=_SECONDS, retry=_RETRY)
        return int(blob.size)

    def write(self, key: str, data: bytes) -> None:
        """See `Bucket`."""
        with self._explained(key):
            self._bucket.blob(key).upload_from_string(data, timeout=_SECONDS, retry=_RETRY)

    def create(self, key: str, data: bytes) -> None:
        """See `Bucket`. Generation 0 stands for an object that is not there."""
        with self._explained(key):
            self._bucket.blob(key).upload_from_string(
                data, if_generation_match=0, timeout=_SECONDS, retry=_RETRY
            )

    def upload(self, key: str, path: Path) -> None:
        """See `Bucket`."""
        with self._explained(key):
            self._bucket.blob(key).upload_from_filename(str(path), timeout=_SECONDS, retry=_RETRY)

    def copy(self, source: str, target: str) -> None:
        """See `Bucket`."""
        with self._explained(source):
            self._bucket.copy_blob(
                self._bucket.blob(source), self._bucket, target, timeout=_SECONDS, retry=_RETRY
            )

    def delete(self, keys: Iterable[str]) -> None:
        """See `Bucket`."""
        for key in keys:
            with self._explained(key), contextlib.suppress(FileNotFoundError), self._explained(key):
                self._bucket.blob(key).delete(timeout=_SECONDS, retry=_RETRY)

    def list(self, prefix: str, *, deep: bool) -> Iterator[Entry]:
        """See `Bucket`."""
        with self._explained(prefix):
            found = self._client.list_blobs(
                self._bucket, prefix=prefix, delimiter=None if deep else "/", timeout=_SECONDS, retry=_RETRY
            )
            for page in found.pages:
                for blob in page:
                    yield Entry(blob.name, int(blob.size))
                for folder in page.prefixes:
                    yield Entry(folder, None)
