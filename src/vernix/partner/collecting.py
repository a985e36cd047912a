"""``vernix inbox`` and ``collect``: what waits, and what is taken in, as a partner's staff meets it."""

from __future__ import annotations

import time
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from vernix.console import language, say
from vernix.courier.collecting import Mail, Mailbox, SetAside
from vernix.courier.exchange import Exchange
from vernix.courier.keeping import held
from vernix.courier.sending import Outbox
from vernix.custody.delivery import MAX_LIFETIME, Carried
from vernix.custody.identifiers import utc_now
from vernix.custody.key import SIGNING
from vernix.custody.partner import BARE_FILES
from vernix.custody.rights import OF_DATA
from vernix.errors import DataRefused, FarSideRefused, KeeperFailed, RoadFailed, UsageError, worst_exit_code
from vernix.partner import showing, state
from vernix.partner.answers import Answers, NewAnswers
from vernix.partner.collected import Memory, document
from vernix.partner.connecting import connect, warn_if_stale
from vernix.partner.dropped import Unusable
from vernix.partner.history import let_keys_go
from vernix.partner.options import Data, Fhir, Json
from vernix.partner.progress import progress
from vernix.partner.proofs import Proofs
from vernix.partner.receiving import Receiver, Taken
from vernix.partner.requesting import title_of
from vernix.partner.state import Partner


def inbox(*, collected: bool = False, data: Data = None, json: Json = False) -> int:
    """List what waits for you at the gateway; nothing is fetched.

    What was collected before is not listed again, although the gateway keeps receipts for a while.

    Parameters
    ----------
    collected
        List what was collected instead: from whom, when, and whether somebody read it; no network.
    """
    partner = state.load(data)
    if collected:
        showing.show_memory([document(each) for each in Memory(partner.folder.incoming).all()], json=json)
        return 0
    exchange = connect(partner)
    answers = Answers(partner.folder.incoming, Outbox(partner.folder.outbox))
    mail = Mailbox(exchange, partner.id, answers.keeps).read()
    warn_if_stale(exchange)
    showing.show_mail(_still_waiting(partner, answers, mail), json=json)
    return worst_exit_code([item.error for item in mail.set_aside])


def collect(
    *,
    into: Path | None = None,
    wait: float = 0,
    again: str | None = None,
    french: bool = False,
    data: Data = None,
    json: Json = False,
    fhir: Fhir = False,
) -> int:
    """Fetch, verify and open what waits for you; show receipts and acknowledgements.

    What came over SFTP is taken in as well. Ends with 1 if an acknowledgement says that rows or a file were
    rejected, as check would, or if a file over SFTP was of no use. Stopped or killed, run it again: no file
    is lost or doubled.

    Parameters
    ----------
    into
        The folder for the files; existing files are never overwritten.
    wait
        Seconds to wait for the answers to what was sent, or, if no answer is due, for something to come.
    again
        Show once more what came back for this delivery (the id that send printed); nothing is fetched.
    french
        Show findings in French whatever LANG says.
    """
    partner = state.load(data)
    if fhir and again is None:
        raise UsageError("--fhir shows what came back for one delivery.", hint="Add --again and its id.")
    if again is not None:
        answers = Answers(partner.folder.incoming, Outbox(partner.folder.outbox)).to(again)
        if not answers.sources:
            raise UsageError(
                "Nothing that came back for that delivery is here.",
                hint="Give the id that vernix send printed; vernix collect fetches what waits.",
            )
        if fhir:
            showing.show_outcomes(answers)
        else:
            showing.show_collected([], answers, [], json=json, language=language(french))
        return _ending(answers, partner)
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
    return max(_ending(new, partner), worst_exit_code([item.error for item in collection.set_aside]))


def _ending(answers: NewAnswers, partner: Partner) -> int:
    rejected = any(answer.result != "accepted" for answer in answers.acknowledgements)
    # The registry says in an acknowledgement why it refuses; a partner has its receipt only.
    refused = any(
        receipt.result == "rejected" and receipt.addressee != partner.registry for receipt in answers.receipts
    )
    return DataRefused.exit_code if rejected or refused else 0


