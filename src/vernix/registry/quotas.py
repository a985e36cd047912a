"""Quotas and brakes: ``vernix-registry quota`` and ``release-brake``.

A quota stands in the signed directory, so that the gateway can obey it and not make it. A brake is the
gateway's own doing, upon what it counts; the registry's signed word lets it go.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Annotated, Any

from cyclopts import Parameter, Token

from vernix.console import print_json, say, size_in_words
from vernix.custody.directory import Directory, Partner
from vernix.custody.quota import NONE, Quota
from vernix.errors import NotFound, UsageError
from vernix.registry.options import Access, Json
from vernix.registry.unlocked import unlock

_AMOUNT = re.compile(r"([0-9]{1,9})(?:([KMGT])(i?)B)?", re.IGNORECASE)
_POWERS = {"K": 1, "M": 2, "G": 3, "T": 4}
_SLOWEST = 64 * 1024
"""Bytes a second: slower, bodies would end for their slowness."""


def amount(text: str) -> int:
    """A number, or a size as people write it: ``500``, ``20GB`` (decimal), ``4GiB``. ValueError otherwise."""
    found = _AMOUNT.fullmatch(text)
    if found is None:
        raise ValueError("not a number, nor a size such as 20GB or 4GiB")
    base = 1024 if found[3] else 1000
    return int(found[1]) * (1 if found[2] is None else int(base ** _POWERS[found[2].upper()]))


def read_amount(_type: object, tokens: Sequence[Token]) -> int:
    """Read such a word of a command."""
    return amount(tokens[0].value)


def _bound(text: str) -> Parameter:
    return Parameter(help=text, converter=read_amount)


Count = int | None


@dataclass(frozen=True)
class Wanted:
    """The bounds that a command names; the names are those of the directory."""

    bytes_per_day: Annotated[Count, _bound("What it may send in a day of UTC, such as 20GB.")] = None
    bytes_per_month: Annotated[Count, _bound("What it may send in 30 days.")] = None
    uploads_per_day: Annotated[Count, _bound("How many parts it may begin in a day.")] = None
    uploads_per_month: Annotated[Count, _bound("How many parts it may begin in 30 days.")] = None
    held_bytes: Annotated[Count, _bound("What it may have waiting at the gateway.")] = None
    open_uploads: Annotated[Count, _bound("How many parts it may have begun and not delivered.")] = None
    requests_per_minute: Annotated[Count, _bound("How often it may ask, at each worker.")] = None
    requests_at_once: Annotated[Count, _bound("How many requests it may have under way, at each worker.")] = (
        None
    )
    bytes_per_second: Annotated[Count, _bound("How fast its bodies may go, together, at each worker.")] = None
    collected_bytes: Annotated[Count, _bound("What it may collect in a day before the brake compares.")] = (
        None
    )
    collected_deliveries: Annotated[Count, _bound("How many deliveries, likewise.")] = None


def quota(
    partner: str,
    wanted: Annotated[Wanted, Parameter(name="*")] = Wanted(),  # frozen
    *,
    none: bool = False,
    access: Access = Access(),
    json: Json = False,
) -> None:
    """Set what a partner may send, hold and ask for; without a bound, show it.

    What is not named stays as it is; where nothing was ever named, the gateway's own bounds hold.

    Parameters
    ----------
    partner
        Its id in the directory.
    none
        Take its quota away first.
    """
    registry = unlock(access)
    asked = Quota(**asdict(wanted))
    if asked.bytes_per_second is not None and asked.bytes_per_second < _SLOWEST:
        raise UsageError("A partner's bytes per second are at least 64KiB.", hint="Suspend it to stop it.")
    known = _find(registry.publishing.current(), partner)
    reaches = None
    if none or asked != NONE:
        directory = registry.publishing.change(lambda before: with_quota(before, partner, asked, none=none))
        known, reaches = directory.partner(partner), registry.tell_gateway()
    document = {"partner": partner, "published_at_gateway": reaches, "quota": _bounds(known)}
    if json:
        print_json(document)
    else:
        _tell(document)


def release_brake(
    partner: str,
    *,
    access: Access = Access(),
) -> None:
    """Let a partner collect again that was stopped for collecting far more than ever before.

    First make sure that it is the partner itself who collects, by a road that is not the exchange.

    Parameters
    ----------
    partner
        Its id in the directory.
    """
    registry = unlock(access)
    _find(registry.publishing.current(), partner)
    registry.exchange().release_brake(partner)
    say(f"{partner} may collect again; today's volume counts anew from now.")


def with_quota(directory: Directory, partner: str, asked: Quota, *, none: bool) -> Directory | None:
    """The directory with another quota of one partner; None where that changes nothing."""
    known = _find(directory, partner)
    before = None if none else known.quota
    after = asked if before is None else asked.over(before)
    changed = replace(known, quota=None if after == NONE else after)
    if changed == known:
        return None
    others = (changed if each.id == partner else each for each in directory.partners)
    return replace(directory, partners=tuple(others))


def _find(directory: Directory, partner: str) -> Partner:
    try:
        return directory.partner(partner)
    except NotFound:
        raise UsageError(
            "The directory has no such partner.", hint="vernix-registry status lists them."
        ) from None


def _bounds(partner: Partner) -> dict[str, Any]:
    named = {} if partner.quota is None else asdict(partner.quota)
    return {name: value for name, value in named.items() if value is not None}


def _tell(document: dict[str, Any]) -> None:
    bounds = document["quota"]
    say(f"{document['partner']}: " + ("" if bounds else "no quota of its own; the gateway's bounds hold."))
    for name, value in bounds.items():
        shown = size_in_words(value) if "bytes" in name else str(value)
        say(f"  {name.replace('_', ' ')}: {shown}")
    if document["published_at_gateway"] is False:
        say("The gateway was not reached; vernix-registry run will tell it.")
