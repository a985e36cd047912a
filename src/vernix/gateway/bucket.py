"""Which bucket holds the bodies, where the credentials for it are read, and how it fails. Loads no client.

A bucket is named by one address, ``s3://BUCKET[/PREFIX]?endpoint=https://HOST&region=REGION``. The
credentials are never on a command line: they stand in the environment, where every client of S3 reads them,
or in a file that ``VERNIX_GATEWAY_STORAGE_CREDENTIALS`` names, in the form of AWS's own (INI, section
``default``).
"""

from __future__ import annotations

import configparser
import ipaddress
import os
import re
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

from vernix.errors import KeeperFailed, RoadFailed, UsageError

CREDENTIALS_FILE = "VERNIX_GATEWAY_STORAGE_CREDENTIALS"

_FORM = "Give s3://BUCKET/PREFIX?endpoint=https://HOST&region=REGION (only the bucket is needed)."
_NAME = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
_PREFIX = re.compile(r"(?:[A-Za-z0-9_-][A-Za-z0-9._-]*/)*(?:[A-Za-z0-9_-][A-Za-z0-9._-]*)?")
_REGION = re.compile(r"[A-Za-z0-9-]{1,64}")
_KEYS = ("aws_access_key_id", "aws_secret_access_key", "aws_session_token")


class StorageFailed(RoadFailed):
    """The object storage does not answer, or says that it is busy. What was acknowledged is safe."""


class StorageRefused(StorageFailed):
    """The object storage refuses: it is full, or does not know us (any more)."""

    http_status = 507


@dataclass(frozen=True)
class Credentials:
    """What signs requests to the bucket. Its text holds no part of it."""

    key_id: str
    secret: str
    token: str | None

    def __repr__(self) -> str:
        return "Credentials(...)"


@dataclass(frozen=True)
class Bucket:
    """A bucket, or all under ``prefix`` in it. ``endpoint`` is None for Amazon's own."""

    name: str
    prefix: str
    endpoint: str | None
    region: str

    @classmethod
    def parse(cls, url: str) -> Bucket:
        """Read an address. Raises ``UsageError``, without repeating it: it may hold what it should not."""
        try:
            parts = urlsplit(url)
            fields = parse_qsl(parts.query, keep_blank_values=True, strict_parsing=bool(parts.query))
        except ValueError:
            raise _unknown() from None
        given, prefix = dict(fields), parts.path.strip("/")
        whole = parts.scheme == "s3" and not parts.fragment and len(given) == len(fields)
        if not whole or not given.keys() <= {"endpoint", "region"} or not _NAME.fullmatch(parts.netloc):
            raise _unknown()
        region = given.get("region", "us-east-1")
        if not _PREFIX.fullmatch(prefix) or not _REGION.fullmatch(region):
            raise _unknown()
        endpoint = given.get("endpoint")
        return cls(parts.netloc, prefix, None if endpoint is None else _endpoint(endpoint), region)

    def __str__(self) -> str:
        return f"s3://{self.name}/{self.prefix}".rstrip("/")

    @property
    def is_plain(self) -> bool:
        """Whether it is reached without TLS (on this machine only)."""
        return self.endpoint is not None and self.endpoint.startswith("http:")


def read_credentials(environment: Mapping[str, str] = os.environ) -> Credentials:
    """The credentials. Raises ``UsageError`` without any: the machine's cloud is never asked for some."""
    file = environment.get(CREDENTIALS_FILE)
    given = {name: environment.get(name.upper(), "") for name in _KEYS} if file is None else _from(Path(file))
    key_id, secret, token = (given.get(name, "") for name in _KEYS)
    if not key_id or not secret:
        raise UsageError(
            "There are no credentials for the gateway's object storage.",
            hint=f"Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or name a file in {CREDENTIALS_FILE}.",
        )
    return Credentials(key_id, secret, token or None)


def _from(file: Path) -> Mapping[str, str]:
    parser = configparser.ConfigParser(interpolation=None)
    try:
        if file.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
            raise UsageError(
                "Others on this machine may read the file with the storage credentials.",
                hint="Make it its owner's alone: chmod 600.",
            )
        parser.read_string(file.read_text(encoding="utf-8"))
    except OSError:
        raise KeeperFailed(
            "The file with the storage credentials cannot be read.", hint=f"See {CREDENTIALS_FILE}."
        ) from None
    except (configparser.Error, UnicodeDecodeError):
        parser.clear()  # The parser's own words quote the line.
    return parser["default"] if parser.has_section("default") else {}


def _endpoint(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username or parts.query:
        raise _unknown()
    if parts.scheme == "http" and not _is_here(parts.hostname):
        raise UsageError(
            "Object storage on another machine is reached over https only.",
            hint="Give its https address; http is for a server on this machine.",
        )
    return url.rstrip("/")


def _is_here(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _unknown() -> UsageError:
    return UsageError("The address of the gateway's object storage is not one.", hint=_FORM)
