"""Roads as they are: a proxy that takes a mebibyte at a time, a link that breaks; everything arrives, once.

The gateway and nginx are real programs; so is what breaks the link, to the sockets at both its ends.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.exchange_kit import ExchangeKit, RunningGateway, free_port
from tests.flaky_road import FlakyRoad
from tests.nginx_kit import nginx
from tests.partner_kit import exchange_of, sender

from vernix.courier.collecting import Mailbox
from vernix.courier.dispatch import Dispatch, OutgoingFile, Plan
from vernix.courier.exchange import Exchange
from vernix.courier.fetching import fetch
from vernix.courier.piecing import LEAST, Pieces
from vernix.courier.road import BodyCapped
from vernix.courier.sending import Outbox, Sent
from vernix.errors import UsageError
from vernix.sealing.opening import open_bytes

MIB = 1 << 20


@pytest.fixture(scope="module")
def kit(tmp_path_factory: pytest.TempPathFactory) -> ExchangeKit:
    """An exchange of this file's own: its gateway is real."""
    return ExchangeKit(tmp_path_factory.mktemp("exchange"))


@pytest.fixture(scope="module")
def front() -> int:
    """The port by which partners reach the gateway."""
    return free_port()


@pytest.fixture(scope="module", name="gateway")
def real_gateway(kit: ExchangeKit, front: int) -> Iterator[RunningGateway]:
    """A gateway behind something."""
    with kit.running("--public-url", f"http://127.0.0.1:{front}") as running:
        yield running


@pytest.fixture
def capped(
    gateway: RunningGateway, front: int, need_program: Callable[[str], str], tmp_path: Path
) -> Iterator[None]:
    """nginx before the gateway, as Debian configures it: one mebibyte."""
    with nginx(
        need_program("nginx"), tmp_path / "nginx", front, [gateway.kit.port], "client_max_body_size 1m"
    ):
        yield


def partner(kit: ExchangeKit, who: str, folder: Path, front: int, pieces: Pieces | None = None) -> Exchange:
    exchange = exchange_of(kit, who, folder, f"http://127.0.0.1:{front}", timeout=10)
    exchange.pieces = pieces or exchange.pieces
    return exchange


def send(kit: ExchangeKit, exchange: Exchange, folder: Path, contents: list[bytes]) -> Sent:
    files = []
    for number, content in enumerate(contents):
        path = folder / f"file-{number}"
        path.write_bytes(content)
        files.append(OutgoingFile(path, path.name, "application/octet-stream", "file"))
    outbox = Outbox(folder / "outbox")
    plan = outbox.begin(Dispatch(("registry",), "message", tuple(files)))
    assert isinstance(plan, Plan)
    return outbox.send(plan, exchange, sender(kit.members["riverside"]))


def collect(kit: ExchangeKit, exchange: Exchange, folder: Path, sent: Sent) -> list[bytes]:
    """What the addressee reads of a delivery, which must be there once."""
    mail = Mailbox(exchange, "registry").read()
    (waiting,) = [one for one in mail.deliveries if one.delivery.id == sent.plan.id]
    parts = fetch(exchange, waiting.delivery, folder / "parts")
    identities = [kit.members["registry"].identity]
    return [open_bytes(part.read_bytes(), identities, 1 << 30) for part in parts[1:]]


@pytest.mark.usefixtures("capped")
def test_a_proxy_that_takes_one_mebibyte_is_found_out_and_remembered(
    kit: ExchangeKit, front: int, tmp_path: Path
) -> None:
    memory = tmp_path / "pieces.json"
    exchange = partner(kit, "riverside", tmp_path, front, Pieces(memory))
    contents = [os.urandom(5 * MIB + 77), os.urandom(3 * MIB), b"small"]
    sent = send(kit, exchange, tmp_path, contents)
    registry = partner(kit, "registry", tmp_path / "registry", front)
    assert collect(kit, registry, tmp_path, sent) == contents
    assert Pieces(memory).of(100 * MIB) == MIB, "the next run begins with what goes through"
    assert Pieces(memory, clock=lambda: 1e12).of(100 * MIB) == 100 * MIB, "but not for ever"


@pytest.mark.usefixtures("capped")
def test_a_known_proxy_is_never_asked_for_more(kit: ExchangeKit, front: int, tmp_path: Path) -> None:
    exchange = partner(kit, "riverside", tmp_path, front, Pieces(most=LEAST))
    pushed: list[int] = []
    push = exchange.road.push

    def counting(method: str, path: str, headers: object, pieces: object, length: int) -> object:
        pushed.append(length)
        return push(method, path, headers, pieces, length)  # type: ignore[arg-type]

    exchange.road.push = counting  # type: ignore[method-assign, assignment]
    send(kit, exchange, tmp_path, [os.urandom(2 * MIB)])
    assert max(pushed) == LEAST
    assert len(pushed) == 5, "the pieces of the file; the manifest is small and goes whole"


def test_a_proxy_that_takes_nothing_worth_sending_is_said(
    kit: ExchangeKit, gateway: RunningGateway, front: int, tmp_path: Path, need_program: Callable[[str], str]
) -> None:
    with nginx(need_program("nginx"), tmp_path / "nginx", front, [kit.port], "client_max_body_size 64k"):
        exchange = partner(kit, "riverside", tmp_path, front)
        with pytest.raises(BodyCapped, match="proxy"):
            send(kit, exchange, tmp_path, [os.urandom(2 * MIB)])
    assert gateway.process is not None


def test_a_piece_is_not_too_small() -> None:
    with pytest.raises(UsageError, match="512 KiB"):
        Pieces(most=1000)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_link_that_breaks_at_random_bytes(
    kit: ExchangeKit, gateway: RunningGateway, front: int, tmp_path: Path, seed: int
) -> None:
    """Both ways; the requests between the bodies break as well."""
    contents = [os.urandom(20 * MIB + seed), os.urandom(MIB + seed), b""]
    road = FlakyRoad(front, kit.port, seed)
    with road.running():
        sent = send(kit, partner(kit, "riverside", tmp_path, front), tmp_path, contents)
        registry = partner(kit, "registry", tmp_path / "registry", front)
        assert collect(kit, registry, tmp_path, sent) == contents
    assert road.cuts > 5, "the road broke, or this shows nothing"
    assert gateway.signed("registry", "GET", f"/deliveries/{sent.plan.id}").json["state"] == "waiting"
