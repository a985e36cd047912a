"""Request a file: somebody without an account answers once, and nobody else can do anything with it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.exchange_kit import ExchangeKit, RunningGateway
from tests.partner.conftest import Document, Vernix
from tests.partner_kit import everything_in, settle

from vernix.custody import canonical
from vernix.custody.delivery import Delivery
from vernix.custody.file_request import FileRequest, Ticket, request_behind
from vernix.custody.identifiers import new_id, utc_now
from vernix.custody.manifest import Manifest
from vernix.custody.quota import Quota
from vernix.custody.requests import Request, sign_request
from vernix.custody.signatures import SigningKey
from vernix.errors import DataRefused, FarSideRefused, NotProven, VernixError
from vernix.partner.state import Partner

FROM = "Dr. Tremblay's office"


@pytest.fixture
def kit(tmp_path: Path) -> ExchangeKit:
    """Riverside may ask for files; lakeside may not."""
    kit = ExchangeKit(tmp_path / "kit")
    asks = replace(kit.members["riverside"].entry(kit.since), grants=("file-requests",))
    kit.publish(partners=kit.with_partner(asks))
    return kit


@pytest.fixture
def gateway(kit: ExchangeKit) -> Iterator[RunningGateway]:
    with kit.running() as running:
        yield running


@pytest.fixture
def asked(gateway: RunningGateway, riverside: Partner, document: Document) -> dict[str, Any]:
    return dict(document("request", "--from", FROM, *at(riverside)))


@pytest.fixture
def scans(tmp_path: Path) -> Path:
    folder = tmp_path / "scans"
    for name in ("a.txt", "b/c.txt"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(name.encode())
    return folder


def at(partner: Partner) -> tuple[str, Path]:
    return ("--data", partner.folder.path)


def test_somebody_without_an_account_sends_one_package(
    gateway: RunningGateway,
    riverside: Partner,
    asked: dict[str, Any],
    document: Document,
    vernix: Vernix,
    scans: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    stranger = ("--data", tmp_path / "stranger")
    sent = document("answer", asked["text"], scans, "--note", "As you asked.", *stranger)
    assert sent["to"] == "riverside"
    assert everything_in(tmp_path / "stranger") == [], "nothing is left at the stranger's"
    assert document("answer", asked["text"], *stranger)["collected"] is None
    assert vernix("collect", "--into", tmp_path / "in", "--json", *at(riverside)) == 0
    told = capsys.readouterr()
    assert f"whoever held the request to {FROM}" in told.err
    assert request_behind(json.loads(told.out)["files"][0]["from"]) == asked["id"]
    assert everything_in(tmp_path / "in" / "scans") == everything_in(scans)
    assert document("answer", asked["text"], *stranger)["collected"] is not None
    (listed,) = document("request", *at(riverside))["requests"]
    assert (listed["state"], listed["delivery"], listed["from"]) == ("answered", sent["delivery"], FROM)
    read = document("read", sent["delivery"], *at(riverside))
    assert read["note"] == "As you asked."
    assert vernix("reply", sent["delivery"], "--note", "Thanks", *at(riverside)) == 2


def test_it_is_answered_once(
    asked: dict[str, Any], document: Document, vernix: Vernix, scans: Path, tmp_path: Path
) -> None:
    document("answer", asked["text"], scans, "--data", tmp_path / "one")
    assert vernix("answer", asked["text"], scans, "--data", tmp_path / "two") == 3
    assert everything_in(tmp_path / "two") == [], "nothing is left of what is refused"


def test_two_who_answer_at_once_are_one_answer(
    kit: ExchangeKit, gateway: RunningGateway, asked: dict[str, Any]
) -> None:
    ticket = Ticket.from_text(asked["text"])
    first, second = (answer_in(kit, gateway, ticket) for _ in range(2))
    assert post(gateway, ticket, first) == 201
    assert post(gateway, ticket, second) == 409
    assert post(gateway, ticket, first) == 200, "the very same may come again"
    gateway.kill()
    gateway.start()
    assert post(gateway, ticket, second) == 409


def test_a_withdrawn_request_is_answered_by_nobody(
    riverside: Partner, asked: dict[str, Any], document: Document, vernix: Vernix, scans: Path, tmp_path: Path
) -> None:
    assert vernix("request", "--withdraw", asked["id"], *at(riverside)) == 0
    assert vernix("answer", asked["text"], scans, "--data", tmp_path / "s") == 3
    assert everything_in(tmp_path / "s") == [], "nothing is left of what is refused"
    assert document("request", *at(riverside))["requests"][0]["state"] == "withdrawn"


def test_only_who_is_granted_may_ask(
    kit: ExchangeKit,
    gateway: RunningGateway,
    vernix: Vernix,
    tmp_path: Path,
    riverside: Partner,
    asked: dict[str, Any],
    scans: Path,
) -> None:
    lakeside = settle(kit, "lakeside", tmp_path / "lakeside")
    assert vernix("request", "--from", FROM, *at(lakeside)) == 3
    kit.publish(partners=kit.with_partner(kit.members["riverside"].entry(kit.since)))
    assert gateway.publish(kit.publisher.files()).status == 200
    assert vernix("answer", asked["text"], scans, "--data", tmp_path / "s") == 3, "the grant was taken back"


def test_more_than_was_asked_for_is_refused(
    gateway: RunningGateway, riverside: Partner, document: Document, vernix: Vernix, tmp_path: Path
) -> None:
    asked = document("request", "--from", FROM, "--most", "100K", *at(riverside))
    large = tmp_path / "large.bin"
    large.write_bytes(bytes(120_000))
    assert vernix("answer", asked["text"], large, "--data", tmp_path / "s") == 3
    ticket = Ticket.from_text(asked["text"])
    sizes = [begin(gateway, ticket, 60_000), begin(gateway, ticket, 60_000)]
    assert sizes == [201, 403], "all parts together count"


def give(kit: ExchangeKit, gateway: RunningGateway, quota: Quota) -> None:
    entry = replace(kit.directory.partner("riverside"), quota=quota)
    assert gateway.publish(kit.publish(partners=kit.with_partner(entry))).status == 200


def test_what_answers_is_charged_to_who_asked(
    kit: ExchangeKit, gateway: RunningGateway, riverside: Partner, document: Document
) -> None:
    tickets = [
        Ticket.from_text(document("request", "--from", FROM, *at(riverside))["text"]) for _ in range(2)
    ]
    give(kit, gateway, Quota(bytes_per_day=3000))
    assert [begin(gateway, ticket, 2000) for ticket in tickets] == [201, 429], "one quota for all requests"
    mine = canonical.encode({"header": 100, "purpose": "submission", "size": 2000, "to": ["registry"]})
    assert gateway.signed("riverside", "POST", "/uploads", mine).status == 429, "and for its own sending"
    give(kit, gateway, Quota(held_bytes=3000))
    assert begin(gateway, tickets[1], 2000) == 413
    report = gateway.signed("registry", "GET", "/state").json
    assert {each["partner"] for each in report["quotas"]} <= {"riverside"}
    give(kit, gateway, Quota(requests_per_minute=3))
    path = f"/file-requests/{tickets[0].id}"
    assert 429 in [signed(gateway, tickets[0], "GET", path) for _ in range(5)]


def test_withdrawing_deletes_what_was_uploaded_to_answer(
    kit: ExchangeKit, gateway: RunningGateway, asked: dict[str, Any]
) -> None:
    ticket = Ticket.from_text(asked["text"])
    give(kit, gateway, Quota(held_bytes=5000))
    answer_in(kit, gateway, ticket)
    assert begin(gateway, ticket, 2000) == 201
    blobs = [path for path in (kit.data / "blobs").rglob("*") if path.is_file()]
    assert blobs
    mine = canonical.encode({"header": 100, "purpose": "submission", "size": 2500, "to": ["registry"]})
    assert gateway.signed("riverside", "POST", "/uploads", mine).status == 413
    assert gateway.signed("riverside", "DELETE", f"/file-requests/{ticket.id}").status == 204
    assert [path for path in blobs if path.exists()] == []
    assert gateway.signed("riverside", "POST", "/uploads", mine).status == 201, "nothing is held any more"


def test_the_ticket_opens_nothing_else(
    kit: ExchangeKit, gateway: RunningGateway, asked: dict[str, Any]
) -> None:
    ticket = Ticket.from_text(asked["text"])
    assert signed(gateway, ticket, "GET", "/mailbox?after=0&wait=0") == 401
    assert signed(gateway, ticket, "POST", "/recalls", b"{}") == 401
    assert signed(gateway, ticket, "DELETE", f"/file-requests/{ticket.id}") == 401
    assert signed(gateway, ticket, "GET", f"/file-requests/{new_id()}") == 403
    wanted = {"header": 100, "purpose": "message", "size": 1000, "to": ["registry"]}
    assert signed(gateway, ticket, "POST", "/uploads", canonical.encode(wanted)) == 403
    other = replace(ticket, secret=bytes(16))
    assert signed(gateway, other, "GET", f"/file-requests/{ticket.id}") == 401
    assert gateway.signed("lakeside", "GET", f"/file-requests/{ticket.id}").status == 404


def test_a_row_in_the_database_is_nobodys_authority(
    kit: ExchangeKit, gateway: RunningGateway, asked: dict[str, Any]
) -> None:
    """Who owns the gateway puts a request of its own making there: it is proven anew, and is nothing."""
    import sqlite3

    thief = SigningKey.generate()
    ticket = Ticket.make(kit.url, kit.fingerprint, "riverside", "x", utc_now() + timedelta(days=1))
    forged = ticket.file_request(10**9, utc_now()).sign(thief).encode()
    with sqlite3.connect(kit.data / "gateway.sqlite3") as database:
        row = (ticket.id, "riverside", forged, "open", 2**40)
        database.execute(
            "INSERT INTO file_requests (id, partner, envelope, state, expires) VALUES (?, ?, ?, ?, ?)", row
        )
    assert begin(gateway, ticket, 1000) == 401


def test_a_broken_off_answer_goes_on(
    gateway: RunningGateway,
    asked: dict[str, Any],
    vernix: Vernix,
    document: Document,
    tmp_path: Path,
    riverside: Partner,
) -> None:
    source = tmp_path / "large.bin"
    source.write_bytes(bytes(3 << 20))
    gateway.stop()
    words = ("answer", asked["text"], source, "--data", tmp_path / "s")
    assert vernix(*words) == 4
    gateway.start()
    document(*words)
    document("collect", "--into", tmp_path / "in", *at(riverside))
    assert (tmp_path / "in" / "large.bin").read_bytes() == source.read_bytes()


@pytest.mark.parametrize("text", ["", "vernix-request-1-", "vernix-request-1-AAAA", "vernix-invite-1-AAAA"])
def test_a_text_that_is_no_request(vernix: Vernix, tmp_path: Path, text: str) -> None:
    assert vernix("answer", text, __file__, "--data", tmp_path / "s") == 1
    assert not (tmp_path / "s").exists()


def begin(gateway: RunningGateway, ticket: Ticket, size: int) -> int:
    wanted = {"header": 100, "purpose": "message", "size": size, "to": [ticket.partner]}
    return signed(gateway, ticket, "POST", "/uploads", canonical.encode(wanted))


def signed(gateway: RunningGateway, ticket: Ticket, method: str, path: str, body: bytes = b"") -> int:
    request = Request.to_url(method, gateway.url + path, body)
    fields = sign_request(request, ticket.signing_key(), ticket.key_id, utc_now())
    return gateway.request(method, path, body or None, fields).status


def answer_in(kit: ExchangeKit, gateway: RunningGateway, ticket: Ticket) -> Delivery:
    part = kit.seal(b"an answer", to="riverside")
    wanted = {"header": part.header, "purpose": "message", "size": len(part.content), "to": ["riverside"]}
    body = canonical.encode(wanted)
    request = Request.to_url("POST", f"{gateway.url}/uploads", body)
    fields = sign_request(request, ticket.signing_key(), ticket.key_id, utc_now())
    reply = gateway.request("POST", "/uploads", body, fields)
    assert reply.status == 201, reply.body
    assert gateway.patch(reply.json["url"], 0, part.content).status == 204
    return kit.delivery([(reply.json["id"], part)], sender=f"request-{ticket.id}", to=("riverside",))


def post(gateway: RunningGateway, ticket: Ticket, delivery: Delivery) -> int:
    envelope = delivery.sign(ticket.signing_key()).encode()
    return signed(gateway, ticket, "POST", "/deliveries", envelope)


# What the documents themselves refuse


@pytest.fixture
def ticket(kit: ExchangeKit) -> Ticket:
    return Ticket.make(kit.url, kit.fingerprint, "riverside", FROM, utc_now() + timedelta(days=1))


def test_a_ticket_is_read_as_it_was_written_and_shows_no_secret(ticket: Ticket) -> None:
    assert Ticket.from_text(f"  {ticket.to_text()}\n") == ticket
    assert ticket.secret.hex() not in repr(ticket)
    assert "secret" not in repr(ticket)
    assert ticket.title.encode() not in ticket.file_request(1, utc_now()).to_bytes()


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"sender": f"request-{new_id()}"}, NotProven),
        ({"sender": "riverside"}, NotProven),
        ({"addressees": ("registry",)}, FarSideRefused),
        ({"purpose": "submission"}, FarSideRefused),
        ({"created": utc_now() + timedelta(days=2), "expires": utc_now() + timedelta(days=3)}, NotProven),
    ],
)
def test_an_answer_to_something_else_is_refused(
    kit: ExchangeKit, ticket: Ticket, change: dict[str, Any], error: type[VernixError]
) -> None:
    request = ticket.file_request(10**6, utc_now())
    part = kit.seal(b"x", to="riverside")
    honest = kit.delivery([("up-1", part)], sender=request.sender, to=("riverside",))
    key = ticket.signing_key()
    assert request.prove_delivery(honest.sign(key), utc_now()) == honest
    with pytest.raises(error):
        request.prove_delivery(replace(honest, **change).sign(key), utc_now())
    with pytest.raises(NotProven):
        request.prove_delivery(honest.sign(SigningKey.generate()), utc_now())
    with pytest.raises(FarSideRefused):
        replace(request, most_bytes=10).prove_delivery(honest.sign(key), utc_now())


def test_a_manifest_of_another_hand_is_refused(ticket: Ticket) -> None:
    request, now = ticket.file_request(10**6, utc_now()), utc_now()
    honest = Manifest(new_id(), request.sender, ("riverside",), "message", (), "note", now)
    key = ticket.signing_key()
    assert request.prove_manifest(honest.sign(key), "riverside", now) == honest
    for manifest, signer in [(honest, SigningKey.generate()), (replace(honest, sender="lakeside"), key)]:
        with pytest.raises(NotProven):
            request.prove_manifest(manifest.sign(signer), "riverside", now)
    with pytest.raises(NotProven):
        request.prove_manifest(honest.sign(key), "lakeside", now)


def test_a_request_is_its_partners_word(kit: ExchangeKit, ticket: Ticket) -> None:
    request, now = ticket.file_request(10**6, utc_now()), utc_now()
    key = kit.members["riverside"].key
    assert FileRequest.open_signed(request.sign(key), kit.directory, now) == request
    with pytest.raises(NotProven):
        FileRequest.open_signed(request.sign(kit.members["lakeside"].key), kit.directory, now)
    theirs = replace(request, partner="lakeside").sign(kit.members["lakeside"].key)
    with pytest.raises(FarSideRefused):
        FileRequest.open_signed(theirs, kit.directory, now)
    with pytest.raises(DataRefused):
        replace(request, expires=now + timedelta(days=31)).sign(key)
