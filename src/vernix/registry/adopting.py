"""``vernix-registry adopt-directory``: after a restore, the newer directory that the gateway mirrors.

A registry that came back from an old copy has an old directory, which nobody takes any more: to everybody
else it is a rollback. The gateway still has the newest one, signed by this registry's own keys before it was
lost. It is proven from the pinned root, as a partner would prove it, and published on from there.
"""

from __future__ import annotations

from vernix.console import print_json, say
from vernix.registry.options import Access, Json
from vernix.registry.renewing import foreign_own
from vernix.registry.unlocked import unlock


def adopt_directory(
    *,
    access: Access = Access(),
    json: Json = False,
) -> None:
    """Take over the newer directory that the gateway mirrors, once this registry was restored from a copy."""
    registry = unlock(access)
    before, version = registry.publishing.adopt(registry.exchange())
    strange = foreign_own(registry.publishing.mirror.current(), registry.keyring)
    if json:
        print_json({"keys_missing": strange, "version": version, "version_before": before})
        return
    if version == before:
        say(f"The gateway has no newer directory; version {before} stays.")
        return
    say(f"Directory version {version} is taken over; it was {before} here.")
    say("Partners who joined since the copy was made are known again. Ask everybody who sent since then to")
    say("send again (vernix send --again): rows that are here already are not counted twice.")
    if strange:
        say(f"The registry renewed its keys since the copy was made, and {', '.join(strange)} are not in it.")
        say("Restore a newer copy of the folder keys; without one: vernix-registry renew-keys.")
