"""What several commands of ``vernix`` take, declared once."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter

from vernix.custody.identifiers import check_id
from vernix.errors import DataRefused, UsageError

Data = Annotated[Path | None, Parameter(env_var="VERNIX_DATA", help="This partner's data folder.")]

Json = Annotated[bool, Parameter(help="Print one JSON document.")]
Fhir = Annotated[bool, Parameter(help="Print what was found as a FHIR R4 OperationOutcome.")]

Lane = Literal["production", "test"]
"""Which way data goes to the registry."""

Identities = Annotated[list[Path] | None, Parameter(name=["-i", "--identity"])]
Recipients = Annotated[list[str] | None, Parameter(name=["-r", "--recipient"])]
Output = Annotated[Path | None, Parameter(name=["-o", "--output"], allow_leading_hyphen=True)]
Force = Annotated[bool, Parameter(name=["-f", "--force"])]
"""Each command says in its own words what these are to it."""


def in_lane(test: bool) -> str:
    """What is said behind an addressee of what goes in the test lane."""
    return " (test lane)" if test else ""


def checked_id(text: str) -> str:
    """``text`` if it is a delivery's id: nothing else may become the name of a file, or a pattern.

    Raises ``UsageError`` otherwise.
    """
    try:
        return check_id(text)
    except DataRefused:
        raise UsageError("That is not the id of a delivery.", hint="Copy it again, whole.") from None
