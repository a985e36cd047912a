"""What ``vernix dictionary --diff`` prints: for each thing to do, where, and the sentence that says it."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from vernix.births.codes import Words

if TYPE_CHECKING:
    from vernix.births.dictionary.changes import Action, Change

_HEADINGS: dict[Action, Words] = {
    "must": Words("You must change:", "Vous devez changer :"),
    "may": Words("You may:", "Vous pouvez :"),
    "know": Words("To know:", "À savoir :"),
}
_NOTHING = Words("Nothing has changed.", "Rien n’a changé.")
_HEAD = Words("Dictionary, edition {} to edition {}.", "Dictionnaire, de l’édition {} à l’édition {}.")


def print_changes(changes: list[Change], old: dict[str, Any], new: dict[str, Any], spoken: str) -> None:
    """The changes in groups, the urgent ones first."""
    write = sys.stdout.write
    write(_HEAD.said(spoken).format(old["edition"], new["edition"]) + "\n")
    if not changes:
        write(_NOTHING.said(spoken) + "\n")
    for action, heading in _HEADINGS.items():
        chosen = [change for change in changes if change.action == action]
        if chosen:
            write(f"\n{heading.said(spoken)}\n")
        for change in chosen:
            write(f"  {change.subject} ({', '.join(change.encounters)})\n    {change.text.said(spoken)}\n")
