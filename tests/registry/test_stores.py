"""Lakehouse, vault and book: each batch once, identities sealed, the current view a fold."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from deltalake.exceptions import DeltaError
from hypothesis import given
from hypothesis import strategies as st
from tests.registry.conftest import CANARIES, CHART, GIVEN, GOOD, NUMBER, SURNAME, everything_readable

from vernix.births import encounters
from vernix.errors import DataRefused, UsageError
from vernix.intake.reading import read
from vernix.registry.book import Book, book_schema, fold, open_engine
from vernix.registry.lakehouse import Lakehouse
from vernix.registry.parting import Naming, Parted, part
from vernix.registry.vault import Origin, Vault, normal, vault_schema

NOW = datetime(2026, 3, 5, 12, tzinfo=UTC)
KEYS = (b"v" * 32, b"i" * 32)
NUMBERS = pa.schema([("n", pa.int64())])


@pytest.fixture
def table(tmp_path: Path) -> Lakehouse:
    made = Lakehouse(tmp_path / "numbers", NUMBERS)
    made.found()
    return made


def numbers(*values: int) -> pa.Table:
    return pa.table({"n": list(values)}, schema=NUMBERS)


def parted(tmp_path: Path, batch: str = "b1", at: datetime = NOW, **changes: str) -> tuple[Parted, Origin]:
    """One birth, read and parted."""
    row = {**GOOD, **changes}
    path = tmp_path / f"{batch}.csv"
    path.write_text(",".join(row) + "\n" + ",".join(row.values()) + "\n", encoding="utf-8")
    origin = Origin("riverside", f"submission-{batch}", batch, at, at)
    return part(read(path, "birth"), origin, Naming(b"p" * 32)), origin


class TestLakehouse:
    def test_a_batch_is_there_once(self, table: Lakehouse) -> None:
        assert table.append_once(numbers(1, 2), "a")
        assert not table.append_once(numbers(1, 2), "a")
        assert table.append_once(numbers(3), "b")
        assert sorted(table.read(["n"])["n"].to_pylist()) == [1, 2, 3]

    def test_another_process_sees_it_too(self, table: Lakehouse, tmp_path: Path) -> None:
        table.append_once(numbers(1), "a")
        other = Lakehouse(tmp_path / "numbers", NUMBERS)
        assert other.holds("a")
        assert not other.append_once(numbers(1), "a")
        other.append_once(numbers(2), "b")
        assert table.holds("b")

    def test_many_small_files_become_few_and_nothing_else(
        self, table: Lakehouse, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("vernix.registry.lakehouse._FEW_FILES", 4)
        for number in range(6):
            table.append_once(numbers(number), f"batch-{number}")
        before = table.table().version()
        assert table.compact()
        assert not table.compact()
        assert len(table.table().file_uris()) == 1
        assert sorted(table.read(["n"])["n"].to_pylist()) == list(range(6))
        assert not table.append_once(numbers(0), "batch-0")
        assert len(table.at(before).file_uris()) == 6

    def test_a_column_declared_later_is_added(self, table: Lakehouse, tmp_path: Path) -> None:
        table.append_once(numbers(1), "a")
        wider = pa.schema([("n", pa.int64()), ("word", pa.string())])
        newer = Lakehouse(tmp_path / "numbers", wider)
        newer.append_once(pa.table({"n": [2], "word": ["two"]}, schema=wider), "b")
        held = newer.read(["n", "word"]).sort_by("n").to_pylist()
        assert held == [{"n": 1, "word": None}, {"n": 2, "word": "two"}]

    def test_a_full_disk_is_found_before_the_table_is_touched(
        self, table: Lakehouse, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """On a disk that fills up meanwhile Delta's threads would panic, and print so."""

        def full(*_: Any) -> None:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

        before = sorted(table.folder.rglob("*"))
        monkeypatch.setattr("os.posix_fallocate", full)
        monkeypatch.setattr("deltalake.write_deltalake", lambda *_, **__: pytest.fail("it was touched"))
        with pytest.raises(OSError, match="No space left"):
            table.append_once(numbers(1), "a")
        assert sorted(table.folder.rglob("*")) == before
        monkeypatch.undo()
        assert table.append_once(numbers(1), "a")

    @pytest.mark.parametrize("kind", [DeltaError, OSError])
    def test_what_delta_says_of_a_full_disk_is_that(
        self, table: Lakehouse, monkeypatch: pytest.MonkeyPatch, kind: type[Exception]
    ) -> None:
        """Its own OSError has words and no number."""

        def full(*_: Any, **__: Any) -> None:
            raise kind(f"Unable to copy data to file {SURNAME} (os error {errno.ENOSPC})")

        monkeypatch.setattr("deltalake.write_deltalake", full)
        with pytest.raises(OSError, match="No space left") as caught:
            table.append_once(numbers(1), "a")
        assert caught.value.errno == errno.ENOSPC
        assert SURNAME not in str(caught.value)

    def test_a_version_that_never_was_is_refused(self, table: Lakehouse) -> None:
        with pytest.raises(UsageError, match="no version 9"):
            table.at(9)


