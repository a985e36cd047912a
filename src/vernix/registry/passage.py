"""One submission on its way through the steps: its places, and what one step found for the next."""

from __future__ import annotations

from contextlib import AbstractContextManager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from vernix.courier.fetching import fetch
from vernix.courier.requesting import FileRequests
from vernix.custody.delivery import Carried, Delivery
from vernix.custody.drop import Drop
from vernix.custody.manifest import Manifest
from vernix.registry.answering import AnswerFiles
from vernix.registry.beside import questioned
from vernix.registry.collecting import carried_of
from vernix.registry.dropped import opened_drop
from vernix.registry.opening import Opened, opened, read_manifest
from vernix.registry.parting import Naming, Parted, part
from vernix.registry.reading import read_file
from vernix.registry.unlocked import Registry
from vernix.registry.vault import Origin
from vernix.registry.workflow.models import Submission, SubmittedFile

if TYPE_CHECKING:
    from vernix.courier.exchange import Exchange
    from vernix.intake.reading import Reading


class Passage:
    """One submission on its way through the steps, with what one step found kept for the next.

    Nothing here is needed to go on after a kill: what is missing is worked out again from the sealed parts.
    """

    def __init__(self, registry: Registry, exchange: Exchange, submission: Submission) -> None:
        self.registry = registry
        self.exchange = exchange
        self.submission = submission
        self._parted: dict[int, Parted] = {}

    @cached_property
    def delivery(self) -> Carried:
        """What the sender signed; of what came over SFTP, what the gateway says."""
        return carried_of(self.submission)

    @cached_property
    def naming(self) -> Naming:
        """How records and batches are named."""
        return Naming(self.registry.keyring.pseudonym)

    @property
    def signed(self) -> Delivery:
        """The delivery, where there is one: nothing that came over SFTP has been signed before it is open."""
        if not isinstance(self.delivery, Delivery):
            raise TypeError("a drop is no delivery")
        return self.delivery

    def manifest(self) -> Manifest:
        """The manifest of a delivery, proven; of the answer to a request for files, by the request's key."""
        asked = FileRequests(self.registry.folder.requests).behind(self.submission.sender)
        request = None if asked is None else asked.request
        directory = self.registry.publishing.current()
        return read_manifest(
            self.signed, self.paths()[0], self.registry.keyring.identities, directory, request
        )

    @property
    def parts(self) -> Path:
        """Where the sealed parts lie until the submission is done."""
        return self.registry.folder.parts / self.submission.delivery

    @property
    def answer(self) -> AnswerFiles:
        """The answer, sealed to the registry itself."""
        return AnswerFiles(self.parts, self.registry.keyring.identity)

    def paths(self) -> list[Path]:
        """The sealed parts in order; fetched where they are not here."""
        return fetch(self.exchange, self.delivery, self.parts)

    def opened(self) -> AbstractContextManager[Opened]:
        """The files in the open, for the length of a ``with`` block. See ``opening`` and ``dropped``."""
        identities, work = self.registry.keyring.identities, self.registry.folder.work
        directory = self.registry.publishing.current()
        if isinstance(self.delivery, Drop):
            return opened_drop(self.delivery, self.paths()[0], identities, directory, work)
        return opened(self.signed, self.paths(), identities, directory, work)

    def origin(self, file: SubmittedFile) -> Origin:
        """Where the rows of a file come from."""
        return self._origin(file.batch)

    def keepable(self) -> list[SubmittedFile]:
        """The files whose rows this submission brings."""
        return [file for file in self.read() if file.accepted]

    def read(self) -> list[SubmittedFile]:
        """The files of which rows were read for the first time, and are kept or noted as refused."""
        files = SubmittedFile.of_the_book().filter(submission=self.submission)
        return list(files.exclude(accepted=0, rejected=0).order_by("part"))

    def beside_the_book(self, reading: Reading, batch: str) -> Reading:
        """What was read, questioned beside what the registry has."""
        registry, origin = self.registry, self._origin(batch)
        return questioned(reading, origin, self.naming, registry.vault, registry.book, registry.folder.work)

    def _origin(self, batch: str) -> Origin:
        submission = self.submission
        return Origin(
            submission.sender, submission.delivery, batch, submission.sent_at, submission.arrived_at
        )

    def remember(self, number: int, parted: Parted) -> None:
        """Keep what was read for the steps that follow in this process."""
        self._parted[number] = parted

    def parted(self) -> dict[int, Parted]:
        """The parted records by part number; read again from the sealed parts where a kill lost them."""
        files = {file.part: file for file in self.read()}
        if not set(files) <= set(self._parted):
            with self.opened() as delivery:
                for found in delivery.data:
                    if found.entry.part in files:
                        origin = self.origin(files[found.entry.part])
                        self.remember(found.entry.part, part(read_file(found), origin, self.naming))
        return self._parted
