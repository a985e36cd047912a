"""The answer to a file: strict, one spelling, no values."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vernix.births.codes import Words
from vernix.errors import DataRefused
from vernix.intake.acknowledgement import Acknowledgement
from vernix.intake.findings import ROWS, Cause, Counts, Findings, Kind, Unit

text = st.text(st.characters(blacklist_categories=["Cs"]), max_size=20)
words = st.builds(Words, text, text)
row = st.integers(0, 10**9)
kind = st.builds(
    Kind,
    code=text,
    severity=st.sampled_from(["error", "warning", "confirmed"]),
    column=st.none() | text,
    element=st.none() | text,
    text_en=text,
    text_fr=text,
)
cause = st.builds(
    lambda kind, rows, more, spot: Cause(kind, len(rows) + more, tuple(sorted(rows)), spot),
    kind,
    st.lists(row, max_size=5),
    st.integers(0, 10**9),
    st.none() | words,
)


@given(
    st.builds(
        Acknowledgement,
        delivery=text,
        file=text,
        encounter=st.none() | text,
        counts=st.builds(
            lambda accepted, warned, rejected: Counts(accepted, min(accepted, warned), rejected),
            st.integers(0, 10**9),
            st.integers(0, 10**9),
            st.integers(0, 10**9),
        ),
        causes=st.lists(cause, max_size=5).map(tuple),
        refusal=text,
        source=text,
        at=text,
        unit=st.just(ROWS) | st.builds(Unit, words, words),
        places=st.dictionaries(row, words, max_size=3),
    )
)
def test_what_is_written_is_read_back(answer: Acknowledgement) -> None:
    assert Acknowledgement.parse(answer.to_bytes()) == answer


def a_document() -> dict[str, object]:
    causes = (Cause(Kind("c", "error", "col", "sex", "do", "faire"), 1, (3,)),)
    answer = Acknowledgement("id", "f.csv", "birth", Counts(2, 1, 1), causes)
    document: dict[str, object] = json.loads(answer.to_bytes())
    return document


def encoded(document: dict[str, object]) -> bytes:
    return json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def test_the_document_under_test_is_good() -> None:
    assert Acknowledgement.parse(encoded(a_document())).result == "partly"


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("format", "vernix/acknowledgement/v3"),
        ("result", "accepted"),
        ("counts", {"accepted": 1, "warned": 2, "rejected": 0}),
        ("counts", {"accepted": True, "warned": 0, "rejected": 0}),
        ("counts", {"accepted": -1, "warned": 0, "rejected": 0}),
        ("causes", {}),
        ("causes", [{"code": "c"}]),
        ("causes", [[]] * 20_001),
        ("places", [[1, "row 1"]]),
        ("unit", ["row", "rows"]),
        ("at", 1.5),
        ("file", None),
        ("extra", 1),
    ],
)
def test_any_other_document_is_refused(key: str, value: object) -> None:
    with pytest.raises(DataRefused):
        Acknowledgement.parse(encoded({**a_document(), key: value}))


@pytest.mark.parametrize("data", [b"", b"null", b"{", b"[" * 100_000, b"\xff", b" " * (33 << 20)])
def test_what_is_no_document_is_refused(data: bytes) -> None:
    with pytest.raises(DataRefused):
        Acknowledgement.parse(data)


def test_another_spelling_of_the_same_is_refused() -> None:
    with pytest.raises(DataRefused, match="one spelling"):
        Acknowledgement.parse(json.dumps(a_document(), sort_keys=True).encode())


@pytest.mark.parametrize(
    ("counts", "refusal", "result"),
    [
        (Counts(3, 1, 0), "", "accepted"),
        (Counts(3, 0, 1), "", "partly"),
        (Counts(0, 0, 1), "", "rejected"),
        (Counts(0, 0, 0), "not a CSV", "rejected"),
        (Counts(0, 0, 0), "", "accepted"),
    ],
)
def test_the_result_follows_from_the_counts(counts: Counts, refusal: str, result: str) -> None:
    assert Acknowledgement("d", "f", "birth", counts, refusal=refusal).result == result


def test_errors_come_first_where_the_list_is_cut_and_rows_in_order() -> None:
    soft = Kind("soft", "warning", "a", "a", "", "")
    hard = Kind("hard", "error", "b", "b", "", "")
    findings = Findings()
    findings.add(soft, range(1, 5), 4)
    findings.add(hard, [4, 2], 2)
    assert [(each.row, each.code) for each in findings.listed(3)] == [(1, "soft"), (2, "hard"), (4, "hard")]
    assert findings.total == 6
    assert findings.listed()[0].place == "row 1, column a"


def test_of_very_many_findings_all_are_counted_and_each_cause_keeps_some() -> None:
    findings = Findings()
    kinds = [Kind(f"c{number}", "error", None, None, "", "") for number in range(50)]
    for kind in kinds:
        for first in range(1, 200_001, 50_000):
            findings.add(kind, range(first, first + 50_000), 50_000)
    kept = {cause.kind.code: len(cause.rows) for cause in findings.causes()}
    assert findings.total == 50 * 200_000
    assert (kept["c0"], kept["c1"], kept["c2"]) == (100_000, 50_000, 1_000)
    assert min(kept.values()) >= 10
    answer = Acknowledgement("d", "f", "birth", Counts(0, 0, 200_000), findings.causes())
    assert len(answer.to_bytes()) < 2 << 20
    assert (len(answer.findings), answer.more) == (10_000, 50 * 200_000 - 10_000)
