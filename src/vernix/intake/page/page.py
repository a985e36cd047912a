"""The page: one headline, what to do, the causes with their rows, then row by row.

It shows as much as a person reads; where the rest is, it says. All that comes from a file (its name, the
names of its columns and sheets) is made inert.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from html import escape
from itertools import dropwhile, islice

from vernix.births import encounters
from vernix.births.bilingual.page import asset, both, code, page, said, switch
from vernix.births.codes import Words
from vernix.intake import formats
from vernix.intake.acknowledgement import Acknowledgement
from vernix.intake.findings import THE_FILE, Cause, Severity, shown
from vernix.intake.overriding import may_be_confirmed
from vernix.intake.page import words
from vernix.intake.page.rows import and_more, by_row, rows_of

_ROWS = 200
"""Rows that are listed one by one."""

Numbered = tuple[int, Cause]


def to_html(answer: Acknowledgement, elsewhere: Words = words.FROM_CHECK, language: str = "en") -> str:
    """The whole page; ``elsewhere`` says where the rows are which the page leaves out."""
    name = shown(answer.file, 120) or answer.delivery
    kind = words.TITLE if answer.delivery else words.CHECK
    title = Words(f"{kind.en}: {name}", f"{kind.fr} : {name}")
    causes = list(enumerate(answer.causes, start=1))
    body = [
        f'<header><p class="kind">{both(kind)}</p>{switch(language)}</header>',
        "<main>",
        *_summary(answer, name),
        *_causes(answer, causes, "error", words.ERRORS, elsewhere),
        *_causes(answer, causes, "warning", words.WARNINGS, elsewhere),
        *_causes(answer, causes, "confirmed", words.CONFIRMED, elsewhere),
        *_row_by_row(answer, elsewhere),
        "</main>",
        f"<footer>{''.join(_notes(answer))}</footer>",
    ]
    styles = [asset(__package__, "page.css"), _margins(name, answer)]
    return page(title, body, styles=styles, language=language)


def _summary(answer: Acknowledgement, name: str) -> Iterator[str]:
    yield f'<h1 class="{answer.result}">{both(words.headline(answer))}</h1>'
    yield f"<dl class=facts>{''.join(_facts(answer, name))}</dl>"
    if not answer.refusal:
        yield from _figures(answer)
    if steps := words.to_do(answer):
        listed = "".join(f"<li>{both(step)}</li>" for step in steps)
        yield f"<section class=todo><h2>{both(words.TO_DO)}</h2><ol>{listed}</ol></section>"


def _facts(answer: Acknowledgement, name: str) -> Iterator[str]:
    if answer.file:
        yield _fact(said("File", "Fichier"), code(name))
    if answer.encounter in encounters.names():
        yield _fact(said("Encounter", "Rencontre"), both(encounters.get(answer.encounter).label))
    if answer.source in formats.names():
        yield _fact(said("Format", "Format"), both(formats.get(answer.source).label))
    if answer.at:
        when = said("Received", "Reçu") if answer.delivery else said("Checked", "Vérifié")
        yield _fact(when, f'<time datetime="{escape(answer.at)}">{escape(_moment(answer.at))}</time>')
    if answer.delivery:
        yield _fact(said("Delivery", "Livraison"), code(answer.delivery))


def _fact(term: str, text: str) -> str:
    return f"<div><dt>{term}</dt><dd>{text}</dd></div>"


def _moment(at: str) -> str:
    return at[:16].replace("T", " ") + " UTC"


def _figures(answer: Acknowledgement) -> Iterator[str]:
    counts = answer.counts
    parts = [
        ("error", counts.rejected, words.REJECTED),
        ("warning", counts.warned, words.WARNED),
        ("accepted", counts.accepted - counts.warned, Words("accepted as they are", "accepté tel quel")),
    ]
    yield '<dl class="figures">'
    for name, count, label in reversed(parts):
        quiet = "" if count else " none"
        yield f'<div class="{name}{quiet}"><dt>{both(label)}</dt><dd>{both(words.number(count))}</dd></div>'
    yield "</dl>"
    total, start = max(1, counts.accepted + counts.rejected), 0.0
    yield '<svg class="bar" viewBox="0 0 100 1" preserveAspectRatio="none" aria-hidden="true">'
    for name, count, _ in reversed(parts):
        # What is there is seen, however little of the whole it is.
        width = max(100 * count / total, 1.0) if count else 0.0
        yield f'<rect class="{name}" x="{min(start, 100 - width):.2f}" width="{width:.2f}" height="1"/>'
        start += width
    yield "</svg>"


def _causes(
    answer: Acknowledgement, causes: Iterable[Numbered], severity: Severity, title: Words, elsewhere: Words
) -> Iterator[str]:
    found = [each for each in causes if each[1].kind.severity == severity]
    if not found:
        return
    yield f"<section><h2>{both(title)}</h2>"
    if severity == "warning":
        yield from _confirming(answer, [cause for _, cause in found])
    if severity == "confirmed":
        yield f"<p>{both(words.NOTHING_MORE)}</p>"
    for number, cause in found:
        yield _cause(answer, number, cause, elsewhere)
    yield "</section>"


def _confirming(answer: Acknowledgement, warnings: Iterable[Cause]) -> Iterator[str]:
    codes = [cause.kind.code for cause in warnings if may_be_confirmed(cause.kind, answer.encounter)]
    if codes:
        how, lines = words.how_to_confirm(answer, codes[0])
        yield f"<p>{both(how)}</p>" + (f"<pre>{escape(lines)}</pre>" if lines else "")


def _cause(answer: Acknowledgement, number: int, cause: Cause, elsewhere: Words) -> str:
    kind = cause.kind
    where = both(words.THE_FILE) if cause.is_of_the_file else both(words.counted(cause.count, answer.unit))
    place = f"{_column(answer, cause)}{said(': ', ' : ')}" if kind.column is not None else ""
    label = f'<span class="number">{number}</span> {place}{where}'
    rows = "" if cause.is_of_the_file else f'<p class="rows">{rows_of(answer, cause, elsewhere)}</p>'
    return (
        f'<article class="{kind.severity}" id="cause-{number}">'
        f"<h3>{label} <small>{code(kind.code)}</small></h3>"
        f"<p>{said(kind.text_en, kind.text_fr)}</p>{rows}</article>"
    )


def _column(answer: Acknowledgement, cause: Cause) -> str:
    """``birth_weight, column D``; ``field PID-8``."""
    name = code(shown(cause.kind.column or "", 120))
    return f"{name}, {both(cause.spot)}" if cause.spot else f"{both(words.column_word(answer.source))} {name}"


def _row_by_row(answer: Acknowledgement, elsewhere: Words) -> Iterator[str]:
    found = dropwhile(lambda each: each[0] == THE_FILE, by_row(answer))
    if not (first := list(islice(found, _ROWS))):
        return
    title, head = words.row_by_row(answer.unit), (said("Where", "Où"), said("What", "Quoi"))
    yield f"<section><h2>{both(title)}</h2><table><caption>{both(_CAPTION)}</caption><thead><tr>"
    yield "".join(f'<th scope="col">{each}</th>' for each in head) + "</tr></thead><tbody>"
    for row, numbers in first:
        causes = "; ".join(_reference(number, answer.causes[number - 1]) for number in numbers)
        yield f'<tr><th scope="row">{both(answer.place(row))}</th><td>{causes}</td></tr>'
    yield "</tbody></table>"
    if left := sum(1 for _ in found):
        yield f"<p>{and_more(left, elsewhere)}</p>"
    yield "</section>"


_CAPTION = Words(
    "In the order of your file; the numbers are those of the causes above.",
    "Dans l’ordre de votre fichier ; les numéros sont ceux des causes ci-dessus.",
)


def _reference(number: int, cause: Cause) -> str:
    column = f" {code(shown(cause.kind.column))}" if cause.kind.column is not None else ""
    return f'<a class="number {cause.kind.severity}" href="#cause-{number}">{number}</a>{column}'


def _notes(answer: Acknowledgement) -> Iterator[str]:
    if answer.source == "csv" and any(not cause.is_of_the_file for cause in answer.causes):
        yield f"<p>{both(words.FROM_THE_HEADING)}</p>"
    yield f"<p>{both(words.NO_VALUES)}</p>"


def _margins(name: str, answer: Acknowledgement) -> str:
    """What each printed page says at its edges: which file, when, which page (CSS Paged Media, level 3)."""
    batch = " · ".join(part for part in (name, _moment(answer.at) if answer.at else "") if part)
    return (
        f"@page {{ font: 8pt system-ui, sans-serif; @top-left {{ content: {_css_string(batch)} }} "
        f"@bottom-left {{ content: {_css_string(answer.delivery)} }} "
        '@bottom-right { content: counter(page) " / " counter(pages) } }'
    )


def _css_string(text: str) -> str:
    """A text as CSS takes it; all but plain letters and digits as escapes (CSS Syntax, level 3, 4.3.7)."""
    plain = (letter if letter.isascii() and letter.isalnum() else f"\\{ord(letter):x} " for letter in text)
    return f'"{"".join(plain)}"'
