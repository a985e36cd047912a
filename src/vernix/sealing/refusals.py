"""How a sealed file can be refused: one kind of refusal for each thing that can be wrong with it.

All are ``DataRefused``; the kinds exist so that a caller (and a test vector) can tell them apart. No message
holds a byte of the file.
"""

from __future__ import annotations

from vernix.errors import DataRefused

_ASK_AGAIN = "Ask the sender for the file again; it was damaged or altered on its way."


class HeaderBroken(DataRefused):
    """The age header does not follow the grammar, or a stanza addressed to our kind of key is malformed."""

    def __init__(self, why: str, *, hint: str = _ASK_AGAIN) -> None:
        super().__init__(f"This is not a well-formed sealed file: {why}.", hint=hint)


class HeaderAltered(DataRefused):
    """The file key was found, but the header's MAC does not match: somebody changed the header."""

    def __init__(self) -> None:
        super().__init__("The header of this sealed file was changed after sealing.", hint=_ASK_AGAIN)


class NotForUs(DataRefused):
    """No stanza could be opened with the identities at hand."""

    def __init__(self) -> None:
        super().__init__(
            "This file is sealed to somebody else: none of the identities at hand opens it.",
            hint="Use the identity that the sender sealed it to, or send the sender your recipient.",
        )


class PayloadBroken(DataRefused):
    """The sealed content is truncated, extended, reordered or altered. Nothing of it was released."""

    def __init__(self, why: str) -> None:
        super().__init__(f"The sealed content is damaged: {why}. Nothing of it was kept.", hint=_ASK_AGAIN)


class ArmorBroken(DataRefused):
    """The text form (armor) around a sealed file is not strict PEM."""

    def __init__(self, why: str) -> None:
        super().__init__(f"The text armor of this sealed file is damaged: {why}.", hint=_ASK_AGAIN)
