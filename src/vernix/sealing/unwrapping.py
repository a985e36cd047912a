"""From a header and identities to the file key: the step that both opening and rewrapping begin with."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from vernix.sealing.header import Header, Stanza, check_mac
from vernix.sealing.recipients import SCRYPT_TYPE
from vernix.sealing.refusals import HeaderBroken, NotForUs


class Identity(Protocol):
    """Something that may open a file: a secret key, or a passphrase."""

    def unwrap(self, stanzas: Sequence[Stanza]) -> bytes | None:
        """The file key (16 bytes) if one of ``stanzas`` is for us, else None; ``HeaderBroken`` if one is
        malformed.
        """
        ...


def find_file_key(header: Header, identities: Sequence[Identity]) -> bytes:
    """The file key, once the header's MAC proved to be made with it.

    Raises ``NotForUs`` if no identity opens a stanza, ``HeaderBroken`` for a malformed stanza,
    ``HeaderAltered`` if the MAC does not match.
    """
    # A passphrase promises that whoever made the file knew it; another stanza beside it would break that
    # promise.
    if len(header.stanzas) > 1 and any(stanza.type == SCRYPT_TYPE for stanza in header.stanzas):
        raise HeaderBroken("a passphrase stanza must be alone")
    for identity in identities:
        file_key = identity.unwrap(header.stanzas)
        if file_key is not None:
            check_mac(header, file_key)
            return file_key
    raise NotForUs
