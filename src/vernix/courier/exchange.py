"""What the gateway can be asked: one method for each call of its interface, every request signed.

Nothing the gateway says is believed here beyond its form. What it hands over (envelopes, parts, receipts) is
proven by the callers against the mirrored directory; what it answers about itself (an upload's address, an
offset) is checked for shape, so that a lying gateway can neither send us elsewhere nor make us count wrong.
"""

from __future__ import annotations

import contextlib
import re
from base64 import b64encode
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from vernix.courier.piecing import Pieces
from vernix.courier.road import Answer, Flow, Road, patiently
from vernix.custody.canonical import decode, encode
from vernix.custody.checkpoint import Log
from vernix.custody.directory import Directory
from vernix.custody.event import Leaf
from vernix.custody.fields import to_base64
from vernix.custody.identifiers import utc_now
from vernix.custody.notes import MOST_BYTES
from vernix.custody.quota import NAMES
from vernix.custody.requests import Request, sign_request
from vernix.custody.signatures import SigningKey
from vernix.custody.tiles import Tile
from vernix.custody.trust import FILE_NAME, DirectoryMirror
from vernix.errors import Conflict, DataRefused, NotFound, NotProven

SMALL_PART = 32 << 10
"""Bytes of a sealed part that may come with the request for its place, or of all parts with their
delivery.
"""

ENVELOPE_LIMIT = 16 << 20
"""Bytes of one page of a mailbox."""

_CAPABILITY = re.compile(r"/parts/[A-Za-z0-9_-]{43,128}")
_TUS = {"Tus-Resumable": "1.0.0"}


@dataclass(frozen=True)
class Upload:
    """A place for one sealed part.

    The id the delivery names, and the capability path that takes its bytes.
    """

    id: str
    path: str


@dataclass(frozen=True)
class Letter:
    """One envelope (of a drop, the document) from the mailbox, unproven; ``seq`` is the gateway's count."""

    seq: int
    envelope: bytes


@dataclass(frozen=True)
class Page:
    """One page of the mailbox."""

    deliveries: tuple[Letter, ...]
    receipts: tuple[Letter, ...]
    read_receipts: tuple[Letter, ...] = ()
    recalls: tuple[Letter, ...] = ()
    drops: tuple[Letter, ...] = ()

    @property
    def last(self) -> int:
        """The highest number on this page (0 when it is empty)."""
        letters = (*self.deliveries, *self.receipts, *self.read_receipts, *self.recalls, *self.drops)
        return max((letter.seq for letter in letters), default=0)

    def followed_by(self, other: Page) -> Page:
        """The letters of both."""
        return Page(
            self.deliveries + other.deliveries,
            self.receipts + other.receipts,
            self.read_receipts + other.read_receipts,
            self.recalls + other.recalls,
            self.drops + other.drops,
        )


@dataclass(frozen=True)
class Used:
    """How much of one bound of our quota is used: its name (``vernix.custody.quota``), whole percent."""

    name: str
    percent: int


