"""The directory, made here and nowhere else: changed under a lock, signed, written, and handed to the
gateway.

The published directory is the only list of partners there is; no table repeats it. Whoever changes it
(``invite`` in one process, ``run`` in another) reads, changes and publishes while holding one lock.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta

from vernix.courier.exchange import Exchange
from vernix.custody.directory import Directory, InvitationKey, Key, Partner, Right
from vernix.custody.durable import held
from vernix.custody.identifiers import REGISTRY, parse_time, utc_now
from vernix.custody.invitation import Enrolment
from vernix.custody.proving import MAX_METADATA, Fetch, ProvenSet, prove
from vernix.custody.publishing import DirectoryPublisher
from vernix.custody.renewal import Renewal
from vernix.custody.trust import TIMESTAMP, TIMESTAMP_LIFE, DirectoryMirror
from vernix.errors import Conflict, UsageError
from vernix.registry.keyring import Keyring
from vernix.registry.settings import RegistryFolder
from vernix.registry.witnessing import pinned_log

RENEW_AFTER = timedelta(hours=1)
"""How old the timestamp may grow before ``run`` vouches for the directory again."""

TO_REGISTRY = ("message", "submission", "test")
KEY_LIFE = timedelta(days=730)
"""How long a partner's key holds unless it is renewed."""

OVERLAP = timedelta(days=30)
"""How long a key goes on beside the one that renewed it: for what is on its way, and for older copies."""

_FORGOTTEN = timedelta(days=400)
"""How long after its end a key is still listed, to prove what it signed while it held."""

FROM_REGISTRY = ("acknowledgement", "message", "test")

Change = Callable[[Directory], Directory | None]
"""A change of the directory: what it becomes, or None where it is so already. Called under the lock."""


class OwnDirectory(DirectoryMirror):
    """The directory as the registry itself knows it: the one it published. No gateway can tell it another."""

    def refresh(self, fetch: Fetch) -> Directory:
        """What is published here; ``fetch`` is not asked."""
        return self.current()

    def prove_another(self, fetch: Fetch) -> ProvenSet:
        """What another mirror has, proven from the pinned root, whatever is here."""
        return prove(fetch, self._fingerprint, {}, self._clock())

    def replace(self, proven: ProvenSet) -> None:
        """Keep that set instead of the one here."""
        with self._locked():
            self._keep(proven, self._local_files())


def first_directory(name: str, gateway: str, keyring: Keyring) -> Directory:
    """The directory of a registry that has no partner yet."""
    now = utc_now()
    keys = (
        Key.make(keyring.signing.verify_key.to_text(), now),
        Key.make(str(keyring.identity.recipient), now),
    )
    registry = Partner(REGISTRY, name, _in_order(keys), role="registry")
    return Directory(1, now, gateway, (registry,), (), ())


class Publishing:
    """Reads and changes the published directory of one registry."""

    def __init__(self, folder: RegistryFolder, keyring: Keyring, root_fingerprint: str) -> None:
        self._folder = folder
        self._publisher = DirectoryPublisher(folder.public, keyring.online)
        self.mirror = OwnDirectory(folder.public, root_fingerprint)

    def current(self) -> Directory:
        """The published directory; one that nobody vouched for lately is renewed first."""
        self.renew()
        return self.mirror.current()

    def change(self, change: Change) -> Directory:
        """Publish what ``change`` makes of the directory, and return what is then published.

        ``change`` returns None to leave it as it is; version and time are set here.
        """
        self.renew()
        with self._locked():
            before = self.mirror.current()
            after = change(before)
            if after is None:
                return before
            after = replace(
                after,
                version=before.version + 1,
                created=utc_now(),
                log=pinned_log(self._folder) or after.log,
            )
            self._publisher.publish(after)
            return after

    @property
    def root(self) -> bytes:
        """The present root's file."""
        return self._publisher.root

    def publish_root(self, root: bytes) -> None:
        """Publish the next root.

        Raises:
            NotProven: too few have signed it, or it is another than the next; nothing was changed.
        """
        self.renew()
        with self._locked():
            self._publisher.publish_root(root)

    def renew(self) -> None:
        """Vouch for the directory again if nobody did for an hour."""
        with self._locked():
            if _timestamp_age(self._folder) > RENEW_AFTER:
                self._publisher.renew_timestamp()

    def adopt(self, exchange: Exchange) -> tuple[int, int]:
        """Take over a newer directory that the gateway mirrors: (version here before, version now).

        Raises:
            NotProven: what the gateway has does not prove itself from our root; nothing was changed.
            UsageError: it was signed by online keys that this registry does not have; nothing was changed.
        """
        with self._locked():
            before = self._publisher.version
            proven = self.mirror.prove_another(exchange.directory_file)
            if proven.directory.version <= before:
                return before, before
            if not self._publisher.signs_for(proven.files[_newest_root(proven.files)]):
                raise UsageError(
                    "The gateway's directory was signed by newer keys than this registry has.",
                    hint="Restore a copy of the keyring that was made after the keys were replaced.",
                )
            self.mirror.replace(proven)
            return before, proven.directory.version

    def push(self, exchange: Exchange) -> bool:
        """Hand the published files to the gateway unless it has them; returns whether it did."""
        files = self.mirror.files()
        there = exchange.directory_file(TIMESTAMP, MAX_METADATA)
        if there == files[TIMESTAMP]:
            return False
        if there is not None and _snapshot_of(there) > _snapshot_of(files[TIMESTAMP]):
            raise Conflict(
                "The gateway mirrors a newer directory than this registry has.",
                hint="If this registry was restored from a copy, run: vernix-registry adopt-directory. If it "
                "was not, somebody else may have its keys.",
            )
        exchange.publish_directory(files)
        return True

    @contextmanager
    def _locked(self) -> Iterator[None]:
        with held(self._folder.root / "publishing.lock", wait=True):
            yield


