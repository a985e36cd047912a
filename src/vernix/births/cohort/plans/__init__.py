"""Who of a synthetic cohort has which encounter, and how what is told of them follows from what is so."""

from vernix.births.cohort.plans.newborns import NEWBORNS
from vernix.births.cohort.plans.plan import Plan
from vernix.births.cohort.plans.pregnancies import PREGNANCIES

PLANS: dict[str, Plan] = {**PREGNANCIES, **NEWBORNS}
"""By the name of every encounter but ``birth``, which `vernix.births.cohort.births` draws."""
