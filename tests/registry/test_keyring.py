"""Keys at rest: one sealed file, opened by its passphrase and by nothing else."""

from __future__ import annotations

import json
from dataclasses import fields
from pathlib import Path

import pytest

from vernix.custody.identifiers import utc_now
from vernix.custody.signatures import SigningKey
from vernix.errors import DataRefused, UsageError
from vernix.registry.keyring import Keyring, load_root_key, save_root_keys

RIGHT, WRONG = b"the right passphrase", b"the wrong passphrase"
QUICK = 8


def secrets_of(keys: Keyring) -> list[bytes]:
    """Every secret in a keyring, in each form in which it could lie about."""
    found: list[bytes] = [str(identity).encode() for identity in keys.identities]
    coming = () if keys.coming is None else (keys.coming.signing,)
    former = (each.signing for each in keys.former)
    for key in (keys.signing, keys.targets, keys.timestamp, *coming, *former):
        found += [key.to_bytes(), key.to_text().encode()]
    for raw in (keys.vault, keys.index, keys.pseudonym):
        found += [raw, raw.hex().encode()]
    return found


def test_what_was_saved_opens_again(tmp_path: Path) -> None:
    keys = Keyring.generate()
    keys.save(tmp_path / "keyring.age", RIGHT, QUICK)
    again = Keyring.open(tmp_path / "keyring.age", RIGHT)
    assert secrets_of(again) == secrets_of(keys)
    assert (tmp_path / "keyring.age").stat().st_mode & 0o777 == 0o600


def test_a_keyring_of_before_renewals_opens() -> None:
    keys = Keyring.generate()
    entries = json.loads(keys.to_bytes())
    for name in ("former", "coming", "recovery"):
        del entries[name]
    assert (
        Keyring.parse(json.dumps({**entries, "format": "vernix/keyring/v1"}).encode()).to_bytes()
        == keys.to_bytes()
    )
    for damaged in ({**entries, "format": "vernix/keyring/v2"}, {**entries, "format": "vernix/keyring/v3"}):
        with pytest.raises(DataRefused, match="another version"):
            Keyring.parse(json.dumps(damaged).encode())


def test_a_changed_keyring_is_stretched_as_it_was(tmp_path: Path) -> None:
    path, keys = tmp_path / "keyring.age", Keyring.generate()
    keys.save(path, RIGHT, QUICK)
    keys.renewing().change(path, RIGHT, tmp_path / "recovery.age")
    assert int(path.read_bytes().split(b"\n")[1].split(b" ")[3]) == QUICK
    assert Keyring.open(path, RIGHT).coming is not None
    assert not (tmp_path / "recovery.age").exists(), "no ceremony, no copy"


def test_the_wrong_passphrase_opens_nothing(tmp_path: Path) -> None:
    Keyring.generate().save(tmp_path / "keyring.age", RIGHT, QUICK)
    with pytest.raises(DataRefused, match="does not open"):
        Keyring.open(tmp_path / "keyring.age", WRONG)


def test_a_changed_keyring_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "keyring.age"
    Keyring.generate().save(path, RIGHT, QUICK)
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)
    with pytest.raises(DataRefused):
        Keyring.open(path, RIGHT)


def test_no_keyring_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="init"):
        Keyring.open(tmp_path / "keyring.age", RIGHT)


def test_neither_disk_nor_repr_shows_a_secret(tmp_path: Path) -> None:
    keys = Keyring.generate().renewing().renewed(utc_now()).renewing()
    keys.save(tmp_path / "keyring.age", RIGHT, QUICK)
    assert len(fields(keys)) == 10, "a new key must be looked for here as well"
    for secret in secrets_of(keys):
        assert secret not in (tmp_path / "keyring.age").read_bytes()
        assert secret not in repr(keys).encode()


def test_root_keys_lie_in_files_of_their_own(tmp_path: Path) -> None:
    made = [SigningKey.generate() for _ in range(3)]
    save_root_keys(tmp_path / "root-keys", made, RIGHT, QUICK)
    assert len(list((tmp_path / "root-keys").iterdir())) == 3
    files = sorted((tmp_path / "root-keys").iterdir())
    assert [load_root_key(path, RIGHT).key_id for path in files] == [key.key_id for key in made]
    with pytest.raises(DataRefused):
        load_root_key(files[0], WRONG)


def test_a_thought_up_passphrase_is_stretched_and_a_random_one_need_not_be(tmp_path: Path) -> None:
    Keyring.generate().save(tmp_path / "keyring.age", RIGHT)
    stanza = (tmp_path / "keyring.age").read_bytes().split(b"\n")[1].split(b" ")
    assert stanza[1] == b"scrypt"
    assert int(stanza[3]) >= 17
