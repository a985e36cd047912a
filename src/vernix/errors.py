"""The one tree of errors. Each says what happened, whose fault it is, and what to do next.

Exit codes (DESIGN.md section 7) and HTTP statuses are mapped here and nowhere else. A message carries
names of things, places and counts; never a value from a record, never a key.
"""

from __future__ import annotations

from collections.abc import Iterable


class VernixError(Exception):
    """Something that a person must know about.

    ``message`` is one sentence that says what and where; ``hint`` is one sentence that says what to do next.
    """

    exit_code = 5
    http_status = 500

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message} {self.hint}".strip()


class DataRefused(VernixError):
    """The data itself is at fault: findings, a broken seal, a file that is not what it claims."""

    exit_code = 1
    http_status = 422


class UsageError(VernixError):
    """The command or the request was not understood."""

    exit_code = 2
    http_status = 400


class FarSideRefused(VernixError):
    """The other side refused, or what it sent does not prove itself."""

    exit_code = 3
    http_status = 403


class NotProven(FarSideRefused):
    """A signature, digest, version or key did not verify. Nothing of it was kept."""

    http_status = 401


class NotFound(FarSideRefused):
    """The other side knows nothing by that id (or will not say so)."""

    http_status = 404


class Conflict(FarSideRefused):
    """The other side is in another state than we thought; ask it and go on from there."""

    http_status = 409


class TooMuch(FarSideRefused):
    """A limit of size, rate or count was reached."""

    http_status = 413


class TooOften(TooMuch):
    """A limit of rate was reached: the same request may be taken later."""

    http_status = 429


class RoadFailed(VernixError):
    """The network failed in between. Safe to repeat."""

    exit_code = 4
    http_status = 503


class KeeperFailed(VernixError):
    """A disk or a database on this machine failed. Nothing half-done was left behind."""

    exit_code = 5
    http_status = 507


def worst_exit_code(errors: Iterable[VernixError]) -> int:
    """The exit code for a run that went on past refusals: 3 (the far side) before 1 (data), 0 without any."""
    return max((error.exit_code for error in errors), default=0)
