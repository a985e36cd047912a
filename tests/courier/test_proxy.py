"""The way through a proxy: it connects, carries, and is told nothing that it need not know."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from tests.connect_proxy import ConnectProxy
from tests.exchange_kit import ExchangeKit, RunningGateway, free_port
from tests.lying_gateway import LyingGateway
from tests.partner_kit import exchange_of, sender

from vernix.courier.dispatch import Dispatch, OutgoingFile, Plan
from vernix.courier.proxy import VARIABLES, proxy_for
from vernix.courier.road import Road
from vernix.courier.sending import Outbox
from vernix.errors import NotProven, RoadFailed, UsageError

NAME = "gateway.example"  # RFC 2606: nobody can resolve it, so only the proxy leads there
URL = f"https://{NAME}"
CANARY = b"Zyx-Canary-Surname"


@pytest.fixture(autouse=True)
def no_proxy_of_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (*VARIABLES, "no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A certificate of its own authority for the gateway's name, and its key."""
    folder, key, now = (
        tmp_path_factory.mktemp("tls"),
        ec.generate_private_key(ec.SECP256R1()),
        datetime.now(UTC),
    )
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, NAME)])
    names = x509.SubjectAlternativeName([x509.DNSName(NAME), x509.IPAddress(ip_address("127.0.0.1"))])
    built = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(names, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    chain, secret = folder / "chain.pem", folder / "key.pem"
    chain.write_bytes(built.public_bytes(serialization.Encoding.PEM))
    secret.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    return chain, secret


@pytest.fixture(scope="module")
def kit(tmp_path_factory: pytest.TempPathFactory) -> ExchangeKit:
    return ExchangeKit(tmp_path_factory.mktemp("kit"))


@pytest.fixture(scope="module")
def gateway(kit: ExchangeKit, certificate: tuple[Path, Path]) -> Iterator[RunningGateway]:
    with kit.running("--public-url", URL, tls=certificate) as running:
        yield running


@pytest.fixture
def proxy(
    kit: ExchangeKit, gateway: RunningGateway, monkeypatch: pytest.MonkeyPatch
) -> Iterator[ConnectProxy]:
    with ConnectProxy({f"{NAME}:443": kit.port}).running() as running:
        monkeypatch.setenv("HTTPS_PROXY", running.address)
        yield running


def test_a_delivery_goes_through_it_and_stays_sealed_in_tls(
    kit: ExchangeKit, proxy: ConnectProxy, certificate: tuple[Path, Path], tmp_path: Path
) -> None:
    source = tmp_path / "scan.bin"
    source.write_bytes(os.urandom(3 << 20) + CANARY)
    exchange = exchange_of(kit, "riverside", tmp_path)
    exchange.road = Road(URL, certificate[0], timeout=5)
    outbox = Outbox(tmp_path / "outbox")
    plan = outbox.begin(Dispatch(("registry",), "message", (OutgoingFile(source, source.name),)))
    assert isinstance(plan, Plan)
    sent = outbox.send(plan, exchange, sender(kit.members["riverside"]))
    assert exchange.delivery_state(sent.plan.id)["state"] == "waiting"
    assert set(proxy.asked) == {f"CONNECT {NAME}:443"}
    assert len(proxy.carried) > source.stat().st_size
    for word in (b"HTTP/1.1", b"age-encryption.org", sent.plan.id.encode(), CANARY):
        assert word not in proxy.carried


def test_without_it_there_is_no_way(
    proxy: ConnectProxy, certificate: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: the name leads nowhere here, and ``NO_PROXY`` is obeyed."""
    assert Road(URL, certificate[0], timeout=5).ask("GET", "/health").status == 200
    monkeypatch.setenv("NO_PROXY", "intranet.example, gateway.example")
    proxy.asked.clear()
    with pytest.raises(RoadFailed) as caught:
        Road(URL, certificate[0], timeout=5).ask("GET", "/health")
    assert "proxy" not in str(caught.value)
    assert proxy.asked == []


def test_a_password_is_given_to_the_proxy_alone(
    kit: ExchangeKit, gateway: RunningGateway, certificate: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    with ConnectProxy({f"{NAME}:443": kit.port}, password="clerk:pässword").running() as proxy:
        monkeypatch.setenv("https_proxy", f"http://clerk:p%C3%A4ssword@127.0.0.1:{proxy.port}/")
        assert Road(URL, certificate[0], timeout=5).ask("GET", "/health").status == 200
        monkeypatch.setenv("https_proxy", f"clerk:wrong@127.0.0.1:{proxy.port}")
        with pytest.raises(RoadFailed, match="status 407") as caught:
            Road(URL, certificate[0], timeout=5).ask("GET", "/health")
    assert "wrong" not in str(caught.value)
    assert "wrong" not in repr(proxy_for(NAME))


def test_a_proxy_that_refuses_is_said(
    certificate: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    with ConnectProxy({}).running() as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.address)
        with pytest.raises(
            RoadFailed, match=r"proxy that HTTPS_PROXY names does not let us through \(status 403"
        ):
            Road(URL, certificate[0], timeout=5).ask("GET", "/health")


def test_nobody_at_the_proxys_address_is_said(
    certificate: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", f"127.0.0.1:{free_port()}")
    with pytest.raises(RoadFailed, match="through the proxy") as caught:
        Road(URL, certificate[0], timeout=5).ask("GET", "/health")
    assert "127.0.0.1" not in str(caught.value)


def test_a_proxy_that_opens_tls_is_refused(proxy: ConnectProxy) -> None:
    """Whoever answers in the gateway's place has no certificate that we trust (here: none is named)."""
    with pytest.raises(NotProven, match="does not prove that it is the gateway") as caught:
        Road(URL, timeout=5).ask("GET", "/health")
    assert "A proxy that opens TLS" in caught.value.hint


def test_this_machine_is_reached_without_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kit = ExchangeKit(tmp_path)
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:1")
    with LyingGateway(kit).running():
        assert Road(kit.url, timeout=5).ask("GET", "/directory/timestamp.json").status == 200


@pytest.mark.parametrize(
    "value", ["socks5://Zyx:1", "https://Zyx:1", "http://", "http://Zyx:port", "http://Zyx/path", "Zyx:1?q"]
)
def test_what_is_no_proxy_is_refused_without_repeating_it(
    value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", value)
    with pytest.raises(UsageError) as caught:
        Road(URL)
    assert "Zyx" not in str(caught.value)


@pytest.mark.parametrize(
    ("without", "gateway", "used"),
    [
        ("", "gateway.example", True),
        ("*", "gateway.example", False),
        ("example", "gateway.example:8443", False),
        (".example", "gateway.example", False),
        ("gateway.example:8443", "gateway.example:8443", False),
        ("gateway.example:1", "gateway.example:8443", True),
        ("way.example", "gateway.example", True),
    ],
)
def test_no_proxy_names_and_their_ends(
    without: str, gateway: str, used: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example:3128")
    monkeypatch.setenv("NO_PROXY", without)
    assert (proxy_for(gateway) is not None) is used


def test_an_empty_variable_means_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("https_proxy", "")
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example:3128")
    assert proxy_for(NAME) is None
