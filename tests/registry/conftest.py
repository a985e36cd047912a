"""A registry in this process: founded on the keys of an ``ExchangeKit``, with a gateway that can lie."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from tests.exchange_kit import ExchangeKit
from tests.lying_gateway import LyingGateway
from tests.partner_kit import exchange_of, sender

from vernix.courier import road
from vernix.courier.dispatch import Dispatch, OutgoingFile
from vernix.courier.exchange import Exchange
from vernix.courier.sending import Outbox
from vernix.custody.delivery import Delivery
from vernix.custody.manifest import Manifest
from vernix.custody.receipt import Receipt
from vernix.custody.rights import OF_DATA
from vernix.custody.signatures import Signed
from vernix.intake.acknowledgement import Acknowledgement
from vernix.registry.keyring import Keyring
from vernix.registry.settings import Profile, RegistryFolder, open_workflow
from vernix.registry.unlocked import Registry
from vernix.sealing.opening import open_bytes

PASSPHRASE = b"a passphrase for tests"
SURNAME, GIVEN, NUMBER, CHART = "Quexzylborough", "Vrantilda", "9393881587", "CHRT-77134559"
CANARIES = (SURNAME, GIVEN, NUMBER, CHART)

GOOD = {
    "record_number": "R1", "birth_date": "2026-03-04", "sex": "F", "birth_weight": "3400",
    "gestation": "39w2d", "plurality": "1", "birth_order": "1", "outcome": "live",
    "delivery_method": "spontaneous", "labour_type": "spontaneous", "apgar_5": "9", "mother_age": "31",
    "mother_family_name": SURNAME, "mother_given_names": GIVEN, "mother_health_number": NUMBER,
    "mother_chart_number": CHART,
}  # fmt: skip


class Killed(BaseException):
    """Stands for SIGKILL inside this process: no ``except Exception`` sees it."""


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """No pauses: what is repeated is what matters, not how long it takes."""
    monkeypatch.setattr(
        road.patiently, "__kwdefaults__", {"attempts": 2, "pause": 0.0, "sleep": lambda _s: None}
    )


@pytest.fixture
def kill_at(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Make the next pass through a failpoint kill what runs, as far as that can be done in one process."""

    def killed(_pid: int, _signal: int) -> None:
        monkeypatch.delenv("VERNIX_FAILPOINT")
        raise Killed

    def arm(name: str) -> None:
        monkeypatch.setenv("VERNIX_FAILPOINT", name)

    monkeypatch.setattr("vernix.registry.failpoints.os.kill", killed)
    return arm


@pytest.fixture
def kit(tmp_path: Path) -> ExchangeKit:
    return ExchangeKit(tmp_path / "registry")


@pytest.fixture
def gateway(kit: ExchangeKit) -> Iterator[LyingGateway]:
    with LyingGateway(kit).running() as running:
        yield running


def open_tables(folder: RegistryFolder) -> None:
    """Point the workflow at this folder's database: in a program it is opened once, here once a test."""
    from django.conf import settings

    if settings.configured:
        from django.db import connection

        connection.close()
        connection.settings_dict["NAME"] = settings.DATABASES["default"]["NAME"] = str(folder.database)
    open_workflow(folder)


def settle_registry(kit: ExchangeKit) -> Registry:
    """A founded registry whose directory and keys are the kit's."""
    folder = RegistryFolder(kit.folder)
    folder.make()
    made = Keyring.generate()
    member = kit.members["registry"]
    keys = Keyring(
        identity=member.identity,
        signing=member.key,
        targets=kit.online.targets,
        timestamp=kit.online.timestamp,
        vault=made.vault,
        index=made.index,
        pseudonym=made.pseudonym,
    )
    keys.save(folder.keyring, PASSPHRASE, work_factor=8)
    folder.root.with_name("passphrase").write_bytes(PASSPHRASE)
    open_tables(folder)
    profile = Profile("Registry", kit.url, kit.fingerprint)
    registry = Registry(folder, profile, keys)
    registry.vault.found()
    registry.book.found()
    folder.save_profile(profile)
    return registry


@pytest.fixture
def registry(kit: ExchangeKit) -> Registry:
    return settle_registry(kit)


@dataclass(frozen=True)
class Answer:
    """What came back to a partner for one delivery."""

    receipt: Receipt
    acknowledgements: list[Acknowledgement]
    files: list[tuple[str, bytes]]


