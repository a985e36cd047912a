"""What a person names to send: files, and folders with all that is in them."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from vernix.console import say
from vernix.custody.manifest import MAX_DEPTH, MAX_FILES
from vernix.errors import UsageError


@dataclass(frozen=True)
class Found:
    """A file, and the folders of the package that it lies in, outermost first."""

    path: Path
    folder: tuple[str, ...] = ()


@dataclass(frozen=True)
class Gathered:
    """Everything that was named. ``folders`` are those without a file in them."""

    files: tuple[Found, ...]
    folders: tuple[tuple[str, ...], ...]


def gather(named: Sequence[Path]) -> Gathered:
    """The files named, and those in the folders named, in order of their names.

    Links and what is no file (devices, pipes) are left out of a folder, and a word is said of them. Raises
    ``UsageError`` for what is not there, is named twice, or is more than one package holds.
    """
    paths = [path.expanduser().absolute() for path in named]
    if len(set(paths)) != len(paths):
        raise UsageError("A file is named twice.", hint="Name each file once.")
    tops = [_name(path) for path in paths if path.is_dir()]
    if len(set(tops)) != len(tops):
        raise UsageError("Two folders have the same name.", hint="Send them one by one, or rename one.")
    walk = _Walk()
    for path in paths:
        if path.is_dir():
            walk.enter(path, (_name(path),))
        elif path.is_file():
            walk.files.append(Found(path))
        else:
            raise UsageError(f"{path} is not a file that can be read, or a folder.", hint="Check the name.")
    if len(walk.files) > MAX_FILES:
        raise UsageError(
            f"These are {len(walk.files)} files; one package holds {MAX_FILES}.", hint="Send them in several."
        )
    if walk.left_out:
        say(f"Left out, because they are links or no files: {walk.left_out}.")
    return Gathered(tuple(walk.files), tuple(walk.folders))


class _Walk:
    """A walk through folders that follows no link."""

    def __init__(self) -> None:
        self.files: list[Found] = []
        self.folders: list[tuple[str, ...]] = []
        self.left_out = 0

    def enter(self, path: Path, folder: tuple[str, ...]) -> None:
        """Take in everything under ``path``, which is ``folder`` of the package."""
        if len(folder) > MAX_DEPTH:
            raise UsageError(
                f"{path} lies in more than {MAX_DEPTH} folders within each other.",
                hint="Pack that folder into one file (zip), and send that.",
            )
        entries = list(_entries(path))
        if not entries:
            self.folders.append(folder)
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                self.enter(Path(entry.path), (*folder, entry.name))
            elif entry.is_file(follow_symlinks=False):
                self.files.append(Found(Path(entry.path), folder))
            else:
                self.left_out += 1


def _entries(path: Path) -> Iterator[os.DirEntry[str]]:
    with os.scandir(path) as found:
        yield from sorted(found, key=lambda entry: entry.name)


def _name(folder: Path) -> str:
    """What a folder is called, however it was named (``.``, ``..``)."""
    return folder.name if folder.name not in ("", "..") else folder.resolve().name or "folder"
