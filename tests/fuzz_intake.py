"""Damaged files, one after another, led by coverage: ``python -m tests.fuzz_intake [--minutes 60]``.

What is tried begins with a row of each encounter, and with real files where the shared data is. The first
byte chooses the encounter, the rest is the file. Whatever else but findings or a refusal comes out of
reading, a value in what is said, half a minute without an answer, or more memory than ``MEMORY_MIB`` ends the
run with the file kept in ``.fuzz/``.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib
import os
import pkgutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["vernix.intake"]):
    from tests.damage_kit import real_files, values_said

    from vernix import intake
    from vernix.births import encounters

    # The rooms of the formats are loaded when they are first needed; here, while they are instrumented.
    for room in pkgutil.walk_packages(intake.__path__, "vernix.intake."):
        importlib.import_module(room.name)

MEMORY_MIB = 1536
"""What reading any file may take, with the engine and the fuzzer's own tables."""
FOLDER = Path(".fuzz")
_REPOSITORY = Path(__file__).resolve().parent.parent
_NAMES = encounters.names()


def main() -> None:
    """Try for so many minutes; leaves with another code than 0 if something was found."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz_intake", description=__doc__)
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--data", type=Path, default=os.environ.get("VERNIX_SHARED_DATA"))
    options = parser.parse_args()
    corpus = FOLDER / "corpus"
    corpus.mkdir(parents=True, exist_ok=True)
    for content in _seeds(options.data or _REPOSITORY.parent / "shared" / "data"):
        (corpus / hashlib.sha256(content).hexdigest()[:16]).write_bytes(content)
    arguments = [
        f"-max_total_time={options.minutes * 60:.0f}",
        f"-rss_limit_mb={MEMORY_MIB}",
        "-timeout=30",
        "-max_len=65536",
        f"-artifact_prefix={FOLDER}/found-",
    ]
    atheris.Setup([sys.argv[0], *arguments, str(corpus)], _one(FOLDER / "tried"))
    atheris.Fuzz()


def _one(path: Path) -> Callable[[bytes], None]:
    def read(content: bytes) -> None:
        if content:
            path.write_bytes(content[1:])
            said = values_said(path, _NAMES[content[0] % len(_NAMES)])
            assert not said, f"{len(said)} values of the file stand in what is said of it"

    return read


def _seeds(shared_data: Path) -> Iterator[bytes]:
    """A row of each encounter, and real files, each for the encounter that it most likely is."""
    for number, name in enumerate(_NAMES):
        columns = [element.name for element in encounters.get(name).elements]
        yield bytes([number]) + f"{','.join(columns)}\n{','.join('1' * len(columns))}\n".encode()
    for path in real_files(shared_data):
        kind = "newborn_screening" if "03-hl7v2" in path.parts else "birth"
        yield bytes([_NAMES.index(kind)]) + path.read_bytes()


if __name__ == "__main__":
    main()
