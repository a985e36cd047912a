"""``vernix-registry accept-log``: the gateway begins its ledger anew, and a person says that it may."""

from __future__ import annotations

from vernix.console import print_json, say
from vernix.courier.keeping import write_json
from vernix.custody.checkpoint import Log
from vernix.custody.signatures import VerifyKey
from vernix.errors import NotProven
from vernix.registry.options import Access, Json
from vernix.registry.unlocked import unlock
from vernix.registry.witnessing import watch_file


def accept_log(
    key: str,
    /,
    *,
    access: Access = Access(),
    json: Json = False,
) -> int:
    """Pin another log key of the gateway and publish it at once, so that every witness watches that log.

    Find out first why the old ledger cannot go on: accepting another hides from nobody that it ended.

    Parameters
    ----------
    key
        What ``vernix-gateway new-log`` printed, told to you by somebody you know.
    """
    wanted = VerifyKey.from_text(key)
    registry = unlock(access)
    exchange = registry.exchange()
    log: Log = exchange.log_key()
    if log.key != wanted:
        raise NotProven(
            "The gateway keeps a log with another key than the one you gave.",
            hint="Ask the operator of the gateway again; nothing was changed.",
        )
    write_json(registry.folder.log_file, log.to_object())
    watch_file(registry.folder).unlink(missing_ok=True)
    directory = registry.publishing.change(lambda current: current)
    registry.publishing.push(exchange)
    if json:
        print_json({"key": key, "origin": log.origin, "version": directory.version})
    else:
        say(f"The directory's version {directory.version} names the new log of {log.origin}.")
    return 0
