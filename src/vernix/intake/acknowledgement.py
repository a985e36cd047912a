"""What a partner gets back for a file: which rows were accepted, warned about and rejected, and what to do.

The document is strict JSON: what does not parse exactly as written here is refused. It carries rows,
columns, codes and sentences; never a value from a record, so it may be read on any desk. Findings stand in it
by cause, each sentence once, so that a file with a hundred thousand of them is answered in a few hundred
kilobytes.

Rule of change: a reader refuses another ``format``; new fields need a new one.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from vernix.births.codes import Words
from vernix.errors import DataRefused
from vernix.intake import findings
from vernix.intake.findings import (
    LISTED,
    ROWS,
    SEVERITIES,
    THE_FILE,
    Cause,
    Counts,
    Finding,
    Kind,
    Unit,
)

if TYPE_CHECKING:
    from vernix.intake.reading import Reading

FORMAT = "vernix/acknowledgement/v4"
MAX_BYTES = 32 << 20
MAX_CAUSES = 20_000
MAX_ROWS = 400_000

Result = Literal["accepted", "partly", "rejected"]

_KEYS = {
    *("format", "delivery", "file", "source", "encounter", "at", "unit", "result", "counts"),
    *("causes", "places", "refusal"),
}
_CAUSE_KEYS = {
    *("code", "severity", "column", "element", "text_en", "text_fr", "spot_en", "spot_fr", "count", "rows"),
}


@dataclass(frozen=True)
class Acknowledgement:
    """The answer to one file of one delivery, or to one that was only checked (``delivery`` is "").

    ``file`` is its name as sent, ``source`` the format that it was read in ("" where none was), ``at`` when
    it arrived (``YYYY-MM-DDTHH:MM:SSZ``, or "" where nobody says). ``unit`` is what its rows are called, and
    ``places`` says where those stand that the unit does not tell. ``refusal`` says why the file as a whole
    could not be read (then there are no rows, and one cause ``file.refused`` says the same in both
    languages), else "".
    """

    delivery: str
    file: str
    encounter: str | None
    counts: Counts
    causes: tuple[Cause, ...] = ()
    refusal: str = ""
    source: str = ""
    at: str = ""
    unit: Unit = ROWS
    places: Mapping[int, Words] = field(default_factory=dict)

    @classmethod
    def of(cls, reading: Reading, file: str, *, delivery: str = "", at: str = "") -> Acknowledgement:
        """The answer to a file that was read."""
        source = reading.source
        causes = tuple(
            Cause(each.kind, each.count, tuple(each.rows), source.spot(each.kind.column))
            for each in reading.findings.causes()
        )
        said = {row: source.place(row) for each in causes for row in each.rows if row != THE_FILE}
        places = {row: place for row, place in sorted(said.items()) if place != source.unit.place(row)}
        encounter = reading.encounter.name
        return cls(
            delivery, file, encounter, reading.counts, causes, "", source.format, at, source.unit, places
        )

    @classmethod
    def refused(cls, error: DataRefused, file: str, **known: Any) -> Acknowledgement:
        """The answer to a file, or a whole delivery, that could not be read at all; ``known`` are the fields
        that are known of it all the same."""
        from vernix.intake.refusals import kind_of

        causes = (Cause(kind_of(error), 1, (THE_FILE,)),)
        blank: dict[str, Any] = {"delivery": "", "encounter": None, **known}
        return cls(file=file, counts=Counts(0, 0, 0), causes=causes, refusal=str(error), **blank)

    @property
    def result(self) -> Result:
        """Accepted: every row; rejected: no row, or the file itself; partly: some rows."""
        if self.refusal or (self.counts.rejected and not self.counts.accepted):
            return "rejected"
        return "partly" if self.counts.rejected else "accepted"

    @property
    def total(self) -> int:
        """How many findings there are, listed or not."""
        return sum(cause.count for cause in self.causes)

    @property
    def findings(self) -> list[Finding]:
        """The first of the findings, in order of rows."""
        return findings.listed(self.causes, self.place, LISTED)

    @property
    def more(self) -> int:
        """How many findings there are beyond those in `findings`."""
        return self.total - len(self.findings)

    def place(self, row: int) -> Words:
        """Where a row stands in the partner's file."""
        return self.places.get(row) or self.unit.place(row)

    def to_bytes(self) -> bytes:
        """The document: sorted keys, no floats, UTF-8, one spelling."""
        one, many = self.unit.one, self.unit.many
        document = {
            "format": FORMAT,
            "delivery": self.delivery,
            "file": self.file,
            "source": self.source,
            "encounter": self.encounter,
            "at": self.at,
            "unit": [one.en, one.fr, many.en, many.fr],
            "result": self.result,
            "counts": self.counts.as_dict(),
            "causes": [_cause_as_dict(each) for each in self.causes],
            "places": [[row, place.en, place.fr] for row, place in self.places.items()],
            "refusal": self.refusal,
        }
        return _encode(document)

    @classmethod
    def parse(cls, data: bytes) -> Acknowledgement:
        """Read a document; raises ``DataRefused`` unless it is exactly what `to_bytes` writes."""
        if len(data) > MAX_BYTES:
            raise _not_one("it is too large")
        try:
            document = json.loads(data)
            if not isinstance(document, dict) or set(document) != _KEYS or document["format"] != FORMAT:
                raise _not_one("its fields are not those of this version")
            found = cls(
                delivery=_text(document["delivery"]),
                file=_text(document["file"]),
                encounter=None if document["encounter"] is None else _text(document["encounter"]),
                counts=_counts(document["counts"]),
                causes=tuple(_cause(each) for each in _list(document["causes"], MAX_CAUSES)),
                refusal=_text(document["refusal"]),
                source=_text(document["source"]),
                at=_text(document["at"]),
                unit=_unit(document["unit"]),
                places=dict(_place(each) for each in _list(document["places"], MAX_ROWS)),
            )
        except (ValueError, RecursionError):
            raise _not_one("it is not JSON") from None
        if found.to_bytes() != data:
            raise _not_one("it is not written in its one spelling")
        return found


