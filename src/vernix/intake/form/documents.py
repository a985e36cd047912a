"""JSON objects of a file, one after the other and in flat memory: one object, a list of them, or one a line.

It is strict: a key that stands twice in an object, a number that is none (``NaN``), an object larger than
1 MiB, or anything after the end refuses the file at its record. Numbers stay the text that they were.
"""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from vernix.births.codes import Words
from vernix.intake.refusals import FileRefused

MAX_RECORD = 1 << 20
_BLOCK = 64 << 10
_BLANKS = re.compile(r"[ \t\r\n]+")
_TOO_DEEP = Words("it is nested too deeply", "il est imbriqué trop profondément")


def documents(path: Path) -> Iterator[Any]:
    """What a file holds, in order: mostly objects, else whatever a list holds.

    Raises ``FileRefused`` where it cannot be read to its end.
    """
    return _Reader(path).values()


class _Reader:
    """Holds a piece of the file as text, and where in it the next value begins."""

    def __init__(self, path: Path) -> None:
        self._pieces = self._decoded(path)
        self._number = 0
        self._text, self._at = "", 0
        self._ended = False
        self._decoder = json.JSONDecoder(
            object_pairs_hook=self._once, parse_int=str, parse_float=str, parse_constant=self._constant
        )

    def values(self) -> Iterator[Any]:
        """The values, one after the other or in a list."""
        listed = self._peek() == "["
        self._at += listed
        while (mark := self._peek()) and not (listed and mark == "]"):
            self._number += 1
            yield self._value()
            if listed and self._peek() != "]":
                if self._peek() != ",":
                    raise self._refused()
                self._at += 1
        if not listed:
            return
        if not mark:
            raise self._refused()
        self._at += 1
        if self._peek():
            raise self._refused(Words("something follows the end", "quelque chose suit la fin"))

    def _decoded(self, path: Path) -> Iterator[str]:
        decoder = codecs.getincrementaldecoder("utf-8-sig")("strict")
        try:
            with path.open("rb") as stream:
                while block := stream.read(_BLOCK):
                    yield decoder.decode(block)
                yield decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            raise self._refused(Words("it is not in UTF-8", "il n’est pas en UTF-8")) from None

    def _more(self) -> bool:
        piece = next(self._pieces, None)
        self._ended = self._ended or piece is None
        self._text, self._at = self._text[self._at :] + (piece or ""), 0
        return not self._ended

    def _peek(self) -> str:
        """The next character that is not blank; empty at the end."""
        while True:
            found = _BLANKS.match(self._text, self._at)
            self._at = found.end() if found else self._at
            if self._at < len(self._text):
                return self._text[self._at]
            if not self._more():
                return ""

    def _value(self) -> Any:
        """The next value; more is read until it is whole, twice as much each time."""
        wanted = _BLOCK
        while True:
            try:
                value, end = self._decoder.raw_decode(self._text, self._at)
                # A number at the end of what was read may go on.
                if end < len(self._text) or self._ended:
                    self._at = end
                    return value
            except json.JSONDecodeError as error:
                cut = error.msg.startswith("Unterminated") or error.pos > len(self._text) - 10
                if self._ended or not cut:
                    raise self._refused() from None
            except RecursionError:
                raise self._refused(_TOO_DEEP) from None
            if len(self._text) - self._at > MAX_RECORD:
                raise self._refused(Words("it is larger than 1 MiB", "il dépasse 1 Mio"))
            while len(self._text) - self._at < wanted and self._more():
                pass
            wanted = 2 * max(wanted, len(self._text))

    def _once(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) != len(pairs):
            raise self._refused(Words("a key stands twice", "une clé y figure deux fois"))
        return found

    def _constant(self, word: str) -> Any:
        del word
        raise self._refused(
            Words("a number is none (NaN, Infinity)", "un nombre n’en est pas un (NaN, Infinity)")
        )

    def _refused(self, why: Words | None = None) -> FileRefused:
        said = why or Words("this is not JSON, or it is cut off", "ce n’est pas du JSON, ou il est tronqué")
        number = max(self._number, 1)
        return FileRefused(
            Words(
                f"The file cannot be read at record {number}: {said.en}.",
                f"Le fichier ne peut être lu à l’enregistrement {number} : {said.fr}.",
            ),
            Words(
                "Send one object, a list of objects, or one object a line.",
                "Envoyez un objet, une liste d’objets ou un objet par ligne.",
            ),
        )
