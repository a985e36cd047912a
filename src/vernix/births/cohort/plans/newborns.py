"""The encounters of birth and childhood: mother and child to discharge, screens, stays, later visits."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from vernix.births.cohort.drawing import (
    Column,
    Draw,
    Rows,
    after,
    among,
    around,
    clock,
    either,
    fixed,
    holds,
    numbered,
    only,
    same,
    yes,
)
from vernix.births.cohort.plans.plan import Plan, children, mothers, several
from vernix.births.newborn.screening.results import CONDITIONS

_LABORATORY = "newborn-screening-laboratory"
_MOTHER_ONLY = (
    "child_family_name",
    "child_given_names",
    "child_health_number",
    "child_health_card",
    "child_chart_number",
    "sex",
)
_VISITS = ("2_weeks", "2_months", "4_months", "6_months", "9_months")
_VISIT_DAYS = (14, 61, 122, 183, 274)
_PRETERM_DAYS = 259


def _earlier_the_same_day(earliest: int) -> Draw:
    """An hour before the birth's own, on its day."""

    def draw(rows: Rows) -> Column:
        hours = np.array([int(time[:2]) for time in np.ma.filled(rows["birth_time"], "00")])
        return np.ma.array([f"{max(0, hour - earliest):02d}:00" for hour in hours], dtype=object)

    return draw


