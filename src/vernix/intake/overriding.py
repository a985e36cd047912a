"""Warnings that a partner has looked at and stands by, each with its reason.

A row may name codes of warnings in ``override`` and say why in ``override_reason``; a mapping's constants
say it for a whole file, whatever its format. What was overridden is still told, as *confirmed*. An error is
never overridden: its row would say something that cannot be.
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace

import pyarrow as pa
import pyarrow.compute as pc

from vernix.births import encounters
from vernix.births.encounter import Encounter
from vernix.births.identity import Record
from vernix.intake.checking import ROW
from vernix.intake.findings import Kind

OVERRIDE, REASON = Record.override.name, Record.override_reason.name
_FROM_CELLS = ("value.implausible", "value.formula")  # the warnings that reading a cell may give
_BETWEEN = re.compile(r"[\s,;]+")
_NO_ROWS = pa.array([], pa.int64())


class Overrides:
    """What the rows of one file override, and which warnings were confirmed by it.

    ``confirmed`` holds, by code, the rows (their numbers) of which a warning was found and confirmed.
    ``later`` are codes of warnings that are found only when the whole file was seen; which rows override
    those is remembered. What the registry alone can warn of (the encounter's ``book_checks``) counts as
    confirmed as soon as it is overridden: what is kept of a file must not depend on when it is read.
    """

    def __init__(self, encounter: Encounter, later: Collection[str]) -> None:
        soft = (check.code for check in encounter.checks if check.severity == "soft")
        beside = [check.code for check in encounter.book_checks]
        self._codes = {code.casefold(): code for code in (*soft, *later, *beside, *_FROM_CELLS)}
        self._remembered: dict[str, array[int]] = {code: array("q") for code in (*later, *beside)}
        self._beside = beside
        self._asked: Mapping[str, Sequence[int]] = {}
        self.confirmed: dict[str, array[int]] = {}

    def take(self, records: pa.RecordBatch, column: str | None) -> Iterator[tuple[Kind, pa.Int64Array]]:
        """Note what the rows of a batch override; gives those that do it wrongly, by kind of finding.

        ``column`` is the partner's name of the column of codes.
        """
        self._asked = {}
        if OVERRIDE not in records.schema.names:
            return
        asked = records.filter(records.column(OVERRIDE).is_valid())
        reasoned = _says_something(asked)
        if len(silent := asked.column(ROW).filter(pc.invert(reasoned))):
            yield replace(_NO_REASON, column=column), silent
        if len(wrong := self._note(asked.filter(reasoned))):
            yield replace(_NO_WARNING, column=column), wrong

    def whole_file(self) -> None:
        """From here on rows of the whole file are parted, not those of one batch."""
        self._asked = self._remembered
        self.confirmed.update(
            (code, self._remembered[code]) for code in self._beside if self._remembered[code]
        )

    def standing(self, kind: Kind, rows: pa.Int64Array) -> tuple[pa.Int64Array, pa.Int64Array]:
        """Part the rows of a finding: those where it stands, and those where it was confirmed."""
        asked = self._asked.get(kind.code)
        if not asked or kind.severity != "warning":
            return rows, _NO_ROWS
        mine = pc.is_in(rows, value_set=pa.array(asked, pa.int64()))
        confirmed = rows.filter(mine)
        if kind.code not in self._beside:
            self.confirmed.setdefault(kind.code, array("q")).extend(confirmed.to_pylist())
        return rows.filter(pc.invert(mine)), confirmed

    def _note(self, asked: pa.RecordBatch) -> pa.Int64Array:
        """Keep which row overrides which warning; returns the rows that name something else."""
        noted: dict[str, array[int]] = {}
        wrong: list[int] = []
        for row, text in zip(asked.column(ROW).to_pylist(), asked.column(OVERRIDE).to_pylist(), strict=True):
            named = {self._codes.get(word.casefold()) for word in _BETWEEN.split(text) if word}
            if None in named or not named:
                wrong.append(row)
            for code in named - {None}:
                noted.setdefault(str(code), array("q")).append(row)
        for code in noted.keys() & self._remembered.keys():
            self._remembered[code].extend(noted[code])
        self._asked = noted
        return pa.array(wrong, pa.int64())


def _says_something(asked: pa.RecordBatch) -> pa.BooleanArray:
    """The rows whose reason has a letter in it."""
    if REASON not in asked.schema.names:
        return pa.repeat(False, asked.num_rows)
    return pc.match_substring_regex(asked.column(REASON), r"\pL").fill_null(False)


def may_be_confirmed(kind: Kind, encounter: str | None) -> bool:
    """Whether a partner can stand by a warning of this kind."""
    if kind.severity != "warning" or encounter not in encounters.names():
        return False
    checks = encounters.get(encounter).checks
    return kind.code in _FROM_CELLS or any(check.code == kind.code for check in checks)


def confirmed(kind: Kind) -> Kind:
    """The kind of a warning that the partner stands by."""
    return replace(kind, severity="confirmed")


_NO_REASON = Kind(
    "override.no-reason",
    "warning",
    None,
    OVERRIDE,
    f"A warning is overridden without a reason, so it stands: say in {REASON} why the row is right.",
    f"Un avertissement est levé sans motif et reste donc : dites dans {REASON} pourquoi la ligne est juste.",
)

_NO_WARNING = Kind(
    "override.no-warning",
    "warning",
    None,
    OVERRIDE,
    "What is overridden is no warning: copy the code of a warning from the check or the acknowledgement. An "
    "error cannot be overridden; mend the row.",
    "Ce qui est levé n’est pas un avertissement : recopiez le code d’un avertissement, de la vérification ou "
    "de l’accusé de réception. Une erreur ne peut être levée ; corrigez la ligne.",
)
