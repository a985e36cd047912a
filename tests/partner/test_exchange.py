"""``vernix send``, ``inbox`` and ``collect``, as commands, against a gateway that is honest or lies."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.exchange_kit import ExchangeKit, SealedPart
from tests.lying_gateway import Asked, Hang, LyingGateway, Told, refused
from tests.partner.conftest import Document, Vernix
from tests.partner_kit import everything_in, post_from_registry

from vernix.courier.keeping import held
from vernix.courier.road import Road
from vernix.custody.delivery import Delivery
from vernix.custody.identifiers import utc_now
from vernix.custody.manifest import File, Manifest
from vernix.custody.signatures import Signed
from vernix.partner.state import Partner

CANARY = b"Zyx-Canary-Surname"


def tree(folder: Path) -> dict[str, bytes]:
    return {name: (folder / name).read_bytes() for name in everything_in(folder)}


def test_a_file_goes_from_one_to_the_other(
    gateway: LyingGateway, riverside: Partner, registry: Partner, document: Document, tmp_path: Path
) -> None:
    source = tmp_path / "scan.bin"
    source.write_bytes(os.urandom(1 << 20) + CANARY)
    sent = document("send", source, "--data", riverside.folder.path)
    assert sent["state"] == "verified"
    assert not any(CANARY in part for part in gateway.parts.values())
    waiting = document("inbox", "--data", registry.folder.path)
    assert [entry["delivery"] for entry in waiting["deliveries"]] == [sent["delivery"]]
    taken = document("collect", "--into", tmp_path / "in", "--data", registry.folder.path)
    assert [entry["path"] for entry in taken["files"]] == [str(tmp_path / "in" / "scan.bin")]
    assert tree(tmp_path / "in") == {"scan.bin": source.read_bytes()}
    assert gateway.parts == {}
    assert document("collect", "--into", tmp_path / "in", "--data", registry.folder.path)["files"] == []
    waiting = document("inbox", "--data", riverside.folder.path)
    assert [entry["delivery"] for entry in waiting["receipts"]] == [sent["delivery"]]
    answer = document("collect", "--data", riverside.folder.path)
    assert [(entry["delivery"], entry["result"]) for entry in answer["receipts"]] == [
        (sent["delivery"], "received")
    ]
    assert document("collect", "--data", riverside.folder.path)["receipts"] == []
    assert any(kind == "receipt" for _, kind, _ in gateway.mail["riverside"]), "the gateway shows it still"
    assert document("inbox", "--data", riverside.folder.path)["receipts"] == []


@pytest.mark.usefixtures("gateway")
def test_a_piece_bounds_what_one_request_carries(
    riverside: Partner, document: Document, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pushed: list[int] = []
    push = Road.push

    def counting(self: Road, method: str, path: str, headers: Any, pieces: Any, length: int) -> Any:
        pushed.append(length)
        return push(self, method, path, headers, pieces, length)

    monkeypatch.setattr(Road, "push", counting)
    source = tmp_path / "scan.bin"
    source.write_bytes(os.urandom(2 << 20))
    document("send", source, "--piece", 512, "--data", riverside.folder.path)
    assert max(pushed) == 512 << 10
    assert len(pushed) == 5, "of the file; the manifest is small and goes whole"


def test_sending_again_is_one_delivery_unless_asked(
    gateway: LyingGateway, riverside: Partner, document: Document, tmp_path: Path
) -> None:
    source = tmp_path / "scan.bin"
    source.write_bytes(b"once")
    first = document("send", source, "--data", riverside.folder.path)
    again = document("send", source, "--data", riverside.folder.path)
    assert again["delivery"] == first["delivery"]
    assert again["repeated"] is True
    other = document("send", source, "--again", "--data", riverside.folder.path)
    assert set(gateway.deliveries) == {first["delivery"], other["delivery"]}


def test_what_the_gateway_lost_is_said_and_sent_again(
    gateway: LyingGateway,
    riverside: Partner,
    registry: Partner,
    vernix: Vernix,
    document: Document,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> None:
    """What was signed for is not: the gateway may forget that in its time."""
    source, taken = tmp_path / "scan.bin", tmp_path / "taken.bin"
    source.write_bytes(b"lost with the gateway's disk")
    taken.write_bytes(b"collected before")
    signed = document("send", taken, "--data", riverside.folder.path)["delivery"]
    document("collect", "--into", tmp_path / "in", "--data", registry.folder.path)
    first = document("send", source, "--data", riverside.folder.path)["delivery"]
    assert document("sent", "--data", riverside.folder.path)["counts"] == {"delivered": 1, "waiting": 1}
    gateway.deliveries.clear()
    assert document("sent", "--data", riverside.folder.path)["counts"] == {"delivered": 1, "lost": 1}
    assert vernix("sent", "--data", riverside.folder.path) == 0
    assert "run the same vernix send once more" in capsys.readouterr().err
    gateway.block("state", 503)
    assert document("sent", "--data", riverside.folder.path)["counts"] == {"delivered": 1, "waiting": 1}
    assert vernix("send", source, "--data", riverside.folder.path) == 4, "nobody verified it"
    gateway.honest()
    again = document("send", source, "--data", riverside.folder.path)
    assert (again["repeated"], set(gateway.deliveries)) == (False, {again["delivery"]})
    assert again["delivery"] != first
    assert document("send", source, "--data", riverside.folder.path)["delivery"] == again["delivery"]
    assert document("send", taken, "--data", riverside.folder.path)["delivery"] == signed


def test_send_without_a_file_finishes_what_is_under_way(
    gateway: LyingGateway, riverside: Partner, vernix: Vernix, document: Document, tmp_path: Path
) -> None:
    sources = [tmp_path / name for name in ("one.bin", "two.bin")]
    gateway.block("whole", 500)
    for source in sources:
        source.write_bytes(source.name.encode())
        assert vernix("send", source, "--data", riverside.folder.path) == 4
    gateway.honest()
    sent = document("send", "--data", riverside.folder.path)
    assert len(sent["deliveries"]) == 2
    assert len(gateway.deliveries) == 2
    assert document("send", "--data", riverside.folder.path) == {"deliveries": []}


def test_names_of_the_far_side_are_never_paths_and_never_overwrite(
    kit: ExchangeKit, gateway: LyingGateway, riverside: Partner, document: Document, tmp_path: Path
) -> None:
    into = tmp_path / "in"
    into.mkdir()
    (into / "passwd").write_bytes(b"mine")
    names = ["../../../etc/passwd", "passwd", "-rf", ".bashrc", "a/b\\c.csv"]
    post_from_registry(kit, tmp_path, [(name, name.encode()) for name in names])
    taken = document("collect", "--into", into, "--data", riverside.folder.path)
    found = tree(into)
    assert found.pop("passwd") == b"mine"
    assert sorted(found.values()) == sorted(name.encode() for name in names)
    assert all(Path(entry["path"]).parent == into for entry in taken["files"])
    assert "passwd (2)" in found
    assert "passwd (3)" in found


def resealed(gateway: LyingGateway, kit: ExchangeKit, delivery: str) -> None:
    """All of it signed by the sender, but the file itself is sealed to somebody else."""
    foreign = kit.seal(b"not for you", to="lakeside")
    replace_part(gateway, kit, delivery, foreign)
    replace_manifest(gateway, kit, delivery, foreign.digest)


def other_files(gateway: LyingGateway, kit: ExchangeKit, delivery: str) -> None:
    """A file that we can open, but that the manifest does not speak of."""
    replace_part(gateway, kit, delivery, kit.seal(b"another", to="riverside"))


def foreign_manifest(gateway: LyingGateway, kit: ExchangeKit, delivery: str) -> None:
    """A manifest for somebody else, sealed again to us."""
    replace_manifest(gateway, kit, delivery, posted(gateway, delivery).parts[1].digest, reader="lakeside")


def unsigned_manifest(gateway: LyingGateway, kit: ExchangeKit, delivery: str) -> None:
    """A manifest in the registry's name that lakeside signed."""
    replace_manifest(gateway, kit, delivery, posted(gateway, delivery).parts[1].digest, signer="lakeside")


