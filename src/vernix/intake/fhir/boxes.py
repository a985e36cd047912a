"""The boxes of a list: ticked, not ticked because none of the list is, or not asked."""

from __future__ import annotations

from functools import lru_cache

from vernix.intake.fhir import codes
from vernix.intake.fhir.places import Places

_TICKED = frozenset({"Y", "C", "P"})

Said = frozenset[tuple[str, str]]


@lru_cache(4_096)  # most births tick the same few boxes
def ticked(places: Places, said: Said, lists: Said) -> tuple[dict[str, str], frozenset[str]]:
    """The columns that boxes fill, and those that are ticked although none of their list applies.

    ``said`` are items of the exchange with their letters, ``lists`` whole lists with theirs.
    """
    items, whole = dict(said), dict(lists)
    odd = {
        item
        for item, word in items.items()
        if word in _TICKED and whole.get(codes.CHECKED[codes.CODE_OF[item]].list) == "N"
    }
    for loinc, word in whole.items():
        for box in codes.LISTS[loinc]:
            items.setdefault(box.item, word)
    texts = {
        column.name: filling.read([items.get(item, "") for item in filling.items])
        for column, filling in places.boxes
    }
    if items.get("PCES") == "N" and (count := places.of_element.get("previous_caesareans")):
        texts[count.name] = "0"
    asked = frozenset(column.name for column, filling in places.boxes if odd.intersection(filling.items))
    return {name: text for name, text in texts.items() if text}, asked
