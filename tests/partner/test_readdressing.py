"""What waits is given to others by new headers: no body travels, and everything is proven as ever."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.exchange_kit import ExchangeKit, Member
from tests.lying_gateway import Asked, Hang, LyingGateway, Told
from tests.partner.conftest import Document, Vernix
from tests.partner_kit import everything_in, settle, where_all_may_send

from vernix.custody.delivery import Delivery
from vernix.custody.directory import Key, Right
from vernix.custody.signatures import Signed
from vernix.partner.state import Partner
from vernix.sealing.identities import save_identities

LARGE = 5_300_000


@pytest.fixture
def kit(tmp_path: Path) -> ExchangeKit:
    return where_all_may_send(tmp_path / "kit")


@pytest.fixture
def lakeside(kit: ExchangeKit, tmp_path: Path) -> Partner:
    return settle(kit, "lakeside", tmp_path / "lakeside")


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """A large file, and two small ones that share a part."""
    folder = tmp_path / "scans"
    (folder / "small").mkdir(parents=True)
    (folder / "large.bin").write_bytes(os.urandom(LARGE))
    (folder / "small" / "a").write_bytes(b"one")
    (folder / "small" / "b").write_bytes(b"two")
    return folder


@pytest.fixture
def counted(gateway: LyingGateway) -> list[int]:
    """The bytes of each PATCH."""
    sizes: list[int] = []

    def count(asked: Asked, told: Told) -> Told:
        sizes.append(len(asked.body))
        return told

    gateway.lie("patch", count)
    return sizes


def at(partner: Partner) -> tuple[str, Path]:
    return ("--data", partner.folder.path)


def send(document: Document, who: Partner, package: Path, to: str = "registry") -> str:
    sent = document("send", "--to", to, "--purpose", "message", "--note", "Look.", package, *at(who))
    return str(sent["delivery"])


def contents(folder: Path) -> dict[str, bytes]:
    return {name: (folder / name).read_bytes() for name in everything_in(folder)}


def test_another_addressee_gets_it_by_headers_alone(
    gateway: LyingGateway, riverside: Partner, registry: Partner, lakeside: Partner, document: Document,
    package: Path, counted: list[int], tmp_path: Path,
) -> None:  # fmt: skip
    first = send(document, riverside, package)
    assert sum(counted) > LARGE
    counted.clear()
    before = contents(package)
    for path in package.rglob("*"):
        if path.is_file():
            path.write_bytes(b"the source is not needed any more")
    made = document("readdress", first, "--to", "lakeside", *at(riverside))
    assert (made["readdressed"], made["to"]) == (first, ["lakeside"])
    assert sum(counted) == made["bytes_sent"] < 20_000
    for partner in (lakeside, registry):
        collected = document("collect", "--into", tmp_path / f"in-{partner.id}", *at(partner))
        assert collected["set_aside"] == []
        assert contents(tmp_path / f"in-{partner.id}" / "scans") == before
    counts = document("sent", *at(riverside))["counts"]
    assert counts == {"delivered": 2}
    assert everything_in(riverside.folder.outbox / "keys") == []
    assert everything_in(riverside.folder.outbox / "readdressed") == ["readdress.lock"]


def test_it_follows_renewed_keys_and_the_first_is_taken_back(
    kit: ExchangeKit, gateway: LyingGateway, riverside: Partner, registry: Partner, vernix: Vernix,
    document: Document, package: Path, counted: list[int], tmp_path: Path,
) -> None:  # fmt: skip
    """The registry lost its identity and has another: what was sealed to the lost one is of no use to it."""
    first = send(document, riverside, package)
    newer = Member.make("registry")
    entry = kit.members["registry"].entry(kit.since)
    keys = [key for key in entry.keys if key.kind == "signing"]
    keys.append(Key.make(str(newer.identity.recipient), kit.since))
    kit.publish(partners=kit.with_partner(replace(entry, keys=tuple(sorted(keys, key=lambda key: key.id)))))
    gateway.republish()
    registry.folder.identity_file.unlink()
    save_identities(registry.folder.identity_file, [newer.identity])
    assert vernix("collect", *at(registry)) == 1
    counted.clear()
    made = document("readdress", first, *at(riverside))
    assert sum(counted) < 20_000
    collected = document("collect", "--into", tmp_path / "in", *at(registry))
    assert contents(tmp_path / "in" / "scans") == contents(package)
    assert [each["delivery"] for each in collected["recalls"]] == [first]
    states = {each["delivery"]: each["addressees"] for each in document("sent", *at(riverside))["deliveries"]}
    assert [place["state"] for place in states[first]] == ["recalled"]
    assert [place["state"] for place in states[made["delivery"]]] == ["delivered"]


def test_it_can_be_given_on_and_on(
    gateway: LyingGateway, riverside: Partner, registry: Partner, lakeside: Partner, document: Document,
    package: Path, tmp_path: Path,
) -> None:  # fmt: skip
    """From what was readdressed, after the first one was collected and its bytes are gone."""
    first = send(document, riverside, package)
    second = document("readdress", first, "--to", "lakeside", *at(riverside))["delivery"]
    document("collect", *at(registry))
    third = document("readdress", second, *at(riverside))["delivery"]
    document("collect", "--into", tmp_path / "in", *at(lakeside))
    assert contents(tmp_path / "in" / "scans") == contents(package)
    assert len({first, second, third}) == 3


@pytest.mark.parametrize("what", ["collected", "a submission", "recalled", "to who has it", "no right"])
def test_what_cannot_be_readdressed_is_said(
    what: str, kit: ExchangeKit, gateway: LyingGateway, riverside: Partner, registry: Partner,
    lakeside: Partner, vernix: Vernix, document: Document, package: Path,
) -> None:  # fmt: skip
    if what == "a submission":
        words = ("--to", "registry", "--purpose", "submission")
        first = document("send", *words, package / "large.bin", *at(riverside))["delivery"]
        assert everything_in(riverside.folder.outbox / "keys") == [], "its keys go when it is sent"
    else:
        first = send(document, riverside, package)
    to = "registry" if what == "to who has it" else "lakeside"
    if what == "collected":
        document("collect", *at(registry))
    elif what == "recalled":
        assert vernix("recall", first, *at(riverside)) == 0
    elif what == "no right":
        kit.publish(rights=(Right("riverside", "registry", ("message",)),))
        gateway.republish()
    posts = len(gateway.posts)
    assert vernix("readdress", first, "--to", to, *at(riverside)) in (2, 3)
    assert len(gateway.posts) == posts


def refuse_once(name: str, gateway: LyingGateway) -> None:
    """Break the connection at the next call, before anything is answered."""
    left = [1]

    def hang(_asked: Asked, told: Told) -> Told:
        left[0] -= 1
        if left[0] >= 0:
            raise Hang
        return told

    gateway.lie(name, hang)


@pytest.mark.parametrize("name", ["begin", "patch", "body", "deliver", "recall"])
def test_a_broken_run_is_finished_as_one_delivery(
    name: str, gateway: LyingGateway, riverside: Partner, registry: Partner, vernix: Vernix,
    document: Document, package: Path, tmp_path: Path,
) -> None:  # fmt: skip
    first = send(document, riverside, package)
    gateway.block(name, 503)
    gateway.keeps_bytes = name != "patch"
    assert vernix("readdress", first, *at(riverside)) == 4
    gateway.honest()
    refuse_once(name, gateway)
    made = document("readdress", first, *at(riverside))["delivery"]
    assert set(gateway.deliveries) == {first, made}
    document("collect", "--into", tmp_path / "in", *at(registry))
    assert contents(tmp_path / "in" / "scans") == contents(package)
    assert document("sent", *at(riverside))["counts"] == {"delivered": 1, "recalled": 1}


def test_uploads_that_expired_are_begun_again(
    gateway: LyingGateway, riverside: Partner, registry: Partner, vernix: Vernix, document: Document,
    package: Path, tmp_path: Path,
) -> None:  # fmt: skip
    first = send(document, riverside, package)
    gateway.block("deliver", 503)
    assert vernix("readdress", first, *at(riverside)) == 4
    gateway.honest()
    gateway.uploads.clear()
    assert vernix("readdress", first, *at(riverside)) == 0
    document("collect", "--into", tmp_path / "in", *at(registry))
    assert contents(tmp_path / "in" / "scans") == contents(package)
    assert len(gateway.deliveries) == 2


def test_one_that_is_never_finished_leaves_no_key_behind(
    gateway: LyingGateway, riverside: Partner, registry: Partner, vernix: Vernix, document: Document,
    package: Path,
) -> None:  # fmt: skip
    first = send(document, riverside, package)
    gateway.block("body", 503)
    assert vernix("readdress", first, "--to", "lakeside", *at(riverside)) == 4
    assert len(everything_in(riverside.folder.outbox / "readdressed")) == 2
    gateway.honest()
    document("collect", *at(registry))
    document("sent", *at(riverside))
    assert everything_in(riverside.folder.outbox / "readdressed") == ["readdress.lock"]
    assert everything_in(riverside.folder.outbox / "keys") == []


def test_keys_of_who_never_looks_go_when_nothing_can_wait_any_more(
    gateway: LyingGateway, riverside: Partner, document: Document, package: Path
) -> None:
    first, second = (send(document, riverside, package / name) for name in ("large.bin", "small"))
    keys = riverside.folder.outbox / "keys"
    assert everything_in(keys) == sorted([f"{first}.json", f"{second}.json"])
    os.utime(keys / f"{first}.json", (0, 0))
    third = send(document, riverside, package)
    assert everything_in(keys) == sorted([f"{second}.json", f"{third}.json"])


def swapped(gateway: LyingGateway) -> Any:
    """A gateway that takes another body, and says that all is well."""

    def lie(asked: Asked, told: Told) -> Told:
        upload = gateway.uploads[asked.path.split("/")[2]]
        upload.content[-1] ^= 1
        return told

    return lie


def test_a_gateway_that_takes_another_body_is_found_out_before_anything_is_kept(
    gateway: LyingGateway, riverside: Partner, lakeside: Partner, vernix: Vernix, document: Document,
    package: Path, tmp_path: Path,
) -> None:  # fmt: skip
    """Honest at the posting, it refuses its own bytes; a gateway that lies there too meets the reader."""
    first = send(document, riverside, package)
    gateway.lie("body", swapped(gateway))
    assert vernix("readdress", first, "--to", "lakeside", *at(riverside)) == 3
    assert document("sent", *at(riverside))["counts"] == {"waiting": 1}

    gateway.honest()
    made = document("readdress", first, "--to", "lakeside", *at(riverside))["delivery"]
    for place, content in list(gateway.parts.items()):
        if place[0] == made and place[1] > 0:
            gateway.parts[place] = content[:-1] + bytes([content[-1] ^ 1])
    assert vernix("collect", "--into", tmp_path / "in", *at(lakeside)) == 3
    assert everything_in(tmp_path / "in") == []


def test_the_first_one_cannot_be_passed_on_in_its_place(
    kit: ExchangeKit, gateway: LyingGateway, riverside: Partner, registry: Partner, lakeside: Partner,
    document: Document, vernix: Vernix, package: Path, tmp_path: Path,
) -> None:  # fmt: skip
    """Old envelope, old manifest, parts of the other: whatever a gateway puts together is refused."""
    first = send(document, riverside, package)
    made = document("readdress", first, "--to", "lakeside", *at(riverside))["delivery"]
    old, new = gateway.deliveries[first], gateway.deliveries[made]
    gateway.mail["lakeside"].clear()
    gateway.put_mail("lakeside", "delivery", old)
    assert vernix("collect", "--into", tmp_path / "in", *at(lakeside)) == 3
    forged = json.loads(new)
    forged["document"]["parts"] = json.loads(old)["document"]["parts"]
    gateway.put_mail("lakeside", "delivery", json.dumps(forged, sort_keys=True).encode())
    assert vernix("collect", "--into", tmp_path / "in", *at(lakeside)) == 3
    gateway.put_mail("lakeside", "delivery", new)
    honest = gateway.parts[made, 0]
    gateway.parts[made, 0] = gateway.parts[first, 0]
    assert vernix("collect", "--into", tmp_path / "in", *at(lakeside)) == 3
    assert everything_in(tmp_path / "in") == []
    gateway.parts[made, 0] = honest
    gateway.mail["lakeside"].clear()
    gateway.put_mail("lakeside", "delivery", new)
    assert vernix("collect", "--into", tmp_path / "in", *at(lakeside)) == 0


@pytest.mark.parametrize("offset", [0, 10, 10**12, -1, "many", None])
def test_a_gateway_that_counts_wrong_is_not_asked_for_ever(
    offset: Any, gateway: LyingGateway, riverside: Partner, vernix: Vernix, document: Document, package: Path
) -> None:
    first = send(document, riverside, package)
    gateway.lie("body", lambda _asked, told: replace(told, body=json.dumps({"offset": offset}).encode()))
    assert vernix("readdress", first, "--to", "lakeside", *at(riverside)) == 3
    assert set(gateway.deliveries) == {first}


def test_what_was_sent_says_the_same_but_for_whom(
    gateway: LyingGateway, riverside: Partner, document: Document, package: Path
) -> None:
    first = send(document, riverside, package)
    made = document("readdress", first, "--to", "lakeside", *at(riverside))["delivery"]
    old, new = (Delivery.parse(Signed.decode(gateway.deliveries[each]).document) for each in (first, made))
    assert (new.addressees, new.expires, new.downloads) == (("lakeside",), old.expires, old.downloads)
    assert [part.size - part.header for part in new.parts[1:]] == [
        part.size - part.header for part in old.parts[1:]
    ]
    assert not {part.digest for part in new.parts} & {part.digest for part in old.parts}
    for number in range(1, len(old.parts)):
        one, two = gateway.parts[first, number], gateway.parts[made, number]
        assert one[old.parts[number].header :] == two[new.parts[number].header :]
