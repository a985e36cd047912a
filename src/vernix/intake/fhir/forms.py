"""A QuestionnaireResponse: BFDR's worksheets by their linkIds, others by LOINC codes or our own names."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from vernix.intake.fhir import codes
from vernix.intake.fhir.people import Resource
from vernix.intake.fhir.places import Places
from vernix.intake.fhir.values import answer

_DEEPEST = 100


def answers_of(form: Resource, places: Places) -> Iterator[tuple[str, str]]:
    """The elements that a form's answers fill, and their texts."""
    given = dict(_items(form, 0))
    for link, holder in given.items():
        element = codes.LINKS.get(link, link)
        column = places.of_element.get(element) or places.questions.get(link)
        if column is not None:
            yield column.element.name, answer(holder, column)
    for element, links in codes.LINKED_NAMES.items():
        if element in places.of_element:
            yield element, " ".join(filter(None, (given.get(link, {}).get("valueString") for link in links)))
    for element, link in codes.LINKED_CIGARETTES.items():
        if element in places.of_element:
            yield element, _cigarettes(given, link)
    if "mother_height" in places.of_element:
        yield "mother_height", _height(given)


def boxes_of(form: Resource) -> Iterator[tuple[str, str]]:
    """The items of the exchange that a form ticks or leaves open."""
    for link, holder in _items(form, 0):
        item = codes.LINKED_BOXES.get(link)
        if item is not None and "valueBoolean" in holder:
            yield item, "Y" if holder["valueBoolean"] is True else "N"


def _items(holder: Any, depth: int) -> Iterator[tuple[str, Any]]:
    """Each question with its first answer, in order; questions may stand below questions and answers."""
    if depth > _DEEPEST:
        raise TypeError
    for item in holder.get("item", ()):
        answers = item.get("answer", ())
        # Written by some tools without its list.
        answers = [answers] if isinstance(answers, dict) else answers
        if answers:
            yield item.get("linkId", ""), answers[0]
        for each in (item, *answers):
            yield from _items(each, depth + 1)


def _cigarettes(given: dict[str, Any], link: str) -> str:
    """Cigarettes a day; of packs, twenty."""
    cigarettes, packs = (given.get(f"{link}-{unit}", {}).get("valueInteger") for unit in ("cig", "pck"))
    if cigarettes is None and packs is None:
        return ""
    return str((cigarettes or 0) + 20 * (packs or 0))


def _height(given: dict[str, Any]) -> str:
    """Feet and inches, in centimetres."""
    feet, inches = (given.get(link, {}).get("valueQuantity", {}).get("value") for link in codes.LINKED_HEIGHT)
    if feet is None and inches is None:
        return ""
    return f"{(12 * (feet or 0) + (inches or 0)) * 2.54:.2f}"
