"""Periods: reports that are sent once, confirmations that are proven, months that open again."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from tests.registry.conftest import GOOD, Hospital, Killed, work

from vernix.courier.dispatch import Dispatch, OutgoingFile
from vernix.courier.sending import Outbox
from vernix.custody.delivery import Delivery
from vernix.custody.identifiers import utc_now
from vernix.custody.manifest import Manifest
from vernix.custody.period import MEDIA_TYPE, REPORT_MEDIA_TYPE, PeriodConfirmation
from vernix.custody.signatures import Signed
from vernix.registry.quality.months import Month
from vernix.registry.quality.periods import Period, every
from vernix.registry.unlocked import Registry

MARCH = Month(2026, 3)


def write_down(registry: Registry, **more: Any) -> list[Any]:
    from vernix.registry.quality.sending import write_down

    return write_down(registry.folder, MARCH, ["birth"], **more)


def reports_at(hospital: Hospital) -> list[tuple[Manifest, bytes]]:
    """The reports that wait for a hospital: manifest and document."""
    directory = hospital.exchange.refresh_directory()
    found = []
    for letter in hospital.exchange.mailbox().deliveries:
        delivery = Delivery.parse(Signed.decode(letter.envelope).document)
        manifest = Manifest.open_signed(
            hospital._open(delivery.id, 0), directory, hospital.name, delivery.created
        )
        parts = {file.part for file in manifest.files if file.media_type == REPORT_MEDIA_TYPE}
        for part in parts:
            (file,) = (each for each in manifest.files if each.media_type == REPORT_MEDIA_TYPE)
            content = hospital._open(delivery.id, part)
            found.append((manifest, content[file.offset : file.offset + file.size]))
    return found


def confirm(
    hospital: Hospital, digest: str, *, month: str = "2026-03", signer: str = "", note: str = ""
) -> str:
    """Send a confirmation; the delivery's id."""
    key = hospital.kit.members[signer or hospital.name].key
    said = PeriodConfirmation(signer or hospital.name, "birth", month, digest, note, utc_now())
    path = hospital.folder / f"confirmation-{digest[:8]}-{month}-{signer}-{len(note)}.json"
    path.write_bytes(said.sign(key).encode())
    from tests.partner_kit import sender

    outbox = Outbox(hospital.folder / "outbox")
    plan = outbox.begin(Dispatch(("registry",), "message", (OutgoingFile(path, path.name, MEDIA_TYPE),)))
    assert not hasattr(plan, "envelope"), "this was sent before"
    return outbox.send(plan, hospital.exchange, sender(hospital.kit.members[hospital.name])).delivery.id


def the_period(month: str = "2026-03") -> Period:
    (found,) = every("riverside", "birth", month)
    return found


@pytest.fixture
def reported(registry: Registry, hospital: Hospital) -> str:
    """A month that was reported; the report's digest."""
    hospital.send(*({**GOOD, "record_number": f"R{n}"} for n in range(4)))
    assert work(registry) == 0
    assert the_period().standing == "open"
    (event,) = write_down(registry)
    assert work(registry) == 0
    return str(event.digest)


def test_a_report_goes_to_its_site_once_with_all_its_forms(hospital: Hospital, reported: str) -> None:
    ((manifest, document),) = reports_at(hospital)
    assert hashlib.sha256(document).hexdigest() == reported
    said = json.loads(document)
    assert (said["audience"], said["rows"][0]["records"], said["names"]) == ("site", 4, {})
    assert sorted(file.name for file in manifest.files) == [
        f"data-quality-birth-2026-03.{ending}" for ending in ("csv", "html", "json")
    ]
    assert the_period().standing == "reported"


def test_killed_between_sending_and_the_word_of_it_it_is_sent_once(
    registry: Registry, hospital: Hospital, kill_at: Callable[[str], None]
) -> None:
    hospital.send({**GOOD})
    work(registry)
    write_down(registry)
    kill_at("report:sent")
    with pytest.raises(Killed):
        work(registry)
    assert work(registry) == 0
    assert len(reports_at(hospital)) == 1


def test_only_what_a_site_sent_itself_is_in_its_report(
    registry: Registry, hospital: Hospital, tmp_path: Path
) -> None:
    other = Hospital(hospital.kit, tmp_path, "lakeside")
    hospital.send({**GOOD, "site": "lakeside"})
    other.send({**GOOD, "record_number": "L1"}, {**GOOD, "record_number": "L2"})
    work(registry)
    assert {event.partner for event in write_down(registry)} == {"riverside", "lakeside"}
    work(registry)
    for site, records in ((hospital, 1), (other, 2)):
        ((_, document),) = reports_at(site)
        (row,) = json.loads(document)["rows"]
        assert (row["submitter"], row["records"]) == (site.name, records)


