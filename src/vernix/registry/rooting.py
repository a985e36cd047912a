"""``vernix-registry root key``, ``draft``, ``sign``, ``publish``: a root whose keys are never in one place.

Each holder makes a key on a machine of their own; the registry drafts a root of the public halves; holders
sign the draft apart; with enough signatures it is published. Only ``draft`` and ``publish`` need the
registry, and none shows a secret. One lost key is a nuisance and one stolen key is nothing yet.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any

from cyclopts import Parameter

from vernix.console import print_json, say
from vernix.custody.durable import write_file
from vernix.custody.identifiers import format_time, utc_now
from vernix.custody.root import draft_root, joined_root, root_facts, sign_root
from vernix.custody.signatures import SigningKey, VerifyKey
from vernix.errors import UsageError
from vernix.registry.announcing import announced
from vernix.registry.founding import passphrase_for
from vernix.registry.keyring import load_root_key, open_or_make, save_root_key
from vernix.registry.options import Access, Data, Json, PassphraseFile
from vernix.registry.settings import PASSPHRASE_VARIABLE, find_folder, read_passphrase
from vernix.registry.unlocked import unlock

HolderPassphrase = Annotated[
    Path | None,
    Parameter(
        env_var=PASSPHRASE_VARIABLE,
        help="The file with the holder's own passphrase; made with a random one where it is missing.",
    ),
]


def root_key(file: Path, *, passphrase_file: HolderPassphrase = None) -> None:
    """Make a root key on its holder's machine, and print its public half, which ``root draft`` needs.

    Parameters
    ----------
    file
        The new file for the key, sealed under the holder's passphrase; a stick, say.
    """
    if file.exists():
        raise UsageError(
            f"There is a file {file} already.", hint="A root key is never written over: name another."
        )
    passphrase, work_factor = passphrase_for(passphrase_file)
    key = SigningKey.generate()
    save_root_key(file, key, passphrase, work_factor)
    sys.stdout.write(f"{key.verify_key.to_text()}\n")
    say(f"Root key {key.key_id} is in {file}. Keep it off line, and its passphrase in another place.")


def root_draft(
    out: Path,
    *,
    key: list[str],
    threshold: int = 2,
    data: Data = None,
    passphrase_file: PassphraseFile = None,
    json: Json = False,
) -> None:
    """Draft the first or the next root from its holders' public keys; nothing is published.

    Parameters
    ----------
    out
        The new file for the draft; it holds nothing secret.
    key
        A holder's public key, as ``root key`` printed it; give one for each holder.
    threshold
        How many of them must sign.
    """
    if out.exists():
        raise UsageError(f"There is a file {out} already.", hint="Name another.")
    holders = [VerifyKey.from_text(text) for text in key]
    folder = find_folder(data)
    if folder.profile_file.exists():
        registry = unlock(Access(data, passphrase_file))
        online, version = registry.keyring.online, root_facts(registry.publishing.root).version + 1
    else:
        folder.make()
        online, version = open_or_make(folder.keyring, *passphrase_for(passphrase_file)).online, 1
    write_file(out, draft_root(version, holders, threshold, online.verifiers, utc_now()))
    _show(out, json)


def root_sign(root: Path, *, key: Path, passphrase_file: HolderPassphrase = None, json: Json = False) -> None:
    """Sign a drafted root with one root key, where that key is. Compare what it says before.

    Parameters
    ----------
    root
        The draft; the signature is put into it.
    key
        The file of the root key: one of the new root's, or one of the present root's.
    """
    signed = sign_root(root.read_bytes(), [load_root_key(key, read_passphrase(passphrase_file))])
    write_file(root, signed)
    _show(root, json)


def root_publish(
    root: Path,
    *copies: Path,
    access: Access = Access(),
    json: Json = False,
) -> int:
    """Publish the next root, once enough holders of it and of the present one have signed.

    Parameters
    ----------
    root
        The signed draft.
    copies
        Copies of the same draft that others signed.
    """
    registry = unlock(access)
    joined = joined_root([path.read_bytes() for path in (root, *copies)])
    registry.publishing.publish_root(joined)
    version = root_facts(joined).version
    said = f"Root {version} is published; everybody follows. Keys that are not in it sign nothing any more."
    return announced(said, registry.tell_gateway(), json, version=version)


def _show(path: Path, json: bool) -> None:
    facts = root_facts(path.read_bytes())
    document: dict[str, Any] = {
        "root": facts.version,
        "expires": format_time(facts.expires),
        "threshold": facts.threshold,
        "holders": list(facts.holders),
        "signed": list(facts.signed),
        "targets": list(facts.targets),
        "timestamp": list(facts.timestamp),
    }
    if json:
        print_json(document)
        return
    lines = [
        f"Root {facts.version}, until {facts.expires:%Y-%m-%d}; "
        f"{facts.threshold} of {len(facts.holders)} must sign:",
        *(f"  {each} {'has signed' if each in facts.signed else ''}".rstrip() for each in facts.holders),
        f"Online keys: {', '.join((*facts.targets, *facts.timestamp))}.",
    ]
    sys.stdout.write("\n".join(lines) + "\n")
