"""A bucket of S3-compatible object storage: put, get, list, delete. The only module that calls out.

Whole objects only, each put in one request under a name that was never used before: no append, no multipart
upload (so none can be left behind), no condition, no copy. That is what every server that speaks S3 has.
Everything here blocks, for at most some twenty seconds, and is called in threads.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from vernix.errors import UsageError
from vernix.gateway.bucket import Bucket, Credentials, StorageFailed, StorageRefused, read_credentials

try:
    import obstore
    from obstore.exceptions import BaseError, PermissionDeniedError, UnauthenticatedError
    from obstore.store import S3Store
except ModuleNotFoundError:
    raise UsageError(
        "This installation has no client for object storage.", hint="Install vernix[gateway,s3]."
    ) from None

if TYPE_CHECKING:
    from obstore.store import S3Credential

_STATUS = re.compile(r"status code: ([0-9]{3})")
_REFUSALS = range(400, 500)
_FULL = 507
# A sender whose body we do not read is dropped after thirty seconds: the storage has to have failed by then.
_CONNECT, _REQUEST, _RETRY = timedelta(seconds=3), timedelta(seconds=10), timedelta(seconds=8)
_TRIES_AGAIN = 3
_PAGE = 1000
_LATER = "Try again in a minute; tell the registry if it lasts."


@dataclass(frozen=True)
class Found:
    """An object in a listing: its name below the prefix, and when it was put (seconds since the epoch)."""

    name: str
    changed: float


class ObjectStore:
    """The objects of one bucket, below its prefix.

    Every method raises ``StorageFailed`` where nothing else is said.
    """

    def __init__(self, bucket: Bucket) -> None:
        endpoint = bucket.endpoint or f"https://s3.{bucket.region}.amazonaws.com"
        self._below = f"{bucket.prefix}/blobs/" if bucket.prefix else "blobs/"
        self._store = S3Store(
            bucket.name,
            region=bucket.region,
            # Said in both of its spellings: what is not said the client looks for in the environment. So with
            # credentials, for which it would ask the machine's cloud, too.
            endpoint=endpoint,
            aws_endpoint_url_s3=endpoint,
            credential_provider=_given(read_credentials()),
            client_options={
                "allow_http": bucket.is_plain,
                "connect_timeout": _CONNECT,
                "timeout": _REQUEST,
            },
            retry_config={"max_retries": _TRIES_AGAIN, "retry_timeout": _RETRY},
        )

    def put(self, name: str, content: bytes | bytearray) -> None:
        """Store a new object; when this returns, it is as safe as the storage keeps anything."""
        with _failures_named():
            obstore.put(self._store, self._below + name, content, use_multipart=False)

    def get(self, name: str, first: int, count: int) -> bytes:
        """``count`` bytes of an object from ``first`` on. Raises ``FileNotFoundError``."""
        with _failures_named(missing=True):
            content = bytes(obstore.get_range(self._store, self._below + name, start=first, length=count))
        if len(content) != count:
            raise StorageFailed("The gateway's storage gave other bytes than were asked for.", hint=_LATER)
        return content

    def delete(self, names: Sequence[str]) -> None:
        """Delete objects, which may be gone already."""
        if names:
            with _failures_named():
                obstore.delete(self._store, [self._below + name for name in names])

    def list(self, prefix: str = "") -> Iterator[list[Found]]:
        """Every object whose name begins with ``prefix`` (whole segments), a page at a time."""
        with _failures_named():
            for page in obstore.list(self._store, prefix=self._below + prefix, chunk_size=_PAGE):
                yield [
                    Found(each["path"].removeprefix(self._below), each["last_modified"].timestamp())
                    for each in page
                ]


def _given(credentials: Credentials) -> Callable[[], S3Credential]:
    def provide() -> S3Credential:
        return {
            "access_key_id": credentials.key_id,
            "secret_access_key": credentials.secret,
            "token": credentials.token,
            "expires_at": None,
        }

    return provide


@contextmanager
def _failures_named(*, missing: bool = False) -> Iterator[None]:
    """Failures as our own: the client's text quotes addresses and the server's answer."""
    try:
        yield
    except FileNotFoundError:
        if missing:
            raise
        raise _refused() from None
    except (PermissionDeniedError, UnauthenticatedError):
        raise _refused() from None
    except BaseError as error:
        status = _STATUS.search(str(error))
        if status is not None and (int(status[1]) in _REFUSALS or int(status[1]) == _FULL):
            raise _refused() from None
        raise StorageFailed("The gateway's storage does not answer now.", hint=_LATER) from None


def _refused() -> StorageRefused:
    return StorageRefused(
        "The gateway's storage refuses what it is asked: it is full, or does not let the gateway in.",
        hint=_LATER,
    )
