"""What reading and checking say about a partner's file: findings, without a single value.

A finding names a place (row and column) and says what to do, in English and French. An *error* rejects its
row; a *warning* keeps the row and asks; a warning that the partner stands by is *confirmed*. Large files can
have millions of findings: every one is counted, and of each cause the first rows are kept, and fewer listed.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Literal

from vernix.births.codes import Words

Severity = Literal["error", "warning", "confirmed"]
SEVERITIES: tuple[Severity, ...] = ("error", "warning", "confirmed")
"""In the order in which they are told."""

# A clerk mends the cause after the first few rows; a list that long is for programs.
LISTED_PER_KIND = 1_000
LISTED = 10_000
# Numbers of rows are small, so more of them are kept than are listed: so many of a kind, as long as there are
# no more than so many in all. Where everything is wrong, each cause still has a few.
ROOM = ((100_000, 150_000), (LISTED_PER_KIND, 200_000), (10, 1 << 40))
THE_FILE = 0
"""The row of what is true of the file as a whole; rows are numbered from 1."""
TEST_LANE = "lane.test"
"""The code of the finding that says: this was a trial, nothing of it is kept."""
RECEIVED_BEFORE = "already-received"
"""The code of the finding that says: this very file came before, and is answered with the counts of then."""


@dataclass(frozen=True)
class Unit:
    """What the rows of a format are called: ``row`` and ``rows``, ``message`` and ``messages``."""

    one: Words
    many: Words

    def place(self, number: int) -> Words:
        """``row 12``."""
        return Words(f"{self.one.en} {number}", f"{self.one.fr} {number}")

    def counted(self, count: int) -> Words:
        """``1 row``, ``2 rows``; French has one of none, too: ``0 ligne``."""
        return Words(
            f"{count} {self.one.en if count == 1 else self.many.en}",
            f"{count} {self.one.fr if count < 2 else self.many.fr}",
        )


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

    def said(self) -> Words:
        """In one sentence."""
        accepted, warned, rejected = self.accepted, self.warned, self.rejected
        return Words(
            f"Accepted: {accepted}, of these with a warning: {warned}; rejected: {rejected}.",
            f"Acceptés : {accepted}, dont avec avertissement : {warned} ; rejetés : {rejected}.",
        )

    def as_dict(self) -> dict[str, int]:
        """For documents: receipt, acknowledgement, ``--json``."""
        return {"accepted": self.accepted, "warned": self.warned, "rejected": self.rejected}


@dataclass(frozen=True)
class Cause:
    """All findings of one kind: how many there are, and their first ``rows`` in the order of the file.

    ``spot`` is where the kind's column stands in the partner's file where its name does not say it: ``column
    D`` of a sheet, ``characters 29-32``.
    """

    kind: Kind
    count: int
    rows: Sequence[int]
    spot: Words | None = None

    @property
    def is_of_the_file(self) -> bool:
        """Whether it is about the file and not about rows."""
        return len(self.rows) > 0 and self.rows[0] == THE_FILE


@dataclass
class Findings:
    """All findings of one file: counted completely, kept up to a cap.

    ``place`` says where a row stands.
    """

    place: Callable[[int], Words] = ROWS.place
    _rows: dict[Kind, array[int]] = field(default_factory=dict)
    _counts: dict[Kind, int] = field(default_factory=dict)
    _kept: int = 0

    def add(self, kind: Kind, rows: Iterable[int], count: int) -> None:
        """Count ``count`` findings of ``kind``; ``rows`` may stop after as many as there is `room` for."""
        kept = self._rows.setdefault(kind, array("q"))
        self._counts[kind] = self._counts.get(kind, 0) + count
        before = len(kept)
        kept.extend(islice(rows, self.room(kind)))
        self._kept += len(kept) - before

    def add_to_file(self, kind: Kind) -> None:
        """Something that is true of the file as a whole."""
        self.add(kind, [THE_FILE], 1)

    def room(self, kind: Kind) -> int:
        """How many more rows of a kind would be kept."""
        here = len(self._rows.get(kind, ()))
        return max(0, *(min(most - here, in_all - self._kept) for most, in_all in ROOM))

    @property
    def counts(self) -> Mapping[Kind, int]:
        """How many findings of each kind there are, whether kept or not."""
        return self._counts

    @property
    def total(self) -> int:
        """How many findings there are in all."""
        return sum(self._counts.values())

    def causes(self) -> tuple[Cause, ...]:
        """The findings by cause: errors first, and of each severity the most frequent."""
        found = [Cause(kind, self._counts[kind], sorted(rows)) for kind, rows in self._rows.items()]
        return tuple(sorted(found, key=_most_urgent))

    def listed(self, limit: int = LISTED) -> list[Finding]:
        """The findings in order of rows, errors before warnings where the cap cuts."""
        return listed(self.causes(), self.place, limit)

    def first_rows(self, kind: Kind, count: int = 5) -> list[int]:
        """The first rows on which ``kind`` was found."""
        return [row for row in self._rows[kind][:count] if row != THE_FILE]


def listed(causes: Iterable[Cause], place: Callable[[int], Words], limit: int = LISTED) -> list[Finding]:
    """Single findings in order of rows; of ``causes`` the first, and of each the first rows, are listed.

    ``place`` says where a row stands.
    """
    found = ((row, cause.kind) for cause in causes for row in cause.rows[:LISTED_PER_KIND])
    return [finding(kind, row, place) for row, kind in sorted(islice(found, limit), key=_in_order)]


def each_finding(causes: Sequence[Cause], place: Callable[[int], Words]) -> Iterator[tuple[Finding, Cause]]:
    """Every finding whose row was kept, in order of rows, one in memory at a time."""
    numbered = ((row, number) for number, cause in enumerate(causes) for row in cause.rows)
    for row, number in sorted(numbered):
        yield finding(causes[number].kind, row, place), causes[number]


def finding(kind: Kind, row: int, place: Callable[[int], Words]) -> Finding:
    """The finding of a kind on one row, or about the file."""
    where = place(row) if row != THE_FILE else None
    return Finding(
        kind.code,
        kind.severity,
        row if row != THE_FILE else None,
        kind.column,
        kind.element,
        kind.text_en,
        kind.text_fr,
        where if where != ROWS.place(row) else None,
    )


def _most_urgent(cause: Cause) -> tuple[int, int, str]:
    return SEVERITIES.index(cause.kind.severity), -cause.count, cause.kind.code


def _in_order(found: tuple[int, Kind]) -> tuple[int, int, str]:
    row, kind = found
    return row, SEVERITIES.index(kind.severity), kind.code


def lettered(column: int) -> Words:
    """A column (from 0) as spreadsheet programs call it: ``column D``."""
    letters = ""
    column += 1
    while column:
        column, letter = divmod(column - 1, 26)
        letters = chr(ord("A") + letter) + letters
    return Words(f"column {letters}", f"colonne {letters}")


def shown(name: str, limit: int = 60) -> str:
    """A column's name made harmless for a terminal and a message: printable, one line, bounded."""
    cleaned = "".join(letter if letter.isprintable() else "?" for letter in name)
    return cleaned if len(cleaned) <= limit else cleaned[: limit - 1] + "…"
