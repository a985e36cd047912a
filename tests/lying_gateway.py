"""A gateway that lies: it speaks the whole interface, honestly until told otherwise, in this very process.

``lie(name, change)`` puts a change between the honest answer of one call and the wire: it gets the request
and the answer and returns another answer (or raises ``Hang`` to break the connection). ``cut_uploads`` ends
the connection after so many bytes of an upload. Everything it holds is public here, so that a test can swap
and splice at will.
"""

from __future__ import annotations

import base64
import contextlib
import io
import json
import re
import secrets
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.exchange_kit import ExchangeKit

from vernix.custody import canonical
from vernix.custody.delivery import Delivery
from vernix.custody.drop import Drop
from vernix.custody.fields import from_base64
from vernix.custody.identifiers import new_id, utc_now
from vernix.custody.read_receipt import ReadReceipt
from vernix.custody.recall import Recall
from vernix.custody.receipt import Receipt
from vernix.custody.requests import Request, verify_request
from vernix.custody.signatures import Signed, VerifyKey
from vernix.custody.tree import BLOCK, leaf_hash, tree_head
from vernix.errors import NotFound, NotProven, VernixError
from vernix.sealing.header import read_header

_PIECE = 1 << 16
_MAIL = {"delivery": "deliveries", "receipt": "receipts", "read": "read_receipts", "recall": "recalls"}
_WAITING = ("delivery", "drop")


@dataclass(frozen=True)
class Asked:
    """A request as it came."""

    method: str
    path: str
    query: str
    headers: dict[str, str]
    body: bytes
    caller: str | None = None


@dataclass(frozen=True)
class Told:
    """An answer; ``claim`` is a Content-Length that is not the body's, ``endless`` a body without end."""

    status: int
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    claim: int | None = None
    endless: bool = False


class Hang(Exception):
    """Break the connection instead of answering."""


Lie = Callable[[Asked, Told], Told]


@dataclass
class StoredUpload:
    """An upload and what is there of it."""

    sender: str
    size: int
    header: int
    token: str
    content: bytearray = field(default_factory=bytearray)


