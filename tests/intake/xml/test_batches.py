"""XML batches: whose a tag is, and what is never followed."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from vernix.errors import DataRefused
from vernix.intake.formats import recognise
from vernix.intake.reading import Reading, read

CANARY = "Zyxwvutcanary"
PATIENT = (
    "<PatientInfo><OrganizationID>12</OrganizationID><UniqueVendorIDSequence>{}</UniqueVendorIDSequence>"
    "<LastName>Roy</LastName><DOB>2024-02-29</DOB><Gender>F</Gender>{}</PatientInfo>"
)


def reading_of(tmp_path: Path, text: str | bytes) -> Reading:
    path = tmp_path / "batch"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    assert recognise(path).name == "xml"
    return read(path, "birth")


def batch(*patients: str, start: str = '<?xml version="1.0" encoding="UTF-8"?>\n') -> str:
    return f"{start}<Batch><Created>2024-03-01</Created>{''.join(patients)}</Batch>"


def found(reading: Reading) -> list[tuple[str, str, str | None]]:
    return [(each.code, each.place, each.element) for each in reading.findings.listed()]


def test_every_patient_is_a_record(tmp_path: Path) -> None:
    reading = reading_of(tmp_path, batch(PATIENT.format("007", ""), PATIENT.format("008", "")))
    got = reading.records.to_pylist()
    assert [(row["record_number"], row["site"], row["sex"], row["_row"]) for row in got] == [
        ("007", "12", "female", 1),
        ("008", "12", "female", 2),
    ]
    assert found(reading) == []


@pytest.mark.parametrize(
    ("more", "element", "value"),
    [
        ("", "child_family_name", "Roy"),
        ("", "mother_family_name", None),
        ("<Mother><LastName>Gagné</LastName></Mother>", "mother_family_name", "Gagné"),
        ("<Mother><LastName>Gagné</LastName></Mother>", "child_family_name", "Roy"),
        (
            "<Maternal><HealthCardNum>9876543217</HealthCardNum></Maternal>",
            "child_health_number",
            None,
        ),
        ("<Measures><BirthWeight> 3400 </BirthWeight></Measures>", "birth_weight", 3400),
        ("<birth_weight>3400</birth_weight>", "birth_weight", 3400),
        ("<Apgar5>-1</Apgar5>", "apgar_5", None),
        ("<Apgar5>9</Apgar5>", "apgar_5", 9),
        ("<City><![CDATA[a<b]]></City>", "city", "a<b"),
        ("<City>a &amp; b &#233;</City>", "city", "a & b é"),
        ("<City/>", "city", None),
        ("<HealthCardType>0</HealthCardType>", "child_health_card", None),
        ("<x:City xmlns:x='urn:x'>Guelph</x:City>", "city", "Guelph"),
    ],
)
def test_whose_a_tag_is(tmp_path: Path, more: str, element: str, value: object) -> None:
    (got,) = reading_of(tmp_path, batch(PATIENT.format("1", more))).records.to_pylist()
    assert got.get(element) == value


def test_an_element_that_stands_twice_is_said(tmp_path: Path) -> None:
    reading = reading_of(tmp_path, batch(PATIENT.format("1", "<Gender>M</Gender>")))
    assert found(reading) == [("xml.twice", "patient 1, column Gender", "sex")]
    assert reading.counts.rejected == 1


def test_one_patient_may_be_the_whole_file_and_wrapped(tmp_path: Path) -> None:
    inner = PATIENT.format("1", "")
    assert reading_of(tmp_path, f"<Batch><Patients>{inner}</Patients></Batch>").counts.accepted == 1
    assert reading_of(tmp_path, f"<!-- made by hand --><Batch>{inner}</Batch>").counts.accepted == 1


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "iso-8859-1"])
def test_a_declared_encoding_is_believed(tmp_path: Path, encoding: str) -> None:
    start = f'<?xml version="1.0" encoding="{encoding}"?>'
    text = batch(PATIENT.format("1", "<City>Lévis</City>"), start=start)
    (got,) = reading_of(tmp_path, text.encode(encoding)).records.to_pylist()
    assert got["city"] == "Lévis"


BOMB = "".join(f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(9))


@pytest.mark.parametrize(
    "declared",
    [
        f'<!DOCTYPE x [<!ENTITY a "ha">{BOMB}]>',
        '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd">',
        '<!DOCTYPE x [<!ENTITY % p SYSTEM "file:///etc/passwd"> %p;]>',
    ],
)
def test_what_a_document_declares_is_never_followed(tmp_path: Path, declared: str) -> None:
    with pytest.raises(DataRefused, match="never followed"):
        reading_of(tmp_path, batch(PATIENT.format("&a;", ""), start=declared))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (batch(PATIENT.format("1", "&unknown;")), "not well-formed"),
        (batch(PATIENT.format("1", ""))[:-9], "not well-formed"),
        ("<a>" * 100 + "</a>" * 100, "too deeply"),
        (batch(PATIENT.format("1", f"<City>{'x' * (2 << 20)}</City>")), "too long"),
        ("<Batch></Batch>", "no records"),
        (batch(PATIENT.format("1", "".join(f"<e{n}>1</e{n}>" for n in range(3000)))), "kinds of elements"),
        ('<?xml version="1.0" encoding="klingon"?><a><b><c>1</c><d>1</d></b></a>', "not well-formed"),
    ],
)
def test_what_is_no_batch_is_refused(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(DataRefused, match=said):
        reading_of(tmp_path, text)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(data=st.data())
def test_a_damaged_batch_is_read_or_refused_and_tells_no_value(tmp_path: Path, data: st.DataObject) -> None:
    hurt = bytearray(batch(PATIENT.format(CANARY, f"<City>{CANARY}</City>")).encode())
    for place in data.draw(st.lists(st.integers(0, len(hurt) - 1), max_size=4)):
        hurt[place] = data.draw(st.integers(0, 255))
    path = tmp_path / "batch"
    path.write_bytes(hurt[: data.draw(st.integers(1, len(hurt)))])
    try:
        listed = read(path, "birth", format="xml").findings.listed()
        said = "".join(each.text_en + each.place for each in listed)
    except DataRefused as refusal:
        said = str(refusal)
    assert CANARY not in said
