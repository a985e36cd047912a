"""IJE records: each item read as it is meant, and written so that it is read again."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from vernix.births import encounters
from vernix.births.elements import Element, Range, arrow_type
from vernix.errors import DataRefused, UsageError
from vernix.intake.formats import open_source, recognise
from vernix.intake.ije.filling import fillings
from vernix.intake.ije.layouts import FETAL_DEATH, NATALITY, Layout
from vernix.intake.ije.reference import reason
from vernix.intake.ije.writing import IjeWriter
from vernix.intake.reading import Reading, read

BIRTH = encounters.get("birth")
CANARY = "Zyxwvutcanary"
BORN = {"IDOB_YR": "2024", "IDOB_MO": "02", "IDOB_DY": "29", "ISEX": "F", "FILENO": "000007"}


def line(layout: Layout = NATALITY, **items: str) -> str:
    letters = [" "] * layout.length
    for name, text in {**BORN, **items}.items():
        start, stop = layout.items[name]
        assert len(text) <= stop - start, name
        letters[start : start + len(text)] = text
    return "".join(letters)


def reading_of(tmp_path: Path, lines: Iterable[str], end: str = "\n") -> Reading:
    path = tmp_path / "births.ije"
    path.write_bytes("".join(each + end for each in lines).encode())
    return read(path, "birth")


def record(tmp_path: Path, layout: Layout = NATALITY, **items: str) -> dict[str, Any]:
    reading = reading_of(tmp_path, [line(layout, **items)])
    errors = [each for each in reading.findings.listed() if each.severity == "error"]
    assert errors == []
    found: dict[str, Any] = reading.records.to_pylist()[0]
    return found


@pytest.mark.parametrize(
    ("items", "element", "value"),
    [
        ({}, "birth_date", date(2024, 2, 29)),
        ({"IDOB_DY": "99"}, "birth_date", None),
        ({"IDOB_DY": "99"}, "birth_year", 2024),
        ({}, "record_number", "000007"),
        ({"TB": "0005"}, "birth_time", "00:05"),
        ({"TB": "9999"}, "birth_time", None),
        ({"ISEX": "N"}, "sex", "undetermined"),
        ({"ISEX": "m"}, "sex", "male"),
        ({"BPLACE": "4"}, "birth_place", "home"),
        ({"BWG": "3400"}, "birth_weight", 3400),
        ({"BWG": "0940"}, "birth_weight", 940),
        ({"BWG": "9999"}, "birth_weight", None),
        ({"BW_BYPASS": "1"}, "weight_confirmed", True),
        ({"BW_BYPASS": "2"}, "weight_confirmed", None),
        ({"OWGEST": "39"}, "gestation", 273),
        ({"OWGEST": "99"}, "gestation", None),
        ({"APGAR5": "09"}, "apgar_5", 9),
        ({"APGAR10": "88"}, "apgar_10", None),
        ({"PLUR": "01"}, "plurality", 1),
        ({"ROUT": "4"}, "delivery_method", "caesarean"),
        ({"PRES": "9"}, "presentation", "unknown"),
        ({"PAY": "4"}, "insurance", "indigenous"),
        ({"PLAC": "Y"}, "perineal_tear", "severe"),
        ({"PLAC": "N"}, "perineal_tear", None),
        ({"MARN": "N"}, "marital_status", "not_married"),
        ({"HFT": "5", "HIN": "04"}, "mother_height", Decimal("162.6")),
        ({"HFT": "9", "HIN": "99"}, "mother_height", None),
        ({"PWGT": "140"}, "mother_weight_before", Decimal("63.5")),
        ({"PWGT": "140", "DWGT": "165"}, "mother_weight_gain", Decimal("11.3")),
        ({"PWGT": "999", "DWGT": "165"}, "mother_weight_gain", None),
        ({"CIGPN": "00"}, "cigarettes_before", 0),
        ({"PDIAB": "N", "GDIAB": "Y"}, "diabetes", "gestational"),
        ({"PDIAB": "Y", "GDIAB": "N"}, "diabetes", "before"),
        ({"PDIAB": "N", "GDIAB": "N"}, "diabetes", "none"),
        ({"PDIAB": "U", "GDIAB": "N"}, "diabetes", "unknown"),
        ({"PCES": "N"}, "previous_caesareans", 0),
        ({"PCES": "Y", "NPCES": "02"}, "previous_caesareans", 2),
        ({"PCES": "Y", "NPCES": "99"}, "previous_caesareans", None),
        ({"CL": "N", "CP": "Y"}, "cleft", "yes"),
        ({"CL": "N", "CP": "N"}, "cleft", "no"),
        ({"CL": "N", "CP": "U"}, "cleft", "unknown"),
        ({"CL": "N"}, "cleft", "unknown"),
        ({}, "cleft", None),
        ({"DOWT": "P"}, "down_syndrome", "suspected"),
        ({"DOFP_YR": "8888", "DOFP_MO": "88", "DOFP_DY": "88"}, "prenatal_care_month", 0),
        ({"DOFP_YR": "2023", "DOFP_MO": "08", "DOFP_DY": "01"}, "prenatal_care_month", None),
        (
            {"DOFP_YR": "2023", "DOFP_MO": "08", "DOFP_DY": "01"},
            "first_prenatal_visit_date",
            date(2023, 8, 1),
        ),
        ({"DOFP_YR": "8888", "DOFP_MO": "88", "DOFP_DY": "88"}, "first_prenatal_visit_date", None),
        ({"DLMP_YR": "2023", "DLMP_MO": "05", "DLMP_DY": "25"}, "last_period", date(2023, 5, 25)),
        ({"DLMP_YR": "2023", "DLMP_MO": "05", "DLMP_DY": "99"}, "last_period", None),
        ({"YLLB": "2021", "MLLB": "11"}, "live_birth_interval", 27),
        ({"YLLB": "8888", "MLLB": "88"}, "live_birth_interval", None),
        ({"YLLB": "2021", "MLLB": "99"}, "live_birth_interval", None),
        ({"YOPO": "2023", "MOPO": "01"}, "other_outcome_interval", 13),
        ({"PPB": "Y"}, "previous_preterm_birth", "yes"),
        ({"INFT": "N", "INFT_DRG": "X", "INFT_ART": "X"}, "conception", "spontaneous"),
        ({"INFT": "Y", "INFT_DRG": "Y", "INFT_ART": "N"}, "conception", "drugs_or_insemination"),
        ({"INFT": "Y", "INFT_DRG": "N", "INFT_ART": "Y"}, "conception", "ivf"),
        ({"INFT": "Y"}, "conception", "assisted"),
        ({"INFT": "U"}, "conception", "unknown"),
        ({}, "conception", None),
        ({"ECVS": "N", "ECVF": "Y"}, "external_version", "failed"),
        ({"ECVS": "Y", "ECVF": "N"}, "external_version", "turned"),
        ({"ECVS": "N", "ECVF": "N"}, "external_version", "none"),
        ({"ECVS": "N", "ECVF": "U"}, "external_version", "unknown"),
        ({"AUGL": "Y"}, "augmentation", "yes"),
        ({"STER": "Y"}, "steroids", "given"),
        ({"ESAN": "N"}, "neuraxial", "none"),
        ({"ANTB": "U"}, "antibiotics_in_labour", "unknown"),
        ({"CHOR": "N"}, "chorioamnionitis", "no"),
        ({"TLAB": "X"}, "trial_of_labour", "not_applicable"),
        ({"ATTEND": "2"}, "attendant", "physician"),
        ({"ATTEND": "3"}, "attendant", "midwife"),
        ({"MEDUC": "6", "FEDUC": "9"}, "education", "bachelor"),
        ({"MEDUC": "6", "FEDUC": "9"}, "father_education", "unknown"),
        ({"LIVEB": "01", "PLUR": "01"}, "born_alive", 1),
        ({"LIVEB": "99"}, "born_alive", None),
        ({"CDH": "Y"}, "diaphragmatic_hernia", "yes"),
        ({"CDIT": "C"}, "chromosomal_disorder", "confirmed"),
        ({"MCPH": "N"}, "microcephaly", "no"),
        ({"BFED": "Y"}, "feeding_at_discharge", "breastfed"),
        ({"KIDFNAME": "Anne", "KIDMNAME": "Marie"}, "child_given_names", "Anne Marie"),
        ({"STNUM": "12", "STNAME": "Elm", "STDESIG": "Road"}, "address_line_1", "12 Elm Road"),
        ({"ADDRESS": "1 High Street", "STNUM": "12"}, "address_line_1", "1 High Street"),
        ({"KIDLNAME": "Gagné-O'Neil"}, "child_family_name", "Gagné-O'Neil"),
        ({}, "outcome", "live"),
    ],
)
def test_an_item_becomes_a_value(tmp_path: Path, items: dict[str, str], element: str, value: Any) -> None:
    assert record(tmp_path, NATALITY, **items)[element] == value


def test_a_fetal_death_is_a_stillbirth(tmp_path: Path) -> None:
    found = record(tmp_path, FETAL_DEATH, BWG="0650", OWGEST="24", KIDLNAME="Roy")
    assert (found["outcome"], found["birth_weight"], found["gestation"]) == ("stillbirth", 650, 168)
    assert found["child_family_name"] == "Roy"


@pytest.mark.parametrize(
    ("items", "element", "value"),
    [
        ({"ETIME": "N"}, "death_point", "before_labour"),
        ({"ETIME": "A"}, "death_point", "in_labour"),
        ({"AUTOP": "P"}, "autopsy", "planned"),
        ({"AUTOPF": "X"}, "examination_used", None),
        ({"COD18a1": "N", "COD18a2": "Y"}, "stillbirth_cause", "abruption"),
        ({"COD18a7": "Y"}, "stillbirth_cause", "unknown"),
        ({"COD18a7": "Y", "COD18a11": "spina bifida"}, "stillbirth_cause", "anomaly"),
        ({"COD18a1": "N"}, "stillbirth_cause", None),
    ],
)
def test_what_is_asked_of_a_stillbirth(
    tmp_path: Path, items: dict[str, str], element: str, value: str | None
) -> None:
    assert record(tmp_path, FETAL_DEATH, **items)[element] == value


@pytest.mark.real_data
def test_every_item_of_the_published_layouts_is_read_or_has_a_reason(shared_data: Path) -> None:
    [published] = (shared_data / "02-bfdr").rglob("ije_layouts.json")
    own = {
        "FDOD_YR",
        "FDOD_MO",
        "FDOD_DY",
        "DPLACE",
        "TD",
        "FSEX",
        "FWG",
        "FW_BYPASS",
        "FETFNAME",
        "FETLNAME",
    }
    own |= {"CITYTXT", "FETMNAME", "MOMMNAME", "APTNUMB"}
    for name, layout in zip(("IJEBirth", "IJEFetalDeath"), (NATALITY, FETAL_DEATH), strict=True):
        known = {item.upper() for item in layout.items} | own
        items = {item["name"] for item in json.loads(published.read_text())[name]}
        assert {item for item in items if item.upper() not in known and reason(item) is None} == set()


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_every_line_end_and_blank_lines(tmp_path: Path, end: str) -> None:
    reading = reading_of(tmp_path, [line(), "", line(FILENO="000008"), "   "], end)
    assert [row["_row"] for row in reading.records.to_pylist()] == [1, 2]


def test_short_long_and_void_records_are_said(tmp_path: Path) -> None:
    lines = [line(), line()[:900], line() + "x" * 5, line(VOID="1")]
    found = [
        (each.code, each.place) for each in reading_of(tmp_path, lines).findings.listed() if each.row != 1
    ]
    assert ("ije.short", "record 2") in found
    assert ("ije.void", "record 4") in found
    # A longer record makes the file one of fetal deaths, whose records of 4,000 are short.
    assert ("ije.short", "record 3") in found
    assert ("ije.long", "record 1") in [
        (each.code, each.place) for each in reading_of(tmp_path, [line(FETAL_DEATH) + "x"]).findings.listed()
    ]


def test_names_in_an_older_encoding_are_read_and_said(tmp_path: Path) -> None:
    path = tmp_path / "b.ije"
    path.write_bytes((line(KIDLNAME="Lévêque") + "\n").encode("cp1252"))
    reading = read(path, "birth")
    assert reading.records["child_family_name"].to_pylist() == ["Lévêque"]
    assert reading.findings.listed()[0].code == "file.encoding"


def test_another_encounter_is_not_read_from_births(tmp_path: Path) -> None:
    path = tmp_path / "b.ije"
    path.write_text(line() + "\n")
    assert recognise(path).name == "ije"
    with pytest.raises(UsageError, match="births"):
        read(path, next(name for name in encounters.names() if name != "birth"))


def values(element: Element, layout: Layout) -> st.SearchStrategy[Any]:
    """What an element may hold and its items have room for, and what the items hold exactly."""
    limits = element.plausible or element.possible or Range(0, 9)
    low, high = int(limits.low), int(limits.high)
    if element.name in _EXACT:
        return st.sampled_from(_EXACT[element.name])
    if element.codes is not None:
        return st.sampled_from([code.code for code in element.codes.codes])
    width = min(stop - start for start, stop in (layout.items[item] for item in element.at.ije))
    kinds: dict[str, st.SearchStrategy[Any]] = {
        "text": st.text("abcdé'-", min_size=1, max_size=width),
        "date": st.dates(date(1960, 1, 1), date(2030, 12, 31)),
        "time": st.times().map(lambda time: f"{time:%H:%M}"),
        "gestation": st.integers(low // 7 + 1, max(low // 7 + 1, high // 7 - 1)).map(lambda weeks: 7 * weeks),
        "boolean": st.booleans(),
        "integer": st.integers(max(low, 0), max(0, min(high, 87))),
    }
    return kinds[element.type]


_EXACT: dict[str, list[Any]] = {
    "birth_weight": [400, 940, 3400, 5499],
    "birth_year": [2024],
    "sex": ["female", "male", "undetermined"],
    "presentation": ["cephalic", "breech", "other", "unknown"],
    "delivery_method": ["spontaneous", "forceps", "vacuum", "caesarean", "unknown"],
    "perineal_tear": ["severe", "unknown"],
    "marital_status": ["married", "not_married", "unknown"],
    "mother_height": [Decimal("162.6"), Decimal("150.0") - Decimal("0.1")],
    "mother_weight_before": [Decimal("63.5"), Decimal("99.8")],
    "mother_weight_delivery": [Decimal("74.8")],
    "prenatal_care_month": [0],
    "diabetes": ["none", "gestational", "before", "unknown"],
    "conception": ["spontaneous", "drugs_or_insemination", "ivf", "assisted", "unknown"],
    "neuraxial": ["none", "given", "unknown"],
    "steroids": ["none", "given", "unknown"],
    "attendant": ["physician", "midwife", "other", "unknown"],
    "feeding_at_discharge": ["breastfed", "substitute", "unknown"],
    "chromosomal_disorder": ["none", "suspected", "confirmed", "unknown"],
    "down_syndrome": ["none", "suspected", "confirmed", "unknown"],
}


@st.composite
def births(draw: st.DrawFn, layout: Layout, outcome: str) -> dict[str, Any]:
    chosen = [each.element for each in fillings(BIRTH, layout) if each.write is not None]
    found = {each.name: draw(st.none() | values(each, layout)) for each in chosen}
    return {**found, "sex": draw(st.sampled_from(_EXACT["sex"])), "outcome": outcome}


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(data=st.data())
@pytest.mark.parametrize(
    ("name", "layout", "outcome"),
    [("ije-natality", NATALITY, "live"), ("ije-fetal-death", FETAL_DEATH, "stillbirth")],
)
def test_what_is_written_is_read_again(
    tmp_path: Path, name: str, layout: Layout, outcome: str, data: st.DataObject
) -> None:
    birth = data.draw(births(layout, outcome))
    if birth.get("birth_date"):
        birth["birth_year"] = birth["birth_date"].year
    else:
        birth["birth_year"] = birth["birth_date"] = None
    if birth.get("first_prenatal_visit_date"):
        birth["prenatal_care_month"] = None  # the same items say that there was no care
    schema = pa.schema([(each, arrow_type(BIRTH.element(each))) for each in birth])
    path = tmp_path / "b.ije"
    path.write_text("".join(IjeWriter(name).lines([pa.RecordBatch.from_pylist([birth], schema)])), "utf-8")
    source = open_source(path, "ije")
    mapping = source.mapping(BIRTH)
    assert mapping is not None
    (batch,) = source.batches()
    for column in mapping.columns:
        text = batch.cells.column(source.header.index(column.column))[0].as_py()
        if column.element.name not in birth or (column.element.type == "text" and birth[column.element.name]):
            continue
        read_again, problem = (text or None, None) if column.element.type == "text" else column.reader()(text)
        assert problem in (None, "implausible", "impossible")
        if problem != "impossible":
            assert read_again == birth[column.element.name], column.element.name


def test_what_does_not_fit_is_counted_and_no_number_is_cut(tmp_path: Path) -> None:
    birth = {"record_number": "1234567", "sex": "female", "child_family_name": "x" * 60, "outcome": "live"}
    writer = IjeWriter("ije-natality")
    (written,) = writer.lines([pa.RecordBatch.from_pylist([birth, {**birth, "outcome": "stillbirth"}])])
    assert dict(writer.unfit) == {"FILENO": 1, "KIDLNAME": 1}
    assert (writer.written, writer.left_out) == (1, 1)
    assert written[slice(*NATALITY.items["FILENO"])].strip() == ""
    assert len(written) == 4001


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(data=st.data())
def test_a_damaged_file_is_read_or_refused_and_tells_no_value(tmp_path: Path, data: st.DataObject) -> None:
    hurt = bytearray((line(KIDLNAME=CANARY, MOMLNAME=CANARY) + "\n").encode() * 2)
    for place in data.draw(st.lists(st.integers(0, len(hurt) - 1), max_size=8)):
        hurt[place] = data.draw(st.integers(0, 255))
    path = tmp_path / "b"
    path.write_bytes(hurt[data.draw(st.integers(0, 60)) : data.draw(st.integers(100, len(hurt)))])
    try:
        said = "".join(
            each.text_en + each.place for each in read(path, "birth", format="ije").findings.listed()
        )
    except DataRefused as refusal:
        said = str(refusal)
    assert CANARY not in said


@pytest.mark.real_data
@pytest.mark.parametrize(("layout", "name"), [(NATALITY, "IJEBirth"), (FETAL_DEATH, "IJEFetalDeath")])
def test_the_positions_are_those_that_others_use(shared_data: Path, layout: Layout, name: str) -> None:
    theirs = json.loads((shared_data / "02-bfdr" / "ije_layouts.json").read_text())[name]
    spans = {(each["start"] - 1, each["start"] - 1 + each["length"]) for each in theirs}
    known = {each["name"]: (each["start"] - 1, each["start"] - 1 + each["length"]) for each in theirs}
    for item, span in layout.items.items():
        assert known.get(item, span) == span
        assert span in spans


@pytest.mark.real_data
def test_records_that_others_wrote(shared_data: Path) -> None:
    folder = shared_data / "02-bfdr" / "nightingale-fixtures" / "ije"
    birth = read(folder / "BasicBirthRecord2.ije", "birth")
    assert birth.counts.as_dict() == {"accepted": 1, "warned": 0, "rejected": 0}
    (found,) = birth.records.to_pylist()
    assert (found["birth_date"], found["sex"], found["birth_weight"]) == (date(2025, 2, 20), "female", 2701)
    fetal = read(folder / "FetalDeathRecord.ije", "birth")
    assert {each.code for each in fetal.findings.listed()} == {"B-DAT-01", "value.required", "ije.short"}
