"""What a partner reads on the terminal: tables for people, one document for programs (``--json``)."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from vernix.console import one_line, print_json, say, size_in_words
from vernix.custody.identifiers import format_time, utc_now
from vernix.partner.options import in_lane

if TYPE_CHECKING:
    # What is shown is loaded by whoever has it: `send` shows no acknowledgement.
    from vernix.courier.collecting import Mail, SetAside
    from vernix.courier.sending import Sent
    from vernix.custody.read_receipt import ReadReceipt
    from vernix.custody.recall import Recall
    from vernix.custody.receipt import Receipt
    from vernix.partner.answers import NewAnswers
    from vernix.partner.receiving import Taken


def show_sent(sent: Sent, *, json: bool = False, repeated: bool = False) -> None:
    """The delivery's id, and that the gateway has verified it."""
    if json:
        print_json({**sent_document(sent), "repeated": repeated})
        return
    delivery = sent.delivery
    size = size_in_words(sum(part.size for part in delivery.parts))
    sys.stdout.write(f"{sent.plan.id}\n")
    to = f"{', '.join(delivery.addressees)}{in_lane(delivery.purpose == 'test')}"
    say(f"Delivered to {to}: {size} sealed, verified by the gateway.")


def sent_document(sent: Sent) -> dict[str, Any]:
    """A sent delivery for ``--json``."""
    delivery = sent.delivery
    plan = sent.plan
    numbers = plan.numbers.of_files if plan.numbers else [None] * len(plan.dispatch.files)
    files = [
        {"name": file.name, "role": file.role, "encounter": file.encounter, "number": number}
        for file, number in zip(plan.dispatch.files, numbers, strict=True)
    ]
    return {
        "delivery": sent.plan.id,
        "to": list(delivery.addressees),
        "purpose": delivery.purpose,
        "files": files,
        "sealed_bytes": sum(part.size for part in delivery.parts),
        "sent": format_time(sent.sent),
        "state": "verified",
    }


def show_mail(mail: Mail, *, json: bool) -> None:
    """What waits at the gateway."""
    deliveries = [
        {
            "delivery": waiting.delivery.id,
            "from": waiting.delivery.sender,
            "purpose": waiting.delivery.purpose,
            "parts": len(waiting.delivery.parts) - 1,
            "sealed_bytes": sum(part.size for part in waiting.delivery.parts),
            "size": size_in_words(sum(part.size for part in waiting.delivery.parts)),
            "created": format_time(waiting.delivery.created),
            "expires": format_time(waiting.delivery.expires),
            "left": time_left(waiting.delivery.expires),
            "downloads": waiting.delivery.downloads,
            "in_reply_to": waiting.delivery.in_reply_to,
        }
        for waiting in mail.deliveries
    ]
    drops = [
        {
            "delivery": drop.id,
            "from": drop.sender,
            "sealed_bytes": drop.size,
            "size": size_in_words(drop.size),
            "created": format_time(drop.created),
            "expires": format_time(drop.expires),
            "left": time_left(drop.expires),
        }
        for drop in mail.drops
    ]
    receipts = [_receipt_document(answered.receipt) for answered in mail.receipts]
    if json:
        read = [_read_document(each.receipt) for each in mail.read_receipts]
        recalls = [_recall_document(each.recall) for each in mail.recalls]
        print_json(
            {
                "deliveries": deliveries,
                "receipts": receipts,
                "read_receipts": read,
                "recalls": recalls,
                "drops": drops,
                "set_aside": _set_aside(mail.set_aside),
            }
        )
        return
    waiting = deliveries + [{**drop, "purpose": "(over SFTP)"} for drop in drops]
    if waiting:
        columns = ("delivery", "from", "purpose", "size", "created", "left")
        table("Waiting", columns, [[str(entry[name]) for name in columns] for entry in waiting])
    _show_receipts([answered.receipt for answered in mail.receipts])
    _show_read_receipts([each.receipt for each in mail.read_receipts])
    _show_recalls([each.recall for each in mail.recalls])
    _show_set_aside(mail.set_aside)
    if mail.empty:
        say("Nothing waits for you.")


def show_memory(collected: Sequence[dict[str, Any]], *, json: bool) -> None:
    """What was collected before, newest first."""
    if json:
        print_json({"collected": collected})
        return
    if not collected:
        say("Nothing was collected here.")
        return
    columns = ("delivery", "from", "purpose", "collected", "read", "refused")
    table("Collected", columns, [[str(entry[name] or "") for name in columns] for entry in collected])


def show_outcomes(answers: NewAnswers) -> None:
    """The acknowledgements as FHIR: an OperationOutcome for each file, one a line."""
    from vernix.intake.fhir.outcome import outcome_of

    for each in answers.acknowledgements:
        sys.stdout.write(outcome_of(each).decode() + "\n")


