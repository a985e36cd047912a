"""``verify`` finds what does not agree, and ``status`` says what there is."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from tests.registry.conftest import CANARIES, GOOD, Hospital, work

from vernix.registry.unlocked import Registry
from vernix.registry.verifying import compare, verify


@pytest.fixture
def kept(registry: Registry, hospital: Hospital) -> Registry:
    """A registry that keeps two births."""
    hospital.send(GOOD, {**GOOD, "record_number": "R2", "mother_health_number": ""})
    assert work(registry) == 0
    return registry


def test_what_was_kept_agrees(kept: Registry, capsys: pytest.CaptureFixture[str]) -> None:
    passphrase = kept.folder.root.with_name("passphrase")
    assert verify(data=kept.folder.root, passphrase_file=passphrase, json=True) == 0
    document = json.loads(capsys.readouterr().out)
    assert document == {"batches": 1, "rows": 2, "identities_opened": 2, "problems": []}


def test_a_batch_that_nobody_sent_is_found(kept: Registry) -> None:
    table = kept.book.table("birth")
    table.append_once(table.read(table.schema.names).slice(0, 1), "another-batch")
    rows = table.read(["batch"])["batch"].to_pylist()
    assert len(rows) == 3
    assert len(compare(kept.folder).problems) >= 1


def test_a_batch_that_is_gone_is_found(kept: Registry) -> None:
    kept.book.table("birth").table().delete()
    problems = compare(kept.folder).problems
    assert any("the book holds 0" in problem for problem in problems)
    assert any("same records" in problem for problem in problems)


def test_a_damaged_identity_is_found(kept: Registry, capsys: pytest.CaptureFixture[str]) -> None:
    table = kept.vault.table
    whole = table.read(table.schema.names).to_pylist()
    table.table().delete()
    import pyarrow as pa
    from deltalake import write_deltalake

    whole[0]["sealed"] = whole[0]["sealed"][:-1] + bytes([whole[0]["sealed"][-1] ^ 1])
    write_deltalake(str(table.folder), pa.Table.from_pylist(whole, schema=table.schema), mode="append")
    passphrase = kept.folder.root.with_name("passphrase")
    assert verify(data=kept.folder.root, passphrase_file=passphrase) == 1
    assert "1 sealed identities do not open" in capsys.readouterr().err


def test_a_wrong_count_is_found(kept: Registry) -> None:
    from vernix.registry.workflow.models import SubmittedFile

    SubmittedFile.objects.update(accepted=5)
    assert any("5 rows were acknowledged" in problem for problem in compare(kept.folder).problems)


def test_status_counts_and_names_nobody(kept: Registry, capsys: pytest.CaptureFixture[str]) -> None:
    from vernix.registry.status import status

    status(data=kept.folder.root, json=True)
    told = capsys.readouterr()
    document = json.loads(told.out)
    status(data=kept.folder.root)
    said = capsys.readouterr()
    assert document["births"] == 2
    assert document["persons"] == 4
    assert document["submissions"]["by_state"] == {"done": 1}
    assert document["submissions"]["by_result"] == {"accepted": 1}
    assert "2 births, 4 persons" in said.out
    shown = told.out + told.err + said.out + said.err
    assert not [canary for canary in CANARIES if canary in shown]


def test_the_tables_are_those_that_the_models_say(registry: Registry) -> None:
    from django.apps import apps
    from django.db import connection
    from django.db.migrations.autodetector import MigrationAutodetector
    from django.db.migrations.loader import MigrationLoader
    from django.db.migrations.state import ProjectState

    migrations = MigrationLoader(connection)
    models = ProjectState.from_apps(apps)
    assert MigrationAutodetector(migrations.project_state(), models).changes(migrations.graph) == {}


@pytest.mark.parametrize("command", ["status", "verify", "invite"])
def test_every_command_brings_an_older_database_up_to_date(registry: Registry, command: str) -> None:
    from django.core.management import call_command
    from django.db import connection

    call_command("migrate", "workflow", "0001", verbosity=0)
    assert "workflow_mark" in connection.introspection.table_names()
    connection.close()
    words = [command, *(["Seaside"] if command == "invite" else []), "--data", str(registry.folder.root)]
    program = Path(sys.executable).with_name("vernix-registry")
    passphrase = {"VERNIX_PASSPHRASE_FILE": str(registry.folder.root.with_name("passphrase"))}
    ended = subprocess.run(
        [program, *words], env={**os.environ, **passphrase}, capture_output=True, text=True, check=False
    )
    assert ended.returncode == 0, ended.stderr
    assert "workflow_mark" not in connection.introspection.table_names()
    assert registry.folder.database.stat().st_mode & 0o777 == 0o600
