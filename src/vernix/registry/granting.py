"""``vernix-registry grant``, ``revoke-right``, ``group``: who may send what to whom, changed at once.

A right is of two sides, each a partner's id, a group (``@midwives``) or, on one side, ``*`` for everybody.
What nobody granted is refused by the gateway and by every client.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from vernix.custody.directory import EVERYBODY, GROUP_MARK, PURPOSES, Directory, Group, Right
from vernix.custody.identifiers import check_partner_id
from vernix.errors import UsageError
from vernix.registry.announcing import announced
from vernix.registry.options import Access, Json
from vernix.registry.publishing import Change
from vernix.registry.unlocked import unlock


def grant(
    sender: str,
    addressee: str,
    *purposes: str,
    access: Access = Access(),
    json: Json = False,
) -> int:
    """Let a partner or a group send something to another; the gateway obeys at its next request.

    Parameters
    ----------
    sender
        A partner's id, @GROUP, or * for everybody.
    addressee
        The same; not both may be *.
    purposes
        What may be sent: submission, acknowledgement, message, test.
    """
    right = _right(sender, addressee, purposes)
    reaches = unlock(access).amend(lambda directory: with_right(directory, right))
    said = f"{sender} may send to {addressee}: {', '.join(right.purposes)}."
    return announced(said, reaches, json, sender=sender, addressee=addressee, purposes=list(right.purposes))


def revoke_right(
    sender: str,
    addressee: str,
    *purposes: str,
    access: Access = Access(),
    json: Json = False,
) -> int:
    """Take a right back; without PURPOSES all that the sender may send to the addressee by that right.

    Parameters
    ----------
    sender
        The right's sender as it was granted: a partner's id, @GROUP, or *.
    addressee
        The right's addressee as it was granted.
    purposes
        What may not be sent any more.
    """
    right = _right(sender, addressee, purposes or PURPOSES)
    registry = unlock(access)
    reaches = registry.amend(lambda directory: without_right(directory, right))
    left = [
        each
        for each in registry.publishing.current().rights
        if (each.sender, each.addressee) == (sender, addressee)
    ]
    kept = sorted({purpose for each in left for purpose in each.purposes})
    said = f"By this right {sender} may send to {addressee}: {', '.join(kept) or 'nothing'}."
    return announced(said, reaches, json, sender=sender, addressee=addressee, purposes=kept)


def group(
    name: str,
    *,
    add: list[str] | None = None,
    remove: list[str] | None = None,
    dissolve: bool = False,
    access: Access = Access(),
    json: Json = False,
) -> int:
    """Make or change a group of partners, which rights and ``vernix send --to @NAME`` may name.

    Parameters
    ----------
    name
        The group's id, with or without the @: a-z, 0-9 and hyphens.
    add
        A partner to put in; may be given several times.
    remove
        A partner to take out; may be given several times.
    dissolve
        Remove the group, and the rights that name it.
    """
    group_id = check_partner_id(name.removeprefix(GROUP_MARK))
    if dissolve and (add or remove):
        raise UsageError("A group is changed or dissolved.", hint="Leave --add and --remove out.")
    registry = unlock(access)
    change: Change = _without_group(group_id) if dissolve else _with_group(group_id, add or [], remove or [])
    reaches = registry.amend(change)
    found = [each for each in registry.publishing.current().groups if each.id == group_id]
    members = list(found[0].members) if found else []
    said = f"@{group_id}: {', '.join(members) or 'nobody'}." if found else f"@{group_id} is dissolved."
    return announced(said, reaches, json, group=group_id, members=members, dissolved=not found)


def with_right(directory: Directory, right: Right) -> Directory | None:
    """The directory with a right, joined to what the same two sides have already; None where nothing is new.

    Raises:
        UsageError: a side is no partner and no group.
    """
    for side in (right.sender, right.addressee):
        _check_side(directory, side)
    same = [each for each in directory.rights if _sides(each) == _sides(right)]
    before = {purpose for each in same for purpose in each.purposes}
    if before >= set(right.purposes):
        return None
    joined = replace(right, purposes=tuple(sorted(before | set(right.purposes))))
    others = [each for each in directory.rights if _sides(each) != _sides(right)]
    return replace(directory, rights=(*others, joined))


def without_right(directory: Directory, right: Right) -> Directory | None:
    """The directory in which the right's sides may not send its purposes by a right of those very sides."""
    left: list[Right] = []
    for each in directory.rights:
        if _sides(each) == _sides(right):
            purposes = tuple(purpose for purpose in each.purposes if purpose not in right.purposes)
            left += [replace(each, purposes=purposes)] if purposes else []
        else:
            left.append(each)
    return None if tuple(left) == directory.rights else replace(directory, rights=tuple(left))


def _with_group(group_id: str, add: Iterable[str], remove: Iterable[str]) -> Change:
    def change(directory: Directory) -> Directory | None:
        before = next((each for each in directory.groups if each.id == group_id), None)
        for member in {*add, *remove}:
            _check_side(directory, member)
        members = ({*(before.members if before else ())} | set(add)) - set(remove)
        after = Group(group_id, tuple(sorted(members)))
        if after == before:
            return None
        others = [each for each in directory.groups if each.id != group_id]
        return replace(directory, groups=tuple(sorted([*others, after], key=lambda each: each.id)))

    return change


def _without_group(group_id: str) -> Change:
    def change(directory: Directory) -> Directory | None:
        groups = tuple(each for each in directory.groups if each.id != group_id)
        if groups == directory.groups:
            return None
        named = GROUP_MARK + group_id
        return replace(
            directory,
            groups=groups,
            rights=tuple(right for right in directory.rights if named not in _sides(right)),
        )

    return change


def _right(sender: str, addressee: str, purposes: Iterable[str]) -> Right:
    asked = tuple(sorted(set(purposes)))
    unknown = set(asked) - set(PURPOSES)
    if not asked or unknown:
        raise UsageError(
            f"There is no purpose {', '.join(sorted(unknown))}." if unknown else "A right needs a purpose.",
            hint=f"There is: {', '.join(PURPOSES)}.",
        )
    if sender == addressee == EVERYBODY:
        raise UsageError("Not everybody may send to everybody.", hint="Name a partner or @GROUP on one side.")
    return Right(sender, addressee, asked)


def _check_side(directory: Directory, side: str) -> None:
    groups = {GROUP_MARK + each.id for each in directory.groups}
    if side == EVERYBODY or side in groups or any(each.id == side for each in directory.partners):
        return
    raise UsageError(
        f"The directory has no {'group' if side.startswith(GROUP_MARK) else 'partner'} {side}.",
        hint="vernix-registry partners lists both.",
    )


def _sides(right: Right) -> tuple[str, str]:
    return right.sender, right.addressee
