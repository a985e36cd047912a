"""The program itself, as a process: killed with SIGKILL, ended with SIGTERM, alone in its folder."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from tests.lying_gateway import LyingGateway
from tests.registry.conftest import CANARIES, GOOD, Hospital

from vernix.registry.unlocked import Registry
from vernix.registry.verifying import compare

PATIENCE = 60.0


class Program:
    """``vernix-registry run`` on a registry's folder."""

    def __init__(self, registry: Registry, *options: str, failpoint: str = "") -> None:
        self.log = registry.folder.root.with_name(f"run-{time.monotonic_ns()}.log")
        environment = {**os.environ, "VERNIX_FAILPOINT": failpoint}
        command = [str(Path(sys.executable).with_name("vernix-registry")), "run", *options]
        command += ["--data", str(registry.folder.root)]
        command += ["--passphrase-file", str(registry.folder.root.with_name("passphrase"))]
        with self.log.open("wb") as stream:
            self.process = subprocess.Popen(command, stdout=stream, stderr=stream, env=environment)

    def wait(self) -> int:
        try:
            return self.process.wait(PATIENCE)
        finally:
            self.process.kill()

    def wait_for(self, event: str, **fields: object) -> dict[str, Any]:
        """The first line of the log with this event and these fields."""
        wanted = {"event": event, **fields}
        give_up = time.monotonic() + PATIENCE
        while time.monotonic() < give_up and self.process.poll() is None:
            for line in self.log.read_text().splitlines():
                if line.startswith("{") and wanted.items() <= (said := json.loads(line)).items():
                    return dict(said)
            time.sleep(0.05)
        raise AssertionError(f"no {wanted} in {self.log.read_text()[-2000:]}")


@pytest.mark.parametrize("point", ["read:opened", "lakehouse:committed", "answer:acted"])
def test_killed_by_sigkill_the_next_run_ends_the_same(
    registry: Registry, hospital: Hospital, point: str
) -> None:
    delivery = hospital.send(GOOD, {**GOOD, "record_number": "R2"})
    killed = Program(registry, "--once", failpoint=point)
    assert killed.wait() == -signal.SIGKILL
    in_the_open = [path for path in registry.folder.work.rglob("*") if path.is_file()]
    assert bool(in_the_open) == (point == "read:opened"), "the control: there was something to wipe"
    again = Program(registry, "--once")
    assert again.wait() == 0, again.log.read_text()
    assert list(registry.folder.work.iterdir()) == []
    assert hospital.answer(delivery).receipt.counts.accepted == 2
    assert registry.book.table("birth").read(["row"]).num_rows == 2
    assert compare(registry.folder).problems == []
    for canary in CANARIES:
        assert canary not in killed.log.read_text() + again.log.read_text()


def test_it_answers_while_it_runs_and_ends_on_sigterm(registry: Registry, hospital: Hospital) -> None:
    program = Program(registry)
    try:
        program.wait_for("ready")
        other = Program(registry, "--once")
        assert other.wait() == 5
        assert "Another vernix-registry run" in other.log.read_text()
        delivery = hospital.send(GOOD)
        program.wait_for("step", step="receipt")
        assert hospital.answer(delivery).receipt.result == "accepted"
        program.process.terminate()
        began = time.monotonic()
        assert program.wait() == 0
        assert time.monotonic() - began < 10
        assert '"stopped"' in program.log.read_text()
    finally:
        program.process.kill()


def test_without_a_gateway_it_says_so_and_may_be_repeated(registry: Registry) -> None:
    program = Program(registry, "--once")
    assert program.wait() == 4
    assert "Traceback" not in program.log.read_text()


def test_a_gateway_that_comes_later_is_found(registry: Registry, kit: Any, tmp_path: Path) -> None:
    program = Program(registry)
    try:
        program.wait_for("gateway away")
        with LyingGateway(kit).running():
            hospital = Hospital(kit, tmp_path)
            delivery = hospital.send(GOOD)
            program.wait_for("step", step="receipt")
            assert hospital.answer(delivery).receipt.result == "accepted"
    finally:
        program.process.terminate()
        program.wait()
