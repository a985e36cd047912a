"""How a file of FHIR begins, in JSON and in XML: told before anything that reads it is loaded."""

from __future__ import annotations

from pathlib import Path

_NAMESPACE = b"http://hl7.org/fhir"
_HEAD = 4096


def is_fhir(head: bytes) -> bool:
    """Whether a file begins like a FHIR resource, or a list of some."""
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip(b" \t\r\n[")
    if start[:1] == b"<":
        return _NAMESPACE in start[:_HEAD]
    return start[:1] == b"{" and b'"resourceType"' in head


def is_markup(path: Path) -> bool:
    """Whether a file is in XML."""
    with path.open("rb") as stream:
        return stream.read(_HEAD).removeprefix(b"\xef\xbb\xbf").lstrip(b" \t\r\n")[:1] == b"<"
