"""Names for what was opened, under the folder that a person chose: each once, whenever we are killed.

    placing.jsonl    {"into": FOLDER}, then {"key", "target", "inode"} for each name that was chosen,
                     and {"key"} for each that was taken

A name never overwrites: what is there already stays, and ours becomes ``name (2).csv``. A file gets its name
by a link, a folder by a rename; both are wholly there or not at all. Choices are on the disk before any name
is taken, so that after a kill we know our own again (by its inode). The folder is the one of the first run:
another ``--into`` after a kill does not part a delivery in two.
"""

from __future__ import annotations

import errno
import json
import os
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vernix.courier.keeping import private_folder
from vernix.custody.layout import numbered, same_name

_NO_LINKS = {errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK}
_TAKEN = {errno.EEXIST, errno.ENOTEMPTY, errno.ENOTDIR}


@dataclass(frozen=True)
class Staged:
    """Something opened that waits for a name: a file or a whole folder, on the disk where it shall lie.

    ``key`` is its own in this delivery, ``name`` the harmless name that it shall have.
    """

    key: str
    name: str
    path: Path


class Placing:
    """The names of one delivery's files and folders."""

    def __init__(self, path: Path, into: Path) -> None:
        self._path = path
        self._targets: dict[str, tuple[Path, int]] = {}
        self._placed: set[str] = set()
        lines = list(_read(path))
        self._begun = bool(lines)
        self.into = Path(lines[0]["into"]) if lines else into
        for line in lines[1:]:
            if "target" in line:
                self._targets[line["key"]] = Path(line["target"]), line["inode"]
            else:
                self._placed.add(line["key"])

    def begin(self) -> None:
        """Fix the folder."""
        private_folder(self.into)
        if not self._begun:
            self._write([{"into": str(self.into)}])
            self._begun = True

    def target(self, key: str) -> Path | None:
        """Where something lies that got its name, in whatever run (it may have moved on since)."""
        if key in self._placed:
            return self._targets[key][0]
        target, inode = self._targets.get(key, (None, 0))
        return target if target is not None and _inode(target) == inode else None

    def any_there(self) -> bool:
        """Whether anything got its name."""
        return any(self.target(key) is not None for key in self._targets)

    def place(self, staged: Iterable[Staged]) -> None:
        """Give everything that has none its name."""
        missing = [item for item in staged if self.target(item.key) is None]
        self._choose([item for item in missing if item.key not in self._targets])
        for item in missing:
            while not _name(item.path, self._targets[item.key][0]):
                self._choose([item])
            self._placed.add(item.key)
            self._write([{"key": item.key}], durable=False)
        self._write([])

    def _choose(self, staged: Iterable[Staged]) -> None:
        """Names that nothing has, written down before any of them is taken."""
        ours = {same_name(target.name) for target, _ in self._targets.values()}
        # Counted, so that ten thousand files of one name do not look through each other's names.
        numbers: Counter[str] = Counter()
        lines = []
        for item in staged:
            name = item.name
            while same_name(name) in ours or os.path.lexists(self.into / name):
                numbers[item.name] += 1
                name = numbered(item.name, 1 + numbers[item.name])
            ours.add(same_name(name))
            self._targets[item.key] = target, inode = self.into / name, _inode(item.path)
            lines.append({"key": item.key, "target": str(target), "inode": inode})
        self._write(lines)

    def _write(self, lines: list[dict[str, Any]], *, durable: bool = True) -> None:
        descriptor = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(b"".join(json.dumps(line).encode("ascii") + b"\n" for line in lines))
            file.flush()
            if durable:
                os.fsync(file.fileno())


def _read(path: Path) -> Iterable[dict[str, Any]]:
    """The lines of a journal; one torn by a power cut, and what follows it, was never acted upon."""
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return
    for line in content.split(b"\n")[:-1]:
        try:
            yield json.loads(line)
        except ValueError:
            return


def _inode(path: Path) -> int:
    try:
        return path.lstat().st_ino
    except FileNotFoundError:
        return 0


def _name(opened: Path, target: Path) -> bool:
    """Give ``opened`` the name ``target``; False when something else has it."""
    if opened.is_dir():
        return _rename_folder(opened, target)
    try:
        os.link(opened, target)
    except FileExistsError:
        return target.samefile(opened)
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        # A disk without hard links (FAT, some shares): take the name first, so that nothing is overwritten.
        try:
            target.touch(0o600, exist_ok=False)
        except FileExistsError:
            return False
        opened.replace(target)
    return True


def _rename_folder(opened: Path, target: Path) -> bool:
    if os.path.lexists(target):
        return False
    try:
        # Over an empty folder, made in this instant, it would go as well: nothing of anybody's is lost by it.
        opened.rename(target)
    except OSError as error:
        if error.errno not in _TAKEN:
            raise
        return False
    return True
