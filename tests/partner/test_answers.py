"""What came back: receipts and acknowledgements, as ``collect`` shows them and ends with."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from tests.exchange_kit import ExchangeKit
from tests.lying_gateway import Asked, LyingGateway, Told
from tests.partner.conftest import Document, Vernix
from tests.partner_kit import exchange_of, post_from_registry

from vernix.courier.sending import Outbox
from vernix.intake.acknowledgement import Acknowledgement
from vernix.intake.findings import Cause, Counts, Kind
from vernix.partner.state import Partner

GRAMS = Kind("B101", "error", "weight", "birth_weight", "Give grams.", "Donnez des grammes.")


def test_an_acknowledgement_says_what_to_do(
    kit: ExchangeKit,
    gateway: LyingGateway,
    riverside: Partner,
    vernix: Vernix,
    document: Document,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    source = tmp_path / "births.bin"
    source.write_bytes(b"rows")
    sent = document("send", source, "--data", riverside.folder.path)["delivery"]
    causes = (Cause(GRAMS, 4, (7,)),)
    content = Acknowledgement(sent, "births.bin", "birth", Counts(9, 1, 1), causes).to_bytes()
    post_from_registry(
        kit, tmp_path, [("a.json", content)], "acknowledgement", role="acknowledgement", reply=sent
    )
    monkeypatch.setenv("LC_ALL", "en_CA.UTF-8")
    assert vernix("collect", "--data", riverside.folder.path) == 1, "a row was rejected"
    shown = capsys.readouterr().out
    for word in ("B101", "error", "7", "weight", "Give grams.", "9 rows accepted", "and 3 more"):
        assert word in shown
    assert document("collect", "--data", riverside.folder.path)["acknowledgements"] == []
    gateway.honest()
    post_from_registry(
        kit, tmp_path, [("a.json", content)], "acknowledgement", role="acknowledgement", reply=sent
    )
    capsys.readouterr()
    assert vernix("collect", "--french", "--json", "--data", riverside.folder.path) == 1
    french = json.loads(capsys.readouterr().out)["acknowledgements"]
    assert french[0]["findings"][0]["text"] == "Donnez des grammes."
    assert french[0]["findings"][0]["row"] == 7


def test_what_came_back_can_be_seen_again_and_whole(
    kit: ExchangeKit,
    gateway: LyingGateway,
    riverside: Partner,
    vernix: Vernix,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    reply, data = "019caf1d-3000-7000-8000-00000000000d", ("--data", riverside.folder.path)
    causes = (Cause(GRAMS, 60, tuple(range(1, 61))),)
    content = Acknowledgement(reply, "births.csv", "birth", Counts(9, 0, 60), causes).to_bytes()
    post_from_registry(
        kit, tmp_path, [("a.json", content)], "acknowledgement", role="acknowledgement", reply=reply
    )
    assert vernix("collect", *data) == 1
    told = re.search(r"and 20 more; vernix (collect --again \S+ --json) ", capsys.readouterr().out)
    assert told is not None
    gateway.block("mailbox", 503)  # what is here needs no gateway
    assert vernix(*told[1].split(), *data) == 1, "as the first time"
    (whole,) = json.loads(capsys.readouterr().out)["acknowledgements"]
    assert [finding["row"] for finding in whole["findings"]] == list(range(1, 61))
    assert vernix("collect", "--again", reply, "--fhir", *data) == 1
    outcome = json.loads(capsys.readouterr().out)
    assert (outcome["resourceType"], len(outcome["issue"])) == ("OperationOutcome", 61)
    assert vernix("collect", "--fhir", *data) == 2
    assert vernix("collect", "--again", reply[:-1] + "e", *data) == 2
    assert vernix("collect", "--again", "*", *data) == 2


def test_the_files_of_an_answer_are_called_after_what_they_answer(
    kit: ExchangeKit,
    gateway: LyingGateway,
    riverside: Partner,
    document: Document,
    tmp_path: Path,
) -> None:
    reply = "019caf1d-3000-7000-8000-00000000000d"
    files = [
        (f"acknowledgement-{number}.json", Acknowledgement(reply, name, "birth", Counts(1, 0, 0)).to_bytes())
        for number, name in enumerate(("march.csv", "march.xlsx", "../../april.csv", ""), start=1)
    ]
    post_from_registry(kit, tmp_path, files, "acknowledgement", role="acknowledgement", reply=reply)
    folder = tmp_path / "into"
    found = document("collect", "--into", folder, "--data", riverside.folder.path)
    names = ["march.acknowledgement.json", "march.acknowledgement (2).json", "april.acknowledgement.json"]
    assert [Path(file["path"]).name for file in found["files"]] == [*names, "acknowledgement-4.json"]
    assert {path.name for path in folder.iterdir()} == {*names, "acknowledgement-4.json"}


@pytest.mark.parametrize(
    ("counts", "refusal", "code"),
    [
        (Counts(3, 1, 0), "", 0),
        (Counts(2, 0, 1), "", 1),
        (Counts(0, 0, 3), "", 1),
        (Counts(0, 0, 0), "This is a PDF document, not a CSV file.", 1),
    ],
)
def test_collect_ends_as_check_would(
    kit: ExchangeKit,
    gateway: LyingGateway,
    riverside: Partner,
    vernix: Vernix,
    tmp_path: Path,
    counts: Counts,
    refusal: str,
    code: int,
) -> None:
    reply = "019caf1d-3000-7000-8000-00000000000d"
    content = Acknowledgement(reply, "births.csv", "birth", counts, refusal=refusal).to_bytes()
    post_from_registry(
        kit, tmp_path, [("a.json", content)], "acknowledgement", role="acknowledgement", reply=reply
    )
    assert vernix("collect", "--data", riverside.folder.path) == code
    assert vernix("collect", "--data", riverside.folder.path) == 0, "it was shown"


def test_collect_waits_for_the_answer_to_a_submission(
    kit: ExchangeKit, gateway: LyingGateway, riverside: Partner, document: Document, tmp_path: Path
) -> None:
    """The receipt comes first, the acknowledgement a round later: one ``collect --wait`` shows both."""
    source = tmp_path / "births.bin"
    source.write_bytes(b"rows")
    sent = document("send", source, "--data", riverside.folder.path)["delivery"]
    delivery = next(Outbox(riverside.folder.outbox).sent(sent)).delivery
    registry = exchange_of(kit, "registry", tmp_path / "registry-side")
    rounds: list[int] = []

    def answer(_asked: Asked, told: Told) -> Told:
        rounds.append(1)
        if len(rounds) == 3:
            registry.post_receipt(
                kit.receipt(delivery, result="accepted").sign(kit.members["registry"].key).encode()
            )
        if len(rounds) == 6:
            content = Acknowledgement(sent, "births.bin", "birth", Counts(1, 0, 0)).to_bytes()
            post_from_registry(
                kit, tmp_path, [("a", content)], "acknowledgement", role="acknowledgement", reply=sent
            )
        return told

    gateway.lie("mailbox", answer)
    found = document("collect", "--wait", 30, "--data", riverside.folder.path)
    assert [entry["result"] for entry in found["receipts"]] == ["accepted"]
    assert [entry["delivery"] for entry in found["acknowledgements"]] == [sent]
