"""A part gets its body from another: its sender's only, as long as that waits, hashed like any other."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.exchange_kit import Reply, RunningGateway, SealedPart

from vernix.custody import canonical
from vernix.custody.delivery import Delivery
from vernix.custody.identifiers import new_id, utc_now
from vernix.custody.recall import Recall
from vernix.custody.tree import PartHasher, beside_header, leaf_hash, with_header
from vernix.sealing.sealer import Sealing


class Twice:
    """One content, sealed under two headers; posted under the first as part 1 of a delivery."""

    def __init__(self, gateway: RunningGateway, size: int = 5_000_000) -> None:
        self.gateway = gateway
        kit = gateway.kit
        path = kit.folder / "content"
        path.write_bytes(bytes(range(251)) * (size // 251))
        sealing = Sealing.begin([kit.members["registry"].identity.recipient])
        recipients = [kit.members[name].identity.recipient for name in ("registry", "lakeside")]
        self.old, self.new = self._part(sealing, path), self._part(sealing.rewrapped(recipients), path)
        head = kit.seal(b"manifest")
        uploads = [(gateway.upload("riverside", part)[0], part) for part in (head, self.old)]
        self.delivery = kit.delivery(uploads)
        envelope = self.delivery.sign(kit.members["riverside"].key).encode()
        assert gateway.signed("riverside", "POST", "/deliveries", envelope).status == 201

    @staticmethod
    def _part(sealing: Sealing, path: Path) -> SealedPart:
        content = b"".join(map(bytes, sealing.blocks(path)))
        hasher = PartHasher(len(sealing.header))
        hasher.update(content)
        return SealedPart(content, len(sealing.header), hasher.digest().hex())

    def begin(self, who: str = "riverside", sent: int | None = None) -> str:
        """An upload for the second, its first bytes sent (the header)."""
        upload, path = self.gateway.begin_upload(who, self.new)
        length = self.new.header if sent is None else sent
        if length:
            assert self.gateway.patch(path, 0, self.new.content[:length]).status == 204
        return upload

    def take(self, upload: str, who: str = "riverside", part: int = 1, delivery: str = "") -> Reply:
        """Ask for the body."""
        body = canonical.encode({"delivery": delivery or self.delivery.id, "part": part})
        return self.gateway.signed(who, "POST", f"/uploads/{upload}/body", body)

    def post(self, upload: str) -> tuple[Delivery, Reply]:
        """Post a delivery of the second."""
        delivery = self.gateway.kit.delivery([(upload, self.new)])
        envelope = delivery.sign(self.gateway.kit.members["riverside"].key).encode()
        return delivery, self.gateway.signed("riverside", "POST", "/deliveries", envelope)


def test_the_body_is_there_under_the_new_header(gateway: RunningGateway) -> None:
    both = Twice(gateway)
    upload = both.begin()
    assert both.take(upload).json == {"offset": len(both.new.content)}
    assert both.take(upload).json == {"offset": len(both.new.content)}, "asked again it is there"
    delivery, reply = both.post(upload)
    assert reply.status == 201, reply.body
    part = gateway.signed("registry", "GET", f"/deliveries/{delivery.id}/parts/0")
    assert part.body == both.new.content
    receipt = gateway.kit.receipt(both.delivery).sign(gateway.kit.members["registry"].key)
    assert gateway.signed("registry", "POST", "/receipts", receipt.encode()).status == 201
    again = gateway.signed("registry", "GET", f"/deliveries/{delivery.id}/parts/0")
    assert again.body == both.new.content, "each has bytes of its own"


def test_the_digest_follows_from_what_stands_beside_the_header(gateway: RunningGateway) -> None:
    both = Twice(gateway)
    body = both.old.content[both.old.header :]
    leaves = [leaf_hash(both.old.content[: both.old.header])]
    leaves += [leaf_hash(body[at : at + (1 << 20)]) for at in range(0, len(body), 1 << 20)]
    beside = beside_header(leaves)
    assert with_header(both.old.content[: both.old.header], beside).hex() == both.old.digest
    assert with_header(both.new.content[: both.new.header], beside).hex() == both.new.digest


@pytest.mark.parametrize(
    ("what", "status"),
    [
        ("another's delivery", 404),
        ("another's upload", 404),
        ("no upload", 404),
        ("no delivery", 404),
        ("no such part", 404),
        ("the manifest", 422),
        ("without a header", 409),
        ("half a header", 409),
        ("another size", 409),
        ("after the receipt", 404),
        ("after the recall", 404),
        ("nonsense", 422),
    ],
)
def test_nothing_else_is_given(what: str, status: int, gateway: RunningGateway) -> None:
    both = Twice(gateway, 600_000)
    kit, key = gateway.kit, gateway.kit.members
    if what == "another's delivery":
        reply = both.take(both.begin("lakeside"), "lakeside")
    elif what == "another's upload":
        reply = both.take(both.begin("lakeside"))
    elif what == "no upload":
        reply = both.take(new_id())
    elif what == "no delivery":
        reply = both.take(both.begin(), delivery=new_id())
    elif what == "no such part":
        reply = both.take(both.begin(), part=2)
    elif what == "the manifest":
        reply = both.take(both.begin(), part=0)
    elif what in ("without a header", "half a header"):
        reply = both.take(both.begin(sent=0 if what == "without a header" else 100))
    elif what == "another size":
        other = SealedPart(both.new.content + b"x", both.new.header, "")
        upload, path = gateway.begin_upload("riverside", other)
        gateway.patch(path, 0, both.new.content[: both.new.header])
        reply = both.take(upload)
    elif what == "after the receipt":
        upload = both.begin()
        signed = kit.receipt(both.delivery).sign(key["registry"].key)
        assert gateway.signed("registry", "POST", "/receipts", signed.encode()).status == 201
        reply = both.take(upload)
    elif what == "after the recall":
        upload = both.begin()
        taken_back = Recall(both.delivery.id, "riverside", utc_now()).sign(key["riverside"].key)
        assert gateway.signed("riverside", "POST", "/recalls", taken_back.encode()).status == 201
        reply = both.take(upload)
    else:
        reply = gateway.signed("riverside", "POST", f"/uploads/{both.begin()}/body", b'{"part":"1"}')
    assert reply.status == status, reply.body


def test_it_goes_on_after_a_kill(gateway: RunningGateway) -> None:
    """Whatever of the body is there already: the rest comes from the same place in the other part."""
    both = Twice(gateway)
    upload = both.begin(sent=both.new.header + 1_234_567)
    gateway.kill()
    gateway.start()
    assert both.take(upload).json == {"offset": len(both.new.content)}
    _, reply = both.post(upload)
    assert reply.status == 201, reply.body
