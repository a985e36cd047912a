"""What came over SFTP, collected like a delivery: filed and signed for, or refused and its sender told."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from pathlib import Path

import pytest
from tests.exchange_kit import ExchangeKit, Member
from tests.lying_gateway import LyingGateway
from tests.partner.conftest import Document, Vernix
from tests.partner_kit import everything_in, settle

from vernix.custody import bundle
from vernix.custody.directory import PURPOSES, Group, Key, Right
from vernix.custody.identifiers import new_id, utc_now
from vernix.custody.manifest import BundleManifest, File
from vernix.custody.partner import BARE_FILES
from vernix.custody.receipt import Receipt
from vernix.custody.signatures import Signed
from vernix.partner.state import Partner
from vernix.sealing.sealer import seal_bytes

CONTENT = b"scan of Tremblay-Canary\n" * 9000


@pytest.fixture
def kit(tmp_path: Path) -> ExchangeKit:
    """Riverside may send messages to lakeside, and all to the registry; there is a group of all three."""
    kit = ExchangeKit(tmp_path / "kit")
    every = tuple(sorted(PURPOSES))
    kit.since = utc_now() - timedelta(days=60)
    kit.publish(
        partners=tuple(member.entry(kit.since) for member in kit.members.values()),
        rights=(
            Right("*", "registry", every),
            Right("registry", "*", every),
            Right("riverside", "lakeside", ("message",)),
        ),
        groups=(Group("pilots", ("lakeside", "registry", "riverside")),),
    )
    return kit


@pytest.fixture
def lakeside(kit: ExchangeKit, tmp_path: Path) -> Partner:
    return settle(kit, "lakeside", tmp_path / "lakeside")


@pytest.fixture
def sealed(gateway: LyingGateway, riverside: Partner, vernix: Vernix, tmp_path: Path) -> bytes:
    """A bundle of riverside's for lakeside."""
    return seal(vernix, riverside, tmp_path, "lakeside")


def seal(vernix: Vernix, who: Partner, folder: Path, *to: str) -> bytes:
    plain, sealed = folder / "scan.bin", folder / "scan.bin.age"
    plain.write_bytes(CONTENT)
    assert vernix("inbox", *at(who)) == 0
    assert vernix("seal", *(word for name in to for word in ("--to", name)), *at(who), "-f", plain) == 0
    return sealed.read_bytes()


def at(partner: Partner) -> tuple[str, Path]:
    return ("--data", partner.folder.path)


def receipts(gateway: LyingGateway, who: str = "riverside") -> list[Receipt]:
    """Those in a mailbox."""
    return [
        Receipt.parse(Signed.decode(letter).document)
        for _, kind, letter in gateway.mail[who]
        if kind == "receipt"
    ]


def test_a_bundle_is_filed_signed_for_and_deleted(
    gateway: LyingGateway, riverside: Partner, lakeside: Partner, sealed: bytes, document: Document,
    tmp_path: Path,
) -> None:  # fmt: skip
    drop = gateway.put_drop(sealed, "riverside", "lakeside")
    (waiting,) = document("inbox", *at(lakeside))["drops"]
    assert (waiting["delivery"], waiting["from"]) == (drop.id, "riverside")
    collected = document("collect", "--into", tmp_path / "in", *at(lakeside))
    assert collected["set_aside"] == []
    (file,) = collected["files"]
    assert (file["name"], file["purpose"], file["bare"]) == ("scan.bin", "message", False)
    assert Path(file["path"]).read_bytes() == CONTENT
    assert everything_in(tmp_path / "in") == ["scan.bin"]
    (receipt,) = receipts(gateway)
    assert (receipt.result, receipt.digests) == ("received", (drop.digest,))
    assert gateway.parts == {}
    assert document("inbox", *at(lakeside))["drops"] == []

    (bundled,) = document("sent", *at(riverside))["bundles"]
    (place,) = bundled["addressees"]
    assert (place["partner"], place["state"], place["delivery"]) == ("lakeside", "delivered", drop.id)
    assert document("sent", bundled["bundle"], *at(riverside))["addressees"] == [place]
    (shown,) = document("collect", *at(riverside))["receipts"]
    assert (shown["from"], shown["known"]) == ("lakeside", True)

    assert [f["name"] for f in document("read", drop.id, *at(lakeside))["files"]] == ["scan.bin"]
    assert document("sent", *at(riverside))["counts"] == {"read": 1}


