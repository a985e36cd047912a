"""What ``vernix send`` was asked, made into a dispatch: whose data it is, and which mapping explains it."""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from vernix.console import say
from vernix.courier.dispatch import LONGEST, Dispatch, OutgoingFile
from vernix.custody.directory import Directory
from vernix.custody.manifest import MAX_NOTE, safe_name
from vernix.errors import DataRefused, UsageError
from vernix.partner.gathering import Found, gather
from vernix.partner.state import Partner, mapping_files

if TYPE_CHECKING:
    from vernix.intake.mapping import Mapping

_MEDIA_TYPES = {
    ".csv": "text/csv",
    ".txt": "text/plain",
    ".toml": "application/toml",
    ".json": "application/json",
    ".pdf": "application/pdf",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
_ANY_TYPE = "application/octet-stream"
PURPOSES = ("submission", "message")
"""What a partner may send; an acknowledgement comes from the registry alone."""

_LIFE = re.compile(r"([1-9][0-9]{0,4})([mhd])")
_UNITS = {"m": 60, "h": 3600, "d": 86400}
_SHORTEST = 300


@dataclass(frozen=True)
class Wish:
    """The words of one ``vernix send``: files and folders, addressees (ids), and what else was said."""

    files: Sequence[Path]
    to: tuple[str, ...]
    purpose: str | None = None
    encounter: str | None = None
    mapping: Path | None = None
    note: str = ""
    life: int = LONGEST
    downloads: int | None = None
    format: str | None = None
    test: bool = False


def dispatch_for(partner: Partner, wish: Wish) -> Dispatch:
    """The dispatch for a wish. To the registry, files are data if we recognise them (or are told what they
    are).

    Raises ``UsageError`` for words that do not fit together, ``DataRefused`` when a file is not there.
    """
    gathered = gather(wish.files)
    purpose = wish.purpose or ("submission" if wish.files and wish.to == (partner.registry,) else "message")
    if purpose not in PURPOSES:
        raise UsageError(f"There is no purpose {purpose!r}.", hint=f"There is: {', '.join(PURPOSES)}.")
    if wish.test and purpose != "submission":
        raise UsageError("A lane belongs to a submission.", hint="Leave --lane out, or send to the registry.")
    if purpose == "submission":
        if not gathered.files:
            raise UsageError(
                "What was named is a folder with no file in it, and a submission is made of files.",
                hint="Check the name and the folder.",
            )
        files = _submission(partner, wish, gathered.files)
    elif wish.encounter or wish.mapping or wish.format:
        raise UsageError(
            "--as, --mapping and --format belong to a submission.",
            hint="Leave them out, or send to the registry.",
        )
    else:
        files = [_outgoing(found, "file", None) for found in gathered.files]
    folders = tuple(_harmless(folder) for folder in gathered.folders)
    return Dispatch(
        wish.to,
        "test" if wish.test else purpose,
        tuple(files),
        wish.note,
        folders=folders,
        life=wish.life,
        downloads=wish.downloads,
    )


def everybody(directory: Directory, to: Sequence[str], sender: str) -> tuple[str, ...]:
    """Whom names of partners and groups stand for when ``sender`` sends, each once.

    Raises ``NotFound`` for a group that is not there, or in which nobody else is.
    """
    return tuple(dict.fromkeys(each for name in to for each in directory.addressees(name, sender)))


def packed_files(named: Sequence[Path]) -> tuple[tuple[OutgoingFile, ...], tuple[tuple[str, ...], ...]]:
    """The plain files in what a person named, and its folders without a file. Raises ``UsageError``."""
    gathered = gather(named)
    files = tuple(_outgoing(found, "file", None) for found in gathered.files)
    return files, tuple(_harmless(folder) for folder in gathered.folders)


def _submission(partner: Partner, wish: Wish, gathered: Sequence[Found]) -> list[OutgoingFile]:
    # A message needs none of what knows births, and is on its way sooner without it.
    from vernix.births import encounters
    from vernix.intake.mapping import Mapping

    if wish.encounter is not None:
        encounters.get(wish.encounter)
    named = Mapping.load(wish.mapping) if wish.mapping is not None else None
    files: list[OutgoingFile] = []
    mappings: list[Path] = []
    for found in gathered:
        told = _told(partner, wish, named, found.path)
        role = "data" if told.encounter else "file"
        files.append(_outgoing(found, role, told.encounter, told.media_type))
        if not told.encounter:
            say(f"{found.path.name} was not recognised as data; it goes as a plain file. Say it by --as.")
        elif told.mapping is not None and told.mapping not in mappings:
            mappings.append(told.mapping)
    if len(mappings) > 1:
        raise UsageError("These files need different mappings.", hint="Send them one by one.")
    return files + [_outgoing(Found(path), "mapping", None) for path in mappings]


@dataclass(frozen=True)
class _Told:
    """What is known of a data file before it is sent."""

    encounter: str | None
    mapping: Path | None = None
    media_type: str | None = None


def _told(partner: Partner, wish: Wish, named: Mapping | None, path: Path) -> _Told:
    """The encounter of a file, the mapping file that explains it (the one named, or the saved one that fits
    its columns), and its format."""
    from vernix.intake.formats import get, open_source
    from vernix.intake.mapping import Mapping, fitting_best
    from vernix.intake.recognising import encounter_of

    stated = get(wish.format).media_type if wish.format is not None else None
    saved = {each: Mapping.load(each) for each in mapping_files(partner.folder)} if named is None else {}
    encounter = wish.encounter or (named.encounter.name if named else None)
    explained = wish.mapping.expanduser().absolute() if wish.mapping is not None else None
    try:
        source = open_source(path, wish.format, named, *saved.values(), encounter=encounter)
    except DataRefused:
        # It cannot be read: whether that matters is for whoever receives it to say.
        return _Told(encounter, explained, stated)
    best = fitting_best(saved.values(), source.header, encounter)
    if best is not None:
        explained = next(file for file, mapping in saved.items() if mapping is best)
    return _Told(
        encounter or encounter_of(source, list(saved.values())), explained, stated or source.media_type
    )


def _outgoing(found: Found, role: str, encounter: str | None, media_type: str | None = None) -> OutgoingFile:
    path = found.path
    (name,) = _harmless([path.name])
    media_type = media_type or _MEDIA_TYPES.get(path.suffix.lower(), _ANY_TYPE)
    return OutgoingFile(path, name, media_type, role, encounter, _harmless(found.folder))


def _harmless(names: Sequence[str]) -> tuple[str, ...]:
    """Names as a manifest takes them: one that cannot be shown is made so that it can."""
    return tuple(name if name.isprintable() and len(name) <= 255 else safe_name(name) for name in names)


def read_note(text: str | None, file: Path | None) -> str:
    """The note that a person gave, as text or in a file (``-``: standard input); empty if none.

    Raises ``UsageError`` when it is given twice, too long, or no text.
    """
    if text is not None and file is not None:
        raise UsageError("There are two notes.", hint="Give --note or --note-file.")
    if file is not None:
        try:
            with file.open("rb") if file != Path("-") else nullcontext(sys.stdin.buffer) as stream:
                text = stream.read(5 * MAX_NOTE).decode("utf-8").rstrip()
        except (OSError, UnicodeDecodeError):
            raise UsageError(f"{file} is not a text file that can be read.", hint="Check the name.") from None
    note = (text or "").replace("\r\n", "\n")
    if len(note) > MAX_NOTE:
        raise UsageError(f"A note has at most {MAX_NOTE} characters.", hint="Send the text as a file.")
    return note


def life_in(text: str | None) -> int:
    """Seconds for which a delivery shall wait, from ``90m``, ``12h`` or ``3d``; the longest without a word.

    Raises ``UsageError`` for another spelling, less than five minutes or more than thirty days.
    """
    if text is None:
        return LONGEST
    found = _LIFE.fullmatch(text)
    seconds = int(found[1]) * _UNITS[found[2]] if found else 0
    if not _SHORTEST <= seconds <= LONGEST:
        raise UsageError(
            "--expires is a number and m, h or d, from 5m to 30d.", hint="Say 12h, or 3d, for example."
        )
    return seconds
