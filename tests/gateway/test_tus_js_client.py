"""npm's tus-js-client, unchanged: a part to its URL, created at a creation, in parallel, gone on with."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from tests import node_programs
from tests.exchange_kit import ExchangeKit, RunningGateway, SealedPart

MIB = 1 << 20


@pytest.fixture
def part(kit: ExchangeKit) -> SealedPart:
    return kit.seal(os.urandom(9 * MIB + 99))


def send(folder: Path, part: SealedPart, **options: Any) -> dict[str, Any]:
    """What came of it: ``url`` when all went well, else ``status`` and ``body``."""
    file = folder / "sealed.age"
    file.write_bytes(part.content)
    told: dict[str, Any] = json.loads(
        node_programs.run("tus.mjs", json.dumps({"file": str(file), **options}))
    )
    return told


def post(kit: ExchangeKit, gateway: RunningGateway, upload: str, part: SealedPart) -> int:
    envelope = kit.delivery([(upload, part)]).sign(kit.members["riverside"].key).encode()
    return gateway.signed("riverside", "POST", "/deliveries", envelope).status


@pytest.mark.parametrize("options", [{}, {"chunkSize": MIB}, {"breakAfter": 3 * MIB, "chunkSize": MIB}])
def test_to_the_address_of_an_upload(
    kit: ExchangeKit, gateway: RunningGateway, part: SealedPart, tmp_path: Path, options: dict[str, Any]
) -> None:
    upload, path = gateway.begin_upload("riverside", part)
    assert "url" in send(tmp_path, part, uploadUrl=gateway.url + path, **options)
    assert post(kit, gateway, upload, part) == 201, "every byte came: the signed digest says so"


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"chunkSize": 2 * MIB, "metadata": {"filename": "secret.csv", "part": "0"}},
        {"uploadDataDuringCreation": True},
        {"chunkSize": MIB, "breakAfter": 3 * MIB},
        {"parallelUploads": 4},
        {"parallelUploads": 3, "chunkSize": MIB, "metadata": {"part": "0"}},
        {"parallelUploads": 2, "chunkSize": MIB, "breakAfter": 3 * MIB},
        {"overridePatchMethod": True, "chunkSize": 4 * MIB},
    ],
    ids=["whole", "chunks", "at once", "resumed", "4 lanes", "3 lanes", "2 lanes resumed", "by POST"],
)
def test_to_a_creation(
    kit: ExchangeKit, gateway: RunningGateway, part: SealedPart, tmp_path: Path, options: dict[str, Any]
) -> None:
    (upload,), creation = gateway.begin_creation("riverside", [part])
    told = send(tmp_path, part, endpoint=gateway.url + creation, **options)
    assert "url" in told, told
    assert told["resumed"] == ("breakAfter" in options)
    assert post(kit, gateway, upload, part) == 201


def test_it_hears_why_plaintext_is_refused(gateway: RunningGateway, part: SealedPart, tmp_path: Path) -> None:
    _, creation = gateway.begin_creation("riverside", [part])
    plain = SealedPart(b"name,born\n" * (len(part.content) // 10 + 1), 0, "")
    plain = SealedPart(plain.content[: len(part.content)], 0, "")
    for options in ({}, {"parallelUploads": 2}):
        told = send(tmp_path, plain, endpoint=gateway.url + creation, **options)
        assert told["status"] == 422
        assert "seal" in told["body"]
        _, creation = gateway.begin_creation("riverside", [part])
