"""An upload's life as a pure state machine: no clock, no disk, no database. The wrong order raises at once.

    open ──extend──▶ open ──extend to the last byte, with the digest──▶ complete ──bind──▶ bound ──▶ (deleted)
      │                            a partial upload, without one ──▶ complete ──join──▶ joined ──▶ (deleted)
      └── from any state but bound and joined: abandon or expire ──▶ (deleted)

A *partial* upload is some stretch of a part, sent beside the others; joined in order they become the bytes of
one part, a *final* upload (the words are those of tus). Where it begins in the part is known only then, so it
has no age header of its own (``header`` is 0) and no digest.

The shell around it (``receiving``, ``deliveries``) reads an ``Upload`` from its row, asks for a transition,
and writes the result only if the row is still as it was read (compare and swap).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from vernix.errors import Conflict, FarSideRefused, NotFound, TooMuch, UsageError

SMALLEST_HEADER = 70
"""Bytes. An age header has at least its first line and its MAC line."""

LARGEST_HEADER = 1 << 20
"""Bytes. What ``vernix.sealing.header`` reads at most."""

SMALLEST_PAYLOAD = 32
"""Bytes. The payload of an empty age file: a 16-byte nonce and one empty chunk's 16-byte tag."""


class State(StrEnum):
    """Where an upload stands. A deleted upload has no state: it has no row."""

    OPEN = "open"
    COMPLETE = "complete"
    BOUND = "bound"
    JOINED = "joined"


@dataclass(frozen=True)
class Upload:
    """One sealed part on its way in.

    ``size`` and ``header`` (the length of the age header) are bytes, as claimed when the upload was asked
    for; ``offset`` is how many bytes are safely held; ``digest`` is the hex tree head once all are;
    ``expires`` is a time in seconds since the epoch; ``delivery`` and ``number`` say which part of which
    delivery it became; ``final`` is the id of the upload that a partial one was joined to; ``concat`` is what
    tus calls a final upload's ``Upload-Concat``.
    """

    id: str
    sender: str
    size: int
    header: int
    expires: int
    offset: int = 0
    state: State = State.OPEN
    digest: str | None = None
    delivery: str | None = None
    number: int | None = None
    final: str | None = None
    concat: str | None = None

    @property
    def partial(self) -> bool:
        """Whether these bytes are a stretch of a part, not a part."""
        return self.header == 0


@dataclass(frozen=True)
class Claim:
    """What a signed delivery says of one of its parts."""

    size: int
    header: int
    digest: str


def begin(upload_id: str, sender: str, size: int, header: int, expires: int) -> Upload:
    """A new, empty upload. Raises ``UsageError`` when the sizes cannot be those of an age file."""
    check_sizes(size, header)
    return Upload(upload_id, sender, size, header, expires)


def check_sizes(size: int, header: int) -> None:
    """Raise ``UsageError`` unless an age file can have ``size`` bytes, ``header`` of them in its header."""
    if not SMALLEST_HEADER <= header <= LARGEST_HEADER:
        raise UsageError(
            f"An age header has {SMALLEST_HEADER} to {LARGEST_HEADER} bytes, not {header}.",
            hint="Claim the length of the age header up to and including the newline after its MAC.",
        )
    if size < header + SMALLEST_PAYLOAD:
        raise UsageError(
            f"A part of {size} bytes has no room for its header and an age payload.",
            hint="Claim the whole sealed size: header, nonce and every chunk.",
        )


def begin_partial(upload_id: str, sender: str, size: int, expires: int) -> Upload:
    """A new, empty partial upload. Raises ``UsageError`` when it would have no byte."""
    if size < 1:
        raise UsageError("A partial upload has at least one byte.")
    return Upload(upload_id, sender, size, 0, expires)


def check_append(upload: Upload, offset: int, now: int) -> None:
    """Raise unless bytes may be appended at ``offset`` now."""
    check_alive(upload, now)
    if upload.state is not State.OPEN and offset != upload.size:
        raise Conflict("This upload is complete; nothing can be added.", hint="Ask for its offset with HEAD.")
    if offset != upload.offset:
        raise Conflict(
            f"The upload stands at byte {upload.offset}, not {offset}.",
            hint="Ask for its offset with HEAD, go on there.",
        )


