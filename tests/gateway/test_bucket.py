"""Bodies in a bucket of a real storage server: gateways that die, SFTP, TLS, a bucket that is named later."""

from __future__ import annotations

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

import pytest
from tests.bucket_kit import get, part_digest, post, sign_for, until_empty
from tests.exchange_kit import TUS, ExchangeKit, RunningGateway, SealedPart
from tests.partner_kit import everything_in
from tests.postgresql_kit import PostgreSql
from tests.rough_storage import rough_storage
from tests.seaweedfs_kit import SeaweedFs
from tests.sftp_kit import SftpKit

from vernix.custody.identifiers import utc_now
from vernix.custody.receipt import Receipt
from vernix.gateway.bucket import Bucket, StorageFailed
from vernix.gateway.bucket_check import check_bucket

MIB = 1 << 20


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
