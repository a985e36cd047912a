"""Bodies in a bucket: gateways that die, a storage that fails or lies, SFTP, a bucket that is named later.

The storage is a real server; a rough road to it does what servers and networks do on their bad days.
"""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import pytest
from tests.exchange_kit import TUS, ExchangeKit, Reply, RunningGateway, SealedPart
from tests.partner_kit import everything_in, exchange_of
from tests.postgresql_kit import PostgreSql
from tests.rough_storage import RoughStorage, rough_storage
from tests.seaweedfs_kit import SeaweedFs
from tests.sftp_kit import SftpKit

from vernix.courier.collecting import Mailbox
from vernix.courier.fetching import fetch
from vernix.custody.delivery import Delivery
from vernix.custody.identifiers import utc_now
from vernix.custody.receipt import Receipt
from vernix.custody.tree import PartHasher
from vernix.errors import NotProven
from vernix.gateway import sweeping
from vernix.gateway.bucket import Bucket, StorageFailed
from vernix.gateway.bucket_check import check_bucket
from vernix.gateway.database import Database
from vernix.gateway.settings import Settings
from vernix.gateway.storing import Blobs, open_blobs

T = TypeVar("T")

MIB, DAY = 1 << 20, 86400


@pytest.fixture(scope="module")
def road(seaweedfs: SeaweedFs) -> Iterator[RoughStorage]:
    with rough_storage(seaweedfs.port) as road:
        yield road


@pytest.fixture(scope="module")
def kit(tmp_path_factory: pytest.TempPathFactory, seaweedfs: SeaweedFs, road: RoughStorage) -> ExchangeKit:
    """Its gateway reaches the storage over the rough road."""
    return seaweedfs.keep(ExchangeKit(tmp_path_factory.mktemp("exchange")), road.port)


@pytest.fixture(autouse=True)
def mended(road: RoughStorage) -> Iterator[None]:
    yield
    road.mode, road.watch = "open", lambda _moment: None


def post(
    kit: ExchangeKit, gateway: RunningGateway, upload: str, part: SealedPart, to: str = "registry"
) -> Delivery:
    delivery = kit.delivery([(upload, part)], to=(to,))
    envelope = delivery.sign(kit.members["riverside"].key).encode()
    assert gateway.signed("riverside", "POST", "/deliveries", envelope).status == 201
    return delivery


def get(gateway: RunningGateway, delivery: Delivery, first: int = 0) -> Reply:
    fields = {"Range": f"bytes={first}-"} if first else {}
    return gateway.signed("registry", "GET", f"/deliveries/{delivery.id}/parts/0", headers=fields)


def sign_for(kit: ExchangeKit, gateway: RunningGateway, delivery: Delivery) -> int:
    receipt = kit.receipt(delivery).sign(kit.members["registry"].key).encode()
    return gateway.signed("registry", "POST", "/receipts", receipt).status


def part_digest(content: bytes, header: int) -> str:
    hasher = PartHasher(header)
    hasher.update(content)
    return hasher.digest().hex()


@contextlib.contextmanager
def stored_by(kit: ExchangeKit) -> Iterator[tuple[Database, Blobs]]:
    """The gateway's own database and store, in this process."""
    settings = Settings.for_folder(kit.data, storage=kit.storage)
    database = Database(settings.database_url)
    with pytest.MonkeyPatch.context() as patch:
        for name, value in kit.environment.items():
            patch.setenv(name, value)
        yield database, open_blobs(settings, database)
    database.close()


def until_empty(kit: ExchangeKit) -> None:
    give_up = time.monotonic() + 20
    while left := kit.lying():
        assert time.monotonic() < give_up, sorted(left)
        time.sleep(0.05)


def begin_and_break(gateway: RunningGateway, path: str, content: bytes, count: int) -> None:
    """Send ``count`` bytes of a body that goes on, and stay until they are taken in."""
    connection = socket.create_connection(("127.0.0.1", gateway.kit.port))
    head = [f"PATCH {path} HTTP/1.1", f"Host: 127.0.0.1:{gateway.kit.port}", "Upload-Offset: 0"]
    head += [f"{name}: {value}" for name, value in TUS.items()]
    head += ["Content-Type: application/offset+octet-stream", f"Content-Length: {len(content)}"]
    connection.sendall("\r\n".join([*head, "", ""]).encode() + content[:count])
    for sent in range(count, len(content), MIB):
        if gateway.offset(path):
            break
        time.sleep(1)
        connection.sendall(content[sent : sent + MIB])
    gateway.kill()
    connection.close()


