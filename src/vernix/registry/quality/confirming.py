"""A site's confirmation of a month: proven, matched with the report that it names, kept, and answered."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from vernix.births.codes import Words
from vernix.custody.identifiers import format_time, utc_now
from vernix.custody.manifest import Manifest, safe_name
from vernix.custody.period import MEDIA_TYPE, PeriodConfirmation
from vernix.errors import DataRefused, NotProven
from vernix.intake.acknowledgement import Acknowledgement
from vernix.intake.findings import THE_FILE, Cause, Counts, Kind
from vernix.registry.opening import Unusable
from vernix.registry.quality import words
from vernix.registry.quality.periods import CONFIRMATION, REPORT, ROWS
from vernix.sealing.opening import open_bytes
from vernix.sealing.sealer import seal_bytes

if TYPE_CHECKING:
    from vernix.registry.passage import Passage
    from vernix.registry.workflow.models import PeriodEvent

PURPOSE = "confirmation"
"""What the workflow calls a delivery that holds one."""

_LIMIT = 64 << 10


def holds_confirmation(manifest: Manifest) -> bool:
    """Whether a delivery is a confirmation: it has one file, and its manifest calls it one."""
    return [file.media_type for file in manifest.files] == [MEDIA_TYPE]


def take(passage: Passage, manifest: Manifest) -> tuple[Acknowledgement, Callable[[], None]]:
    """The answer to a confirmation, and what is to be written where the step ends.

    Raises:
        Unusable: it does not prove itself, or names no report of ours.
    """
    try:
        envelope = open_bytes(passage.paths()[1].read_bytes(), passage.registry.keyring.identities, _LIMIT)
        directory = passage.registry.publishing.current()
        said = PeriodConfirmation.open_signed(envelope, directory, utc_now())
        if said.partner != manifest.sender:
            raise NotProven("The confirmation is another partner's.")
    except (DataRefused, NotProven) as error:
        raise Unusable("confirmation", error.message, error.hint) from None
    report = _report(said)
    event = _event(passage, said, report, envelope)
    answer = Acknowledgement(
        manifest.delivery,
        safe_name(manifest.files[0].name),
        said.encounter,
        Counts(0, 0, 0),
        (Cause(_told(said, _came_since(said, report)), 1, (THE_FILE,)),),
        at=format_time(passage.submission.arrived_at),
    )

    def settle() -> None:
        event.save(force_insert=True)

    return answer, settle


def _report(said: PeriodConfirmation) -> PeriodEvent:
    from vernix.registry.workflow.models import PeriodEvent

    asked = {"partner": said.partner, "encounter": said.encounter, "month": said.month}
    found = PeriodEvent.objects.filter(kind=REPORT, digest=said.report, **asked).first()
    if found is None:
        raise Unusable(
            "confirmation",
            "The confirmation names no report that the registry made of this month.",
            "Collect the newest report with vernix collect, look at it, and confirm that one.",
        )
    return found


def _event(passage: Passage, said: PeriodConfirmation, report: PeriodEvent, envelope: bytes) -> PeriodEvent:
    from vernix.registry.workflow.models import PeriodEvent

    return PeriodEvent(
        kind=CONFIRMATION,
        partner=said.partner,
        encounter=said.encounter,
        month=said.month,
        delivery=passage.submission.delivery,
        at=said.confirmed,
        version=report.version,
        digest=said.report,
        content=seal_bytes(envelope, [passage.registry.keyring.identity.recipient]),
    )


def _came_since(said: PeriodConfirmation, report: PeriodEvent) -> int:
    from vernix.registry.workflow.models import PeriodEvent

    later = PeriodEvent.objects.filter(
        kind=ROWS, partner=said.partner, encounter=said.encounter, month=said.month
    ).filter(version__gt=report.version)
    return sum(later.values_list("records", flat=True))


def _told(said: PeriodConfirmation, since: int) -> Kind:
    english, french = (words.month_name(said.month, language) for language in ("en", "fr"))
    text = Words(f"{english} is confirmed.", f"{french} est confirmé.")
    if since:
        text = Words(
            f"{english} is confirmed as it was reported, but {since} records came or changed since: it is "
            "open again. Wait for the next report, look at it, and confirm that.",
            f"{french} est confirmé tel que rapporté, mais {since} dossiers sont venus ou ont changé "
            "depuis : le mois est rouvert. Attendez le prochain rapport, vérifiez-le, puis confirmez-le.",
        )
    code = "period.changed" if since else "period.confirmed"
    return Kind(code, "warning" if since else "confirmed", None, None, text.en, text.fr)
