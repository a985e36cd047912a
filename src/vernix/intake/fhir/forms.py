"""A QuestionnaireResponse: BFDR's worksheets by their linkIds, others by LOINC codes or our own names."""

from __future__ import annotations

from collections.abc import Iterator

from vernix.intake.fhir import codes
from vernix.intake.fhir.places import Places
from vernix.intake.fhir.resources import Answer, Figure, Item, QuestionnaireResponse
from vernix.intake.fhir.values import answer

_DEEPEST = 100
_NONE = Answer()
Given = dict[str, Answer]


def answers_of(form: QuestionnaireResponse, places: Places) -> Iterator[tuple[str, str]]:
    """The elements that a form's answers fill, and their texts."""
    given = dict(_items(form.item, 0))
    for link, holder in given.items():
        element = codes.LINKS.get(link, link)
        column = places.of_element.get(element) or places.questions.get(link)
        if column is not None:
            yield column.element.name, answer(holder, column)
    for element, links in codes.LINKED_NAMES.items():
        if element in places.of_element:
            texts = (given.get(link, _NONE).value_string for link in links)
            yield element, " ".join([text for text in texts if text])
    for element, link in codes.LINKED_CIGARETTES.items():
        if element in places.of_element:
            yield element, _cigarettes(given, link)
    if "mother_height" in places.of_element:
        yield "mother_height", _height(given)


def boxes_of(form: QuestionnaireResponse) -> Iterator[tuple[str, str]]:
    """The items of the exchange that a form ticks or leaves open."""
    for link, holder in _items(form.item, 0):
        item = codes.LINKED_BOXES.get(link)
        if item is not None and holder.value_boolean is not None:
            yield item, "Y" if holder.value_boolean is True else "N"


def _items(items: list[Item] | None, depth: int) -> Iterator[tuple[str, Answer]]:
    """Each question with its first answer, in order; questions may stand below questions and answers."""
    if depth > _DEEPEST:
        raise TypeError
    for item in items or ():
        # Written by some tools without its list.
        answers = [item.answer] if isinstance(item.answer, Answer) else item.answer or []
        if answers:
            yield item.link_id, answers[0]
        yield from _items(item.item, depth + 1)
        for each in answers:
            yield from _items(each.item, depth + 1)


def _cigarettes(given: Given, link: str) -> str:
    """Cigarettes a day; of packs, twenty."""
    cigarettes, packs = (given.get(f"{link}-{unit}", _NONE).value_integer for unit in ("cig", "pck"))
    if cigarettes is None and packs is None:
        return ""
    return str(int(cigarettes or 0) + 20 * int(packs or 0))


def _height(given: Given) -> str:
    """Feet and inches, in centimetres."""
    feet, inches = (_figure(given, link) for link in codes.LINKED_HEIGHT)
    if feet is None and inches is None:
        return ""
    return f"{(12 * float(feet or 0) + float(inches or 0)) * 2.54:.2f}"


def _figure(given: Given, link: str) -> Figure | None:
    quantity = given.get(link, _NONE).value_quantity
    return None if quantity is None else quantity.value
