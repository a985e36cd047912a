"""What a partner must change between two editions of the dictionary.

Compared are two documents (`vernix.births.dictionary.document`), so that an old edition needs no old program.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from vernix.births.codes import Words
from vernix.births.dictionary import changed_elements
from vernix.births.dictionary.changes import Action, Change, Said, named
from vernix.births.dictionary.document import level_in, no_dictionary

FORMAT = "vernix/dictionary-changes/v1"
ACTIONS: tuple[Action, ...] = ("must", "may", "know")


def compare(old: Said, new: Said) -> list[Change]:
    """The changes from one document to another: first what must be done, then what may, then the rest.

    Raises ``DataRefused`` where one of them is none, whatever its outer form.
    """
    try:
        found = [
            *_of_encounters(old, new),
            *_of_elements(old, new),
            *_of_levels(old, new),
            *_of_code_sets(old, new),
            *_of_checks(old, new),
        ]
    except (LookupError, TypeError, ValueError, AttributeError, ArithmeticError):
        raise no_dictionary() from None
    return sorted(found, key=lambda change: ACTIONS.index(change.action))


def to_document(old: Said, new: Said) -> dict[str, Any]:
    """The changes as one JSON document."""
    changes = [asdict(change) for change in compare(old, new)]
    return {"format": FORMAT, "from": old["edition"], "to": new["edition"], "changes": changes}


def _of_encounters(old: Said, new: Said) -> Iterator[Change]:
    before, after = named(old["encounters"]), named(new["encounters"])
    for name in (each for each in before if each not in after):
        yield Change(
            "must",
            "encounter_withdrawn",
            name,
            Words("Stop sending it: it is no longer read.", "Cessez de l’envoyer : elle n’est plus lue."),
            (name,),
        )
    for name in after:
        if name not in before:
            yield Change(
                "may", "encounter_added", name, Words("It can be sent.", "Elle peut être envoyée."), (name,)
            )
        else:
            yield from _of_columns(before[name], after[name], named(new["elements"]))


def _of_columns(old: Said, new: Said, elements: dict[str, Said]) -> Iterator[Change]:
    """The columns that an encounter lost and gained; one that reads the name of a lost one was renamed."""
    gone = [name for name in old["elements"] if name not in new["elements"]]
    for name in new["elements"]:
        if name in old["elements"]:
            continue
        element = elements[name]
        former = next((each for each in gone if each in element["aliases"]), None)
        if former is not None:
            gone.remove(former)
            yield _renamed(former, name, new["name"])
        else:
            yield _added(element, new)
    for name in gone:
        text = Words("Stop sending it: nothing is read from it.", "Cessez de l’envoyer : rien n’en est lu.")
        yield Change("must", "element_removed", name, text, (new["name"],))


def _renamed(former: str, name: str, encounter: str) -> Change:
    text = Words(
        f"Call the column {name}; {former} is still read.",
        f"Appelez la colonne {name} ; {former} est encore lu.",
    )
    return Change("may", "element_renamed", former, text, (encounter,))


def _added(element: Said, encounter: Said) -> Change:
    if level_in(encounter, element) == "required":
        text = Words(
            "Add the column: every record needs it.", "Ajoutez la colonne : chaque dossier doit l’avoir."
        )
        return Change("must", "required_element_added", element["name"], text, (encounter["name"],))
    text = Words("The column can be sent.", "La colonne peut être envoyée.")
    return Change("may", "element_added", element["name"], text, (encounter["name"],))


def _of_elements(old: Said, new: Said) -> Iterator[Change]:
    before = named(old["elements"])
    for name, element in named(new["elements"]).items():
        if name in before:
            yield from changed_elements.changed(before[name], element, _standing(new, name))


def _of_levels(old: Said, new: Said) -> Iterator[Change]:
    """Elements that an encounter needs more or less than before, each change once for all its encounters."""
    before, were, are = named(old["encounters"]), named(old["elements"]), named(new["elements"])
    moved: dict[tuple[str, str, str], list[str]] = {}
    for encounter in new["encounters"]:
        former = before.get(encounter["name"], {"elements": ()})
        for name in (each for each in encounter["elements"] if each in former["elements"]):
            was, becomes = level_in(former, were[name]), level_in(encounter, are[name])
            if was != becomes:
                moved.setdefault((name, was, becomes), []).append(encounter["name"])
    for (name, was, becomes), those in moved.items():
        yield changed_elements.level(name, was, becomes, tuple(those))


def _standing(said: Said, element: str) -> tuple[str, ...]:
    return tuple(each["name"] for each in said["encounters"] if element in each["elements"])


def _of_code_sets(old: Said, new: Said) -> Iterator[Change]:
    before = named(old["code_sets"])
    for name, code_set in named(new["code_sets"]).items():
        if name not in before:
            continue
        users = [each["name"] for each in new["elements"] if each["codes"] == name]
        where = tuple(dict.fromkeys(kind for user in users for kind in _standing(new, user)))
        for action, kind, text in _of_codes(before[name], code_set):
            yield Change(action, kind, name, text, where)


def _of_codes(old: Said, new: Said) -> Iterator[tuple[Action, str, Words]]:
    before, after = named(old["codes"], "code"), named(new["codes"], "code")
    for code in (each for each in before if each not in after):
        text = Words(
            f"Stop using the code {code}: it is refused.", f"N’utilisez plus le code {code} : il est refusé."
        )
        yield "must", "code_withdrawn", text
    for code, said in after.items():
        label = said["label"]
        if code not in before:
            text = Words(
                f"The code {code} ({label['en']}) can be used.",
                f"Le code {code} ({label['fr']}) peut être utilisé.",
            )
            yield "may", "code_added", text
        elif lost := sorted(_spellings(before[code]) - _spellings(said)):
            listed = ", ".join(lost)
            text = Words(
                f"The code {code} is no longer read where it is written: {listed}.",
                f"Le code {code} n’est plus lu s’il est écrit : {listed}.",
            )
            yield "must", "spelling_withdrawn", text


def _spellings(code: Said) -> set[str]:
    return {each.lower() for each in (code["label"]["en"], code["label"]["fr"], *code["aliases"])}


def _of_checks(old: Said, new: Said) -> Iterator[Change]:
    before = {each["name"]: named(each["checks"], "code") for each in old["encounters"]}
    for encounter in new["encounters"]:
        if encounter["name"] in before:
            for action, kind, check in _of_rules(
                before[encounter["name"]], named(encounter["checks"], "code")
            ):
                text = Words(check["text"]["en"], check["text"]["fr"])
                yield Change(action, kind, check["code"], text, (encounter["name"],))


def _of_rules(old: dict[str, Said], new: dict[str, Said]) -> Iterator[tuple[Action, str, Said]]:
    for code, check in new.items():
        hard = check["severity"] == "hard"
        if code not in old:
            yield ("must", "hard_check_added", check) if hard else ("know", "soft_check_added", check)
        elif check["severity"] != old[code]["severity"]:
            yield ("must", "check_hardened", check) if hard else ("know", "check_softened", check)
    for code in (each for each in old if each not in new):
        yield "know", "check_withdrawn", old[code]
