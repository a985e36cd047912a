"""Records cut into their items, all of a batch at once.

Where each letter is one byte, an item is found without counting the letters before it. Most records are so in
UTF-8 already, those with accents are once they are written in ISO 8859-1; the few others are cut one by one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pyarrow as pa
import pyarrow.compute as pc

Places = Mapping[str, tuple[int, int]]
"""Where items stand: start (from 0) and end of each, in letters."""

_ONE_BYTE = "iso8859-1"


def cut(records: pa.StringArray, places: Places) -> dict[str, pa.StringArray]:
    """The items of some records, without the blanks around them."""
    plain = pc.string_is_ascii(records)
    if plain.true_count == len(records):
        return {item: _trimmed(each) for item, each in _sliced(records.cast(pa.binary()), places).items()}
    texts = records.to_pylist()
    rewritten = [_rewritten(text) for text in texts]
    items = _sliced(pa.array([each or b"" for each in rewritten], pa.binary()), places)
    found = {item: _trimmed(each) for item, each in items.items()}
    others = {row: texts[row] for row, each in enumerate(rewritten) if each is None}
    return _with_others(found, others, places) if others else found


def _sliced(records: pa.BinaryArray, places: Places) -> dict[str, pa.BinaryArray]:
    return {item: pc.binary_slice(records, start, stop) for item, (start, stop) in places.items()}


def _rewritten(text: str) -> bytes | None:
    """A record of one byte a letter; None where there is a letter that is none."""
    try:
        return text.encode(_ONE_BYTE)
    except UnicodeEncodeError:
        return None


def _trimmed(pieces: pa.BinaryArray) -> pa.StringArray:
    texts = pieces.view(pa.string())
    if pc.all(pc.string_is_ascii(texts), min_count=0).as_py():
        return pc.ascii_trim_whitespace(texts)
    return pa.array([each.decode(_ONE_BYTE).strip() for each in pieces.to_pylist()], pa.string())


def _with_others(
    found: Mapping[str, pa.StringArray], others: Mapping[int, str], places: Places
) -> dict[str, pa.StringArray]:
    """Items, and in their places those of some records that are cut one by one."""
    rows = pa.array(list(others), pa.int64())
    mended = {}
    for item, texts in found.items():
        start, stop = places[item]
        cuts: Sequence[str] = [text[start:stop].strip() for text in others.values()]
        both = pa.concat_arrays([texts, pa.array(cuts, pa.string())])
        place = pc.scatter(pa.arange(len(texts), len(both)), rows, max_index=len(texts) - 1)
        mended[item] = both.take(pc.coalesce(place, pa.arange(0, len(texts))))
    return mended