class LyingGateway:
    """In-memory gateway of an ``ExchangeKit``. Use as a context manager; it listens on the kit's port."""

    def __init__(self, kit: ExchangeKit) -> None:
        self.kit = kit
        self.files: dict[str, bytes] = kit.publisher.files()
        self.uploads: dict[str, StoredUpload] = {}
        self.deliveries: dict[str, bytes] = {}
        self.drops: dict[str, Drop] = {}
        self.parts: dict[tuple[str, int], bytes] = {}
        self.mail: dict[str, list[tuple[int, str, bytes]]] = {name: [] for name in kit.members}
        self.enrolments: dict[str, bytes] = {}
        self.posts: list[bytes] = []
        self.asked: list[tuple[str, str]] = []
        self.cut_uploads: list[int] = []
        self.keeps_bytes = True
        self.knows_whole = False
        """Whether it takes a delivery whole; gateways of before do not."""
        self.lies: dict[str, Lie] = {}
        self.blocked: dict[str, int] = {}
        self._nonces: set[str] = set()
        self._lock = threading.RLock()
        self._routes: list[tuple[str, str, bool, Callable[..., Told]]] = [
            ("directory", r"GET /directory/([^/]+)", False, self._directory),
            ("publish", r"PUT /directory", True, self._publish),
            ("enrol", r"POST /enrolments", True, self._enrol),
            ("enrolments", r"GET /enrolments", True, self._enrolments),
            ("begin", r"POST /uploads", True, self._begin),
            ("body", r"POST /uploads/([^/]+)/body", True, self._take_body),
            ("whole", r"POST /parts", True, self._whole),
            ("head", r"HEAD /parts/([^/]+)", False, self._head),
            ("patch", r"PATCH /parts/([^/]+)", False, self._patch),
            ("abandon", r"DELETE /parts/([^/]+)", False, self._abandon),
            ("deliver", r"POST /deliveries", True, self._deliver),
            ("at-once", r"POST /whole-deliveries", True, self._deliver_at_once),
            ("state", r"GET /deliveries/([^/]+)", True, self._state),
            ("part", r"GET /deliveries/([^/]+)/parts/([0-9]+)", True, self._part),
            ("mailbox", r"GET /mailbox", True, self._mailbox),
            ("receipt", r"POST /receipts", True, self._receipt),
            ("read", r"POST /read-receipts", True, self._read),
            ("recall", r"POST /recalls", True, self._recall),
        ]

    def lie(self, name: str, change: Lie) -> None:
        """From now on, change every answer to this call."""
        self.lies[name] = change

    def block(self, name: str, status: int) -> None:
        """From now on, refuse this call and do nothing of it."""
        self.blocked[name] = status

    def honest(self) -> None:
        """Stop lying."""
        self.lies.clear()
        self.blocked.clear()
        self.keeps_bytes = True
        self.cut_uploads.clear()

    def republish(self) -> None:
        """Serve what the registry has published since."""
        self.files = self.kit.publisher.files()

    def put_mail(self, who: str, kind: str, envelope: bytes, seq: int | None = None) -> None:
        """Put something into a mailbox."""
        with self._lock:
            box = self.mail[who]
            box.append((seq or 1 + max((entry[0] for entry in box), default=0), kind, envelope))

    def put_drop(self, sealed: bytes, sender: str, addressee: str) -> Drop:
        """Put a file that came over SFTP into a mailbox."""
        header = len(read_header(io.BytesIO(sealed)).encoded)
        digest, now = digest_of(sealed, header), utc_now()
        ends = now + timedelta(days=7)
        drop = Drop(new_id(), sender, addressee, len(sealed), header, digest, now, ends)
        self.drops[drop.id] = drop
        self.parts[drop.id, 0] = sealed
        self.put_mail(addressee, "drop", drop.to_bytes())
        return drop

    @contextlib.contextmanager
    def running(self) -> Iterator[LyingGateway]:
        """Listen until the end of the block."""
        server = _Server(("127.0.0.1", self.kit.port), _handler(self))
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield self
        finally:
            server.shutdown()
            server.server_close()
            thread.join()

    # One call

    def answer(self, asked: Asked) -> Told:
        """The answer to one request, after lies."""
        self.asked.append((asked.method, asked.path))
        for name, pattern, signed, call in self._routes:
            found = re.fullmatch(pattern, f"{asked.method} {asked.path}")
            if found is None:
                continue
            if name in self.blocked:
                return _refusal(self.blocked[name], "The gateway has no time.")
            with self._lock:
                try:
                    proven = replace(asked, caller=self._caller(asked)) if signed else asked
                    told = call(proven, *found.groups())
                except VernixError as error:
                    told = _refusal(error.http_status, error.message, error.hint)
            return self.lies[name](asked, told) if name in self.lies else told
        return _refusal(404, "There is nothing there.")

    def _caller(self, asked: Asked) -> str:
        def find(key_id: str) -> VerifyKey:
            if key_id.startswith("invitation:"):
                entry = self.kit.directory.invitation(key_id.removeprefix("invitation:"), utc_now())
                return VerifyKey.from_text(entry.key)
            return self.kit.directory.signing_key(key_id, utc_now())[1]

        def seen(nonce: str) -> bool:
            if nonce in self._nonces:
                return True
            self._nonces.add(nonce)
            return False

        digest = asked.headers.get("content-digest", "")
        request = Request(asked.method, asked.headers["host"], asked.path, asked.query, digest)
        key_id = verify_request(request, asked.headers, find, seen, utc_now())
        request.check_body(asked.body)
        if key_id.startswith("invitation:"):
            return key_id
        return self.kit.directory.signing_key(key_id, utc_now())[0].id

    def _directory(self, _asked: Asked, name: str) -> Told:
        if name not in self.files:
            raise NotFound("The directory has no such file.")
        return Told(200, self.files[name])

    def _publish(self, asked: Asked) -> Told:
        files = json.loads(asked.body)["files"]
        self.files.update({name: base64.b64decode(content) for name, content in files.items()})
        self.kit.directory = self.kit.publisher.current()
        return Told(204)

    def _enrol(self, asked: Asked) -> Told:
        self.enrolments[asked.caller or ""] = asked.body
        return _json(201, {"id": "1"})

    def _enrolments(self, _asked: Asked) -> Told:
        """Nobody is taken in here: who enrols is answered by the test itself."""
        return _json(200, {"enrolments": []})

    def _begin(self, asked: Asked) -> Told:
        document = json.loads(asked.body)
        upload, token = secrets.token_hex(8), secrets.token_urlsafe(32)
        self.uploads[upload] = StoredUpload(asked.caller or "", document["size"], document["header"], token)
        return _json(201, {"id": upload, "url": f"/parts/{token}", "expires": 0})

    def _take_body(self, asked: Asked, upload: str) -> Told:
        wanted = json.loads(asked.body)
        taker = self.uploads[upload]
        delivery = Delivery.parse(Signed.decode(self.deliveries[wanted["delivery"]]).document)
        if (wanted["delivery"], wanted["part"]) not in self.parts or delivery.sender != asked.caller:
            raise NotFound("No such delivery of yours waits here.")
        source = self.parts[wanted["delivery"], wanted["part"]]
        taker.content[taker.header :] = source[delivery.parts[wanted["part"]].header :]
        return _json(200, {"offset": len(taker.content)})

    def _whole(self, asked: Asked) -> Told:
        document = json.loads(asked.body)
        content = bytearray(from_base64(document["content"])) if self.keeps_bytes else bytearray()
        size = len(from_base64(document["content"]))
        upload, token = secrets.token_hex(8), secrets.token_urlsafe(32)
        self.uploads[upload] = StoredUpload(asked.caller or "", size, document["header"], token, content)
        return _json(201, {"id": upload, "url": f"/parts/{token}", "expires": 0})

    def by_token(self, token: str) -> StoredUpload:
        """The upload of a capability."""
        for upload in self.uploads.values():
            if secrets.compare_digest(upload.token, token):
                return upload
        raise NotFound("There is no such upload.")

    def _head(self, _asked: Asked, token: str) -> Told:
        upload = self.by_token(token)
        return Told(
            200, headers={"Upload-Offset": str(len(upload.content)), "Upload-Length": str(upload.size)}
        )

    def _patch(self, asked: Asked, token: str) -> Told:
        upload = self.by_token(token)
        kept = len(asked.body) if self.keeps_bytes else 0
        if int(asked.headers["upload-offset"]) != len(upload.content) - kept:
            return _refusal(409, "The upload is at another offset.")
        return Told(204, headers={"Upload-Offset": str(len(upload.content))})

    def _abandon(self, _asked: Asked, token: str) -> Told:
        upload = self.by_token(token)
        self.uploads = {name: other for name, other in self.uploads.items() if other is not upload}
        return Told(204)

    def _deliver(self, asked: Asked) -> Told:
        delivery = Delivery.open_signed(asked.body, self.kit.directory, utc_now())
        self.posts.append(asked.body)
        if delivery.id in self.deliveries:
            same = self.deliveries[delivery.id] == asked.body
            return _json(200, {"id": delivery.id}) if same else _refusal(409, "Another delivery has this id.")
        for part in delivery.parts:
            upload = self.uploads.get(part.upload)
            if upload is None or upload.sender != delivery.sender:
                raise NotFound("A part names no upload of this sender.")
            if (
                len(upload.content) != part.size
                or digest_of(bytes(upload.content), part.header) != part.digest
            ):
                return _refusal(409, "A part is not what the delivery says.")
        for number, part in enumerate(delivery.parts):
            self.parts[delivery.id, number] = bytes(self.uploads.pop(part.upload).content)
        self.deliveries[delivery.id] = asked.body
        for addressee in delivery.addressees:
            self.put_mail(addressee, "delivery", asked.body)
        return _json(201, {"id": delivery.id})

    def _deliver_at_once(self, asked: Asked) -> Told:
        if not self.knows_whole:
            raise NotFound("There is nothing at this address.")
        document = json.loads(asked.body)
        envelope = canonical.encode(document["delivery"])
        delivery = Delivery.open_signed(envelope, self.kit.directory, utc_now())
        for part, text in zip(delivery.parts, document["contents"], strict=True):
            content = bytearray(from_base64(text))
            self.uploads[part.upload] = StoredUpload(delivery.sender, part.size, part.header, "", content)
        return self._deliver(replace(asked, body=envelope))

    def _state(self, _asked: Asked, delivery: str) -> Told:
        if delivery not in self.deliveries:
            raise NotFound("There is no such delivery.")
        return _json(200, {"id": delivery, "state": "waiting", "receipts": []})

    def _part(self, asked: Asked, delivery: str, number: str) -> Told:
        try:
            content = self.parts[delivery, int(number)]
        except KeyError:
            raise NotFound("There is no such part.") from None
        asked_range = asked.headers.get("range")
        if asked_range is None:
            return Told(200, content)
        start = int(asked_range.removeprefix("bytes=").removesuffix("-"))
        fields = {"Content-Range": f"bytes {start}-{len(content) - 1}/{len(content)}"}
        return Told(206, content[start:], fields)

    def _mailbox(self, asked: Asked) -> Told:
        after = int(re.match(r"after=(\d+)", asked.query)[1])  # type: ignore[index]
        entries = [entry for entry in self.mail[asked.caller or ""] if entry[0] > after]
        document = {
            name: [
                {"seq": seq, "envelope": json.loads(envelope)}
                for seq, each, envelope in entries
                if each == kind
            ]
            for kind, name in _MAIL.items()
        }
        document["drops"] = [
            {"seq": seq, "drop": json.loads(drop)} for seq, kind, drop in entries if kind == "drop"
        ]
        return _json(200, {**document, "next": max((entry[0] for entry in entries), default=after)})

    def _waits(self, who: str, delivery: str) -> bool:
        return any(kind in _WAITING and delivery.encode() in entry for _, kind, entry in self.mail[who])

    def _receipt(self, asked: Asked) -> Told:
        receipt = Receipt.open_signed(asked.body, self.kit.directory, utc_now())
        if receipt.delivery in self.drops:
            receipt.check_against(self.drops[receipt.delivery])
        elif receipt.delivery in self.deliveries:
            receipt.check_against(Delivery.parse(Signed.decode(self.deliveries[receipt.delivery]).document))
        else:
            raise NotFound("There is no such delivery.")
        box = self.mail[receipt.addressee]
        box[:] = [
            entry for entry in box if entry[1] not in _WAITING or receipt.delivery.encode() not in entry[2]
        ]
        if not any(entry[2] == asked.body for entry in self.mail[receipt.sender]):
            self.put_mail(receipt.sender, "receipt", asked.body)
        if not any(self._waits(name, receipt.delivery) for name in self.mail):
            self.parts = {place: part for place, part in self.parts.items() if place[0] != receipt.delivery}
        return _json(201, {"id": receipt.delivery})

    def _read(self, asked: Asked) -> Told:
        receipt = ReadReceipt.open_signed(asked.body, self.kit.directory, utc_now())
        if not any(entry[2] == asked.body for entry in self.mail[receipt.sender]):
            self.put_mail(receipt.sender, "read", asked.body)
        return _json(201, {"delivery": receipt.delivery})

    def _recall(self, asked: Asked) -> Told:
        recall = Recall.open_signed(asked.body, self.kit.directory, utc_now())
        waiting = [name for name in self.mail if self._waits(name, recall.delivery)]
        for name in waiting:
            self.mail[name] = [
                entry
                for entry in self.mail[name]
                if not (entry[1] == "delivery" and recall.delivery.encode() in entry[2])
            ]
            self.put_mail(name, "recall", asked.body)
        self.parts = {place: part for place, part in self.parts.items() if place[0] != recall.delivery}
        return _json(201, {"delivery": recall.delivery})


