"""Base64 as the age header writes it: standard alphabet, no padding, one spelling per value (C2SP age.md)."""

from __future__ import annotations

import binascii


def encode(data: bytes) -> str:
    """``data`` in unpadded standard base64."""
    return binascii.b2a_base64(data, newline=False).rstrip(b"=").decode("ascii")


def decode(text: str | bytes) -> bytes:
    """The bytes that ``text`` spells; ``ValueError`` unless it is their only (canonical) spelling."""
    spelled = text.encode("ascii") if isinstance(text, str) else text
    try:
        data = binascii.a2b_base64(spelled + b"=" * (-len(spelled) % 4), strict_mode=True)
    except binascii.Error:
        raise ValueError("not base64") from None
    # Python accepts non-zero trailing bits and inner padding in places; one spelling means: it encodes back.
    if encode(data).encode("ascii") != spelled:
        raise ValueError("not canonical base64")
    return data
