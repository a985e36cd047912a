"""Checks of a birth beside the births that the registry has."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from vernix.births.against_book import BookCheck, BookExample
from vernix.births.codes import Words
from vernix.births.moments import days_between

if TYPE_CHECKING:
    import ibis

_TO_CONCEPTION = 14  # days from the last period
_SHORTEST = 140  # days of gestation from which a birth is registered whatever its weight
_YEAR_AND_A_DAY = 366.25
_MARCH, _MAY, _JULY, _JANUARY = date(2024, 3, 1), date(2024, 5, 1), date(2024, 7, 1), date(2026, 1, 10)


def _others(sent: ibis.Table, kept: ibis.Table) -> ibis.Value:
    return (sent.mother == kept.mother) & (sent.record != kept.record)


def _child_under_another_number(sent: ibis.Table, kept: ibis.Table) -> ibis.Value:
    return (sent.child == kept.child) & (sent.record != kept.record)


def _birth_under_another_number(sent: ibis.Table, kept: ibis.Table) -> ibis.Value:
    same_place = sent.birth_order.fill_null(1) == kept.birth_order.fill_null(1)
    return _others(sent, kept) & (sent.birth_date == kept.birth_date) & same_place


def _conceived_before_the_other_birth(sent: ibis.Table, kept: ibis.Table) -> ibis.Value:
    between = days_between(kept.birth_date, sent.birth_date)
    grown = (between > 0).ifelse(sent.gestation, kept.gestation).fill_null(_SHORTEST)
    # Of twins the second may come weeks after the first.
    one_set = (sent.plurality > 1) & (kept.plurality > 1)
    apart = (between != 0) & (between.abs() < grown - _TO_CONCEPTION)
    return _others(sent, kept) & apart & ~one_set.fill_null(False)


def _mother_aged_otherwise(sent: ibis.Table, kept: ibis.Table) -> ibis.Value:
    passed = days_between(kept.birth_date, sent.birth_date)
    aged = (sent.mother_age - kept.mother_age) * 365.25
    return _others(sent, kept) & ((aged - passed).abs() > _YEAR_AND_A_DAY)


BOOK_CHECKS = (
    BookCheck(
        code="B-BOK-01",
        elements=("child_health_number",),
        reads=(),
        against="birth",
        text=Words(
            "The registry has this child under another record number: send it under that number, or copy the "
            "health number again.",
            "Le registre a cet enfant sous un autre numéro de dossier : envoyez-le sous ce numéro, ou "
            "recopiez le numéro de carte Santé.",
        ),
        source="vernix",
        pairs=(_child_under_another_number,),
        examples=(
            BookExample(
                "one child, two records",
                ({"record": "1", "child": "c"},),
                ({"record": "2", "child": "c"},),
                (True,),
            ),
            BookExample(
                "a correction", ({"record": "1", "child": "c"},), ({"record": "1", "child": "c"},), (False,)
            ),
            BookExample("no number yet", ({"record": "1"},), ({"record": "2"},), (False,)),
        ),
    ),
    BookCheck(
        code="B-BOK-02",
        elements=("birth_date", "birth_order"),
        reads=("birth_date", "birth_order"),
        against="birth",
        text=Words(
            "The registry has a birth of this mother on this day under another record number: send it under "
            "that number; of twins, give the birth order of each.",
            "Le registre a une naissance de cette mère, ce jour-là, sous un autre numéro de dossier : "
            "envoyez-la sous ce numéro ; pour des jumeaux, donnez le rang de chacun.",
        ),
        source="vernix",
        pairs=(_birth_under_another_number,),
        examples=(
            BookExample(
                "the same birth twice",
                ({"record": "1", "mother": "m", "birth_date": _MARCH},),
                ({"record": "2", "mother": "m", "birth_date": _MARCH},),
                (True,),
            ),
            BookExample(
                "the second twin",
                ({"record": "1", "mother": "m", "birth_date": _MARCH, "birth_order": 1},),
                ({"record": "2", "mother": "m", "birth_date": _MARCH, "birth_order": 2},),
                (False,),
            ),
            BookExample(
                "another mother",
                ({"record": "1", "mother": "m", "birth_date": _MARCH},),
                ({"record": "2", "mother": "n", "birth_date": _MARCH},),
                (False,),
            ),
        ),
    ),
    BookCheck(
        code="B-BOK-03",
        elements=("birth_date", "gestation"),
        reads=("birth_date", "gestation", "plurality"),
        against="birth",
        text=Words(
            "The registry has a birth of this mother so near in time that this child would have been "
            "conceived before it, or the other way about: look at the date, the gestation and whose "
            "number it is.",
            "Le registre a une naissance de cette mère si proche que l’un des enfants aurait été conçu avant "
            "la naissance de l’autre : vérifiez la date, l’âge gestationnel et à qui est le numéro.",
        ),
        source="vernix: conceived 14 days after the last period; without a gestation, 20 weeks",
        pairs=(_conceived_before_the_other_birth,),
        examples=(
            BookExample(
                "two months after",
                ({"record": "1", "mother": "m", "birth_date": _MARCH, "gestation": 280},),
                ({"record": "2", "mother": "m", "birth_date": _MAY, "gestation": 270},),
                (True,),
            ),
            BookExample(
                "the later one is in the book",
                ({"record": "1", "mother": "m", "birth_date": _MAY, "gestation": 270},),
                ({"record": "2", "mother": "m", "birth_date": _MARCH},),
                (True,),
            ),
            BookExample(
                "a twin that came late",
                ({"record": "1", "mother": "m", "birth_date": _MARCH, "plurality": 2},),
                ({"record": "2", "mother": "m", "birth_date": _MAY, "plurality": 2},),
                (False,),
            ),
            BookExample(
                "four months after, extremely early",
                ({"record": "1", "mother": "m", "birth_date": _MARCH, "gestation": 150},),
                ({"record": "2", "mother": "m", "birth_date": _JULY, "gestation": 136},),
                (False,),
            ),
            BookExample(
                "no date", ({"record": "1", "mother": "m"},), ({"record": "2", "mother": "m"},), (False,)
            ),
        ),
    ),
    BookCheck(
        code="B-BOK-04",
        elements=("mother_age",),
        reads=("birth_date", "mother_age"),
        against="birth",
        text=Words(
            "By an earlier birth that the registry has, this mother would be of another age: look at her "
            "date of birth, and whose number it is.",
            "D’après une autre naissance que le registre a, cette mère aurait un autre âge : vérifiez sa "
            "date de naissance, et à qui est le numéro.",
        ),
        source="vernix",
        pairs=(_mother_aged_otherwise,),
        examples=(
            BookExample(
                "younger than before",
                ({"record": "1", "mother": "m", "birth_date": _MARCH, "mother_age": 31},),
                ({"record": "2", "mother": "m", "birth_date": _JANUARY, "mother_age": 28},),
                (True,),
            ),
            BookExample(
                "a birthday more or less",
                ({"record": "1", "mother": "m", "birth_date": _MARCH, "mother_age": 31},),
                (
                    {"record": "2", "mother": "m", "birth_date": _JANUARY, "mother_age": 32},
                    {"record": "3", "mother": "m", "birth_date": _JANUARY, "mother_age": 33},
                ),
                (False, False),
            ),
        ),
    ),
)
