"""What came over SFTP, opened: a bundle proves its sender itself; a bare file is the gateway's word alone.

A drop that nobody here will ever be able to use is ``Unusable``: its refusal is signed for, so that its
sender knows and the gateway need not keep it. What another machine of ours may open is left for it.
"""

from __future__ import annotations

import hashlib
import io
import os
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path
from typing import BinaryIO

from vernix.custody import bundle
from vernix.custody.directory import Directory
from vernix.custody.drop import Drop, is_bundle
from vernix.custody.identifiers import utc_now
from vernix.custody.key import RECIPIENT
from vernix.custody.manifest import BundleManifest, File
from vernix.errors import DataRefused, FarSideRefused
from vernix.partner.unpacking import Content, Ready, SealedParts
from vernix.sealing.identities import Identity, KeyIdentity
from vernix.sealing.opening import SealedReader
from vernix.sealing.placing import new_file
from vernix.sealing.refusals import NotForUs


class Unusable(DataRefused):
    """A drop that cannot be used here, now or later."""


@dataclass(frozen=True)
class OpenedDrop:
    """A drop whose sender is proven as far as it can be; its files are proven as they are taken out.

    ``bare``: no signature, nobody but the gateway says who sent it. ``signed`` is the SHA-256 of what the
    sender signed, by which the same bundle is known again; None for a bare file.
    """

    manifest: BundleManifest
    content: Content
    bare: bool
    signed: str | None

    def check(self) -> None:
        """Prove every file of a bundle and keep none: what is signed for was read to its end."""
        if isinstance(self.content, _BundleContent):
            self.content.check()


@contextmanager
def opened_drop(
    drop: Drop, sealed: Path, identities: Sequence[Identity], directory: Directory
) -> Iterator[OpenedDrop]:
    """A drop in the open, for the length of a ``with`` block; refusals of its files in the block count too.

    Raises ``Unusable``, or ``NotForUs`` where another machine of the addressee holds keys that are not here.
    """
    try:
        with SealedReader(sealed, identities) as reader, io.BufferedReader(reader, bundle.PIECE) as content:
            if is_bundle(content):
                yield _bundle(drop, content, directory)
            else:
                yield _bare(drop, sealed, reader.size, identities, directory)
    except NotForUs:
        if _has_other_keys(drop.addressee, identities, directory):
            raise
        raise Unusable(
            "It is sealed to somebody else: nobody here can open it.",
            hint=f"Its sender seals it again with vernix seal --to {drop.addressee}.",
        ) from None
    except (DataRefused, FarSideRefused) as error:
        raise Unusable(error.message, hint=error.hint) from None


def _bundle(drop: Drop, content: BinaryIO, directory: Directory) -> OpenedDrop:
    manifest = drop.prove_bundle(content, directory, drop.addressee, utc_now())
    signed = hashlib.sha256(manifest.to_bytes()).hexdigest()
    return OpenedDrop(manifest, _BundleContent(content, manifest), bare=False, signed=signed)


def _bare(
    drop: Drop, sealed: Path, size: int, identities: Sequence[Identity], directory: Directory
) -> OpenedDrop:
    if not drop.is_granted_bare(directory):
        raise DataRefused(
            "It bears no signature, so nobody can say who sealed it.",
            hint=f"Its sender makes it with vernix seal --to {drop.addressee}, or asks the registry to allow "
            "bare files.",
        )
    file = File(1, f"{drop.sender}-{drop.id}", "application/octet-stream", size, drop.digest, "file")
    manifest = BundleManifest(
        drop.id, drop.sender, drop.addressees, "message", (file,), note="", created=drop.created
    )
    return OpenedDrop(manifest, SealedParts((sealed, sealed), identities), bare=True, signed=None)


def _has_other_keys(me: str, identities: Sequence[Identity], directory: Directory) -> bool:
    """Whether the directory lists recipients of ours whose identities are not here."""
    here = {str(identity.recipient) for identity in identities if isinstance(identity, KeyIdentity)}
    listed = {key.value for key in directory.partner(me).keys if key.kind == RECIPIENT}
    return not listed <= here


class _BundleContent:
    """The files of a bundle, one behind the other in ``content`` from where it stands."""

    def __init__(self, content: BinaryIO, manifest: BundleManifest) -> None:
        self._content = content
        self._files = manifest.files
        self._starts = list(accumulate((file.size for file in manifest.files), initial=content.tell()))

    def check(self) -> None:
        """Read all of it. Raises NotProven unless each file is the signed one."""
        self._content.seek(self._starts[0])
        for file in self._files:
            deque(bundle.contents(self._content, file), maxlen=0)

    def take_out(
        self, files: Sequence[File], wanted: Sequence[Ready], _stage: Path, *, durable: bool
    ) -> None:
        """See ``Content``."""
        (file,), (ready,) = files, wanted
        self._content.seek(self._starts[file.part - 1])
        with (
            new_file(ready.path, replace=False, durable=durable) as descriptor,
            os.fdopen(descriptor, "wb", closefd=False) as sink,
        ):
            sink.writelines(bundle.contents(self._content, file))
