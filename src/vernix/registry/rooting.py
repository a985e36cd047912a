"""``vernix-registry replace-root``: new root keys in the place of one that was lost, stolen or will expire.

Two of the three old keys must sign; so one lost key is a nuisance and one stolen key is nothing yet.
Everybody follows the chain of roots from the first, whose fingerprint invitations pin for ever.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from vernix.console import print_json, say
from vernix.custody.publishing import ROOT_KEYS
from vernix.custody.signatures import SigningKey
from vernix.errors import UsageError
from vernix.registry.keyring import load_root_keys, save_root_keys
from vernix.registry.options import Data, GatewayCa
from vernix.registry.settings import PASSPHRASE_VARIABLE, read_passphrase
from vernix.registry.unlocked import unlock


def replace_root(
    *,
    root_keys: Path,
    into: Path,
    data: Data = None,
    passphrase_file: Annotated[Path | None, Parameter(env_var=PASSPHRASE_VARIABLE)] = None,
    gateway_ca: GatewayCa = None,
    json: bool = False,
) -> None:
    """Make three new root keys and a new root, signed by two of the old root keys at least.

    Parameters
    ----------
    root_keys
        A folder with two or three of the files that ``init`` put into ``root-keys``.
    into
        A new folder for the files of the three new keys.
    passphrase_file
        The file with the passphrase that opens the registry's keys and the root keys.
    json
        Print one JSON document instead of text.
    """
    registry = unlock(data, passphrase_file)
    passphrase = read_passphrase(passphrase_file)
    if into.exists():
        raise UsageError("The folder named by --into is there already.", hint="Name a new one.")
    old = load_root_keys(root_keys, passphrase)
    new = [SigningKey.generate() for _ in range(ROOT_KEYS)]
    registry.publishing.check_root_keys(old)
    # First: a root whose keys are on no disk could never be replaced again.
    save_root_keys(into, new, passphrase)
    registry.publishing.replace_root(old, new)
    reaches = registry.tell_gateway(gateway_ca)
    if json:
        print_json({"published_at_gateway": reaches, "root_keys": os.fspath(into.absolute())})
        return
    say(f"A new root is published. Move {into} off line now: three files for three people.")
    say("The old root keys can be destroyed: they sign nothing any more.")
    if not reaches:
        say("The gateway was not reached; vernix-registry run will tell it of the new root.")
