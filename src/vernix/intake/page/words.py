"""What the page says: the headline, what to do, and what things are called in each format."""

from __future__ import annotations

from collections.abc import Mapping

from vernix.births.codes import Words
from vernix.births.identity import Record
from vernix.intake.acknowledgement import Acknowledgement
from vernix.intake.findings import RECEIVED_BEFORE, ROWS, TEST_LANE, Unit

_OVERRIDE, _REASON = Record.override.name, Record.override_reason.name
_COLUMNS: Mapping[str, Words] = {
    "hl7": Words("field", "champ"),
    "fhir": Words("element", "élément"),
    "ije": Words("item", "zone"),
    "xml": Words("tag", "balise"),
    "form": Words("key", "clé"),
}
_WITHOUT_OWN_NAMES = ("hl7", "fhir", "ije")

TITLE = Words("Acknowledgement", "Accusé de réception")
CHECK = Words("Check before sending", "Vérification avant l’envoi")
ACCEPTED = Words("accepted", "accepté")
WARNED = Words("with a warning", "avec avertissement")
REJECTED = Words("rejected", "rejeté")
TO_DO = Words("What to do", "À faire")
ERRORS = Words("Rejected: correct these", "Rejeté : à corriger")
WARNINGS = Words("Accepted with a warning: compare these", "Accepté avec avertissement : à vérifier")
CONFIRMED = Words("Warnings that you confirmed", "Avertissements que vous avez confirmés")
NOTHING_MORE = Words(
    "You gave a reason; nothing is left to do.", "Vous avez donné un motif ; il n’y a plus rien à faire."
)
THE_FILE = Words("The file as a whole", "Le fichier dans son ensemble")
NO_VALUES = Words(
    "This page names places and causes. It holds no value of any record.",
    "Cette page nomme des endroits et des causes. Elle ne contient aucune valeur d’un dossier.",
)
FROM_CHECK = Words("vernix check --ack lists them", "vernix check --ack les donne")
FROM_THE_HEADING = Words(
    "Rows are counted from the first below the heading, blank lines left out: row 12 stands on line 13 in a "
    "spreadsheet program.",
    "Les lignes sont comptées à partir de la première sous l’en-tête, sans les lignes vides : la ligne 12 "
    "est à la ligne 13 dans un tableur.",
)


def beside(ending: str) -> Words:
    """Where the rest is: in another file of the answer."""
    return Words(f"see the {ending} file beside this page", f"voir le fichier {ending} à côté de cette page")


def headline(answer: Acknowledgement) -> Words:
    """What became of the file, in one sentence."""
    checked = not answer.delivery
    if answer.refusal:
        end = Words("Nothing was sent.", "Rien n’a été envoyé.") if checked else _NOTHING_KEPT
        return Words(f"The file cannot be read. {end.en}", f"Le fichier ne peut être lu. {end.fr}")
    accepted, rejected = answer.counts.accepted, answer.counts.rejected
    supposed = checked or _has(answer, TEST_LANE)
    accept = Words("would accept", "accepterait") if supposed else Words("accepted", "a accepté")
    reject = Words("would reject", "rejetterait") if supposed else Words("rejected", "a rejeté")
    if not rejected:
        return _of_all(accept, accepted, answer.unit)
    if not accepted:
        return _of_all(reject, rejected, answer.unit)
    some, of_all, lost = number(accepted), number(accepted + rejected), number(rejected)
    rows = _plain(answer.unit).many
    return Words(
        f"The registry {accept.en} {some.en} of {of_all.en} {rows.en} and {reject.en} {lost.en}.",
        f"Le registre {accept.fr} {some.fr} {rows.fr} sur {of_all.fr} et en {reject.fr} {lost.fr}.",
    )


_NOTHING_KEPT = Words("Nothing of it was kept.", "Rien n’en a été gardé.")


def _of_all(does: Words, count: int, unit: Unit) -> Words:
    if count == 1:
        one = _plain(unit).one
        return Words(f"The registry {does.en} your {one.en}.", f"Le registre {does.fr} votre {one.fr}.")
    said = counted(count, unit)
    return Words(f"The registry {does.en} all {said.en}.", f"Le registre {does.fr} les {said.fr}.")


def to_do(answer: Acknowledgement) -> list[Words]:
    """The steps that are left to the partner, in order."""
    if answer.refusal:
        return []
    if _has(answer, TEST_LANE):
        return [_TRIED, *([_CORRECT] if answer.counts.rejected else [])]
    if _has(answer, RECEIVED_BEFORE):
        return [_SEE_THE_FIRST if answer.counts.rejected or answer.counts.warned else _DONE]
    steps = []
    if answer.counts.rejected:
        steps += [_CORRECT, _SEND_PART if _has(answer, "file.record-key") else _SEND_WHOLE]
    if answer.counts.warned:
        steps.append(_COMPARE)
    if not steps and _about_the_file(answer):
        steps.append(_READ_ON)
    return steps or [_DONE if answer.delivery else _READY]