class Exchange:
    """The gateway as one partner (or the registry) may use it.

    ``key_id`` is the directory's id of ``key``, or ``invitation:<id>`` for the one request of an invited
    stranger. ``pieces`` says how many bytes one request may carry.
    """

    def __init__(
        self,
        road: Road,
        key: SigningKey,
        mirror: DirectoryMirror,
        *,
        key_id: str | None = None,
        pieces: Pieces | None = None,
    ) -> None:
        self.road = road
        self.pieces = pieces or Pieces()
        self.mirror = mirror
        self._key = key
        self._key_id = key_id or key.key_id
        self.used: Used | None = None
        """What of our quota the gateway said is nearly used up, when we last sent something."""

    # The directory

    def refresh_directory(self) -> Directory:
        """Bring our copy of the directory up to date, proving each step.

        Raises ``NotProven`` when what the gateway serves is swapped, rolled back or too old; ``RoadFailed``.
        """
        return self.mirror.refresh(self.directory_file)

    def directory_file(self, name: str, limit: int) -> bytes | None:
        """One file of the mirrored directory, unproven; None when the gateway has none by that name."""
        if not FILE_NAME.fullmatch(name):
            raise NotProven("The directory names a file that no directory holds.")
        try:
            return patiently(lambda: self.road.ask("GET", f"/directory/{name}", limit=limit)).body
        except NotFound:
            return None

    def publish_directory(self, files: dict[str, bytes]) -> None:
        """Hand new directory files to the gateway (the registry only)."""
        body = encode({"files": {name: b64encode(content).decode() for name, content in files.items()}})
        patiently(lambda: self._signed("PUT", "/directory", body))

    # Enrolments

    def enrol(self, sealed: bytes) -> None:
        """Leave a sealed enrolment for the registry; repeating replaces."""
        patiently(
            lambda: self._signed("POST", "/enrolments", sealed, {"Content-Type": "application/octet-stream"})
        )

    def renew(self, sealed: bytes) -> None:
        """Leave a sealed renewal of our keys for the registry; repeating replaces."""
        patiently(
            lambda: self._signed("POST", "/renewals", sealed, {"Content-Type": "application/octet-stream"})
        )

    def enrolments(self) -> list[str]:
        """The ids of waiting enrolments (the registry only)."""
        document = _document(patiently(lambda: self._signed("GET", "/enrolments")))
        entries = _list(document, "enrolments")
        return [_text(entry, "id") if isinstance(entry, dict) else str(entry) for entry in entries]

    def enrolment(self, number: str) -> bytes:
        """One waiting enrolment, sealed (the registry only)."""
        return patiently(lambda: self._signed("GET", f"/enrolments/{number}")).body

    def forget_enrolment(self, number: str) -> None:
        """Remove a waiting enrolment (the registry only); it may be gone already."""
        with contextlib.suppress(NotFound):
            patiently(lambda: self._signed("DELETE", f"/enrolments/{number}"))

    # Uploads

    def begin_upload(self, size: int, header: int, to: Sequence[str], purpose: str) -> Upload:
        """Ask for a place for one sealed part of ``size`` bytes whose age header has ``header`` bytes."""
        body = encode({"size": size, "header": header, "to": list(to), "purpose": purpose})
        return self._upload("/uploads", body)

    def send_part(self, content: bytes, header: int, to: Sequence[str], purpose: str) -> Upload:
        """Send a sealed part of ``SMALL_PART`` bytes at most, whole; its upload, which is complete."""
        fields = {"content": to_base64(content), "header": header, "to": list(to), "purpose": purpose}
        return self._upload("/parts", encode(fields))

    def _upload(self, at: str, body: bytes) -> Upload:
        document = _document(patiently(lambda: self._signed("POST", at, body)))
        path = _text(document, "url")
        if not _CAPABILITY.fullmatch(path):
            raise NotProven(
                "The gateway named an upload address that is not one of its own; we did not go there."
            )
        self.used = _used(document) or self.used
        return Upload(_text(document, "id"), path)

    def upload_offset(self, upload: Upload, size: int) -> int:
        """How many bytes of an upload the gateway holds. Raises ``NotFound`` when the upload has expired."""
        answer = patiently(lambda: self.road.ask("HEAD", upload.path, headers=_TUS))
        offset = _offset(answer)
        if offset > size:
            raise NotProven("The gateway claims to hold more bytes than the part has.")
        return offset

    def append(self, upload: Upload, offset: int, pieces: Iterable[bytes | memoryview], length: int) -> None:
        """Stream ``length`` bytes from ``offset`` on.

        Raises ``Conflict`` when the gateway is at another offset.
        """
        headers = {**_TUS, "Upload-Offset": str(offset), "Content-Type": "application/offset+octet-stream"}
        answer = self.road.push("PATCH", upload.path, headers, pieces, length)
        if _offset(answer) != offset + length:
            raise Conflict("The gateway counted other bytes than we sent.", hint="Run it again.")

    def take_body(self, upload: Upload, delivery: str, number: int) -> int:
        """Let an upload whose age header is there have the body of a part of ours that waits; how many bytes
        it has then.

        Ask again while these are not all. Raises ``NotFound`` when that part is gone.
        """
        body = encode({"delivery": delivery, "part": number})
        path = f"/uploads/{upload.id}/body"
        document = _document(patiently(lambda: self._signed("POST", path, body, timeout=60.0)))
        offset = document.get("offset")
        if not isinstance(offset, int):
            raise NotProven("The gateway's answer does not say how many bytes it holds.")
        return offset

    def abandon(self, upload: Upload) -> None:
        """Give an upload up. It may be gone already, and it expires by itself."""
        with contextlib.suppress(NotFound):
            self.road.ask("DELETE", upload.path, headers=_TUS)

    # Deliveries and receipts

    def post_delivery(self, envelope: bytes) -> None:
        """Post a signed delivery.

        The same bytes may be posted again; other bytes under its id are ``Conflict``.
        """
        patiently(lambda: self._signed("POST", "/deliveries", envelope))

    def post_whole(self, envelope: bytes, contents: Sequence[bytes]) -> None:
        """Post a signed delivery with the sealed bytes of all its parts, in their order; may be repeated."""
        body = encode({"contents": [to_base64(each) for each in contents], "delivery": decode(envelope)})
        document = _document(patiently(lambda: self._signed("POST", "/whole-deliveries", body)))
        self.used = _used(document) or self.used

    def delivery_state(self, delivery: str) -> dict[str, Any]:
        """What the gateway says of a delivery we sent or are to receive."""
        return _document(patiently(lambda: self._signed("GET", f"/deliveries/{delivery}")))

    def has_delivery(self, delivery: str) -> bool:
        """Whether the gateway has this delivery of ours, whatever became of it there."""
        try:
            self.delivery_state(delivery)
        except NotFound:
            return False
        return True

    def mailbox(self, after: int = 0, wait: int = 0) -> Page:
        """One page of what waits for us, numbered above ``after``.

        Waits up to ``wait`` seconds (at most 30).
        """
        path = f"/mailbox?after={after}&wait={min(wait, 30)}"
        answer = patiently(lambda: self._signed("GET", path, limit=ENVELOPE_LIMIT, timeout=60.0 + wait))
        document = _document(answer)
        return Page(
            deliveries=_letters(document, "deliveries", after),
            receipts=_letters(document, "receipts", after),
            read_receipts=_letters(document, "read_receipts", after),
            recalls=_letters(document, "recalls", after),
            drops=_letters(document, "drops", after, "drop"),
        )

    @contextlib.contextmanager
    def part(self, delivery: str, number: int, offset: int) -> Iterator[Flow]:
        """The sealed bytes of a part from ``offset`` on, as they arrive."""
        path = f"/deliveries/{delivery}/parts/{number}"
        headers = {"Range": f"bytes={offset}-"} if offset else {}
        with self.road.pull(path, {**headers, **self._signature("GET", path, b"")}) as flow:
            if offset and flow.status != 206:
                raise Conflict("The gateway did not go on where we asked it to.", hint="Run it again.")
            if offset and not flow.headers.get("content-range", "").startswith(f"bytes {offset}-"):
                raise NotProven("The gateway went on from another place than we asked for.")
            yield flow

    def post_receipt(self, envelope: bytes) -> None:
        """Post our signed receipt, upon which the gateway deletes the parts; may be repeated."""
        patiently(lambda: self._signed("POST", "/receipts", envelope))

    def post_read_receipt(self, envelope: bytes) -> None:
        """Post our signed read receipt; may be repeated."""
        patiently(lambda: self._signed("POST", "/read-receipts", envelope))

    def post_recall(self, envelope: bytes) -> None:
        """Take a delivery of ours back, upon which the gateway deletes its parts; may be repeated.

        Raises ``Conflict`` when nothing is left to take back.
        """
        patiently(lambda: self._signed("POST", "/recalls", envelope))

    # Requests for files

    def post_file_request(self, envelope: bytes) -> None:
        """Open a signed request for files; may be repeated."""
        patiently(lambda: self._signed("POST", "/file-requests", envelope))

    def file_request(self, request_id: str) -> tuple[bytes, str, str | None]:
        """A request's envelope (unproven), its state, and the id of the delivery that answered it."""
        document = _document(patiently(lambda: self._signed("GET", f"/file-requests/{request_id}")))
        envelope, delivery = document.get("envelope"), document.get("delivery")
        if not isinstance(envelope, dict):
            raise NotProven("The gateway's answer has no request for files.")
        return encode(envelope), _text(document, "state"), delivery and _text(document, "delivery")

    def withdraw_file_request(self, request_id: str) -> None:
        """Close a request of ours; may be repeated. Raises ``Conflict`` when it was answered."""
        patiently(lambda: self._signed("DELETE", f"/file-requests/{request_id}"))

    def receipts_for(self, delivery: str) -> list[bytes]:
        """The receipts for a delivery of ours, unproven."""
        return [encode(each) for each in _list(self.delivery_state(delivery), "receipts")]

    # What the registry may ask and tell

    def state(self) -> dict[str, Any]:
        """What the gateway holds, whom it stopped, whose quota is nearly used up (the registry only)."""
        return _document(patiently(lambda: self._signed("GET", "/state", limit=ENVELOPE_LIMIT)))

    def release_brake(self, partner: str) -> None:
        """Let a stopped partner collect again (the registry only). ``NotFound`` when it is not stopped."""
        patiently(lambda: self._signed("DELETE", f"/brakes/{partner}"))

    # The ledger

    def log_key(self) -> Log:
        """Whose log the gateway says that it keeps, unproven: pin it once, or take the directory's."""
        log = Log.from_object(_document(patiently(lambda: self.road.ask("GET", "/log/key"))))
        if log is None:
            raise NotProven("The gateway names no log.")
        return log

    def checkpoint(self, witness: str | None = None) -> bytes:
        """The newest checkpoint, or the newest that ``witness`` cosigned; unproven.

        Raises ``NotFound`` when that witness has cosigned none.
        """
        path = "/log/checkpoint" + (f"/{witness}" if witness else "")
        return patiently(lambda: self.road.ask("GET", path, limit=MOST_BYTES)).body

    def tile(self, wanted: Tile) -> bytes:
        """The hashes of a tile, unproven."""
        return patiently(lambda: self.road.ask("GET", f"/log/tile/{wanted.path}", limit=1 << 14)).body

    def cosign(self, note: bytes) -> None:
        """Leave our cosignature; may be repeated."""
        patiently(lambda: self._signed("POST", "/log/cosignatures", note, {"Content-Type": "text/plain"}))

    def delivery_events(self, delivery: str) -> list[Leaf]:
        """What the ledger tells us of one delivery, unproven."""
        path = f"/deliveries/{delivery}/events"
        document = _document(patiently(lambda: self._signed("GET", path, limit=ENVELOPE_LIMIT)))
        return [_leaf(entry) for entry in _list(document, "events")]

    def events(self, after: int = 0) -> tuple[list[Leaf], int]:
        """One page of the events that concern us, from leaf ``after`` on, unproven; and where the next
        begins."""
        path = f"/log/events?after={after}"
        document = _document(patiently(lambda: self._signed("GET", path, limit=ENVELOPE_LIMIT)))
        leaves = [_leaf(entry) for entry in _list(document, "events")]
        return leaves, max([after, *(leaf.index + 1 for leaf in leaves)])

    # Signing

    def _signed(
        self,
        method: str,
        path: str,
        body: bytes = b"",
        headers: dict[str, str] | None = None,
        *,
        limit: int = 1 << 20,
        timeout: float | None = None,
    ) -> Answer:
        kind = {"Content-Type": "application/json"} if body else {}
        return self.road.ask(
            method,
            path,
            headers={**kind, **(headers or {}), **self._signature(method, path, body)},
            body=body or None,
            limit=limit,
            timeout=timeout,
        )

    def _signature(self, method: str, path: str, body: bytes) -> dict[str, str]:
        request = Request.to_url(method, self.road.url(path), body)
        return sign_request(request, self._key, self._key_id, utc_now())


