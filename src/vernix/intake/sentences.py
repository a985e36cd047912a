"""The sentences of findings: what is wrong in a column, and what to do, in English and French.

A sentence may name the element, its unit, its range and its codes. It never repeats what stands in a cell.
"""

from __future__ import annotations

from vernix.births.codes import Words
from vernix.births.elements import Element, Range
from vernix.births.encounter import Encounter
from vernix.births.gestation import spelled
from vernix.intake.findings import Kind, Severity

_CODES_SHOWN = 14


def problem(name: str, element: Element, column: str, *, pattern: str | None = None) -> Kind:
    """The finding's kind for a problem that reading a cell of ``column`` as ``element`` met."""
    severity: Severity = "warning" if name in ("implausible", "formula-like") else "error"
    code, english, french = _SENTENCES[name if name != "type" else f"type.{element.type}"]
    words = _words(element, pattern)
    return Kind(
        code=code,
        severity=severity,
        column=column,
        element=element.name,
        text_en=english.format(label=element.label.en, **words),
        text_fr=french.format(label=element.label.fr, **words),
    )


def of_code(code: str, element: Element) -> Words | None:
    """What a finding with this code says of an element, without its column; None where no cell gives it."""
    for known, english, french in _SENTENCES.values():
        if known == code:
            words = _words(element, None)
            return Words(
                english.format(label=element.label.en, **words),
                french.format(label=element.label.fr, **words),
            )
    return None


def ragged(columns: int) -> Kind:
    """A row whose number of cells is not the header's."""
    return Kind(
        "row.ragged",
        "error",
        None,
        None,
        f"The row has more or fewer cells than the {columns} of the header, so none of it was read. A "
        "delimiter or a line end inside a text must stand between quotation marks.",
        f"La ligne a plus ou moins de cellules que les {columns} de l’en-tête ; rien n’en a été lu. Un "
        "séparateur ou un saut de ligne dans un texte doit être entre guillemets.",
    )


def guessed_encoding(encoding: str) -> Kind:
    """The file is not UTF-8: accents may be wrong."""
    return Kind(
        "file.encoding",
        "warning",
        None,
        None,
        f"The file is not UTF-8; it was read as {encoding}. Look at names with accents, or have it written "
        "in UTF-8; a spreadsheet program calls that 'CSV UTF-8'.",
        f"Le fichier n’est pas en UTF-8 ; il a été lu comme {encoding}. Vérifiez les noms accentués, ou "
        "faites-le écrire en UTF-8 ; un tableur appelle cela « CSV UTF-8 ».",
    )


def other_columns(asked: Encounter, fitting: Encounter) -> Kind:
    """All that is read of the file is asked in another encounter as well, which knows more of its columns."""
    return Kind(
        "file.other-encounter",
        "warning",
        None,
        None,
        f"No column is of {asked.name} alone, and {fitting.name} knows more of the columns. Look whether the "
        f"file is {fitting.name}; if so, check or send it as that.",
        f"Aucune colonne n’est propre à {asked.name}, et {fitting.name} en connaît davantage. Vérifiez si le "
        f"fichier est {fitting.name} ; si oui, vérifiez-le ou envoyez-le comme tel.",
    )


def no_record_key(element: Element) -> Kind:
    """No column holds the number by which a record is known again."""
    return Kind(
        "file.record-key",
        "warning",
        None,
        element.name,
        f"No column is read as {element.label.en} ({element.name}), so the registry cannot tell which "
        "records it has already: if the file is corrected and sent again, every record in it counts twice. "
        "Add the column with your own number for each record, or name it in the mapping.",
        f"Aucune colonne n’est lue comme {element.label.fr} ({element.name}) ; le registre ne peut donc "
        "savoir quels dossiers il a déjà : si le fichier est corrigé et renvoyé, chacun de ses dossiers "
        "compte deux fois. Ajoutez la colonne de votre propre numéro de dossier, ou nommez-la dans la "
        "correspondance.",
    )


def unknown_column(column: str) -> Kind:
    """A column that is no element and that no mapping mentions."""
    return Kind(
        "column.unknown",
        "warning",
        column,
        None,
        "No element of the dictionary has this name, so the column was not read. If it should be, correct "
        "its name or name it in the mapping; else leave it out.",
        "Aucun élément du dictionnaire ne porte ce nom ; la colonne n’a pas été lue. Si elle doit l’être, "
        "corrigez son nom ou nommez-la dans la correspondance ; sinon, retirez-la.",
    )


def _words(element: Element, pattern: str | None) -> dict[str, str]:
    codes = [code.code for code in element.codes.codes] if element.codes else []
    shown = ", ".join(codes[:_CODES_SHOWN]) + (", …" if len(codes) > _CODES_SHOWN else "")
    return {
        "codes": shown,
        "possible": _range(element, element.possible),
        "plausible": _range(element, element.plausible),
        "longest": str(element.longest),
        "pattern": f" ({pattern})" if pattern else "",
    }


