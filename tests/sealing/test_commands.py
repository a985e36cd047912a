"""``vernix keygen``, ``seal`` and ``open`` at a terminal: exit codes, words, what is left behind."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from vernix.sealing.header import read_header
from vernix.sealing.identities import load_identities
from vernix.sealing.stream import BATCH

PROGRAM = [sys.executable, "-c", "from vernix.partner.cli import main; main()"]


class Terminal:
    """A folder, and the program run in it as a process of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.said = ""

    def __call__(self, *words: object, stdin: bytes | None = None, code: int = 0) -> bytes:
        """Run; the exit code must be ``code``. Gives standard output; ``said`` is standard error."""
        done = subprocess.run(
            [*PROGRAM, *map(str, words)], cwd=self.folder, input=stdin, capture_output=True, check=False,
            env={name: value for name, value in os.environ.items() if not name.startswith("VERNIX")},
        )  # fmt: skip
        self.said = done.stderr.decode()
        assert done.returncode == code, self.said
        assert "Traceback" not in self.said
        return done.stdout

    def names(self) -> list[str]:
        """What lies in the folder."""
        return sorted(path.name for path in self.folder.iterdir())


@pytest.fixture
def vernix(tmp_path: Path) -> Terminal:
    return Terminal(tmp_path)


@pytest.fixture
def recipient(vernix: Terminal, tmp_path: Path) -> str:
    """The recipient of key.txt."""
    vernix("keygen", "-o", "key.txt")
    return str(load_identities(tmp_path / "key.txt")[0].recipient)


def test_keygen_makes_a_post_quantum_key(vernix: Terminal, tmp_path: Path) -> None:
    assert vernix("keygen", "-o", "key.txt") == b""
    recipient = vernix.said.removeprefix("Public key: ").strip()
    assert recipient.startswith("age1pq1")
    lines = (tmp_path / "key.txt").read_text().splitlines()
    assert lines[0].startswith("# created: 20")
    assert lines[1] == f"# public key: {recipient}"
    assert lines[2].startswith("AGE-SECRET-KEY-PQ-1")
    assert (tmp_path / "key.txt").stat().st_mode & 0o777 == 0o600
    before = (tmp_path / "key.txt").read_bytes()
    vernix("keygen", "-o", "key.txt", code=2)
    assert "exists already" in vernix.said
    assert "--force" not in vernix.said, "keygen has no such option"
    assert (tmp_path / "key.txt").read_bytes() == before
    vernix("keygen", "-o", "nowhere/key.txt", code=2)
    assert vernix.names() == ["key.txt"]


def test_keygen_classic_to_standard_output(vernix: Terminal, need_program: Callable[[str], str]) -> None:
    text = vernix("keygen", "--classic")
    done = subprocess.run([need_program("age-keygen"), "-y"], input=text, capture_output=True, check=True)
    assert vernix.said == f"Public key: {done.stdout.decode()}"


def test_keygen_with_a_passphrase(vernix: Terminal, tmp_path: Path) -> None:
    (tmp_path / "pass").write_text("several good words\nnot this line\n")
    (tmp_path / "wrong").write_text("other words\n")
    (tmp_path / "plain").write_bytes(b"content")
    vernix("keygen", "-o", "key.age", "--passphrase-file", "pass")
    recipient = vernix.said.removeprefix("Public key: ").strip()
    vernix("seal", "-r", recipient, "plain")
    vernix("open", "-i", "key.age", "-o", "out", "plain.age", code=2)
    assert "--passphrase-file" in vernix.said
    vernix("open", "-i", "key.age", "-o", "out", "--passphrase-file", "wrong", "plain.age", code=1)
    vernix("open", "-i", "key.age", "-o", "out", "--passphrase-file", "pass", "plain.age")
    assert (tmp_path / "out").read_bytes() == b"content"
    assert b"AGE-SECRET-KEY-PQ-1" in vernix("open", "--passphrase-file", "pass", "-o", "-", "key.age")
    vernix("keygen", "--passphrase-file", "pass", code=2)


@pytest.mark.parametrize("form", [[], ["-a"]])
def test_seal_and_open(form: list[str], vernix: Terminal, recipient: str, tmp_path: Path) -> None:
    content = os.urandom(2 * BATCH + 5)
    (tmp_path / "plain.csv").write_bytes(content)
    vernix("seal", *form, "-r", recipient, "plain.csv")
    assert vernix.names() == ["key.txt", "plain.csv", "plain.csv.age"]
    vernix("open", "-i", "key.txt", "plain.csv.age", code=2)
    assert "--force" in vernix.said
    (tmp_path / "plain.csv").unlink()
    vernix("open", "-i", "key.txt", "plain.csv.age")
    assert (tmp_path / "plain.csv").read_bytes() == content
    vernix("seal", "-r", recipient, "plain.csv", code=2)
    vernix("seal", "--force", "-r", recipient, "plain.csv")
    vernix("open", "-f", "-i", "key.txt", "plain.csv.age")


