"""What a path over SFTP may mean. Pure: no disk, no database; a path never becomes one of ours.

    /                        the three folders
    /inbox                   what waits for us        /inbox/<delivery>-<n>.age
    /receipts                what others signed for   /receipts/<delivery>-<partner>.json
    /to                      whom we may send to
    /to/<partner>            what we send there       /to/<partner>/<name>

Whatever has another shape is refused. A name of ours under ``/to`` is any bytes that a person could have
typed; it is only ever hashed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum

from vernix.errors import NotFound, UsageError

MAX_PATH = 1024
MAX_NAME = 255

_UUID = r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"
_PARTNER = r"[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?"
_INCOMING = re.compile(rf"({_UUID})-(0|[1-9][0-9]{{0,4}})\.age")
_RECEIPT = re.compile(rf"({_UUID})-({_PARTNER})\.json")
_PARTNER_ONLY = re.compile(_PARTNER)
_FORBIDDEN = re.compile(rb"[\x00-\x1f\x7f\\]")
_TEMPORARY = re.compile(rb"\..*|.*(?:\.filepart|\.part|\.partial|\.tmp|\.temp|~)", re.DOTALL | re.IGNORECASE)


class Kind(Enum):
    """What stands at a place."""

    ROOT = "/"
    INBOX = "/inbox"
    RECEIPTS = "/receipts"
    TO = "/to"
    OUTGOING_FOLDER = "/to/partner"
    INCOMING = "a waiting part"
    RECEIPT = "a receipt"
    OUTGOING = "a file on its way out"


_FOLDERS = {"": Kind.ROOT, "inbox": Kind.INBOX, "receipts": Kind.RECEIPTS, "to": Kind.TO}
_LISTED = frozenset({*_FOLDERS.values(), Kind.OUTGOING_FOLDER})


@dataclass(frozen=True)
class Place:
    """A path that means something. Which of the other fields are set follows from ``kind``.

    ``spelled`` is the path in its one spelling.
    """

    kind: Kind
    spelled: bytes
    partner: str = ""
    delivery: str = ""
    number: int = 0
    name: bytes = b""

    @property
    def is_folder(self) -> bool:
        """Whether it can be listed."""
        return self.kind in _LISTED

    @property
    def is_temporary(self) -> bool:
        """Whether a client gives a file this name only until it is whole (WinSCP: ``.filepart``)."""
        return _TEMPORARY.fullmatch(self.name) is not None


def resolve(path: bytes) -> Place:
    """The place that ``path`` means; a relative path begins at ``/``.

    Raises ``UsageError`` for a path that nobody types, ``NotFound`` for one that leads nowhere.
    """
    if len(path) > MAX_PATH or _FORBIDDEN.search(path):
        raise UsageError(
            "That is not a path here.", hint="Use letters, digits and signs, without backslashes."
        )
    steps = _steps(path)
    if len(steps) == 3 and steps[0] == b"to":
        return _outgoing(steps[1], steps[2])
    try:
        text = [step.decode("ascii") for step in steps]
    except UnicodeDecodeError:
        raise _nowhere() from None
    return _known(text, b"/" + b"/".join(steps))


def _steps(path: bytes) -> list[bytes]:
    steps: list[bytes] = []
    for step in path.split(b"/"):
        if step == b"..":
            del steps[-1:]
        elif step not in (b"", b"."):
            steps.append(step)
    return steps


def _known(steps: list[str], spelled: bytes) -> Place:
    folder, name = "/".join(steps[:1]), "/".join(steps[1:])
    if not name and folder in _FOLDERS:
        return Place(_FOLDERS[folder], spelled)
    if folder == "to" and _PARTNER_ONLY.fullmatch(name):
        return Place(Kind.OUTGOING_FOLDER, spelled, partner=name)
    if folder == "inbox" and (found := _INCOMING.fullmatch(name)):
        return Place(Kind.INCOMING, spelled, delivery=found[1], number=int(found[2]))
    if folder == "receipts" and (found := _RECEIPT.fullmatch(name)):
        return Place(Kind.RECEIPT, spelled, delivery=found[1], partner=found[2])
    raise _nowhere()


def _outgoing(partner: bytes, name: bytes) -> Place:
    try:
        text = partner.decode("ascii")
    except UnicodeDecodeError:
        raise _nowhere() from None
    if not _PARTNER_ONLY.fullmatch(text):
        raise _nowhere()
    if len(name) > MAX_NAME:
        raise UsageError(f"A name has at most {MAX_NAME} bytes.", hint="Give the file a shorter name.")
    return Place(Kind.OUTGOING, b"/to/" + partner + b"/" + name, partner=text, name=name)


def _nowhere() -> NotFound:
    return NotFound(
        "There is nothing at this path.", hint="Here are /inbox, /receipts and /to/<partner>, nothing else."
    )