def digest_of(sealed: bytes, header: int) -> str:
    """The digest of a sealed part, without threads (tests fork)."""
    blocks = [sealed[:header], *(sealed[at : at + BLOCK] for at in range(header, len(sealed), BLOCK))]
    return tree_head([leaf_hash(block) for block in blocks]).hex()


def refused(status: int, message: str = "The gateway says so.", hint: str = "") -> Lie:
    """A lie that refuses every time."""
    return lambda _asked, _told: _refusal(status, message, hint)


def after(count: int, lie: Lie) -> Lie:
    """Honest for the first ``count`` answers."""
    left = [count]

    def change(asked: Asked, told: Told) -> Told:
        left[0] -= 1
        return told if left[0] >= 0 else lie(asked, told)

    return change


def _json(status: int, document: Any) -> Told:
    return Told(status, canonical.encode(document), {"Content-Type": "application/json"})


def _refusal(status: int, message: str, hint: str = "") -> Told:
    return _json(status, {"error": message, "hint": hint})


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that goes away in the middle is what these tests are about."""


def _handler(gateway: LyingGateway) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def log_message(self, format: str, *args: Any) -> None:
            """Silence."""

        def _serve(self) -> None:
            path, _, query = self.path.partition("?")
            headers = {name.lower(): value for name, value in self.headers.items()}
            try:
                body = self._body(path, headers)
                told = gateway.answer(Asked(self.command, path, query, headers, body))
            except Hang:
                self.close_connection = True
                return
            self._tell(told)

        def _body(self, path: str, headers: dict[str, str]) -> bytes:
            left = int(headers.get("content-length", "0"))
            upload = None
            if self.command == "PATCH":
                with contextlib.suppress(NotFound, NotProven):
                    upload = gateway.by_token(path.removeprefix("/parts/"))
                if upload is not None and int(headers["upload-offset"]) != len(upload.content):
                    upload = None
            cut = gateway.cut_uploads.pop(0) if upload is not None and gateway.cut_uploads else None
            body = bytearray()
            while left:
                piece = self.rfile.read1(min(left, _PIECE))
                if not piece:
                    raise Hang
                if cut is not None and len(body) + len(piece) >= cut:
                    piece = piece[: cut - len(body)]
                    left = len(piece)
                body += piece
                if upload is not None and gateway.keeps_bytes:
                    upload.content += piece
                left -= len(piece)
            if cut is not None and cut <= len(body):
                raise Hang
            return bytes(body)

        def _tell(self, told: Told) -> None:
            self.send_response(told.status)
            length = told.claim if told.claim is not None else len(told.body)
            if told.endless:
                self.close_connection = True
            elif told.status != 204:
                self.send_header("Content-Length", str(length))
            for name, value in told.headers.items():
                self.send_header(name, value)
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(told.body)
            if told.claim is not None and told.claim > len(told.body):
                self.close_connection = True
            while told.endless:
                self.wfile.write(bytes(_PIECE))

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = _serve  # noqa: N815  (http.server's names)

    return Handler


def base64_of(files: dict[str, bytes]) -> dict[str, str]:
    """Directory files as PUT /directory carries them."""
    return {name: base64.b64encode(content).decode() for name, content in files.items()}
