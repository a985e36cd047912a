"""Which encounter a file holds, told by its header."""

from __future__ import annotations

from pathlib import Path

from vernix.births import encounters
from vernix.births.encounter import Encounter
from vernix.intake.csv_structure import survey
from vernix.intake.mapping import Mapping, find


def recognise(path: Path, mappings: Path | None = None) -> str | None:
    """The encounter of a file: by a saved mapping that fits it, else by its column names; None if neither
    tells.

    Raises ``DataRefused`` where ``path`` is not a CSV file.
    """
    header = survey(path).header
    mapping = find(mappings, header) if mappings is not None else None
    return mapping.encounter.name if mapping is not None else recognise_header(header)


def recognise_header(header: tuple[str, ...]) -> str | None:
    """The encounter whose element names make up at least half of a header."""
    found = max(map(encounters.get, encounters.names()), key=lambda each: _known(each, header))
    return found.name if 2 * _known(found, header) >= len(header) else None


def _known(encounter: Encounter, header: tuple[str, ...]) -> int:
    return len(Mapping.of_elements(encounter, header).columns)
