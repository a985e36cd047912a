"""An upload's states: what each allows, told as a table, then attacked by a machine."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from vernix.errors import Conflict, FarSideRefused, NotFound, TooMuch, UsageError, VernixError
from vernix.gateway import uploads
from vernix.gateway.uploads import Claim, State, Upload

HEADER, SIZE, EXPIRES = 200, 1000, 500
DIGEST = "ab" * 32
CLAIM = Claim(SIZE, HEADER, DIGEST)

OPEN = uploads.begin("u", "riverside", SIZE, HEADER, EXPIRES)
BEGUN = uploads.extend(OPEN, 300)
COMPLETE = uploads.extend(BEGUN, 700, DIGEST)
BOUND = uploads.bind(COMPLETE, "d", 0, "riverside", CLAIM)

PARTIALS = [
    uploads.extend(uploads.begin_partial(name, "riverside", size, EXPIRES), size)
    for name, size in (("p", 400), ("q", 600))
]
FINAL, JOINED = uploads.join(OPEN, PARTIALS, "final;p q")

Step = Callable[[Upload], object]


def append_at(offset: int, now: int = 0) -> Step:
    return lambda upload: uploads.check_append(upload, offset, now)


def bind_as(sender: str = "riverside", claim: Claim = CLAIM) -> Step:
    return lambda upload: uploads.bind(upload, "d", 0, sender, claim)


def join_from(*partials: Upload) -> Step:
    return lambda upload: uploads.join(upload, partials, "final;other")


# state, what is tried, what comes of it: None is "allowed"
TABLE: list[tuple[str, Upload, Step, type[VernixError] | None]] = [
    ("an open upload takes bytes at its offset", BEGUN, append_at(300), None),
    ("not before it", BEGUN, append_at(0), Conflict),
    ("not beyond it", BEGUN, append_at(301), Conflict),
    ("not once it has expired", BEGUN, append_at(300, EXPIRES), NotFound),
    ("a complete one takes nothing at another offset", COMPLETE, append_at(300), Conflict),
    ("but answers a repetition of its end", COMPLETE, append_at(SIZE), None),
    ("it cannot grow", COMPLETE, lambda u: uploads.extend(u, 1), Conflict),
    ("an open one cannot outgrow its size", BEGUN, lambda u: uploads.extend(u, 701, DIGEST), TooMuch),
    ("a complete one becomes a part", COMPLETE, bind_as(), None),
    ("an open one does not", BEGUN, bind_as(), Conflict),
    ("nor twice", BOUND, bind_as(), Conflict),
    ("nor another sender's", COMPLETE, bind_as("lakeside"), NotFound),
    ("nor with another size", COMPLETE, bind_as(claim=Claim(SIZE + 1, HEADER, DIGEST)), Conflict),
    ("nor with another header", COMPLETE, bind_as(claim=Claim(SIZE, HEADER + 1, DIGEST)), Conflict),
    ("nor with another digest", COMPLETE, bind_as(claim=Claim(SIZE, HEADER, "cd" * 32)), Conflict),
    ("an open one may be taken back", BEGUN, uploads.check_abandon, None),
    ("a complete one may be taken back", COMPLETE, uploads.check_abandon, None),
    ("a part may not", BOUND, uploads.check_abandon, Conflict),
    ("partial uploads become a part", OPEN, join_from(*PARTIALS), None),
    ("not of another size", OPEN, join_from(PARTIALS[0]), Conflict),
    ("not one of them twice", OPEN, join_from(PARTIALS[1], PARTIALS[0], PARTIALS[0]), Conflict),
    ("not what is not whole", OPEN, join_from(replace(PARTIALS[0], state=State.OPEN), PARTIALS[1]), Conflict),
    ("not what is joined already", OPEN, join_from(*JOINED), Conflict),
    ("not another sender's", OPEN, join_from(replace(PARTIALS[0], sender="x"), PARTIALS[1]), Conflict),
    ("not a part", OPEN, join_from(COMPLETE), Conflict),
    ("not over what came before", BEGUN, join_from(*PARTIALS), Conflict),
    ("not over what is joined", FINAL, join_from(*PARTIALS), Conflict),
    ("a final upload takes no bytes from outside", FINAL, uploads.check_takes_bytes, FarSideRefused),
    ("an open one does", OPEN, uploads.check_takes_bytes, None),
    ("a partial one is no part", PARTIALS[0], bind_as(claim=Claim(400, 0, "")), Conflict),
    ("and may not be taken back once joined", JOINED[0], uploads.check_abandon, Conflict),
    ("a part does not expire as an upload", BOUND, lambda u: uploads.check_alive(u, EXPIRES), None),
]


@pytest.mark.parametrize(
    ("upload", "step", "refused"), [row[1:] for row in TABLE], ids=[row[0] for row in TABLE]
)
def test_states(upload: Upload, step: Step, refused: type[VernixError] | None) -> None:
    if refused is None:
        step(upload)
    else:
        with pytest.raises(refused) as raised:
            step(upload)
        assert raised.type is refused


@pytest.mark.parametrize(
    ("size", "header"), [(1000, 69), (1000, (1 << 20) + 1), (231, 200), (1000, 1000), (-5, 200), (1000, -1)]
)
def test_sizes_that_no_age_file_has(size: int, header: int) -> None:
    with pytest.raises(UsageError):
        uploads.begin("u", "riverside", size, header, EXPIRES)


def test_the_digest_comes_with_the_last_byte_and_only_then() -> None:
    with pytest.raises(ValueError, match="digest"):
        uploads.extend(BEGUN, 699, DIGEST)
    with pytest.raises(ValueError, match="digest"):
        uploads.extend(BEGUN, 700)


def test_a_partial_upload_is_whole_without_a_digest() -> None:
    assert [upload.state for upload in PARTIALS] == [State.COMPLETE] * 2
    assert [upload.digest for upload in JOINED] == [None, None]
    with pytest.raises(ValueError, match="digest"):
        uploads.extend(uploads.begin_partial("p", "riverside", 4, EXPIRES), 4, DIGEST)


class UploadLife(RuleBasedStateMachine):
    """Whatever is tried in whatever order: the offset never goes back, and states follow their order."""

    def __init__(self) -> None:
        super().__init__()
        self.upload = OPEN
        self.furthest = 0

    @rule(count=st.integers(-10, 1200), with_digest=st.booleans())
    def extend(self, count: int, with_digest: bool) -> None:
        before = self.upload
        try:
            self.upload = uploads.extend(before, count, DIGEST if with_digest else None)
        except (VernixError, ValueError):
            assert self.upload is before

    @rule(sender=st.sampled_from(["riverside", "lakeside"]), digest=st.sampled_from([DIGEST, "00" * 32]))
    def bind(self, sender: str, digest: str) -> None:
        try:
            self.upload = uploads.bind(self.upload, "d", 0, sender, Claim(SIZE, HEADER, digest))
        except VernixError:
            return
        assert (sender, digest) == ("riverside", DIGEST)

    @precondition(lambda self: self.upload.state is State.BOUND)
    @rule()
    def a_part_stays(self) -> None:
        with pytest.raises(Conflict):
            uploads.check_abandon(self.upload)

    @invariant()
    def holds(self) -> None:
        assert self.furthest <= self.upload.offset <= SIZE
        self.furthest = self.upload.offset
        whole = self.upload.offset == SIZE
        assert whole == (self.upload.digest is not None) == (self.upload.state is not State.OPEN)


TestUploadLife = UploadLife.TestCase
