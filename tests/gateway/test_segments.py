"""A body as segments in a bucket, on a real storage server: cut anywhere, put together, hashed on, swept."""

from __future__ import annotations

import time
from itertools import pairwise
from pathlib import Path

import obstore
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, insert
from tests.seaweedfs_kit import SeaweedFs

from vernix.custody.identifiers import new_id
from vernix.custody.tree import PartHasher
from vernix.errors import Conflict
from vernix.gateway import segment_writing
from vernix.gateway.blobs import BlobStore, new_blob
from vernix.gateway.bucket import Bucket
from vernix.gateway.database import Database, sqlite_url
from vernix.gateway.object_blobs import ObjectBlobs
from vernix.gateway.objects import ObjectStore
from vernix.gateway.storing import Stored, Writing
from vernix.gateway.tables import UPLOADS

HEADER = 100
KIB, MIB, HOUR = 1 << 10, 1 << 20, 3600
BODY_SECONDS = 6 * HOUR


class Home:
    """A gateway's store, without the gateway."""

    def __init__(self, server: SeaweedFs, folder: Path) -> None:
        self.server = server
        self.place = server.place()
        self.database = Database(sqlite_url(folder / "gateway.sqlite3"))
        self.database.upgrade()
        objects = ObjectStore(Bucket.parse(self.place))
        self.blobs = ObjectBlobs(objects, self.database, BlobStore(folder / "blobs"), BODY_SECONDS)

    def upload(self) -> str:
        """The blob of a new upload."""
        blob = new_blob()
        row = {"id": new_id(), "capability": blob.encode(), "blob": blob, "sender": "riverside"}
        sizes = {"size": 10, "header": HEADER, "offset": 0, "state": "open", "created": 0, "expires": 1}
        with self.database.writing() as connection:
            connection.execute(insert(UPLOADS).values(row | sizes))
        return blob

    def forget(self, blob: str) -> None:
        """Its upload is over."""
        with self.database.writing() as connection:
            connection.execute(delete(UPLOADS).where(UPLOADS.c.blob == blob))

    def settle(self, writing: Writing, *, last: bool = False) -> None:
        """Make safe what was written."""
        mark = writing.mark(last=last)
        writing.secure(mark)
        with self.database.writing() as connection:
            writing.enter(connection, mark)
        writing.committed()

    def add(self, blob: str, offset: int, content: bytes) -> str:
        """One request's worth of bytes; the digest behind them."""
        writing = self.blobs.lock(blob).append(offset, HEADER)
        writing.write([content[start : start + 10_000] for start in range(0, len(content), 10_000)])
        self.settle(writing)
        digest = writing.digest() if writing.offset >= HEADER else ""
        writing.close()
        return digest


@pytest.fixture(scope="module")
def home(seaweedfs: SeaweedFs, tmp_path_factory: pytest.TempPathFactory) -> Home:
    with pytest.MonkeyPatch.context() as patch:
        for name, value in seaweedfs.environment.items():
            patch.setenv(name, value)
        return Home(seaweedfs, tmp_path_factory.mktemp("home"))


@pytest.fixture(autouse=True)
def small_segments(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that a test of many segments need not carry gigabytes."""
    monkeypatch.setattr(segment_writing, "SEGMENT", 64 * KIB)


def test_any_cuts_make_the_same_body(home: Home) -> None:
    @settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(st.lists(st.integers(1, 400_000), max_size=6), st.integers(HEADER, 400_000))
    def hold(cuts: list[int], size: int) -> None:
        content = bytes(range(251)) * (size // 251 + 1)
        places = [0, *sorted({cut for cut in cuts if cut < size}), size]
        blob, digest = home.upload(), ""
        for start, end in pairwise(places):
            digest = home.add(blob, start, content[start:end])
        hasher = PartHasher(HEADER)
        hasher.update(content[:size])
        assert digest == hasher.digest().hex()
        assert read(home.blobs.open(blob)) == content[:size]
        home.forget(blob)
        home.blobs.delete(blob)

    hold()
    home.server.until_empty(home.place)


def test_many_short_requests_leave_few_segments(home: Home) -> None:
    blob, content = home.upload(), bytes(200 * KIB)
    for start in range(0, len(content), KIB):
        home.add(blob, start, content[start : start + KIB])
    segments = home.blobs.segments(blob)
    assert len(segments) <= 8
    assert [each.start for each in segments] == [0, *(each.end for each in segments[:-1])]
    home.forget(blob)
    home.blobs.delete(blob)
    home.server.until_empty(home.place)


def test_who_lost_the_race_leaves_nothing(home: Home) -> None:
    blob = home.upload()
    home.add(blob, 0, b"a" * 1000)
    slow = home.blobs.lock(blob).append(1000, HEADER)
    slow.write([b"s" * 2000])
    home.add(blob, 1000, b"b" * 1000)
    while len(home.server.objects(home.place)) > 1:
        time.sleep(0.01)
    with pytest.raises(Conflict):
        home.blobs.lock(blob).append(1000, HEADER)
    mark = slow.mark()
    with pytest.raises(Conflict):
        # What it would have put together with its own is gone.
        slow.secure(mark)
    slow.close()
    assert read(home.blobs.open(blob)) == b"a" * 1000 + b"b" * 1000
    home.forget(blob)
    home.blobs.delete(blob)
    home.server.until_empty(home.place)


def test_strays_go_and_nothing_else(home: Home) -> None:
    """An hour after its upload is over; while that goes on, when no body can still want it."""
    growing, over = home.upload(), new_blob()
    home.add(growing, 0, b"kept" * 1000)
    store = home.server.store(home.place)
    for blob in (growing, over):
        obstore.put(store, f"blobs/{blob}/0123456789abcdef", b"left by a kill", use_multipart=False)
    now = time.time()
    assert home.blobs.sweep_strays(now + HOUR - 60) == 0
    assert home.blobs.sweep_strays(now + HOUR + 60) == 1
    assert home.blobs.sweep_strays(now + BODY_SECONDS) == 0
    assert home.blobs.sweep_strays(now + BODY_SECONDS + HOUR + 60) == 1
    assert read(home.blobs.open(growing)) == b"kept" * 1000
    home.forget(growing)
    assert home.blobs.sweep_strays(now + HOUR + 60) == 1
    assert home.server.objects(home.place) == {}


def read(stored: Stored) -> bytes:
    content = b""
    while piece := stored.read(len(content), MIB):
        content += piece
    stored.close()
    return content