def _stay_days(rows: Rows) -> Column:
    """The longer, the earlier the child came."""
    weeks_early = np.clip((_PRETERM_DAYS - np.ma.filled(rows["gestation"], _PRETERM_DAYS)) // 7, 0, 20)
    return rows["nicu_admission_date"] + (rows.rng.integers(2, 9, rows.count) + 6 * weeks_early).astype(
        "m8[D]"
    )


def _grown(rows: Rows) -> Column:
    """About 28 g a day at first, less later."""
    days = np.ma.filled((rows["visit_date"] - rows["birth_date"]).astype(np.int64), 0)
    gain = 28 * np.minimum(days, 120) + 15 * np.maximum(days - 120, 0)
    return np.ma.array((rows["birth_weight"] + gain * rows.rng.normal(1, 0.08, rows.count)).astype(np.int64))


def _unplanned(rows: Rows) -> Column:
    return rows.among("delivery_method", "caesarean") & ~rows.among("labour_type", "none")


def _result_of(place: int) -> Draw:
    """Of one condition: negative, but for the one that a positive screen found."""
    found = either(
        lambda rows: rows.among("screen_result", "positive") & (rows["_found"] == place),
        fixed("positive"),
        fixed("negative"),
    )
    return only(lambda rows: rows.among("screen_result", "positive", "negative"), found)


NEWBORNS: Mapping[str, Plan] = {
    "labour_and_birth": Plan(
        mothers(),
        {
            "admission_date": same("birth_date"),
            "admission_time": _earlier_the_same_day(6),
            "labour_date": only(holds("labour_type", "induced", "spontaneous"), same("birth_date")),
            "labour_time": only(holds("labour_type", "induced", "spontaneous"), _earlier_the_same_day(7)),
            "membranes_date": same("birth_date"),
            "membranes_time": _earlier_the_same_day(2),
            "planned_birth_place": same("birth_place"),
            "gbs_screen": among(negative=72, positive=22, not_done=4, declined=2),
            "gbs_screen_gestation": only(
                lambda rows: rows.among("gbs_screen", "negative", "positive") & (rows["gestation"] > 262),
                around(252, 4, 245, 260),
            ),
            "induction_indication": only(
                holds("labour_type", "induced"),
                among(membranes=26, diabetes=14, hypertension=14, growth=8, fetus=8, request=6, other=12),
            ),
            "caesarean_type": either(
                holds("delivery_method", "caesarean"),
                either(_unplanned, fixed("unplanned"), fixed("planned")),
                fixed("none"),
            ),
            "caesarean_indication": only(
                holds("delivery_method", "caesarean"),
                among(previous=35, dystocia=22, fetal_heart=18, breech=12, placenta=3, request=4, other=6),
            ),
            "episiotomy": either(
                holds("delivery_method", "caesarean"),
                fixed("none"),
                among(none=88, mediolateral=9, midline=3),
            ),
            "neuraxial": among(epidural=58, none=27, spinal=13, combined=2),
            "steroids": either(
                lambda rows: rows["gestation"] < 238, among(two=70, one=20, none=10), fixed("none")
            ),
            "liquor": among(clear=84, meconium_thin=11, meconium_thick=4, bloody=1),
            "blood_loss": around(380, 150, 50, 900),
            "cord_clamping": around(70, 25, 5, 240),
            "attendant": among(obstetrician=72, family_physician=7, midwife=16, resident=4, nurse=1),
            "mother_outcome": among(stayed=97.5, home=1.5, transferred=0.8, intensive_care=0.2),
        },
        (*_MOTHER_ONLY, "admission_dilatation", "bishop_score", "caesarean_dilatation"),
    ),
    "postpartum_mother": Plan(
        mothers(),
        {
            "mother_discharge_date": after("birth_date", 1, 3),
            "mother_discharge_time": clock(9, 17),
            "mother_discharged_to": fixed("home"),
            "six_week_visit_date": after("birth_date", 40, 50),
            "postpartum_blood_loss": around(420, 150, 60, 900),
            "depression_score_postpartum": around(5, 3, 0, 9),
        },
        _MOTHER_ONLY,
    ),
    "postpartum_child": Plan(
        children(0.98),
        {
            "child_discharge_date": after("birth_date", 2, 4),
            "child_discharge_time": clock(9, 17),
            "child_discharged_to": fixed("home"),
            "feeding_to_discharge": among(breast_milk=62, combination=28, substitute=10),
            "breastfeeding_begun": either(
                holds("feeding_to_discharge", "substitute"), fixed("no"), fixed("yes")
            ),
            "feeding_at_discharge": same("feeding_to_discharge"),
            "screen_decision": among(collected=98.6, declined=0.8, deferred=0.6),
            "collection_date": only(holds("screen_decision", "collected"), after("birth_date", 1, 1)),
            "heart_screen_status": fixed("done"),
            "heart_screen_date": after("birth_date", 1, 1),
            "heart_screen_result": among(**{"pass": 99.8, "refer": 0.2}),
            "hearing_screen_status": fixed("done"),
            "hearing_screen_date": after("birth_date", 1, 2),
            "hearing_screen_result": among(**{"pass": 98, "refer": 2}),
            "vitamin_k": among(given=98, declined=2),
            "eye_prophylaxis": among(given=60, declined=40),
            "lowest_weight": lambda rows: np.ma.array((rows["birth_weight"] * 0.94).astype(np.int64)),
            "discharge_weight": lambda rows: np.ma.array((rows["birth_weight"] * 0.96).astype(np.int64)),
        },
    ),
    "neonatal_intensive_care": Plan(
        children(1.0, holds("nicu", "yes")),
        {
            "nicu_admission_date": same("birth_date"),
            "child_discharge_date": _stay_days,
            "child_discharged_to": among(home=80, other_unit=12, hospital=8),
            "nicu_reason": either(
                lambda rows: rows["gestation"] < _PRETERM_DAYS,
                among(prematurity=80, respiratory=20),
                among(respiratory=45, infection=20, hypoglycemia=15, jaundice=10, other=10),
            ),
            "inborn": yes(0.9),
            "transport": fixed("none"),
            "steroids": either(
                lambda rows: rows["gestation"] < 238, among(two=70, one=20, none=10), fixed("none")
            ),
            "admission_temperature": around(36.8, 0.3, 35.5, 37.8, 1),
            "admission_weight": same("birth_weight"),
        },
        (
            "ventilator_days",
            "cpap_days",
            "high_flow_days",
            "oxygen_days",
            "surfactant_doses",
            "red_cell_transfusions",
            "antibiotic_days",
            "central_line_days",
            "parenteral_days",
            "discharge_weight",
            "discharge_head_circumference",
            "discharge_length",
        ),
    ),
    "newborn_screening": Plan(
        children(0.985),
        {
            "card_number": numbered("N"),
            "card_expiry": after("birth_date", 200, 600),
            "screen_decision": fixed("collected"),
            "screen_reason": fixed("initial"),
            "collection_date": after("birth_date", 2, 2),
            "collection_time": clock(6, 22),
            "received_date": after("collection_date", 1, 4),
            "result_date": after("received_date", 2, 4),
            "collected_before_24h": fixed("no"),
            "sample_quality": among(satisfactory=97.75, unsatisfactory=2.25),
            "screen_result": either(
                holds("sample_quality", "unsatisfactory"),
                fixed("not_tested"),
                among(negative=98.9, positive=1.0, inconclusive=0.1),
            ),
            "repeat_requested": either(
                lambda rows: (
                    (rows["gestation"] < 231)
                    | (rows["birth_weight"] < 1500)
                    | rows.among("sample_quality", "unsatisfactory")
                ),
                fixed("yes"),
                fixed("no"),
            ),
            "repeat_reason": only(
                holds("repeat_requested", "yes"),
                either(holds("sample_quality", "unsatisfactory"), fixed("unsatisfactory"), fixed("preterm")),
            ),
            "collection_method": among(heel=94, venous=5, arterial=1),
            "feeding_at_collection": among(breast_milk=65, combination=22, formula=11, parenteral=2),
            "_found": lambda rows: np.ma.array(rows.rng.integers(0, len(CONDITIONS), rows.count)),
            **{each.name: _result_of(place) for place, each in enumerate(CONDITIONS)},
        },
        ("age_at_collection", "weight_at_collection"),
        _LABORATORY,
    ),
    "newborn_screening_follow_up": Plan(
        children(0.011),
        {
            "card_number": numbered("N"),
            "screened_condition": among(
                congenital_hypothyroidism=25,
                cystic_fibrosis=25,
                sickle_cell_anemia=12,
                mcad_deficiency=8,
                phenylketonuria=5,
                galactosemia=5,
                congenital_adrenal_hyperplasia=10,
                severe_combined_immunodeficiency=5,
                biotinidase_deficiency=5,
            ),
            "screen_positive_date": after("birth_date", 6, 9),
            "family_reached_date": after("screen_positive_date", 0, 1),
            "first_visit_date": after("screen_positive_date", 1, 4),
            "diagnosis_date": after("first_visit_date", 0, 20),
            "follow_up_closed_date": after("diagnosis_date", 5, 40),
            "follow_up_outcome": among(not_affected=55, confirmed=30, carrier=12, variant=3),
        },
    ),
    "heart_screening": Plan(
        children(0.95),
        {
            "heart_screen_status": among(done=98.5, declined=0.5, missed=0.5, not_needed=0.5),
            "heart_screen_date": only(holds("heart_screen_status", "done"), after("birth_date", 2, 2)),
            "heart_screen_time": only(holds("heart_screen_status", "done"), clock(6, 22)),
            "saturation_right_hand_1": only(holds("heart_screen_status", "done"), around(98.5, 1, 95, 100)),
            "saturation_foot_1": only(holds("heart_screen_status", "done"), around(98.5, 1, 95, 100)),
            "heart_result_1": only(holds("heart_screen_status", "done"), fixed("pass")),
            "heart_screen_result": only(holds("heart_screen_status", "done"), fixed("pass")),
        },
        (
            "heart_screen_age",
            "saturation_right_hand_2",
            "saturation_foot_2",
            "saturation_right_hand_3",
            "saturation_foot_3",
            "heart_result_2",
            "heart_result_3",
        ),
    ),
    "hearing_screening": Plan(
        children(0.95),
        {
            "hearing_screen_status": among(done=98, declined=1, missed=1),
            "hearing_screen_date": only(holds("hearing_screen_status", "done"), after("birth_date", 1, 3)),
            "hearing_stage": fixed("first"),
            "hearing_method": either(holds("nicu", "yes"), fixed("abr"), among(oae=80, abr=20)),
            "right_ear": only(holds("hearing_screen_status", "done"), among(**{"pass": 98, "refer": 2})),
            "left_ear": only(holds("hearing_screen_status", "done"), among(**{"pass": 98, "refer": 2})),
            "hearing_screen_result": only(
                holds("hearing_screen_status", "done"),
                either(
                    lambda rows: rows.among("right_ear", "refer") | rows.among("left_ear", "refer"),
                    fixed("refer"),
                    fixed("pass"),
                ),
            ),
        },
    ),
    "public_health_screen": Plan(
        children(0.6),
        {
            "family_screen_date": after("birth_date", 1, 2),
            "family_screen_stage": fixed("postpartum"),
            "child_discharge_date": after("birth_date", 2, 4),
            "family_contact_date": after("child_discharge_date", 0, 2),
        },
        ("risks_told",),
    ),
    "well_baby_visit": Plan(
        several(children(0.25), 2, 5),
        {
            "visit_date": lambda rows: (
                rows["birth_date"]
                + (np.array(_VISIT_DAYS)[rows["_turn"]] + rows.rng.integers(-2, 3, rows.count)).astype(
                    "m8[D]"
                )
            ),
            "visit_age": lambda rows: np.ma.array(np.array(_VISITS, dtype=object)[rows["_turn"]]),
            "visit_weight": _grown,
            "visit_height": lambda rows: np.ma.array(
                (
                    50 + 0.075 * np.array(_VISIT_DAYS)[rows["_turn"]] + rows.rng.normal(0, 1.2, rows.count)
                ).round(1)
            ),
            "visit_head_circumference": lambda rows: np.ma.array(
                (
                    35 + 0.035 * np.array(_VISIT_DAYS)[rows["_turn"]] + rows.rng.normal(0, 0.8, rows.count)
                ).round(1)
            ),
            "development": among(expected=92, one_area=5, several_areas=1, not_assessed=2),
        },
        (),
        "family-practice",
    ),
}
"""By the encounter's name."""
