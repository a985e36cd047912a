"""What becomes of the enrolments and renewals that come: the keys that prove themselves are listed.

An enrolment is signed by the newcomer's key and by the invitation's, a renewal by a key that the directory
has and by the new one, so that no gateway can put other keys in the place of the partner's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from vernix.custody import canonical
from vernix.custody.directory import Directory, InvitationKey
from vernix.custody.identifiers import utc_now
from vernix.custody.invitation import Enrolment, verify_enrolment
from vernix.custody.renewal import Renewal, verify_renewal
from vernix.custody.signatures import RENEWAL, RENEWAL_V1, Signed
from vernix.errors import DataRefused, FarSideRefused
from vernix.registry.failpoints import reached
from vernix.registry.logs import log, place_of
from vernix.registry.publishing import with_enrolled, with_renewed
from vernix.registry.unlocked import Registry
from vernix.sealing.opening import open_bytes

if TYPE_CHECKING:
    from vernix.courier.exchange import Exchange

ENROLMENT_LIMIT = 64 * 1024
"""Bytes of an enrolment or a renewal once it is opened."""


def take_enrolments(registry: Registry, exchange: Exchange) -> int:
    """Take in whoever enrolled with an open invitation, and renew the keys of who asked; returns how many.

    An enrolment that does not prove itself is removed: its sender can enrol again while the invitation is
    open.
    """
    joined = 0
    for number in exchange.enrolments():
        try:
            joined += _take_in(registry, exchange.enrolment(number))
        except (DataRefused, FarSideRefused) as error:
            log().warning("enrolment refused", error=type(error).__name__, place=place_of(error))
        reached("enrolment:published")
        registry.publishing.push(exchange)
        exchange.forget_enrolment(number)
    return joined


def _take_in(registry: Registry, sealed: bytes) -> bool:
    """Add the keys that a sealed enrolment or renewal proves; returns True."""
    content = open_bytes(sealed, registry.keyring.identities, ENROLMENT_LIMIT)
    signed = Signed.decode(content, limit=ENROLMENT_LIMIT)
    claimed = canonical.decode(signed.document)
    renews = isinstance(claimed, dict) and claimed.get("format") in (RENEWAL, RENEWAL_V1)
    return _renew(registry, signed) if renews else _enrol(registry, signed)


def _renew(registry: Registry, signed: Signed) -> bool:
    renewal = Renewal.parse(signed.document)

    def change(directory: Directory) -> Directory | None:
        proven, present = verify_renewal(signed, directory, utc_now())
        if _has_key(directory, proven.partner, proven.signing_key):
            return None  # taken before a kill
        return with_renewed(directory, proven, present.label)

    directory = registry.publishing.change(change)
    log().info("keys renewed", partner=renewal.partner, version=directory.version)
    return True


def _enrol(registry: Registry, signed: Signed) -> bool:
    from vernix.registry.workflow.models import Invitation as Row

    claimed = Enrolment.parse(signed.document)
    row = Row.objects.filter(id=claimed.invitation).first()
    if row is None or row.used_at is not None:
        raise DataRefused("The enrolment answers no open invitation.", hint="Ask the registry for a new one.")

    # Proven before anything is taken for done: an invitation's id and everybody's keys are public.
    invitation = InvitationKey(row.id, row.public_key, row.partner_name, row.expires_at)
    enrolment = verify_enrolment(signed, invitation, utc_now())

    def change(directory: Directory) -> Directory | None:
        is_open = any(known.id == row.id for known in directory.invitations)
        if not is_open and _has_key(directory, row.partner, enrolment.signing_key):
            return None  # taken before a kill
        directory.invitation(row.id, utc_now())
        return with_enrolled(directory, row.partner, enrolment, tests_only=row.tests_only)

    directory = registry.publishing.change(change)
    reached("enrolment:added")
    row.used_at = utc_now()
    row.save(update_fields=["used_at"])
    log().info("joined", partner=row.partner, version=directory.version)
    return True


def _has_key(directory: Directory, partner_id: str, value: str) -> bool:
    known = [key.value for each in directory.partners if each.id == partner_id for key in each.keys]
    return value in known
