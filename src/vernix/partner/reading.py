"""``vernix read`` and ``reply``: a person looks at what was collected, says so, and answers."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

from vernix.console import one_line, print_json, say
from vernix.courier.sending import Outbox
from vernix.custody.file_request import request_behind
from vernix.custody.identifiers import format_time, utc_now
from vernix.custody.read_receipt import ReadReceipt
from vernix.errors import UsageError
from vernix.partner import sending, showing, state
from vernix.partner.collected import Collected, Memory, document
from vernix.partner.connecting import connect
from vernix.partner.dispatching import Wish, dispatch_for, read_note
from vernix.partner.options import Data, Json, checked_id
from vernix.partner.state import Partner

_LONGEST_THREAD = 100


def read(delivery: str, *, no_receipt: bool = False, data: Data = None, json: Json = False) -> int:
    """Show what was collected: its note, its files and what it answers; tell its sender that it was read.

    The sender is told once, by a receipt that you sign.

    Parameters
    ----------
    delivery
        The id that vernix inbox and collect show.
    no_receipt
        Tell the sender nothing.
    """
    partner = state.load(data)
    collected = _collected(partner, delivery)
    if not no_receipt:
        collected = _tell(partner, collected)
    _show(partner, collected, json=json)
    return 0


def reply(
    delivery: str,
    *files: Path,
    to_all: bool = False,
    note: str | None = None,
    note_file: Path | None = None,
    data: Data = None,
    json: Json = False,
) -> int:
    """Answer what was collected: files, folders and a note, sealed to its sender.

    Parameters
    ----------
    delivery
        The id that vernix inbox and collect show.
    files
        The files and folders to send.
    to_all
        Answer everybody to whom it was sent, too.
    note
        A short text, sealed like the files.
    note_file
        The note from a text file (- for standard input).
    """
    partner = state.load(data)
    collected = _collected(partner, delivery)
    if request_behind(collected.sender) is not None:
        raise UsageError(
            "This came from somebody without an account, to whom nothing can be sent here.",
            hint="Answer by another road; vernix request asks for more.",
        )
    text = read_note(note, note_file)
    if not files and not text:
        raise UsageError("There is nothing to send.", hint="Name files, or say --note.")
    others = [name for name in collected.addressees if name != partner.id] if to_all else []
    dispatch = dispatch_for(partner, Wish(files, (collected.sender, *others), "message", note=text))
    answer = replace(dispatch, in_reply_to=collected.delivery)
    return sending.send_out(partner, connect(partner), answer, json=json)


def _collected(partner: Partner, delivery: str) -> Collected:
    found = Memory(partner.folder.incoming).find(checked_id(delivery))
    if found is None:
        raise UsageError("Nothing that was collected here has that id.", hint="See vernix inbox --collected.")
    if found.refusal is not None:
        raise UsageError(f"It was refused, and nothing of it is here. {found.refusal}")
    return found


def _tell(partner: Partner, collected: Collected) -> Collected:
    """Post our read receipt; it is kept before, so that a second run posts the same one."""
    if collected.read is None:
        receipt = ReadReceipt(collected.delivery, partner.id, collected.sender, utc_now())
        collected = replace(collected, read=receipt.sign(partner.signing_key()).encode())
        Memory(partner.folder.incoming).keep(collected)
    if collected.read is not None:
        connect(partner).post_read_receipt(collected.read)
    return collected


def _show(partner: Partner, collected: Collected, *, json: bool) -> None:
    thread = _thread(partner, collected)
    if json:
        print_json({**document(collected), "thread": thread})
        return
    sys.stdout.write(f"From {collected.sender}, {format_time(collected.created)}\n")
    for line in collected.note.splitlines():
        sys.stdout.write(f"  {one_line(line)}\n")
    if collected.files:
        showing.table("Files", ("name", "where"), [list(file) for file in collected.files])
    if len(thread) > 1:
        columns = ("delivery", "from", "at", "note")
        showing.table("Thread", columns, [[str(entry[name]) for name in columns] for entry in thread])
    if collected.bare:
        say("It bears no signature: whose it is, is the gateway's word alone.")
    if collected.read is None:
        say("The sender was not told that it was read.")


def _thread(partner: Partner, collected: Collected) -> list[dict[str, Any]]:
    """What a delivery answers, back to the first that is known here, and it; oldest first."""
    memory, outbox = Memory(partner.folder.incoming), Outbox(partner.folder.outbox)
    entries = [_entry(collected.delivery, collected.sender, format_time(collected.created), collected.note)]
    before = collected.in_reply_to
    while before is not None and len(entries) < _LONGEST_THREAD:
        received, sent = memory.find(before), next(outbox.sent(before), None)
        if received is not None:
            entries.append(_entry(before, received.sender, format_time(received.created), received.note))
            before = received.in_reply_to
        elif sent is not None:
            entries.append(_entry(before, partner.id, sent.plan.created, sent.plan.dispatch.note))
            before = sent.plan.dispatch.in_reply_to
        else:
            break
    return entries[::-1]


def _entry(delivery: str, sender: str, at: str, note: str) -> dict[str, Any]:
    return {"delivery": delivery, "from": sender, "at": at, "note": note}
