"""The checks of the encounter ``birth`` across fields and rows."""

from __future__ import annotations

from vernix.births.checks import Check

BIRTH_CHECKS: tuple[Check, ...] = ()
