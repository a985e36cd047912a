"""What a command that changed the directory says of it, and with which exit code it ends."""

from __future__ import annotations

from vernix.console import print_json, say
from vernix.errors import RoadFailed


def announced(said: str, reaches: bool, json: bool, **document: object) -> int:
    """Say what is so now. Where the gateway was away it is not yet obeyed there: exit code 4, repeat it."""
    if json:
        print_json({**document, "published_at_gateway": reaches})
    else:
        say(said)
    if reaches:
        return 0
    say(
        "The gateway was not reached and goes by the directory of before. Run the command again, or let "
        "vernix-registry run tell it."
    )
    return RoadFailed.exit_code
