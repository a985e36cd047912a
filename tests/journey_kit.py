"""A small world to journey in: registry, gateway and partners, as the programs people run, over sockets.

::

    with World(tmp_path, port).open() as world:
        hospital = world.invite_and_join("Riverside Hospital")
        world.vernix(hospital, "send", file)

Everything that any of them printed is kept in ``world.said``, so that a test can look for what must not be
there.
"""

from __future__ import annotations

import contextlib
import csv
import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

PATIENCE = 60.0

# Canaries: words that occur nowhere else. A valid health number, and one whose check digit is wrong.
SURNAME, GIVEN, STREET = "Quexzylborough", "Vrantilda", "Zzyphaven Crescent"
NUMBER, WRONG_NUMBER, CHART = "9393881587", "9393881588", "CHRT-77134559"
CANARIES = (SURNAME, GIVEN, STREET, NUMBER, WRONG_NUMBER, CHART, "Quexzyl")

COLUMNS = (
    "record_number", "birth_date", "sex", "birth_weight", "gestation", "plurality", "birth_order", "outcome",
    "delivery_method", "labour_type", "apgar_5", "mother_age", "mother_family_name", "mother_given_names",
    "mother_health_number", "mother_chart_number", "address_line_1", "child_health_number",
)  # fmt: skip
GOOD = {
    "birth_date": "2026-03-04", "sex": "F", "birth_weight": "3400", "gestation": "39w2d", "plurality": "1",
    "birth_order": "1", "outcome": "live", "delivery_method": "spontaneous", "labour_type": "spontaneous",
    "apgar_5": "9", "mother_age": "31", "mother_family_name": SURNAME, "mother_given_names": GIVEN,
    "mother_health_number": NUMBER, "mother_chart_number": CHART, "address_line_1": STREET,
}  # fmt: skip


@dataclass(frozen=True)
class Ended:
    """How a program ended: its code and what it said."""

    code: int
    out: str
    err: str

    def document(self) -> dict[str, Any]:
        """The one JSON document on standard output."""
        document: dict[str, Any] = json.loads(self.out)
        return document


