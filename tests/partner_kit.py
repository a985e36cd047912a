"""Partners to test with: a data folder for a member of an ``ExchangeKit``, as ``vernix join`` would leave
it."""

from __future__ import annotations

from pathlib import Path

from tests.exchange_kit import ExchangeKit, Member

from vernix.courier.dispatch import Dispatch, OutgoingFile, Plan
from vernix.courier.exchange import Exchange
from vernix.courier.road import Road
from vernix.courier.sending import Outbox, Sender
from vernix.custody.directory import PURPOSES, Right
from vernix.custody.trust import DirectoryMirror
from vernix.partner.state import Partner, PartnerFolder
from vernix.sealing.identities import save_identities


def where_all_may_send(folder: Path) -> ExchangeKit:
    """An exchange in which everybody may send anything to everybody else."""
    kit = ExchangeKit(folder)
    every = tuple(sorted(PURPOSES))
    kit.publish(rights=tuple(Right(member, "*", every) for member in ("lakeside", "registry", "riverside")))
    return kit


def settle(kit: ExchangeKit, name: str, folder: Path, url: str | None = None) -> Partner:
    """The data folder of a member that has joined."""
    member = kit.members[name]
    place = PartnerFolder(folder)
    place.signing_file.parent.mkdir(mode=0o700, parents=True)
    member.key.save(place.signing_file)
    save_identities(place.identity_file, [member.identity])
    partner = Partner(place, name, name.title(), url or kit.url, kit.fingerprint)
    partner.save()
    return partner


def exchange_of(
    kit: ExchangeKit, name: str, folder: Path, url: str | None = None, timeout: float = 5
) -> Exchange:
    """The exchange as a member's client uses it, with a directory mirror of its own in ``folder``."""
    mirror = DirectoryMirror(folder / "directory", kit.fingerprint)
    return Exchange(Road(url or kit.url, timeout=timeout), kit.members[name].key, mirror)


def sender(member: Member) -> Sender:
    """A member as the outbox wants it."""
    return Sender(member.id, member.key)


def everything_in(folder: Path) -> list[str]:
    """Every file under a folder, for "nothing was kept"."""
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


__all__ = ["Outbox", "everything_in", "exchange_of", "sender", "settle"]


def post_from_registry(
    kit: ExchangeKit,
    tmp_path: Path,
    files: list[tuple[str, bytes]],
    purpose: str = "message",
    to: str = "riverside",
    role: str = "file",
    reply: str | None = None,
) -> str:
    """The registry sends files; returns the delivery's id."""
    folder = tmp_path / "registry-out"
    folder.mkdir(exist_ok=True)
    outgoing = []
    for number, (name, content) in enumerate(files):
        path = folder / str(number)
        path.write_bytes(content)
        outgoing.append(OutgoingFile(path, name, "application/octet-stream", role))
    outbox = Outbox(folder / "outbox")
    plan = outbox.begin(Dispatch((to,), purpose, tuple(outgoing), in_reply_to=reply), again=True)
    assert isinstance(plan, Plan)
    exchange = exchange_of(kit, "registry", folder)
    return outbox.send(plan, exchange, sender(kit.members["registry"])).plan.id
