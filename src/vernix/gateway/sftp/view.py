"""What a partner sees: its mailbox as folders and files. Reads only; every method runs in a thread."""

from __future__ import annotations

import stat
import time
from collections.abc import Iterable
from functools import partial

from vernix.errors import FarSideRefused, NotFound
from vernix.gateway import fetches, listing
from vernix.gateway.authentication import Caller
from vernix.gateway.exchange import Exchange
from vernix.gateway.sftp.downloading import Part, Readable
from vernix.gateway.sftp.incoming import Incoming
from vernix.gateway.sftp.outgoing import Outgoing
from vernix.gateway.sftp.packets import Attributes
from vernix.gateway.sftp.paths import Kind, Place

Named = tuple[bytes, Attributes]

_FOLDER = stat.S_IFDIR | 0o500
_DROP_FOLDER = stat.S_IFDIR | 0o700
_READ = stat.S_IFREG | 0o400
_WRITE = stat.S_IFREG | 0o200


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
        """A file to read.

        Raises ``NotFound``, ``FarSideRefused`` (nobody reads that here), ``TooOften`` (the brake is on).
        """
        if place.kind not in (Kind.INCOMING, Kind.RECEIPT):
            raise FarSideRefused("This cannot be read.")
        attributes, blob, content = self._find(place)
        if not blob:
            return Readable(attributes, content)
        self._exchange.check_collecting(self._partner)
        try:
            descriptor = self._exchange.blobs.open_file(blob)
        except FileNotFoundError:
            raise NotFound("This was taken away in this very moment.", hint="List /inbox again.") from None
        tell = partial(self._exchange.end_fetch, fetches.Place(place.delivery, self._partner, place.number))
        return Part(attributes, descriptor, partial(self._ask, place), tell)

    def _ask(self, place: Place, offset: int) -> bool:
        """Begin a download, or go on with one; whether its sender bounded how many there may be."""
        caller = Caller("sftp", self._exchange.mirror.current().partner(self._partner))
        part = self._exchange.part(caller, place.delivery, place.number, f"bytes={offset}-")
        return part.downloads is not None

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


def being_written(file: Incoming) -> Attributes:
    """What is said of a file that is open to write, whatever its name is by now."""
    return Attributes(_WRITE, file.end, int(time.time()))


def _folder(mode: int) -> Attributes:
    return Attributes(mode, 0, int(time.time()))
