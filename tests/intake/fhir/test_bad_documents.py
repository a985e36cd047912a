"""Broken, hostile and endless FHIR: a finding at its document, or one refusal; never a value in a message."""

from __future__ import annotations

import json
import tracemalloc
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.fhir_kit import CANARY, CHILD, bundle, child, full_birth, mother, observation, quantity

from vernix.errors import DataRefused
from vernix.intake.fhir import bundles
from vernix.intake.fhir import documents as module
from vernix.intake.fhir import source as module_of_source
from vernix.intake.fhir.documents import documents
from vernix.intake.fhir.resources import Bundle
from vernix.intake.fhir.source import FhirSource
from vernix.intake.findings import Kind
from vernix.intake.reading import read

GOOD = json.dumps(full_birth())


def codes_of(tmp_path: Path, text: bytes) -> list[tuple[str, int]]:
    path = tmp_path / "sent"
    path.write_bytes(text)
    findings = read(path, "birth", format="fhir").findings.listed()
    assert not any(CANARY in f"{each.text_en}{each.text_fr}{each.place}" for each in findings)
    errors = [each for each in findings if each.severity == "error"]
    return [(each.code, int(each.place.split(",")[0].removeprefix("document "))) for each in errors]


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (GOOD[:-2], "fhir.json"),
        (GOOD.replace("41", "NaN", 1).replace('"NaN"', "NaN"), "fhir.json"),
        (GOOD.replace('"Testa"', '"\\ud800"', 1), "fhir.json"),
        (GOOD.replace('"birthDate"', '"birthDate": "2020-01-01", "birthDate"', 1), "fhir.twice"),
        (GOOD.replace('"birthDate"', '"birthDate" : "2020-01-01", "birthDate"', 1), "fhir.twice"),
        (GOOD.replace('"birthDate"', '"x": "\\u0022:", "birthDate": "1", "birthDate"', 1), "fhir.twice"),
        ('{"a":' * 1000 + "1" + "}" * 1000, "fhir.json"),
        ("[" * 100_000, "fhir.json"),
        ("17", "fhir.json"),
        ('{"resourceType": 5}', "fhir.resource"),
        (f'{{"name": "{CANARY}"}}', "fhir.resource"),
        (f'{{"resourceType": "{CANARY}"}}', "fhir.resource"),
        ('{"resourceType": "Organization"}', "fhir.nobody"),
        ('{"resourceType": "Bundle", "entry": 5}', "fhir.shape"),
        ('{"resourceType": "Bundle", "entry": [{"resource": {"id": "x"}}]}', "fhir.shape"),
        (json.dumps(bundle(child(birthDate=5))), "fhir.shape"),
        (json.dumps(bundle(child(name={"family": CANARY}))), "fhir.shape"),
        (json.dumps(bundle(child(name=[{"family": [CANARY]}]))), "fhir.shape"),
        (json.dumps(bundle(observation("8339-4", CHILD, valueQuantity=CANARY))), "fhir.shape"),
        (json.dumps(bundle(observation("9274-2", CHILD, valueString=CANARY))), "value.integer"),
        (json.dumps(bundle(observation("8339-4", CHILD, **quantity(1e300, "g")))), "value.integer"),
        (
            json.dumps(bundle(observation("73761-9", CHILD, valueCodeableConcept={"text": CANARY}))),
            "value.code",
        ),
    ],
)
def test_a_broken_line_is_a_finding_and_the_others_are_read(tmp_path: Path, line: str, code: str) -> None:
    text = "\n".join([GOOD, line, GOOD.replace('"41"', '"42"')]).encode("utf-8", "surrogatepass")
    assert codes_of(tmp_path, text) == [(code, 2)]


def test_invalid_utf_8_is_a_finding(tmp_path: Path) -> None:
    text = GOOD.encode().replace(b"Testa", b"Te\xffsta", 1)
    assert codes_of(tmp_path, GOOD.encode() + b"\n" + text) == [("fhir.json", 2)]


