"""Collecting from a gateway that lies: refused with one sentence, nothing kept, the other letters go on."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.exchange_kit import ExchangeKit, Member
from tests.lying_gateway import Asked, Hang, LyingGateway, Told, after, refused
from tests.partner_kit import everything_in, exchange_of, sender

from vernix.courier.collecting import Mail, Mailbox
from vernix.courier.dispatch import Dispatch, OutgoingFile, Plan
from vernix.courier.exchange import Exchange
from vernix.courier.fetching import fetch
from vernix.courier.sending import Outbox
from vernix.custody.delivery import Delivery
from vernix.custody.signatures import Signed
from vernix.errors import Conflict, FarSideRefused, NotProven, RoadFailed

SIZE = 2 * (1 << 20) + 4321


@dataclass
class Post:
    """Sends from riverside to the registry through the gateway."""

    kit: ExchangeKit
    gateway: LyingGateway
    exchange: Exchange
    folder: Path

    def send(self, content: bytes) -> Delivery:
        source = self.folder / f"{len(self.gateway.deliveries)}.bin"
        source.write_bytes(content)
        outbox = Outbox(self.folder / "outbox")
        plan = outbox.begin(Dispatch(("registry",), "submission", (OutgoingFile(source, source.name),)))
        assert isinstance(plan, Plan)
        return outbox.send(plan, self.exchange, sender(self.kit.members["riverside"])).delivery


@pytest.fixture
def post(kit: ExchangeKit, gateway: LyingGateway, riverside: Exchange, tmp_path: Path) -> Post:
    return Post(kit, gateway, riverside, tmp_path)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "incoming"


def hang(_asked: Asked, _told: Told) -> Told:
    raise Hang


def read(registry: Exchange) -> Mail:
    return Mailbox(registry, "registry").read()


def test_what_was_sent_is_fetched(
    gateway: LyingGateway, registry: Exchange, post: Post, folder: Path
) -> None:
    delivery = post.send(os.urandom(SIZE))
    [waiting] = read(registry).deliveries
    assert waiting.delivery == delivery
    moved: list[int] = []
    paths = fetch(registry, waiting.delivery, folder, moved.append)
    assert [path.read_bytes() for path in paths] == [gateway.parts[delivery.id, n] for n in range(2)]
    assert moved[-1] == sum(part.size for part in delivery.parts)
    assert all(path.stat().st_mode & 0o077 == 0 for path in paths)


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cuts=st.lists(st.integers(0, SIZE), min_size=1, max_size=4))
def test_a_download_goes_on_from_any_byte(
    kit: ExchangeKit, gateway: LyingGateway, post: Post, cuts: list[int]
) -> None:
    delivery = post.send(os.urandom(SIZE))
    left = list(cuts)

    def cut(_asked: Asked, told: Told) -> Told:
        return replace(told, body=told.body[: left.pop()], claim=len(told.body)) if left else told

    with tempfile.TemporaryDirectory() as name:
        registry = exchange_of(kit, "registry", Path(name))
        gateway.lie("part", cut)
        paths = fetch(registry, delivery, Path(name) / "incoming")
        gateway.honest()
        assert paths[1].read_bytes() == gateway.parts[delivery.id, 1]


def test_a_broken_road_keeps_what_is_there(
    gateway: LyingGateway, registry: Exchange, post: Post, folder: Path
) -> None:
    delivery = post.send(os.urandom(SIZE))
    registry.refresh_directory()
    gateway.lie("part", after(1, hang))
    with pytest.raises(RoadFailed):
        fetch(registry, delivery, folder)
    assert any(name.endswith(".sealed") for name in everything_in(folder))
    gateway.honest()
    gateway.asked.clear()
    fetch(registry, delivery, folder)
    assert len(everything_in(folder)) == 2


def swap(gateway: LyingGateway, first: Delivery, _second: Delivery) -> None:
    gateway.parts[first.id, 0], gateway.parts[first.id, 1] = (
        gateway.parts[first.id, 1],
        gateway.parts[first.id, 0],
    )


def splice(gateway: LyingGateway, first: Delivery, second: Delivery) -> None:
    gateway.parts[first.id, 1] = gateway.parts[second.id, 1]


def splice_tail(gateway: LyingGateway, first: Delivery, second: Delivery) -> None:
    half = SIZE // 2
    gateway.parts[first.id, 1] = gateway.parts[first.id, 1][:half] + gateway.parts[second.id, 1][half:]


def reorder_blocks(gateway: LyingGateway, first: Delivery, _second: Delivery) -> None:
    part, block = gateway.parts[first.id, 1], 1 << 20
    header = first.parts[1].header
    blocks = [part[header + at : header + at + block] for at in range(0, 2 * block, block)]
    rest = part[header + 2 * block :]
    gateway.parts[first.id, 1] = part[:header] + blocks[1] + blocks[0] + rest


def flip(gateway: LyingGateway, first: Delivery, _second: Delivery) -> None:
    part = bytearray(gateway.parts[first.id, 1])
    part[SIZE // 2] ^= 1
    gateway.parts[first.id, 1] = bytes(part)


def lengthen(gateway: LyingGateway, first: Delivery, _second: Delivery) -> None:
    gateway.parts[first.id, 1] += b"more"


def endless(gateway: LyingGateway, _first: Delivery, _second: Delivery) -> None:
    gateway.lie("part", lambda _asked, told: replace(told, endless=True))


def other_place(gateway: LyingGateway, _first: Delivery, _second: Delivery) -> None:
    """Ends early once, then goes on elsewhere than asked."""
    gateway.lie(
        "part",
        lambda asked, told: (
            replace(told, headers={"Content-Range": "bytes 5-9/10"})
            if "range" in asked.headers
            else replace(told, body=told.body[:1000], claim=len(told.body))
        ),
    )


@pytest.mark.parametrize(
    "attack", [swap, splice, splice_tail, reorder_blocks, flip, lengthen, endless, other_place]
)
def test_a_forged_part_is_refused_and_nothing_kept(
    gateway: LyingGateway,
    registry: Exchange,
    post: Post,
    folder: Path,
    attack: Callable[[LyingGateway, Delivery, Delivery], None],
) -> None:
    first, second = post.send(os.urandom(SIZE)), post.send(os.urandom(SIZE))
    registry.refresh_directory()
    before = dict(gateway.parts)
    attack(gateway, first, second)
    with pytest.raises(NotProven):
        fetch(registry, first, folder)
    assert [name for name in everything_in(folder) if name.startswith("part-1")] == []
    gateway.honest()
    gateway.parts = before
    assert fetch(registry, first, folder)[1].read_bytes() == before[first.id, 1]


def test_a_truncated_part_is_never_taken_for_whole(
    gateway: LyingGateway, registry: Exchange, post: Post, folder: Path
) -> None:
    delivery = post.send(os.urandom(SIZE))
    gateway.parts[delivery.id, 1] = gateway.parts[delivery.id, 1][:-100]
    with pytest.raises((RoadFailed, NotProven)):
        fetch(registry, delivery, folder)
    assert [name for name in everything_in(folder) if name.endswith(".sealed") and "part-1" in name] == []


def test_a_gateway_that_cannot_go_on_in_the_middle_is_asked_from_the_beginning(
    gateway: LyingGateway, registry: Exchange, post: Post, folder: Path
) -> None:
    delivery = post.send(os.urandom(SIZE))
    cut = [1000]

    def no_ranges(asked: Asked, _told: Told) -> Told:
        number = int(asked.path.rsplit("/", 1)[1])
        whole = gateway.parts[delivery.id, number]
        return Told(200, whole[: cut.pop()], claim=len(whole)) if cut else Told(200, whole)

    gateway.lie("part", no_ranges)
    assert fetch(registry, delivery, folder)[0].read_bytes() == gateway.parts[delivery.id, 0]


# Letters


def forged(kit: ExchangeKit, delivery: Delivery) -> bytes:
    """A delivery in riverside's name by somebody else's key."""
    return delivery.sign(Member.make("riverside").key).encode()


def in_another_name(kit: ExchangeKit, delivery: Delivery) -> bytes:
    """Lakeside signs what says it comes from riverside."""
    return delivery.sign(kit.members["lakeside"].key).encode()


def expired(kit: ExchangeKit, delivery: Delivery) -> bytes:
    """An old delivery, shown again."""
    past = delivery.created - timedelta(days=20)
    old = replace(delivery, created=past, expires=past + timedelta(days=1))
    return old.sign(kit.members["riverside"].key).encode()


def for_somebody_else(kit: ExchangeKit, delivery: Delivery) -> bytes:
    """A delivery of the registry to lakeside, in the registry's own mailbox."""
    other = replace(delivery, sender="registry", addressees=("lakeside",), purpose="message")
    return other.sign(kit.members["registry"].key).encode()


