"""nginx in front of gateways, as operators have it: one process of our own, on loopback, without TLS."""

from __future__ import annotations

import contextlib
import getpass
import socket
import subprocess
import time
from collections.abc import Iterator, Sequence
from pathlib import Path


@contextlib.contextmanager
def nginx(program: str, folder: Path, port: int, gateways: Sequence[int], *settings: str) -> Iterator[Path]:
    """nginx on ``port`` that hands requests to ``gateways`` in turn; ``settings`` go into its server block.

    Yields its error log.
    """
    folder.mkdir(parents=True)
    upstream = " ".join(f"server 127.0.0.1:{gateway} max_fails=1 fail_timeout=1s;" for gateway in gateways)
    lines = " ".join(f"{line};" for line in settings)
    (folder / "nginx.conf").write_text(
        f"""
user {getpass.getuser()};
daemon off; pid {folder}/nginx.pid; error_log {folder}/error.log; worker_processes 1; events {{ }}
http {{
  access_log off; client_body_temp_path {folder}/body; proxy_temp_path {folder}/p;
  fastcgi_temp_path {folder}/f; uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
  upstream gateways {{ {upstream} }}
  server {{
    listen 127.0.0.1:{port}; {lines}
    location / {{
      proxy_pass http://gateways; proxy_http_version 1.1; proxy_set_header Host $http_host;
      proxy_set_header Connection ""; proxy_read_timeout 60s;
    }}
  }}
}}
"""
    )
    process = subprocess.Popen(
        [program, "-p", str(folder), "-e", str(folder / "error.log"), "-c", str(folder / "nginx.conf")],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        _wait_for(port, process)
        yield folder / "error.log"
    finally:
        process.terminate()
        process.wait(10)


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + 10
    while time.monotonic() < until and process.poll() is None:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.05)
    raise AssertionError("nginx did not start")
