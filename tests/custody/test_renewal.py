"""A renewal is believed when a present key of that partner and the new key both signed it."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from vernix.custody.directory import Directory
from vernix.custody.renewal import Renewal, verify_renewal
from vernix.custody.signatures import ENROLMENT, RENEWAL, Signed, SigningKey
from vernix.errors import DataRefused, FarSideRefused, NotProven
from vernix.sealing.recipients import X25519Recipient

Keys = dict[str, SigningKey]
WHO = "riverside-hospital"
NEW = SigningKey.from_bytes(bytes([9]) * 32)


@pytest.fixture
def renewal(directory: Directory, now: datetime) -> Renewal:
    replaced = tuple(key.id for key in directory.partner(WHO).keys)
    return Renewal(WHO, NEW.verify_key.to_text(), (str(X25519Recipient(bytes([77]) * 32)),), replaced, now)


def test_a_renewal_is_proven(renewal: Renewal, directory: Directory, keys: Keys, now: datetime) -> None:
    found, present = verify_renewal(renewal.sign(keys[WHO], NEW), directory, now)
    assert found == renewal
    assert present.id == keys[WHO].key_id


def test_one_of_before_ssh_keys_ended_is_proven(
    renewal: Renewal, directory: Directory, keys: Keys, now: datetime
) -> None:
    before = dataclasses.replace(renewal, ssh_keys=None)
    assert b"renewal/v1" in before.to_bytes()
    assert verify_renewal(before.sign(keys[WHO], NEW), directory, now)[0] == before
    as_new = Signed.make(RENEWAL, before.to_bytes(), [keys[WHO], NEW])
    with pytest.raises(NotProven):
        verify_renewal(as_new, directory, now)


Forge = Callable[[Renewal, Keys], Signed]
FORGERIES: dict[str, Forge] = {
    "by another partner": lambda renewal, keys: renewal.sign(keys["lakeside-midwives"], NEW),
    "by nobody known": lambda renewal, keys: renewal.sign(keys["stranger"], NEW),
    "by the new key alone": lambda renewal, keys: Signed.make(RENEWAL, renewal.to_bytes(), [NEW]),
    "by the present key alone": lambda renewal, keys: Signed.make(RENEWAL, renewal.to_bytes(), [keys[WHO]]),
    "by one key too many": lambda renewal, keys: Signed.make(
        RENEWAL, renewal.to_bytes(), [keys[WHO], NEW, keys["stranger"]]
    ),
    "in another domain": lambda renewal, keys: Signed.make(ENROLMENT, renewal.to_bytes(), [keys[WHO], NEW]),
    "with the new key exchanged": lambda renewal, keys: dataclasses.replace(
        renewal, signing_key=keys["stranger"].verify_key.to_text()
    ).sign(keys[WHO], NEW),
}


@pytest.mark.parametrize("name", FORGERIES)
def test_a_forged_renewal_is_not(
    name: str, renewal: Renewal, directory: Directory, keys: Keys, now: datetime
) -> None:
    with pytest.raises(NotProven):
        verify_renewal(FORGERIES[name](renewal, keys), directory, now)


CHANGES: dict[str, dict[str, Any]] = {
    "another's name": {"partner": "lakeside-midwives"},
    "nobody's name": {"partner": "stranger"},
    "not the key that signs": {"replaces": ("0" * 16,)},
    "a recipient that is none": {"recipients": ("age1" + "q" * 58,)},
}


@pytest.mark.parametrize("name", CHANGES)
def test_a_renewal_of_something_else_is_not(
    name: str, renewal: Renewal, directory: Directory, keys: Keys, now: datetime
) -> None:
    changed = dataclasses.replace(renewal, **CHANGES[name])
    with pytest.raises((FarSideRefused, DataRefused)):
        verify_renewal(changed.sign(keys[WHO], NEW), directory, now)


def test_a_renewal_cannot_end_the_keys_of_others(
    renewal: Renewal, directory: Directory, keys: Keys, now: datetime
) -> None:
    others = tuple(key.id for key in directory.partner("registry").keys)
    greedy = dataclasses.replace(renewal, replaces=(keys[WHO].key_id, *others))
    with pytest.raises(NotProven, match="no keys of others"):
        verify_renewal(greedy.sign(keys[WHO], NEW), directory, now)


@pytest.mark.parametrize(("days", "holds"), [(0, True), (13, True), (15, False), (-1, False)])
def test_a_renewal_has_its_time(
    days: int, holds: bool, renewal: Renewal, directory: Directory, keys: Keys, now: datetime
) -> None:
    signed = renewal.sign(keys[WHO], NEW)
    if holds:
        verify_renewal(signed, directory, now + timedelta(days=days))
        return
    with pytest.raises(NotProven, match="too old"):
        verify_renewal(signed, directory, now + timedelta(days=days))


def test_a_key_is_ending_until_it_has_a_successor(directory: Directory, now: datetime) -> None:
    partner = directory.partner(WHO)
    soon, late = now + timedelta(days=29), now + timedelta(days=300)

    def ending(*ends: datetime | None, labels: tuple[str, ...] = ("", "")) -> list[str]:
        keys = tuple(
            dataclasses.replace(partner.keys[0], id=str(number), valid_until=end, label=label)
            for number, (end, label) in enumerate(zip(ends, labels, strict=False))
        )
        return [key.id for key in dataclasses.replace(partner, keys=keys).ending(now)]

    assert ending(None) == ending(late) == []
    assert ending(soon) == ["0"]
    assert ending(soon, late) == ending(soon, None) == []
    assert ending(soon, late, labels=("ward 3", "ward 4")) == ["0"]
    assert ending(now - timedelta(days=1)) == [], "it has ended: that is another complaint"
