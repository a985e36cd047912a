"""The route table: every way in, who may use it, how large its body may be. There is nothing beside it.

A test walks this table and tries each route as everybody who may not use it. docs/reference/gateway-http.md
tells it to people.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import partial
from urllib.parse import parse_qsl

from starlette.responses import Response

from vernix.custody import canonical
from vernix.custody.notes import MOST_BYTES
from vernix.custody.signatures import Signed
from vernix.custody.tiles import Tile
from vernix.custody.trust import TARGET
from vernix.errors import NotFound, UsageError
from vernix.gateway import contents, mailboxes
from vernix.gateway.answers import document, sealed
from vernix.gateway.authentication import Access, Caller
from vernix.gateway.blobs import OpenBlob
from vernix.gateway.downloads import SealedFile
from vernix.gateway.exchange import Exchange
from vernix.gateway.fetches import Place
from vernix.gateway.joining import JOIN_SECONDS, Joinings
from vernix.gateway.limits import KIB, Limits
from vernix.gateway.mailboxes import Entry, Watch
from vernix.gateway.rates import Throttle
from vernix.gateway.receiving import Run

_NOTE = "text/plain; charset=utf-8"
_NUMBER = re.compile(r"0|[1-9][0-9]{0,14}")


@dataclass(frozen=True)
class Call:
    """One request, proven as far as its route asks. ``caller`` is None on public routes; ``carry`` runs what
    may have to wait for where bodies are.
    """

    exchange: Exchange
    watch: Watch
    joinings: Joinings
    run: Run
    carry: Run
    caller: Caller | None
    body: bytes
    parameters: Mapping[str, str]
    query: str
    range: str | None
    throttle: Throttle | None

    @property
    def who(self) -> Caller:
        """The proven caller."""
        if self.caller is None:
            raise UsageError("Nobody signed this request.")
        return self.caller


_KINDS = (
    ("deliveries", mailboxes.DELIVERY),
    ("receipts", mailboxes.RECEIPT),
    ("read_receipts", mailboxes.READ),
    ("recalls", mailboxes.RECALL),
)

Answerer = Callable[[Call], Awaitable[Response]]


@dataclass(frozen=True)
class Route:
    """One way in. ``bound`` gives the most bytes that its body may have. What ``spends`` writes, and spends
    the request's nonce in that very transaction: one wait for the disk, not two.
    """

    name: str
    method: str
    path: str
    access: Access
    answer: Answerer
    bound: Callable[[Limits], int] = lambda _limits: 0
    spends: bool = False


async def health(_call: Call) -> Response:
    """GET /health: alive, nothing more."""
    return document({"status": "ok"})


async def directory_file(call: Call) -> Response:
    """GET /directory/<file>: one file of the mirrored set."""
    name, mirror = call.parameters["file"], call.exchange.mirror
    path = mirror.path(name)
    if path is not None and name.endswith(TARGET):
        # The one that grows with the exchange, and never changes under its name: strangers who ask for it
        # many times at once must not fill memory with it.
        with contextlib.suppress(FileNotFoundError):
            return SealedFile(partial(OpenBlob.at, path), (await call.run(path.stat)).st_size, None, call.run)
    content = await call.run(mirror.read, name)
    if content is None:
        raise NotFound("The directory has no such file.")
    return sealed(content)


async def publish(call: Call) -> Response:
    """PUT /directory."""
    return document({"version": await call.run(call.exchange.publish, call.body)})


async def enrol(call: Call) -> Response:
    """POST /enrolments."""
    return document({"id": await call.run(call.exchange.enrol, call.who, call.body)}, 201)


async def renew(call: Call) -> Response:
    """POST /renewals."""
    return document({"id": await call.run(call.exchange.renew, call.who, call.body)}, 201)


async def enrolments(call: Call) -> Response:
    """GET /enrolments."""
    return document({"enrolments": await call.run(call.exchange.enrolments)})


async def enrolment(call: Call) -> Response:
    """GET /enrolments/<id>."""
    return sealed(await call.run(call.exchange.enrolment, call.parameters["number"]))


async def remove_enrolment(call: Call) -> Response:
    """DELETE /enrolments/<id>."""
    await call.run(call.exchange.remove_enrolment, call.parameters["number"])
    return Response(status_code=204)


async def begin_upload(call: Call) -> Response:
    """POST /uploads."""
    return document(await call.run(call.exchange.begin_upload, call.who, call.body), 201)


async def take_body(call: Call) -> Response:
    """POST /uploads/<id>/body."""
    upload = call.parameters["upload"]
    body = await call.run(call.exchange.body_for, call.who, upload, call.body)
    await call.joinings.take_body(upload, body, JOIN_SECONDS)
    return document({"offset": await call.run(call.exchange.offset_of, upload)})


async def take_part(call: Call) -> Response:
    """POST /parts."""
    if call.throttle is not None:
        await asyncio.sleep(call.throttle(len(call.body)))
    return document(await call.run(call.exchange.take_part, call.who, call.body), 201)


async def begin_creation(call: Call) -> Response:
    """POST /creations."""
    return document(await call.run(call.exchange.begin_creation, call.who, call.body), 201)


async def post_delivery(call: Call) -> Response:
    """POST /deliveries."""
    posted = await call.run(call.exchange.post_delivery, call.who, call.body)
    call.watch.posted()
    return document({"id": posted.id}, 201 if posted.new else 200)


async def post_whole(call: Call) -> Response:
    """POST /whole-deliveries."""
    if call.throttle is not None:
        await asyncio.sleep(call.throttle(len(call.body)))
    posted = await call.run(call.exchange.post_whole, call.who, call.body)
    call.watch.posted()
    told = {"id": posted.id, "quota": posted.used}
    return document(told, 201 if posted.new else 200)


async def mailbox(call: Call) -> Response:
    """GET /mailbox?after=N&wait=S: as soon as there is something, or after S seconds."""
    asked = _query(call.query, {"after", "wait"})
    after = asked.get("after", 0)
    wait = min(asked.get("wait", 0), call.exchange.limits.mailbox_wait)
    entries, head = await call.run(call.exchange.mailbox, call.who, after)
    if not entries and wait:
        await call.watch.wait(call.who.id, head, wait)
        entries, _ = await call.run(call.exchange.mailbox, call.who, after)
    last = entries[-1].seq if entries else after
    return document(
        {
            **{name: [_entry(entry) for entry in entries if entry.kind == kind] for name, kind in _KINDS},
            "drops": [
                {"seq": entry.seq, "drop": canonical.decode(entry.envelope)}
                for entry in entries
                if entry.kind == mailboxes.DROP
            ],
            "next": last,
        }
    )


async def delivery(call: Call) -> Response:
    """GET /deliveries/<id>."""
    return document(await call.run(call.exchange.delivery, call.who, call.parameters["delivery"]))


async def part(call: Call) -> Response:
    """GET /deliveries/<id>/parts/<n>."""
    number = _whole_number(call.parameters["number"], "part")
    place = Place(call.parameters["delivery"], call.who.id, number)
    stored = await call.run(call.exchange.part, call.who, place.delivery, number, call.range)
    told = None if stored.downloads is None else partial(call.exchange.end_fetch, place)
    opened = partial(call.exchange.blobs.open, stored.blob)
    return SealedFile(opened, stored.size, call.range, call.carry, call.throttle, told)


async def post_receipt(call: Call) -> Response:
    """POST /receipts."""
    posted = await call.run(call.exchange.post_receipt, call.who, call.body)
    call.watch.posted()
    return document({"delivery": posted.id}, 201 if posted.new else 200)


async def post_read_receipt(call: Call) -> Response:
    """POST /read-receipts."""
    posted = await call.run(call.exchange.post_read_receipt, call.who, call.body)
    call.watch.posted()
    return document({"delivery": posted.id}, 201 if posted.new else 200)


async def post_recall(call: Call) -> Response:
    """POST /recalls."""
    posted = await call.run(call.exchange.post_recall, call.who, call.body)
    call.watch.posted()
    return document({"delivery": posted.id}, 201 if posted.new else 200)


async def post_file_request(call: Call) -> Response:
    """POST /file-requests."""
    posted = await call.run(call.exchange.post_file_request, call.who, call.body)
    return document({"id": posted.id}, 201 if posted.new else 200)


async def file_request(call: Call) -> Response:
    """GET /file-requests/<id>."""
    return document(await call.run(call.exchange.file_request, call.who, call.parameters["number"]))


async def withdraw_file_request(call: Call) -> Response:
    """DELETE /file-requests/<id>."""
    await call.run(call.exchange.withdraw_file_request, call.who, call.parameters["number"])
    return Response(status_code=204)


async def state(call: Call) -> Response:
    """GET /state."""
    return document(await call.run(call.exchange.state))


async def release_brake(call: Call) -> Response:
    """DELETE /brakes/<partner>."""
    await call.run(call.exchange.release_brake, call.parameters["partner"])
    return Response(status_code=204)


async def log_key(call: Call) -> Response:
    """GET /log/key: whose log this is; believed by nobody but the registry, and by it once."""
    return document(call.exchange.checkpoints.log.to_object())


async def checkpoint(call: Call) -> Response:
    """GET /log/checkpoint: the ledger as it is."""
    return Response(await call.run(call.exchange.checkpoint), media_type=_NOTE)


async def cosigned_checkpoint(call: Call) -> Response:
    """GET /log/checkpoint/<witness>: the newest that this partner cosigned."""
    witness = call.parameters["witness"]
    return Response(await call.run(call.exchange.cosigned_checkpoint, witness), media_type=_NOTE)


async def tile(call: Call) -> Response:
    """GET /log/tile/<level>/<number>: never another one under the same name, so it may be kept for ever."""
    wanted = Tile.parse(call.parameters["level"], call.parameters["number"])
    content = await call.run(call.exchange.tile, wanted)
    kept = {"cache-control": "public, max-age=31536000, immutable"}
    return Response(content, media_type="application/octet-stream", headers=kept)


async def cosign(call: Call) -> Response:
    """POST /log/cosignatures."""
    await call.run(call.exchange.cosign, call.who, call.body)
    return Response(status_code=204)


async def events(call: Call) -> Response:
    """GET /log/events?after=N: what concerns the caller from leaf N on; everything, for the registry."""
    after = _query(call.query, {"after"}).get("after", 0)
    leaves = await call.run(call.exchange.events, call.who, after)
    last = leaves[-1].index + 1 if leaves else after
    return document({"events": [leaf.to_object() for leaf in leaves], "next": last})


async def delivery_events(call: Call) -> Response:
    """GET /deliveries/<id>/events."""
    leaves = await call.run(call.exchange.delivery_events, call.who, call.parameters["delivery"])
    return document({"events": [leaf.to_object() for leaf in leaves]})


def _documents(limits: Limits) -> int:
    return limits.document_bytes


def _short(_limits: Limits) -> int:
    return 64 * KIB


def _whole(_limits: Limits) -> int:
    return 2 * contents.MOST + 64 * KIB


ROUTES = (
    Route("health", "GET", "/health", Access.PUBLIC, health),
    Route("directory", "GET", "/directory/{file}", Access.PUBLIC, directory_file),
    Route("publish", "PUT", "/directory", Access.REGISTRY, publish, lambda limits: limits.directory_bytes),
    Route("enrol", "POST", "/enrolments", Access.INVITATION, enrol, lambda limits: limits.enrolment_bytes),
    Route("renew", "POST", "/renewals", Access.PARTNER, renew, lambda limits: limits.enrolment_bytes),
    Route("enrolments", "GET", "/enrolments", Access.REGISTRY, enrolments),
    Route("enrolment", "GET", "/enrolments/{number}", Access.REGISTRY, enrolment),
    Route("remove-enrolment", "DELETE", "/enrolments/{number}", Access.REGISTRY, remove_enrolment),
    Route("begin-upload", "POST", "/uploads", Access.SENDER, begin_upload, _short, spends=True),
    Route("take-body", "POST", "/uploads/{upload}/body", Access.PARTNER, take_body, _short),
    Route("take-part", "POST", "/parts", Access.SENDER, take_part, _short, spends=True),
    Route("begin-creation", "POST", "/creations", Access.PARTNER, begin_creation, _short),
    Route("post-delivery", "POST", "/deliveries", Access.SENDER, post_delivery, _documents, spends=True),
    Route("post-whole", "POST", "/whole-deliveries", Access.PARTNER, post_whole, _whole, spends=True),
    Route("delivery", "GET", "/deliveries/{delivery}", Access.SENDER, delivery),
    Route("part", "GET", "/deliveries/{delivery}/parts/{number}", Access.PARTNER, part),
    Route("mailbox", "GET", "/mailbox", Access.PARTNER, mailbox),
    Route("delivery-events", "GET", "/deliveries/{delivery}/events", Access.PARTNER, delivery_events),
    Route("log-key", "GET", "/log/key", Access.PUBLIC, log_key),
    Route("checkpoint", "GET", "/log/checkpoint", Access.PUBLIC, checkpoint),
    Route("cosigned", "GET", "/log/checkpoint/{witness}", Access.PUBLIC, cosigned_checkpoint),
    Route("tile", "GET", "/log/tile/{level}/{number:path}", Access.PUBLIC, tile),
    Route("cosign", "POST", "/log/cosignatures", Access.PARTNER, cosign, lambda _limits: MOST_BYTES),
    Route("events", "GET", "/log/events", Access.PARTNER, events),
    Route("post-receipt", "POST", "/receipts", Access.PARTNER, post_receipt, _documents, spends=True),
    Route("post-read-receipt", "POST", "/read-receipts", Access.PARTNER, post_read_receipt, _short),
    Route("post-recall", "POST", "/recalls", Access.PARTNER, post_recall, _short),
    Route("post-file-request", "POST", "/file-requests", Access.PARTNER, post_file_request, _short),
    Route("file-request", "GET", "/file-requests/{number}", Access.SENDER, file_request),
    Route(
        "withdraw-file-request", "DELETE", "/file-requests/{number}", Access.PARTNER, withdraw_file_request
    ),
    Route("state", "GET", "/state", Access.REGISTRY, state),
    Route("release-brake", "DELETE", "/brakes/{partner}", Access.REGISTRY, release_brake),
)
"""All but the capability URLs, which speak tus: see ``tus`` and ``creating``."""

PARTS = "/parts/{token}"
CREATIONS = "/creations/{token}"


def _entry(entry: Entry) -> dict[str, object]:
    return {"seq": entry.seq, "envelope": Signed.decode(entry.envelope).to_object()}


def _query(query: str, known: set[str]) -> dict[str, int]:
    try:
        pairs = parse_qsl(query, keep_blank_values=True, max_num_fields=8)
    except ValueError:
        raise UsageError("The query has more fields than any request takes.") from None
    if len(pairs) != len(dict(pairs)) or not set(dict(pairs)) <= known:
        raise UsageError("The query has fields that this request does not take, or one twice.")
    return {name: _whole_number(value, name) for name, value in pairs}


def _whole_number(text: str, what: str) -> int:
    if not _NUMBER.fullmatch(text):
        raise UsageError(f"The {what} is not a whole number.")
    return int(text)
