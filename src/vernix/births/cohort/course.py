"""How the pregnancies of a synthetic cohort go: when, how long, how heavy, by which way, with which troubles.

Rates are those of a Canadian province in round figures: 8 % preterm, 28 % caesarean, 3 % twins, 0.6 %
stillborn.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from vernix.births.cohort.people import blanked, choose
from vernix.births.growth import FIRST_WEEK, KRAMER_FEMALE, KRAMER_MALE, LAST_WEEK

if TYPE_CHECKING:
    import numpy as np
    from numpy.random import Generator
    from numpy.typing import NDArray

    Column = NDArray[Any]
    Columns = dict[str, Column]


def gestations(rng: Generator, twin: NDArray[np.bool_], still: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Days of each pregnancy: most at term, a tail of preterm ones, twins earlier, stillbirths any time."""
    import numpy as np

    count = len(twin)
    term = np.clip(rng.normal(276, 8, count), 259, 292)
    late = rng.integers(231, 259, count)
    early = rng.integers(161, 231, count)
    kind = rng.random(count)
    days = np.where(kind < 0.055, late, np.where(kind < 0.065, early, term))
    days = np.where(twin, np.clip(rng.normal(256, 13, count), 175, 275), days)
    days = np.where(still, rng.integers(150, 283, count), days)
    whole: NDArray[np.int64] = days.astype(np.int64)
    return whole


