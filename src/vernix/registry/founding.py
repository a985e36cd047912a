"""``vernix-registry init``: keys, directory, vault and book, made once; killed half-way, run it again."""

from __future__ import annotations

import os
from pathlib import Path

from vernix.console import print_json, say
from vernix.custody.identifiers import check_gateway_url
from vernix.custody.publishing import ROOT_KEYS, DirectoryPublisher
from vernix.custody.signatures import SigningKey
from vernix.errors import UsageError
from vernix.registry.book import Book
from vernix.registry.keyring import WORK_FACTOR, WORK_FACTOR_RANDOM, open_or_make, save_root_keys
from vernix.registry.options import Data, Json, NewPassphraseFile
from vernix.registry.publishing import first_directory
from vernix.registry.settings import (
    Profile,
    RegistryFolder,
    find_folder,
    make_passphrase,
    open_workflow,
    passphrase_path,
    read_passphrase,
)
from vernix.registry.vault import Vault


def init(
    *,
    gateway: str = "http://127.0.0.1:8443",
    name: str = "Birth registry",
    data: Data = None,
    passphrase_file: NewPassphraseFile = None,
    root: Path | None = None,
    json: Json = False,
) -> None:
    """Make the registry's keys, directory, vault and book, in a folder that holds no registry yet.

    Parameters
    ----------
    gateway
        The address at which partners reach the gateway: https://host[:port], or http for this machine only.
    name
        The registry's name, as partners see it in the directory.
    root
        A root that its holders drafted and signed apart (root key, draft, sign); without it three root keys
        are made here, for three people to carry away.
    """
    folder = find_folder(data)
    if folder.profile_file.exists():
        raise UsageError(f"There is a registry in {folder.root} already; nothing was changed.")
    check_gateway_url(gateway)
    folder.make()
    made = not passphrase_path(passphrase_file).exists()
    passphrase, work_factor = passphrase_for(passphrase_file)
    signed = None if root is None else root.read_bytes()
    profile = found(folder, name, gateway, passphrase, work_factor, signed)
    if made:
        _say_where_the_passphrase_is(passphrase_path(passphrase_file), folder)
    if json:
        print_json(
            {
                "data": os.fspath(folder.root),
                "directory": os.fspath(folder.public),
                "gateway": gateway,
                "passphrase_file": os.fspath(passphrase_path(passphrase_file)),
                "root_fingerprint": profile.root_fingerprint,
                "root_keys": os.fspath(folder.root_keys) if root is None else None,
            }
        )
        return
    _say_what_is_next(folder, profile)


def passphrase_for(named: Path | None) -> tuple[bytes, int]:
    """The passphrase in a file, or a new random one written there, and how much it must be stretched."""
    made = not passphrase_path(named).exists()
    if made:
        make_passphrase(passphrase_path(named))
    return read_passphrase(named), WORK_FACTOR_RANDOM if made else WORK_FACTOR


def found(
    folder: RegistryFolder,
    name: str,
    gateway: str,
    passphrase: bytes,
    work_factor: int = WORK_FACTOR,
    root: bytes | None = None,
) -> Profile:
    """Make whatever of the registry is missing; ``registry.json`` comes last and makes it one.

    Each part either stands complete or is made anew: nothing has been published to anybody before the end.
    """
    folder.make()
    keyring = open_or_make(folder.keyring, passphrase, work_factor)
    if not (folder.public / "timestamp.json").exists():
        first = first_directory(name, gateway, keyring)
        if root is None:
            root_keys = [SigningKey.generate() for _ in range(ROOT_KEYS)]
            save_root_keys(folder.root_keys, root_keys, passphrase, work_factor)
            DirectoryPublisher.found(folder.public, root_keys, keyring.online, first)
        else:
            DirectoryPublisher.found_on(folder.public, root, keyring.online, first)
    open_workflow(folder)
    Vault(folder.vault, keyring.vault, keyring.index).found()
    Book(folder.book).found()
    publisher = DirectoryPublisher(folder.public, keyring.online)
    profile = Profile(name, gateway, publisher.root_fingerprint)
    folder.save_profile(profile)
    return profile


def _say_where_the_passphrase_is(path: Path, folder: RegistryFolder) -> None:
    say(f"ATTENTION: a new passphrase was written to {path}.")
    say("Without it the registry's keys, and with them every identity in the vault, are lost for ever;")
    say(f"with it and the disk of {folder.root} all are open. Copy it to a safe; keep it on another disk.")


def _say_what_is_next(folder: RegistryFolder, profile: Profile) -> None:
    say(f"The registry {profile.name!r} stands in {folder.root}.")
    say(f"Root fingerprint: {profile.root_fingerprint}")
    if folder.root_keys.exists():
        say(f"Move {folder.root_keys} off line now: three files for three people; no daily work needs them.")
    say("Next, on the machine that faces the internet:")
    say(f"  vernix-gateway serve --directory {folder.public}")
    say("then here, with the same --data and --passphrase-file as now:")
    say("  vernix-registry run")
    say('  vernix-registry invite "Riverside Hospital"')
