"""How a message writes its characters: delimiters, escapes, character set (HL7 v2.5.1 chapter 2.7, 2.15.9.2).

A message may declare delimiters of its own. It is rewritten to the usual ones (``|^~\\&``) before anything
else looks at it, so that nothing else has to know.
"""

from __future__ import annotations

import re

USUAL = "|^~\\&"
"""Field, component, repetition, escape, subcomponent."""
CLEAR_MARK = '""'
"""What a field holds to say that an earlier value is to be taken away."""

_ESCAPED_TWICE = "MSH|^~\\\\&|"  # as programs write it that quote a message once too often
_ESCAPES = {"F": "|", "S": "^", "R": "~", "E": "\\", "T": "&", ".br": "\n", ".sp": "\n", "H": "", "N": ""}
_ESCAPE = re.compile(r"\\(F|S|R|E|T|H|N|X(?:[0-9A-Fa-f]{2})+|\.(?:br|sp|ce|fi|nf|in|ti|sk)[+-]?[0-9]*)\\")
_WRITTEN = {
    "|": "\\F\\",
    "^": "\\S\\",
    "~": "\\R\\",
    "\\": "\\E\\",
    "&": "\\T\\",
    "\r": "\\.br\\",
    "\n": "\\.br\\",
}
_TO_BE_ESCAPED = re.compile(r"[|^~\\&\r\n]")
_CHARACTER_SETS = {
    "ASCII": "ascii",
    "UNICODE UTF-8": "utf-8",
    "UNICODE": "utf-8",
    "UTF-8": "utf-8",
    "UTF8": "utf-8",
    "8859/1": "iso8859-1",
    "8859/15": "iso8859-15",
    "ISO-8859-1": "iso8859-1",
    "ISO-8859-15": "iso8859-15",
    "WINDOWS-1252": "cp1252",
    "CP1252": "cp1252",
}
"""Table 0211, and what others write."""
_DECLARED = re.compile(rb"MSH(.)")


def decoded(message: bytes) -> tuple[str, str | None]:
    """A message as text, and the encoding where it had to be guessed.

    What MSH-18 declares is believed; else it is UTF-8, and what is no UTF-8 is read as Windows-1252.
    """
    if message.isascii():
        return message.decode("ascii"), None
    declared = _declared(message)
    if declared is not None and declared != "ascii":
        return message.decode(declared, "replace"), None
    try:
        return message.decode("utf-8"), None
    except UnicodeDecodeError:
        return message.decode("cp1252", "replace"), "cp1252"


def _declared(message: bytes) -> str | None:
    header = message[: message.find(b"\r")] if b"\r" in message else message
    found = _DECLARED.match(header)
    fields = header.split(found[1]) if found else []
    if len(fields) < 18:
        return None
    return _CHARACTER_SETS.get(fields[17].split(b"~")[0].decode("ascii", "replace").strip().upper())


def usual(text: str) -> str | None:
    """A message (it begins with MSH) rewritten to the usual delimiters; None where its own are none.

    Fewer than five may be declared: what a delimiter would divide is whole then.
    """
    if text.startswith(("MSH|^~\\&|", "MSH|^~\\&#|")):
        return text
    if text.startswith(_ESCAPED_TWICE):
        return "MSH|^~\\&|" + text[len(_ESCAPED_TWICE) :]
    field = text[3:4]
    end = text.find(field, 4) if field else -1
    declared = field + text[4:end][:4] if 4 < end <= 9 else ""
    if len(declared) < 2 or len(set(declared)) < len(declared) or _cannot_divide(declared):
        return None
    rewritten = {ord(mark): _WRITTEN[mark] for mark in USUAL}
    rewritten |= {ord(theirs): ours for theirs, ours in zip(declared, USUAL, strict=False)}
    rest = text[end:]
    return "MSH" + USUAL + rest.translate(rewritten)


def _cannot_divide(marks: str) -> bool:
    return any(mark.isalnum() or mark.isspace() or ord(mark) < 32 for mark in marks)


def unescaped(text: str) -> str:
    """A text without escapes. Formatting becomes a line end or nothing; what is no escape stays."""
    return _ESCAPE.sub(_meant, text) if "\\" in text else text


def _meant(found: re.Match[str]) -> str:
    written = found[1]
    if written[0] == "X":
        data = bytes.fromhex(written[1:])
        try:
            return data.decode("utf-8")
        except UnicodeDecodeError:
            return data.decode("iso8859-1")
    return _ESCAPES.get(written, _ESCAPES.get(written[:3], ""))


def escaped(text: str) -> str:
    """A text as it may stand in a field."""
    return _TO_BE_ESCAPED.sub(lambda found: _WRITTEN[found[0]], text)
