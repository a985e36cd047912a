"""Programs from npm that tests let loose on vernix: installed on first use from ``tests/node``, hashed."""

from __future__ import annotations

import fcntl
import json
import shutil
import subprocess
from pathlib import Path

import pytest

FOLDER = Path(__file__).resolve().parent / "node"


def run(program: str, *words: str | Path) -> str:
    """What ``node PROGRAM WORDS`` prints; skips the test where there is no node, npm or registry."""
    if not shutil.which("node") or not shutil.which("npm"):
        pytest.skip("node and npm are not installed: run tools/system-packages")
    _install()
    command = ["node", str(FOLDER / program), *map(str, words)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def installed(name: str) -> Path:
    """The folder of a package from npm; skips the test where there is no npm or registry."""
    if not shutil.which("npm"):
        pytest.skip("npm is not installed: run tools/system-packages")
    _install()
    return FOLDER / "node_modules" / name


def _install() -> None:
    wanted = json.loads((FOLDER / "package.json").read_text())["dependencies"]
    # Tests run in several processes, and npm clears the folder before it fills it.
    with (FOLDER / "package.json").open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if all((FOLDER / "node_modules" / name).is_dir() for name in wanted):
            return
        installed = subprocess.run(
            ["npm", "ci", "--omit=optional", "--no-audit", "--no-fund", "--prefix", str(FOLDER)],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        if installed.returncode:
            pytest.skip("npm could not install tests/node (is a registry configured?)")
