"""The bundle: a delivery as one sealed file, for roads where no request can be signed (SFTP, a disk by post).

Inside the seal, in this order and with nothing between or after::

    vernix-bundle/v1 LF
    the length of the envelope in bytes, decimal, no leading zero, LF
    the signed manifest's envelope (canonical JSON)
    the files, in the manifest's order, each as long as it says

In a bundle a file's ``digest`` in the manifest is the SHA-256 of its content (elsewhere it is that of the
sealed part): there are no parts outside to bind, and the manifest is signed inside the same seal as the
files.

Rule of change: anything new makes ``vernix-bundle/v2``; readers refuse what they do not know.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, BinaryIO

from vernix.errors import DataRefused

if TYPE_CHECKING:
    from vernix.custody.manifest import Manifest
    from vernix.custody.signatures import Signed

MARK = b"vernix-bundle/v1\n"
"""What the content of a sealed file begins with if it is a bundle."""

_LENGTH = re.compile(rb"([1-9][0-9]{0,7})\n")
_LENGTH_LINE = 9


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
        raise DataRefused("This is not a bundle.")
    length = _LENGTH.fullmatch(stream.readline(_LENGTH_LINE))
    if length is None or int(length[1]) > MAX_BYTES:
        raise DataRefused("The bundle does not say properly how long its manifest is.")
    envelope = stream.read(int(length[1]))
    if len(envelope) != int(length[1]):
        raise DataRefused("The bundle ends inside its manifest.")
    return Signed.decode(envelope)


def check_size(manifest: Manifest, left: int) -> None:
    """Raise DataRefused unless the ``left`` bytes after the manifest are exactly the files that it names."""
    if sum(file.size for file in manifest.files) != left:
        raise DataRefused("The bundle does not hold exactly the files that its manifest names.")
