"""The vectors that other implementations may use: ours writes the same bytes and refuses the same things."""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from vernix.custody import bundle
from vernix.custody.delivery import Delivery
from vernix.custody.directory import Directory
from vernix.custody.event import Event
from vernix.custody.file_request import FileRequest, Ticket
from vernix.custody.identifiers import format_time, parse_time
from vernix.custody.invitation import Enrolment, Invitation
from vernix.custody.manifest import BundleManifest, Manifest
from vernix.custody.period import PeriodConfirmation
from vernix.custody.proven_receipt import ProvenReceipt
from vernix.custody.read_receipt import ReadReceipt
from vernix.custody.recall import Recall
from vernix.custody.receipt import Receipt
from vernix.custody.renewal import Renewal
from vernix.custody.requests import Request, verify_request
from vernix.custody.signatures import Signed, SigningKey, VerifyKey
from vernix.custody.tree import PartHasher
from vernix.errors import DataRefused, NotProven

FOLDER = Path(__file__).parent / "vectors"
_Document = (
    Delivery
    | Manifest
    | Receipt
    | ReadReceipt
    | Recall
    | PeriodConfirmation
    | FileRequest
    | Enrolment
    | Renewal
)
SIGNED: dict[str, type[_Document]] = {
    "delivery": Delivery,
    "manifest": Manifest,
    "manifest-v2": Manifest,
    "bundle": BundleManifest,
    "bundle-v2": BundleManifest,
    "receipt": Receipt,
    "read-receipt": ReadReceipt,
    "recall": Recall,
    "period-confirmation": PeriodConfirmation,
    "file-request": FileRequest,
    "enrolment": Enrolment,
    "renewal": Renewal,
    "renewal-v2": Renewal,
}


def vector(name: str) -> Any:
    return json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))


def read_invitation(data: bytes) -> Invitation:
    return Invitation.from_text(data.decode("utf-8"))


def read_ticket(data: bytes) -> Ticket:
    return Ticket.from_text(data.decode("utf-8"))


PARSERS: dict[str, Callable[[bytes], object]] = {
    **{name: kind.parse for name, kind in SIGNED.items()},
    "directory": Directory.parse,
    "event": Event.parse,
    "invitation": read_invitation,
    "proven-receipt": ProvenReceipt.parse,
    "ticket": read_ticket,
}
REFUSED = [(name, entry["why"]) for name in PARSERS for entry in vector(name)["refused"]]


@pytest.mark.parametrize("name", SIGNED)
def test_a_signed_document_is_these_bytes(name: str) -> None:
    told = vector(name)
    document = told["document"].encode("utf-8")
    keys = [SigningKey.from_bytes(bytes.fromhex(key["seed"])) for key in told["keys"]]
    assert [(key.verify_key.to_text(), key.key_id) for key in keys] == [
        (key["text"], key["id"]) for key in told["keys"]
    ]
    assert SIGNED[name].parse(document).to_bytes() == document
    assert Signed.make(told["domain"], document, keys).encode().decode("utf-8") == told["envelope"]
    Signed.decode(told["envelope"].encode("utf-8")).check(told["domain"], [key.verify_key for key in keys])


@pytest.mark.parametrize("name", ["bundle", "bundle-v2"])
def test_the_bundle_is_these_bytes(name: str) -> None:
    told = vector(name)
    content = told["content"].encode("utf-8")
    stream = io.BytesIO(content)
    signed = bundle.read_beginning(stream)
    assert (signed.document.decode("utf-8"), signed.encode().decode("utf-8")) == (
        told["document"],
        told["envelope"],
    )
    manifest = BundleManifest.parse(signed.document)
    bundle.check_size(manifest, len(content) - stream.tell())
    assert [b"".join(bundle.contents(stream, file)) for file in manifest.files] == [b"sex\nf\n"]


def test_the_directory_is_these_bytes() -> None:
    document = vector("directory")["document"].encode("utf-8")
    assert Directory.parse(document).to_bytes() == document


def test_the_event_makes_this_leaf() -> None:
    told = vector("event")
    event = Event.parse(told["document"].encode("utf-8"))
    assert event.to_bytes().decode("utf-8") == told["document"]
    assert event.leaf(bytes.fromhex(told["salt"])).hex() == told["leaf"]


