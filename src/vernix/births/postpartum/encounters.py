"""The encounters ``postpartum_child`` and ``postpartum_mother``, put together."""

from __future__ import annotations

from vernix.births.against_births import against_births
from vernix.births.birth.child import CareAtBirth
from vernix.births.birth.event import Event
from vernix.births.codes import Words
from vernix.births.declaring import elements_of
from vernix.births.encounter import Encounter
from vernix.births.identity import ChildIdentity, MotherIdentity, PregnancyIdentity, Record
from vernix.births.identity_checks import identity_checks
from vernix.births.newborn.child import AT_BIRTH, BORN
from vernix.births.newborn.discharge import ChildDischarge
from vernix.births.newborn.hearing import HearingResult, HearingScreen
from vernix.births.newborn.heart import HeartResult, HeartScreen
from vernix.births.newborn.screening.card import Sample, ScreenDecision
from vernix.births.postpartum.child import ChildFeeding, ChildFollowUp, ChildIllness, ChildTreatment
from vernix.births.postpartum.child_checks import POSTPARTUM_CHILD_CHECKS
from vernix.births.postpartum.mother import MotherDischarge, MotherIllness, MotherMind, MotherTreatment
from vernix.births.postpartum.mother_checks import POSTPARTUM_MOTHER_CHECKS
from vernix.births.pregnancy import MaternalMorbidity

_CHILD = elements_of(
    Record,
    ChildIdentity,
    *BORN,
    *AT_BIRTH,
    MotherIdentity,
    CareAtBirth.feeding_intention,
    ChildFeeding,
    ChildTreatment,
    ScreenDecision.screen_decision,
    ScreenDecision.screen_not_done_reason,
    Sample.collection_date,
    HeartScreen.heart_screen_status,
    HeartScreen.heart_screen_date,
    HeartResult.heart_screen_result,
    HearingScreen.hearing_screen_status,
    HearingScreen.hearing_screen_date,
    HearingResult.hearing_screen_result,
    ChildIllness,
    CareAtBirth.congenital_anomaly,
    CareAtBirth.nicu,
    ChildFollowUp,
    ChildDischarge,
)

POSTPARTUM_CHILD = Encounter(
    name="postpartum_child",
    label=Words("Postpartum, child", "Post-partum, enfant"),
    definition=Words(
        "A child from its first hour to discharge, in hospital or with a midwife: feeding, treatment, "
        "screens "
        "done or declined, illness. One row for each child.",
        "Un enfant de sa première heure à son congé, à l’hôpital ou avec une sage-femme : alimentation, "
        "traitements, dépistages faits ou refusés, maladies. Une ligne par enfant.",
    ),
    elements=_CHILD,
    checks=identity_checks("PC", _CHILD) + POSTPARTUM_CHILD_CHECKS,
    book_checks=against_births("PC", _CHILD),
)

_MOTHER = elements_of(
    Record,
    MotherIdentity,
    PregnancyIdentity,
    Event.birth_date,
    Event.birth_time,
    Event.outcome,
    Event.plurality,
    Event.delivery_method,
    MotherIllness,
    MaternalMorbidity.transfusion,
    MaternalMorbidity.hysterectomy,
    MaternalMorbidity.mother_icu,
    MotherTreatment,
    MotherMind,
    MotherDischarge,
)

POSTPARTUM_MOTHER = Encounter(
    name="postpartum_mother",
    label=Words("Postpartum, mother", "Post-partum, mère"),
    definition=Words(
        "A mother from the first hour after birth to discharge, in hospital or with a midwife, and what "
        "befell "
        "her to six weeks. One row for each pregnancy.",
        "Une mère de la première heure après l’accouchement à son congé, à l’hôpital ou avec une sage-femme, "
        "et ce qui lui est arrivé jusqu’à six semaines. Une ligne par grossesse.",
    ),
    elements=_MOTHER,
    optional=(PregnancyIdentity.due_date, Event.plurality),
    checks=identity_checks("PM", _MOTHER) + POSTPARTUM_MOTHER_CHECKS,
    book_checks=against_births("PM", _MOTHER),
)
