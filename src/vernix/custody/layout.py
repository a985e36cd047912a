"""Where the files of a package may go: a sender's folders and names made into harmless, different paths.

A sender's name is never a path. Every component becomes one visible, portable component
(``vernix.custody.manifest.safe_name``), and no two files come to the same place, on any disk: not where case
does not count (Windows, macOS), nor where accents are composed otherwise.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from vernix.custody.manifest import File, Manifest, safe_name


@dataclass(frozen=True)
class Layout:
    """Relative paths, in the order of the manifest's ``files`` and ``folders``; all different."""

    files: tuple[PurePosixPath, ...]
    folders: tuple[PurePosixPath, ...]


def layout_of(manifest: Manifest) -> Layout:
    """The place of everything in a package. The same manifest gives the same layout each time."""
    places = _Places()
    folders = tuple(places.folder(folder) for folder in manifest.folders)
    # Folders first: a file that has the name of a folder beside it gives way.
    for file in manifest.files:
        places.folder(file.folder)
    return Layout(_files(places, manifest.files), folders)


def numbered(name: str, number: int) -> str:
    """``name (2).csv`` and so on: another name for something whose own is taken."""
    path = PurePosixPath(name)
    return f"{path.stem} ({number}){path.suffix}"


def same_name(name: str) -> str:
    """What two names have in common that are one on a disk without case."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())


def _files(places: _Places, files: Sequence[File]) -> tuple[PurePosixPath, ...]:
    return tuple(places.take(places.folder(file.folder), file.name) for file in files)


class _Places:
    """The places given so far."""

    def __init__(self) -> None:
        self._folders: dict[tuple[str, ...], PurePosixPath] = {(): PurePosixPath()}
        self._taken: set[tuple[PurePosixPath, str]] = set()
        self._tried: Counter[tuple[PurePosixPath, str]] = Counter()

    def folder(self, components: tuple[str, ...]) -> PurePosixPath:
        """The one place of a sender's folder, its parents' included."""
        if components not in self._folders:
            self._folders[components] = self.take(self.folder(components[:-1]), components[-1])
        return self._folders[components]

    def take(self, folder: PurePosixPath, name: str) -> PurePosixPath:
        """A place of its own for something that the sender called ``name``."""
        wanted = safe_name(name)
        asked = folder, same_name(wanted)
        free = wanted
        # Counted, so that ten thousand files of one name do not look through each other's names.
        while (folder, same_name(free)) in self._taken:
            self._tried[asked] += 1
            free = numbered(wanted, 1 + self._tried[asked])
        self._taken.add((folder, same_name(free)))
        return folder / free
