"""``vernix keygen``, ``seal`` and ``open``: age files by hand, for whoever knows the age program."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from vernix.console import say
from vernix.custody.bundle import MARK
from vernix.errors import UsageError
from vernix.partner.named import identities_named, passphrase_in, recipients_named
from vernix.partner.options import Data, Force, Identities, Lane, Output, Recipients, in_lane
from vernix.sealing.armor import armored
from vernix.sealing.descriptors import is_regular, reading
from vernix.sealing.identities import (
    HybridIdentity,
    KeyIdentity,
    X25519Identity,
    identity_text,
    save_identities,
)
from vernix.sealing.opening import SealedReader, open_file, open_pieces, sealed_file
from vernix.sealing.placing import check_target
from vernix.sealing.recipients import Recipient
from vernix.sealing.sealer import Sealing, seal_file

_STANDARD = Path("-")


def keygen(
    *,
    output: Output = None,
    classic: bool = False,
    passphrase_file: Path | None = None,
) -> None:
    """Make an identity (a secret key) and print its recipient (the public key to give to others).

    Parameters
    ----------
    output
        File to write the identity to, readable by you alone; never an existing one. Without it the identity
        goes to standard output.
    classic
        Make an X25519 key, for partners whose tools do not know post-quantum keys (age1pq1...) yet.
    passphrase_file
        Protect the identity file with the passphrase in the first line of this file.
    """
    identity: KeyIdentity = X25519Identity.generate() if classic else HybridIdentity.generate()
    passphrase = passphrase_in(passphrase_file) if passphrase_file else None
    if output is None or output == _STANDARD:
        if passphrase is not None:
            raise UsageError("A protected identity needs a file.", hint="Name it with -o FILE.")
        sys.stdout.write(identity_text([identity]))
    elif output.exists():
        # Not the hint of `seal` and `open`: here is no --force, for a key replaced is all that it opens lost.
        raise UsageError(f"{output} exists already.", hint="Name another output; a key is never replaced.")
    else:
        save_identities(output, [identity], passphrase)
    say(f"Public key: {identity.recipient}")


def seal(  # noqa: PLR0913  (each argument is an option of the command)
    file: Annotated[Path, Parameter(allow_leading_hyphen=True)] = _STANDARD,
    *,
    recipient: Recipients = None,
    recipients_file: Annotated[list[Path] | None, Parameter(name=["-R", "--recipients-file"])] = None,
    output: Output = None,
    to: list[str] | None = None,
    lane: Lane = "production",
    armor: Annotated[bool, Parameter(name=["-a", "--armor"])] = False,
    data: Data = None,
    force: Force = False,
) -> None:
    """Seal a file so that only its recipients can open it (age format: other age tools open it).

    Parameters
    ----------
    file
        The file to seal; - (the default) reads standard input.
    recipient
        Whom to seal to: age1pq1... or age1... Can be repeated, but the two kinds do not mix.
    recipients_file
        A file with one recipient on each line. Can be repeated.
    output
        Where to write; FILE.age by default; - writes to standard output.
    to
        Seal to this partner of the directory (or a group as @GROUP: all its members but you), as a bundle:
        signed by us inside the seal, and as good as a delivery whatever carries it. Can be repeated.
    lane
        With --to registry: in the test lane it reads and answers as ever, and keeps nothing of it.
    armor
        Write text instead of bytes.
    force
        Replace an existing output.
    """
    target = output or _sealed_name(file)
    if to:
        if recipient or recipients_file or _STANDARD in (file, target):
            raise UsageError("--to goes with files, and without -r or -R.", hint="Name FILE and -o FILE.")
        _refuse_same(file, target)
        from vernix.partner.bundling import seal_bundle

        test = lane == "test"
        readers = seal_bundle(file, to, target, data=data, armor=armor, replace=force, test=test)
        say(f"Sealed to {', '.join(readers)}{in_lane(test)}, signed by us: {target}")
        return
    if lane == "test":
        raise UsageError("A lane belongs to a submission.", hint="Leave --lane out, or add --to registry.")
    recipients = recipients_named(recipient or [], recipients_file or [])
    if target == _STANDARD:
        with reading(_source(file)) as descriptor:
            _to_standard_output(_sealed(descriptor, recipients, armor))
        return
    _refuse_same(file, target)
    seal_file(_path(file), target, recipients, armor=armor, replace=force)
    say(f"Sealed to {_count(len(recipients), 'recipient')}: {target}")


def open_(
    file: Annotated[Path, Parameter(allow_leading_hyphen=True)] = _STANDARD,
    *,
    identity: Identities = None,
    output: Output = None,
    passphrase_file: Path | None = None,
    data: Data = None,
    force: Force = False,
) -> None:
    """Open a sealed file. The content appears only when every byte of it proved to be what was sealed.

    Of a bundle (vernix seal --to) the file in it is written, and said who signed it.

    Parameters
    ----------
    file
        The sealed file; - (the default) reads standard input.
    identity
        File with your identity (vernix keygen makes one). Can be repeated. Without it, those in --data.
    output
        Where to write, readable by you alone; FILE without .age by default; - writes to standard output.
    passphrase_file
        The passphrase (first line) of a protected identity file, or of FILE itself if no identity is named.
    force
        Replace an existing output.
    """
    target = output or _opened_name(file)
    if target != _STANDARD:
        _refuse_same(file, target)
        check_target(target, replace=force)
    identities = identities_named(identity or [], passphrase_file, data)
    scratch = Path(tempfile.gettempdir()) if target == _STANDARD else target.parent
    with sealed_file(_source(file), scratch) as sealed, SealedReader(sealed, identities) as reader:
        if reader.read(len(MARK)) == MARK:
            from vernix.partner.bundling import OpenedBundle

            reader.seek(0)
            found = OpenedBundle.begin(reader, identities, data)
            if target == _STANDARD:
                _to_standard_output(found.pieces())
            else:
                found.write(target, replace=force)
        elif target == _STANDARD:
            _to_standard_output(open_pieces(sealed, identities))
        else:
            open_file(sealed, target, identities, replace=force)
    if target != _STANDARD:
        say(f"Opened: {target}")


def _sealed(descriptor: int, recipients: list[Recipient], armor: bool) -> Iterable[bytes | memoryview]:
    sealing = Sealing.begin(recipients)
    if is_regular(descriptor):
        pieces = sealing.blocks(descriptor)
    else:
        pieces = sealing.stream(os.fdopen(descriptor, "rb", closefd=False))
    return armored(pieces) if armor else pieces


def _to_standard_output(pieces: Iterable[bytes | memoryview]) -> None:
    if sys.stdout.isatty():
        raise UsageError(
            "Bytes would spoil this terminal.", hint="Name a file with -o, or pipe it into a program."
        )
    for piece in pieces:
        sys.stdout.buffer.write(piece)
    sys.stdout.buffer.flush()


def _sealed_name(file: Path) -> Path:
    return _STANDARD if file == _STANDARD else file.with_name(file.name + ".age")


def _opened_name(file: Path) -> Path:
    if file == _STANDARD:
        return _STANDARD
    if file.suffix != ".age" or not file.stem:
        raise UsageError(
            "The name does not end in .age, so it does not say what to call the content.",
            hint="Name the output with -o FILE.",
        )
    return file.with_suffix("")


def _source(file: Path) -> Path | int:
    if file != _STANDARD:
        return file
    if sys.stdin.isatty():
        raise UsageError("No file is named.", hint="Name a file, or pipe one into standard input.")
    return sys.stdin.fileno()


def _path(file: Path) -> Path:
    return Path("/dev/stdin") if file == _STANDARD else file


def _refuse_same(file: Path, target: Path) -> None:
    if file != _STANDARD and target.exists() and file.exists() and target.samefile(file):
        raise UsageError("Input and output are the same file.", hint="Name another output with -o.")


def _count(number: int, thing: str) -> str:
    return f"{number} {thing}{'' if number == 1 else 's'}"
