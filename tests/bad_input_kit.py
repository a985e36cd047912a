"""Bad files, small disks and limits for the journeys with bad input."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.journey_kit import CANARIES, SURNAME, Ended, World, program_path, write_births

ROOMY = 400 << 20
FORMULA = "=cmd|'/c calc'!A1"
HEADER = b"birth_date,sex,birth_weight,mother_family_name\n"
ROW = f"2026-03-04,F,3400,{SURNAME}\n".encode()

BAD_FILES: dict[str, Callable[[bytes], bytes]] = {
    "document.pdf": lambda _: b"%PDF-1.7\n" + ROW,
    "sealed.csv": lambda _: b"age-encryption.org/v1\n-> X25519 abc\n" + ROW,
    "picture.png": lambda _: b"\x89PNG\r\n\x1a\n" + ROW,
    "record.json": lambda _: b'{"name": "' + ROW + b'"}',
    "empty.csv": lambda _: b"",
    "blank.csv": lambda _: b"\r\n \r\n",
    "utf16.csv": lambda good: good.decode().encode("utf-16-le"),
    "half-utf8.csv": lambda good: b"\xef\xbb\xbf" + good.replace(b"39w2d", b"39\xe9"),
    "noise.csv": lambda _: bytes(range(256)) * 64,
    "columns.csv": lambda _: b"alpha,beta,gamma\n" + ROW,
    "headless.csv": lambda good: good.split(b"\n", 1)[1],
    "twice.csv": lambda _: b"birth_date,sex,sex\n" + ROW,
    "unnamed.csv": lambda _: b"birth_date,,sex\n" + ROW,
    "zeros.csv": lambda good: good.replace(b"39w2d", b"39\0d"),
    "quote.csv": lambda good: good.replace(b"R-2,", b'"R-2,'),
    "wide.csv": lambda _: b",".join(b"c%d" % number for number in range(3000)) + b"\n",
}


@dataclass(frozen=True)
class BadWorld:
    """A world with two partners whose registry is not running, and a folder of files to send."""

    world: World
    hospital: Path
    clinic: Path
    files: Path
    disks: dict[str, SmallDisk]

    def mischief(self, *words: str | Path) -> Ended:
        """Run ``tests.mischief``; the words ``REGISTRY`` and ``PASSPHRASE`` stand for this world's."""
        own = {"REGISTRY": self.world.root / "registry", "PASSPHRASE": self.world.root / "passphrase"}
        done = subprocess.run(
            [sys.executable, "-m", "tests.mischief", *(str(own.get(str(word), word)) for word in words)],
            capture_output=True, text=True, check=False, cwd=Path(__file__).resolve().parent.parent,
        )  # fmt: skip
        return Ended(done.returncode, done.stdout, done.stderr)

    def book(self) -> list[str]:
        """The versions of the book: the same list means the same rows."""
        return sorted(
            path.name for path in (self.world.root / "registry/book/birth/_delta_log").glob("*.json")
        )

    def pending(self, partner: Path) -> list[str]:
        """Ids of a partner's deliveries under way."""
        return sorted(path.parent.name for path in (partner / "outbox" / "pending").glob("*/plan.json"))

    def assert_nothing_half_done(self) -> None:
        """No temporary file anywhere, no plaintext at work, nothing under way at the partners."""
        left = [
            path
            for path in self.world.root.rglob("*")
            if path.name.startswith((".writing-", ".vernix-")) or path.suffix == ".partial"
        ]
        left += [path for path in (self.world.root / "registry" / "work").rglob("*") if path.is_file()]
        assert not left
        under_way = {partner.name: self.pending(partner) for partner in (self.hospital, self.clinic)}
        assert not any(under_way.values()), under_way


