"""``vernix dictionary``: the data dictionary, for people and for programs."""

from __future__ import annotations

import sys
from pathlib import Path

from vernix.console import language, say
from vernix.errors import UsageError


def dictionary(
    *,
    html: Path | None = None,
    csv: Path | None = None,
    json: Path | None = None,
    french: bool = False,
) -> int:
    """Write the data dictionary to a file; without one, list the encounters.

    Each file holds every encounter, element, code and check, in English and in French, and replaces none that
    is there already.

    Parameters
    ----------
    html
        One page to search and to print, which needs no network.
    csv
        One table, a row for each element of each encounter, for a spreadsheet.
    json
        One document, for programs.
    french
        Speak French; otherwise the language of the terminal (LANG) decides.
    """
    wanted = {"html": html, "csv": csv, "json": json}
    files = {kind: path for kind, path in wanted.items() if path is not None}
    if not files:
        _list(language(french))
    for path in files.values():
        if path.exists():
            raise UsageError(f"{path} is there already.", hint="Choose another name; nothing is overwritten.")
    for kind, path in files.items():
        _write(kind, path)
    return 0


def _list(spoken: str) -> None:
    from vernix.births import encounters

    for encounter in map(encounters.get, encounters.names()):
        sys.stdout.write(
            f"{encounter.name:<28}{len(encounter.elements):>4}  {encounter.label.said(spoken)}\n"
        )


def _write(kind: str, path: Path) -> None:
    from vernix.births.dictionary import document, table, web
    from vernix.custody.durable import write_file

    match kind:
        case "html":
            data = web.to_html().encode()
        case "csv":
            data = table.to_csv()
        case _:
            data = document.to_text(document.document()).encode()
    write_file(path, data)
    say(f"Wrote {path}.")