class TestVault:
    @pytest.fixture
    def vault(self, tmp_path: Path) -> Vault:
        made = Vault(tmp_path / "vault", *KEYS)
        made.found()
        return made

    @pytest.fixture
    def keep(self, vault: Vault, tmp_path: Path) -> Callable[..., bytes]:
        def run(batch: str = "b1", at: datetime = NOW, **changes: str) -> bytes:
            made, origin = parted(tmp_path, batch, at, **changes)
            vault.keep(made.identities, made.pseudonyms, made.rows, origin)
            return made.pseudonyms[0]

        return run

    def test_it_gives_back_who_it_was(self, vault: Vault, keep: Callable[..., bytes]) -> None:
        person = vault.identity(keep())
        assert person["mother_family_name"] == SURNAME
        assert person["mother_health_number"] == NUMBER
        assert "birth_weight" not in person

    def test_nothing_readable_lies_on_the_disk(
        self, vault: Vault, keep: Callable[..., bytes], tmp_path: Path
    ) -> None:
        keep()
        for path, content in everything_readable(tmp_path / "vault"):
            for canary in CANARIES:
                assert canary.encode() not in content, path.name

    def test_somebody_is_found_however_the_number_is_spelled(
        self, vault: Vault, keep: Callable[..., bytes]
    ) -> None:
        pseudonym = keep()
        spaced = f"{NUMBER[:4]}-{NUMBER[4:7]} {NUMBER[7:]}"
        assert vault.find("mother_health_number", {"mother_health_number": spaced}) == [pseudonym]
        assert vault.find("mother_health_number", {"mother_health_number": NUMBER[::-1]}) == []
        chart = {"submitter": "riverside", "mother_chart_number": CHART}
        assert vault.find("mother_chart", chart) == [pseudonym]
        assert vault.find("mother_chart", {**chart, "submitter": "lakeside"}) == []

    def test_a_missing_value_finds_nobody(self, vault: Vault, keep: Callable[..., bytes]) -> None:
        keep(mother_health_number="")
        assert vault.find("mother_health_number", {"mother_health_number": ""}) == []
        assert vault.find("mother_health_number", {}) == []

    def test_a_correction_changes_and_a_clear_takes_away(
        self, vault: Vault, keep: Callable[..., bytes]
    ) -> None:
        first = keep()
        later = NOW + timedelta(days=1)
        second = keep(
            "b2", later, mother_family_name="Smith", mother_given_names="", mother_chart_number="!clear"
        )
        assert first == second
        person = vault.identity(first)
        assert person["mother_family_name"] == "Smith"
        assert person["mother_given_names"] == GIVEN
        assert "mother_chart_number" not in person

    def test_a_blob_in_another_records_place_is_refused(
        self, vault: Vault, keep: Callable[..., bytes]
    ) -> None:
        keep()
        row = vault.table.read(vault_schema().names).to_pylist()[0]
        moved = {**row, "pseudonym": b"x" * 16, "batch": "b2"}
        vault.table.append_once(pa.Table.from_pylist([moved], schema=vault_schema()), "b2")
        with pytest.raises(DataRefused):
            vault.identity(b"x" * 16)
        assert list(vault.check()) == [("b1", 0, 1), ("b2", 1, 0)]

    def test_spellings_of_one_name_meet(self) -> None:
        assert normal("  Lévesque-O'Brien ") == normal("LEVESQUE OBRIEN")
        assert normal("Tremblay") != normal("Trembley")


