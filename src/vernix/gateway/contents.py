"""Small parts lie in the database itself: one commit makes their bytes safe with everything said of them.

A file would need two waits for the disk of its own, one for its bytes and one for its name. A blob is a row
here or a file (or in a bucket), never both; its row goes with its upload's.
"""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Connection, bindparam, insert, select

from vernix.gateway.database import Database
from vernix.gateway.statements import Statement
from vernix.gateway.tables import CONTENTS

MOST = 32 * 1024
"""Bytes. What is larger gains nothing by lying here."""

# Built once: to build them takes longer than to run them.
_ADD = Statement(insert(CONTENTS))
_OF = select(CONTENTS.c.content).where(CONTENTS.c.blob == bindparam("which"))


def add(connection: Connection, contents: Mapping[str, bytes]) -> None:
    """Keep the bytes of blobs that uploads have been given, by name."""
    rows = [{"blob": blob, "content": content} for blob, content in contents.items()]
    _ADD.run_each(connection, rows)


def find(database: Database, blob: str) -> bytes:
    """The bytes of a blob that lies in the database. Raises ``FileNotFoundError``, as for a file."""
    with database.reading() as connection:
        content = connection.execute(_OF, {"which": blob}).scalar_one_or_none()
    if content is None:
        raise FileNotFoundError
    return bytes(content)
