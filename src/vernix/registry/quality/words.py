"""What a data-quality report says around its numbers, in the two languages of the registry."""

from __future__ import annotations

from typing import Any

from vernix.births.codes import Words
from vernix.births.elements import Element
from vernix.births.encounter import Encounter
from vernix.insights.disclosure import REASONS
from vernix.intake import sentences

TITLE = Words("Data quality", "Qualité des données")
MONTHS = (
    Words("January", "janvier"),
    Words("February", "février"),
    Words("March", "mars"),
    Words("April", "avril"),
    Words("May", "mai"),
    Words("June", "juin"),
    Words("July", "juillet"),
    Words("August", "août"),
    Words("September", "septembre"),
    Words("October", "octobre"),
    Words("November", "novembre"),
    Words("December", "décembre"),
)
SITE = Words("Site", "Établissement")
MEASURE = Words("Measure", "Mesure")
COUNT = Words("Records", "Dossiers")
OF = Words("of", "sur")
ELEMENT = Words("Element", "Élément")
KNOWN = Words("Known", "Connus")
RULE = Words("Rule", "Règle")
CAUSE = Words("Cause", "Cause")
ROWS = Words("Rows", "Lignes")
STANDING = Words("Stands", "À vérifier")
CONFIRMED = Words("Stood by", "Confirmés")
REQUIRED = {
    "required": Words("required", "exigé"),
    "expected": Words("expected", "attendu"),
    "optional": Words("optional", "facultatif"),
}
MEDIAN = Words("Half came within (days)", "La moitié reçue en (jours)")
NINETIETH = Words("Nine in ten within (days)", "Neuf sur dix en (jours)")
FIRST = Words("What to do first", "À faire d’abord")
AT_A_GLANCE = Words("The month at a glance", "Le mois en un coup d’œil")
ELEMENTS = Words("Element by element", "Élément par élément")
WARNINGS = Words("Rules that warn", "Règles d’avertissement")
CAUSES = Words("Why rows were refused", "Pourquoi des lignes ont été rejetées")
NOTHING = Words("There are no records of this month.", "Il n’y a aucun dossier de ce mois.")
NOTHING_TO_DO = Words(
    "Nothing stands out. Compare the number of records with your own, then confirm the month.",
    "Rien ne ressort. Comparez le nombre de dossiers avec le vôtre, puis confirmez le mois.",
)
ALL_THERE = Words(
    "The bar shows how many are known. Optional elements stand here where a value is implausible; all of "
    "them are in the table (CSV).",
    "La barre montre combien sont connus. Les éléments facultatifs figurent ici si une valeur est "
    "invraisemblable ; tous sont dans le tableau (CSV).",
)
AUDIENCE = {
    "site": Words(
        "For this site alone: its own records, nothing withheld. Do not pass it on.",
        "Pour cet établissement seulement : ses propres dossiers, sans rien retrancher. Ne pas diffuser.",
    ),
    "others": Words(
        "For others than the site: counts of 1 to 5 are withheld.",
        "Pour d’autres que l’établissement : les nombres de 1 à 5 ne sont pas publiés.",
    ),
}
NOT_ASKED = Words(
    "Rules that read names or health numbers, or that compare rows, are told in acknowledgements only.",
    "Les règles qui lisent noms ou numéros de santé, ou qui comparent des lignes, ne figurent que dans les "
    "accusés de réception.",
)


def month_name(month: str, language: str) -> str:
    """``March 2026``, ``mars 2026``."""
    return f"{MONTHS[int(month[5:]) - 1].said(language)} {month[:4]}"


def number(value: float | int | None, language: str) -> str:
    """A number as people of a language write it; nothing where there is none."""
    if value is None:
        return ""
    text = f"{value:,}" if isinstance(value, int) else f"{value:,.1f}"
    return text if language == "en" else text.replace(",", "\u202f").replace(".", ",")


def percent(count: int, of: int, language: str) -> str:
    """``3.4 %``."""
    sign = "\u00a0%" if language == "fr" else "%"
    return f"{number(round(100 * count / of, 1), language)}{sign}"


def share(count: int, of: int, language: str) -> str:
    """``12 (3.4%)``."""
    return f"{number(count, language)} ({percent(count, of, language)})" if of else number(count, language)


def withheld(reason: str, language: str) -> str:
    """Why a number is not there, in a word."""
    short = {"small": Words("<6", "<6"), "difference": Words("withheld", "non publié")}
    return short[reason].said(language) if reason in short else "–"


def legend(reasons: set[str], language: str) -> list[str]:
    """What the words of `withheld` mean."""
    return [
        f"{withheld(reason, language)}  {words.said(language)}"
        for reason, words in REASONS.items()
        if reason in reasons
    ]


def cause(kind: Encounter, code: str, element: str | None, language: str) -> str:
    """What a row was refused for, as its acknowledgement said."""
    for check in kind.checks:
        if check.code == code:
            return check.text.said(language)
    said = sentences.of_code(code, kind.by_name[element]) if element in kind.by_name else None
    return said.said(language) if said else code


def first_things(row: dict[str, Any], blanks: list[tuple[Element, int, int]], language: str) -> list[str]:
    """What to do first about a month, the gravest first; ``blanks`` are expected elements, how often blank or
    unknown, of how many."""
    said = [_told(name, row, language) for name in ("open", "doubled") if row[name]]
    for element, count, of in blanks[:3]:
        label, counts = element.label.said(language), (number(count, language), number(of, language))
        said.append(_BLANK.said(language).format(label, *counts))
    said += [_told(name, row, language) for name in ("questioned", "unlinked") if row[name]]
    return said or [NOTHING_TO_DO.said(language)]


def _told(name: str, row: dict[str, Any], language: str) -> str:
    return _TO_DO[name].said(language).format(number(row[name], language))


_BLANK = Words(
    "{0} is blank or unknown in {1} of {2} records: fill in what is known.",
    "{0} : vide ou inconnu dans {1} des {2} dossiers ; complétez ce qui est connu.",
)

_TO_DO = {
    "open": Words(
        "Records refused and not mended since: {0}. They are missing here; mend and send them again.",
        "Dossiers rejetés et non corrigés depuis : {0}. Ils manquent ici ; corrigez-les et renvoyez-les.",
    ),
    "doubled": Words(
        "Records that may be one child under two numbers: {0}. See whether one of them is too many.",
        "Dossiers qui sont peut-être un enfant sous deux numéros : {0}. Voyez s’il y en a un de trop.",
    ),
    "questioned": Words(
        "Records with an implausible value: {0}. Correct it, or stand by it with a reason.",
        "Dossiers avec une valeur invraisemblable : {0}. Corrigez-la, ou confirmez-la avec un motif.",
    ),
    "unlinked": Words(
        "Records without a birth here: {0}. Check the mother’s number and the date of birth.",
        "Dossiers sans naissance ici : {0}. Vérifiez le numéro de la mère et la date de naissance.",
    ),
}
