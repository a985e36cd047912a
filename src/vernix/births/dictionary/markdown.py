"""The dictionary as Markdown, for the documentation site: a page that begins it, one for each
encounter, one for all code sets.

``make reference`` writes the pages; a test holds the committed ones equal to what the declarations say.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from vernix.births import editions, encounters
from vernix.births.against_book import BookCheck
from vernix.births.checks import Check, Row
from vernix.births.codes import CodeSet, Words
from vernix.births.dictionary import document, facts
from vernix.births.elements import Element, Places
from vernix.births.encounter import Encounter

_MADE = "<!-- Written by `make reference`: change the declarations, not this page. -->"
_INTRODUCTION = f"""\
# Data dictionary / Dictionnaire de données

{_MADE}

Every element is declared once, in code; readers, checks, the vault, the book and this page follow from it.
*Chaque élément est déclaré une seule fois, dans le code ; tout le reste en découle, y compris cette page.*

- **Required** elements must not be blank; **expected** ones count as missing in the data-quality report.
  *Les éléments « required » ne peuvent rester en blanc ; un « expected » absent compte comme manquant.*
- A value outside of the **possible** range is refused with its row; outside of the **plausible** range it is
  kept and questioned.
  *Hors du domaine « possible », la ligne est refusée ; hors du « plausible », elle est questionnée.*
- **direct** identifiers go to the sealed vault and never to the book; **quasi**-identifiers and **clinical**
  elements go to the book, under a pseudonym.
  *Les identifiants directs vont au coffre scellé et jamais au livre.*
- A blank leaves an earlier value unchanged; `!clear` takes it away; `unknown` says that somebody looked.
  *Un blanc laisse la valeur antérieure ; `!clear` l’efface ; `unknown` dit que l’on a cherché sans trouver.*