@dataclass
class World:
    """Three zones with their own folders below ``root``, and what runs in them."""

    root: Path
    port: int
    sftp_port: int = 0
    said: list[str] = field(default_factory=list)
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    @property
    def url(self) -> str:
        """The gateway's address."""
        return f"http://127.0.0.1:{self.port}"

    @contextlib.contextmanager
    def open(self) -> Iterator[World]:
        """Found the registry and start the gateway; end everything afterwards."""
        self.registry("init", "--gateway", self.url)
        self.start_gateway()
        try:
            yield self
        finally:
            for name in list(self.running):
                self.stop(name)

    def registry(self, command: str, *arguments: str | Path, accept: tuple[int, ...] = (0,)) -> Ended:
        """Run one command of the registry to its end."""
        options: tuple[str | Path, ...] = ("--data", self.root / "registry")
        if command not in ("messages", "status", "report", "partners", "transfers"):
            options = (*options, "--passphrase-file", self.root / "passphrase")
        return self._run("vernix-registry", command, *arguments, *options, accept=accept)

    def vernix(
        self, partner: Path, command: str, *arguments: str | Path, accept: tuple[int, ...] = (0,)
    ) -> Ended:
        """Run one command at a partner's to its end."""
        return self._run("vernix", command, *arguments, "--data", partner, accept=accept)

    def invite_and_join(self, name: str) -> Path:
        """Let a new partner in; its data folder. The registry must not be running."""
        invitation = self.registry("invite", name, "--json").document()["invitation"]
        folder = self.root / "partners" / name.lower().replace(" ", "-")
        with self.registry_running():
            self.vernix(folder, "join", invitation)
        return folder

    @contextlib.contextmanager
    def registry_running(self) -> Iterator[None]:
        """``vernix-registry run`` for as long as the block lasts."""
        self.start_registry()
        try:
            yield
        finally:
            self.stop("registry")

    def start_registry(self) -> None:
        """Start ``vernix-registry run``."""
        folder, passphrase = self.root / "registry", self.root / "passphrase"
        self._start("registry", "vernix-registry", "run", "--data", folder, "--passphrase-file", passphrase)

    def start_gateway(self) -> None:
        """Start ``vernix-gateway serve`` and wait until it answers."""
        self._start(
            "gateway", "vernix-gateway", "serve", "--data", self.root / "gateway",
            "--directory", self.root / "registry" / "public", "--port", str(self.port),
            "--sftp-port", str(self.sftp_port),
        )  # fmt: skip
        self.until(self._healthy, "the gateway did not answer")

    def start_partner(self, partner: Path, command: str, *arguments: str | Path) -> subprocess.Popen[bytes]:
        """Start a partner's command and do not wait for it."""
        name = f"vernix-{command}-{len(self.said)}"
        return self._start(name, "vernix", command, *arguments, "--data", partner)

    def kill(self, name: str) -> None:
        """SIGKILL: no program gets to tidy up."""
        process = self.running.pop(name)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def stop(self, name: str) -> None:
        """SIGTERM, and wait for the end; its log joins what was said."""
        process = self.running.pop(name)
        process.terminate()
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            raise
        finally:
            self.said.append(self.log(name).read_text(errors="replace"))

    def log(self, name: str) -> Path:
        """Where a running program writes what it says."""
        return self.root / f"{name}.log"

    def report(self) -> dict[str, Any]:
        """The report of births as a document."""
        return self.registry("report", "births", "--format", "json").document()

    def totals(self, site: str, *measures: str) -> dict[str, int]:
        """Measures of one site, summed over its years."""
        rows = [row for row in self.report()["rows"] if row["site"] == site]
        return {measure: sum(row[measure] or 0 for row in rows) for measure in measures}

    def held_parts(self) -> list[str]:
        """The bodies that the gateway holds: each file that begins like an age file, and each small part."""
        folder = self.root / "gateway"
        files = [path for path in folder.rglob("*") if path.is_file()]
        names = [path.name for path in files if path.open("rb").read(21) == b"age-encryption.org/v1"]
        with contextlib.closing(sqlite3.connect(folder / "gateway.sqlite3")) as database:
            return names + [blob for (blob,) in database.execute("SELECT blob FROM contents")]

    def until(self, condition: Any, complaint: str) -> None:
        """Wait until something is so, with patience but not for ever."""
        end = time.monotonic() + PATIENCE
        while not condition():
            assert time.monotonic() < end, complaint
            time.sleep(0.05)

    def _healthy(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/health", timeout=2) as answer:  # noqa: S310 - loopback
                return bool(answer.status == 200)
        except OSError:
            return False

    def _start(self, name: str, program: str, *arguments: str | Path) -> subprocess.Popen[bytes]:
        with self.log(name).open("ab") as stream:
            process = subprocess.Popen(
                [program_path(program), *map(str, arguments)],
                stdin=subprocess.DEVNULL, stdout=stream, stderr=stream, start_new_session=True,
            )  # fmt: skip
        self.running[name] = process
        return process

    def _run(self, program: str, *arguments: str | Path, accept: tuple[int, ...]) -> Ended:
        ended = run_program(program, *arguments)
        self.said += [ended.out, ended.err]
        assert ended.code in accept, f"{program} {arguments[0]}: {ended.code}\n{ended.out}\n{ended.err}"
        return ended


def program_path(program: str) -> str:
    """The program of the environment that runs the tests."""
    return str(Path(sys.executable).with_name(program))


def run_program(program: str, *arguments: str | Path, **environment: str) -> Ended:
    """Run a program to its end with English messages."""
    done = subprocess.run(
        [program_path(program), *map(str, arguments)],
        capture_output=True, text=True, errors="replace", check=False, timeout=300,
        env=os.environ | {"LANG": "C.UTF-8"} | environment,
    )  # fmt: skip
    return Ended(done.returncode, done.stdout, done.stderr)


def write_births(path: Path, *rows: dict[str, str]) -> Path:
    """A file with the registry's own column names; each row is the good one with changes."""
    with path.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.DictWriter(stream, COLUMNS, restval="")
        writer.writeheader()
        for number, changes in enumerate(rows, start=1):
            writer.writerow({**GOOD, "record_number": f"R-{number}", **changes})
    return path