def no_manifest(gateway: LyingGateway, kit: ExchangeKit, delivery: str) -> None:
    replace_part(gateway, kit, delivery, kit.seal(b"hello", to="riverside"), number=0)


def posted(gateway: LyingGateway, delivery: str) -> Delivery:
    return Delivery.parse(Signed.decode(gateway.deliveries[delivery]).document)


def replace_manifest(
    gateway: LyingGateway,
    kit: ExchangeKit,
    delivery: str,
    digest: str,
    *,
    reader: str = "riverside",
    signer: str = "registry",
) -> None:
    file = File(1, "x", "text/plain", 5, digest, "file")
    manifest = Manifest(delivery, "registry", (reader,), "message", (file,), "", utc_now())
    envelope = manifest.sign(kit.members[signer].key).encode()
    replace_part(gateway, kit, delivery, kit.seal(envelope, to="riverside"), number=0)


def replace_part(
    gateway: LyingGateway, kit: ExchangeKit, delivery: str, sealed: SealedPart, number: int = 1
) -> None:
    """Let the registry itself sign the other part: what is wrong is only seen after opening."""
    old = posted(gateway, delivery)
    parts = list(old.parts)
    parts[number] = replace(
        parts[number], size=len(sealed.content), header=sealed.header, digest=sealed.digest
    )
    envelope = replace(old, parts=tuple(parts)).sign(kit.members["registry"].key).encode()
    gateway.deliveries[delivery] = envelope
    gateway.parts[delivery, number] = sealed.content
    gateway.mail["riverside"] = [
        (seq, kind, envelope if delivery.encode() in body else body)
        for seq, kind, body in gateway.mail["riverside"]
    ]


