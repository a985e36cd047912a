"""The encounter ``antenatal_general``, put together."""

from __future__ import annotations

from vernix.births.antenatal.dating import CarePlan, Dating, LastPeriod
from vernix.births.antenatal.discussion import Discussion
from vernix.births.antenatal.general_checks import GENERAL_CHECKS
from vernix.births.antenatal.history import FamilyHistory, InfectionHistory, MedicalHistory
from vernix.births.antenatal.laboratory import FirstLaboratory, Immunoprophylaxis, LateLaboratory
from vernix.births.antenatal.wellbeing import CurrentPregnancy, Examination, Psychosocial
from vernix.births.birth.child import CareAtBirth
from vernix.births.birth.event import Event
from vernix.births.codes import Words
from vernix.births.declaring import elements_of
from vernix.births.encounter import Encounter
from vernix.births.exposures import Exposures
from vernix.births.identity import MotherIdentity, PregnancyIdentity, Record
from vernix.births.identity_checks import identity_checks
from vernix.births.labour.admission import Admission
from vernix.births.labour.course import Protection
from vernix.births.labour.streptococcus_checks import streptococcus_checks
from vernix.births.mother import Body, Household, Smoking
from vernix.births.mother_checks import mother_checks
from vernix.births.obstetric_history import ObstetricHistory, Parity
from vernix.births.pregnancy import Conception, PregnancyIllness, PrenatalCare
from vernix.births.pregnancy_checks import pregnancy_checks

_ELEMENTS = elements_of(
    Record,
    PregnancyIdentity,
    MotherIdentity,
    Household.marital_status,
    LastPeriod,
    Dating,
    Event.gestation_method,
    Event.plurality,
    Conception,
    PrenatalCare.prenatal_visits,
    CarePlan,
    Admission.planned_birth_place,
    ObstetricHistory,
    Parity,
    CurrentPregnancy,
    Smoking,
    Admission.lives_with_smoker,
    Exposures,
    PregnancyIllness.hypertension_chronic,
    PregnancyIllness.diabetes,
    PregnancyIllness.hypertension_gestational,
    MedicalHistory,
    FamilyHistory,
    InfectionHistory,
    Psychosocial,
    Body,
    Examination,
    FirstLaboratory,
    LateLaboratory,
    Protection.gbs_screen,
    Protection.gbs_screen_gestation,
    Immunoprophylaxis,
    Discussion,
    CareAtBirth.feeding_intention,
)

ANTENATAL_GENERAL = Encounter(
    name="antenatal_general",
    label=Words("Antenatal care", "Suivi prénatal"),
    definition=Words(
        "The care of a pregnancy by midwife, family physician or obstetrician, as the antenatal record tells "
        "it; one row for each pregnancy, sent again as it goes on. Each visit has a row of its own "
        "elsewhere.",
        "Le suivi d’une grossesse par sage-femme, médecin de famille ou obstétricien, selon le dossier "
        "prénatal ; une ligne par grossesse, renvoyée au fil du suivi. Chaque visite a ailleurs sa ligne.",
    ),
    elements=_ELEMENTS,
    when=("last_visit_date", "first_prenatal_visit_date"),
    checks=(
        identity_checks("AG", _ELEMENTS)
        + GENERAL_CHECKS
        + streptococcus_checks("AG", _ELEMENTS)
        + pregnancy_checks("AG", _ELEMENTS)
        + mother_checks("AG", _ELEMENTS)
    ),
)
