"""``vernix demo`` when something in it goes wrong."""

from __future__ import annotations

import contextlib
import time
from pathlib import Path

import pytest

from vernix.errors import KeeperFailed
from vernix.partner.demonstration import command, story
from vernix.partner.demonstration.story import Stage


def test_it_names_the_program_that_ended_not_the_one_that_waited(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def enrol_in_vain(stage: Stage) -> None:
        child = stage.start("registry", "vernix-registry", "no-such-command")
        until = time.monotonic() + 30
        with contextlib.suppress(KeeperFailed):
            while time.monotonic() < until:
                child.check()
                time.sleep(0.05)
        raise KeeperFailed("`vernix join` ended with code 4.")

    monkeypatch.setattr(command, "_real_senders", list)
    monkeypatch.setattr(story, "found", enrol_in_vain)
    with pytest.raises(KeeperFailed, match="vernix-registry ended by itself") as told:
        command.demo(births=4, data=tmp_path / "demo", once=True)
    assert "registry.log" in told.value.hint