def test_references_to_nothing_and_in_a_circle_end(tmp_path: Path) -> None:
    lost = observation("9274-2", "Patient/nobody", valueInteger=CANARY)
    part = {
        "resourceType": "Encounter",
        "id": "e",
        "partOf": {"reference": "Encounter/e"},
        "subject": {"reference": CHILD},
    }
    assert codes_of(tmp_path, json.dumps(bundle(lost, part)).encode()) == []


def test_bundles_in_bundles_have_an_end(tmp_path: Path) -> None:
    deep: Any = full_birth()
    for _ in range(20):
        deep = {"resourceType": "Bundle", "entry": [{"resource": deep}]}
    assert codes_of(tmp_path, json.dumps(deep).encode()) == [("fhir.shape", 1)]


def test_one_document_over_many_lines(tmp_path: Path) -> None:
    assert codes_of(tmp_path, json.dumps(full_birth(), indent=2).encode()) == []
    with pytest.raises(DataRefused, match="cannot be read"):
        codes_of(tmp_path, json.dumps(full_birth(), indent=2).encode()[:-9])


def test_a_list_of_bundles_and_a_byte_order_mark(tmp_path: Path) -> None:
    text = "\ufeff" + json.dumps([full_birth(), full_birth("42")])
    path = tmp_path / "sent"
    path.write_text(text, encoding="utf-8")
    assert read(path, "birth").counts.accepted == 2


def test_a_line_without_end_is_refused_before_it_fills_the_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MAX_DOCUMENT", 1 << 20)
    path = tmp_path / "endless"
    with path.open("wb") as stream:
        stream.write(b'{"resourceType": "Bundle", "id": "')
        stream.truncate(1 << 30)
    tracemalloc.start()
    with pytest.raises(DataRefused, match="larger than"):
        list(documents(path))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 8 << 20


def test_a_bundle_of_too_many_resources_is_a_finding(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bundles, "MOST", 10)
    assert codes_of(tmp_path, GOOD.encode()) == [("fhir.large", 1)]


def test_memory_stays_flat_over_many_lines(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module_of_source, "_ROWS", 100)
    path = tmp_path / "many"
    path.write_text((GOOD + "\n") * 1_500, encoding="utf-8")
    tracemalloc.start()
    rows = sum(len(batch.rows) for batch in FhirSource(path).batches())
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert rows == 1_500
    assert peak < path.stat().st_size // 5


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(data=st.data())
def test_truncated_and_flipped_documents_never_break_the_reader(tmp_path: Path, data: st.DataObject) -> None:
    text = bytearray(json.dumps(bundle(child(name=[{"family": CANARY}]), mother())).encode())
    for _ in range(data.draw(st.integers(1, 4))):
        text[data.draw(st.integers(0, len(text) - 1))] = data.draw(st.integers(32, 255))
    cut = data.draw(st.integers(20, len(text)))
    path = tmp_path / "broken"
    path.write_bytes(bytes(text[:cut]))
    try:
        said = [each.text_en + each.place for each in read(path, "birth", format="fhir").findings.listed()]
    except DataRefused as refusal:
        said = [str(refusal)]
    assert CANARY not in "".join(said)


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(data=st.data())
def test_any_value_in_any_place_is_read_or_said(tmp_path: Path, data: st.DataObject) -> None:
    document = full_birth()
    holders: list[tuple[Any, Any]] = []

    def walk(value: Any) -> None:
        for key in list(value) if isinstance(value, dict) else range(len(value)):
            holders.append((value, key))
            if isinstance(value[key], dict | list):
                walk(value[key])

    walk(document)
    holder, key = data.draw(st.sampled_from(holders))
    holder[key] = data.draw(
        st.sampled_from([None, 5, -1.5, True, "", "x", [], {}, [None], [[]], {"a": 1}, "Patient/", [5]])
    )
    path = tmp_path / "odd"
    path.write_text(json.dumps(document), encoding="utf-8")
    assert read(path, "birth", format="fhir").findings is not None


def test_a_document_is_a_resource_or_a_reason(tmp_path: Path) -> None:
    path = tmp_path / "lines"
    path.write_text(f"\n\n{{}}\n\n17\n{GOOD}\n", encoding="utf-8")
    assert [type(each) for each in documents(path)] == [Kind, Kind, Bundle]
