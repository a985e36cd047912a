"""``vernix-registry renew-keys``: new keys for the registry itself, while its partners go on.

The new keys are in the keyring before anybody can seal to them, in the directory before anything is signed
with them, and at the gateway before they take the places of the present ones. Each of these can be repeated,
so that a kill anywhere ends, by running the command again, where it would have ended.

The present keys go on for ``OVERLAP``: a client believes a directory for a week at most, so that whoever
seals to an old key after that has no directory any more. What was sealed to it opens for ever.

The registry's own keys have no end of their own. One that was missed would stop the whole exchange, and would
shut nobody out: who has the keyring signs the directory, too. They are to be renewed every two years.
"""

from __future__ import annotations

from dataclasses import dataclass

from vernix.console import print_json, say
from vernix.custody.directory import Directory
from vernix.custody.durable import alone
from vernix.custody.identifiers import REGISTRY, utc_now
from vernix.custody.renewal import Renewal
from vernix.errors import RoadFailed, UsageError
from vernix.registry.failpoints import reached
from vernix.registry.keyring import Keyring, OwnKeys
from vernix.registry.logs import configure, log
from vernix.registry.options import Access, Json
from vernix.registry.publishing import with_renewed
from vernix.registry.settings import find_folder, read_passphrase
from vernix.registry.unlocked import Registry, unlock


def renew_keys(*, access: Access = Access(), json: Json = False) -> None:
    """Make new keys for the registry itself; the present ones go on for 30 days, and open for ever.

    Stop vernix-registry run first and start it again afterwards. Interrupted, or with the gateway away, run
    it again: it goes on with the same keys.
    """
    configure()
    folder = find_folder(access.data)
    folder.profile()
    with alone(folder.root, "vernix-registry run"):
        registry = unlock(access)
        renewed = OwnRenewal(registry, read_passphrase(access.passphrase_file)).run()
    signing_key = renewed.signing.key_id
    if json:
        print_json({"signing_key": signing_key, "version": registry.publishing.mirror.current().version})
        return
    say(f"The registry signs with the new key {signing_key}. Partners follow by themselves.")
    say("Start vernix-registry run again, and make a new copy of the folder keys.")


@dataclass(frozen=True)
class OwnRenewal:
    """One run of ``renew-keys``, with the passphrase that seals the keyring."""

    registry: Registry
    passphrase: bytes

    def run(self) -> OwnKeys:
        """Whatever is still to do until the new keys are in their places; what is in them then.

        Raises:
            UsageError: the copy for recovery could not be made anew.
            RoadFailed: the gateway is away; the present keys go on.
        """
        keyring, folder = self.registry.keyring.renewing(), self.registry.folder
        if keyring.recovery is None and folder.recovery.exists():
            raise UsageError(
                "The copy for recovery is of an earlier version, which cannot follow new keys.",
                hint="Hold a new ceremony first: vernix-registry recovery init.",
            )
        self._keep(keyring)
        reached("renewal:kept")
        self.registry.publishing.change(lambda directory: with_own(directory, keyring))
        reached("renewal:published")
        # The gateway takes a directory from a key that it has in the one before.
        if not self.registry.tell_gateway():
            raise RoadFailed(
                "The new keys are published here, but the gateway was not reached; the present ones go on.",
                hint="Run the same command again later; it goes on with the same keys.",
            )
        reached("renewal:told")
        renewed = keyring.renewed(utc_now())
        self._keep(renewed)
        log().info("own keys renewed")
        return renewed.own

    def _keep(self, keyring: Keyring) -> None:
        folder = self.registry.folder
        keyring.change(folder.keyring, self.passphrase, folder.recovery)


def with_own(directory: Directory, keyring: Keyring) -> Directory | None:
    """The directory with the coming keys; all that hold without end now end. None where they are there."""
    listed = directory.partner(REGISTRY)
    if keyring.coming is None or {key.value for key in listed.keys} >= set(keyring.coming.values):
        return None
    signing_key, recipient = keyring.coming.values
    present = tuple(key.id for key in listed.keys if key.valid_until is None)
    return with_renewed(
        directory, Renewal(REGISTRY, signing_key, (recipient,), present, utc_now()), "", life=None
    )


def foreign_own(directory: Directory, keyring: Keyring) -> list[str]:
    """The ids of keys that the directory lists as the registry's own, without end, and that are not here."""
    coming = () if keyring.coming is None else keyring.coming.values
    here = {*keyring.own.values, *coming}
    listed = directory.partner(REGISTRY).keys
    return [key.id for key in listed if key.valid_until is None and key.value not in here]
