"""Measures: what is counted among whom, each declared once, as expressions on the rows of the book.

A measure runs on DuckDB today and on Spark unchanged (Ibis). Its worked examples are its test and its
documentation.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from vernix.births.codes import Words
from vernix.births.gestation import TERM_DAYS

if TYPE_CHECKING:
    import ibis

Place = Literal["case", "other", "outside"]


@dataclass(frozen=True)
class Worked:
    """One birth and where it is counted: a case, another one of the denominator, or outside of both."""

    why: str
    counted: Place
    row: Mapping[str, Any]


@dataclass(frozen=True)
class Measure:
    """A count of births, and mostly its share of others.

    ``denominator`` and ``numerator`` turn the table of births into a boolean column; a row counts as a case
    where both are true, and null is false. A measure without ``share`` is a bare count (of its denominator).
    ``part_of`` names a measure whose cases include all cases of this one: the difference of two such counts
    must not give away a small number.
    """

    name: str
    label: Words
    definition: Words
    source: str
    denominator: Callable[[ibis.Table], ibis.Value]
    numerator: Callable[[ibis.Table], ibis.Value]
    examples: tuple[Worked, ...]
    share: bool = True
    part_of: str | None = None

    def counted(self, table: ibis.Table) -> ibis.Value:
        """True for a row of the denominator."""
        return self.denominator(table).fill_null(False)

    def cases(self, table: ibis.Table) -> ibis.Value:
        """True for a case: in the denominator and in the numerator."""
        return self.counted(table) & self.numerator(table).fill_null(False)


def _born(t: ibis.Table) -> ibis.Value:
    # A row whose outcome was not sent is a birth, and taken for a live one: few files of live births say so.
    return t.outcome.fill_null("live") != "termination"


def _born_alive(t: ibis.Table) -> ibis.Value:
    return ~t.outcome.fill_null("live").isin(("stillbirth", "termination"))


def _gestation_known(t: ibis.Table) -> ibis.Value:
    return _born_alive(t) & t.gestation.notnull()


def _preterm(t: ibis.Table) -> ibis.Value:
    return t.gestation < TERM_DAYS


def _classed(t: ibis.Table) -> ibis.Value:
    return t.low_birth_weight.isin(("yes", "no")).fill_null(False)


def _weight_known(t: ibis.Table) -> ibis.Value:
    return _born_alive(t) & (t.birth_weight.notnull() | _classed(t))


def _low_weight(t: ibis.Table) -> ibis.Value:
    import ibis

    # A weight that was rounded and converted cannot decide at the boundary; the site's own class can.
    return ibis.ifelse(_classed(t), t.low_birth_weight == "yes", t.birth_weight < 2500)


def _plurality_known(t: ibis.Table) -> ibis.Value:
    return _born(t) & t.plurality.notnull()


def _delivery_known(t: ibis.Table) -> ibis.Value:
    return _born(t) & (t.delivery_method != "unknown")


BIRTHS = Measure(
    name="births",
    label=Words("Births", "Naissances"),
    definition=Words(
        "Children born, alive or dead; each twin counts. Terminations do not.",
        "Enfants nés, vivants ou morts ; chaque jumeau compte. Les interruptions ne comptent pas.",
    ),
    source="BORN Birth Child",
    denominator=_born,
    numerator=_born,
    share=False,
    examples=(
        Worked("a live birth", "case", {"outcome": "live"}),
        Worked("a stillbirth", "case", {"outcome": "stillbirth"}),
        Worked("a termination", "outside", {"outcome": "termination"}),
        Worked("the outcome was not sent", "case", {}),
    ),
)

PRETERM = Measure(
    name="preterm",
    label=Words("Preterm", "Prématurées"),
    definition=Words(
        "Live births before 37 completed weeks (259 days), of live births with a known gestation.",
        "Naissances vivantes avant 37 semaines révolues (259 jours), parmi celles d’âge gestationnel connu.",
    ),
    source="APHEO 6B",
    denominator=_gestation_known,
    numerator=_preterm,
    examples=(
        Worked("36 weeks and 6 days", "case", {"outcome": "live", "gestation": 258}),
        Worked("37 weeks and 0 days", "other", {"outcome": "live", "gestation": 259}),
        Worked("gestation unknown", "outside", {"outcome": "live"}),
        Worked("a stillbirth", "outside", {"outcome": "stillbirth", "gestation": 210}),
    ),
)

LOW_WEIGHT = Measure(
    name="low_weight",
    label=Words("Low birth weight", "Petit poids"),
    definition=Words(
        "Live births under 2500 g, of live births with a known weight. Where the site classed the weight "
        "itself, its class decides.",
        "Naissances vivantes de moins de 2500 g, parmi celles de poids connu. Si l’établissement a lui-même "
        "classé le poids, sa classe décide.",
    ),
    source="APHEO birth weights",
    denominator=_weight_known,
    numerator=_low_weight,
    examples=(
        Worked("2499 g", "case", {"outcome": "live", "birth_weight": 2499}),
        Worked("2500 g", "other", {"outcome": "live", "birth_weight": 2500}),
        Worked("weight unknown", "outside", {"outcome": "live"}),
        Worked("a stillbirth", "outside", {"outcome": "stillbirth", "birth_weight": 900}),
        Worked("5.5 lb, classed not low", "other", {"birth_weight": 2495, "low_birth_weight": "no"}),
        Worked("classed low, no weight sent", "case", {"low_birth_weight": "yes"}),
        Worked("class unknown: the weight", "case", {"birth_weight": 2000, "low_birth_weight": "unknown"}),
    ),
)

TWINS = Measure(
    name="twins",
    label=Words("Twins", "Jumeaux"),
    definition=Words(
        "Children of a twin pregnancy, of births with a known number of children; triplets and more are not "
        "in it.",
        "Enfants d’une grossesse gémellaire, parmi les naissances de nombre connu ; sans les triplés ou "
        "plus.",
    ),
    source="IJE PLUR",
    denominator=_plurality_known,
    numerator=lambda t: t.plurality == 2,
    part_of="multiple",
    examples=(
        Worked("a twin", "case", {"plurality": 2}),
        Worked("a stillborn twin", "case", {"plurality": 2, "outcome": "stillbirth"}),
        Worked("a triplet", "other", {"plurality": 3}),
        Worked("a single child", "other", {"plurality": 1}),
        Worked("not known", "outside", {}),
    ),
)

MULTIPLE = Measure(
    name="multiple",
    label=Words("Multiple births", "Naissances multiples"),
    definition=Words(
        "Children of a pregnancy with two or more, of births with a known number of children.",
        "Enfants d’une grossesse de deux ou plus, parmi les naissances de nombre connu.",
    ),
    source="Euro-Peristat C7",
    denominator=_plurality_known,
    numerator=lambda t: t.plurality >= 2,
    examples=(
        Worked("a twin", "case", {"plurality": 2}),
        Worked("a triplet", "case", {"plurality": 3}),
        Worked("a single child", "other", {"plurality": 1}),
        Worked("not known", "outside", {}),
    ),
)

CAESAREAN = Measure(
    name="caesarean",
    label=Words("Caesarean", "Césariennes"),
    definition=Words(
        "Children born by caesarean section, of births with a known method of delivery.",
        "Enfants nés par césarienne, parmi les naissances de mode d’accouchement connu.",
    ),
    source="Euro-Peristat C10",
    denominator=_delivery_known,
    numerator=lambda t: t.delivery_method == "caesarean",
    examples=(
        Worked("caesarean", "case", {"delivery_method": "caesarean"}),
        Worked("forceps", "other", {"delivery_method": "forceps"}),
        Worked("somebody looked and could not say", "outside", {"delivery_method": "unknown"}),
        Worked("not sent", "outside", {}),
        Worked("a termination", "outside", {"delivery_method": "caesarean", "outcome": "termination"}),
    ),
)

BIRTH_MEASURES: tuple[Measure, ...] = (BIRTHS, PRETERM, LOW_WEIGHT, TWINS, MULTIPLE, CAESAREAN)
"""The measures of the report ``births``, in the order of its columns."""