@dataclass
class Pair:
    """Two gateways with a database, a bucket and a small folder together."""

    kit: ExchangeKit
    first: RunningGateway
    second: RunningGateway

    @property
    def files(self) -> list[str]:
        """Bodies in the folder that they share: there should be none."""
        return everything_in(self.kit.folder / "shared" / "blobs")


@pytest.fixture(scope="module")
def pair(
    tmp_path_factory: pytest.TempPathFactory, seaweedfs: SeaweedFs, postgresql: PostgreSql
) -> Iterator[Pair]:
    kit = seaweedfs.keep(ExchangeKit(tmp_path_factory.mktemp("pair")))
    kit.database_url = postgresql.database()
    shared = ("--shared", str(kit.folder / "shared"))
    with kit.replica(1).running(*shared) as first, kit.replica(2).running(*shared) as second:
        yield Pair(kit, first, second)


def test_one_gateway_is_killed_and_another_goes_on(pair: Pair) -> None:
    """Killed in the middle of a body. Neither has a byte of it in its folder, nor in the one they share."""
    kit, first, second = pair.kit, pair.first, pair.second
    part = kit.seal(os.urandom(24 * MIB))
    upload, path = first.begin_upload("riverside", part)
    begin_and_break(first, path, part.content, 10 * MIB)
    acknowledged = second.offset(path)
    assert 0 < acknowledged < len(part.content)
    assert second.patch(path, acknowledged, part.content[acknowledged:]).status == 204
    delivery = post(kit, second, upload, part)
    assert get(second, delivery).body == part.content
    first.start()
    assert get(first, delivery, 5 * MIB + 7).body == part.content[5 * MIB + 7 :]
    assert pair.files == []
    assert sign_for(kit, first, delivery) == 201
    # What the kill left has no row: the receipt deletes all that begins with the body's name.
    until_empty(kit)


def test_two_writers_at_two_gateways_never_mix(pair: Pair) -> None:
    """There is no lock: the database takes one of them, and the other leaves nothing."""
    kit, part = pair.kit, pair.kit.seal(os.urandom(6 * MIB))
    stranger = part.content[: part.header] + bytes(len(part.content) - part.header)
    upload, path = pair.first.begin_upload("riverside", part)
    start = threading.Barrier(2)

    def write(gateway: RunningGateway, content: bytes) -> int:
        start.wait()
        return gateway.patch(path, 0, content).status

    with ThreadPoolExecutor(2) as pool:
        results = list(pool.map(write, (pair.first, pair.second), (part.content, stranger)))
    assert sorted(results) == [204, 409]
    wanted = part.content if results[0] == 204 else stranger
    won = SealedPart(wanted, part.header, part_digest(wanted, part.header))
    delivery = post(kit, pair.second, upload, won)
    assert get(pair.first, delivery).body == wanted
    segments = kit.in_bucket()
    assert sum(map(len, segments.values())) == len(wanted), sorted(segments)
    assert sign_for(kit, pair.second, delivery) == 201
    until_empty(kit)


@pytest.mark.parametrize(
    ("moment", "number"),
    [
        pytest.param(
            moment,
            number,
            marks=[] if (moment, number) in {("comes", 2), ("done", 1)} else [pytest.mark.slow],
        )
        for moment in ("comes", "done")
        for number in range(1, 11)
    ],
)
def test_killed_at_a_request_to_the_storage(
    kit: ExchangeKit, bucket_gateway: RunningGateway, road: RoughStorage, moment: str, number: int
) -> None:
    """Before the storage heard of it, or when it has done it: a patient client delivers whole, and once."""
    client = Patient(bucket_gateway, road, moment, number)
    part = kit.seal(os.urandom(9 * MIB))
    upload, path = client.until_done(lambda: bucket_gateway.begin_upload("riverside", part))
    client.until_done(lambda: _send_rest(bucket_gateway, path, part))
    delivery = kit.delivery([(upload, part)])
    envelope = delivery.sign(kit.members["riverside"].key).encode()
    posted = client.until_done(lambda: bucket_gateway.signed("riverside", "POST", "/deliveries", envelope))
    assert posted.status in (200, 201)
    assert client.until_done(lambda: get(bucket_gateway, delivery)).body == part.content
    receipt = kit.receipt(delivery).sign(kit.members["registry"].key).encode()
    signed = client.until_done(lambda: bucket_gateway.signed("registry", "POST", "/receipts", receipt))
    assert signed.status in (200, 201)
    assert client.struck, "there were fewer requests"
    with stored_by(kit) as (_, blobs):
        blobs.sweep_strays(time.time() + 8 * 3600)
    until_empty(kit)


