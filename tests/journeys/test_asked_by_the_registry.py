"""The registry asks somebody without an account, files the answer, and a person there reads it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.journey_kit import SURNAME, World, run_program

pytestmark = pytest.mark.journey


@pytest.fixture
def world(tmp_path: Path, free_ports: Callable[[int], list[int]]) -> Iterator[World]:
    with World(tmp_path, free_ports(1)[0]).open() as opened:
        yield opened


def test_an_answer_is_filed_sealed_and_read_by_who_asks(world: World, tmp_path: Path) -> None:
    words = ("request", "--from", "Dr. Tremblay's office", "--expires", "2d", "--most", "50MB", "--json")
    asked = world.registry(*words).document()
    scans = tmp_path / "scans"
    scans.mkdir()
    content = f"scan of {SURNAME}".encode() * 100_000
    (scans / "scan.bin").write_bytes(content)
    stranger = {"VERNIX_DATA": str(tmp_path / "stranger")}
    answered = run_program(
        "vernix", "answer", asked["text"], scans, "--note", "As asked.", "--json", **stranger
    )
    assert answered.code == 0, answered
    world.registry("run", "--once")

    (waiting,) = world.registry("messages", "--json").document()["messages"]
    assert waiting["from"] == "whoever held the request to Dr. Tremblay's office"
    assert world.registry("status", "--json").document()["messages"] == {"total": 1, "unread": 1}
    assert world.held_parts() == [], "signed for, and gone from the gateway"
    for path in (world.root / "registry").rglob("*"):
        assert not path.is_file() or SURNAME.encode() not in path.read_bytes(), path
    assert SURNAME not in "".join(world.said)

    read = world.registry("read", waiting["delivery"], "--into", tmp_path / "in", "--json").document()
    assert read["note"] == "As asked."
    assert (Path(read["folder"]) / "scans" / "scan.bin").read_bytes() == content
    (listed,) = world.registry("request", "--json").document()["requests"]
    assert (listed["state"], listed["delivery"]) == ("answered", waiting["delivery"])
    again = run_program("vernix", "answer", asked["text"], scans, **stranger)
    assert again.code != 0, "a text is good once"


def test_a_request_that_was_withdrawn_is_not_answered(world: World, tmp_path: Path) -> None:
    asked = world.registry("request", "--from", "A colleague", "--json").document()
    world.registry("request", "--withdraw", asked["id"])
    (tmp_path / "a").write_bytes(os.urandom(100))
    refused = run_program("vernix", "answer", asked["text"], tmp_path / "a", VERNIX_DATA=str(tmp_path / "s"))
    assert refused.code == 3, refused
    world.registry("run", "--once")
    assert world.registry("messages", "--json").document()["messages"] == []
