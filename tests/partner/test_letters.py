"""After sending: what became of it, reading, answering, taking back; as commands over real sockets."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from tests.exchange_kit import ExchangeKit
from tests.lying_gateway import Asked, LyingGateway, Told
from tests.partner.conftest import Document, Vernix
from tests.partner_kit import everything_in, settle, where_all_may_send

from vernix.custody.delivery import Delivery
from vernix.custody.identifiers import new_id, parse_time, utc_now
from vernix.custody.key import SIGNING
from vernix.custody.read_receipt import ReadReceipt
from vernix.custody.recall import Recall
from vernix.custody.signatures import Signed
from vernix.partner.state import Partner

MESSAGE = ("--purpose", "message", "--to", "registry")


@pytest.fixture
def kit(tmp_path: Path) -> ExchangeKit:
    return where_all_may_send(tmp_path / "kit")


@pytest.fixture
def lakeside(kit: ExchangeKit, tmp_path: Path) -> Partner:
    return settle(kit, "lakeside", tmp_path / "lakeside")


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "scan.bin"
    path.write_bytes(b"scan")
    return path


def at(partner: Partner) -> tuple[str, Path]:
    return ("--data", partner.folder.path)


def test_a_delivery_is_followed_from_waiting_to_read(
    gateway: LyingGateway, riverside: Partner, registry: Partner, document: Document, source: Path
) -> None:
    sent = document("send", *MESSAGE, source, "--expires", "3d", *at(riverside))["delivery"]
    (waiting,) = document("inbox", *at(registry))["deliveries"]
    assert parse_time(waiting["expires"]) - parse_time(waiting["created"]) == timedelta(days=3)
    assert waiting["left"] in ("2 days", "3 days")

    def state() -> str:
        told = document("sent", sent, *at(riverside))
        return str(told["addressees"][0]["state"])

    assert state() == "waiting"
    document("collect", *at(registry))
    assert state() == "delivered"
    assert document("inbox", "--collected", *at(registry))["collected"][0]["read"] is None
    read = document("read", sent, *at(registry))
    assert [file["name"] for file in read["files"]] == ["scan.bin"]
    assert Path(read["files"][0]["path"]).read_bytes() == b"scan"
    assert state() == "read"
    shown = document("collect", *at(riverside))
    assert [entry["from"] for entry in shown["receipts"]] == ["registry"]
    assert [entry["delivery"] for entry in shown["read_receipts"]] == [sent]
    assert document("collect", *at(riverside))["read_receipts"] == []
    assert document("sent", *at(riverside))["counts"] == {"read": 1}


def test_reading_tells_once_and_only_if_one_wants(
    gateway: LyingGateway, riverside: Partner, registry: Partner, document: Document, source: Path
) -> None:
    sent = document("send", *MESSAGE, source, *at(riverside))["delivery"]
    document("collect", *at(registry))
    document("read", sent, "--no-receipt", *at(registry))
    assert [kind for _, kind, _ in gateway.mail["riverside"]] == ["receipt"]
    first = document("read", sent, *at(registry))["read"]
    assert document("read", sent, *at(registry))["read"] == first
    assert [kind for _, kind, _ in gateway.mail["riverside"]] == ["receipt", "read"]


def test_a_reply_goes_to_the_sender_or_to_all_and_makes_a_thread(
    gateway: LyingGateway,
    riverside: Partner,
    registry: Partner,
    lakeside: Partner,
    document: Document,
    vernix: Vernix,
    source: Path,
) -> None:
    both = ("--to", "registry", "--to", "lakeside")
    first = document("send", *both, source, "--note", "Please look.", *at(riverside))["delivery"]
    document("collect", *at(registry))
    document("collect", *at(lakeside))
    reply = document("reply", first, "--note", "Looked.", *at(registry))
    assert reply["to"] == ["riverside"]
    to_all = document("reply", first, source, "--to-all", *at(lakeside))
    assert to_all["to"] == ["riverside", "registry"]
    document("collect", *at(riverside))
    again = document("reply", reply["delivery"], "--note", "Thank you.", *at(riverside))
    document("collect", *at(registry))
    thread = document("read", again["delivery"], *at(registry))["thread"]
    assert [(entry["from"], entry["note"]) for entry in thread] == [
        ("riverside", "Please look."),
        ("registry", "Looked."),
        ("riverside", "Thank you."),
    ]
    assert vernix("reply", first, *at(registry)) == 2, "there is nothing to send"


def test_a_recall_says_who_had_it_already(
    gateway: LyingGateway,
    riverside: Partner,
    registry: Partner,
    lakeside: Partner,
    vernix: Vernix,
    document: Document,
    source: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    both = ("--to", "registry", "--to", "lakeside")
    sent = document("send", *both, source, *at(riverside))["delivery"]
    document("collect", *at(lakeside))
    assert vernix("recall", sent, *at(riverside), "--json") == 0
    captured = capsys.readouterr()
    assert "lakeside had collected it before" in captured.err
    states = {place["partner"]: place["state"] for place in json.loads(captured.out)["addressees"]}
    assert states == {"lakeside": "delivered", "registry": "recalled"}
    assert document("inbox", *at(registry))["recalls"][0]["delivery"] == sent
    taken = document("collect", *at(registry))
    assert [entry["from"] for entry in taken["recalls"]] == ["riverside"]
    assert taken["files"] == []
    assert document("collect", *at(registry))["recalls"] == []
    assert document("inbox", *at(registry))["recalls"] == []


@pytest.fixture
def half_fetched(
    gateway: LyingGateway,
    riverside: Partner,
    registry: Partner,
    document: Document,
    vernix: Vernix,
    tmp_path: Path,
) -> str:
    """A delivery of riverside's ``large.bin`` of which the registry has the beginning; its id."""
    source = tmp_path / "large.bin"
    source.write_bytes(bytes(3 << 20))
    sent = str(document("send", *MESSAGE, source, *at(riverside))["delivery"])
    gateway.lie("part", cut_all_but_the_first)
    assert vernix("collect", *at(registry)) == 4
    return sent