def check_alive(upload: Upload, now: int) -> None:
    """Raise ``NotFound`` for an upload that expired before it became part of a delivery."""
    if upload.state is not State.BOUND and upload.expires <= now:
        raise NotFound(
            "This upload has expired.", hint="Ask for a new upload and send the part from its start."
        )


def check_takes_bytes(upload: Upload) -> None:
    """Raise unless its bytes come from the client: a final upload's come from its partial ones."""
    if upload.concat is not None:
        raise FarSideRefused("This upload is joined from partial uploads; it takes no bytes of its own.")


def check_fits(upload: Upload, body: int, now: int) -> None:
    """Raise unless a body of ``body`` bytes, that is here already, may follow the header of ``upload``."""
    check_alive(upload, now)
    check_takes_bytes(upload)
    if upload.partial or upload.size - upload.header != body:
        raise Conflict("That body has another size than this part announced.")
    if upload.offset < upload.header:
        raise Conflict(
            f"The part's age header is not here yet: {upload.offset} of {upload.header} bytes.",
            hint="Send the header first.",
        )


def extend(upload: Upload, count: int, digest: str | None = None) -> Upload:
    """``count`` more bytes are safely held; a part's ``digest`` must come with the last byte, and only then.

    A partial upload has none.
    """
    if upload.state is not State.OPEN:
        raise Conflict(f"The upload is {upload.state} and cannot grow.", hint="Ask for its offset with HEAD.")
    offset = upload.offset + count
    if offset > upload.size:
        raise TooMuch(
            f"The upload was announced with {upload.size} bytes; more arrived.",
            hint="Ask for a new upload of the true size.",
        )
    whole = offset == upload.size
    if count < 0 or (whole and not upload.partial) != (digest is not None):
        raise ValueError("an upload grows forwards, and has a digest exactly when it is whole")
    state = State.COMPLETE if whole else State.OPEN
    return replace(upload, offset=offset, state=state, digest=digest)


def bind(upload: Upload, delivery: str, number: int, sender: str, claim: Claim) -> Upload:
    """The complete upload becomes part ``number`` of ``delivery``, if it is what the signed delivery says."""
    # One answer for another's upload and for none: whether an id exists is nobody else's business.
    if upload.sender != sender:
        raise NotFound(
            f"Part {number} names no upload of this sender.", hint="Upload the part, then post the delivery."
        )
    if upload.state is State.BOUND:
        raise Conflict(
            f"Part {number} already belongs to a delivery.", hint="Each delivery needs uploads of its own."
        )
    if upload.state is not State.COMPLETE:
        raise Conflict(
            f"Part {number} is not whole yet: {upload.offset} of {upload.size} bytes.",
            hint="Finish the upload first.",
        )
    if (upload.size, upload.header, upload.digest) != (claim.size, claim.header, claim.digest):
        raise Conflict(
            f"Part {number} is not what the delivery says: size, header or digest differ.",
            hint="Send the part again in a new upload, then sign a new delivery.",
        )
    return replace(upload, state=State.BOUND, delivery=delivery, number=number)


def join(final: Upload, partials: Sequence[Upload], concat: str) -> tuple[Upload, list[Upload]]:
    """``partials``, in this order, become the bytes of ``final``; both as they stand then."""
    if final.offset or final.concat is not None:
        raise Conflict("This part has bytes already.", hint="Go on with it, or ask for a new creation.")
    for upload in partials:
        if not upload.partial or upload.sender != final.sender or upload.state is State.JOINED:
            raise Conflict("What is to be joined is no partial upload of this creation that is still free.")
        if upload.state is not State.COMPLETE:
            raise Conflict("A partial upload is not whole yet.", hint="Finish it, then join.")
    if len({upload.id for upload in partials}) != len(partials):
        raise Conflict("A partial upload is named twice.")
    if sum(upload.size for upload in partials) != final.size:
        raise Conflict(f"The partial uploads do not have {final.size} bytes together, as the part has.")
    joined = [replace(upload, state=State.JOINED, final=final.id) for upload in partials]
    return replace(final, concat=concat), joined


def check_abandon(upload: Upload) -> None:
    """Raise unless the sender may still take the upload back."""
    if upload.state is State.BOUND:
        raise Conflict("This upload is part of a posted delivery and stays until its receipt.")
    if upload.state is State.JOINED:
        raise Conflict("This upload is being joined to others; take the final upload back.")
