"""A running exchange to test against: a founded directory, partners with keys, a gateway as a real process.

The tests of every program that talks to the gateway build on it::

    kit = ExchangeKit(tmp_path)                      # registry, riverside, lakeside: keys and a directory
    with kit.running() as gateway:                   # vernix-gateway serve, on a free loopback port
        gateway.signed("riverside", "GET", "/mailbox?after=0&wait=0")

Partners' recipients are post-quantum; every partner may send anything to the registry, and the registry to
all.
"""

from __future__ import annotations

import base64
import contextlib
import copy
import http.client
import io
import json
import os
import signal
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import create_engine, select

from vernix.custody import canonical
from vernix.custody.delivery import Delivery, Part
from vernix.custody.directory import PURPOSES, Directory, InvitationKey, Key, Partner, Right
from vernix.custody.fields import to_base64
from vernix.custody.identifiers import new_id, utc_now
from vernix.custody.invitation import Invitation
from vernix.custody.publishing import DirectoryPublisher, OnlineKeys
from vernix.custody.receipt import Receipt
from vernix.custody.requests import Request, sign_request
from vernix.custody.signatures import SigningKey
from vernix.custody.tree import PartHasher
from vernix.gateway.database import sqlite_url
from vernix.gateway.tables import CONTENTS
from vernix.sealing.header import read_header
from vernix.sealing.identities import HybridIdentity
from vernix.sealing.sealer import seal_bytes

PARTNERS = ("lakeside", "registry", "riverside")
TUS = {"Tus-Resumable": "1.0.0"}
_PATIENCE = 20.0


@dataclass(frozen=True)
class Member:
    """One party of the exchange with all its keys: what the registry or a partner would hold itself."""

    id: str
    key: SigningKey
    identity: HybridIdentity

    @classmethod
    def make(cls, partner_id: str) -> Member:
        """Fresh keys."""
        return cls(partner_id, SigningKey.generate(), HybridIdentity.generate())

    def entry(self, since: datetime, *, until: datetime | None = None, status: str = "active") -> Partner:
        """What the directory says of it."""
        texts = (self.key.verify_key.to_text(), str(self.identity.recipient))
        keys = tuple(sorted((Key.make(text, since, until) for text in texts), key=lambda key: key.id))
        role = "registry" if self.id == "registry" else "partner"
        return Partner(self.id, self.id.title(), keys, role, status)


@dataclass(frozen=True)
class SealedPart:
    """A sealed part as a sender has it before it goes out."""

    content: bytes
    header: int
    digest: str


