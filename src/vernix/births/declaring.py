"""How elements are written down: as attributes of a class, in the order of their columns.

    class Admission(Block, subject="child", privacy="clinical", source="BORN NICU"):
        \"\"\"When and why a child came to the unit.\"\"\"

        admission_date = element("date", ("Date of admission", "Date d’admission"),
                                 ("The day the child came.", "Le jour de l’arrivée."), privacy="quasi")

An encounter is put together from blocks (`vernix.births.encounter`), so that what several of them share, such
as who the mother is, is declared once and called the same everywhere.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, ClassVar, TypedDict, Unpack, cast, get_args

from vernix.births.codes import CodeSet, Words
from vernix.births.elements import Element, Places, Privacy, Range, Required, Subject, Type

Pair = tuple[str, str]
Limits = tuple[int | Decimal, int | Decimal]


class Facts(TypedDict, total=False):
    """What may be said of an element besides type, label and definition: see `Element`."""

    source: str
    privacy: Privacy
    subject: Subject
    required: Required
    unit: str
    digits: int
    possible: Limits
    plausible: Limits
    longest: int
    aliases: tuple[str, ...]
    at: Places
    since: str
    until: str
    version: int


@dataclass(frozen=True)
class Declaration:
    """An element that does not know yet what it is called and which block it stands in."""

    facts: Mapping[str, Any]

    def named(self, name: str, defaults: Mapping[str, Any]) -> Element:
        """The element, with the block's word where it says nothing itself."""
        return Element(name=name, **{**defaults, **self.facts})


def element(kind: Type | CodeSet, label: Pair, definition: Pair, **facts: Unpack[Facts]) -> Any:
    """Declare an element: its type, or its code set; then label and definition in English and French.

    ``possible`` and ``plausible`` are pairs of lowest and highest, ends included.
    """
    told = cast(dict[str, Any], facts)
    for limits in told.keys() & {"possible", "plausible"}:
        told[limits] = Range(*told[limits])
    if isinstance(kind, CodeSet):
        told |= {"type": "code", "codes": kind}
    elif kind in get_args(Type):
        told |= {"type": kind}
    else:
        raise ValueError(f"there is no type {kind}")
    return Declaration({"label": Words(*label), "definition": Words(*definition), **told})


class Block:
    """Elements that belong together, declared as attributes; the class line says what is true of most.

    Attributes become `Element`s, which know their names. ``elements`` are those of the class, in order.
    """

    elements: ClassVar[tuple[Element, ...]] = ()

    def __init_subclass__(
        cls, *, subject: Subject | None = None, privacy: Privacy | None = None, source: str | None = None
    ) -> None:
        said = {"subject": subject, "privacy": privacy, "source": source}
        defaults = {key: value for key, value in said.items() if value is not None}
        declared = [(name, each) for name, each in vars(cls).items() if isinstance(each, Declaration)]
        cls.elements = tuple(each.named(name, defaults) for name, each in declared)
        for each in cls.elements:
            setattr(cls, each.name, each)


def elements_of(*parts: type[Block] | Element) -> tuple[Element, ...]:
    """The elements of blocks, or of single elements of other blocks, in order.

    Raises ``ValueError`` where two have one name.
    """
    found: dict[str, Element] = {}
    for part in parts:
        for each in (part,) if isinstance(part, Element) else part.elements:
            if found.setdefault(each.name, each) is not each:
                raise ValueError(f"{each.name} is declared twice")
    return tuple(found.values())
