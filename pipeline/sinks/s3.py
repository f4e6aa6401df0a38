"""S3, and what speaks its language. Credentials, region and endpoint are those of the AWS command line:
`AWS_ACCESS_KEY_ID`, `AWS_PROFILE`, `AWS_REGION`, `AWS_ENDPOINT_URL`, a machine's or a pod's role.
"""

from __future__ import annotations

import contextlib
import itertools
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from pipeline.sinks.bucket import Entry, failure

_AT_ONCE = 1_000  # keys of one request to delete
_TRIES = 5  # while somebody else's request for the same key is under way
_CONFIG = Config(
    retries={"mode": "standard", "total_max_attempts": 6},
    connect_timeout=10,
    read_timeout=60,
    max_pool_connections=32,
)


class S3Bucket:
    """A bucket of S3; see `pipeline.sinks.bucket.Bucket`."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._client: Any = boto3.session.Session().client("s3", config=_CONFIG)

    @contextlib.contextmanager
    def _explained(self, key: str) -> Iterator[None]:
        uri = f"s3://{self._name}/{key}"
        try:
            yield
        except ClientError as error:
            answer = error.response
            status = int(answer.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))
            raise failure(uri, status, str(error)) from error
        except BotoCoreError as error:
            raise failure(uri, 403 if "redential" in str(error) else 0, str(error)) from error

    def read(self, key: str, start: int = 0, end: int | None = None) -> bytes:
        """See `Bucket`."""
        if end is not None and end <= start:
            return b""
        last = "" if end is None else end - 1
        wanted = {"Range": f"bytes={start}-{last}"} if start or end is not None else {}
        with self._explained(key):
            body = self._client.get_object(Bucket=self._name, Key=key, **wanted)["Body"]
            data: bytes = body.read()
            return data

    def size(self, key: str) -> int:
        """See `Bucket`."""
        with self._explained(key):
            return int(self._client.head_object(Bucket=self._name, Key=key)["ContentLength"])

    def write(self, key: str, data: bytes) -> None:
        """See `Bucket`."""
        with self._explained(key):
            self._client.put_object(Bucket=self._name, Key=key, Body=data)

    def create(self, key: str, data: bytes) -> None:
        """See `Bucket`. A conditional write (`If-None-Match: *`), which S3 has since August 2024."""
        for again in itertools.count(1):
            try:
                with self._explained(key):
                    self._client.put_object(Bucket=self._name, Key=key, Body=data, IfNoneMatch="*")
            except FileExistsError as error:
                # 409: another one is being written under this name; who came first is not yet known.
                if "ConditionalRequestConflict" not in str(error) or again == _TRIES:
                    raise
                time.sleep(0.2 * again)
            else:
                return

    def upload(self, key: str, path: Path) -> None:
        """See `Bucket`."""
        with self._explained(key), path.open("rb") as file:
            self._client.upload_fileobj(file, self._name, key)

    def copy(self, source: str, target: str) -> None:
        """See `Bucket`."""
        with self._explained(source):
            # Not the managed copy, which would ask for the size first: our files are far below its 5 GB.
            self._client.copy_object(
                Bucket=self._name, Key=target, CopySource={"Bucket": self._name, "Key": source}
            )

    def delete(self, keys: Iterable[str]) -> None:
        """See `Bucket`."""
        left = iter(keys)
        while some := list(itertools.islice(left, _AT_ONCE)):
            with self._explained(some[0]):
                objects = {"Objects": [{"Key": key} for key in some], "Quiet": True}
                answer = self._client.delete_objects(Bucket=self._name, Delete=objects)
            if errors := answer.get("Errors"):
                one = errors[0]
                raise failure(
                    f"s3://{self._name}/{one['Key']}",
                    403 if one["Code"] == "AccessDenied" else 0,
                    one["Code"],
                )

    def list(self, prefix: str, *, deep: bool) -> Iterator[Entry]:
        """See `Bucket`."""
        wanted = {} if deep else {"Delimiter": "/"}
        with self._explained(prefix):
            pages = self._client.get_paginator("list_objects_v2").paginate(
                Bucket=self._name, Prefix=prefix, **wanted
            )
            for page in pages:
                for folder in page.get("CommonPrefixes", ()):
                    yield Entry(folder["Prefix"], None)
                for one in page.get("Contents", ()):
                    yield Entry(one["Key"], int(one["Size"]))
