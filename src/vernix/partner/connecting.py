"""A partner's way to the exchange, and the warnings that belong to it."""

from __future__ import annotations

from contextlib import suppress

from vernix.console import say
from vernix.courier.exchange import Exchange
from vernix.courier.piecing import KIB, Pieces
from vernix.courier.road import Road
from vernix.custody.identifiers import utc_now
from vernix.custody.key import KEY_WARNING
from vernix.custody.trust import DirectoryMirror
from vernix.errors import FarSideRefused
from vernix.partner.state import Partner, certificate_authority


def connect(partner: Partner, piece: int | None = None) -> Exchange:
    """The gateway as this partner may use it. Nothing is sent yet.

    ``piece`` is how many KiB one request may carry, if the road is known to take no more.
    """
    road = Road(partner.gateway, certificate_authority(partner.folder))
    mirror = partner.mirror()
    _warn_of_ends(partner, mirror)
    _say_if_recovered(mirror)
    most = None if piece is None else piece * KIB
    pieces = Pieces(partner.folder.outbox / "pieces.json", most)
    return Exchange(road, partner.signing_key(), mirror, pieces=pieces)


def _say_if_recovered(mirror: DirectoryMirror) -> None:
    """Say for 30 days that custodians opened the registry's keyring: it shall not happen in secret."""
    with suppress(FarSideRefused):
        used = mirror.current().recovered
        if used is not None and utc_now() - used < KEY_WARNING:
            say(
                f"On {used:%Y-%m-%d} the registry was recovered with its custodians' shares. "
                "If you were not told why, ask the registry by telephone."
            )


def _warn_of_ends(partner: Partner, mirror: DirectoryMirror) -> None:
    """Say which keys of ours end soon, by the directory as it was here last."""
    with suppress(FarSideRefused):
        for key in mirror.current().partner(partner.id).ending(utc_now()):
            named = f" ({key.label})" if key.label else ""
            say(
                f"The {key.kind} key {key.id}{named} ends on {key.valid_until:%Y-%m-%d}. "
                "Renew it where it is kept: vernix renew"
            )


def warn_if_stale(exchange: Exchange) -> None:
    """Say so when nobody has vouched for the directory for a day; after a week it is refused by custody."""
    if exchange.mirror.stale:
        hours = int(exchange.mirror.age().total_seconds() // 3600)
        say(
            f"The directory was last vouched for {hours} hours ago; it is refused after a week. "
            "Ask whether the registry is running."
        )


def warn_if_nearly_used(exchange: Exchange) -> None:
    """Say so when most of our quota is used up: at its end the gateway refuses to take more."""
    if exchange.used is not None:
        say(
            f"{exchange.used.percent} % of your quota is used ({exchange.used.name.replace('_', ' ')}); "
            "at its end the gateway takes nothing more. Ask the registry for more in time."
        )