def altered(_kit: ExchangeKit, delivery: Delivery, envelope: bytes = b"") -> bytes:
    """One digit of a digest changed under the old signature."""
    digest = delivery.parts[0].digest
    return envelope.replace(digest.encode(), digest[::-1].encode())


@pytest.mark.parametrize("forge", [forged, in_another_name, expired, for_somebody_else])
def test_a_letter_that_does_not_prove_itself_is_set_aside(
    kit: ExchangeKit,
    gateway: LyingGateway,
    registry: Exchange,
    post: Post,
    forge: Callable[[ExchangeKit, Delivery], bytes],
) -> None:
    delivery = post.send(b"good")
    gateway.put_mail("registry", "delivery", forge(kit, delivery), seq=99)
    mail = read(registry)
    assert [waiting.delivery for waiting in mail.deliveries] == [delivery]
    [aside] = mail.set_aside
    assert isinstance(aside.error, FarSideRefused)
    assert aside.error.exit_code == 3
    assert str(aside.error).count("\n") == 0


def test_an_altered_envelope_is_set_aside(gateway: LyingGateway, registry: Exchange, post: Post) -> None:
    delivery = post.send(b"good")
    envelope = gateway.deliveries[delivery.id]
    gateway.mail["registry"][:] = [(1, "delivery", altered(post.kit, delivery, envelope))]
    mail = read(registry)
    assert mail.deliveries == ()
    assert "does not verify" in str(mail.set_aside[0].error)


