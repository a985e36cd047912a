"""``vernix-gateway new-log``: an empty ledger under a new key, where the old one can honestly not go on.

That is so after the gateway came back from a copy: the events since are lost, and every witness says so. It
cannot be hidden and is not meant to be: the registry must accept the new log by name.
"""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, delete, update

from vernix.console import print_json, say
from vernix.custody.durable import alone
from vernix.errors import UsageError
from vernix.gateway.checkpoints import Checkpoints, found_log
from vernix.gateway.database import Database, sqlite_path
from vernix.gateway.directory import open_mirror
from vernix.gateway.options import Data, DatabaseUrl, Json
from vernix.gateway.settings import Settings, default_data
from vernix.gateway.tables import COSIGNATURES, EVENT_PARTNERS, EVENTS, LEDGER, LEDGER_NODES


def new_log(
    *,
    data: Data = None,
    database: DatabaseUrl = None,
    shared: Path | None = None,
    json: Json = False,
) -> int:
    """Begin an empty ledger with a new key, while no gateway serves here; the old events are removed.

    Only where the old ledger cannot go on, because this gateway was put back from a copy. Witnesses notice.

    Parameters
    ----------
    shared
        The folder that several gateways have together; stop all of them first.
    """
    settings = Settings.for_folder((data or default_data()).resolve(), database_url=database, shared=shared)
    file = sqlite_path(settings.database_url)
    if not settings.log_key.exists() or (file is not None and not file.exists()):
        raise UsageError("There is no gateway with a ledger in this folder.", hint="Name it with --data.")
    with alone(settings.data, "vernix-gateway serve"):
        key = _begin(settings)
    if json:
        print_json({"key": key})
    else:
        say(f"The ledger begins anew. The registry must accept it: vernix-registry accept-log {key}")
    return 0


def _begin(settings: Settings) -> str:
    database = Database(settings.database_url)
    try:
        # A kill after this line: the next start refuses the new key, and this command may be run again.
        settings.log_key.unlink()
        with database.writing() as connection:
            _empty(connection)
        found_log(settings, database, open_mirror(settings))
        return Checkpoints.open(settings, database).log.key.to_text()
    finally:
        database.close()


def _empty(connection: Connection) -> None:
    for table in (EVENTS, EVENT_PARTNERS, LEDGER_NODES, COSIGNATURES):
        connection.execute(delete(table))
    unnamed = {"size": 0, "edge": b"", "directory": 0, "origin": None, "key": None}
    connection.execute(update(LEDGER).where(LEDGER.c.id == 1).values(unnamed))
