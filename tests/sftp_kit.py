"""A running gateway with its SFTP door, and the clients that people have: OpenSSH's sftp, rclone, lftp."""

from __future__ import annotations

import contextlib
import subprocess
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import asyncssh
from tests.exchange_kit import ExchangeKit, RunningGateway, free_port

from vernix.custody.directory import Key
from vernix.custody.quota import Quota
from vernix.custody.ssh_keys import ensure_ssh_key
from vernix.gateway.sftp.names import Written
from vernix.gateway.uploads import State

PATIENCE = 20.0


class SftpKit:
    """An exchange whose partners have SSH keys, and its gateway's SFTP port."""

    def __init__(self, folder: Path, partners: Sequence[str] = ("riverside", "lakeside")) -> None:
        folder.mkdir(exist_ok=True)
        self.folder = folder
        self.exchange = ExchangeKit(folder, ["registry", *partners])
        self.port = free_port()
        self.keys = {name: folder / f"{name}.key" for name in partners}
        for name in self.keys:
            self.enrol(name)

    def enrol(self, name: str, **changes: Any) -> None:
        """Publish a partner's SSH key, with ``changes`` to its entry."""
        key = replace(Key.make(ensure_ssh_key(self.keys[name]), self.exchange.since), **changes)
        entry = self.exchange.members[name].entry(self.exchange.since)
        keys = tuple(sorted([*entry.keys, key], key=lambda one: one.id))
        self.exchange.publish(partners=self.exchange.with_partner(replace(entry, keys=keys)))

    def bound(self, name: str, quota: Quota | None) -> dict[str, bytes]:
        """Publish a partner's quota; the directory's files."""
        entry = self.exchange.directory.partner(name)
        return self.exchange.publish(partners=self.exchange.with_partner(replace(entry, quota=quota)))

    @contextlib.contextmanager
    def running(self, *arguments: str) -> Iterator[RunningGateway]:
        """The gateway with its door open."""
        with self.exchange.running("--sftp-port", str(self.port), *arguments) as gateway:
            self.wait_for_door(gateway)
            yield gateway

    def wait_for_door(self, gateway: RunningGateway) -> None:
        """Until the door answers."""
        self.until(lambda: "listens for SFTP" in gateway.log.read_text(), "the SFTP door did not open")

    def sealed(self, name: str, size: int) -> Path:
        """A sealed file of ``size`` content bytes."""
        path = self.folder / name
        path.write_bytes(self.exchange.seal(b"x" * size).content)
        return path

    def ssh_options(self, who: str = "riverside") -> list[str]:
        """What every OpenSSH client is told."""
        return [
            "-o", "BatchMode=yes", "-o", "StrictHostKeyChecking=accept-new",
            "-o", f"UserKnownHostsFile={self.folder / 'known_hosts'}", "-i", str(self.keys[who]),
        ]  # fmt: skip

    def sftp(self, *commands: str, who: str = "riverside", user: str | None = None) -> Ended:
        """OpenSSH's sftp with a batch of commands."""
        command = ["sftp", "-q", "-b", "-", "-P", str(self.port), *self.ssh_options(who)]
        return run([*command, f"{user or who}@127.0.0.1"], "\n".join(commands))

    def ssh(self, *words: str) -> Ended:
        """OpenSSH's ssh, as somebody who wants more than SFTP."""
        return run(["ssh", "-p", str(self.port), *self.ssh_options(), "riverside@127.0.0.1", *words])

    @contextlib.asynccontextmanager
    async def session(self, who: str, port: int = 0) -> AsyncIterator[asyncssh.SFTPClient]:
        """An SFTP session of a partner, by asyncssh's client."""
        async with (
            asyncssh.connect(
                "127.0.0.1", port or self.port, username=who, client_keys=[str(self.keys[who])],
                known_hosts=None, config=[],
            ) as connection,
            connection.start_sftp_client() as client,
        ):  # fmt: skip
            yield client

    def lftp(self, *commands: str) -> Ended:
        """lftp with a script."""
        connect = " ".join(["ssh", "-a", "-x", *self.ssh_options()])
        script = [f'set sftp:connect-program "{connect}"', "set net:max-retries 1", "set cmd:fail-exit yes"]
        opened = f"open -u riverside,none -p {self.port} sftp://127.0.0.1"
        return run(["lftp", "--norc", "-c", "; ".join([*script, opened, *commands])])

    def rclone(self, *words: str) -> Ended:
        """rclone with its sftp backend, everything else as it comes."""
        remote = f":sftp,host=127.0.0.1,port={self.port},user=riverside,key_file='{self.keys['riverside']}':"
        spelled = [word.replace("REMOTE", remote) for word in words]
        return run(["rclone", "--config", "/dev/null", "--retries", "1", *spelled])

    def waiting(self, gateway: RunningGateway, who: str = "registry") -> list[dict[str, Any]]:
        """The drops in a mailbox."""
        return [
            entry["drop"] for entry in gateway.signed(who, "GET", "/mailbox?after=0&wait=0").json["drops"]
        ]

    def until(self, condition: Any, complaint: str) -> Any:
        """Wait until something is so; what it was."""
        end = time.monotonic() + PATIENCE
        while not (found := condition()):
            assert time.monotonic() < end, complaint
            time.sleep(0.05)
        return found


def listening(gateway: RunningGateway, port: int) -> list[int]:
    """The processes of the gateway that hold a socket which listens at a port."""
    sockets = {
        line.split()[9]
        for line in Path("/proc/net/tcp").read_text().splitlines()[1:]
        if line.split()[1].endswith(f":{port:04X}") and line.split()[3] == "0A"
    }
    return [process for process in _children_of(gateway) if _holds(process, sockets)]


def _children_of(gateway: RunningGateway) -> list[int]:
    assert gateway.process is not None
    # A child belongs to the thread that started it.
    threads = Path(f"/proc/{gateway.process.pid}/task").glob("*/children")
    return [int(word) for path in threads for word in path.read_text().split()]


def _holds(process: int, sockets: set[str]) -> bool:
    held = set()
    with contextlib.suppress(FileNotFoundError):
        for path in Path(f"/proc/{process}/fd").iterdir():
            with contextlib.suppress(FileNotFoundError):
                held.add(str(path.readlink()))
    return any(f"socket:[{inode}]" in held for inode in sockets)


def written(blob: str, size: int) -> Written:
    """A file's row, as far as its bytes go."""
    return Written(
        "upload", blob, "riverside", "registry", size, State.OPEN, None, 0, final=True, writer="one"
    )


class Ended:
    """How a program ended and what it said."""

    def __init__(self, code: int, said: str) -> None:
        self.code = code
        self.said = said

    def __repr__(self) -> str:
        return f"{self.code}: {self.said}"


def run(command: list[str], given: str = "") -> Ended:
    """Run a program to its end."""
    done = subprocess.run(
        command, input=given, capture_output=True, text=True, check=False, timeout=60, errors="replace"
    )
    return Ended(done.returncode, done.stdout + done.stderr)
