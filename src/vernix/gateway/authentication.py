"""Who asks: every request proves itself by a signature of a key in the directory, once, within a minute.

Nothing that this program stores would let anybody in: it has public keys and used nonces.
"""

from __future__ import annotations

from collections.abc import Callable, Set
from dataclasses import dataclass, replace
from enum import StrEnum
from urllib.parse import urlsplit

from sqlalchemy import Connection
from starlette.types import Scope

from vernix.custody.directory import Directory, Partner
from vernix.custody.file_request import FileRequest
from vernix.custody.identifiers import utc_now
from vernix.custody.requests import SKEW, WINDOW, Request, verify_request
from vernix.custody.signatures import VerifyKey
from vernix.errors import FarSideRefused, NotProven
from vernix.gateway import file_requests
from vernix.gateway.database import Database, upsert
from vernix.gateway.statements import Statement
from vernix.gateway.tables import NONCES

_INVITATION = "invitation:"
_REQUEST = "request:"
_REGISTRY = "registry"

_REMEMBER = Statement(lambda dialect: upsert(dialect, NONCES).on_conflict_do_nothing())


class Access(StrEnum):
    """Who may use a route. Every route names one; there is no other way in."""

    PUBLIC = "public"
    CAPABILITY = "capability"
    INVITATION = "invitation"
    PARTNER = "partner"
    SENDER = "sender"
    """A partner, or who holds the ticket of a request for files."""
    REGISTRY = "registry"


class Replayed(NotProven):
    """A signed request was shown a second time."""


@dataclass
class Nonce:
    """What keeps a signed request from being shown twice, to be remembered until ``expires`` (seconds).

    ``spent`` is for whoever commits that to say.
    """

    key_id: str
    value: str
    expires: int
    spent: bool = False

    def spend(self, connection: Connection) -> None:
        """Remember it with whatever else this transaction does. Raises ``Replayed`` when it was there."""
        row = {"key_id": self.key_id, "nonce": self.value, "expires": self.expires}
        if _REMEMBER.run(connection, row).rowcount != 1:
            raise Replayed("The request has been sent before (replay).", hint="Sign each request anew.")


@dataclass(frozen=True)
class Caller:
    """Who signed. ``partner`` is None for strangers: one who was invited has the open ``invitation``'s id,
    one who holds the ticket of a request for files has that ``file_request``, proven now. ``nonce`` is that
    of its request, which is nothing before it is spent; None where no request was signed (SFTP).
    """

    key_id: str
    partner: Partner | None = None
    invitation: str | None = None
    file_request: FileRequest | None = None
    nonce: Nonce | None = None

    @property
    def id(self) -> str:
        """The partner's id, or the name in which a request for files is answered."""
        if self.file_request is not None:
            return self.file_request.sender
        if self.partner is None:
            raise NotProven("An invited stranger is no partner yet.")
        return self.partner.id

    @property
    def payer(self) -> str:
        """The partner whose quota and rates hold: who asked for files pays for what answers it."""
        return self.id if self.file_request is None else self.file_request.partner

    @property
    def is_registry(self) -> bool:
        """Whether the registry itself asks."""
        return self.partner is not None and self.partner.role == _REGISTRY


def authenticate(
    request: Request,
    scope: Scope,
    access: Access,
    directory: Directory,
    database: Database,
    authorities: Set[str],
) -> Caller:
    """The caller of a signed request, by its head alone: its body need not have been read.

    That it was not shown before is known when its ``nonce`` has been spent. ``authorities`` are our own
    names: host, and port if it is not the scheme's. Raises ``NotProven`` (401) when the signature proves
    nothing.
    """
    # Otherwise what was signed for another gateway could be presented here.
    if request.authority not in {*authorities, urlsplit(directory.gateway).netloc}:
        raise NotProven(
            "The request was meant for another gateway.", hint="Use the address in the directory."
        )
    headers = _single(scope)
    found: dict[str, Caller] = {}
    find_key = _finder(directory, access, database, found)
    unspent: list[str] = []

    def keep(nonce: str) -> bool:
        unspent.append(nonce)
        return False

    now = utc_now()
    key_id = verify_request(request, headers, find_key, keep, now)
    expires = int((now + WINDOW + SKEW).timestamp()) + 1
    return replace(found[key_id], nonce=Nonce(key_id, unspent[0], expires))


def check_access(caller: Caller, access: Access) -> None:
    """Raise ``FarSideRefused`` (403) unless this proven caller may use such a route."""
    if access is Access.REGISTRY and not caller.is_registry:
        raise FarSideRefused("Only the registry may do this.")


def _finder(
    directory: Directory, access: Access, database: Database, found: dict[str, Caller]
) -> Callable[[str], VerifyKey | None]:
    """Look a key up among those that this kind of route takes: an invitation to enrol, else a partner, or a
    request for files to send.
    """

    def find(key_id: str) -> VerifyKey | None:
        if key_id.startswith(_INVITATION):
            if access is not Access.INVITATION:
                return None
            invitation = directory.invitation(key_id.removeprefix(_INVITATION), utc_now())
            found[key_id] = Caller(key_id, invitation=invitation.id)
            return VerifyKey.from_text(invitation.key)
        if access is Access.INVITATION:
            return None
        if key_id.startswith(_REQUEST):
            return ticket_key(key_id) if access is Access.SENDER else None
        partner, key = directory.signing_key(key_id, utc_now())
        found[key_id] = Caller(key_id, partner=partner)
        return key

    def ticket_key(key_id: str) -> VerifyKey | None:
        with database.reading() as connection:
            envelope = file_requests.envelope_of(connection, key_id.removeprefix(_REQUEST))
        if envelope is None:
            return None
        # Proven by the directory as it is now: a row of ours is nobody's authority.
        request = FileRequest.open_signed(envelope, directory, utc_now())
        found[key_id] = Caller(key_id, file_request=request)
        return VerifyKey.from_text(request.key)

    return find


def _single(scope: Scope) -> dict[str, str]:
    """The header fields, refusing a request that gives one of the signature's fields twice."""
    fields: dict[str, str] = {}
    for raw, value in scope["headers"]:
        name = raw.decode("latin-1").lower()
        if name in fields and name in ("signature", "signature-input", "content-digest"):
            raise NotProven(f"The request has several {name} fields.", hint="Use a current vernix client.")
        fields[name] = value.decode("latin-1")
    return fields