def test_a_forged_receipt_is_set_aside(
    kit: ExchangeKit, gateway: LyingGateway, riverside: Exchange, post: Post
) -> None:
    delivery = post.send(b"good")
    receipt = kit.receipt(delivery, result="accepted")
    gateway.put_mail("riverside", "receipt", receipt.sign(kit.members["lakeside"].key).encode())
    other = replace(receipt, sender="lakeside")
    gateway.put_mail("riverside", "receipt", other.sign(kit.members["registry"].key).encode())
    mail = Mailbox(riverside, "riverside").read()
    assert mail.receipts == ()
    assert len(mail.set_aside) == 2


def test_a_sender_that_joined_a_moment_ago_is_believed(
    kit: ExchangeKit, gateway: LyingGateway, registry: Exchange, post: Post
) -> None:
    """The letter is read with an older directory than its sender's: it is fetched anew before judging."""
    delivery = post.send(b"good")
    newcomer = Member.make("newcomer")
    kit.members["newcomer"] = newcomer
    later = replace(delivery, sender="newcomer")
    gateway.mail["registry"][:] = [(1, "delivery", later.sign(newcomer.key).encode())]

    def join(_asked: Asked, told: Told) -> Told:
        if "newcomer" not in {partner.id for partner in kit.directory.partners}:
            kit.publish(partners=kit.with_partner(newcomer.entry(kit.since)))
            gateway.republish()
        return told

    gateway.lie("mailbox", join)
    assert [waiting.delivery.sender for waiting in read(registry).deliveries] == ["newcomer"]


