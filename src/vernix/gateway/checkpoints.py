"""The gateway's log key, the checkpoints that it signs, and the cosignatures that witnesses leave.

The key is made on the first start, lies 0600 in the data folder (in the shared one, where several gateways
have one ledger), and signs checkpoints, nothing else. Who steals it can sign another history and show it to
some; the witnesses, who were shown this one, see that (docs/decisions/0010).
The database remembers whose log it holds, so that a gateway with another key does not
go on with it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import Connection, delete, insert, select, update

from vernix.custody import checkpoint
from vernix.custody.checkpoint import Checkpoint, Log
from vernix.custody.directory import Directory
from vernix.custody.durable import held
from vernix.custody.identifiers import utc_now
from vernix.custody.notes import Note, NoteSignature
from vernix.custody.signatures import SigningKey
from vernix.custody.trust import DirectoryMirror
from vernix.errors import Conflict, DataRefused, KeeperFailed, NotFound
from vernix.gateway import ledger
from vernix.gateway.authentication import Caller
from vernix.gateway.database import Database
from vernix.gateway.settings import Settings
from vernix.gateway.tables import COSIGNATURES, LEDGER

_ONE = LEDGER.c.id == 1


def found_log(settings: Settings, database: Database, mirror: DirectoryMirror) -> None:
    """Make the log key, if there is none, and name the log after the gateway's address. Safe to repeat.

    Raises ``KeeperFailed`` when the database holds the log of another key, ``NotProven`` when there is no log
    yet and the directory has expired.
    """
    with held(settings.log_key.with_suffix(".lock"), wait=True):
        if not settings.log_key.exists():
            SigningKey.generate().save(settings.log_key)
        key = SigningKey.load(settings.log_key).verify_key.to_text()
    with database.writing() as connection:
        known = connection.execute(select(LEDGER.c.key).where(_ONE)).scalar_one()
        if known is None:
            origin = f"{urlsplit(mirror.current().gateway).netloc}/log"
            connection.execute(update(LEDGER).where(_ONE).values(origin=origin, key=key))
        elif known != key:
            raise KeeperFailed(
                "The database holds the log of another key than the one in the data folder.",
                hint="Put that gateway's log.key into the data folder; never start a log again in its place.",
            )


@dataclass(frozen=True)
class Checkpoints:
    """What the log says of itself, and who says so too."""

    log: Log
    key: SigningKey

    @classmethod
    def open(cls, settings: Settings, database: Database) -> Checkpoints:
        """The log that ``found_log`` made."""
        key = SigningKey.load(settings.log_key)
        with database.reading() as connection:
            origin = connection.execute(select(LEDGER.c.origin).where(_ONE)).scalar_one()
        return cls(Log(str(origin), key.verify_key), key)

    def newest(self, connection: Connection, now: int) -> bytes:
        """The checkpoint of the ledger as it is, with the cosignatures of exactly this state."""
        return self._sign(connection, None, now)

    def cosigned_by(self, connection: Connection, witness: str, now: int) -> bytes:
        """The newest checkpoint that ``witness`` cosigned. Raises ``NotFound`` where there is none."""
        mine = select(COSIGNATURES.c.size).where(COSIGNATURES.c.witness == witness)
        size = connection.execute(mine).scalar_one_or_none()
        if size is None:
            raise NotFound("No checkpoint is cosigned by that partner.", hint="Ask again in a minute.")
        return self._sign(connection, int(size), now)

    def accept(self, connection: Connection, caller: Caller, directory: Directory, body: bytes) -> None:
        """Keep the cosignature of a witness, in place of its last.

        Raises ``DataRefused`` (malformed), ``NotProven`` (not by this partner), ``Conflict`` (not of a state
        of this ledger, or older than the witness's last).
        """
        note = Note.parse(body)
        said = Checkpoint.parse(note.text)
        found = self._line(note, caller, directory)
        last = select(COSIGNATURES.c.size).where(COSIGNATURES.c.witness == caller.id)
        before = connection.execute(last).scalar_one_or_none() or 0
        if said.size > ledger.size(connection) or said.size < before or not self._is_ours(connection, said):
            raise Conflict(
                "The cosignature is not of a newer state of this ledger.", hint="Fetch its checkpoint again."
            )
        connection.execute(delete(COSIGNATURES).where(COSIGNATURES.c.witness == caller.id))
        row = {"witness": caller.id, "size": said.size, "key_id": found.key_id, "value": found.value}
        connection.execute(insert(COSIGNATURES).values(row))

    def _line(self, note: Note, caller: Caller, directory: Directory) -> NoteSignature:
        """The one line of the note, proven to be by the key that signed the request."""
        _, verify_key = directory.signing_key(caller.key_id, utc_now())
        key = self.log.witness_key(caller.id, verify_key)
        line = note.by(key)
        if line is None or len(note.signatures) != 1:
            raise DataRefused("A cosignature comes as a checkpoint with one line, the witness's own.")
        checkpoint.cosigned_at(note, key)
        return line

    def _is_ours(self, connection: Connection, said: Checkpoint) -> bool:
        return said == Checkpoint(self.log.origin, *ledger.head(connection, said.size))

    def _sign(self, connection: Connection, at: int | None, now: int) -> bytes:
        size, root = ledger.head(connection, at)
        query = select(COSIGNATURES).where(COSIGNATURES.c.size == size).order_by(COSIGNATURES.c.witness)
        others = [self._cosignature(row) for row in connection.execute(query)]
        return checkpoint.sign(Checkpoint(self.log.origin, size, root), self.key, now, others).to_bytes()

    def _cosignature(self, row: Any) -> NoteSignature:
        name = f"{self.log.origin}/witness/{row.witness}"
        return NoteSignature(name, bytes(row.key_id), bytes(row.value))
