"""Sending: one delivery whatever happens, resumable from any byte, never two contents under one key."""

from __future__ import annotations

import os
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.exchange_kit import ExchangeKit
from tests.lying_gateway import Asked, Hang, Lie, LyingGateway, Told, after, refused
from tests.partner_kit import exchange_of, sender

from vernix.courier.dispatch import Dispatch, OutgoingFile, Plan
from vernix.courier.exchange import Exchange
from vernix.courier.sending import Outbox, Sent
from vernix.custody.manifest import Manifest
from vernix.custody.signatures import Signed
from vernix.errors import DataRefused, FarSideRefused, KeeperFailed, NotProven, RoadFailed, UsageError
from vernix.sealing.opening import open_bytes

SIZE = 3 * (1 << 20) + 12345


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "births.csv"
    path.write_bytes(os.urandom(SIZE))
    return path


def dispatch(*paths: Path, purpose: str = "submission") -> Dispatch:
    return Dispatch(
        ("registry",),
        purpose,
        tuple(OutgoingFile(path, path.name, "text/csv", "data", "birth") for path in paths),
    )


def begin(outbox: Outbox, *paths: Path) -> Plan:
    begun = outbox.begin(dispatch(*paths))
    assert isinstance(begun, Plan)
    return begun


def delivered(gateway: LyingGateway, kit: ExchangeKit, sent: Sent) -> list[bytes]:
    """What the addressee reads: the plaintext of every file, in order, the manifest checked on the way."""
    identities = [kit.members["registry"].identity]
    parts = [gateway.parts[sent.plan.id, number] for number in range(len(sent.delivery.parts))]
    manifest = Manifest.parse(Signed.decode(open_bytes(parts[0], identities, 1 << 20)).document)
    manifest.check_against(sent.delivery)
    contents = [open_bytes(part, identities, 1 << 30) for part in parts[1:]]
    assert [file.size for file in manifest.files] == [len(content) for content in contents]
    return contents


def test_a_delivery_arrives_as_it_was(
    gateway: LyingGateway, kit: ExchangeKit, riverside: Exchange, outbox: Outbox, source: Path, tmp_path: Path
) -> None:
    empty = tmp_path / "empty.csv"
    empty.write_bytes(b"")
    moved: list[tuple[int, int]] = []
    sent = outbox.send(
        begin(outbox, source, empty),
        riverside,
        sender(kit.members["riverside"]),
        lambda *at: moved.append(at),
    )
    assert delivered(gateway, kit, sent) == [source.read_bytes(), b""]
    assert moved[-1] == (SIZE, SIZE)
    assert moved == sorted(moved)


def test_after_sending_no_secret_is_left(
    gateway: LyingGateway, kit: ExchangeKit, riverside: Exchange, outbox: Outbox, source: Path, tmp_path: Path
) -> None:
    outbox.send(begin(outbox, source), riverside, sender(kit.members["riverside"]))
    assert outbox.pending() == []
    for path in (tmp_path / "riverside" / "outbox").rglob("*"):
        assert path.is_dir() or b'"file_key"' not in path.read_bytes()


def test_what_a_killed_run_left_half_written_is_swept(
    gateway: LyingGateway, kit: ExchangeKit, riverside: Exchange, outbox: Outbox, source: Path, tmp_path: Path
) -> None:
    sent = outbox.send(begin(outbox, source), riverside, sender(kit.members["riverside"]))
    litter = tmp_path / "riverside" / "outbox" / "sent" / ".writing-0123456789abcdef"
    litter.write_bytes(b"half")
    assert outbox.begin(dispatch(source)) == sent
    assert not litter.exists()


def test_the_same_request_is_sent_once(
    gateway: LyingGateway, kit: ExchangeKit, riverside: Exchange, outbox: Outbox, source: Path
) -> None:
    first = outbox.send(begin(outbox, source), riverside, sender(kit.members["riverside"]))
    second = outbox.begin(dispatch(source))
    assert isinstance(second, Sent)
    assert second == first
    assert len(gateway.deliveries) == 1
    assert isinstance(outbox.begin(dispatch(source), again=True), Plan)