def _range(element: Element, limits: Range | None) -> str:
    """A range as people say it, whatever the partner's own unit is: 22w0d–43w6d, not 154–307 d."""
    if limits is None:
        return ""
    if element.type == "gestation":
        return f"{spelled(int(limits.low))}–{spelled(int(limits.high))}"
    # "a", the symbol of the year, is a word to few; an age needs no unit.
    unit = element.unit if element.unit != "a" else None
    return f"{limits.low}–{limits.high}" + (f" {unit}" if unit else "")


_SENTENCES: dict[str, tuple[str, str, str]] = {
    "required": (
        "value.required",
        "{label} is missing. Fill it in; a record cannot be kept without it.",
        "{label} : valeur manquante. Inscrivez-la ; un dossier ne peut être gardé sans elle.",
    ),
    "uncleared": (
        "value.not-clearable",
        "{label} cannot be cleared, only corrected. Write the right value.",
        "{label} : cette valeur ne peut être effacée, seulement corrigée. Inscrivez la bonne.",
    ),
    "impossible": (
        "value.impossible",
        "{label} must be within {possible}. Correct it, and check the unit.",
        "{label} : la valeur doit être dans l’intervalle {possible}. Corrigez-la, et vérifiez l’unité.",
    ),
    "implausible": (
        "value.implausible",
        "{label} is unusual: outside {plausible}. Compare it with the chart; correct it if it is wrong.",
        "{label} : valeur inhabituelle, hors de {plausible}. Comparez-la au dossier médical ; corrigez-la si "
        "elle est fausse.",
    ),
    "code": (
        "value.code",
        "{label} must be one of: {codes}. Write one of these, or translate yours in the mapping.",
        "{label} : ce code n’est pas l’un de : {codes}. Inscrivez l’un d’eux, ou traduisez le vôtre dans la "
        "correspondance.",
    ),
    "formula": (
        "value.formula",
        "{label} holds a spreadsheet formula or a text that begins like one. Paste the value itself.",
        "{label} : formule de tableur, ou texte qui commence comme une formule. Collez la valeur même.",
    ),
    "formula-like": (
        "value.formula",
        "{label} begins like a spreadsheet formula. It is kept as text; correct it if it is not what was "
        "meant.",
        "{label} : le texte commence comme une formule de tableur. Il est gardé tel quel ; corrigez-le si ce "
        "n’est pas ce qui était voulu.",
    ),
    "long": (
        "value.too-long",
        "{label} is longer than {longest} characters. Shorten it, and check that no column is shifted.",
        "{label} : plus de {longest} caractères. Abrégez, et vérifiez que les colonnes ne sont pas décalées.",
    ),
    "type.integer": (
        "value.integer",
        "{label} must be a whole number, in digits only. If your system writes another unit, or words, say "
        "so in the mapping.",
        "{label} : un nombre entier est attendu, en chiffres seulement. Si votre système écrit une autre "
        "unité ou des mots, dites-le dans la correspondance.",
    ),
    "type.decimal": (
        "value.decimal",
        "{label} must be a number with a decimal point. If your system writes a decimal comma, another unit "
        "or words, say so in the mapping.",
        "{label} : un nombre à point décimal est attendu. Si votre système écrit une virgule décimale, une "
        "autre unité ou des mots, dites-le dans la correspondance.",
    ),
    "type.date": (
        "value.date",
        "{label} must be a date that exists, as YYYY-MM-DD{pattern}, with the year in four digits. "
        "If your system writes dates in another way, say how in the mapping.",
        "{label} : une date qui existe est attendue, en AAAA-MM-JJ{pattern}, l’année en quatre chiffres. Si "
        "votre système écrit les dates autrement, dites comment dans la correspondance.",
    ),
    "type.time": (
        "value.time",
        "{label} must be a time from 00:00 to 23:59{pattern}. Midnight is 00:00 of the day that begins.",
        "{label} : une heure de 00:00 à 23:59{pattern} est attendue. Minuit est 00:00 du jour qui commence.",
    ),
    "type.boolean": (
        "value.boolean",
        "{label} must be yes or no. Write one of these.",
        "{label} : inscrivez oui ou non.",
    ),
    "type.gestation": (
        "value.gestation",
        "{label} must be weeks and days such as 38w4d or 38+4, completed weeks, or days. Where a number "
        "alone is not clear, say the unit in the mapping.",
        "{label} : écrivez des semaines et des jours comme 38w4d ou 38+4, des semaines révolues ou des "
        "jours. Si un nombre seul n’est pas clair, dites l’unité dans la correspondance.",
    ),
}
