"""What the registry decides about its partners takes effect at the gateway at once: real programs."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.journey_kit import World, run_program


@pytest.fixture
def note(tmp_path: Path) -> Path:
    path = tmp_path / "note.txt"
    path.write_text("The clinic moves to the second floor.")
    return path


def signing_key(world: World, partner: str) -> str:
    """The id of a partner's first signing key, as ``partners`` lists it."""
    listed = world.registry("partners", "--json").document()["partners"]
    keys = next(each["keys"] for each in listed if each["id"] == partner)
    return str(next(key["id"] for key in keys if key["kind"] == "signing" and key["state"] == "holds"))


@pytest.mark.slow
def test_groups_rights_suspension_and_revocation(world: World, note: Path) -> None:
    north, south, lab = (world.invite_and_join(name) for name in ("North", "South", "Lab"))
    refused = world.vernix(north, "send", "--to", "south", note, accept=(3,))
    assert "does not let north send a message to south" in refused.err
    world.registry("group", "clinics", "--add", "north", "--add", "south", "--add", "lab")
    world.registry("grant", "@clinics", "@clinics", "message")
    world.vernix(north, "send", "--to", "@clinics", note)
    for reader in (south, lab):
        world.vernix(reader, "collect")
        assert [path.read_text() for path in reader.rglob("note.txt")] == [note.read_text()]

    world.registry("suspend", "north")
    assert "suspended" in world.vernix(north, "inbox", accept=(3,)).err
    world.vernix(south, "send", "--to", "@clinics", "--again", note)
    world.vernix(lab, "collect")
    assert len(list(lab.rglob("note*.txt"))) == 2, "whoever is left gets it"
    world.registry("reinstate", "north")
    world.vernix(north, "inbox")

    key = signing_key(world, "north")
    world.registry("revoke-key", key)
    assert "revoked" in world.vernix(north, "inbox", accept=(3,)).err, "not even the next request was taken"


def test_keys_are_renewed_and_a_second_machine_joins(world: World, note: Path) -> None:
    """Two machines of one hospital read the same mail; one renews its keys, and nothing is lost meanwhile."""
    ward = world.invite_and_join("North")
    lab = world.invite_and_join("Lab")
    second = world.root / "partners" / "north-second"
    invitation = world.registry("invite", "--for", "north", "--json").document()["invitation"]
    with world.registry_running():
        joined = world.vernix(second, "join", invitation, "--label", "Ward 3 machine", "--json").document()
    assert joined["id"] == "north"
    world.registry("grant", "lab", "north", "message")
    world.vernix(lab, "send", "--to", "north", note)
    listed = world.vernix(second, "keys", "--json").document()["keys"]
    here = {key["id"] for key in listed if key["here"]}
    assert {(key["kind"], key["label"]) for key in listed if key["here"]} == {
        ("signing", "Ward 3 machine"),
        ("recipient", "Ward 3 machine"),
        ("ssh", "Ward 3 machine"),
    }
    assert len([key for key in listed if key["kind"] == "signing"]) == 2

    waiting = world.vernix(second, "renew", "--wait", "0", accept=(4,))
    assert "goes on with the same keys" in waiting.err
    with world.registry_running():
        renewed = world.vernix(second, "renew", "--json").document()["signing_key"]
    after = {key["id"]: key for key in world.vernix(second, "keys", "--json").document()["keys"]}
    assert renewed not in here
    assert after[renewed]["here"]
    assert after[renewed]["label"] == "Ward 3 machine"
    assert all(after[key]["valid_until"] for key in here), "the old keys end"
    replaced = {after[key]["kind"] for key in here if after[key]["replaced"]}
    assert replaced == {"signing", "ssh"}, "the old identity is here still, to open with"
    assert {key for key in after if after[key]["replaced"]} <= here, "nothing of the first machine"
    assert not (second / "keys" / "renewal").exists()

    world.vernix(lab, "send", "--to", "north", "--again", note)
    world.vernix(second, "collect")
    assert len(list(second.rglob("note*.txt"))) == 2, "what was sealed before is opened by the old identity"
    old = next(key for key in here if after[key]["kind"] == "signing")
    world.registry("revoke-key", old)
    world.vernix(second, "inbox")
    world.vernix(ward, "inbox")


def test_a_registry_is_founded_by_ceremony(tmp_path: Path) -> None:
    """The commands of docs/how-to/root-ceremony.md, as programs."""
    world = World(tmp_path, 1)
    draft = tmp_path / "root.json"
    passphrases = [tmp_path / f"holder-{number}.passphrase" for number in range(3)]
    sticks = [tmp_path / f"holder-{number}.age" for number in range(3)]
    keys = [
        run_program("vernix-registry", "root", "key", stick, "--passphrase-file", passphrase).out.strip()
        for stick, passphrase in zip(sticks, passphrases, strict=True)
    ]
    named = [word for key in keys for word in ("--key", key)]
    own = ("--data", tmp_path / "registry", "--passphrase-file", tmp_path / "passphrase")
    assert run_program("vernix-registry", "root", "draft", draft, *named, "--threshold", "2", *own).code == 0
    for stick, passphrase in list(zip(sticks, passphrases, strict=True))[1:]:
        signing = ("--key", stick, "--passphrase-file", passphrase)
        assert run_program("vernix-registry", "root", "sign", draft, *signing).code == 0
    world.registry("init", "--root", draft, "--gateway", "http://127.0.0.1:1")
    assert world.registry("partners", "--json").document()["version"] == 1
    assert not (tmp_path / "registry" / "root-keys").exists()
