"""The directory as this gateway mirrors and obeys it. It can serve it and cannot change it.

The root is pinned by the first set that an operator puts in place (``--directory``); every later set comes
by PUT and must prove itself from that root, as it must to any client.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Mapping
from pathlib import Path

from vernix.custody import canonical
from vernix.custody.durable import write_file
from vernix.custody.fields import Fields
from vernix.custody.trust import FILE_NAME, DirectoryMirror
from vernix.errors import DataRefused, KeeperFailed, NotProven, UsageError
from vernix.gateway.settings import Settings

_MOST_FILES = 200


def open_mirror(settings: Settings) -> DirectoryMirror:
    """The mirror of a gateway that has been founded. Raises ``UsageError`` when it has none."""
    if not settings.fingerprint.exists():
        raise UsageError(
            "This gateway has no directory: it would not know whom to serve.",
            hint="Start it with --directory FOLDER, the public folder that vernix-registry init made.",
        )
    return DirectoryMirror(settings.directory, settings.fingerprint.read_text("ascii").strip())


def found_mirror(settings: Settings, seed: Path | None) -> DirectoryMirror:
    """The mirror, founded from the set in ``seed`` on the first start; later starts keep that root pinned.

    Raises ``UsageError`` without a seed on the first start, or for a seed with another root than the pinned
    one.
    """
    if seed is None:
        return open_mirror(settings)
    root = seed / "1.root.json"
    if not root.exists():
        raise UsageError(
            "The folder named by --directory holds no 1.root.json.",
            hint="Name the public folder that vernix-registry init made.",
        )
    fingerprint = hashlib.sha256(root.read_bytes()).hexdigest()
    if settings.fingerprint.exists():
        if settings.fingerprint.read_text("ascii").strip() != fingerprint:
            raise UsageError(
                "The folder named by --directory has another root than the one this gateway is pinned to.",
                hint="Give a gateway for another registry a data folder of its own.",
            )
        return open_mirror(settings)
    mirror = DirectoryMirror(settings.directory, fingerprint)
    try:
        mirror.refresh(lambda name, limit: _read(seed / name, limit))
    except NotProven:
        # A gateway that joins others finds what they share, perhaps newer than what it was given.
        if not mirror.present:
            raise
    # Written last: until then the next start begins again.
    write_file(settings.fingerprint, fingerprint.encode("ascii"))
    return mirror


def accept(mirror: DirectoryMirror, body: bytes, limit: int) -> int:
    """Take new files from a PUT body, if they prove themselves; the version now mirrored.

    The body is canonical ``{"files": {name: base64}}`` and may leave out what the mirror has. Raises
    ``DataRefused`` for its form, ``NotProven`` for a set that breaks a rule; nothing is kept of it then.
    """
    files = _files(body, limit)
    try:
        return mirror.refresh(lambda name, _limit: files.get(name) or mirror.read(name)).version
    except OSError as error:
        raise KeeperFailed("The directory could not be written.", hint="Publish it again later.") from error


def _files(body: bytes, limit: int) -> Mapping[str, bytes]:
    fields = Fields(canonical.decode(body, limit=limit), "directory upload")
    entries = fields.value("files")
    fields.end()
    if not isinstance(entries, dict) or len(entries) > _MOST_FILES:
        raise DataRefused(f"The directory upload's field 'files' is not an object of at most {_MOST_FILES}.")
    files = {}
    for name, text in entries.items():
        if not FILE_NAME.fullmatch(name) or not isinstance(text, str):
            raise DataRefused("The directory upload names a file that no directory holds.")
        files[name] = _decoded(text)
    return files


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (ValueError, binascii.Error):
        raise DataRefused("The directory upload holds a file that is not base64.") from None


def _read(path: Path, limit: int) -> bytes | None:
    try:
        with path.open("rb") as file:
            return file.read(limit + 1)
    except FileNotFoundError:
        return None
