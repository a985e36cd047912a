"""The checks of the encounter ``birth`` across fields and rows, in the order in which findings are told."""

from __future__ import annotations

from vernix.births.birth_checks_clinical import CLINICAL_CHECKS
from vernix.births.birth_checks_identity import IDENTITY_CHECKS
from vernix.births.checks import Check

BIRTH_CHECKS: tuple[Check, ...] = IDENTITY_CHECKS + CLINICAL_CHECKS
