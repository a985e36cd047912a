"""Every format, read and checked: rows a second, and for workbooks beside calamine alone (target 0.8).

The same births in each: a cohort, written as CSV, as a workbook, as IJE records, as an XML batch and as the
JSON of a form, and as Parquet. "Read" is what the format's source gives, "checked" is the whole way to
findings; the peak of memory is told for all rows and for a tenth of them.
"""

from __future__ import annotations

import argparse
import csv
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import python_calamine

from vernix.births.cohort.births import generate
from vernix.intake.formats import open_source
from vernix.intake.ije.writing import IjeWriter
from vernix.intake.reading import read

BIRTHS = 20_000
CALAMINE_TARGET = 0.8


def run(births: int = BIRTHS, repeats: int = 3) -> dict[str, Any]:
    """Write the cohort in every format, and read each file again."""
    with tempfile.TemporaryDirectory(prefix="vernix-bench-") as folder:
        files = _written(_made(folder, "many"), births)
        few = _written(_made(folder, "few"), births // 10)
        measured = {name: _measured(path, repeats) for name, path in files.items()}
        for name, found in measured.items():
            found["peak_mib"] = {"a_tenth": _peak(few[name]), "all": _peak(files[name])}
        alone = _best(lambda: _calamine(files["excel"]), repeats)
    checked = measured["excel"]["checked_seconds"]
    return {
        "births": births,
        "formats": measured,
        "calamine_alone": {key: round(value, 3) for key, value in alone.items()},
        "excel_beside_calamine": round(alone["seconds"] / checked, 2),
        "excel_beside_calamine_processor": round(
            alone["processor_seconds"] / measured["excel"]["checked_processor_seconds"], 2
        ),
        "target": CALAMINE_TARGET,
        "reached": alone["seconds"] / checked >= CALAMINE_TARGET,
    }


def _made(folder: str, name: str) -> Path:
    path = Path(folder, name)
    path.mkdir()
    return path


def _peak(path: Path) -> int:
    """The most memory, in MiB, that reading and checking a file takes in a process of its own."""
    command = [sys.executable, "-m", "bench.intake", "--read", str(path)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return int(json.loads(done.stdout)["peak_mib"])


def _written(folder: Path, births: int) -> dict[str, Path]:
    table = pa.concat_tables(generate(births, 2026, error_rate=0.0).files.values())
    names = table.column_names
    rows = [[text or "" for text in row] for row in zip(*(c.to_pylist() for c in table.columns), strict=True)]
    paths = {name: folder / f"births.{name}" for name in ("csv", "parquet", "excel", "ije", "xml", "form")}
    pq.write_table(table, paths["parquet"])
    with paths["csv"].open("w", newline="", encoding="utf-8") as stream:
        csv.writer(stream).writerows([names, *rows])
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("Births")
    for row in [names, *rows]:
        sheet.append([float(text) if text.isdecimal() and text[0] != "0" else text for text in row])
    book.save(paths["excel"])
    with paths["xml"].open("w", encoding="utf-8") as stream:
        stream.write("<Batch>")
        for row in rows:
            pairs = (
                f"<{name}>{escape(text)}</{name}>" for name, text in zip(names, row, strict=True) if text
            )
            stream.write(f"<Patient>{''.join(pairs)}</Patient>\n")
        stream.write("</Batch>")
    with paths["form"].open("w", encoding="utf-8") as stream:
        stream.writelines(json.dumps(dict(zip(names, row, strict=True))) + "\n" for row in rows)
    with paths["ije"].open("w", encoding="utf-8") as stream:
        stream.writelines(IjeWriter("ije-natality").lines(read(paths["csv"], "birth").batches()))
    return paths


def _measured(path: Path, repeats: int) -> dict[str, Any]:
    rows = sum(batch.cells.num_rows for batch in open_source(path).batches())
    read_only = _best(lambda: [None for _ in open_source(path).batches()], repeats)
    checked = _best(lambda: read(path, "birth"), repeats)
    return {
        "mib": round(path.stat().st_size / (1 << 20), 1),
        "rows": rows,
        "rows_read_a_second": round(rows / read_only["seconds"]),
        "rows_checked_a_second": round(rows / checked["seconds"]),
        "checked_seconds": round(checked["seconds"], 3),
        "checked_processor_seconds": round(checked["processor_seconds"], 3),
    }


def _calamine(path: Path) -> None:
    python_calamine.load_workbook(path).get_sheet_by_index(0).to_python()


def _best(work: Callable[[], object], repeats: int) -> dict[str, float]:
    """The quickest of several runs: by the clock, and what all threads took of the processor."""
    clocks, processors = [], []
    for _ in range(repeats):
        clock, processor = time.perf_counter(), time.process_time()
        work()
        clocks.append(time.perf_counter() - clock)
        processors.append(time.process_time() - processor)
    return {"seconds": min(clocks), "processor_seconds": min(processors)}


def main() -> None:
    """Run by itself."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--births", type=int, default=BIRTHS)
    parser.add_argument("--repeats", type=int, default=3)
    options = parser.parse_args()
    json.dump(run(options.births, options.repeats), sys.stdout, indent=2)
    sys.stdout.write("\n")


if __name__ == "__main__":
    main()