def test_what_was_fetched_of_a_recalled_delivery_goes(
    gateway: LyingGateway, riverside: Partner, registry: Partner, document: Document, half_fetched: str
) -> None:
    assert any("part-" in name for name in everything_in(registry.folder.incoming))
    gateway.honest()
    document("recall", half_fetched, *at(riverside))
    document("collect", *at(registry))
    assert not any("part-" in name for name in everything_in(registry.folder.incoming))


def test_a_recall_by_another_partner_removes_nothing(
    kit: ExchangeKit,
    gateway: LyingGateway,
    registry: Partner,
    vernix: Vernix,
    half_fetched: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Lakeside and the gateway together would have riverside's parts removed."""
    sent = half_fetched
    fetched = everything_in(registry.folder.incoming / sent)
    recall = Recall(sent, "lakeside", utc_now()).sign(kit.members["lakeside"].key)
    gateway.put_mail("registry", "recall", recall.encode())
    gateway.block("part", 503)
    assert vernix("collect", *at(registry)) == 4
    assert everything_in(registry.folder.incoming / sent) == fetched
    gateway.honest()
    for _ in range(2):  # before it is taken in, and after
        capsys.readouterr()
        assert vernix("collect", "--json", *at(registry)) == 3
        shown = json.loads(capsys.readouterr().out)
        assert [entry["what"] for entry in shown["set_aside"]] == ["recall"]
        assert shown["recalls"] == []
    assert (registry.folder.received / "large.bin").read_bytes() == bytes(3 << 20)


def test_an_id_in_use_serves_no_other_sender(
    kit: ExchangeKit, gateway: LyingGateway, registry: Partner, vernix: Vernix, half_fetched: str
) -> None:
    sent = half_fetched
    fetched = everything_in(registry.folder.incoming / sent)
    real = Delivery.parse(Signed.decode(gateway.deliveries[sent]).document)
    key = kit.members["lakeside"].key
    gateway.mail["registry"].clear()
    gateway.put_mail("registry", "delivery", replace(real, sender="lakeside").sign(key).encode())
    gateway.put_mail("registry", "recall", Recall(sent, "lakeside", utc_now()).sign(key).encode())
    assert vernix("collect", *at(registry)) == 3
    assert everything_in(registry.folder.incoming / sent) == fetched


def cut_all_but_the_first(asked: Asked, told: Told) -> Told:
    """Some of a part comes once; then no more of it."""
    if asked.path.endswith("/0"):
        return told
    some = 0 if "range" in asked.headers else 100_000
    return replace(told, body=told.body[:some], claim=len(told.body))


def test_a_killed_recall_is_posted_again_with_the_same_bytes(
    gateway: LyingGateway, riverside: Partner, document: Document, vernix: Vernix, source: Path
) -> None:
    sent = document("send", *MESSAGE, source, *at(riverside))["delivery"]
    gateway.block("recall", 500)
    assert vernix("recall", sent, *at(riverside)) == 4
    kept = (riverside.folder.outbox / "recalled" / f"{sent}.json").read_bytes()
    gateway.honest()
    document("recall", sent, *at(riverside))
    assert (riverside.folder.outbox / "recalled" / f"{sent}.json").read_bytes() == kept
    gateway.block("recall", 409)
    other = document("send", *MESSAGE, source, "--again", *at(riverside))["delivery"]
    assert vernix("recall", other, *at(riverside)) == 3
    assert document("sent", other, *at(riverside))["recalled"] is None


def test_letters_that_do_not_prove_themselves_are_set_aside(
    kit: ExchangeKit,
    gateway: LyingGateway,
    riverside: Partner,
    vernix: Vernix,
    document: Document,
    source: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    sent = document("send", *MESSAGE, source, *at(riverside))["delivery"]
    lakeside = kit.members["lakeside"].key
    never = ReadReceipt(new_id(), "registry", "riverside", utc_now()).sign(kit.members["registry"].key)
    forged = ReadReceipt(sent, "registry", "riverside", utc_now()).sign(lakeside)
    stranger = ReadReceipt(sent, "lakeside", "riverside", utc_now()).sign(lakeside)
    recall = Recall(sent, "registry", utc_now()).sign(lakeside)
    for kind, letter in [("read", never), ("read", forged), ("read", stranger), ("recall", recall)]:
        gateway.put_mail("riverside", kind, letter.encode())
    assert vernix("collect", "--json", *at(riverside)) == 3
    shown = json.loads(capsys.readouterr().out)
    assert [entry["what"] for entry in shown["set_aside"]] == [
        "read receipt",
        "recall",
        "read receipt",
        "read receipt",
    ]
    assert document("sent", sent, *at(riverside))["addressees"][0]["state"] == "waiting"


def test_what_was_sent_is_shown_without_a_network(
    gateway: LyingGateway, riverside: Partner, document: Document, source: Path
) -> None:
    sent = document("send", *MESSAGE, source, *at(riverside))["delivery"]
    gateway.block("mailbox", 500)
    assert [entry["delivery"] for entry in document("sent", *at(riverside))["deliveries"]] == [sent]


@pytest.mark.parametrize(
    "words", [("read", "*"), ("sent", "../x"), ("recall", new_id()), ("reply", new_id(), "--note", "x")]
)
def test_an_id_that_is_none_here(
    gateway: LyingGateway, riverside: Partner, vernix: Vernix, words: tuple[str, ...]
) -> None:
    assert vernix(*words, *at(riverside)) == 2


@pytest.mark.parametrize("words", ["1x", "0d", "31d", "4m", "3 d", "99999d"])
def test_a_life_that_is_none(riverside: Partner, vernix: Vernix, source: Path, words: str) -> None:
    assert vernix("send", *MESSAGE, source, "--expires", words, *at(riverside)) == 2


def test_tables_for_people(
    gateway: LyingGateway,
    riverside: Partner,
    registry: Partner,
    vernix: Vernix,
    document: Document,
    source: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    sent = document("send", *MESSAGE, source, "--note", "A note.", *at(riverside))["delivery"]
    for partner, words, said in [
        (registry, ("inbox",), " days"),
        (registry, ("collect",), "A note."),
        (registry, ("read", sent), "scan.bin"),
        (registry, ("inbox", "--collected"), "riverside"),
        (riverside, ("inbox",), "Read"),
        (riverside, ("sent",), "1 read"),
        (riverside, ("collect",), "Read"),
    ]:
        capsys.readouterr()
        assert vernix(*words, *at(partner)) == 0
        assert said in capsys.readouterr().out, words


def test_what_was_proven_once_is_no_alarm_when_its_key_is_revoked(
    kit: ExchangeKit,
    gateway: LyingGateway,
    riverside: Partner,
    registry: Partner,
    vernix: Vernix,
    document: Document,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> None:
    """A receipt of the revoked key that was not seen before is."""
    for name in ("shown.bin", "unseen.bin"):
        assert document("collect", "--data", riverside.folder.path)["set_aside"] == []
        source = tmp_path / name
        source.write_bytes(name.encode())
        sent = document("send", source, "--data", riverside.folder.path)["delivery"]
        document("collect", "--into", tmp_path / "in", "--data", registry.folder.path)
        if name == "shown.bin":
            document("read", sent, "--data", registry.folder.path)
    entry = kit.members["registry"].entry(kit.since)
    keys = (replace(key, revoked=utc_now()) if key.kind == SIGNING else key for key in entry.keys)
    kit.publish(partners=kit.with_partner(replace(entry, keys=tuple(keys))))
    gateway.republish()
    for command in ("inbox", "collect", "collect"):
        capsys.readouterr()
        assert vernix(command, "--json", "--data", riverside.folder.path) == 3
        (item,) = json.loads(capsys.readouterr().out)["set_aside"]
        assert (item["what"], "sign with a key that holds" in item["hint"]) == ("receipt", True)
