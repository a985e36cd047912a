"""One change between two editions of the dictionary, and what is to be done about it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from vernix.births.codes import Words

Action = Literal["must", "may", "know"]
Said = Mapping[str, Any]
"""A part of a dictionary's document."""


@dataclass(frozen=True)
class Change:
    """``kind`` is for programs, ``text`` for people: what to do, or what to know.

    ``action``
        ``must``: else rows are refused, or something is not read any more, or read otherwise; ``may``:
        something new can be sent; ``know``: nothing to do.
    ``subject``
        The name of the element, code set, check or encounter that changed.
    ``encounters``
        Where it stands.
    """

    action: Action
    kind: str
    subject: str
    text: Words
    encounters: tuple[str, ...] = ()


def named(things: Iterable[Said], key: str = "name") -> dict[str, Said]:
    """Parts of a document by their names."""
    return {thing[key]: thing for thing in things}
