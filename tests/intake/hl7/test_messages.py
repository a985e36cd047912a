"""Messages as records: each field as it is meant; of a message that holds none, the place and the reason."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from vernix.births import encounters
from vernix.errors import DataRefused
from vernix.intake.formats import open_source, recognise
from vernix.intake.hl7.places import SCREENS, by_question, own_questions, standing
from vernix.intake.reading import Reading, read
from vernix.intake.recognising import encounter_of

CANARY = "Zyxwvutcanary"
CHILD = (
    "PID|1||77^^^LAKESIDE^MR~6012345671^^^CANON^JHN||Roy^Anne^Zoe||202402290305|F||"
    "|1 Main^Apt 2^Ottawa^ON^K1A0B1"
)
MOTHER = "NK1|2|Roy^Marie|MTH^Mother^HL70063||^^^^^613^5550100|||||||||||19930401"


def header(kind: str, *, version: str = "2.5.1", lane: str = "P") -> str:
    return f"MSH|^~\\&|EHR|LAKESIDE|VERNIX|REGISTRY|20240304101500||{kind}|M1|{lane}|{version}"


def result(*observations: str, patient: str = CHILD, lane: str = "P") -> str:
    order = "OBR|1|P100^EHR|F200^LAB|54089-8^Panel^LN|||202403020710|||||||||||||||20240305093000"
    return "\r".join([header("ORU^R01^ORU_R01", lane=lane), patient, MOTHER, order, *observations])


def answer(
    loinc: str, value: str, *, kind: str = "CWE", unit: str = "", flag: str = "", status: str = "F"
) -> str:
    return f"OBX|1|{kind}|{loinc}^Question^LN||{value}|{unit}||{flag}|||{status}"


def admission(trigger: str = "A01", patient: str = CHILD, *more: str) -> str:
    event = f"EVN|{trigger}|20240229090000"
    return "\r".join(
        [header(f"ADT^{trigger}"), event, patient, *(more or (MOTHER, "PV1|1|I|NURS^1^A^LAKESIDE|N"))]
    )


def reading_of(tmp_path: Path, messages: Iterable[str], encounter: str) -> Reading:
    path = tmp_path / "messages.hl7"
    path.write_bytes("\r".join(messages).encode())
    return read(path, encounter)


def record(tmp_path: Path, message: str, encounter: str) -> dict[str, Any]:
    reading = reading_of(tmp_path, [message], encounter)
    assert [each.code for each in reading.findings.listed() if each.severity == "error"] == []
    found: dict[str, Any] = reading.records.to_pylist()[0]
    return found


def codes(reading: Reading) -> set[str]:
    return {each.code for each in reading.findings.listed()}


def test_a_newborn_with_its_mother(tmp_path: Path) -> None:
    found = record(tmp_path, admission(), "birth")
    expected = {
        "child_family_name": "Roy",
        "child_given_names": "Anne Zoe",
        "child_chart_number": "77",
        "child_health_number": "6012345671",
        "child_health_card": "ontario",
        "birth_date": date(2024, 2, 29),
        "birth_time": "03:05",
        "sex": "female",
        "site": "LAKESIDE",
        "record_number": "77",
        "mother_family_name": "Roy",
        "mother_given_names": "Marie",
        "mother_birth_date": date(1993, 4, 1),
        "phone": "613 5550100",
        "address_line_1": "1 Main",
        "address_line_2": "Apt 2",
        "city": "Ottawa",
        "postal_code": "K1A0B1",
    }
    assert {name: found[name] for name in expected} == expected


@pytest.mark.parametrize(
    ("places", "element", "value"),
    [
        ({21: "5584486673^^^CANON^JHN~M9^^^LAKESIDE^MR"}, "mother_health_number", "5584486673"),
        ({21: "5584486673^^^CANON^JHN~M9^^^LAKESIDE^MR"}, "mother_chart_number", "M9"),
        ({21: "M9"}, "mother_chart_number", "M9"),
        ({21: "Roy^Marie"}, "mother_chart_number", None),
        ({3: "6012345671^^^CANQC^JHN"}, "child_health_card", "other"),
        ({3: "88"}, "child_chart_number", "88"),
        ({2: "88", 3: ""}, "child_chart_number", "88"),
        ({2: "99", 3: "88"}, "record_number", "88"),
        ({3: "E1^^^EPIC^EPI~88^^^LAKESIDE^MRN"}, "child_chart_number", "88"),
        ({3: "6012345671^^^ON^HC"}, "child_health_number", "6012345671"),
        ({7: "202402290305-05"}, "birth_time", "03:05"),
        ({7: "20240229030559.1234+0530"}, "birth_time", "03:05"),
        ({18: "V55^^^LAKESIDE^VN"}, "record_number", "V55"),
        ({25: "2"}, "birth_order", 2),
        ({6: "Tremblay^Marie"}, "mother_birth_family_name", "Tremblay"),
        ({7: "20240229"}, "birth_time", None),
        ({8: "U"}, "sex", "unknown"),
        ({8: "A^Ambiguous"}, "sex", "undetermined"),
        ({5: "O\\T\\Neil^Zo\\XC3AB\\"}, "child_family_name", "O&Neil"),
        ({5: "O\\T\\Neil^Zo\\XC3AB\\"}, "child_given_names", "Zoë"),
        ({5: "Roy&van^Anne~Alias^Other"}, "child_family_name", "Roy"),
    ],
)
def test_a_field_becomes_a_value(tmp_path: Path, places: dict[int, str], element: str, value: Any) -> None:
    parts = CHILD.split("|") + [""] * 20
    for place, text in places.items():
        parts[place] = text
    assert record(tmp_path, admission("A01", "|".join(parts)), "birth")[element] == value


def test_an_empty_field_leaves_and_a_null_clears(tmp_path: Path) -> None:
    cleared = CHILD.replace("Roy^Anne^Zoe", '""^').replace("1 Main^Apt 2", '1 Main^""')
    found = record(tmp_path, admission("A08", cleared), "birth")
    assert (found["child_family_name"], found["child_given_names"]) == (None, None)
    assert found["_cleared"] == ["child_family_name", "address_line_2"]


@pytest.mark.parametrize(
    ("observation", "element", "value"),
    [
        (
            answer("57130-7", "LA12428-1^All screening is in range for the conditions tested^LN"),
            "screen_result",
            "negative",
        ),
        (answer("57130-7", "LA18944-1^Screen is out of range^LN", flag="N"), "screen_result", "positive"),
        (answer(" 57130-7 ", "la18944-1", kind="CE"), "screen_result", "positive"),
        (answer("57130-7", "LA12431-5^Out of range^LN"), "screen_result", "positive"),
        (answer("57721-3", "LA12421-6^Initial screen^LN"), "screen_reason", "initial"),
        (answer("57718-9", "LA12432-3^Acceptable^LN"), "sample_quality", "satisfactory"),
        (answer("57723-9", "0516199364"), "card_number", "0516199364"),
        (answer("8339-4", "1769.859285", kind="NM", unit="g^gram^UCUM"), "birth_weight", 1770),
        (answer("8339-4", "3.4", kind="NM", unit="kg"), "birth_weight", 3400),
        (answer("8339-4", "^3400", kind="SN", unit="g"), "birth_weight", 3400),
        (answer("57714-8", "38", kind="NM", unit="wk^Week^UCUM"), "gestation", 266),
        (answer("11884-4", "270", kind="NM", unit="d"), "gestation", 270),
        (answer("73806-2", "2", kind="NM", unit="day(s)"), "age_at_collection", 48),
        (answer("57722-1", "LA12411-7^Singleton^LN"), "plurality", 1),
        (answer("57722-1", "LA6112-2^1^LN"), "plurality", 1),
        (answer("57722-1", "X^Twins^L"), "plurality", 2),
        (answer("57713-0", "LA12419-0^Infant in NICU^LN"), "in_nicu_at_collection", "yes"),
        (answer("57713-0", "LA137-2^None^LN"), "in_nicu_at_collection", None),
        (answer("67704-7", "LA16914-6^Breast milk^LN"), "feeding_at_collection", "breast_milk"),
        (answer("46762-1", "LA18593-6^Out of range^LN"), "congenital_hypothyroidism", "positive"),
        (answer("46762-1", "LA18592-8^In range^LN^N^Normal^L"), "congenital_hypothyroidism", "negative"),
        (answer("46762-1", "N^In range^L"), "congenital_hypothyroidism", "negative"),
        (answer("46762-1", "", flag="A"), "congenital_hypothyroidism", "positive"),
        (answer("46762-1", "LA18593-6", status="X"), "congenital_hypothyroidism", None),
        (answer("46762-1", "260385009^Negative^SCT", kind="CE"), "congenital_hypothyroidism", "negative"),
        (answer("46762-1", "Normal", kind="ST"), "congenital_hypothyroidism", "negative"),
        (answer("57793-2", "LA12520-5^PKU^LN"), "phenylketonuria", "positive"),
        (answer("57131-5", "LA12520-5^PKU^LN"), "phenylketonuria", "positive"),
        (answer("57131-5", "LA1-1^A^LN~LA12520-5^PKU^LN"), "phenylketonuria", "positive"),
        (answer("57720-5", "LA12520-5^PKU^LN"), "phenylketonuria", "inconclusive"),
        (answer("57719-7", "LA12520-5^PKU^LN"), "phenylketonuria", None),
        (answer("62328-0", "^^^^^804^2669616", kind="XTN"), "primary_care_phone", "804 2669616"),
        (answer("62317-3", "20240301", kind="DT"), "child_transfusion_date", date(2024, 3, 1)),
        ("OBX|1|CWE|X1^Mine^L^57130-7^Overall^LN||LA12428-1|||||F", "screen_result", "negative"),
    ],
)
def test_an_answer_becomes_a_value(tmp_path: Path, observation: str, element: str, value: Any) -> None:
    message = result(observation)
    assert record(tmp_path, message, "newborn_screening")[element] == value


def test_tested_and_not_found_is_negative_where_the_laboratory_says_what_was_found(tmp_path: Path) -> None:
    observations = [
        answer("57131-5", "LA12496-8^HCY^LN"),
        answer("57719-7", "LA12496-8^HCY^LN"),
        answer("57719-7", "LA12520-5^PKU^LN"),
    ]
    found = record(tmp_path, result(*observations), "newborn_screening")
    assert (found["homocystinuria"], found["phenylketonuria"]) == ("positive", "negative")
    assert found["biotinidase_deficiency"] is None


def test_an_answer_that_was_withdrawn_is_cleared(tmp_path: Path) -> None:
    found = record(tmp_path, result(answer("46762-1", "LA18593-6", status="W")), "newborn_screening")
    assert (found["congenital_hypothyroidism"], found["_cleared"]) == (None, ["congenital_hypothyroidism"])


def test_the_sample_is_the_orders(tmp_path: Path) -> None:
    found = record(tmp_path, result(answer("57130-7", "LA12428-1")), "newborn_screening")
    assert (found["collection_date"], found["collection_time"]) == (date(2024, 3, 2), "07:10")
    assert (found["result_date"], found["record_number"]) == (date(2024, 3, 5), "F200")


def test_each_screen_has_the_order_above_its_own_answers(tmp_path: Path) -> None:
    heart = [
        "OBR|2|P101|F201|73805-4^CCHD^LN|||202403011230",
        "OBX|1|NM|59407-7^Hand^LN||98|%|||||F|||20240301123500",
        answer("73700-7", "LA18592-8^Pass^LN"),
    ]
    hearing = [
        "OBR|3|P102|F202|54111-0^Hearing^LN|||20240302",
        answer("54109-4", "X^Pass^L"),
        answer("54108-6", "X^Refer^L"),
    ]
    message = result(answer("57130-7", "LA12428-1"), *heart, *hearing)
    found = record(tmp_path, message, "heart_screening")
    assert (found["saturation_right_hand_1"], found["heart_screen_result"]) == (98, "pass")
    assert (found["record_number"], found["heart_screen_time"]) == ("F201", "12:35")
    found = record(tmp_path, message, "hearing_screening")
    assert (found["right_ear"], found["left_ear"], found["record_number"]) == ("pass", "refer", "F202")
    assert record(tmp_path, message, "newborn_screening")["record_number"] == "F200"
    source = open_source(tmp_path / "messages.hl7")
    assert encounter_of(source) == "newborn_screening"
    assert [kind.code for kind in source.remarks] == ["hl7.other", "hl7.other"]


def test_a_figure_in_a_unit_of_something_else_rejects_its_row(tmp_path: Path) -> None:
    reading = reading_of(
        tmp_path, [result(answer("8339-4", "3400", kind="NM", unit="mL"))], "newborn_screening"
    )
    assert [(each.code, each.element, each.place) for each in reading.findings.listed()] == [
        ("hl7.unit", "birth_weight", "message 1, column OBX 8339-4")
    ]
    assert reading.counts.rejected == 1


@pytest.mark.parametrize(
    ("message", "code"),
    [
        (f"{header('SIU^S12')}\r{CHILD}", "hl7.type"),
        (f"{header('ADT^A11')}\r{CHILD}", "hl7.type"),
        (f"{header('ADT^A40')}\r{CHILD}\rMRG|56", "hl7.merge"),
        (header("ADT^A01"), "hl7.patient"),
        (header("ORU^R01"), "hl7.patient"),
        (result().replace("54089-8", "94500-6"), "hl7.screen"),
        (
            admission("A01", CHILD.replace("20240229", "19610229").replace("|F|", "|M|"), "PV1|1|I"),
            "hl7.nobody",
        ),
        (admission("A08", CHILD.replace("20240229", "20200229"), MOTHER), None),
        ("MSH|||||||\rPID|1", "hl7.delimiters"),
    ],
)
def test_what_holds_no_record_says_why_and_where(tmp_path: Path, message: str, code: str | None) -> None:
    reading = reading_of(tmp_path, [admission(), message], "birth")
    assert reading.counts.accepted == 1
    lost = [(each.code, each.place) for each in reading.findings.listed() if each.code.startswith("hl7")]
    assert lost == ([(code, "message 2")] if code else [])


def test_a_woman_is_a_mother_and_an_older_child_is_one(tmp_path: Path) -> None:
    woman = CHILD.replace("20240229", "19930401")
    mother = record(tmp_path, admission("A31", woman, "PV1|1|O"), "patient_profile")
    assert (mother["profile_of"], mother["mother_family_name"], mother["child_family_name"]) == (
        "mother",
        "Roy",
        None,
    )
    assert (mother["mother_birth_date"], mother["mother_health_number"]) == (date(1993, 4, 1), "6012345671")
    child = record(tmp_path, admission("A28", CHILD.replace("20240229", "20230801")), "patient_profile")
    assert (child["profile_of"], child["child_family_name"], child["mother_family_name"]) == (
        "child",
        "Roy",
        "Roy",
    )
    assert child["profile_date"] == date(2024, 2, 29)


def test_several_patients_of_one_message_have_a_row_each(tmp_path: Path) -> None:
    twins = (
        result(answer("57130-7", "LA12428-1"))
        + "\r"
        + "\r".join(
            [
                CHILD.replace("Anne^Zoe", "Luc").replace("|F|", "|X|"),
                MOTHER,
                "OBR|1||F300|54089-8^Panel^LN",
                answer("57130-7", "LA18944-1"),
            ]
        )
    )
    reading = reading_of(
        tmp_path, [result(), twins, result(patient=CHILD.replace("|F|", "|X|"))], "newborn_screening"
    )
    wrong = [each.place for each in reading.findings.listed() if each.code == "value.code"]
    assert wrong == ["message 2, patient 2, column PID-8", "message 3, column PID-8"]
    assert [row["_row"] for row in reading.records.to_pylist()] == [1, 2]


def test_a_line_that_is_no_segment_is_told_of(tmp_path: Path) -> None:
    reading = reading_of(tmp_path, [result("a second line of a text")], "newborn_screening")
    assert [(each.code, each.place) for each in reading.findings.listed()] == [("hl7.line", "message 1")]


def test_a_message_for_tests_is_told_of(tmp_path: Path) -> None:
    assert codes(reading_of(tmp_path, [result(lane="T")], "newborn_screening")) == {"hl7.test"}


@pytest.mark.parametrize(
    "relation", ["MTH", "mth", "Mother", "^Mother^HL70063", "72705000^Mother^SCT", "1^x^L^MTH"]
)
def test_who_is_the_mother(tmp_path: Path, relation: str) -> None:
    kin = MOTHER.replace("MTH^Mother^HL70063", relation)
    father = MOTHER.replace("Marie", "Luc").replace("MTH^Mother^HL70063", "FTH^Father^HL70063")
    found = record(tmp_path, admission("A01", CHILD, father, kin, "PV1|1|I|||||||N"), "birth")
    assert found["mother_given_names"] == "Marie"


def test_an_order_without_answers_is_the_panels(tmp_path: Path) -> None:
    others = ["ORC|NW|P1", "OBR|1|P1||54111-0^Hearing^LN|||20240301", "ORC|NW|P2|F2"]
    panel = ["OBR|2|P2|F2|54089-8^Panel^LN|||202403020710", "ORC|NW|P3|F3", "OBR|3|P3|F3|1-1^X^L|||20240305"]
    message = "\r".join([header("OML^O21"), CHILD, *others, *panel])
    found = record(tmp_path, message, "newborn_screening")
    assert (found["record_number"], found["collection_date"]) == ("F2", date(2024, 3, 2))


def test_segments_in_pieces_indented_and_in_any_order_are_read(tmp_path: Path) -> None:
    child = CHILD.replace("Anne^Zoe", "An\rADD|ne^Zoe").replace("\r", "\r    ", 1)
    message = "\r".join(
        [header("ADT^A01"), "  EVN|A01|20240229", MOTHER, "ZPI|1|x", f"\t{child}", "NTE|1||note"]
    )
    found = record(tmp_path, message.replace("    ADD", "ADD"), "birth")
    assert (found["child_given_names"], found["mother_given_names"]) == ("Anne Zoe", "Marie")


@pytest.mark.parametrize("name", ["Roy^Baby Girl", "Roy^BB", "Roy^bébé 2", "Roy^NEWBORN^A", "BabyBoy Roy"])
def test_a_child_without_a_name_or_a_date_is_a_newborn(tmp_path: Path, name: str) -> None:
    child = CHILD.replace("Roy^Anne^Zoe", name).replace("202402290305", "")
    reading = reading_of(tmp_path, [admission("A01", child, "PV1|1|I")], "birth")
    assert codes(reading) == {"B-DAT-01"}


def test_before_22_the_event_says_what_an_adt_is(tmp_path: Path) -> None:
    message = admission("A01").replace("ADT^A01|M1|P|2.5.1", "ADT|M1|P|2.1")
    assert record(tmp_path, message, "birth")["child_family_name"] == "Roy"


def test_a_file_is_recognised(tmp_path: Path) -> None:
    path = tmp_path / "births.csv"
    path.write_bytes(b"\x0b" + admission().encode() + b"\x1c\r")
    assert recognise(path).name == "hl7"
    assert encounter_of(open_source(path)) == "birth"


@pytest.mark.parametrize("encounter", encounters.names())
def test_every_place_is_one(encounter: str) -> None:
    stands = standing(encounter)
    assert len({each.column for each in stands}) == len(stands)
    assert {each.element.name for each in stands} <= set(encounters.get(encounter).by_name)


def test_a_question_tells_one_screen() -> None:
    own = [own_questions(name) for name in SCREENS]
    assert all(own)
    assert sum(map(len, own)) == len(frozenset().union(*own))
    assert "8339-4" in by_question("newborn_screening")
    assert "8339-4" not in own[0]


def _said(tmp_path: Path, data: bytes) -> str:
    path = tmp_path / "any.hl7"
    path.write_bytes(data)
    said = ""
    for encounter in ("birth", "newborn_screening"):
        try:
            reading = read(path, encounter, format="hl7")
        except DataRefused as refusal:
            said += str(refusal)
        else:
            said += "".join(each.text_en + each.text_fr + each.place for each in reading.findings.listed())
    return said


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_damage_is_a_finding_or_a_refusal_without_a_value(tmp_path: Path, data: st.DataObject) -> None:
    marked = CHILD.replace("Roy", CANARY).replace("|F|", f"|{CANARY}|")
    whole = "\r".join([admission("A01", marked), result(answer("57130-7", CANARY), patient=marked)]).encode()
    damaged = bytearray(whole[: data.draw(st.integers(0, len(whole)))])
    for place in data.draw(st.lists(st.integers(0, max(0, len(damaged) - 1)), max_size=8)):
        if damaged:
            damaged[place] ^= 1 << data.draw(st.integers(0, 7))
    assert CANARY not in _said(tmp_path, bytes(damaged))


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rest=st.binary(max_size=300))
def test_any_bytes_are_a_finding_or_a_refusal(tmp_path: Path, rest: bytes) -> None:
    assert _said(tmp_path, b"MSH|^~\\&|A|B|||20240304||ADT^A01|1|P|2.5\rPID|" + rest)
