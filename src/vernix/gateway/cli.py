"""``vernix-gateway``: the exposed program's commands."""

from __future__ import annotations

from vernix.console import Command, Program

PROGRAM = Program(
    "vernix-gateway",
    "carries sealed deliveries; can open none of them.",
    (
        Command("serve", "vernix.gateway.serving:serve", "serve the exchange over HTTP(S)"),
        Command("new-log", "vernix.gateway.new_log:new_log", "begin an empty ledger, after a restored copy"),
        Command("status", "vernix.gateway.status:status", "what is held now, since when, and for whom"),
    ),
)


def main() -> None:
    """Entry point of the ``vernix-gateway`` program."""
    PROGRAM.main()
