"""What came over SFTP, opened: a bundle proves its sender itself; a bare file is the gateway's word alone.

Where a delivery has parts under its sender's signature, a drop has one sealed file. It is opened into the
same private folder and handed on as the same `Opened`, so that every step after it is the very same.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from vernix.custody import bundle
from vernix.custody.directory import Directory
from vernix.custody.drop import Drop, is_bundle
from vernix.custody.identifiers import REGISTRY, utc_now
from vernix.custody.manifest import File
from vernix.errors import DataRefused, FarSideRefused
from vernix.registry.opening import Opened, OpenedFile, Unusable, not_for_us, private_work
from vernix.sealing.identities import HybridIdentity
from vernix.sealing.opening import open_file
from vernix.sealing.refusals import NotForUs

BARE_ENCOUNTER = "birth"
"""What a bare file is read as: nothing in it says."""


@contextmanager
def opened_drop(
    drop: Drop, sealed: Path, identities: Sequence[HybridIdentity], directory: Directory, work: Path
) -> Iterator[Opened]:
    """The files of a drop in the open, for the length of a ``with`` block.

    Raises:
        Unusable: it does not open, is somebody else's, or is a bare file of who may not leave any.
    """
    with private_work(work, drop.id) as folder:
        content = folder / "content"
        try:
            open_file(sealed, content, identities)
        except NotForUs:
            raise not_for_us("not-opened", "The file") from None
        except DataRefused as error:
            raise Unusable("not-opened", error.message, "Seal the file again and send it whole.") from None
        with content.open("rb") as stream:
            if is_bundle(stream):
                yield _bundle(drop, stream, directory, folder)
                return
        yield _bare(drop, content, directory)


def _bundle(drop: Drop, stream: io.BufferedReader, directory: Directory, folder: Path) -> Opened:
    try:
        manifest = drop.prove_bundle(stream, directory, REGISTRY, utc_now())
        files = [_file(entry, stream, folder) for entry in manifest.files]
    except (DataRefused, FarSideRefused) as error:
        raise Unusable("manifest", error.message, error.hint) from None
    return Opened.of(manifest, files, folder)


def _file(entry: File, stream: io.BufferedReader, folder: Path) -> OpenedFile:
    path = folder / f"file-{entry.part}"
    with path.open("xb") as sink:
        sink.writelines(bundle.contents(stream, entry))
    return OpenedFile(entry, path)


def _bare(drop: Drop, content: Path, directory: Directory) -> Opened:
    purpose = "test" if directory.is_held_to_tests(drop.sender, REGISTRY) else "submission"
    if not drop.is_granted_bare(directory) or not directory.may_send(drop.sender, REGISTRY, purpose):
        raise Unusable(
            "bare",
            "This sealed file bears no signature, so nobody can say who sealed it.",
            "Make it with vernix seal --to registry, or ask the registry to allow bare files.",
        )
    size = content.stat().st_size
    entry = File(1, f"{drop.id}.age", "application/octet-stream", size, drop.digest, "data", BARE_ENCOUNTER)
    return Opened(purpose, (OpenedFile(entry, content),), content.parent, bare=True)
