"""``vernix rewrap``: stored sealed files for other recipients, by a new header; the body is not touched.

After a key was renewed, or for a colleague's machine that came later. Not after a theft: whoever could open
the old header may have kept the file key.
"""

from __future__ import annotations

from pathlib import Path

from vernix.console import print_json, say
from vernix.custody.identifiers import utc_now
from vernix.errors import DataRefused, UsageError, VernixError, worst_exit_code
from vernix.partner import state
from vernix.partner.named import identities_named, recipients_named
from vernix.partner.options import Data, Identities, Json, Recipients
from vernix.sealing.recipients import Recipient
from vernix.sealing.rewrapping import rewrap_file


def rewrap(
    *files: Path,
    identity: Identities = None,
    recipient: Recipients = None,
    to: list[str] | None = None,
    passphrase_file: Path | None = None,
    data: Data = None,
    json: Json = False,
) -> int:
    """Give sealed files a new header, for these recipients and nobody else; in place, whole or not at all.

    The body stays as it is, byte by byte, and is compared before the file takes its place. Name yourself
    among the recipients if you want to open it again.

    Parameters
    ----------
    files
        The sealed files.
    identity
        File with an identity that opens them now. Can be repeated. Without it, those in --data.
    recipient
        Whom to seal to: age1pq1... or age1... Can be repeated, but the two kinds do not mix.
    to
        A partner of the directory: all its machines. Can be repeated; needs --data.
    passphrase_file
        The passphrase (first line) of a protected identity file.
    data
        This partner's data folder: its identities, its copy of the directory.
    """
    if not files:
        raise UsageError("No file is named.", hint="Name the sealed files.")
    recipients = _recipients(recipient or [], to or [], data)
    identities = identities_named(identity or [], passphrase_file, data)
    done: list[str] = []
    failures: list[VernixError] = []
    for file in files:
        try:
            rewrap_file(file, file, identities, recipients, durable=True)
        except (DataRefused, UsageError) as error:
            failures.append(error)
            say(f"{file} is as it was. {error}")
            continue
        done.append(str(file))
    if json:
        print_json({"rewrapped": done})
    else:
        say(f"{len(done)} of {len(files)} rewrapped for {len(recipients)} recipients.")
    return worst_exit_code(failures)


def _recipients(texts: list[str], partners: list[str], data: Path | None) -> list[Recipient]:
    """Whom the new header is for; a partner's by the copy of the directory that is here."""
    found = recipients_named(texts, []) if texts or not partners else []
    if partners:
        directory = state.load(data).mirror().current()
        for partner in partners:
            found += directory.recipients(partner, utc_now())
    return found
