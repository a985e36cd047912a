"""The source of vernix as these tests look at it: files, syntax trees, the import graph, the project file."""

from __future__ import annotations

import ast
import subprocess
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import grimp
import pytest


@pytest.fixture(scope="session")
def source_files(repository: Path) -> list[Path]:
    """Every Python file of the package."""
    return sorted((repository / "src" / "vernix").rglob("*.py"))


@pytest.fixture(scope="session")
def all_python_files(repository: Path, source_files: list[Path]) -> list[Path]:
    """Every Python file that is written by hand: the package, its benchmarks, tools and tests."""
    others = [path for part in ("bench", "tests", "tools") for path in (repository / part).rglob("*.py")]
    return sorted([*source_files, *(path for path in others if "node_modules" not in path.parts)])


@pytest.fixture(scope="session")
def parsed() -> Callable[[Path], ast.Module]:
    """Parse a file once for all tests."""
    trees: dict[Path, ast.Module] = {}

    def parse(path: Path) -> ast.Module:
        if path not in trees:
            trees[path] = ast.parse(path.read_text(encoding="utf-8"), filename=str(path))
        return trees[path]

    return parse


@pytest.fixture(scope="session")
def import_graph() -> grimp.ImportGraph:
    """Who imports whom when it runs, external packages included."""
    return grimp.build_graph(
        "vernix", include_external_packages=True, exclude_type_checking_imports=True, cache_dir=None
    )


@pytest.fixture(scope="session")
def project(repository: Path) -> dict[str, Any]:
    """``pyproject.toml``, parsed."""
    return tomllib.loads((repository / "pyproject.toml").read_text(encoding="utf-8"))


@pytest.fixture(scope="session")
def tracked_files(repository: Path) -> list[Path]:
    """Every file under version control, and those about to be: nothing that a build left here."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    listed = subprocess.run(command, cwd=repository, capture_output=True, check=False)
    if listed.returncode != 0:
        pytest.skip("not a git checkout: the list of the project's own files is not known")
    paths = [repository / name for name in listed.stdout.decode().split("\0") if name]
    return sorted(path for path in paths if path.is_file())
