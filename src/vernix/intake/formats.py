"""The formats that are read, and which of them a file is in: told by its content, never by its name.

A format is a room of its own (``intake/csv`` ...) that ends in a `vernix.intake.source.Source`; what comes
after is the same for all. A new one is a room and an entry here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from vernix.births import encounters
from vernix.births.codes import Words
from vernix.births.encounter import Encounter
from vernix.errors import UsageError
from vernix.intake.answering import Answer, Answered
from vernix.intake.mapping import Mapping
from vernix.intake.source import Source

HEAD = 64 << 10
"""Bytes of a file's beginning by which its format is told."""

Fit = Callable[[tuple[str, ...]], int]
"""Of how many columns of a header something would be read: by it a workbook's sheet is chosen."""


@dataclass(frozen=True)
class Format:
    """One format.

    ``begins`` tells from a file's first `HEAD` bytes whether it is in this format; ``open`` opens it.
    ``answer`` is the form in which senders of this format are answered, besides the acknowledgement itself.
    ``media_type`` is what a manifest says of it where that can only be meant: what mail programs and browsers
    guess from the end of a name (``text/csv``, a workbook's) says nothing.
    """

    name: str
    label: Words
    begins: Callable[[bytes], bool]
    open: Callable[[Path, Fit], Source]
    media_type: str | None = None
    answer: Answer | None = None


def _csv(path: Path, fit: Fit) -> Source:
    from vernix.intake.csv.source import CsvSource

    del fit
    return CsvSource(path)


def _is_workbook(head: bytes) -> bool:
    """A zip archive, or the file system of the older Office programs."""
    return head.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0"))


def _is_ije(head: bytes) -> bool:
    from vernix.intake.ije.lines import is_ije

    return is_ije(head)


def _ije(path: Path, fit: Fit) -> Source:
    from vernix.intake.ije.source import IjeSource

    del fit
    return IjeSource(path)


def _is_xml(head: bytes) -> bool:
    from vernix.intake.xml.source import is_xml

    return is_xml(head)


def _xml(path: Path, fit: Fit) -> Source:
    from vernix.intake.xml.source import XmlSource

    del fit
    return XmlSource(path)


def _is_fhir(head: bytes) -> bool:
    from vernix.intake.fhir.beginnings import is_fhir

    return is_fhir(head)


def _fhir(path: Path, fit: Fit) -> Source:
    from vernix.intake.fhir.source import FhirSource

    del fit
    return FhirSource(path)


def _is_form(head: bytes) -> bool:
    from vernix.intake.form.source import is_form

    return is_form(head)


def _form(path: Path, fit: Fit) -> Source:
    from vernix.intake.form.source import FormSource

    del fit
    return FormSource(path)


def _is_hl7(head: bytes) -> bool:
    from vernix.intake.hl7.framing import is_hl7

    return is_hl7(head)


def _hl7(path: Path, fit: Fit) -> Source:
    from vernix.intake.hl7.source import Hl7Source

    del fit
    return Hl7Source(path)


def _is_parquet(head: bytes) -> bool:
    from vernix.intake.parquet.source import is_parquet

    return is_parquet(head)


def _parquet(path: Path, fit: Fit) -> Source:
    from vernix.intake.parquet.source import ParquetSource

    del fit
    return ParquetSource(path)


def _excel(path: Path, fit: Fit) -> Source:
    from vernix.intake.excel.source import ExcelSource

    return ExcelSource(path, fit)


def _table(answered: Answered) -> Iterator[bytes]:
    from vernix.intake.csv.answering import table

    return table(answered)


def _acknowledgements(answered: Answered) -> Iterator[bytes]:
    from vernix.intake.hl7.answering import answer

    return answer(answered)


def _outcomes(answered: Answered) -> Iterator[bytes]:
    from vernix.intake.fhir.answering import outcomes

    return outcomes(answered)


_TABLE = Answer(".csv", "text/csv", _table)
_ACK = Answer(".hl7", "application/hl7-v2", _acknowledgements, by_message=True)
_OUTCOME = Answer(".fhir.ndjson", "application/fhir+ndjson", _outcomes, by_message=True)

# The first that recognises a file reads it; CSV looks like nothing in particular and comes last.
_FORMATS = (
    Format(
        "excel",
        Words("Excel or OpenDocument workbook", "classeur Excel ou OpenDocument"),
        _is_workbook,
        _excel,
        answer=_TABLE,
    ),
    Format(
        "parquet",
        Words("Parquet", "Parquet"),
        _is_parquet,
        _parquet,
        "application/vnd.apache.parquet",
        _TABLE,
    ),
    Format(
        "ije",
        Words("IJE records of fixed width", "enregistrements IJE"),
        _is_ije,
        _ije,
        "text/x-ije",
        _TABLE,
    ),
    Format("hl7", Words("HL7 v2 messages", "messages HL7 v2"), _is_hl7, _hl7, "application/hl7-v2", _ACK),
    Format("fhir", Words("FHIR R4", "FHIR R4"), _is_fhir, _fhir, "application/fhir+json", _OUTCOME),
    Format("xml", Words("XML batch", "lot XML"), _is_xml, _xml, answer=_TABLE),
    Format("form", Words("JSON records of a form", "enregistrements JSON d’un formulaire"), _is_form, _form),
    Format("csv", Words("CSV", "CSV"), lambda head: True, _csv, answer=_TABLE),
)


def names() -> tuple[str, ...]:
    """The names of all formats."""
    return tuple(each.name for each in _FORMATS)


def get(name: str) -> Format:
    """The format called ``name``. Raises ``UsageError`` with the names there are."""
    for each in _FORMATS:
        if each.name == name:
            return each
    raise UsageError(f"The format {name} is not read.", hint=f"Read are: {', '.join(names())}.")


def recognise(path: Path) -> Format:
    """The format of a file by its content."""
    with path.open("rb") as stream:
        head = stream.read(HEAD)
    return next(each for each in _FORMATS if each.begins(head))


def stated(media_type: str) -> str | None:
    """The format that a manifest's media type names; None where it names none."""
    return next((each.name for each in _FORMATS if each.media_type == media_type), None)


def open_source(
    path: Path, format: str | None = None, *mappings: Mapping | None, encounter: str | None = None
) -> Source:
    """Open a file in the format named, else in the one that it is in.

    ``mappings`` are those that it may be read with, ``encounter`` is what it is read as, where that is known:
    by them a workbook's sheet is chosen. Raises ``UsageError`` for a format that there is not,
    ``FileRefused`` where the file cannot be read in it.
    """
    chosen = get(format) if format is not None else recognise(path)
    given = [mapping for mapping in mappings if mapping is not None]
    kinds = [encounter] if encounter is not None else list(encounters.names())
    return chosen.open(path, lambda header: _fit(header, given, kinds))


def _fit(header: tuple[str, ...], mappings: Iterable[Mapping], kinds: Iterable[str]) -> int:
    known = [len(each.columns) for each in mappings if not each.missing(header)]
    return max([*known, *(known_columns(encounters.get(name), header) for name in kinds)])


def known_columns(encounter: Encounter, header: tuple[str, ...]) -> int:
    """How many columns of a header are called like elements of an encounter."""
    return len(Mapping.of_elements(encounter, header).columns)
