"""Warming up reads a made-up record of every encounter that is used, and leaves nothing behind."""

from __future__ import annotations

from pathlib import Path

from vernix.births import encounters
from vernix.intake import checking
from vernix.registry.warming import warm


def test_the_checks_of_used_encounters_are_ready_and_nothing_is_left(tmp_path: Path) -> None:
    checking.compiled.cache_clear()
    warm(tmp_path, ["newborn_screening"])
    assert checking.compiled.cache_info().currsize == 2
    assert list(tmp_path.iterdir()) == []


def test_any_encounter_can_be_warmed(tmp_path: Path) -> None:
    checking.compiled.cache_clear()
    warm(tmp_path, encounters.names())
    assert checking.compiled.cache_info().currsize == len(encounters.names())
