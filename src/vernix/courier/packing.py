"""Many small files in one sealed part: what each part of a delivery is made of.

Consecutive small files that nobody reads row by row share a part, so that ten thousand of them are some
dozens of uploads, and neither their number nor their sizes can be seen from outside. Their content is put
together in the delivery's private folder, a snapshot that later changes of the sources do not touch.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from vernix.courier.dispatch import Look, OutgoingFile
from vernix.courier.keeping import read_json, sweep, write_json
from vernix.custody.durable import TEMPORARY
from vernix.errors import DataRefused

SMALL = 1 << 20
"""Bytes up to which a file may share a part."""

PACK = 64 << 20
"""Bytes of the largest shared part."""

_TRIES = 3


def parts_of(files: Sequence[OutgoingFile], looks: Sequence[Look]) -> tuple[int, ...]:
    """The number of the part (1 and up) that each file goes into; in order, without gaps."""
    parts: list[int] = []
    part, room = 0, -1
    for file, look in zip(files, looks, strict=True):
        shares = file.role == "file" and look.size <= SMALL
        if not shares or room < look.size:
            part, room = part + 1, PACK if shares else -1
        if shares:
            room -= look.size
        parts.append(part)
    return tuple(parts)


def packed(folder: Path, number: int, sources: Sequence[Path]) -> tuple[Path, tuple[Look, ...]]:
    """The sources of part ``number`` put together in ``folder``, and how each looked when it was read.

    What an earlier run put together is used again while the sources look the same. Raises ``DataRefused``
    when a source is gone or never stands still.
    """
    place, notes = folder / f"pack-{number}", folder / f"pack-{number}.json"
    for _ in range(_TRIES):
        looks = tuple(Look.at(source) for source in sources)
        noted = {"looks": [asdict(look) for look in looks]}
        if place.exists() and read_json(notes) == noted:
            return place, looks
        sweep(notes)
        if _put_together(place, sources, looks):
            write_json(notes, noted)
            return place, looks
    raise DataRefused(
        "A file keeps changing while it is sent.",
        hint="Wait until whatever writes it has finished, then run the same command again.",
    )


def _put_together(place: Path, sources: Sequence[Path], looks: Sequence[Look]) -> bool:
    """Write the pack; False when a source changed meanwhile."""
    temporary = place.with_name(f"{TEMPORARY}{place.name}")
    with open(temporary, "wb", opener=_private) as sink:
        for source, look in zip(sources, looks, strict=True):
            with source.open("rb") as stream:
                shutil.copyfileobj(stream, sink, 1 << 20)
                if Look.at(stream.fileno()) != look:
                    return False
    temporary.replace(place)
    return True


def _private(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_CLOEXEC, 0o600)
