"""The option that every command of ``vernix`` with a memory has, declared once."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

Data = Annotated[Path | None, Parameter(env_var="VERNIX_DATA", help="This partner's data folder.")]
