r"""What a partner does with the files that it sends: open, go on, close, rename, remove. No packets here.

    (none) --open--> being written --close under a final name--> due --posted--> delivered
                       ^      \--close under a temporary name: stays--rename to a final one--> due
                       \--the connection breaks: what came without a gap stays, open goes on there

Every method here runs in a thread, one at a time for each file. A file that is being written, or was cut,
is never due.
"""

from __future__ import annotations

import contextlib
import os
import threading
import time
from collections.abc import Callable
from dataclasses import replace

from sqlalchemy import Connection

from vernix.errors import (
    Conflict,
    DataRefused,
    FarSideRefused,
    KeeperFailed,
    NotFound,
    TooMuch,
    VernixError,
)
from vernix.gateway import quotas, telling
from vernix.gateway.blobs import BlobBusy, BlobLock
from vernix.gateway.exchange import Exchange
from vernix.gateway.limits import MIB, FailureCount, Pace, check_room
from vernix.gateway.sealedness import NotSealed, header_length
from vernix.gateway.sftp import names, packets
from vernix.gateway.sftp.incoming import OVER, PLAIN, Incoming, is_plausible
from vernix.gateway.sftp.names import Names, Written
from vernix.gateway.sftp.paths import Place
from vernix.gateway.uploads import LARGEST_HEADER, State

SETTLE_SECONDS = 20
"""How long a file rests that may have been cut: its last write was no shorter than the others."""

_PAGE = 4096
"""What the smallest write takes of a disk, bytes."""
_LOOK_EVERY = 8 * MIB
"""Bytes written by everybody here between two looks at how much room the disk has."""
_PATIENCE = 10.0
_LOOK_AGAIN = 0.1
_TOO_SLOW = (
    "The bytes came too slowly, or for too long; what arrived is kept. "
    "Go on with it (sftp: reput or put -a; lftp: put -c)."
)


