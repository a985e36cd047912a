"""The published page of where elements stand in FHIR, made from the declarations and the tables of codes.

``make reference`` writes it.
"""

from __future__ import annotations

from collections.abc import Iterator

from vernix.births import encounters
from vernix.intake.fhir.codes import ANSWERS, CHECKED, LINKS, OF_ELEMENT
from vernix.intake.fhir.places import Places, places

_INTRODUCTION = """\
# Where elements stand in FHIR

How to send: [send FHIR](../how-to/send-fhir.md). What the elements mean: the
[data dictionary](dictionary.md). Each element has one column, called by the FHIRPath of its place; findings
name it so. `mother:` says that the place is in the mother's own Patient or RelatedPerson. A question is told
by its LOINC code, in an Observation, a component or a form alike.
"""
_BOXES = """\
## What a resource says by being there

A Condition or Procedure with this code, or an Observation of the list with it as its value, says Yes;
`refuted`, `not-done`, and "none of these" (SNOMED CT 260413007) as the list's value say No. Nothing at all
says nothing. The item is that of the Inter-Jurisdictional Exchange, at which elements stand.

| code | item | list (LOINC) | about |
| --- | --- | --- | --- |
"""


def page() -> str:
    """The page as Markdown."""
    parts = [_INTRODUCTION, *_encounters(), _BOXES.rstrip("\n"), *_boxes(), *_answers(), *_links()]
    return "\n".join(parts) + "\n"


def _encounters() -> Iterator[str]:
    """A table for each encounter that can be read: what every record needs has a place in it."""
    for name in encounters.names():
        known = places(name)
        if known.complete and known.questions:
            yield f"## {known.encounter.label.en}\n\n| element | place |\n| --- | --- |"
            yield from _places(known)
            yield ""


def _places(known: Places) -> Iterator[str]:
    for name, column in known.of_element.items():
        yield f"| [{name}](dictionary/{known.encounter.name}.md) | `{column.name}` |"


def _boxes() -> Iterator[str]:
    for code, box in CHECKED.items():
        yield f"| {code} | {box.item} | {box.list} | {box.subject} |"
    yield ""


def _answers() -> Iterator[str]:
    yield "## Codes of answers\n\n| code | in | our word |\n| --- | --- | --- |"
    for code, word in sorted(ANSWERS.items()):
        yield f"| {code} | any element | {word or '(blank)'} |"
    for element, words in OF_ELEMENT.items():
        for code, word in words.items():
            yield f"| {code} | {element} | {word or '(blank)'} |"
    yield ""


def _links() -> Iterator[str]:
    yield "## Questions of the BFDR worksheets\n\n| linkId | element |\n| --- | --- |"
    for link, element in LINKS.items():
        yield f"| {link} | {element} |"
