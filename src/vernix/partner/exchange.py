"""``vernix send``, ``inbox`` and ``collect``: the exchange as a partner's staff meets it."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

from cyclopts import Parameter

from vernix.console import language, print_json, say
from vernix.courier.collecting import Mail, Mailbox, SetAside
from vernix.courier.dispatch import Plan
from vernix.courier.exchange import Exchange
from vernix.courier.keeping import held
from vernix.courier.sending import Outbox, Sender, Sent
from vernix.custody.delivery import MAX_LIFETIME, Delivery
from vernix.custody.identifiers import utc_now
from vernix.errors import DataRefused, FarSideRefused, KeeperFailed, UsageError, VernixError
from vernix.partner import showing, state
from vernix.partner.answers import Answers
from vernix.partner.connecting import connect, warn_if_stale
from vernix.partner.dispatching import Wish, dispatch_for
from vernix.partner.progress import progress
from vernix.partner.receiving import Receiver, Taken, is_taken
from vernix.partner.state import Partner

Data = Annotated[Path | None, Parameter(env_var="VERNIX_DATA")]


def send(  # noqa: PLR0913  (each argument is an option of the command)
    *files: Path,
    to: str = state.REGISTRY,
    purpose: str | None = None,
    as_: Annotated[str | None, Parameter(name="--as")] = None,
    mapping: Path | None = None,
    note: str = "",
    again: bool = False,
    forget: str | None = None,
    data: Data = None,
    json: bool = False,
) -> int:
    """Seal files, send them, and say when the gateway has verified the delivery.

    Stopped or killed, run the same command again: it goes on where it was, and there is one delivery. Without
    FILE it finishes everything that is still under way.

    Parameters
    ----------
    files
        The files to send, in one delivery.
    to
        The partner (its id in the directory) to send to.
    purpose
        submission, message or test. To the registry it is a submission, to others a message.
    as_
        The encounter that the files hold (such as birth), if it is not to be recognised from their columns.
    mapping
        A column mapping that explains the files; otherwise a fitting one is looked for among the saved ones.
    note
        A short text for the addressee, sealed like the files.
    again
        Send the same unchanged files once more, as a new delivery.
    forget
        Give up a delivery that is under way, by its id.
    data
        This partner's data folder.
    json
        Print one JSON document.
    """
    partner = state.load(data)
    outbox = Outbox(partner.folder.outbox)
    exchange = connect(partner)
    if forget is not None:
        return _forget(outbox, exchange, forget)
    if not files:
        return _finish_all(partner, outbox, exchange, json)
    dispatch = dispatch_for(partner, Wish(files, to, purpose, as_, mapping, note))
    begun = outbox.begin(dispatch, again=again)
    if isinstance(begun, Sent):
        say(f"These files were sent before, unchanged, as {begun.plan.id}. To send them once more: --again.")
        showing.show_sent(begun, json=json, repeated=True)
    else:
        showing.show_sent(_send_begun(partner, outbox, exchange, begun), json=json)
    return 0


def inbox(*, data: Data = None, json: bool = False) -> int:
    """List what waits for you at the gateway; nothing is fetched.

    What was collected before is not listed again, although the gateway keeps receipts for a while.

    Parameters
    ----------
    data
        This partner's data folder.
    json
        Print one JSON document.
    """
    partner = state.load(data)
    exchange = connect(partner)
    mail = Mailbox(exchange, partner.id).read()
    warn_if_stale(exchange)
    showing.show_mail(_still_waiting(partner, mail), json=json)
    return _worst([item.error for item in mail.set_aside])


def collect(
    *,
    into: Path | None = None,
    wait: float = 0,
    french: bool = False,
    data: Data = None,
    json: bool = False,
) -> int:
    """Fetch, verify and open what waits for you; show receipts and acknowledgements.

    Ends with 1 if an acknowledgement says that rows or a file were rejected, as check would. Stopped or
    killed, run it again: no file is lost or doubled.

    Parameters
    ----------
    into
        The folder for the files; existing files are never overwritten.
    wait
        Seconds to wait for the answers to what was sent, or, if no answer is due, for something to come.
    french
        Show findings in French whatever LANG says.
    data
        This partner's data folder.
    json
        Print one JSON document.
    """
    partner = state.load(data)
    exchange = connect(partner)
    collection = _Collection(partner, exchange, into or partner.folder.received)
    with held(partner.folder.incoming / "collect.lock") as mine:
        if not mine:
            raise KeeperFailed(
                "Another run on this machine is collecting.", hint="Wait for it, or stop it first."
            )
        collection.run(wait)
        new = collection.answers.new()
        showing.show_collected(
            collection.taken, new, collection.set_aside, json=json, language=language(french)
        )
        collection.answers.mark_shown(new)
    rejected = any(answer.result != "accepted" for answer in new.acknowledgements)
    ending = DataRefused.exit_code if rejected else 0
    return max(ending, _worst([item.error for item in collection.set_aside]))


def _still_waiting(partner: Partner, mail: Mail) -> Mail:
    """The mail without what ``collect`` has taken in and shown."""
    answers = Answers(partner.folder.incoming, Outbox(partner.folder.outbox))
    return replace(
        mail,
        deliveries=tuple(waiting for waiting in mail.deliveries if not is_taken(partner, waiting.delivery)),
        receipts=tuple(answered for answered in mail.receipts if not answers.is_shown(answered.receipt)),
    )


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
    return _worst(failures)


def _forget(outbox: Outbox, exchange: Exchange, delivery: str) -> int:
    if not outbox.forget(delivery, exchange):
        raise UsageError(
            "No delivery under way has that id.", hint="A delivery that was sent cannot be called back."
        )
    say(f"{delivery} was given up; nothing of it was delivered.")
    return 0


class _Collection:
    """One run of ``collect``: what was taken in, what was set aside."""

    def __init__(self, partner: Partner, exchange: Exchange, into: Path) -> None:
        self._outbox = Outbox(partner.folder.outbox)
        self._exchange = exchange
        self._mailbox = Mailbox(exchange, partner.id)
        self.answers = Answers(partner.folder.incoming, self._outbox)
        self._receiver = Receiver(partner, exchange, self.answers, into.expanduser().absolute())
        self.taken: list[Taken] = []
        self.set_aside: list[SetAside] = []

    def run(self, wait: float) -> None:
        """Collect until what is awaited has come, or ``wait`` seconds have passed."""
        deadline = time.monotonic() + wait
        self._receiver.tidy(utc_now())
        self.answers.tidy()
        self._round(0)
        warn_if_stale(self._exchange)
        while (left := deadline - time.monotonic()) > 0 and self._is_waiting():
            self._round(max(1, int(left)))

    def _is_waiting(self) -> bool:
        since = utc_now() - MAX_LIFETIME
        submissions = [
            sent
            for sent in self._outbox.sent()
            if sent.plan.dispatch.purpose == "submission" and sent.sent > since
        ]
        if self.answers.awaited(submissions):
            return True
        return not (self.taken or self.answers.new().sources)

    def _round(self, wait: int) -> None:
        mail = self._mailbox.read(wait=wait)
        self.set_aside += mail.set_aside
        for answered in mail.receipts:
            try:
                self.answers.keep_receipt(answered)
            except FarSideRefused as error:
                self.set_aside.append(SetAside("receipt", error))
        for waiting in mail.deliveries:
            try:
                self._take(waiting.delivery)
            except (DataRefused, FarSideRefused) as error:
                self.set_aside.append(SetAside(f"delivery {waiting.delivery.id}", error))

    def _take(self, delivery: Delivery) -> None:
        total = sum(part.size for part in delivery.parts)
        with progress("Fetching") as moved:
            taken = self._receiver.take(delivery, lambda done: moved(done, total))
        if taken is not None:
            self.taken.append(taken)


def _worst(errors: Sequence[VernixError]) -> int:
    """The exit code for a run that went on past refusals: 3 (the far side) before 1 (data), 0 when there
    were none."""
    return max((error.exit_code for error in errors), default=0)
