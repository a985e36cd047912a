"""A whole deployment for benchmarks: registry, gateway over TLS, and one partner, as separate processes."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from bench.peers import Certificate, free_port, wait_for_port
from vernix.partner.demonstration.programs import Child, ask


@dataclass(frozen=True)
class Deployment:
    """Where the three zones of a benchmark keep their data."""

    url: str
    registry: Path
    gateway: Path
    partner: Path
    passphrase: Path
    sftp_port: int
    gateway_process: int = 0

    def registry_options(self) -> tuple[str | Path, ...]:
        """How each command of the registry finds its data and its keys."""
        return ("--data", self.registry, "--passphrase-file", self.passphrase)


@contextlib.contextmanager
def deployed(root: Path, tls: Certificate) -> Iterator[tuple[Deployment, Child]]:
    """Found a registry, start its gateway over TLS, let one partner join; yields the running registry too."""
    root.mkdir(parents=True)
    port = free_port()
    place = Deployment(
        f"https://127.0.0.1:{port}",
        root / "registry",
        root / "gateway",
        root / "partner",
        root / "passphrase",
        free_port(),
    )
    trust = ("--ca", tls.certificate)
    ask("vernix-registry", "init", "--gateway", place.url, *place.registry_options())
    gateway = Child(
        root / "gateway.log", "vernix-gateway", "serve", "--data", place.gateway,
        "--directory", place.registry / "public", "--port", str(port),
        "--sftp-port", str(place.sftp_port), "--tls-certificate", tls.certificate, "--tls-key", tls.key,
    )  # fmt: skip
    registry = None
    try:
        wait_for_port(port)
        options = place.registry_options()
        invitation = ask("vernix-registry", "invite", "Bench Hospital", *trust, *options)["invitation"]
        registry = Child(root / "registry.log", "vernix-registry", "run", *trust, *options)
        ask("vernix", "join", invitation, "--data", place.partner, *trust)
        yield replace(place, gateway_process=gateway.pid), registry
    finally:
        if registry:
            registry.stop()
        gateway.stop()