@dataclass(frozen=True)
class SmallDisk:
    """A file system of its own that can be full, or only for reading, at a word."""

    folder: Path

    @classmethod
    def at(cls, folder: Path) -> SmallDisk:
        """Make one, if this machine lets us."""
        folder.mkdir(mode=0o700, parents=True)
        if os.geteuid() == 0:
            words = ["mount", "-t", "tmpfs", "-o", f"size={ROOMY},mode=700", "vernix-test", str(folder)]
            subprocess.run(words, check=False, capture_output=True)
        return cls(folder)

    @contextlib.contextmanager
    def full(self, left: int = 0) -> Iterator[None]:
        """``left`` bytes are free while inside. Skips the test where there is no small disk."""
        state = os.statvfs(self.folder)
        used = (state.f_blocks - state.f_bfree) * state.f_frsize
        with self._remounted(f"size={used + left}", f"size={ROOMY}"):
            yield

    @contextlib.contextmanager
    def read_only(self) -> Iterator[None]:
        """Nothing can be written while inside."""
        with self._remounted("ro", "rw"):
            yield

    def close(self) -> None:
        """Take it away."""
        if self.folder.is_mount():
            subprocess.run(["umount", "-l", str(self.folder)], check=False, capture_output=True)

    @contextlib.contextmanager
    def _remounted(self, option: str, back: str) -> Iterator[None]:
        if not self.folder.is_mount():
            pytest.skip("a small disk can be made by root alone")
        words = ["mount", "-o", f"remount,{option}", str(self.folder)]
        subprocess.run(words, check=True, capture_output=True)
        try:
            yield
        finally:
            words[2] = f"remount,{back}"
            subprocess.run(words, check=True, capture_output=True)


def write_bad_files(folder: Path) -> Path:
    """Every file of ``BAD_FILES``, and those that are not made of bytes alone."""
    folder.mkdir()
    good = write_births(folder / "good.csv", {}, {}).read_bytes()
    for name, make in BAD_FILES.items():
        (folder / name).write_bytes(make(good))
    with zipfile.ZipFile(folder / "book.xlsx", "w") as book:
        book.writestr("[Content_Types].xml", ROW)
    (folder / "folder.csv").mkdir()
    with (folder / "hole.csv").open("wb") as stream:
        stream.truncate(10 << 30)
    with (folder / "tail.csv").open("wb") as stream:
        stream.write(good)
        stream.truncate(10 << 30)
    with (folder / "line.csv").open("wb") as stream:
        stream.write(HEADER + ROW.rstrip(b"\n"))
        for _ in range(300):
            stream.write(b"x" * (1 << 20))
    (folder / "latin.csv").write_bytes(good.replace(SURNAME.encode(), "Béliveau-Gagné".encode("latin-1")))
    (folder / "ragged.csv").write_bytes(good.replace(b"R-2,", b"R-2,,"))
    write_births(folder / "formula.csv", {"mother_family_name": FORMULA}, {"gestation": "=39+1"})
    return folder


def limited(program: str, *arguments: str | Path, memory: int = 0, file_size: int = 0) -> Ended:
    """Run a program that may take only so many bytes of memory, or write files of so many bytes."""
    done = subprocess.run(
        launched(program, *arguments, memory=memory, file_size=file_size),
        capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip
    return Ended(done.returncode, done.stdout, done.stderr)


def launched(program: str, *arguments: str | Path, memory: int = 0, file_size: int = 0) -> list[str]:
    """The words that start a program with limits, and with Ctrl-C as a terminal has it."""
    limits = {"RLIMIT_AS": memory, "RLIMIT_FSIZE": file_size}
    lines = [f"r.setrlimit(r.{name}, ({limit}, {limit}))" for name, limit in limits.items() if limit]
    begin = ["import os, resource as r, signal, sys", "signal.signal(signal.SIGINT, signal.SIG_DFL)"]
    script = "\n".join([*begin, *lines, "os.execv(sys.argv[1], sys.argv[1:])"])
    return [sys.executable, "-c", script, program_path(program), *map(str, arguments)]


def assert_one_sentence(ended: Ended, code: int, *words: str) -> None:
    """It ended with ``code``, said these words in one line on standard error, and none of any record."""
    said = ended.out + ended.err
    assert ended.code == code, said
    assert len(ended.err.strip().splitlines()) == 1, ended.err
    for word in words:
        assert word.lower() in ended.err.lower(), ended.err
    assert "Traceback" not in said
    assert not [canary for canary in (*CANARIES, FORMULA) if canary in said]
