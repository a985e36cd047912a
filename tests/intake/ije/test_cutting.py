"""Items cut of many records at once are those that one would cut of each."""

from __future__ import annotations

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from vernix.intake.ije.cutting import cut

PLACES = {"A": (0, 1), "B": (1, 4), "C": (4, 9), "ALL": (0, 12)}

plain = st.text("aZ 09|", max_size=14)
accented = st.text("aé œ’0", max_size=14)


@given(st.lists(plain | accented, max_size=12))
def test_each_item_is_what_stands_there(records: list[str]) -> None:
    found = cut(pa.array(records, pa.string()), PLACES)
    for item, (start, stop) in PLACES.items():
        assert found[item].to_pylist() == [record[start:stop].strip() for record in records]
