"""``vernix-gateway status``: what is held now, since when, for whom. Reads only."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

from cyclopts import Parameter
from sqlalchemy import Connection, func, select

from vernix import console
from vernix.custody.identifiers import format_time
from vernix.errors import NotProven, UsageError
from vernix.gateway.database import Database, sqlite_path
from vernix.gateway.deliveries import WAITING
from vernix.gateway.directory import open_mirror
from vernix.gateway.settings import Settings, default_data
from vernix.gateway.tables import ADDRESSEES, DELIVERIES, ENROLMENTS, UPLOADS


def status(
    *,
    data: Annotated[Path | None, Parameter(env_var="VERNIX_DATA")] = None,
    database: Annotated[str | None, Parameter(env_var="VERNIX_GATEWAY_DATABASE")] = None,
    as_json: Annotated[bool, Parameter(name="--json", negative="")] = False,
) -> int:
    """What is held now, since when, and for whom.

    Parameters
    ----------
    data
        The gateway's folder.
    database
        A database URL instead of the SQLite file in the folder.
    as_json
        One JSON document on standard output.
    """
    settings = Settings.for_folder((data or default_data()).resolve(), database_url=database)
    file = sqlite_path(settings.database_url)
    if file is not None and not file.exists():
        raise UsageError(
            "There is no gateway in this folder.", hint="Name its folder with --data, or start it first."
        )
    report = gather(settings)
    if as_json:
        console.print_json(report)
    else:
        console.say(_told(report))
    return 0


def gather(settings: Settings) -> dict[str, Any]:
    """The report: directory, uploads, deliveries by addressee, enrolments, disk. UTC; bytes."""
    database = Database(settings.database_url)
    try:
        with database.reading() as connection:
            held = {
                "uploads": _uploads(connection),
                "deliveries": _deliveries(connection),
                "enrolments": connection.execute(select(func.count()).select_from(ENROLMENTS)).scalar_one(),
            }
    finally:
        database.close()
    return {
        "directory": _directory(settings),
        **held,
        "disk": {"free": shutil.disk_usage(settings.data).free},
    }


def _directory(settings: Settings) -> dict[str, Any]:
    mirror = open_mirror(settings)
    try:
        current = mirror.current()
    except NotProven as error:
        return {"version": None, "problem": error.message}
    return {
        "version": current.version,
        "age_seconds": int(mirror.age().total_seconds()),
        "stale": mirror.stale,
    }


def _uploads(connection: Connection) -> dict[str, Any]:
    columns = (UPLOADS.c.state, func.count().label("count"), func.sum(UPLOADS.c.offset).label("bytes"))
    rows = connection.execute(select(*columns).group_by(UPLOADS.c.state))
    return {row.state: {"count": row.count, "bytes": int(row.bytes)} for row in rows}


def _deliveries(connection: Connection) -> list[dict[str, Any]]:
    columns = (
        ADDRESSEES.c.partner,
        func.count().label("count"),
        func.min(DELIVERIES.c.posted).label("since"),
    )
    query = (
        select(*columns)
        .join(DELIVERIES, DELIVERIES.c.id == ADDRESSEES.c.delivery)
        .where(DELIVERIES.c.state == WAITING, ADDRESSEES.c.receipt.is_(None))
        .group_by(ADDRESSEES.c.partner)
        .order_by(ADDRESSEES.c.partner)
    )
    return [
        {
            "addressee": row.partner,
            "waiting": row.count,
            "since": format_time(datetime.fromtimestamp(row.since, UTC)),
        }
        for row in connection.execute(query)
    ]


def _told(report: dict[str, Any]) -> str:
    directory = report["directory"]
    lines = [
        f"directory: {directory.get('problem') or _age(directory)}",
        *(
            f"uploads {state}: {held['count']}, {console.size_in_words(held['bytes'])}"
            for state, held in report["uploads"].items()
        ),
        *(
            f"for {one['addressee']}: {one['waiting']} waiting since {one['since']}"
            for one in report["deliveries"]
        ),
        f"enrolments waiting: {report['enrolments']}",
        f"free on disk: {console.size_in_words(report['disk']['free'])}",
    ]
    return "\n".join(lines)


def _age(directory: dict[str, Any]) -> str:
    hours = directory["age_seconds"] // 3600
    warning = " (stale: is the registry running?)" if directory["stale"] else ""
    return f"version {directory['version']}, vouched for {hours} hours ago{warning}"
