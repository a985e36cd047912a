"""``vernix send``: files sealed and on their way, as a partner's staff meets it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

from cyclopts import Parameter
from cyclopts.validators import Number

from vernix.console import print_json, say
from vernix.courier.dispatch import Dispatch, Plan
from vernix.courier.exchange import Exchange
from vernix.courier.sending import Outbox, Sender, Sent
from vernix.custody.directory import GROUP_MARK
from vernix.errors import DataRefused, FarSideRefused, UsageError, VernixError, worst_exit_code
from vernix.partner import showing, state
from vernix.partner.connecting import connect, warn_if_nearly_used, warn_if_stale
from vernix.partner.dispatching import Wish, dispatch_for, everybody, life_in, read_note
from vernix.partner.options import Data, Json, Lane
from vernix.partner.progress import progress
from vernix.partner.state import Partner


def send(  # noqa: PLR0913  (each argument is an option of the command)
    *files: Path,
    to: list[str] | None = None,
    purpose: str | None = None,
    lane: Lane = "production",
    as_: Annotated[str | None, Parameter(name="--as")] = None,
    mapping: Path | None = None,
    format_: Annotated[str | None, Parameter(name="--format")] = None,
    note: str | None = None,
    note_file: Path | None = None,
    expires: str | None = None,
    downloads: Annotated[int | None, Parameter(validator=Number(gte=1))] = None,
    again: bool = False,
    piece: int | None = None,
    forget: str | None = None,
    data: Data = None,
    json: Json = False,
) -> int:
    """Seal files, send them, and say when the gateway has verified the delivery.

    Stopped or killed, run the same command again: it goes on where it was, and there is one delivery. Without
    FILE or note it finishes everything that is still under way.

    Parameters
    ----------
    files
        The files and folders to send, in one delivery. Links in a folder are left out.
    to
        The partner (its id in the directory) to send to, or a group as @GROUP: all its members but you. Can
        be repeated.
    purpose
        submission or message. To the registry it is a submission, to others a message.
    lane
        In the test lane the registry reads and answers a submission as ever, and keeps nothing of it.
    as_
        The encounter that the files hold (such as birth), if it is not to be recognised from their columns.
    mapping
        A column mapping that explains the files; otherwise a fitting one is looked for among the saved ones.
    format_
        The format of the files, if it is not to be recognised from their content.
    note
        A short text for the addressee, sealed like the files.
    note_file
        The note from a text file (- for standard input).
    expires
        How long it waits to be collected: 90m, 12h, 3d; 30 days without a word. Then the gateway deletes it.
    downloads
        How often each addressee may fetch it; going on after a broken line is not counted.
    again
        Send the same unchanged files once more, as a new delivery.
    piece
        KiB that one request carries at most (512 or more), where a proxy takes no more. It is found out by
        itself, too.
    forget
        Give up a delivery that is under way, by its id.
    """
    partner = state.load(data)
    outbox = Outbox(partner.folder.outbox)
    exchange = connect(partner, piece)
    if forget is not None:
        return _forget(outbox, exchange, forget)
    text = read_note(note, note_file)
    if not files and not text:
        if (to, note, note_file) != (None, None, None):
            raise UsageError(
                "There is neither a file nor a note to send.", hint="Name a file or a folder, or give --note."
            )
        return _finish_all(partner, outbox, exchange, json)
    life = life_in(expires)
    addressees = addressees_of(partner, exchange, to or [partner.registry])
    wish = Wish(files, addressees, purpose, as_, mapping, text, life, downloads, format_, lane == "test")
    return send_out(partner, exchange, dispatch_for(partner, wish), again=again, json=json)


def send_out(
    partner: Partner, exchange: Exchange, dispatch: Dispatch, *, again: bool = False, json: bool
) -> int:
    """Send what was asked, say what became of it; the exit code."""
    outbox = Outbox(partner.folder.outbox)
    begun = outbox.begin(dispatch, again=again)
    if isinstance(begun, Sent) and _is_lost(partner, exchange, begun):
        say(f"This was sent before, as {begun.plan.id}, but the gateway has lost it: it is sent again.")
        outbox.give_back(begun.plan)
        begun = outbox.begin(dispatch, again=True)
    if isinstance(begun, Sent):
        say(f"This was sent before, unchanged, as {begun.plan.id}. To send it once more: --again.")
        showing.show_sent(begun, json=json, repeated=True)
    else:
        showing.show_sent(_send_begun(partner, outbox, exchange, begun), json=json)
    return 0


def _is_lost(partner: Partner, exchange: Exchange, sent: Sent) -> bool:
    # Loaded for a repetition only: what was answered needs the acknowledgements' format, and so births.
    from vernix.partner.history import History
    from vernix.partner.losing import lost

    return bool(lost(exchange, History(partner), [sent]))


def addressees_of(partner: Partner, exchange: Exchange, to: Sequence[str]) -> tuple[str, ...]:
    """Whom the names stand for, each once; only a group needs the directory, and with it the gateway."""
    if not any(name.startswith(GROUP_MARK) for name in to):
        return tuple(dict.fromkeys(to))
    return everybody(exchange.refresh_directory(), to, partner.id)


def _send_begun(partner: Partner, outbox: Outbox, exchange: Exchange, begun: Plan) -> Sent:
    try:
        return _send(partner, outbox, exchange, begun)
    except (DataRefused, FarSideRefused):
        # Refused before a byte left: the same words again must find nothing half-done in their way.
        outbox.withdraw(begun)
        raise


def _send(partner: Partner, outbox: Outbox, exchange: Exchange, plan: Plan) -> Sent:
    with progress("Sending") as moved:
        sent = outbox.send(plan, exchange, Sender(partner.id, partner.signing_key()), moved)
    warn_if_stale(exchange)
    warn_if_nearly_used(exchange)
    return sent


def _finish_all(partner: Partner, outbox: Outbox, exchange: Exchange, json: bool) -> int:
    """Finish every delivery under way; one that cannot be finished does not stop the others."""
    done: list[dict[str, Any]] = []
    failures: list[VernixError] = []
    for plan in outbox.pending():
        try:
            sent = _send(partner, outbox, exchange, plan)
        except (DataRefused, FarSideRefused) as error:
            failures.append(error)
            say(f"{plan.id} could not be sent. {error} To give it up: vernix send --forget {plan.id}")
            continue
        done.append(showing.sent_document(sent))
        if not json:
            showing.show_sent(sent)
    if json:
        print_json({"deliveries": done})
    elif not done and not failures:
        say("Nothing is under way.")
    return worst_exit_code(failures)


def _forget(outbox: Outbox, exchange: Exchange, delivery: str) -> int:
    if not outbox.forget(delivery, exchange):
        raise UsageError(
            "No delivery under way has that id.", hint="What was sent is taken back by vernix recall."
        )
    say(f"{delivery} was given up; nothing of it was delivered.")
    return 0
