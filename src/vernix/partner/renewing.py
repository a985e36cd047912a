"""``vernix keys`` and ``vernix renew``: which keys are ours, and new ones before the present ones end.

A renewal goes on where it was: the new keys are made once, under ``keys/renewal``, and take their places when
the directory lists them. The old identity stays in the file, to open what was sealed to it.
"""

from __future__ import annotations

import base64
import sys
import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from vernix.console import print_json, say
from vernix.courier.exchange import Exchange
from vernix.courier.keeping import held, private_folder, read_json, sweep, write_json
from vernix.custody.directory import Directory, Key
from vernix.custody.durable import remove_unfinished, write_file
from vernix.custody.identifiers import REGISTRY, format_time, parse_time, utc_now
from vernix.custody.key import key_id_of
from vernix.custody.renewal import LIFETIME, Renewal
from vernix.custody.signatures import SigningKey
from vernix.custody.ssh_keys import ensure_ssh_key, public_text
from vernix.errors import KeeperFailed, NotProven, RoadFailed
from vernix.partner import state
from vernix.partner.connecting import connect, warn_if_stale
from vernix.partner.options import Data, Json
from vernix.partner.state import Partner
from vernix.sealing.identities import HybridIdentity, identity_text, load_identities, save_identities
from vernix.sealing.sealer import seal_bytes

_KEPT = LIFETIME - timedelta(days=1)
"""How old a request may be that is posted again; a day is left for the registry to take it."""


def keys(*, data: Data = None, json: Json = False) -> None:
    """List this partner's keys as the directory has them: here, elsewhere or replaced, and when they end."""
    partner = state.load(data)
    exchange = connect(partner)
    listed = exchange.refresh_directory().partner(partner.id)
    warn_if_stale(exchange)
    here = _ids_here(partner)
    replaced = _replaced(partner)
    documents = [_described(key, here, replaced) for key in listed.keys]
    if json:
        print_json({"partner": partner.id, "keys": documents})
        return
    for document in documents:
        place = "here" if document["here"] else "replaced" if document["replaced"] else "elsewhere"
        sys.stdout.write(f"{document['id']} {document['kind']:<9} {document['state']}, {place}")
        sys.stdout.write(f"  {document['label']}\n" if document["label"] else "\n")


def renew(*, wait: float = 60, data: Data = None, json: Json = False) -> int:
    """Make new keys in the place of this machine's; the old ones go on holding for 30 days.

    Interrupted, run it again: it goes on with the same keys. An SFTP program that has a copy of the SSH key
    wants a copy of the new one within those 30 days.

    Parameters
    ----------
    wait
        Seconds to wait until the directory lists the new keys.
    """
    partner = state.load(data)
    with held(partner.folder.path / "join.lock") as mine:
        if not mine:
            raise KeeperFailed("Another run is at work on these keys.", hint="Wait for it.")
        remove_unfinished(partner.folder.signing_file.parent)
        key = _Renewing(partner, connect(partner)).run(wait)
    if json:
        print_json({"partner": partner.id, "signing_key": key.key_id})
    else:
        say(f"{partner.id} signs with the new key {key.key_id}. Make a new copy of the folder keys.")
        say("An SFTP program that has a copy of keys/ssh_ed25519 wants the new one within 30 days.")
    return 0


@dataclass(frozen=True)
class _New:
    """The new keys; of the SSH key its file."""

    signing: SigningKey
    identity: HybridIdentity
    ssh_file: Path

    @property
    def values(self) -> set[str]:
        """Their public halves, as the directory lists them."""
        own = (self.signing.verify_key.to_text(), str(self.identity.recipient))
        return {*own, public_text(self.ssh_file)}


