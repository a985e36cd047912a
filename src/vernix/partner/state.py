"""The partner's own folder: who we are, our keys, our copy of the directory, what goes out and what came in.

    partner.json        id, name, gateway, the directory's root fingerprint, the registry's id
    ca.pem              the certificate authority to trust for the gateway, if it is a private one
    keys/identity.txt   age identities (secret keys) that open what is sealed to us; 0600
    keys/signing.key    the Ed25519 key that says who we are; 0600
    keys/ssh_ed25519    the key that logs in over SFTP, as OpenSSH and WinSCP read it; 0600
    keys/renewal/       new keys until the directory lists them
    keys/replaced.json  the ids of those that were here before
    directory/          the mirrored, verified directory
    outbox/             deliveries under way, what is remembered of those sent, keys of messages that wait
    incoming/           deliveries being fetched
    receipts/           proven receipts for what we sent, one file each: see ``vernix verify``
    watch/              the last state of the gateway's ledger that was believed; evidence, if it ever lied
    received/           what was collected, unless ``--into`` names another folder
    mappings/           column mappings, one TOML file each

A partner *is* its keys: whoever holds this folder can send and open in its name. It is private (0700).
"""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vernix.courier.keeping import write_json
from vernix.errors import KeeperFailed, UsageError

if TYPE_CHECKING:
    from vernix.custody.signatures import SigningKey
    from vernix.custody.trust import DirectoryMirror
    from vernix.sealing.identities import Identity

REGISTRY = "registry"


@dataclass(frozen=True)
class PartnerFolder:
    """A partner's data folder, joined or not; where each thing in it lies."""

    path: Path

    @property
    def card(self) -> Path:
        """``partner.json``: present once the directory lists us."""
        return self.path / "partner.json"

    @property
    def ca(self) -> Path:
        """The private certificate authority remembered at ``join`` (may be absent)."""
        return self.path / "ca.pem"

    @property
    def identity_file(self) -> Path:
        """Our age identities, newest first."""
        return self.path / "keys" / "identity.txt"

    @property
    def signing_file(self) -> Path:
        """Our Ed25519 signing key."""
        return self.path / "keys" / "signing.key"

    @property
    def ssh_file(self) -> Path:
        """Our SSH key, for SFTP."""
        return self.path / "keys" / "ssh_ed25519"

    @property
    def renewal(self) -> Path:
        """New keys that the directory does not know yet, while ``vernix renew`` is under way."""
        return self.path / "keys" / "renewal"

    @property
    def replaced_file(self) -> Path:
        """The ids of the keys that were here until ``vernix renew`` put others in their places."""
        return self.path / "keys" / "replaced.json"

    @property
    def directory(self) -> Path:
        """The mirrored directory."""
        return self.path / "directory"

    @property
    def outbox(self) -> Path:
        """Deliveries under way and the memory of those sent."""
        return self.path / "outbox"

    @property
    def incoming(self) -> Path:
        """Deliveries being fetched, receipts and acknowledgements not yet shown."""
        return self.path / "incoming"

    @property
    def confirmations(self) -> Path:
        """Signed confirmations of months, one for each report."""
        return self.path / "confirmations"

    @property
    def received(self) -> Path:
        """Where collected files go unless told otherwise."""
        return self.path / "received"

    @property
    def receipts(self) -> Path:
        """Proven receipts for what we sent, one file each."""
        return self.path / "receipts"

    @property
    def watch(self) -> Path:
        """What was seen of the gateway's ledger, and evidence against it."""
        return self.path / "watch"

    @property
    def mappings(self) -> Path:
        """Column mappings, one TOML file each."""
        return self.path / "mappings"


@dataclass(frozen=True)
class Partner:
    """A partner that has joined: what ``partner.json`` says, and the way to its keys."""

    folder: PartnerFolder
    id: str
    name: str
    gateway: str
    root_fingerprint: str
    registry: str = REGISTRY

    def identities(self) -> Sequence[Identity]:
        """The secret keys that open what is sealed to us."""
        from vernix.sealing.identities import load_identities

        return load_identities(self.folder.identity_file)

    def signing_key(self) -> SigningKey:
        """The key that signs our deliveries, receipts and requests."""
        from vernix.custody.signatures import SigningKey

        return SigningKey.load(self.folder.signing_file)

    def mirror(self) -> DirectoryMirror:
        """Our verified copy of the directory."""
        from vernix.custody.trust import DirectoryMirror

        return DirectoryMirror(self.folder.directory, self.root_fingerprint)

    def save(self) -> None:
        """Write ``partner.json`` durably: from here on this folder has joined."""
        card = {
            "gateway": self.gateway,
            "id": self.id,
            "name": self.name,
            "registry": self.registry,
            "root_fingerprint": self.root_fingerprint,
        }
        write_json(self.folder.card, card)


def default_folder() -> Path:
    """``${XDG_DATA_HOME:-~/.local/share}/vernix/partner``."""
    base = os.environ.get("XDG_DATA_HOME") or str(Path.home() / ".local" / "share")
    return Path(base) / "vernix" / "partner"


def folder_at(data: Path | None) -> PartnerFolder:
    """The data folder that a command was told, or the default one."""
    return PartnerFolder((data or default_folder()).expanduser().absolute())


def load(data: Path | None = None) -> Partner:
    """The partner whose folder this is.

    Raises ``UsageError`` when it has not joined, ``KeeperFailed`` when ``partner.json`` is damaged.
    """
    folder = folder_at(data)
    try:
        card = json.loads(folder.card.read_bytes())
        texts = {
            name: _text(card, name) for name in ("id", "name", "gateway", "root_fingerprint", "registry")
        }
    except FileNotFoundError:
        raise UsageError(
            f"{folder.path} has not joined an exchange yet.",
            hint="Run `vernix join INVITE` with the registry's invitation, or name another folder by --data.",
        ) from None
    except (ValueError, KeyError, TypeError):
        raise KeeperFailed(
            f"{folder.card} is damaged.",
            hint="Restore it from a backup, or join again with a new invitation.",
        ) from None
    return Partner(folder, **texts)


def certificate_authority(folder: PartnerFolder) -> Path | None:
    """The private CA to trust for the gateway: ``VERNIX_CA``, else the one kept at ``join``, else None."""
    named = os.environ.get("VERNIX_CA")
    if named:
        return Path(named)
    return folder.ca if folder.ca.exists() else None


def mapping_files(folder: PartnerFolder) -> Sequence[Path]:
    """The column mappings a partner has written, in the order of their names."""
    return sorted(folder.mappings.glob("*.toml"))


def _text(card: Any, name: str) -> str:
    value = card[name]
    if not isinstance(value, str):
        raise TypeError(name)
    return value
