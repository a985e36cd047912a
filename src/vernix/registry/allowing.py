"""``vernix-registry allow``: what a partner may do beside sending; its grants in the directory."""

from __future__ import annotations

from dataclasses import replace

from vernix.console import print_json, say
from vernix.custody.directory import Directory
from vernix.custody.partner import BARE_FILES, FILE_REQUESTS
from vernix.errors import UsageError
from vernix.registry.options import Access, Json
from vernix.registry.unlocked import Registry, unlock


def allow(
    partner: str,
    *,
    bare_files: bool | None = None,
    file_requests: bool | None = None,
    access: Access = Access(),
    json: Json = False,
) -> None:
    """Allow a partner what is not allowed by default, or take that back; it holds at once.

    Parameters
    ----------
    partner
        The partner's id.
    bare_files
        Leave age files over SFTP that other tools made. They bear no signature: that they are this partner's
        is the gateway's word alone, and everything that comes of them says so.
    file_requests
        Ask somebody without an account for one package (vernix request).
    """
    wished = {BARE_FILES: bare_files, FILE_REQUESTS: file_requests}
    if all(allowed is None for allowed in wished.values()):
        raise UsageError(
            "Nothing is said to allow.",
            hint="Say --bare-files or --file-requests; with =false to take it back.",
        )
    registry = unlock(access)
    for grant, allowed in wished.items():
        if allowed is not None:
            grants = set_grant(registry, partner, grant, allowed=allowed)
    reaches = registry.tell_gateway()
    if json:
        print_json({"grants": list(grants), "partner": partner, "published_at_gateway": reaches})
        return
    say(f"{partner} may do, beside sending: {', '.join(grants) or 'nothing'}.")
    if not reaches:
        say("The gateway was not reached; vernix-registry run will tell it.")


def set_grant(registry: Registry, partner_id: str, grant: str, *, allowed: bool) -> tuple[str, ...]:
    """Give a partner a grant or take it back; returns the grants it then has.

    Raises:
        UsageError: there is no such partner.
    """

    def change(directory: Directory) -> Directory | None:
        before = next((each for each in directory.partners if each.id == partner_id), None)
        if before is None:
            raise UsageError("The directory has no such partner.", hint="vernix-registry status lists them.")
        left = set(before.grants) - {grant}
        after = replace(before, grants=tuple(sorted(left | {grant} if allowed else left)))
        if after == before:
            return None
        return replace(
            directory,
            partners=tuple(after if each.id == partner_id else each for each in directory.partners),
        )

    return registry.publishing.change(change).partner(partner_id).grants
