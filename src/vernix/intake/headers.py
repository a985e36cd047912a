"""The names of columns, where a format does not say more of them itself."""

from __future__ import annotations

from collections.abc import Sequence

from vernix.births.codes import Words
from vernix.intake.refusals import FileRefused


def check_names(names: Sequence[str]) -> None:
    """Raise ``FileRefused`` where two columns have one name."""
    seen: set[str] = set()
    for place, name in enumerate(names, 1):
        if name.casefold() in seen:
            raise FileRefused(
                Words(
                    f"Column {place} of the header has the same name as another.",
                    f"La colonne {place} de l’en-tête porte le même nom qu’une autre.",
                ),
                Words(
                    "Give every column its own name.",
                    "Donnez à chaque colonne son propre nom.",
                ),
            )
        seen.add(name.casefold())
