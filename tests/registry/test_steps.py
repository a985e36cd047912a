"""The steps of a submission: done once each, whenever the program is killed, and never in a loop."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
import structlog
from tests.exchange_kit import ExchangeKit, SealedPart
from tests.lying_gateway import LyingGateway, digest_of, refused
from tests.registry.conftest import CANARIES, GOOD, Hospital, Killed, everything_readable, work

from vernix.custody.delivery import Delivery
from vernix.custody.signatures import SigningKey
from vernix.errors import KeeperFailed
from vernix.registry.parting import Naming
from vernix.registry.unlocked import Registry
from vernix.registry.verifying import compare
from vernix.sealing.header import read_header

STEPS = ("collect", "read", "vault", "book", "answer", "receipt")
PLACES = ("begin", "acted", "settling", "settled")
POINTS = (
    *(f"{step}:{place}" for step in STEPS for place in PLACES),
    "read:opened",
    "read:answer-kept",
    "vault:file-kept",
    "book:file-kept",
    "lakehouse:committed",
)


def rows_of(count: int, **changes: str) -> list[dict[str, str]]:
    """Good rows with their own record numbers."""
    return [{**GOOD, "record_number": f"R{number}", **changes} for number in range(1, count + 1)]


def snapshot(registry: Registry, hospital: Hospital, delivery: str) -> dict[str, Any]:
    """The end state, without what differs between two runs (keys, ids, times)."""
    from vernix.registry.workflow.models import Step, Submission

    submission = Submission.objects.get(delivery=delivery)
    answer = hospital.answer(delivery)
    vault = registry.vault.table.read(["pseudonym", "row"]).to_pylist()
    book = registry.book.table("birth").read(["pseudonym", "row", "birth_weight"]).to_pylist()
    assert sorted((r["pseudonym"], r["row"]) for r in vault) == sorted(
        (r["pseudonym"], r["row"]) for r in book
    )
    return {
        "state": submission.state,
        "result": submission.result,
        "steps": sorted(Step.objects.values_list("name", flat=True)),
        "files": list(submission.files.values_list("part", "accepted", "warned", "rejected", "repeats")),
        "receipt": (answer.receipt.result, answer.receipt.counts),
        "answers": [(a.counts, [f.code for f in a.findings]) for a in answer.acknowledgements],
        "book": sorted((row["row"], row["birth_weight"]) for row in book),
        "folders": [len(list(folder.iterdir())) for folder in (registry.folder.parts, registry.folder.work)],
        "problems": compare(registry.folder).problems,
    }


def send_mixed(hospital: Hospital) -> str:
    """Three good rows, one with a warning, one that is refused."""
    return hospital.send(
        *rows_of(3),
        {**GOOD, "record_number": "R4", "birth_weight": "900"},
        {**GOOD, "record_number": "R5", "sex": "?"},
    )


def test_a_submission_goes_all_the_way(registry: Registry, hospital: Hospital) -> None:
    delivery = send_mixed(hospital)
    assert work(registry) == 0
    end = snapshot(registry, hospital, delivery)
    assert end["state"] == "done"
    assert end["result"] == "partly"
    assert end["steps"] == sorted(STEPS)
    assert end["receipt"][1].accepted == 4
    assert end["receipt"][1].rejected == 1
    assert len(end["answers"]) == 1
    assert end["problems"] == []
    assert end["folders"] == [0, 0]


@pytest.mark.parametrize("point", POINTS)
def test_killed_at_any_point_the_end_is_the_same(
    registry: Registry, hospital: Hospital, kill_at: Any, point: str
) -> None:
    delivery = send_mixed(hospital)
    kill_at(point)
    with pytest.raises(Killed):
        work(registry)
    assert work(registry) == 0
    end = snapshot(registry, hospital, delivery)
    assert (end["state"], end["result"], end["steps"]) == ("done", "partly", sorted(STEPS))
    assert end["files"] == [(1, 4, end["files"][0][2], 1, None)]
    assert len(end["book"]) == 4
    assert len(end["answers"]) == 1
    assert end["problems"] == []
    assert end["folders"] == [0, 0]


def test_a_header_alone_is_answered_with_a_refusal(registry: Registry, hospital: Hospital) -> None:
    path = hospital.write(rows_of(1))
    path.write_text(path.read_text().splitlines()[0] + "\n")
    delivery = hospital.send_file(path)
    assert work(registry) == 0
    answer = hospital.answer(delivery)
    assert "has a header but no rows" in answer.acknowledgements[0].refusal
    assert [each.code for each in answer.acknowledgements[0].findings] == ["file.refused"]
    assert "aucune ligne" in answer.acknowledgements[0].findings[0].text_fr
    assert answer.receipt.result == answer.acknowledgements[0].result == "rejected"
    assert compare(registry.folder).problems == []


def test_the_same_file_again_is_not_kept_twice(registry: Registry, hospital: Hospital) -> None:
    path = hospital.write(rows_of(3))
    first = hospital.send_file(path)
    assert work(registry) == 0
    second = hospital.send_file(path, again=True)
    assert work(registry) == 0
    answer = hospital.answer(second)
    assert answer.receipt.counts == hospital.answer(first).receipt.counts
    assert [finding.code for finding in answer.acknowledgements[0].findings] == ["already-received"]
    assert first in answer.acknowledgements[0].findings[0].text_en
    assert registry.book.table("birth").read(["row"]).num_rows == 3
    assert registry.vault.table.read(["row"]).num_rows == 3
    assert compare(registry.folder).problems == []


def test_the_same_file_again_takes_no_correction_back_and_says_so(
    registry: Registry, hospital: Hospital
) -> None:
    path = hospital.write([GOOD])
    hospital.send_file(path)
    work(registry)
    hospital.send({**GOOD, "birth_weight": "2400"})
    work(registry)
    again = hospital.send_file(path, again=True)
    work(registry)
    from vernix.registry.book import open_engine

    engine = open_engine(registry.folder.work)
    now = engine.to_pyarrow(registry.book.current(engine, "birth")).to_pylist()
    engine.disconnect()
    assert [row["birth_weight"] for row in now] == [2400]
    said = hospital.answer(again).acknowledgements[0].findings[0]
    assert "stays corrected" in said.text_en
    assert "reste corrigé" in said.text_fr


def test_the_same_file_from_another_partner_is_its_own(
    registry: Registry, kit: ExchangeKit, hospital: Hospital, tmp_path: Path
) -> None:
    hospital.send(*rows_of(2))
    Hospital(kit, tmp_path, "lakeside").send(*rows_of(2))
    assert work(registry) == 0
    held = registry.book.table("birth").read(["pseudonym", "submitter"])
    assert len(set(held["pseudonym"].to_pylist())) == 4


def test_a_correction_changes_what_it_says_and_nothing_else(registry: Registry, hospital: Hospital) -> None:
    hospital.send({**GOOD, "apgar_5": "9", "mother_age": "31"})
    work(registry)
    changed = {"birth_weight": "2400", "apgar_5": "", "mother_age": "!clear"}
    delivery = hospital.send({"record_number": "R1", "sex": "F", "birth_date": "2026-03-04", **changed})
    work(registry)
    assert hospital.answer(delivery).receipt.result == "accepted"
    from vernix.registry.book import open_engine

    engine = open_engine(registry.folder.work)
    now = engine.to_pyarrow(registry.book.current(engine, "birth")).to_pylist()
    assert len(now) == 1
    assert now[0]["birth_weight"] == 2400
    assert now[0]["apgar_5"] == 9
    assert now[0]["mother_age"] is None
    assert now[0]["site"] == "riverside"
    engine.disconnect()


def test_not_a_table_is_refused_with_a_reason(registry: Registry, hospital: Hospital) -> None:
    path = hospital.folder / "births.csv"
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 40)
    delivery = hospital.send_file(path)
    assert work(registry) == 0
    answer = hospital.answer(delivery)
    assert answer.receipt.result == "rejected"
    assert answer.acknowledgements[0].refusal
    assert registry.book.table("birth").read(["row"]).num_rows == 0


def test_a_mapping_without_an_end_is_not_read_to_it(
    registry: Registry, hospital: Hospital, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    held: list[int] = []
    batch = Naming.batch

    def noting(naming: Naming, submitter: str, encounter: str, file: Path, mapping: bytes) -> str:
        held.append(len(mapping))
        return batch(naming, submitter, encounter, file, mapping)

    monkeypatch.setattr(Naming, "batch", noting)
    mapping = tmp_path / "mapping.toml"
    mapping.write_bytes(b"#" * (5 << 20))
    delivery = hospital.send(*rows_of(1), mapping=mapping)
    assert work(registry) == 0
    assert hospital.answer(delivery).acknowledgements[0].refusal
    assert max(held) <= (1 << 20) + 1


def test_sealed_to_somebody_else_is_refused(
    registry: Registry, hospital: Hospital, kit: ExchangeKit, monkeypatch: pytest.MonkeyPatch
) -> None:
    from vernix.custody.directory import Directory

    to_lakeside = [kit.members["lakeside"].identity.recipient]
    monkeypatch.setattr(Directory, "recipients", lambda *_: to_lakeside)
    delivery = hospital.send(*rows_of(1))
    monkeypatch.undo()
    assert work(registry) == 0
    answer = hospital.answer(delivery)
    assert answer.receipt.result == "rejected"
    assert "somebody else" in answer.acknowledgements[0].refusal


def resend_as(
    gateway: LyingGateway, kit: ExchangeKit, stolen: str, sender: str, key: SigningKey | None = None
) -> Delivery:
    """Somebody else's sealed parts in a delivery of one's own, as a thief could put it together."""
    sealed = [gateway.parts[stolen, number] for number in range(2)]
    headers = [len(read_header(io.BytesIO(content)).encoded) for content in sealed]
    parts = [
        (f"upload-{number}", SealedPart(content, header, digest_of(content, header)))
        for number, (content, header) in enumerate(zip(sealed, headers, strict=True))
    ]
    delivery = kit.delivery(parts, sender=sender)
    envelope = delivery.sign(key or kit.members[sender].key).encode()
    gateway.deliveries[delivery.id] = envelope
    gateway.parts |= {(delivery.id, number): content for number, content in enumerate(sealed)}
    gateway.put_mail("registry", "delivery", envelope)
    return delivery


def test_somebody_elses_file_sent_on_is_refused(
    registry: Registry, hospital: Hospital, kit: ExchangeKit, gateway: LyingGateway, tmp_path: Path
) -> None:
    thief = Hospital(kit, tmp_path, "lakeside")
    stolen = resend_as(gateway, kit, hospital.send(*rows_of(2)), "lakeside")
    assert work(registry) == 0
    answer = thief.answer(stolen.id)
    assert answer.receipt.result == "rejected"
    assert "disagree" in answer.acknowledgements[0].refusal
    held = registry.book.table("birth").read(["submitter"])["submitter"].to_pylist()
    assert held == ["riverside", "riverside"]


def test_a_delivery_that_nobody_signed_becomes_no_submission(
    registry: Registry, hospital: Hospital, kit: ExchangeKit, gateway: LyingGateway
) -> None:
    from vernix.registry.workflow.models import Submission

    good = hospital.send(*rows_of(2))
    resend_as(gateway, kit, good, "riverside", SigningKey.generate())
    assert work(registry) == 0
    assert [each.delivery for each in Submission.objects.all()] == [good]
    assert registry.book.table("birth").read(["row"]).num_rows == 2


def test_bytes_that_are_not_those_signed_are_not_kept(
    registry: Registry, hospital: Hospital, gateway: LyingGateway
) -> None:
    delivery = hospital.send(*rows_of(2))
    honest = gateway.parts[delivery, 1]
    gateway.parts[delivery, 1] = honest[:-1] + bytes([honest[-1] ^ 1])
    assert work(registry) == 4
    assert registry.book.table("birth").read(["row"]).num_rows == 0
    gateway.parts[delivery, 1] = honest
    assert work(registry) == 0
    assert hospital.answer(delivery).receipt.result == "accepted"


def test_a_submission_without_data_is_refused(registry: Registry, hospital: Hospital) -> None:
    delivery = hospital.send_file(hospital.write(rows_of(1)), role="file")
    assert work(registry) == 0
    answer = hospital.answer(delivery)
    assert answer.receipt.result == "rejected"
    assert "no data file" in answer.acknowledgements[0].refusal


def test_a_message_is_signed_for_and_kept_sealed(registry: Registry, hospital: Hospital) -> None:
    path = hospital.folder / "note.txt"
    path.write_text(CANARIES[0])
    message = hospital.send_file(path, purpose="message")
    assert work(registry) == 0
    answer = hospital.answer(message)
    assert answer.receipt.result == "received"
    assert answer.acknowledgements == []
    assert [path.name for path in registry.folder.parts.iterdir()] == [message]


def test_what_fails_again_and_again_is_set_aside_and_the_rest_goes_on(
    registry: Registry, hospital: Hospital, monkeypatch: pytest.MonkeyPatch
) -> None:
    from vernix.registry import reading, steps
    from vernix.registry.status import look
    from vernix.registry.workflow.models import Submission

    bad = hospital.send(*rows_of(2))
    honest = reading.judge

    def broken(submission: Submission, *rest: Any) -> Any:
        if submission.delivery == bad:
            raise ValueError(f"a bug that quotes {CANARIES[0]}")
        return honest(submission, *rest)

    monkeypatch.setattr("vernix.registry.stages.judge", broken)
    assert work(registry) == 4
    good = hospital.send(*rows_of(1))
    for _ in range(6):
        Submission.objects.update(not_before=None)
        for submission in steps.ready():
            steps.advance(registry, registry.exchange(), submission)
    from vernix.registry.collecting import Postbox

    exchange = registry.exchange()
    Postbox(exchange, registry.publishing, registry.folder).look(0)
    for submission in steps.ready():
        steps.advance(registry, exchange, submission)
    status = look(registry.folder)
    assert [each["delivery"] for each in status["set_aside"]] == [bad]
    assert status["submissions"]["by_state"] == {"set-aside": 1, "done": 1}
    assert CANARIES[0] not in str(status)
    assert hospital.answer(good).receipt.result == "accepted"
    monkeypatch.undo()
    assert work(registry) == 0
    assert hospital.answer(bad).receipt.result == "accepted"


def test_a_kill_at_the_same_place_every_time_is_set_aside(
    registry: Registry, hospital: Hospital, kill_at: Any
) -> None:
    from vernix.registry import steps
    from vernix.registry.collecting import Postbox
    from vernix.registry.workflow.models import Submission

    hospital.send(*rows_of(1))
    exchange = registry.exchange()
    Postbox(exchange, registry.publishing, registry.folder).look(0)
    for _ in range(steps.MOST_ATTEMPTS):
        kill_at("read:opened")
        with pytest.raises(Killed):
            steps.advance(registry, exchange, Submission.objects.get())
    assert not steps.advance(registry, exchange, Submission.objects.get())
    assert Submission.objects.get().state == "set-aside"


def test_a_full_disk_is_not_the_submissions_fault(
    registry: Registry, hospital: Hospital, monkeypatch: pytest.MonkeyPatch
) -> None:
    from vernix.registry.workflow.models import Submission

    delivery = hospital.send(*rows_of(2))

    def full(*_: Any, **__: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("vernix.registry.answering.write_file", full)
    with pytest.raises(KeeperFailed, match="disk is full or failed: 1 submissions wait"):
        work(registry)
    assert Submission.objects.get().attempts == 0
    assert list(registry.folder.work.iterdir()) == []
    monkeypatch.undo()
    assert work(registry) == 0
    assert hospital.answer(delivery).receipt.result == "accepted"


def test_a_table_that_cannot_be_written_is_not_the_submissions_fault(
    registry: Registry, hospital: Hospital, monkeypatch: pytest.MonkeyPatch
) -> None:
    from deltalake.exceptions import DeltaError

    from vernix.registry.workflow.models import Submission

    def full(*_: Any, **__: Any) -> None:
        raise DeltaError(f"No space left; the row was {CANARIES[0]}")

    delivery = hospital.send(*rows_of(2))
    monkeypatch.setattr("deltalake.write_deltalake", full)
    with pytest.raises(KeeperFailed, match="1 submissions wait"):
        work(registry)
    waiting = Submission.objects.get()
    assert (waiting.state, waiting.attempts) == ("read", 0)
    assert CANARIES[0] not in waiting.trouble
    monkeypatch.undo()
    assert work(registry) == 0
    assert hospital.answer(delivery).receipt.result == "accepted"
    assert compare(registry.folder).problems == []


def test_a_database_that_cannot_be_written_is_said(
    registry: Registry, hospital: Hospital, monkeypatch: pytest.MonkeyPatch
) -> None:
    from django.db import OperationalError

    def full(*_: Any, **__: Any) -> None:
        raise OperationalError("database or disk is full")

    delivery = hospital.send(*rows_of(2))
    monkeypatch.setattr("vernix.registry.workflow.models.Step.objects.create", full)
    with pytest.raises(KeeperFailed, match="could not be written"):
        work(registry)
    monkeypatch.undo()
    assert work(registry) == 0
    assert hospital.answer(delivery).receipt.result == "accepted"


def test_a_gateway_that_refuses_the_answer_is_asked_again(
    registry: Registry, hospital: Hospital, gateway: LyingGateway
) -> None:
    delivery = hospital.send(*rows_of(2))
    gateway.lie("receipt", refused(503))
    assert work(registry) == 4
    gateway.honest()
    assert work(registry) == 0
    assert hospital.answer(delivery).receipt.result == "accepted"
    assert registry.book.table("birth").read(["row"]).num_rows == 2


def test_canaries_stand_nowhere_in_the_clear(
    registry: Registry, hospital: Hospital, capfd: pytest.CaptureFixture[str]
) -> None:
    from django.db import connection

    from vernix.registry.logs import configure

    configure()
    try:
        send_mixed(hospital)
        assert work(registry) == 0
    finally:
        structlog.reset_defaults()
    connection.close()
    said = capfd.readouterr()
    assert "step" in said.err
    control = hospital.folder / "births-1.csv"
    for canary in CANARIES:
        assert canary.encode() in control.read_bytes()
        assert canary not in said.err + said.out
        for path, content in everything_readable(registry.folder.root):
            assert canary.encode() not in content, path.name
