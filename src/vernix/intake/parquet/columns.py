"""Typed columns as columns of text: what a person would have written.

A text stays as it is. Of anything else each distinct value is written once: a whole number without a decimal
point, a date as 2024-01-31, a time as 13:05. What is null, or no number, is a blank. A moment that counts
from Greenwich keeps its Z: of which day it is here, nothing is guessed.
"""

from __future__ import annotations

from collections.abc import Callable

import pyarrow as pa
import pyarrow.compute as pc

from vernix.intake.parquet.pages import too_large
from vernix.intake.texts import text_of

MAX_TEXT = 256 << 20
"""Bytes of text that one column of a batch may become: a dictionary's text may stand in every row."""


def is_number(kind: pa.DataType) -> bool:
    """Whether a column holds numbers, in which zeros in front cannot be."""
    return bool(pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind))


def is_read(kind: pa.DataType) -> bool:
    """Whether a column of this type can be read as cells: not lists, structures, durations."""
    if pa.types.is_dictionary(kind):
        return is_read(kind.value_type)
    return _is_text(kind) or _written_as(kind) is not None


def cells_of(column: pa.Array) -> pa.Array:
    """The cells of a column, as text or as a dictionary of texts, without nulls.

    Raises ``FileRefused`` where they would not fit into memory, ``ArrowInvalid`` where a text is not UTF-8.
    """
    kind = column.type
    if pa.types.is_null(kind):
        return pa.repeat("", len(column))
    if not pa.types.is_dictionary(kind):
        if _is_text(kind):
            column = column.cast(pa.string())  # of bytes: looked at, whether they are UTF-8
            column.validate(full=True)
            return column.fill_null("") if column.null_count else column
        column = column.dictionary_encode()
    column.validate(full=True)
    texts = _texts(column.dictionary)
    indices = column.indices.cast(pa.int32())
    if indices.null_count or texts.null_count:
        texts = pa.concat_arrays([texts.fill_null(""), pa.array([""])])
        indices = indices.fill_null(len(texts) - 1)
    _refuse_too_long(texts, indices)
    return pa.DictionaryArray.from_arrays(indices, texts)


def _is_text(kind: pa.DataType) -> bool:
    # Older programs say of a text only that it is bytes.
    return any(
        each(kind)
        for each in (
            pa.types.is_string, pa.types.is_large_string, pa.types.is_string_view,
            pa.types.is_binary, pa.types.is_large_binary, pa.types.is_binary_view,
        )
    )  # fmt: skip


def _texts(values: pa.Array) -> pa.Array:
    """Distinct values as texts."""
    write = _written_as(values.type)
    if write is None:
        return values.cast(pa.string())
    if pa.types.is_timestamp(values.type):
        # A finer clock than Python's is cut off; what counts from Greenwich is told so.
        zone = "UTC" if values.type.tz else None
        values = values.cast(pa.timestamp("us", zone), safe=False)
    written = [None if text is None else write(text) for text in values.cast(pa.string()).to_pylist()]
    return pa.array(written, pa.string())


def _written_as(kind: pa.DataType) -> Callable[[str], str] | None:
    """How what Arrow writes of a value becomes what a person does; None for types that are no cells."""
    if pa.types.is_boolean(kind):
        return str.upper
    if pa.types.is_integer(kind) or pa.types.is_date(kind):
        return str
    if pa.types.is_decimal(kind):
        return _plain
    if pa.types.is_floating(kind):
        return _figure
    if pa.types.is_timestamp(kind):
        return _moment
    return _time_of_day if pa.types.is_time(kind) else None


def _plain(text: str) -> str:
    """Without zeros behind the point, and without the point if nothing is left."""
    return text.rstrip("0").rstrip(".") if "." in text and text[-1:].isdigit() else text


def _figure(text: str) -> str:
    return "" if text == "nan" else text_of(float(text))


def _moment(text: str) -> str:
    if text.endswith("Z"):
        return _plain(text[:-1]) + "Z"
    return _plain(text).removesuffix(" 00:00:00")


def _time_of_day(text: str) -> str:
    return _plain(text).removesuffix(":00") if text.count(":") == 2 else text


def _refuse_too_long(texts: pa.StringArray, indices: pa.Int32Array) -> None:
    lengths = pc.binary_length(texts)
    if (pc.max(lengths).as_py() or 0) * len(indices) <= MAX_TEXT:
        return
    if pc.sum(lengths.take(indices)).as_py() > MAX_TEXT:
        raise too_large()
