"""Which encounter a file holds: as a saved mapping that fits it says, the format itself, or its columns."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from vernix.births import encounters
from vernix.intake.formats import known_columns, open_source
from vernix.intake.mapping import Mapping, fitting_best, saved
from vernix.intake.source import Source


def recognise(path: Path, mappings: Path | None = None) -> str | None:
    """The encounter of a file, with the saved ``mappings`` of a folder; None if nothing tells.

    Raises ``DataRefused`` where ``path`` cannot be read in any format.
    """
    kept = saved(mappings) if mappings is not None else []
    return encounter_of(open_source(path, None, *kept), kept)


def encounter_of(source: Source, mappings: Sequence[Mapping] = ()) -> str | None:
    """The encounter of an opened file; None if nothing tells."""
    mapping = fitting_best(mappings, source.header)
    if mapping is not None:
        return mapping.encounter.name
    return source.encounter or _by_header(source.header)


def _by_header(header: tuple[str, ...]) -> str | None:
    """The encounter whose element names make up at least half of a header."""
    found = max(map(encounters.get, encounters.names()), key=lambda each: known_columns(each, header))
    return found.name if 2 * known_columns(found, header) >= len(header) else None
