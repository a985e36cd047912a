"""A stillbirth: when the child died, why, and what was looked for. With the checks of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vernix.births.birth.event import Event
from vernix.births.checks import Check, one
from vernix.births.codes import UNKNOWN, YES_NO, CodeSet, Words, code
from vernix.births.declaring import Block, element
from vernix.births.elements import Places
from vernix.births.rules import nothing_told_of

if TYPE_CHECKING:
    import ibis

_REPORT = "IJE fetal death"

DEATH_POINT = CodeSet(
    "death_point",
    (
        code("before_labour", "Before labour", "Avant le travail", "antepartum"),
        code("seen_in_labour", "Dead when first seen, in labour", "Constatée à l’arrivée, en travail"),
        code("in_labour", "In labour, after she was seen", "Pendant le travail", "intrapartum"),
        UNKNOWN,
    ),
)

STILLBIRTH_CAUSE = CodeSet(
    "stillbirth_cause",
    (
        code("membranes", "Prelabour rupture of membranes", "Rupture prématurée des membranes", "prom"),
        code("abruption", "Placental abruption", "Décollement placentaire"),
        code("placenta", "Placental insufficiency", "Insuffisance placentaire"),
        code("cord", "Cord prolapse", "Procidence du cordon"),
        code("infection_membranes", "Infection of the membranes", "Infection des membranes"),
        code("other_placenta", "Other of placenta, cord or membranes", "Autre : placenta, cordon, membranes"),
        code("mother", "Illness of the mother", "Maladie de la mère"),
        code("pregnancy", "Other complication of pregnancy", "Autre complication de la grossesse"),
        code("anomaly", "Fetal anomaly", "Anomalie fœtale"),
        code("injury", "Fetal injury", "Lésion du fœtus"),
        code("infection", "Fetal infection", "Infection du fœtus"),
        code("fetus", "Another condition of the fetus", "Autre affection du fœtus"),
        UNKNOWN,
    ),
)

EXAMINATION = CodeSet(
    "stillbirth_examination",
    (
        code("yes", "Yes", "Oui", "y", "o", "1", "true"),
        code("planned", "Planned", "Prévu", "p", "prévue"),
        code("no", "No", "Non", "n", "0", "false"),
        UNKNOWN,
    ),
)

_CAUSES = tuple(f"COD18a{number}" for number in range(1, 15))


class Stillbirth(Block, subject="child", privacy="clinical", source=_REPORT):
    """What is asked of a stillbirth, and of nothing else."""

    death_point = element(
        DEATH_POINT,
        ("When the child died", "Moment du décès"),
        ("As far as can be told.", "Autant qu’on puisse le dire."),
        aliases=("etime", "fetal_death_timing"),
        at=Places(ije=("ETIME",), loinc="73811-2"),
    )
    stillbirth_cause = element(
        STILLBIRTH_CAUSE,
        ("Cause of the stillbirth", "Cause de la mortinaissance"),
        (
            "What began the events that led to it; the first that applies.",
            "Ce qui a commencé la suite d’événements ; la première qui s’applique.",
        ),
        aliases=("initiating_cause", "cause_of_fetal_death"),
        at=Places(ije=_CAUSES),
    )
    autopsy = element(
        EXAMINATION,
        ("Autopsy", "Autopsie"),
        ("Whether the child was examined after death.", "Si l’enfant a été examiné après sa mort."),
        aliases=("autop", "autopsie"),
        at=Places(ije=("AUTOP",), loinc="85699-7"),
    )
    placenta_examined = element(
        EXAMINATION,
        ("Placenta examined", "Placenta examiné"),
        ("Under the microscope.", "Au microscope."),
        aliases=("histop", "placental_pathology"),
        at=Places(ije=("HISTOP",), loinc="73767-6"),
    )
    examination_used = element(
        YES_NO,
        ("Cause rests on an examination", "Cause fondée sur un examen"),
        (
            "Whether autopsy or placenta helped to find the cause.",
            "Si l’autopsie ou le placenta ont aidé à trouver la cause.",
        ),
        aliases=("autopf",),
        at=Places(ije=("AUTOPF",), loinc="74498-7"),
    )


def _more_alive_than_born(t: ibis.Table) -> ibis.Value:
    return t.born_alive > t.plurality


def _alive_and_none_alive(t: ibis.Table) -> ibis.Value:
    nobody = (t.outcome == "live") & (t.born_alive == 0)
    everybody = (t.outcome == "stillbirth") & (t.born_alive == t.plurality)
    return nobody.fill_null(False) | everybody.fill_null(False)


def _cause_from_no_examination(t: ibis.Table) -> ibis.Value:
    return (t.examination_used == "yes") & (t.autopsy == "no") & (t.placenta_examined == "no")


STILLBIRTH_CHECKS: tuple[Check, ...] = (
    nothing_told_of(
        "B-STB-01",
        Event.outcome,
        ("live",),
        (Stillbirth.death_point, Stillbirth.stillbirth_cause, Stillbirth.autopsy),
        source=_REPORT,
    ),
    Check(
        code="B-STB-02",
        severity="soft",
        elements=("examination_used", "autopsy", "placenta_examined"),
        text=Words(
            "The cause is said to rest on an examination that was not made: correct one of them.",
            "La cause reposerait sur un examen qui n’a pas eu lieu : corrigez l’un des deux.",
        ),
        source=_REPORT,
        expression=_cause_from_no_examination,
        examples=(
            one("neither was made", True, examination_used="yes", autopsy="no", placenta_examined="no"),
            one("the placenta was", False, examination_used="yes", autopsy="no", placenta_examined="yes"),
            one("not said", False, examination_used="yes", autopsy="no"),
        ),
    ),
    Check(
        code="B-ORD-04",
        severity="soft",
        elements=("born_alive", "plurality"),
        text=Words(
            "More children were born alive than were born: correct one of the two numbers.",
            "Plus d’enfants nés vivants que d’enfants nés : corrigez l’un des deux nombres.",
        ),
        source="IJE LIVEB, PLUR",
        expression=_more_alive_than_born,
        examples=(
            one("2 of 1", True, born_alive=2, plurality=1),
            one("1 of 2", False, born_alive=1, plurality=2),
            one("not said of how many", False, born_alive=2),
        ),
    ),
    Check(
        code="B-ORD-05",
        severity="soft",
        elements=("born_alive", "outcome", "plurality"),
        text=Words(
            "The number of children born alive and this child's outcome cannot both be right: correct one.",
            "Le nombre d’enfants nés vivants et l’issue de celui-ci ne vont pas ensemble : corrigez.",
        ),
        source="IJE LIVEB, FDTH",
        expression=_alive_and_none_alive,
        examples=(
            one("alive, and none alive", True, born_alive=0, outcome="live", plurality=1),
            one("stillborn, and all alive", True, born_alive=2, outcome="stillbirth", plurality=2),
            one("one twin stillborn", False, born_alive=1, outcome="stillbirth", plurality=2),
            one("one twin alive", False, born_alive=1, outcome="live", plurality=2),
        ),
    ),
)
