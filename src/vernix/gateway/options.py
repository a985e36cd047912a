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

Storage = Annotated[
    str | None,
    Parameter(
        env_var="VERNIX_GATEWAY_STORAGE",
        help=(
            "The bucket for sealed bodies instead of the folder: "
            "s3://BUCKET/PREFIX?endpoint=https://HOST&region=REGION. Its credentials stand in the "
            "environment, or in the file that VERNIX_GATEWAY_STORAGE_CREDENTIALS names."
        ),
    ),
]

Json = Annotated[bool, Parameter(help="Print one JSON document.")]
