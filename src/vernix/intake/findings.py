"""What reading and checking say about a partner's file: findings, without a single value.

A finding names a place (row and column) and says what to do, in English and French. An *error* rejects its
row; a *warning* keeps the row and asks; a warning that the partner stands by is *confirmed*. Large files can
have millions of findings: every one is counted, and of each kind the first are listed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from vernix.births.codes import Words

Severity = Literal["error", "warning", "confirmed"]
SEVERITIES: tuple[Severity, ...] = ("error", "warning", "confirmed")
"""In the order in which they are told."""

# A clerk mends the cause after the first few rows; a list that long is for programs.
LISTED_PER_KIND = 1_000
LISTED = 10_000


@dataclass(frozen=True)
class Unit:
    """What the rows of a format are called: ``row`` and ``rows``, ``message`` and ``messages``."""

    one: Words
    many: Words

    def place(self, number: int) -> Words:
        """``row 12``."""
        return Words(f"{self.one.en} {number}", f"{self.one.fr} {number}")


ROWS = Unit(Words("row", "ligne"), Words("rows", "lignes"))


@dataclass(frozen=True)
class Kind:
    """What is the same in all findings of one cause: code, place without the row, what to do.

    ``column`` is the partner's own name of the column, ``element`` ours; both are None for a whole row or
    file.
    """

    code: str
    severity: Severity
    column: str | None
    element: str | None
    text_en: str
    text_fr: str


@dataclass(frozen=True)
class Finding:
    """What is to be said about one row, or about the file.

    ``where`` is the row's place where it is more than ``row 12``: ``message 3``.
    """

    code: str
    severity: Severity
    row: int | None
    column: str | None
    element: str | None
    text_en: str
    text_fr: str
    where: Words | None = None

    @property
    def place(self) -> str:
        """Where it is, as a clerk would look for it: ``row 12, column birth_weight``."""
        parts = [(self.where or ROWS.place(self.row)).en] if self.row is not None else []
        parts += [f"column {self.column}"] if self.column is not None else []
        return ", ".join(parts) or "file"

    def text(self, language: str) -> str:
        """What to do, in ``en`` or ``fr``."""
        return self.text_fr if language == "fr" else self.text_en


@dataclass(frozen=True)
class Counts:
    """Rows of a file: ``accepted`` includes ``warned``; ``accepted + rejected`` are all rows.

    A row of which every warning was confirmed is not ``warned``.
    """

    accepted: int
    warned: int
    rejected: int

    def as_dict(self) -> dict[str, int]:
        """For documents: receipt, acknowledgement, ``--json``."""
        return {"accepted": self.accepted, "warned": self.warned, "rejected": self.rejected}


@dataclass
class Findings:
    """All findings of one file: counted completely, listed up to a cap, errors first.

    ``place`` says where a row stands.
    """

    place: Callable[[int], Words] | None = None
    _rows: dict[Kind, list[int | None]] = field(default_factory=dict)
    _counts: dict[Kind, int] = field(default_factory=dict)

    def add(self, kind: Kind, rows: Iterable[int | None], count: int) -> None:
        """Count ``count`` findings of ``kind``; ``rows`` may stop after `LISTED_PER_KIND` of them."""
        listed = self._rows.setdefault(kind, [])
        self._counts[kind] = self._counts.get(kind, 0) + count
        for row in rows:
            if len(listed) >= LISTED_PER_KIND:
                break
            listed.append(row)

    def add_to_file(self, kind: Kind) -> None:
        """Something that is true of the file as a whole."""
        self.add(kind, [None], 1)

    @property
    def counts(self) -> Mapping[Kind, int]:
        """How many findings of each kind there are, whether listed or not."""
        return self._counts

    @property
    def total(self) -> int:
        """How many findings there are in all."""
        return sum(self._counts.values())

    def listed(self, limit: int = LISTED) -> list[Finding]:
        """The findings in order of rows, errors before warnings where the cap cuts."""
        kinds = sorted(self._rows, key=lambda kind: SEVERITIES.index(kind.severity))
        found = [
            Finding(kind.code, kind.severity, row, kind.column, kind.element, kind.text_en, kind.text_fr)
            for kind in kinds
            for row in self._rows[kind]
        ]
        listed = sorted(found[:limit], key=_in_order)
        return [self._placed(each) for each in listed]

    def _placed(self, finding: Finding) -> Finding:
        if self.place is None or finding.row is None:
            return finding
        where = self.place(finding.row)
        return finding if where == ROWS.place(finding.row) else replace(finding, where=where)

    def first_rows(self, kind: Kind, count: int = 5) -> list[int]:
        """The first rows on which ``kind`` was found."""
        return [row for row in self._rows[kind][:count] if row is not None]


def _in_order(finding: Finding) -> tuple[int, int, str]:
    return finding.row or 0, SEVERITIES.index(finding.severity), finding.code


def shown(name: str, limit: int = 60) -> str:
    """A column's name made harmless for a terminal and a message: printable, one line, bounded."""
    cleaned = "".join(letter if letter.isprintable() else "?" for letter in name)
    return cleaned if len(cleaned) <= limit else cleaned[: limit - 1] + "…"
