"""The encounter ``birth``, put together.

The order here is the order of the columns everywhere: in the template, the book and the dictionary; and the
order of the checks is the one in which findings are told.
"""

from __future__ import annotations

from vernix.births.birth.child import CareAtBirth, ConditionAtBirth
from vernix.births.birth.clinical_checks import CLINICAL_CHECKS
from vernix.births.birth.event import Event
from vernix.births.birth.event_checks import EVENT_CHECKS
from vernix.births.codes import Words
from vernix.births.declaring import elements_of
from vernix.births.encounter import Encounter
from vernix.births.identity import ChildIdentity, MotherIdentity, Record
from vernix.births.identity_checks import identity_checks
from vernix.births.mother import Body, Cigarettes, Household, ParentsAge, Smoking, WeightAtDelivery
from vernix.births.mother_checks import mother_checks
from vernix.births.obstetric_history import ObstetricHistory
from vernix.births.pregnancy import (
    MaternalMorbidity,
    MotherTransfer,
    PerinealTear,
    PregnancyIllness,
    PregnancyInfections,
    PrenatalCare,
)

_ELEMENTS = elements_of(
    Record,
    Event,
    ChildIdentity,
    ConditionAtBirth,
    CareAtBirth,
    MotherIdentity,
    ParentsAge,
    Household,
    Body,
    WeightAtDelivery,
    Smoking,
    Cigarettes,
    ObstetricHistory,
    PrenatalCare,
    PregnancyIllness,
    PregnancyInfections,
    MotherTransfer,
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
    checks=(identity_checks("B", _ELEMENTS) + EVENT_CHECKS + CLINICAL_CHECKS + mother_checks("B", _ELEMENTS)),
)
