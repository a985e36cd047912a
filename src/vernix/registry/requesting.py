"""``vernix-registry request``: the registry asks somebody without an account for one package.

The answer is a message: ``run`` files it, ``vernix-registry messages`` and ``read`` bring it before a person.
"""

from __future__ import annotations

import sys
from datetime import timedelta
from typing import Annotated, Any

from cyclopts import Parameter

from vernix.console import print_json, say, size_in_words
from vernix.courier.requesting import Asker, FileRequests
from vernix.custody.identifiers import REGISTRY, format_time
from vernix.custody.partner import FILE_REQUESTS
from vernix.registry.allowing import set_grant
from vernix.registry.options import Access, Json
from vernix.registry.quotas import read_amount
from vernix.registry.unlocked import Registry, unlock


def request(
    *,
    from_: Annotated[str | None, Parameter(name="--from")] = None,
    expires: timedelta = timedelta(days=7),
    most: Annotated[int, Parameter(converter=read_amount)] = 1 << 30,
    withdraw: str | None = None,
    access: Access = Access(),
    json: Json = False,
) -> None:
    """Ask somebody without an account for files; without --from, list what was asked for.

    It prints a text that is a secret until it is answered or expires: hand it over by a channel you trust.
    Whoever holds it can send one package by vernix answer, sealed to the registry, and do nothing else.

    Parameters
    ----------
    from_
        Whom you ask, in words ("Dr. Tremblay's office"); it stands in the text, and nowhere at the gateway.
    expires
        How long it can be answered: 12h, 7d; 30d at most.
    most
        How many sealed bytes it allows at most: 500MB, 2GiB.
    withdraw
        Close a request by its id; nobody can answer it any more.
    """
    registry = unlock(access)
    requests = FileRequests(registry.folder.requests)
    if withdraw is not None:
        registry.exchange().withdraw_file_request(withdraw)
        say(f"{withdraw} was withdrawn: nobody can answer it any more.")
    elif from_ is not None:
        _ask(registry, requests, from_, expires, most, json=json)
    else:
        _show(requests.listed(registry.exchange()), json=json)


def _ask(
    registry: Registry, requests: FileRequests, title: str, life: timedelta, most: int, *, json: bool
) -> None:
    # Whoever signs the directory grants it; the gateway must know before it is asked.
    set_grant(registry, REGISTRY, FILE_REQUESTS, allowed=True)
    exchange = registry.exchange()
    registry.publishing.push(exchange)
    profile = registry.profile
    asker = Asker(REGISTRY, registry.keyring.signing, profile.gateway, profile.root_fingerprint)
    made, ticket = requests.ask(asker, title, life, most, exchange)
    if json:
        print_json({**made.to_document(), "state": "open", "text": ticket.to_text()})
        return
    sys.stdout.write(f"{ticket.to_text()}\n")
    say(
        f"Hand this over by a channel you trust. It can be answered once, until "
        f"{format_time(made.request.expires)}, with up to {size_in_words(most)}: vernix answer TEXT FILE..."
    )


def _show(found: list[dict[str, Any]], *, json: bool) -> None:
    if json:
        print_json({"requests": found})
        return
    for each in found:
        words = [str(each[name] or "") for name in ("id", "state", "expires", "delivery", "from")]
        sys.stdout.write("  ".join(words) + "\n")
    if not found:
        say("Nothing was asked for from here.")
