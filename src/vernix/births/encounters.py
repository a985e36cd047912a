"""All encounters of the registry, in the order of a pregnancy and a childhood."""

from __future__ import annotations

from vernix.births.antenatal.general import ANTENATAL_GENERAL
from vernix.births.antenatal.nipt import NIPT
from vernix.births.antenatal.screening import PRENATAL_SCREENING
from vernix.births.antenatal.specialty import ANTENATAL_SPECIALTY
from vernix.births.antenatal.ultrasounds import ULTRASOUND
from vernix.births.antenatal.visits import ANTENATAL_VISIT
from vernix.births.birth.encounter import BIRTH
from vernix.births.childhood.public_health import PUBLIC_HEALTH_SCREEN
from vernix.births.childhood.well_baby import WELL_BABY_VISIT
from vernix.births.codes import CodeSet
from vernix.births.encounter import Encounter
from vernix.births.fertility.encounter import FERTILITY_CYCLE
from vernix.births.labour.encounter import LABOUR_AND_BIRTH
from vernix.births.newborn.follow_up import NEWBORN_SCREENING_FOLLOW_UP
from vernix.births.newborn.hearing import HEARING_SCREENING
from vernix.births.newborn.heart import HEART_SCREENING
from vernix.births.newborn.intensive.encounter import NEONATAL_INTENSIVE_CARE
from vernix.births.newborn.screening.encounter import NEWBORN_SCREENING
from vernix.births.person.profile import PATIENT_PROFILE
from vernix.births.postpartum.encounters import POSTPARTUM_CHILD, POSTPARTUM_MOTHER
from vernix.errors import UsageError

_IN_ORDER = (
    PATIENT_PROFILE,
    ANTENATAL_GENERAL,
    ANTENATAL_VISIT,
    ULTRASOUND,
    ANTENATAL_SPECIALTY,
    PRENATAL_SCREENING,
    NIPT,
    FERTILITY_CYCLE,
    LABOUR_AND_BIRTH,
    BIRTH,
    POSTPARTUM_MOTHER,
    POSTPARTUM_CHILD,
    NEONATAL_INTENSIVE_CARE,
    NEWBORN_SCREENING,
    NEWBORN_SCREENING_FOLLOW_UP,
    HEART_SCREENING,
    HEARING_SCREENING,
    PUBLIC_HEALTH_SCREEN,
    WELL_BABY_VISIT,
)
_ENCOUNTERS = {encounter.name: encounter for encounter in _IN_ORDER}


def names() -> tuple[str, ...]:
    """The names of all encounters."""
    return tuple(_ENCOUNTERS)


def get(name: str) -> Encounter:
    """The encounter called ``name``; raises `UsageError` with the names there are."""
    try:
        return _ENCOUNTERS[name]
    except KeyError:
        raise UsageError(
            f"There is no encounter called {name!r}.", hint=f"There is: {', '.join(_ENCOUNTERS)}."
        ) from None


def code_sets() -> tuple[CodeSet, ...]:
    """The code sets of all elements, each once, by name.

    Raises ``ValueError`` where two sets share a name.
    """
    found: dict[str, CodeSet] = {}
    for encounter in _ENCOUNTERS.values():
        for element in encounter.elements:
            if element.codes and found.setdefault(element.codes.name, element.codes) is not element.codes:
                raise ValueError(f"there are two code sets called {element.codes.name}")
    return tuple(found[name] for name in sorted(found))
