"""The data-quality report over a registry: what partners sent, refused, mended, late; in every form."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from tests.registry.conftest import CANARIES, GOOD, Hospital, everything_readable, work

from vernix.errors import UsageError
from vernix.registry.quality.command import data_quality
from vernix.registry.quality.forms import rendered
from vernix.registry.quality.gathering import State
from vernix.registry.quality.making import Quality, Wanted, make, read_document
from vernix.registry.quality.months import Month
from vernix.registry.unlocked import Registry

MARCH = Month(2026, 3)


def report(registry: Registry, month: Month = MARCH, encounter: str = "birth", **more: Any) -> Quality:
    state = more.pop("state", None)
    wanted = Wanted(encounter, month, **{"audience": "site", **more})
    return make(registry.book, registry.refusals, registry.folder.work, wanted, state)


def births(count: int, first: int = 0, **more: str) -> list[Mapping[str, str]]:
    return [{**GOOD, "record_number": f"R{first + n}", **more} for n in range(count)]


def element(quality: Quality, name: str) -> dict[str, Any]:
    (line,) = (line for line in quality.elements if line["element"] == name)
    return line


def test_a_month_of_a_site(registry: Registry, hospital: Hospital) -> None:
    hospital.send(
        *births(8),
        *births(2, 8, birth_weight=""),
        *births(1, 10, outcome="unknown"),
        *births(1, 11, mother_age="12"),
        *births(2, 12, sex=""),
        *births(3, 20, birth_date="2026-02-27"),
    )
    assert work(registry) == 0
    quality = report(registry)
    (row,) = quality.rows
    assert (row["submitter"], row["records"], row["incomplete"], row["questioned"]) == ("riverside", 12, 3, 1)
    assert (row["refused"], row["open"]) == (2, 2)
    assert (element(quality, "birth_weight")["missing"], element(quality, "outcome")["unknown"]) == (2, 1)
    assert element(quality, "mother_age")["implausible"] == 1
    assert [(line["code"], line["element"], line["rows"]) for line in quality.causes] == [
        ("value.required", "sex", 2)
    ]
    assert report(registry, Month(2026, 2)).rows[0]["records"] == 3


def test_identifiers_are_told_of_by_their_names_alone(registry: Registry, hospital: Hospital) -> None:
    hospital.send(*births(3), *births(1, 3, mother_health_number=""))
    assert work(registry) == 0
    quality = report(registry)
    assert element(quality, "mother_health_number")["missing"] == 1
    assert element(quality, "child_family_name")["missing"] == 4
    for _, content in everything_readable(registry.folder.root, leave_out=("work",)):
        for canary in CANARIES:
            assert canary.encode() not in content


def test_what_was_refused_and_mended_is_no_longer_open(registry: Registry, hospital: Hospital) -> None:
    hospital.send(*births(2, sex=""))
    hospital.send(*births(1))
    work(registry)
    row = report(registry).rows[0]
    assert (row["refused"], row["open"], row["records"], row["resent"]) == (2, 1, 1, 0)


def test_a_row_that_is_no_row_is_counted(registry: Registry, hospital: Hospital) -> None:
    path = hospital.write(births(2))
    path.write_text(path.read_text() + "R9,2026-03-04,F\r\n")
    hospital.send_file(path)
    work(registry)
    arrived = Month.of(registry_now())
    quality = report(registry, arrived)
    assert (quality.rows[0]["refused"], quality.rows[0]["open"]) == (1, 1)
    assert quality.causes[0]["code"] == "row.ragged"


def test_a_corrected_record_is_counted_once_and_moves_with_its_date(
    registry: Registry, hospital: Hospital
) -> None:
    hospital.send(*births(2))
    work(registry)
    hospital.send({"record_number": "R0", "sex": "F", "birth_year": "2026", "birth_weight": "3500"})
    hospital.send({"record_number": "R1", "sex": "F", "birth_date": "2026-02-27"})
    work(registry)
    row = report(registry).rows[0]
    assert (row["records"], row["resent"]) == (1, 1)
    assert report(registry, Month(2026, 2)).rows[0]["records"] == 1


def test_a_warning_that_is_stood_by_is_told_so(registry: Registry, hospital: Hospital) -> None:
    odd = births(2, mother_age="12", override="", override_reason="")
    stood = {**odd[1], "override": "value.implausible", "override_reason": "seen in the chart"}
    hospital.send(odd[0], stood)
    work(registry)
    row = report(registry).rows[0]
    assert (row["questioned"], row["overridden"]) == (1, 1)


def test_a_screen_without_its_birth_is_unlinked(registry: Registry, hospital: Hospital) -> None:
    screen = {
        "sex": "F", "birth_date": "2026-03-04", "collection_date": "2026-03-06", "card_number": "N1234567",
        "mother_family_name": "Quexzylborough", "mother_health_number": GOOD["mother_health_number"],
        "screen_decision": "done", "screen_reason": "initial",
    }  # fmt: skip
    hospital.send({**screen, "record_number": "S1"}, encounter="newborn_screening")
    work(registry)
    before = report(registry, encounter="newborn_screening").rows[0]
    assert (before["unlinked"], before["unlinked_of"]) == (1, 1)
    hospital.send(*births(1))
    work(registry)
    after = report(registry, encounter="newborn_screening").rows[0]
    assert (after["unlinked"], after["unlinked_of"]) == (0, 1)


def test_the_same_state_gives_the_same_report(registry: Registry, hospital: Hospital) -> None:
    hospital.send(*births(3), *births(1, 3, sex=""))
    work(registry)
    first = report(registry)
    hospital.send(*births(3, 10), *births(2, 20, sex=""))
    work(registry)
    state = State(*map(int, first.extraction["state"].split(".")))
    again = report(registry, state=state)
    assert (again.rows, again.elements, again.causes) == (first.rows, first.elements, first.causes)


def test_others_see_no_small_number_in_any_form(registry: Registry, hospital: Hospital) -> None:
    hospital.send(*births(40), *births(3, 40, mother_age="12"), *births(2, 50, sex=""))
    work(registry)
    quality = report(registry, audience="others", site=None)
    assert (quality.rows[0]["questioned"], quality.rows[0]["questioned_reason"]) == (None, "small")
    assert element(quality, "mother_age")["implausible"] is None
    assert (quality.causes[0]["rows"], quality.causes[0]["reason"]) == (None, "small")
    lines = list(csv.DictReader(io.StringIO(rendered(quality, "csv", "en").decode())))
    numbers = [line["count"] for line in lines if line["item"] not in ("days_median", "days_90th")]
    assert not {"1", "2", "3", "4", "5"} & set(numbers)


def test_every_form_holds_the_numbers_and_no_script(registry: Registry, hospital: Hospital) -> None:
    hospital.send(*births(8), *births(2, 8, birth_weight=""), *births(2, 12, sex=""))
    work(registry)
    quality = report(registry, site="riverside")
    document = json.loads(rendered(quality, "json", "en"))
    assert (document["format"], document["rows"][0]["records"]) == ("vernix/data-quality/v1", 10)
    assert read_document(rendered(quality, "json", "en"), {}).rows == quality.rows
    page = rendered(quality, "html", "fr").decode()
    assert "March 2026" in page
    assert "mars 2026" in page
    assert "Birth weight is blank or unknown in 2 of 10" in page
    assert "<script" not in page
    assert rendered(quality, "svg", "fr").startswith(b"<svg")
    table = rendered(quality, "table", "en").decode()
    assert "Data quality: Birth, March 2026" in table
    assert "value.required" in table


def test_a_table_explains_the_signs_that_stand_in_it_and_no_others(
    registry: Registry, hospital: Hospital
) -> None:
    hospital.send(*births(2))
    work(registry)
    whole = rendered(report(registry), "table", "en").decode()
    few = rendered(report(registry, audience="others"), "table", "en").decode()
    assert "not sent by this site" not in whole + few
    assert "Half came within (days)     withheld" in few


def test_hostile_names_are_inert(registry: Registry, hospital: Hospital) -> None:
    hospital.send(*births(1))
    work(registry)
    quality = report(registry)
    named = Quality(**{**vars(quality), "names": {"riverside": "<script>alert(1)</script>"}})
    assert "<script" not in rendered(named, "html", "en").decode()


def test_an_empty_registry_reports_nothing(registry: Registry) -> None:
    quality = report(registry, encounter="nipt")
    assert quality.rows == []
    assert "no records" in rendered(quality, "table", "en").decode()
    assert rendered(quality, "html", "fr")
    assert rendered(quality, "csv", "en")


def test_wrong_words_are_answered(registry: Registry, tmp_path: Path) -> None:
    root = registry.folder.root
    for words, said in (
        ({"month": "2026-13"}, "no month"),
        ({"month": "2026-03", "encounter": "brith"}, "no encounter"),
        ({"month": "2026-03", "audience": "site"}, "that site alone"),
        ({"month": "2026-03", "site": "../x"}, "no partner id"),
        ({"month": "2026-03", "extraction": "7"}, "not the state"),
        ({"month": "2026-03", "extraction": "7.7.0"}, "no version"),
        ({"month": "2026-03", "late_after": -1}, "number of days"),
    ):
        with pytest.raises(UsageError, match=said):
            data_quality(data=root, **words)
    target = tmp_path / "march.csv"
    data_quality(data=root, month="2026-03", format="csv", output=target)
    assert target.read_text().startswith("site,")


def registry_now() -> Any:
    from vernix.custody.identifiers import utc_now

    return utc_now().date()
