"""A receipt with its proof: fetched from a real gateway, checked offline, and no altered one holds."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.exchange_kit import ExchangeKit, RunningGateway
from tests.lying_gateway import LyingGateway
from tests.lying_log import LyingLog
from tests.partner_kit import exchange_of, settle

from vernix.courier.witnessing import Witness
from vernix.custody import canonical
from vernix.custody.checkpoint import Log
from vernix.custody.receipt import Counts, Receipt
from vernix.custody.signatures import SigningKey
from vernix.partner.cli import PROGRAM
from vernix.partner.state import Partner

Change = Callable[[Any], None]


def vernix(partner: Partner, *words: object) -> int:
    with pytest.raises(SystemExit) as left:
        PROGRAM.main([*map(str, words), "--data", str(partner.folder.path)])
    return int(left.value.code or 0)


class Exchanged:
    """A delivery of riverside that the registry signed for, at a real gateway."""

    def __init__(self, kit: ExchangeKit, gateway: RunningGateway, partner: Partner, folder: Path) -> None:
        self.kit, self.gateway, self.partner = kit, gateway, partner
        log = Log.from_object(gateway.request("GET", "/log/key").json)
        assert log is not None
        self.log = log
        assert gateway.publish(kit.publish(log=log)).status == 200
        self.exchange = exchange_of(kit, "registry", folder / "registry")
        self.watch = folder / "registry" / "watch"

    def send(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> str:
        folder.mkdir(exist_ok=True)
        path = folder / f"{time.monotonic_ns()}.txt"
        path.write_text("a note")
        capsys.readouterr()
        assert vernix(self.partner, "send", path, "--to", "registry", "--purpose", "message") == 0
        return capsys.readouterr().out.strip()

    def sign(self, delivery: str) -> None:
        page = self.exchange.mailbox()
        (letter,) = [each for each in page.deliveries if delivery in each.envelope.decode()]
        document = canonical.decode(letter.envelope)["document"]  # type: ignore[index]
        digests = tuple(part["digest"] for part in document["parts"])
        now = self.kit.directory.created
        receipt = Receipt(delivery, "registry", "riverside", digests, now, "partly", Counts(7, 2, 1))
        self.exchange.post_receipt(receipt.sign(self.kit.members["registry"].key).encode())

    def witness(self) -> None:
        """The registry looks, and cosigns."""
        directory = self.exchange.refresh_directory()
        key = self.kit.members["registry"].key
        Witness(self.exchange, "registry", key, self.watch).look(self.log, directory)

    def file(self, delivery: str, *, unwitnessed: bool = False) -> Path:
        folder = self.partner.folder.receipts
        return (folder / "unwitnessed" if unwitnessed else folder) / f"{delivery}-registry.json"


@pytest.fixture
def exchanged(tmp_path: Path) -> Iterator[Exchanged]:
    kit = ExchangeKit(tmp_path / "kit")
    partner = settle(kit, "riverside", tmp_path / "riverside")
    with kit.running() as gateway:
        yield Exchanged(kit, gateway, partner, tmp_path)


def test_a_receipt_is_proven_and_checked_with_the_gateway_gone(
    exchanged: Exchanged, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    delivery = exchanged.send(tmp_path / "out", capsys)
    exchanged.sign(delivery)
    exchanged.witness()
    assert vernix(exchanged.partner, "collect") == 0
    exchanged.gateway.stop()
    for named in (exchanged.file(delivery), delivery):
        capsys.readouterr()
        assert vernix(exchanged.partner, "verify", named) == 0
        said = capsys.readouterr().out
        assert f"registry signed for delivery {delivery} of riverside" in said
        assert "partly: 7 accepted, 2 warned, 1 rejected." in said
        assert "Witnessed by registry at " in said
    assert vernix(exchanged.partner, "verify", delivery, "--json") == 0
    (told,) = json.loads(capsys.readouterr().out)["receipts"]
    assert (told["result"], list(told["witnesses"])) == ("partly", ["registry", "riverside"])
    began = time.perf_counter()
    assert vernix(exchanged.partner, "verify", delivery) == 0
    assert time.perf_counter() - began < 1


def test_a_proof_without_the_registrys_word_is_made_good_by_the_next_run(
    exchanged: Exchanged, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    delivery = exchanged.send(tmp_path / "out", capsys)
    exchanged.sign(delivery)
    assert vernix(exchanged.partner, "collect") == 0
    assert exchanged.file(delivery, unwitnessed=True).exists()
    capsys.readouterr()
    assert vernix(exchanged.partner, "verify", delivery) == 0
    assert "No witness had cosigned" in capsys.readouterr().err
    exchanged.witness()
    assert vernix(exchanged.partner, "collect") == 0
    assert exchanged.file(delivery).exists()
    assert not exchanged.file(delivery, unwitnessed=True).exists()


def put(*path: str | int, value: object) -> Change:
    def change(document: Any) -> None:
        for step in path[:-1]:
            document = document[step]
        document[path[-1]] = value

    return change


def other_counts(document: Any) -> None:
    document["receipt"]["document"]["counts"]["rejected"] = 0


def cut_path(document: Any) -> None:
    document["path"].pop()


def other_size(document: Any) -> None:
    first, size, rest = document["checkpoint"].split("\n", 2)
    document["checkpoint"] = f"{first}\n{int(size) + 1}\n{rest}"


def other_witness(document: Any) -> None:
    text, _, line = document["checkpoint"].rstrip("\n").rpartition(" ")
    value = bytearray(base64.b64decode(line))
    value[-1] ^= 1
    document["checkpoint"] = f"{text} {base64.b64encode(value).decode()}\n"


def another_log(document: Any) -> None:
    document["log"]["key"] = SigningKey.generate().verify_key.to_text()


ALTERED: dict[str, tuple[Change, int]] = {
    "other counts": (other_counts, 3),
    "other sender": (put("delivery", "document", "sender", value="lakeside"), 3),
    "other index": (put("leaf", "index", value=0), 3),
    "other salt": (put("leaf", "salt", value="A" * 22), 3),
    "other outcome": (put("leaf", "event", "outcome", value="accepted"), 3),
    "other kind": (put("leaf", "event", "kind", value="collect"), 3),
    "other time of the event": (put("leaf", "event", "at", value="2020-01-01T00:00:00Z"), 3),
    "path too short": (cut_path, 3),
    "checkpoint of another size": (other_size, 3),
    "cosignature altered": (other_witness, 3),
    "another log": (another_log, 3),
    "unknown field": (put("more", value=1), 1),
    "another format": (put("format", value="vernix/proven-receipt/v2"), 1),
}


def test_nothing_altered_holds(
    exchanged: Exchanged, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    delivery = exchanged.send(tmp_path / "out", capsys)
    exchanged.sign(delivery)
    exchanged.witness()
    assert vernix(exchanged.partner, "collect") == 0
    whole = exchanged.file(delivery).read_bytes()
    for why, (change, code) in ALTERED.items():
        document = json.loads(whole)
        change(document)
        altered = tmp_path / "altered.json"
        altered.write_bytes(canonical.encode(document))
        assert vernix(exchanged.partner, "verify", altered) == code, why
    assert vernix(exchanged.partner, "verify", tmp_path / "nowhere.json") == 2
    altered.write_bytes(whole + b"\n")
    capsys.readouterr()
    assert vernix(exchanged.partner, "verify", altered) == 1
    assert "altered.json is no proven receipt, or it was changed" in capsys.readouterr().err


def test_two_receipts_cannot_be_put_together(
    exchanged: Exchanged, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    first, second = (exchanged.send(tmp_path / "out", capsys) for _ in range(2))
    exchanged.sign(first)
    exchanged.sign(second)
    exchanged.witness()
    assert vernix(exchanged.partner, "collect") == 0
    documents = [json.loads(exchanged.file(delivery).read_bytes()) for delivery in (first, second)]
    mixed = tmp_path / "mixed.json"
    for parts in (("leaf", "path"), ("receipt",), ("delivery",)):
        document = documents[0] | {part: documents[1][part] for part in parts}
        mixed.write_bytes(canonical.encode(document))
        assert vernix(exchanged.partner, "verify", mixed) == 3, parts


def test_a_receipt_that_the_ledger_does_not_tell_of_is_said(
    gateway: LyingGateway,
    kit: ExchangeKit,
    riverside: Partner,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    log = LyingLog(gateway)
    log.grow(3)
    kit.publish(log=log.log)
    gateway.republish()
    path = tmp_path / "note.txt"
    path.write_text("a note")
    assert vernix(riverside, "send", path, "--to", "registry", "--purpose", "message") == 0
    delivery = capsys.readouterr().out.strip()
    posted = kit.receipt(log_delivery(gateway, delivery))
    gateway.put_mail("riverside", "receipt", posted.sign(kit.members["registry"].key).encode())
    assert vernix(riverside, "collect") == 3
    assert "its ledger does not tell of" in capsys.readouterr().err
    assert not riverside.folder.receipts.exists()
    assert list((riverside.folder.incoming / "answers").rglob("receipt-*.json")), "the receipt is kept"


def log_delivery(gateway: LyingGateway, delivery: str) -> Any:
    from vernix.custody.delivery import Delivery
    from vernix.custody.signatures import Signed

    return Delivery.parse(Signed.decode(gateway.deliveries[delivery]).document)


def test_a_receipt_outlives_its_log_if_the_registry_cosigned(
    exchanged: Exchanged, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    first = exchanged.send(tmp_path / "out", capsys)
    exchanged.sign(first)
    exchanged.witness()
    second = exchanged.send(tmp_path / "out", capsys)
    exchanged.sign(second)
    assert vernix(exchanged.partner, "collect") == 0
    another = Log(exchanged.log.origin, SigningKey.generate().verify_key)
    assert exchanged.gateway.publish(exchanged.kit.publish(log=another)).status == 200
    assert vernix(exchanged.partner, "inbox") == 0
    assert vernix(exchanged.partner, "verify", first) == 0
    assert vernix(exchanged.partner, "verify", second) == 3
