"""Posting: a file that is whole becomes a drop in its addressee's mailbox. Killed anywhere, done once.

The digest is computed here, from the disk, after the sender's client has its answer: while the file came in
any order there was nothing to hash in order, and both cores were needed for the cipher.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import time
from datetime import UTC, datetime

from vernix.custody.drop import Drop
from vernix.custody.identifiers import new_id
from vernix.errors import DataRefused, FarSideRefused, VernixError
from vernix.gateway import deliveries
from vernix.gateway.blobs import BlobBusy
from vernix.gateway.exchange import Exchange
from vernix.gateway.logs import log, place_of
from vernix.gateway.receiving import Run
from vernix.gateway.sealedness import header_length
from vernix.gateway.sftp import names
from vernix.gateway.sftp.names import Written
from vernix.gateway.uploads import LARGEST_HEADER, State

_ROUND_SECONDS = 1.0
_AGAIN_SECONDS = 60
"""How long a file waits that could not be posted; the others do not wait for it."""


class Posting:
    """Posts what is due, whenever it is told so and once a second."""

    def __init__(self, exchange: Exchange, run: Run) -> None:
        self._exchange = exchange
        self._run = run
        self._wake = asyncio.Event()

    def wake(self) -> None:
        """Something is due: look now. To be called in the event loop."""
        self._wake.set()

    async def until_cancelled(self) -> None:
        """Look, post, wait. What neither the disk nor a refusal explains ends it, and so the process."""
        while True:
            self._wake.clear()
            try:
                for file in await self._run(self._finished):
                    await self._run(self._post_or_put_off, file)
            except (VernixError, OSError) as error:
                log().warning("not posted", error=type(error).__name__, place=place_of(error))
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_ROUND_SECONDS):
                    await self._wake.wait()

    def _finished(self) -> list[Written]:
        with self._exchange.database.reading() as connection:
            return names.finished(connection, int(time.time()))

    def _post_or_put_off(self, file: Written) -> None:
        """Whatever is wrong with one file keeps no other from being delivered."""
        try:
            self._post(file)
        except Exception as error:
            log().error("not posted", partner=file.sender, error=type(error).__name__, place=place_of(error))
            with self._exchange.database.writing() as connection:
                names.put_off(connection, file.upload, int(time.time()) + _AGAIN_SECONDS)

    def _post(self, file: Written) -> None:
        try:
            lock = self._exchange.blobs.staging.lock(file.blob)
        except BlobBusy:
            return  # It is opened again, or another process posts it.
        try:
            self._post_locked(file, lock.descriptor)
        except (DataRefused, FarSideRefused) as error:
            # The right was taken away meanwhile, or the bytes are not what they were: its sender sends again.
            log().warning(
                "drop refused", partner=file.sender, error=type(error).__name__, place=place_of(error)
            )
            with self._exchange.database.writing() as connection:
                names.set_due(connection, file.upload, None)
        finally:
            lock.release()

    def _post_locked(self, file: Written, descriptor: int) -> None:
        now = int(time.time())
        with self._exchange.database.reading() as connection:
            current = names.by_upload(connection, file.upload)
        if current is None or current.due is None or current.state is not State.OPEN:
            return
        if not self._exchange.mirror.current().may_send_anything(file.sender, file.addressee):
            raise FarSideRefused("The directory does not let it be sent any more.")
        header = header_length(os.pread(descriptor, min(current.size, LARGEST_HEADER), 0))
        if header is None:
            raise DataRefused("The file ends in its header.")
        taken = self._exchange.blobs.take_in(current.blob, descriptor, header, current.size)
        dropped = Drop(
            id=new_id(),
            sender=file.sender,
            addressee=file.addressee,
            size=current.size,
            header=header,
            digest=taken.digest,
            created=datetime.fromtimestamp(now, UTC),
            expires=datetime.fromtimestamp(now + self._exchange.limits.keep, UTC),
        )
        with self._exchange.database.writing() as connection:
            upload = names.complete(connection, current, header, taken.digest)
            taken.enter(connection)
            deliveries.drop(connection, dropped, upload, now)
        taken.committed()
        log().info("dropped", partner=file.sender, bytes=current.size)
