"""A hospital that can do nothing but SFTP: sealed at home, carried by OpenSSH, answered as any other."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.journey_kit import SURNAME, World, write_births
from tests.sftp_kit import Ended, run

pytestmark = pytest.mark.journey


@pytest.fixture
def world(sftp_world: World) -> World:
    return sftp_world


@pytest.fixture
def hospital(world: World) -> Path:
    return world.invite_and_join("Riverside Hospital")


def carry(world: World, partner: Path, file: Path, name: str, to: str = "registry") -> None:
    """Put a file by OpenSSH's sftp, and wait until it is delivered."""
    before = len(world.held_parts())
    dropped = world.log("gateway").read_text().count('"event": "dropped"')
    ended = sftp(world, partner, f"put {file} /to/{to}/{name}")
    assert ended.code == 0, ended
    world.until(
        lambda: world.log("gateway").read_text().count('"event": "dropped"') > dropped, "it was not delivered"
    )
    assert len(world.held_parts()) == before + 1


def sftp(world: World, partner: Path, command: str) -> Ended:
    """OpenSSH's sftp, with the key that ``join`` made."""
    options = ["-o", "BatchMode=yes", "-o", "StrictHostKeyChecking=accept-new"]
    options += ["-o", f"UserKnownHostsFile={world.root / 'known_hosts'}"]
    key = partner / "keys" / "ssh_ed25519"
    words = ["sftp", "-q", "-b", "-", "-P", str(world.sftp_port), "-i", str(key), *options]
    return run([*words, f"{partner.name}@127.0.0.1"], f"{command}\n")


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


@pytest.mark.slow
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
    (refused,) = collected(world, hospital)["acknowledgements"]
    assert refused["result"] == "rejected"
    assert "bears no signature" in refused["refusal"]
    world.registry("allow", hospital.name, "--bare-files")
    carry(world, hospital, bare, "two.age")
    answer = collected(world, hospital)
    (taken,) = answer["acknowledgements"]
    # Another tool made it, so this folder does not know it; where bare files are allowed that is no alarm.
    assert [(each["result"], each["known"]) for each in answer["receipts"]] == [("accepted", False)]
    assert (taken["result"], [each["code"] for each in taken["findings"]]) == ("accepted", ["file.bare"])
    status = world.registry("status", "--json").document()
    assert status["submissions"]["vouched_for_by_the_gateway_only"] == 1


@pytest.mark.slow
def test_a_cut_file_is_refused_by_who_opens_it(world: World, hospital: Path, tmp_path: Path) -> None:
    """No gateway can see that it is cut."""
    sealed, file = tmp_path / "births.age", write_births(tmp_path / "births.csv", *[{} for _ in range(40)])
    world.vernix(hospital, "seal", "--to", "registry", "-o", sealed, file)
    sealed.write_bytes(sealed.read_bytes()[:-100])
    carry(world, hospital, sealed, "births.age")
    answer = collected(world, hospital)
    (refused,) = answer["acknowledgements"]
    assert refused["result"] == "rejected"
    assert [(each["result"], each["known"]) for each in answer["receipts"]] == [("rejected", False)]
    assert births(world) == 0


def test_a_partner_collects_what_another_left_and_refuses_what_is_cut(
    world: World, hospital: Path, tmp_path: Path
) -> None:
    midwives = world.invite_and_join("Lakeside Midwives")
    world.registry("grant", hospital.name, midwives.name, "message")
    world.vernix(hospital, "inbox")
    plain, whole, cut = tmp_path / "scan.bin", tmp_path / "whole.age", tmp_path / "cut.age"
    plain.write_bytes(f"scan of {SURNAME}".encode() * 20_000)
    world.vernix(hospital, "seal", "--to", midwives.name, "-o", whole, plain)
    carry(world, hospital, whole, "whole.age", midwives.name)
    cut.write_bytes(whole.read_bytes()[:-100])
    carry(world, hospital, cut, "cut.age", midwives.name)

    ended = world.vernix(midwives, "collect", "--into", tmp_path / "in", "--json", accept=(1,))
    (file,) = ended.document()["files"]
    assert (file["from"], file["bare"]) == (hospital.name, False)
    assert (tmp_path / "in" / "scan.bin").read_bytes() == plain.read_bytes()
    (refused,) = ended.document()["set_aside"]
    assert (refused["refused"], "damaged" in refused["why"]) == (True, True)
    assert world.held_parts() == [], "both receipts remove what they are for"
    assert world.vernix(midwives, "inbox", "--json").document()["drops"] == []

    signed = [line for line in sftp(world, hospital, "ls /receipts").said.split() if ".json" in line]
    assert len(signed) == 2
    (bundled,) = world.vernix(hospital, "sent", "--json").document()["bundles"]
    assert [place["state"] for place in bundled["addressees"]] == ["delivered"]
    receipts = world.vernix(hospital, "collect", "--json", accept=(1,)).document()["receipts"]
    assert sorted((each["result"], each["known"]) for each in receipts) == [
        ("received", True),
        ("rejected", False),
    ]
    assert SURNAME not in "".join(world.said)


@pytest.mark.slow
def test_a_renewed_ssh_key_lets_in_and_so_does_the_old_one_for_a_while(
    world: World, hospital: Path, tmp_path: Path
) -> None:
    """A program that reads the file follows; WinSCP has a copy, and time to be given another."""
    key = hospital / "keys" / "ssh_ed25519"
    before = key.read_bytes()
    with world.registry_running():
        world.vernix(hospital, "renew")
    renewed = key.read_bytes()
    assert renewed != before
    for name, held in (("new", renewed), ("old", before)):
        key.write_bytes(held)
        file, sealed = (
            write_births(tmp_path / f"{name}.csv", {"record_number": name}),
            tmp_path / f"{name}.age",
        )
        world.vernix(hospital, "seal", "--to", "registry", "-o", sealed, file)
        carry(world, hospital, sealed, f"{name}.age")
    listed = world.registry("partners", "--json").document()["partners"]
    (entry,) = (each for each in listed if each["id"] == hospital.name)
    assert [bool(each["valid_until"]) for each in entry["keys"] if each["kind"] == "ssh"] == [True, True]


def births(world: World) -> int:
    """How many births the registry keeps."""
    return int(world.registry("status", "--json").document()["births"])


def registry_recipient(world: World) -> str:
    """The registry's recipient, as the directory has it."""
    text = max((world.root / "registry" / "public").glob("*.directory.json")).read_text()
    start = text.index("age1pq1")
    return text[start : text.index('"', start)]
