"""Resources that stand alone, one a line or in a list, as a bulk export has them: joined by their references.

Whom an Observation is about stands in another line, perhaps much later; so all of them are kept until the end
of the file, and there is a bound for them. A row's place is that of its person's own resource.
"""

from __future__ import annotations

from collections.abc import Iterator
from operator import itemgetter

from vernix.births.codes import Words
from vernix.intake.fhir.bundles import NOBODY, Contents
from vernix.intake.fhir.people import UNSEEN, People, subject_of
from vernix.intake.fhir.picking import Picking, Row
from vernix.intake.fhir.places import Places
from vernix.intake.fhir.resources import Patient, QuestionnaireResponse, Resource
from vernix.intake.findings import Kind
from vernix.intake.refusals import FileRefused

MOST = 200_000
"""Resources that are joined: those of some thousand births."""
Kept = list[tuple[int, Resource]]


class Loose:
    """The loose resources of a file."""

    def __init__(self, places: Places) -> None:
        self._places = places
        self._taken: Kept = []

    def takes(self, number: int, resource: Resource) -> bool:
        """Keep a resource, unless it is a whole record by itself. Raises ``FileRefused`` beyond the bound."""
        if isinstance(resource, QuestionnaireResponse) and resource.subject is None:
            return False
        if len(self._taken) >= MOST:
            raise _too_many()
        self._taken.append((number, resource))
        return True

    def found(self) -> Iterator[tuple[int, list[Row] | Kind]]:
        """The rows, at the numbers of their people; and the resources that are about nobody here."""
        contents = Contents()
        for _, resource in self._taken:
            contents.add(None, resource)
        if self._taken:
            yield from self._joined(contents, self._taken)

    def _joined(self, contents: Contents, kept: Kept) -> Iterator[tuple[int, list[Row] | Kind]]:
        picking = Picking(contents, self._places, together=len(kept) == 1)
        people = picking.people
        places = {id(resource): number for number, resource in kept}
        for number, resource in reversed(kept):
            # Somebody who is not in the file is where the first resource about them is.
            person = people.of(subject_of(resource))
            if person is not None and person.resource is UNSEEN:
                places[id(person)] = number
        rows = picking.rows()
        here = {id(person) for about, _ in rows for person in (about, about.mother)}
        found: list[tuple[int, list[Row] | Kind]] = []
        for about, row in rows:
            own = about.resource
            if id(own) in places:
                self._name(row, own)
            found.append((places.get(id(own)) or places.get(id(about)) or kept[0][0], [row]))
        strangers = {id(each.resource) for each in people.all if id(each) not in here}
        if rows:
            found += [(n, NOBODY) for n, each in kept if _is_lost(each, people, here, strangers)]
        else:
            found += [(n, NOBODY) for n, _ in kept]
        yield from sorted(found, key=itemgetter(0))

    def _name(self, row: Row, about: Patient) -> None:
        """The record's number is the person's, as its server knows it: a later export has it again."""
        column = self._places.of_element.get("record_number")
        if column is not None and about.id:
            row.cells[column.name] = about.id


def _is_lost(resource: Resource, people: People, here: set[int], strangers: set[int]) -> bool:
    """Whether this is somebody who is in no row, or speaks of nobody who is."""
    if id(resource) in strangers:
        return True
    subject = subject_of(resource)
    return subject is not None and id(people.of(subject)) not in here


def _too_many() -> FileRefused:
    return FileRefused(
        Words(
            f"The file holds more than {MOST} resources on their own, which have to be joined.",
            f"Le fichier contient plus de {MOST} ressources isolées, qu’il faut réunir.",
        ),
        Words(
            "Send a Bundle for each birth, one a line; or part the export by patients.",
            "Envoyez un Bundle par naissance, un par ligne ; ou divisez l’exportation par patients.",
        ),
    )
