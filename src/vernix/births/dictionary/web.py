"""The dictionary as one page to search, in English and French, that needs nothing but itself.

Without its script it is the whole dictionary, to be read and printed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from html import escape

from vernix.births import editions, encounters
from vernix.births.bilingual.page import asset, both, code, page, said, switch
from vernix.births.checks import Check
from vernix.births.codes import CodeSet, Words
from vernix.births.dictionary import facts
from vernix.births.elements import Element, Required
from vernix.births.encounter import Encounter

_TITLE = Words("Data dictionary of the birth registry", "Dictionnaire de données du registre des naissances")
_SEVERITY = {
    "hard": Words("hard: the row is refused", "stricte : la ligne est refusée"),
    "soft": Words("soft: the row is kept and questioned", "souple : la ligne est gardée et questionnée"),
}


def to_html() -> str:
    """The whole page."""
    kinds = [encounters.get(name) for name in encounters.names()]
    style, script = (asset(__package__, f"web/page.{kind}") for kind in ("css", "js"))
    body = [_header(kinds), "<main>", *_sections(kinds), "</main>"]
    return page(_TITLE, body, styles=[style], script=script)


def _header(kinds: list[Encounter]) -> str:
    options = "".join(
        f'<option value="{kind.name}" data-en="{escape(kind.label.en)}" data-fr="{escape(kind.label.fr)}">'
        f"{escape(kind.label.en)}</option>"
        for kind in kinds
    )
    every = '<option value="" data-en="all" data-fr="toutes">all</option>'
    return (
        f"<header>\n<h1>{both(_TITLE)} <small>{both(_edition())}</small></h1>\n"
        f"{switch()}\n"
        '<form role="search" hidden>'
        f"<label>{said('Search', 'Rechercher')} <kbd>/</kbd> "
        '<input type="search" id="search" autocomplete="off" spellcheck="false"></label>'
        f'<label>{said("Encounter", "Rencontre")} <select id="within">{every}{options}</select></label>'
        f'<p role="status"><span id="found"></span> {said("found", "trouvés")}</p></form>\n</header>'
    )


def _edition() -> Words:
    edition = editions.current()
    day = edition.valid_from
    return Words(
        f"edition {edition.number}, valid from {day}", f"édition {edition.number}, valide dès le {day}"
    )


def _sections(kinds: list[Encounter]) -> Iterator[str]:
    elements = {element.name: element for kind in kinds for element in kind.elements}
    holding = {name: [kind for kind in kinds if name in kind.by_name] for name in elements}
    using = {
        code_set.name: [kind for kind in kinds if any(element.codes is code_set for element in kind.elements)]
        for code_set in encounters.code_sets()
    }
    yield _section("encounters", Words("Encounters", "Rencontres"), map(_encounter, kinds))
    yield _section(
        "elements",
        Words("Elements", "Éléments"),
        (_element(element, holding[name]) for name, element in elements.items()),
    )
    yield _section(
        "code-sets",
        Words("Code sets", "Jeux de codes"),
        (_code_set(each, using[each.name]) for each in encounters.code_sets()),
    )
    yield _section(
        "checks",
        Words("Checks", "Vérifications"),
        (_check(check, kind) for kind in kinds for check in kind.checks),
    )


def _section(name: str, title: Words, articles: Iterable[str]) -> str:
    return "\n".join([f'<section id="{name}">', f"<h2>{both(title)}</h2>", *articles, "</section>"])


def _encounter(encounter: Encounter) -> str:
    counts = [
        (said("elements", "éléments"), str(len(encounter.elements))),
        (said("checks", "vérifications"), str(len(encounter.checks))),
        (said("a record is known by", "un dossier se reconnaît à"), code(encounter.record_key)),
    ]
    title = f"{_link(encounter)} {code(encounter.name)}"
    return _article(f"encounter-{encounter.name}", title, encounter.definition, counts, [encounter])


def _element(element: Element, holding: list[Encounter]) -> str:
    told = [
        (said("type", "type"), _kind(element)),
        (said("level", "niveau"), _levels(element.name, holding)),
        (
            said("privacy", "confidentialité"),
            f"{both(facts.PRIVACY[element.privacy])}, {both(facts.SUBJECT[element.subject])}",
        ),
    ]
    if element.possible:
        told.append((said("possible", "possible"), both(facts.limits(element, element.possible))))
    if element.plausible:
        told.append((said("plausible", "plausible"), both(facts.limits(element, element.plausible))))
    told.append((said("source", "source"), escape(element.source)))
    for name, found in facts.places(element.at):
        told.append((escape(name), ", ".join(map(code, found))))
    if element.aliases:
        told.append((said("also called", "aussi appelé"), ", ".join(map(code, element.aliases))))
    title = f"{code(element.name)} {both(element.label)}"
    return _article(f"element-{element.name}", title, element.definition, told, holding)


def _levels(name: str, holding: list[Encounter]) -> str:
    """How much it is needed; where that differs, by whom."""
    by_level: dict[Required, list[Encounter]] = {}
    for encounter in holding:
        by_level.setdefault(encounter.element(name).required, []).append(encounter)
    if len(by_level) == 1:
        return both(facts.REQUIRED[next(iter(by_level))])
    told = (
        f"{both(facts.REQUIRED[level])}: {', '.join(map(_link, those))}"
        for level, those in sorted(by_level.items(), reverse=True)
    )
    return "<br>".join(told)


def _kind(element: Element) -> str:
    if element.codes is None:
        return both(facts.kind(element))
    return f'{both(facts.kind(element))} <a href="#codes-{element.codes.name}">{code(element.codes.name)}</a>'


def _code_set(code_set: CodeSet, using: list[Encounter]) -> str:
    told = []
    for each in code_set.codes:
        also = f" <small>{', '.join(map(code, each.aliases))}</small>" if each.aliases else ""
        told.append((code(each.code), both(each.label) + also))
    return _article(f"codes-{code_set.name}", code(code_set.name), None, told, using)


def _check(check: Check, encounter: Encounter) -> str:
    told = [
        (said("severity", "gravité"), both(_SEVERITY[check.severity])),
        (
            said("reads", "lit"),
            ", ".join(f'<a href="#element-{name}">{code(name)}</a>' for name in check.elements),
        ),
        (said("source", "source"), escape(check.source)),
    ]
    return _article(f"check-{check.code}", escape(check.code), check.text, told, [encounter])


def _article(
    anchor: str, title: str, text: Words | None, told: list[tuple[str, str]], within: list[Encounter]
) -> str:
    """``title`` and ``told`` are HTML; the last line, of encounters, is not searched."""
    names = " ".join(each.name for each in within)
    listed = "" if anchor.startswith("encounter-") else " · ".join(map(_link, within))
    terms = "".join(f"<dt>{term}</dt><dd>{said}</dd>" for term, said in told)
    return (
        f'<article id="{anchor}" data-in="{names}"><h3>{title}</h3>'
        + (f"<p>{both(text)}</p>" if text else "")
        + f"<dl>{terms}</dl><footer>{listed}</footer></article>"
    )


def _link(encounter: Encounter) -> str:
    return f'<a href="#in={encounter.name}">{both(encounter.label)}</a>'