@dataclass(frozen=True)
class Reply:
    """A whole HTTP answer; header names are lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body)


class ExchangeKit:
    """The registry's side of a test exchange: members, keys of the directory, its published files."""

    def __init__(self, folder: Path, partners: Sequence[str] = PARTNERS, *, port: int | None = None) -> None:
        self.folder = folder
        self.database_url: str | None = None
        self.storage: str | None = None
        self.environment: dict[str, str] = {}
        self.in_bucket: Callable[[], dict[str, bytes]] = dict
        self.port = port or free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.members = {name: Member.make(name) for name in sorted(partners)}
        self.public = folder / "public"
        self.data = folder / "gateway"
        self.root_keys = [SigningKey.generate() for _ in range(3)]
        self.online = OnlineKeys(SigningKey.generate(), SigningKey.generate())
        self.since = utc_now() - timedelta(days=1)
        self.directory = Directory(
            version=1,
            created=utc_now(),
            gateway=self.url,
            partners=tuple(member.entry(self.since) for member in self.members.values()),
            rights=(
                Right("*", "registry", tuple(sorted(PURPOSES))),
                Right("registry", "*", tuple(sorted(PURPOSES))),
            ),
        )
        self.publisher = DirectoryPublisher.found(self.public, self.root_keys, self.online, self.directory)

    @property
    def fingerprint(self) -> str:
        """What invitations pin."""
        return self.publisher.root_fingerprint

    def publish(self, **changes: Any) -> dict[str, bytes]:
        """Publish the directory with ``changes`` (fields of ``Directory``) as its next version; its files."""
        version = self.directory.version + 1
        self.directory = replace(self.directory, version=version, created=utc_now(), **changes)
        self.publisher.publish(self.directory)
        return self.publisher.files()

    def with_partner(self, entry: Partner) -> tuple[Partner, ...]:
        """The directory's partners with one entry put in or replaced."""
        others = {partner.id: partner for partner in self.directory.partners} | {entry.id: entry}
        return tuple(others[name] for name in sorted(others))

    def invite(self, name: str = "New Hospital") -> Invitation:
        """An open invitation, published in the directory."""
        invitation = Invitation.make(self.url, self.fingerprint, name, utc_now())
        entries: list[InvitationKey] = [*self.directory.invitations, invitation.public_entry()]
        self.publish(invitations=tuple(sorted(entries, key=lambda entry: entry.id)))
        return invitation

    def lying(self) -> dict[str, bytes]:
        """All sealed bytes that lie at the gateway: by file, by object of its bucket, by row."""
        folders = (self.data / "blobs", self.folder / "shared" / "blobs")
        files = [file for folder in folders for file in folder.rglob("*") if file.is_file()]
        held = {file.name: file.read_bytes() for file in files if file.suffix != ".leaves"}
        return held | self.in_bucket() | self._in_rows()

    def _in_rows(self) -> dict[str, bytes]:
        file = self.data / "gateway.sqlite3"
        if self.database_url is None and not file.exists():
            return {}
        engine = create_engine(self.database_url or sqlite_url(file))
        try:
            with engine.connect() as connection:
                rows = connection.execute(select(CONTENTS)).all()
        finally:
            engine.dispose()
        return {row.blob: bytes(row.content) for row in rows}

    def seal(self, content: bytes, to: str = "registry") -> SealedPart:
        """Seal a part to a member."""
        sealed = seal_bytes(content, [self.members[to].identity.recipient])
        header = len(read_header(io.BytesIO(sealed)).encoded)
        hasher = PartHasher(header)
        hasher.update(sealed)
        return SealedPart(sealed, header, hasher.digest().hex())

    def delivery(
        self,
        parts: Sequence[tuple[str, SealedPart]],
        *,
        sender: str = "riverside",
        to: Sequence[str] = ("registry",),
    ) -> Delivery:
        """A delivery of parts, each an upload's id and what was uploaded."""
        return Delivery(
            id=new_id(),
            sender=sender,
            addressees=tuple(to),
            purpose="submission" if "registry" in to else "message",
            parts=tuple(Part(upload, len(part.content), part.header, part.digest) for upload, part in parts),
            directory_version=self.directory.version,
            created=utc_now(),
            expires=utc_now() + timedelta(days=7),
        )

    def receipt(self, delivery: Delivery, *, by: str = "registry", result: str = "received") -> Receipt:
        """A receipt for a delivery."""
        digests = tuple(part.digest for part in delivery.parts)
        return Receipt(delivery.id, by, delivery.sender, digests, utc_now(), result)

    def whole(self, delivery: Delivery, parts: Sequence[SealedPart]) -> bytes:
        """The body of the request that posts a small delivery with its parts."""
        envelope = delivery.sign(self.members[delivery.sender].key).to_object()
        return canonical.encode(
            {"contents": [to_base64(part.content) for part in parts], "delivery": envelope}
        )

    def replica(self, number: int) -> ExchangeKit:
        """The same exchange at another gateway, with a port, a data folder and a log of its own."""
        other = copy.copy(self)
        other.port = free_port()
        other.url = f"http://127.0.0.1:{other.port}"
        other.folder = self.folder / f"gateway-{number}"
        other.data = other.folder / "data"
        other.folder.mkdir()
        return other

    @contextlib.contextmanager
    def running(self, *arguments: str, tls: tuple[Path, Path] | None = None) -> Iterator[RunningGateway]:
        """``vernix-gateway serve`` as a process of its own, until the end of the block."""
        gateway = RunningGateway(self, arguments, tls)
        gateway.start()
        try:
            yield gateway
        finally:
            gateway.stop()


