"""The zip archive that a workbook is: what is in it, and how much that becomes."""

from __future__ import annotations

import lzma
import struct
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

from vernix.births.codes import Words
from vernix.intake.excel.facts import too_large
from vernix.intake.refusals import FileRefused

BLOCK = 1 << 20
MAX_SHEET = 2 << 30
"""Bytes that one sheet may become when it is unpacked."""
MAX_OTHER = 192 << 20
"""Bytes that all other parts may become: calamine holds the shared texts in memory."""
MAX_PARTS = 10_000
# What the zip module ends in when an archive lies: names that are no text too, and odd compression.
_UNREADABLE = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    struct.error,
    OSError,
    EOFError,
    KeyError,
    ValueError,
    OverflowError,
    RuntimeError,
)


def open_archive(path: Path) -> zipfile.ZipFile:
    """The archive, once its table of contents is one that can be believed. Raises ``FileRefused``."""
    try:
        archive = zipfile.ZipFile(path)
    except _UNREADABLE:
        raise damaged() from None
    names = archive.namelist()
    if len(set(names)) != len(names) or len(names) > MAX_PARTS:
        raise damaged()
    parts = [entry for entry in archive.infolist() if entry.filename.endswith((".xml", ".rels"))]
    sheets = [entry for entry in parts if "worksheets/" in entry.filename]
    others = [entry for entry in parts if entry not in sheets]
    if max([0, *(entry.file_size for entry in sheets)]) > MAX_SHEET:
        raise too_large()
    if sum(entry.file_size for entry in others) > MAX_OTHER:
        raise too_large()
    for entry in others:
        # Unpacked once: what the table of contents says of a size is no proof.
        for _ in pieces(archive, entry.filename):
            pass
    return archive


def pieces(archive: zipfile.ZipFile, part: str) -> Iterator[bytes]:
    """A part of the archive, unpacked block by block and no further than its stated size."""
    try:
        with archive.open(part) as stream:
            while block := stream.read(BLOCK):
                yield block
    except _UNREADABLE:
        raise damaged() from None


def damaged() -> FileRefused:
    """The refusal of a workbook that cannot be read as one."""
    return FileRefused(
        Words(
            "This is not a workbook that can be read: a part is missing, damaged or cut off, or it is "
            "another kind of archive.",
            "Ce n’est pas un classeur lisible : une partie manque, est endommagée ou tronquée, ou c’est une "
            "autre sorte d’archive.",
        ),
        Words(
            "Open it in the spreadsheet program and save it again as .xlsx, or as 'CSV UTF-8'.",
            "Ouvrez-le dans le tableur et enregistrez-le de nouveau en .xlsx, ou en « CSV UTF-8 ».",
        ),
    )
