"""Health numbers, postal codes and gestation, as people write them."""

from __future__ import annotations

import ibis
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vernix.births import gestation, growth, identifiers


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("9393881587", True),  # the dummy that OSCAR publishes
        ("9393-881-587", True),
        ("9393 881 587 AB", True),
        (" 9393881587 ", True),
        ("9393881586", False),
        ("0000000000", False),  # the sum is right, the first digit is not
        ("939388158", False),
        ("93938815870", False),
        ("９３９３８８１５８７", False),  # digits of another script
        ("", False),
    ],
)
def test_a_health_number_is_judged_by_its_check_digit(text: str, right: bool) -> None:
    assert identifiers.is_health_number(text) is right
    column = ibis.memtable({"number": [text]}, schema={"number": "string"}).number
    assert bool(identifiers.health_number_is_right(column).execute()[0]) is right


def test_the_column_and_the_single_number_agree() -> None:
    """Every digit at every place, right and wrong, and what only an engine takes for a number."""
    firsts = [str(first) for first in range(100_000_000, 1_000_000_000, 9_876_543)]
    firsts += [f"{9 * 10**8 + digit * 10**place}" for digit in range(10) for place in range(8)]
    numbers = [first + str(check) for first in firsts for check in range(10)]
    odd = ["18e0000008", "+123456789", " 123456782", "-123456782", "1234567.89", "0123456782", "1_23456782"]
    texts = [*numbers, *odd, *(f"{number[:4]}-{number[4:]} A" for number in numbers[:200])]
    column = ibis.memtable({"number": texts}, schema={"number": "string"}).number
    judged = identifiers.health_number_is_right(column).execute()
    assert list(map(bool, judged)) == list(map(identifiers.is_health_number, texts))


@given(st.from_regex(r"[1-9][0-9]{8}", fullmatch=True), st.integers(0, 9), st.integers(1, 9))
def test_any_single_wrong_digit_is_noticed(first_nine: str, place: int, change: int) -> None:
    number = first_nine + str(identifiers.check_digit(first_nine))
    assert identifiers.is_health_number(number)
    wrong = number[:place] + str((int(number[place]) + change) % 10) + number[place + 1 :]
    assert not identifiers.is_health_number(wrong)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("K1A 0B1", "K1A0B1"),
        ("k1a0b1", "K1A0B1"),
        ("W1A 0B1", None),
        ("K1O 0B1", None),
        ("K1A-0B1", None),
        ("", None),
    ],
)
def test_a_postal_code_is_judged_by_its_shape(text: str, code: str | None) -> None:
    assert identifiers.postal_code(text) == code
    column = ibis.memtable({"code": [text]}, schema={"code": "string"}).code
    assert bool(identifiers.postal_code_is_shaped(column).execute()[0]) is (code is not None)


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("38w4d", 270),
        ("38W4D", 270),
        ("38 w 4 d", 270),
        ("38+4", 270),
        ("38 + 4", 270),
        ("38 4/7", 270),
        ("38-4", 270),
        ("38 weeks 4 days", 270),
        ("38 sem 4 j", 270),
        ("38 semaines 4 jours", 270),
        ("38", 266),
        ("38.0", 266),
        ("38w", 266),
        ("38 sem.", 266),
        ("270", 270),
        ("270d", 270),
        ("270 jours", 270),
        ("384", 270),
        ("38w7d", None),
        ("38.4", None),  # 38w4d to one clerk, 38.4 weeks to the next
        ("389", None),
        ("term", None),
        ("", None),
        ("-3", None),
        ("1234", None),
    ],
)
def test_a_gestation_is_read_as_people_write_it(text: str, days: int | None) -> None:
    assert gestation.parse(text) == days


@pytest.mark.parametrize(
    ("column", "meaning"),
    [
        (["39", "40", ""], "weeks"),
        (["284", "282", "353", "279"], "days"),
        (["384", "402", "266", "395"], "weeks_and_day"),
        (["38w4d"], None),
    ],
)
def test_bare_numbers_mean_one_thing_in_one_column(column: list[str], meaning: gestation.Bare | None) -> None:
    assert gestation.bare_meaning(column) == meaning


def test_the_meaning_of_a_column_settles_an_unclear_number() -> None:
    assert gestation.parse("266", "days") == 266
    assert gestation.parse("266", "weeks_and_day") == 26 * 7 + 6
    assert gestation.parse("353", "days") == 353
    assert gestation.parse("266", "weeks") is None


@given(st.integers(98, 342))
def test_a_spelled_gestation_reads_back(days: int) -> None:
    assert gestation.parse(gestation.spelled(days)) == days


def test_preterm_ends_at_37_completed_weeks() -> None:
    assert gestation.spelled(gestation.TERM_DAYS - 1) == "36w6d"
    assert gestation.spelled(gestation.TERM_DAYS) == "37w0d"


def test_the_weight_reference_has_every_week_and_rises() -> None:
    for table in (growth.KRAMER_MALE, growth.KRAMER_FEMALE):
        assert len(table) == growth.LAST_WEEK - growth.FIRST_WEEK + 1
        assert list(table) == sorted(table)
    assert growth.KRAMER_MALE[30 - 22][1] == 1837
    assert growth.KRAMER_MALE[42 - 22][0] == 3233
