"""A column mapping: what a partner writes once so that its own file is understood.

    encounter = "birth"
    unknown = ["", "NA"]                 # texts that mean "not known", in every column

    [columns.birth_weight]               # our element ...
    column = "weight"                    # ... stands in this column of theirs
    unit = "lb"                          # in this unit

    [columns.delivery_method]
    column = "me_rout"
    codes = { "cesarean" = "caesarean" } # their word = ours

    [columns.birth_date]
    column = "dob"
    format = "%d/%m/%Y"                  # how they write dates; four digits for the year

    [constants]                          # true of every row of the file
    birth_year = 2014

A mapping of nothing but constants leaves the columns as they would be read without one, so that it fits
every format. It is strict: an unknown key, element, unit or code is refused with the line and with what is
allowed.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from collections.abc import Mapping as ReadOnly
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from vernix.births import encounters
from vernix.births.elements import Element
from vernix.births.encounter import Encounter
from vernix.births.gestation import Bare
from vernix.errors import UsageError
from vernix.intake import units
from vernix.intake.cells import ReadCell, reader, shape_of, states_all_of

MAX_BYTES = 1 << 20
_TOP = ("encounter", "name", "unknown", "decimal", "columns", "constants")
_COLUMN = ("column", "unit", "codes", "format", "unknown", "decimal")


@dataclass(frozen=True)
class MappedColumn:
    """Where one element stands in the partner's file and how it is written there.

    ``codes`` maps their words (case folded) to ours; ``format`` is a `strptime` format; ``unknown`` are
    texts that mean "not known"; ``decimal`` is ``.`` or ``,``.
    """

    element: Element
    column: str
    unit: str | None = None
    codes: ReadOnly[str, str] | None = None
    format: str | None = None
    unknown: frozenset[str] = frozenset()
    decimal: str = "."

    def reader(self, bare: Bare | None = None) -> ReadCell:
        """How to read its cells; ``bare`` is what a gestation without unit means where the mapping does not
        say."""
        own = self.element.unit
        factor = (
            units.factor(self.unit, own) if self.unit and own and self.element.type != "gestation" else None
        )
        if self.element.type == "gestation" and self.unit:
            bare = "weeks" if units.factor(self.unit, "d") == 7 else "days"
        return reader(
            self.element,
            factor=factor,
            codes=self.codes,
            pattern=self.format,
            decimal=self.decimal,
            bare=bare,
            unknown=self.unknown,
        )


@dataclass(frozen=True)
class Mapping:
    """A whole mapping: the columns by element and what is constant in every row.

    ``source`` is the text that it was read from, empty of one that a format or the columns' names give;
    ``by_own_names`` says the latter.
    """

    encounter: Encounter
    columns: tuple[MappedColumn, ...]
    constants: ReadOnly[str, Any]
    source: bytes = b""
    by_own_names: bool = False

    @classmethod
    def load(cls, path: Path) -> Mapping:
        """Read a mapping file. Raises ``UsageError`` naming file, line and key."""
        if not path.is_file():
            raise UsageError(f"There is no mapping file {path}.", hint="Write one: vernix check --propose.")
        with path.open("rb") as stream:
            return cls.parse(stream.read(MAX_BYTES + 1), name=path.name)

    @classmethod
    def parse(cls, data: bytes, name: str = "the mapping") -> Mapping:
        """Read a mapping from its bytes. Raises ``UsageError`` naming line and key."""
        return _Parser(data, name).parse()

    @classmethod
    def of_elements(cls, encounter: Encounter, header: tuple[str, ...]) -> Mapping:
        """The mapping of a file whose columns are called like our elements (case does not matter)."""
        names = encounter.by_name
        columns = tuple(
            MappedColumn(names[column.casefold()], column) for column in header if column.casefold() in names
        )
        return cls(encounter, columns, {}, by_own_names=True)

    def missing(self, header: tuple[str, ...]) -> tuple[str, ...]:
        """The mapped columns that a file with this header does not have."""
        present = set(header)
        return tuple(dict.fromkeys(each.column for each in self.columns if each.column not in present))


def saved(folder: Path) -> list[Mapping]:
    """The mappings kept in a folder, by name. Raises ``UsageError`` where one cannot be read."""
    return [Mapping.load(path) for path in sorted(folder.glob("*.toml"))] if folder.is_dir() else []


def fitting_best(
    mappings: Iterable[Mapping], header: tuple[str, ...], encounter: str | None = None
) -> Mapping | None:
    """The mapping that fits a file: all of its columns are in ``header``; of several, the one with the
    most."""
    fits = [
        each
        for each in mappings
        if each.columns and not each.missing(header) and encounter in (None, each.encounter.name)
    ]
    return max(fits, key=lambda each: len(each.columns), default=None)


class _Parser:
    """Reads one mapping text, and knows where each key stands, so that errors can say it."""

    def __init__(self, data: bytes, name: str) -> None:
        self.name = name
        self.data = data
        if len(data) > MAX_BYTES:
            raise UsageError(f"{name} is larger than 1 MiB.", hint="Check that it is the mapping.")
        try:
            self.text = data.decode("utf-8")
            self.document: dict[str, Any] = tomllib.loads(self.text)
        except UnicodeDecodeError:
            raise UsageError(f"{name} is not UTF-8 text.", hint="Save the mapping as UTF-8.") from None
        except (ValueError, RecursionError) as error:
            raise _not_toml(name, error) from None

    def parse(self) -> Mapping:
        """The mapping, or the first thing that is wrong with it."""
        self._only(self.document, _TOP, "")
        encounter = self._encounter()
        unknown = self._texts(self.document.get("unknown", []), "unknown", "")
        decimal = self._decimal(self.document.get("decimal", "."), "")
        columns = self._table(self.document.get("columns", {}), "columns")
        mapped = tuple(
            self._column(encounter, name, self._table(value, f"columns.{name}"), unknown, decimal)
            for name, value in columns.items()
        )
        constants = self._constants(encounter, {each.element.name for each in mapped})
        if not mapped and not constants:
            raise self.refuse(
                "it maps no column", "columns", "Add a [columns.ELEMENT] table for each column."
            )
        return Mapping(encounter, mapped, constants, self.data)

    def refuse(self, what: str, key: str, hint: str, table: str = "") -> UsageError:
        """An error that says where it is."""
        line = self._line(key, table)
        return UsageError(f"{self.name}{f', line {line}' if line else ''}: {what}.", hint=hint)

    def _line(self, key: str, table: str) -> int | None:
        lines = self.text.splitlines()
        start = 0
        if table:
            header = re.compile(rf"\s*\[\s*{re.escape(table)}\s*\]")
            start = next((place for place, line in enumerate(lines) if header.match(line)), 0)
        wanted = re.compile(rf"\s*\[?\s*[\"']?{re.escape(key)}[\"']?\s*[\]=.]")
        found = next((place for place in range(start, len(lines)) if wanted.match(lines[place])), None)
        return found + 1 if found is not None else (start + 1 if table else None)

    def _encounter(self) -> Encounter:
        name = self.document.get("encounter")
        if name not in encounters.names():
            raise self.refuse(
                "'encounter' must name an encounter",
                "encounter",
                f"Write encounter = {_or(encounters.names())}.",
            )
        return encounters.get(cast(str, name))

    def _column(
        self, encounter: Encounter, name: str, spec: dict[str, Any], unknown: frozenset[str], decimal: str
    ) -> MappedColumn:
        table = f"columns.{name}"
        element = self._element(encounter, name, table)
        self._only(spec, _COLUMN, table)
        column = spec.get("column")
        if not isinstance(column, str) or not column.strip():
            raise self.refuse(f'[{table}] needs column = "..."', table, "Name the column of your file.")
        return MappedColumn(
            element=element,
            column=column.strip(),
            unit=self._unit(element, spec.get("unit"), table),
            codes=self._codes(element, spec.get("codes"), table),
            format=self._format(element, spec.get("format"), table),
            unknown=self._texts(spec["unknown"], "unknown", table) if "unknown" in spec else unknown,
            decimal=self._decimal(spec["decimal"], table) if "decimal" in spec else decimal,
        )

    def _element(self, encounter: Encounter, name: str, table: str) -> Element:
        element = encounter.by_name.get(name)
        if element is None:
            from difflib import get_close_matches

            close = get_close_matches(name, encounter.by_name, 3)
            hint = (
                f"Did you mean {_or(close)}?"
                if close
                else "See docs/reference/dictionary.md for all elements."
            )
            raise self.refuse(f"{encounter.name} has no element {name!r}", table, hint)
        return element

    def _unit(self, element: Element, unit: Any, table: str) -> str | None:
        if unit is None:
            return None
        own = element.unit
        if not isinstance(unit, str) or own is None or units.factor(unit, own) is None:
            known = units.known_units(own) if own else ()
            hint = (
                f"Units of {element.name}: {', '.join(known)}."
                if known
                else "Remove the unit: there is nothing to convert."
            )
            raise self.refuse(f"this unit of {element.name} is not known", "unit", hint, table)
        return unit

    def _codes(self, element: Element, codes: Any, table: str) -> dict[str, str] | None:
        if codes is None:
            return None
        found: dict[str, str] = {}
        for theirs, ours in self._table(codes, f"{table}.codes").items():
            if not isinstance(ours, str):
                raise self.refuse(
                    f"codes of {element.name} must be texts", "codes", "Put both sides in quotes.", table
                )
            if element.codes is not None and ours not in element.codes:
                allowed = ", ".join(code.code for code in element.codes.codes)
                raise self.refuse(
                    f"{ours!r} is not a code of {element.name}", "codes", f"Codes: {allowed}.", table
                )
            found[theirs.strip().casefold()] = ours
        return found

    def _format(self, element: Element, pattern: Any, table: str) -> str | None:
        if pattern is None:
            return None
        if not isinstance(pattern, str) or element.type not in ("date", "time"):
            raise self.refuse("'format' is for dates and times", "format", "Remove it.", table)
        try:
            shape_of(pattern)
        except ValueError as error:
            raise self.refuse(f"format: {error}", "format", 'For instance "%d/%m/%Y".', table) from None
        if not states_all_of(pattern, element.type):
            needed = (
                "year (%Y), month (%m) and day (%d)"
                if element.type == "date"
                else "hour (%H) and minute (%M)"
            )
            raise self.refuse(f"format does not hold {needed}", "format", "Add what is missing.", table)
        return pattern

    def _decimal(self, mark: Any, table: str) -> str:
        if mark not in (".", ","):
            raise self.refuse('\'decimal\' must be "." or ","', "decimal", "Write the decimal mark.", table)
        return cast(str, mark)

    def _texts(self, value: Any, key: str, table: str) -> frozenset[str]:
        if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
            raise self.refuse(
                f"{key!r} must be a list of texts", key, f'For instance {key} = ["", "NA", "99"].', table
            )
        return frozenset(each.strip() for each in value)

    def _constants(self, encounter: Encounter, mapped: set[str]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for name, value in self._table(self.document.get("constants", {}), "constants").items():
            element = self._element(encounter, name, "constants")
            if name in mapped:
                raise self.refuse(
                    f"{name} is both a column and a constant", name, "Keep one of them.", "constants"
                )
            if element.type == "text":
                found[name] = str(value)
                continue
            text = (
                {True: "yes", False: "no"}.get(value, str(value)) if isinstance(value, bool) else str(value)
            )
            read, problem = reader(element)(text)
            if problem not in (None, "implausible") or read is None:
                raise self.refuse(
                    f"the constant {name} is not a {element.type} that can be",
                    name,
                    _allowed(element),
                    "constants",
                )
            found[name] = read
        return found

    def _table(self, value: Any, key: str) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise self.refuse(f"'{key}' must be a table", key.rpartition(".")[2], f"Write it as [{key}].")
        return value

    def _only(self, table: dict[str, Any], allowed: tuple[str, ...], name: str) -> None:
        for key in table:
            if key not in allowed:
                where = f" in [{name}]" if name else ""
                raise self.refuse(f"{key!r} is not known{where}", key, f"Known: {', '.join(allowed)}.", name)


def _not_toml(name: str, error: Exception) -> UsageError:
    """Our own sentence: of the parser's only the place is taken, for it may quote what it read."""
    place = re.search(r"\(at line (\d+), column (\d+)\)$", str(error))
    at_end = ", at its end" if str(error).endswith("(at end of document)") else ""
    where = f", line {place[1]}, column {place[2]}" if place else at_end
    return UsageError(
        f"{name}{where}: this cannot be read as TOML.",
        hint="Look for a missing quotation mark or bracket, or a name that stands twice; "
        "docs/how-to/map-your-columns.md shows how a mapping is written.",
    )


def _allowed(element: Element) -> str:
    if element.codes is not None:
        return f"Codes: {', '.join(code.code for code in element.codes.codes)}."
    if element.possible is not None:
        return f"It must be within {element.possible.low} and {element.possible.high}."
    return "Write it as our own files do; a date as YYYY-MM-DD."


def _or(names: Any) -> str:
    return " or ".join(f'"{name}"' for name in names)
