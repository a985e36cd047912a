"""What is said of messages: why one is not read, what of one was not."""

from __future__ import annotations

import re
from collections.abc import Sequence

from vernix.births.codes import Words
from vernix.births.encounter import Encounter
from vernix.intake.findings import Kind, Severity
from vernix.intake.refusals import FileRefused


def _of_message(code: str, severity: Severity, english: str, french: str) -> Kind:
    return Kind(code, severity, None, None, english, french)


def unread_type(kind: str, trigger: str) -> Kind:
    """A kind of message that holds nothing for the registry."""
    known = re.fullmatch(r"[A-Z]{3}", kind) and re.fullmatch(r"[A-Z]\d\d", trigger)
    named = f" ({kind}^{trigger})" if known else ""
    return _of_message(
        "hl7.type",
        "error",
        f"Messages of this type{named} are not read. Send ADT of newborns and mothers, and ORU or OML of "
        "newborn screens.",
        f"Les messages de ce type{named} ne sont pas lus. Envoyez les ADT des nouveau-nés et des mères, et "
        "les ORU ou OML des dépistages néonatals.",
    )


MERGE = _of_message(
    "hl7.merge",
    "error",
    "The message merges two numbers of one patient, and the registry merges nobody on a message alone: it "
    "was not applied. Send the records anew under the number that stays.",
    "Le message fusionne deux numéros d’un patient, et le registre ne fusionne personne sur un simple "
    "message : il n’a pas été appliqué. Renvoyez les dossiers sous le numéro qui demeure.",
)
NO_PATIENT = _of_message(
    "hl7.patient",
    "error",
    "The message has no patient (PID). Look whether it was cut off.",
    "Le message n’a pas de patient (PID). Vérifiez s’il a été tronqué.",
)
NO_SCREEN = _of_message(
    "hl7.screen",
    "error",
    "None of the observations is one of a newborn screen, so nothing was read. Name them by LOINC (OBX-3), "
    "and send other results elsewhere.",
    "Aucune des observations n’est d’un dépistage néonatal ; rien n’a été lu. Nommez-les par LOINC (OBX-3), "
    "et envoyez ailleurs les autres résultats.",
)
NOBODY = _of_message(
    "hl7.nobody",
    "error",
    "The patient is neither a child nor a mother, so nothing was read. Send only what the registry asks for.",
    "Le patient n’est ni un enfant ni une mère ; rien n’a été lu. N’envoyez que ce que le registre demande.",
)
NOT_OF_THIS = _of_message(
    "hl7.other",
    "error",
    "The message has no record of the encounter that the file was read as, so nothing of it was kept. Send "
    "it as what it is.",
    "Le message n’a pas de dossier de la rencontre pour laquelle le fichier a été lu ; rien n’en a été "
    "gardé. Envoyez-le pour ce qu’il est.",
)
MANY = _of_message(
    "hl7.more",
    "error",
    "The message is rejected like many before it, whose findings are listed. Mend their cause and send it "
    "again.",
    "Le message est rejeté comme bien d’autres avant lui, dont les constats sont donnés. Corrigez leur cause "
    "et renvoyez-le.",
)
DELIMITERS = _of_message(
    "hl7.delimiters",
    "error",
    "The message does not begin with delimiters that can divide it (MSH-1, MSH-2): write them as |^~\\&.",
    "Le message ne commence pas par des séparateurs utilisables (MSH-1, MSH-2) : écrivez |^~\\&.",
)
STRAY = _of_message(
    "hl7.line",
    "warning",
    "A line of the message is no segment and was not read: a line end within a text is written \\.br\\.",
    "Une ligne du message n’est pas un segment et n’a pas été lue : un saut de ligne dans un texte "
    "s’écrit \\.br\\.",
)
FOR_TESTS = _of_message(
    "hl7.test",
    "warning",
    "The message says that it is no real one (MSH-11 is not P). Send trials in the test lane (--lane test); "
    "in real messages write P.",
    "Le message se dit d’essai (MSH-11 n’est pas P). Envoyez les essais par la voie d’essai (--lane test) ; "
    "dans les vrais messages, écrivez P.",
)
COUNT = _of_message(
    "hl7.count",
    "warning",
    "A batch does not hold as many messages as its trailer says (BTS-1, FTS-1). Look whether some are "
    "missing.",
    "Un lot ne contient pas autant de messages que l’indique sa fin (BTS-1, FTS-1). Vérifiez s’il en manque.",
)
CUT_OFF = _of_message(
    "hl7.cut-off",
    "warning",
    "The last batch has no end (BTS). Look whether the file was cut off.",
    "Le dernier lot n’a pas de fin (BTS). Vérifiez si le fichier a été tronqué.",
)


def unit(column: str) -> Kind:
    """A figure whose unit is none of its element's."""
    return Kind(
        "hl7.unit",
        "error",
        column,
        None,
        "The unit (OBX-6) is not one of this element. Write it in UCUM.",
        "L’unité (OBX-6) n’est pas une unité de cet élément. Écrivez-la en UCUM.",
    )


def no_answer(encounter: Encounter) -> Kind:
    """Nothing in a result is asked for by the encounter that it was read as."""
    return _of_message(
        "hl7.screen",
        "error",
        f"None of the observations is one of {encounter.name}, so nothing was read. Name them by LOINC "
        "(OBX-3), and send other results elsewhere.",
        f"Aucune des observations n’est de {encounter.name} ; rien n’a été lu. Nommez-les par LOINC (OBX-3), "
        "et envoyez ailleurs les autres résultats.",
    )


def other_encounter(encounter: Encounter, patients: int, first: int) -> Kind:
    """The file holds another kind of records as well."""
    return _of_message(
        "hl7.other",
        "warning",
        f"The file also holds records of {encounter.name}, which were not read now (patients: {patients}, "
        f"the first in message {first}). Send or check the file as {encounter.name} as well.",
        f"Le fichier contient aussi des dossiers {encounter.name}, qui n’ont pas été lus cette fois "
        f"(patients : {patients}, le premier au message {first}). Envoyez ou vérifiez aussi le fichier comme "
        f"{encounter.name}.",
    )


def other_kind(asked: Encounter, held: Sequence[Encounter]) -> FileRefused:
    """The messages of a file hold other encounters than the one that it was read as."""
    english, french = (word.join(each.name for each in held) for word in (" or ", " ou "))
    return FileRefused(
        Words(
            f"None of the messages has a record of {asked.name}; they have records of {english}.",
            f"Aucun des messages n’a de dossier {asked.name} ; ils ont des dossiers {french}.",
        ),
        Words("Read or send the file as that.", "Lisez ou envoyez le fichier comme tel."),
    )