def _send_rest(gateway: RunningGateway, path: str, part: SealedPart) -> None:
    while (offset := gateway.offset(path)) < len(part.content):
        gateway.patch(path, offset, part.content[offset:])


class Patient:
    """A client that repeats what was not answered. At one request to the storage the gateway is killed."""

    def __init__(self, gateway: RunningGateway, road: RoughStorage, moment: str, number: int) -> None:
        self._gateway = gateway
        self._road = road
        self._moment = moment
        self._left = number
        self._guard = threading.Lock()
        self._killed = threading.Event()
        self.struck = False
        road.watch = self._watch

    def until_done(self, step: Callable[[], T]) -> T:
        """What the step answers, when it does."""
        while True:
            try:
                return step()
            except (OSError, http.client.HTTPException):
                assert self._killed.wait(20), "nobody killed it"
                if self._gateway.process is None:
                    self._gateway.start()

    def _watch(self, moment: str) -> None:
        with self._guard:
            self._left -= moment == self._moment
            strikes = self._left == 0 and not self.struck
            self.struck = self.struck or strikes
        if strikes:
            self._gateway.kill()
            self._killed.set()


@pytest.mark.parametrize(
    ("mode", "status"), [("busy", 503), ("cut", 503), ("forbidden", 507), ("full", 507), ("gone", 507)]
)
def test_what_was_acknowledged_stays_while_the_storage_fails(
    kit: ExchangeKit, bucket_gateway: RunningGateway, road: RoughStorage, mode: str, status: int
) -> None:
    gateway, part = bucket_gateway, kit.seal(os.urandom(7 * MIB))
    upload, path = gateway.begin_upload("riverside", part)
    assert gateway.patch(path, 0, part.content[: 3 * MIB]).status == 204
    road.mode = mode
    refused = gateway.patch(path, 3 * MIB, part.content[3 * MIB :])
    assert (refused.status, int(refused.headers["retry-after"])) == (status, 60), refused.body
    assert "storage" in refused.json["error"]
    assert refused.json["hint"]
    assert gateway.offset(path) == 3 * MIB
    road.mode = "open"
    assert gateway.patch(path, 3 * MIB, part.content[3 * MIB :]).status == 204
    delivery = post(kit, gateway, upload, part)
    road.mode = mode
    assert get(gateway, delivery).status in (status, 404)
    assert sign_for(kit, gateway, delivery) == 201, "a receipt does not wait for the storage"
    road.mode = "open"


def test_a_late_storage_is_waited_for(
    kit: ExchangeKit, bucket_gateway: RunningGateway, road: RoughStorage
) -> None:
    road.mode = "late"
    part = kit.seal(os.urandom(9 * MIB))
    upload, _ = bucket_gateway.upload("riverside", part)
    assert get(bucket_gateway, post(kit, bucket_gateway, upload, part)).body == part.content


@pytest.mark.slow
def test_a_silent_storage_holds_up_nothing_else(
    kit: ExchangeKit, bucket_gateway: RunningGateway, road: RoughStorage
) -> None:
    """It is given up after some twenty seconds; meanwhile everything else is answered at once."""
    part = kit.seal(os.urandom(5 * MIB))
    _, path = bucket_gateway.begin_upload("riverside", part)
    road.mode = "silent"
    body = bucket_gateway.connection()
    fields = {**TUS, "Upload-Offset": "0", "Content-Type": "application/offset+octet-stream"}
    began = time.monotonic()
    body.request("PATCH", path, part.content, fields)
    for _ in range(20):
        asked = time.monotonic()
        assert bucket_gateway.signed("riverside", "GET", "/mailbox?after=0&wait=0").status == 200
        assert time.monotonic() - asked < 2
    assert body.getresponse().status == 503
    assert 5 < time.monotonic() - began < 45
    assert bucket_gateway.offset(path) == 0


def test_what_the_storage_altered_is_refused_and_nothing_kept(
    kit: ExchangeKit, bucket_gateway: RunningGateway, road: RoughStorage, tmp_path: Path
) -> None:
    part = kit.seal(os.urandom(3 * MIB), to="registry")
    upload, _ = bucket_gateway.upload("riverside", part)
    delivery = post(kit, bucket_gateway, upload, part)
    registry = exchange_of(kit, "registry", tmp_path / "registry", timeout=20)
    waiting = {one.delivery.id: one.delivery for one in Mailbox(registry, "registry").read().deliveries}
    road.mode = "false"
    with pytest.raises(NotProven):
        fetch(registry, waiting[delivery.id], tmp_path / "parts")
    assert everything_in(tmp_path / "parts") == []
    road.mode = "open"
    (whole,) = fetch(registry, waiting[delivery.id], tmp_path / "parts")
    assert whole.read_bytes() == part.content


