"""Encounters: contacts of care of one kind, each with its elements, its checks and its key."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from vernix.births.birth import BIRTH_ELEMENTS
from vernix.births.birth_checks import BIRTH_CHECKS
from vernix.births.checks import Check
from vernix.births.codes import Words
from vernix.births.elements import Element, Privacy, arrow_type
from vernix.errors import UsageError

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True)
class Encounter:
    """One kind of contact of care.

    ``record_key`` names the element by which a site knows a record again; where it is blank, the row number
    within the file stands for it.
    """

    name: str
    label: Words
    definition: Words
    elements: tuple[Element, ...]
    checks: tuple[Check, ...]
    record_key: str

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


BIRTH = Encounter(
    name="birth",
    label=Words("Birth", "Naissance"),
    definition=Words(
        "The birth of one child, with its mother, to the first hours after; one row for each child, twins "
        "on two.",
        "La naissance d’un enfant, avec sa mère, jusqu’aux premières heures ; une ligne par enfant, deux "
        "pour des jumeaux.",
    ),
    elements=BIRTH_ELEMENTS,
    checks=BIRTH_CHECKS,
    record_key="record_number",
)

_ENCOUNTERS = {encounter.name: encounter for encounter in (BIRTH,)}


def names() -> tuple[str, ...]:
    """The names of all encounters."""
    return tuple(_ENCOUNTERS)


def get(name: str) -> Encounter:
    """The encounter called ``name``; raises `UsageError` with the names there are."""
    try:
        return _ENCOUNTERS[name]
    except KeyError:
        raise UsageError(
            f"There is no encounter called {name!r}.", hint=f"There is: {', '.join(_ENCOUNTERS)}."
        ) from None


def arrow_schema(encounter: Encounter, *privacy: Privacy) -> pa.Schema:
    """The columns of an encounter in declared order, all of them or only those of some privacy classes."""
    import pyarrow as pa

    chosen = encounter.with_privacy(*privacy) if privacy else encounter.elements
    return pa.schema([(element.name, arrow_type(element)) for element in chosen])
