"""A storage that fails, lies or is slow, and a gateway that is killed at any request to it.

The storage is a real server; a rough road to it does what servers and networks do on their bad days.
"""

from __future__ import annotations

import http.client
import os
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

import pytest
from tests.bucket_kit import get, post, sign_for, stored_by, until_empty
from tests.exchange_kit import TUS, ExchangeKit, RunningGateway, SealedPart
from tests.partner_kit import everything_in, exchange_of
from tests.rough_storage import RoughStorage, rough_storage
from tests.seaweedfs_kit import SeaweedFs

from vernix.courier.collecting import Mailbox
from vernix.courier.fetching import fetch
from vernix.errors import NotProven
from vernix.gateway import sweeping

T = TypeVar("T")
MIB, DAY = 1 << 20, 86400


@pytest.fixture(scope="module")
def road(seaweedfs: SeaweedFs) -> Iterator[RoughStorage]:
    with rough_storage(seaweedfs.port) as road:
        yield road


@pytest.fixture(scope="module")
def kit(tmp_path_factory: pytest.TempPathFactory, seaweedfs: SeaweedFs, road: RoughStorage) -> ExchangeKit:
    """Its gateway reaches the storage over the rough road."""
    return seaweedfs.keep(ExchangeKit(tmp_path_factory.mktemp("exchange")), road.port)


@pytest.fixture(autouse=True)
def mended(road: RoughStorage) -> Iterator[None]:
    yield
    road.mode, road.watch = "open", lambda _moment: None


@pytest.fixture(scope="module")
def bucket_gateway(kit: ExchangeKit) -> Iterator[RunningGateway]:
    with kit.running() as running:
        yield running


@pytest.mark.parametrize(
    ("mode", "status"), [("busy", 503), ("cut", 503), ("forbidden", 507), ("full", 507), ("gone", 507)]
)
def test_what_was_acknowledged_stays_while_the_storage_fails(
    kit: ExchangeKit, bucket_gateway: RunningGateway, road: RoughStorage, mode: str, status: int
) -> None:
    gateway, part = bucket_gateway, kit.seal(os.urandom(7 * MIB))
    upload, path = gateway.begin_upload("riverside", part)
    assert gateway.patch(path, 0, part.content[: 3 * MIB]).status == 204
    road.mode = mode
    refused = gateway.patch(path, 3 * MIB, part.content[3 * MIB :])
    assert (refused.status, int(refused.headers["retry-after"])) == (status, 60), refused.body
    assert "storage" in refused.json["error"]
    assert refused.json["hint"]
    assert gateway.offset(path) == 3 * MIB
    road.mode = "open"
    assert gateway.patch(path, 3 * MIB, part.content[3 * MIB :]).status == 204
    delivery = post(kit, gateway, upload, part)
    road.mode = mode
    assert get(gateway, delivery).status in (status, 404)
    assert sign_for(kit, gateway, delivery) == 201, "a receipt does not wait for the storage"
    road.mode = "open"


def test_a_late_storage_is_waited_for(
    kit: ExchangeKit, bucket_gateway: RunningGateway, road: RoughStorage
) -> None:
    road.mode = "late"
    part = kit.seal(os.urandom(9 * MIB))
    upload, _ = bucket_gateway.upload("riverside", part)
    assert get(bucket_gateway, post(kit, bucket_gateway, upload, part)).body == part.content


@pytest.mark.slow
def test_a_silent_storage_holds_up_nothing_else(
    kit: ExchangeKit, bucket_gateway: RunningGateway, road: RoughStorage
) -> None:
    """It is given up after some twenty seconds; meanwhile everything else is answered at once."""
    part = kit.seal(os.urandom(5 * MIB))
    _, path = bucket_gateway.begin_upload("riverside", part)
    road.mode = "silent"
    body = bucket_gateway.connection()
    fields = {**TUS, "Upload-Offset": "0", "Content-Type": "application/offset+octet-stream"}
    began = time.monotonic()
    body.request("PATCH", path, part.content, fields)
    for _ in range(20):
        asked = time.monotonic()
        assert bucket_gateway.signed("riverside", "GET", "/mailbox?after=0&wait=0").status == 200
        assert time.monotonic() - asked < 2
    assert body.getresponse().status == 503
    assert 5 < time.monotonic() - began < 45
    assert bucket_gateway.offset(path) == 0


def test_what_the_storage_altered_is_refused_and_nothing_kept(
    kit: ExchangeKit, bucket_gateway: RunningGateway, road: RoughStorage, tmp_path: Path
) -> None:
    part = kit.seal(os.urandom(3 * MIB), to="registry")
    upload, _ = bucket_gateway.upload("riverside", part)
    delivery = post(kit, bucket_gateway, upload, part)
    registry = exchange_of(kit, "registry", tmp_path / "registry", timeout=20)
    waiting = {one.delivery.id: one.delivery for one in Mailbox(registry, "registry").read().deliveries}
    road.mode = "false"
    with pytest.raises(NotProven):
        fetch(registry, waiting[delivery.id], tmp_path / "parts")
    assert everything_in(tmp_path / "parts") == []
    road.mode = "open"
    (whole,) = fetch(registry, waiting[delivery.id], tmp_path / "parts")
    assert whole.read_bytes() == part.content


