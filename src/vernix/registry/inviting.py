"""``vernix-registry invite`` and ``withdraw``: who may join, once, within fourteen days.

An invitation's public half stands in the directory, so that the gateway can tell an invited stranger from
noise; its secret half is printed once and kept nowhere.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import Parameter

from vernix.console import print_json, say
from vernix.custody.directory import Directory
from vernix.custody.identifiers import format_time, partner_id_for, utc_now
from vernix.custody.invitation import Invitation
from vernix.errors import DataRefused, UsageError
from vernix.registry.options import Access, Json
from vernix.registry.publishing import with_invitation, without_invitation
from vernix.registry.unlocked import Registry, unlock

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from vernix.registry.workflow.models import Invitation as Row


def invite(
    name: str | None = None,
    *,
    to: Annotated[str | None, Parameter(name="--for")] = None,
    lane: Literal["production", "test"] = "production",
    access: Access = Access(),
    json: Json = False,
) -> None:
    """Print an invitation for a partner, or for one more machine of one; good once, within 14 days.

    Parameters
    ----------
    name
        A new partner's name, as everybody will see it in the directory.
    to
        The id of a partner that is there: who joins with it adds keys of its own to that partner's.
    lane
        test: the new partner's data is read and answered, and nothing of it kept, until you promote it.
    """
    registry = unlock(access)
    if (name is None) == (to is None):
        raise UsageError(
            "An invitation is for a new partner or for one that is there.", hint="Give a NAME, or --for ID."
        )
    if to is not None and lane == "test":
        raise UsageError("A machine goes in its partner's lane.", hint="Leave --lane out.")
    tests_only = lane == "test"
    made = (
        make_invitation(registry, name, tests_only=tests_only)
        if name is not None
        else invite_machine(registry, to or "")
    )
    name = made.invitation.partner_name
    reaches = registry.tell_gateway()
    if json:
        print_json(
            {
                "expires": format_time(made.invitation.expires),
                "invitation": made.invitation.to_text(),
                "partner": made.partner,
                "published_at_gateway": reaches,
            }
        )
        return
    sys.stdout.write(made.invitation.to_text() + "\n")
    say(f"This invites {name!r} (as {made.partner}) until {format_time(made.invitation.expires)}, once.")
    say("Whoever holds it can join in that name: send it over a channel that you trust.")
    say("They run: vernix join INVITE")
    if tests_only:
        promote = f"vernix-registry grant {made.partner} registry submission"
        say(f"They may send tests (vernix send --lane test) until you promote them: {promote}")
    if others := [row.partner for row in _open_rows(name) if row.id != made.invitation.id]:
        say(f"Open in the same name: {', '.join(others)}. If that went astray: vernix-registry withdraw ID")
    if not reaches:
        say("The gateway was not reached; vernix-registry run will tell it of the invitation.")


@dataclass(frozen=True)
class Invited:
    """An invitation and the partner id it will give."""

    invitation: Invitation
    partner: str


def make_invitation(registry: Registry, name: str, *, tests_only: bool = False) -> Invited:
    """Make an invitation and publish its public half.

    ``tests_only`` holds the newcomer to the test lane.

    Raises:
        UsageError: that cannot be the name of a partner.
    """
    now = utc_now()
    profile = registry.profile
    invitation = Invitation.make(profile.gateway, profile.root_fingerprint, name.strip(), now)
    try:
        # Read back what will be printed: a name that cannot travel must fail here, not at the partner's.
        Invitation.from_text(invitation.to_text())
    except DataRefused:
        raise UsageError(
            "That cannot be the name of a partner.", hint="Give 1 to 200 letters, without control characters."
        ) from None
    return _made(registry, invitation, _free_id(name, registry.publishing.current()), tests_only)


def invite_machine(registry: Registry, partner_id: str) -> Invited:
    """Make an invitation for one more machine of a partner, and publish its public half.

    Raises:
        UsageError: there is no such partner, or it is the registry.
    """
    directory, profile = registry.publishing.current(), registry.profile
    known = next((each for each in directory.partners if each.id == partner_id), None)
    if known is None or known.role == "registry":
        raise UsageError(
            f"The directory has no partner {partner_id}.", hint="vernix-registry partners lists them."
        )
    invitation = Invitation.make(profile.gateway, profile.root_fingerprint, known.name, utc_now(), known.id)
    return _made(registry, invitation, known.id)


def _made(registry: Registry, invitation: Invitation, partner: str, tests_only: bool = False) -> Invited:
    from vernix.registry.workflow.models import Invitation as Row

    now = utc_now()
    Row.objects.create(
        id=invitation.id,
        partner=partner,
        partner_name=invitation.partner_name,
        public_key=invitation.public_entry().key,
        created_at=now,
        expires_at=invitation.expires,
        tests_only=tests_only,
    )
    registry.publishing.change(lambda directory: with_invitation(directory, invitation.public_entry(), now))
    return Invited(invitation, partner)


def withdraw(
    invited: str,
    *,
    access: Access = Access(),
    json: Json = False,
) -> None:
    """Withdraw an open invitation, such as one that went to the wrong person; nobody can join with it then.

    Parameters
    ----------
    invited
        The id that it gives (status lists them), or the organisation's name if only one is open in it.
    """
    registry = unlock(access)
    partner = withdraw_invitation(registry, invited)
    reaches = registry.tell_gateway()
    if json:
        print_json({"partner": partner, "published_at_gateway": reaches})
        return
    say(f"The invitation as {partner} is withdrawn: nobody can join with it.")
    if not reaches:
        say("The gateway was not reached; vernix-registry run will tell it.")


def withdraw_invitation(registry: Registry, invited: str) -> str:
    """Take the open invitation of that partner id or name back; returns the id that it would have given.

    Raises:
        UsageError: none is open, several are open in that name, or somebody has joined with it.
    """
    rows = _open_rows(invited)
    if not rows:
        raise UsageError(
            f"No invitation is open as {invited!r}.", hint="vernix-registry status lists the open ones."
        )
    if len(rows) > 1:
        raise UsageError(
            f"{len(rows)} invitations are open in that name.",
            hint=f"Name one by its id: {', '.join(row.partner for row in rows)}.",
        )
    row = rows[0]

    def change(directory: Directory) -> Directory | None:
        # Under the lock of the directory it is decided who was first, the partner or we.
        if all(known.id != row.id for known in directory.invitations):
            raise UsageError(
                f"{row.partner} has joined with it already.", hint="It is too late to withdraw it."
            )
        return without_invitation(directory, row.id)

    registry.publishing.change(change)
    row.delete()
    return row.partner


def _open_rows(invited: str) -> list[Row]:
    """The open invitation that gives this partner id, else those in this name."""
    rows = list(open_rows())
    name = invited.strip().casefold()
    return [row for row in rows if row.partner == invited.strip()] or [
        row for row in rows if row.partner_name.casefold() == name
    ]


def open_invitations() -> bool:
    """Whether anybody may enrol at the moment."""
    return open_rows().exists()


def open_rows() -> QuerySet[Row]:
    """The open invitations, oldest first."""
    from vernix.registry.workflow.models import Invitation as Row

    return Row.objects.filter(used_at=None, expires_at__gt=utc_now()).order_by("created_at")


def _free_id(name: str, directory: Directory) -> str:
    """An id that nobody has and nobody is invited under."""
    wanted = partner_id_for(name)
    taken = {partner.id for partner in directory.partners}
    if wanted in taken:
        raise UsageError(
            f"The directory has a partner {wanted} already.", hint="Give the new partner a name of its own."
        )
    # Two open invitations under one name would fight for one id: the second takes another.
    invited = set(open_rows().values_list("partner", flat=True))
    number = 2
    candidate = wanted
    while candidate in invited | taken:
        candidate = f"{wanted[:60].rstrip('-')}-{number}"
        number += 1
    return candidate
