"""Who may come in: a partner, by one of its keys in the directory, for as long as that key holds.

The user name is the partner's id. There is no password and no other way; a stranger is told nothing but that
its key is not one of them. What SSH could do beside SFTP is not done.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import asyncssh

from vernix.custody.identifiers import utc_now
from vernix.errors import VernixError
from vernix.gateway.blobs import OpenFile
from vernix.gateway.exchange import Exchange
from vernix.gateway.logs import log
from vernix.gateway.rates import Rates
from vernix.gateway.receiving import Run
from vernix.gateway.sftp.outgoing import Outgoing
from vernix.gateway.sftp.seats import Seats
from vernix.gateway.sftp.session import SftpSession

MOST_CONNECTIONS = 64
"""Of one partner at a time, in all processes; fewer where the directory lets it ask less at once."""
MOST_STRANGERS = 256
"""Connections that nobody has proven a key for yet, in one process."""
MOST_CHANNELS = 4
"""SFTP sessions over one connection."""
IDLE_SECONDS = 900

KEY_EXCHANGES = ("mlkem768x25519-sha256", "curve25519-sha256", "curve25519-sha256@libssh.org")
CIPHERS = ("aes256-gcm@openssh.com", "aes128-gcm@openssh.com", "chacha20-poly1305@openssh.com")
MACS = ("hmac-sha2-256-etm@openssh.com", "hmac-sha2-512-etm@openssh.com")
SIGNATURES = ("ssh-ed25519",)


class Guests:
    """Everybody who is in, in one process."""

    def __init__(self, exchange: Exchange, outgoing: Outgoing, run: Run, rates: Rates, seats: Seats) -> None:
        self.exchange = exchange
        self.rates = rates
        self.seats = seats
        self.strangers: set[Guest] = set()
        self.outgoing = outgoing
        self.run = run
        self.inside: set[Guest] = set()
        self.sessions: set[SftpSession] = set()

    def seat(self, partner: str) -> OpenFile | None:
        """A place for one more connection of a partner; None where it has as many as it may."""
        at_once = self.exchange.quota_of_sender(partner).requests_at_once
        return self.seats.take(partner, min(MOST_CONNECTIONS, at_once or MOST_CONNECTIONS))

    def keys(self, partner: str) -> tuple[str, ...]:
        """The keys with which a partner may log in now; none when the directory cannot be believed."""
        try:
            return self.exchange.mirror.current().ssh_keys(partner, utc_now())
        except VernixError:
            return ()

    def look_around(self) -> None:
        """Show everybody out whose key does not hold any more, or who has been silent for too long."""
        now = time.monotonic()
        for guest in tuple(self.inside):
            if guest.key not in self.keys(guest.partner):
                guest.show_out("its key does not hold any more")
            elif now - guest.heard > IDLE_SECONDS:
                guest.show_out("it was silent for too long")

    async def close(self) -> None:
        """Show everybody out, and wait until what they sent is safe: the program is about to stop."""
        for guest in tuple(self.inside):
            guest.show_out("the gateway is about to stop")
        for session in tuple(self.sessions):
            await session.over.wait()


class Guest(asyncssh.SSHServer):
    """One connection."""

    _connection: asyncssh.SSHServerConnection

    def __init__(self, guests: Guests) -> None:
        self.partner = ""
        self.key = ""
        self._guests = guests
        self._seat: OpenFile | None = None
        self._since = time.monotonic()
        self._sessions: list[SftpSession] = []

    @property
    def heard(self) -> float:
        """When it last said something."""
        return max((session.heard for session in self._sessions), default=self._since)

    def connection_made(self, conn: asyncssh.SSHServerConnection) -> None:
        """It has come to the door; when too many stand there it must come again."""
        self._connection = conn
        self._guests.strangers.add(self)
        if len(self._guests.strangers) > MOST_STRANGERS:
            conn.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        """It has gone."""
        self._guests.strangers.discard(self)
        self._guests.inside.discard(self)
        if self._seat is not None:
            self._seat.close()

    def begin_auth(self, username: str) -> bool:
        """Everybody must prove a key."""
        return True

    def public_key_auth_supported(self) -> bool:
        """The one way in."""
        return True

    def validate_public_key(self, username: str, key: asyncssh.SSHKey) -> bool:
        """Whether this key is that partner's now. The signature itself is checked by asyncssh."""
        text = " ".join(key.export_public_key("openssh").decode("ascii").split()[:2])
        if text not in self._guests.keys(username):
            return False
        self.partner, self.key = username, text
        return True

    def auth_completed(self) -> None:
        """It is in, if there is a place for it."""
        self._guests.strangers.discard(self)
        self._seat = self._guests.seat(self.partner)
        if self._seat is None:
            self.show_out("this partner has as many connections as it may; end some first")
            return
        self._guests.inside.add(self)
        log().info("sftp login", partner=self.partner)

    def session_requested(self) -> SftpSession | bool:
        """A channel: SFTP and nothing else comes of it."""
        self._sessions = [session for session in self._sessions if not session.ended]
        if len(self._sessions) >= MOST_CHANNELS:
            return False
        guests = self._guests
        session = SftpSession(self.partner, guests.outgoing, guests.run, guests.rates)
        self._sessions.append(session)
        guests.sessions = {one for one in guests.sessions if not one.over.is_set()} | {session}
        return session

    def show_out(self, why: str) -> None:
        """End the connection, saying why."""
        log().info("sftp shown out", partner=self.partner)
        self._connection.disconnect(asyncssh.DISC_BY_APPLICATION, f"The gateway ends this: {why}.")


def options(host_key: str, guests: Callable[[], Guest]) -> dict[str, object]:
    """What asyncssh is told: modern algorithms only, and nothing beside SFTP."""
    return {
        "server_factory": guests,
        "server_host_keys": [host_key],
        "server_version": "vernix",
        "kex_algs": KEY_EXCHANGES,
        "encryption_algs": CIPHERS,
        "mac_algs": MACS,
        "signature_algs": SIGNATURES,
        "compression_algs": ["none"],
        "encoding": None,
        "allow_pty": False,
        "line_editor": False,
        "x11_forwarding": False,
        "agent_forwarding": False,
        "allow_scp": False,
        "gss_host": None,
        "password_auth": False,
        "kbdint_auth": False,
        "host_based_auth": False,
        "public_key_auth": True,
        "login_timeout": 20,
        "keepalive_interval": 60,
        "config": [],
    }
