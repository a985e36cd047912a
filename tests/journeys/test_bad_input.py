"""Bad input: each gets one clear sentence and an exit code (DESIGN.md section 7); nothing is left half-done.

One world serves all cases. Its registry runs only where a case says so; its zones lie on small disks of their
own where the machine allows that (as root).
"""

from __future__ import annotations

import errno
import json
import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from tests.bad_input_kit import (
    BAD_FILES,
    FORMULA,
    BadWorld,
    SmallDisk,
    assert_one_sentence,
    launched,
    limited,
    write_bad_files,
)
from tests.journey_kit import CANARIES, World, run_program, write_births

from vernix.custody.invitation import Invitation

pytestmark = pytest.mark.journey

MEMORY = 3 << 30
"""Address space, not memory: what the libraries map counts, though little of it is used."""

NOT_TABLES = [
    ("book.xlsx", "xlsx"), ("document.pdf", "PDF"), ("sealed.csv", "vernix open"), ("picture.png", "picture"),
    ("record.json", "not JSON"), ("empty.csv", "is empty"), ("blank.csv", "is empty"),
    ("utf16.csv", "UTF-16"),
    ("half-utf8.csv", "UTF-8"), ("noise.csv", "NUL"), ("columns.csv", "--propose"),
    ("headless.csv", "column"), ("twice.csv", "same name"), ("unnamed.csv", "no name"),
    ("zeros.csv", "NUL"), ("quote.csv", "never closed"), ("wide.csv", "2000 columns"),
]  # fmt: skip


@pytest.fixture(scope="module")
def bad(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BadWorld]:
    """A founded registry, a running gateway, a hospital and a clinic that have joined."""
    root = tmp_path_factory.mktemp("bad")
    disks = {zone: SmallDisk.at(root / zone) for zone in ("gateway", "registry", "partners")}
    try:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        with World(root, port).open() as world:
            texts = [
                world.registry("invite", name, "--json").document()["invitation"]
                for name in ("Riverside", "Clinic")
            ]
            folders = [root / "partners" / name for name in ("riverside", "clinic")]
            with world.registry_running():
                for folder, text in zip(folders, texts, strict=True):
                    world.vernix(folder, "join", text)
            (root / "used").write_text(texts[0])
            yield BadWorld(world, folders[0], folders[1], write_bad_files(root / "files"), disks)
        assert not [said for said in world.said if "Traceback" in said]
    finally:
        for disk in disks.values():
            disk.close()


# Files that are no table, checked here and answered there


@pytest.mark.parametrize(("name", "word"), NOT_TABLES[::3])
def test_check_refuses_what_is_no_table(bad: BadWorld, name: str, word: str) -> None:
    """Some of them: the registry, whose reader is the same, meets them all below."""
    assert_one_sentence(run_program("vernix", "check", "--as", "birth", bad.files / name), 1, word)


@pytest.mark.parametrize(
    ("name", "code", "word"),
    [
        ("hole.csv", 1, "not copied whole"), ("tail.csv", 1, "NUL"), ("line.csv", 1, "longer than"),
        ("folder.csv", 2, "is a folder"), ("missing.csv", 2, "there is no file"),
    ],
)  # fmt: skip
def test_check_stays_small_and_quick(bad: BadWorld, name: str, code: int, word: str) -> None:
    began = time.monotonic()
    ended = limited("vernix", "check", "--as", "birth", bad.files / name, memory=MEMORY)
    assert_one_sentence(ended, code, word)
    assert time.monotonic() - began < 20, "ten gigabytes are not read to their end"


@pytest.mark.parametrize(
    ("name", "code", "found"),
    [("latin.csv", 0, "file.encoding"), ("ragged.csv", 1, "row.ragged"), ("formula.csv", 1, "value.formula")],
)
def test_check_reads_what_can_be_read(bad: BadWorld, name: str, code: int, found: str) -> None:
    ended = run_program("vernix", "check", "--as", "birth", bad.files / name, "--json")
    assert ended.code == code
    assert found in {item["code"] for item in ended.document()["findings"]}
    assert FORMULA not in json.dumps(ended.document()["findings"])


