"""Who may send what to whom: rights, and the groups of partners that a right may name. Deny by default.

In a right, and wherever else a partner may stand for several, ``@midwives`` names the group ``midwives``: no
partner's id can be spelled so.

Rule of change: that of the directory, of which these are parts.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from vernix.custody.fields import Fields
from vernix.errors import DataRefused

PURPOSES = ("submission", "acknowledgement", "message", "test")
OF_DATA = ("submission", "test")
"""The two lanes of data to a registry: a submission is kept; a test is read and answered, and not kept."""
EVERYBODY = "*"
GROUP_MARK = "@"

MAX_RIGHTS = 20_000
MAX_GROUPS = 1_000
MAX_MEMBERS = 1_000
"""A delivery to a group is one delivery to all its members: more could not be sealed in one header."""

_SIDE = re.compile(r"\*|@?[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?")


@dataclass(frozen=True, slots=True)
class Right:
    """``sender`` may send ``purposes`` to ``addressee``. A side is a partner's id or a group (``@id``); one
    of the two may be "*": everybody.
    """

    sender: str
    addressee: str
    purposes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """Partners that are spoken of together. ``members`` are ids, ascending."""

    id: str
    members: tuple[str, ...]


class Grants:
    """Rights and groups, made ready for the one question that is asked at every delivery."""

    def __init__(self, rights: Iterable[Right], groups: Iterable[Group]) -> None:
        self._purposes: dict[tuple[str, str], set[str]] = {}
        for right in rights:
            self._purposes.setdefault((right.sender, right.addressee), set()).update(right.purposes)
        self._names: dict[str, list[str]] = {}
        for group in groups:
            for member in group.members:
                self._names.setdefault(member, []).append(GROUP_MARK + group.id)

    def allow(self, sender: str, addressee: str, purpose: str) -> bool:
        """Whether a right covers it: of the two themselves, of groups they are in, or of everybody."""
        return any(
            purpose in self._purposes.get((one, other), ())
            for one in self._names_of(sender)
            for other in self._names_of(addressee)
        )

    def _names_of(self, partner: str) -> tuple[str, ...]:
        return (partner, EVERYBODY, *self._names.get(partner, ()))


def parse_right(value: object) -> Right:
    """One of the directory's rights; DataRefused for one that could mean something else, or too much."""
    fields = Fields(value, "directory's right")
    right = Right(
        sender=fields.matching("sender", _SIDE),
        addressee=fields.matching("addressee", _SIDE),
        purposes=tuple(
            Fields({"purpose": item}, "directory's right").choice("purpose", PURPOSES)
            for item in fields.items("purposes", least=1, most=len(PURPOSES))
        ),
    )
    fields.end()
    if list(right.purposes) != sorted(set(right.purposes)):
        raise DataRefused("The directory's right does not list its purposes in order, each once.")
    if right.sender == right.addressee == EVERYBODY:
        raise DataRefused("The directory's right lets everybody send to everybody.")
    return right


def right_object(right: Right) -> dict[str, object]:
    """The right as the directory writes it."""
    return {"sender": right.sender, "addressee": right.addressee, "purposes": sorted(right.purposes)}


def parse_group(value: object) -> Group:
    """One of the directory's groups; whether its members exist is for the directory to say."""
    fields = Fields(value, "directory's group")
    group = Group(
        id=fields.partner("id"),
        members=tuple(
            Fields({"member": item}, "directory's group").partner("member")
            for item in fields.items("members", most=MAX_MEMBERS)
        ),
    )
    fields.end()
    if list(group.members) != sorted(set(group.members)):
        raise DataRefused("The directory's group does not list its members in order, each once.")
    return group


def group_object(group: Group) -> dict[str, object]:
    """The group as the directory writes it."""
    return {"id": group.id, "members": sorted(group.members)}


def check_names(rights: Sequence[Right], groups: Sequence[Group], partners: Iterable[str]) -> None:
    """Raise DataRefused where a group has a member that is no partner, or a right names no group there is."""
    strangers = {member for group in groups for member in group.members} - set(partners)
    if strangers:
        raise DataRefused("The directory's group has a member that is no partner.")
    known = {GROUP_MARK + group.id for group in groups}
    named = {side for right in rights for side in (right.sender, right.addressee)}
    if any(side.startswith(GROUP_MARK) and side not in known for side in named):
        raise DataRefused("The directory's right names a group that is not there.")
