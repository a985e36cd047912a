"""Warming up: the first submission of the day shall not pay for loading the engines.

One made-up birth is read, parted, written into a table that is thrown away, and asked beside it: whatever is
loaded or compiled on first use is loaded and compiled then.
"""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from vernix.births import encounters
from vernix.registry.beside import questioned
from vernix.registry.book import Book
from vernix.registry.parting import Naming, part
from vernix.registry.vault import Origin, Vault

if TYPE_CHECKING:
    from vernix.intake.reading import Reading

_MADE_UP = {
    "record_number": "1", "sex": "F", "birth_weight": "3400", "mother_family_name": "Nobody",
    "mother_health_number": "9393881587",
}  # fmt: skip


def warm(work: Path, used: Iterable[str]) -> None:
    """Take one made-up birth through reading, vault and book, in a folder that is gone afterwards.

    ``used`` are the encounters of which the book has rows: a made-up record of each is read, so that its
    checks are made ready as well.
    """
    folder = work / "open-warming"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700, parents=True)
    try:
        for name in {*used} - {"birth"}:
            _made_up(folder, name)
        _keep(folder, _made_up(folder, "birth"))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _made_up(folder: Path, encounter: str) -> Reading:
    """One made-up record, read as every file is; whether it would be accepted does not matter."""
    from vernix.intake.reading import read

    file = folder / f"{encounter}.csv"
    header = [element.name for element in encounters.get(encounter).elements]
    lines = (header, [_MADE_UP.get(name, "") for name in header])
    file.write_text("".join(",".join(line) + "\n" for line in lines), encoding="utf-8")
    return read(file, encounter)


def _keep(folder: Path, reading: Reading) -> None:
    now = datetime.now(UTC)
    origin = Origin("nobody", "none", "warming", now, now)
    naming = Naming(secrets.token_bytes(32))
    parted = part(reading, origin, naming)
    vault = Vault(folder / "vault", secrets.token_bytes(32), secrets.token_bytes(32))
    book = Book(folder / "book")
    vault.found()
    book.found()
    vault.keep(parted.identities, parted.pseudonyms, parted.rows, origin)
    book.keep("birth", parted.clinical, origin.batch)
    questioned(reading, origin, naming, vault, book, folder)
