"""A small delivery that comes whole: its signed document and the bytes of every part, in one request.

Its sender names the parts' uploads itself, as ids of its own making, so that it can sign before it sends. All
of it is kept in one transaction or nothing: nobody has to clean up after half of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from vernix.custody import canonical
from vernix.custody.delivery import Delivery
from vernix.custody.fields import Fields
from vernix.custody.identifiers import check_id
from vernix.custody.quota import Quota
from vernix.custody.signatures import Signed
from vernix.errors import Conflict, DataRefused, TooMuch
from vernix.gateway import capabilities, contents, deliveries, quotas, small_parts, telling, uploads
from vernix.gateway.capabilities import Whole
from vernix.gateway.limits import Limits
from vernix.gateway.quotas import Used
from vernix.gateway.statements import together
from vernix.gateway.uploads import Claim, Upload

MOST_PARTS = 64


@dataclass(frozen=True)
class WholeDelivery:
    """What came in one request, proven and hashed: ``parts`` are in the order of the delivery's."""

    delivery: Delivery
    envelope: bytes
    parts: tuple[Whole, ...]

    @property
    def size(self) -> int:
        """Bytes of all parts."""
        return sum(len(part.content) for part in self.parts)


def read(body: bytes) -> tuple[Signed, bytes, list[bytes]]:
    """The signed delivery, read and as its sender spelled it, and the sealed bytes of its parts. Raises
    ``DataRefused``.
    """
    fields = Fields(canonical.decode(body), "whole delivery")
    items = fields.items("contents", least=1, most=MOST_PARTS)
    delivery = fields.value("delivery")
    fields.end()
    signed = Signed.from_object(delivery)
    found = [Fields({"content": item}, "part").octets("content", most=contents.MOST) for item in items]
    if sum(map(len, found)) > contents.MOST:
        raise TooMuch(
            f"The parts of a delivery that comes whole have at most {contents.MOST} bytes together.",
            hint="Upload each part, then post the delivery.",
        )
    return signed, canonical.spelled(delivery), found


def check(delivery: Delivery, envelope: bytes, found: Sequence[bytes]) -> WholeDelivery:
    """The parts of a proven delivery. Raises ``DataRefused``, ``NotSealed``, ``UsageError``."""
    if len(found) != len(delivery.parts):
        raise DataRefused("The delivery that came whole has not as many contents as parts.")
    for part in delivery.parts:
        check_id(part.upload)
    parts = (
        small_parts.whole(content, part.header) for part, content in zip(delivery.parts, found, strict=True)
    )
    return WholeDelivery(delivery, envelope, tuple(parts))


def post(
    connection: Connection, came: WholeDelivery, now: int, limits: Limits, quota: Quota
) -> tuple[bool, Used | None]:
    """Keep it and put it into each mailbox. Whether it is new, and what of the quota is nearly used up.

    Raises ``Conflict`` for other bytes under the same id, an upload's id that is taken, or a part that is not
    what the delivery says; ``TooMuch`` and ``TooOften`` beyond the quota.
    """
    delivery = came.delivery
    if deliveries.is_there(connection, delivery.id, came.envelope):
        return False, None
    used = quotas.charge(connection, delivery.sender, came.size, now, quota, uploads=len(came.parts))
    bound = [_bound(came, number, now, limits) for number in range(len(came.parts))]
    blobs = [part.blob for part in came.parts]
    try:
        with together(connection):
            deliveries.add(connection, delivery, came.envelope, now, limits.keep)
            capabilities.insert_whole(connection, bound, blobs, now)
            contents.add(connection, {part.blob: part.content for part in came.parts})
            deliveries.put_into_mailboxes(connection, delivery)
    except IntegrityError:
        raise Conflict("A part has the id of an upload that is here.", hint="Make new ids.") from None
    telling.came_whole(connection, delivery, came.envelope, bound, now)
    return True, used


def _bound(came: WholeDelivery, number: int, now: int, limits: Limits) -> Upload:
    """A part's whole life as an upload, in one step."""
    delivery, part, here = came.delivery, came.delivery.parts[number], came.parts[number]
    expires = now + min(limits.upload_life, limits.keep)
    begun = uploads.begin(part.upload, delivery.sender, len(here.content), here.header, expires)
    complete = uploads.extend(begun, len(here.content), here.digest)
    claim = Claim(part.size, part.header, part.digest)
    return uploads.bind(complete, delivery.id, number, delivery.sender, claim)
