"""The upload plane is tus 1.0.0: a client that knows nothing of vernix sends a part to a capability URL."""

from __future__ import annotations

import asyncio
import hashlib
import io
import os
from typing import Any

import pytest
from tests.exchange_kit import ExchangeKit, RunningGateway, SealedPart
from tusclient.client import TusClient
from tusclient.exceptions import TusCommunicationError, TusUploadFailed
from tusclient.uploader.uploader import Uploader

MIB = 1 << 20


@pytest.fixture
def part(kit: ExchangeKit) -> SealedPart:
    return kit.seal(os.urandom(5 * MIB))


class Sha256Uploader(Uploader):
    """tuspy with another checksum than its own SHA-1."""

    CHECKSUM_ALGORITHM_PAIR = ("sha256", hashlib.sha256)


def tuspy(gateway: RunningGateway, path: str, part: SealedPart, **options: Any) -> Any:
    """An unchanged uploader of tuspy, which asks for the offset at once."""
    client = TusClient(gateway.url + "/parts")
    uploader = Sha256Uploader if options.get("upload_checksum") else Uploader
    stream = io.BytesIO(part.content)
    return uploader(client=client, file_stream=stream, url=gateway.url + path, **options)


@pytest.mark.parametrize(
    "options",
    [{}, {"chunk_size": MIB}, {"upload_checksum": True}, {"upload_checksum": True, "chunk_size": MIB}],
    ids=["whole", "pieces", "checksum", "checksums"],
)
def test_tuspy_sends_a_part(
    kit: ExchangeKit, gateway: RunningGateway, part: SealedPart, options: dict[str, Any]
) -> None:
    upload, path = gateway.begin_upload("riverside", part)
    tuspy(gateway, path, part, **options).upload()
    envelope = kit.delivery([(upload, part)]).sign(kit.members["riverside"].key).encode()
    posted = gateway.signed("riverside", "POST", "/deliveries", envelope)
    assert posted.status == 201, "every byte came: the signed digest says so"


def test_tuspy_goes_on_where_another_stopped(gateway: RunningGateway, part: SealedPart) -> None:
    _, path = gateway.begin_upload("riverside", part)
    tuspy(gateway, path, part, chunk_size=MIB).upload(stop_at=2 * MIB)
    second = tuspy(gateway, path, part, chunk_size=MIB)
    assert second.offset == 2 * MIB
    second.upload()
    assert gateway.offset(path) == len(part.content)


def test_tuspy_sends_without_blocking(gateway: RunningGateway, part: SealedPart) -> None:
    async def send() -> None:
        client = TusClient(gateway.url + "/parts")
        stream = io.BytesIO(part.content)
        await client.async_uploader(file_stream=stream, url=gateway.url + path, chunk_size=MIB).upload()

    _, path = gateway.begin_upload("riverside", part)
    asyncio.run(send())
    assert gateway.offset(path) == len(part.content)


def test_tuspy_hears_that_its_own_checksum_is_not_computed(gateway: RunningGateway, part: SealedPart) -> None:
    _, path = gateway.begin_upload("riverside", part)
    client = TusClient(gateway.url + "/parts")
    uploader = client.uploader(
        file_stream=io.BytesIO(part.content), url=gateway.url + path, upload_checksum=True
    )
    with pytest.raises(TusUploadFailed) as refused:
        uploader.upload()
    assert refused.value.status_code == 400
    assert gateway.offset(path) == 0


def test_tuspy_hears_of_an_address_that_is_none(gateway: RunningGateway, part: SealedPart) -> None:
    with pytest.raises(TusCommunicationError) as refused:
        tuspy(gateway, "/parts/" + "x" * 43, part).upload()
    assert refused.value.status_code == 404