def test_a_confirmed_month_is_confirmed_until_a_record_comes(
    registry: Registry, hospital: Hospital, reported: str
) -> None:
    sent = confirm(hospital, reported, note="Seen by two of us.")
    assert work(registry) == 0
    answer = hospital.answer(sent)
    assert answer.receipt.result == "accepted"
    assert answer.acknowledgements[0].findings[0].code == "period.confirmed"
    assert the_period().standing == "confirmed"

    late = hospital.send({**GOOD, "record_number": "R9"})
    assert work(registry) == 0
    (finding,) = (
        f for f in hospital.answer(late).acknowledgements[0].findings if f.code == "period.reopened"
    )
    assert "March 2026" in finding.text_en
    assert "mars 2026" in finding.text_fr
    period = the_period()
    assert (period.standing, period.since) == ("changed", 1)

    (event,) = write_down(registry)
    confirm(hospital, event.digest)
    assert work(registry) == 0
    assert the_period().standing == "confirmed"


def test_a_date_that_is_corrected_opens_the_month_that_it_leaves(
    registry: Registry, hospital: Hospital, reported: str
) -> None:
    confirm(hospital, reported)
    work(registry)
    hospital.send({"record_number": "R0", "sex": "F", "birth_date": "2026-02-27"})
    work(registry)
    assert the_period().standing == "changed"
    assert the_period("2026-02").standing == "open"


def test_a_correction_without_a_date_touches_the_months_of_its_record_alone(
    registry: Registry, hospital: Hospital, reported: str
) -> None:
    hospital.send({"record_number": "R0", "sex": "F", "birth_year": "2026", "birth_weight": "3500"})
    work(registry)
    assert {each.month for each in every("riverside")} == {"2026-03"}
    assert the_period().since == 1


def test_a_resend_opens_nothing(registry: Registry, hospital: Hospital, reported: str) -> None:
    confirm(hospital, reported)
    work(registry)
    first = hospital.folder / "births-1.csv"
    hospital.send_file(first, again=True)
    work(registry)
    assert the_period().standing == "confirmed"


def test_a_report_that_was_overtaken_can_be_confirmed_and_that_is_told(
    registry: Registry, hospital: Hospital, reported: str
) -> None:
    hospital.send({**GOOD, "record_number": "R9"})
    work(registry)
    sent = confirm(hospital, reported)
    work(registry)
    (finding,) = hospital.answer(sent).acknowledgements[0].findings
    assert (finding.code, finding.severity) == ("period.changed", "warning")
    assert the_period().standing == "changed"


@pytest.mark.parametrize("what", ["unknown report", "another month", "another's signature", "no document"])
def test_what_does_not_prove_itself_confirms_nothing(
    registry: Registry, hospital: Hospital, reported: str, what: str
) -> None:
    if what == "unknown report":
        sent = confirm(hospital, "0" * 64)
    elif what == "another month":
        sent = confirm(hospital, reported, month="2026-02")
    elif what == "another's signature":
        sent = confirm(hospital, reported, signer="lakeside")
    else:
        path = hospital.folder / "confirmation.json"
        path.write_text("{}")
        sent = confirm_file(hospital, path)
    assert work(registry) == 0
    answer = hospital.answer(sent)
    assert answer.receipt.result == "rejected"
    assert answer.acknowledgements[0].refusal
    assert the_period().standing == "reported"


def confirm_file(hospital: Hospital, path: Path) -> str:
    from tests.partner_kit import sender

    outbox = Outbox(hospital.folder / "outbox")
    plan = outbox.begin(Dispatch(("registry",), "message", (OutgoingFile(path, path.name, MEDIA_TYPE),)))
    return outbox.send(plan, hospital.exchange, sender(hospital.kit.members[hospital.name])).delivery.id  # type: ignore[arg-type]


def test_killed_in_the_midst_of_a_confirmation_it_counts_once(
    registry: Registry, hospital: Hospital, reported: str, kill_at: Callable[[str], None]
) -> None:
    confirm(hospital, reported)
    kill_at("read:acted")
    with pytest.raises(Killed):
        work(registry)
    assert work(registry) == 0
    from vernix.registry.workflow.models import PeriodEvent

    assert PeriodEvent.objects.filter(kind="confirmation").count() == 1
    assert the_period().standing == "confirmed"


def test_from_a_day_on_the_month_before_is_written_down_once(registry: Registry, hospital: Hospital) -> None:
    from vernix.registry.quality.sending import write_down_month

    hospital.send({**GOOD})
    work(registry)
    assert write_down_month(registry.folder, date(2026, 4, 7), 8) == 0
    assert write_down_month(registry.folder, date(2026, 4, 8), 8) == 1
    assert write_down_month(registry.folder, date(2026, 4, 20), 8) == 0


def test_no_note_stands_in_the_open(registry: Registry, hospital: Hospital, reported: str) -> None:
    confirm(hospital, reported, note="Mrs Quexzylborough asked about it.")
    work(registry)
    for path in registry.folder.root.rglob("*"):
        assert not path.is_file() or b"Quexzylborough asked" not in path.read_bytes(), path
