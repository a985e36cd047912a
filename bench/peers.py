"""The peers that vernix is measured against, as real servers on loopback: nginx (PUT over TLS), OpenSSH.

Each is a context manager that ends exactly the process it started.
"""

from __future__ import annotations

import contextlib
import getpass
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Certificate:
    """A self-signed certificate for 127.0.0.1, which the clients of the benchmark are told to trust."""

    certificate: Path
    key: Path


@dataclass(frozen=True)
class SftpServer:
    """An SFTP server: its port, the client's key, the server's key as known-hosts file, its process."""

    port: int
    user: str
    key: Path
    known_hosts: Path
    process: int


def missing(*programs: str) -> list[str]:
    """The programs of a benchmark that this machine lacks."""
    return [name for name in programs if shutil.which(name) is None and not Path("/usr/sbin", name).exists()]


def make_certificate(folder: Path) -> Certificate:
    """A certificate for the loopback address (P-256, as a usual web server has)."""
    certificate, key = folder / "tls.crt", folder / "tls.key"
    subprocess.run(
        [
            "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
            "-days", "2", "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1",
            "-keyout", str(key), "-out", str(certificate),
        ],
        check=True, capture_output=True,
    )  # fmt: skip
    return Certificate(certificate, key)


@contextlib.contextmanager
def nginx(folder: Path, tls: Certificate) -> Iterator[str]:
    """nginx that takes PUT over TLS 1.3 into ``folder/www``; yields its URL."""
    port = free_port()
    (folder / "www").mkdir(parents=True)
    configuration = folder / "nginx.conf"
    configuration.write_text(
        f"""
daemon off; pid {folder}/nginx.pid; error_log {folder}/nginx.log; user root;
worker_processes 1; events {{ }}
http {{
  access_log off; client_body_temp_path {folder}/body; proxy_temp_path {folder}/p;
  fastcgi_temp_path {folder}/f; uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
  server {{
    listen 127.0.0.1:{port} ssl; ssl_certificate {tls.certificate}; ssl_certificate_key {tls.key};
    ssl_protocols TLSv1.3; root {folder}/www; client_max_body_size 0; dav_methods PUT DELETE;
  }}
}}
"""
    )
    with _process([_find("nginx"), "-p", str(folder), "-c", str(configuration)]):
        wait_for_port(port)
        yield f"https://127.0.0.1:{port}"


@contextlib.contextmanager
def openssh(folder: Path) -> Iterator[SftpServer]:
    """OpenSSH's own server with its internal SFTP, for one key."""
    folder.mkdir(parents=True)
    port, host, user_key = free_port(), folder / "host", folder / "user"
    for key in (host, user_key):
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(key)], check=True)
    (folder / "authorized").write_text(user_key.with_suffix(".pub").read_text())
    known = folder / "known_hosts"
    known.write_text(f"[127.0.0.1]:{port} {host.with_suffix('.pub').read_text()}")
    Path("/run/sshd").mkdir(exist_ok=True)  # sshd refuses to start without its separation folder
    configuration = folder / "sshd_config"
    configuration.write_text(
        f"ListenAddress 127.0.0.1:{port}\nHostKey {host}\nAuthorizedKeysFile {folder}/authorized\n"
        "Subsystem sftp internal-sftp\nStrictModes no\nPermitRootLogin prohibit-password\n"
        f"UsePAM no\nPidFile {folder}/sshd.pid\n"
    )
    with _process([_find("sshd"), "-D", "-e", "-f", str(configuration)]) as process:
        wait_for_port(port)
        yield SftpServer(port, getpass.getuser(), user_key, known, process)


@contextlib.contextmanager
def rclone(folder: Path, openssh_server: SftpServer) -> Iterator[SftpServer]:
    """``rclone serve sftp`` over ``folder/files``, for the same client key and with the same host key."""
    (folder / "files").mkdir(parents=True)
    port, keys = free_port(), openssh_server.key.parent
    known = folder / "known_hosts"
    known.write_text(f"[127.0.0.1]:{port} {(keys / 'host.pub').read_text()}")
    command = [_find("rclone"), "--config", "/dev/null", "serve", "sftp", str(folder / "files")]
    command += ["--addr", f"127.0.0.1:{port}", "--authorized-keys", str(keys / "authorized")]
    with _process([*command, "--key", str(keys / "host"), "--vfs-cache-mode", "off"]) as process:
        wait_for_port(port)
        yield SftpServer(port, "bench", openssh_server.key, known, process)


def sftp_put(server: SftpServer, source: Path, target: Path) -> list[str]:
    """How OpenSSH's client puts ``source`` to ``target`` (its batch file is written beside the target)."""
    batch = target.with_suffix(".batch")
    batch.write_text(f"put {source} {target}\n")
    return [
        "sftp", "-q", "-P", str(server.port), "-i", str(server.key), "-c", "aes256-gcm@openssh.com",
        "-o", f"UserKnownHostsFile={server.known_hosts}", "-o", "StrictHostKeyChecking=yes",
        "-b", str(batch), f"{server.user}@127.0.0.1",
    ]  # fmt: skip


def free_port() -> int:
    """A loopback port that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for_port(port: int, seconds: float = 20) -> None:
    """Wait until something listens on a loopback port."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.05)
    raise TimeoutError(f"nothing listens on port {port}")


@contextlib.contextmanager
def _process(command: list[str]) -> Iterator[int]:
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield process.pid
    finally:
        process.terminate()
        process.wait(10)


def _find(program: str) -> str:
    return shutil.which(program) or f"/usr/sbin/{program}"
