"""The road: whose fault it is, and what it never does."""

from __future__ import annotations

import errno
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from tests.exchange_kit import ExchangeKit, free_port
from tests.lying_gateway import LyingGateway, Told, refused

from vernix.courier.road import Road, patiently
from vernix.errors import (
    Conflict,
    DataRefused,
    FarSideRefused,
    NotFound,
    NotProven,
    RoadFailed,
    TooMuch,
    VernixError,
)


@pytest.fixture
def road(kit: ExchangeKit, gateway: LyingGateway) -> Road:
    return Road(kit.url, timeout=2)


@pytest.mark.parametrize(
    ("status", "error", "code"),
    [
        (400, FarSideRefused, 3),
        (401, NotProven, 3),
        (403, FarSideRefused, 3),
        (404, NotFound, 3),
        (409, Conflict, 3),
        (410, NotFound, 3),
        (413, TooMuch, 3),
        (429, TooMuch, 3),
        (302, FarSideRefused, 3),
        (408, RoadFailed, 4),
        (500, RoadFailed, 4),
        (503, RoadFailed, 4),
        (507, RoadFailed, 4),
    ],
)
def test_a_status_says_whose_fault_it_is(
    gateway: LyingGateway, road: Road, status: int, error: type[VernixError], code: int
) -> None:
    gateway.lie("directory", refused(status, "So it is.", "Do that."))
    with pytest.raises(error) as caught:
        road.ask("GET", "/directory/timestamp.json")
    assert caught.value.exit_code == code
    if status != 302:
        assert "So it is." in str(caught.value)
        assert caught.value.hint == "Do that."


def test_the_far_sides_words_are_made_harmless(gateway: LyingGateway, road: Road) -> None:
    gateway.lie("directory", refused(403, "a\x1b]0;title\x07b\nc" + "d" * 1000))
    with pytest.raises(FarSideRefused) as caught:
        road.ask("GET", "/directory/timestamp.json")
    assert str(caught.value).isprintable()
    assert len(str(caught.value)) < 400


def test_a_redirect_is_not_followed(gateway: LyingGateway, road: Road, kit: ExchangeKit) -> None:
    gateway.lie("directory", lambda _asked, _told: Told(302, headers={"Location": f"{kit.url}/mailbox"}))
    with pytest.raises(FarSideRefused, match="another address"):
        road.ask("GET", "/directory/timestamp.json")
    assert gateway.asked == [("GET", "/directory/timestamp.json")]


def test_an_endless_answer_is_not_read_to_its_end(gateway: LyingGateway, road: Road) -> None:
    gateway.lie("directory", lambda _asked, told: replace(told, endless=True))
    with pytest.raises(NotProven, match="longer than any honest"):
        road.ask("GET", "/directory/timestamp.json", limit=1000)


def test_an_answer_that_ends_early_is_the_roads_fault(gateway: LyingGateway, road: Road) -> None:
    gateway.lie("directory", lambda _asked, told: replace(told, claim=len(told.body) + 10))
    with pytest.raises(RoadFailed):
        road.ask("GET", "/directory/timestamp.json")


def test_compressed_answers_are_not_unpacked(gateway: LyingGateway, road: Road) -> None:
    """A small answer cannot become a large one here."""
    gateway.lie(
        "directory",
        lambda _asked, told: replace(told, body=b"\x1f\x8b", headers={"Content-Encoding": "gzip"}),
    )
    assert road.ask("GET", "/directory/timestamp.json").body == b"\x1f\x8b"


def test_nobody_there_is_the_roads_fault() -> None:
    with pytest.raises(RoadFailed) as caught:
        Road(f"http://127.0.0.1:{free_port()}", timeout=1).ask("GET", "/health")
    assert "127.0.0.1" not in str(caught.value)
    assert caught.value.message == "The gateway cannot be reached: the connection was refused."
    assert caught.value.exit_code == 4


@pytest.mark.parametrize(
    ("raised", "words"),
    [
        (socket.gaierror(-2, "Name or service not known"), "the address was not found"),
        (TimeoutError(), "it took too long"),
        (OSError(errno.ENETUNREACH, "no way"), "the connection broke"),
    ],
)
def test_what_kept_us_from_connecting_is_said_in_words(
    monkeypatch: pytest.MonkeyPatch, raised: OSError, words: str
) -> None:
    def connect(*_: object, **__: object) -> None:
        raise raised

    monkeypatch.setattr("urllib3.util.connection.create_connection", connect)
    with pytest.raises(RoadFailed) as caught:
        Road("http://localhost:9", timeout=1).ask("GET", "/health")
    assert caught.value.message == f"The gateway cannot be reached: {words}."


def test_a_gateway_that_never_answers_took_too_long() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent, pytest.raises(RoadFailed, match="took too long"):
        Road(f"http://127.0.0.1:{silent.getsockname()[1]}", timeout=0.3).ask("GET", "/health")


@pytest.mark.parametrize("garbage", [b"", b"SSH-2.0-OpenSSH_9.2\r\n", b"HTTP/1.1 two hundred\r\n\r\n"])
def test_garbage_is_the_roads_fault(garbage: bytes) -> None:
    with _listening(garbage) as port, pytest.raises(RoadFailed):
        Road(f"http://127.0.0.1:{port}", timeout=1).ask("GET", "/health")


def test_plain_text_where_tls_was_expected_does_not_prove_itself() -> None:
    with _listening(b"HTTP/1.1 200 OK\r\n\r\n") as port, pytest.raises((RoadFailed, NotProven)):
        Road(f"https://127.0.0.1:{port}", timeout=1).ask("GET", "/health")


@pytest.mark.parametrize(
    "address",
    [
        "http://gateway.example",
        "ftp://127.0.0.1",
        "https://user@gateway.example",
        "gateway.example",
        "",
        "https://",
    ],
)
def test_only_https_or_this_machine(address: str) -> None:
    with pytest.raises(DataRefused):
        Road(address)


def test_an_error_of_the_source_comes_out_as_itself(gateway: LyingGateway, road: Road) -> None:
    """A disk that fails while we read is not a network that fails."""

    def pieces() -> Iterator[bytes]:
        yield b"some"
        raise OSError(5, "Input/output error")

    with pytest.raises(OSError, match="Input/output"):
        road.push("PATCH", "/parts/" + "a" * 43, {"Upload-Offset": "0"}, pieces(), 100)


def test_patience_has_an_end() -> None:
    tries: list[int] = []

    def fail() -> None:
        tries.append(1)
        raise RoadFailed("no")

    with pytest.raises(RoadFailed):
        patiently(fail, attempts=3, sleep=lambda _seconds: None)
    assert len(tries) == 3


def test_a_missing_ca_file_is_said(tmp_path: Path) -> None:
    with pytest.raises(DataRefused, match="certificate authority"):
        Road("https://127.0.0.1", tmp_path / "none.pem")


@contextmanager
def _listening(answer: bytes) -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            connection, _ = server.accept()
            with connection:
                connection.recv(1 << 16)
                connection.sendall(answer)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield server.getsockname()[1]
        thread.join(5)
