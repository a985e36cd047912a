"""What a partner may send: counted by days, told from 80 % on, refused at the end; the registry's word over
the gateway's own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.exchange_kit import TUS, ExchangeKit, Reply, RunningGateway, SealedPart

from vernix.custody import canonical
from vernix.custody.quota import Quota
from vernix.errors import TooMuch, TooOften
from vernix.gateway import capabilities, quotas, usage
from vernix.gateway.database import Database, sqlite_url
from vernix.gateway.limits import DAY, PARTNER_QUOTA, Limits
from vernix.gateway.quotas import Used

NOON = 20_000 * DAY + DAY // 2


@pytest.fixture(params=["sqlite", "postgresql"])
def database(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Database]:
    url = sqlite_url(tmp_path / "gateway.sqlite3")
    if request.param == "postgresql":
        url = request.getfixturevalue("postgresql").database()
    database = Database(url)
    database.upgrade()
    yield database
    database.close()


def charge(database: Database, size: int, now: int, quota: Quota) -> Used | None:
    with database.writing() as connection:
        return quotas.charge(connection, "riverside", size, now, quota)


@pytest.mark.parametrize(
    ("quota", "sizes", "refused"),
    [
        (Quota(bytes_per_day=1000), [400, 600, 1], TooOften),
        (Quota(uploads_per_day=2), [1, 1, 1], TooOften),
        (Quota(bytes_per_month=1000), [999, 2], TooOften),
        (Quota(uploads_per_month=1), [5, 5], TooOften),
        (Quota(held_bytes=1000), [1001], TooMuch),
    ],
)
def test_the_first_beyond_a_bound_is_refused_and_not_counted(
    database: Database, quota: Quota, sizes: list[int], refused: type[TooMuch]
) -> None:
    *fitting, last = sizes
    for size in fitting:
        charge(database, size, NOON, quota)
    with pytest.raises(refused) as raised:
        charge(database, last, NOON, quota)
    assert type(raised.value) is refused
    assert raised.value.hint
    with database.reading() as connection:
        counted = usage.days(connection, "riverside", 0)
    assert [day.sent_bytes for day in counted.values()] == ([sum(fitting)] if fitting else [])


def test_a_new_day_and_a_new_month_begin(database: Database) -> None:
    quota = Quota(bytes_per_day=1000, bytes_per_month=2500)
    charge(database, 1000, NOON, quota)
    charge(database, 1000, NOON + DAY, quota)
    with pytest.raises(TooOften, match="30 days"):
        charge(database, 600, NOON + 2 * DAY, quota)
    charge(database, 1000, NOON + 31 * DAY, quota)


def test_a_partner_is_told_from_80_percent_on(database: Database) -> None:
    quota = Quota(bytes_per_day=1000, uploads_per_day=100)
    assert charge(database, 799, NOON, quota) is None
    assert charge(database, 1, NOON, quota) == Used("bytes_per_day", 80)
    assert charge(database, 200, NOON, quota) == Used("bytes_per_day", 100)


def test_one_partner_pays_for_itself_only(database: Database) -> None:
    quota = Quota(bytes_per_day=1000)
    charge(database, 1000, NOON, quota)
    with database.writing() as connection:
        quotas.charge(connection, "lakeside", 1000, NOON, quota)
        assert quotas.senders(connection, NOON) == ["lakeside", "riverside"]


def test_days_that_nothing_asks_for_are_forgotten(database: Database) -> None:
    charge(database, 5, NOON, Quota())
    with database.writing() as connection:
        usage.forget(connection, usage.day_of(NOON) + 60)
        assert len(usage.days(connection, "riverside", 0)) == 1
        usage.forget(connection, usage.day_of(NOON) + 61)
        assert usage.days(connection, "riverside", 0) == {}


def test_the_directory_is_above_the_gateway(kit: ExchangeKit) -> None:
    limits, partner = Limits(), kit.directory.partner("riverside")
    assert limits.quota_of(partner) == PARTNER_QUOTA
    bounded = replace(partner, quota=Quota(bytes_per_day=5))
    assert limits.quota_of(bounded) == replace(PARTNER_QUOTA, bytes_per_day=5)
    assert limits.quota_of(kit.directory.partner("registry")) == limits.registry_quota


def test_uploads_are_charged_whoever_allots_them(database: Database) -> None:
    limits = Limits(quota=Quota(uploads_per_day=1))
    with database.writing() as connection:
        capabilities.allot(connection, "riverside", 1000, 200, NOON, limits)
        with pytest.raises(TooOften):
            capabilities.allot(connection, "riverside", 1000, 200, NOON, limits)


def give(kit: ExchangeKit, gateway: RunningGateway, **bounds: Any) -> None:
    """Publish a quota for lakeside."""
    entry = replace(kit.directory.partner("lakeside"), quota=Quota(**bounds) if bounds else None)
    assert gateway.publish(kit.publish(partners=kit.with_partner(entry))).status == 200


def ask(gateway: RunningGateway, part: SealedPart) -> Reply:
    size = len(part.content)
    wanted = {"header": part.header, "purpose": "submission", "size": size, "to": ["registry"]}
    return gateway.signed("lakeside", "POST", "/uploads", canonical.encode(wanted))


def test_the_signed_quota_holds_over_the_wire(kit: ExchangeKit, gateway: RunningGateway) -> None:
    part = kit.seal(bytes(1000))
    size = len(part.content)
    give(kit, gateway, bytes_per_day=size * 6)
    answers = [ask(gateway, part) for _ in range(7)]
    assert [answer.status for answer in answers] == [201] * 6 + [429]
    told = [answer.json["quota"] for answer in answers[:6]]
    assert told[:4] == [None] * 4
    assert told[4:] == [
        {"name": "bytes_per_day", "percent": 83},
        {"name": "bytes_per_day", "percent": 100},
    ]
    assert "tomorrow" in answers[6].json["hint"]
    report = gateway.signed("registry", "GET", "/state").json
    assert report["quotas"] == [{"name": "bytes_per_day", "partner": "lakeside", "percent": 100}]
    # The next published word holds at once.
    give(kit, gateway, bytes_per_day=size * 20)
    assert ask(gateway, part).status == 201
    give(kit, gateway, held_bytes=1)
    assert ask(gateway, part).status == 413
    give(kit, gateway)
    assert ask(gateway, part).json["quota"] is None


def test_the_signed_quota_holds_for_partial_uploads_too(kit: ExchangeKit, gateway: RunningGateway) -> None:
    part = kit.seal(bytes(100_000))
    size, before = len(part.content), 50_000
    give(kit, gateway, held_bytes=before + size * 2)
    _, creation = gateway.begin_creation("lakeside", [part])

    def begin_partial(length: int) -> int:
        fields = {**TUS, "Upload-Concat": "partial", "Upload-Length": str(length)}
        return gateway.request("POST", creation, None, fields).status

    assert [begin_partial(size), begin_partial(size)] == [201, 413]
    give(kit, gateway, held_bytes=before + size * 3)
    assert begin_partial(size) == 201
    give(kit, gateway)
