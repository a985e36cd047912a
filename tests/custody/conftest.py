"""The cast of the custody tests: partners with fixed keys, a directory, a delivery, a far side that lies."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from vernix.custody.delivery import Delivery, Part
from vernix.custody.directory import Directory, Group, Key, Partner, Right
from vernix.custody.invitation import Invitation
from vernix.custody.manifest import File, Manifest
from vernix.custody.publishing import DirectoryPublisher, OnlineKeys
from vernix.custody.receipt import Counts, Receipt
from vernix.custody.signatures import SigningKey
from vernix.custody.trust import DirectoryMirror
from vernix.sealing.recipients import X25519Recipient

NOW = datetime(2026, 3, 1, 12, 0, 0, tzinfo=UTC)


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self, moment: datetime) -> None:
        self.moment = moment

    def __call__(self) -> datetime:
        return self.moment

    def forward(self, **amount: float) -> None:
        self.moment += timedelta(**amount)


@pytest.fixture
def now() -> datetime:
    return NOW


@pytest.fixture
def clock() -> Clock:
    return Clock(NOW)


@pytest.fixture
def keys() -> dict[str, SigningKey]:
    """Signing keys that are the same in every run: those of the vectors."""
    names = ("registry", "riverside-hospital", "lakeside-midwives", "stranger")
    return {name: SigningKey.from_bytes(bytes([number]) * 32) for number, name in enumerate(names, start=1)}


@pytest.fixture
def invitation() -> Invitation:
    return Invitation(
        id="019caf1d-3000-7000-8000-000000000001",
        gateway="https://gateway.example",
        root_fingerprint="ab" * 32,
        partner_name="Hôpital Sainte-Anne",
        secret=bytes(range(16)),
        expires=NOW + timedelta(days=14),
    )


@pytest.fixture
def directory(keys: dict[str, SigningKey], invitation: Invitation) -> Directory:
    made = NOW - timedelta(days=30)

    def partner(name: str, title: str, role: str) -> Partner:
        recipient = str(X25519Recipient(bytes([len(name)]) * 32))
        own = (Key.make(keys[name].verify_key.to_text(), made), Key.make(recipient, made))
        return Partner(name, title, tuple(sorted(own, key=lambda key: key.id)), role)

    return Directory(
        version=7,
        created=NOW - timedelta(days=1),
        gateway="https://gateway.example",
        partners=(
            partner("lakeside-midwives", "Lakeside Midwives", "partner"),
            partner("registry", "The Registry", "registry"),
            partner("riverside-hospital", "Riverside Hospital", "partner"),
        ),
        rights=(
            Right("*", "registry", ("submission", "test")),
            Right("registry", "*", ("acknowledgement", "message")),
        ),
        invitations=(invitation.public_entry(),),
        groups=(Group("hospitals", ("riverside-hospital",)),),
    )


@pytest.fixture
def delivery() -> Delivery:
    return Delivery(
        id="019caf1d-3000-7000-8000-00000000000d",
        sender="riverside-hospital",
        addressees=("registry",),
        purpose="submission",
        parts=(Part("up-1", 3000, 400, "11" * 32), Part("up-2", 5_000_000, 400, "22" * 32)),
        directory_version=7,
        created=NOW - timedelta(minutes=1),
        expires=NOW + timedelta(days=14),
    )


@pytest.fixture
def manifest(delivery: Delivery) -> Manifest:
    births = File(1, "naissances été.csv", "text/csv", 4_998_000, "22" * 32, "data", "birth")
    return Manifest(
        delivery=delivery.id,
        sender=delivery.sender,
        recipients=delivery.addressees,
        purpose=delivery.purpose,
        files=(births,),
        note="First quarter.\nSecond try.",
        created=delivery.created,
    )


@pytest.fixture
def receipt(delivery: Delivery) -> Receipt:
    return Receipt(
        delivery=delivery.id,
        addressee="registry",
        sender=delivery.sender,
        digests=tuple(part.digest for part in delivery.parts),
        received=NOW,
        result="partly",
        counts=Counts(accepted=997, warned=2, rejected=1),
    )


class DishonestMirror:
    """A gateway that is allowed to do anything with the directory's files. Honest until ``lie`` is called.

    It serves what the registry published last; ``keep`` remembers a state to which it may go back.
    """

    def __init__(self, published: Path) -> None:
        self._published = published
        self._lies: dict[str, Callable[[bytes | None, int], bytes | None]] = {}
        self._remembered: dict[str, bytes] | None = None
        self.asked: list[str] = []

    def fetch(self, name: str, limit: int) -> bytes | None:
        self.asked.append(name)
        files = self.state() if self._remembered is None else self._remembered
        data = files.get(name)
        for ending, lie in self._lies.items():
            if name.endswith(ending):
                data = lie(data, limit)
        return data

    def state(self) -> dict[str, bytes]:
        return {path.name: path.read_bytes() for path in self._published.iterdir()}

    def serve(self, files: dict[str, bytes]) -> None:
        """Show these files instead of what is published."""
        self._remembered = files

    def lie(self, ending: str, change: Callable[[bytes | None, int], bytes | None]) -> None:
        """Change every file whose name ends so."""
        self._lies[ending] = change


@dataclasses.dataclass
class Registry:
    """A publishing registry with its keys at hand, and the means to do what it never would."""

    folder: Path
    root_keys: list[SigningKey]
    online: OnlineKeys
    publisher: DirectoryPublisher
    directory: Directory

    def publish_next(self) -> Directory:
        self.directory = dataclasses.replace(self.directory, version=self.directory.version + 1)
        self.publisher.publish(self.directory)
        return self.directory


@pytest.fixture
def registry(tmp_path: Path, directory: Directory, clock: Clock) -> Registry:
    folder = tmp_path / "public"
    root_keys = [SigningKey.from_bytes(bytes([number]) * 32) for number in (21, 22, 23)]
    online = OnlineKeys(SigningKey.from_bytes(bytes([24]) * 32), SigningKey.from_bytes(bytes([25]) * 32))
    publisher = DirectoryPublisher.found(folder, root_keys, online, directory, clock=clock)
    return Registry(folder, root_keys, online, publisher, directory)


@pytest.fixture
def far_side(registry: Registry) -> DishonestMirror:
    return DishonestMirror(registry.folder)


@pytest.fixture
def mirror(tmp_path: Path, registry: Registry, clock: Clock) -> DirectoryMirror:
    return DirectoryMirror(tmp_path / "mirror", registry.publisher.root_fingerprint, clock=clock)


@pytest.fixture
def kept(tmp_path: Path) -> Callable[[], dict[str, bytes]]:
    """What the mirror holds on disk, by name (its lock aside)."""

    def look() -> dict[str, bytes]:
        folder = tmp_path / "mirror"
        if not folder.exists():
            return {}
        return {path.name: path.read_bytes() for path in folder.iterdir() if path.name != ".lock"}

    return look
