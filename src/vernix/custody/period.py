"""The confirmation of a period: what a partner signs when a month of its records is as it should be.

Canonical JSON, format and signing domain ``vernix/period-confirmation/v1``, signed by one key of the partner.
It names the report that was looked at by the SHA-256 of its document, so that both sides know for ever which
state of the records was meant. It travels sealed, as a file of a delivery.

Rule of change: any new or changed field makes ``vernix/period-confirmation/v2`` with a domain of its own;
readers refuse what they do not know.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from vernix.custody import canonical
from vernix.custody.directory import Directory
from vernix.custody.fields import Fields
from vernix.custody.identifiers import format_time
from vernix.custody.key import CLOCK_TOLERANCE
from vernix.custody.manifest import ENCOUNTER
from vernix.custody.signatures import PERIOD_CONFIRMATION, Signed, SigningKey
from vernix.errors import NotProven

MEDIA_TYPE = "application/vnd.vernix.period-confirmation+json"
"""What a manifest calls a file that holds one."""

REPORT_MEDIA_TYPE = "application/vnd.vernix.data-quality+json"
"""What a manifest calls the document of a report that can be confirmed."""

MONTH = re.compile(r"[12][0-9]{3}-(?:0[1-9]|1[0-2])")
MAX_NOTE = 2000


@dataclass(frozen=True, slots=True)
class PeriodConfirmation:
    """The partner ``partner`` looked at the report with digest ``report`` and confirms the month.

    ``encounter`` is the kind of its records, ``month`` is ``YYYY-MM``, ``note`` what it wants to say with it.
    """

    partner: str
    encounter: str
    month: str
    report: str
    note: str
    confirmed: datetime

    @classmethod
    def parse(cls, data: bytes) -> PeriodConfirmation:
        """Read canonical bytes; DataRefused names the field. Says nothing of who signed."""
        fields = Fields(canonical.decode(data), "period confirmation")
        fields.format(PERIOD_CONFIRMATION)
        confirmation = cls(
            partner=fields.partner("partner"),
            encounter=fields.matching("encounter", ENCOUNTER),
            month=fields.matching("month", MONTH),
            report=fields.digest("report"),
            note=fields.text("note", most=MAX_NOTE, lines=True, empty=True),
            confirmed=fields.time("confirmed"),
        )
        fields.end()
        return confirmation

    def to_bytes(self) -> bytes:
        """The canonical bytes. Raises DataRefused rather than write what ``parse`` would refuse."""
        document = {
            "format": PERIOD_CONFIRMATION,
            "partner": self.partner,
            "encounter": self.encounter,
            "month": self.month,
            "report": self.report,
            "note": self.note,
            "confirmed": format_time(self.confirmed),
        }
        data = canonical.encode(document)
        PeriodConfirmation.parse(data)
        return data

    def sign(self, key: SigningKey) -> Signed:
        """The signed envelope."""
        return Signed.make(PERIOD_CONFIRMATION, self.to_bytes(), [key])

    @classmethod
    def open_signed(cls, envelope: bytes | Signed, directory: Directory, now: datetime) -> PeriodConfirmation:
        """The confirmation in ``envelope``, proven to be signed by its partner. Raises DataRefused or
        NotProven."""
        signed = envelope if isinstance(envelope, Signed) else Signed.decode(envelope)
        confirmation = cls.parse(signed.document)
        if confirmation.confirmed > now + CLOCK_TOLERANCE:
            raise NotProven(
                "The period confirmation was made in the future.", hint="Check the clocks on both sides."
            )
        directory.check_signature(signed, PERIOD_CONFIRMATION, confirmation.partner, confirmation.confirmed)
        return confirmation
