"""Small parts: one comes whole with the request for its place, which saves a request and a transaction.

It is checked, hashed and safe before the transaction that gives it a row. What a kill leaves between the two
is a blob that no row names, and swept as such.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection

from vernix.gateway import uploads
from vernix.gateway.blobs import new_blob
from vernix.gateway.capabilities import Stored
from vernix.gateway.sealedness import HeaderCheck
from vernix.gateway.storing import Blobs

MOST = 32 * 1024
"""Bytes. What is larger gains nothing by coming so."""


@contextmanager
def stored(blobs: Blobs, content: bytes, header: int) -> Iterator[Stored]:
    """A small part that is safe: to stay when the block ends well, gone when it fails.

    Raises ``UsageError`` for an impossible ``header``, ``NotSealed`` for what is no age file with a header of
    that many bytes, ``OSError`` (the disk), ``StorageFailed``.
    """
    uploads.check_sizes(len(content), header)
    HeaderCheck(header, content)
    blob = new_blob()
    writing = blobs.lock(blob).append(0, header)
    try:
        writing.write([content])
        mark = writing.mark(last=True)
        writing.secure(mark)

        def enter(connection: Connection) -> None:
            writing.enter(connection, mark)

        yield Stored(blob, len(content), header, writing.digest(), enter)
    except BaseException:
        blobs.delete(blob)
        raise
    else:
        writing.committed()
        blobs.finish(blob)
    finally:
        writing.close()
