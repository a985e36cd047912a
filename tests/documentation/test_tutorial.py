"""The tutorial's commands, run as a newcomer would: one shell, an empty folder, the order of the page."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

BLOCK = re.compile(r"^```sh\n(.*?)^```", re.MULTILINE | re.DOTALL)
SHOWN = re.compile(r"^```text\n(.*?)^```", re.MULTILINE | re.DOTALL)


@pytest.mark.journey
@pytest.mark.timeout(300)
def test_the_tutorial_works_as_written(repository: Path, tmp_path: Path, free_port: int) -> None:
    page = (repository / "docs" / "tutorial" / "first-five-minutes.md").read_text(encoding="utf-8")
    by_hand = page.split("## Do it by hand")[1]
    script = "\n".join(["set -eu", *BLOCK.findall(by_hand), "echo the end of the tutorial"])
    # The page uses the default port; a test must not need it to be free.
    script = script.replace(
        "init --data registry", f"init --data registry --gateway http://127.0.0.1:{free_port}"
    )
    script = script.replace("vernix-gateway serve", f"vernix-gateway serve --port {free_port}")
    output = tmp_path / "output.txt"
    with output.open("wb") as stream:
        # A process group of its own, so that what the page starts with `&` can be ended with it.
        shell = subprocess.Popen(
            ["/bin/sh", "-c", script],
            cwd=tmp_path,
            env=_environment(tmp_path),
            stdin=subprocess.DEVNULL,
            stdout=stream,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            code = shell.wait(timeout=240)
        finally:
            os.killpg(shell.pid, signal.SIGTERM)
    said = output.read_text(encoding="utf-8")
    assert code == 0, said
    assert "the end of the tutorial" in said
    assert "Traceback" not in said
    said_lines = {_squeezed(line) for line in said.splitlines()}
    shown = [
        line for block in SHOWN.findall(by_hand) for line in block.splitlines() if line not in ("", "...")
    ]
    assert [line for line in shown if _squeezed(line) not in said_lines] == []
    assert (tmp_path / "births.svg").read_text(encoding="utf-8").lstrip().startswith("<svg")


def _squeezed(line: str) -> str:
    """A line without its layout: how wide a table is drawn depends on the terminal."""
    return " ".join(line.split())


def _environment(home: Path) -> dict[str, str]:
    programs = str(Path(sys.executable).parent)
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("VERNIX_", "XDG_"))}
    return {**kept, "HOME": str(home), "PATH": f"{programs}:{kept.get('PATH', '')}", "LANG": "C.UTF-8"}
