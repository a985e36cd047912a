"""What a partner gets back for a file: which rows were accepted, warned about and rejected, and what to do.

The document is strict JSON: what does not parse exactly as written here is refused. It carries rows,
columns, codes and sentences; never a value from a record, so it may be read on any desk.

Rule of change: a reader refuses another ``format``; new fields need a new one.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Literal

from vernix.births.codes import Words
from vernix.errors import DataRefused
from vernix.intake.findings import SEVERITIES, Counts, Finding

FORMAT = "vernix/acknowledgement/v3"
MAX_BYTES = 16 << 20
MAX_FINDINGS = 10_000

Result = Literal["accepted", "partly", "rejected"]

_KEYS = {"format", "delivery", "file", "encounter", "result", "counts", "findings", "more", "refusal"}
_FINDING_KEYS = {"code", "severity", "row", "column", "element", "text_en", "text_fr", "where_en", "where_fr"}


@dataclass(frozen=True)
class Acknowledgement:
    """The answer to one file of one delivery.

    ``delivery`` is the submission's id, ``file`` the file's name as sent, ``more`` how many findings there
    are beyond those listed. ``refusal`` says why the file as a whole could not be read (then there are no
    rows, and one finding ``file.refused`` says the same in both languages), else "".
    """

    delivery: str
    file: str
    encounter: str | None
    counts: Counts
    findings: tuple[Finding, ...] = ()
    more: int = 0
    refusal: str = ""

    @property
    def result(self) -> Result:
        """Accepted: every row; rejected: no row, or the file itself; partly: some rows."""
        if self.refusal or (self.counts.rejected and not self.counts.accepted):
            return "rejected"
        return "partly" if self.counts.rejected else "accepted"

    def to_bytes(self) -> bytes:
        """The document: sorted keys, no floats, UTF-8, one spelling."""
        document = {
            "format": FORMAT,
            "delivery": self.delivery,
            "file": self.file,
            "encounter": self.encounter,
            "result": self.result,
            "counts": self.counts.as_dict(),
            "findings": [_finding_as_dict(finding) for finding in self.findings],
            "more": self.more,
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
                findings=tuple(_finding(each) for each in _list(document["findings"])),
                more=_number(document["more"]),
                refusal=_text(document["refusal"]),
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


def _finding_as_dict(finding: Finding) -> dict[str, Any]:
    return {
        "code": finding.code,
        "severity": finding.severity,
        "row": finding.row,
        "column": finding.column,
        "element": finding.element,
        "text_en": finding.text_en,
        "text_fr": finding.text_fr,
        "where_en": finding.where.en if finding.where else None,
        "where_fr": finding.where.fr if finding.where else None,
    }


def _finding(value: Any) -> Finding:
    if not isinstance(value, dict) or set(value) != _FINDING_KEYS:
        raise _not_one("a finding has other fields")
    if value["severity"] not in SEVERITIES:
        raise _not_one("a finding is neither an error nor a warning, nor confirmed")
    return Finding(
        code=_text(value["code"]),
        severity=value["severity"],
        row=None if value["row"] is None else _number(value["row"]),
        column=None if value["column"] is None else _text(value["column"]),
        element=None if value["element"] is None else _text(value["element"]),
        text_en=_text(value["text_en"]),
        text_fr=_text(value["text_fr"]),
        where=_where(value["where_en"], value["where_fr"]),
    )


def _where(english: Any, french: Any) -> Words | None:
    return None if english is None and french is None else Words(_text(english), _text(french))


def _counts(value: Any) -> Counts:
    if not isinstance(value, dict) or set(value) != {"accepted", "warned", "rejected"}:
        raise _not_one("its counts have other fields")
    counts = Counts(_number(value["accepted"]), _number(value["warned"]), _number(value["rejected"]))
    if counts.warned > counts.accepted:
        raise _not_one("more rows are warned about than accepted")
    return counts


def _list(value: Any) -> list[Any]:
    if not isinstance(value, list) or len(value) > MAX_FINDINGS:
        raise _not_one("its findings are no list, or too many")
    return value


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise _not_one("a text is missing")
    return value


def _number(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise _not_one("a number is missing")
    return value


def _not_one(why: str) -> DataRefused:
    return DataRefused(
        f"This is not an acknowledgement that this version of vernix can read: {why}.",
        hint="Bring vernix up to date on both sides, or ask the sender.",
    )
