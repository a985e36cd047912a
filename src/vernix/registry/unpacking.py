"""A message to the registry, taken out of its seal for whoever reads it: whole into a new folder, or not.

Until then it lies sealed, as it came. Names and folders in it are its sender's, made harmless
(``vernix.custody.layout``).
"""

from __future__ import annotations

import io
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from vernix.courier.keeping import private_folder
from vernix.custody import bundle
from vernix.custody.drop import Drop, is_bundle
from vernix.custody.identifiers import REGISTRY
from vernix.custody.layout import layout_of
from vernix.custody.manifest import File, Manifest
from vernix.registry.opening import Unusable
from vernix.registry.passage import Passage
from vernix.sealing.opening import SealedReader
from vernix.sealing.placing import new_file

Contents = Callable[[File], Iterator[bytes]]
"""The content of a file of the package, verified; what is not as its sender signed it raises at its end."""


@contextmanager
def opened_message(passage: Passage) -> Iterator[tuple[Manifest, Contents]]:
    """A message in the open, for the length of a ``with`` block. Nothing of it touches a disk.

    Raises ``DataRefused`` or ``FarSideRefused`` when it does not prove itself (any more).
    """
    identities, directory = passage.registry.keyring.identities, passage.registry.publishing.current()
    paths = passage.paths()
    if not isinstance(passage.delivery, Drop):
        manifest = passage.manifest()
        yield manifest, lambda file: _of_part(manifest, file, SealedReader(paths[file.part], identities))
        return
    with SealedReader(paths[0], identities) as reader, io.BufferedReader(reader, bundle.PIECE) as content:
        if not is_bundle(content):
            raise Unusable("bare", "A file without a signature is no message.")
        # As old as it was when it came: it may be read much later.
        proven = passage.delivery.prove_bundle(content, directory, REGISTRY, passage.submission.arrived_at)
        starts = _starts(proven, content.tell())

        def contents(file: File) -> Iterator[bytes]:
            content.seek(starts[file.part])
            return bundle.contents(content, file)

        yield proven, contents


def unpack(manifest: Manifest, contents: Contents, target: Path) -> None:
    """Write the whole package into the new folder ``target``. Killed, it is made anew; never half there."""
    stage = private_folder(target.parent) / f".{target.name}"
    shutil.rmtree(stage, ignore_errors=True)
    stage.mkdir(mode=0o700)
    try:
        layout = layout_of(manifest)
        for folder in (*layout.folders, *(place.parent for place in layout.files)):
            (stage / folder).mkdir(mode=0o700, parents=True, exist_ok=True)
        for file, place in zip(manifest.files, layout.files, strict=True):
            with (
                new_file(stage / place, replace=False) as descriptor,
                os.fdopen(descriptor, "wb", closefd=False) as sink,
            ):
                sink.writelines(contents(file))
        os.sync()
        stage.rename(target)
    finally:
        shutil.rmtree(stage, ignore_errors=True)


def _of_part(manifest: Manifest, file: File, part: SealedReader) -> Iterator[bytes]:
    with part:
        if part.size != sum(each.size for each in manifest.parts[file.part - 1]):
            raise Unusable("size", "A file has another size than its manifest says.", "Ask for it again.")
        part.seek(file.offset)
        left = file.size
        while left and (piece := part.read(left)):
            left -= len(piece)
            yield piece


def _starts(manifest: Manifest, start: int) -> dict[int, int]:
    """Where each file of a bundle begins in its content."""
    starts = {}
    for file in manifest.files:
        starts[file.part] = start
        start += file.size
    return starts