def weights(
    rng: Generator, sex: Column, days: NDArray[np.int64], twin: NDArray[np.bool_]
) -> NDArray[np.int64]:
    """Grams, spread about the reference for week and sex, twins lighter; never so far that a check asks."""
    import numpy as np

    week = np.clip(days // 7, FIRST_WEEK, LAST_WEEK) - FIRST_WEEK
    low_high = np.where((sex == "male")[:, None], np.array(KRAMER_MALE)[week], np.array(KRAMER_FEMALE)[week])
    low, high = low_high[:, 0], low_high[:, 1]
    away = np.clip(rng.normal(0, 1, len(days)), -2.8, 2.8) - np.where(twin, 0.6, 0.0)
    grams = (low + high) / 2 + away * (high - low) / 2.563
    whole: NDArray[np.int64] = np.maximum(np.round(grams), 260).astype(np.int64)
    return whole


def history(rng: Generator, mother: NDArray[np.int64]) -> Columns:
    """Earlier pregnancies. ``mother`` names, for each pregnancy, her first one within this cohort."""
    import numpy as np

    count = len(mother)
    again = mother != np.arange(count)
    before = rng.choice(6, count, p=[0.43, 0.34, 0.15, 0.05, 0.02, 0.01])[mother]
    parity = before + again
    lost = rng.choice(4, count, p=[0.72, 0.2, 0.06, 0.02])[mother]
    dead = np.minimum(before, rng.random(count)[mother] < 0.01)
    cut = np.where(rng.random(count) < 0.25, rng.integers(1, 3, count), 0)[mother]
    return {
        "parity": parity,
        "gravida": parity + 1 + lost,
        "previous_live_births_living": parity - dead,
        "previous_live_births_dead": dead,
        "previous_other_outcomes": lost,
        "previous_caesareans": np.minimum(before, cut),
    }


def body_and_habits(rng: Generator, mother: NDArray[np.int64]) -> Columns:
    """The mother's measures, illnesses, habits and visits in each pregnancy."""
    import numpy as np

    count = len(mother)
    before = np.clip(rng.normal(68, 14, count), 42, 150).round(1)
    gain = np.clip(rng.normal(13.5, 4.5, count), -4, 32).round(1)
    smokes = rng.random(count) < 0.06
    daily = np.where(smokes, rng.integers(1, 15, count), 0)
    none = rng.random(count) < 0.01
    columns: Columns = {
        "mother_height": np.clip(rng.normal(164, 6.5, count), 142, 190).round(1)[mother],
        "mother_weight_before": before,
        "mother_weight_delivery": (before + gain).round(1),
        "mother_weight_gain": gain,
        "smoking": np.where(smokes, "some", "none"),
        "cigarettes_before": daily + np.where(smokes, rng.integers(0, 10, count), 0),
        "cigarettes_1": daily,
        "cigarettes_2": daily // 2,
        "cigarettes_3": daily // 2,
        "prenatal_visits": np.where(none, 0, np.clip(rng.normal(11, 3, count), 1, 25).astype(np.int64)),
        "prenatal_care_month": np.where(
            none, 0, rng.choice([1, 2, 3, 4, 5], count, p=[0.1, 0.45, 0.3, 0.1, 0.05])
        ),
        "diabetes": choose(
            rng, ("none", "gestational", "type_1", "type_2"), count, (0.9, 0.088, 0.004, 0.008)
        ),
        "insurance": choose(rng, ("public", "private", "self_pay"), count, (0.97, 0.01, 0.02)),
        "marital_status": choose(rng, ("married", "common_law", "single", "unknown"), count, (55, 28, 12, 5)),
        "gestation_method": choose(
            rng, ("ultrasound_1", "ultrasound_2", "menstrual", "art"), count, (85, 6, 5, 4)
        ),
        "feeding_intention": choose(
            rng, ("exclusive", "combination", "substitute", "unsure", "unknown"), count, (78, 10, 7, 3, 2)
        ),
    }
    rates = {
        "hypertension_chronic": 0.01,
        "hypertension_gestational": 0.06,
        "eclampsia": 0.001,
        "infection_gonorrhoea": 0.002,
        "infection_syphilis": 0.001,
        "infection_chlamydia": 0.012,
        "infection_hepatitis_b": 0.005,
        "infection_hepatitis_c": 0.003,
        "mother_transfer": 0.02,
        "transfusion": 0.008,
        "uterine_rupture": 0.0005,
        "hysterectomy": 0.0006,
        "mother_icu": 0.002,
    }
    return columns | {name: yes_no(rng.random(count) < rate) for name, rate in rates.items()}


def delivery(rng: Generator, twin: NDArray[np.bool_], low_risk: NDArray[np.bool_]) -> Columns:
    """How each child comes: presentation, onset of labour and method agree with each other."""
    import numpy as np

    count = len(twin)
    presentation = choose(rng, ("cephalic", "breech", "transverse"), count, (0.962, 0.034, 0.004))
    chance = np.where(presentation != "cephalic", 0.92, np.where(twin, 0.55, np.where(low_risk, 0.1, 0.27)))
    caesarean = rng.random(count) < chance
    vaginal = choose(rng, ("spontaneous", "vacuum", "forceps"), count, (0.89, 0.08, 0.03))
    onset = np.where(
        caesarean,
        choose(rng, ("none", "induced", "spontaneous"), count, (0.55, 0.2, 0.25)),
        choose(rng, ("induced", "spontaneous"), count, (0.28, 0.72)),
    )
    tear = choose(rng, ("none", "first", "second", "third", "fourth"), count, (32, 26, 38, 3.5, 0.5))
    return {
        "presentation": presentation,
        "delivery_method": np.where(caesarean, "caesarean", vaginal),
        "labour_type": onset,
        "induction": yes_no(onset == "induced"),
        "perineal_tear": np.where(caesarean, "none", tear),
    }


def newborn(rng: Generator, days: NDArray[np.int64], still: NDArray[np.bool_]) -> Columns:
    """Scores, size and care after birth; blank for a stillborn child."""
    import numpy as np

    count = len(days)
    early = np.clip((259 - days) / 98, 0, 1)
    first = np.clip(
        rng.choice([9, 8, 7, 6, 4], count, p=[0.5, 0.36, 0.08, 0.04, 0.02]) - (early * 4).astype(int), 1, 9
    )
    fifth = np.minimum(first + rng.integers(0, 3, count), 10)
    ill = rng.random(count) < 0.06 + early * 0.9
    ventilated = ill & (rng.random(count) < 0.2 + early * 0.5)
    anomaly = choose(rng, ("none", "suspected", "confirmed"), count, (0.965, 0.015, 0.02))
    columns: Columns = {
        "apgar_1": first,
        "apgar_5": fifth,
        "nicu": yes_no(ill),
        "ventilation": yes_no(ventilated),
        "ventilation_6h": yes_no(ventilated & (rng.random(count) < 0.4)),
        "surfactant": yes_no(ventilated & (days < 231) & (rng.random(count) < 0.6)),
        "antibiotics": yes_no(ill & (rng.random(count) < 0.4)),
        "seizures": yes_no(ill & (rng.random(count) < 0.01)),
        "child_transfer": yes_no(ill & (rng.random(count) < 0.1)),
        "living_at_report": np.where(rng.random(count) < early * 0.02, "no", "yes"),
    }
    blank = {name: blanked(column, still) for name, column in columns.items()}
    length = np.clip(rng.normal(50.5, 1.8, count) - early * 18, 26, 58).round(1)
    head = np.clip(rng.normal(34.5, 1.2, count) - early * 12, 19, 39).round(1)
    return blank | {"congenital_anomaly": anomaly, "length": length, "head_circumference": head}


def yes_no(true: NDArray[np.bool_]) -> Column:
    """The words of a yes-or-no element."""
    import numpy as np

    return np.where(true, "yes", "no")
