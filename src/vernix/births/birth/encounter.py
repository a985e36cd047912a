"""The encounter ``birth``, put together.

The order here is the order of the columns everywhere: in the template, the book and the dictionary; and the
order of the checks is the one in which findings are told.
"""

from __future__ import annotations

from vernix.births.antenatal.dating import LastPeriod
from vernix.births.birth.book_checks import BOOK_CHECKS
from vernix.births.birth.care_checks import CARE_CHECKS
from vernix.births.birth.child import CareAtBirth, ConditionAtBirth
from vernix.births.birth.clinical_checks import CLINICAL_CHECKS
from vernix.births.birth.event import Event
from vernix.births.birth.event_checks import EVENT_CHECKS
from vernix.births.birth.stillbirth import STILLBIRTH_CHECKS, Stillbirth
from vernix.births.codes import Words
from vernix.births.declaring import elements_of
from vernix.births.encounter import Encounter
from vernix.births.identity import ChildIdentity, MotherIdentity, Record
from vernix.births.identity_checks import identity_checks
from vernix.births.labour.admission import Induction
from vernix.births.labour.course import Complications, PainRelief, Protection
from vernix.births.labour.delivery import Attendance, Caesarean
from vernix.births.mother import Body, Cigarettes, Household, ParentsAge, Smoking, WeightAtDelivery
from vernix.births.mother_checks import mother_checks
from vernix.births.newborn.discharge import ChildDischarge
from vernix.births.obstetric_history import EarlierPregnancies, ObstetricHistory
from vernix.births.pregnancy import (
    Conception,
    MaternalMorbidity,
    MotherTransfer,
    PerinealTear,
    PregnancyIllness,
    PregnancyInfections,
    PrenatalCare,
)
from vernix.births.pregnancy_checks import pregnancy_checks

_ELEMENTS = elements_of(
    Record,
    Event,
    ChildIdentity,
    ConditionAtBirth,
    CareAtBirth,
    ChildDischarge.feeding_at_discharge,
    Stillbirth,
    MotherIdentity,
    ParentsAge,
    Household,
    Body,
    WeightAtDelivery,
    Smoking,
    Cigarettes,
    ObstetricHistory,
    EarlierPregnancies,
    LastPeriod,
    Conception,
    PrenatalCare,
    PregnancyIllness,
    PregnancyInfections,
    MotherTransfer,
    Induction.augmentation,
    PainRelief.neuraxial,
    Protection.antibiotics_in_labour,
    Protection.steroids,
    Complications.chorioamnionitis,
    Caesarean.external_version,
    Caesarean.trial_of_labour,
    Attendance.attendant,
    PerinealTear,
    MaternalMorbidity,
)

BIRTH = Encounter(
    name="birth",
    label=Words("Birth", "Naissance"),
    definition=Words(
        "The birth of one child, with its mother, to the first hours after; one row for each child, twins "
        "on two.",
        "La naissance d’un enfant, avec sa mère, jusqu’aux premières heures ; une ligne par enfant, deux "
        "pour des jumeaux.",
    ),
    elements=_ELEMENTS,
    required=(ConditionAtBirth.sex,),
    optional=(ChildDischarge.feeding_at_discharge,),
    checks=(
        identity_checks("B", _ELEMENTS)
        + EVENT_CHECKS
        + CLINICAL_CHECKS
        + STILLBIRTH_CHECKS
        + CARE_CHECKS
        + pregnancy_checks("B", _ELEMENTS)
        + mother_checks("B", _ELEMENTS)
    ),
    book_checks=BOOK_CHECKS,
)
