"""``vernix seal --to PARTNER`` and its opening: a bundle, as good as a delivery whatever carries it."""

from __future__ import annotations

import hashlib
import io
import os
import secrets
import shutil
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from vernix.console import say
from vernix.courier.sending import Outbox
from vernix.custody import bundle
from vernix.custody.directory import Directory
from vernix.custody.identifiers import new_id, utc_now
from vernix.custody.manifest import BundleManifest, File, safe_name
from vernix.custody.signatures import Signed
from vernix.errors import FarSideRefused, UsageError
from vernix.partner import state
from vernix.partner.dispatching import Wish, dispatch_for, everybody
from vernix.partner.sealed import Sealed
from vernix.sealing.descriptors import changed, fingerprint, reading
from vernix.sealing.identities import Identity, KeyIdentity
from vernix.sealing.opening import SealedReader
from vernix.sealing.placing import check_target, new_file
from vernix.sealing.recipients import Recipient
from vernix.sealing.sealer import seal_stream

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

    from vernix.courier.dispatch import Dispatch, OutgoingFile


def seal_bundle(
    file: Path,
    to: Sequence[str],
    target: Path,
    *,
    data: Path | None,
    armor: bool,
    replace: bool,
    test: bool = False,
) -> tuple[str, ...]:
    """Seal ``file`` (with the mapping that explains it) and a signed manifest to partners and groups; to whom
    that is.

    Works from the directory on disk, without a network. Reads the file twice, in flat memory: for the digest
    that is signed, then to seal it. Raises ``UsageError`` if ``data`` has not joined, ``FarSideRefused`` if
    the directory has no such partner, group or right, ``DataRefused`` if the file changes meanwhile.
    """
    partner = state.load(data)
    dispatch, recipients = _dispatch(partner, file, to, test)
    check_target(target, replace=replace)
    with Outbox(partner.folder.outbox).counted(dispatch) as numbers, ExitStack() as opened:
        sources = [opened.enter_context(reading(item.path)) for item in dispatch.files]
        before = [fingerprint(source) for source in sources]
        manifest = BundleManifest(
            delivery=new_id(),
            sender=partner.id,
            recipients=dispatch.to,
            purpose=dispatch.purpose,
            files=tuple(map(_described, range(1, len(sources) + 1), dispatch.files, sources)),
            note=dispatch.note,
            created=utc_now(),
            numbers=numbers,
        )
        beginning = bundle.beginning(manifest.sign(partner.signing_key()))
        streams = [os.fdopen(source, "rb", closefd=False) for source in sources]

        def unchanged() -> None:
            if [fingerprint(source) for source in sources] != before:
                raise changed()

        joined = _Joined([io.BytesIO(beginning), *streams], unchanged)
        seal_stream(io.BufferedReader(joined, bundle.PIECE), target, recipients, armor=armor, replace=replace)
    if not armor:
        Sealed(partner.folder.outbox).remember(target, manifest)
    return dispatch.to


def _dispatch(
    partner: state.Partner, file: Path, to: Sequence[str], test: bool
) -> tuple[Dispatch, list[Recipient]]:
    """What goes to whom, and whom to seal it to, by the directory on disk."""
    directory, now = _directory(partner), utc_now()
    try:
        dispatch = dispatch_for(partner, Wish([file], everybody(directory, to, partner.id), test=test))
        directory.check_rights(partner.id, dispatch.to, dispatch.purpose)
        return dispatch, [each for name in dispatch.to for each in directory.recipients(name, now)]
    except FarSideRefused as error:
        # Whoever joined, or was given a right, since the last command on line is not in the copy here.
        hint = f"{error.hint} If that is new, run vernix inbox once: it brings the directory here up to date."
        raise type(error)(error.message, hint=hint) from None