class Outgoing:
    """The files that partners write, in one process. ``posted`` is told when one is due."""

    def __init__(self, exchange: Exchange, names_: Names, posted: Callable[[], None]) -> None:
        self.exchange = exchange
        self._names = names_
        self._posted = posted
        self._open: dict[str, Incoming] = {}
        self._guard = threading.Lock()
        self._room_for = 0
        self._refusals = FailureCount(exchange.limits.refusals_per_minute)

    def addressees(self, sender: str) -> list[str]:
        """To whom ``sender`` may send, in order."""
        directory = self.exchange.mirror.current()
        return [each.id for each in directory.partners if directory.may_send_anything(sender, each.id)]

    def check_addressee(self, sender: str, addressee: str) -> None:
        """Raise ``NotFound`` unless ``sender`` may send something to ``addressee``."""
        if not self.exchange.mirror.current().may_send_anything(sender, addressee):
            raise NotFound(
                "You may not send to that partner.", hint="List /to, or ask the registry for the right."
            )

    def find(self, sender: str, place: Place) -> Written:
        """The file at ``place``. Raises ``NotFound``."""
        with self.exchange.database.reading() as connection:
            found = names.find(connection, self._names.of(sender, place))
        if found is None:
            raise NotFound("There is no such file (any more).")
        return found

    def open(self, sender: str, place: Place, flags: int) -> Incoming:
        """Open a file to write. Raises ``NotFound``, ``Conflict``, ``FarSideRefused``, ``TooMuch``."""
        if not flags & packets.WRITE:
            raise FarSideRefused(
                "What you send cannot be read back, not even by you: it is sealed to others."
            )
        self.check_addressee(sender, place.partner)
        name, limits, now = self._names.of(sender, place), self.exchange.limits, int(time.time())
        with self.exchange.database.writing() as connection:
            found = names.find(connection, name)
            fresh = found is None or found.state is not State.OPEN
            if fresh and not flags & packets.CREATE:
                raise NotFound("There is no such file (any more).")
            if not fresh and flags & packets.EXCLUSIVE:
                raise Conflict("A file of this name is here.", hint="Choose another name.")
            used = None
            if found is None or fresh:
                check_room(self.exchange.blobs.staging.folder, 0, limits)
                used = quotas.charge(connection, sender, 0, now, self.exchange.quota_of_sender(sender))
                life = min(limits.upload_life, limits.keep)
                found = names.create(connection, name, sender, place.partner, now, life)
            found = names.begin_writing(connection, found, final=not place.is_temporary)
        incoming = self._take(found, cut=bool(flags & packets.TRUNCATE))
        incoming.used = used
        return incoming

    def write(self, incoming: Incoming, offset: int, data: memoryview) -> None:
        """Take bytes, in the event loop. Raises as ``Incoming.write``, or ``KeeperFailed`` on a full disk."""
        self._room_for -= max(len(data), _PAGE)
        if self._room_for < 0:
            check_room(self.exchange.blobs.staging.folder, _LOOK_EVERY, self.exchange.limits)
            self._room_for = _LOOK_EVERY
        incoming.write(offset, data, self.exchange.limits.part_bytes)
        if incoming.pace.too_slow(incoming.received):
            raise TooMuch(_TOO_SLOW)

    def secure(self, incoming: Incoming) -> None:
        """Force what came without a gap to the disk, then into its row; what fails breaks the file.

        Raises ``Conflict`` when it is broken already: then the row may be another session's to write.
        """
        with incoming.working:
            if incoming.broken is not None:
                raise Conflict(incoming.broken)
            self._secure(incoming)

    def _secure(self, incoming: Incoming) -> None:
        end = incoming.end
        try:
            os.fdatasync(incoming.descriptor)
            with self.exchange.database.writing() as connection:
                if (more := end - incoming.secured) > 0:
                    quota = self.exchange.quota_of_sender(incoming.sender)
                    incoming.used = quotas.charge_more(
                        connection, incoming.sender, more, int(time.time()), quota
                    )
                names.set_size(connection, incoming.file, end, int(time.time()))
            incoming.secured = end
            check_room(self.exchange.blobs.staging.folder, 0, self.exchange.limits)
        except Exception as error:
            refused = isinstance(error, DataRefused | FarSideRefused)
            incoming.refused = refused
            incoming.break_off(str(error) if refused else "The disk failed.")
            raise

    def truncate(self, incoming: Incoming, size: int) -> None:
        """Cut an open file to ``size`` bytes, if it is longer: its row first, which never says too much."""
        with incoming.working:
            if size < incoming.secured and incoming.broken is None:
                with self.exchange.database.writing() as connection:
                    names.set_size(connection, incoming.file, size, int(time.time()))
            incoming.truncate(size)

    def cut(self, incoming: Incoming, why: str = OVER) -> None:
        """The connection broke: keep what came without a gap, never deliver it by itself.

        Who writes on all the same is told ``why``.
        """
        with incoming.working:
            try:
                if incoming.broken is None:
                    incoming.truncate(incoming.end)
                    self.secure(incoming)
            finally:
                self._let_go(incoming, why)

    def look_around(self) -> None:
        """Let go of every file that is open here and was opened anew elsewhere, or comes too slowly."""
        with self._guard:
            opened = dict(self._open)
        if not opened:
            return
        with self.exchange.database.reading() as connection:
            writers = names.writers(connection, opened.keys())
        for file, incoming in opened.items():
            slow = incoming.pace.too_slow(incoming.received)
            if slow or writers.get(file) != incoming.writer:
                with contextlib.suppress(Conflict):
                    self.cut(incoming, _TOO_SLOW if slow else OVER)

    def close(self, incoming: Incoming) -> None:
        """The client says that it is done: under a final name, and plausibly whole, the file is due.

        Raises ``DataRefused`` for what is cut (it stays, to be gone on with) or not sealed (it goes),
        ``Conflict`` for what is broken.
        """
        with incoming.working:
            try:
                self._close(incoming)
            except NotSealed:
                self.drop(incoming)
                raise
            finally:
                self._let_go(incoming, OVER)

    def _close(self, incoming: Incoming) -> None:
        if incoming.has_gap and incoming.broken is None:
            incoming.truncate(incoming.end)
            self.secure(incoming)
            raise _cut()
        self.secure(incoming)
        # The name may be another by now, and given by another session.
        with self.exchange.database.writing() as connection:
            final = names.end_writing(connection, incoming.file, incoming.writer)
        if final:
            self._finish(incoming.file, incoming.descriptor, incoming.end, settled=incoming.ended_short)

    def _cut_back(self, incoming: Incoming) -> None:
        """Leave of a broken file what its row tells of, and its sender was charged for.

        If that is nothing because its sender may send no more, the file goes.
        """
        blobs: list[str] = []
        with self.exchange.database.writing() as connection:
            file = names.by_upload(connection, incoming.file)
            if file is not None and incoming.refused and (file.size, file.writer) == (0, incoming.writer):
                blobs = names.free(connection, file, telling.WITHDRAWN, int(time.time()))
        self._withdraw(blobs)
        if file is not None:
            incoming.keep_only(file.size)

    def tell_refusal(self, partner: str, error: VernixError) -> None:
        """Have a refusal in the ledger, unless its partner has too many already."""
        if self._refusals.failed(partner):
            return
        with contextlib.suppress(KeeperFailed), self.exchange.database.writing() as connection:
            telling.refused(connection, partner, "sftp", error, int(time.time()))

    def drop(self, incoming: Incoming) -> None:
        """What was written is no sealed file: forget it."""
        incoming.break_off(PLAIN)
        with self.exchange.database.writing() as connection:
            file = names.by_upload(connection, incoming.file)
            blobs = [] if file is None else self._refuse(connection, file)
        self._withdraw(blobs)

    @staticmethod
    def _refuse(connection: Connection, file: Written) -> list[str]:
        now = int(time.time())
        telling.refused(connection, file.sender, "sftp", NotSealed(PLAIN), now)
        return names.free(connection, file, telling.NOT_SEALED, now)

    def rename(self, sender: str, old: Place, new: Place, *, replace: bool) -> None:
        """Give a file its final name (or another temporary one). Raises as ``close``, or ``Conflict``."""
        if old.partner != new.partner:
            raise FarSideRefused(
                "A file cannot change its addressee.", hint="Seal it to the other, send that."
            )
        self.check_addressee(sender, new.partner)
        seen = self.find(sender, old)
        # Whoever writes it sees at its close that it has its final name.
        whole = seen.state is State.OPEN and not new.is_temporary and not self._is_written(seen)
        if whole:
            self._check_whole(sender, old, seen)
        with self.exchange.database.writing() as connection:
            file = names.find(connection, self._names.of(sender, old))
            if file is None:
                raise NotFound("There is no such file (any more).")
            blobs = self._make_way(connection, self._names.of(sender, new), file, replace=replace)
            names.rename(connection, file.upload, self._names.of(sender, new), final=not new.is_temporary)
            if whole and file == seen:  # In one step: a kill after the other would leave it renamed for ever.
                names.set_due(connection, file.upload, int(time.time()))
        self._withdraw(blobs)
        self._posted()

    def _check_whole(self, sender: str, place: Place, file: Written) -> None:
        """Raise ``DataRefused`` for a file that is cut, ``NotSealed`` (and it goes) for another kind."""
        try:
            with self.exchange.blobs.staging.path(file.blob).open("rb") as stream:
                _check_plausible(stream.fileno(), file.size)
        except NotSealed:
            self.remove(sender, place)
            raise

    def _is_written(self, file: Written) -> bool:
        """Whether somebody has it open to write, in this process or another; a writer that died has not."""
        if file.writer is None:
            return False
        try:
            self.exchange.blobs.staging.lock(file.blob).release()
        except BlobBusy:
            return True
        return False

    def remove(self, sender: str, place: Place) -> None:
        """Take a file back that was not delivered yet. Raises ``Conflict`` for one that was."""
        with self.exchange.database.writing() as connection:
            file = names.find(connection, self._names.of(sender, place))
            if file is None:
                raise NotFound("There is no such file (any more).")
            if file.state is not State.OPEN:
                raise Conflict("This file was delivered.", hint="Send a new one under another name.")
            blobs = names.free(connection, file, telling.WITHDRAWN, int(time.time()))
        self._withdraw(blobs)

    def _withdraw(self, blobs: list[str]) -> None:
        """Delete blobs that no row names any more; who has one open writes no more into it."""
        with self._guard:
            opened = [incoming for incoming in self._open.values() if incoming.blob in blobs]
        for incoming in opened:
            incoming.break_off("This file was taken away meanwhile. Send it again from its start.")
        for blob in blobs:
            self.exchange.blobs.delete(blob)

    def _make_way(self, connection: Connection, name: bytes, file: Written, *, replace: bool) -> list[str]:
        there = names.find(connection, name)
        if there is None or there.upload == file.upload:
            return []
        if there.state is State.OPEN and not replace:
            raise Conflict("A file of this name is here.", hint="Remove it first, or choose another name.")
        return names.free(connection, there, telling.WITHDRAWN, int(time.time()))

    def _take(self, file: Written, *, cut: bool) -> Incoming:
        """Make this session the only writer; an older one of the same partner gives way.

        In this process it does so at once, in another when that looks around next.
        """
        with self._guard:
            older = self._open.get(file.upload)
        if older is not None:
            self.cut(older)  # Two may come here with the same older one: the second finds it released.
        give_up = time.monotonic() + _PATIENCE
        while True:
            try:
                lock = self.exchange.blobs.staging.lock(file.blob)
                break
            except BlobBusy:
                if time.monotonic() > give_up:
                    raise Conflict(
                        "Another session writes this file.", hint="End it, or wait a moment."
                    ) from None
                time.sleep(_LOOK_AGAIN)
        try:
            return self._begin(file, lock, cut=cut)
        except BaseException:
            lock.release()
            raise

    def _begin(self, file: Written, lock: BlobLock, *, cut: bool) -> Incoming:
        with self.exchange.database.reading() as connection:
            now = names.by_upload(connection, file.upload)
        if now is None or now.state is not State.OPEN:
            raise Conflict("This file was delivered meanwhile.", hint="Send a new one under another name.")
        incoming = Incoming(replace(file, size=now.size), lock, Pace(self.exchange.limits))
        if cut:
            self.truncate(incoming, 0)
        with self._guard:
            self._open[file.upload] = incoming
        return incoming

    def _let_go(self, incoming: Incoming, why: str) -> None:
        """Release a file, once: who finds that its entry is gone, or another's, has nothing to release."""
        with self._guard:
            if self._open.get(incoming.file) is not incoming:
                return
        try:
            if incoming.broken is not None:
                self._cut_back(incoming)
        finally:
            with self._guard:
                del self._open[incoming.file]
            incoming.release(why)

    def _finish(self, file: str, descriptor: int, size: int, *, settled: bool) -> None:
        """Make a file due that is an age file and may be whole. Raises ``NotSealed`` or ``DataRefused``."""
        _check_plausible(descriptor, size)
        due = int(time.time()) + (0 if settled else SETTLE_SECONDS)
        with self.exchange.database.writing() as connection:
            names.set_due(connection, file, due)
        self._posted()


def _check_plausible(descriptor: int, size: int) -> None:
    header = header_length(os.pread(descriptor, min(size, LARGEST_HEADER), 0))
    if header is None or not is_plausible(size, header):
        raise _cut()


def _cut() -> DataRefused:
    return DataRefused(
        "This file is not whole; what arrived is kept and not delivered.",
        hint="Send the rest (sftp: reput or put -a; lftp: put -c), or the whole file again.",
    )
