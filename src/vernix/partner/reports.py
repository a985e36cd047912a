"""Data-quality reports that the registry sent, kept as they came: what ``vernix confirm`` confirms.

    incoming/reports/<delivery>.json    the report's document, byte by byte

The pages beside it lie where a person wants them, and may be moved or deleted.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vernix.courier.keeping import private_folder
from vernix.custody.durable import write_file
from vernix.custody.manifest import File
from vernix.custody.period import MONTH, REPORT_MEDIA_TYPE

_FORMAT = "vernix/data-quality/v1"
_MAX_BYTES = 16 << 20


@dataclass(frozen=True)
class Report:
    """A report that came: what it is about, the SHA-256 of its document, and its row of measures."""

    encounter: str
    month: str
    digest: str
    row: dict[str, Any]


class Reports:
    """The reports that one partner was sent, in ``incoming/reports``."""

    def __init__(self, incoming: Path) -> None:
        self._folder = incoming / "reports"

    def keep(self, delivery: str, placed: tuple[tuple[File, Path], ...]) -> None:
        """Keep the report among the files of a delivery of the registry, if there is one."""
        for file, path in placed:
            if file.media_type == REPORT_MEDIA_TYPE and file.size <= _MAX_BYTES:
                private_folder(self._folder)
                write_file(self._folder / f"{delivery}.json", path.read_bytes(), private=True)

    def about(self, month: str, encounter: str | None) -> list[Report]:
        """The newest report of each kind of encounter about a month, of one kind or all."""
        newest: dict[str, Report] = {}
        for report in self._all():
            if report.month == month and encounter in (None, report.encounter):
                newest[report.encounter] = report
        return [newest[name] for name in sorted(newest)]

    def _all(self) -> Iterator[Report]:
        # By the delivery's id, which begins with its time: the newest comes last.
        for path in sorted(self._folder.glob("*.json")):
            report = _read(path.read_bytes())
            if report is not None:
                yield report


def _read(document: bytes) -> Report | None:
    """What a document says; None where it is no report that this version knows."""
    try:
        said = json.loads(document)
        if said["format"] != _FORMAT or not MONTH.fullmatch(said["month"]):
            return None
        (row,) = said["rows"]
        return Report(str(said["encounter"]), said["month"], hashlib.sha256(document).hexdigest(), dict(row))
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
