"""The beginning of a bundle, and the proof of what follows it: one spelling, and no splicing."""

from __future__ import annotations

import hashlib
import io
from contextlib import suppress
from dataclasses import fields, replace
from datetime import datetime

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from vernix.custody import bundle, canonical
from vernix.custody.directory import Directory
from vernix.custody.manifest import BundleManifest, File, Manifest
from vernix.custody.signatures import Signed, SigningKey
from vernix.errors import DataRefused, NotProven, VernixError

SENDER = "riverside-hospital"
KEY = SigningKey.from_bytes(bytes([2]) * 32)
CONTENTS = (b"sex\nf\n", b"", b"[columns]\n" * 200_000)

Keys = dict[str, SigningKey]


def file_of(content: bytes, part: int = 1) -> File:
    return File(part, "a.csv", "text/csv", len(content), hashlib.sha256(content).hexdigest(), "file")


@pytest.fixture
def bundled(manifest: Manifest) -> BundleManifest:
    """The manifest of a bundle of ``CONTENTS``."""
    files = tuple(file_of(content, part) for part, content in enumerate(CONTENTS, 1))
    values = {field.name: getattr(manifest, field.name) for field in fields(Manifest)}
    return replace(BundleManifest(**values), files=files)


def read_whole(content: bytes) -> list[bytes]:
    """What a reader of a bundle does, but for the signature."""
    stream = io.BytesIO(content)
    manifest = BundleManifest.parse(bundle.read_beginning(stream).document)
    bundle.check_size(manifest, len(content) - stream.tell())
    return [b"".join(bundle.contents(stream, file)) for file in manifest.files]


def test_there_and_back(bundled: BundleManifest, directory: Directory, now: datetime) -> None:
    signed = bundled.sign(KEY)
    content = bundle.beginning(signed) + b"".join(CONTENTS)
    assert content.startswith(b"vernix-bundle/v1\n")
    assert bundle.read_beginning(io.BytesIO(content)) == signed
    assert BundleManifest.open_signed(signed, directory, "registry", now) == bundled
    assert read_whole(content) == list(CONTENTS)


def test_the_beginning_has_one_spelling(bundled: BundleManifest) -> None:
    good = bundle.beginning(bundled.sign(KEY))
    mark, length, rest = good.split(b"\n", 2)
    for wrong in (
        b"", mark, mark + b"\n", b"%s\n0%s\n%s" % (mark, length, rest), b"%s\n+%s\n%s" % (mark, length, rest),
        b"%s\n%s \n%s" % (mark, length, rest), b"%s\n99999999\n%s" % (mark, rest), good[:-1],
        b"%s\r\n%s\n%s" % (mark, length, rest), b"%s\n\n%s" % (mark, rest), good.replace(b"v1", b"v2", 1),
        b"%s\n%d\n%s" % (mark, int(length) - 1, rest), b"%s\n%d\n%s}" % (mark, int(length) + 1, rest),
        b"%s\n123456789\n%s" % (mark, rest), b"%s\n%s\n%s" % (mark, "٣".encode(), rest), good[1:],
        b"\xef\xbb\xbf" + good,
    ):  # fmt: skip
        with pytest.raises(DataRefused):
            bundle.read_beginning(io.BytesIO(wrong))


def test_a_manifest_longer_than_any_document_is_not_read() -> None:
    claimed = io.BytesIO(bundle.MARK + b"%d\n" % (canonical.MAX_BYTES + 1) + b"{" * 100)
    with pytest.raises(DataRefused, match="how long"):
        bundle.read_beginning(claimed)


@given(st.binary(max_size=200))
@example(b"")
@example(b"1\n{")
@example(b"2\n{}")
def test_whatever_follows_the_mark_is_read_whole_or_refused(rest: bytes) -> None:
    with pytest.raises(DataRefused):
        bundle.read_beginning(io.BytesIO(bundle.MARK + rest))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.data())
