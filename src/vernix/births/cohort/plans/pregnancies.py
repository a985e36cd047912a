"""The encounters of a pregnancy: profile, care, visits, ultrasounds, screens, fertility."""

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
    either,
    fixed,
    holds,
    only,
    same,
    since,
)
from vernix.births.cohort.plans.plan import Plan, mothers, several

_CHILD = (
    "child_family_name",
    "child_given_names",
    "child_health_number",
    "child_health_card",
    "child_chart_number",
    "birth_date",
    "sex",
)
_ULTRASOUNDS = ("dating", "nuchal", "anatomy", "growth")
_AT_DAYS = (56, 87, 135, 225)
_SCREEN_LABORATORY = "prenatal-screening-laboratory"


def _visit_day(rows: Rows) -> Column:
    """Every four weeks from eight weeks on, later oftener; never after the birth."""
    weeks = (
        8
        + 4 * np.minimum(rows["_turn"], 5)
        + 2 * np.clip(rows["_turn"] - 5, 0, 4)
        + np.clip(rows["_turn"] - 9, 0, 9)
    )
    days = np.minimum(7 * weeks + rows.rng.integers(-3, 4, rows.count), rows["gestation"] - 1)
    return rows["_began"] + days.astype("m8[D]")


def _fundus(rows: Rows) -> Column:
    weeks = rows["prenatal_visit_gestation"] / 7
    return np.ma.array((weeks + rows.rng.normal(0, 1.2, rows.count)).round(1), mask=weeks < 20)


def _weight(rows: Rows) -> Column:
    gained = rows["mother_weight_gain"] * rows["prenatal_visit_gestation"] / 280
    return (rows["mother_weight_before"] + gained).astype(float).round(1)


def _mass_index(rows: Rows) -> Column:
    metres = rows["mother_height"].astype(float) / 100
    return (rows["mother_weight_before"].astype(float) / metres**2).round(1)


def _ultrasound_day(rows: Rows) -> Column:
    days = np.array(_AT_DAYS)[rows["_turn"]] + rows.rng.integers(-4, 5, rows.count)
    return rows["_began"] + np.minimum(days, rows["gestation"] - 1).astype("m8[D]")


def _crown_rump(gestation: str) -> Draw:
    """Robinson's length for the day, as long as it is measured."""

    def draw(rows: Rows) -> Column:
        days = np.ma.filled(rows[gestation], 0).astype(float)
        length = ((np.maximum(days, 40) - 23.73) / 8.052) ** 2 / 1.037 + rows.rng.normal(0, 1, rows.count)
        return np.ma.array(np.clip(length, 3, 84).round(1), mask=days > 97)

    return draw


def _by_weeks(base: float, a_week: float) -> Draw:
    """A measure of the fetus in millimetres that grows evenly from 14 weeks on."""

    def draw(rows: Rows) -> Column:
        weeks = np.ma.filled(rows["ultrasound_gestation"], 0) / 7
        length = (base + a_week * weeks) * rows.rng.normal(1, 0.03, rows.count)
        return np.ma.array(np.maximum(length, 20).round(1), mask=weeks < 14)

    return draw


def _fetal_weight(rows: Rows) -> Column:
    """Hadlock's median by completed weeks, spread by a tenth."""
    weeks = rows["ultrasound_gestation"] / 7
    grams = np.exp(0.578 + 0.332 * weeks - 0.00354 * weeks**2) * rows.rng.normal(1, 0.08, rows.count)
    return np.ma.array(np.ma.filled(grams, 0).astype(np.int64), mask=weeks < 24)


