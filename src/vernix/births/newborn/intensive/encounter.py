"""The encounter ``neonatal_intensive_care``, put together."""

from __future__ import annotations

from vernix.births.against_births import against_births
from vernix.births.birth.child import CareAtBirth, ConditionAtBirth
from vernix.births.codes import Words
from vernix.births.declaring import elements_of
from vernix.births.encounter import Encounter
from vernix.births.identity import ChildIdentity, MotherIdentity, Record
from vernix.births.identity_checks import identity_checks
from vernix.births.labour.course import Protection
from vernix.births.newborn.child import AT_BIRTH, BORN
from vernix.births.newborn.discharge import ChildDischarge
from vernix.births.newborn.intensive.checks import INTENSIVE_CARE_CHECKS
from vernix.births.newborn.intensive.course import (
    Brain,
    Breathing,
    Circulation,
    InfectionAndGut,
    LinesAndFeeding,
)
from vernix.births.newborn.intensive.stay import Admission, Departure
from vernix.births.newborn.screening.card import Sample
from vernix.births.newborn.series import STAYS

_ELEMENTS = elements_of(
    Record,
    ChildIdentity,
    *BORN,
    *AT_BIRTH,
    ConditionAtBirth.apgar_1,
    ConditionAtBirth.apgar_5,
    ConditionAtBirth.apgar_10,
    ConditionAtBirth.head_circumference,
    MotherIdentity,
    Protection.steroids,
    Protection.magnesium_sulphate,
    Admission,
    CareAtBirth.ventilation,
    CareAtBirth.ventilation_6h,
    CareAtBirth.surfactant,
    CareAtBirth.antibiotics,
    CareAtBirth.seizures,
    CareAtBirth.congenital_anomaly,
    Breathing,
    Circulation,
    Sample.child_transfused,
    Brain,
    InfectionAndGut,
    LinesAndFeeding,
    ChildDischarge,
    Departure,
)

NEONATAL_INTENSIVE_CARE = Encounter(
    name="neonatal_intensive_care",
    label=Words("Neonatal intensive care", "Soins intensifs néonatals"),
    definition=Words(
        "One stay of a child in an intensive or special care nursery, from admission to discharge, transfer "
        "or "
        "death. One row for each stay.",
        "Un séjour d’un enfant dans une unité de soins intensifs ou spéciaux, de l’admission au congé, au "
        "transfert ou au décès. Une ligne par séjour.",
    ),
    elements=_ELEMENTS,
    when=("nicu_admission_date", "birth_date"),
    checks=identity_checks("NI", _ELEMENTS) + INTENSIVE_CARE_CHECKS + STAYS,
    book_checks=against_births("NI", _ELEMENTS),
)