def test_a_letter_is_shown_once_by_a_mailbox_and_again_after_rewind(
    gateway: LyingGateway, registry: Exchange, post: Post
) -> None:
    post.send(b"good")
    mailbox = Mailbox(registry, "registry")
    assert len(mailbox.read().deliveries) == 1
    assert mailbox.read().empty
    mailbox.rewind()
    assert len(mailbox.read().deliveries) == 1


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b'{"deliveries":[],"next":0}', "no list of receipts"),
        (b'{"deliveries":[{"envelope":{},"seq":0}],"next":0,"receipts":[]}', "not in the agreed form"),
        (b'{"deliveries":[{"envelope":[],"seq":1}],"next":0,"receipts":[]}', "not in the agreed form"),
        (b'{"deliveries": [], "receipts": []}', "agreed"),
        (b"[]", "agreed"),
        (b"\xff\x00", "agreed"),
    ],
)
def test_a_mailbox_of_another_form_is_refused(
    gateway: LyingGateway, registry: Exchange, body: bytes, words: str
) -> None:
    gateway.lie("mailbox", lambda _asked, told: replace(told, body=body))
    with pytest.raises(NotProven, match=words):
        read(registry)


def test_a_mailbox_without_an_end_is_refused(gateway: LyingGateway, registry: Exchange, post: Post) -> None:
    envelope = post.send(b"good").sign(post.kit.members["riverside"].key).encode().decode()

    def one_more(asked: Asked, told: Told) -> Told:
        seq = 1 + int(asked.query.split("&")[0].removeprefix("after="))
        letter = f'{{"envelope":{envelope},"seq":{seq}}}'
        others = '"read_receipts":[],"recalls":[],"receipts":[]'
        page = f'{{"deliveries":[{letter}],"drops":[],"next":{seq},{others}}}'
        return replace(told, body=page.encode())

    gateway.lie("mailbox", one_more)
    with pytest.raises(NotProven, match="without an end"):
        read(registry)


# The directory


def test_a_directory_rolled_back_is_refused(
    kit: ExchangeKit, gateway: LyingGateway, registry: Exchange, tmp_path: Path
) -> None:
    old = dict(gateway.files)
    kit.publish()
    gateway.republish()
    registry.refresh_directory()
    before = {
        name: (tmp_path / "registry" / name).read_bytes() for name in everything_in(tmp_path / "registry")
    }
    gateway.files = old
    with pytest.raises(NotProven):
        registry.refresh_directory()
    after = {
        name: (tmp_path / "registry" / name).read_bytes() for name in everything_in(tmp_path / "registry")
    }
    assert after == before


def test_another_registrys_directory_is_refused_and_nothing_kept(
    gateway: LyingGateway, registry: Exchange, tmp_path: Path
) -> None:
    gateway.files = ExchangeKit(tmp_path / "evil").publisher.files()
    with pytest.raises(NotProven):
        registry.refresh_directory()
    assert [name for name in everything_in(tmp_path / "registry") if name.endswith(".json")] == []


def test_an_endless_directory_file_is_refused(gateway: LyingGateway, registry: Exchange) -> None:
    gateway.lie("directory", lambda _asked, told: replace(told, endless=True))
    with pytest.raises(NotProven):
        registry.refresh_directory()


@pytest.mark.parametrize(("status", "error"), [(500, RoadFailed), (403, FarSideRefused), (409, Conflict)])
def test_a_mailbox_that_is_refused_says_whose_fault_it_is(
    gateway: LyingGateway, registry: Exchange, status: int, error: type[Exception]
) -> None:
    gateway.lie("mailbox", refused(status))
    with pytest.raises(error, match="The gateway"):
        read(registry)


def test_a_mailbox_that_hangs_up_is_the_roads_fault(gateway: LyingGateway, registry: Exchange) -> None:
    gateway.lie("mailbox", hang)
    with pytest.raises(RoadFailed):
        read(registry)


def test_receipts_are_proven_with_the_delivery(
    kit: ExchangeKit, gateway: LyingGateway, riverside: Exchange, registry: Exchange, post: Post
) -> None:
    delivery = post.send(b"good")
    receipt = kit.receipt(delivery, result="accepted")
    envelope = receipt.sign(kit.members["registry"].key).encode()
    registry.refresh_directory()
    registry.post_receipt(envelope)
    registry.post_receipt(envelope)
    [answered] = Mailbox(riverside, "riverside").read().receipts
    assert answered.receipt == receipt
    assert Signed.decode(answered.envelope).document == receipt.to_bytes()
    assert gateway.parts == {}
