"""The encounter ``newborn_screening``, put together."""

from __future__ import annotations

from vernix.births.against_births import against_births
from vernix.births.codes import Words
from vernix.births.declaring import elements_of
from vernix.births.encounter import Encounter
from vernix.births.identity import ChildIdentity, MotherIdentity, Record
from vernix.births.identity_checks import identity_checks
from vernix.births.newborn.child import AT_BIRTH, BORN
from vernix.births.newborn.screening.card import Card, Sample, SampleReceived, ScreenDecision
from vernix.births.newborn.screening.checks import SCREENING_CHECKS
from vernix.births.newborn.screening.results import (
    HearingRisk,
    ScreenedConditions,
    ScreenedGroups,
    ScreenResult,
)
from vernix.births.newborn.series import SAMPLES

_ELEMENTS = elements_of(
    Record,
    ChildIdentity,
    *BORN,
    *AT_BIRTH,
    MotherIdentity,
    ScreenDecision,
    Card,
    Sample,
    SampleReceived,
    ScreenResult,
    ScreenedGroups,
    ScreenedConditions,
    HearingRisk,
)

NEWBORN_SCREENING = Encounter(
    name="newborn_screening",
    label=Words("Newborn screening", "Dépistage néonatal"),
    definition=Words(
        "One blood-spot sample of a newborn, initial or repeat, and what the laboratory found in it; also a "
        "screen that was declined or deferred. One row for each card.",
        "Un prélèvement de sang séché d’un nouveau-né, premier ou reprise, et ce que le laboratoire y a "
        "trouvé ; aussi un dépistage refusé ou reporté. Une ligne par fiche.",
    ),
    elements=_ELEMENTS,
    when=("collection_date", "birth_date"),
    checks=identity_checks("NS", _ELEMENTS) + SCREENING_CHECKS + SAMPLES,
    book_checks=against_births("NS", _ELEMENTS),
)
