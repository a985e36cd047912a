"""``vernix seal --to PARTNER`` and its opening: a bundle, as good as a delivery whatever carries it."""

from __future__ import annotations

import hashlib
import io
import os
import secrets
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from vernix.console import say
from vernix.custody import bundle
from vernix.custody.identifiers import new_id, utc_now
from vernix.custody.manifest import File, Manifest, safe_name
from vernix.errors import DataRefused, UsageError
from vernix.partner import state
from vernix.partner.dispatching import Wish, dispatch_for
from vernix.sealing.descriptors import changed, fingerprint, reading
from vernix.sealing.opening import SealedReader
from vernix.sealing.placing import check_target, new_file
from vernix.sealing.sealer import seal_stream

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

    from vernix.courier.dispatch import OutgoingFile

_PIECE = 1 << 20


def seal_bundle(file: Path, to: str, target: Path, *, data: Path | None, armor: bool, replace: bool) -> None:
    """Seal ``file`` (with the mapping that explains it) and a signed manifest to the partner ``to``.

    Works from the directory on disk, without a network. Raises ``UsageError`` if ``data`` has not joined,
    ``FarSideRefused`` if the directory has no such partner or right.
    """
    partner = state.load(data)
    mirror = partner.mirror()
    directory = mirror.current()
    if mirror.stale:
        say(
            "The directory here was last vouched for more than a day ago; `vernix inbox` fetches a newer one."
        )
    dispatch = dispatch_for(partner, Wish([file], to))
    directory.check_rights(partner.id, dispatch.to, dispatch.purpose)
    recipients = directory.recipients(to, utc_now())
    check_target(target, replace=replace)
    with ExitStack() as opened:
        sources = [opened.enter_context(reading(item.path)) for item in dispatch.files]
        before = [fingerprint(source) for source in sources]
        manifest = Manifest(
            delivery=new_id(),
            sender=partner.id,
            recipients=dispatch.to,
            purpose=dispatch.purpose,
            files=tuple(map(_described, range(1, len(sources) + 1), dispatch.files, sources)),
            note=dispatch.note,
            created=utc_now(),
        )
        beginning = bundle.beginning(manifest.sign(partner.signing_key()))
        streams = [os.fdopen(source, "rb", closefd=False) for source in sources]

        def unchanged() -> None:
            if [fingerprint(source) for source in sources] != before:
                raise changed()

        joined = _Joined([io.BytesIO(beginning), *streams], unchanged)
        seal_stream(io.BufferedReader(joined, _PIECE), target, recipients, armor=armor, replace=replace)


def open_bundle(reader: SealedReader, target: Path, *, data: Path | None, replace: bool) -> Manifest:
    """Verify a bundle, then write its file to ``target``, or its several files into a new folder ``target``.

    The manifest's signature is checked against the directory of ``data``; without one that is said aloud.
    Raises ``NotProven`` if the manifest is not its sender's or was made for somebody else, ``DataRefused`` if
    the files are not what it says. Then nothing is left behind.
    """
    reader.verify()
    stream = io.BufferedReader(reader, _PIECE)
    signed = bundle.read_beginning(stream)
    manifest = Manifest.parse(signed.document)
    if data is not None or state.folder_at(data).card.exists():
        partner = state.load(data)
        manifest = Manifest.open_signed(signed, partner.mirror().current(), partner.id, utc_now())
        say(f"Signed by {manifest.sender}, as the directory confirms.")
    else:
        say(f"It says it is from {manifest.sender}, but there is no directory here to check that (--data).")
    bundle.check_size(manifest, reader.size - stream.tell())
    if len(manifest.files) == 1:
        _write(stream, manifest.files[0], target, replace=replace)
    else:
        _write_folder(stream, manifest.files, target)
    return manifest


def _described(number: int, file: OutgoingFile, source: int) -> File:
    digest, size, offset = hashlib.sha256(), os.fstat(source).st_size, 0
    while piece := os.pread(source, _PIECE, offset):
        digest.update(piece)
        offset += len(piece)
    if offset != size:
        raise changed()
    return File(number, file.name, file.media_type, size, digest.hexdigest(), file.role, file.encounter)


def _write_folder(stream: BinaryIO, files: Sequence[File], target: Path) -> None:
    if target.exists():
        raise UsageError(f"{target.name} exists already.", hint="Several files come out: name a new folder.")
    stage = target.parent / f".vernix-{secrets.token_hex(12)}"
    stage.mkdir(mode=0o700)
    try:
        for file in files:
            name = safe_name(file.name)
            place = stage / name
            _write(
                stream, file, place if not place.exists() else stage / f"{file.part}-{name}", replace=False
            )
        stage.rename(target)
    except BaseException:
        shutil.rmtree(stage, ignore_errors=True)
        raise


def _write(stream: BinaryIO, file: File, target: Path, *, replace: bool) -> None:
    with (
        new_file(target, mode=0o600, replace=replace) as descriptor,
        os.fdopen(descriptor, "wb", closefd=False) as sink,
    ):
        digest = hashlib.sha256()
        for piece in _pieces(stream, file.size):
            digest.update(piece)
            sink.write(piece)
        if digest.hexdigest() != file.digest:
            raise DataRefused(f"File {file.part} of the bundle is not the one that its manifest signs.")


def _pieces(stream: BinaryIO, size: int) -> Iterator[bytes]:
    while size and (piece := stream.read(min(size, _PIECE))):
        size -= len(piece)
        yield piece


class _Joined(io.RawIOBase):
    """Several streams as one; ``at_end`` is called when all were read."""

    def __init__(self, streams: Sequence[BinaryIO], at_end: Callable[[], None]) -> None:
        super().__init__()
        self._streams = list(streams)
        self._at_end = at_end

    def readable(self) -> bool:
        """Always."""
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        """Fill ``buffer`` from the first stream that has something left."""
        while self._streams:
            data = self._streams[0].read(len(memoryview(buffer)))
            if data:
                memoryview(buffer)[: len(data)] = data
                return len(data)
            self._streams.pop(0)
        self._at_end()
        return 0
