"""Reading a submission: was it here before, which rows can be kept, and what is to be said.

The answer (one acknowledgement a file) is written at once, sealed to the registry itself, and the counts go
into the workflow in the same breath; whatever is killed later, the partner is told what was decided here.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from vernix.births import encounters
from vernix.births.codes import Words
from vernix.custody.identifiers import format_time
from vernix.custody.manifest import safe_name
from vernix.errors import DataRefused, UsageError
from vernix.intake.acknowledgement import Acknowledgement
from vernix.intake.findings import RECEIVED_BEFORE, TEST_LANE, THE_FILE, Cause, Counts, Kind
from vernix.intake.refusals import FileRefused
from vernix.registry import numbering
from vernix.registry.opening import Opened, OpenedFile, Unusable
from vernix.registry.parting import Naming

if TYPE_CHECKING:
    from vernix.intake.reading import Reading
    from vernix.registry.workflow.models import Submission, SubmittedFile

NOTHING = Counts(0, 0, 0)

Beside = Callable[["Reading", str], "Reading"]
"""Questions what was read of a batch beside what the registry has."""


class Unfinished(Exception):
    """The same content is still on its way through the steps as an earlier submission: look again later."""


@dataclass(frozen=True)
class Verdict:
    """What became of one file: its counts, the earlier file it repeats (if it does), and what to answer."""

    file: OpenedFile
    part: int
    encounter: str
    batch: str
    counts: Counts
    repeats: SubmittedFile | None
    answer: Acknowledgement
    reading: Reading | None = None


def judge(submission: Submission, opened: Opened, naming: Naming, beside: Beside) -> list[Verdict]:
    """A verdict for every data file of a submission.

    Raises:
        Unusable: there is no data file in it.
        Unfinished: a file repeats one that is not kept yet.
    """
    if not opened.data:
        raise Unusable("no-data", "The submission holds no data file.", "Send the file with vernix send.")
    verdicts: list[Verdict] = []
    for file in opened.data:
        verdict = _judge_file(submission, file, naming, beside)
        verdicts.append(replace(verdict, answer=_remarked(verdict, submission, opened)))
    return verdicts


def _remarked(verdict: Verdict, submission: Submission, opened: Opened) -> Acknowledgement:
    """An answer that also says how the file came: as a test, unsigned, or with others missing before it."""
    remarks = (
        *([_IN_THE_TEST_LANE] if submission.is_test else []),
        *([_VOUCHED_BY_THE_GATEWAY] if opened.bare else []),
        *numbering.remarks(submission, opened, verdict),
    )
    causes = (*verdict.answer.causes, *(Cause(kind, 1, (THE_FILE,)) for kind in remarks))
    return replace(verdict.answer, causes=causes)


def refusal(submission: Submission, error: Unusable) -> Acknowledgement:
    """The answer to a delivery that could not be used at all."""
    at = format_time(submission.arrived_at)
    return Acknowledgement.refused(error, "", delivery=submission.delivery, at=at)


def result_of(answers: Sequence[Acknowledgement]) -> str:
    """The result of a whole submission: that of its files where they agree, else "partly"."""
    results = {answer.result for answer in answers}
    return results.pop() if len(results) == 1 else "partly"


def read_file(file: OpenedFile) -> Reading:
    """Read one opened file as its manifest says; DataRefused where the file as a whole cannot be read."""
    from vernix.intake.formats import stated
    from vernix.intake.mapping import Mapping
    from vernix.intake.reading import read

    encounter = file.entry.encounter or ""
    try:
        mapping = Mapping.parse(file.mapping) if file.mapping is not None else None
        return read(file.path, encounter, mapping, format=stated(file.entry.media_type))
    except UsageError as error:
        # Encounter, mapping or format do not fit: for the partner that is a fault of what it sent.
        raise FileRefused(
            Words(error.message, "Le type de rencontre ou la correspondance ne convient pas au fichier."),
            Words(error.hint, "Vérifiez-les avec vernix check --mapping, puis envoyez de nouveau."),
        ) from None


def format_of(file: OpenedFile) -> str:
    """The format of an opened file, whether it can be read in it or not."""
    from vernix.intake.formats import recognise, stated

    return stated(file.entry.media_type) or recognise(file.path).name


def _judge_file(submission: Submission, file: OpenedFile, naming: Naming, beside: Beside) -> Verdict:
    entry, name = file.entry, safe_name(file.entry.name)
    encounter, at = entry.encounter or "", format_time(submission.arrived_at)
    batch = naming.batch(submission.sender, encounter, file.path, file.mapping)
    earlier = _earlier(submission, batch)
    if earlier is not None:
        counts = Counts(earlier.accepted, earlier.warned, earlier.rejected)
        causes = (Cause(_received_before(earlier.submission.delivery), 1, (THE_FILE,)),)
        answer = Acknowledgement(
            submission.delivery, name, encounter, counts, causes, source=format_of(file), at=at
        )
        return Verdict(file, entry.part, encounter, batch, counts, earlier, answer)
    try:
        reading = beside(read_file(file), batch)
    except DataRefused as error:
        known = encounter if encounter in encounters.names() else None
        answer = Acknowledgement.refused(
            error, name, delivery=submission.delivery, at=at, encounter=known, source=format_of(file)
        )
        return Verdict(file, entry.part, encounter, batch, NOTHING, None, answer)
    answer = Acknowledgement.of(reading, name, delivery=submission.delivery, at=at)
    return Verdict(file, entry.part, encounter, batch, reading.counts, None, answer, reading)


def _earlier(submission: Submission, batch: str) -> SubmittedFile | None:
    """The file that said this first and whose rows are kept, if any."""
    from vernix.registry.workflow.models import State, SubmittedFile

    if submission.is_test:
        return None  # read anew, however often
    said = SubmittedFile.of_the_book().filter(batch=batch, accepted__gt=0).exclude(submission=submission)
    first = (
        said.exclude(submission__state=State.SET_ASIDE).select_related("submission").order_by("pk").first()
    )
    if first is not None and first.submission.state in (State.READ, State.VAULTED):
        raise Unfinished
    return first


_IN_THE_TEST_LANE = Kind(
    code=TEST_LANE,
    severity="warning",
    column=None,
    element=None,
    text_en="This came in the test lane: it was read and checked as ever, and nothing of it is kept. What is "
    "meant for the registry is sent without --lane test.",
    text_fr="Ceci est arrivé par la voie d’essai : tout a été lu et vérifié comme à l’ordinaire, et rien "
    "n’en est conservé. Ce qui est destiné au registre s’envoie sans --lane test.",
)

_VOUCHED_BY_THE_GATEWAY = Kind(
    code="file.bare",
    severity="warning",
    column=None,
    element=None,
    text_en="This file bears no signature. That it is yours is vouched for by nobody but the gateway, and is "
    "kept so. Make the next one with vernix seal --to registry.",
    text_fr="Ce fichier ne porte aucune signature. Seule la passerelle atteste qu’il vient de vous, et "
    "il est conservé avec cette mention. Préparez le prochain avec vernix seal --to registry.",
)


def _received_before(delivery: str) -> Kind:
    return Kind(
        code=RECEIVED_BEFORE,
        severity="warning",
        column=None,
        element=None,
        text_en=f"This very file was received before, as delivery {delivery}; its rows are kept once, "
        "and what later files corrected stays corrected. The counts are those of the first time.",
        text_fr=f"Ce même fichier a déjà été reçu (livraison {delivery}) ; ses lignes sont gardées une fois, "
        "et ce que des fichiers ultérieurs ont corrigé reste corrigé. Les décomptes sont ceux de la première "
        "fois.",
    )
