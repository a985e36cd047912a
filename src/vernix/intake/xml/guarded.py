"""An XML parser that does nothing a document asks for: no document types, no entities, nothing external.

It is the expat of the standard library with every door shut, fed piece by piece, so that memory does not
depend on the document's size. Depth, the length of one text and the number of attributes are bounded.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from xml.parsers import expat  # with every door shut, below: nobody else may use it

from vernix.births.codes import Words
from vernix.intake.refusals import FileRefused

MAX_DEPTH = 64
MAX_TEXT = 1 << 20
MAX_ATTRIBUTES = 256

Start = Callable[[str, dict[str, str]], None]
End = Callable[[str], None]
Text = Callable[[str], None]

_AGAIN = Words("Export it again, as plain XML.", "Exportez-le de nouveau, en XML simple.")


class Guarded:
    """Feeds pieces of a document to three functions. Names are local names: prefixes are dropped.

    ``text`` may be called several times for one text.
    """

    def __init__(self, start: Start, end: End, text: Text) -> None:
        self._start, self._end, self._text = start, end, text
        self._depth = 0
        self._long = 0
        self._parser = expat.ParserCreate(namespace_separator=" ")
        self._parser.buffer_text = True
        self._parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_NEVER)
        self._parser.StartElementHandler = self._on_start
        self._parser.EndElementHandler = self._on_end
        self._parser.CharacterDataHandler = self._on_text
        self._parser.StartDoctypeDeclHandler = self._on_doctype
        self._parser.EntityDeclHandler = self._on_doctype
        self._parser.ExternalEntityRefHandler = self._on_doctype

    @property
    def line(self) -> int:
        """The line that is being parsed, from 1."""
        return self._parser.CurrentLineNumber

    def parse(self, pieces: Iterable[bytes]) -> None:
        """Parse a whole document. Raises ``FileRefused`` with the line where it is no XML that is taken."""
        for piece in pieces:
            self.feed(piece)
        self.feed(b"")

    def feed(self, piece: bytes) -> None:
        """Parse the next piece; an empty one ends the document. Raises as `parse` does."""
        try:
            self._parser.Parse(piece, not piece)
        except expat.ExpatError as error:
            raise _not_xml(error.lineno) from None
        except (LookupError, UnicodeError, ValueError):
            # A declared encoding that there is not, or that is none of text.
            raise _not_xml(1) from None

    def _on_start(self, name: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        self._long = 0
        if self._depth > MAX_DEPTH or len(attributes) > MAX_ATTRIBUTES:
            raise _too_much(self.line)
        self._start(_local(name), {_local(key): value for key, value in attributes.items()})

    def _on_end(self, name: str) -> None:
        self._depth -= 1
        self._long = 0
        self._end(_local(name))

    def _on_text(self, text: str) -> None:
        self._long += len(text)
        if self._long > MAX_TEXT:
            raise _too_much(self.line)
        self._text(text)

    def _on_doctype(self, *_declared: object) -> int:
        raise FileRefused(
            Words(
                f"The XML declares a document type or entities (line {self.line}); these are never followed.",
                f"Le XML déclare un type de document ou des entités (ligne {self.line}) ; ils ne sont jamais "
                "suivis.",
            ),
            Words(
                "Remove the <!DOCTYPE ...> part, and write the text itself instead of entities.",
                "Retirez la partie <!DOCTYPE ...> et écrivez le texte même au lieu d’entités.",
            ),
        )


def _local(name: str) -> str:
    return name.rpartition(" ")[2]


def _not_xml(line: int) -> FileRefused:
    return FileRefused(
        Words(
            f"This is not well-formed XML (line {line}).", f"Ce n’est pas du XML bien formé (ligne {line})."
        ),
        Words(
            "Export it again; look for a file that was cut off.",
            "Exportez-le de nouveau ; vérifiez que le fichier n’est pas tronqué.",
        ),
    )


def _too_much(line: int) -> FileRefused:
    return FileRefused(
        Words(
            f"The XML is nested too deeply, or holds a text or a list of attributes that is too long "
            f"(line {line}).",
            f"Le XML est imbriqué trop profondément, ou contient un texte ou une liste d’attributs trop "
            f"longs (ligne {line}).",
        ),
        _AGAIN,
    )
