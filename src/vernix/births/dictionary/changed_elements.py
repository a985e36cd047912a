"""What became of an element that two editions have: its type, unit, level, limits, names and meaning."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal

from vernix.births.codes import Words
from vernix.births.dictionary.changes import Action, Change, Said

_LEVELS = ("optional", "expected", "required")
_Found = Iterator[
    tuple[Action, str, str, str]
]  # what to do, the kind, and the sentence in English and French


def changed(old: Said, new: Said, encounters: tuple[str, ...]) -> Iterator[Change]:
    """The changes of one element."""
    for look in _LOOKS:
        for action, kind, english, french in look(old, new):
            yield Change(action, kind, new["name"], Words(english, french), encounters)


def level(name: str, was: str, becomes: str, encounters: tuple[str, ...]) -> Change:
    """An element is needed more, or less, in these encounters."""
    if _LEVELS.index(becomes) < _LEVELS.index(was):
        said = Words(f"It is {becomes}; it was {was}.", f"Il est « {becomes} » ; il était « {was} ».")
        return Change("know", "level_lowered", name, said, encounters)
    if becomes == "required":
        said = Words(
            "Fill it in every row: a blank is refused.", "Remplissez-le à chaque ligne : un blanc est refusé."
        )
        return Change("must", "level_raised", name, said, encounters)
    said = Words(
        "Fill it where you can: a blank counts as missing.",
        "Remplissez-le si possible : un blanc compte comme manquant.",
    )
    return Change("may", "level_raised", name, said, encounters)


def _type(old: Said, new: Said) -> _Found:
    if old["type"] != new["type"]:
        yield (
            "must",
            "type_changed",
            f"Send it as {new['type']}; it was {old['type']}.",
            f"Envoyez-le comme {new['type']} ; c’était {old['type']}.",
        )
    elif old["codes"] != new["codes"]:
        yield (
            "must",
            "code_set_changed",
            f"Use the codes of the set {new['codes']}; they were those of {old['codes']}.",
            f"Utilisez les codes du jeu {new['codes']} ; c’étaient ceux de {old['codes']}.",
        )


def _unit(old: Said, new: Said) -> _Found:
    if old["unit"] != new["unit"]:
        before, after = old["unit"] or "-", new["unit"] or "-"
        yield (
            "must",
            "unit_changed",
            f"Convert it: the unit is {after}; it was {before}.",
            f"Convertissez : l’unité est {after} ; c’était {before}.",
        )


def _possible(old: Said, new: Said) -> _Found:
    before, after = _shown(old["possible"]), _shown(new["possible"])
    if _narrowed(old["possible"], new["possible"]):
        yield (
            "must",
            "range_narrowed",
            f"Values outside of {after[0]} are refused; it was {before[0]}.",
            f"Hors de {after[1]}, les valeurs sont refusées ; c’était {before[1]}.",
        )
    elif old["possible"] != new["possible"]:
        yield (
            "know",
            "range_widened",
            f"Values of {after[0]} are taken; it was {before[0]}.",
            f"Les valeurs de {after[1]} sont prises ; c’était {before[1]}.",
        )


def _plausible(old: Said, new: Said) -> _Found:
    if old["plausible"] != new["plausible"]:
        before, after = _shown(old["plausible"]), _shown(new["plausible"])
        yield (
            "know",
            "plausible_range_changed",
            f"Values outside of {after[0]} are questioned; it was {before[0]}.",
            f"Hors de {after[1]}, les valeurs sont questionnées ; c’était {before[1]}.",
        )


def _length(old: Said, new: Said) -> _Found:
    if old["longest"] != new["longest"] and new["type"] == "text":
        shorter = new["longest"] < old["longest"]
        yield (
            "must" if shorter else "know",
            "text_shortened" if shorter else "text_lengthened",
            f"At most {new['longest']} characters are taken; it was {old['longest']}.",
            f"Au plus {new['longest']} caractères sont pris ; c’était {old['longest']}.",
        )


def _digits(old: Said, new: Said) -> _Found:
    if old["digits"] != new["digits"]:
        yield (
            "know",
            "digits_changed",
            f"It is kept to {new['digits']} decimal places; it was {old['digits']}.",
            f"Il est gardé avec {new['digits']} décimales ; c’était {old['digits']}.",
        )


def _meaning(old: Said, new: Said) -> _Found:
    if old["version"] != new["version"]:
        yield (
            "must",
            "meaning_changed",
            f"Its meaning has changed; see that you send this: {new['definition']['en']}",
            f"Son sens a changé ; veillez à envoyer ceci : {new['definition']['fr']}",
        )
    elif (old["definition"], old["label"]) != (new["definition"], new["label"]):
        yield (
            "know",
            "reworded",
            "It is described in other words; what it means is the same.",
            "Il est décrit autrement ; son sens est le même.",
        )


def _names(old: Said, new: Said) -> _Found:
    gone = [name for name in old["aliases"] if name not in new["aliases"]]
    if gone:
        listed = ", ".join(gone)
        yield (
            "must",
            "name_withdrawn",
            f"A column is no longer read as this where it is called: {listed}.",
            f"Une colonne n’est plus lue comme tel si elle s’appelle : {listed}.",
        )


def _privacy(old: Said, new: Said) -> _Found:
    if old["privacy"] != new["privacy"]:
        yield (
            "know",
            "privacy_changed",
            f"Its privacy class is {new['privacy']}; it was {old['privacy']}.",
            f"Sa classe de confidentialité est « {new['privacy']} » ; c’était « {old['privacy']} ».",
        )


def _end(old: Said, new: Said) -> _Found:
    if new["until"] and old["until"] != new["until"]:
        yield (
            "know",
            "end_announced",
            f"Edition {new['until']} will no longer have it.",
            f"L’édition {new['until']} ne l’aura plus.",
        )


_LOOKS: tuple[Callable[[Said, Said], _Found], ...] = (
    *(_type, _unit, _possible, _plausible, _length, _digits),
    *(_meaning, _names, _privacy, _end),
)


def _narrowed(old: list[str] | None, new: list[str] | None) -> bool:
    """Whether something that was possible no longer is."""
    if new is None or old is None:
        return new is not None
    return Decimal(new[0]) > Decimal(old[0]) or Decimal(new[1]) < Decimal(old[1])


def _shown(limits: list[str] | None) -> tuple[str, str]:
    """A range in English and in French."""
    if limits is None:
        return "any", "toutes"
    return f"{limits[0]} to {limits[1]}", f"{limits[0]} à {limits[1]}"