@pytest.mark.parametrize(
    ("attack", "code", "words"),
    [
        (resealed, 1, "sealed to somebody else"),
        (other_files, 3, "disagree"),
        (foreign_manifest, 3, "somebody else"),
        (unsigned_manifest, 3, "signed by lakeside"),
        (no_manifest, 1, "not canonical JSON"),
    ],
)
def test_what_does_not_prove_itself_inside_is_set_aside_and_the_rest_goes_on(
    kit: ExchangeKit,
    gateway: LyingGateway,
    riverside: Partner,
    vernix: Vernix,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    attack: Callable[[LyingGateway, ExchangeKit, str], None],
    code: int,
    words: str,
) -> None:
    bad = post_from_registry(kit, tmp_path, [("bad.txt", b"hello")])
    good = post_from_registry(kit, tmp_path, [("good.txt", b"world")])
    attack(gateway, kit, bad)
    assert vernix("collect", "--into", tmp_path / "in", "--data", riverside.folder.path) == code
    said = capsys.readouterr().err
    assert words in said
    assert bad in said
    assert tree(tmp_path / "in") == {"good.txt": b"world"}
    assert [name for name in everything_in(riverside.folder.incoming) if bad in name] == []
    assert (bad, 1) in gateway.parts  # not signed for: it can still be looked into
    assert (good, 1) not in gateway.parts


def test_a_replayed_delivery_is_taken_once(
    kit: ExchangeKit, gateway: LyingGateway, riverside: Partner, document: Document, tmp_path: Path
) -> None:
    delivery = post_from_registry(kit, tmp_path, [("a.txt", b"hello")])
    envelope, parts = gateway.deliveries[delivery], dict(gateway.parts)
    into = tmp_path / "in"
    assert len(document("collect", "--into", into, "--data", riverside.folder.path)["files"]) == 1
    gateway.put_mail("riverside", "delivery", envelope, seq=500)
    gateway.parts = parts
    assert document("collect", "--into", into, "--data", riverside.folder.path)["files"] == []
    assert tree(into) == {"a.txt": b"hello"}


def test_a_lost_receipt_is_posted_again(
    kit: ExchangeKit,
    gateway: LyingGateway,
    riverside: Partner,
    vernix: Vernix,
    document: Document,
    tmp_path: Path,
) -> None:
    post_from_registry(kit, tmp_path, [("a.txt", b"hello")])

    gateway.block("receipt", 500)
    into = tmp_path / "in"
    assert vernix("collect", "--into", into, "--data", riverside.folder.path) == 4
    gateway.honest()
    assert document("inbox", "--data", riverside.folder.path)["deliveries"] == [], "it is here already"
    document("collect", "--into", into, "--data", riverside.folder.path)
    assert tree(into) == {"a.txt": b"hello"}
    assert gateway.parts == {}


def test_what_a_killed_run_left_half_written_is_swept(
    gateway: LyingGateway, riverside: Partner, document: Document
) -> None:
    incoming = riverside.folder.incoming
    litter = [
        folder / ".writing-0123456789abcdef" for folder in (incoming / "done", incoming / "answers/new")
    ]
    for path in litter:
        path.parent.mkdir(parents=True)
        path.write_bytes(b"half")
    document("collect", "--data", riverside.folder.path)
    assert [path for path in litter if path.exists()] == []