def test_a_changed_file_is_a_new_request(
    gateway: LyingGateway, kit: ExchangeKit, riverside: Exchange, outbox: Outbox, source: Path
) -> None:
    outbox.send(begin(outbox, source), riverside, sender(kit.members["riverside"]))
    source.write_bytes(b"corrected")
    sent = outbox.send(begin(outbox, source), riverside, sender(kit.members["riverside"]))
    assert delivered(gateway, kit, sent) == [b"corrected"]
    assert len(gateway.deliveries) == 2


def test_a_caller_with_an_id_of_its_own_sends_once(
    gateway: LyingGateway, kit: ExchangeKit, riverside: Exchange, outbox: Outbox, source: Path
) -> None:
    fixed = "019caf1d-3000-7000-8000-00000000000d"
    plan = outbox.begin(dispatch(source), delivery_id=fixed)
    assert isinstance(plan, Plan)
    assert plan.id == fixed
    assert outbox.begin(dispatch(source), delivery_id=fixed) == plan
    outbox.send(plan, riverside, sender(kit.members["riverside"]))
    source.write_bytes(b"other")
    assert isinstance(outbox.begin(dispatch(source), delivery_id=fixed), Sent)


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cuts=st.lists(st.integers(1, SIZE + 2000), min_size=1, max_size=4))
def test_an_upload_goes_on_from_any_byte(
    kit: ExchangeKit, gateway: LyingGateway, source: Path, cuts: list[int]
) -> None:
    """However often and wherever the connection breaks, the file arrives whole and once."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        riverside, outbox = exchange_of(kit, "riverside", folder), Outbox(folder / "outbox")
        gateway.cut_uploads[:] = cuts
        plan = begin(outbox, source)
        before = len(gateway.deliveries)
        sent = outbox.send(plan, riverside, sender(kit.members["riverside"]))
        gateway.cut_uploads.clear()
        assert delivered(gateway, kit, sent) == [source.read_bytes()]
        assert len(gateway.deliveries) == before + 1


@pytest.mark.parametrize("knows", [True, False], ids=["in one request", "as it went before"])
def test_a_small_delivery_goes_whole(
    gateway: LyingGateway, kit: ExchangeKit, riverside: Exchange, outbox: Outbox, source: Path, knows: bool
) -> None:
    """A gateway that takes it so is asked once; one of before gets file, manifest and delivery in turn."""
    gateway.knows_whole = knows
    source.write_bytes(os.urandom(3000))
    sent = outbox.send(begin(outbox, source), riverside, sender(kit.members["riverside"]))
    assert delivered(gateway, kit, sent) == [source.read_bytes()]
    posted = [path for method, path in gateway.asked if method != "GET"]
    assert posted == ["/whole-deliveries", *([] if knows else ["/parts", "/parts", "/deliveries"])]


@pytest.mark.parametrize("arrives", [True, False], ids=["and all arrived", "and nothing arrived"])
def test_the_answer_to_a_whole_delivery_is_lost(
    gateway: LyingGateway, kit: ExchangeKit, riverside: Exchange, outbox: Outbox, source: Path, arrives: bool
) -> None:
    source.write_bytes(os.urandom(3000))
    plan = begin(outbox, source)
    gateway.knows_whole = True
    if arrives:
        gateway.lie("at-once", _hang)
    else:
        gateway.block("at-once", 503)
    with pytest.raises(RoadFailed):
        outbox.send(plan, riverside, sender(kit.members["riverside"]))
    outbox.withdraw(plan)
    assert outbox.pending() == [plan], "what may have gone cannot be taken back"
    gateway.honest()
    sent = outbox.send(plan, riverside, sender(kit.members["riverside"]))
    assert delivered(gateway, kit, sent) == [source.read_bytes()]
    assert list(gateway.deliveries) == [plan.id]


@pytest.mark.parametrize("size", [0, 1, 20_000, 40_000])
def test_a_small_delivery_goes_on_where_it_was(
    gateway: LyingGateway,
    kit: ExchangeKit,
    riverside: Exchange,
    outbox: Outbox,
    source: Path,
    size: int,
) -> None:
    """What was sent whole is not sent again, and what was not known to be is sealed the same."""
    source.write_bytes(os.urandom(size))
    plan = begin(outbox, source)
    gateway.lie("whole", after(0 if size > 30_000 else 1, _hang))
    with pytest.raises(RoadFailed):
        outbox.send(plan, riverside, sender(kit.members["riverside"]))
    before = {bytes(upload.content) for upload in gateway.uploads.values()}
    gateway.honest()
    sent = outbox.send(plan, riverside, sender(kit.members["riverside"]))
    assert delivered(gateway, kit, sent) == [source.read_bytes()]
    assert {gateway.parts[plan.id, 0], gateway.parts[plan.id, 1]} == before


@pytest.mark.parametrize("name", ["begin", "whole", "head", "patch", "deliver"])
def test_an_answer_that_is_lost_once_changes_nothing(
    gateway: LyingGateway, kit: ExchangeKit, riverside: Exchange, outbox: Outbox, source: Path, name: str
) -> None:
    """The gateway did its work and the connection broke: the same run goes on."""
    plan = begin(outbox, source)
    gateway.cut_uploads[:] = [1_000_000]  # so that the offset is asked for
    broken: list[str] = []

    def hang_once(_asked: Asked, told: Told) -> Told:
        if not broken:
            broken.append(name)
            raise Hang
        return told

    gateway.lie(name, hang_once)
    sent = outbox.send(plan, riverside, sender(kit.members["riverside"]))
    assert broken == [name]
    assert delivered(gateway, kit, sent) == [source.read_bytes()]
    assert list(gateway.deliveries) == [plan.id]


@pytest.mark.parametrize("name", ["begin", "whole", "head", "deliver"])
def test_a_road_that_stays_broken_is_said_and_run_again(
    gateway: LyingGateway, kit: ExchangeKit, riverside: Exchange, outbox: Outbox, source: Path, name: str
) -> None:
    plan = begin(outbox, source)
    gateway.cut_uploads[:] = [1_000_000]
    gateway.lie(name, _hang)
    with pytest.raises(RoadFailed, match="run the same command again"):
        outbox.send(plan, riverside, sender(kit.members["riverside"]))
    gateway.honest()
    [again] = outbox.pending()
    sent = outbox.send(again, riverside, sender(kit.members["riverside"]))
    assert delivered(gateway, kit, sent) == [source.read_bytes()]
    assert list(gateway.deliveries) == [plan.id]


def test_the_same_key_never_seals_two_contents(
    gateway: LyingGateway, kit: ExchangeKit, riverside: Exchange, outbox: Outbox, source: Path
) -> None:
    """The file changes between two runs: other header (a fresh key), and nothing of the old upload is
    used."""
    plan = begin(outbox, source)
    gateway.cut_uploads[:] = [1_500_000]
    gateway.lie("head", refused(500))
    with pytest.raises(RoadFailed):
        outbox.send(plan, riverside, sender(kit.members["riverside"]))
    [old] = [bytes(upload.content) for upload in gateway.uploads.values()]
    source.write_bytes(os.urandom(SIZE))
    gateway.honest()
    sent = outbox.send(outbox.pending()[0], riverside, sender(kit.members["riverside"]))
    assert delivered(gateway, kit, sent) == [source.read_bytes()]
    assert gateway.parts[plan.id, 1][:1000] != old[:1000]
    assert gateway.uploads == {}  # the old one was abandoned


def test_a_change_that_hides_behind_its_time_is_found_by_the_journal(
    gateway: LyingGateway, kit: ExchangeKit, riverside: Exchange, outbox: Outbox, source: Path
) -> None:
    """Same size, same time of change, other content: no byte of it leaves under the old key."""
    plan = begin(outbox, source)
    gateway.cut_uploads[:] = [1_500_000]
    gateway.lie("head", refused(500))
    with pytest.raises(RoadFailed):
        outbox.send(plan, riverside, sender(kit.members["riverside"]))
    [old] = gateway.uploads.values()
    before = source.stat()
    source.write_bytes(os.urandom(SIZE))
    os.utime(source, ns=(before.st_atime_ns, before.st_mtime_ns))
    gateway.honest()
    seen = bytes(old.content)
    sent = outbox.send(outbox.pending()[0], riverside, sender(kit.members["riverside"]))
    assert delivered(gateway, kit, sent) == [source.read_bytes()]
    assert bytes(old.content) == seen


def test_a_file_that_never_stands_still_is_refused(
    gateway: LyingGateway, kit: ExchangeKit, riverside: Exchange, outbox: Outbox, source: Path
) -> None:
    def write(_asked: Asked, told: Told) -> Told:
        with source.open("ab") as stream:
            stream.write(b"x")
        return told

    gateway.lie("begin", write)
    with pytest.raises(DataRefused, match="keeps changing"):
        outbox.send(begin(outbox, source), riverside, sender(kit.members["riverside"]))
    assert gateway.deliveries == {}
    assert all(not upload.content for upload in gateway.uploads.values())


def test_a_lost_file_stops_its_delivery_only(
    gateway: LyingGateway, kit: ExchangeKit, riverside: Exchange, outbox: Outbox, source: Path
) -> None:
    plan = begin(outbox, source)
    source.unlink()
    with pytest.raises(DataRefused, match="not there"):
        outbox.send(plan, riverside, sender(kit.members["riverside"]))
    assert outbox.pending() == [plan]
    assert outbox.forget(plan.id, riverside)
    assert outbox.pending() == []
    with pytest.raises(UsageError, match="given up"):
        outbox.send(plan, riverside, sender(kit.members["riverside"]))


def test_an_expired_upload_is_begun_again_with_the_same_sealing(
    gateway: LyingGateway, kit: ExchangeKit, riverside: Exchange, outbox: Outbox, source: Path
) -> None:
    plan = begin(outbox, source)
    gateway.block("deliver", 500)
    with pytest.raises(RoadFailed):
        outbox.send(plan, riverside, sender(kit.members["riverside"]))
    before = {bytes(upload.content) for upload in gateway.uploads.values()}
    gateway.uploads.clear()
    gateway.honest()
    sent = outbox.send(plan, riverside, sender(kit.members["riverside"]))
    assert delivered(gateway, kit, sent) == [source.read_bytes()]
    assert {gateway.parts[plan.id, 0], gateway.parts[plan.id, 1]} == before


def test_a_rotated_recipient_gets_a_fresh_sealing(
    gateway: LyingGateway, kit: ExchangeKit, riverside: Exchange, outbox: Outbox, source: Path
) -> None:
    """What was sealed to a key that is no longer in the directory is not sent to its holder."""
    plan = begin(outbox, source)
    gateway.block("deliver", 500)
    with pytest.raises(RoadFailed):
        outbox.send(plan, riverside, sender(kit.members["riverside"]))
    fresh = replace(kit.members["registry"], identity=type(kit.members["registry"].identity).generate())
    kit.members["registry"] = fresh
    kit.publish(partners=kit.with_partner(fresh.entry(kit.since)))
    gateway.republish()
    gateway.honest()
    sent = outbox.send(plan, riverside, sender(kit.members["riverside"]))
    assert delivered(gateway, kit, sent) == [source.read_bytes()]


def test_no_byte_leaves_without_the_right_to_send(
    gateway: LyingGateway, kit: ExchangeKit, riverside: Exchange, outbox: Outbox, source: Path
) -> None:
    begun = outbox.begin(Dispatch(("lakeside",), "message", (OutgoingFile(source, "births.csv"),)))
    assert isinstance(begun, Plan)
    with pytest.raises(FarSideRefused, match="does not let riverside send a message to lakeside"):
        outbox.send(begun, riverside, sender(kit.members["riverside"]))
    assert gateway.uploads == {}


class Killed(Exception):
    """The run ends, before a byte has left."""


def _kill(_done: int, _total: int) -> None:
    raise Killed


def _hang(_asked: Asked, _told: Told) -> Told:
    raise Hang


def _url(url: str) -> Lie:
    return lambda _asked, told: replace(
        told, body=told.body.replace(told.body.split(b'"url":"')[1][:-2], url.encode())
    )


def _elsewhere(_asked: Asked, _told: Told) -> Told:
    return Told(307, headers={"Location": "https://evil.example/"})


def _offset(text: str) -> Lie:
    return lambda _asked, told: replace(told, headers={**told.headers, "Upload-Offset": text})


@dataclass(frozen=True)
class About:
    """A lie about an upload: in which call, and what the client says to it."""

    call: str
    title: str
    lie: Lie
    error: type[Exception]
    words: str


LIES = [
    About(
        "begin", "elsewhere", _url("https://evil.example/parts/" + "a" * 43), NotProven, "not one of its own"
    ),
    About("begin", "path", _url("/parts/../../admin"), NotProven, "not one of its own"),
    About("begin", "form", lambda _asked, told: replace(told, body=b"{]"), NotProven, "agreed"),
    About("whole", "path", _url("/parts/../../admin"), NotProven, "not one of its own"),
    About("whole", "form", lambda _asked, told: replace(told, body=b"{]"), NotProven, "agreed"),
    About("head", "beyond the end", _offset(str(1 << 40)), NotProven, "more bytes"),
    About("head", "no number", _offset("-1"), NotProven, "did not say"),
    About("patch", "other count", _offset("7"), FarSideRefused, "counted other bytes"),
    About("patch", "500", refused(500, "Out of order."), RoadFailed, "Out of order"),
    About("patch", "redirect", _elsewhere, FarSideRefused, "another address"),
    About("deliver", "refusal", refused(403, "No\x1b[31m!\n"), FarSideRefused, r"refused: No \[31m!"),
    About("deliver", "endless", lambda _asked, told: replace(told, endless=True), NotProven, "honest"),
    About("deliver", "507", refused(507, "Full."), RoadFailed, "Full"),
]


@pytest.mark.parametrize("about", LIES, ids=lambda about: f"{about.call}: {about.title}")
def test_a_lie_about_an_upload_is_refused(
    gateway: LyingGateway, kit: ExchangeKit, riverside: Exchange, outbox: Outbox, source: Path, about: About
) -> None:
    """One sentence, the delivery still under way, and an honest gateway gets it afterwards, once."""
    plan = begin(outbox, source)
    if about.call == "head":
        # It is asked for the offset of an upload that an earlier run began.
        with pytest.raises(Killed):
            outbox.send(plan, riverside, sender(kit.members["riverside"]), _kill)
    gateway.lie(about.call, about.lie)
    gateway.keeps_bytes = about.call != "patch"
    with pytest.raises(about.error, match=about.words):
        outbox.send(plan, riverside, sender(kit.members["riverside"]))
    assert outbox.pending() == [plan]
    assert list(outbox.sent()) == []
    gateway.honest()
    sent = outbox.send(plan, riverside, sender(kit.members["riverside"]))
    assert delivered(gateway, kit, sent) == [source.read_bytes()]
    assert list(gateway.deliveries) == [plan.id]


def test_bytes_that_were_never_sent_are_not_taken_for_sent(
    gateway: LyingGateway, kit: ExchangeKit, riverside: Exchange, outbox: Outbox, source: Path
) -> None:
    """The gateway says that it has a beginning which it never got: all of it goes into a new upload."""
    plan = begin(outbox, source)
    with pytest.raises(Killed):
        outbox.send(plan, riverside, sender(kit.members["riverside"]), _kill)
    [old] = gateway.uploads
    gateway.lie("head", _offset("1000"))
    sent = outbox.send(plan, riverside, sender(kit.members["riverside"]))
    assert delivered(gateway, kit, sent) == [source.read_bytes()]
    assert not gateway.uploads[old].content


def test_two_runs_do_not_send_the_same_delivery(
    gateway: LyingGateway, kit: ExchangeKit, riverside: Exchange, outbox: Outbox, source: Path
) -> None:
    plan = begin(outbox, source)
    refusals: list[Exception] = []

    def second(_asked: Asked, told: Told) -> Told:
        try:
            outbox.send(plan, riverside, sender(kit.members["riverside"]))
        except KeeperFailed as error:
            refusals.append(error)
        return told

    gateway.lie("begin", second)
    gateway.lie("whole", second)
    outbox.send(plan, riverside, sender(kit.members["riverside"]))
    assert len(refusals) == 2
    assert list(gateway.deliveries) == [plan.id]