def test_the_storage_sees_no_name_and_no_word(
    kit: ExchangeKit, bucket_gateway: RunningGateway, road: RoughStorage
) -> None:
    word = b"child_family_name,Tremblay-Gagnon"
    part = kit.seal(word * 1000)
    upload, path = bucket_gateway.upload("riverside", part)
    delivery = post(kit, bucket_gateway, upload, part)
    get(bucket_gateway, delivery)
    told = [*road.seen, *kit.in_bucket().values(), *(name.encode() for name in kit.in_bucket())]
    token = path.rsplit("/", maxsplit=1)[1]
    for secret in (word, b"riverside", upload.encode(), delivery.id.encode(), token.encode()):
        assert not [each for each in told if secret in each]
    assert sign_for(kit, bucket_gateway, delivery) == 201
    written = b"\n".join([bucket_gateway.log.read_bytes(), *road.seen])
    assert kit.environment["AWS_SECRET_ACCESS_KEY"].encode() not in written


def test_over_sftp_and_back(tmp_path: Path, seaweedfs: SeaweedFs, need_program: Callable[[str], str]) -> None:
    """A file grows in the folder, lies in the bucket, is read in any order, and is gone with the receipt."""
    need_program("sftp")
    door = SftpKit(tmp_path / "door")
    door.keys["registry"] = tmp_path / "registry.key"
    door.enrol("registry")
    kit = seaweedfs.keep(door.exchange)
    with door.running() as gateway:
        file = door.sealed("births.age", 9 * MIB)
        content, back = file.read_bytes(), tmp_path / "back.age"
        assert door.sftp(f"put {file} /to/registry/births.age").code == 0
        (drop,) = door.until(lambda: door.waiting(gateway), "it was not delivered")
        segments = kit.in_bucket().values()
        assert sum(map(len, segments)) == len(content)
        assert all(each in content for each in segments)
        door.until(lambda: everything_in(kit.data / "blobs") == [], "its file is still in the folder")
        assert door.sftp(f"get /inbox/{drop['id']}-0.age {back}", who="registry").code == 0
        assert back.read_bytes() == content
        receipt = Receipt(drop["id"], "registry", "riverside", (drop["digest"],), utc_now(), "received")
        envelope = receipt.sign(kit.members["registry"].key).encode()
        assert gateway.signed("registry", "POST", "/receipts", envelope).status == 201
        until_empty(kit)


def test_a_bucket_that_is_named_later(tmp_path: Path, seaweedfs: SeaweedFs) -> None:
    """What lies in the folder is served from there, and what was begun there goes on there."""
    kit = ExchangeKit(tmp_path)
    whole, begun = kit.seal(os.urandom(MIB)), kit.seal(os.urandom(2 * MIB))
    with kit.running() as gateway:
        first = post(kit, gateway, gateway.upload("riverside", whole)[0], whole)
        upload, path = gateway.begin_upload("riverside", begun)
        assert gateway.patch(path, 0, begun.content[:MIB]).status == 204
    with seaweedfs.keep(kit).running() as gateway:
        assert get(gateway, first).body == whole.content
        assert gateway.patch(path, MIB, begun.content[MIB:]).status == 204
        second = post(kit, gateway, upload, begun)
        assert get(gateway, second).body == begun.content
        assert kit.in_bucket() == {}
        third = post(kit, gateway, gateway.upload("riverside", whole)[0], whole)
        assert len(kit.in_bucket()) == 1
        assert [sign_for(kit, gateway, each) for each in (first, second, third)] == [201] * 3
        until_empty(kit)


