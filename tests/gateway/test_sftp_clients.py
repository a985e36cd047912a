"""The SFTP door with the clients that people have: they work unchanged, and plaintext does not come in."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.exchange_kit import RunningGateway
from tests.sftp_kit import SftpKit, listening, run

from vernix.custody import canonical
from vernix.custody.drop import Drop
from vernix.custody.identifiers import utc_now
from vernix.custody.receipt import Receipt

SENTENCE = "not a sealed file"


@pytest.fixture(scope="module")
def door(tmp_path_factory: pytest.TempPathFactory, need_program: Callable[[str], str]) -> SftpKit:
    need_program("sftp")
    return SftpKit(tmp_path_factory.mktemp("sftp"))


@pytest.fixture(scope="module")
def gateway(door: SftpKit) -> Iterator[RunningGateway]:
    with door.running() as running:
        yield running


def arrives(door: SftpKit, gateway: RunningGateway, content: bytes, before: int) -> dict[str, Any]:
    """The newest drop for the registry: these bytes, from their sender."""
    door.until(lambda: len(door.waiting(gateway)) > before, "nothing was delivered")
    drop = door.waiting(gateway)[-1]
    part = gateway.signed("registry", "GET", f"/deliveries/{drop['id']}/parts/0")
    assert part.body == content
    assert (drop["sender"], drop["addressee"], drop["size"]) == ("riverside", "registry", len(content))
    return drop


def test_openssh_puts_a_file(door: SftpKit, gateway: RunningGateway) -> None:
    file, before = door.sealed("births.age", 500_000), len(door.waiting(gateway))
    ended = door.sftp("ls /", "ls /to", f"put {file} /to/registry/births.age", "ls -l /to/registry")
    assert ended.code == 0, ended
    assert f"{file.stat().st_size} " in ended.said
    assert "/to/registry" in ended.said
    assert "lakeside" not in ended.said, "who may not be sent to is not shown"
    arrives(door, gateway, file.read_bytes(), before)


def test_the_ledger_tells_of_it(door: SftpKit, gateway: RunningGateway) -> None:
    file, before = door.sealed("told.age", 2000), len(door.waiting(gateway))
    assert door.sftp(f"put {file} /to/registry/told.age").code == 0
    drop = arrives(door, gateway, file.read_bytes(), before)
    plain = door.folder / "told.csv"
    plain.write_text("child_family_name\n" * 500)
    assert SENTENCE in door.sftp(f"put {plain} /to/registry/told.csv").said
    told = gateway.signed("riverside", "GET", f"/deliveries/{drop['id']}/events").json["events"]
    assert [(each["event"]["kind"], each["event"]["outcome"]) for each in told] == [
        ("announce", "unsigned"),
        ("collect", None),
    ]
    events = [each["event"] for each in gateway.signed("riverside", "GET", "/log/events").json["events"]]
    assert any(event["kind"] == "upload" and event["digest"] == drop["digest"] for event in events)
    assert ("refuse", "NotSealed", "sftp") in [(e["kind"], e["outcome"], e["route"]) for e in events]


def test_a_name_is_kept_nowhere(door: SftpKit, gateway: RunningGateway) -> None:
    file, before = door.sealed("named.age", 1000), len(door.waiting(gateway))
    assert door.sftp(f"put {file} /to/registry/Marie-Tremblay.age").code == 0
    arrives(door, gateway, file.read_bytes(), before)
    assert "Tremblay" in door.sftp("-ls -l /to/registry/Marie-Tremblay.age").said, "its sender finds it again"
    assert holding(door.exchange.folder / "gateway", b"Tremblay") == []
    assert b"Tremblay" not in gateway.log.read_bytes()


@pytest.mark.parametrize("program", ["sftp", "lftp", "rclone"])
def test_plaintext_is_refused_and_it_is_said_what_to_do(
    door: SftpKit, gateway: RunningGateway, need_program: Callable[[str], str], program: str
) -> None:
    need_program(program)
    plain, before = door.folder / "plain.csv", len(door.waiting(gateway))
    plain.write_text("child_family_name\nTremblay-Gagnon\n" * 5000)
    if program == "sftp":
        ended = door.sftp(f"put {plain} /to/registry/plain.csv")
    elif program == "lftp":
        ended = door.lftp(f"put {plain} -o /to/registry/plain.csv")
    else:
        ended = door.rclone("copyto", str(plain), "REMOTE/to/registry/plain.csv")
    assert ended.code != 0
    assert SENTENCE in ended.said
    assert "vernix seal --to" in ended.said
    assert holding(door.exchange.data, b"Tremblay-Gagnon") == []
    assert len(door.waiting(gateway)) == before


def test_an_empty_file_and_half_a_header_are_refused(door: SftpKit, gateway: RunningGateway) -> None:
    before = len(door.waiting(gateway))
    empty, half = door.folder / "empty", door.folder / "half"
    empty.write_bytes(b"")
    half.write_bytes(b"age-encryption.org/v1\n-> X25519 ")
    assert SENTENCE in door.sftp(f"put {empty} /to/registry/empty.age").said
    assert "not whole" in door.sftp(f"put {half} /to/registry/half.age").said
    assert len(door.waiting(gateway)) == before


def test_a_name_with_filepart_is_delivered_when_it_is_renamed(door: SftpKit, gateway: RunningGateway) -> None:
    """As WinSCP sends."""
    file, before = door.sealed("winscp.age", 300_000), len(door.waiting(gateway))
    assert door.sftp(f"put {file} /to/registry/winscp.age.filepart").code == 0
    time.sleep(1.5)
    assert len(door.waiting(gateway)) == before
    ended = door.sftp("rename /to/registry/winscp.age.filepart /to/registry/winscp.age")
    assert ended.code == 0, ended
    arrives(door, gateway, file.read_bytes(), before)


def test_openssh_goes_on_where_it_was_killed(door: SftpKit, gateway: RunningGateway) -> None:
    file, before = door.sealed("large.age", 24_000_000), len(door.waiting(gateway))
    command = ["sftp", "-q", "-l", "40000", "-b", "-", "-P", str(door.port), *door.ssh_options()]
    sending = subprocess.Popen(
        [*command, "riverside@127.0.0.1"], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL, start_new_session=True,
    )  # fmt: skip
    assert sending.stdin is not None
    sending.stdin.write(f"put {file} /to/registry/large.age\n".encode())
    sending.stdin.flush()
    blobs = door.exchange.data / "blobs"
    door.until(lambda: any(path.stat().st_size > 2_000_000 for path in blobs.glob("*/*")), "nothing arrived")
    os.killpg(sending.pid, signal.SIGKILL)
    sending.wait()
    time.sleep(1)
    assert len(door.waiting(gateway)) == before, "a cut file is never delivered"
    ended = door.sftp(f"reput {file} /to/registry/large.age")
    assert ended.code == 0, ended
    arrives(door, gateway, file.read_bytes(), before)


def test_lftp_puts_goes_on_and_lists(
    door: SftpKit, gateway: RunningGateway, need_program: Callable[[str], str]
) -> None:
    need_program("lftp")
    file, before = door.sealed("lftp.age", 2_000_000), len(door.waiting(gateway))
    first = door.folder / "first-half"
    first.write_bytes(file.read_bytes()[:1_000_003])
    assert door.sftp(f"put {first} /to/registry/lftp.age.part").code == 0
    ended = door.lftp(
        f"put -c {file} -o /to/registry/lftp.age.part", "mv /to/registry/lftp.age.part /to/registry/lftp.age",
        "cls -l /to/registry",
    )  # fmt: skip
    assert ended.code == 0, ended
    assert "lftp.age" in ended.said
    arrives(door, gateway, file.read_bytes(), before)


def test_rclone_copies_and_checks(
    door: SftpKit, gateway: RunningGateway, need_program: Callable[[str], str]
) -> None:
    need_program("rclone")
    file, before = door.sealed("rclone.age", 3_000_000), len(door.waiting(gateway))
    ended = door.rclone("copyto", str(file), "REMOTE/to/registry/rclone.age")
    assert ended.code == 0, ended
    arrives(door, gateway, file.read_bytes(), before)
    listed = door.rclone("lsf", "REMOTE/to")
    assert "registry/" in listed.said, listed


def test_what_waits_is_fetched_and_receipts_are_read(
    door: SftpKit, gateway: RunningGateway, tmp_path: Path
) -> None:
    kit = door.exchange
    part = kit.seal(b"an answer " * 10_000, "riverside")
    upload, _ = gateway.upload("registry", part, ("riverside",))
    delivery = kit.delivery([(upload, part)], sender="registry", to=("riverside",))
    envelope = delivery.sign(kit.members["registry"].key).encode()
    assert gateway.signed("registry", "POST", "/deliveries", envelope).status == 201
    name = f"{delivery.id}-0.age"
    got = tmp_path / "got.age"
    got.write_bytes(part.content[:5000])
    ended = door.sftp("ls -l /inbox", f"reget /inbox/{name} {got}")
    assert ended.code == 0, ended
    assert name in ended.said
    assert got.read_bytes() == part.content
    assert door.sftp(f"get /inbox/{name} {tmp_path / 'stolen'}", who="lakeside").code != 0
    assert door.sftp(f"rm /inbox/{name}").code != 0
    file, before = door.sealed("signed.age", 100), len(door.waiting(gateway))
    assert door.sftp(f"put {file} /to/registry/signed.age").code == 0
    drop = arrives(door, gateway, file.read_bytes(), before)
    document = Drop.parse(canonical.encode(drop))
    signed = Receipt(drop["id"], "registry", "riverside", (document.digest,), utc_now(), "received")
    receipt = signed.sign(kit.members["registry"].key).encode()
    assert gateway.signed("registry", "POST", "/receipts", receipt).status == 201
    read = tmp_path / "receipt.json"
    ended = door.sftp("ls /receipts", f"get /receipts/{drop['id']}-registry.json {read}")
    assert ended.code == 0, ended
    assert read.read_bytes() == receipt
    assert gateway.signed("registry", "GET", f"/deliveries/{drop['id']}/parts/0").status == 404


def test_there_is_no_shell_no_command_and_no_forwarding(door: SftpKit, gateway: RunningGateway) -> None:
    for words in (("ls",), (), ("-t", "ls"), ("scp", "-t", "folder")):
        ended = door.ssh(*words)
        assert ended.code != 0, words
    ended = door.ssh("-N", "-o", "ExitOnForwardFailure=yes", "-R", "0:127.0.0.1:1")
    assert ended.code != 0
    tunnel = door.ssh("-W", f"127.0.0.1:{door.exchange.port}")
    assert tunnel.code != 0
    copied = run(
        ["scp", "-O", "-P", str(door.port), *door.ssh_options(), "/etc/hostname", "riverside@127.0.0.1:x"]
    )
    assert copied.code != 0


def test_only_the_partners_own_key_comes_in(door: SftpKit, gateway: RunningGateway) -> None:
    assert door.sftp("ls /", who="lakeside", user="riverside").code != 0
    assert door.sftp("ls /", who="riverside", user="stranger").code != 0
    assert door.sftp("ls /", who="riverside", user="registry").code != 0


def test_the_algorithms_are_modern(door: SftpKit, gateway: RunningGateway) -> None:
    program = Path(sys.executable).with_name("ssh-audit")
    ended = run([str(program), "-n", "-p", str(door.port), "127.0.0.1"])
    said = [line for line in ended.said.splitlines() if "[fail]" in line or "[warn]" in line]
    # Clients from before 2024 know no key exchange that withstands a quantum computer. What they carry was
    # sealed against one before it reached them.
    assert [line.split()[1] for line in said if "post-quantum" in line] == [
        "curve25519-sha256", "curve25519-sha256@libssh.org",
    ]  # fmt: skip
    assert [line for line in said if "post-quantum" not in line] == []
    assert "mlkem768x25519-sha256" in ended.said


def test_a_door_that_dies_is_opened_again_with_the_same_key(door: SftpKit, gateway: RunningGateway) -> None:
    before = door.sftp("ls /").code
    processes = door.until(lambda: listening(gateway, door.port), "no process listens")
    assert len(processes) == len(os.sched_getaffinity(0))
    for process in processes:
        os.kill(process, signal.SIGKILL)
    door.until(lambda: door.sftp("ls /").code == 0, "the door stayed shut")
    assert before == 0, "and accept-new would have refused another key"


def test_a_revoked_key_is_shown_out(door: SftpKit, gateway: RunningGateway) -> None:
    command = ["sftp", "-q", "-b", "-", "-P", str(door.port), *door.ssh_options()]
    inside = subprocess.Popen(
        [*command, "riverside@127.0.0.1"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip
    assert inside.stdin is not None
    assert inside.stdout is not None
    inside.stdin.write("ls /\n")
    inside.stdin.flush()
    while "receipts" not in inside.stdout.readline():
        assert inside.poll() is None
    door.enrol("riverside", revoked=door.exchange.since)
    assert gateway.publish(door.exchange.publisher.files()).status == 200
    door.until(lambda: "sftp shown out" in gateway.log.read_text(), "the session went on")
    inside.communicate("ls /\n", timeout=15)
    assert inside.returncode != 0
    assert door.sftp("ls /").code != 0
    door.enrol("riverside")
    assert gateway.publish(door.exchange.publisher.files()).status == 200
    assert door.sftp("ls /").code == 0


def test_a_key_that_has_ended_lets_nobody_in(door: SftpKit, gateway: RunningGateway) -> None:
    now = utc_now()
    door.enrol("riverside", valid_from=now - timedelta(days=2), valid_until=now + timedelta(days=1))
    assert gateway.publish(door.exchange.publisher.files()).status == 200
    assert door.sftp("ls /").code == 0
    door.enrol("riverside", valid_from=now - timedelta(days=2), valid_until=now - timedelta(seconds=1))
    assert gateway.publish(door.exchange.publisher.files()).status == 200
    assert door.sftp("ls /").code != 0
    door.enrol("riverside")
    assert gateway.publish(door.exchange.publisher.files()).status == 200


def holding(folder: Path, word: bytes) -> list[Path]:
    """The files in a folder that hold a word; those that go away meanwhile hold nothing."""
    found = []
    for path in folder.rglob("*"):
        with contextlib.suppress(FileNotFoundError, IsADirectoryError):
            if word in path.read_bytes():
                found.append(path)
    return found


def test_a_bounded_delivery_is_fetched_as_often_as_its_sender_allows(
    door: SftpKit, gateway: RunningGateway, tmp_path: Path
) -> None:
    part = door.exchange.seal(b"once", "riverside")
    upload, _ = gateway.upload("registry", part, ["riverside"])
    delivery = door.exchange.delivery([(upload, part)], sender="registry", to=["riverside"])
    bounded = replace(delivery, downloads=1).sign(door.exchange.members["registry"].key).encode()
    assert gateway.signed("registry", "POST", "/deliveries", bounded).status == 201
    name = f"/inbox/{delivery.id}-0.age"
    first = door.sftp(f"get {name} {tmp_path / 'first'}")
    assert first.code == 0, first
    assert (tmp_path / "first").read_bytes() == part.content
    half = tmp_path / "half"
    half.write_bytes(part.content[:100])
    ended = door.sftp(f"reget {name} {half}")
    assert ended.code == 0, "going on is no second download"
    assert half.read_bytes() == part.content
    again = door.sftp(f"get {name} {tmp_path / 'second'}")
    assert again.code != 0
    assert "fetched as often as its sender allows" in again.said
    assert (tmp_path / "second").read_bytes() == b""
    over_http = gateway.signed("riverside", "GET", f"/deliveries/{delivery.id}/parts/0")
    assert over_http.status == 413, "one count for both ways"
    told = gateway.signed("registry", "GET", f"/deliveries/{delivery.id}/events").json["events"]
    assert [each["event"]["kind"] for each in told] == ["announce", "collect"]
