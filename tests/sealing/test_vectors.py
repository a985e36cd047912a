"""Every public test vector of the age format (C2SP/CCTV) and of two implementations behaves as it says.

A vector that fails in its payload may release a part of it in other programs; here nothing is released ever.
"""

from __future__ import annotations

import hashlib
import io
import os
import zlib
from dataclasses import dataclass
from pathlib import Path

import pytest

from vernix.errors import DataRefused
from vernix.sealing.armor import armored, dearmored
from vernix.sealing.header import Stanza, make_header, read_header
from vernix.sealing.identities import Identity, PassphraseIdentity, parse_identities
from vernix.sealing.opening import SealedReader, open_bytes, open_file, open_pieces
from vernix.sealing.refusals import ArmorBroken, HeaderAltered, HeaderBroken, NotForUs, PayloadBroken

SHARED = (
    Path(os.environ.get("VERNIX_SHARED_DATA") or Path(__file__).parents[3] / "shared" / "data") / "05-age"
)
CCTV = SHARED / "cctv" / "testdata"
NAMES = sorted(path.name for path in CCTV.iterdir()) if CCTV.is_dir() else []
LIMIT = 1 << 30

REFUSALS = {
    "header failure": HeaderBroken,
    "HMAC failure": HeaderAltered,
    "no match": NotForUs,
    "payload failure": PayloadBroken,
    "armor failure": ArmorBroken,
}

pytestmark = pytest.mark.real_data


@dataclass(frozen=True)
class Vector:
    """One file of the suite: what it expects, who opens it, its bytes."""

    expect: str
    payload: str
    file_key: bytes
    armored: bool
    identities: list[Identity]
    sealed: bytes


def load(name: str) -> Vector:
    """Read a vector file (format: the suite's README)."""
    text, _, sealed = (CCTV / name).read_bytes().partition(b"\n\n")
    fields: dict[str, list[str]] = {}
    for line in text.decode("utf-8").split("\n"):
        key, _, value = line.partition(": ")
        fields.setdefault(key, []).append(value)
    identities: list[Identity] = [parse_identities(line)[0] for line in fields.get("identity", [])]
    identities += [PassphraseIdentity(line.encode("utf-8")) for line in fields.get("passphrase", [])]
    return Vector(
        expect=fields["expect"][0],
        payload=fields.get("payload", [""])[0],
        file_key=bytes.fromhex(fields.get("file key", [""])[0]),
        armored="armored" in fields,
        identities=identities,
        sealed=zlib.decompress(sealed) if "compressed" in fields else sealed,
    )


def test_the_suite_is_here(shared_data: Path) -> None:
    assert len(NAMES) >= 56, shared_data


@pytest.mark.parametrize("name", NAMES)
def test_a_vector_behaves_as_it_says(name: str, tmp_path: Path) -> None:
    vector = load(name)
    source, target = tmp_path / "vector.age", tmp_path / "content"
    source.write_bytes(vector.sealed)
    if vector.expect == "success":
        open_file(source, target, vector.identities)
        assert hashlib.sha256(target.read_bytes()).hexdigest() == vector.payload
        assert open_bytes(vector.sealed, vector.identities, LIMIT) == target.read_bytes()
        assert b"".join(open_pieces(source, vector.identities)) == target.read_bytes()
        with SealedReader(source, vector.identities) as reader:
            assert io.BufferedReader(reader).read() == target.read_bytes()
        return
    with pytest.raises(REFUSALS[vector.expect]):
        open_file(source, target, vector.identities)
    with pytest.raises(REFUSALS[vector.expect]):
        open_bytes(vector.sealed, vector.identities, LIMIT)
    released: list[bytes] = []
    with pytest.raises(REFUSALS[vector.expect]):
        released.extend(open_pieces(source, vector.identities))
    assert not released
    assert [path.name for path in tmp_path.iterdir()] == ["vector.age"]


@pytest.mark.parametrize("name", NAMES)
def test_a_well_formed_header_has_one_spelling(name: str) -> None:
    vector = load(name)
    if vector.armored or vector.expect in ("header failure", "armor failure"):
        return
    header = read_header(io.BytesIO(vector.sealed))
    assert vector.sealed.startswith(header.encoded)
    again = make_header([Stanza(s.type, s.arguments, s.body) for s in header.stanzas], vector.file_key)
    assert (again == header) == (vector.expect != "HMAC failure")


@pytest.mark.parametrize("name", [name for name in NAMES if name.startswith("armor")])
def test_well_formed_armor_has_one_spelling(name: str) -> None:
    vector = load(name)
    if vector.expect == "armor failure" or not vector.armored:
        return
    binary = b"".join(dearmored(io.BytesIO(vector.sealed)))
    assert b"".join(armored([binary])) == vector.sealed.strip().replace(b"\r\n", b"\n") + b"\n"


def test_the_files_of_the_age_repository(shared_data: Path) -> None:
    folder = shared_data / "05-age" / "filosottile" / "testdata"
    identities = parse_identities((folder / "example_keys.txt").read_text())
    assert open_bytes((folder / "example.age").read_bytes(), identities, LIMIT) == b"Black lives matter."
    assert open_bytes((folder / "example.zip.age").read_bytes(), identities, LIMIT).startswith(b"PK")


def test_the_lenient_file_of_rage_is_refused(shared_data: Path) -> None:
    """Its stanza has no body line at all: rage reads that for old files, the format forbids it."""
    sealed = (shared_data / "05-age" / "rage" / "empty_recipient_body.age").read_bytes()
    with pytest.raises(HeaderBroken):
        open_bytes(sealed, [PassphraseIdentity(b"any")], LIMIT)
    strict = sealed.replace(b"-> joint-oil-hw\n", b"-> joint-oil-hw\n\n")
    with pytest.raises(NotForUs):
        open_bytes(strict, [PassphraseIdentity(b"any")], LIMIT)
    with pytest.raises(DataRefused, match="kind that we do not know"):
        parse_identities((shared_data / "05-age" / "rage" / "empty_recipient_body_key.txt").read_text())