def test_the_proven_receipt_holds_by_the_directory() -> None:
    directory = Directory.parse(vector("directory")["document"].encode("utf-8"))
    told = vector("proven-receipt")
    proof = ProvenReceipt.parse(told["document"].encode("utf-8"))
    assert proof.to_bytes().decode("utf-8") == told["document"]
    proven = proof.check(directory)
    assert (proven.receipt.result, proven.index, list(proven.witnesses)) == ("partly", 5, ["registry"])
    for entry in told["not_proven"]:
        with pytest.raises(NotProven):
            ProvenReceipt.parse(entry["text"].encode("utf-8")).check(directory)


def test_the_invitation_is_this_token() -> None:
    told = vector("invitation")
    found = Invitation.from_text(told["text"])
    assert found.to_text() == told["text"]
    assert (found.id, found.gateway, found.partner_name) == (
        told["id"],
        told["gateway"],
        told["partner_name"],
    )
    assert (found.root_fingerprint, format_time(found.expires)) == (told["root_fingerprint"], told["expires"])
    assert found.secret.hex() == told["secret"]
    assert found.signing_key().to_bytes().hex() == told["signing_key_seed"]


def test_the_ticket_is_this_token_and_makes_this_request() -> None:
    told = vector("ticket")
    found = Ticket.from_text(told["text"])
    assert found.to_text() == told["text"]
    assert {
        "id": found.id,
        "gateway": found.gateway,
        "root_fingerprint": found.root_fingerprint,
        "partner": found.partner,
        "title": found.title,
        "secret": found.secret.hex(),
        "expires": format_time(found.expires),
        "signing_key_seed": found.signing_key().to_bytes().hex(),
        "key_id": found.key_id,
    }.items() <= told.items()
    request = FileRequest.parse(told["file_request"].encode("utf-8"))
    assert found.file_request(request.most_bytes, request.created) == request


@pytest.mark.parametrize("index", range(3))
def test_the_requests_are_believed(index: int) -> None:
    told = vector("requests")
    sent = told["requests"][index]
    request = Request.to_url(sent["method"], sent["url"], sent["body"].encode("utf-8"))
    key = VerifyKey.from_text(told["key"]["text"])
    now = parse_time(sent["now"])
    found = verify_request(request, sent["fields"], {told["key"]["id"]: key}.get, lambda _: False, now)
    assert found == told["key"]["id"]


@pytest.mark.parametrize("index", range(len(vector("tree")["parts"])))
def test_the_parts_have_these_digests(index: int) -> None:
    part = vector("tree")["parts"][index]
    hasher = PartHasher(part["header"])
    hasher.update(hashlib.shake_128(b"vernix").digest(part["size"]))
    assert hasher.digest().hex() == part["digest"]


@pytest.mark.parametrize(("name", "why"), REFUSED)
def test_each_wrong_document_is_refused(name: str, why: str) -> None:
    (entry,) = [entry for entry in vector(name)["refused"] if entry["why"] == why]
    with pytest.raises(DataRefused):
        PARSERS[name](entry["text"].encode("utf-8"))


def test_every_vector_file_is_tried() -> None:
    assert {path.stem for path in FOLDER.glob("*.json")} == {*PARSERS, "requests", "tree"}


@pytest.mark.parametrize("name", [*SIGNED, "directory", "event"])
def test_the_reference_names_every_field(name: str, repository: Path) -> None:
    reference = (repository / "docs" / "reference" / "formats.md").read_text(encoding="utf-8")
    named = name.replace("-v2", "/v2") if name.endswith("-v2") else f"{name}/v1"
    section = reference.split(f"`vernix/{named}`\n", 1)[1].split("\n## ", 1)[0]
    missing = [
        field for field in _fields(json.loads(vector(name)["document"])) if f"`{field}`" not in section
    ]
    assert missing == ["format"]  # told once for all formats


def _fields(value: object) -> list[str]:
    if isinstance(value, dict):
        return [*value, *(field for item in value.values() for field in _fields(item))]
    return [field for item in value for field in _fields(item)] if isinstance(value, list) else []