def test_the_registry_answers_every_bad_file_and_goes_on(bad: BadWorld) -> None:
    """One delivery of all of them, two sealed to somebody else, and a good one behind them."""
    world, names, before = bad.world, [name for name, _ in NOT_TABLES], bad.book()
    world.vernix(bad.hospital, "send", "--as", "birth", *(bad.files / name for name in names))
    strange = [
        bad.mischief("send", bad.hospital, bad.files / "good.csv", what).out for what in ("data", "all")
    ]
    world.vernix(bad.hospital, "send", "--again", bad.files / "good.csv")
    run = world.registry("run", "--once")
    answers = world.vernix(bad.hospital, "collect", "--json", accept=(1,)).document()
    answered = {answer["file"] or answer["delivery"]: answer for answer in answers["acknowledgements"]}
    for name, word in [*NOT_TABLES, *((delivery, "sealed to somebody else") for delivery in strange)]:
        assert word.lower() in answered[name]["refusal"].lower(), name
        assert (answered[name]["result"], answered[name]["counts"]["accepted"]) == ("rejected", 0)
    assert answered["good.csv"]["counts"]["accepted"] == 2
    assert sorted(receipt["result"] for receipt in answers["receipts"]) == ["accepted", *["rejected"] * 3]
    assert len(bad.book()) == len(before) + 1, "the good file alone came into the book"
    assert world.held_parts() == []
    bad.assert_nothing_half_done()
    said = run.err + json.dumps(answers)
    assert not [canary for canary in CANARIES if canary in said]


def test_a_formula_is_kept_as_it_came_and_shown_nowhere(bad: BadWorld) -> None:
    rows = [{"mother_family_name": FORMULA, "record_number": f"F-{number}"} for number in range(10)]
    file = write_births(bad.world.root / "formulas.csv", *rows)
    bad.world.vernix(bad.clinic, "send", file)
    bad.world.registry("run", "--once")
    answer = bad.world.vernix(bad.clinic, "collect", "--json")
    answered = answer.document()["acknowledgements"][0]
    assert answered["counts"]["accepted"] == answered["counts"]["warned"] == 10
    assert {item["code"] for item in answered["findings"]} >= {"value.formula"}
    assert FORMULA in json.loads(bad.mischief("names", "REGISTRY", "PASSPHRASE").out), "byte for byte"
    report = bad.world.registry("report", "births", "--format", "csv").out
    assert FORMULA not in answer.out + report
    assert not [cell for cell in report.replace("\n", ",").split(",") if cell[:1] in ("=", "+", "@")]


# Sealed files


@pytest.mark.parametrize(
    ("name", "words", "code", "word"),
    [
        ("whole", "-i other", 1, "somebody else"), ("cut", "-i key", 1, "cut off"),
        ("stub", "-i key", 1, "ends early"), ("flipped", "-i key", 1, "damaged"),
        ("longer", "-i key", 1, "damaged"), ("plain", "-i key", 1, "not an age file"),
        ("missing", "-i key", 2, "no file"), ("whole", "-i missing", 2, "no file"),
        ("whole", "-i plain", 1, "identity"), ("whole", "", 2, "-i file"),
        ("whole", "-i locked", 2, "--passphrase-file"),
        ("whole", "-i locked --passphrase-file wrong", 1, "passphrase"),
        ("whole", "-i locked --passphrase-file missing", 2, "no file"),
    ],
)  # fmt: skip
def test_open_releases_nothing_that_does_not_prove_itself(
    sealed: Path, name: str, words: str, code: int, word: str
) -> None:
    before = sorted(sealed.iterdir())
    options = [part if part.startswith("-") else str(sealed / part) for part in words.split()]
    ended = run_program("vernix", "open", *options, "-o", sealed / "out", sealed / name)
    assert_one_sentence(ended, code, word)
    assert sorted(sealed.iterdir()) == before


