"""Delivery, manifest and receipt: round trips, tables of what is refused, and what proves them."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from vernix.custody import canonical
from vernix.custody.delivery import MAX_PARTS, Delivery, Part
from vernix.custody.directory import Directory
from vernix.custody.manifest import Manifest, safe_name
from vernix.custody.receipt import Receipt
from vernix.custody.signatures import Signed, SigningKey
from vernix.errors import DataRefused, FarSideRefused, NotProven

Keys = dict[str, SigningKey]
Document = Delivery | Manifest | Receipt
SENDER = "riverside-hospital"

# For each kind of document: where to change it, and to what.
CHANGES: dict[str, dict[str, tuple[list[str | int], object]]] = {
    "delivery": {
        "another format": (["format"], "vernix/delivery/v2"),
        "id in capitals": (["id"], "019CAF1D-3000-7000-8000-00000000000D"),
        "id of version 4": (["id"], "019caf1d-3000-4000-8000-00000000000d"),
        "sender that is none": (["sender"], "../x"),
        "no addressee": (["addressees"], []),
        "addressee twice": (["addressees"], ["registry", "registry"]),
        "everybody as addressee": (["addressees"], ["*"]),
        "unknown purpose": (["purpose"], "gossip"),
        "no part": (["parts"], []),
        "part of no size": (["parts", 0, "size"], 0),
        "part of negative size": (["parts", 0, "size"], -1),
        "part without a header": (["parts", 0, "header"], 0),
        "part that is all header": (["parts", 0, "header"], 3000),
        "header longer than any": (["parts", 1, "header"], 1024 * 1024 + 1),
        "digest in capitals": (["parts", 0, "digest"], "AA" * 32),
        "digest cut short": (["parts", 0, "digest"], "11" * 31),
        "upload that is a path": (["parts", 0, "upload"], "../1"),
        "same upload twice": (["parts", 0, "upload"], "up-2"),
        "directory version zero": (["directory_version"], 0),
        "expires before it was made": (["expires"], "2026-03-01T11:58:59Z"),
        "expires when it was made": (["expires"], "2026-03-01T11:59:00Z"),
        "lives for more than 30 days": (["expires"], "2026-03-31T11:59:01Z"),
        "time with a fraction": (["created"], "2026-03-01T11:59:00.5Z"),
        "reply to nothing": (["in_reply_to"], ""),
        "unknown field": (["more"], 1),
        "unknown field of a part": (["parts", 0, "more"], 1),
    },
    "manifest": {
        "another format": (["format"], "vernix/manifest/v2"),
        "no recipient": (["recipients"], []),
        "recipient twice": (["recipients"], ["registry", "registry"]),
        "unknown purpose": (["purpose"], "gossip"),
        "file of part 0": (["files", 0, "part"], 0),
        "file of part 2 without part 1": (["files", 0, "part"], 2),
        "name empty": (["files", 0, "name"], ""),
        "name too long": (["files", 0, "name"], "x" * 256),
        "name with NUL": (["files", 0, "name"], "a\x00b"),
        "name with an escape sequence": (["files", 0, "name"], "a\x1b[2Jb"),
        "name that turns writing around": (["files", 0, "name"], "a\u202evsc.exe"),
        "media type that is none": (["files", 0, "media_type"], "text"),
        "media type with parameters": (["files", 0, "media_type"], "text/csv; charset=utf-8"),
        "negative size": (["files", 0, "size"], -1),
        "digest that is none": (["files", 0, "digest"], "0"),
        "unknown role": (["files", 0, "role"], "program"),
        "encounter that is none": (["files", 0, "encounter"], "Birth!"),
        "encounter that begins with a line": (["files", 0, "encounter"], "_birth"),
        "note with a carriage return": (["note"], "a\rb"),
        "unknown field": (["more"], 1),
        "unknown field of a file": (["files", 0, "path"], "/etc"),
    },
    "receipt": {
        "another format": (["format"], "vernix/receipt/v2"),
        "addressee that is none": (["addressee"], ""),
        "no digest": (["digests"], []),
        "digest that is none": (["digests", 0], "0"),
        "unknown result": (["result"], "perhaps"),
        "negative count": (["counts", "accepted"], -1),
        "count that is true": (["counts", "accepted"], True),
        "unknown count": (["counts", "ignored"], 0),
        "counts missing": (["counts"], None),
        "unknown field": (["more"], 1),
    },
}
TABLE = [(kind, name) for kind, changes in CHANGES.items() for name in changes]


@pytest.fixture
def documents(delivery: Delivery, manifest: Manifest, receipt: Receipt) -> dict[str, Document]:
    return {"delivery": delivery, "manifest": manifest, "receipt": receipt}


@pytest.mark.parametrize("kind", CHANGES)
def test_round_trip(kind: str, documents: dict[str, Document]) -> None:
    document = documents[kind]
    assert type(document).parse(document.to_bytes()) == document


@pytest.mark.parametrize(("kind", "name"), TABLE)
def test_what_is_refused(kind: str, name: str, documents: dict[str, Document]) -> None:
    path, value = CHANGES[kind][name]
    data: Any = canonical.decode(documents[kind].to_bytes())
    place = data
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    with pytest.raises(DataRefused) as refusal:
        type(documents[kind]).parse(canonical.encode(data))
    assert kind in str(refusal.value)


@pytest.mark.parametrize("kind", CHANGES)
def test_every_field_must_be_there(kind: str, documents: dict[str, Document]) -> None:
    data: Any = canonical.decode(documents[kind].to_bytes())
    for field in data:
        rest = {name: value for name, value in data.items() if name != field}
        with pytest.raises(DataRefused, match=f"has no field '{field}'"):
            type(documents[kind]).parse(canonical.encode(rest))


@pytest.mark.parametrize("kind", CHANGES)
def test_nothing_is_signed_that_would_be_refused(
    kind: str, documents: dict[str, Document], keys: Keys
) -> None:
    document = documents[kind]
    with pytest.raises(DataRefused):
        dataclasses.replace(document, sender="Not An Id").sign(keys[SENDER])


@pytest.mark.parametrize("kind", CHANGES)
def test_documents_are_frozen(kind: str, documents: dict[str, Document]) -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        documents[kind].sender = "x"  # type: ignore[misc]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_any_changed_byte_of_a_signed_delivery_is_refused(
    delivery: Delivery, directory: Directory, keys: Keys, now: datetime, draw: st.DataObject
) -> None:
    envelope = bytearray(delivery.sign(keys[SENDER]).encode())
    envelope[draw.draw(st.integers(0, len(envelope) - 1))] ^= draw.draw(st.integers(1, 255))
    with pytest.raises((DataRefused, FarSideRefused)):
        Delivery.open_signed(bytes(envelope), directory, now)


# The delivery's proof.


def test_an_honest_delivery_is_believed(
    delivery: Delivery, directory: Directory, keys: Keys, now: datetime
) -> None:
    signed = delivery.sign(keys[SENDER])
    assert Delivery.open_signed(signed.encode(), directory, now) == delivery
    assert Delivery.open_signed(signed, directory, now) == delivery


@pytest.mark.parametrize("signer", ["registry", "lakeside-midwives", "stranger"])
def test_nobody_signs_for_another(
    signer: str, delivery: Delivery, directory: Directory, keys: Keys, now: datetime
) -> None:
    with pytest.raises(NotProven):
        Delivery.open_signed(delivery.sign(keys[signer]), directory, now)


@pytest.mark.parametrize(
    ("moment", "believed"),
    [
        (timedelta(0), True),
        (timedelta(minutes=-6), True),  # made five minutes from now: clocks differ
        (timedelta(minutes=-7), False),
        (timedelta(days=13, hours=23), True),
        (timedelta(days=14), False),
    ],
)
def test_a_delivery_has_its_time(
    moment: timedelta, believed: bool, delivery: Delivery, directory: Directory, keys: Keys, now: datetime
) -> None:
    signed = delivery.sign(keys[SENDER])
    if believed:
        assert Delivery.open_signed(signed, directory, now + moment) == delivery
    else:
        with pytest.raises(NotProven):
            Delivery.open_signed(signed, directory, now + moment)


def test_rights_are_asked_for_every_addressee(
    delivery: Delivery, directory: Directory, keys: Keys, now: datetime
) -> None:
    wider = dataclasses.replace(delivery, addressees=("registry", "lakeside-midwives"))
    with pytest.raises(FarSideRefused, match="lakeside-midwives"):
        Delivery.open_signed(wider.sign(keys[SENDER]), directory, now)


def test_a_signature_for_one_kind_is_none_for_another(
    delivery: Delivery, manifest: Manifest, directory: Directory, keys: Keys, now: datetime
) -> None:
    crossed = Signed(delivery.to_bytes(), manifest.sign(keys[SENDER]).signatures)
    with pytest.raises(NotProven):
        Delivery.open_signed(crossed, directory, now)


def test_the_largest_delivery_fits(delivery: Delivery, keys: Keys) -> None:
    parts = tuple(Part(f"{n:064d}", 2**40, 1024, "ab" * 32) for n in range(MAX_PARTS))
    largest = dataclasses.replace(delivery, parts=parts)
    assert len(largest.sign(keys[SENDER]).encode()) < canonical.MAX_BYTES
    with pytest.raises(DataRefused, match="'parts'"):
        dataclasses.replace(delivery, parts=(*parts, Part("one-more", 2, 1, "ab" * 32))).to_bytes()


# The manifest's proof.


def test_an_honest_manifest_is_believed(
    manifest: Manifest, delivery: Delivery, directory: Directory, keys: Keys, now: datetime
) -> None:
    found = Manifest.open_signed(manifest.sign(keys[SENDER]).encode(), directory, "registry", now)
    assert found == manifest
    found.check_against(delivery)


def test_a_manifest_sealed_again_for_somebody_else_is_refused(
    manifest: Manifest, directory: Directory, keys: Keys, now: datetime
) -> None:
    """The registry opens a delivery and seals its signed manifest to the midwives."""
    with pytest.raises(NotProven, match="somebody else"):
        Manifest.open_signed(manifest.sign(keys[SENDER]), directory, "lakeside-midwives", now)


@pytest.mark.parametrize("signer", ["registry", "stranger"])
def test_a_manifest_is_signed_by_its_sender(
    signer: str, manifest: Manifest, directory: Directory, keys: Keys, now: datetime
) -> None:
    with pytest.raises(NotProven):
        Manifest.open_signed(manifest.sign(keys[signer]), directory, "registry", now)


def test_a_manifest_from_the_future_is_refused(
    manifest: Manifest, directory: Directory, keys: Keys, now: datetime
) -> None:
    later = dataclasses.replace(manifest, created=now + timedelta(minutes=6))
    with pytest.raises(NotProven, match="future"):
        Manifest.open_signed(later.sign(keys[SENDER]), directory, "registry", now)


def _parts(change: Callable[[tuple[Part, ...]], tuple[Part, ...]]) -> Callable[[Delivery], Delivery]:
    return lambda delivery: dataclasses.replace(delivery, parts=change(delivery.parts))


DISAGREEMENTS: dict[str, tuple[str, Callable[[Delivery], Delivery]]] = {
    "of another delivery": (
        "delivery",
        lambda d: dataclasses.replace(d, id="019caf1d-3000-7000-8000-0000000000ff"),
    ),
    "signature stripped, sent by another": (
        "sender",
        lambda d: dataclasses.replace(d, sender="lakeside-midwives"),
    ),
    "more addressees": (
        "recipients",
        lambda d: dataclasses.replace(d, addressees=(*d.addressees, "lakeside-midwives")),
    ),
    "another purpose": ("purpose", lambda d: dataclasses.replace(d, purpose="test")),
    "a part swapped": (
        "files",
        _parts(lambda parts: (parts[0], dataclasses.replace(parts[1], digest="33" * 32))),
    ),
    "a part dropped": ("files", _parts(lambda parts: parts[:1])),
    "a part added": ("files", _parts(lambda parts: (*parts, dataclasses.replace(parts[1], upload="up-3")))),
}


@pytest.mark.parametrize("name", DISAGREEMENTS)
def test_manifest_and_delivery_must_agree(name: str, manifest: Manifest, delivery: Delivery) -> None:
    field, change = DISAGREEMENTS[name]
    with pytest.raises(NotProven, match=f"'{field}'"):
        manifest.check_against(change(delivery))


def test_parts_in_another_order_are_noticed(manifest: Manifest, delivery: Delivery) -> None:
    second = dataclasses.replace(manifest.files[0], part=2, digest="33" * 32, role="mapping")
    two_files = dataclasses.replace(manifest, files=(*manifest.files, second))
    third = Part("up-3", 900, 400, "33" * 32)
    in_order = dataclasses.replace(delivery, parts=(*delivery.parts, third))
    two_files.check_against(in_order)
    reordered = dataclasses.replace(delivery, parts=(delivery.parts[0], third, delivery.parts[1]))
    with pytest.raises(NotProven, match="'files'"):
        two_files.check_against(reordered)


# The receipt's proof.


def test_an_honest_receipt_is_believed(
    receipt: Receipt, delivery: Delivery, directory: Directory, keys: Keys, now: datetime
) -> None:
    found = Receipt.open_signed(receipt.sign(keys["registry"]).encode(), directory, now)
    assert found == receipt
    found.check_against(delivery)


@pytest.mark.parametrize("signer", [SENDER, "lakeside-midwives", "stranger"])
def test_only_the_addressee_signs_a_receipt(
    signer: str, receipt: Receipt, directory: Directory, keys: Keys, now: datetime
) -> None:
    with pytest.raises(NotProven):
        Receipt.open_signed(receipt.sign(keys[signer]), directory, now)


def test_a_receipt_from_the_future_is_refused(
    receipt: Receipt, directory: Directory, keys: Keys, now: datetime
) -> None:
    later = dataclasses.replace(receipt, received=now + timedelta(minutes=6))
    with pytest.raises(NotProven, match="future"):
        Receipt.open_signed(later.sign(keys["registry"]), directory, now)


RECEIPTS_FOR_SOMETHING_ELSE: dict[str, dict[str, object]] = {
    "delivery": {"delivery": "019caf1d-3000-7000-8000-0000000000ff"},
    "sender": {"sender": "lakeside-midwives"},
    "addressee": {"addressee": "lakeside-midwives"},
    "digests": {"digests": ("11" * 32,)},
    "received": {"received": datetime.fromisoformat("2026-03-01T11:50:00+00:00")},
}


@pytest.mark.parametrize("field", RECEIPTS_FOR_SOMETHING_ELSE)
def test_a_receipt_is_for_exactly_one_delivery(field: str, receipt: Receipt, delivery: Delivery) -> None:
    other: Receipt = dataclasses.replace(receipt, **RECEIPTS_FOR_SOMETHING_ELSE[field])  # type: ignore[arg-type]
    with pytest.raises(NotProven, match=f"'{field}'"):
        other.check_against(delivery)


# Names from a manifest.


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("births.csv", "births.csv"),
        ("naissances été 2026.csv", "naissances été 2026.csv"),
        ("../../etc/passwd", "passwd"),
        ("/etc/passwd", "passwd"),
        ("C:\\Windows\\system32\\cmd.exe", "cmd.exe"),
        ("..", "file"),
        (".", "file"),
        ("", "file"),
        (".bashrc", "bashrc"),
        ("-rf", "rf"),
        ("a\nb", "a_b"),
        ("a\x00b", "a_b"),
        ("a\u202evsc.exe", "a_vsc.exe"),
        ("con", "_con"),
        ("LPT1.txt", "_LPT1.txt"),
        ("a:b", "a_b"),
        ('a*b?c|d<e>f"g', "a_b_c_d_e_f_g"),
        ("$(reboot)", "_(reboot)"),
        ("name. ", "name"),
        ("x" * 300 + ".csv", "x" * 146 + ".csv"),
        ("é" * 300 + ".csv", "é" * 73 + ".csv"),
    ],
)
def test_names_are_made_harmless(name: str, safe: str) -> None:
    assert safe_name(name) == safe


@given(st.text(max_size=300))
def test_every_name_becomes_one_visible_component(name: str) -> None:
    safe = safe_name(name)
    assert 0 < len(safe.encode("utf-8")) <= 160
    assert not set(safe) & set('/\\\0\n\r:*?"<>|$`;&')
    assert safe[0] not in "-. "
    assert safe[-1] not in ". "
    assert safe_name(safe) == safe