def with_invitation(directory: Directory, entry: InvitationKey, now: datetime) -> Directory:
    """The directory with one more open invitation, and without those that have expired."""
    still_open = [known for known in directory.invitations if known.expires > now and known.id != entry.id]
    return replace(directory, invitations=tuple(sorted([*still_open, entry], key=lambda known: known.id)))


def without_invitation(directory: Directory, invitation: str) -> Directory | None:
    """The directory without that invitation; None where it has none such."""
    left = tuple(known for known in directory.invitations if known.id != invitation)
    return replace(directory, invitations=left) if len(left) < len(directory.invitations) else None


def with_enrolled(
    directory: Directory, partner_id: str, enrolment: Enrolment, *, tests_only: bool = False
) -> Directory:
    """The directory with the enrolled keys: of a new partner, with its rights towards the registry and the
    registry's towards it, or of one more machine of a partner that is there.

    A new partner's data goes in the test lane only, where ``tests_only`` says so.
    """
    now = utc_now()
    values = (enrolment.signing_key, *enrolment.recipients, *enrolment.ssh_keys)
    keys = [Key.make(value, now, now + KEY_LIFE, enrolment.label) for value in values]
    known = next((each for each in directory.partners if each.id == partner_id), None)
    rights: tuple[Right, ...] = ()
    if known is not None:
        partner = replace(known, keys=_in_order((*known.keys, *keys)))
    else:
        partner = Partner(partner_id, enrolment.partner_name, _in_order(tuple(keys)))
        purposes = tuple(each for each in TO_REGISTRY if not (tests_only and each == "submission"))
        rights = (Right(partner_id, REGISTRY, purposes), Right(REGISTRY, partner_id, FROM_REGISTRY))
    others = [each for each in directory.partners if each.id != partner_id]
    return replace(
        directory,
        partners=tuple(sorted([*others, partner], key=lambda known: known.id)),
        rights=(*directory.rights, *rights),
        invitations=tuple(known for known in directory.invitations if known.id != enrolment.invitation),
    )


def with_renewed(
    directory: Directory, renewal: Renewal, label: str, life: timedelta | None = KEY_LIFE
) -> Directory:
    """The directory with a partner's new keys; those that they replace end after ``OVERLAP``."""
    now = utc_now()
    end = None if life is None else now + life
    partner = directory.partner(renewal.partner)
    kept = [
        key.until(now + OVERLAP) if key.id in renewal.replaces else key
        for key in partner.keys
        if key.valid_until is None or key.valid_until > now - _FORGOTTEN
    ]
    values = (renewal.signing_key, *renewal.recipients, *(renewal.ssh_keys or ()))
    new = [Key.make(value, now, end, label) for value in values]
    renewed = replace(partner, keys=_in_order((*kept, *new)))
    return replace(
        directory,
        partners=tuple(renewed if each is partner else each for each in directory.partners),
    )


def _in_order(keys: tuple[Key, ...]) -> tuple[Key, ...]:
    return tuple(sorted(keys, key=lambda key: key.id))


def _newest_root(names: Iterable[str]) -> str:
    return max(
        (name for name in names if name.endswith(".root.json")), key=lambda name: int(name.split(".")[0])
    )


def _snapshot_of(timestamp: bytes) -> int:
    """The version of the set that a timestamp names, unproven; 0 where it names none."""
    try:
        return int(json.loads(timestamp)["signed"]["meta"]["snapshot.json"]["version"])
    except (ValueError, KeyError, TypeError):
        return 0


def _timestamp_age(folder: RegistryFolder) -> timedelta:
    """By what is signed in it: by its own time a file that came back from a backup would look new."""
    signed = json.loads((folder.public / TIMESTAMP).read_bytes())["signed"]
    return utc_now() - (parse_time(signed["expires"]) - TIMESTAMP_LIFE)
