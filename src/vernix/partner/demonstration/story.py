"""The journey, told once with real programs: found, join, check, send, be robbed, run, collect, report."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from vernix.partner.demonstration.programs import Child, ask, free_port, run, wait_until_healthy
from vernix.partner.demonstration.seizure import identifying_words, readable_records

# Places of the home are left out: a city's name is also in the public names of partners.
_IDENTIFYING = (
    "child_family_name",
    "child_given_names",
    "child_health_number",
    "child_chart_number",
    "mother_family_name",
    "mother_given_names",
    "mother_health_number",
    "mother_chart_number",
    "phone",
)
_REFUSED_ROWS = 1
_SCREENING = "newborn_screening"


@dataclass(frozen=True)
class Sender:
    """A partner of the demonstration: its name, its file, what it is, and its mapping where one is needed."""

    name: str
    file: Path
    mapping: Path | None = None
    encounter: str = "birth"

    @property
    def folder_name(self) -> str:
        """A folder name for its state."""
        return self.name.lower().replace(" ", "-")


@dataclass
class Stage:
    """Where the demonstration plays: three data folders that never overlap, and what runs in them."""

    root: Path
    senders: list[Sender]
    port: int = field(default_factory=free_port)
    sftp_port: int = field(default_factory=free_port)
    running: list[Child] = field(default_factory=list)

    @property
    def url(self) -> str:
        """The gateway's address."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def gateway(self) -> Path:
        """The gateway's data folder."""
        return self.root / "gateway"

    @property
    def registry(self) -> Path:
        """The registry's data folder."""
        return self.root / "registry"

    @property
    def passphrase(self) -> Path:
        """The registry's passphrase, apart from its data, as on a real machine."""
        return self.root / "registry.passphrase"

    def partner(self, sender: Sender) -> Path:
        """A partner's data folder."""
        return self.root / "partners" / sender.folder_name

    def log(self, name: str) -> Path:
        """A program's log file."""
        return self.root / f"{name}.log"

    def registry_options(self) -> tuple[str | Path, ...]:
        """How each command of the registry finds its data and its keys."""
        return ("--data", self.registry, "--passphrase-file", self.passphrase)

    def start(self, log: str, program: str, *arguments: str | Path) -> Child:
        """Start a program that keeps running."""
        child = Child(self.log(log), program, *arguments)
        self.running.append(child)
        return child

    def stop(self, child: Child) -> None:
        """End one of them."""
        child.stop()
        self.running.remove(child)

    def check(self) -> None:
        """Raise KeeperFailed, naming its log, when one that should be running has ended by itself."""
        for child in self.running:
            child.check()

    def stop_all(self) -> None:
        """End all of them, last started first."""
        for child in reversed(self.running):
            child.stop()
        self.running.clear()


def found(stage: Stage) -> None:
    """The registry makes its keys; the gateway starts with nothing but the directory."""
    stage.root.mkdir(parents=True, exist_ok=True)
    ask("vernix-registry", "init", "--gateway", stage.url, *stage.registry_options())
    gateway = stage.start(
        "gateway",
        "vernix-gateway", "serve", "--data", stage.gateway, "--directory", stage.registry / "public",
        "--port", str(stage.port), "--sftp-port", str(stage.sftp_port),
    )  # fmt: skip
    wait_until_healthy(stage.url, gateway)


def enrol(stage: Stage) -> None:
    """Each partner is invited and joins; the registry runs meanwhile to let them in."""
    invitations = [
        ask("vernix-registry", "invite", sender.name, *stage.registry_options())["invitation"]
        for sender in stage.senders
    ]
    registry = start_registry(stage)
    with ThreadPoolExecutor(max_workers=2) as pool:
        list(pool.map(lambda pair: _join(stage, *pair), zip(stage.senders, invitations, strict=True)))
    stage.stop(registry)


def start_registry(stage: Stage) -> Child:
    """The registry's collecting program."""
    return stage.start("registry", "vernix-registry", "run", *stage.registry_options())


