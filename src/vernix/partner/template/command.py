"""``vernix template``: an empty file with the columns of an encounter, to be filled in."""

from __future__ import annotations

import csv
import io
import json
import sys
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from vernix.births.encounter import Encounter
from vernix.console import language, say
from vernix.errors import UsageError


def template(
    encounter: str,
    /,
    *,
    output: Annotated[Path | None, Parameter(name=["--output", "-o"])] = None,
    french: bool = False,
) -> int:
    """Write an empty file with the columns of an encounter, to be filled in and sent.

    A workbook (.xlsx) also says what each column is, in English and French, offers the codes to choose from,
    and keeps leading zeros and dates as they are typed. A CSV file is the line of columns alone. A JSON file
    is the JSON Schema of a web form's record, for sites that type into a form of their own.

    Parameters
    ----------
    encounter
        The encounter, for instance birth. The command dictionary lists them.
    output
        The file to write, .xlsx, .csv or .json; none is overwritten. Left out: CSV on standard output.
    french
        Offer the codes by their French labels, which are read as well; otherwise by their own words, unless
        the terminal speaks French (LANG).
    """
    from vernix.births import encounters

    kind = encounters.get(encounter)
    if output is None:
        sys.stdout.write(_header(kind))
        return 0
    if output.suffix.lower() not in (".csv", ".xlsx", ".json"):
        raise UsageError(
            "A template is an .xlsx, a .csv or a .json file.", hint=f"For instance: -o {kind.name}.xlsx"
        )
    if output.exists():
        raise UsageError(f"{output} is there already.", hint="Choose another name; nothing is overwritten.")
    from vernix.custody.durable import write_file

    write_file(output, _content(kind, output, language(french)))
    filled = output if output.suffix.lower() != ".json" else "RECORDS"
    say(f"Wrote {output}. When it is filled in: vernix check --as {kind.name} {filled}")
    return 0


def _content(encounter: Encounter, output: Path, spoken: str) -> bytes:
    if output.suffix.lower() == ".csv":
        return _header(encounter).encode("ascii")
    if output.suffix.lower() == ".json":
        from vernix.births.dictionary.schema import schema

        return (json.dumps(schema(encounter), ensure_ascii=False, indent=2) + "\n").encode()
    from vernix.partner.template.workbook import workbook

    return workbook(encounter, spoken)


def _header(encounter: Encounter) -> str:
    text = io.StringIO(newline="")
    csv.writer(text).writerow([element.name for element in encounter.elements])
    return text.getvalue()
