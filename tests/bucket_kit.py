"""A delivery by hand: post it, get it, sign for it, and see that nothing is left of it."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Collection, Iterator

import pytest
from tests.exchange_kit import ExchangeKit, Reply, RunningGateway, SealedPart

from vernix.custody.delivery import Delivery
from vernix.custody.tree import PartHasher
from vernix.gateway.database import Database
from vernix.gateway.settings import Settings
from vernix.gateway.storing import Blobs, open_blobs


def post(
    kit: ExchangeKit, gateway: RunningGateway, upload: str, part: SealedPart, to: str = "registry"
) -> Delivery:
    """Post a delivery of one part that was uploaded."""
    delivery = kit.delivery([(upload, part)], to=(to,))
    envelope = delivery.sign(kit.members["riverside"].key).encode()
    assert gateway.signed("riverside", "POST", "/deliveries", envelope).status == 201
    return delivery


def get(gateway: RunningGateway, delivery: Delivery, first: int = 0) -> Reply:
    """Fetch its part, from byte ``first`` on."""
    fields = {"Range": f"bytes={first}-"} if first else {}
    return gateway.signed("registry", "GET", f"/deliveries/{delivery.id}/parts/0", headers=fields)


def sign_for(kit: ExchangeKit, gateway: RunningGateway, delivery: Delivery) -> int:
    """Post the registry's receipt; the answer's status."""
    receipt = kit.receipt(delivery).sign(kit.members["registry"].key).encode()
    return gateway.signed("registry", "POST", "/receipts", receipt).status


def part_digest(content: bytes, header: int) -> str:
    """The digest of a part that a kit did not seal."""
    hasher = PartHasher(header)
    hasher.update(content)
    return hasher.digest().hex()


@contextlib.contextmanager
def stored_by(kit: ExchangeKit) -> Iterator[tuple[Database, Blobs]]:
    """The gateway's own database and store, in this process."""
    settings = Settings.for_folder(kit.data, storage=kit.storage)
    database = Database(settings.database_url)
    with pytest.MonkeyPatch.context() as patch:
        for name, value in kit.environment.items():
            patch.setenv(name, value)
        yield database, open_blobs(settings, database)
    database.close()


def until_empty(kit: ExchangeKit, but: Collection[str] = ()) -> None:
    """Wait until no sealed byte lies at the gateway any more, ``but`` some by their names."""
    give_up = time.monotonic() + 20
    while left := kit.lying().keys() - set(but):
        assert time.monotonic() < give_up, sorted(left)
        time.sleep(0.05)
