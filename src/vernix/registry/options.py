"""Options that several commands of ``vernix-registry`` have, each declared once."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from vernix.registry.settings import PASSPHRASE_VARIABLE

Data = Annotated[Path | None, Parameter(env_var="VERNIX_DATA", help="The registry's data folder.")]

PassphraseFile = Annotated[
    Path | None,
    Parameter(
        env_var=PASSPHRASE_VARIABLE, help="The file with the passphrase that opens the registry's keys."
    ),
]

NewPassphraseFile = Annotated[
    Path | None,
    Parameter(
        env_var=PASSPHRASE_VARIABLE,
        help="The file with the passphrase that seals the registry's keys; "
        "made with a random one where it is missing.",
    ),
]

GatewayCa = Annotated[
    Path | None,
    Parameter(
        name="--ca", env_var="VERNIX_CA", help="A private certificate authority to trust for the gateway."
    ),
]

Json = Annotated[bool, Parameter(help="Print one JSON document.")]


@Parameter(name="*")
@dataclass(frozen=True)
class Access:
    """Where the registry is, what opens its keys, and by which authority it knows the gateway."""

    data: Data = None
    passphrase_file: PassphraseFile = None
    gateway_ca: GatewayCa = None
