"""What partners write to the registry: filed sealed, told of, opened only by who asks."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs
from tests.lying_gateway import LyingGateway
from tests.partner_kit import sender
from tests.registry.conftest import CANARIES, SURNAME, Hospital, everything_readable, work

from vernix.courier.dispatch import Dispatch, OutgoingFile, Plan
from vernix.courier.sending import Outbox
from vernix.custody import bundle
from vernix.custody.identifiers import new_id, utc_now
from vernix.custody.manifest import BundleManifest, File
from vernix.custody.read_receipt import ReadReceipt
from vernix.custody.signatures import Signed
from vernix.errors import UsageError
from vernix.registry import messages
from vernix.registry.options import Access
from vernix.registry.status import status
from vernix.registry.unlocked import Registry
from vernix.sealing.sealer import seal_bytes

LETTER = f"About {SURNAME}: see the scans.\nBy Friday, please."


@pytest.fixture
def access(registry: Registry) -> Access:
    return Access(registry.folder.root, registry.folder.root.with_name("passphrase"))


def write(hospital: Hospital, tmp_path: Path) -> str:
    """A message of two small files that share a part, a large one, and one with a name that is a path."""
    files = []
    contents = {"a.bin": b"one", "b.bin": b"two" * 9, "large.bin": bytes(1_300_000), "../c.bin": b"three"}
    for number, (name, content) in enumerate(contents.items()):
        path = tmp_path / f"out-{number}"
        path.write_bytes(content)
        files.append(OutgoingFile(path, name, folder=("scans",) if number < 2 else ()))
    outbox = Outbox(hospital.folder / "outbox")
    plan = outbox.begin(Dispatch(("registry",), "message", tuple(files), LETTER))
    assert isinstance(plan, Plan)
    return outbox.send(plan, hospital.exchange, sender(hospital.kit.members[hospital.name])).delivery.id


def listed(access: Access, capsys: pytest.CaptureFixture[str]) -> Any:
    capsys.readouterr()
    messages.messages(data=access.data, json=True)
    return json.loads(capsys.readouterr().out)["messages"]


def read_receipts(gateway: LyingGateway) -> list[ReadReceipt]:
    letters = [letter for _, kind, letter in gateway.mail["riverside"] if kind == "read"]
    return [ReadReceipt.parse(Signed.decode(letter).document) for letter in letters]


def test_a_message_is_filed_told_of_and_opened_for_who_asks(
    registry: Registry, gateway: LyingGateway, hospital: Hospital, access: Access, tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    delivery = write(hospital, tmp_path)
    with capture_logs() as logged:
        assert work(registry) == 0
    assert delivery in str(logged)
    assert not any(canary in str(logged) for canary in CANARIES)
    for path, content in everything_readable(registry.folder.root, leave_out=("gateway",)):
        assert not any(canary.encode() in content for canary in CANARIES), path
    status(data=access.data)
    assert "Messages: 1 not read; vernix-registry messages lists them." in capsys.readouterr().out
    (waiting,) = listed(access, capsys)
    assert (waiting["delivery"], waiting["from"], waiting["read"]) == (delivery, "riverside", None)

    messages.read(delivery, into=tmp_path / "in", access=access)
    said = capsys.readouterr()
    assert f"About {SURNAME}: see the scans." in said.out
    found = {
        str(path.relative_to(tmp_path / "in" / delivery)): path.read_bytes()
        for path in (tmp_path / "in" / delivery).rglob("*")
        if path.is_file()
    }
    assert found == {
        "scans/a.bin": b"one", "scans/b.bin": b"two" * 9, "large.bin": bytes(1_300_000), "c.bin": b"three",
    }  # fmt: skip
    assert [path.name for path in (tmp_path / "in").iterdir()] == [delivery]
    assert [receipt.delivery for receipt in read_receipts(gateway)] == [delivery]
    assert listed(access, capsys)[0]["read"] is not None

    messages.read(delivery, access=access, forget=True)
    assert len(read_receipts(gateway)) == 1, "the same receipt once more"
    assert listed(access, capsys) == []
    with pytest.raises(UsageError):
        messages.read(delivery, access=access)


def test_without_a_folder_nothing_is_opened_onto_a_disk_and_nothing_told_unless_wished(
    registry: Registry, gateway: LyingGateway, hospital: Hospital, access: Access, tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    delivery = write(hospital, tmp_path)
    assert work(registry) == 0
    capsys.readouterr()
    messages.read(delivery, no_receipt=True, access=access, json=True)
    told = json.loads(capsys.readouterr().out)
    assert (told["note"], told["folder"]) == (LETTER, None)
    assert [file["name"] for file in told["files"]] == ["scans/a.bin", "scans/b.bin", "large.bin", "../c.bin"]
    assert read_receipts(gateway) == []
    assert not any(
        SURNAME.encode() in content for _, content in everything_readable(registry.folder.root, ("gateway",))
    )


def bundled(content: bytes) -> Callable[[Hospital, bytes], bytes]:
    def make(hospital: Hospital, signed: bytes) -> bytes:
        from hashlib import sha256

        file = File(1, "scan.bin", "text/plain", len(signed), sha256(signed).hexdigest(), "file")
        manifest = BundleManifest(new_id(), "riverside", ("registry",), "message", (file,), LETTER, utc_now())
        start = bundle.beginning(manifest.sign(hospital.kit.members["riverside"].key))
        return seal_bytes(start + content, [hospital.kit.members["registry"].identity.recipient])

    return make


def test_a_message_that_came_over_sftp_is_read_the_same_way(
    registry: Registry, gateway: LyingGateway, hospital: Hospital, access: Access, tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    drop = gateway.put_drop(bundled(b"scan")(hospital, b"scan"), "riverside", "registry")
    gateway.put_drop(bundled(b"span")(hospital, b"scan"), "riverside", "registry")
    assert work(registry) == 0
    (waiting,) = listed(access, capsys)
    assert waiting["delivery"] == drop.id
    messages.read(drop.id, into=tmp_path / "in", access=access)
    assert (tmp_path / "in" / drop.id / "scan.bin").read_bytes() == b"scan"


def test_a_submission_is_no_message(
    registry: Registry, hospital: Hospital, access: Access, capsys: pytest.CaptureFixture[str]
) -> None:
    from tests.registry.conftest import GOOD

    delivery = hospital.send(GOOD)
    assert work(registry) == 0
    assert listed(access, capsys) == []
    with pytest.raises(UsageError):
        messages.read(delivery, access=access)
