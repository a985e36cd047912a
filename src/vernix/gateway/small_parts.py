"""Small parts: one comes whole, with the request for its place or with its delivery, and lies in the
database.

It is checked and hashed before the transaction that keeps it begins, and is safe when that stands: there is
nothing that a kill could leave of it.
"""

from __future__ import annotations

from vernix.custody.tree import PartHasher
from vernix.gateway import uploads
from vernix.gateway.blobs import new_blob
from vernix.gateway.capabilities import Whole
from vernix.gateway.sealedness import HeaderCheck


def whole(content: bytes, header: int) -> Whole:
    """A small part, checked and hashed.

    Raises ``UsageError`` for an impossible ``header``, ``NotSealed`` for what is no age file with a header of
    that many bytes.
    """
    uploads.check_sizes(len(content), header)
    HeaderCheck(header, content)
    hasher = PartHasher(header)
    hasher.update(content)
    return Whole(new_blob(), content, header, hasher.digest().hex())
