"""What a document of a FHIR file brings: its resources and its number, or why it brings none."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import msgspec

from vernix.intake.fhir import codes
from vernix.intake.fhir.resources import (
    READ,
    Bundle,
    Composition,
    MessageHeader,
    Observation,
    Patient,
    Reference,
    RelatedPerson,
    Resource,
)
from vernix.intake.findings import Kind

_DEEPEST = 4
MOST = 100_000
"""Resources in one document."""
_OFFICE = "http://nchs.cdc.gov/"
"""How the events of the vital statistics exchange begin, of which each is known."""
_ANSWERS = ("acknowledgement", "status", "error", "coding")


@dataclass(slots=True)
class Contents:
    """The resources of one document by what is done with them.

    ``people`` are the Patients and RelatedPersons, with the address that their Bundle gives them, if any;
    ``number`` is that of the record, empty where it has none.
    """

    people: list[tuple[str, Patient]] = field(default_factory=list)
    observations: list[Observation] = field(default_factory=list)
    others: list[Resource] = field(default_factory=list)
    number: str = ""
    _inside: dict[bytes, str] = field(default_factory=dict)

    def add(self, url: str | None, resource: Resource) -> None:
        """Take one resource in."""
        kind = type(resource)
        if kind is Observation:
            self.observations.append(resource)  # type: ignore[arg-type]
        elif kind is Patient or kind is RelatedPerson:
            self.people.append((url or "", resource))  # type: ignore[arg-type]
        elif kind in READ:
            self.others.append(resource)
        if resource.contained is not None:
            self._contained(url or f"{kind.__name__}/{resource.id}", resource, resource.contained)

    def _contained(self, holder: str, resource: Resource, inner: list[Resource]) -> None:
        """Take in what stands in another resource, under addresses of their own; what points there follows.

        Somebody who stands in several resources with the same words is one person.
        """
        addresses: dict[str, str] = {}
        for each in inner:
            name = f"#{(each.id or '').removeprefix('#')}"
            address = self._inside.setdefault(msgspec.json.encode(each), holder + name)
            addresses[name] = address
            if address == holder + name:
                self.add(address, each)
        for pointing in (resource, *inner):
            for reference in _references(pointing):
                if reference.reference in addresses:
                    reference.reference = addresses[reference.reference]


def contents(document: Resource) -> Contents | Kind:
    """The resources of a Bundle, or the one resource that it is.

    A message is opened: a submission brings the document in it. Raises ``TypeError`` and its like where it is
    not shaped as FHIR says.
    """
    found = Contents()
    if not isinstance(document, Bundle):
        found.add(None, document)
        return found
    inside = _opened(document) if document.type == "message" else document
    if isinstance(inside, Kind):
        return inside
    _collect(inside, found, 0)
    if len(found.people) + len(found.observations) + len(found.others) > MOST:
        return TOO_MANY
    for each in found.others:
        if type(each) is Composition and _is_other(each):
            return OTHER_DOCUMENT
    found.number = _number(inside)
    return found


def _opened(message: Bundle) -> Bundle | Kind:
    """What a message brings: the document in it, or its own resources where it is no office's."""
    entries = [each.resource for each in message.entry or () if each.resource is not None]
    header = next((each for each in entries if isinstance(each, MessageHeader)), None)
    event = "" if header is None else header.event_uri or ""
    if not event and (header is None or header.event_coding is None):
        return NO_EVENT
    inner = next((each for each in entries if isinstance(each, Bundle)), None)
    if not event.startswith(_OFFICE):
        return message
    said = event.removeprefix(_OFFICE)
    if said.endswith("_void"):
        return VOID
    if said.endswith(_ANSWERS) or "coding" in said:
        return ANSWER
    if said not in codes.SUBMISSIONS:
        return NO_EVENT
    return NO_DOCUMENT if inner is None or inner.type == "message" else inner


def _collect(bundle: Bundle, found: Contents, depth: int) -> None:
    if depth > _DEEPEST:
        raise TypeError
    for entry in bundle.entry or ():
        resource = entry.resource
        if type(resource) is Bundle:
            _collect(resource, found, depth + 1)
        elif resource is not None:
            found.add(entry.full_url, resource)


def _references(resource: Resource) -> Iterator[Reference]:
    for name in ("subject", "patient", "beneficiary", "part_of"):
        reference = getattr(resource, name, None)
        if reference is not None:
            yield reference
    if isinstance(resource, Observation):
        yield from resource.focus or ()
    if isinstance(resource, Composition):
        yield from (section.focus for section in resource.section or () if section.focus is not None)


def _is_other(composition: Composition) -> bool:
    """Whether the document is one of another kind than a birth's."""
    kind = composition.type
    return kind is not None and any(each.code in codes.OTHER_DOCUMENTS for each in kind.coding or ())


def _number(bundle: Bundle) -> str:
    """The certificate's number, as the exchange writes it; else the bundle's own."""
    identifier = bundle.identifier
    if identifier is None:
        return ""
    for extension in identifier.extension or ():
        if extension.url.endswith("/CertificateNumber"):
            number = extension.value_string or ""
            return number.zfill(6) if number else ""
    return identifier.value or ""


def _lost(code: str, english: str, french: str) -> Kind:
    return Kind(f"fhir.{code}", "error", None, None, english, french)


TOO_MANY = _lost(
    "large",
    f"The Bundle holds more than {MOST} resources. Send one Bundle for each birth.",
    f"Le Bundle contient plus de {MOST} ressources. Envoyez un Bundle par naissance.",
)
VOID = _lost(
    "void",
    "The message voids a record, so nothing of it was taken. Correct an earlier record by sending it again "
    "under its number.",
    "Le message annule un dossier ; rien n’en a été pris. Corrigez un dossier antérieur en le renvoyant sous "
    "son numéro.",
)
ANSWER = _lost(
    "answer",
    "This message is an answer (acknowledgement, status, error, coding) and no record. Leave it out.",
    "Ce message est une réponse (accusé, état, erreur, codage) et non un dossier. Omettez-le.",
)
NO_EVENT = _lost(
    "event",
    "The message does not say that it submits a birth or a fetal death: its MessageHeader is missing, or "
    "names another event. Send it as a submission, or send the document itself.",
    "Le message ne dit pas qu’il transmet une naissance ou une mort fœtale : son MessageHeader manque ou "
    "nomme un autre événement. Envoyez-le comme transmission, ou envoyez le document même.",
)
NO_DOCUMENT = _lost(
    "empty",
    "The message submits a record and brings none: there is no document in it. Send it with its document.",
    "Le message transmet un dossier sans l’apporter : il ne contient pas de document. Envoyez-le avec son "
    "document.",
)
OTHER_DOCUMENT = _lost(
    "document",
    "This document is of another kind (a death certificate, codes of a cause, of race or of occupation), so "
    "nothing of it was taken. Leave it out.",
    "Ce document est d’un autre genre (certificat de décès, codes de cause, de race ou de profession) ; rien "
    "n’en a été pris. Omettez-le.",
)
NOBODY = _lost(
    "nobody",
    "No person of this encounter was found. Send the Patient with the resources about it, and let them refer "
    "to it.",
    "Aucune personne de cette rencontre n’a été trouvée. Envoyez le Patient avec les ressources qui le "
    "concernent et qui y renvoient.",
)