def test_any_changed_byte_is_refused(
    bundled: BundleManifest, directory: Directory, now: datetime, draw: st.DataObject
) -> None:
    small = replace(bundled, files=(file_of(b"sex\nf\n"), file_of(b"x", 2)))
    content = bytearray(bundle.beginning(small.sign(KEY)) + b"sex\nf\nx")
    content[draw.draw(st.integers(0, len(content) - 1))] ^= draw.draw(st.integers(1, 255))

    def take() -> None:
        signed = bundle.read_beginning(io.BytesIO(bytes(content)))
        BundleManifest.open_signed(signed, directory, "registry", now)
        read_whole(bytes(content))

    with pytest.raises((DataRefused, NotProven)):
        take()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.binary(max_size=40), min_size=1, max_size=4), st.binary(max_size=170))
def test_only_what_was_signed_is_given(bundled: BundleManifest, files: list[bytes], put: bytes) -> None:
    described = tuple(file_of(content, part) for part, content in enumerate(files, 1))
    beginning = bundle.beginning(replace(bundled, files=described).sign(KEY))
    assert read_whole(beginning + b"".join(files)) == files
    given_out: list[bytes] | None = None
    with suppress(NotProven):
        given_out = read_whole(beginning + put)
    assert (given_out is not None) == (put == b"".join(files))


@pytest.mark.parametrize("change", ["flip", "swap", "short", "long", "empty"])
def test_spliced_content_is_not_proven(change: str, bundled: BundleManifest) -> None:
    one, two, three = CONTENTS
    content = {
        "flip": one + two + three[:-1] + b"!",
        "swap": three + two + one,
        "short": (one + two + three)[:-1],
        "long": one + two + three + b"\n",
        "empty": b"",
    }[change]
    with pytest.raises(NotProven) as refusal:
        read_whole(bundle.beginning(bundled.sign(KEY)) + content)
    assert refusal.value.exit_code == 3
    assert refusal.value.hint


def test_a_file_that_ends_early_is_not_proven() -> None:
    with pytest.raises(NotProven):
        list(bundle.contents(io.BytesIO(b"abc"), file_of(b"abcd")))


def test_a_signature_for_a_delivery_is_none_for_a_bundle(
    bundled: BundleManifest, manifest: Manifest, directory: Directory, now: datetime
) -> None:
    """Otherwise a digest of sealed bytes could be taken for one of content, or the other way about."""
    for own, other in ((BundleManifest, manifest), (Manifest, bundled)):
        signed = other.sign(KEY)
        with pytest.raises(DataRefused, match="'format'"):
            own.open_signed(signed, directory, "registry", now)
        renamed = canonical.encode(
            {**_object(signed), "format": own.FORMATS[0]}  # the same words under the other name
        )
        with pytest.raises(NotProven):
            own.open_signed(Signed(renamed, signed.signatures), directory, "registry", now)


@pytest.mark.parametrize("signer", ["registry", "lakeside-midwives", "stranger"])
def test_only_the_sender_signs(
    signer: str, bundled: BundleManifest, directory: Directory, keys: Keys, now: datetime
) -> None:
    with pytest.raises(NotProven):
        BundleManifest.open_signed(bundled.sign(keys[signer]), directory, "registry", now)


def test_a_flipped_signature_a_revoked_key_and_another_reader_are_refused(
    bundled: BundleManifest, directory: Directory, now: datetime
) -> None:
    signed = bundled.sign(KEY)
    ((key_id, value),) = signed.signatures
    flipped = replace(signed, signatures=((key_id, value[:-1] + bytes([value[-1] ^ 1])),))
    with pytest.raises(VernixError) as refusal:
        BundleManifest.open_signed(flipped, directory, "registry", now)
    assert refusal.value.exit_code == 3
    with pytest.raises(NotProven, match="somebody else"):
        BundleManifest.open_signed(signed, directory, "lakeside-midwives", now)
    partners = tuple(
        replace(partner, keys=tuple(replace(key, revoked=now) for key in partner.keys))
        if partner.id == SENDER
        else partner
        for partner in directory.partners
    )
    with pytest.raises(NotProven, match="revoked"):
        BundleManifest.open_signed(signed, replace(directory, partners=partners), "registry", now)


def _object(signed: Signed) -> dict[str, object]:
    value = canonical.decode(signed.document)
    assert isinstance(value, dict)
    return value