def test_two_runs_do_not_collect_at_once(
    kit: ExchangeKit,
    gateway: LyingGateway,
    riverside: Partner,
    vernix: Vernix,
    document: Document,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> None:
    """Their bytes would mix in one part, which would look as if the gateway had changed it."""
    post_from_registry(kit, tmp_path, [("a.txt", b"hello")])
    words = ("collect", "--into", tmp_path / "in", "--data", riverside.folder.path)
    with held(riverside.folder.incoming / "collect.lock"):
        assert vernix(*words) == 5
    assert "Another run on this machine is collecting" in capsys.readouterr().err
    assert len(document(*words)["files"]) == 1


def test_a_full_disk_is_said_and_leaves_nothing(
    kit: ExchangeKit,
    gateway: LyingGateway,
    riverside: Partner,
    vernix: Vernix,
    document: Document,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    from vernix.partner import unpacking

    post_from_registry(kit, tmp_path, [("a.txt", b"hello"), ("b.txt", b"world")])

    def full(*_arguments: object, **_named: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(unpacking, "open_file", full)
    into = tmp_path / "in"
    assert vernix("collect", "--into", into, "--data", riverside.folder.path) == 5
    assert tree(into) == {}
    assert [name for name in everything_in(riverside.folder.incoming) if "part-" in name] == []
    monkeypatch.undo()
    assert len(document("collect", "--into", into, "--data", riverside.folder.path)["files"]) == 2


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("missing.csv",), 2, "not a file that can be read"),
        (("{file}", "{file}"), 2, "named twice"),
        (("{file}", "--to", "lakeside", "--as", "birth"), 2, "belong to a submission"),
        (("{file}", "--to", "nobody"), 3, "nobody"),
        (("{file}", "--purpose", "gossip"), 2, "gossip"),
        (("--forget", "019caf1d-3000-7000-8000-00000000000d"), 2, "No delivery under way"),
        (("--to", "registry"), 2, "neither a file nor a note"),
        (("--note", ""), 2, "neither a file nor a note"),
        (("--nonsense=secret",), 2, "Unknown option: --nonsense. See vernix send --help."),
        (("--to",), 2, "--to requires an argument."),
        (("--downloads", "many"), 2, ". See vernix send --help."),
    ],
)
def test_words_that_do_not_fit_are_said(
    gateway: LyingGateway,
    riverside: Partner,
    vernix: Vernix,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    words: tuple[str, ...],
    code: int,
    said: str,
) -> None:
    source = tmp_path / "file.bin"
    source.write_bytes(b"x")
    filled = [word.replace("{file}", str(source)) for word in words]
    assert vernix("send", *filled, "--data", riverside.folder.path) == code
    assert said in capsys.readouterr().err
    assert gateway.deliveries == {}


def test_a_folder_that_has_not_joined_says_so(
    vernix: Vernix, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    for command in ("inbox", "collect", "send"):
        assert vernix(command, "--data", tmp_path / "none") == 2
        assert "vernix join" in capsys.readouterr().err


def test_a_gateway_that_hangs_up_is_the_roads_fault(
    gateway: LyingGateway, riverside: Partner, vernix: Vernix, capsys: pytest.CaptureFixture[str]
) -> None:
    def hang(_asked: Asked, _told: Told) -> Told:
        raise Hang

    gateway.lie("mailbox", hang)
    assert vernix("collect", "--data", riverside.folder.path) == 4
    gateway.lie("mailbox", refused(403, "You are suspended.", "Call us."))
    assert vernix("inbox", "--data", riverside.folder.path) == 3
    assert "You are suspended. Call us." in capsys.readouterr().err


def test_no_word_of_a_file_is_said_or_kept_by_the_gateway(
    kit: ExchangeKit,
    gateway: LyingGateway,
    riverside: Partner,
    vernix: Vernix,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> None:
    source = tmp_path / f"{CANARY.decode()}.csv"
    source.write_bytes(b"name\n" + CANARY)
    gateway.block("deliver", 500)
    vernix("send", source, "--data", riverside.folder.path)
    gateway.honest()
    vernix("send", source, "--data", riverside.folder.path)
    held = [bytes(upload.content) for upload in gateway.uploads.values()]
    held += [*gateway.parts.values(), *gateway.deliveries.values(), json.dumps(gateway.asked).encode()]
    assert not any(CANARY in content for content in held)
    assert CANARY.decode() not in capsys.readouterr().out


def test_what_send_loads_is_little() -> None:
    code = (
        "import sys, vernix.partner.sending\n"
        "unused = ('vernix.births', 'vernix.intake', 'vernix.sealing.opening', 'pyarrow', 'rich')\n"
        "print(sorted(name for name in sys.modules if name.startswith(unused)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.strip() == "[]", "a message needs nothing that knows births, and starts sooner without"
