"""How one element and the items it stands at become each other.

An element says at which items it stands (`Element.at`); what kind of items they are follows from its type and
their number. A few are composed in a way of their own; those are listed here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from vernix.births.elements import Element
from vernix.births.encounter import Encounter
from vernix.intake.ije.codes import code_for, meanings
from vernix.intake.ije.layouts import Layout
from vernix.intake.mapping import MappedColumn

Read = Callable[[Sequence[str]], str]
Write = Callable[[Any, Sequence[int]], Sequence[str]]
"""A value and the widths of its items -> their texts."""

Composed = tuple[Read, Write | None, str | None]
"""How to read, how to write (None: others write the items), and the unit that a figure is in."""

_INCHES = Decimal("2.54")
_POUNDS = Decimal("0.45359237")


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


def fillings(encounter: Encounter, layout: Layout) -> tuple[Filling, ...]:
    """The elements of an encounter that a layout has all items of, in order."""
    return tuple(
        _filling(element, element.at.ije)
        for element in encounter.elements
        if element.at.ije and all(item in layout.items for item in element.at.ije)
    )


def _filling(element: Element, items: tuple[str, ...]) -> Filling:
    read, write, unit = _COMPOSED.get(items) or _by_type(element, items)
    return Filling(element, items, MappedColumn(element, "+".join(items), unit=unit), read, write)


def _by_type(element: Element, items: tuple[str, ...]) -> Composed:
    if element.type in ("code", "boolean"):
        return *_coded(items), None
    kinds: dict[str, Composed] = {
        "date": (_read_date, _write_date, None),
        "time": (_known, _write_time, None),
        "text": (_first, _write_text, None),
        "gestation": (_known, _write_weeks, "wk"),
    }
    return kinds.get(element.type, (_known, _write_number, None))


def _first(texts: Sequence[str]) -> str:
    return texts[0]


def _known(texts: Sequence[str]) -> str:
    """A figure; nines only say that it is not known, and eights that the question was not put."""
    text = texts[0]
    return "" if len(text) > 1 and set(text) in ({"9"}, {"8"}) else text


def _read_date(texts: Sequence[str]) -> str:
    """A date of which all parts are known."""
    if not all(map(_known, ([each] for each in texts))):
        return ""
    return "-".join(texts)


def _write_date(value: Any, widths: Sequence[int]) -> Sequence[str]:
    del widths
    return f"{value:%Y}", f"{value:%m}", f"{value:%d}"


def _write_time(value: Any, widths: Sequence[int]) -> Sequence[str]:
    del widths
    return (str(value).replace(":", ""),)


def _write_text(value: Any, widths: Sequence[int]) -> Sequence[str]:
    """A text without line ends, which would end the record; the writer looks whether there is room."""
    del widths
    return (" ".join(str(value).split()),)


def _write_number(value: Any, widths: Sequence[int]) -> Sequence[str]:
    """A whole number, filled with zeros; blank where there is no room for it or it would say "unknown"."""
    text = f"{int(value):0{widths[0]}}" if value >= 0 else ""
    return (text if len(text) <= widths[0] and _known([text]) else "",)


def _write_weeks(value: Any, widths: Sequence[int]) -> Sequence[str]:
    """Completed weeks of a gestation in days."""
    return _write_number(value // 7, widths)


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


def _read_height(texts: Sequence[str]) -> str:
    feet, inches = texts
    known = feet.isdigit() and inches.isdigit() and feet != "9" and inches != "99"
    return str(12 * int(feet) + int(inches)) if known else ""


def _write_height(value: Any, widths: Sequence[int]) -> Sequence[str]:
    del widths
    feet, inches = divmod(_whole(Decimal(value) / _INCHES), 12)
    return (str(feet), f"{inches:02}") if feet < 9 else ("9", "99")


def _write_pounds(value: Any, widths: Sequence[int]) -> Sequence[str]:
    return _write_number(_whole(Decimal(value) / _POUNDS), widths)


def _whole(number: Decimal) -> int:
    return int(number.quantize(Decimal(1), ROUND_HALF_UP))


def _read_gain(texts: Sequence[str]) -> str:
    """Weight at delivery less weight before."""
    before, after = (_known([each]) for each in texts)
    return str(int(after) - int(before)) if before.isdigit() and after.isdigit() else ""


def _read_diabetes(texts: Sequence[str]) -> str:
    before, gestational = (each.upper() for each in texts)
    if before == "Y":
        return "before"
    if gestational == "Y":
        return "gestational"
    if before == gestational == "N":
        return "none"
    return "unknown" if "U" in (before, gestational) else ""


def _write_diabetes(value: Any, widths: Sequence[int]) -> Sequence[str]:
    del widths
    kinds = {"none": "NN", "gestational": "NY", "unknown": "UU", "present": "UU"}
    return tuple(kinds.get(str(value), "YN"))


def _read_caesareans(texts: Sequence[str]) -> str:
    any_at_all, count = texts
    return "0" if any_at_all.upper() == "N" else _known([count])


def _write_caesareans(value: Any, widths: Sequence[int]) -> Sequence[str]:
    return ("Y" if value else "N"), *_write_number(value, widths[1:])


def _read_no_care(texts: Sequence[str]) -> str:
    """Eights say that there was no care; from the first visit's date alone no month of pregnancy follows."""
    return "0" if texts[0] == "8888" else ""


def _write_no_care(value: Any, widths: Sequence[int]) -> Sequence[str]:
    del widths
    return ("8888", "88", "88") if value == 0 else ("", "", "")


_COMPOSED: dict[tuple[str, ...], Composed] = {
    ("HFT", "HIN"): (_read_height, _write_height, "in"),
    ("PWGT",): (_known, _write_pounds, "lb"),
    ("DWGT",): (_known, _write_pounds, "lb"),
    # Not written: both weights are.
    ("PWGT", "DWGT"): (_read_gain, None, "lb"),
    ("PDIAB", "GDIAB"): (_read_diabetes, _write_diabetes, None),
    ("PCES", "NPCES"): (_read_caesareans, _write_caesareans, None),
    ("DOFP_YR", "DOFP_MO", "DOFP_DY"): (_read_no_care, _write_no_care, None),
}


def items_of(chosen: Iterable[Filling]) -> Iterator[str]:
    """The items of some fillings, each once."""
    yield from dict.fromkeys(item for each in chosen for item in each.items)
