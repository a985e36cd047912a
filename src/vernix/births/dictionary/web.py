"""The dictionary as one page to search, in English and French, that needs nothing but itself.

The page allows itself its own script and its own style, by their digests, and nothing else (Content Security
Policy, level 3). Without the script it is the whole dictionary, to be read and printed; the choice of
language is the style's.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Iterator
from html import escape
from importlib.resources import files

from vernix.births import editions, encounters
from vernix.births.checks import Check
from vernix.births.codes import CodeSet, Words
from vernix.births.dictionary import facts
from vernix.births.elements import Element
from vernix.births.encounter import Encounter

_TITLE = Words("Data dictionary of the birth registry", "Dictionnaire de données du registre des naissances")
_SEVERITY = {
    "hard": Words("hard: the row is refused", "stricte : la ligne est refusée"),
    "soft": Words("soft: the row is kept and questioned", "souple : la ligne est gardée et questionnée"),
}


def to_html() -> str:
    """The whole page."""
    kinds = [encounters.get(name) for name in encounters.names()]
    style, script = _asset("page.css"), _asset("page.js")
    return "\n".join(
        [
            '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">',
            f'<meta http-equiv="Content-Security-Policy" content="{_policy(style, script)}">',
            '<meta name="viewport" content="width=device-width">',
            f"<title>{escape(_TITLE.en)} / {escape(_TITLE.fr)}</title>",
            f"<style>{style}</style>\n</head>\n<body>",
            _header(kinds),
            "<main>",
            *_sections(kinds),
            f"</main>\n<script>{script}</script>\n</body>\n</html>\n",
        ]
    )


def _asset(name: str) -> str:
    return (files(__package__) / "web" / name).read_text(encoding="utf-8")


def _policy(style: str, script: str) -> str:
    return (
        f"default-src 'none'; style-src {_source(style)}; script-src {_source(script)}; "
        "base-uri 'none'; form-action 'none'"
    )


def _source(text: str) -> str:
    digest = base64.b64encode(hashlib.sha256(text.encode("utf-8")).digest()).decode("ascii")
    return f"'sha256-{digest}'"


def _header(kinds: list[Encounter]) -> str:
    options = "".join(
        f'<option value="{kind.name}" data-en="{escape(kind.label.en)}" data-fr="{escape(kind.label.fr)}">'
        f"{escape(kind.label.en)}</option>"
        for kind in kinds
    )
    every = '<option value="" data-en="all" data-fr="toutes">all</option>'
    return (
        f"<header>\n<h1>{_both(_TITLE)} <small>{_both(_edition())}</small></h1>\n"
        "<fieldset><legend>Language / Langue</legend>"
        '<label lang="en"><input type="radio" name="language" id="in-english" value="en" checked>'
        "English</label> "
        '<label lang="fr"><input type="radio" name="language" id="in-french" value="fr">'
        "Français</label></fieldset>\n"
        '<form role="search" hidden>'
        f"<label>{_said('Search', 'Rechercher')} <kbd>/</kbd> "
        '<input type="search" id="search" autocomplete="off" spellcheck="false"></label>'
        f'<label>{_said("Encounter", "Rencontre")} <select id="within">{every}{options}</select></label>'
        f'<p role="status"><span id="found"></span> {_said("found", "trouvés")}</p></form>\n</header>'
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
    return "\n".join([f'<section id="{name}">', f"<h2>{_both(title)}</h2>", *articles, "</section>"])


def _encounter(encounter: Encounter) -> str:
    counts = [
        (_said("elements", "éléments"), str(len(encounter.elements))),
        (_said("checks", "vérifications"), str(len(encounter.checks))),
        (_said("a record is known by", "un dossier se reconnaît à"), _code(encounter.record_key)),
    ]
    title = f"{_link(encounter)} {_code(encounter.name)}"
    return _article(f"encounter-{encounter.name}", title, encounter.definition, counts, [encounter])


def _element(element: Element, holding: list[Encounter]) -> str:
    told = [
        (_said("type", "type"), _kind(element)),
        (_said("level", "niveau"), _both(facts.REQUIRED[element.required])),
        (
            _said("privacy", "confidentialité"),
            f"{_both(facts.PRIVACY[element.privacy])}, {_both(facts.SUBJECT[element.subject])}",
        ),
    ]
    if element.possible:
        told.append((_said("possible", "possible"), _both(facts.limits(element, element.possible))))
    if element.plausible:
        told.append((_said("plausible", "plausible"), _both(facts.limits(element, element.plausible))))
    told.append((_said("source", "source"), escape(element.source)))
    for name, found in facts.places(element.at):
        told.append((escape(name), ", ".join(map(_code, found))))
    if element.aliases:
        told.append((_said("also called", "aussi appelé"), ", ".join(map(_code, element.aliases))))
    title = f"{_code(element.name)} {_both(element.label)}"
    return _article(f"element-{element.name}", title, element.definition, told, holding)


def _kind(element: Element) -> str:
    if element.codes is None:
        return _both(facts.kind(element))
    return (
        f'{_both(facts.kind(element))} <a href="#codes-{element.codes.name}">{_code(element.codes.name)}</a>'
    )


def _code_set(code_set: CodeSet, using: list[Encounter]) -> str:
    told = []
    for each in code_set.codes:
        also = f" <small>{', '.join(map(_code, each.aliases))}</small>" if each.aliases else ""
        told.append((_code(each.code), _both(each.label) + also))
    return _article(f"codes-{code_set.name}", _code(code_set.name), None, told, using)


def _check(check: Check, encounter: Encounter) -> str:
    told = [
        (_said("severity", "gravité"), _both(_SEVERITY[check.severity])),
        (
            _said("reads", "lit"),
            ", ".join(f'<a href="#element-{name}">{_code(name)}</a>' for name in check.elements),
        ),
        (_said("source", "source"), escape(check.source)),
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
        + (f"<p>{_both(text)}</p>" if text else "")
        + f"<dl>{terms}</dl><footer>{listed}</footer></article>"
    )


def _link(encounter: Encounter) -> str:
    return f'<a href="#in={encounter.name}">{_both(encounter.label)}</a>'


def _both(words: Words) -> str:
    return _said(words.en, words.fr)


def _said(english: str, french: str) -> str:
    return f'<span lang="en">{escape(english)}</span><span lang="fr">{escape(french)}</span>'


def _code(text: str) -> str:
    return f"<code>{escape(text)}</code>"