@dataclass
class RunningGateway:
    """A gateway process, and a small client that signs as any member."""

    kit: ExchangeKit
    arguments: Sequence[str] = ()
    tls: tuple[Path, Path] | None = None
    process: subprocess.Popen[bytes] | None = field(default=None, init=False)
    source: str | None = field(default=None, init=False)
    """The loopback address that requests come from, if not the usual one."""

    @property
    def url(self) -> str:
        """Where it listens."""
        return self.kit.url if self.tls is None else self.kit.url.replace("http:", "https:")

    @property
    def log(self) -> Path:
        """Everything it wrote."""
        return self.kit.folder / "gateway.log"

    def start(self) -> None:
        """Start it and wait until it listens. May be used again after ``kill`` or ``stop``."""
        program = Path(sys.executable).with_name("vernix-gateway")
        command = [str(program), "serve", "--data", str(self.kit.data)]
        command += ["--directory", str(self.kit.public), "--port", str(self.kit.port), *self.arguments]
        if self.kit.database_url is not None:
            command += ["--database", self.kit.database_url]
        if self.kit.storage is not None:
            command += ["--storage", self.kit.storage]
        if self.tls is not None:
            command += ["--tls-certificate", str(self.tls[0]), "--tls-key", str(self.tls[1])]
        with self.log.open("ab") as log:
            # A session of its own, so that `kill` reaches its workers and nobody else.
            self.process = subprocess.Popen(
                command,
                stderr=log,
                stdout=log,
                start_new_session=True,
                env={**os.environ, **self.kit.environment},
            )
        self._wait_until_up()

    def stop(self) -> int:
        """SIGTERM, as an operator would; its exit code."""
        if self.process is None:
            return 0
        process, self.process = self.process, None
        process.terminate()
        try:
            return process.wait(_PATIENCE)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            raise

    def kill(self) -> None:
        """SIGKILL to every process of it at once."""
        assert self.process is not None
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(_PATIENCE)
        self.process = None

    def request(
        self, method: str, path: str, body: bytes | None = None, headers: Mapping[str, str] | None = None
    ) -> Reply:
        """One request as it stands."""
        with contextlib.closing(self.connection()) as connection:
            connection.request(method, path, body, dict(headers or {}))
            response = connection.getresponse()
            fields = {name.lower(): value for name, value in response.getheaders()}
            return Reply(response.status, fields, response.read())

    def signed(
        self, who: str, method: str, path: str, body: bytes = b"", headers: Mapping[str, str] | None = None
    ) -> Reply:
        """One request signed by a member."""
        key = self.kit.members[who].key
        fields = {**(headers or {}), **self.signature(key, key.key_id, method, path, body)}
        return self.request(method, path, body or None, fields)

    def signature(self, key: SigningKey, key_id: str, method: str, path: str, body: bytes) -> dict[str, str]:
        """The header fields that prove a request."""
        return sign_request(Request.to_url(method, self.url + path, body), key, key_id, utc_now())

    def upload(self, who: str, part: SealedPart, to: Sequence[str] = ("registry",)) -> tuple[str, str]:
        """Send a whole part; its upload id and capability path."""
        upload, path = self.begin_upload(who, part, to)
        sent = self.patch(path, 0, part.content)
        assert sent.status == 204, sent.body
        return upload, path

    def begin_upload(self, who: str, part: SealedPart, to: Sequence[str] = ("registry",)) -> tuple[str, str]:
        """Ask for a place; its upload id and capability path."""
        purpose = "submission" if "registry" in to else "message"
        wanted = {"header": part.header, "purpose": purpose, "size": len(part.content), "to": list(to)}
        body = json.dumps(wanted, sort_keys=True, separators=(",", ":")).encode()
        reply = self.signed(who, "POST", "/uploads", body)
        assert reply.status == 201, reply.body
        return reply.json["id"], reply.json["url"]

    def begin_creation(
        self, who: str, parts: Sequence[SealedPart], to: Sequence[str] = ("registry",)
    ) -> tuple[list[str], str]:
        """Ask for an address to create parts at; their upload ids and its path."""
        purpose = "submission" if "registry" in to else "message"
        sizes = [{"header": part.header, "size": len(part.content)} for part in parts]
        body = canonical.encode({"parts": sizes, "purpose": purpose, "to": list(to)})
        reply = self.signed(who, "POST", "/creations", body)
        assert reply.status == 201, reply.body
        return reply.json["ids"], reply.json["url"]

    def patch(self, path: str, offset: int, content: bytes) -> Reply:
        """One tus PATCH."""
        fields = {**TUS, "Upload-Offset": str(offset), "Content-Type": "application/offset+octet-stream"}
        return self.request("PATCH", path, content, fields)

    def offset(self, path: str) -> int:
        """What tus HEAD says."""
        reply = self.request("HEAD", path, headers=TUS)
        assert reply.status == 200, reply.status
        return int(reply.headers["upload-offset"])

    def deliver(
        self, part: SealedPart, *, sender: str = "riverside", to: Sequence[str] = ("registry",)
    ) -> Delivery:
        """Upload one part and post its delivery."""
        upload, _ = self.upload(sender, part, to)
        delivery = self.kit.delivery([(upload, part)], sender=sender, to=to)
        envelope = delivery.sign(self.kit.members[sender].key).encode()
        reply = self.signed(sender, "POST", "/deliveries", envelope)
        assert reply.status == 201, reply.body
        return delivery

    def publish(self, files: Mapping[str, bytes], who: str = "registry") -> Reply:
        """PUT directory files as a member."""
        encoded = {name: base64.b64encode(content).decode() for name, content in files.items()}
        return self.signed(who, "PUT", "/directory", canonical.encode({"files": encoded}))

    def connection(self) -> http.client.HTTPConnection:
        """A connection to it."""
        parts = urlsplit(self.url)
        assert parts.hostname is not None
        if self.tls is None:
            source = None if self.source is None else (self.source, 0)
            return http.client.HTTPConnection(parts.hostname, parts.port, timeout=30, source_address=source)
        context = ssl.create_default_context(cafile=str(self.tls[0]))
        return http.client.HTTPSConnection(parts.hostname, parts.port, timeout=30, context=context)

    def _wait_until_up(self) -> None:
        give_up = time.monotonic() + _PATIENCE
        while time.monotonic() < give_up:
            assert self.process is not None
            if self.process.poll() is not None:
                break
            with contextlib.suppress(OSError, http.client.HTTPException):
                if self.request("GET", "/health").status == 200:
                    return
            time.sleep(0.05)
        raise AssertionError(f"the gateway did not start:\n{self.log.read_text()[-3000:]}")


def free_port() -> int:
    """A loopback port that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
