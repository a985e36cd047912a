"""The gateway, asked now and then how it stands; and those told by e-mail who want to know."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from vernix.courier.witnessing import believed
from vernix.custody.durable import write_file
from vernix.errors import NotFound, NotProven, UsageError
from vernix.registry.logs import log, place_of
from vernix.registry.settings import RegistryFolder
from vernix.registry.witnessing import pinned_log

if TYPE_CHECKING:
    from vernix.courier.exchange import Exchange
    from vernix.registry.unlocked import Registry


def oversee(registry: Registry, exchange: Exchange) -> None:
    """Take the gateway's new events and its state, keep both, and send what notifications are due.

    What is wrong with the events or the notifications stops nothing else.

    Raises:
        RoadFailed, FarSideRefused: the gateway cannot be asked.
    """
    from vernix.registry.notifying.looking import look
    from vernix.registry.notifying.settings import read_settings

    try:
        _take_events(registry.folder, exchange)
        state = exchange.state()
    except NotFound:
        # A gateway of an older version has no such routes.
        state = {}
    write_file(registry.folder.gateway_state, json.dumps(state).encode(), private=True)
    try:
        settings = read_settings(registry.folder.notifications)
    except UsageError as error:
        log().warning("notifications wrong", error=type(error).__name__, place=place_of(error))
        return
    if settings is not None:
        look(settings, state, registry.publishing.mirror.current())


def _take_events(folder: RegistryFolder, exchange: Exchange) -> None:
    from vernix.registry.activity import take_events

    ledger = pinned_log(folder)
    seen = None if ledger is None else believed(folder.watch, ledger)
    if ledger is None or seen is None:
        return
    try:
        take_events(exchange, ledger.key.to_text(), seen)
    except NotProven as error:
        log().warning("events refused", error=type(error).__name__, place=place_of(error))


def gateway_state(folder: RegistryFolder) -> dict[str, Any]:
    """What the gateway said last; empty when it was never asked."""
    try:
        found = json.loads(folder.gateway_state.read_bytes())
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}