def check_and_send(stage: Stage) -> list[str]:
    """Every partner checks its file at home, then seals and sends it. Returns the deliveries' ids."""
    deliveries = []
    for sender in stage.senders:
        mapping = ("--mapping", sender.mapping) if sender.mapping else ()
        what = ("--as", sender.encounter, *mapping)
        run("vernix", "check", *what, sender.file, accept=(0, _REFUSED_ROWS))
        sent = ask(
            "vernix", "send", "--to", "registry", *what, "--data", stage.partner(sender), sender.file,
        )  # fmt: skip
        deliveries.append(str(sent["delivery"]))
    return deliveries


def seize(stage: Stage) -> tuple[int, int]:
    """A thief takes all the gateway holds: (records readable there, records in the senders' own files)."""
    files = [sender.file for sender in stage.senders if sender.mapping is None]
    records = [words for file in files for words in identifying_words(file, _IDENTIFYING)]
    return (
        readable_records([stage.gateway], records),
        readable_records({file.parent for file in files}, records),
    )


def collect(stage: Stage) -> list[dict[str, Any]]:
    """Every partner fetches its receipt and its row-level acknowledgement."""
    return [
        ask(
            "vernix", "collect", "--data", stage.partner(sender), "--wait", "60",
            "--into", stage.partner(sender) / "received", accept=(0, 1),
        )
        for sender in stage.senders
    ]  # fmt: skip


def report(stage: Stage) -> tuple[dict[str, Any], str, Path]:
    """The registry's first report: as a document, as a table to read, and as a picture."""
    picture = stage.root / "births.svg"
    options = ("--data", stage.registry)
    run("vernix-registry", "report", "births", "--format", "svg", "-o", picture, *options)
    table = run("vernix-registry", "report", "births", *options)
    return ask_report(stage), table, picture


def ask_report(stage: Stage) -> dict[str, Any]:
    """The report of births as its JSON document."""
    text = run("vernix-registry", "report", "births", "--format", "json", "--data", stage.registry)
    document: dict[str, Any] = json.loads(text)
    return document


def clear(root: Path) -> None:
    """Remove what an earlier demonstration left in its own folders, and nothing else."""
    for name in ("gateway", "registry", "partners", "cohort"):
        shutil.rmtree(root / name, ignore_errors=True)


def synthetic_senders(root: Path, births: int) -> Iterator[Sender]:
    """The partners of a synthetic cohort, one file each: its hospitals, and the laboratory that screens."""
    folder = root / "cohort"
    run(
        "vernix",
        "cohort",
        "--births",
        str(births),
        "--encounter",
        _SCREENING,
        "--seed",
        "2026",
        "--out",
        folder,
    )
    yield from _senders(folder, "birth")
    yield from _senders(folder / _SCREENING, _SCREENING)


def _senders(folder: Path, encounter: str) -> Iterator[Sender]:
    for file in sorted(folder.glob("*.csv")):
        if file.stem != "truth":
            yield Sender(file.stem.replace("-", " ").title(), file, encounter=encounter)


def _join(stage: Stage, sender: Sender, invitation: str) -> None:
    ask("vernix", "join", invitation, "--data", stage.partner(sender))


def registry_status(stage: Stage) -> dict[str, Any]:
    """The registry's own count of what it keeps."""
    return ask("vernix-registry", "status", "--data", stage.registry)


def sftp(stage: Stage) -> dict[str, Any]:
    """How one hospital sends over SFTP: port, user, key file, remote folder, to whom, and its data folder."""
    data = stage.partner(stage.senders[0])
    user = json.loads((data / "partner.json").read_text("utf-8"))["id"]
    return {
        "port": stage.sftp_port,
        "user": user,
        "key": str((data / "keys" / "ssh_ed25519").resolve()),
        "to": "/to/registry",
        "partner": "registry",
        "data": str(data.resolve()),
    }


def totals(document: dict[str, Any], sender: Sender, measures: Sequence[str]) -> dict[str, int]:
    """One sender's measures, summed over the years of the report."""
    rows = [row for row in document["rows"] if row["site"] == sender.folder_name]
    # The summary's key says multiple (DESIGN.md section 7) and means twins; the report keeps the two apart.
    columns = {measure: "twins" if measure == "multiple" else measure for measure in measures}
    return {measure: sum(row[column] or 0 for row in rows) for measure, column in columns.items()}
