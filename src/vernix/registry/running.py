"""``vernix-registry run``: takes what has arrived at the gateway through the steps, and answers.

It calls out and is never called. It waits for post by long poll, so that a submission is looked at the moment
it arrives; a gateway that is away is tried again with growing pauses. SIGTERM ends it between two steps.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from vernix.errors import KeeperFailed
from vernix.registry.logs import configure, log
from vernix.registry.settings import PASSPHRASE_VARIABLE, RegistryFolder, find_folder
from vernix.registry.unlocked import unlock


def run(
    *,
    once: bool = False,
    data: Annotated[Path | None, Parameter(env_var="VERNIX_DATA")] = None,
    passphrase_file: Annotated[Path | None, Parameter(env_var=PASSPHRASE_VARIABLE)] = None,
    gateway_ca: Annotated[Path | None, Parameter(name="--ca", env_var="VERNIX_CA")] = None,
) -> int:
    """Collect, open, check, keep and answer what partners send; until stopped.

    Parameters
    ----------
    once
        Do what there is to do now, then end: 0 when nothing is left over, 4 when something waits for the
        road, 5 when something waits for room on this disk.
    data
        The registry's data folder.
    passphrase_file
        The file with the passphrase that opens the registry's keys.
    gateway_ca
        A private certificate authority to trust for the gateway.
    """
    configure()
    folder = find_folder(data)
    folder.profile()
    with _alone(folder):
        registry = unlock(data, passphrase_file, migrate=True)
        # Only now: what these import are tables, and tables need an open database.
        from vernix.registry import steps
        from vernix.registry.loop import Runner

        again = steps.begin_again(registry)
        log().info("started", count=again)
        runner = Runner(registry, registry.exchange(gateway_ca))
        return runner.once() if once else runner.until_stopped()


@contextmanager
def _alone(folder: RegistryFolder) -> Iterator[None]:
    """One `run` a data folder: the tables have one writer."""
    handle = os.open(folder.root / "run.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(handle)
        raise KeeperFailed(
            "Another vernix-registry run is at work in this data folder.", hint="Stop it first."
        ) from None
    try:
        yield
    finally:
        os.close(handle)