_TRIED = Words(
    "This was a trial: nothing of it is kept. When all is well, send the file without --lane test.",
    "C’était un essai : rien n’en est conservé. Quand tout va bien, envoyez le fichier sans --lane test.",
)
_SEE_THE_FIRST = Words(
    "This file came before. What is to be corrected or compared stands in the acknowledgement of the first "
    "time; send the file again when it is corrected.",
    "Ce fichier est déjà venu. Ce qui est à corriger ou à vérifier figure dans l’accusé de réception de la "
    "première fois ; renvoyez le fichier une fois corrigé.",
)
_CORRECT = Words(
    "Correct what is rejected, in the system that the file comes from or in the file.",
    "Corrigez ce qui est rejeté, dans le système d’où vient le fichier ou dans le fichier.",
)
_SEND_WHOLE = Words(
    "Send the whole file again. What was accepted is known again by its record number and is not "
    "counted twice.",
    "Renvoyez le fichier entier. Ce qui a été accepté est reconnu à son numéro de dossier et n’est pas "
    "compté deux fois.",
)
_SEND_PART = Words(
    "Send only what was rejected. The file has no record numbers, so what was accepted would be counted "
    "twice.",
    "Ne renvoyez que ce qui a été rejeté. Le fichier n’a pas de numéros de dossier ; ce qui a été accepté "
    "serait compté deux fois.",
)
_COMPARE = Words(
    "Compare what has a warning with the chart. Where it is wrong, correct it and send it again; where it is "
    "right, you may leave it or confirm it.",
    "Comparez au dossier médical ce qui a un avertissement. Si c’est faux, corrigez et renvoyez ; si c’est "
    "juste, vous pouvez le laisser ou le confirmer.",
)
_READ_ON = Words("Read what is said of the file.", "Lisez ce qui est dit du fichier.")
_DONE = Words("There is nothing to do.", "Il n’y a rien à faire.")
_READY = Words("The file can be sent.", "Le fichier peut être envoyé.")


def how_to_confirm(answer: Acknowledgement, example: str) -> tuple[Words, str]:
    """How a warning is confirmed in the partner's format, and what is to be written, if anything."""
    if answer.source in _WITHOUT_OWN_NAMES:
        lines = f'[constants]\n{_OVERRIDE} = "{example}"\n{_REASON} = "…"'
        return _BY_MAPPING, lines
    name = column_word(answer.source)
    return (
        Words(
            f"To confirm a warning, write its code into the {name.en} {_OVERRIDE} and the reason into "
            f"{_REASON}, and send it again. Several codes are parted by spaces.",
            f"Pour confirmer un avertissement, inscrivez son code sous {_OVERRIDE} ({name.fr}) et le motif "
            f"sous {_REASON}, puis renvoyez. Séparez plusieurs codes par des espaces.",
        ),
        "",
    )


_BY_MAPPING = Words(
    "To confirm a warning for the whole file, send the file again with a mapping that says so, and why:",
    "Pour confirmer un avertissement dans tout le fichier, renvoyez-le avec une correspondance qui le "
    "dit, et pourquoi :",
)


def column_word(source: str) -> Words:
    """What this format's people call a column."""
    return _COLUMNS.get(source, Words("column", "colonne"))


def row_by_row(unit: Unit) -> Words:
    """``Row by row``."""
    one = _plain(unit).one
    return Words(f"{one.en} by {one.en}".capitalize(), f"{one.fr} par {one.fr}".capitalize())


def counted(count: int, unit: Unit) -> Words:
    """``1,204 rows``."""
    figure, plain = number(count), _plain(unit)
    name = plain.one if count == 1 else plain.many
    return Words(f"{figure.en} {name.en}", f"{figure.fr} {name.fr}")


def number(count: int) -> Words:
    """``1,204``, in French with a narrow space that does not break."""
    english = f"{count:,}"
    return Words(english, english.replace(",", "\u202f"))


def _plain(unit: Unit) -> Unit:
    """Without what stands before the row in its place: ``sheet Births, row`` is a row."""
    return ROWS if unit.many == ROWS.many else unit


def _has(answer: Acknowledgement, code: str) -> bool:
    return any(cause.kind.code == code for cause in answer.causes)


def _about_the_file(answer: Acknowledgement) -> bool:
    return any(cause.is_of_the_file for cause in answer.causes)
