"""How long a client's look for a new directory takes, of 2,000 partners, from a real gateway over loopback.

Three cases: nothing is new and this process has proven the directory before (an agent, the registry, the
gateway; target 5 ms); one version newer; and the first look of a fresh process, which has proven nothing yet.
Beside them a bare request for the timestamp, the least that any client must ask for.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from tests.exchange_kit import ExchangeKit, Member
from tests.partner_kit import exchange_of

from vernix.custody.trust import TIMESTAMP

TARGET_MILLISECONDS = 5.0


def run(repeats: int = 15, partners: int = 2000) -> dict[str, Any]:
    """Median milliseconds of each case, and what the first is in bare requests."""
    with tempfile.TemporaryDirectory() as scratch:
        kit = ExchangeKit(Path(scratch) / "kit")
        _grow(kit, partners)
        with kit.running() as gateway:
            client = exchange_of(kit, "riverside", Path(scratch) / "client")
            client.refresh_directory()
            bare = _median(lambda: client.directory_file(TIMESTAMP, 1 << 20), repeats)
            unchanged = _median(client.refresh_directory, repeats)
            newer = []
            for _ in range(max(3, repeats // 5)):
                kit.publish()
                files = kit.publisher.files()
                exchange_of(kit, "registry", Path(scratch) / "registry").publish_directory(files)
                newer.append(_timed(client.refresh_directory))
            folder = Path(scratch) / "client"
            fresh = _median(lambda: exchange_of(kit, "riverside", folder).refresh_directory(), 3)
            assert gateway.process is not None
    return {
        "partners": partners,
        "megabytes": round(len(kit.directory.to_bytes()) / 1e6, 1),
        "milliseconds": {
            "bare_request": round(bare, 2),
            "nothing_new": round(unchanged, 2),
            "one_version_newer": round(statistics.median(newer), 1),
            "fresh_process": round(fresh, 1),
        },
        "ratio_to_bare_request": round(unchanged / bare, 2),
        "target_milliseconds": TARGET_MILLISECONDS,
        "reached": unchanged <= TARGET_MILLISECONDS,
    }


def _grow(kit: ExchangeKit, partners: int) -> None:
    more = [Member.make(f"partner-{number:05d}").entry(kit.since) for number in range(partners - 3)]
    everybody = sorted([*kit.directory.partners, *more], key=lambda partner: partner.id)
    kit.publish(partners=tuple(replace(partner) for partner in everybody))


def _median(work: Callable[[], object], repeats: int) -> float:
    return statistics.median(_timed(work) for _ in range(repeats))


def _timed(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return (time.perf_counter() - start) * 1000


def main() -> None:
    """Run by itself: ``python -m bench.directory [--repeats N]``."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=15)
    json.dump(run(parser.parse_args().repeats), sys.stdout, indent=2)


if __name__ == "__main__":
    main()
