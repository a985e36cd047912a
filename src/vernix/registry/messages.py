"""``vernix-registry messages`` and ``read``: what partners write to the registry beside their data.

    parts/<delivery>/part-N.*.sealed    a message, sealed as it came
    parts/<delivery>/read.json          our signed read receipt, once somebody has read it

``run`` proves a message, files it so and signs for it; nothing of it is opened before a person asks.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vernix.console import one_line, print_json, say, size_in_words
from vernix.courier.keeping import read_json, write_json
from vernix.courier.requesting import FileRequests
from vernix.custody.identifiers import REGISTRY, format_time, utc_now
from vernix.custody.manifest import Manifest
from vernix.custody.read_receipt import ReadReceipt
from vernix.errors import UsageError
from vernix.registry.options import Access, Data, Json
from vernix.registry.settings import RegistryFolder, find_folder, open_workflow
from vernix.registry.unlocked import Registry, unlock

if TYPE_CHECKING:
    from vernix.registry.workflow.models import Submission


def messages(*, data: Data = None, json: Json = False) -> None:
    """List what partners wrote to the registry, newest first. Needs no key: it lies sealed, as it came."""
    folder = find_folder(data)
    open_workflow(folder)
    found = [_described(folder, each) for each in _filed(folder)]
    if json:
        print_json({"messages": found})
        return
    for each in found:
        state = f"read {each['read']}" if each["read"] else "not read"
        size = size_in_words(each["sealed_bytes"])
        sys.stdout.write(f"{each['delivery']}  {each['from']}  {each['arrived']}  {size}  {state}\n")
    if not found:
        say("Nobody wrote.")


def read(
    delivery: str,
    *,
    into: Path | None = None,
    no_receipt: bool = False,
    forget: bool = False,
    access: Access = Access(),
    json: Json = False,
) -> None:
    """Show the note of a message and put its files into a new folder; tell its sender that it was read.

    Parameters
    ----------
    delivery
        The id that vernix-registry messages shows.
    into
        Make a folder in this one, named by the id, for the files. Nothing is opened onto a disk without it.
    no_receipt
        Tell the sender nothing.
    forget
        Remove the sealed message afterwards.
    """
    registry = unlock(access)
    # What these import are tables, and tables need an open database.
    from vernix.registry.passage import Passage
    from vernix.registry.unpacking import opened_message, unpack

    submission = next((each for each in _filed(registry.folder) if each.delivery == delivery), None)
    if submission is None:
        raise UsageError("There is no such message.", hint="vernix-registry messages lists them.")
    target = None if into is None else into.expanduser().absolute() / submission.delivery
    with opened_message(Passage(registry, registry.exchange(), submission)) as (manifest, contents):
        if target is not None and not target.exists():
            unpack(manifest, contents, target)
    _show(submission, _author(registry.folder, submission), manifest, target, json=json)
    if not no_receipt:
        _tell(registry, submission)
    if forget:
        shutil.rmtree(registry.folder.parts / submission.delivery)


def counted(folder: RegistryFolder) -> dict[str, int]:
    """How many messages there are, and how many nobody has read."""
    found = _filed(folder)
    return {
        "total": len(found),
        "unread": sum(not _read_file(folder, each.delivery).exists() for each in found),
    }


def _filed(folder: RegistryFolder) -> list[Submission]:
    """The messages that lie here, newest first."""
    from vernix.registry.workflow.models import State, Submission

    taken = Submission.objects.filter(purpose="message", result="received", state=State.DONE)
    return [each for each in taken.order_by("-sequence") if (folder.parts / each.delivery).exists()]


def _described(folder: RegistryFolder, submission: Submission) -> dict[str, Any]:
    from vernix.registry.collecting import carried_of

    receipt = read_json(_read_file(folder, submission.delivery))
    return {
        "delivery": submission.delivery,
        "from": _author(folder, submission),
        "arrived": format_time(submission.arrived_at.replace(microsecond=0)),
        "sealed_bytes": sum(part.size for part in carried_of(submission).parts),
        "read": None if receipt is None else receipt["read"],
    }


def _author(folder: RegistryFolder, submission: Submission) -> str:
    """The sender; of the answer to a request, whom we asked: who used the text is not proven."""
    asked = FileRequests(folder.requests).behind(submission.sender)
    return submission.sender if asked is None else f"whoever held the request to {asked.title}"


def _show(
    submission: Submission, author: str, manifest: Manifest, target: Path | None, *, json: bool
) -> None:
    if json:
        files = [{"name": "/".join((*f.folder, f.name)), "size": f.size} for f in manifest.files]
        print_json(
            {
                "delivery": submission.delivery,
                "from": author,
                "note": manifest.note,
                "files": files,
                "folder": None if target is None else str(target),
            }
        )
        return
    sys.stdout.write(f"From {author}, {format_time(manifest.created)}\n")
    for line in manifest.note.splitlines():
        sys.stdout.write(f"  {one_line(line)}\n")
    for file in manifest.files:
        sys.stdout.write(f"  {one_line('/'.join((*file.folder, file.name)))}  {size_in_words(file.size)}\n")
    if target is not None:
        say(f"Its files are in {target}.")
    elif manifest.files:
        say("Its files stay sealed; --into DIR takes them out.")


def _tell(registry: Registry, submission: Submission) -> None:
    """Post our read receipt; it is kept before, so that a second run posts the same one."""
    path = _read_file(registry.folder, submission.delivery)
    kept = read_json(path)
    if kept is None:
        receipt = ReadReceipt(submission.delivery, REGISTRY, submission.sender, utc_now())
        envelope = receipt.sign(registry.keyring.signing).encode()
        kept = {"read": format_time(receipt.read), "envelope": envelope.decode("utf-8")}
        write_json(path, kept)
    registry.exchange().post_read_receipt(kept["envelope"].encode("utf-8"))


def _read_file(folder: RegistryFolder, delivery: str) -> Path:
    return folder.parts / delivery / "read.json"
