"""``vernix verify``: what a proven receipt proves, checked here, with nothing asked of anybody."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from vernix.console import print_json, say
from vernix.custody.canonical import MAX_BYTES
from vernix.custody.checkpoint import Log
from vernix.custody.directory import Directory
from vernix.custody.identifiers import format_time
from vernix.custody.proven_receipt import Proven, ProvenReceipt
from vernix.custody.trust import DirectoryMirror
from vernix.errors import DataRefused, UsageError
from vernix.partner import state
from vernix.partner.options import Data, Json
from vernix.partner.state import Partner


def verify(receipt: str, /, *, data: Data = None, json: Json = False) -> int:
    """Check a proven receipt against the directory kept here; no network.

    Ends with 3 and the reason when it does not hold, with 1 when it is no proven receipt at all.

    Parameters
    ----------
    receipt
        The file (vernix collect keeps them in the folder receipts), or the id of a delivery you sent.
    """
    partner = state.load(data)
    files = _files(partner, receipt)
    told = [(path, _proven(partner, path)) for path in files]
    if json:
        print_json({"receipts": [{"file": str(path), **_document(proven)} for path, proven in told]})
    else:
        for _, proven in told:
            _show(proven)
    return 0


def _files(partner: Partner, receipt: str) -> list[Path]:
    """The file that was named, or those of a delivery."""
    named = Path(receipt)
    if named.is_file():
        return [named]
    folder = partner.folder.receipts
    whole = {path.name: path for path in folder.glob("*.json")}
    unwitnessed = {path.name: path for path in (folder / "unwitnessed").glob("*.json")}
    found = [path for name, path in sorted((unwitnessed | whole).items()) if name.startswith(f"{receipt}-")]
    if not found:
        raise UsageError(
            "There is no such file, and no proven receipt for a delivery of that id here.",
            hint="Run vernix collect once the receipt has come.",
        )
    return found


def _proven(partner: Partner, path: Path) -> Proven:
    with path.open("rb") as file:
        content = file.read(MAX_BYTES + 1)
    try:
        read = ProvenReceipt.parse(content)
    except DataRefused as error:
        raise DataRefused(
            f"{path} is no proven receipt, or it was changed: {error.message}",
            hint="Give the file as vernix collect wrote it, or the delivery's id.",
        ) from error
    return read.check(_directory(partner, read.log, read.checkpoint))


def _directory(partner: Partner, log: Log, checkpoint: bytes) -> Directory:
    """The directory kept here, as it was good when the checkpoint was made.

    A receipt may be checked years later, where nobody has refreshed anything: that the directory has expired
    since says nothing about what was true then.
    """
    when = datetime.fromtimestamp(log.open(checkpoint).vouched, UTC)
    mirror = DirectoryMirror(partner.folder.directory, partner.root_fingerprint, clock=lambda: when)
    return mirror.current()


def _show(proven: Proven) -> None:
    receipt, delivery = proven.receipt, proven.delivery
    counts = receipt.counts
    rows = f": {counts.accepted} accepted, {counts.warned} warned, {counts.rejected} rejected"
    sys.stdout.write(
        f"{receipt.addressee} signed for delivery {delivery.id} of {delivery.sender} "
        f"({len(delivery.parts)} parts, sent {format_time(delivery.created)}) "
        f"at {format_time(receipt.received)}: {receipt.result}"
        f"{rows if receipt.result != 'received' else ''}.\n"
        f"It is event {proven.index} of the gateway's ledger, vouched for at {_spelled(proven.vouched)}.\n"
    )
    for partner, at in sorted(proven.witnesses.items()):
        sys.stdout.write(f"Witnessed by {partner} at {_spelled(at)}.\n")
    if not proven.witnesses:
        say("No witness had cosigned this state of the ledger; run vernix collect again for one that has.")


def _document(proven: Proven) -> dict[str, Any]:
    receipt = proven.receipt
    counts = receipt.counts
    return {
        "addressee": receipt.addressee,
        "counts": {"accepted": counts.accepted, "warned": counts.warned, "rejected": counts.rejected},
        "delivery": receipt.delivery,
        "event": proven.index,
        "received": format_time(receipt.received),
        "result": receipt.result,
        "sender": receipt.sender,
        "vouched": _spelled(proven.vouched),
        "witnesses": {partner: _spelled(at) for partner, at in sorted(proven.witnesses.items())},
    }


def _spelled(seconds: int) -> str:
    return format_time(datetime.fromtimestamp(seconds, UTC))