@pytest.fixture(scope="module")
def sealed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A sealed file, damaged in some ways, with keys that fit and do not."""
    folder = tmp_path_factory.mktemp("sealed")
    (folder / "wrong").write_text("not the passphrase\n")
    (folder / "right").write_text("the passphrase\n")
    key = run_program("vernix", "keygen", "-o", folder / "key").err.split()[-1]
    (folder / "recipient").write_text(key)
    run_program("vernix", "keygen", "-o", folder / "other")
    run_program("vernix", "keygen", "-o", folder / "locked", "--passphrase-file", folder / "right")
    plain = write_births(folder / "plain", *[{}] * 400)
    run_program("vernix", "seal", "-r", key, plain, "-o", folder / "whole")
    data = (folder / "whole").read_bytes()
    (folder / "cut").write_bytes(data[:-1])
    (folder / "stub").write_bytes(data[:100])
    (folder / "flipped").write_bytes(data[:-9] + bytes([data[-9] ^ 1]) + data[-8:])
    (folder / "longer").write_bytes(data + b"\n")
    return folder


# Invitations, words, keys


@pytest.mark.slow
def test_bad_invitations_join_nobody(bad: BadWorld) -> None:
    used = (bad.world.root / "used").read_text().strip()
    invitation = Invitation.from_text(used)
    late = replace(invitation, expires=invitation.expires - timedelta(days=30)).to_text()
    for text, code, word in [
        ("garbage", 1, "begins with vernix-invite-1-"),
        (used[:-20], 1, "Copy the whole line"),
        (f"{used[:40]}x{used[41:]}", 1, "Copy the whole line"),
        (late, 3, "expired"),
        (used, 3, "Ask the registry for a new one"),
        (replace(invitation, root_fingerprint="0" * 64).to_text(), 3, "Nothing of it was kept"),
        (replace(invitation, gateway="http://127.0.0.1:9").to_text(), 4, "cannot be reached"),
    ]:
        folder = bad.world.root / "nobody"
        ended = run_program("vernix", "join", text, "--data", folder, "--wait", "1")
        assert_one_sentence(ended, code, word)
        assert text not in ended.err
        assert not (folder / "partner.json").exists()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.mark.parametrize(
    ("words", "code", "word"),
    [
        ("send {good} --to nobody", 3, "no partner nobody"), ("send {good} --to clinic", 3, "does not let"),
        ("send {good} --as stork", 2, "There is: patient"), ("send {good} --purpose stork", 2, "submission"),
        ("send {files}/missing.csv", 2, "Check the name"), ("send {files}/folder.csv", 2, "is a folder"),
        ("send {good} --mapping {good}", 2, "TOML"),
        ("send {good} --mapping {files}/none", 2, "no mapping file"),
        ("send --forget 019caf1d-3000-7000-8000-00000000000d", 2, "No delivery under way"),
    ],
)  # fmt: skip
def test_words_that_do_not_fit_leave_nothing(bad: BadWorld, words: str, code: int, word: str) -> None:
    filled = [part.format(good=bad.files / "good.csv", files=bad.files) for part in words.split()]
    assert_one_sentence(run_program("vernix", *filled, "--data", bad.hospital), code, word)
    bad.assert_nothing_half_done()
    assert bad.world.held_parts() == []


@pytest.mark.parametrize(
    ("words", "code", "word"),
    [
        ("run --once --passphrase-file {files}/good.csv", 1, "does not open"),
        ("run --once --passphrase-file {files}/none", 2, "is not there"),
        ("invite Foo --passphrase-file {files}/empty.csv", 2, "is empty"),
        ("report deaths", 2, "There is: births"), ("report births --by nothing", 2, "no column nothing"),
        ("report births --by mother_family_name", 2, "no column"), ("init", 2, "already"),
        ("report births --extraction=-1", 2, "no version"),
        ("report births -o {files}/none/out", 2, "no folder"),
        ("invite Riverside --passphrase-file {root}/passphrase", 2, "riverside already"),
    ],
)  # fmt: skip
def test_words_that_do_not_fit_change_no_registry(bad: BadWorld, words: str, code: int, word: str) -> None:
    before = bad.book(), sorted((bad.world.root / "registry" / "public").iterdir())
    filled = [part.format(files=bad.files, root=bad.world.root) for part in words.split()]
    ended = run_program("vernix-registry", *filled, "--data", bad.world.root / "registry")
    assert_one_sentence(ended, code, word)
    assert (bad.book(), sorted((bad.world.root / "registry" / "public").iterdir())) == before


@pytest.mark.slow
def test_who_may_not_send_is_told_why(bad: BadWorld) -> None:
    good = bad.files / "good.csv"
    assert_one_sentence(bad.mischief("send", bad.clinic, good, "key"), 3, "no such signing key")
    for action, back, word in [
        ("suspend", "activate", "is suspended"),
        ("revoke", "restore", "has been revoked"),
    ]:
        assert bad.mischief("rights", "REGISTRY", "PASSPHRASE", action, "clinic").code == 0
        for words in (("send", "--again", good), ("inbox",)):
            assert_one_sentence(run_program("vernix", *words, "--data", bad.clinic), 3, word)
        assert bad.mischief("rights", "REGISTRY", "PASSPHRASE", back, "clinic").code == 0
    bad.assert_nothing_half_done()
    bad.world.vernix(bad.clinic, "inbox")


def test_a_directory_that_nobody_vouched_for_is_refused(bad: BadWorld) -> None:
    good = bad.files / "good.csv"
    bad.mischief("age", "REGISTRY", "PASSPHRASE", bad.world.root / "gateway")
    ended = run_program("vernix", "send", "--again", good, "--data", bad.clinic)
    assert_one_sentence(ended, 3, "expired", "ask whether the registry is running")
    bad.assert_nothing_half_done()
    bad.world.registry("run", "--once")
    bad.world.vernix(bad.clinic, "inbox")


# Programs that are away, stopped, or there twice


@pytest.mark.slow
def test_a_gateway_that_is_away_is_exit_four(bad: BadWorld) -> None:
    send = ("send", "--again", bad.files / "good.csv", "--data", bad.clinic)
    bad.world.stop("gateway")
    try:
        assert_one_sentence(run_program("vernix", *send), 4, "run the same command again")
    finally:
        bad.world.start_gateway()
    assert len(bad.pending(bad.clinic)) == 1, "what was asked is kept"
    bad.world.vernix(bad.clinic, "send")
    bad.world.registry("run", "--once")
    assert len(bad.world.vernix(bad.clinic, "collect", "--json").document()["receipts"]) == 1
    bad.assert_nothing_half_done()


def test_two_gateways_do_not_share_a_port(bad: BadWorld) -> None:
    words = ("--data", bad.world.root / "gateway-2", "--directory", bad.world.root / "registry" / "public")
    ended = run_program("vernix-gateway", "serve", *words, "--port", str(bad.world.port))
    assert_one_sentence(ended, 5, "already in use")


def test_two_registries_do_not_run_in_one_folder(bad: BadWorld) -> None:
    with bad.world.registry_running():
        log = bad.world.log("registry")
        size = log.stat().st_size
        bad.world.until(lambda: b'"ready"' in log.read_bytes()[size:], "the registry did not start")
        words = ("--passphrase-file", bad.world.root / "passphrase", "--data", bad.world.root / "registry")
        assert_one_sentence(run_program("vernix-registry", "run", *words), 5, "Another vernix-registry run")


def big_file(bad: BadWorld, name: str) -> Path:
    """A file that takes a moment to send."""
    path = bad.world.root / name
    with path.open("wb") as stream:
        stream.truncate(128 << 20)
    return path


def start_sending(bad: BadWorld, file: Path) -> subprocess.Popen[str]:
    """Begin to send ``file``; returns when its first part has begun."""
    words = launched("vernix", "send", "--purpose", "message", file, "--data", bad.hospital)
    process = subprocess.Popen(words, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    begun = bad.hospital / "outbox" / "pending"
    bad.world.until(
        lambda: process.poll() is not None or any(begun.glob("*/part-1.*.leaves")), "nothing was sent"
    )
    return process


def test_a_file_that_is_sent_twice_at_once_is_sent_once(bad: BadWorld) -> None:
    file = big_file(bad, "both.bin")
    first = start_sending(bad, file)
    second = run_program("vernix", "send", "--purpose", "message", file, "--data", bad.hospital)
    out, err = first.communicate(timeout=60)
    assert first.returncode == 0, err
    if second.code != 0:
        assert_one_sentence(second, 5, "Another run")
    else:
        assert second.out == out, "the first was done already, and the second was told so"
    bad.assert_nothing_half_done()
    bad.world.registry("run", "--once")
    assert len(bad.world.vernix(bad.hospital, "collect", "--json").document()["receipts"]) == 1


def test_a_stopped_sender_says_so_and_goes_on(bad: BadWorld) -> None:
    file = big_file(bad, "stopped.bin")
    process = start_sending(bad, file)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert (process.returncode, out) == (130, ""), err
    assert err.strip() == "Stopped. What was complete is kept; run the same command again to go on."
    assert len(bad.pending(bad.hospital)) == 1
    bad.world.vernix(bad.hospital, "send", "--purpose", "message", file)
    assert len(bad.world.held_parts()) == 2
    bad.assert_nothing_half_done()
    bad.world.registry("run", "--once")


# Disks that are full, or not to be written


@pytest.mark.slow
def test_a_full_disk_of_a_partner(bad: BadWorld, sealed: Path) -> None:
    disk, good = bad.disks["partners"], bad.files / "good.csv"
    out, key = disk.folder / "out", sealed / "key"
    commands: list[tuple[str | Path, ...]] = [
        ("open", "-i", key, sealed / "whole", "-o", out),
        ("seal", "-r", (sealed / "recipient").read_text(), sealed / "plain", "-o", out),
        ("send", "--again", good, "--data", bad.hospital),
    ]
    with disk.full(left=8192):
        for words in commands:
            assert_one_sentence(run_program("vernix", *words), 5, "disk is full", "run the same command")
            assert not out.exists()
    bad.world.vernix(bad.hospital, "send", "--again", good)
    bad.assert_nothing_half_done()
    bad.world.registry("run", "--once")
    with disk.full():
        assert_one_sentence(run_program("vernix", "collect", "--data", bad.hospital), 5, "disk is full")
    answer = bad.world.vernix(bad.hospital, "collect", "--json").document()
    assert len(answer["acknowledgements"]) == 1, "nothing lost, nothing doubled"
    bad.assert_nothing_half_done()


def test_a_limit_on_the_size_of_files_is_a_full_disk(sealed: Path) -> None:
    before = sorted(sealed.iterdir())
    words = ("open", "-i", sealed / "key", sealed / "whole", "-o", sealed / "out")
    assert_one_sentence(limited("vernix", *words, file_size=4096), 5, "disk is full")
    assert sorted(sealed.iterdir()) == before


def test_a_full_disk_of_the_registry(bad: BadWorld) -> None:
    """Full at once, then in the midst of the steps."""
    rows = [{"record_number": f"D-{number}"} for number in range(5)]
    bad.world.vernix(bad.clinic, "send", write_births(bad.world.root / "full.csv", *rows))
    before = bad.world.registry("status", "--json").document()["births"]
    for left in (0, 144 << 10, 1 << 20):
        with bad.disks["registry"].full(left):
            ended = bad.world.registry("run", "--once", accept=(5,) if left < 1 << 20 else (0, 5))
        said = [line for line in ended.err.splitlines() if not line.startswith("{")]
        assert len(said) == (ended.code == 5), "one clear sentence, and no panic of a library's"
    bad.world.registry("run", "--once")
    answer = bad.world.vernix(bad.clinic, "collect", "--json").document()
    assert [item["counts"]["accepted"] for item in answer["acknowledgements"]] == [5]
    after = bad.world.registry("status", "--json").document()["births"]
    assert after == before + 5, "nothing lost, nothing doubled"
    bad.world.registry("verify")
    bad.assert_nothing_half_done()


@pytest.mark.slow
def test_a_full_disk_of_the_gateway(bad: BadWorld) -> None:
    """No room for the database's next page, then none for a part."""
    for left in (0, 1 << 20):
        with bad.disks["gateway"].full(left):
            ended = run_program("vernix", "send", "--again", bad.files / "good.csv", "--data", bad.clinic)
            assert_one_sentence(ended, 4, "507", "try again later")
    assert len(bad.pending(bad.clinic)) == 1, "the same words are the same delivery"
    bad.world.vernix(bad.clinic, "send")
    bad.world.registry("run", "--once")
    assert len(bad.world.vernix(bad.clinic, "collect", "--json").document()["receipts"]) == 1
    bad.assert_nothing_half_done()


def test_folders_that_cannot_be_written(bad: BadWorld) -> None:
    words = ("send", "--again", bad.files / "good.csv", "--data", bad.hospital)
    with bad.disks["partners"].read_only():
        assert_one_sentence(run_program("vernix", *words), 5, os.strerror(errno.EROFS), "permissions")
    own = ("--data", bad.world.root / "registry", "--passphrase-file", bad.world.root / "passphrase")
    with bad.disks["registry"].read_only():
        ended = run_program("vernix-registry", "run", "--once", *own)
        assert_one_sentence(ended, 5, os.strerror(errno.EROFS))
    bad.assert_nothing_half_done()


def test_the_table_knows_every_bad_file() -> None:
    assert {name for name, _ in NOT_TABLES} == {*BAD_FILES, "book.xlsx"}
