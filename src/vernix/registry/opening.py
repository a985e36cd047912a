"""Opening: the only place where a sealed submission becomes plaintext, and where that goes away again.

Plaintext exists in one private folder, ``work/open-<delivery>``, from `opened` until its block ends, however
it ends; after a kill the folder is wiped when the program starts again. A delivery that does not prove itself
inside (its manifest is somebody else's, a part is sealed to others) is `Unusable`: the sender is told,
nothing is kept.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from vernix.custody.delivery import Delivery
from vernix.custody.directory import Directory
from vernix.custody.file_request import FileRequest
from vernix.custody.identifiers import REGISTRY, utc_now
from vernix.custody.manifest import File, Manifest
from vernix.errors import DataRefused, NotProven
from vernix.sealing.identities import HybridIdentity
from vernix.sealing.opening import open_bytes, open_file
from vernix.sealing.refusals import NotForUs

MANIFEST_LIMIT = 16 << 20


class Unusable(DataRefused):
    """A whole delivery that cannot be used, for a reason with a name of its own (``reason``)."""

    def __init__(self, reason: str, message: str, hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.reason = reason


@dataclass(frozen=True)
class OpenedFile:
    """One file in the open: what the manifest says of it, where it lies for now, how to read it."""

    entry: File
    path: Path
    mapping: bytes | None = None


@dataclass(frozen=True)
class Opened:
    """A delivery in the open, in its private ``folder``, and what it is for.

    ``bare``: nobody but the gateway says who sent it. ``numbered`` are the numbers of its files of data by
    part, in the ``series`` of the machine that sent it.
    """

    purpose: str
    data: tuple[OpenedFile, ...]
    folder: Path
    bare: bool = False
    series: str = ""
    numbered: Mapping[int, int] = field(default_factory=dict)

    @classmethod
    def of(cls, manifest: Manifest, files: Sequence[OpenedFile], folder: Path) -> Opened:
        """What a proven manifest says of files in the open."""
        series = manifest.numbers.series if manifest.numbers else ""
        return cls(manifest.purpose, with_mappings(files), folder, series=series, numbered=manifest.numbered)


@contextmanager
def opened(
    delivery: Delivery,
    parts: Sequence[Path],
    identities: Sequence[HybridIdentity],
    directory: Directory,
    work: Path,
) -> Iterator[Opened]:
    """The files of a delivery in the open, for the length of a ``with`` block.

    Raises:
        Unusable: the delivery does not prove itself; says which part of it, and what the sender can do.
    """
    with private_work(work, delivery.id) as folder:
        manifest = read_manifest(delivery, parts[0], identities, directory)
        files = [_open(entries, parts[entries[0].part], identities, folder) for entries in manifest.parts]
        yield Opened.of(manifest, files, folder)


@contextmanager
def private_work(work: Path, delivery: str) -> Iterator[Path]:
    """The one folder that holds plaintext of a delivery, for the length of a ``with`` block."""
    folder = work / f"open-{delivery}"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def read_manifest(
    delivery: Delivery,
    part: Path,
    identities: Sequence[HybridIdentity],
    directory: Directory,
    request: FileRequest | None = None,
) -> Manifest:
    """The manifest of a delivery, proven to be this delivery's and its sender's, or that it answers
    ``request``."""
    try:
        if part.stat().st_size > MANIFEST_LIMIT:
            raise DataRefused("The manifest is longer than it may be.")
        envelope = open_bytes(part.read_bytes(), identities, MANIFEST_LIMIT)
        if request is not None:
            manifest = request.prove_manifest(envelope, REGISTRY, utc_now())
        else:
            manifest = Manifest.open_signed(envelope, directory, REGISTRY, utc_now())
        manifest.check_against(delivery)
    except NotForUs:
        raise not_for_us("manifest", "The delivery's manifest") from None
    except (DataRefused, NotProven) as error:
        raise Unusable("manifest", error.message, error.hint) from None
    return manifest


def not_for_us(reason: str, what: str) -> Unusable:
    """What was sealed to another: ``what`` names it."""
    return Unusable(
        reason,
        f"{what} is sealed to somebody else, so the registry cannot open it.",
        "Send the file again with vernix send, which seals it to the registry.",
    )


def _open(
    entries: Sequence[File], sealed: Path, identities: Sequence[HybridIdentity], folder: Path
) -> OpenedFile:
    """A part in the open. Only plain files share one, and what is plain is not read here."""
    entry = entries[0]
    if len(entries) > 1 and any(each.role != "file" for each in entries):
        raise Unusable(
            "part", f"Part {entry.part} holds several files of data.", "Send them with vernix send."
        )
    target = folder / f"file-{entry.part}"
    try:
        open_file(sealed, target, identities)
    except NotForUs:
        raise not_for_us("not-opened", f"File {entry.part}") from None
    except DataRefused as error:
        raise Unusable("not-opened", f"File {entry.part}: {error.message}", error.hint) from None
    if target.stat().st_size != sum(each.size for each in entries):
        raise Unusable(
            "size", f"File {entry.part} has another size than its manifest says.", "Send it again."
        )
    return OpenedFile(entry, target)


def with_mappings(files: Sequence[OpenedFile]) -> tuple[OpenedFile, ...]:
    """The data files; a mapping belongs to the data files before it, back to the mapping before that.

    A mapping that stands before all data files belongs to all of them.
    """
    data: list[OpenedFile] = []
    waiting: list[OpenedFile] = []
    first: bytes | None = None
    for file in files:
        if file.entry.role == "data":
            waiting.append(OpenedFile(file.entry, file.path, first))
        elif file.entry.role == "mapping":
            mapping = _read_mapping(file.path)
            if not data and not waiting:
                first = mapping
            data += [OpenedFile(each.entry, each.path, mapping) for each in waiting]
            waiting = []
    return tuple(data + waiting)


def _read_mapping(path: Path) -> bytes:
    """The mapping; of one that is too long as much as shows its reader that it is."""
    from vernix.intake.mapping import MAX_BYTES

    with path.open("rb") as stream:
        return stream.read(MAX_BYTES + 1)