@dataclass(frozen=True)
class OpenedBundle:
    """A bundle whose manifest was proven, as far as there is a directory to prove it by; its files not yet.

    ``stream`` is the whole content, ``start`` where the first file begins in it.
    """

    stream: BinaryIO
    start: int
    manifest: BundleManifest

    @classmethod
    def begin(cls, reader: SealedReader, identities: Sequence[Identity], data: Path | None) -> OpenedBundle:
        """Read and prove the manifest; without a directory in ``data`` it is said that nobody vouches for it.

        Raises ``NotProven`` if the manifest is not its sender's, was made for another reader, or does not fit
        what follows it; ``DataRefused`` if it is malformed.
        """
        stream = io.BufferedReader(reader, bundle.PIECE)
        signed = bundle.read_beginning(stream)
        manifest = BundleManifest.parse(signed.document)
        start = stream.tell()
        bundle.check_size(manifest, reader.size - start)
        if state.folder_at(data).card.exists():
            _prove(signed, state.load(data), identities)
            say(f"Signed by {manifest.sender}, as the directory confirms.")
        else:
            say(
                f"Nobody vouches for its sender: it says it is from {manifest.sender}, "
                "but there is no directory here to check that (--data)."
            )
        return cls(stream, start, manifest)

    def write(self, target: Path, *, replace: bool) -> None:
        """Write its one file to ``target``, or several into a new folder ``target``, once all are proven.

        A column mapping that explains the one file is proven and stays inside. Raises ``NotProven`` if a file
        is not the signed one; then nothing is left behind.
        """
        wanted = self._only_file()
        if wanted is None:
            self._write_folder(target)
            return
        with (
            new_file(target, mode=0o600, replace=replace) as descriptor,
            os.fdopen(descriptor, "wb", closefd=False) as sink,
        ):
            for file, pieces in self._files():
                if file is wanted:
                    sink.writelines(pieces)
                else:
                    _exhaust(pieces)

    def pieces(self) -> Iterator[bytes]:
        """The content of its one file, for a pipe: everything is proven before the first piece is given."""
        wanted = self._only_file()
        if wanted is None:
            raise UsageError("Several files are in this bundle.", hint="Name a new folder for them with -o.")
        for _, pieces in self._files():
            _exhaust(pieces)
        for file, pieces in self._files():
            if file is wanted:
                yield from pieces
            else:
                _exhaust(pieces)

    def _only_file(self) -> File | None:
        """The file that the others explain; None if there are several."""
        explained = [file for file in self.manifest.files if file.role != "mapping"]
        if len(explained) != 1:
            return None
        if len(self.manifest.files) > 1:
            say("The column mapping that came with it stays in the sealed file.")
        return explained[0]

    def _files(self) -> Iterator[tuple[File, Iterator[bytes]]]:
        self.stream.seek(self.start)
        for file in self.manifest.files:
            yield file, bundle.contents(self.stream, file)

    def _write_folder(self, target: Path) -> None:
        if target.exists():
            raise UsageError(
                f"{target.name} exists already.", hint="Several files come out: name a new folder."
            )
        stage = target.parent / f".vernix-{secrets.token_hex(12)}"
        stage.mkdir(mode=0o700)
        try:
            for file, pieces in self._files():
                name = safe_name(file.name)
                place = stage / name
                if place.exists():
                    place = stage / f"{file.part}-{name}"
                with (
                    new_file(place, mode=0o600, replace=False) as descriptor,
                    os.fdopen(descriptor, "wb", closefd=False) as sink,
                ):
                    sink.writelines(pieces)
            stage.rename(target)
        except BaseException:
            shutil.rmtree(stage, ignore_errors=True)
            raise


def _prove(signed: Signed, partner: state.Partner, identities: Sequence[Identity]) -> None:
    """Raise NotProven unless the directory bears out the sender, and whoever holds ``identities`` is meant.

    The holder of an identity is the partner under whom the directory lists its recipient; of one that it does
    not list (any more), the partner whose directory this is.
    """
    directory = _directory(partner)
    ours = {str(identity.recipient) for identity in identities if isinstance(identity, KeyIdentity)}
    holders = {holder.id for holder in directory.partners for key in holder.keys if key.value in ours}
    holders = holders or {partner.id}
    meant = BundleManifest.parse(signed.document).recipients
    reader = next((name for name in meant if name in holders), min(holders))
    BundleManifest.open_signed(signed, directory, reader, utc_now())


def _directory(partner: state.Partner) -> Directory:
    """The directory on disk, with a word of warning when nobody has vouched for it for a day."""
    mirror = partner.mirror()
    directory = mirror.current()
    if mirror.stale:
        say(
            "The directory here was last vouched for more than a day ago; `vernix inbox` fetches a newer one."
        )
    return directory


def _described(number: int, file: OutgoingFile, source: int) -> File:
    digest, size, offset = hashlib.sha256(), os.fstat(source).st_size, 0
    while piece := os.pread(source, bundle.PIECE, offset):
        digest.update(piece)
        offset += len(piece)
    if offset != size:
        raise changed()
    return File(number, file.name, file.media_type, size, digest.hexdigest(), file.role, file.encounter)


def _exhaust(pieces: Iterator[bytes]) -> None:
    deque(pieces, maxlen=0)


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
