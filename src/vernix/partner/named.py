"""Whom a command line names: recipients to seal to, identities to open with, the passphrase of a file."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path

from vernix.errors import DataRefused, UsageError
from vernix.sealing.descriptors import reading
from vernix.sealing.identities import Identity, PassphraseIdentity, load_identities
from vernix.sealing.recipients import Recipient, parse_recipient, parse_recipients

_MAX_SMALL_FILE = 1 << 20


def recipients_named(texts: Sequence[str], files: Sequence[Path]) -> list[Recipient]:
    """The recipients given by ``-r`` and ``-R``; ``UsageError`` when one is none, or there is none at all."""
    found: list[Recipient] = []
    try:
        found += [parse_recipient(text) for text in texts]
    except DataRefused as reason:
        raise UsageError(reason.message, hint=reason.hint) from None
    for path in files:
        found += parse_recipients(_small_text(path))
    if not found:
        raise UsageError(
            "Nobody is named to seal to.", hint="Name a recipient with -r (age1...) or --to PARTNER."
        )
    return found


def identities_named(
    paths: Sequence[Path], passphrase_file: Path | None, data: Path | None
) -> list[Identity]:
    """The identities in the files given by ``-i``; without any, the passphrase alone or those in ``--data``.

    Raises ``UsageError`` when nothing is named to open with.
    """
    ask: Callable[[], bytes] | None = None
    if passphrase_file is not None:
        passphrase = passphrase_in(passphrase_file)
        ask = lambda: passphrase  # noqa: E731
        if not paths:
            return [PassphraseIdentity(passphrase)]
    if not paths and data is not None:
        from vernix.partner import state

        return list(state.load(data).identities())
    if not paths:
        raise UsageError("No identity is named to open with.", hint="Name your identity file with -i FILE.")
    return [identity for path in paths for identity in load_identities(path, ask)]


def passphrase_in(path: Path) -> bytes:
    """The first line of ``path``; ``UsageError`` when it is empty."""
    line = _small_text(path).split("\n", 1)[0].removesuffix("\r")
    if not line:
        raise UsageError(
            f"The first line of {path} is empty.", hint="Write the passphrase on its first line."
        )
    return line.encode("utf-8")


def _small_text(path: Path) -> str:
    with reading(path) as descriptor, os.fdopen(descriptor, "rb", closefd=False) as file:
        data = file.read(_MAX_SMALL_FILE + 1)
    try:
        if len(data) > _MAX_SMALL_FILE:
            raise ValueError("too large")
        return data.decode("utf-8")
    except ValueError:
        raise DataRefused(
            f"{path} is not a small text file.", hint="Check that you named the right file."
        ) from None
