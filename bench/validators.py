"""Other validators on the same rows, with the rules that an element's declaration gives: type, codes, range.

Where they are installed (``uv pip install "pandera[polars]" msgspec pydantic``). The rules between elements
and between rows, which vernix asks as well, are left out here: these programs have less to do.
"""

from __future__ import annotations

import csv
import importlib.util
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal

from vernix.births import encounters
from vernix.births.elements import Element, Range

_GESTATION = r"^[0-9]{2}w[0-6]d$"
_TIME = r"^[0-9]{2}:[0-9]{2}$"
_SHAPES = {"gestation": _GESTATION, "time": _TIME}


def installed() -> dict[str, Callable[[Path], int]]:
    """What reads and validates a CSV file of births, by name; each gives the number of rows or cells at
    fault."""
    peers = {
        "pandera": ("pandera", _pandera),
        "msgspec": ("msgspec", _msgspec),
        "pydantic": ("pydantic", _pydantic),
    }
    return {name: run for name, (module, run) in peers.items() if importlib.util.find_spec(module)}


def rules(columns: list[str]) -> int:
    """How many rules the peers are given: a type for each column, and its codes or its range."""
    return sum(1 + (each.codes is not None or _limits(each) is not None) for each in _elements(columns))


def header(path: Path) -> list[str]:
    """The columns of a CSV file."""
    with path.open(newline="", encoding="utf-8") as stream:
        return next(csv.reader(stream))


def _elements(columns: list[str]) -> list[Element]:
    return [encounters.get("birth").element(name) for name in columns]


def _limits(element: Element) -> Range | None:
    """In days for a gestation, which is text in the file: no range of it can be asked for there."""
    return None if element.type == "gestation" else element.plausible or element.possible


def _pandera(path: Path) -> int:
    import pandera.polars as pa
    import polars as pl

    types = {"integer": pl.Int32, "decimal": pl.Float64, "date": pl.Date}

    def column(element: Element) -> Any:
        checks = []
        if element.codes is not None:
            checks.append(pa.Check.isin([code.code for code in element.codes.codes]))
        if (limits := _limits(element)) is not None:
            checks.append(pa.Check.in_range(float(limits.low), float(limits.high)))
        if element.type in _SHAPES:
            checks.append(pa.Check.str_matches(_SHAPES[element.type]))
        if element.type == "text":
            checks.append(pa.Check.str_length(max_value=element.longest))
        return pa.Column(types.get(element.type, pl.String), checks, nullable=True)

    elements = _elements(header(path))
    schema = pa.DataFrameSchema({each.name: column(each) for each in elements})
    rows = pl.read_csv(path, infer_schema=False).with_columns(
        pl.col(each.name).str.to_date("%Y-%m-%d", strict=False)
        if each.type == "date"
        else pl.col(each.name).cast(types[each.type], strict=False)
        for each in elements
        if each.type in types
    )
    try:
        schema.validate(rows, lazy=True)
    except pa.errors.SchemaErrors as found:
        return int(found.failure_cases.height)
    return 0


def _msgspec(path: Path) -> int:
    import msgspec

    def kind(element: Element) -> Any:
        if element.codes is not None:
            return Literal[tuple(code.code for code in element.codes.codes)]
        if element.type == "date":
            return date
        limits = _limits(element)
        if element.type in ("integer", "decimal"):
            figure = int if element.type == "integer" else float
            if limits is None:
                return figure
            return Annotated[figure, msgspec.Meta(ge=figure(limits.low), le=figure(limits.high))]
        shape = _SHAPES.get(element.type)
        return Annotated[str, msgspec.Meta(max_length=element.longest, pattern=shape)]

    elements = _elements(header(path))
    birth = msgspec.defstruct("Birth", [(each.name, kind(each) | None, None) for each in elements])
    wrong = 0
    for row in _rows(path):
        try:
            msgspec.convert(row, birth, strict=False)
        except msgspec.ValidationError:
            wrong += 1
    return wrong


def _pydantic(path: Path) -> int:
    import pydantic

    def kind(element: Element) -> Any:
        if element.codes is not None:
            return Literal[tuple(code.code for code in element.codes.codes)]
        if element.type == "date":
            return date
        limits = _limits(element)
        if element.type in ("integer", "decimal"):
            figure = int if element.type == "integer" else float
            return Annotated[figure, pydantic.Field(ge=limits.low, le=limits.high)] if limits else figure
        shape = _SHAPES.get(element.type)
        return Annotated[str, pydantic.Field(max_length=element.longest, pattern=shape)]

    fields: dict[str, Any] = {each.name: (kind(each) | None, None) for each in _elements(header(path))}
    birth = pydantic.create_model("Birth", **fields)
    wrong = 0
    for row in _rows(path):
        try:
            birth.model_validate(row)
        except pydantic.ValidationError:
            wrong += 1
    return wrong


def _rows(path: Path) -> Iterator[dict[str, str]]:
    """The rows as dictionaries; a blank is left out."""
    with path.open(newline="", encoding="utf-8") as stream:
        for row in csv.DictReader(stream):
            yield {name: text for name, text in row.items() if text}
