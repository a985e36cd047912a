"""What each route takes and gives, as JSON schemas: what the route table cannot say of the interface.

Schemas are those of OpenAPI 3.1 (JSON Schema 2020-12). They describe; what is refused is decided by the
strict readers of ``custody``. A test holds the two together: whatever fits a schema here, or nearly, is
answered and never met with a failure of ours, and every answer fits its schema.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from vernix.custody.directory import PURPOSES
from vernix.custody.quota import NAMES

Schema = Mapping[str, Any]

JSON = "application/json"
BYTES = "application/octet-stream"
MOST = 2**53 - 1
"""The largest integer in a canonical document."""


@dataclass(frozen=True)
class Shape:
    """One route's parameters, body and good answers.

    ``parameters`` are those of the path, ``query`` those of the query, by name; ``takes`` is the schema of
    the body (None: no body) in ``media``; ``gives`` maps each good status to its meaning and schema.
    """

    summary: str
    gives: Mapping[int, tuple[str, Schema | None]]
    parameters: Mapping[str, Schema] = field(default_factory=dict)
    query: Mapping[str, Schema] = field(default_factory=dict)
    takes: Schema | None = None
    media: str = JSON


def _object(**properties: Schema) -> Schema:
    return {
        "type": "object",
        "properties": properties,
        "required": sorted(properties),
        "additionalProperties": False,
    }


def _list(items: Schema, **bounds: int) -> Schema:
    return {"type": "array", "items": items, **bounds}


_WHOLE: Schema = {"type": "integer", "minimum": 0, "maximum": MOST}
_ID: Schema = {
    "type": "string",
    "description": "UUID version 7, lower case",
    "pattern": "^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$",
}
_PARTNER: Schema = {
    "type": "string",
    "description": "partner id",
    "pattern": "^[a-z0-9]([a-z0-9-]{0,62}[a-z0-9])?$",
}
_TIME: Schema = {"type": "string", "description": "time", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$"}
_ASKER: Schema = {"type": "string", "description": "an invitation's id, or key: and the id of a key"}
_KEY_ID: Schema = {"type": "string", "pattern": "^[0-9a-f]{16}$"}
_SIGNATURE = _object(key=_KEY_ID, value={"type": "string", "pattern": "^[A-Za-z0-9_-]{86}$"})
_ENVELOPE: Schema = {
    **_object(document={"type": "object"}, signatures=_list(_SIGNATURE, minItems=1)),
    "description": "signed document, as under wire formats",
}
_OPAQUE: Schema = {"type": "string", "description": "bytes", "contentEncoding": "binary"}
_HEADER: Schema = {"type": "integer", "minimum": 70, "maximum": 1 << 20}
_SIZE: Schema = {"type": "integer", "minimum": 102, "maximum": MOST}
_CONTENT: Schema = {
    "type": "string",
    "description": "an age file of 32 KiB at most, as unpadded base64url",
    "pattern": "^[A-Za-z0-9_-]{136,43691}$",
}
_PURPOSE: Schema = {"type": "string", "enum": sorted(PURPOSES)}
_ADDRESSEES = _list(_PARTNER, minItems=1, maxItems=100)
_ENTRIES = _list(_object(seq=_WHOLE, envelope=_ENVELOPE))
_USED = _object(name={"type": "string", "enum": list(NAMES)}, percent=_WHOLE)
_QUOTA: Schema = {"anyOf": [_USED, {"type": "null"}]}
_SINCE: Schema = {"anyOf": [_TIME, {"type": "null"}]}
_HELD: Schema = _object(
    held=_object(deliveries=_WHOLE, bytes=_WHOLE, oldest=_SINCE),
    deliveries=_list(
        _object(addressee=_PARTNER, waiting=_WHOLE, bytes=_WHOLE, since=_TIME, newest=_TIME, expiring=_WHOLE)
    ),
    uploads={
        "type": "object",
        "description": "by state",
        "additionalProperties": _object(count=_WHOLE, bytes=_WHOLE),
    },
    unfinished=_object(uploads=_WHOLE, bytes=_WHOLE, oldest=_SINCE),
    brakes=_list(_object(partner=_PARTNER, since=_TIME)),
    quotas=_list(_object(partner=_PARTNER, name={"type": "string", "enum": list(NAMES)}, percent=_WHOLE)),
    enrolments=_WHOLE,
)
_DROPS = _list(_object(seq=_WHOLE, drop={"type": "object", "description": "as under wire formats"}))
_TEXT: Schema = {"type": "string"}
_LEAF = _object(
    event={"type": "object"}, index=_WHOLE, salt={"type": "string", "pattern": "^[A-Za-z0-9_-]{22}$"}
)
_LEAVES: Schema = {
    **_list(_LEAF),
    "description": "events as under wire formats, with what makes their leaves",
}

SHAPES: Mapping[str, Shape] = {
    "health": Shape(
        "Alive, nothing more", {200: ("It is", _object(status={"type": "string", "const": "ok"}))}
    ),
    "directory": Shape(
        "One file of the mirrored directory, as it was signed",
        {200: ("The file", _OPAQUE)},
        parameters={"file": {"type": "string", "description": "such as timestamp.json"}},
    ),
    "publish": Shape(
        "Publish a new version of the directory",
        {200: ("The version that is mirrored now", _object(version=_WHOLE))},
        takes=_object(
            files={"type": "object", "additionalProperties": {"type": "string", "description": "base64"}}
        ),
    ),
    "enrol": Shape(
        "Leave an enrolment, sealed to the registry",
        {201: ("It waits", _object(id=_ID))},
        takes=_OPAQUE,
        media=BYTES,
    ),
    "renew": Shape(
        "Leave a renewal of the caller's keys, sealed to the registry",
        {201: ("It waits among the enrolments", _object(id=_ID))},
        takes=_OPAQUE,
        media=BYTES,
    ),
    "enrolments": Shape(
        "The enrolments that wait, oldest first",
        {200: ("Them", _object(enrolments=_list(_object(id=_ID, invitation=_ASKER, received=_WHOLE))))},
    ),
    "enrolment": Shape("One enrolment, sealed", {200: ("The age file", _OPAQUE)}, parameters={"number": _ID}),
    "remove-enrolment": Shape(
        "Remove an enrolment that was taken", {204: ("It is gone", None)}, parameters={"number": _ID}
    ),
    "begin-upload": Shape(
        "Ask for the address of one sealed part",
        {
            201: (
                "Its id and capability address; what of the sender's quota is nearly used up",
                _object(id=_ID, url={"type": "string"}, expires=_TIME, quota=_QUOTA),
            )
        },
        takes=_object(header=_HEADER, purpose=_PURPOSE, size=_SIZE, to=_ADDRESSEES),
    ),
    "take-body": Shape(
        "Give an upload, whose age header is here, the body of a part that the caller sent and that waits",
        {200: ("How many bytes are here; ask again while they are fewer than all", _object(offset=_WHOLE))},
        takes=_object(delivery=_ID, part={"type": "integer", "minimum": 1}),
        parameters={"upload": _ID},
    ),
    "take-part": Shape(
        "Send one small sealed part, whole",
        {
            201: (
                "Its id and capability address; what of the sender's quota is nearly used up",
                _object(id=_ID, url={"type": "string"}, expires=_TIME, quota=_QUOTA),
            )
        },
        takes=_object(content=_CONTENT, header=_HEADER, purpose=_PURPOSE, to=_ADDRESSEES),
    ),
    "begin-creation": Shape(
        "Ask for an address at which a tus client creates several sealed parts",
        {
            201: (
                "The parts' ids and the capability address; what of the sender's quota is nearly used up",
                _object(ids=_list(_ID), url={"type": "string"}, expires=_TIME, quota=_QUOTA),
            )
        },
        takes=_object(
            parts=_list(_object(header=_HEADER, size=_SIZE), minItems=1, maxItems=100),
            purpose=_PURPOSE,
            to=_ADDRESSEES,
        ),
    ),
    "post-delivery": Shape(
        "Post a signed delivery over parts that were sent",
        {
            200: ("The very same was here already", _object(id=_ID)),
            201: ("Its addressees see it", _object(id=_ID)),
        },
        takes=_ENVELOPE,
    ),
    "post-whole": Shape(
        "Post a small signed delivery and all its sealed parts at once",
        {
            200: ("The very same was here already", _object(id=_ID, quota=_QUOTA)),
            201: ("Its addressees see it", _object(id=_ID, quota=_QUOTA)),
        },
        takes=_object(contents=_list(_CONTENT, minItems=1, maxItems=64), delivery=_ENVELOPE),
    ),
    "delivery": Shape(
        "What became of a delivery",
        {
            200: (
                "State and receipts",
                _object(
                    id=_ID,
                    receipts=_list(_ENVELOPE),
                    read_receipts=_list(_ENVELOPE),
                    recall={"oneOf": [{"type": "null"}, _ENVELOPE]},
                    state={"type": "string", "enum": ["waiting", "received", "expired", "recalled"]},
                ),
            )
        },
        parameters={"delivery": _ID},
    ),
    "part": Shape(
        "The sealed bytes of a part; one Range",
        {200: ("All of it", _OPAQUE), 206: ("The range", _OPAQUE)},
        parameters={"delivery": _ID, "number": _WHOLE},
    ),
    "mailbox": Shape(
        "What waits, and the receipts that came",
        {
            200: (
                "One page",
                _object(
                    deliveries=_ENTRIES,
                    drops=_DROPS,
                    receipts=_ENTRIES,
                    read_receipts=_ENTRIES,
                    recalls=_ENTRIES,
                    next=_WHOLE,
                ),
            )
        },
        query={
            "after": {**_WHOLE, "maximum": 10**15 - 1, "description": "numbers above this one"},
            "wait": {"type": "integer", "minimum": 0, "maximum": 30, "description": "seconds"},
        },
    ),
    "delivery-events": Shape(
        "What the ledger tells of one delivery",
        {200: ("What concerns the caller", _object(events=_LEAVES))},
        parameters={"delivery": _ID},
    ),
    "log-key": Shape(
        "Whose log the ledger is", {200: ("Its origin and verify key", _object(origin=_TEXT, key=_TEXT))}
    ),
    "checkpoint": Shape("The ledger as it is, signed", {200: ("A C2SP checkpoint", _TEXT)}),
    "cosigned": Shape(
        "The newest checkpoint that a witness cosigned",
        {200: ("A C2SP checkpoint", _TEXT)},
        parameters={"witness": _PARTNER},
    ),
    "tile": Shape(
        "Hashes of the ledger's tree (C2SP tlog-tiles)",
        {200: ("32 bytes for each hash", _OPAQUE)},
        parameters={
            "level": {"type": "integer", "minimum": 0, "maximum": 63},
            "number": {"type": "string", "description": "such as x001/234 or 000.p/3"},
        },
    ),
    "cosign": Shape(
        "Leave a witness's cosignature",
        {204: ("It is kept", None)},
        takes=_TEXT,
        media="text/plain",
    ),
    "events": Shape(
        "The events that concern the caller; all, for the registry",
        {200: ("One page", _object(events=_LEAVES, next=_WHOLE))},
        query={"after": {**_WHOLE, "maximum": 10**15 - 1, "description": "from this leaf on"}},
    ),
    "post-receipt": Shape(
        "Sign for a delivery",
        {
            200: ("The very same was here already", _object(delivery=_ID)),
            201: ("The sender sees it", _object(delivery=_ID)),
        },
        takes=_ENVELOPE,
    ),
    "post-read-receipt": Shape(
        "Say that a person has looked at a delivery",
        {
            200: ("The very same was here already", _object(delivery=_ID)),
            201: ("The sender sees it", _object(delivery=_ID)),
        },
        takes=_ENVELOPE,
    ),
    "post-file-request": Shape(
        "Open a request for files, to be answered once by who holds its ticket",
        {200: ("The very same was here already", _object(id=_ID)), 201: ("It is open", _object(id=_ID))},
        takes=_ENVELOPE,
    ),
    "file-request": Shape(
        "A request for files and what became of it",
        {
            200: (
                "It",
                _object(
                    envelope=_ENVELOPE,
                    state={"type": "string", "enum": ["open", "answered", "withdrawn"]},
                    delivery={"oneOf": [{"type": "null"}, _ID]},
                ),
            )
        },
        parameters={"number": _ID},
    ),
    "withdraw-file-request": Shape(
        "Close a request for files", {204: ("It is closed", None)}, parameters={"number": _ID}
    ),
    "post-recall": Shape(
        "Take a delivery back",
        {
            200: ("The very same was here already", _object(delivery=_ID)),
            201: ("Its parts are gone, and who has not signed is told", _object(delivery=_ID)),
        },
        takes=_ENVELOPE,
    ),
    "state": Shape("What is held, for whom; whom the brake stopped; whose quota ends", {200: ("It", _HELD)}),
    "release-brake": Shape(
        "Let a stopped partner collect again", {204: ("It may", None)}, parameters={"partner": _PARTNER}
    ),
}
"""By the route's name."""
