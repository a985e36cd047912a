"""``vernix join``: keys are made here, and the directory comes to say whose they are.

The invitation pins the root of the directory, so no gateway can show another registry's; its secret signs
the enrolment, so no gateway can put other keys in our place. Joined is who the *directory* lists with
exactly the keys made here.
"""

from __future__ import annotations

import hashlib
import sys
import time
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from vernix.console import print_json, say
from vernix.courier.exchange import Exchange
from vernix.courier.keeping import held, private_folder, sweep
from vernix.courier.road import Road
from vernix.custody.directory import Directory
from vernix.custody.directory import Partner as Listed
from vernix.custody.durable import remove_unfinished, write_file
from vernix.custody.identifiers import REGISTRY, utc_now
from vernix.custody.invitation import Enrolment, Invitation
from vernix.custody.key import MAX_LABEL, SIGNING
from vernix.custody.signatures import SigningKey
from vernix.custody.ssh_keys import ensure_ssh_key
from vernix.custody.trust import DirectoryMirror
from vernix.errors import FarSideRefused, NotProven, RoadFailed, UsageError
from vernix.partner.options import Data, Json
from vernix.partner.state import Partner, PartnerFolder, certificate_authority, folder_at
from vernix.sealing.identities import HybridIdentity, load_identities, save_identities
from vernix.sealing.sealer import seal_bytes


def join(
    invite: Annotated[str, Parameter(allow_leading_hyphen=True)],
    *,
    wait: float = 60,
    ca: Path | None = None,
    label: str = "",
    data: Data = None,
    json: Json = False,
) -> int:
    """Make keys here and enrol with an invitation. Interrupted, run it again: it goes on with the same keys.

    Parameters
    ----------
    invite
        The invitation from the registry, as text, or - to read it from standard input.
    wait
        Seconds to wait until the directory lists this partner.
    ca
        A PEM file of the private certificate authority of the gateway; it is kept in the data folder.
    label
        What to call this machine beside others of the same partner, in at most 40 characters: everybody sees
        it.
    """
    invitation = Invitation.from_text(sys.stdin.readline() if invite == "-" else invite)
    folder = folder_at(data)
    private_folder(folder.path)
    with held(folder.path / "join.lock") as mine:
        if not mine:
            raise UsageError(f"Another join is at work in {folder.path}.", hint="Wait for it.")
        for place in (folder.path, folder.signing_file.parent):
            remove_unfinished(place)
        partner = _Joining(folder, invitation, ca, _checked(label)).run(wait)
    if json:
        print_json(
            {"data": str(folder.path), "gateway": partner.gateway, "id": partner.id, "name": partner.name}
        )
    else:
        sys.stdout.write(f"{partner.id}\n")
        say(f"Joined as {partner.name}. The keys are in {folder.path / 'keys'}: keep a safe copy of them.")
    return 0


def _checked(label: str) -> str:
    """A label that can stand in the directory; found out here, not by the registry's silence."""
    if len(label) > MAX_LABEL or not (label.isprintable() or not label):
        raise UsageError(
            f"A label has at most {MAX_LABEL} printable characters.", hint='Such as "Ward 3 machine".'
        )
    return label


@dataclass(frozen=True)
class _Keys:
    """What was made here: the signing key, and of the others the public texts."""

    signing: SigningKey
    recipient: str
    ssh: str


