"""Checkpoints and notes: the bytes that other programs publish, and nothing altered that passes."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vernix.custody import checkpoint
from vernix.custody.checkpoint import Checkpoint, Log
from vernix.custody.notes import COSIGNATURE, Note, NoteKey
from vernix.custody.signatures import SigningKey, VerifyKey
from vernix.errors import DataRefused, NotProven

# golang.org/x/mod/sumdb/note: the example in its documentation.
GO_KEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
GO_SEED = "AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"
GO_NOTE = (
    "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n\n"
    "— PeterNeumann "
    "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)
# A checkpoint of a public Certificate Transparency log with the cosignature of a public witness.
WITNESS = "witness.navigli.sunlight.geomys.org+a3e00fe2+BNy/co4C1Hn1p+INwJrfUlgz7W55dSZReusH/GhUhJ/G"
COSIGNED = (
    "coachandhorses2026h1.staging.certificate.transparency.goog\n185550722\n"
    "YXAM0VmnrfvLaBCOOYSJhCaE5F10oGBOo+hkbDa1kng=\n\n"
    "— witness.navigli.sunlight.geomys.org o+AP4gAAAABqb7DzNrGFRJnQ9vrJ8xpnwZytnr/ZYczDIsvwvouiSjwOjn7a72ccx"
    "Bk+lKnZ7dKqkYKER1s/KxLTaVwQD7lJZTC/CQ==\n"
)
KEY = SigningKey.from_bytes(bytes([9]) * 32)
OTHER = SigningKey.from_bytes(bytes([10]) * 32)
LOG = Log("gateway.example/log", KEY.verify_key)
HERE = Checkpoint(LOG.origin, 5, bytes(range(32)))
NOW = 1_780_000_000


def key_of(text: str) -> NoteKey:
    name, _, material = text.split("+", 2)
    raw = base64.b64decode(material)
    return NoteKey(name, VerifyKey(raw[1:]), raw[0])


def test_the_note_of_the_go_checksum_database() -> None:
    key, note = key_of(GO_KEY), Note.parse(GO_NOTE.encode())
    assert key.to_text() == GO_KEY
    assert note.to_bytes() == GO_NOTE.encode()
    line = note.by(key)
    assert line is not None
    key.key.verify_raw(note.text.encode(), line.value)
    signer = SigningKey.from_bytes(base64.b64decode(GO_SEED)[1:])
    assert signer.sign_raw(note.text.encode()) == line.value


def test_the_cosignature_of_a_public_witness() -> None:
    key, note = key_of(WITNESS), Note.parse(COSIGNED.encode())
    assert key.to_text() == WITNESS
    assert key.kind == COSIGNATURE
    found = Checkpoint.parse(note.text)
    assert (found.size, found.text()) == (185550722, note.text)
    signed = checkpoint.SignedCheckpoint(found, note, 0)
    assert signed.witnessed(key) == 1785704691
    other = Note(note.text.replace("185550722", "185550723"), note.signatures)
    with pytest.raises(NotProven):
        checkpoint.SignedCheckpoint(found, other, 0).witnessed(key)


def test_a_checkpoint_is_believed_with_its_witnesses() -> None:
    name = LOG.witness_key("registry", OTHER.verify_key)
    cosigned = checkpoint.cosign(HERE, name.name, OTHER, NOW + 3)
    found = LOG.open(checkpoint.sign(HERE, KEY, NOW, [cosigned]).to_bytes())
    assert (found.checkpoint, found.vouched, found.witnessed(name)) == (HERE, NOW, NOW + 3)
    assert found.witnessed(LOG.witness_key("somebody", OTHER.verify_key)) is None


@given(st.data())
def test_no_altered_checkpoint_is_believed(data: st.DataObject) -> None:
    whole = checkpoint.sign(HERE, KEY, NOW).to_bytes()
    place = data.draw(st.integers(0, len(whole) - 1))
    other = data.draw(st.integers(0, 255).filter(lambda byte: byte != whole[place]))
    with pytest.raises((NotProven, DataRefused)):
        LOG.open(whole[:place] + bytes([other]) + whole[place + 1 :])


def test_a_checkpoint_by_another_key_or_of_another_log_is_refused() -> None:
    elsewhere = Checkpoint("elsewhere.example/log", 5, HERE.root)
    for note in (checkpoint.sign(HERE, OTHER, NOW), checkpoint.sign(elsewhere, KEY, NOW)):
        with pytest.raises(NotProven):
            LOG.open(note.to_bytes())


def test_a_checkpoint_must_say_when_it_was_vouched_for() -> None:
    plain, _ = checkpoint.sign(HERE, KEY, NOW).signatures
    with pytest.raises(NotProven, match="vouched"):
        LOG.open(Note(HERE.text(), (plain,)).to_bytes())


@pytest.mark.parametrize(
    "text",
    [
        "gateway.example/log\n5\n",
        "gateway.example/log\n05\n" + "A" * 43 + "=\n",
        "gateway.example/log\n-5\n" + "A" * 43 + "=\n",
        "gateway.example/log\n5\n" + "A" * 44 + "\n",
        "gateway.example/log\n5\n" + "A" * 42 + "B=\n",
        "gateway.example/log\n5\n" + "A" * 43 + "=\nextension\n",
        "a log\n5\n" + "A" * 43 + "=\n",
        "\n5\n" + "A" * 43 + "=\n",
        "gateway.example/log\n99999999999999999\n" + "A" * 43 + "=\n",
    ],
)
def test_another_spelling_of_a_checkpoint_is_refused(text: str) -> None:
    with pytest.raises(DataRefused):
        Checkpoint.parse(text)


@pytest.mark.parametrize(
    "note",
    [
        b"",
        b"text\n",
        b"text\n\n",
        b"text\n\n- name AAAAAAAA\n",
        "text\n\n— name AAAA\n".encode(),
        "text\n\n— na me AAAAAAAA\n".encode(),
        "text\n\n— na+me AAAAAAAA\n".encode(),
        "text\n\n— name AAAAAAAA".encode(),
        "te\x00xt\n\n— name AAAAAAAA\n".encode(),
        "text\r\n\n— name AAAAAAAA\n".encode(),
        b"\xff\n\n" + "— name AAAAAAAA\n".encode(),
        b"text\n\n" + "— name AAAAAAAA\n".encode() * 200,
        b"x" * 70_000,
    ],
)
def test_what_is_no_note_is_refused(note: bytes) -> None:
    with pytest.raises(DataRefused):
        Note.parse(note)
