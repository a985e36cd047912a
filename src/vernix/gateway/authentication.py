"""Who asks: every request proves itself by a signature of a key in the directory, once, within a minute.

Nothing that this program stores would let anybody in: it has public keys and used nonces.
"""

from __future__ import annotations

from collections.abc import Callable, Set
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urlsplit

from sqlalchemy import insert
from sqlalchemy.exc import IntegrityError
from starlette.types import Scope

from vernix.custody.directory import Directory, Partner
from vernix.custody.file_request import FileRequest
from vernix.custody.identifiers import utc_now
from vernix.custody.requests import SKEW, WINDOW, Request, verify_request
from vernix.custody.signatures import VerifyKey
from vernix.errors import FarSideRefused, NotProven
from vernix.gateway import file_requests
from vernix.gateway.database import Database
from vernix.gateway.tables import NONCES

_INVITATION = "invitation:"
_REQUEST = "request:"
_REGISTRY = "registry"

_REMEMBER = insert(NONCES)


class Access(StrEnum):
    """Who may use a route. Every route names one; there is no other way in."""

    PUBLIC = "public"
    CAPABILITY = "capability"
    INVITATION = "invitation"
    PARTNER = "partner"
    SENDER = "sender"
    """A partner, or who holds the ticket of a request for files."""
    REGISTRY = "registry"


@dataclass(frozen=True)
class Caller:
    """Who signed. ``partner`` is None for strangers: one who was invited has the open ``invitation``'s id,
    one who holds the ticket of a request for files has that ``file_request``, proven now.
    """

    key_id: str
    partner: Partner | None = None
    invitation: str | None = None
    file_request: FileRequest | None = None

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

    ``authorities`` are our own names: host, and port if it is not the scheme's. Raises ``NotProven`` (401)
    when the signature proves nothing.
    """
    # Otherwise what was signed for another gateway could be presented here.
    if request.authority not in {*authorities, urlsplit(directory.gateway).netloc}:
        raise NotProven(
            "The request was meant for another gateway.", hint="Use the address in the directory."
        )
    headers = _single(scope)
    found: dict[str, Caller] = {}
    find_key = _finder(directory, access, database, found)
    key_id = verify_request(
        request, headers, find_key, lambda nonce: _seen(database, found, nonce), utc_now()
    )
    return found[key_id]


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


def _seen(database: Database, found: dict[str, Caller], nonce: str) -> bool:
    """Remember a nonce for as long as its request could be shown again; True when it was there already."""
    (key_id,) = found
    expires = int((utc_now() + WINDOW + SKEW).timestamp()) + 1
    try:
        with database.noting() as connection:
            connection.execute(_REMEMBER, {"key_id": key_id, "nonce": nonce, "expires": expires})
    except IntegrityError:
        return True
    return False


def _single(scope: Scope) -> dict[str, str]:
    """The header fields, refusing a request that gives one of the signature's fields twice."""
    fields: dict[str, str] = {}
    for raw, value in scope["headers"]:
        name = raw.decode("latin-1").lower()
        if name in fields and name in ("signature", "signature-input", "content-digest"):
            raise NotProven(f"The request has several {name} fields.", hint="Use a current vernix client.")
        fields[name] = value.decode("latin-1")
    return fields