def show_collected(
    taken: Sequence[Taken], answers: NewAnswers, set_aside: Sequence[SetAside], *, json: bool, language: str
) -> None:
    """Files taken in, receipts, acknowledgements with what to do, and what was set aside."""
    from vernix.partner.acknowledged import acknowledgement_document, show_acknowledgement

    files = [
        {
            "delivery": item.delivery.id,
            "from": item.delivery.sender,
            "purpose": item.manifest.purpose,
            "name": file.name,
            "role": file.role,
            "path": str(path),
            "bare": item.bare,
        }
        for item in taken
        for file, path in item.placed
    ]
    if json:
        print_json(
            {
                "files": files,
                "receipts": [
                    {**_receipt_document(receipt), "known": receipt.delivery not in answers.unknown}
                    for receipt in answers.receipts
                ],
                "read_receipts": [_read_document(receipt) for receipt in answers.read_receipts],
                "recalls": [_recall_document(recall) for recall in answers.recalls],
                "acknowledgements": [
                    acknowledgement_document(each, language) for each in answers.acknowledgements
                ],
                "set_aside": _set_aside(set_aside),
            }
        )
        return
    if files:
        columns = ("from", "purpose", "path")
        table("Files", columns, [[str(file[name]) for name in columns] for file in files])
    for item in taken:
        _show_remarks(item)
    _show_receipts(answers.receipts)
    for delivery in sorted(answers.unknown):
        say(
            f"{delivery} did not leave this folder as it arrived: it was sent from another machine of ours, "
            "or over SFTP: cut on its way, or made by another tool."
        )
    _show_read_receipts(answers.read_receipts)
    _show_recalls(answers.recalls)
    for acknowledgement in answers.acknowledgements:
        show_acknowledgement(acknowledgement, language)
    _show_set_aside(set_aside)
    if not (files or answers.sources or set_aside):
        say("Nothing new.")


def _show_remarks(item: Taken) -> None:
    sender = item.delivery.sender
    if item.repeats is not None:
        say(f"{sender} left the same sealed file twice; it was collected before, as {item.repeats}.")
    elif item.manifest.note:
        sys.stdout.write(f"{sender} says: {one_line(item.manifest.note)}\n")
    if item.bare:
        say(f"A file of {sender} bears no signature: that it is theirs is the gateway's word alone.")


def _show_receipts(receipts: Sequence[Receipt]) -> None:
    if receipts:
        columns = ("delivery", "signed by", "result", "accepted", "warned", "rejected")
        table(
            "Receipts",
            columns,
            [
                [
                    receipt.delivery,
                    receipt.addressee,
                    receipt.result,
                    *(
                        str(count) if receipt.result != "received" else ""
                        for count in (receipt.counts.accepted, receipt.counts.warned, receipt.counts.rejected)
                    ),
                ]
                for receipt in receipts
            ],
        )


def _show_read_receipts(receipts: Sequence[ReadReceipt]) -> None:
    if receipts:
        rows = [[receipt.delivery, receipt.addressee, format_time(receipt.read)] for receipt in receipts]
        table("Read", ("delivery", "by", "at"), rows)


def _show_recalls(recalls: Sequence[Recall]) -> None:
    if recalls:
        rows = [[recall.delivery, recall.sender, format_time(recall.recalled)] for recall in recalls]
        table("Taken back by the sender", ("delivery", "from", "at"), rows)


def _show_set_aside(set_aside: Sequence[SetAside]) -> None:
    for item in set_aside:
        what = "Refused, and its sender told" if item.refused else "Set aside, nothing kept"
        say(f"{what} ({item.kind}): {item.error}")


def _set_aside(set_aside: Iterable[SetAside]) -> list[dict[str, Any]]:
    return [
        {"what": item.kind, "why": item.error.message, "hint": item.error.hint, "refused": item.refused}
        for item in set_aside
    ]


def _receipt_document(receipt: Receipt) -> dict[str, Any]:
    counts = receipt.counts
    return {
        "delivery": receipt.delivery,
        "from": receipt.addressee,
        "result": receipt.result,
        "received": format_time(receipt.received),
        "counts": {"accepted": counts.accepted, "warned": counts.warned, "rejected": counts.rejected},
    }


def _read_document(receipt: ReadReceipt) -> dict[str, Any]:
    return {"delivery": receipt.delivery, "from": receipt.addressee, "read": format_time(receipt.read)}


def _recall_document(recall: Recall) -> dict[str, Any]:
    return {"delivery": recall.delivery, "from": recall.sender, "recalled": format_time(recall.recalled)}


def table(title: str, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """A table on standard output; as wide as the terminal, or as its content where nobody looks."""
    from rich.box import SIMPLE
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console() if sys.stdout.isatty() else Console(width=200)
    table = Table(title=Text(title, style="bold"), box=SIMPLE, title_justify="left")
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in rows:
        # Text, not markup: what a far side wrote must not style our terminal.
        table.add_row(*(Text(one_line(cell)) for cell in row))
    console.print(table)


def time_left(expires: datetime) -> str:
    """How long until a delivery is gone, as people say it: ``2 days``."""
    minutes = max(0, int((expires - utc_now()).total_seconds()) // 60)
    units = (("day", 1440), ("hour", 60), ("minute", 1))
    unit, size = next((each for each in units if minutes >= 2 * each[1]), units[-1])
    count = minutes // size
    return f"{count} {unit}{'' if count == 1 else 's'}"
