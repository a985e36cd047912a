"""``vernix``: the partner's commands."""

from __future__ import annotations

from vernix.console import Command, Program

PROGRAM = Program(
    "vernix",
    "seal, send and collect files; check birth data before it leaves the house.",
    (
        Command(
            "demo", "vernix.partner.demonstration.command:demo", "see the whole journey run on this machine"
        ),
        Command("join", "vernix.partner.membership:join", "make keys here and enrol with an invitation"),
        Command("keys", "vernix.partner.renewing:keys", "list this partner's keys and when they end"),
        Command("renew", "vernix.partner.renewing:renew", "make new keys before the present ones end"),
        Command(
            "check", "vernix.partner.checking:check", "check a file with the registry's own rules, offline"
        ),
        Command("dictionary", "vernix.partner.dictionary:dictionary", "write the data dictionary to a file"),
        Command("template", "vernix.partner.template.command:template", "write an empty file to fill in"),
        Command("convert", "vernix.partner.converting:convert", "write the births of a file as IJE records"),
        Command("send", "vernix.partner.sending:send", "seal files and send them; run again to resume"),
        Command("inbox", "vernix.partner.collecting:inbox", "list what waits for you"),
        Command("collect", "vernix.partner.collecting:collect", "fetch, verify and open what waits for you"),
        Command("read", "vernix.partner.reading:read", "show what was collected, and tell its sender"),
        Command("reply", "vernix.partner.reading:reply", "answer what was collected"),
        Command("confirm", "vernix.partner.confirming:confirm", "confirm a month of records, by its report"),
        Command("sent", "vernix.partner.sent:sent", "list what you sent, and what became of it"),
        Command("recall", "vernix.partner.recalling:recall", "take back what was not collected yet"),
        Command(
            "readdress",
            "vernix.partner.readdressing:readdress",
            "give what waits to others, without its files",
        ),
        Command("request", "vernix.partner.requesting:request", "ask somebody without an account for files"),
        Command("answer", "vernix.partner.answering:answer", "answer such a request, without an account"),
        Command("verify", "vernix.partner.verifying:verify", "check a proven receipt, offline"),
        Command("witness", "vernix.partner.witnessing:witness", "watch the gateway's ledger of events"),
        Command("keygen", "vernix.partner.files:keygen", "make an identity (a secret key) and its recipient"),
        Command("seal", "vernix.partner.files:seal", "seal a file to recipients or to a partner"),
        Command("rewrap", "vernix.partner.rewrapping:rewrap", "seal stored files to others by a new header"),
        Command("open", "vernix.partner.files:open_", "open a sealed file"),
        Command(
            "cohort",
            "vernix.partner.cohort:cohort",
            "write a synthetic cohort of births, with the truth beside it",
        ),
    ),
)


def main() -> None:
    """Entry point of the ``vernix`` program."""
    PROGRAM.main()
