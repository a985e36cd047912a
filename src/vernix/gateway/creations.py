"""The rows behind creations: an address under which a tus client may itself ask for uploads.

A signed request says which parts are to come; each has its row from then on. Who has the creation's
capability may have a capability for each of those parts (a new one each time it asks, which ends the one
before), and partial uploads for them, bounded by their sizes. So an unchanged tus client can create, send in
parallel and join, and can do nothing that the signed request did not allow. Every function works inside the
caller's transaction.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, select, update

from vernix.custody.identifiers import new_id
from vernix.custody.quota import Quota
from vernix.errors import Conflict, NotFound, TooMuch, UsageError
from vernix.gateway import capabilities, quotas, uploads
from vernix.gateway.capabilities import Allotted, Held
from vernix.gateway.limits import Limits
from vernix.gateway.tables import UPLOADS
from vernix.gateway.uploads import State, Upload


@dataclass(frozen=True)
class Named:
    """An upload that a creation's holder was given, and the capability for it."""

    upload: Upload
    token: str


def begin(
    connection: Connection,
    sender: str,
    parts: Sequence[tuple[int, int]],
    now: int,
    limits: Limits,
    quota: Quota,
) -> tuple[str, list[Allotted]]:
    """A creation for ``parts`` (size and header length, in bytes): its capability, their uploads in order.

    Raises as ``capabilities.allot``.
    """
    token = capabilities.new_token()
    begun = []
    for place, (size, header) in enumerate(parts):
        allotted = capabilities.allot(connection, sender, size, header, now, limits, quota)
        grant = {"creation": capabilities.hashed(token), "place": place}
        connection.execute(update(UPLOADS).where(UPLOADS.c.id == allotted.upload.id).values(grant))
        begun.append(allotted)
    return token, begun


def name(connection: Connection, creation: str, length: int | None, part: int | None, now: int) -> Named:
    """Part number ``part`` of a creation, or the only one of ``length`` bytes, with a new capability.

    Raises ``NotFound``, ``UsageError`` (no such part, or several), ``Conflict`` (it is delivered already).
    """
    upload = _choose(connection, creation, length, part)
    uploads.check_alive(upload, now)
    if upload.state is State.BOUND:
        raise Conflict("This part belongs to a delivery already.")
    token = capabilities.new_token()
    values = {"capability": capabilities.hashed(token)}
    connection.execute(update(UPLOADS).where(UPLOADS.c.id == upload.id).values(values))
    return Named(upload, token)


def name_partial(  # each is asked by another rule
    connection: Connection,
    creation: str,
    length: int,
    now: int,
    limits: Limits,
    quota_of: Callable[[str], Quota],
) -> Named:
    """A new partial upload of ``length`` bytes, to be joined to one of the creation's parts. ``quota_of``
    gives a sender's quota.

    Raises ``NotFound``, ``UsageError`` (too small), ``TooMuch`` (more than the parts can be made of).
    """
    held = _held(connection, creation)
    parts = [one.upload for one in held if not one.upload.partial]
    uploads.check_alive(parts[0], now)
    if length < max(part.header for part in parts):
        # So only the first can begin inside an age header, where sealed bytes do not look like noise.
        raise UsageError(
            "A partial upload has at least as many bytes as the age header of a part.",
            hint="Send fewer at a time, or the part as one upload.",
        )
    partials = [one.upload for one in held if one.upload.partial]
    room = 2 * sum(part.size for part in parts) - sum(partial.size for partial in partials)
    if length > room or len(partials) >= limits.creation_partials * len(parts):
        raise TooMuch(
            "The partial uploads of this creation would be more than its parts.",
            hint="Join or delete those that are there.",
        )
    upload = uploads.begin_partial(new_id(), parts[0].sender, length, parts[0].expires)
    # It counts as held and not as sent: the part that it becomes was charged when the creation began.
    quotas.check_held(connection, upload.sender, length, quota_of(upload.sender))
    token = capabilities.insert(connection, upload, now, capabilities.hashed(creation))
    return Named(upload, token)


def join(
    connection: Connection, creation: str, tokens: Sequence[str], part: int | None, concat: str, now: int
) -> Named:
    """Let partial uploads become the bytes of a part; the final upload, whose bytes are still to be joined.

    Raises ``NotFound``, ``UsageError`` and ``Conflict``: see ``name`` and ``uploads.join``.
    """
    there = _held(connection, creation)
    for place in (one.place for one in there if one.upload.concat == concat):
        # Asked for before; the partial uploads may be gone by now.
        return name(connection, creation, None, place, now)
    wanted = [capabilities.find(connection, token).upload for token in tokens]
    if not {upload.id for upload in wanted} <= {one.upload.id for one in there}:
        raise Conflict("What is to be joined are no partial uploads of this creation.")
    named = name(connection, creation, sum(upload.size for upload in wanted), part, now)
    final, joined = uploads.join(named.upload, wanted, concat)
    for place, upload in enumerate(joined):
        values = {"state": upload.state, "final": upload.final, "place": place}
        connection.execute(update(UPLOADS).where(UPLOADS.c.id == upload.id).values(values))
    connection.execute(update(UPLOADS).where(UPLOADS.c.id == final.id).values(concat=concat))
    return Named(final, named.token)


def joined_to(connection: Connection, final: str) -> list[Held]:
    """The partial uploads that were joined to an upload, in order."""
    query = select(UPLOADS).where(UPLOADS.c.final == final).order_by(UPLOADS.c.place)
    return [capabilities.held(row) for row in connection.execute(query)]


def _held(connection: Connection, creation: str) -> list[Held]:
    query = select(UPLOADS).where(UPLOADS.c.creation == capabilities.hashed(creation))
    held = [capabilities.held(row) for row in connection.execute(query.order_by(UPLOADS.c.place))]
    if all(one.upload.partial for one in held):
        raise NotFound("There is no such creation (any more).", hint="Ask for a new one.")
    return held


def _choose(connection: Connection, creation: str, length: int | None, part: int | None) -> Upload:
    candidates = [
        one.upload
        for one in _held(connection, creation)
        if not one.upload.partial and length in (None, one.upload.size) and part in (None, one.place)
    ]
    if not candidates:
        raise UsageError(
            "This creation is for no such part.",
            hint="Create what the signed request asked for, or ask for a new creation.",
        )
    if len(candidates) > 1:
        raise UsageError(
            f"This creation is for several parts of {length} bytes.",
            hint="Say which by the key part of Upload-Metadata: 0, 1, and so on.",
        )
    return candidates[0]
