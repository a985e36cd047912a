"""A hospital that can do nothing but SFTP: sealed at home, carried by OpenSSH, answered as any other."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.journey_kit import SURNAME, World, write_births
from tests.sftp_kit import run

pytestmark = pytest.mark.journey


@pytest.fixture
def world(
    tmp_path: Path, free_ports: Callable[[int], list[int]], need_program: Callable[[str], str]
) -> Iterator[World]:
    need_program("sftp")
    port, sftp_port = free_ports(2)
    with World(tmp_path, port, sftp_port).open() as opened:
        log = opened.log("gateway")
        opened.until(lambda: "listens for SFTP" in log.read_text(), "the SFTP door did not open")
        yield opened


@pytest.fixture
def hospital(world: World) -> Path:
    return world.invite_and_join("Riverside Hospital")


def carry(world: World, partner: Path, file: Path, name: str) -> None:
    """OpenSSH's sftp, with the key that ``join`` made."""
    before = len(world.held_parts())
    options = ["-o", "BatchMode=yes", "-o", "StrictHostKeyChecking=accept-new"]
    options += ["-o", f"UserKnownHostsFile={world.root / 'known_hosts'}"]
    key = partner / "keys" / "ssh_ed25519"
    command = ["sftp", "-q", "-b", "-", "-P", str(world.sftp_port), "-i", str(key), *options]
    dropped = world.log("gateway").read_text().count('"event": "dropped"')
    ended = run([*command, f"{partner.name}@127.0.0.1"], f"put {file} /to/registry/{name}\n")
    assert ended.code == 0, ended
    world.until(
        lambda: world.log("gateway").read_text().count('"event": "dropped"') > dropped, "it was not delivered"
    )
    assert len(world.held_parts()) == before + 1


def collected(world: World, partner: Path, *, accept: tuple[int, ...] = (0, 1)) -> dict[str, Any]:
    """What comes back to the partner."""
    world.registry("run", "--once")
    return world.vernix(partner, "collect", "--json", accept=accept).document()


def test_a_bundle_is_carried_read_and_answered(world: World, hospital: Path, tmp_path: Path) -> None:
    file = write_births(tmp_path / "march.csv", {}, {"birth_weight": "2900"}, {"birth_weight": "93400"})
    sealed = tmp_path / "march.age"
    world.vernix(hospital, "seal", "--to", "registry", "-o", sealed, file)
    carry(world, hospital, sealed, f"{SURNAME}.age")
    assert SURNAME not in world.log("gateway").read_text()
    answer = collected(world, hospital)
    assert births(world) == 2
    (acknowledgement,) = answer["acknowledgements"]
    assert (acknowledgement["file"], acknowledgement["result"]) == ("march.csv", "partly")
    (receipt,) = answer["receipts"]
    assert (receipt["result"], answer["set_aside"]) == ("partly", [])
    assert world.held_parts() == [], "the receipt removes what it confirms"


def test_the_same_bundle_twice_counts_once(world: World, hospital: Path, tmp_path: Path) -> None:
    sealed, file = tmp_path / "births.age", write_births(tmp_path / "births.csv", {})
    world.vernix(hospital, "seal", "--to", "registry", "-o", sealed, file)
    carry(world, hospital, sealed, "first.age")
    assert [each["result"] for each in collected(world, hospital)["acknowledgements"]] == ["accepted"]
    carry(world, hospital, sealed, "second.age")
    (again,) = collected(world, hospital)["acknowledgements"]
    assert [each["code"] for each in again["findings"]] == ["already-received"]
    assert births(world) == 1


def test_a_bare_file_is_taken_only_where_it_is_allowed_and_is_marked(
    world: World, hospital: Path, tmp_path: Path
) -> None:
    bare, file = tmp_path / "bare.age", write_births(tmp_path / "births.csv", {})
    world.vernix(hospital, "seal", "-r", registry_recipient(world), "-o", bare, file)
    carry(world, hospital, bare, "one.age")
    # Its receipt is set aside (3): this folder did not make the file.
    (refused,) = collected(world, hospital, accept=(3,))["acknowledgements"]
    assert refused["result"] == "rejected"
    assert "bears no signature" in refused["refusal"]
    world.registry("allow", hospital.name, "--bare-files")
    carry(world, hospital, bare, "two.age")
    (taken,) = collected(world, hospital, accept=(3,))["acknowledgements"]
    assert (taken["result"], [each["code"] for each in taken["findings"]]) == ("accepted", ["file.bare"])
    status = world.registry("status", "--json").document()
    assert status["submissions"]["vouched_for_by_the_gateway_only"] == 1


def test_a_cut_file_is_refused_by_who_opens_it(world: World, hospital: Path, tmp_path: Path) -> None:
    """No gateway can see that it is cut."""
    sealed, file = tmp_path / "births.age", write_births(tmp_path / "births.csv", *[{} for _ in range(40)])
    world.vernix(hospital, "seal", "--to", "registry", "-o", sealed, file)
    sealed.write_bytes(sealed.read_bytes()[:-100])
    carry(world, hospital, sealed, "births.age")
    # Its receipt is set aside (3): these bytes are not those that were sealed here.
    (refused,) = collected(world, hospital, accept=(3,))["acknowledgements"]
    assert refused["result"] == "rejected"
    assert births(world) == 0


def births(world: World) -> int:
    """How many births the registry keeps."""
    return int(world.registry("status", "--json").document()["births"])


def registry_recipient(world: World) -> str:
    """The registry's recipient, as the directory has it."""
    text = max((world.root / "registry" / "public").glob("*.directory.json")).read_text()
    start = text.index("age1pq1")
    return text[start : text.index('"', start)]