PREGNANCIES: Mapping[str, Plan] = {
    "patient_profile": Plan(
        mothers(),
        {"profile_of": fixed("mother"), "profile_date": after("_began", 50, 90), "directive": fixed("none")},
        _CHILD,
    ),
    "antenatal_general": Plan(
        mothers(0.6),
        {
            "last_visit_date": after("birth_date", -9, -1),
            "menstrual_due_date": same("due_date"),
            "first_ultrasound_date": after("_began", 60, 95),
            "first_ultrasound_gestation": since("_began", "first_ultrasound_date"),
            "body_mass_index": _mass_index,
            "systolic": around(112, 10, 85, 150),
            "diastolic": around(70, 7, 50, 84),
            "haemoglobin_first": around(126, 9, 95, 160),
            "haemoglobin_late": around(118, 9, 90, 155),
            "glucose_challenge": around(6.2, 1.1, 3.5, 10.5, 1),
            "rhesus": among(positive=85, negative=15),
            "gbs_screen": among(negative=72, positive=22, not_done=4, declined=2),
            "gbs_screen_gestation": only(
                holds("gbs_screen", "negative", "positive"), around(252, 4, 245, 263)
            ),
            "depression_score": around(5, 3, 0, 20),
        },
        _CHILD,
    ),
    "antenatal_visit": Plan(
        several(mothers(0.6), 8, 14),
        {
            "prenatal_visit_date": _visit_day,
            "prenatal_visit_gestation": since("_began", "prenatal_visit_date"),
            "prenatal_visit_kind": among(clinic=88, remote=8, home=3, hospital=1),
            "weight_at_visit": _weight,
            "fundal_height": _fundus,
            "systolic": around(114, 10, 85, 150),
            "diastolic": around(70, 7, 50, 84),
            "fetal_heart_rate": around(142, 8, 112, 168),
            "presentation_seen": among(cephalic=93, breech=5, transverse=2),
            "fetal_movements": either(
                lambda rows: rows["prenatal_visit_gestation"] >= 140, fixed("felt"), fixed("not_yet")
            ),
            "next_prenatal_visit_date": after("prenatal_visit_date", 7, 28),
        },
        _CHILD,
    ),
    "ultrasound": Plan(
        several(mothers(0.9), 2, 4),
        {
            "ultrasound_date": _ultrasound_day,
            "ultrasound_gestation": since("_began", "ultrasound_date"),
            "ultrasound_kind": lambda rows: np.ma.array(np.array(_ULTRASOUNDS, dtype=object)[rows["_turn"]]),
            "fetuses_seen": same("plurality"),
            "fetal_heart_rate": around(148, 9, 115, 175),
            "heartbeat": fixed("yes"),
            "placenta_site": among(clear=94, low=5, praevia=1),
            "chorionicity": either(
                lambda rows: rows["plurality"] > 1, fixed("dichorionic"), fixed("one_fetus")
            ),
            "anatomy": among(normal=90, incomplete=7, abnormal=3),
            "fluid": among(normal=97, little=2, much=1),
            "deepest_pocket": only(holds("fluid", "normal"), around(50, 12, 21, 79)),
            "crown_rump": _crown_rump("ultrasound_gestation"),
            "nuchal": only(holds("ultrasound_kind", "nuchal"), around(1.6, 0.3, 0.7, 3.4, 1)),
            "nasal_bone": only(holds("ultrasound_kind", "nuchal"), among(present=97, not_seen=3)),
            "estimated_weight": _fetal_weight,
            "femur_length": _by_weeks(-22.5, 2.45),
            "head_circumference_fetal": _by_weeks(-40.0, 10.2),
            "abdominal_circumference": _by_weeks(-60.0, 10.3),
            "biparietal": _by_weeks(-8.0, 2.75),
        },
        (*_CHILD, "fetus_number", "biophysical_score", "cervix_length", "umbilical_flow"),
    ),
    "antenatal_specialty": Plan(
        mothers(0.03, lambda rows: rows["gestation"] > 175),
        {
            "specialty_visit_date": after("_began", 130, 170),
            "specialty_gestation": since("_began", "specialty_visit_date"),
            "specialty_referral_date": after("specialty_visit_date", -20, -5),
            "chorionicity": either(
                lambda rows: rows["plurality"] > 1, fixed("dichorionic"), fixed("one_fetus")
            ),
        },
        _CHILD,
    ),
    "prenatal_screening": Plan(
        mothers(0.7),
        {
            "requisition_date": after("_began", 76, 80),
            "prenatal_screen": fixed("efts"),
            "nuchal_date": after("_began", 82, 92),
            "serum_date": same("nuchal_date"),
            "serum_gestation": since("_began", "serum_date"),
            "crown_rump": _crown_rump("serum_gestation"),
            "nuchal": around(1.6, 0.3, 0.7, 3.4, 1),
            "nuchal_mom": around(1.0, 0.15, 0.5, 2.0, 2),
            "report_date": after("serum_date", 3, 8),
            "prenatal_screen_result": among(negative=95.5, positive=4.5),
            "risk_trisomy_21": either(
                holds("prenatal_screen_result", "positive"),
                around(150, 60, 20, 340),
                around(9000, 4000, 700, 50000),
            ),
            "screen_trisomy_21": same("prenatal_screen_result"),
        },
        _CHILD,
        _SCREEN_LABORATORY,
    ),
    "nipt": Plan(
        mothers(0.25),
        {
            "requisition_date": after("_began", 66, 70),
            "nipt_blood_date": after("_began", 72, 98),
            "nipt_gestation": since("_began", "nipt_blood_date"),
            "report_date": after("nipt_blood_date", 5, 12),
            "fetal_fraction": around(10.5, 3, 4.5, 25, 1),
            "nipt_21": among(low=98.8, high=0.9, no_call=0.3),
        },
        _CHILD,
        _SCREEN_LABORATORY,
    ),
    "fertility_cycle": Plan(
        mothers(1.0, holds("conception", "ivf")),
        {
            "cycle_kind": among(frozen_transfer=65, ivf=35),
            "embryo_age": around(5, 0.2, 5, 6),
            "transfer_date": lambda rows: rows["due_date"] - (266 - rows["embryo_age"]).astype("m8[D]"),
            "cycle_start_date": after("transfer_date", -24, -16),
            "pregnancy_test_date": after("transfer_date", 12, 16),
            "pregnancy_test_positive": fixed("yes"),
            "cycle_end": fixed("transfer"),
            "embryos_transferred": either(
                lambda rows: rows["plurality"] > 1, around(2, 0.1, 2, 2), around(1, 0.3, 1, 2)
            ),
            "cycle_outcome": either(holds("outcome", "live"), fixed("live_birth"), fixed("stillbirth")),
            "oocyte_source": among(own_fresh=55, own_frozen=35, donor_fresh=6, donor_frozen=4),
        },
        _CHILD[:5],
        "fertility-clinic",
    ),
}
"""By the encounter's name."""
