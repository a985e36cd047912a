"""What is installed: each dependency with its reason, each file with its hash, no address anywhere."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import vernix

ADDRESS = re.compile(r"https?://|\bgit\+|--index-url|--extra-index-url|--find-links|--trusted-host")
LOCKED = re.compile(r"^([A-Za-z0-9_.-]+)==([^ ;\\]+)", re.MULTILINE)


def test_every_dependency_has_its_reason_beside_it(repository: Path) -> None:
    text = (repository / "pyproject.toml").read_text(encoding="utf-8")
    lists = re.findall(r"^(?:dependencies|[a-z0-9]+) = \[\n(.*?)^\]", text, re.MULTILINE | re.DOTALL)
    lines = [
        line for block in lists for line in block.splitlines() if re.match(r'\s*"[\w\[\],-]+[<>=~]', line)
    ]
    assert len(lines) > 20
    bare = [line.strip() for line in lines if not re.search(r"\",\s+# \S.{5,}", line)]
    assert bare == []


def test_the_lock_has_a_hash_for_every_file_and_no_address(repository: Path) -> None:
    for name in ("lock.txt", "bootstrap.txt"):
        text = (repository / "requirements" / name).read_text(encoding="utf-8")
        assert not ADDRESS.search(text)
        for entry in re.split(r"^(?=[A-Za-z])", text, flags=re.MULTILINE)[1:]:
            assert "--hash=sha256:" in entry, f"{name}: {entry.splitlines()[0]}"


def test_the_bootstrap_is_the_locks_own_uv(repository: Path) -> None:
    lock = (repository / "requirements" / "lock.txt").read_text(encoding="utf-8")
    own = re.search(r"^uv==.*\n(?:    --hash.*\n)+", lock, re.MULTILINE)
    assert own is not None
    assert (repository / "requirements" / "bootstrap.txt").read_text(encoding="utf-8") == own.group(0)


def test_the_lock_satisfies_the_project_file(repository: Path, project: dict[str, Any]) -> None:
    lock = (repository / "requirements" / "lock.txt").read_text(encoding="utf-8")
    locked = {canonicalize_name(name): version for name, version in LOCKED.findall(lock)}
    extras = project["project"]["optional-dependencies"].values()
    lines = [*project["project"]["dependencies"], *project["dependency-groups"]["dev"]]
    lines += [line for extra in extras for line in extra]
    lines += project["build-system"]["requires"]
    for requirement in map(Requirement, lines):
        name = canonicalize_name(requirement.name)
        if name != "vernix":
            assert name in locked, f"{requirement} is not in the lock: run make lock"
            assert requirement.specifier.contains(locked[name], prereleases=True), str(requirement)


def test_no_other_lock_and_no_address_in_any(tracked_files: list[Path]) -> None:
    assert [path for path in tracked_files if path.name in {"uv.lock", "poetry.lock", "pdm.lock"}] == []
    for path in tracked_files:
        if path.name in {"package-lock.json", "npm-shrinkwrap.json"}:
            text = path.read_text(encoding="utf-8")
            assert '"resolved"' not in text, path
            assert not ADDRESS.search(re.sub(r'"url": "https?://[^"]*"', "", text)), path
            packages = json.loads(text)["packages"]
            assert all("integrity" in entry for name, entry in packages.items() if name), path


def test_the_version_stands_once_and_the_changelog_knows_it(
    repository: Path, project: dict[str, Any]
) -> None:
    assert "version" not in project["project"]
    assert project["tool"]["hatch"]["version"]["path"] == "src/vernix/__init__.py"
    changelog = (repository / "CHANGELOG.md").read_text(encoding="utf-8")
    releases = re.findall(r"^## \[(\d[^\]]*)\]", changelog, re.MULTILINE)
    assert vernix.__version__ in releases or "## [Unreleased]" in changelog
    if releases:
        assert releases[0] == vernix.__version__


def test_what_others_call_is_there(repository: Path) -> None:
    makefile = (repository / "Makefile").read_text(encoding="utf-8")
    for target in ("demo", "test", "bench", "lint", "docs", "lock", "format", "nightly", "clean", "help"):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target
    runner = repository / ".ci" / "run"
    assert runner.stat().st_mode & 0o111
    assert "make test" in runner.read_text(encoding="utf-8")
    assert (repository / "LICENSE").read_text(encoding="utf-8").lstrip().startswith("Apache License")
