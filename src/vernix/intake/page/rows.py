"""The numbers of rows as people write them: ``3, 5, 8–12``; and what was found on each row."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from heapq import merge
from itertools import groupby, islice, repeat
from operator import itemgetter

from vernix.births.bilingual.page import both
from vernix.births.codes import Words
from vernix.intake.acknowledgement import Acknowledgement
from vernix.intake.findings import Cause
from vernix.intake.page import words

_STRETCHES = 40
"""Stretches of rows that are told with a cause."""


def rows_of(answer: Acknowledgement, cause: Cause, elsewhere: Words) -> str:
    """The first rows of a cause as HTML; ``elsewhere`` says where the others are."""
    texts: list[Words] = []
    told = 0
    for first, last in islice(_stretches(answer, cause.rows), _STRETCHES):
        texts.append(_stretch(answer, first, last))
        told += last - first + 1
    unit = answer.unit.one if cause.count == 1 else _many(answer)
    listed = Words(
        _as_sentence(f"{unit.en} {', '.join(each.en for each in texts)}"),
        _as_sentence(f"{unit.fr} {', '.join(each.fr for each in texts)}"),
    )
    more = cause.count - told
    return both(listed) + (f" {and_more(more, elsewhere)}" if more else "")


def and_more(count: int, elsewhere: Words) -> str:
    """How many more there are, and where, as HTML."""
    left = words.number(count)
    return both(Words(f"and {left.en} more: {elsewhere.en}.", f"et {left.fr} de plus : {elsewhere.fr}."))


def by_row(answer: Acknowledgement) -> Iterator[tuple[int, list[int]]]:
    """The rows in order, each with the numbers of its causes; one in memory at a time."""
    numbered = (zip(cause.rows, repeat(number)) for number, cause in enumerate(answer.causes, start=1))
    for row, found in groupby(merge(*numbered), key=itemgetter(0)):
        yield row, [number for _, number in found]


def _as_sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


def _stretches(answer: Acknowledgement, rows: Iterable[int]) -> Iterator[tuple[int, int]]:
    """Rows that follow each other, as first and last; a row with a place of its own stands alone."""
    first = last = None
    for row in rows:
        alone = row in answer.places or last in answer.places
        if last is not None and row == last + 1 and not alone:
            last = row
            continue
        if first is not None and last is not None:
            yield first, last
        first = last = row
    if first is not None and last is not None:
        yield first, last


def _stretch(answer: Acknowledgement, first: int, last: int) -> Words:
    if first in answer.places:
        one, place = answer.unit.one, answer.place(first)
        return Words(place.en.removeprefix(f"{one.en} "), place.fr.removeprefix(f"{one.fr} "))
    text = str(first) if first == last else f"{first}{', ' if last == first + 1 else '–'}{last}"
    return Words(text, text)


def _many(answer: Acknowledgement) -> Words:
    """``rows``; of a sheet its name stands in front."""
    one, many = answer.unit.one, answer.unit.many
    english, _, french = one.en.rpartition(", ")[0], "", one.fr.rpartition(", ")[0]
    return Words(
        f"{english}, {many.en}" if english else many.en, f"{french}, {many.fr}" if french else many.fr
    )