def test_the_same_bundle_twice_is_filed_once(
    gateway: LyingGateway, lakeside: Partner, sealed: bytes, document: Document, vernix: Vernix,
    tmp_path: Path, capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    first = gateway.put_drop(sealed, "riverside", "lakeside")
    document("collect", "--into", tmp_path / "in", *at(lakeside))
    gateway.put_drop(sealed, "riverside", "lakeside")
    assert vernix("collect", "--into", tmp_path / "in", *at(lakeside)) == 0
    assert f"collected before, as {first.id}" in capsys.readouterr().err
    assert everything_in(tmp_path / "in") == ["scan.bin"]
    assert [receipt.result for receipt in receipts(gateway)] == ["received", "received"]


def test_what_only_begins_like_a_bundle_that_was_filed_is_refused(
    kit: ExchangeKit, gateway: LyingGateway, lakeside: Partner, vernix: Vernix, tmp_path: Path
) -> None:
    """The same signed manifest before other content, as somebody could make it to whom it was sealed too."""
    start = bundle.beginning(manifest().sign(kit.members["riverside"].key))
    for content, code in ((CONTENT, 0), (CONTENT[::-1], 1)):
        gateway.put_drop(sealed_to(kit, start + content, "lakeside"), "riverside", "lakeside")
        assert vernix("collect", "--into", tmp_path / "in", *at(lakeside)) == code
    assert [receipt.result for receipt in receipts(gateway)] == ["received", "rejected"]
    assert everything_in(tmp_path / "in") == ["scan.bin"]


def test_a_group_is_sealed_to_and_each_of_it_opens(
    gateway: LyingGateway, riverside: Partner, lakeside: Partner, registry: Partner, vernix: Vernix,
    document: Document, tmp_path: Path, capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    sealed = seal(vernix, riverside, tmp_path, "@pilots", "lakeside")
    assert "Sealed to lakeside, registry, signed by us" in capsys.readouterr().err
    for partner in (lakeside, registry):
        gateway.put_drop(sealed, "riverside", partner.id)
        (file,) = document("collect", *at(partner))["files"]
        assert Path(file["path"]).read_bytes() == CONTENT
    (bundled,) = document("sent", *at(riverside))["bundles"]
    assert bundled["to"] == ["lakeside", "registry"]
    assert [place["state"] for place in bundled["addressees"]] == ["delivered", "delivered"]
    assert vernix("seal", "--to", "@nobody", *at(riverside), tmp_path / "scan.bin", "-f") == 3


def manifest(**changes: object) -> BundleManifest:
    """Riverside's for lakeside."""
    file = File(1, "scan.bin", "text/plain", len(CONTENT), sha256(CONTENT).hexdigest(), "file")
    whole = BundleManifest(new_id(), "riverside", ("lakeside",), "message", (file,), "", utc_now())
    return replace(whole, **changes)  # type: ignore[arg-type]


REFUSALS: dict[str, tuple[Callable[[ExchangeKit], bytes], str]] = {
    "cut": (lambda kit: made(kit)[:-50], "damaged"),
    "cut at a chunk": (lambda kit: made(kit)[: -(len(CONTENT) % 65536) - 700], "damaged"),
    "sealed to somebody else": (lambda kit: made(kit, to="registry"), "sealed to somebody else"),
    "no bundle": (lambda kit: sealed_to(kit, CONTENT, "lakeside"), "bears no signature"),
    "a bundle that ends in its manifest": (
        lambda kit: sealed_to(kit, bundle.MARK + b"99\n{", "lakeside"),
        "ends inside its manifest",
    ),
    "signed by another": (lambda kit: made(kit, signer="registry"), "signed by registry"),
    "signed by the other": (
        lambda kit: made(kit, sender="registry", signer="registry"),
        "signed by another partner than the one who left it",
    ),
    "signed by a stranger": (lambda kit: made(kit, signer=Member.make("riverside")), "no such signing key"),
    "made for another": (lambda kit: made(kit, recipients=("registry",)), "made for somebody else"),
    "too old": (lambda kit: made(kit, created=utc_now() - timedelta(days=31)), "more than 30 days ago"),
    "for what is no right": (lambda kit: made(kit, purpose="test"), "does not let riverside"),
    "other content": (lambda kit: made(kit, content=CONTENT[::-1]), "not the one that its manifest signs"),
    "more content": (lambda kit: made(kit, content=CONTENT + b"!"), "does not hold exactly"),
}


def made(
    kit: ExchangeKit, *, to: str = "lakeside", signer: str | Member = "riverside", content: bytes = CONTENT,
    **changes: object,
) -> bytes:  # fmt: skip
    member = signer if isinstance(signer, Member) else kit.members[signer]
    return sealed_to(kit, bundle.beginning(manifest(**changes).sign(member.key)) + content, to)


def sealed_to(kit: ExchangeKit, content: bytes, to: str) -> bytes:
    return seal_bytes(content, [kit.members[to].identity.recipient])


@pytest.mark.parametrize("what", REFUSALS)
def test_what_cannot_be_used_is_refused_and_its_sender_told(
    what: str, kit: ExchangeKit, gateway: LyingGateway, riverside: Partner, lakeside: Partner, vernix: Vernix,
    document: Document, tmp_path: Path, capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    make, why = REFUSALS[what]
    drop = gateway.put_drop(make(kit), "riverside", "lakeside")
    assert vernix("collect", "--into", tmp_path / "in", *at(lakeside)) == 1
    said = capsys.readouterr().err
    assert f"Refused, and its sender told (file {drop.id} that came over SFTP from riverside)" in said
    assert why in said
    assert "Canary" not in said
    assert everything_in(tmp_path) == [name for name in everything_in(tmp_path) if name[:3] != "in/"]
    assert not [name for name in everything_in(lakeside.folder.path) if "part-" in name]
    (receipt,) = receipts(gateway)
    assert (receipt.result, receipt.addressee, receipt.digests) == ("rejected", "lakeside", (drop.digest,))
    assert gateway.parts == {}
    (memory,) = document("inbox", "--collected", *at(lakeside))["collected"]
    assert why in memory["refused"]
    assert vernix("read", drop.id, *at(lakeside)) == 2

    # Riverside did not seal these bytes here: its receipt is shown once all the same, and says so.
    assert vernix("collect", *at(riverside)) == 1
    assert "did not leave this folder as it arrived" in capsys.readouterr().err
    assert vernix("collect", *at(riverside)) == 0


def test_a_refusal_of_what_was_sealed_here_is_told_as_such(
    gateway: LyingGateway, riverside: Partner, sealed: bytes, lakeside: Partner, kit: ExchangeKit,
    vernix: Vernix, document: Document,
) -> None:  # fmt: skip
    """Whole, but the right ended while it was on its way."""
    gateway.put_drop(sealed, "riverside", "lakeside")
    rights = (*kit.directory.rights[:2], Right("riverside", "lakeside", ("test",)))
    kit.publish(rights=rights)
    gateway.republish()
    assert vernix("collect", *at(lakeside)) == 1
    assert document("sent", *at(riverside))["counts"] == {"refused": 1}


def test_a_bare_file_is_filed_where_it_is_granted_and_marked(
    kit: ExchangeKit, gateway: LyingGateway, riverside: Partner, lakeside: Partner, vernix: Vernix,
    document: Document, tmp_path: Path, capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    entry = kit.members["riverside"].entry(kit.since)
    kit.publish(partners=kit.with_partner(replace(entry, grants=(BARE_FILES,))))
    gateway.republish()
    drop = gateway.put_drop(sealed_to(kit, CONTENT, "lakeside"), "riverside", "lakeside")
    (file,) = document("collect", "--into", tmp_path / "in", *at(lakeside))["files"]
    assert Path(file["path"]).read_bytes() == CONTENT
    assert file["bare"] is True
    assert document("inbox", "--collected", *at(lakeside))["collected"][0]["bare"] is True
    assert vernix("read", "--no-receipt", drop.id, *at(lakeside)) == 0
    assert "the gateway's word alone" in capsys.readouterr().err
    # What other tools make is not known here, and no reason for alarm where the directory takes it.
    (receipt,) = document("collect", *at(riverside))["receipts"]
    assert (receipt["result"], receipt["known"]) == ("received", False)


def test_somebody_who_took_a_strange_file_in_our_name_is_an_alarm(
    gateway: LyingGateway, kit: ExchangeKit, riverside: Partner, vernix: Vernix
) -> None:
    """No refusal, no grant, not sealed here: somebody sends in our name."""
    receipt = Receipt(new_id(), "lakeside", "riverside", ("00" * 32,), utc_now(), "received")
    gateway.put_mail("riverside", "receipt", receipt.sign(kit.members["lakeside"].key).encode())
    assert vernix("collect", *at(riverside)) == 3


def test_what_another_machine_of_ours_may_open_is_left_for_it(
    kit: ExchangeKit, gateway: LyingGateway, lakeside: Partner, vernix: Vernix, document: Document,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    other = Member.make("lakeside")
    entry = kit.members["lakeside"].entry(kit.since)
    keys = (*entry.keys, Key.make(str(other.identity.recipient), kit.since))
    kit.publish(partners=kit.with_partner(replace(entry, keys=tuple(sorted(keys, key=lambda key: key.id)))))
    gateway.republish()
    content = bundle.beginning(manifest().sign(kit.members["riverside"].key)) + CONTENT
    gateway.put_drop(seal_bytes(content, [other.identity.recipient]), "riverside", "lakeside")
    assert vernix("collect", *at(lakeside)) == 1
    assert "Set aside, nothing kept" in capsys.readouterr().err
    assert receipts(gateway) == []
    assert len(document("inbox", *at(lakeside))["drops"]) == 1


def test_a_gateway_that_swaps_the_bytes_gets_no_receipt(
    gateway: LyingGateway, lakeside: Partner, sealed: bytes, vernix: Vernix, tmp_path: Path
) -> None:
    drop = gateway.put_drop(sealed, "riverside", "lakeside")
    gateway.parts[drop.id, 0] = sealed[:-1] + bytes([sealed[-1] ^ 1])
    assert vernix("collect", "--into", tmp_path / "in", *at(lakeside)) == 3
    assert receipts(gateway) == []
    assert everything_in(tmp_path / "in") == []
    gateway.parts[drop.id, 0] = sealed
    assert vernix("collect", "--into", tmp_path / "in", *at(lakeside)) == 0


@pytest.mark.parametrize("lie", ["to another", "of the future", "over", "from who has no right", "nonsense"])
def test_a_drop_that_cannot_be_is_not_even_fetched(
    lie: str, gateway: LyingGateway, lakeside: Partner, sealed: bytes, vernix: Vernix
) -> None:
    drop = gateway.put_drop(sealed, "riverside", "lakeside")
    now = utc_now()
    told = {
        "to another": replace(drop, addressee="registry"),
        "of the future": replace(drop, created=now + timedelta(hours=1)),
        "over": replace(drop, expires=now - timedelta(seconds=1)),
        "from who has no right": replace(drop, sender="lakeside"),
    }
    gateway.mail["lakeside"].clear()
    gateway.put_mail("lakeside", "drop", told[lie].to_bytes() if lie in told else b'{"format":"x"}')
    assert vernix("collect", *at(lakeside)) in (1, 3)
    assert not [path for _, path in gateway.asked if "/parts/0" in path]
    assert receipts(gateway) == []


def test_the_id_of_what_was_collected_brings_nothing_else(
    kit: ExchangeKit, gateway: LyingGateway, lakeside: Partner, sealed: bytes, vernix: Vernix, tmp_path: Path
) -> None:
    first = gateway.put_drop(sealed, "riverside", "lakeside")
    assert vernix("collect", "--into", tmp_path / "in", *at(lakeside)) == 0
    second = gateway.put_drop(made(kit), "riverside", "lakeside")
    gateway.mail["lakeside"].clear()
    gateway.put_mail("lakeside", "drop", replace(second, id=first.id).to_bytes())
    assert vernix("collect", "--into", tmp_path / "in", *at(lakeside)) == 3
    assert everything_in(tmp_path / "in") == ["scan.bin"]


def test_a_receipt_that_was_lost_is_posted_again(
    gateway: LyingGateway, lakeside: Partner, sealed: bytes, kit: ExchangeKit, vernix: Vernix, tmp_path: Path
) -> None:
    for content in (sealed, made(kit)[:-50]):
        gateway.put_drop(content, "riverside", "lakeside")
    gateway.block("receipt", 503)
    assert vernix("collect", "--into", tmp_path / "in", *at(lakeside)) == 4
    gateway.honest()
    assert vernix("collect", "--into", tmp_path / "in", *at(lakeside)) == 1
    assert everything_in(tmp_path / "in") == ["scan.bin"]
    assert sorted(receipt.result for receipt in receipts(gateway)) == ["received", "rejected"]
