"""Three gateways behind nginx, round robin: one database, one shared folder, nothing of their own.

Requests of one delivery land wherever they land, while gateways are killed -9 in the middle.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from tests.exchange_kit import ExchangeKit, Member, RunningGateway
from tests.nginx_kit import nginx
from tests.partner_kit import exchange_of, sender
from tests.postgresql_kit import PostgreSql
from tests.seaweedfs_kit import SeaweedFs

from vernix.courier.collecting import Mailbox
from vernix.courier.dispatch import Dispatch, OutgoingFile, Plan
from vernix.courier.fetching import fetch
from vernix.courier.piecing import MIB, Pieces
from vernix.courier.sending import Outbox
from vernix.custody.identifiers import utc_now
from vernix.custody.requests import Request, sign_request
from vernix.sealing.opening import open_bytes

GATEWAYS = 3


@pytest.fixture(scope="module", params=["folder", pytest.param("bucket", marks=pytest.mark.slow)])
def kit(
    tmp_path_factory: pytest.TempPathFactory, postgresql: PostgreSql, request: pytest.FixtureRequest
) -> ExchangeKit:
    """Its directory names the proxy as the gateway's address; bodies lie in a folder, or in a bucket."""
    kit = ExchangeKit(tmp_path_factory.mktemp("exchange"))
    kit.database_url = postgresql.database()
    if request.param == "bucket":
        storage: SeaweedFs = request.getfixturevalue("seaweedfs")
        storage.keep(kit)
    return kit


@pytest.fixture(scope="module")
def gateways(kit: ExchangeKit) -> Iterator[list[RunningGateway]]:
    """Gateways with a port and a data folder each."""
    with contextlib.ExitStack() as stack:
        yield [
            stack.enter_context(kit.replica(n).running("--shared", str(kit.folder / "shared")))
            for n in range(GATEWAYS)
        ]


@pytest.fixture(scope="module")
def front(
    kit: ExchangeKit, gateways: list[RunningGateway], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[RunningGateway]:
    """What partners reach. A signed request must not be handed on twice, so nginx hands on none."""
    program = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
    if program is None:
        pytest.skip("the program nginx is not installed: run tools/system-packages")
    ports = [gateway.kit.port for gateway in gateways]
    settings = ("client_max_body_size 0", "proxy_request_buffering off", "proxy_next_upstream off")
    with nginx(program, tmp_path_factory.mktemp("front") / "nginx", kit.port, ports, *settings):
        yield RunningGateway(kit)


def test_a_new_directory_reaches_every_gateway_at_once(
    kit: ExchangeKit, gateways: list[RunningGateway], front: RunningGateway
) -> None:
    kit.members["hillside"] = Member.make("hillside")
    assert [one.signed("hillside", "GET", "/mailbox").status for one in gateways] == [401] * GATEWAYS
    files = kit.publish(partners=kit.with_partner(kit.members["hillside"].entry(kit.since)))
    assert front.publish(files).status == 200
    assert [one.signed("hillside", "GET", "/mailbox").status for one in gateways] == [200] * GATEWAYS


def test_a_request_is_taken_by_one_of_them(kit: ExchangeKit, gateways: list[RunningGateway]) -> None:
    """A nonce that one gateway took is used up for all."""
    key = kit.members["riverside"].key
    first, second = gateways[:2]
    request = Request.to_url("GET", kit.url + "/mailbox", b"")
    fields = sign_request(request, key, key.key_id, utc_now()) | {"Host": kit.url.removeprefix("http://")}
    assert first.request("GET", "/mailbox", headers=fields).status == 200
    assert second.request("GET", "/mailbox", headers=fields).status == 401


def test_two_writers_at_two_gateways_never_mix(kit: ExchangeKit, gateways: list[RunningGateway]) -> None:
    part = kit.seal(os.urandom(12 * MIB))
    stranger = part.content[: part.header] + bytes(len(part.content) - part.header)
    _, path = gateways[0].begin_upload("riverside", part)
    start = threading.Barrier(2)

    def write(gateway: RunningGateway, content: bytes) -> int:
        start.wait()
        return gateway.patch(path, 0, content).status

    with ThreadPoolExecutor(2) as pool:
        results = sorted(pool.map(write, gateways[1:], [part.content, stranger]))
    assert results in ([204, 409], [409, 409])
    offset = gateways[2].offset(path)
    held = [content[:offset] for content in kit.lying().values() if len(content) > MIB]
    assert any(all(each in whole for each in held) for whole in (part.content, stranger))


def test_post_at_one_wakes_who_waits_at_another(kit: ExchangeKit, gateways: list[RunningGateway]) -> None:
    part = kit.seal(b"urgent", to="lakeside")
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(gateways[0].signed, "lakeside", "GET", "/mailbox?after=0&wait=20")
        time.sleep(0.3)
        gateways[1].deliver(part, sender="registry", to=("lakeside",))
        began = time.monotonic()
        assert len(waiting.result().json["deliveries"]) == 1
        assert time.monotonic() - began < 2


def test_a_delivery_while_gateways_are_killed(
    kit: ExchangeKit, gateways: list[RunningGateway], front: RunningGateway, tmp_path: Path
) -> None:
    """Sent in pieces that land anywhere, collected, signed for: once, and as it was."""
    source = tmp_path / "births.csv"
    source.write_bytes(os.urandom(64 * MIB))
    exchange = exchange_of(kit, "riverside", tmp_path / "riverside", timeout=20)
    exchange.pieces = Pieces(most=2 * MIB)
    outbox = Outbox(tmp_path / "riverside" / "outbox")
    file = OutgoingFile(source, source.name, "text/csv", "file")
    plan = outbox.begin(Dispatch(("registry",), "message", (file,)))
    assert isinstance(plan, Plan)
    killer = _Killer(gateways)
    sent = outbox.send(plan, exchange, sender(kit.members["riverside"]), killer.watch)
    killer.end()
    assert killer.killed == GATEWAYS
    registry = exchange_of(kit, "registry", tmp_path / "registry", timeout=20)
    mail = Mailbox(registry, "registry").read()
    (waiting,) = [one for one in mail.deliveries if one.delivery.id == sent.plan.id]
    parts = fetch(registry, waiting.delivery, tmp_path / "parts")
    identities = [kit.members["registry"].identity]
    assert open_bytes(parts[1].read_bytes(), identities, 1 << 30) == source.read_bytes()
    receipt = kit.receipt(waiting.delivery).sign(kit.members["registry"].key).encode()
    registry.post_receipt(receipt)
    state = exchange.delivery_state(sent.plan.id)
    assert (state["state"], len(state["receipts"])) == ("received", 1)


class _Killer:
    """Kills one gateway after the other as a delivery goes on, and starts each again at once."""

    def __init__(self, gateways: list[RunningGateway]) -> None:
        self._left = list(gateways)
        self._starts = ThreadPoolExecutor(1)
        self._started: list[Callable[[], object]] = []
        self.killed = 0

    def watch(self, done: int, total: int) -> None:
        """Told how far the delivery is."""
        if self._left and done > total * (self.killed + 1) / (GATEWAYS + 1):
            gateway = self._left.pop(0)
            gateway.kill()
            self._started.append(self._starts.submit(gateway.start).result)
            self.killed += 1

    def end(self) -> None:
        """All of them are there again."""
        for started in self._started:
            started()
        self._starts.shutdown()
