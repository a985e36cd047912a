"""An encounter: contacts of care of one kind, with its elements, its checks and its key."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from vernix.births.against_book import BookCheck
from vernix.births.checks import Check
from vernix.births.codes import Words
from vernix.births.elements import Element, Privacy, Required, arrow_type
from vernix.errors import UsageError

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True)
class Encounter:
    """One kind of contact of care.

    ``record_key`` names the element by which a site knows a record again; where it is blank, the row number
    within the file stands for it. ``when`` names the dates that say when it happened, the first that is known
    counts: it tells to which month a record belongs, and how late it came. ``book_checks`` are asked at the
    registry only, beside what it has.

    What an element means is the same in every encounter; how much it is needed may not be. An encounter names
    here those of which it needs more or less than their block says: a laboratory's result is not refused
    because it was not told the child's sex, and a birth is.
    """

    name: str
    label: Words
    definition: Words
    elements: tuple[Element, ...]
    checks: tuple[Check, ...] = ()
    record_key: str = "record_number"
    when: tuple[str, ...] = ("birth_date",)
    book_checks: tuple[BookCheck, ...] = ()
    required: tuple[Element, ...] = ()
    expected: tuple[Element, ...] = ()
    optional: tuple[Element, ...] = ()

    def __post_init__(self) -> None:
        said: dict[Required, tuple[Element, ...]] = {
            "required": self.required,
            "expected": self.expected,
            "optional": self.optional,
        }
        levels = {element.name: level for level, chosen in said.items() for element in chosen}
        if strange := levels.keys() - {element.name for element in self.elements}:
            raise ValueError(f"encounter {self.name}: not among its elements: {', '.join(sorted(strange))}")
        at_their_level = (_at_level(element, levels.get(element.name)) for element in self.elements)
        object.__setattr__(self, "elements", tuple(at_their_level))

    @cached_property
    def by_name(self) -> dict[str, Element]:
        """The elements by name, in their declared order."""
        return {element.name: element for element in self.elements}

    def element(self, name: str) -> Element:
        """The element called ``name``; raises `UsageError` where there is none."""
        try:
            return self.by_name[name]
        except KeyError:
            raise UsageError(
                f"the encounter {self.name} has no element called {name!r}.",
                hint="The data dictionary lists the elements: docs/reference/dictionary.md.",
            ) from None

    def with_privacy(self, *classes: Privacy) -> Iterator[Element]:
        """The elements of these privacy classes: ``direct`` is the vault's, the others are the book's."""
        return (element for element in self.elements if element.privacy in classes)

    def arrow_schema(self, *privacy: Privacy) -> pa.Schema:
        """The columns in declared order, all of them or only those of some privacy classes."""
        import pyarrow as pa

        chosen = self.with_privacy(*privacy) if privacy else self.elements
        return pa.schema([(element.name, arrow_type(element)) for element in chosen])


def _at_level(element: Element, level: Required | None) -> Element:
    return element if level in (None, element.required) else replace(element, required=level)
