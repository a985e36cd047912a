"""Ids, partner ids, times and addresses: each table is the rule."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vernix.custody import identifiers
from vernix.errors import DataRefused, UsageError


def test_the_example_of_rfc_9562() -> None:
    """RFC 9562, appendix A.6."""
    made = identifiers.id_from(0x017F22E279B0, 0xCC3 << 62 | 0x18C4DC0C0C07398F)
    assert made == "017f22e2-79b0-7cc3-98c4-dc0c0c07398f"
    assert identifiers.check_id(made) == made


def test_new_ids_differ_and_say_when_they_were_made() -> None:
    before = datetime.now(UTC)
    made = [identifiers.new_id() for _ in range(1000)]
    assert len(set(made)) == 1000
    milliseconds = int(made[0].replace("-", "")[:12], 16)
    assert abs(milliseconds / 1000 - before.timestamp()) < 5
    for text in made:
        identifiers.check_id(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "017F22E2-79B0-7CC3-98C4-DC0C0C07398F",
        "017f22e279b07cc398c4dc0c0c07398f",
        "017f22e2-79b0-4cc3-98c4-dc0c0c07398f",
        "017f22e2-79b0-7cc3-c8c4-dc0c0c07398f",
        "017f22e2-79b0-7cc3-98c4-dc0c0c07398f\n",
        "{017f22e2-79b0-7cc3-98c4-dc0c0c07398f}",
        "017f22e2-79b0-7cc3-98c4-dc0c0c07398٣",
    ],
)
def test_no_other_id(text: str) -> None:
    with pytest.raises(DataRefused):
        identifiers.check_id(text)


@pytest.mark.parametrize("text", ["a", "registry", "site-2", "0-0", "a" * 64])
def test_partner_ids(text: str) -> None:
    assert identifiers.check_partner_id(text) == text


@pytest.mark.parametrize("text", ["", "-a", "a-", "A", "a_b", "a b", "é", "a" * 65, "a\n", "..", "*", "a/b"])
def test_no_other_partner_id(text: str) -> None:
    with pytest.raises(DataRefused):
        identifiers.check_partner_id(text)


@pytest.mark.parametrize(
    ("name", "partner_id"),
    [
        ("Riverside Hospital", "riverside-hospital"),
        ("Hôpital Sainte-Anne (Montréal)", "hopital-sainte-anne-montreal"),
        ("  St. Mary's  ", "st-mary-s"),
        ("x" * 63 + " y", "x" * 63),
    ],
)
def test_a_partner_id_from_a_name(name: str, partner_id: str) -> None:
    assert identifiers.partner_id_for(name) == partner_id


@given(st.text(max_size=200))
def test_a_partner_id_from_any_name_is_one(name: str) -> None:
    try:
        identifiers.check_partner_id(identifiers.partner_id_for(name))
    except UsageError:
        assert not any(c.isascii() and c.isalnum() for c in name)


@given(st.datetimes(timezones=st.just(UTC)).map(lambda moment: moment.replace(microsecond=0)))
def test_times_round_trip(moment: datetime) -> None:
    text = identifiers.format_time(moment)
    assert len(text) == 20
    assert identifiers.parse_time(text) == moment


def test_times_are_written_in_utc() -> None:
    toronto = timezone(-timedelta(hours=5))
    assert identifiers.format_time(datetime(2026, 3, 1, 7, tzinfo=toronto)) == "2026-03-01T12:00:00Z"
    with pytest.raises(ValueError, match="zone"):
        identifiers.format_time(datetime(2026, 3, 1))
    assert identifiers.utc_now().microsecond == 0


@pytest.mark.parametrize(
    "text",
    [
        "2026-03-01 12:00:00Z",
        "2026-03-01T12:00:00",
        "2026-03-01T12:00:00z",
        "2026-03-01T12:00:00.0Z",
        "2026-03-01T12:00:00+00:00",
        "2026-02-30T12:00:00Z",
        "2026-03-01T24:00:00Z",
        "2026-03-01T12:00:60Z",
        "2026-3-1T12:00:00Z",
        "٢026-03-01T12:00:00Z",
        "0000-01-01T00:00:00Z",
        "2026-03-01T12:00:00Z\n",
        "",
    ],
)
def test_no_other_spelling_of_a_time(text: str) -> None:
    with pytest.raises(DataRefused):
        identifiers.parse_time(text)


@pytest.mark.parametrize(
    "text",
    [
        "https://gateway.example",
        "https://gateway.example:8443",
        "https://192.0.2.7",
        "https://[2001:db8::1]:8443",
        "http://127.0.0.1:8000",
        "http://localhost",
        "http://[::1]:9",
    ],
)
def test_gateway_addresses(text: str) -> None:
    assert identifiers.check_gateway_url(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "http://gateway.example",
        "https://gateway.example/",
        "https://gateway.example/path",
        "https://gateway.example?x",
        "https://gateway.example#x",
        "https://user@gateway.example",
        "https://user:secret@gateway.example",
        "https://Gateway.example",
        "HTTPS://gateway.example",
        "https://gateway.example:443",
        "http://localhost:80",
        "https://gateway.example:0",
        "https://gateway.example:99999",
        "https://gateway.example:08443",
        "https://gateway.example:",
        "https://",
        "ftp://gateway.example",
        "gateway.example",
        "https://gate way.example",
        "https://gateway.example\n",
        "https://[::1",
        "http://127.0.0.1.example",
        "",
    ],
)
def test_no_other_gateway_address(text: str) -> None:
    with pytest.raises(DataRefused):
        identifiers.check_gateway_url(text)
