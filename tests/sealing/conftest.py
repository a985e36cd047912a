"""What the tests of sealing share: keys, files of telling sizes, the Node implementation of age."""

from __future__ import annotations

import random
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from vernix.sealing.identities import HybridIdentity, X25519Identity

NODE_FOLDER = Path(__file__).resolve().parent.parent / "node"


@pytest.fixture(scope="session")
def hybrid() -> HybridIdentity:
    """A post-quantum identity."""
    return HybridIdentity.generate()


@pytest.fixture(scope="session")
def classic() -> X25519Identity:
    """A classic identity."""
    return X25519Identity.generate()


@pytest.fixture
def content() -> Callable[[int], bytes]:
    """Bytes of a given size that differ from chunk to chunk, the same each time."""
    return lambda size: random.Random(size).randbytes(size)  # noqa: S311


@pytest.fixture(scope="session")
def node_age(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., str]:
    """Run npm's age: ``node_age("seal", recipient, source, target)``; installed on first use."""
    if not shutil.which("node") or not shutil.which("npm"):
        pytest.skip("node and npm are not installed: run tools/system-packages")
    if not (NODE_FOLDER / "node_modules" / "age-encryption").is_dir():
        installed = subprocess.run(
            ["npm", "ci", "--no-audit", "--no-fund", "--prefix", str(NODE_FOLDER)],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        if installed.returncode:
            pytest.skip("npm could not install tests/node (is a registry configured?)")

    def run(*words: str | Path) -> str:
        done = subprocess.run(
            ["node", str(NODE_FOLDER / "age.mjs"), *map(str, words)],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return done.stdout

    return run
