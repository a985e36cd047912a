"""Watching the gateway's ledger: each look proves that what was seen before is how it began, or cries out.

    watch/seen-<key id>.json          the last checkpoint believed of the log with that key
    watch/evidence-<kind>-<size>.json both checkpoints that prove a lie, signed by the log itself

What was believed once is never given up for what contradicts it: a lie stays said until a person removes the
file. The state is kept before the cosignature goes out, so that a kill between the two can never make us sign
two histories (C2SP tlog-cosignature).
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from vernix.courier.exchange import Exchange
from vernix.courier.keeping import read_json, write_json
from vernix.custody import merkle
from vernix.custody.checkpoint import Log, SignedCheckpoint, cosign
from vernix.custody.directory import Directory
from vernix.custody.identifiers import REGISTRY, format_time
from vernix.custody.notes import Note
from vernix.custody.signatures import SigningKey
from vernix.custody.tiles import TileReader
from vernix.custody.witnesses import witnessed, witnesses
from vernix.errors import DataRefused, NotFound, NotProven

FRESH = 60
"""Seconds: a checkpoint that its log vouched for earlier is a log that stands still."""

PATIENCE = 20.0
"""Seconds that a look may take in all, however slowly a gateway answers: a minute holds it and a pause."""

REGISTRY_FRESH = 300
"""Seconds after which a partner is warned that the registry has not vouched for the ledger."""

FROZEN = "frozen"
"""The kind of a log that stands still: what was seen before may still be how it begins."""

_HINT = "Keep the evidence and tell the registry and the other partners at once, by telephone."


class Caught(NotProven):
    """The ledger is not what it was, or not what others see. ``kind`` is a word, ``evidence`` a file."""

    def __init__(self, kind: str, message: str, evidence: Path | None = None) -> None:
        super().__init__(message, hint=_HINT)
        self.kind = kind
        self.evidence = evidence


@dataclass(frozen=True)
class Seen:
    """What one look believed.

    ``by`` are the partners who cosigned this very state. ``registry_at`` is when the registry last cosigned a
    state that fits it (seconds since the epoch; None: never, or we are the registry).
    """

    signed: SignedCheckpoint
    by: tuple[str, ...]
    registry_at: int | None

    def is_vouched_for(self, now: float) -> bool:
        """Whether the registry cosigned lately: else a gateway could show us a ledger of our own."""
        return self.registry_at is not None and now - self.registry_at <= REGISTRY_FRESH


class Witness:
    """One watcher: partner ``me`` with its signing key, and the folder of what it has seen."""

    def __init__(
        self,
        exchange: Exchange,
        me: str,
        key: SigningKey,
        folder: Path,
        *,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._exchange = exchange
        self._me = me
        self._key = key
        self._folder = folder
        self._clock = clock

    def look(self, log: Log, directory: Directory) -> Seen:
        """Fetch, prove, keep, cosign.

        Raises ``Caught`` for a lie, with its evidence kept; ``RoadFailed`` when the gateway is away.
        """
        signed = self._open(log, self._exchange.checkpoint())
        self._check_clock(signed)
        by = self._check_lines(signed, log, directory)
        before = believed(self._folder, log)
        if before is not None:
            self._check_grown(before, signed)
        self._keep(log, signed)
        self._cosign(log, signed)
        registry_at = None if self._me == REGISTRY else self._check_registry(log, directory, signed)
        return Seen(signed, by, registry_at)

    def reader(self, signed: SignedCheckpoint) -> TileReader:
        """The tree under a checkpoint."""
        return TileReader(signed.size, self._exchange.tile)

    def _open(self, log: Log, data: bytes) -> SignedCheckpoint:
        try:
            return log.open(data)
        except (NotProven, DataRefused) as error:
            raise Caught("forged", f"The gateway's ledger is not the one we know: {error.message}") from None

    def _check_clock(self, signed: SignedCheckpoint) -> None:
        late = int(self._clock()) - signed.vouched
        if abs(late) > FRESH:
            what = "stands still" if late > 0 else "is vouched for in the future"
            raise Caught(
                FROZEN,
                f"The gateway's ledger {what}: its log vouched for {signed.size} events at "
                f"{_spelled(signed.vouched)} last.",
                self._evidence(FROZEN, signed, signed),
            )

    def _check_lines(self, signed: SignedCheckpoint, log: Log, directory: Directory) -> tuple[str, ...]:
        try:
            return tuple(sorted(witnesses(signed, log, directory)))
        except NotProven:
            raise Caught(
                "forged",
                "The gateway's ledger carries a cosignature that no witness made.",
                self._evidence("forged", signed, signed),
            ) from None

    def _check_grown(self, before: SignedCheckpoint, signed: SignedCheckpoint) -> None:
        """``signed`` must go on where ``before`` ended."""
        then = f"{before.size} events at {_spelled(before.vouched)}"
        if signed.size < before.size:
            kind, what = "rolled-back", f"was cut or rolled back: it had {then} and has {signed.size} now"
        elif self._is_consistent(before, signed):
            return
        elif signed.size == before.size:
            kind, what = "forked", f"has two histories: what it shows now is not the {then}"
        else:
            kind, what = "rewritten", f"was rewritten: the {then} are no longer how it begins"
        raise Caught(kind, f"The gateway's ledger {what}.", self._evidence(kind, before, signed))

    def _is_consistent(self, before: SignedCheckpoint, signed: SignedCheckpoint) -> bool:
        old, new = before.checkpoint, signed.checkpoint
        try:
            proof = merkle.consistency(old.size, new.size, self.reader(signed))
            merkle.check_consistency(old.size, new.size, old.root, new.root, proof)
        except (NotProven, NotFound):
            # A log that cannot show it has something to hide: it signed the size, so it has the tiles.
            return False
        return True

    def _check_registry(self, log: Log, directory: Directory, signed: SignedCheckpoint) -> int | None:
        """When the registry cosigned a state that fits ours; another one is a ledger shown to us alone."""
        try:
            theirs = self._open(log, self._exchange.checkpoint(REGISTRY))
        except NotFound:
            return None
        first, second = sorted((signed, theirs), key=lambda each: each.size)
        if not self._is_consistent(first, second):
            raise Caught(
                "forked",
                f"The gateway shows us another ledger than the registry: its {theirs.size} events, which the "
                f"registry cosigned, and our {signed.size} are not one history.",
                self._evidence("forked", theirs, signed),
            )
        return witnessed(theirs, log, directory.partner(REGISTRY))

    def _cosign(self, log: Log, signed: SignedCheckpoint) -> None:
        name = log.witness_key(self._me, self._key.verify_key).name
        line = cosign(signed.checkpoint, name, self._key, int(self._clock()))
        self._exchange.cosign(Note(signed.note.text, (line,)).to_bytes())

    def _keep(self, log: Log, signed: SignedCheckpoint) -> None:
        write_json(_seen_file(self._folder, log), {"checkpoint": signed.note.to_bytes().decode("utf-8")})

    def _evidence(self, kind: str, before: SignedCheckpoint, now: SignedCheckpoint) -> Path:
        """Keep both signed checkpoints; the first evidence of a kind and size stays as it is."""
        path = self._folder / f"evidence-{kind}-{now.size}.json"
        if not path.exists():
            notes = {
                "before": before.note.to_bytes().decode("utf-8"),
                "now": now.note.to_bytes().decode("utf-8"),
            }
            write_json(path, {"kind": kind, "found": _spelled(int(self._clock())), **notes})
        return path


def believed(folder: Path, log: Log) -> SignedCheckpoint | None:
    """The checkpoint of ``log`` that the witness with this folder believed last; None before its first."""
    document = read_json(_seen_file(folder, log))
    return None if document is None else log.open(document["checkpoint"].encode("utf-8"))


def _seen_file(folder: Path, log: Log) -> Path:
    return folder / f"seen-{log.key.key_id}.json"


def _spelled(seconds: int) -> str:
    return format_time(datetime.fromtimestamp(seconds, UTC))