def _offset(answer: Answer) -> int:
    text = answer.headers.get("upload-offset", "")
    if not re.fullmatch(r"0|[1-9][0-9]{0,15}", text):
        raise NotProven("The gateway did not say how many bytes it holds.")
    return int(text)


def _document(answer: Answer) -> dict[str, Any]:
    try:
        document = decode(answer.body, limit=ENVELOPE_LIMIT)
    except DataRefused:
        document = None
    if not isinstance(document, dict):
        raise NotProven("The gateway answered in a form that is not the agreed one.")
    return document


def _used(document: dict[str, Any]) -> Used | None:
    found = document.get("quota")
    if not isinstance(found, dict):
        return None
    name, percent = found.get("name"), found.get("percent")
    if name not in NAMES or not isinstance(percent, int) or isinstance(percent, bool):
        raise NotProven("The gateway's answer has no proper quota.")
    return Used(name, percent)


def _leaf(entry: Any) -> Leaf:
    try:
        return Leaf.from_object(entry)
    except DataRefused:
        raise NotProven("The gateway's events are not in the agreed form.") from None


def _letters(document: dict[str, Any], name: str, after: int, field: str = "envelope") -> tuple[Letter, ...]:
    letters = []
    for entry in _list(document, name):
        seq, envelope = (entry.get("seq"), entry.get(field)) if isinstance(entry, dict) else (None, None)
        if (
            not isinstance(seq, int)
            or isinstance(seq, bool)
            or seq <= after
            or not isinstance(envelope, dict)
        ):
            raise NotProven("The gateway's mailbox is not in the agreed form.")
        letters.append(Letter(seq, encode(envelope)))
    return tuple(letters)


def _list(document: dict[str, Any], name: str) -> list[Any]:
    value = document.get(name)
    if not isinstance(value, list):
        raise NotProven(f"The gateway's answer has no list of {name}.")
    return value


def _text(document: dict[str, Any], name: str) -> str:
    value = document.get(name)
    if not isinstance(value, str) or not value.isprintable() or len(value) > 200:
        raise NotProven(f"The gateway's answer has no proper {name}.")
    return value
