"""The encounter ``fertility_cycle``, put together."""

from __future__ import annotations

from vernix.births.birth.event import Event
from vernix.births.codes import Words
from vernix.births.declaring import elements_of
from vernix.births.encounter import Encounter
from vernix.births.fertility.checks import FERTILITY_CHECKS
from vernix.births.fertility.cycle import Cycle, EggsAndEmbryos, Infertility
from vernix.births.fertility.transfer import AfterTransfer, Transfer
from vernix.births.identity import MotherIdentity, PregnancyIdentity, Record
from vernix.births.identity_checks import identity_checks

_ELEMENTS = elements_of(
    Record,
    MotherIdentity,
    Cycle,
    Infertility,
    EggsAndEmbryos,
    Transfer,
    AfterTransfer,
    PregnancyIdentity.due_date,
    Event.birth_date,
    Event.gestation,
    Event.plurality,
)

FERTILITY_CYCLE = Encounter(
    name="fertility_cycle",
    label=Words("Fertility cycle", "Cycle de fertilité"),
    definition=Words(
        "One cycle of in vitro fertilisation, of a transfer, or of egg banking, and what came of it. One row "
        "for each cycle begun.",
        "Un cycle de fécondation in vitro, de transfert ou de congélation d’ovocytes, et ce qui en est "
        "advenu. Une ligne par cycle commencé.",
    ),
    elements=_ELEMENTS,
    when=("cycle_start_date",),
    optional=(PregnancyIdentity.due_date, Event.birth_date, Event.gestation, Event.plurality),
    checks=identity_checks("FC", _ELEMENTS) + FERTILITY_CHECKS,
)
