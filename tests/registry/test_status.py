"""What status says of a look at the gateway that failed: the kind and the place, never a value."""

from __future__ import annotations

import json
from typing import Any

import pytest
from tests.lying_gateway import LyingGateway, refused
from tests.registry.conftest import CANARIES, GOOD, Hospital, work

from vernix.errors import KeeperFailed
from vernix.registry.unlocked import Registry


def test_status_says_why_the_mailbox_could_not_be_read(
    registry: Registry,
    hospital: Hospital,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    from django.db import OperationalError

    from vernix.registry.status import status
    from vernix.registry.workflow.models import Submission

    def full(*_: Any, **__: Any) -> None:
        raise OperationalError(f"database or disk is full; the value was {CANARIES[0]}")

    def refused(*_: Any, **__: Any) -> None:
        raise OSError(28, "No space left on device")

    assert work(registry) == 0
    hospital.send(GOOD)
    monkeypatch.setattr(Submission.objects, "get_or_create", full)
    # On a full disk no new file can be made beside the old ones.
    monkeypatch.setattr("vernix.custody.durable.write_file", refused)
    with pytest.raises(KeeperFailed, match="could not be written"):
        work(registry)
    status(data=registry.folder.root)
    said = capsys.readouterr().out
    assert "The last look at the gateway failed: this disk is full (OperationalError at vernix." in said
    assert "Deliveries: 0." in said
    assert CANARIES[0] not in said
    status(data=registry.folder.root, json=True)
    trouble = json.loads(capsys.readouterr().out)["trouble"]
    assert set(trouble) == {"what", "error", "place", "since", "last"}
    monkeypatch.undo()
    assert work(registry) == 0
    capsys.readouterr()
    status(data=registry.folder.root, json=True)
    assert json.loads(capsys.readouterr().out)["trouble"] is None


def test_status_says_that_the_gateway_is_away(
    registry: Registry, gateway: LyingGateway, capsys: pytest.CaptureFixture[str]
) -> None:
    from vernix.errors import RoadFailed
    from vernix.registry.status import status

    gateway.lie("mailbox", refused(503))
    with pytest.raises(RoadFailed):
        work(registry)
    status(data=registry.folder.root)
    assert "failed: gateway away (RoadFailed at vernix." in capsys.readouterr().out
