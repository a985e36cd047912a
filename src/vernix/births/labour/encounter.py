"""The encounter ``labour_and_birth``, put together."""

from __future__ import annotations

from vernix.births.birth.child import CareAtBirth
from vernix.births.birth.event import Event
from vernix.births.codes import Words
from vernix.births.declaring import elements_of
from vernix.births.encounter import Encounter
from vernix.births.exposures import Exposures
from vernix.births.identity import MotherIdentity, PregnancyIdentity, Record
from vernix.births.identity_checks import identity_checks
from vernix.births.labour.admission import Admission, Induction
from vernix.births.labour.checks import LABOUR_CHECKS
from vernix.births.labour.course import Complications, Membranes, PainRelief, Protection, Surveillance
from vernix.births.labour.delivery import Attendance, Caesarean, ThirdStage
from vernix.births.labour.streptococcus_checks import streptococcus_checks
from vernix.births.mother import Body, ParentsAge, Smoking, WeightAtDelivery
from vernix.births.mother_checks import mother_checks
from vernix.births.obstetric_history import ObstetricHistory, Parity
from vernix.births.postpartum.mother import MotherIllness
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
    PregnancyIdentity,
    Event.gestation_method,
    MotherIdentity,
    ParentsAge.mother_age,
    Body,
    WeightAtDelivery,
    ObstetricHistory,
    Parity,
    Conception,
    PrenatalCare,
    PregnancyIllness,
    PregnancyInfections,
    Smoking,
    Exposures,
    CareAtBirth.feeding_intention,
    Admission,
    MotherTransfer,
    Event.labour_type,
    Event.induction,
    Induction,
    Membranes,
    Surveillance,
    PainRelief,
    Protection,
    Complications,
    MotherIllness.retained_placenta,
    MotherIllness.postpartum_haemorrhage,
    Event.birth_date,
    Event.birth_time,
    Event.gestation,
    Event.plurality,
    Event.birth_place,
    Event.presentation,
    Event.delivery_method,
    Caesarean,
    PerinealTear,
    ThirdStage,
    MaternalMorbidity,
    Attendance,
)

LABOUR_AND_BIRTH = Encounter(
    name="labour_and_birth",
    label=Words("Labour and birth (mother)", "Travail et accouchement (mère)"),
    definition=Words(
        "A mother from the beginning of labour to the first hour after the birth, wherever it was; one row "
        "for each pregnancy. Dates and hours of the birth are those of the first child.",
        "Une mère, du début du travail à la première heure après la naissance, où que ce fût ; une ligne par "
        "grossesse. Date et heure de la naissance sont celles du premier enfant.",
    ),
    elements=_ELEMENTS,
    checks=identity_checks("LB", _ELEMENTS)
    + LABOUR_CHECKS
    + streptococcus_checks("LB", _ELEMENTS)
    + pregnancy_checks("LB", _ELEMENTS)
    + mother_checks("LB", _ELEMENTS),
)
