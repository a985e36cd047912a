"""What the gateway is told when it starts. Paths, addresses, bounds; no secret (those of object storage stand
elsewhere: see ``bucket``)."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path

from vernix.errors import UsageError
from vernix.gateway.bucket import Bucket
from vernix.gateway.database import sqlite_url
from vernix.gateway.limits import Limits


@dataclass(frozen=True)
class Settings:
    """One gateway. ``data`` is its own folder; ``authorities`` are the names (host and port) it goes by,
    beside the one in the directory. ``shared`` is where several gateways have bytes and directory together:
    its own folder, if it is the only one. ``bucket`` is where sealed bodies are kept instead of a folder.
    """

    data: Path
    authorities: frozenset[str]
    database_url: str
    shared: Path
    bucket: Bucket | None = None
    workers: int = 1
    limits: Limits = field(default_factory=Limits)

    @classmethod
    def for_folder(
        cls,
        data: Path,
        authorities: frozenset[str] = frozenset(),
        *,
        database_url: str | None = None,
        shared: Path | None = None,
        storage: str | None = None,
        workers: int = 1,
        limits: Limits | None = None,
    ) -> Settings:
        """The settings of the gateway that lives in ``data``.

        Raises ``UsageError`` for a shared folder beside a database that is not, or an address of no bucket.
        """
        if shared is not None and database_url is None:
            raise UsageError(
                "Gateways that share a folder share a database, too.", hint="Name it with --database."
            )
        url = database_url or sqlite_url(data / "gateway.sqlite3")
        bucket = Bucket.parse(storage) if storage else None
        return cls(data, authorities, url, shared or data, bucket, workers, limits or Limits())

    @property
    def blobs(self) -> Path:
        """Where sealed bytes are, or grow before they come into the bucket."""
        return self.shared / "blobs"

    @property
    def directory(self) -> Path:
        """Where the mirrored directory is."""
        return self.shared / "directory"

    @property
    def ssh_host_key(self) -> Path:
        """The key by which clients know this gateway again over SFTP."""
        return self.shared / "ssh_host_ed25519_key"

    @property
    def sftp_names(self) -> Path:
        """The secret under which names of files are hashed; the same for all that share the files."""
        return self.shared / "sftp_names.key"

    @property
    def debts(self) -> Path:
        """Where this gateway's processes keep together how fast each partner asks and sends."""
        return self.data / "debts"

    @property
    def seats(self) -> Path:
        """Where this gateway's processes keep together how many SFTP connections each partner has."""
        return self.data / "sftp_seats"

    @property
    def log_key(self) -> Path:
        """The key that signs the ledger's checkpoints, and nothing else; several gateways have one log."""
        return self.shared / "log.key"

    @property
    def fingerprint(self) -> Path:
        """The file that pins the directory's root."""
        return self.data / "root_fingerprint"


def default_data() -> Path:
    """``${XDG_DATA_HOME:-~/.local/share}/vernix/gateway``."""
    base = os.environ.get("XDG_DATA_HOME") or str(Path.home() / ".local" / "share")
    return Path(base) / "vernix" / "gateway"
