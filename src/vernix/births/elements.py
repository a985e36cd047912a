"""A data element, declared once: what it is called, what it may hold, who it could identify.

Readers, checks, tables, templates, the data dictionary, exposure categories and the synthetic cohort all
derive from these declarations; nothing about an element is written a second time anywhere else.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Literal

from vernix.births.codes import CodeSet, Words
from vernix.births.editions import FIRST_EDITION

if TYPE_CHECKING:
    import pyarrow as pa

Type = Literal["text", "integer", "decimal", "date", "time", "code", "boolean", "gestation"]
Required = Literal["required", "expected", "optional"]
Privacy = Literal["direct", "quasi", "clinical"]
Subject = Literal["child", "mother", "event"]


@dataclass(frozen=True)
class Range:
    """A closed range of numbers, in the element's own unit."""

    low: int | Decimal
    high: int | Decimal

    def holds(self, value: int | Decimal) -> bool:
        """Whether ``value`` lies in the range, ends included."""
        return self.low <= value <= self.high


@dataclass(frozen=True, kw_only=True)
class Places:
    """Where an element stands in the formats of others.

    ``ije``
        Item codes of the Inter-Jurisdictional Exchange layouts, several where one value is split over them.
    ``hl7``
        Fields of HL7 v2 in the order in which they are looked at: ``PID-7``; ``PID-5.2`` a component,
        ``PID-5.2+3`` two of them; ``PID-3:MR`` the identifier of that type (``PID-3:`` one without a type);
        ``NK1:MTH-2`` the next of kin who is the mother, ``PID:MTH-5`` the patient where she is one. What
        stands in an observation is told by ``loinc`` (OBX-3).
    ``fhir``
        Where it stands in a resource, as ``Patient.birthDate``; an observation is told by ``loinc``.
    ``xml``
        Element names of EMR batches, below their group where the name alone could mean two
        (``familyHistory/atRisk``).
    ``loinc``
        The LOINC code of the question, in HL7 v2 and in FHIR alike.
    """

    ije: tuple[str, ...] = ()
    hl7: tuple[str, ...] = ()
    fhir: tuple[str, ...] = ()
    xml: tuple[str, ...] = ()
    loinc: str | None = None


@dataclass(frozen=True, kw_only=True)
class Element:
    """One declared field of an encounter; `vernix.births.declaring.element` is how it is written.

    ``type``
        ``text``; ``integer``; ``decimal`` (``digits`` after the point); ``date`` (a calendar day);
        ``time`` (of day, kept as text ``HH:MM``, because Delta Lake has no time of day); ``code`` (one of
        ``codes``, kept as the code's own word); ``boolean``; ``gestation`` (kept as whole days, read in every
        spelling that `vernix.births.gestation` knows).
    ``possible``
        Outside of it the value is refused (a hard finding).
    ``plausible``
        Outside of it the value is kept and questioned (a soft finding).
    ``required``
        ``required``: a blank is a hard finding; ``expected``: a blank counts as missing in the data-quality
        report; ``optional``: a blank says nothing.
    ``privacy``
        ``direct`` identifiers go to the vault, never to the book; ``quasi`` and ``clinical`` go to the book.
    ``aliases``
        Names that other files use for it, lower case, for proposing a mapping.
    ``longest``
        For text: the most characters that are taken.
    ``since``, ``until``
        The first edition of the dictionary that holds it, and the first that no longer will
        (`vernix.births.editions`).
    ``version``
        Raised by one where what it means has changed, so that partners are told to look again.
    """

    name: str
    type: Type
    label: Words
    definition: Words
    source: str
    privacy: Privacy
    subject: Subject
    required: Required = "optional"
    unit: str | None = None
    digits: int = 0
    codes: CodeSet | None = None
    possible: Range | None = None
    plausible: Range | None = None
    longest: int = 250
    aliases: tuple[str, ...] = ()
    at: Places = Places()
    since: str = FIRST_EDITION
    until: str | None = None
    version: int = 1

    def __post_init__(self) -> None:
        if (self.type == "code") != (self.codes is not None):
            raise ValueError(f"element {self.name}: a code set belongs to type code, and only there")
        if self.possible and self.type not in ("integer", "decimal", "gestation"):
            raise ValueError(f"element {self.name}: a range belongs to a number")


def arrow_type(element: Element) -> pa.DataType:
    """The column type an element has in memory and in the book.

    Chosen so that Arrow, DuckDB, Delta Lake and Spark all hold it exactly: no time of day, no floating point.
    """
    import pyarrow as pa

    types: dict[Type, pa.DataType] = {
        "text": pa.string(),
        "integer": pa.int32(),
        "decimal": pa.decimal128(9, element.digits),
        "date": pa.date32(),
        "time": pa.string(),
        "code": pa.string(),
        "boolean": pa.bool_(),
        "gestation": pa.int32(),
    }
    return types[element.type]
