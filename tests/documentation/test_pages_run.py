"""The pages' commands, run as a newcomer would: one shell, an empty folder, the order of the page."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

# Blocks marked `sh` are run; blocks marked `text` show lines that the commands must print.
BLOCK = re.compile(r"^```sh\n(.*?)^```", re.MULTILINE | re.DOTALL)
SHOWN = re.compile(r"^```text\n(.*?)^```", re.MULTILINE | re.DOTALL)
PAGES = {
    "tutorial/first-five-minutes.md": "## Do it by hand",
    "how-to/seal-a-file.md": "",
}


@pytest.mark.journey
@pytest.mark.timeout(300)
@pytest.mark.parametrize("name", PAGES)
def test_a_page_works_as_written(name: str, repository: Path, tmp_path: Path, free_port: int) -> None:
    page = (repository / "docs" / name).read_text(encoding="utf-8")
    page = page[page.index(PAGES[name]) :]
    script = "\n".join(["set -eu", *BLOCK.findall(page), "echo the end of the page"])
    # The page uses the default port; a test must not need it to be free.
    script = script.replace("init --data", f"init --gateway http://127.0.0.1:{free_port} --data")
    script = script.replace("vernix-gateway serve", f"vernix-gateway serve --port {free_port}")
    code, said = _run_as_newcomer(script, tmp_path)
    assert code == 0, said
    assert "the end of the page" in said
    assert "Traceback" not in said
    # A shown line is a printed line, up to the `...` that it may end with, whatever the width of a table.
    printed = [_squeezed(line) for line in said.splitlines()]
    shown = [_squeezed(line) for block in SHOWN.findall(page) for line in block.splitlines()]
    wanted = [line.removesuffix("...") for line in shown if line not in ("", "...")]
    assert [line for line in wanted if not any(other.startswith(line) for other in printed)] == []


def _run_as_newcomer(script: str, folder: Path) -> tuple[int, str]:
    output = folder / "output.txt"
    with output.open("wb") as stream:
        # A process group of its own, so that what the page starts with `&` can be ended with it.
        shell = subprocess.Popen(
            ["/bin/sh", "-c", script],
            cwd=folder,
            env=_environment(folder),
            stdin=subprocess.DEVNULL,
            stdout=stream,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            code = shell.wait(timeout=240)
        finally:
            _end_group(shell.pid)
    return code, output.read_text(encoding="utf-8")


def _end_group(group: int) -> None:
    try:
        os.killpg(group, signal.SIGTERM)
    except ProcessLookupError:
        return  # the page left nothing running


def _squeezed(line: str) -> str:
    return " ".join(line.split())


def _environment(home: Path) -> dict[str, str]:
    programs = str(Path(sys.executable).parent)
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("VERNIX_", "XDG_"))}
    return {**kept, "HOME": str(home), "PATH": f"{programs}:{kept.get('PATH', '')}", "LANG": "C.UTF-8"}
