"""What a document of a FHIR file brings: its resources and its number, or why it brings none."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from vernix.intake.fhir.documents import Document
from vernix.intake.fhir.patients import extensions
from vernix.intake.fhir.people import Resource
from vernix.intake.findings import Kind

_DEEPEST = 4
MOST = 100_000
"""Resources in one document."""


class Contents(NamedTuple):
    """``identifier`` is the number of the record, empty where it has none."""

    resources: list[Resource]
    identifier: str


def contents(document: Document) -> Contents | Kind:
    """The resources of a Bundle, or the one resource that it is.

    A message is opened: a submission brings the document in it. Raises ``TypeError`` and its like where it is
    not shaped as FHIR says.
    """
    kind = document.get("resourceType")
    if not isinstance(kind, str):
        return NO_RESOURCE
    if kind != "Bundle":
        return Contents([document], "")
    if document.get("type") == "message":
        return _message(document)
    found = list(_resources(document, 0))
    return Contents(found, _identifier(document)) if len(found) <= MOST else TOO_MANY


def _message(bundle: Document) -> Contents | Kind:
    entries = [each["resource"] for each in bundle.get("entry", ())]
    event = next(
        (each.get("eventUri", "") for each in entries if each["resourceType"] == "MessageHeader"), ""
    )
    if "void" in event:
        return VOID
    inner = [each for each in entries if each["resourceType"] == "Bundle"]
    if not inner or "coding" in event or "acknowledgement" in event:
        return ANSWER
    return contents(inner[0]) if inner[0].get("type") != "message" else ANSWER


def _resources(bundle: Document, depth: int) -> Iterator[Resource]:
    if depth > _DEEPEST:
        raise TypeError
    for entry in bundle.get("entry", ()):
        resource = entry.get("resource")
        if resource is None:
            continue
        kind = resource["resourceType"]
        if kind == "Bundle":
            yield from _resources(resource, depth + 1)
            continue
        if kind in ("Patient", "RelatedPerson") and (url := entry.get("fullUrl")):
            resource["\0url"] = url
        yield resource


def _identifier(bundle: Document) -> str:
    """The certificate's number, as the exchange writes it; else the bundle's own."""
    identifier: Any = bundle.get("identifier") or {}
    for extension in extensions(identifier, "CertificateNumber"):
        number = extension.get("valueString", "")
        return number.zfill(6) if number else ""
    number = identifier.get("value", "")
    if not isinstance(number, str):
        raise TypeError
    return number


def _lost(code: str, english: str, french: str) -> Kind:
    return Kind(f"fhir.{code}", "error", None, None, english, french)


NO_RESOURCE = _lost(
    "resource",
    "This is no FHIR resource: it has no resourceType. Send Bundles, or resources of FHIR R4.",
    "Ce n’est pas une ressource FHIR : resourceType manque. Envoyez des Bundles ou des ressources FHIR R4.",
)
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
NOBODY = _lost(
    "nobody",
    "No person of this encounter was found. Send the Patient with the resources about it, and let them refer "
    "to it.",
    "Aucune personne de cette rencontre n’a été trouvée. Envoyez le Patient avec les ressources qui le "
    "concernent et qui y renvoient.",
)
SHAPE = _lost(
    "shape",
    "A resource is not shaped as FHIR R4 says (a list where one value belongs, a number where a text does). "
    "Check it with a FHIR validator.",
    "Une ressource n’a pas la forme que FHIR R4 prescrit (une liste là où une valeur est attendue, un nombre "
    "à la place d’un texte). Vérifiez-la avec un validateur FHIR.",
)