class _Joining:
    """One run of ``join`` in one folder."""

    def __init__(self, folder: PartnerFolder, invitation: Invitation, ca: Path | None, label: str) -> None:
        self._folder = folder
        self._invitation = invitation
        self._ca = ca
        self._label = label

    def run(self, wait: float) -> Partner:
        """Whatever is still to do until the directory lists us."""
        self._check_folder()
        if self._ca is not None:
            self._keep_authority(self._ca)
        keys = self._keys()
        exchange = self._exchange()
        directory = exchange.refresh_directory()
        listed = _listed(directory, keys, self._invitation.partner)
        if listed is None:
            self._invitation.check_open(utc_now())
            if not self._is_open(directory, utc_now()):
                raise _gone()
            exchange.enrol(self._enrolment(directory, keys))
            listed = self._await(exchange, keys, wait)
        partner = Partner(
            self._folder, listed.id, listed.name, self._invitation.gateway, self._invitation.root_fingerprint
        )
        partner.save()
        sweep(self._enrolment_path())
        return partner

    def _keep_authority(self, named: Path) -> None:
        """Keep the gateway's private authority; what is no such file is refused and leaves nothing here."""
        if not named.is_file():
            raise UsageError(f"There is no file {named}.", hint="Name a PEM file of certificates by --ca.")
        Road(self._invitation.gateway, named)
        write_file(self._folder.ca, named.read_bytes())

    def _check_folder(self) -> None:
        """A folder belongs to one registry; before joining, a directory of another one is only litter."""
        first = self._folder.directory / "1.root.json"
        if not first.exists():
            return
        if hashlib.sha256(first.read_bytes()).hexdigest() == self._invitation.root_fingerprint:
            return
        if self._folder.card.exists():
            raise UsageError(
                f"{self._folder.path} has joined another registry.", hint="Name another folder by --data."
            )
        sweep(self._folder.directory)

    def _exchange(self) -> Exchange:
        road = Road(self._invitation.gateway, certificate_authority(self._folder))
        mirror = DirectoryMirror(self._folder.directory, self._invitation.root_fingerprint)
        return Exchange(road, self._invitation.signing_key(), mirror, key_id=self._invitation.request_key_id)

    def _keys(self) -> _Keys:
        """Our keys, made at the first run and never made again."""
        private_folder(self._folder.signing_file.parent)
        if not self._folder.signing_file.exists():
            SigningKey.generate().save(self._folder.signing_file)
        if not self._folder.identity_file.exists():
            save_identities(self._folder.identity_file, [HybridIdentity.generate()])
        identity = load_identities(self._folder.identity_file)[0]
        if not isinstance(identity, HybridIdentity):
            raise UsageError(
                "The identity in this folder is not a post-quantum one.", hint="Join in a new folder."
            )
        ssh_key = ensure_ssh_key(self._folder.ssh_file)
        return _Keys(SigningKey.load(self._folder.signing_file), str(identity.recipient), ssh_key)

    def _enrolment(self, directory: Directory, keys: _Keys) -> bytes:
        """The sealed enrolment; the very same bytes at every run, so that repeating it changes nothing."""
        path = self._enrolment_path()
        if not path.exists():
            now = utc_now()
            enrolment = Enrolment(
                invitation=self._invitation.id,
                partner_name=self._invitation.partner_name,
                signing_key=keys.signing.verify_key.to_text(),
                recipients=(keys.recipient,),
                ssh_keys=(keys.ssh,),
                created=now,
                label=self._label,
            )
            envelope = enrolment.sign(keys.signing, self._invitation).encode()
            sealed = seal_bytes(envelope, directory.recipients(REGISTRY, now))
            write_file(path, sealed, private=True)
        return path.read_bytes()

    def _enrolment_path(self) -> Path:
        return self._folder.signing_file.parent / f"enrolment-{self._invitation.id}.age"

    def _await(self, exchange: Exchange, keys: _Keys, wait: float) -> Listed:
        deadline = time.monotonic() + wait
        pause = 0.2
        while True:
            directory = exchange.refresh_directory()
            listed = _listed(directory, keys, self._invitation.partner)
            if listed is not None:
                return listed
            if not self._is_open(directory, utc_now()):
                raise _gone()
            if time.monotonic() >= deadline:
                raise RoadFailed(
                    "The registry has not taken the enrolment in yet.",
                    hint="Run the same command again later; it goes on with the same keys.",
                )
            time.sleep(pause)
            pause = min(2.0, pause * 1.5)

    def _is_open(self, directory: Directory, now: datetime) -> bool:
        try:
            directory.invitation(self._invitation.id, now)
        except FarSideRefused:
            return False
        return True


def _gone() -> NotProven:
    return NotProven(
        "The invitation was withdrawn, or used, but not with the keys made here.",
        hint="Ask the registry for a new one, by telephone and at once: if it did not withdraw this one, "
        "somebody else has read it.",
    )


def _listed(directory: Directory, keys: _Keys, invited_to: str | None) -> Listed | None:
    """Who the directory says we are; None while it does not know our signing key.

    Raises ``NotProven`` when it lists our signing key without our other keys, under another partner than the
    one that we were invited to, or, for a newcomer, beside keys that are not ours.
    """
    try:
        listed, _ = directory.signing_key(keys.signing.key_id, utc_now())
    except NotProven:
        return None
    theirs = {entry.value for entry in listed.keys if entry.kind != SIGNING}
    ours = {keys.recipient, keys.ssh}
    if not (theirs == ours if invited_to is None else listed.id == invited_to and theirs >= ours):
        raise NotProven(
            "The directory lists keys for this partner that were not made here.",
            hint="Send nothing. Tell the registry at once.",
        )
    return listed
