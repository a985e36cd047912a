"""Which column of a file fills which element, and whether that is enough to read it."""

from __future__ import annotations

from dataclasses import replace

from vernix.births.codes import Words
from vernix.births.encounter import Encounter
from vernix.errors import UsageError
from vernix.intake.findings import shown
from vernix.intake.mapping import Mapping
from vernix.intake.refusals import FileRefused
from vernix.intake.source import Source

_NAMES_SHOWN = 60


def fitting(mapping: Mapping | None, encounter: Encounter, source: Source) -> Mapping:
    """The mapping to read ``source`` with: the one that is given, the format's own, or the columns' names.

    Raises ``FileRefused`` where what the mapping reads, or what every record needs, is not in the file,
    ``UsageError`` where it is for another encounter.
    """
    if mapping is None:
        mapping = _without_one(encounter, source)
    elif not mapping.columns and mapping.encounter.name == encounter.name:
        mapping = _with_constants(_without_one(encounter, source), mapping)
    else:
        source.mapping(encounter)  # a format of several encounters learns from it which is meant
    if mapping.encounter.name != encounter.name:
        raise UsageError(
            f"The mapping is for {mapping.encounter.name}, not for {encounter.name}.",
            hint="Choose one of them.",
        )
    missing = mapping.missing(source.header)
    if missing:
        lacking = ", ".join(map(shown, missing))
        raise FileRefused(
            Words(
                f"The file lacks columns that the mapping reads: {lacking}.",
                f"Il manque au fichier des colonnes que lit la correspondance : {lacking}.",
            ),
            Words(
                "Export them as well, or correct the mapping.",
                "Exportez-les aussi, ou corrigez la correspondance.",
            ),
        )
    held = {each.element.name for each in mapping.columns} | set(mapping.constants)
    needed = [each.name for each in encounter.elements if each.required == "required"]
    if absent := ", ".join(name for name in needed if name not in held):
        raise FileRefused(
            Words(
                f"The file has no column for {absent}, which every record needs.",
                f"Le fichier n’a pas de colonne pour {absent}, que chaque dossier doit avoir.",
            ),
            Words(
                f"Add it, or map it: {_propose(encounter)}",
                f"Ajoutez-la, ou mettez-la en correspondance : {_propose(encounter)}",
            ),
        )
    return mapping


def _without_one(encounter: Encounter, source: Source) -> Mapping:
    return source.mapping(encounter) or _by_own_names(encounter, source.header)


def _with_constants(mapping: Mapping, said: Mapping) -> Mapping:
    """``mapping``, with what ``said`` says of every row instead of what the file does."""
    columns = tuple(each for each in mapping.columns if each.element.name not in said.constants)
    constants = {**mapping.constants, **said.constants}
    return replace(mapping, columns=columns, constants=constants, source=said.source)


def _by_own_names(encounter: Encounter, header: tuple[str, ...]) -> Mapping:
    """The mapping of a file whose columns are called like the elements, at least half of them."""
    mapping = Mapping.of_elements(encounter, header)
    if 2 * len(mapping.columns) >= len(header):
        return mapping
    # If no name is known, the first line may be a record and no header: then nothing of it is shown.
    unknown = ", ".join(map(shown, unused_columns(mapping, header)[:_NAMES_SHOWN])) if mapping.columns else ""
    name, known, count = encounter.name, len(mapping.columns), len(header)
    some = Words(
        f"Only {known} of the {count} columns are elements of {name}",
        f"Seulement {known} des {count} colonnes sont des éléments de {name}",
    )
    if not known:
        some = Words(
            f"None of the file's columns is an element of {name}",
            f"Aucune colonne du fichier n’est un élément de {name}",
        )
    raise FileRefused(
        Words(
            some.en + (f"; not recognised: {unknown}." if unknown else "."),
            some.fr + (f" ; non reconnues : {unknown}." if unknown else "."),
        ),
        Words(
            f"If the first line names the columns, make a mapping: {_propose(encounter)}",
            f"Si la première ligne nomme les colonnes, établissez une correspondance : {_propose(encounter)}",
        ),
    )


def _propose(encounter: Encounter) -> str:
    return f"vernix check --as {encounter.name} --propose FILE -o mapping.toml"


def unused_columns(mapping: Mapping, header: tuple[str, ...]) -> tuple[str, ...]:
    """The columns of a file that ``mapping`` reads nothing from."""
    used = {each.column for each in mapping.columns}
    return tuple(column for column in header if column not in used)
