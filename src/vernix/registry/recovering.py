"""``vernix-registry recovery init`` and ``recovery use``: a lost passphrase is not a lost registry.

The keyring is sealed a second time, to a recipient whose identity nobody has: it was split among custodians
at the ceremony. Enough of them open it again and set a new passphrase; the use stands in the signed directory
before it gives anything, and every partner's client says so. (Custodians who also carry the disk away could
open it with another tool and tell nobody: that is what the threshold is for.)

A share is one line to print: ``vernix-share-1-`` and base64url of canonical JSON (``ceremony``, ``index``,
``threshold``, ``value``, ``check``). Rule of change: another prefix.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass, replace
from pathlib import Path

from vernix.console import print_json, say
from vernix.custody import canonical
from vernix.custody.directory import Directory
from vernix.custody.durable import write_file
from vernix.custody.fields import Fields, from_base64, to_base64
from vernix.custody.identifiers import utc_now
from vernix.custody.key import key_id_of
from vernix.errors import DataRefused, UsageError
from vernix.registry.announcing import announced
from vernix.registry.founding import passphrase_for
from vernix.registry.keyring import Keyring
from vernix.registry.logs import configure, log
from vernix.registry.options import Access, Data, GatewayCa, Json, NewPassphraseFile, PassphraseFile
from vernix.registry.settings import find_folder, open_workflow, passphrase_path, read_passphrase
from vernix.registry.unlocked import Registry, unlock
from vernix.sealing.identities import SECRET_SIZE, HybridIdentity
from vernix.sealing.opening import open_bytes
from vernix.sealing.refusals import NotForUs
from vernix.sealing.sharing import MOST_SHARES, combine, split

_PREFIX = "vernix-share-1-"
_LIMIT = 64 * 1024


def recovery_init(
    *,
    out: Path,
    shares: int = 5,
    threshold: int = 3,
    data: Data = None,
    passphrase_file: PassphraseFile = None,
    json: Json = False,
) -> None:
    """Seal the keyring to a recovery recipient and write its identity's shares, for as many custodians.

    An earlier ceremony's shares open nothing any more.

    Parameters
    ----------
    out
        A new folder for the shares: print each for its custodian, then destroy the folder.
    shares
        How many custodians there are.
    threshold
        How many of them must come together.
    """
    if out.exists():
        raise UsageError("The folder named by --out is there already.", hint="Name a new one.")
    registry = unlock(Access(data, passphrase_file))
    secret = secrets.token_bytes(SECRET_SIZE)
    identity = HybridIdentity(secret)
    ceremony = key_id_of(str(identity.recipient))
    parts = split(secret, threshold, shares)
    out.mkdir(mode=0o700, parents=True)
    for index, value in parts.items():
        text = Share(ceremony, index, threshold, value).to_text()
        write_file(out / f"share-{index}.txt", f"{text}\n".encode("ascii"), private=True)
    # Last: until then the shares of an earlier ceremony still open the copy that is there.
    folder, keyring = registry.folder, replace(registry.keyring, recovery=identity.recipient)
    keyring.change(folder.keyring, read_passphrase(passphrase_file), folder.recovery)
    if json:
        print_json({"ceremony": ceremony, "shares": shares, "threshold": threshold, "out": str(out)})
        return
    say(f"Ceremony {ceremony}: {shares} shares in {out}, {threshold} of which recover the registry.")
    say("Print each for its custodian, check that it was read back right, then destroy the folder.")


def recovery_use(
    *share_files: Path,
    data: Data = None,
    passphrase_file: NewPassphraseFile = None,
    gateway_ca: GatewayCa = None,
    json: Json = False,
) -> int:
    """Open the keyring with enough shares and set a new passphrase; the use is logged and announced to all.

    Parameters
    ----------
    share_files
        Files with one share each.
    """
    configure()
    folder = find_folder(data)
    profile = folder.profile()
    keyring = _recovered(folder.recovery, [Share.from_text(path.read_text("ascii")) for path in share_files])
    open_workflow(folder)
    registry = Registry(folder, profile, keyring, gateway_ca)
    # Announced first: whoever is stopped between the two has announced it and gained nothing.
    reaches = registry.amend(_with_use)
    log().warning("recovery used", count=len(share_files))
    keyring.save(folder.keyring, *passphrase_for(passphrase_file))
    said = f"The keyring opens with the passphrase in {passphrase_path(passphrase_file)}. All are told of it."
    return announced(said, reaches, json, shares=len(share_files))


@dataclass(frozen=True, slots=True, repr=False)
class Share:
    """One custodian's share. Has no text form but ``to_text``, so that it cannot slip into a log."""

    ceremony: str
    index: int
    threshold: int
    value: bytes

    @classmethod
    def from_text(cls, text: str) -> Share:
        """Read a share; ``DataRefused`` for one that was copied wrong. White space in it is forgiven."""
        token = "".join(text.split())
        try:
            if not token.startswith(_PREFIX):
                raise DataRefused("It has another beginning.")
            fields = Fields(canonical.decode(from_base64(token[len(_PREFIX) :]), limit=_LIMIT), "share")
            share = cls(
                fields.key_id("ceremony"),
                fields.integer("index", least=1, most=MOST_SHARES),
                fields.integer("threshold", least=2, most=MOST_SHARES),
                fields.binary("value", SECRET_SIZE),
            )
            check = fields.binary("check", 4)
            fields.end()
            if check != share._check():
                raise DataRefused("Its checksum is another.")
        except DataRefused:
            # Which letter is wrong helps nobody, and no part of a share may be repeated.
            raise DataRefused("A share was not copied right.", hint="Copy it again, whole.") from None
        return share

    def to_text(self) -> str:
        """One line without spaces. Whoever has ``threshold`` of them has the registry."""
        document = {
            "ceremony": self.ceremony,
            "index": self.index,
            "threshold": self.threshold,
            "value": to_base64(self.value),
            "check": to_base64(self._check()),
        }
        return _PREFIX + to_base64(canonical.encode(document))

    def _check(self) -> bytes:
        about = f"{self.ceremony} {self.index} {self.threshold} ".encode("ascii")
        return hashlib.sha256(about + self.value).digest()[:4]


def _recovered(sealed: Path, shares: list[Share]) -> Keyring:
    """The keyring that these shares open.

    Raises:
        UsageError: there was no ceremony, or the shares are too few or of several.
        DataRefused: they do not open it.
    """
    if not sealed.exists():
        raise UsageError("No recovery was prepared here.", hint="See vernix-registry recovery init.")
    if len({(share.ceremony, share.threshold) for share in shares}) > 1:
        raise UsageError("These shares are of several ceremonies.", hint="Use shares of the latest.")
    values = {share.index: share.value for share in shares}
    if not shares or len(values) < shares[0].threshold:
        raise UsageError(
            f"{len(values)} different shares are not enough.",
            hint=f"{shares[0].threshold} must come together." if shares else "Name the files of the shares.",
        )
    try:
        return Keyring.parse(open_bytes(sealed.read_bytes(), [HybridIdentity(combine(values))], _LIMIT))
    except NotForUs:
        raise DataRefused(
            "These shares do not open the keyring.", hint="Use shares of the latest ceremony."
        ) from None


def _with_use(directory: Directory) -> Directory:
    return replace(directory, recovered=utc_now())
