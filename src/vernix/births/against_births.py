"""A newborn's or a mother's encounter beside the births that the registry has: the same rules everywhere.

An encounter is asked those that its elements allow (`against_births`), under codes of its own.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

from vernix.births.against_book import BookCheck, BookExample
from vernix.births.codes import Words
from vernix.births.elements import Element

if TYPE_CHECKING:
    import ibis

_MARCH, _THE_NEXT = date(2024, 3, 1), date(2024, 3, 2)


def against_births(letters: str, elements: Iterable[Element]) -> tuple[BookCheck, ...]:
    """The rules that can be asked of these elements; ``letters`` begin their codes (NS: NS-BOK-01).

    Of an encounter without a child's number they are asked by the mother's.
    """
    present = {element.name for element in elements}
    rules = _OF_THE_CHILD if "child_health_number" in present else _OF_THE_MOTHER
    return tuple(replace(rule, code=f"{letters}-{rule.code}") for rule in rules)


def _is_of_this_mother(sent: ibis.Table, kept: ibis.Table) -> ibis.Value:
    return (sent.mother == kept.mother) & (sent.birth_date == kept.birth_date)


def _is_of_this_child(sent: ibis.Table, kept: ibis.Table) -> ibis.Value:
    return sent.child == kept.child


def _mother_and_day_are_told(sent: ibis.Table) -> ibis.Value:
    return sent.mother.notnull() & sent.birth_date.notnull()


def _child_is_told(sent: ibis.Table) -> ibis.Value:
    return sent.child.notnull() | _mother_and_day_are_told(sent)


def _born_another_day(sent: ibis.Table, kept: ibis.Table) -> ibis.Value:
    return (sent.child == kept.child) & (sent.birth_date != kept.birth_date)


_NO_BIRTH = Words(
    "The registry has no birth that this belongs to: look at the health numbers and the date of birth. If "
    "the birth is still to be sent, there is nothing to do.",
    "Le registre n’a pas de naissance à laquelle ceci se rattache : vérifiez les numéros de carte Santé et "
    "la date de naissance. Si la naissance doit encore être envoyée, il n’y a rien à faire.",
)

_OF_THE_CHILD = (
    BookCheck(
        code="BOK-01",
        elements=("child_health_number", "mother_health_number", "birth_date"),
        reads=("birth_date",),
        against="birth",
        text=_NO_BIRTH,
        source="vernix",
        pairs=(_is_of_this_child, _is_of_this_mother),
        wanted_by=_child_is_told,
        examples=(
            BookExample("no such birth", ({"child": "c"},), ({"child": "d"},), (True,)),
            BookExample("by the child's number", ({"child": "c"},), ({"child": "c"},), (False,)),
            BookExample(
                "by the mother's number and the day",
                ({"mother": "m", "birth_date": _MARCH},),
                ({"mother": "m", "child": "new", "birth_date": _MARCH},),
                (False,),
            ),
            BookExample("the mother, but no day", (), ({"mother": "m"},), (False,)),
            BookExample("nobody is named", (), ({"birth_date": _MARCH},), (False,)),
        ),
    ),
    BookCheck(
        code="BOK-02",
        elements=("birth_date", "child_health_number"),
        reads=("birth_date",),
        against="birth",
        text=Words(
            "The registry has this child as born on another day: look at the date of birth, and whose number "
            "it is.",
            "Selon le registre, cet enfant est né un autre jour : vérifiez la date de naissance, et à qui "
            "est le numéro.",
        ),
        source="vernix",
        pairs=(_born_another_day,),
        examples=(
            BookExample(
                "the day after",
                ({"child": "c", "birth_date": _MARCH},),
                ({"child": "c", "birth_date": _THE_NEXT},),
                (True,),
            ),
            BookExample(
                "the same day, and another child",
                ({"child": "c", "birth_date": _MARCH},),
                ({"child": "c", "birth_date": _MARCH}, {"child": "d", "birth_date": _THE_NEXT}),
                (False, False),
            ),
            BookExample("no day", ({"child": "c", "birth_date": _MARCH},), ({"child": "c"},), (False,)),
        ),
    ),
)

_OF_THE_MOTHER = (
    BookCheck(
        code="BOK-01",
        elements=("mother_health_number", "birth_date"),
        reads=("birth_date",),
        against="birth",
        text=_NO_BIRTH,
        source="vernix",
        pairs=(_is_of_this_mother,),
        wanted_by=_mother_and_day_are_told,
        examples=(
            BookExample(
                "she gave birth on another day",
                ({"mother": "m", "birth_date": _MARCH},),
                ({"mother": "m", "birth_date": _THE_NEXT},),
                (True,),
            ),
            BookExample(
                "that day",
                ({"mother": "m", "birth_date": _MARCH},),
                ({"mother": "m", "birth_date": _MARCH},),
                (False,),
            ),
            BookExample("no day", (), ({"mother": "m"},), (False,)),
        ),
    ),
)
