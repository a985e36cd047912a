"""How one element and the items it stands at become each other.

An element says at which items it stands (`Element.at`); what kind of items they are follows from its type and
their number. A few are put together in a way of their own (`composing`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from vernix.births.elements import Element
from vernix.births.encounter import Encounter
from vernix.intake.ije.codes import code_for, meanings
from vernix.intake.ije.composing import COMPOSED
from vernix.intake.ije.items import (
    Composed,
    Read,
    Write,
    first,
    known,
    read_date,
    write_date,
    write_number,
    write_text,
    write_time,
    write_weeks,
)
from vernix.intake.ije.layouts import Layout
from vernix.intake.mapping import MappedColumn

_OWN_NAMES = {
    "prenatal_care_month": "DOFP_YR (no care)",
    "address_line_1": "ADDRESS",
    "live_birth_interval": "YLLB+MLLB",
    "other_outcome_interval": "YOPO+MOPO",
    "stillbirth_cause": "COD18a",
}
"""Columns that are not called like all their items: another has the name, or there are too many to say."""


@dataclass(frozen=True)
class Filling:
    """``read`` makes one text of the items' texts (trimmed), ``write`` the items' texts of a value (or None).

    ``column`` says how the text is understood. ``write`` is None where others write the same items.
    """

    element: Element
    items: tuple[str, ...]
    column: MappedColumn
    read: Read
    write: Write | None

    @property
    def name(self) -> str:
        """The column's name: the items', joined."""
        return self.column.column

    @property
    def is_as_written(self) -> bool:
        """Whether the text is what its one item holds."""
        return self.read is first


def fillings(encounter: Encounter, layout: Layout) -> tuple[Filling, ...]:
    """The elements of an encounter that a layout has all items of, in order."""
    return tuple(
        _filling(element, element.at.ije)
        for element in encounter.elements
        if element.at.ije and all(item in layout.items for item in element.at.ije)
    )


def _filling(element: Element, items: tuple[str, ...]) -> Filling:
    read, write, unit = COMPOSED.get(element.name) or _by_type(element, items)
    name = _OWN_NAMES.get(element.name, "+".join(items))
    return Filling(element, items, MappedColumn(element, name, unit=unit), read, write)


def _by_type(element: Element, items: tuple[str, ...]) -> Composed:
    if element.type in ("code", "boolean"):
        return *_coded(items), None
    kinds: dict[str, Composed] = {
        "date": (read_date, write_date, None),
        "time": (known, write_time, None),
        "text": (first, write_text, None),
        "gestation": (known, write_weeks, "wk"),
    }
    return kinds.get(element.type, (known, write_number, None))


def _coded(items: tuple[str, ...]) -> tuple[Read, Write]:
    """Codes; of several items, the element is true if one of them is, and false if all say so."""

    def read_one(texts: Sequence[str]) -> str:
        text = texts[0].upper()
        return meanings(items[0]).get(text, texts[0])

    def read_any(texts: Sequence[str]) -> str:
        words = [meanings(item).get(text.upper(), text) for item, text in zip(items, texts, strict=True)]
        for word in (*(word for word in words if word not in ("no", "unknown", "")), "yes"):
            if word in words:
                return word
        if "unknown" in words or ("" in words and "no" in words):
            return "unknown"
        return words[0]

    def write(value: Any, widths: Sequence[int]) -> Sequence[str]:
        word = ("yes" if value else "no") if isinstance(value, bool) else str(value)
        # Which of several it was is not known: a "yes" stands at the first, and the others are left unknown.
        codes = [code_for(item, word) for item in items]
        return codes if word != "yes" or len(codes) == 1 else [codes[0], *(["U"] * (len(codes) - 1))]

    return (read_one if len(items) == 1 else read_any), write


def items_of(chosen: Iterable[Filling]) -> Iterator[str]:
    """The items of some fillings, each once."""
    yield from dict.fromkeys(item for each in chosen for item in each.items)
