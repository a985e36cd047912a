"""SSH keys: the one with which a partner logs in over SFTP, and the one that shows a gateway to be itself.

Ed25519 only (RFC 8709), in OpenSSH's own file format, so that unchanged clients read the file.
"""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_ssh_private_key,
)

from vernix.custody.durable import write_file
from vernix.errors import DataRefused, KeeperFailed


def ensure_ssh_key(path: Path) -> str:
    """The public text (``ssh-ed25519 AAAA...``) of the key at ``path``, made there (0600) if there is none.

    Raises ``KeeperFailed`` when others on this machine could read the file, ``DataRefused`` when it holds
    another kind of key or none.
    """
    if not path.exists():
        private = Ed25519PrivateKey.generate().private_bytes(
            Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption()
        )
        write_file(path, private, private=True)
    return public_text(path)


def fingerprint(text: str) -> str:
    """How clients show a key (``SHA256:...``): unpadded base64 of SHA-256 over its blob."""
    digest = hashlib.sha256(base64.b64decode(text.split()[1])).digest()
    return "SHA256:" + base64.b64encode(digest).decode("ascii").rstrip("=")


def public_text(path: Path) -> str:
    """The public half of the key file at ``path``. Raises as ``ensure_ssh_key``."""
    if path.stat().st_mode & 0o077:
        raise KeeperFailed(
            f"The key file {path.name} is open to other users of this machine.",
            hint=f"Make it private: chmod 600 {path.name}",
        )
    try:
        key = load_ssh_private_key(path.read_bytes(), password=None)
    except (ValueError, TypeError):
        key = None
    if not isinstance(key, Ed25519PrivateKey):
        raise DataRefused(
            f"{path.name} is no Ed25519 key in OpenSSH's format.", hint="Restore the file from its copy."
        )
    return key.public_key().public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH).decode("ascii")
