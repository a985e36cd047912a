"""The published data dictionary, rendered from the declarations.

``python -m vernix.births.dictionary > docs/reference/dictionary.md`` writes the page; a test holds the
committed page equal to what the declarations say.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator

from vernix.births import encounters
from vernix.births.checks import Check, Row
from vernix.births.codes import CodeSet, Words
from vernix.births.elements import Element, Places, Range
from vernix.births.encounter import Encounter

_INTRODUCTION = """\
# Data dictionary / Dictionnaire de données

<!-- Written by `python -m vernix.births.dictionary`: change the declarations, not this page. -->

Every element is declared once, in code; readers, checks, the vault, the book and this page follow from it.
*Chaque élément est déclaré une seule fois, dans le code ; tout le reste en découle, y compris cette page.*

- **Required** elements must not be blank; **expected** ones count as missing in the data-quality report.
  *Les éléments « required » ne peuvent rester en blanc ; un « expected » absent compte comme manquant.*
- A value outside of the **possible** range is refused with its row; outside of the **plausible** range it is
  kept and questioned.
  *Hors du domaine « possible », la ligne est refusée ; hors du « plausible », elle est questionnée.*
- **direct** identifiers go to the sealed vault and never to the book; **quasi**-identifiers and **clinical**
  elements go to the book, under a pseudonym.
  *Les identifiants directs vont au coffre scellé et jamais au livre.*
- A blank leaves an earlier value unchanged; `!clear` takes it away; `unknown` says that somebody looked.
  *Un blanc laisse la valeur antérieure ; `!clear` l’efface ; `unknown` dit que l’on a cherché sans trouver.*
"""


def render() -> str:
    """The whole page, as Markdown."""
    parts = [_INTRODUCTION]
    for name in encounters.names():
        parts += _encounter(encounters.get(name))
    parts.append("## Code sets / Jeux de codes")
    parts += [_code_set(code_set) for code_set in encounters.code_sets()]
    return "\n\n".join(part.strip("\n") for part in parts) + "\n"


def _encounter(encounter: Encounter) -> Iterator[str]:
    yield f"## Encounter `{encounter.name}`: {_both(encounter.label)}"
    yield _sentences(encounter.definition)
    yield f"{len(encounter.elements)} elements, {len(encounter.checks)} checks."
    yield f"A site knows a record again by `{encounter.record_key}`."
    yield f"### Elements of `{encounter.name}` / Éléments"
    for element in encounter.elements:
        yield _element(element)
    yield f"### Checks of `{encounter.name}` / Vérifications"
    yield (
        "A hard check refuses the row; a soft one keeps and questions it. A rule that too little was\n"
        "sent to judge counts as kept.\n"
        "*Une vérification « hard » refuse la ligne ; une « soft » la garde et la questionne.*"
    )
    for check in encounter.checks:
        yield _check(check)


def _element(element: Element) -> str:
    facts = [_kind(element), element.required, f"{element.privacy}, of the {element.subject}"]
    if element.possible:
        facts.append(f"possible {_range(element.possible)}")
    if element.plausible:
        facts.append(f"plausible {_range(element.plausible)}")
    lines = [
        f"#### `{element.name}`",
        "",
        f"**{element.label.en}** / *{element.label.fr}*",
        "",
        _sentences(element.definition),
        "",
        f"- {'; '.join(facts)}",
        f"- Source: {element.source}",
    ]
    if places := _places(element.at):
        lines.append(f"- Stands at: {'; '.join(places)}")
    if element.aliases:
        lines.append(f"- Known elsewhere as: {', '.join(f'`{alias}`' for alias in element.aliases)}")
    return "\n".join(lines)


def _places(at: Places) -> list[str]:
    formats = {"IJE": at.ije, "HL7 v2": at.hl7, "FHIR": at.fhir, "XML": at.xml}
    found = [
        f"{name} {', '.join(f'`{place}`' for place in places)}" for name, places in formats.items() if places
    ]
    return found + ([f"LOINC `{at.loinc}`"] if at.loinc else [])


def _kind(element: Element) -> str:
    if element.codes:
        return f"code of [`{element.codes.name}`](#code-set-{element.codes.name.replace('_', '-')})"
    kinds = {
        "text": f"text, at most {element.longest} characters",
        "integer": "whole number",
        "decimal": f"number with {element.digits} decimal",
        "date": "date, `YYYY-MM-DD`",
        "time": "time of day, `HH:MM`",
        "boolean": "true or false",
        "gestation": "gestation, `38w4d`",
    }
    return kinds[element.type] + (f", in {element.unit}" if element.unit else "")


def _check(check: Check) -> str:
    lines = [
        f"#### {check.code} ({check.severity})",
        "",
        _sentences(check.text),
        "",
        f"- Reads: {', '.join(f'`{name}`' for name in check.elements)}",
        f"- Source: {check.source}",
        "",
        "| example | row | verdict |",
        "|---|---|---|",
    ]
    for example in check.examples:
        for row, fails in zip(example.rows, example.fails, strict=True):
            lines.append(f"| {_cell(example.why)} | {_row(row)} | {'**fails**' if fails else 'passes'} |")
    return "\n".join(lines)


def _code_set(code_set: CodeSet) -> str:
    lines = [
        f"### Code set `{code_set.name}` {{ #code-set-{code_set.name.replace('_', '-')} }}",
        "",
        "| code | English | français | also read |",
        "|---|---|---|---|",
    ]
    for code in code_set.codes:
        also = ", ".join(f"`{alias}`" for alias in code.aliases)
        lines.append(f"| `{code.code}` | {_cell(code.label.en)} | {_cell(code.label.fr)} | {also} |")
    return "\n".join(lines)


def _row(row: Row) -> str:
    return ", ".join(f"`{name}` {_cell(str(value))}" for name, value in row.items()) or "all blank"


def _range(bounds: Range) -> str:
    return f"{bounds.low} to {bounds.high}"


def _both(words: Words) -> str:
    return f"{words.en} / {words.fr}"


def _sentences(words: Words) -> str:
    return f"{words.en}\n*{words.fr}*"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


if __name__ == "__main__":
    sys.stdout.write(render())
