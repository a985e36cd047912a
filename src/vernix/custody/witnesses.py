"""Who watched a ledger: the cosignatures under a checkpoint, by keys that the directory lists."""

from __future__ import annotations

from datetime import UTC, datetime

from vernix.custody.checkpoint import Log, SignedCheckpoint
from vernix.custody.directory import Directory, Partner
from vernix.custody.key import SIGNING
from vernix.custody.signatures import VerifyKey


def witnesses(signed: SignedCheckpoint, log: Log, directory: Directory) -> dict[str, int]:
    """The partners who cosigned ``signed``, and when (seconds since the epoch).

    A key counts if it held when it signed and has not been revoked. Raises NotProven for a line in a
    partner's name that does not verify.
    """
    found = ((partner.id, witnessed(signed, log, partner)) for partner in directory.partners)
    return {partner: at for partner, at in found if at is not None}


def witnessed(signed: SignedCheckpoint, log: Log, partner: Partner) -> int | None:
    """When ``partner`` cosigned this (seconds since the epoch); None if it did not. Raises NotProven."""
    for key in partner.keys:
        if key.kind == SIGNING:
            at = signed.witnessed(log.witness_key(partner.id, VerifyKey.from_text(key.value)))
            if at is not None and key.holds(datetime.fromtimestamp(at, UTC)):
                return at
    return None
