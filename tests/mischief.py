"""What no honest program does, done by our own code as a program of its own: ``python -m tests.mischief``.

    rights REGISTRY PASSPHRASE ACTION PARTNER   suspend, activate, revoke or restore; and tell the gateway
    age REGISTRY PASSPHRASE GATEWAY             give the gateway a directory that nobody vouched for lately
    names REGISTRY PASSPHRASE                   print the mothers' family names of the vault, as JSON
    send PARTNER FILE WHAT                     deliver sealed to (data, all) or signed by (key) a stranger

A process of its own, because Django opens one registry a process.
"""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from unittest.mock import patch

from vernix.courier import sending
from vernix.courier.dispatch import Dispatch, OutgoingFile
from vernix.courier.exchange import Exchange
from vernix.courier.sending import Outbox, Sender, Sent
from vernix.courier.uploading import Destination, PartUpload
from vernix.custody.directory import Directory, Partner
from vernix.custody.identifiers import utc_now
from vernix.custody.publishing import DirectoryPublisher
from vernix.custody.signatures import SigningKey
from vernix.errors import VernixError
from vernix.partner.connecting import connect
from vernix.partner.state import load
from vernix.sealing.identities import HybridIdentity

Moved = Callable[[int], None]


def rights(registry_folder: str, passphrase: str, action: str, who: str) -> None:
    """Suspend a partner, revoke its keys, or take either back."""
    from vernix.registry.options import Access
    from vernix.registry.unlocked import unlock

    registry = unlock(Access(Path(registry_folder), Path(passphrase)))

    def changed(partner: Partner) -> Partner:
        if partner.id != who:
            return partner
        if action in ("suspend", "activate"):
            return replace(partner, status="suspended" if action == "suspend" else "active")
        revoked = utc_now() if action == "revoke" else None
        return replace(partner, keys=tuple(replace(key, revoked=revoked) for key in partner.keys))

    def change(directory: Directory) -> Directory:
        return replace(directory, partners=tuple(map(changed, directory.partners)))

    registry.publishing.change(change)
    registry.publishing.push(registry.exchange())


def age(registry_folder: str, passphrase: str, gateway: str) -> None:
    """Vouch for the directory eight days ago, and lay that where the gateway serves it."""
    from vernix.registry.options import Access
    from vernix.registry.unlocked import unlock

    registry = unlock(Access(Path(registry_folder), Path(passphrase)))
    public = registry.folder.public
    then = utc_now() - timedelta(days=8)
    DirectoryPublisher(public, registry.keyring.online, clock=lambda: then).renew_timestamp()
    shutil.copyfile(public / "timestamp.json", Path(gateway) / "directory" / "timestamp.json")


def names(registry_folder: str, passphrase: str) -> None:
    """Print what the vault holds in one column."""
    from vernix.registry.options import Access
    from vernix.registry.unlocked import unlock

    vault = unlock(Access(Path(registry_folder), Path(passphrase))).vault
    pseudonyms = set(vault.table.read(["pseudonym"])["pseudonym"].to_pylist())
    found = {vault.identity(pseudonym).get("mother_family_name", "") for pseudonym in pseudonyms}
    sys.stdout.write(json.dumps(sorted(found)))


def send(partner_folder: str, file: str, what: str) -> None:
    """Deliver a submission that is not what an honest client sends."""
    partner = load(Path(partner_folder))
    outbox, exchange = Outbox(partner.folder.outbox), connect(partner)
    stranger = HybridIdentity.generate().recipient

    class Strange(PartUpload):
        """A part that is sealed to a stranger."""

        def __init__(
            self, folder: Path, number: int, source: Path, to: Destination, far: Exchange, moved: Moved
        ) -> None:
            if what == "all" or (what == "data" and number == 1):
                to = replace(to, recipients=[stranger])
            super().__init__(folder, number, source, to, far, moved)

    key = SigningKey.generate() if what == "key" else partner.signing_key()
    path = Path(file).absolute()
    outgoing = OutgoingFile(path, path.name, "text/csv", "data", "birth")
    begun = outbox.begin(Dispatch(("registry",), "submission", (outgoing,)), again=True)
    plan = begun.plan if isinstance(begun, Sent) else begun
    try:
        with patch.object(sending, "PartUpload", Strange):
            sys.stdout.write(outbox.send(plan, exchange, Sender(partner.id, key)).plan.id)
    except VernixError as error:
        outbox.forget(plan.id, exchange)
        sys.stderr.write(str(error))
        sys.exit(error.exit_code)


COMMANDS: dict[str, Callable[..., None]] = {"rights": rights, "age": age, "names": names, "send": send}

if __name__ == "__main__":
    COMMANDS[sys.argv[1]](*sys.argv[2:])
