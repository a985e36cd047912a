"""The records of an XML batch: which element repeats for each patient, and what stands below it.

A record is a dictionary of texts by path: ``LastName``, ``Mother/LastName``; what an element says in
attributes is left out. A path that stands twice in one record is noted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from vernix.births.codes import Words
from vernix.intake.refusals import FileRefused
from vernix.intake.xml.guarded import Guarded

BLOCK = 256 << 10
MAX_PATHS = 2000

Known = Callable[[str], bool]
"""Whether an element of this name would be read."""


@dataclass(frozen=True)
class Shape:
    """``record`` is the path of the elements that are records, ``paths`` those of the texts below them."""

    record: tuple[str, ...]
    paths: tuple[str, ...]


@dataclass
class Record:
    """Texts by path; ``twice`` are the paths that stand in it more than once (the first text is kept)."""

    texts: dict[str, str] = field(default_factory=dict)
    twice: set[str] = field(default_factory=set)


def survey(path: Path, known: Known) -> Shape:
    """Find out the shape of a batch. Raises ``FileRefused`` where it is no XML, or holds no records.

    Records are the outermost elements below the root of which several texts would be read; where there are
    none, the outermost that hold several texts.
    """
    leaves: Counter[tuple[str, ...]] = Counter()
    walk = _Walk(lambda place, text: leaves.update([place]))
    for _ in walk.through(path):
        if len(leaves) > MAX_PATHS:
            raise _too_many()
    holders: dict[tuple[str, ...], list[str]] = {}
    for place in leaves:
        holders.setdefault(place[:-1], []).append(place[-1])
    holders = {place: names for place, names in holders.items() if len(place) > 1}
    several = [place for place, names in holders.items() if sum(map(known, names)) > 1]
    several = several or [place for place, names in holders.items() if len(names) > 1]
    if not several:
        raise _no_records()
    record = min(several, key=len)
    below = [place[len(record) :] for place in leaves if place[: len(record)] == record]
    return Shape(record, tuple("/".join(place) for place in below if place))


def records(path: Path, shape: Shape) -> Iterator[Record]:
    """The records in order. Raises ``FileRefused`` where the document ends badly."""
    ready: list[Record] = []
    current: list[Record] = []
    depth = len(shape.record)

    def on_leaf(place: tuple[str, ...], text: str) -> None:
        if not current or place[:depth] != shape.record or len(place) == depth:
            return
        name = "/".join(place[depth:])
        if name in current[0].texts:
            current[0].twice.add(name)
        else:
            current[0].texts[name] = text

    def on_start(place: tuple[str, ...]) -> None:
        if place == shape.record:
            current[:] = [Record()]

    def on_end(place: tuple[str, ...]) -> None:
        if place == shape.record:
            ready.append(current.pop())

    for _ in _Walk(on_leaf, on_start, on_end).through(path):
        yield from ready
        ready.clear()


class _Walk:
    """Goes through a document and tells of every element that holds no other: its place and its text."""

    def __init__(
        self,
        on_leaf: Callable[[tuple[str, ...], str], None],
        on_start: Callable[[tuple[str, ...]], None] = lambda place: None,
        on_end: Callable[[tuple[str, ...]], None] = lambda place: None,
    ) -> None:
        self._on_leaf, self._on_start, self._on_end = on_leaf, on_start, on_end
        self._place: tuple[str, ...] = ()
        self._text: list[str] = []
        self._leaf = False

    def through(self, path: Path) -> Iterator[None]:
        """Parse piece by piece, pausing after each."""
        parser = Guarded(self._start, self._end, self._text.append)
        with path.open("rb") as stream:
            # Blank space in front of a declaration is wrong, and harmless.
            first = stream.read(BLOCK).lstrip(b" \t\r\n")
            parser.feed(first or b" ")
            yield
            while block := stream.read(BLOCK):
                parser.feed(block)
                yield
        parser.feed(b"")
        yield

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        del attributes
        self._place = (*self._place, name)
        self._text.clear()
        self._leaf = True
        self._on_start(self._place)

    def _end(self, name: str) -> None:
        del name
        if self._leaf:
            self._on_leaf(self._place, "".join(self._text).strip())
        self._leaf = False
        self._text.clear()
        self._on_end(self._place)
        self._place = self._place[:-1]


def _no_records() -> FileRefused:
    return FileRefused(
        Words(
            "The XML holds no records: no element below the root holds several others with text.",
            "Le XML ne contient pas d’enregistrements : aucun élément sous la racine n’en contient plusieurs "
            "autres avec du texte.",
        ),
        Words(
            "Send one root element with one element for each patient in it.",
            "Envoyez un élément racine qui contient un élément par patient.",
        ),
    )


def _too_many() -> FileRefused:
    return FileRefused(
        Words(
            f"The XML holds more than {MAX_PATHS} kinds of elements.",
            f"Le XML contient plus de {MAX_PATHS} sortes d’éléments.",
        ),
        Words("Check that the right file was chosen.", "Vérifiez que le bon fichier a été choisi."),
    )
