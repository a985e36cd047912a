"""Where the registry keeps what, and Django configured by hand.

The data folder (``--data`` or ``VERNIX_DATA``) holds everything; nothing is read from a settings module, so
that a registry is its folder and a passphrase file, and the passphrase file lies elsewhere.
"""

from __future__ import annotations

import json
import os
import secrets
import shutil
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from vernix.custody.durable import held, write_file
from vernix.errors import DataRefused, UsageError

PASSPHRASE_VARIABLE = "VERNIX_PASSPHRASE_FILE"  # noqa: S105 - the name of a variable, not a secret


@dataclass(frozen=True)
class Profile:
    """What a registry is, in words that are no secret (``registry.json``)."""

    name: str
    gateway: str
    root_fingerprint: str


@dataclass(frozen=True)
class RegistryFolder:
    """The data folder and the places in it. Everything is private to the account that runs the registry."""

    root: Path

    @property
    def profile_file(self) -> Path:
        """Written last by ``init``: where it stands, the registry is complete."""
        return self.root / "registry.json"

    @property
    def keyring(self) -> Path:
        """Every private key the registry works with, in one passphrase-sealed age file."""
        return self.root / "keys" / "keyring.age"

    @property
    def recovery(self) -> Path:
        """The keyring once more, sealed to the recovery recipient (absent where no ceremony was held)."""
        return self.root / "keys" / "recovery.age"

    @property
    def root_keys(self) -> Path:
        """The directory's root keys; the operator moves this folder to a place that is off line."""
        return self.root / "root-keys"

    @property
    def public(self) -> Path:
        """The signed directory's files, as any gateway may mirror them."""
        return self.root / "public"

    @property
    def vault(self) -> Path:
        """Identities, sealed."""
        return self.root / "vault"

    @property
    def book(self) -> Path:
        """Clinical rows under pseudonyms; one Delta table a kind of encounter."""
        return self.root / "book"

    @property
    def refusals(self) -> Path:
        """Which rows were refused, and why; one Delta table a kind of encounter."""
        return self.root / "refusals"

    @property
    def parts(self) -> Path:
        """Sealed parts of deliveries, one folder a delivery, until the delivery is answered."""
        return self.root / "parts"

    @property
    def outbox(self) -> Path:
        """The courier's journal of what is being sent."""
        return self.root / "outbox"

    @property
    def requests(self) -> Path:
        """The requests for files that the registry made."""
        return self.outbox / "requests"

    @property
    def work(self) -> Path:
        """The only place that ever holds plaintext, for the length of one step; wiped at start."""
        return self.root / "work"

    @property
    def database(self) -> Path:
        """The workflow's tables."""
        return self.root / "registry.sqlite3"

    @property
    def log_file(self) -> Path:
        """The gateway's log, pinned at first contact."""
        return self.root / "log.json"

    @property
    def watch(self) -> Path:
        """What was seen of the gateway's ledger, and evidence against it."""
        return self.root / "watch"

    @property
    def trouble(self) -> Path:
        """Why the last look of ``run`` failed."""
        return self.root / "trouble.json"

    @property
    def notifications(self) -> Path:
        """Who is told of what by e-mail; written by the operator."""
        return self.root / "notifications.toml"

    @property
    def gateway_state(self) -> Path:
        """What the gateway said of itself when it was asked last."""
        return self.root / "gateway-state.json"

    def make(self) -> None:
        """Make the folders that are missing, private to this account."""
        for folder in (
            self.root,
            self.keyring.parent,
            self.vault,
            self.book,
            self.refusals,
            self.parts,
            self.outbox,
            self.work,
        ):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.root.chmod(0o700)

    def wipe_work(self) -> None:
        """Remove whatever a killed step may have left in the open."""
        for entry in self.work.iterdir() if self.work.is_dir() else ():
            shutil.rmtree(entry) if entry.is_dir() and not entry.is_symlink() else entry.unlink()

    def profile(self) -> Profile:
        """What this registry is.

        Raises:
            UsageError: ``init`` was not run here, or not to its end.
        """
        try:
            fields = json.loads(self.profile_file.read_text(encoding="utf-8"))
        except FileNotFoundError:
            raise UsageError(
                "There is no registry in this data folder.",
                hint="Run vernix-registry init, or name it with --data.",
            ) from None
        except ValueError:
            raise DataRefused("registry.json in the data folder is damaged.", hint="Restore it.") from None
        return Profile(**fields)

    def save_profile(self, profile: Profile) -> None:
        """Write ``registry.json`` durably."""
        write_file(self.profile_file, json.dumps(asdict(profile), indent=2).encode(), private=True)


def find_folder(data: Path | None) -> RegistryFolder:
    """The data folder named on the command line, or the account's own."""
    base = os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share"
    return RegistryFolder((data or Path(base) / "vernix" / "registry").absolute())


def passphrase_path(named: Path | None) -> Path:
    """The passphrase file: named, from the environment, or at the account's own place for settings."""
    if named is not None:
        return named
    if os.environ.get(PASSPHRASE_VARIABLE):
        return Path(os.environ[PASSPHRASE_VARIABLE])
    base = os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config"
    return Path(base) / "vernix" / "registry.passphrase"


def read_passphrase(named: Path | None) -> bytes:
    """The passphrase, without the line end that editors add.

    Raises:
        UsageError: there is no such file, or it is empty.
    """
    path = passphrase_path(named)
    try:
        passphrase = path.read_bytes().rstrip(b"\r\n")
    except FileNotFoundError:
        raise UsageError(
            f"The passphrase file {path} is not there.",
            hint=f"Name it with --passphrase-file or {PASSPHRASE_VARIABLE}.",
        ) from None
    if not passphrase:
        raise UsageError(
            f"The passphrase file {path} is empty.", hint="Put one line into it, or remove it before init."
        )
    return passphrase


def make_passphrase(path: Path) -> None:
    """Write a new passphrase of 160 random bits, readable by this account only."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    write_file(path, secrets.token_hex(20).encode() + b"\n", private=True)


def django_settings(database: Path) -> dict[str, Any]:
    """Django's settings for the workflow tables: no web, one SQLite file, every commit on the disk."""
    return {
        "DATABASES": {
            "default": {
                "ENGINE": "django.db.backends.sqlite3",
                "NAME": str(database),
                "OPTIONS": {
                    "transaction_mode": "IMMEDIATE",
                    "timeout": 10,
                    # FULL, because with NORMAL a power cut may take the last commits of a WAL with it.
                    "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;",
                },
            }
        },
        "INSTALLED_APPS": ["vernix.registry.workflow"],
        "DEFAULT_AUTO_FIELD": "django.db.models.BigAutoField",
        "USE_TZ": True,
        "TIME_ZONE": "UTC",
        "LOGGING_CONFIG": None,
    }


def open_workflow(folder: RegistryFolder) -> None:
    """Set Django up on this folder's database, once a process, and bring its tables up to date.

    Raises:
        UsageError: another registry's database is already open in this process.
    """
    from django import setup
    from django.conf import settings

    if not settings.configured:
        settings.configure(**django_settings(folder.database))
        setup()
    elif settings.DATABASES["default"]["NAME"] != str(folder.database):
        raise UsageError(
            "Another registry's database is open in this process.", hint="Use one process a registry."
        )
    if _is_behind():
        from django.core.management import call_command

        # Two programs that meet an older database at once must not both change it.
        with held(folder.root / "migrate.lock", wait=True):
            call_command("migrate", verbosity=0, interactive=False)
        folder.database.chmod(0o600)


def _is_behind() -> bool:
    """Whether the database's tables are older than this program's; costs a query, not a migration."""
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))
