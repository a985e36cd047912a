"""What is asked of every element of a record: is it there, is it known, can it be believed?

Each aspect is one expression for all elements, with worked examples on elements of the encounter ``birth``
that are its test and its documentation.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from vernix.births.codes import UNKNOWN, Words
from vernix.births.elements import Element

if TYPE_CHECKING:
    import ibis

IMPLAUSIBLE_CODE = "value.implausible"
"""The finding that a value outside of its plausible range gives; also what a site names to stand by it."""


@dataclass(frozen=True)
class Shown:
    """One record, an element of it, and whether the aspect holds of it."""

    why: str
    element: str
    holds: bool
    row: Mapping[str, Any]


@dataclass(frozen=True)
class Aspect:
    """A question about one element of a record, as a boolean expression; null is no."""

    name: str
    label: Words
    definition: Words
    expression: Callable[[ibis.Table, Element], ibis.Value | None]
    examples: tuple[Shown, ...]

    def holds(self, table: ibis.Table, element: Element) -> ibis.Value | None:
        """True where it holds; None for an element of which it cannot be asked."""
        asked = self.expression(table, element)
        return None if asked is None else asked.fill_null(False)


def brought(element: Element) -> str:
    """The column that says whether a record ever brought a direct identifier, which the book has no column
    for."""
    return f"brought_{element.name}"


def _there(t: ibis.Table, element: Element) -> ibis.Value:
    return t[brought(element)].fill_null(False) if element.privacy == "direct" else t[element.name].notnull()


def _unknown(t: ibis.Table, element: Element) -> ibis.Value | None:
    if element.privacy == "direct" or element.codes is None or UNKNOWN.code not in element.codes:
        return None
    return t[element.name] == UNKNOWN.code


def outside(t: ibis.Table, element: Element) -> ibis.Value | None:
    """True where a value lies outside of its plausible range, whether somebody stands by it or not."""
    if element.privacy == "direct" or element.plausible is None:
        return None
    return ~t[element.name].between(element.plausible.low, element.plausible.high)


def _questioned(t: ibis.Table, element: Element) -> ibis.Value | None:
    found = outside(t, element)
    return None if found is None else found & ~confirmed(t, IMPLAUSIBLE_CODE)


def _stood_by(t: ibis.Table, element: Element) -> ibis.Value | None:
    found = outside(t, element)
    return None if found is None else found & confirmed(t, IMPLAUSIBLE_CODE)


def confirmed(t: ibis.Table, code: str) -> ibis.Value:
    """Whether the site stands by the warning ``code`` of a record."""
    return t.confirmed.contains(code).fill_null(False)


MISSING = Aspect(
    name="missing",
    label=Words("Blank", "Vides"),
    definition=Words("Nothing was sent.", "Rien n’a été transmis."),
    expression=lambda t, element: ~_there(t, element),
    examples=(
        Shown("no weight", "birth_weight", True, {}),
        Shown("a weight", "birth_weight", False, {"birth_weight": 3400}),
        Shown("“unknown” is an answer", "outcome", False, {"outcome": "unknown"}),
        Shown("no number of the mother", "mother_health_number", True, {}),
        Shown(
            "a number, in the vault", "mother_health_number", False, {"brought_mother_health_number": True}
        ),
    ),
)

NOT_KNOWN = Aspect(
    name="unknown",
    label=Words("“Unknown”", "«\u00a0Inconnu\u00a0»"),
    definition=Words("Somebody looked and could not say.", "Quelqu’un a regardé et n’a pu répondre."),
    expression=_unknown,
    examples=(
        Shown("outcome unknown", "outcome", True, {"outcome": "unknown"}),
        Shown("outcome known", "outcome", False, {"outcome": "live"}),
        Shown("blank is not unknown", "outcome", False, {}),
    ),
)

IMPLAUSIBLE = Aspect(
    name="implausible",
    label=Words("Implausible", "Invraisemblables"),
    definition=Words(
        "The value lies outside of its plausible range, and the site does not stand by it.",
        "La valeur sort de l’intervalle vraisemblable, sans que l’établissement l’ait confirmée.",
    ),
    expression=_questioned,
    examples=(
        Shown("a mother of 12", "mother_age", True, {"mother_age": 12}),
        Shown("a mother of 30", "mother_age", False, {"mother_age": 30}),
        Shown(
            "the site stands by it", "mother_age", False, {"mother_age": 12, "confirmed": [IMPLAUSIBLE_CODE]}
        ),
        Shown("blank", "mother_age", False, {}),
    ),
)

STOOD_BY = Aspect(
    name="stood_by",
    label=Words("Stood by", "Confirmées"),
    definition=Words(
        "The value lies outside of its plausible range, and the site stands by it.",
        "La valeur sort de l’intervalle vraisemblable, et l’établissement l’a confirmée.",
    ),
    expression=_stood_by,
    examples=(
        Shown("confirmed", "mother_age", True, {"mother_age": 12, "confirmed": [IMPLAUSIBLE_CODE]}),
        Shown("not confirmed", "mother_age", False, {"mother_age": 12}),
        Shown("nothing to confirm", "mother_age", False, {"mother_age": 30, "confirmed": [IMPLAUSIBLE_CODE]}),
    ),
)

ASPECTS = (MISSING, NOT_KNOWN, IMPLAUSIBLE, STOOD_BY)
"""In the order of the report."""