def keep_receipts(partner: Partner, exchange: Exchange, answers: Answers, mail: Mail) -> list[SetAside]:
    """Keep the receipts and read receipts in ``mail``; those that do not fit what we sent are set aside."""
    listed = exchange.mirror.current().partner(partner.id)
    bare = BARE_FILES in listed.grants
    mine = partner.signing_key().key_id
    # A receipt is shown to all our machines. Where there is one, a strange receipt is an alarm.
    elsewhere = any(key.kind == SIGNING and key.id != mine for key in listed.keys)
    set_aside = []
    for answered in mail.receipts:
        try:
            answers.keep_receipt(answered, bare=bare, elsewhere=elsewhere)
        except FarSideRefused as error:
            set_aside.append(SetAside("receipt", error))
    for read in mail.read_receipts:
        try:
            answers.keep_read_receipt(read)
        except FarSideRefused as error:
            set_aside.append(SetAside("read receipt", error))
    return set_aside


def _still_waiting(partner: Partner, answers: Answers, mail: Mail) -> Mail:
    """The mail without what ``collect`` has taken in and shown."""
    memory = Memory(partner.folder.incoming)
    return replace(
        mail,
        deliveries=tuple(each for each in mail.deliveries if not memory.has(each.delivery.id)),
        drops=tuple(each for each in mail.drops if not memory.has(each.id)),
        receipts=tuple(each for each in mail.receipts if not answers.is_shown(each.receipt)),
        read_receipts=tuple(each for each in mail.read_receipts if not answers.is_shown(each.receipt)),
        recalls=tuple(each for each in mail.recalls if not answers.is_shown(each.recall)),
    )


class _Collection:
    """One run of ``collect``: what was taken in, what was set aside."""

    def __init__(self, partner: Partner, exchange: Exchange, into: Path) -> None:
        self._partner = partner
        self._folder = partner.folder.incoming
        self._outbox = Outbox(partner.folder.outbox)
        self._exchange = exchange
        self.answers = Answers(partner.folder.incoming, self._outbox)
        self._mailbox = Mailbox(exchange, partner.id, self.answers.keeps)
        self._receiver = Receiver(partner, exchange, self.answers, into.expanduser().absolute())
        self._proofs = Proofs(partner, exchange, self._outbox, self.answers)
        self.taken: list[Taken] = []
        self.set_aside: list[SetAside] = []

    def run(self, wait: float) -> None:
        """Collect until what is awaited has come, or ``wait`` seconds have passed."""
        deadline = time.monotonic() + wait
        Memory(self._folder).tidy(utc_now())
        self.answers.tidy()
        self._round(0)
        warn_if_stale(self._exchange)
        while (left := deadline - time.monotonic()) > 0 and self._is_waiting():
            self._round(max(1, int(left)))
        let_keys_go(self._partner)
        with suppress(RoadFailed):  # the receipts are here; the next run fetches what proves them
            self.set_aside += [SetAside("proof of a receipt", error) for error in self._proofs.complete()]

    def _is_waiting(self) -> bool:
        since = utc_now() - MAX_LIFETIME
        submissions = [
            sent
            for sent in self._outbox.sent()
            if sent.plan.dispatch.purpose in OF_DATA and sent.sent > since
        ]
        if self.answers.awaited(submissions):
            return True
        return not (self.taken or self.answers.new().sources)

    def _round(self, wait: int) -> None:
        mail = self._mailbox.read(wait=wait)
        self.set_aside += mail.set_aside
        self.set_aside += keep_receipts(self._partner, self._exchange, self.answers, mail)
        self._drop_recalled(mail)
        for waiting in mail.deliveries:
            self._try(waiting.delivery, f"delivery {waiting.delivery.id}")
        for drop in mail.drops:
            self._try(drop, f"file {drop.id} that came over SFTP from {drop.sender}")

    def _drop_recalled(self, mail: Mail) -> None:
        """What was fetched goes only on the word of whoever sent it: the gateway could carry another's."""
        waiting = {each.delivery.id: each.delivery.sender for each in mail.deliveries}
        for recalled in mail.recalls:
            delivery = recalled.recall.delivery
            sender = self._receiver.sender_of(delivery) or waiting.get(delivery)
            try:
                if self.answers.keep_recall(recalled, sender) and sender is not None:
                    self._receiver.drop(delivery)
            except FarSideRefused as error:
                self.set_aside.append(SetAside("recall", error))

    def _try(self, carried: Carried, what: str) -> None:
        try:
            self._take(carried)
        except (DataRefused, FarSideRefused) as error:
            self.set_aside.append(SetAside(what, error, refused=isinstance(error, Unusable)))

    def _take(self, carried: Carried) -> None:
        total = sum(part.size for part in carried.parts)
        with progress("Fetching") as moved:
            taken = self._receiver.take(carried, lambda done: moved(done, total))
        if taken is not None:
            self.taken.append(taken)
            title = title_of(self._partner, carried.sender)
            if title is not None:
                say(f"Answered by whoever held the request to {title}; nobody else vouches for the sender.")
