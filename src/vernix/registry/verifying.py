"""``vernix-registry verify``: do ledger, vault and book agree, and does everything kept open?

The ledger of steps says which batches must be there; vault and book must hold each of them once, with the
counts that were acknowledged, under the same pseudonyms. A batch whose steps are under way may be in either,
both or none.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vernix.console import print_json, say
from vernix.registry.book import Book
from vernix.registry.lakehouse import Lakehouse
from vernix.registry.options import Access, Data, Json, PassphraseFile
from vernix.registry.settings import (
    RegistryFolder,
    find_folder,
    open_workflow,
    passphrase_path,
)
from vernix.registry.vault import vault_schema

if TYPE_CHECKING:
    import pyarrow as pa

Row = tuple[bytes, int]
"""A pseudonym and a row number: what vault and book must have alike in each batch."""


@dataclass
class Findings:
    """What was counted and what does not agree; a problem names batches and counts, never a record."""

    batches: int = 0
    rows: int = 0
    opened: int = 0
    problems: list[str] = field(default_factory=list)

    def say(self, batch: str, problem: str) -> None:
        """Note a problem with a batch."""
        self.problems.append(f"batch {batch}: {problem}")


def verify(
    *,
    data: Data = None,
    passphrase_file: PassphraseFile = None,
    json: Json = False,
) -> int:
    """Check that the ledger of steps, vault and book agree; ends with 1 where they do not.

    Where the passphrase file is there, every sealed identity is opened as well (and shown to nobody).
    """
    folder = find_folder(data)
    folder.profile()
    open_workflow(folder)
    findings = compare(folder)
    if passphrase_path(passphrase_file).exists():
        _open_all(data, passphrase_file, findings)
    document = {
        "batches": findings.batches,
        "rows": findings.rows,
        "identities_opened": findings.opened,
        "problems": findings.problems,
    }
    if json:
        print_json(document)
    else:
        say(
            f"{findings.batches} batches, {findings.rows} rows in vault and book; "
            f"{findings.opened} identities opened."
        )
        for problem in findings.problems:
            say(problem)
        say("Something does not agree." if findings.problems else "All of it agrees.")
    return 1 if findings.problems else 0


def compare(folder: RegistryFolder) -> Findings:
    """Compare what the ledger says with what vault and book hold."""
    findings = Findings()
    kept, under_way = _expected()
    vault = _by_batch(Lakehouse(folder.vault / "identity", vault_schema()))
    book: dict[str, list[Row]] = {}
    for _, table in Book(folder.book).kept():
        book |= _by_batch(table)
    for batch, count in kept.items():
        findings.batches += 1
        findings.rows += count
        _compare_batch(batch, count, vault.get(batch, []), book.get(batch, []), findings)
    for batch in set(vault) | set(book):
        if batch not in kept and batch not in under_way:
            findings.say(batch, "is in vault or book, but no step of any submission put it there")
    return findings


def _expected() -> tuple[dict[str, int], set[str]]:
    """The batches that must be there with their row counts, and those that may be."""
    from vernix.registry.workflow.models import State, Step, SubmittedFile

    booked = set(Step.objects.filter(name="book").values_list("submission_id", flat=True))
    kept: dict[str, int] = {}
    under_way: set[str] = set()
    files = SubmittedFile.of_the_book().filter(accepted__gt=0).select_related("submission")
    for file in files.order_by("pk"):
        if file.submission_id in booked:
            kept[file.batch] = file.accepted
        elif file.submission.state in (State.READ, State.VAULTED, State.SET_ASIDE):
            under_way.add(file.batch)
    return kept, under_way


def _compare_batch(batch: str, count: int, vault: list[Row], book: list[Row], findings: Findings) -> None:
    for name, rows in (("vault", vault), ("book", book)):
        if len(rows) != count:
            findings.say(batch, f"{count} rows were acknowledged, the {name} holds {len(rows)}")
        if len({row for _, row in rows}) != len(rows):
            findings.say(batch, f"the {name} holds a row of the file more than once")
    if Counter(vault) != Counter(book):
        findings.say(batch, "vault and book do not hold the same records")


def _by_batch(table: Lakehouse) -> dict[str, list[Row]]:
    held: dict[str, list[Row]] = {}
    rows: pa.Table = table.read(["batch", "pseudonym", "row"])
    columns: Any = (rows[name].to_pylist() for name in ("batch", "pseudonym", "row"))
    for batch, pseudonym, row in zip(*columns, strict=True):
        held.setdefault(batch, []).append((pseudonym, row))
    return held


def _open_all(data: Path | None, passphrase_file: Path | None, findings: Findings) -> None:
    from vernix.registry.unlocked import unlock

    registry = unlock(Access(data, passphrase_file))
    for batch, broken, whole in registry.vault.check():
        findings.opened += whole
        if broken:
            findings.say(batch, f"{broken} sealed identities do not open")