class _Renewing:
    """One run of ``renew``."""

    def __init__(self, partner: Partner, exchange: Exchange) -> None:
        self._partner = partner
        self._exchange = exchange
        self._folder = private_folder(partner.folder.renewal)

    def run(self, wait: float) -> SigningKey:
        """Whatever is still to do until the new keys are in their places."""
        remove_unfinished(self._folder)
        new = self._make()
        directory = self._exchange.refresh_directory()
        if not self._is_listed(directory, new):
            self._exchange.renew(self._renewal(directory, new))
            self._await(new, wait)
        self._put_in_place(new)
        sweep(self._folder)
        return new.signing

    def _make(self) -> _New:
        """The new keys; made at the first run and never made again."""
        signing, identity = self._folder / "signing.key", self._folder / "identity.txt"
        if not signing.exists():
            SigningKey.generate().save(signing)
        if not identity.exists():
            save_identities(identity, [HybridIdentity.generate()])
        made = load_identities(identity)[0]
        if not isinstance(made, HybridIdentity):
            raise KeeperFailed(f"{identity} is damaged.", hint="Remove the folder it is in and renew again.")
        ssh_file = self._folder / "ssh_ed25519"
        ensure_ssh_key(ssh_file)
        return _New(SigningKey.load(signing), made, ssh_file)

    def _renewal(self, directory: Directory, new: _New) -> bytes:
        """The sealed renewal: the very same bytes at every run, as long as the registry would take them."""
        path = self._folder / "renewal.json"
        now = utc_now()
        recipients = directory.recipients(REGISTRY, now)
        rests_on = {
            "signing_key": self._partner.signing_key().key_id,
            "recipients": sorted(map(str, recipients)),
        }
        kept = read_json(path)
        if kept is not None and kept["rests_on"] == rests_on and _is_young(kept["created"], now):
            return base64.b64decode(kept["sealed"])
        sealed = seal_bytes(self._signed(directory, new, now), recipients)
        text = base64.b64encode(sealed).decode("ascii")
        write_json(path, {"created": format_time(now), "rests_on": rests_on, "sealed": text})
        return sealed

    def _signed(self, directory: Directory, new: _New, now: datetime) -> bytes:
        here = _ids_here(self._partner)
        listed = directory.partner(self._partner.id).keys
        renewal = Renewal(
            partner=self._partner.id,
            signing_key=new.signing.verify_key.to_text(),
            recipients=(str(new.identity.recipient),),
            replaces=tuple(key.id for key in listed if key.id in here and key.holds(now)),
            created=now,
            ssh_keys=(public_text(new.ssh_file),),
        )
        return renewal.sign(self._partner.signing_key(), new.signing).encode()

    def _await(self, new: _New, wait: float) -> None:
        deadline = time.monotonic() + wait
        pause = 0.2
        while not self._is_listed(self._exchange.refresh_directory(), new):
            if time.monotonic() >= deadline:
                raise RoadFailed(
                    "The registry has not taken the new keys in yet; the present ones go on.",
                    hint="Run the same command again later; it goes on with the same keys.",
                )
            time.sleep(pause)
            pause = min(2.0, pause * 1.5)

    def _is_listed(self, directory: Directory, new: _New) -> bool:
        """Whether the directory lists the new keys under us; ``NotProven`` when it lists one without us."""
        wanted = new.values
        holders = [each for each in directory.partners if wanted & {key.value for key in each.keys}]
        if not holders:
            return False
        if [each.id for each in holders] == [self._partner.id]:
            return wanted <= {key.value for key in holders[0].keys}
        raise NotProven(
            "The directory lists the new keys under somebody else.",
            hint="Send nothing. Tell the registry at once.",
        )

    def _put_in_place(self, new: _New) -> None:
        """The identity first: between the two, whatever is sealed to either recipient can be opened."""
        folder = self._partner.folder
        write_json(
            folder.replaced_file, {"keys": sorted(_replaced(self._partner) | _ids_here(self._partner))}
        )
        present = load_identities(folder.identity_file)
        if str(new.identity) not in map(str, present):
            text = identity_text([new.identity, *present])
            write_file(folder.identity_file, text.encode("ascii"), private=True)
        write_file(folder.ssh_file, new.ssh_file.read_bytes(), private=True)
        new.signing.save(folder.signing_file)


def _is_young(created: str, now: datetime) -> bool:
    return timedelta() <= now - parse_time(created) <= _KEPT


def _ids_here(partner: Partner) -> set[str]:
    """The ids of the keys whose secret halves are in this folder."""
    values = [str(identity.recipient) for identity in load_identities(partner.folder.identity_file)]
    if partner.folder.ssh_file.exists():
        values.append(public_text(partner.folder.ssh_file))
    return {partner.signing_key().key_id, *map(key_id_of, values)}


def _replaced(partner: Partner) -> set[str]:
    """The ids of the keys that a renewal found here. Some are here still: the recipients, to open with."""
    return set((read_json(partner.folder.replaced_file) or {"keys": ()})["keys"])


def _described(key: Key, here: set[str], replaced: set[str]) -> dict[str, Any]:
    return {
        "id": key.id,
        "kind": key.kind,
        "label": key.label,
        "state": _state(key),
        "valid_until": None if key.valid_until is None else format_time(key.valid_until),
        "here": key.id in here,
        "replaced": key.id in replaced - here,
    }


def _state(key: Key) -> str:
    if key.revoked is not None:
        return "revoked"
    if not key.holds(utc_now()):
        return "does not hold now"
    return "holds" if key.valid_until is None else f"holds until {key.valid_until:%Y-%m-%d}"
