"""The bundle: a delivery as one sealed file, for roads where no request can be signed (SFTP, a disk by post).

Inside the seal, in this order and with nothing between or after::

    vernix-bundle/v1 LF
    the length of the envelope in bytes, decimal, no leading zero, LF
    the envelope of the signed manifest (canonical JSON; a format and signing domain vernix/bundle/...)
    the files, in the manifest's order, each as long as it says

The manifest names its intended recipients and, for each file, the SHA-256 of its content. So whoever can open
a bundle can neither seal it again for somebody else nor put other content behind the signature, although age
would let a co-recipient do both unseen. Anything that begins with the first line is held to be a bundle.

Rule of change: anything new makes ``vernix-bundle/v2`` with a signing domain of its own; readers refuse what
they do not know.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, BinaryIO

from vernix.errors import DataRefused, NotProven

if TYPE_CHECKING:
    from vernix.custody.manifest import BundleManifest, File
    from vernix.custody.signatures import Signed

MARK = b"vernix-bundle/v1\n"
"""What the content of a sealed file begins with if it is a bundle."""

PIECE = 1 << 20
"""Bytes that are read at a time."""

_LENGTH = re.compile(rb"([1-9][0-9]{0,7})\n")
_LENGTH_LINE = 9
_SPLICED = "What was put together does not belong together: ask the sender for the file again, and tell them."


def beginning(manifest: Signed) -> bytes:
    """The bytes before the files."""
    envelope = manifest.encode()
    return MARK + b"%d\n" % len(envelope) + envelope


def read_beginning(stream: BinaryIO) -> Signed:
    """The signed manifest, nothing of it proven yet; leaves ``stream`` at the first byte of the first file.

    Raises DataRefused for any other spelling.
    """
    from vernix.custody.canonical import MAX_BYTES
    from vernix.custody.signatures import Signed  # most openings meet no bundle and need not load this

    if stream.read(len(MARK)) != MARK:
        raise DataRefused("This is not a bundle.", hint="Check that you named the right file.")
    length = _LENGTH.fullmatch(stream.readline(_LENGTH_LINE))
    if length is None or int(length[1]) > MAX_BYTES:
        raise _broken("does not say properly how long its manifest is")
    envelope = stream.read(int(length[1]))
    if len(envelope) != int(length[1]):
        raise _broken("ends inside its manifest")
    return Signed.decode(envelope)


def check_size(manifest: BundleManifest, left: int) -> None:
    """Raise NotProven unless the ``left`` bytes after the manifest are exactly the files that it names."""
    if sum(file.size for file in manifest.files) != left:
        raise NotProven("The bundle does not hold exactly the files that its manifest names.", hint=_SPLICED)


def contents(stream: BinaryIO, file: File) -> Iterator[bytes]:
    """The content of the next file in ``stream``, in pieces, and at the end its proof.

    Raises NotProven after the last piece unless they were what the manifest signs: use nothing of them
    before.
    """
    digest, left = hashlib.sha256(), file.size
    while left and (piece := stream.read(min(left, PIECE))):
        left -= len(piece)
        digest.update(piece)
        yield piece
    if left or digest.hexdigest() != file.digest:
        raise NotProven(
            f"File {file.part} of the bundle is not the one that its manifest signs.", hint=_SPLICED
        )


def _broken(why: str) -> DataRefused:
    return DataRefused(f"The bundle {why}.", hint="Ask the sender to make it again.")
