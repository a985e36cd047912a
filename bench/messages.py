"""HL7 v2 results read into columns of elements, beside two ways of only taking messages apart.

``tree`` splits a message at every delimiter into nested lists, which is the least that a general reader does;
``hl7`` is the package of that name, if it is installed (``pip install hl7==0.4.5``). ``columns`` is what the
source gives, ``checked`` the whole way to findings. All in one run, in processor seconds. Target: ``checked``
reads 25,000 messages a second on one core.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

TARGET = 25_000
_FEW = 300  # messages for the package, which is slow
_HEADER = "MSH|^~\\&|LIS|LAB|VERNIX|REGISTRY|20240304101500||ORU^R01^ORU_R01|M{n}|P|2.5.1"
_PATIENT = (
    "PID|1||{n:07}^^^LAKESIDE^MR~6012345671^^^CANON^JHN||Roy^Anne^Zoe||202402290305|F|||1 Main^Apt 2"
    "^Ottawa^ON^K1A0B1||^^^^^613^5550100|||||||||N||N|1"
)
_MOTHER = "NK1|2|Roy^Marie|MTH^Mother^HL70063|1 Main^^Ottawa^ON^K1A0B1|^^^^^613^5550100|||||||||||19930401"
_ORDER = "OBR|1|P{n}|F{n}|54089-8^Newborn screening panel^LN|||202403020710|||||||||||||||20240305093000"
_ANSWERS = (
    ("57721-3", "CWE", "LA12421-6^Initial screen^LN", ""),
    ("57718-9", "CWE", "LA12432-3^Acceptable^LN", ""),
    ("57130-7", "CWE", "LA12428-1^All screening is in range for the conditions tested^LN", ""),
    ("57723-9", "ST", "C{n:08}", ""),
    ("8339-4", "NM", "{weight}", "g^gram^UCUM"),
    ("57714-8", "NM", "{weeks}", "wk^week^UCUM"),
    *(
        (code, "CWE", "LA18592-8^In range^LN", "")
        for code in ("46762-1", "46758-9", "46769-6", "46737-3", "46761-3")
    ),
)


def message(number: int) -> str:
    """A result of 18 segments and about 1,300 bytes."""
    answers = [
        f"OBX|{place}|{kind}|{code}^Question asked^LN||{value}|{unit}||N|||F"
        for place, (code, kind, value, unit) in enumerate(_ANSWERS, 1)
    ]
    lines = [_HEADER, _PATIENT, _MOTHER, "PV1|1|I|NURS^1^A^LAKESIDE", "ORC|RE|P{n}|F{n}", _ORDER, *answers]
    text = "\r".join(lines).format(n=number, weight=2500 + number % 1500, weeks=36 + number % 6)
    return f"{text}\rSPM|1|X||440500007^Blood spot specimen^SCT|||||||||||||202403020710\r"


def run(messages: int = 20_000, repeats: int = 3) -> dict[str, Any]:
    """Messages a second of each, the best of ``repeats``, alternating; and what follows for the target."""
    from vernix.births import encounters
    from vernix.intake.hl7.source import Hl7Source
    from vernix.intake.reading import read

    texts = [message(number) for number in range(messages)]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "results.hl7"
        path.write_text("".join(texts), encoding="utf-8")
        source = Hl7Source(path)
        source.mapping(encounters.get("newborn_screening"))
        ways: dict[str, tuple[int, Callable[[], object]]] = {
            "tree": (messages, lambda: _each(_tree, texts)),
            "columns": (messages, lambda: sum(len(batch.rows) for batch in source.batches())),
            "checked": (messages, lambda: read(path, "newborn_screening").counts),
        }
        if find_spec("hl7") is not None:
            ways["hl7"] = (_FEW, lambda: _each(_package, texts[:_FEW]))
        seconds: dict[str, list[float]] = {name: [] for name in ways}
        for _ in range(repeats):
            for name, (count, way) in ways.items():
                seconds[name].append(_timed(way) / count)
    rate = {name: round(1 / min(each)) for name, each in seconds.items()}
    return {
        "bytes_a_message": len(texts[0]),
        "messages_per_second": rate,
        "checked_to_tree": round(rate["checked"] / rate["tree"], 2),
        "checked_to_hl7": round(rate["checked"] / rate["hl7"], 1) if "hl7" in rate else None,
        "target": TARGET,
        "reached": rate["checked"] >= TARGET,
    }


def _each(way: Callable[[str], object], texts: list[str]) -> None:
    for text in texts:
        way(text)


def _tree(text: str) -> list[list[list[list[list[str]]]]]:
    return [
        [
            [[part.split("&") for part in each.split("^")] for each in field.split("~")]
            for field in line.split("|")
        ]
        for line in text.split("\r")
        if line
    ]


def _package(text: str) -> object:
    import hl7  # type: ignore[import-not-found]

    return hl7.parse(text)


def _timed(way: Callable[[], object]) -> float:
    start = time.process_time()
    way()
    return time.process_time() - start


def main() -> None:
    """Run by itself: ``python -m bench.messages [--messages N]``."""
    import json

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=int, default=20_000)
    json.dump(run(parser.parse_args().messages), sys.stdout, indent=2)


if __name__ == "__main__":
    main()