def test_through_pipes(vernix: Terminal, recipient: str, tmp_path: Path) -> None:
    for content in (b"", b"short", os.urandom(3 * BATCH + 1)):
        (tmp_path / "plain").write_bytes(content)
        for form in ([], ["-a"]):
            sealed = vernix("seal", *form, "-r", recipient, stdin=content)
            assert vernix("open", "-i", "key.txt", stdin=sealed) == content
            (tmp_path / "sealed").write_bytes(vernix("seal", *form, "-r", recipient, "-o", "-", "plain"))
            assert vernix("open", "-i", "key.txt", "-o", "-", "sealed") == content
            vernix("open", "-f", "-i", "key.txt", "-o", "out", "-", stdin=sealed)
            assert (tmp_path / "out").read_bytes() == content


def test_several_recipients(vernix: Terminal, recipient: str, tmp_path: Path) -> None:
    vernix("keygen", "-o", "other.txt")
    other = str(load_identities(tmp_path / "other.txt")[0].recipient)
    (tmp_path / "all.txt").write_text(f"# everybody\n{other}\n")
    (tmp_path / "plain").write_bytes(b"content")
    vernix("seal", "-r", recipient, "-R", "all.txt", "plain")
    with (tmp_path / "plain.age").open("rb") as file:
        assert len(read_header(file).stanzas) == 2
    for key in ("key.txt", "other.txt"):
        assert vernix("open", "-i", key, "-o", "-", "plain.age") == b"content"


def test_wrong_words(vernix: Terminal, recipient: str, tmp_path: Path) -> None:
    vernix("keygen", "--classic", "-o", "classic.txt")
    classic = str(load_identities(tmp_path / "classic.txt")[0].recipient)
    (tmp_path / "plain").write_bytes(b"content")
    (tmp_path / "folder").mkdir()
    (tmp_path / "empty").write_bytes(b"")
    vernix("seal", "-r", recipient, "-o", "sealed.age", "plain")
    before = vernix.names()
    for words, code, what in (
        (["seal", "plain"], 2, "Nobody is named"),
        (["seal", "-r", recipient, "-r", classic, "plain"], 2, "cannot share"),
        (["seal", "-r", recipient[:-1], "plain"], 2, "not a recipient"),
        (["seal", "-r", "Marie", "plain"], 2, "not a recipient"),
        (["seal", "-r", recipient, "missing"], 2, "There is no file missing"),
        (["seal", "-r", recipient, "folder"], 2, "is a folder"),
        (["seal", "-r", recipient, "-o", "plain", "plain"], 2, "same file"),
        (["seal", "-r", recipient, "-o", "nowhere/x", "plain"], 2, "no folder"),
        (["seal", "-r", recipient, "-o", "folder", "-f", "plain"], 2, "not a file"),
        (["seal", "-R", "empty", "plain"], 1, "no recipient"),
        (["seal", "-R", "missing", "plain"], 2, "There is no file"),
        (["seal", "--nonsense", "-r", recipient, "plain"], 2, ""),
        (["open", "sealed.age"], 2, "No identity is named"),
        (["open", "-i", "missing", "sealed.age"], 2, "There is no file missing"),
        (["open", "-i", "folder", "sealed.age"], 2, "is a folder"),
        (["open", "-i", "empty", "sealed.age"], 1, "no identity"),
        (["open", "-i", "plain", "sealed.age"], 1, "not an identity"),
        (["open", "-i", "classic.txt", "sealed.age"], 1, "sealed to somebody else"),
        (["open", "-i", "key.txt", "missing.age"], 2, "There is no file"),
        (["open", "-i", "key.txt", "-o", "x", "folder"], 2, "is a folder"),
        (["open", "-i", "key.txt", "-o", "x", "plain"], 1, "not an age file"),
        (["open", "-i", "key.txt", "-o", "x", "empty"], 1, "it is empty"),
        (["open", "-i", "key.txt", "plain"], 2, "does not end in .age"),
        (["open", "-i", "key.txt", "-o", "/dev/null", "-f", "sealed.age"], 2, "not a file"),
    ):
        vernix(*words, code=code)
        assert what in vernix.said, words
        assert len(vernix.said.splitlines()) == 1, words
        assert vernix.names() == before, words


def test_damaged_files(vernix: Terminal, recipient: str, tmp_path: Path) -> None:
    (tmp_path / "plain").write_bytes(b"Tremblay-Canary" * 10_000)
    vernix("seal", "-r", recipient, "plain")
    sealed = (tmp_path / "plain.age").read_bytes()
    flipped = bytearray(sealed)
    flipped[-40_000] ^= 1
    for damaged in (sealed[:-1], sealed[:-100_000], sealed[:300], sealed + b"x", bytes(flipped)):
        (tmp_path / "damaged.age").write_bytes(damaged)
        for target in ("damaged", "-"):
            before = vernix.names()
            assert vernix("open", "-i", "key.txt", "-o", target, "damaged.age", code=1) == b""
            assert vernix("open", "-i", "key.txt", "-o", target, "-", stdin=damaged, code=1) == b""
            assert vernix.names() == before
            assert "Canary" not in vernix.said


def test_a_reader_that_goes_away_is_no_failure(vernix: Terminal, recipient: str, tmp_path: Path) -> None:
    (tmp_path / "plain").write_bytes(bytes(8 * BATCH))
    vernix("seal", "-r", recipient, "plain")
    with subprocess.Popen(
        [*PROGRAM, "open", "-i", "key.txt", "-o", "-", "plain.age"], cwd=tmp_path, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:  # fmt: skip
        assert process.stdout
        assert process.stderr
        process.stdout.read(10)
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait() == 0
