"""Real files cut off, flipped, spliced: findings or one clear refusal, never a crash, never a value said."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.damage_kit import DAMAGES, Damage, real_files, values_said

from vernix.births import encounters

pytestmark = pytest.mark.real_data


@pytest.fixture(scope="module")
def files(shared_data: Path) -> list[Path]:
    found = real_files(shared_data)
    assert len(found) > 500
    return found


def test_every_real_file_is_read_or_refused(files: list[Path]) -> None:
    """But for messages, of which `tests/intake/hl7/test_real_messages.py` reads every one."""
    for path in files:
        if "03-hl7v2" not in path.parts:
            assert values_said(path, "birth") == set(), path.name


@settings(max_examples=250)
@given(
    places=st.tuples(st.integers(0, 9_999), st.integers(0, 9_999)),
    damages=DAMAGES,
    encounter=st.sampled_from(encounters.names()),
)
def test_every_damaged_file_is_read_or_refused(
    files: list[Path],
    tmp_path_factory: pytest.TempPathFactory,
    places: tuple[int, int],
    damages: list[Damage],
    encounter: str,
) -> None:
    content, other = (files[place % len(files)].read_bytes() for place in places)
    for damage in damages:
        content = damage.done_to(content, other)
    sent = tmp_path_factory.getbasetemp() / "damaged"
    sent.write_bytes(content)
    assert values_said(sent, encounter) == set()
