"""Which months the rows of a file touch: those that its records belong to, and those that they belonged to.

A date that is corrected moves a record from one month to another, so that both are touched. Asked with Arrow
and not with the engine: it is asked of every file, and most are small.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from vernix.births import encounters
from vernix.registry.book import Book
from vernix.registry.quality.months import Month

if TYPE_CHECKING:
    import pyarrow as pa


def months_touched(book: Book, encounter: str, rows: pa.Table) -> Counter[str]:
    """By month, how many records of a file (columns of the book) belong to it or did before the file."""
    import pyarrow as pa
    import pyarrow.compute as pc

    table = book.table(encounter)
    when = encounters.get(encounter).when
    names = ["pseudonym", "received_at", *when]
    batch = rows["batch"][0]
    said = rows.select(names)
    if table.exists:
        ours = pc.field("pseudonym").isin(said["pseudonym"].combine_chunks())
        earlier = table.read_where(names, ours & (pc.field("batch") != batch))
        said = pa.concat_tables([said, earlier.cast(said.schema)])
    return _counted(said, when)


def _counted(said: pa.Table, when: tuple[str, ...]) -> Counter[str]:
    """The months of rows, each record once a month; a row without a date counts only if no row has one."""
    import pyarrow as pa
    import pyarrow.compute as pc

    happened = pc.coalesce(*(said[name] for name in when))
    dated = pc.is_in(said["pseudonym"], value_set=said["pseudonym"].filter(happened.is_valid()))
    day = pc.coalesce(happened, said["received_at"].cast(pa.date32()))
    kept = pc.or_(happened.is_valid(), pc.invert(dated))
    month = pc.add(pc.multiply(pc.year(day), 100), pc.month(day))
    pairs = pa.table({"pseudonym": said["pseudonym"], "month": month}).filter(kept)
    each = (
        pairs.group_by(["pseudonym", "month"]).aggregate([]).group_by("month").aggregate([([], "count_all")])
    )
    return Counter(
        {
            str(Month(number // 100, number % 100)): count
            for number, count in zip(each["month"].to_pylist(), each["count_all"].to_pylist(), strict=True)
        }
    )
