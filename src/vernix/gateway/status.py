"""``vernix-gateway status``: what is held now, since when, for whom. Reads only."""

from __future__ import annotations

import shutil
import time
from pathlib import Path
from typing import Any

from sqlalchemy import select

from vernix import console
from vernix.custody.identifiers import format_time, utc_now
from vernix.custody.ssh_keys import fingerprint, public_text
from vernix.custody.trust import DirectoryMirror
from vernix.errors import NotProven, UsageError
from vernix.gateway import holdings, segments
from vernix.gateway.database import Database, sqlite_path
from vernix.gateway.directory import open_mirror
from vernix.gateway.options import Data, DatabaseUrl, Json, Storage
from vernix.gateway.settings import Settings, default_data
from vernix.gateway.tables import LEDGER


def status(
    *,
    data: Data = None,
    database: DatabaseUrl = None,
    shared: Path | None = None,
    storage: Storage = None,
    json: Json = False,
) -> int:
    """What is held now, since when, and for whom.

    Parameters
    ----------
    shared
        The folder that several gateways have together.
    """
    settings = Settings.for_folder(
        (data or default_data()).resolve(), database_url=database, shared=shared, storage=storage
    )
    file = sqlite_path(settings.database_url)
    if file is not None and not file.exists():
        raise UsageError(
            "There is no gateway in this folder.", hint="Name its folder with --data, or start it first."
        )
    report = gather(settings)
    if json:
        console.print_json(report)
    else:
        console.tell(_told(report))
    return 0


def gather(settings: Settings) -> dict[str, Any]:
    """The report: directory, what is held (``vernix.gateway.holdings``), disk. UTC; bytes."""
    database, mirror = Database(settings.database_url), open_mirror(settings)
    try:
        with database.reading() as connection:
            held = holdings.gather(connection, settings.limits, mirror, int(time.time()))
            objects, size = segments.held(connection)
            ledger = connection.execute(select(LEDGER.c.origin, LEDGER.c.key, LEDGER.c.size)).one()._asdict()
    finally:
        database.close()
    return {
        "directory": _directory(mirror),
        "sftp_host_key": _host_key(settings),
        **held,
        "ledger": ledger,
        "storage": {"bucket": settings.bucket and str(settings.bucket), "objects": objects, "bytes": size},
        "disk": {"free": shutil.disk_usage(settings.shared).free},
    }


def _directory(mirror: DirectoryMirror) -> dict[str, Any]:
    try:
        current = mirror.current()
    except NotProven as error:
        return {"version": None, "problem": error.message}
    return {
        "version": current.version,
        "age_seconds": int(mirror.age().total_seconds()),
        "stale": mirror.stale,
        "keys_ending": [
            {"partner": partner.id, "key": key.id, "ends": format_time(key.valid_until)}
            for partner, key in current.ending(utc_now())
            if key.valid_until is not None
        ],
    }


def _host_key(settings: Settings) -> str | None:
    """The fingerprint that SFTP clients are to expect; None before SFTP was ever served here."""
    place = settings.ssh_host_key
    return fingerprint(public_text(place)) if place.exists() else None


def _told(report: dict[str, Any]) -> str:
    directory, held, unfinished = report["directory"], report["held"], report["unfinished"]
    lines = [
        f"directory: {directory.get('problem') or _age(directory)}",
        *([f"SFTP host key: {report['sftp_host_key']}"] if report["sftp_host_key"] else []),
        f"held: {_deliveries(held['deliveries'])}, {_size(held)}{_since(held)}",
        *(
            f"key {each['key']} of {each['partner']} ends {each['ends']}"
            for each in directory.get("keys_ending", ())
        ),
        *(
            f"for {one['addressee']}: {one['waiting']} waiting since {one['since']}, {_size(one)}"
            + (f"; {one['expiring']} end within three days" if one["expiring"] else "")
            for one in report["deliveries"]
        ),
        f"uploads not delivered yet: {unfinished['uploads']}, {_size(unfinished)}{_since(unfinished)}",
        *(
            f"stopped: {one['partner']} since {one['since']}, about to collect far more than ever before "
            "(vernix-registry release-brake)"
            for one in report["brakes"]
        ),
        *(
            f"quota: {one['partner']} has used {one['percent']} % of {one['name']}"
            for one in report["quotas"]
        ),
        f"ledger: {report['ledger']['size']} events, signed by {report['ledger']['key']}",
        f"enrolments waiting: {report['enrolments']}",
        *_stored(report["storage"]),
        f"free on disk: {console.size_in_words(report['disk']['free'])}",
    ]
    return "\n".join(lines)


def _stored(storage: dict[str, Any]) -> list[str]:
    if storage["bucket"] is None and not storage["objects"]:
        return []
    where = storage["bucket"] or "a bucket that is not named (--storage)"
    return [f"in {where}: {storage['objects']} objects, {_size(storage)}"]


def _deliveries(count: int) -> str:
    return "1 delivery" if count == 1 else f"{count} deliveries"


def _size(counted: dict[str, Any]) -> str:
    return console.size_in_words(counted["bytes"])


def _since(counted: dict[str, Any]) -> str:
    return f", the oldest since {counted['oldest']}" if counted["oldest"] else ""


def _age(directory: dict[str, Any]) -> str:
    hours = directory["age_seconds"] // 3600
    warning = " (stale: is the registry running?)" if directory["stale"] else ""
    return f"version {directory['version']}, vouched for {hours} hours ago{warning}"
