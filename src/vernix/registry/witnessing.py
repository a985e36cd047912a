"""The registry watches the gateway's ledger while it runs: three times a minute, with its own signing key.

    log.json        the log that the gateway named at first contact, pinned; published with the next directory
    watch/          what was seen last, evidence, and watch.json: what ``status`` shows

A lie does not stop the registry: what it collects is proven by signatures, whatever the ledger says. It is
said in the log, and in ``status`` until a person has dealt with it: accepted a log, or removed watch.json.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from vernix.courier.exchange import Exchange
from vernix.courier.keeping import read_json, write_json
from vernix.courier.witnessing import FRESH, FROZEN, PATIENCE, Caught, Seen, Witness
from vernix.custody.checkpoint import Log
from vernix.custody.identifiers import REGISTRY, format_time
from vernix.custody.signatures import SigningKey
from vernix.errors import KeeperFailed, NotFound
from vernix.registry.logs import log as logger
from vernix.registry.logs import place_of
from vernix.registry.settings import RegistryFolder

EVERY = 20.0
"""Seconds between two looks: with the longest look they are less than the minute in which a lie must be
noticed.
"""


class LedgerWatch:
    """The registry as a witness. ``exchange`` is for it alone."""

    def __init__(self, folder: RegistryFolder, exchange: Exchange, key: SigningKey) -> None:
        self._folder = folder
        self._exchange = exchange
        self._witness = Witness(exchange, REGISTRY, key, folder.watch)
        self._ended = threading.Event()

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Look again and again beside whatever the block does, for as long as it lasts.

        In a thread, since a step that opens a large file takes minutes. It touches files of its own, each
        written whole, and no table; it dies with the program.
        """
        watcher = threading.Thread(target=self._watch, name="ledger", daemon=True)
        watcher.start()
        try:
            yield
        finally:
            self._ended.set()
            watcher.join(1.0)

    def look(self) -> None:
        """One look. Raises ``RoadFailed`` or ``FarSideRefused``; a lie is said, not raised."""
        with self._exchange.road.within(PATIENCE):
            self._look()

    def _watch(self) -> None:
        while not self._ended.is_set():
            try:
                self.look()
            except Exception as error:  # whatever it is: nobody else would notice that nobody looks
                logger().warning("ledger not seen", error=type(error).__name__, place=place_of(error))
                self._say_unseen()
            self._ended.wait(EVERY)

    def _look(self) -> None:
        try:
            log = pinned_log(self._folder) or self._pin()
        except NotFound:
            return  # a gateway of before the ledger
        try:
            seen = self._look_at(log)
        except Caught as caught:
            logger().error("ledger caught", error=caught.kind)
            evidence = _name(caught.evidence)
            self._say(log, {"caught": caught.kind, "says": caught.message, "evidence": evidence})
            return
        if seen is not None:
            self._say(log, {"events": seen.signed.size, "witnesses": list(seen.by)})

    def _look_at(self, log: Log) -> Seen | None:
        """What the log shows; None while one that was pinned just now has nothing in it."""
        try:
            return self._witness.look(log, self._exchange.mirror.current())
        except NotFound:
            if time.time() - self._folder.log_file.stat().st_mtime <= FRESH:
                return None
            raise Caught(FROZEN, "The gateway's ledger stands still: it shows nothing of it.") from None

    def _pin(self) -> Log:
        log = self._exchange.log_key()
        write_json(self._folder.log_file, log.to_object())
        return log

    def _say(self, log: Log, what: dict[str, Any]) -> None:
        """Keep what was seen. A lie of this log stays: that it tells the truth again does not undo it."""
        key, path = log.key.to_text(), watch_file(self._folder)
        said = read_json(path) or {}
        # A log that stood still and goes on has shown that it goes on from what was seen before.
        lied = said.get("caught") not in (None, FROZEN) and said.get("log") == key
        said.pop("unseen_since", None)
        write_json(path, said if lied else {"at": format_time(datetime.now(UTC)), "log": key, **what})

    def _say_unseen(self) -> None:
        """Keep since when nothing was seen, beside what was seen last."""
        path = watch_file(self._folder)
        said = read_json(path)
        if said is not None and "unseen_since" not in said:
            with suppress(OSError, KeeperFailed):
                write_json(path, {**said, "unseen_since": format_time(datetime.now(UTC))})


def pinned_log(folder: RegistryFolder) -> Log | None:
    """The gateway's log as it was named at first contact; None before."""
    return Log.from_object(read_json(folder.log_file))


def watch_file(folder: RegistryFolder) -> Path:
    """What was seen of ``log`` (a key): ``at`` and ``events`` of the last look, or ``caught`` (a word) and
    ``says`` (a sentence); ``unseen_since`` (a time) while nothing is seen.
    """
    return folder.watch / "watch.json"


def _name(path: Path | None) -> str | None:
    return None if path is None else path.name