The whole dictionary in one file: `vernix dictionary --html FILE` writes a page to search and to print,
`--csv FILE` a table for a spreadsheet, `--json FILE` a document for programs.
*Le dictionnaire entier en un fichier : une page où chercher, un tableau, ou un document pour les programmes.*
"""


def pages() -> dict[str, str]:
    """The pages as Markdown, by their path under ``docs/reference``."""
    kinds = [encounters.get(name) for name in encounters.names()]
    return {
        **_snapshot(),
        "dictionary.md": _page([_INTRODUCTION, _edition(), _contents(kinds)]),
        "dictionary/code-sets.md": _page(_code_sets()),
        **{f"dictionary/{kind.name}.md": _page(_encounter(kind)) for kind in kinds},
    }


def _snapshot() -> dict[str, str]:
    """The edition in preparation, as a document; a settled one is never written again."""
    edition = editions.current()
    if edition.settled:
        return {}
    return {f"dictionary/edition-{edition.number}.json": document.to_text(document.document())}


def _page(parts: Iterable[str]) -> str:
    return "\n\n".join(part.strip("\n") for part in parts) + "\n"


def _edition() -> str:
    edition = editions.current()
    state = ("settled", "arrêtée") if edition.settled else ("in preparation", "en préparation")
    return (
        f"## Edition {edition.number} / Édition {edition.number}\n\n"
        f"Valid from {edition.valid_from}; {state[0]}. {edition.summary.en} As a document:\n"
        f"[edition-{edition.number}.json](dictionary/edition-{edition.number}.json).\n"
        f"`vernix dictionary --diff OLD.json` says what must be changed since another one.\n"
        f"*Valide dès le {edition.valid_from} ; {state[1]}. {edition.summary.fr}*"
    )


def _contents(kinds: list[Encounter]) -> str:
    shared = {element.name for kind in kinds for element in kind.elements}
    lines = [
        "## Encounters / Rencontres",
        "",
        f"{len(shared)} elements, of which several encounters may have the same one.",
        "The words that coded elements may hold stand under [code sets](dictionary/code-sets.md).",
        "",
        "| encounter | English | français | elements | checks |",
        "|---|---|---|---|---|",
    ]
    for kind in kinds:
        link = f"[`{kind.name}`](dictionary/{kind.name}.md)"
        label = f"{kind.label.en} | {kind.label.fr}"
        lines.append(f"| {link} | {label} | {len(kind.elements)} | {len(kind.checks)} |")
    return "\n".join(lines)


def _code_sets() -> Iterator[str]:
    yield f"# Code sets / Jeux de codes\n\n{_MADE}"
    for code_set in encounters.code_sets():
        yield _code_set(code_set)


def _encounter(encounter: Encounter) -> Iterator[str]:
    yield f"# {_both(encounter.label)}: `{encounter.name}`\n\n{_MADE}"
    yield _sentences(encounter.definition)
    yield f"{len(encounter.elements)} elements, {len(encounter.checks)} checks."
    yield f"A site knows a record again by `{encounter.record_key}`."
    yield "## Elements / Éléments"
    for element in encounter.elements:
        yield _element(element)
    yield "## Checks / Vérifications"
    yield (
        "A hard check refuses the row; a soft one keeps and questions it. A rule that too little was\n"
        "sent to judge counts as kept.\n"
        "*Une vérification « hard » refuse la ligne ; une « soft » la garde et la questionne.*"
    )
    for check in encounter.checks:
        yield _check(check)
    if encounter.book_checks:
        yield "## Beside the registry / Auprès du registre"
        yield (
            "Asked at the registry only, of what it has; all are soft. `record`, `mother` and `child` stand\n"
            "for keyed names.\n"
            "*Posées au registre seulement, sur ce qu’il a ; toutes sont « soft ».*"
        )
    for beside in encounter.book_checks:
        yield _book_check(beside)


def _element(element: Element) -> str:
    told = [_kind(element), element.required, f"{element.privacy}, of the {element.subject}"]
    if element.possible:
        told.append(f"possible {facts.limits(element, element.possible).en}")
    if element.plausible:
        told.append(f"plausible {facts.limits(element, element.plausible).en}")
    lines = [
        f"### `{element.name}`",
        "",
        f"**{element.label.en}** / *{element.label.fr}*",
        "",
        _sentences(element.definition),
        "",
        f"- {'; '.join(told)}",
        f"- Source: {element.source}",
    ]
    if places := _places(element.at):
        lines.append(f"- Stands at: {'; '.join(places)}")
    if element.aliases:
        lines.append(f"- Known elsewhere as: {', '.join(f'`{alias}`' for alias in element.aliases)}")
    return "\n".join(lines)


def _places(at: Places) -> list[str]:
    return [f"{name} {', '.join(f'`{place}`' for place in places)}" for name, places in facts.places(at)]


def _kind(element: Element) -> str:
    if element.codes:
        return (
            f"code of [`{element.codes.name}`](code-sets.md#code-set-{element.codes.name.replace('_', '-')})"
        )
    return facts.kind(element).en


def _check(check: Check) -> str:
    lines = [
        f"### {check.code} ({check.severity})",
        "",
        _sentences(check.text),
        "",
        f"- Reads: {', '.join(f'`{name}`' for name in check.elements)}",
        f"- Source: {check.source}",
        "",
        "| example | row | verdict |",
        "|---|---|---|",
    ]
    for example in check.examples:
        for row, fails in zip(example.rows, example.fails, strict=True):
            lines.append(f"| {_cell(example.why)} | {_row(row)} | {'**fails**' if fails else 'passes'} |")
    return "\n".join(lines)


def _book_check(check: BookCheck) -> str:
    lines = [
        f"### {check.code} (soft)",
        "",
        _sentences(check.text),
        "",
        f"- Beside: `{check.against}`",
        f"- Source: {check.source}",
        "",
        "| example | the registry has | sent | verdict |",
        "|---|---|---|---|",
    ]
    for example in check.examples:
        kept = "; ".join(_row(row) for row in example.kept) or "nothing"
        for row, fails in zip(example.sent, example.fails, strict=True):
            verdict = "**fails**" if fails else "passes"
            lines.append(f"| {_cell(example.why)} | {kept} | {_row(row)} | {verdict} |")
    return "\n".join(lines)


def _code_set(code_set: CodeSet) -> str:
    lines = [
        f"## `{code_set.name}` {{ #code-set-{code_set.name.replace('_', '-')} }}",
        "",
        "| code | English | français | also read |",
        "|---|---|---|---|",
    ]
    for code in code_set.codes:
        also = ", ".join(f"`{alias}`" for alias in code.aliases)
        lines.append(f"| `{code.code}` | {_cell(code.label.en)} | {_cell(code.label.fr)} | {also} |")
    return "\n".join(lines)


def _row(row: Row) -> str:
    return ", ".join(f"`{name}` {_cell(str(value))}" for name, value in row.items()) or "all blank"


def _both(words: Words) -> str:
    return f"{words.en} / {words.fr}"


def _sentences(words: Words) -> str:
    return f"{words.en}\n*{words.fr}*"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
