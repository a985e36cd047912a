"""The JSON of a FHIR file: one resource, a list of them, or one a line (NDJSON), strict and in flat memory.

Nothing is guessed: invalid UTF-8, numbers that are none, nesting beyond what is sane, and fields of another
shape than FHIR's are refused, one document at a time where each has a line of its own. Only the fields that
are read are made (`vernix.intake.fhir.resources`); of the others it is enough that they are JSON.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any

import msgspec

from vernix.births.codes import Words
from vernix.intake.fhir.resources import Resource
from vernix.intake.findings import Kind
from vernix.intake.refusals import FileRefused

MAX_DOCUMENT = 16 << 20
"""Bytes of one document; vital records offices ask for messages under 10 MB."""

# A key that stands twice is a fault of the program that writes the file, not of one record, and to look for
# it takes as long as all the rest. So it is looked for in the first documents, and in some of the others.
_LOOKED_AT = 100
_THEN_EVERY = 50

_UNNAMED = ("`resourceType`", "`$.resourceType`")
"""How the parser ends its sentence of what has no type that it knows."""
_NUMBERED = b"\\u00"
"""How a text begins that writes a letter of ASCII as a number, perhaps a colon."""

_one: Callable[[bytes], Resource] = msgspec.json.Decoder(Resource).decode
_list = msgspec.json.Decoder(list[msgspec.Raw]).decode


def documents(path: Path) -> Iterator[Resource | Kind]:
    """The documents of a file in order; in place of one that cannot be read, why.

    Raises ``FileRefused`` where nothing can be told apart: one document over several lines that is broken, or
    one that is too large.
    """
    with path.open("rb") as stream:
        first = _line(stream)
        while first and not first.strip(b"\xef\xbb\xbf \t\r\n"):
            first = _line(stream)
        first = first.removeprefix(b"\xef\xbb\xbf")
        found = list(parsed(first))
        if found == [NOT_JSON]:
            rest = stream.read(MAX_DOCUMENT + 1 - len(first))
            second = next(parsed(rest.split(b"\n", 1)[0]), NOT_JSON)
            if rest.strip() and isinstance(second, Kind):
                yield from _whole(first + rest)
                return
            stream.seek(-len(rest), 1)
        yield from found
        number = 1
        while line := _line(stream):
            if line.strip():
                number += 1
                yield from parsed(line, closely=number <= _LOOKED_AT or not number % _THEN_EVERY)


def parsed(text: bytes, closely: bool = True) -> Iterator[Resource | Kind]:
    """The documents that a text of JSON holds: one, or those of a list.

    Looked at closely, one in which a key stands twice is refused; else the last of the two counts.
    """
    start = text.lstrip(b" \t\r\n")[:1]
    if start == b"{":
        yield _document(text, closely)
        return
    try:
        pieces = [bytes(each) for each in _list(text)] if start == b"[" else None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        pieces = None
    if pieces is None:
        yield NOT_JSON
        return
    for piece in pieces:
        yield _document(piece, closely) if piece.lstrip()[:1] == b"{" else NOT_JSON


def _document(text: bytes, closely: bool) -> Resource | Kind:
    try:
        found = _one(text)
        return TWICE if closely and _repeats(text) else found
    except msgspec.ValidationError as error:
        return NO_RESOURCE if str(error).endswith(_UNNAMED) else SHAPE
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return NOT_JSON


def _repeats(text: bytes) -> bool:
    """Whether a key stands twice in an object, of which the parser keeps only the last.

    Outside of texts each colon stands behind a key, and inside they are the same here as there. So fewer
    colons in what was kept means that a key was lost.
    """
    if _NUMBERED not in text:
        return text.count(b":") != msgspec.json.encode(msgspec.json.decode(text)).count(b":")
    try:
        json.loads(text, object_pairs_hook=_once)
    except (_Twice, RecursionError, ValueError):
        return True
    return False


class _Twice(Exception):
    """A key stands twice."""


def _once(pairs: list[tuple[str, Any]]) -> None:
    if len({key for key, _ in pairs}) != len(pairs):
        raise _Twice


def _line(stream: IO[bytes]) -> bytes:
    line = stream.readline(MAX_DOCUMENT + 1)
    if len(line) > MAX_DOCUMENT:
        raise too_large()
    return line


def _whole(text: bytes) -> Iterator[Resource | Kind]:
    if len(text) > MAX_DOCUMENT:
        raise too_large()
    found = list(parsed(text))
    if found in ([NOT_JSON], [TWICE]):
        raise unreadable(NOT_JSON if found == [NOT_JSON] else TWICE)
    yield from found


_SEND = Words(
    "Send one resource, or one Bundle a line (NDJSON), in UTF-8.",
    "Envoyez une ressource, ou un Bundle par ligne (NDJSON), en UTF-8.",
)


def unreadable(kind: Kind) -> FileRefused:
    """Nothing of the file can be read, for this reason."""
    return FileRefused(
        Words(f"The file cannot be read: {kind.text_en}", f"Le fichier ne peut être lu : {kind.text_fr}"),
        _SEND,
    )


def too_large() -> FileRefused:
    """One document is larger than is taken."""
    return FileRefused(
        Words(
            f"A document of the file is larger than {MAX_DOCUMENT >> 20} MiB.",
            f"Un document du fichier dépasse {MAX_DOCUMENT >> 20} Mio.",
        ),
        _SEND,
    )


NOT_JSON = Kind(
    "fhir.json",
    "error",
    None,
    None,
    "This is not one JSON object in UTF-8, or it is cut off. Export it again.",
    "Ce n’est pas un objet JSON en UTF-8, ou il est tronqué. Exportez-le de nouveau.",
)
TWICE = Kind(
    "fhir.twice",
    "error",
    None,
    None,
    "A key stands twice in one object, so one of its two values would be lost. Mend what writes the file.",
    "Une clé figure deux fois dans un objet ; l’une des deux valeurs serait perdue. Corrigez ce qui écrit le "
    "fichier.",
)
NO_RESOURCE = Kind(
    "fhir.resource",
    "error",
    None,
    None,
    "This is no FHIR resource: its resourceType is missing, or none of FHIR R4. Send Bundles, or resources.",
    "Ce n’est pas une ressource FHIR : resourceType manque ou n’est pas de FHIR R4. Envoyez des Bundles ou "
    "des ressources.",
)
SHAPE = Kind(
    "fhir.shape",
    "error",
    None,
    None,
    "A resource is not shaped as FHIR R4 says (a list where one value belongs, a number where a text does). "
    "Check it with a FHIR validator.",
    "Une ressource n’a pas la forme que FHIR R4 prescrit (une liste là où une valeur est attendue, un nombre "
    "à la place d’un texte). Vérifiez-la avec un validateur FHIR.",
)
