"""Which encounter a file holds: as a saved mapping that fits it says, the format itself, or its columns."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from vernix.births import encounters
from vernix.births.encounter import Encounter
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


def better_than(asked: Encounter, header: tuple[str, ...]) -> Encounter | None:
    """The encounter that a header rather is: it knows all columns that ``asked`` knows, and more."""
    name = _by_header(header)
    if name is None or name == asked.name:
        return None
    better = encounters.get(name)
    ours, theirs = (
        {each.column for each in Mapping.of_elements(kind, header).columns} for kind in (asked, better)
    )
    return better if ours < theirs else None


def _by_header(header: tuple[str, ...]) -> str | None:
    """The encounter whose element names make up at least half of a header, and of all the most.

    Where several know as many it is the birth, whose elements the others borrow; else nothing is guessed.
    """
    known = {each.name: known_columns(each, header) for each in map(encounters.get, encounters.names())}
    most = max(known.values())
    best = [name for name, count in known.items() if count == most]
    if 2 * most < len(header):
        return None
    return best[0] if len(best) == 1 else "birth" if "birth" in best else None
