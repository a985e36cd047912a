"""A first draft of a column mapping, made from a file's header and from the shape of its values.

The draft is TOML with comments for a person to complete. What the header and the values settle is written;
what they leave open is a comment that says what is to be decided. Words of coded columns appear in it (they
are what has to be translated); values of other columns never do.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from statistics import median

from vernix.births import encounters
from vernix.births.elements import Element, Range
from vernix.births.encounter import Encounter
from vernix.births.gestation import bare_meaning
from vernix.intake import units
from vernix.intake.cells import CLEAR, reader
from vernix.intake.findings import shown
from vernix.intake.formats import open_source
from vernix.intake.source import Source

_ROWS = 20_000
_DISTINCT = 2_000
_WORDS_SHOWN = 25
# Texts that stand for "not known" in many files; only those that occur and cannot be read are proposed.
_NOT_KNOWN = (
    "NA",
    "N/A",
    "n/a",
    "na",
    ".",
    "-",
    "--",
    "?",
    "NULL",
    "null",
    "None",
    "NaN",
    "nan",
    "#N/A",
    "missing",
)
_DATE_FORMATS = (
    "%d/%m/%Y",
    "%m/%d/%Y",
    "%d-%m-%Y",
    "%m-%d-%Y",
    "%d.%m.%Y",
    "%Y/%m/%d",
    "%d-%b-%Y",
    "%d %b %Y",
)
_TIME_FORMATS = ("%I:%M %p", "%Hh%M", "%H.%M")


def propose(path: Path, encounter: str, format: str | None = None) -> str:
    """A commented TOML mapping for ``path``. Raises ``DataRefused`` where it cannot be read."""
    kind = encounters.get(encounter)
    source = open_source(path, format, encounter=encounter)
    matches = _match(source.header, kind)
    samples = _samples(source, [place for place, _ in matches])
    drafts = [_draft(element, source.header[place], samples.get(place, [])) for place, element in matches]
    used = {place for place, _ in matches}
    unused = [column for place, column in enumerate(source.header) if place not in used]
    return _write(kind, path.name, drafts, unused)


@dataclass
class _Draft:
    """One [columns.ELEMENT] table: lines that are settled, notes that are not."""

    element: Element
    column: str
    lines: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)


def _match(header: Sequence[str], encounter: Encounter) -> list[tuple[int, Element]]:
    """Columns and the elements they are called like: names first, then labels and aliases, each element
    once."""
    found: dict[str, tuple[int, Element]] = {}
    taken: set[int] = set()
    for names in (_own_names, _other_names):
        for place, column in enumerate(header):
            wanted = _plain(column)
            for element in encounter.elements:
                if place not in taken and element.name not in found and wanted in names(element):
                    found[element.name] = (place, element)
                    taken.add(place)
    return [found[element.name] for element in encounter.elements if element.name in found]


def _own_names(element: Element) -> set[str]:
    return {_plain(element.name)}


def _other_names(element: Element) -> set[str]:
    return {_plain(name) for name in (*element.aliases, element.label.en, element.label.fr)}


def _plain(name: str) -> str:
    return re.sub(r"[^0-9a-zà-ÿ]+", "", name.casefold())


def _samples(source: Source, places: Sequence[int]) -> dict[int, list[str]]:
    """Texts of the first rows by column: every cell but blanks, in order."""
    for batch in source.batches():
        if batch.cells.num_rows:
            first = batch.cells.slice(0, _ROWS)
            return {place: list(filter(None, first.column(place).to_pylist())) for place in places}
    return {}


def _draft(element: Element, column: str, texts: list[str]) -> _Draft:
    draft = _Draft(element, column)
    read = reader(element) if element.type != "text" else None
    distinct = [text for text in dict.fromkeys(each.strip() for each in texts) if text != CLEAR][:_DISTINCT]
    if read is not None:
        draft.unknown = [text for text in distinct if text in _NOT_KNOWN and read(text)[1] is not None]
    known = [text for text in distinct if text not in draft.unknown]
    if element.type in ("integer", "decimal"):
        _draft_number(draft, [text.strip() for text in texts if text.strip() in set(known)])
    elif element.type == "gestation":
        _draft_gestation(draft, texts)
    elif element.type in ("code", "boolean"):
        _draft_codes(draft, known)
    elif element.type in ("date", "time"):
        _draft_format(draft, known)
    return draft


def _draft_number(draft: _Draft, texts: list[str]) -> None:
    element = draft.element
    figures = _figures(texts)
    if not figures and _figures([text.replace(",", ".") for text in texts]):
        draft.lines.append('decimal = ","')
        figures = _figures([text.replace(",", ".") for text in texts])
    if len(figures) < len(texts):
        draft.notes.append("some cells are not numbers: list them in unknown = [...] or correct them")
    if element.unit is None or not units.known_units(element.unit):
        return
    unit, sure = _unit(element, figures)
    draft.lines.append(f'unit = "{unit}"')
    others = ", ".join(units.known_units(element.unit))
    draft.notes.append(
        f"unit: {'read from the size of the figures' if sure else 'PLEASE CHECK'}; known: {others}"
    )


def _figures(texts: Iterable[str]) -> list[Decimal]:
    return [Decimal(text) for text in texts if re.fullmatch(r"[+-]?[0-9]{1,9}(\.[0-9]{1,9})?", text)]


def _unit(element: Element, figures: list[Decimal]) -> tuple[str, bool]:
    """The unit in which most figures are plausible, and whether no other comes near it.

    Where two are as good, the element's own unit; where that is not among them, the one that puts the median
    nearest to the middle of the plausible range.
    """
    own = element.unit or ""
    limits = element.plausible or element.possible
    if not figures or limits is None:
        return own, False
    ranked = sorted((_fit(unit, own, limits, figures) for unit in units.known_units(own)), reverse=True)
    (best, _, _, unit), (second, *_) = ranked[:2]
    return unit, second < best / 2


def _fit(unit: str, own: str, limits: Range, figures: list[Decimal]) -> tuple[float, bool, Decimal, str]:
    """How well a unit explains figures: share that is plausible, whether it is our own unit, nearness."""
    by = units.factor(unit, own) or Decimal(1)
    share = sum(limits.holds(figure * by) for figure in figures) / len(figures)
    middle = Decimal(limits.low + limits.high) / 2
    return share, unit == own, -abs(Decimal(median(figures)) * by - middle), unit


def _draft_gestation(draft: _Draft, texts: list[str]) -> None:
    meaning = bare_meaning(texts)
    if meaning in ("weeks", "days"):
        draft.lines.append(f'unit = "{meaning}"')
        draft.notes.append("unit: weeks or days, of numbers without a unit of their own")
    elif meaning == "weeks_and_day":
        draft.notes.append("numbers such as 384 were understood as 38 weeks and 4 days")


def _draft_codes(draft: _Draft, known: list[str]) -> None:
    read = reader(draft.element)
    foreign = sorted({text for text in known if read(text)[1] is not None})
    codes = draft.element.codes
    allowed = ", ".join(code.code for code in codes.codes) if codes else "yes, no"
    if not foreign:
        return
    if len(foreign) > _WORDS_SHOWN or any(len(text) > 40 for text in foreign):
        draft.notes.append(f"PLEASE CHECK: this does not look like a column of codes ({allowed})")
        return
    words = ", ".join(f'{_quoted(text)} = "?"' for text in foreign)
    draft.notes.append(f"PLEASE TRANSLATE, with one of: {allowed}")
    draft.notes.append(f"codes = {{ {words} }}")


def _draft_format(draft: _Draft, known: list[str]) -> None:
    element = draft.element
    if all(reader(element)(text)[1] is None for text in known):
        return
    candidates = _DATE_FORMATS if element.type == "date" else _TIME_FORMATS
    fitting = [
        pattern
        for pattern in candidates
        if all(reader(element, pattern=pattern)(text)[1] is None for text in known)
    ]
    if len(fitting) == 1:
        draft.lines.append(f'format = "{fitting[0]}"')
    elif fitting:
        draft.notes.append("PLEASE CHOOSE: every value can be read in more than one way")
        draft.notes.extend(f'format = "{pattern}"' for pattern in fitting)
    else:
        draft.notes.append('PLEASE CHECK: no one format reads every value; for instance format = "%d/%m/%Y"')


def _write(encounter: Encounter, name: str, drafts: list[_Draft], unused: list[str]) -> str:
    unknown = sorted({text for draft in drafts for text in draft.unknown})
    lines = [
        f"# A column mapping for files like {shown(name)}, proposed by vernix check --propose.",
        "# Read it through, decide what is marked PLEASE, then try it:",
        f"#   vernix check --as {encounter.name} --mapping THIS.toml FILE",
        "",
        f'encounter = "{encounter.name}"',
        "# Texts that mean: somebody looked and does not know. A blank means: nothing sent, unchanged;",
        '# only if your system leaves unknown values blank, add "" here.',
        f"unknown = [{', '.join(map(_quoted, unknown))}]",
    ]
    for draft in drafts:
        lines += ["", f"# {draft.element.label.en} / {draft.element.label.fr}"]
        lines += [f"[columns.{draft.element.name}]", f"column = {_quoted(draft.column)}", *draft.lines]
        lines += [f"# {note}" for note in draft.notes]
    mapped = {draft.element.name for draft in drafts}
    if encounter.record_key not in mapped:
        lines += ["", *_no_record_key(encounter)]
    lines += ["", *_constants(encounter, mapped)]
    if unused:
        lines += ["", "# Columns of the file that nothing is read from:"]
        lines += [f"#   {shown(column)}" for column in unused]
    return "\n".join(lines) + "\n"


def _no_record_key(encounter: Encounter) -> list[str]:
    """What to do about a file in which the registry would know no record again."""
    label = encounter.element(encounter.record_key).label
    return [
        f"# PLEASE SAY which column is yours for this: {label.en} / {label.fr}",
        "# Without it the registry knows no row again: mended and sent once more, a file counts twice.",
        f"# [columns.{encounter.record_key}]",
        '# column = "?"',
    ]


def _constants(encounter: Encounter, mapped: set[str]) -> list[str]:
    lines = ["# What is true of every row and stands in no column:", "# [constants]"]
    for element in encounter.elements:
        if element.required == "required" and element.name not in mapped:
            lines.append(f"# {element.name} = ...   # REQUIRED: {element.label.en}")
    if not mapped & {"birth_date", "birth_year"} and "birth_year" in encounter.by_name:
        lines.append("# birth_year = ...   # PLEASE SAY when no column holds the date of birth")
    return lines


def _quoted(text: str) -> str:
    """A TOML basic string: JSON's escapes are a part of TOML's."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
