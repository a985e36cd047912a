"""``vernix-registry partners``, ``suspend``, ``reinstate``, ``revoke-key``: who is in the directory, and
who is obeyed no longer.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Collection
from dataclasses import replace
from datetime import datetime
from typing import Any

from vernix.console import print_json
from vernix.custody.directory import GROUP_MARK, Directory, Key, Partner
from vernix.custody.identifiers import format_time, utc_now
from vernix.custody.key import SSH
from vernix.custody.trust import DirectoryMirror
from vernix.errors import UsageError
from vernix.registry.announcing import announced
from vernix.registry.options import Access, Data, Json
from vernix.registry.publishing import Change
from vernix.registry.settings import find_folder
from vernix.registry.unlocked import unlock


def partners(*, data: Data = None, json: Json = False) -> None:
    """List everybody in the directory: id, name, keys with their ends, groups, and rights. Needs no key."""
    folder = find_folder(data)
    directory = DirectoryMirror(folder.public, folder.profile().root_fingerprint).current()
    document = _described(directory, utc_now())
    if json:
        print_json(document)
    else:
        _tell(document)


def suspend(
    partner: str,
    *,
    access: Access = Access(),
    json: Json = False,
) -> int:
    """Stop a partner: nothing of it is taken and nothing goes to it, from the gateway's next request on.

    Parameters
    ----------
    partner
        Its id in the directory.
    """
    change = _with_status(partner, "suspended")
    reaches = unlock(access).amend(change)
    said = f"{partner} is suspended. What it sent and waits stays where it is; reinstate ends it."
    return announced(said, reaches, json, partner=partner, status="suspended")


def reinstate(
    partner: str,
    *,
    access: Access = Access(),
    json: Json = False,
) -> int:
    """Let a suspended partner send and receive again.

    Parameters
    ----------
    partner
        Its id in the directory.
    """
    reaches = unlock(access).amend(_with_status(partner, "active"))
    return announced(f"{partner} is active.", reaches, json, partner=partner, status="active")


def revoke_key(
    key: str,
    *,
    access: Access = Access(),
    json: Json = False,
) -> int:
    """Revoke a key: nothing it signs or signed is taken, and nothing is sealed to it, from now on.

    Of the registry's own keys those that renew-keys has replaced.

    Parameters
    ----------
    key
        Its id, as ``partners`` shows it.
    """
    registry = unlock(access)
    present = registry.keyring.own.values
    reaches = registry.amend(lambda directory: _without_key(directory, key, present))
    holder, entry = _holder(registry.publishing.current(), key)
    kind = entry.kind
    left = [each for each in holder.keys if each.kind == kind and each.holds(utc_now())]
    said = f"The {kind} key {key} of {holder.id} is revoked."
    if not left and kind != SSH:
        said += f" It was its last: invite it again with vernix-registry invite --for {holder.id}."
    return announced(said, reaches, json, partner=holder.id, key=key, kind=kind, left=len(left))


def _with_status(partner_id: str, status: str) -> Change:
    def change(partner: Partner) -> Partner:
        if partner.role == "registry":
            raise UsageError("The registry itself cannot be suspended.", hint="Stop vernix-registry run.")
        return replace(partner, status=status)

    return lambda directory: with_changed_partner(directory, partner_id, change)


def _without_key(directory: Directory, key_id: str, own: Collection[str]) -> Directory | None:
    holder, key = _holder(directory, key_id)
    if key.value in own:
        # Without it nobody could send to the registry, or believe it, and the gateway would not hear it.
        raise UsageError(
            "That is the registry's own key, by which everybody knows it.",
            hint="Put another in its place first: vernix-registry renew-keys. Then revoke this one.",
        )
    if key.revoked is not None:
        return None
    gone = replace(key, revoked=utc_now())
    keys = tuple(gone if each.id == key_id else each for each in holder.keys)
    return with_changed_partner(directory, holder.id, lambda partner: replace(partner, keys=keys))


def with_changed_partner(
    directory: Directory, partner_id: str, change: Callable[[Partner], Partner]
) -> Directory | None:
    """The directory with one partner changed; None where the change changes nothing.

    Raises:
        UsageError: there is no such partner.
    """
    before = next((each for each in directory.partners if each.id == partner_id), None)
    if before is None:
        raise UsageError(
            f"The directory has no partner {partner_id}.", hint="vernix-registry partners lists them."
        )
    after = change(before)
    if after == before:
        return None
    changed = tuple(after if each is before else each for each in directory.partners)
    return replace(directory, partners=changed)


def _holder(directory: Directory, key_id: str) -> tuple[Partner, Key]:
    for partner in directory.partners:
        for key in partner.keys:
            if key.id == key_id:
                return partner, key
    raise UsageError("The directory has no key of that id.", hint="vernix-registry partners lists them.")


def _described(directory: Directory, now: datetime) -> dict[str, Any]:
    return {
        "version": directory.version,
        "partners": [_partner_document(partner, directory, now) for partner in directory.partners],
        "groups": [{"id": each.id, "members": list(each.members)} for each in directory.groups],
        "rights": [
            {"sender": each.sender, "addressee": each.addressee, "purposes": list(each.purposes)}
            for each in directory.rights
        ],
    }


def _partner_document(partner: Partner, directory: Directory, now: datetime) -> dict[str, Any]:
    return {
        "id": partner.id,
        "name": partner.name,
        "role": partner.role,
        "status": partner.status,
        "groups": [each.id for each in directory.groups if partner.id in each.members],
        "grants": list(partner.grants),
        "keys": [
            {
                "id": key.id,
                "kind": key.kind,
                "label": key.label,
                "state": _state(key, now),
                "valid_from": format_time(key.valid_from),
                "valid_until": None if key.valid_until is None else format_time(key.valid_until),
                "revoked": None if key.revoked is None else format_time(key.revoked),
            }
            for key in partner.keys
        ],
    }


def _state(key: Key, now: datetime) -> str:
    if key.revoked is not None:
        return "revoked"
    if key.holds(now):
        return "holds"
    return "not yet" if now < key.valid_from else "ended"


def _tell(document: dict[str, Any]) -> None:
    lines = [f"Directory version {document['version']}."]
    for partner in document["partners"]:
        also = "" if partner["status"] == "active" else f", {partner['status']}"
        also += "".join(f", {each}" for each in partner["grants"])
        groups = "".join(f" {GROUP_MARK}{each}" for each in partner["groups"])
        lines.append(f"{partner['id']}: {partner['name']}{also}{groups}")
        for key in partner["keys"]:
            lines.append(f"  {key['id']} {key['kind']:<9} {_end_in_words(key)}  {key['label']}".rstrip())
    for right in document["rights"]:
        lines.append(f"{right['sender']} may send to {right['addressee']}: {', '.join(right['purposes'])}")
    sys.stdout.write("\n".join(lines) + "\n")


def _end_in_words(key: dict[str, Any]) -> str:
    if key["state"] == "revoked":
        return f"revoked {key['revoked']}"
    if key["state"] == "not yet":
        return f"from {key['valid_from']}"
    return f"until {key['valid_until']}" if key["valid_until"] else "without end"