@pytest.mark.parametrize(
    ("place", "environment", "said"),
    [
        (None, {"AWS_SECRET_ACCESS_KEY": "not-the-secret"}, "refuses"),
        ("s3://vernix-tests/x?endpoint=http://127.0.0.1:1", {}, "does not answer"),
    ],
)
def test_it_does_not_start_without_its_storage(
    tmp_path: Path, seaweedfs: SeaweedFs, place: str | None, environment: dict[str, str], said: str
) -> None:
    kit = ExchangeKit(tmp_path)
    command = [Path(sys.executable).with_name("vernix-gateway"), "serve", "--data", kit.data]
    command += ["--directory", kit.public, "--port", str(kit.port), "--storage", place or seaweedfs.place()]
    ended = subprocess.run(
        [*map(str, command)],
        env={**os.environ, **seaweedfs.environment, **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (ended.returncode, said in ended.stderr) == (4, True), ended.stderr
    assert seaweedfs.secret not in ended.stderr
    assert "not-the-secret" not in ended.stderr


def test_over_tls_only_to_the_storage_that_proves_itself(
    tmp_path: Path, seaweedfs: SeaweedFs, need_program: Callable[[str], str]
) -> None:
    key, certificate = tmp_path / "key", tmp_path / "certificate"
    made = [need_program("openssl"), "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"]
    made += ["-nodes", "-keyout", str(key), "-out", str(certificate), "-days", "2", "-subj", "/CN=localhost"]
    made += ["-addext", "subjectAltName=DNS:localhost", "-addext", "basicConstraints=critical,CA:FALSE"]
    subprocess.run(made, capture_output=True, check=True)
    with rough_storage(seaweedfs.port, (certificate, key)) as road:
        bucket = Bucket.parse(f"s3://vernix-tests/tls?endpoint=https://localhost:{road.port}")
        with pytest.MonkeyPatch.context() as patch:
            for name, value in seaweedfs.environment.items():
                patch.setenv(name, value)
            with pytest.raises(StorageFailed):
                check_bucket(bucket)
            assert road.seen == []
            patch.setenv("SSL_CERT_FILE", str(certificate))
            check_bucket(bucket)
    assert len(road.seen) == 4


@pytest.mark.slow
def test_a_large_body_costs_no_memory(kit: ExchangeKit, bucket_gateway: RunningGateway) -> None:
    def highest() -> int:
        assert bucket_gateway.process is not None
        pids = [bucket_gateway.process.pid, *_children(bucket_gateway.process.pid)]
        texts = [Path(f"/proc/{pid}/status").read_text() for pid in pids]
        return max(int(text.partition("VmHWM:")[2].split()[0]) // 1024 for text in texts)

    peaks = []
    for size in (32, 256):
        part = kit.seal(os.urandom(size * MIB))
        upload, _ = bucket_gateway.upload("riverside", part)
        delivery = post(kit, bucket_gateway, upload, part)
        assert get(bucket_gateway, delivery).body == part.content
        assert sign_for(kit, bucket_gateway, delivery) == 201
        peaks.append(highest())
    assert peaks[1] < peaks[0] + 40, f"{peaks} MiB"


def _children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def test_what_nobody_collects_leaves_the_bucket_in_its_time(
    kit: ExchangeKit, bucket_gateway: RunningGateway
) -> None:
    """Delivered, whole and begun."""
    part = kit.seal(os.urandom(MIB))
    post(kit, bucket_gateway, bucket_gateway.upload("riverside", part)[0], part)
    bucket_gateway.upload("riverside", part)
    _, path = bucket_gateway.begin_upload("riverside", part)
    assert bucket_gateway.patch(path, 0, part.content[: MIB // 2]).status == 204
    assert len(kit.in_bucket()) >= 3
    with stored_by(kit) as (database, blobs):
        assert sweeping.sweep(database, blobs, int(time.time()) + 8 * DAY, 30 * DAY) >= 3
        blobs.sweep_strays(time.time() + DAY)
    until_empty(kit)


def test_credentials_in_a_file(tmp_path: Path, seaweedfs: SeaweedFs) -> None:
    kit = seaweedfs.keep(ExchangeKit(tmp_path))
    file = tmp_path / "credentials"
    file.touch(mode=0o600)
    keys = f"aws_access_key_id = {seaweedfs.key_id}\naws_secret_access_key = {seaweedfs.secret}\n"
    file.write_text(f"[default]\n{keys}")
    kit.environment = {"VERNIX_GATEWAY_STORAGE_CREDENTIALS": str(file), "AWS_SECRET_ACCESS_KEY": "other"}
    # What the environment holds for other programs changes nothing.
    kit.environment |= {"AWS_SESSION_TOKEN": "other", "AWS_ENDPOINT_URL_S3": "http://127.0.0.1:1"}
    with kit.running() as gateway:
        gateway.upload("riverside", kit.seal(b"births"))
        report = _status(kit)
    assert (report["objects"], report["bucket"]) == (1, (kit.storage or "").partition("?")[0])


def _status(kit: ExchangeKit) -> dict[str, object]:
    program = Path(sys.executable).with_name("vernix-gateway")
    command = [str(program), "status", "--data", str(kit.data), "--storage", kit.storage or "", "--json"]
    report: dict[str, dict[str, object]] = json.loads(subprocess.check_output(command))
    return report["storage"]


@pytest.fixture(scope="module")
def bucket_gateway(kit: ExchangeKit) -> Iterator[RunningGateway]:
    with kit.running() as running:
        yield running
