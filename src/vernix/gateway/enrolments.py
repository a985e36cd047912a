"""Enrolments and renewals that wait for the registry: sealed to it, bounded in size and rate.

One for each invitation, or for each key that shall be renewed: that one stands as ``key:`` and its id in the
place of the invitation's.
"""

from __future__ import annotations

import io

from sqlalchemy import Connection, delete, func, insert, select, update

from vernix.custody.identifiers import new_id
from vernix.errors import DataRefused, NotFound, TooMuch, TooOften
from vernix.gateway.limits import HOUR, Limits
from vernix.gateway.tables import ENROLMENTS
from vernix.sealing.header import read_header

KEY = "key:"


def leave(connection: Connection, invitation: str, sealed: bytes, now: int, limits: Limits) -> str:
    """Keep a sealed enrolment, replacing an earlier one for the same invitation; its id.

    Raises ``DataRefused`` for what is not an age file, ``TooMuch`` and ``TooOften`` beyond the bounds.
    """
    try:
        read_header(io.BytesIO(sealed))
    except DataRefused as error:
        raise DataRefused(
            f"What shall wait for the registry is not sealed: {error.message}",
            hint="Use vernix join or vernix renew.",
        ) from None
    mine = ENROLMENTS.c.invitation == invitation
    earlier = connection.execute(select(ENROLMENTS).where(mine)).one_or_none()
    hour = now // HOUR
    if earlier is None:
        _check_room(connection, limits)
        row = {
            "id": new_id(),
            "invitation": invitation,
            "sealed": sealed,
            "received": now,
            "hour": hour,
            "posts": 1,
        }
        connection.execute(insert(ENROLMENTS).values(row))
        return str(row["id"])
    posts = earlier.posts + 1 if earlier.hour == hour else 1
    if posts > limits.enrolments_per_hour:
        raise TooOften(
            "This invitation or key has asked too often in this hour.", hint="Try again in an hour."
        )
    values = {"id": new_id(), "sealed": sealed, "received": now, "hour": hour, "posts": posts}
    if bytes(earlier.sealed) == sealed:
        # A repetition of the very same request is not a new enrolment: whoever reads it meanwhile finds it.
        values |= {"id": earlier.id, "received": earlier.received}
    connection.execute(update(ENROLMENTS).where(mine).values(values))
    return str(values["id"])


def waiting(connection: Connection) -> list[dict[str, object]]:
    """What waits, oldest first: id, invitation, time of arrival (seconds since the epoch)."""
    columns = (ENROLMENTS.c.id, ENROLMENTS.c.invitation, ENROLMENTS.c.received)
    rows = connection.execute(select(*columns).order_by(ENROLMENTS.c.received, ENROLMENTS.c.id))
    return [{"id": row.id, "invitation": row.invitation, "received": row.received} for row in rows]


def read(connection: Connection, number: str) -> bytes:
    """One sealed enrolment."""
    query = select(ENROLMENTS.c.sealed).where(ENROLMENTS.c.id == number)
    sealed = connection.execute(query).scalar_one_or_none()
    if sealed is None:
        raise _unknown()
    return bytes(sealed)


def remove(connection: Connection, number: str) -> None:
    """Forget an enrolment that the registry has dealt with."""
    if connection.execute(delete(ENROLMENTS).where(ENROLMENTS.c.id == number)).rowcount == 0:
        raise _unknown()


def _check_room(connection: Connection, limits: Limits) -> None:
    count = connection.execute(select(func.count()).select_from(ENROLMENTS)).scalar_one()
    if count >= limits.enrolments_waiting:
        raise TooMuch(
            "Too many enrolments wait for the registry.", hint="Try again tomorrow, or call the registry."
        )


def _unknown() -> NotFound:
    return NotFound("There is no such enrolment (any more).")
