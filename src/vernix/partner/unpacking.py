"""A delivery's parts, opened: every file and folder of the package made ready under a private stage.

    STAGE/N.DIGEST      the content of part N, verified whole, while it is taken apart
    STAGE/file-I        file number I of the manifest, if it lies in no folder
    STAGE/tree/NAME     a folder of the package, whole

The stage lies on the disk where the files shall lie. After a kill, files without a folder that are there are
used again (one may have its name already); folders are made anew, for they get their name as a whole.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Protocol

from vernix.courier.keeping import private_folder, sweep
from vernix.custody.layout import layout_of
from vernix.custody.manifest import File, Manifest, safe_name
from vernix.errors import DataRefused, KeeperFailed
from vernix.partner.placing import Placing, Staged
from vernix.sealing.descriptors import changed, write_at
from vernix.sealing.identities import Identity
from vernix.sealing.opening import open_file
from vernix.sealing.placing import new_file

_FEW = 64
"""Files that are flushed to the disk one by one; more of them are by one call for all."""

_PIECE = 1 << 20


@dataclass(frozen=True)
class Ready:
    """A file of the package, and where it is made ready: ``key`` is what gets a name."""

    file: File
    place: PurePosixPath
    key: str
    path: Path


class Content(Protocol):
    """Where the content of a package's parts comes from: ``SealedParts``, or a drop's one file."""

    def take_out(self, files: Sequence[File], wanted: Sequence[Ready], stage: Path, *, durable: bool) -> None:
        """Make those ``wanted`` of one part's ``files`` ready, each verified whole before it is there.

        Raises ``DataRefused`` or ``NotProven`` when the part is not what the manifest says.
        """


class Unpacking:
    """Takes the package of ``manifest`` out of its ``content`` into ``stage``."""

    def __init__(self, manifest: Manifest, content: Content, stage: Path) -> None:
        self._manifest = manifest
        self._content = content
        self._stage = stage
        self._layout = layout_of(manifest)
        self._durable = len(manifest.files) <= _FEW

    def place(self, placing: Placing) -> tuple[tuple[File, Path], ...]:
        """Open everything, then give it names; where each file lies.

        Raises ``DataRefused`` or ``NotProven`` when a part is not what the manifest says; then nothing got a
        name.
        """
        private_folder(self._stage)
        sweep(self._stage / "tree")
        ready = [self._ready(number, file) for number, file in enumerate(self._manifest.files)]
        self._make_folders(placing)
        start = 0
        for files in self._manifest.parts:
            wanted = [item for item in ready[start : start + len(files)] if self._is_wanted(item, placing)]
            if wanted:
                self._content.take_out(files, wanted, self._stage, durable=self._durable)
            start += len(files)
        staged = list(self._staged(ready))
        if not self._durable or any(item.path.is_dir() for item in staged):
            os.sync()
        placing.place(staged)
        return tuple((item.file, self._where(item, placing)) for item in ready)

    def _ready(self, number: int, file: File) -> Ready:
        place = self._layout.files[number]
        if len(place.parts) == 1:
            return Ready(file, place, f"file-{number}", self._stage / f"file-{number}")
        return Ready(file, place, f"folder-{place.parts[0]}", self._stage / "tree" / place)

    def _make_folders(self, placing: Placing) -> None:
        needed = {place.parent for place in self._layout.files if len(place.parts) > 1}
        for place in sorted(needed | set(self._layout.folders)):
            if placing.target(f"folder-{place.parts[0]}") is None:
                (self._stage / "tree" / place).mkdir(mode=0o700, parents=True, exist_ok=True)

    @staticmethod
    def _is_wanted(item: Ready, placing: Placing) -> bool:
        # A file is there only after all of it verified; opening it anew would lose sight of a name it has.
        return placing.target(item.key) is None and not item.path.exists()

    def _staged(self, ready: Sequence[Ready]) -> Iterator[Staged]:
        for item in ready:
            if len(item.place.parts) == 1:
                yield Staged(item.key, safe_name(item.file.name), item.path)
        tops = {place.parts[0] for place in (*self._layout.files, *self._layout.folders)}
        files = {place.name for place in self._layout.files if len(place.parts) == 1}
        for top in sorted(tops - files):
            yield Staged(f"folder-{top}", top, self._stage / "tree" / top)

    @staticmethod
    def _where(item: Ready, placing: Placing) -> Path:
        target = placing.target(item.key)
        if target is None:
            raise AssertionError("everything was given its name")
        return target.joinpath(*item.place.parts[1:])


class SealedParts:
    """The content of a delivery: its ``sealed`` parts (files, part 0 first), and what opens them."""

    def __init__(self, sealed: Sequence[Path], identities: Sequence[Identity]) -> None:
        self._sealed = sealed
        self._identities = identities

    def take_out(self, files: Sequence[File], wanted: Sequence[Ready], stage: Path, *, durable: bool) -> None:
        """See ``Content``."""
        sealed = self._sealed[files[0].part]
        if len(files) == 1:
            open_file(sealed, wanted[0].path, self._identities, durable=durable)
            _check_size(files, wanted[0].path)
            return
        content = stage / f"{files[0].part}.{files[0].digest}"
        open_file(sealed, content, self._identities)
        _check_size(files, content)
        with content.open("rb", buffering=0) as whole:
            for item in wanted:
                with new_file(item.path, replace=False, durable=durable) as descriptor:
                    _copy(whole.fileno(), descriptor, item.file)
        content.unlink()


def _copy(source: int, target: int, file: File) -> None:
    """A disk that is nearly full takes a piece in part: ``write_at`` goes on until it has all or refuses."""
    done = 0
    while done < file.size:
        piece = os.pread(source, min(_PIECE, file.size - done), file.offset + done)
        if not piece:
            raise changed()
        write_at(target, memoryview(piece), done)
        done += len(piece)
    if os.fstat(target).st_size != file.size:
        raise KeeperFailed(
            "A file was not written whole; nothing was signed for.",
            hint="Look after the disk, then run vernix collect again.",
        )


def _check_size(files: Sequence[File], content: Path) -> None:
    if sum(file.size for file in files) != content.stat().st_size:
        sweep(content)
        raise DataRefused(
            "A file has another size than its manifest says.", hint="Ask the sender to send it again."
        )
