"""The answers to messages that came in batches: batches of the same shape around them (HL7 v2.5.1, 2.10.3.2).

Each header names the one that it answers by its control id, and is addressed to who sent that; each trailer
counts what stands in ours.
"""

from __future__ import annotations

from datetime import datetime

_FHS, _BHS, _BTS, _FTS = "FHS", "BHS", "BTS", "FTS"


class Batches:
    """The batches of one file of answers, header and trailer as those of the file are met.

    ``when`` is the time that they are given at.
    """

    def __init__(self, when: datetime) -> None:
        self._moment, self._offset = f"{when:%Y%m%d%H%M%S}", f"{when:%z}"
        self._headers = self._messages = self._batches = 0
        self._open: list[str] = []

    def count(self) -> None:
        """One more message was answered."""
        self._messages += 1

    def answer(self, segment: str) -> str:
        """The segment that answers a header or trailer; nothing to a trailer without its header."""
        kind = segment[:3]
        if kind in (_FHS, _BHS):
            closed = self._close(_BHS) if kind == _BHS else self.end()
            self._open.append(kind)
            self._messages = 0
            return closed + self._header(kind, segment)
        return self._close({_BTS: _BHS, _FTS: _FHS}[kind])

    def end(self) -> str:
        """Trailers for what was never ended."""
        return self._close(_FHS) + self._close(_BHS)

    def _header(self, kind: str, segment: str) -> str:
        """FHS or BHS: from whom (3, 4), to whom (5, 6), when (7), its control id (11), the other's (12)."""
        theirs = [part.replace("|", "") for part in segment.split(segment[3:4] or "|")]
        theirs += [""] * (11 - len(theirs))
        self._headers += 1
        number = f"{self._headers}-{self._moment}"
        parties = (theirs[4], theirs[5], theirs[2], theirs[3])
        return (
            "|".join([kind, "^~\\&", *parties, self._moment + self._offset, "", "", "", number, theirs[10]])
            + "\r"
        )

    def _close(self, kind: str) -> str:
        """The trailer of a header that is open, and before it that of what stands inside."""
        if kind not in self._open:
            return ""
        inner = self._close(_BHS) if kind == _FHS else ""
        self._open.remove(kind)
        if kind == _BHS:
            count, self._messages, self._batches = self._messages, 0, self._batches + 1
            return f"{_BTS}|{count}\r"
        count, self._batches = self._batches, 0
        return f"{inner}{_FTS}|{count}\r"
