"""An SSH connection as asyncssh has it, with a shorter way for the packets that carry a file.

asyncssh cuts each packet off the front of all that has arrived, so that the rest is copied again and again,
and puts an empty packet before each that it sends. For a file's bytes that was more than half of the work
(measured: docs/decisions/0016). Here large packets of channel data are taken from where they lie, and channel
data is sent as it is. All else (the handshake, keys, rights, channels, windows, every small packet) is
asyncssh's own, and so are the ciphers. What of asyncssh's inside this leans on is held still by the bound on
its version in ``pyproject.toml`` and by ``tests/gateway/test_sftp_connection.py``.
"""

from __future__ import annotations

import os
import time
from typing import Any, cast

import asyncssh
from asyncssh.constants import MSG_CHANNEL_DATA, MSG_CHANNEL_EXTENDED_DATA
from asyncssh.encryption import Encryption
from asyncssh.packet import PacketDecodeError, SSHPacket, SSHPacketLogger, UInt32

Kind = int | None
"""Of channel data: None, or that of standard error."""

_LARGE = 8 * 1024
"""Bytes of a packet that, once a partner is in, can only carry a file: all others are far shorter."""
_SMALLEST = 1024
"""Bytes of data that a client must take in one packet. All known ones take 32 KiB."""
_LENGTH = 4
_LEAST_PADDING = 4


class Channel(asyncssh.SSHServerChannel[bytes]):
    """A channel that copies nothing of what it is to send before it is encrypted."""

    def process_open(self, send_chan: int, send_window: int, send_pktsize: int, session: Any) -> None:
        """Open it, unless one answer would have to be sent in too many pieces, or in endlessly many."""
        if send_pktsize < _SMALLEST:
            raise asyncssh.ProtocolError(f"A channel takes packets of {_SMALLEST} bytes at least")
        super().process_open(send_chan, send_window, send_pktsize, session)

    def write(self, data: bytes, datatype: Kind = None) -> None:
        """Send ``data``, or keep it until the client takes more. It must never change afterwards."""
        if datatype is not None or not data or self._send_state != "open":
            super().write(data, datatype)
            return
        self._send_buf.append((cast(bytearray, memoryview(data)), None))
        self._send_buf_len += len(data)
        self._flush_send_buf()

    def _flush_send_buf(self) -> None:
        """Send what the client's window has room for; asyncssh does what comes then."""
        while self._send_buf and self._send_window and self._send_chan is not None:
            waiting, datatype = self._send_buf[0]
            size = min(self._send_window, self._send_pktsize, len(waiting))
            piece, rest = waiting[:size], waiting[size:]
            self._send_buf[:1] = [(rest, datatype)] if rest else []
            self._send_buf_len -= size
            self._send_window -= size
            head = UInt32(self._send_chan) + (b"" if datatype is None else UInt32(datatype)) + UInt32(size)
            kind = MSG_CHANNEL_DATA if datatype is None else MSG_CHANNEL_EXTENDED_DATA
            self._conn.send_packet(kind, head, cast(bytes, piece), handler=self)
        super()._flush_send_buf()


class Connection(asyncssh.SSHServerConnection):
    """One client, from the first byte it sends. Only ciphers that authenticate by themselves are offered."""

    def create_server_channel(
        self, encoding: str | None = "", errors: str = "", window: int = 0, max_pktsize: int = 0
    ) -> asyncssh.SSHServerChannel[bytes]:
        """A channel of ours for a session; asyncssh asks for it with what ``login.options`` says."""
        self._update_recv_pktlen(max_pktsize)
        # No terminal, so nothing of what belongs to one.
        return Channel(self, self._loop, False, False, False, 0, 0, encoding, errors, window, max_pktsize)

    def _recv_pkthdr(self) -> bool:
        """Called between two packets: take the large ones that are here, leave the next small one."""
        cipher = self._recv_encryption
        if not self._auth_final or not self._kex_complete or cipher is None:
            return super()._recv_pkthdr()
        arrived, position = self._inpbuf, 0
        while self._transport is not None and (end := self._end_of_large(cipher, arrived, position)):
            if end > len(arrived):
                self._inpbuf = arrived[position:]
                return False
            self._take(cipher, arrived, position, end)
            position = end
        self._inpbuf = arrived[position:]
        return super()._recv_pkthdr()

    def _end_of_large(self, cipher: Encryption, arrived: bytes, position: int) -> int:
        """Where the packet at ``position`` will end; 0 if it is small, or not known yet."""
        head = arrived[position : position + _LENGTH]
        if len(head) < _LENGTH:
            return 0
        _, length = cipher.decrypt_header(self._recv_seq, head, _LENGTH)
        size = int.from_bytes(length, "big")
        # One that is longer than it may be is refused where asyncssh refuses it.
        if not _LARGE <= size <= self._max_recv_pktlen:
            return 0
        return position + _LENGTH + size + self._recv_macsize

    def _take(self, cipher: Encryption, arrived: bytes, start: int, end: int) -> None:
        """Open one packet and hand it to its channel, which checks it as any other."""
        body, tag = start + _LENGTH, end - self._recv_macsize
        sealed, mac = arrived[body:tag], arrived[tag:end]
        opened = cipher.decrypt_packet(self._recv_seq, arrived[start:body], sealed, _LENGTH, mac)
        if not opened:
            raise asyncssh.MACError("MAC verification failed")
        try:
            # A view: what the packet carries is copied once, into the session's buffer.
            self._hand_over(SSHPacket(cast(bytes, memoryview(opened)[1 : -opened[0]])))
        except PacketDecodeError:
            raise asyncssh.ProtocolError("A packet ends before it should") from None
        self._recv_seq = (self._recv_seq + 1) & 0xFFFFFFFF

    def _hand_over(self, packet: SSHPacket) -> None:
        if packet.get_byte() != MSG_CHANNEL_DATA:
            raise asyncssh.ProtocolError("A packet of this kind is never so long")
        channel = self._channels.get(packet.get_uint32())
        if channel is None:
            raise asyncssh.ProtocolError("There is no such channel")
        channel.process_packet(MSG_CHANNEL_DATA, self._recv_seq, packet)

    def send_packet(self, pkttype: int, *args: bytes, handler: SSHPacketLogger | None = None) -> None:
        """Send one packet: channel data without an empty packet before it, which only old ciphers needed."""
        cipher = self._send_encryption
        if pkttype != MSG_CHANNEL_DATA or cipher is None or not self._may_send_at_once():
            super().send_packet(pkttype, *args, handler=handler)
            return
        size = 2 + sum(map(len, args))
        # Without the length, which these ciphers leave out of the block (RFC 5647, section 7.2; OpenSSH).
        padding = -size % self._send_blocksize
        padding += self._send_blocksize if padding < _LEAST_PADDING else 0
        packet = b"".join((bytes((padding, pkttype)), *args, os.urandom(padding)))
        head = len(packet).to_bytes(_LENGTH, "big")
        sealed, mac = cipher.encrypt_packet(self._send_seq, head, packet)
        if self._transport is not None:
            self._transport.writelines((sealed, mac))
        self._send_seq = (self._send_seq + 1) & 0xFFFFFFFF
        self._rekey_bytes_sent += len(packet)

    def _may_send_at_once(self) -> bool:
        """Whether keys are in place and need not be changed now; else asyncssh does what is due."""
        due = bool(self._rekey_seconds) and time.monotonic() >= self._rekey_time
        return (
            self._auth_complete
            and self._kex_complete
            and self._rekey_bytes_sent < self._rekey_bytes
            and not due
        )
