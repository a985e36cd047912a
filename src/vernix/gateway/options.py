"""Options that several commands of ``vernix-gateway`` have, each declared once."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

Data = Annotated[Path | None, Parameter(env_var="VERNIX_DATA", help="The gateway's folder.")]

DatabaseUrl = Annotated[
    str | None,
    Parameter(
        env_var="VERNIX_GATEWAY_DATABASE",
        help="A database URL instead of the SQLite file in the folder.",
    ),
]

Json = Annotated[bool, Parameter(help="Print one JSON document.")]