def test_the_storage_sees_no_name_and_no_word(
    kit: ExchangeKit, bucket_gateway: RunningGateway, road: RoughStorage
) -> None:
    word = b"child_family_name,Tremblay-Gagnon"
    part = kit.seal(word * 1000)
    upload, path = bucket_gateway.upload("riverside", part)
    delivery = post(kit, bucket_gateway, upload, part)
    get(bucket_gateway, delivery)
    told = [*road.seen, *kit.in_bucket().values(), *(name.encode() for name in kit.in_bucket())]
    token = path.rsplit("/", maxsplit=1)[1]
    for secret in (word, b"riverside", upload.encode(), delivery.id.encode(), token.encode()):
        assert not [each for each in told if secret in each]
    assert sign_for(kit, bucket_gateway, delivery) == 201
    written = b"\n".join([bucket_gateway.log.read_bytes(), *road.seen])
    assert kit.environment["AWS_SECRET_ACCESS_KEY"].encode() not in written


@pytest.mark.parametrize(
    ("moment", "number"),
    [
        pytest.param(
            moment,
            number,
            marks=[] if (moment, number) in {("comes", 2), ("done", 1)} else [pytest.mark.slow],
        )
        for moment in ("comes", "done")
        for number in range(1, 11)
    ],
)
def test_killed_at_a_request_to_the_storage(
    kit: ExchangeKit, bucket_gateway: RunningGateway, road: RoughStorage, moment: str, number: int
) -> None:
    """Before the storage heard of it, or when it has done it: a patient client delivers whole, and once."""
    before = kit.lying().keys()
    client = Patient(bucket_gateway, road, moment, number)
    part = kit.seal(os.urandom(9 * MIB))
    upload, path = client.until_done(lambda: bucket_gateway.begin_upload("riverside", part))
    client.until_done(lambda: _send_rest(bucket_gateway, path, part))
    delivery = kit.delivery([(upload, part)])
    envelope = delivery.sign(kit.members["riverside"].key).encode()
    posted = client.until_done(lambda: bucket_gateway.signed("riverside", "POST", "/deliveries", envelope))
    assert posted.status in (200, 201)
    assert client.until_done(lambda: get(bucket_gateway, delivery)).body == part.content
    receipt = kit.receipt(delivery).sign(kit.members["registry"].key).encode()
    signed = client.until_done(lambda: bucket_gateway.signed("registry", "POST", "/receipts", receipt))
    assert signed.status in (200, 201)
    assert client.struck, "there were fewer requests"
    with stored_by(kit) as (_, blobs):
        blobs.sweep_strays(time.time() + 8 * 3600)
    until_empty(kit, but=before)


def _send_rest(gateway: RunningGateway, path: str, part: SealedPart) -> None:
    while (offset := gateway.offset(path)) < len(part.content):
        gateway.patch(path, offset, part.content[offset:])


class Patient:
    """A client that repeats what was not answered. At one request to the storage the gateway is killed."""

    def __init__(self, gateway: RunningGateway, road: RoughStorage, moment: str, number: int) -> None:
        self._gateway = gateway
        self._road = road
        self._moment = moment
        self._left = number
        self._guard = threading.Lock()
        self._killed = threading.Event()
        self.struck = False
        road.watch = self._watch

    def until_done(self, step: Callable[[], T]) -> T:
        """What the step answers, when it does."""
        while True:
            try:
                return step()
            except (OSError, http.client.HTTPException):
                assert self._killed.wait(20), "nobody killed it"
                if self._gateway.process is None:
                    self._gateway.start()

    def _watch(self, moment: str) -> None:
        with self._guard:
            self._left -= moment == self._moment
            strikes = self._left == 0 and not self.struck
            self.struck = self.struck or strikes
        if strikes:
            self._gateway.kill()
            self._killed.set()


def test_what_nobody_collects_leaves_the_bucket_in_its_time(
    kit: ExchangeKit, bucket_gateway: RunningGateway
) -> None:
    """Delivered, whole and begun."""
    part = kit.seal(os.urandom(MIB))
    post(kit, bucket_gateway, bucket_gateway.upload("riverside", part)[0], part)
    bucket_gateway.upload("riverside", part)
    _, path = bucket_gateway.begin_upload("riverside", part)
    assert bucket_gateway.patch(path, 0, part.content[: MIB // 2]).status == 204
    assert len(kit.in_bucket()) >= 3
    with stored_by(kit) as (database, blobs):
        assert sweeping.sweep(database, blobs, int(time.time()) + 8 * DAY, 30 * DAY) >= 3
        blobs.sweep_strays(time.time() + DAY)
    until_empty(kit)


@pytest.mark.slow
def test_a_large_body_costs_no_memory(kit: ExchangeKit, bucket_gateway: RunningGateway) -> None:
    def highest() -> int:
        assert bucket_gateway.process is not None
        pids = [bucket_gateway.process.pid, *_children(bucket_gateway.process.pid)]
        texts = [Path(f"/proc/{pid}/status").read_text() for pid in pids]
        return max(int(text.partition("VmHWM:")[2].split()[0]) // 1024 for text in texts)

    peaks = []
    for size in (32, 256):
        part = kit.seal(os.urandom(size * MIB))
        upload, _ = bucket_gateway.upload("riverside", part)
        delivery = post(kit, bucket_gateway, upload, part)
        assert get(bucket_gateway, delivery).body == part.content
        assert sign_for(kit, bucket_gateway, delivery) == 201
        peaks.append(highest())
    assert peaks[1] < peaks[0] + 40, f"{peaks} MiB"


def _children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