class TestBook:
    def test_no_direct_identifier_has_a_column(self) -> None:
        direct = {element.name for element in encounters.get("birth").with_privacy("direct")}
        assert direct
        assert not direct & set(book_schema("birth").names)
        assert not set(vault_schema().names) & {e.name for e in encounters.get("birth").elements}

    def test_nothing_that_identifies_lies_on_the_disk(self, tmp_path: Path) -> None:
        book = Book(tmp_path / "book")
        book.found()
        made, _ = parted(tmp_path, child_family_name=SURNAME, mother_chart_number="!clear")
        book.keep("birth", made.clinical, "b1")
        for path, content in everything_readable(tmp_path / "book"):
            for canary in CANARIES:
                assert canary.encode() not in content, path.name
            assert path.suffix == ".json" or b"mother_chart_number" not in content

    def test_mothers_are_the_same_by_their_number_only(self, tmp_path: Path) -> None:
        one, _ = parted(tmp_path, "b1", record_number="R1")
        two, _ = parted(tmp_path, "b2", record_number="R2")
        three, _ = parted(tmp_path, "b3", record_number="R3", mother_health_number="")
        mothers = [made.clinical["mother_pseudonym"].to_pylist()[0] for made in (one, two, three)]
        assert mothers[0] == mothers[1]
        assert mothers[2] is None

    def test_without_a_number_of_its_own_a_row_is_this_row_of_this_file(self, tmp_path: Path) -> None:
        one, _ = parted(tmp_path, "b1", record_number="")
        same, _ = parted(tmp_path, "b1", record_number="")
        other, _ = parted(tmp_path, "b2", record_number="")
        assert one.pseudonyms == same.pseudonyms
        assert one.pseudonyms != other.pseudonyms

    def test_an_empty_book_has_a_current_view(self, tmp_path: Path) -> None:
        book = Book(tmp_path / "book")
        book.found()
        engine = open_engine(tmp_path)
        assert engine.to_pyarrow(book.current(engine, "birth").count()).as_py() == 0
        engine.disconnect()


Said = tuple[int | None, bool]


@given(st.lists(st.tuples(st.one_of(st.none(), st.integers(0, 9)), st.booleans()), min_size=1, max_size=6))
def test_the_fold_is_the_last_word(said: list[Said]) -> None:
    """Against the rule in plain Python: a value or a clear counts, a blank does not; the last one wins."""
    expected = None
    rows: list[dict[str, Any]] = []
    for number, (value, wishes) in enumerate(said):
        clears = wishes and value is None
        if value is not None or clears:
            expected = value
        moment = NOW + timedelta(seconds=number // 2)
        cleared = ["weight"] if clears else []
        rows.append(
            {"sent_at": moment, "submission": str(number), "row": 1, "weight": value, "cleared": cleared}
        )
    import ibis

    schema = pa.schema(
        [
            ("pseudonym", pa.binary()),
            ("sent_at", pa.timestamp("us", tz="UTC")),
            ("submission", pa.string()),
            ("row", pa.int64()),
            ("weight", pa.int32()),
            ("cleared", pa.list_(pa.string())),
        ]
    )
    table = pa.Table.from_pylist([{"pseudonym": b"p", **row} for row in rows[::-1]], schema=schema)
    folded = fold(ibis.memtable(table), ["weight"]).to_pyarrow().to_pylist()
    assert folded == [{"pseudonym": b"p", "weight": expected}]