def _encode(document: dict[str, Any]) -> bytes:
    # Written here and not by custody's encoder: intake and custody do not know each other.
    text = json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return text.encode("utf-8", "surrogatepass")


def _cause_as_dict(cause: Cause) -> dict[str, Any]:
    kind, spot = cause.kind, cause.spot
    return {
        "code": kind.code,
        "severity": kind.severity,
        "column": kind.column,
        "element": kind.element,
        "text_en": kind.text_en,
        "text_fr": kind.text_fr,
        "spot_en": spot.en if spot else None,
        "spot_fr": spot.fr if spot else None,
        "count": cause.count,
        "rows": list(cause.rows),
    }


def _cause(value: Any) -> Cause:
    if not isinstance(value, dict) or set(value) != _CAUSE_KEYS:
        raise _not_one("a cause has other fields")
    if value["severity"] not in SEVERITIES:
        raise _not_one("a finding is neither an error nor a warning, nor confirmed")
    rows = tuple(_number(row) for row in _list(value["rows"], MAX_ROWS))
    count = _number(value["count"])
    if count < len(rows):
        raise _not_one("a cause lists more rows than it counts")
    kind = Kind(
        code=_text(value["code"]),
        severity=value["severity"],
        column=_text_or_none(value["column"]),
        element=_text_or_none(value["element"]),
        text_en=_text(value["text_en"]),
        text_fr=_text(value["text_fr"]),
    )
    english, french = _text_or_none(value["spot_en"]), _text_or_none(value["spot_fr"])
    return Cause(kind, count, rows, None if english is None or french is None else Words(english, french))


def _place(value: Any) -> tuple[int, Words]:
    if not isinstance(value, list) or len(value) != 3:
        raise _not_one("a place is no place")
    return _number(value[0]), Words(_text(value[1]), _text(value[2]))


def _unit(value: Any) -> Unit:
    if not isinstance(value, list) or len(value) != 4:
        raise _not_one("its unit has other words")
    one_en, one_fr, many_en, many_fr = map(_text, value)
    return Unit(Words(one_en, one_fr), Words(many_en, many_fr))


def _counts(value: Any) -> Counts:
    if not isinstance(value, dict) or set(value) != {"accepted", "warned", "rejected"}:
        raise _not_one("its counts have other fields")
    counts = Counts(_number(value["accepted"]), _number(value["warned"]), _number(value["rejected"]))
    if counts.warned > counts.accepted:
        raise _not_one("more rows are warned about than accepted")
    return counts


def _list(value: Any, longest: int) -> Sequence[Any]:
    if not isinstance(value, list) or len(value) > longest:
        raise _not_one("something is no list, or too long")
    return value


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise _not_one("a text is missing")
    return value


def _text_or_none(value: Any) -> str | None:
    return None if value is None else _text(value)


def _number(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise _not_one("a number is missing")
    return value


def _not_one(why: str) -> DataRefused:
    return DataRefused(
        f"This is not an acknowledgement that this version of vernix can read: {why}.",
        hint="Bring vernix up to date on both sides, or ask the sender.",
    )
