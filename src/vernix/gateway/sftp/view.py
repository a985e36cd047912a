"""What a partner sees: its mailbox as folders and files. Reads only; every method runs in a thread."""

from __future__ import annotations

import os
import stat
import time
from collections.abc import Iterable
from dataclasses import dataclass

from vernix.errors import FarSideRefused, NotFound
from vernix.gateway import listing
from vernix.gateway.authentication import Caller
from vernix.gateway.exchange import Exchange
from vernix.gateway.sftp.outgoing import Outgoing
from vernix.gateway.sftp.packets import Attributes
from vernix.gateway.sftp.paths import Kind, Place

Named = tuple[bytes, Attributes]

_FOLDER = stat.S_IFDIR | 0o500
_DROP_FOLDER = stat.S_IFDIR | 0o700
_READ = stat.S_IFREG | 0o400
_WRITE = stat.S_IFREG | 0o200


@dataclass(frozen=True)
class Readable:
    """A file open to read: a descriptor of its own, or bytes that are here already."""

    attributes: Attributes
    descriptor: int = -1
    content: bytes = b""

    def read(self, offset: int, count: int) -> bytes:
        """At most ``count`` bytes from ``offset`` on; none at the end."""
        if self.descriptor < 0:
            return self.content[offset : offset + count]
        return os.pread(self.descriptor, count, offset)

    def close(self) -> None:
        """Let go of it."""
        if self.descriptor >= 0:
            os.close(self.descriptor)


class View:
    """The folders of one partner."""

    def __init__(self, exchange: Exchange, outgoing: Outgoing, partner: str) -> None:
        self._exchange = exchange
        self._outgoing = outgoing
        self._partner = partner

    def attributes(self, place: Place) -> Attributes:
        """What stands at ``place``. Raises ``NotFound``."""
        match place.kind:
            case Kind.OUTGOING_FOLDER:
                self._outgoing.check_addressee(self._partner, place.partner)
                return _folder(_DROP_FOLDER)
            case Kind.OUTGOING:
                file = self._outgoing.find(self._partner, place)
                return Attributes(_WRITE, file.size, file.changed)
            case Kind.INCOMING | Kind.RECEIPT:
                return self._find(place)[0]
        return _folder(_FOLDER)

    def entries(self, place: Place, written: Iterable[Place]) -> list[Named]:
        """What is in the folder at ``place``. Raises ``NotFound``.

        Of our own files on their way out only those are listed whose names this session said (``written``):
        nobody else knows them.
        """
        match place.kind:
            case Kind.ROOT:
                return [(name, _folder(_FOLDER)) for name in (b"inbox", b"receipts", b"to")]
            case Kind.TO:
                return [
                    (each.encode(), _folder(_DROP_FOLDER))
                    for each in self._outgoing.addressees(self._partner)
                ]
            case Kind.INBOX:
                return self._waiting()
            case Kind.RECEIPTS:
                return self._receipts()
            case Kind.OUTGOING_FOLDER:
                self._outgoing.check_addressee(self._partner, place.partner)
                return self._written([each for each in written if each.partner == place.partner])
        raise NotFound("That is not a folder.")

    def open(self, place: Place) -> Readable:
        """A file to read. Raises ``NotFound``, or ``FarSideRefused`` for what nobody reads here."""
        if place.kind not in (Kind.INCOMING, Kind.RECEIPT):
            raise FarSideRefused("This cannot be read.")
        attributes, blob, content = self._find(place)
        if not blob:
            return Readable(attributes, content=content)
        # Counted, braked and told as over HTTP; each opening begins a download.
        caller = Caller("sftp", self._exchange.mirror.current().partner(self._partner))
        self._exchange.part(caller, place.delivery, place.number, None)
        return Readable(attributes, self._exchange.blobs.open_file(blob))

    def _find(self, place: Place) -> tuple[Attributes, str, bytes]:
        now = int(time.time())
        with self._exchange.database.reading() as connection:
            if place.kind is Kind.INCOMING:
                part = listing.waiting_part(connection, self._partner, now, place.delivery, place.number)
                return Attributes(_READ, part.size, part.posted), part.blob, b""
            signed = listing.receipt(connection, self._partner, place.delivery, place.partner)
            return Attributes(_READ, len(signed.envelope), signed.received), "", signed.envelope

    def _waiting(self) -> list[Named]:
        with self._exchange.database.reading() as connection:
            parts = listing.waiting_parts(connection, self._partner, int(time.time()))
        return [
            (f"{part.delivery}-{part.number}.age".encode(), Attributes(_READ, part.size, part.posted))
            for part in parts
        ]

    def _receipts(self) -> list[Named]:
        with self._exchange.database.reading() as connection:
            found = listing.receipts(connection, self._partner)
        return [
            (
                f"{each.delivery}-{each.addressee}.json".encode(),
                Attributes(_READ, len(each.envelope), each.received),
            )
            for each in found
        ]

    def _written(self, places: Iterable[Place]) -> list[Named]:
        found = []
        for place in places:
            try:
                found.append((place.name, self.attributes(place)))
            except NotFound:
                continue
        return found


def _folder(mode: int) -> Attributes:
    return Attributes(mode, 0, int(time.time()))
