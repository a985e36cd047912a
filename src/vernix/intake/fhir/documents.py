"""The JSON of a FHIR file: one resource, a list of them, or one a line (NDJSON), strict and in flat memory.

Nothing is guessed: invalid UTF-8, numbers that are none, nesting beyond what is sane, and a key that stands
twice in an object are refused, one document at a time where each has a line of its own.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

import orjson

from vernix.births.codes import Words
from vernix.intake.findings import Kind
from vernix.intake.refusals import FileRefused

MAX_DOCUMENT = 16 << 20
"""Bytes of one document; vital records offices ask for messages under 10 MB."""

Document = dict[str, Any]

_NUMBERED = b"\\u00"
"""How a text begins that writes a letter of ASCII as a number, perhaps a colon."""


def documents(path: Path) -> Iterator[Document | Kind]:
    """The documents of a file in order; in place of one that cannot be read, why.

    Raises ``FileRefused`` where nothing can be told apart: one document over several lines that is broken, or
    one that is too large.
    """
    with path.open("rb") as stream:
        first = _line(stream)
        while first and not first.strip(b"\xef\xbb\xbf \t\r\n"):
            first = _line(stream)
        found = parsed(first.removeprefix(b"\xef\xbb\xbf"))
        if isinstance(found, Kind):
            rest = stream.read(MAX_DOCUMENT + 1 - len(first))
            if not rest.strip() or isinstance(parsed(rest.split(b"\n", 1)[0]), dict):
                yield found
                stream.seek(len(first))
            else:
                yield from _whole(first + rest)
                return
        else:
            yield from _each(found)
        while line := _line(stream):
            if line.strip():
                yield from _each(parsed(line))


def parsed(text: bytes) -> Any:
    """What a text says in JSON, or why it says nothing."""
    try:
        found = orjson.loads(text)
        return TWICE if _repeats(text, found) else found
    except (orjson.JSONDecodeError, orjson.JSONEncodeError):
        return NOT_JSON  # the latter: nested deeper than can be written again


def _repeats(text: bytes, found: Any) -> bool:
    """Whether a key stands twice in an object, of which the parser keeps only the last.

    Outside of texts each colon stands behind a key, and inside they are the same here as there. So fewer
    colons in what was kept means that a key was lost.
    """
    if _NUMBERED not in text:
        return text.count(b":") != orjson.dumps(found).count(b":")
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
        raise _too_large()
    return line


def _whole(text: bytes) -> Iterator[Document | Kind]:
    if len(text) > MAX_DOCUMENT:
        raise _too_large()
    found = parsed(text.removeprefix(b"\xef\xbb\xbf"))
    if isinstance(found, Kind):
        raise FileRefused(
            Words(
                f"The file cannot be read: {found.text_en}", f"Le fichier ne peut être lu : {found.text_fr}"
            ),
            _SEND,
        )
    yield from _each(found)


def _each(found: Any) -> Iterator[Document | Kind]:
    for each in found if isinstance(found, list) else (found,):
        yield each if isinstance(each, dict | Kind) else NOT_JSON


_SEND = Words(
    "Send one resource, or one Bundle a line (NDJSON), in UTF-8.",
    "Envoyez une ressource, ou un Bundle par ligne (NDJSON), en UTF-8.",
)


def _too_large() -> FileRefused:
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
