"""Warming up: the first submission of the day shall not pay for loading the engines.

One made-up birth is read, parted and written into a table that is thrown away: whatever is loaded or compiled
on first use is loaded and compiled then.
"""

from __future__ import annotations

import secrets
import shutil
from datetime import UTC, datetime
from pathlib import Path

from vernix.births import encounters
from vernix.registry.book import Book
from vernix.registry.parting import Naming, part
from vernix.registry.vault import Origin, Vault

_MADE_UP = {"record_number": "1", "sex": "F", "birth_weight": "3400", "mother_family_name": "Nobody"}


def warm(work: Path) -> None:
    """Take one made-up birth through reading, vault and book, in a folder that is gone afterwards."""
    from vernix.intake.reading import read

    folder = work / "open-warming"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700, parents=True)
    try:
        file = folder / "birth.csv"
        header = [element.name for element in encounters.get("birth").elements]
        file.write_text(
            ",".join(header) + "\n" + ",".join(_MADE_UP.get(name, "") for name in header) + "\n",
            encoding="utf-8",
        )
        now = datetime.now(UTC)
        origin = Origin("nobody", "none", "warming", now, now)
        parted = part(read(file, "birth"), origin, Naming(secrets.token_bytes(32)))
        vault = Vault(folder / "vault", secrets.token_bytes(32), secrets.token_bytes(32))
        book = Book(folder / "book")
        vault.found()
        book.found()
        vault.keep(parted.identities, parted.pseudonyms, parted.rows, origin)
        book.keep("birth", parted.clinical, origin.batch)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