class Hospital:
    """A partner with its outbox: sends rows, fetches answers."""

    def __init__(self, kit: ExchangeKit, folder: Path, name: str = "riverside") -> None:
        self.kit, self.name = kit, name
        self.folder = folder / name
        self.folder.mkdir(parents=True)
        self.exchange: Exchange = exchange_of(kit, name, self.folder)
        self._count = 0

    def send(
        self,
        *rows: Mapping[str, str],
        mapping: Path | None = None,
        again: bool = False,
        encounter: str = "birth",
    ) -> str:
        """Send rows as a CSV file of an encounter; returns the delivery's id."""
        return self.send_file(self.write(rows), mapping=mapping, again=again, encounter=encounter)

    def write(self, rows: Sequence[Mapping[str, str]]) -> Path:
        """Rows as a CSV file."""
        stream = io.StringIO()
        names = list(dict.fromkeys(name for row in rows for name in row))
        writer = csv.DictWriter(stream, names)
        writer.writeheader()
        writer.writerows(rows)
        self._count += 1
        path = self.folder / f"births-{self._count}.csv"
        path.write_text(stream.getvalue(), encoding="utf-8")
        return path

    def send_file(
        self,
        path: Path,
        *,
        mapping: Path | None = None,
        purpose: str = "submission",
        role: str = "",
        again: bool = False,
        encounter: str = "birth",
    ) -> str:
        """Send a file; returns the delivery's id."""
        role = role or ("data" if purpose in OF_DATA else "file")
        kind = encounter if role == "data" else None
        files = [OutgoingFile(path, path.name, "text/csv", role, kind)]
        if mapping is not None:
            files.append(OutgoingFile(mapping, mapping.name, "application/toml", "mapping"))
        outbox = Outbox(self.folder / "outbox")
        plan = outbox.begin(Dispatch(("registry",), purpose, tuple(files)), again=again)
        assert not hasattr(plan, "envelope"), "this was sent before"
        return outbox.send(plan, self.exchange, sender(self.kit.members[self.name])).delivery.id

    def answer(self, delivery: str) -> Answer:
        """The receipt and the acknowledgements for a delivery; fails where there is more than one."""
        page = self.exchange.mailbox()
        directory = self.exchange.refresh_directory()
        receipts = [Signed.decode(letter.envelope) for letter in page.receipts]
        mine = [parsed for each in receipts if (parsed := Receipt.parse(each.document)).delivery == delivery]
        assert len(mine) == 1, "not one receipt"
        found = [Delivery.parse(Signed.decode(letter.envelope).document) for letter in page.deliveries]
        replies = [each for each in found if each.in_reply_to == delivery]
        assert len(replies) <= 1, "more than one acknowledgement"
        acknowledgements: list[Acknowledgement] = []
        files: list[tuple[str, bytes]] = []
        for reply in replies:
            contents = [self._open(reply.id, number) for number in range(len(reply.parts))]
            manifest = Manifest.open_signed(contents[0], directory, self.name, reply.created)
            manifest.check_against(reply)
            taken = [contents[file.part][file.offset :][: file.size] for file in manifest.files]
            files = [(file.name, content) for file, content in zip(manifest.files, taken, strict=True)]
            acknowledgements = [
                Acknowledgement.parse(content)
                for file, content in zip(manifest.files, taken, strict=True)
                if file.role == "acknowledgement"
            ]
        return Answer(mine[0], acknowledgements, files)

    def _open(self, delivery: str, number: int) -> bytes:
        with self.exchange.part(delivery, number, 0) as flow:
            sealed = b"".join(bytes(piece) for piece in flow.pieces)
        return open_bytes(sealed, [self.kit.members[self.name].identity], 1 << 24)


@pytest.fixture
def hospital(kit: ExchangeKit, gateway: LyingGateway, tmp_path: Path) -> Hospital:
    assert gateway.kit is kit, "a hospital needs its gateway"
    return Hospital(kit, tmp_path)


def work(registry: Registry) -> int:
    """What ``vernix-registry run --once`` does, in this process; its exit code."""
    from vernix.registry import steps
    from vernix.registry.loop import Runner

    steps.begin_again(registry)
    return Runner(registry, registry.exchange()).once()


def everything_readable(folder: Path, leave_out: Sequence[str] = ()) -> Iterator[tuple[Path, bytes]]:
    """Every file under a folder with its content."""
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not any(part in leave_out for part in path.relative_to(folder).parts):
            yield path, path.read_bytes()
