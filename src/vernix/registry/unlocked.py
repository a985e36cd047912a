"""A registry with its keyring open: what every command that works with keys begins with."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from vernix.custody.identifiers import REGISTRY
from vernix.errors import FarSideRefused, RoadFailed
from vernix.registry.book import Book
from vernix.registry.keyring import Keyring
from vernix.registry.options import Access
from vernix.registry.publishing import Change, Publishing
from vernix.registry.refusals import Refusals
from vernix.registry.settings import Profile, RegistryFolder, find_folder, open_workflow, read_passphrase
from vernix.registry.vault import Vault

if TYPE_CHECKING:
    from vernix.courier.exchange import Exchange
    from vernix.courier.sending import Sender


@dataclass(frozen=True)
class Registry:
    """One registry, unlocked: its folder, what it is, its keys, its stores."""

    folder: RegistryFolder
    profile: Profile
    keyring: Keyring
    gateway_ca: Path | None = None
    """A private certificate authority to trust for the gateway."""

    @cached_property
    def publishing(self) -> Publishing:
        """The directory, to read and to change."""
        return Publishing(self.folder, self.keyring, self.profile.root_fingerprint)

    @cached_property
    def vault(self) -> Vault:
        """Identities."""
        return Vault(self.folder.vault, self.keyring.vault, self.keyring.index)

    @cached_property
    def book(self) -> Book:
        """Clinical rows."""
        return Book(self.folder.book)

    @cached_property
    def refusals(self) -> Refusals:
        """Rows that were refused."""
        return Refusals(self.folder.refusals)

    @cached_property
    def sender(self) -> Sender:
        """Who signs what the registry sends."""
        from vernix.courier.sending import Sender

        return Sender(REGISTRY, self.keyring.signing)

    def exchange(self) -> Exchange:
        """The gateway, as the registry may use it."""
        from vernix.courier.exchange import Exchange
        from vernix.courier.road import Road

        return Exchange(
            Road(self.profile.gateway, self.gateway_ca), self.keyring.signing, self.publishing.mirror
        )

    def amend(self, change: Change) -> bool:
        """Publish what ``change`` makes of the directory and tell the gateway; False where it is away.

        What is changed already (``change`` returns None) is told again: so a repetition is safe, and useful.
        """
        self.publishing.change(change)
        return self.tell_gateway()

    def tell_gateway(self) -> bool:
        """Hand a changed directory to the gateway now; False where it is away and ``run`` does it later."""
        try:
            self.publishing.push(self.exchange())
        except (RoadFailed, FarSideRefused):
            return False
        return True


def unlock(access: Access) -> Registry:
    """Open the registry in a data folder, with its workflow tables.

    Raises:
        UsageError: there is no registry, or no passphrase file.
        DataRefused: the passphrase does not open the keyring.
    """
    folder = find_folder(access.data)
    profile = folder.profile()
    folder.make()
    keyring = Keyring.open(folder.keyring, read_passphrase(access.passphrase_file))
    open_workflow(folder)
    return Registry(folder, profile, keyring, access.gateway_ca)
