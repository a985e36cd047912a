"""``vernix-registry``: the registry's commands."""

from __future__ import annotations

from vernix.console import Command, Program

PROGRAM = Program(
    "vernix-registry",
    "collects, checks and keeps births; calls out, is never called.",
    (
        Command(
            "init", "vernix.registry.founding:init", "make the registry's keys, directory, vault and book"
        ),
        Command("invite", "vernix.registry.inviting:invite", "print an invitation for a partner"),
        Command("withdraw", "vernix.registry.inviting:withdraw", "take an open invitation back"),
        Command("allow", "vernix.registry.allowing:allow", "allow a partner what is not allowed by default"),
        Command("partners", "vernix.registry.partners:partners", "who is in the directory, keys and rights"),
        Command("grant", "vernix.registry.granting:grant", "let a partner or a group send something"),
        Command("revoke-right", "vernix.registry.granting:revoke_right", "take such a right back"),
        Command("group", "vernix.registry.granting:group", "make, change or dissolve a group of partners"),
        Command("suspend", "vernix.registry.partners:suspend", "stop a partner at once"),
        Command("reinstate", "vernix.registry.partners:reinstate", "let a suspended partner go on"),
        Command("revoke-key", "vernix.registry.partners:revoke_key", "take a partner's key for nothing"),
        Command("ssh-key", "vernix.registry.ssh_access:ssh_key", "list or renew an SSH key of a partner"),
        Command("renew-keys", "vernix.registry.renewing:renew_keys", "make new keys for the registry itself"),
        Command("accept-log", "vernix.registry.accepting:accept_log", "accept a new ledger of the gateway"),
        Command("run", "vernix.registry.running:run", "collect, open, check, keep and answer; until stopped"),
        Command("status", "vernix.registry.status:status", "what arrived, what failed, what waits"),
        Command("messages", "vernix.registry.messages:messages", "what partners wrote beside their data"),
        Command("read", "vernix.registry.messages:read", "show a message, take its files out"),
        Command("request", "vernix.registry.requesting:request", "ask somebody without an account for files"),
        Command("report", "vernix.registry.reporting:report", "a report as table, CSV, JSON, SVG or HTML"),
        Command(
            "report data-quality",
            "vernix.registry.quality.command:data_quality",
            "how complete, plausible and timely a month's records are",
        ),
        Command(
            "periods",
            "vernix.registry.quality.listing:periods",
            "which months are reported, confirmed, changed",
        ),
        Command("root key", "vernix.registry.rooting:root_key", "make a root key, on its holder's machine"),
        Command("root draft", "vernix.registry.rooting:root_draft", "draft the first or the next root"),
        Command("root sign", "vernix.registry.rooting:root_sign", "sign a draft, where the root key is"),
        Command("root publish", "vernix.registry.rooting:root_publish", "publish a root that enough signed"),
        Command(
            "adopt-directory",
            "vernix.registry.adopting:adopt_directory",
            "after a restore: take over the newer directory that the gateway mirrors",
        ),
        Command("quota", "vernix.registry.quotas:quota", "what a partner may send, hold and ask for"),
        Command(
            "release-brake",
            "vernix.registry.quotas:release_brake",
            "let a partner collect again that was stopped",
        ),
        Command("transfers", "vernix.registry.accounting:transfers_command", "what went where, what waits"),
        Command("notify", "vernix.registry.notifying.command:notify", "who is told of what by e-mail"),
        Command("recovery init", "vernix.registry.recovering:recovery_init", "split access among custodians"),
        Command("recovery use", "vernix.registry.recovering:recovery_use", "come back in with their shares"),
        Command("verify", "vernix.registry.verifying:verify", "check that vault, book and steps agree"),
    ),
)


def main() -> None:
    """Entry point of the ``vernix-registry`` program."""
    PROGRAM.main()
