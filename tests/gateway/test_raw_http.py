"""Malformed HTTP over raw sockets: refused or cut off, never a failure of ours, and the gateway goes on.

The table has the tricks by which front and back were made to disagree elsewhere (smuggling, several lengths,
several hosts, folded and doubled fields); Hypothesis bends good requests at random places.
"""

from __future__ import annotations

import contextlib
import re
import socket

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.exchange_kit import ExchangeKit, RunningGateway

_STATUS = re.compile(rb"HTTP/1\.1 (\d{3}) ")
_SECONDS = 1.0

GOOD = b"GET /mailbox?after=0&wait=0 HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n"
PUBLIC = b"GET /health HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n"
POST = b"POST /uploads HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}"

MALFORMED = {
    "no request": b"\r\n\r\n\r\n",
    "not HTTP": b"SSH-2.0-OpenSSH_9.2\r\n\r\n",
    "TLS to a plain port": bytes.fromhex("16030100050100000100"),
    "another version": b"GET / HTTP/3.0\r\nHost: a\r\n\r\n",
    "HTTP/2 without asking": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "an upgrade": GOOD.replace(b"Connection: close", b"Connection: Upgrade\r\nUpgrade: websocket"),
    "no host": PUBLIC.replace(b"Host: 127.0.0.1\r\n", b""),
    "two hosts": PUBLIC.replace(b"Host: 127.0.0.1", b"Host: a\r\nHost: b"),
    "two lengths": POST.replace(b"Content-Length: 2", b"Content-Length: 2\r\nContent-Length: 40"),
    "length and chunks": POST.replace(
        b"Content-Length: 2", b"Content-Length: 2\r\nTransfer-Encoding: chunked"
    ),
    "a negative length": POST.replace(b"Content-Length: 2", b"Content-Length: -2"),
    "an endless length": POST.replace(b"Content-Length: 2", b"Content-Length: 99999999999999999999"),
    "a length with a sign": POST.replace(b"Content-Length: 2", b"Content-Length: +2"),
    "odd chunks": POST.replace(b"Content-Length: 2", b"Transfer-Encoding: chunked").replace(
        b"{}", b"zz\r\n{}\r\n0\r\n\r\n"
    ),
    "an odd coding": POST.replace(b"Content-Length: 2", b"Transfer-Encoding: chunked, identity"),
    "a folded field": GOOD.replace(b"Host", b"X-A: 1\r\n 2\r\nHost"),
    "a space before the colon": GOOD.replace(b"Host:", b"Signature-Input : sig=()\r\nHost:"),
    "a field without a name": GOOD.replace(b"Host", b": 1\r\nHost"),
    "a NUL in a field": GOOD.replace(b"Host", b"X-A: \0\r\nHost"),
    "a bare line feed": GOOD.replace(b"\r\n", b"\n"),
    "a bare carriage return": GOOD.replace(b"Host", b"X-A: 1\rX-B: 2\r\nHost"),
    "a thousand fields": GOOD.replace(b"Host", b"X-A: 1\r\n" * 1000 + b"Host"),
    "a long field": GOOD.replace(b"Host", b"X-A: " + b"a" * (2 << 20) + b"\r\nHost"),
    "a long path": GOOD.replace(b"/mailbox", b"/" + b"a" * (2 << 20)),
    "an absolute address": GOOD.replace(b"/mailbox", b"http://169.254.169.254/mailbox"),
    "a path with NUL": GOOD.replace(b"/mailbox", b"/%00"),
    "a path that climbs": GOOD.replace(b"/mailbox", b"/directory/..%2f..%2fetc%2fpasswd"),
    "a path in odd letters": GOOD.replace(b"/mailbox", b"/\xff\xfe"),
    "a method nobody knows": GOOD.replace(b"GET", b"BREW"),
    "CONNECT": b"CONNECT registry:443 HTTP/1.1\r\nHost: registry:443\r\n\r\n",
    "a signature of odd bytes": GOOD.replace(
        b"Host", b"Signature-Input: sig=(\xff\r\nSignature: \xfe\r\nHost"
    ),
    "two requests in one": GOOD.replace(b"close", b"keep-alive") + GOOD,
}


@pytest.mark.parametrize("name", MALFORMED)
def test_a_malformed_request(gateway: RunningGateway, name: str) -> None:
    answers = _answers(gateway, MALFORMED[name])
    assert answers <= set(range(400, 500)), "refused, or cut off without an answer"
    _goes_on(gateway)


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck), database=None)
@given(data=st.data())
def test_a_request_bent_at_a_random_place(gateway: RunningGateway, data: st.DataObject) -> None:
    request = data.draw(st.sampled_from([GOOD, POST]))
    at = data.draw(st.integers(0, len(request) - 1))
    cut = data.draw(st.integers(0, 8))
    bent = request[:at] + data.draw(st.binary(max_size=12)) + request[at + cut :]
    assert not {status for status in _answers(gateway, bent, 0.2) if status >= 500}


def test_nothing_failed_on_the_way(kit: ExchangeKit, gateway: RunningGateway) -> None:
    _goes_on(gateway)
    log = gateway.log.read_text()
    assert "Traceback" not in log
    assert "panicked" not in log
    assert '"event":"failed"' not in log.replace(" ", "")


def _answers(gateway: RunningGateway, request: bytes, seconds: float = _SECONDS) -> set[int]:
    """The statuses of every answer to the bytes of ``request``, until the gateway closes or is silent."""
    with socket.create_connection(("127.0.0.1", gateway.kit.port), timeout=seconds) as client:
        answer = b""
        with contextlib.suppress(OSError):
            client.sendall(request)
        with contextlib.suppress(OSError):
            while piece := client.recv(65536):
                answer += piece
    return {int(status) for status in _STATUS.findall(answer)}


def _goes_on(gateway: RunningGateway) -> None:
    assert gateway.request("GET", "/health").status == 200
