"""``vernix-registry ssh-key``: the SSH keys of those who cannot run ``vernix renew`` where they send from.

A partner hands the public half over by a road that it trusts. It opens nothing: it lets in over SFTP, where
only sealed files are taken, for as long as it holds.
"""

from __future__ import annotations

from dataclasses import replace

from vernix.custody.directory import Directory, Key, Partner
from vernix.custody.identifiers import utc_now
from vernix.custody.key import MAX_LABEL, SSH, check_ssh_text
from vernix.errors import UsageError
from vernix.registry.announcing import announced
from vernix.registry.options import Access, Json
from vernix.registry.partners import with_changed_partner
from vernix.registry.publishing import KEY_LIFE, OVERLAP
from vernix.registry.unlocked import unlock


def ssh_key(
    partner: str,
    key: str,
    *,
    label: str = "",
    replaces: str | None = None,
    access: Access = Access(),
    json: Json = False,
) -> int:
    """Let a partner log in over SFTP with an SSH key for two years; one that it has is renewed.

    Parameters
    ----------
    partner
        Its id in the directory.
    key
        The public key, as the file ending in .pub has it: ssh-ed25519 AAAA...
    label
        What to call the program or machine that has it, in at most 40 characters: everybody sees it.
    replaces
        The id of an SSH key of that partner that ends in 30 days; the new one has its label.
    """
    if len(label) > MAX_LABEL or not (label.isprintable() or not label):
        raise UsageError(
            f"A label has at most {MAX_LABEL} printable characters.", hint='Such as "Night job".'
        )
    value = check_ssh_text(" ".join(key.split()[:2]))
    registry = unlock(access)
    reaches = registry.amend(lambda directory: with_ssh_key(directory, partner, value, label, replaces))
    (held,) = (each for each in registry.publishing.current().partner(partner).keys if each.value == value)
    said = f"{partner} may log in with the SSH key {held.id} until {held.valid_until:%Y-%m-%d}."
    return announced(said, reaches, json, partner=partner, key=held.id)


def with_ssh_key(
    directory: Directory, partner_id: str, value: str, label: str, replaces: str | None
) -> Directory | None:
    """The directory with an SSH key that holds for two years from now; None where it does already.

    Raises:
        UsageError: the key is somebody else's or revoked, the replaced one is none of the partner's, or there
            is no such partner.
    """
    _check_free(directory, partner_id, value)
    now = utc_now()

    def change(partner: Partner) -> Partner:
        if partner.role == "registry":
            raise UsageError("The registry itself logs in nowhere.", hint="Name a partner.")
        before = _replaced(partner, replaces)
        known = next((key for key in partner.keys if key.value == value), None)
        if known is not None and known.valid_until and known.valid_until.date() == (now + KEY_LIFE).date():
            return partner  # renewed today: a repetition changes nothing
        since = now if known is None else known.valid_from
        named = label or (known or before or Key.make(value, now)).label
        new = Key.make(value, since, now + KEY_LIFE, named)
        others = [key for key in partner.keys if key.value != value]
        kept = [key.until(now + OVERLAP) if key == before else key for key in others]
        return replace(partner, keys=tuple(sorted([*kept, new], key=lambda key: key.id)))

    return with_changed_partner(directory, partner_id, change)


def _replaced(partner: Partner, key_id: str | None) -> Key | None:
    if key_id is None:
        return None
    for key in partner.keys:
        if key.id == key_id and key.kind == SSH:
            return key
    raise UsageError(f"{partner.id} has no SSH key {key_id}.", hint="vernix-registry partners shows the ids.")


def _check_free(directory: Directory, partner_id: str, value: str) -> None:
    """A key says who comes: it is one partner's. One that was revoked comes back in no other way either."""
    listed = [(each, key) for each in directory.partners for key in each.keys if key.value == value]
    for partner, key in listed:
        if partner.id != partner_id:
            raise UsageError(f"That is the key of {partner.id}.", hint="Each partner makes keys of its own.")
        if key.revoked is not None:
            raise UsageError("That key was revoked.", hint="Make another: ssh-keygen -t ed25519.")
