"""``vernix dictionary``: the data dictionary, for people and for programs."""

from __future__ import annotations

import sys
from json import dumps as json_of
from pathlib import Path
from typing import Any

from vernix.console import language, say
from vernix.errors import UsageError


def dictionary(
    new: Path | None = None,
    /,
    *,
    diff: Path | None = None,
    html: Path | None = None,
    csv: Path | None = None,
    json: Path | None = None,
    french: bool = False,
) -> int:
    """Write the data dictionary to a file; without one, list the encounters.

    Each file holds every encounter, element, code and check, in English and in French, and replaces none that
    is there already.

    With --diff it says instead what a partner must change from an older dictionary to a newer one.

    Parameters
    ----------
    new
        With --diff: the newer dictionary, a document. Left out: the one that this version of vernix has.
    diff
        The older dictionary, a document that --json wrote. With --json the changes are written as a document.
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
    for path in files.values():
        if path.exists():
            raise UsageError(f"{path} is there already.", hint="Choose another name; nothing is overwritten.")
    if diff is not None:
        if html or csv:
            raise UsageError(
                "Changes are told as text or as a document.", hint="Use --json FILE, or no file."
            )
        return _differ(diff, new, json, language(french))
    if new is not None:
        raise UsageError("A file is named, but nothing to compare it with.", hint="Add --diff OLD.json.")
    if not files:
        _list(language(french))
    for kind, path in files.items():
        _write(kind, path)
    return 0


def _differ(old: Path, new: Path | None, output: Path | None, spoken: str) -> int:
    from vernix.births.dictionary import difference, document
    from vernix.custody.durable import write_file
    from vernix.partner.dictionary_changes import print_changes

    before = _document(old)
    after = document.document() if new is None else _document(new)
    if output is None:
        print_changes(difference.compare(before, after), before, after, spoken)
        return 0
    told = json_of(difference.to_document(before, after), ensure_ascii=False, indent=2, sort_keys=True)
    write_file(output, f"{told}\n".encode())
    say(f"Wrote {output}.")
    return 0


def _document(path: Path) -> dict[str, Any]:
    from vernix.births.dictionary import document

    if not path.is_file():
        raise UsageError(f"There is no file {path}.", hint="vernix dictionary --json FILE writes one.")
    return document.parse(path.read_bytes())


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
