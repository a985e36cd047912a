"""Draw docs/images/acknowledgement.png: the page of a made-up file, as Chromium shows it."""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path

from vernix.intake.acknowledgement import Acknowledgement
from vernix.intake.page.page import to_html
from vernix.intake.reading import read

TARGET = Path(__file__).resolve().parent.parent / "docs" / "images" / "acknowledgement.png"
ODD = {
    7: {"birth_weight": "34", "sex": "female"},
    12: {"sex": "?"},
    13: {"sex": "?"},
    14: {"sex": "?"},
    21: {"birth_time": "00:00"},
    30: {"birth_time": "00:00"},
    31: {"birth_weight": "5900"},
}
"""By row what is wrong in it; everybody in it is made up."""


def main() -> None:
    """Write the picture anew."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "births-march.csv").write_text(_table(), encoding="utf-8")
        answer = Acknowledgement.of(
            read(folder / "births-march.csv", "birth"),
            "births-march.csv",
            delivery="019d20a4-7c00-7000-8000-000000000001",
            at="2026-04-01T13:05:00Z",
        )
        page = folder / "page.html"
        page.write_text(to_html(answer), encoding="utf-8")
        options = ["--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars"]
        options += [f"--user-data-dir={folder / 'profile'}", "--window-size=1000,1150"]
        subprocess.run(["chromium", *options, f"--screenshot={TARGET}", page.as_uri()], check=True)  # noqa: S607


def _table() -> str:
    header = ["record_number", "birth_date", "birth_time", "sex", "birth_weight", "gestation", "outcome"]
    lines = [",".join(header)]
    for number in range(1, 49):
        row = {
            "record_number": f"R{number}",
            "birth_date": f"2026-03-{1 + number % 28:02}",
            "birth_time": f"{number % 24 or 1:02}:{number:02}",
            "sex": ("female", "male")[number % 2],
            "birth_weight": str(3000 + 17 * number),
            "gestation": "39w2d",
            "outcome": "live",
            **ODD.get(number, {}),
        }
        lines.append(",".join(row[name] for name in header))
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main()
