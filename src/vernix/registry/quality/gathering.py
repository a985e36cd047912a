"""What the registry has of one month: the records of the book as they stand, and the rows that it refused.

A record belongs to the month of its event (`Encounter.when`); one without such a date to the month in which
it first came. Only rows of records that may belong to the month are folded, so that a report costs what its
month costs, and reading a few columns of the rest.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from vernix.births.encounter import Encounter
from vernix.insights.quality.aspects import brought
from vernix.insights.quality.records import asked_elements, with_births
from vernix.registry.book import Book, book_schema, fold
from vernix.registry.quality.months import Month
from vernix.registry.refusals import Refusals

if TYPE_CHECKING:
    import ibis.expr.types as ir
    from ibis.backends.duckdb import Backend

_ALSO = ("submitter", "mother_pseudonym", "confirmed")


@dataclass(frozen=True)
class State:
    """Which state of the book, of its births, and of the refused rows a report was made from."""

    book: int
    births: int
    refusals: int

    def __str__(self) -> str:
        return f"{self.book}.{self.births}.{self.refusals}"


def newest(book: Book, refusals: Refusals, encounter: str) -> State:
    """The state that the tables have now; a table that was never made counts as empty."""
    versions = [
        table.at().version() if table.exists else 0
        for table in (book.table(encounter), book.table("birth"), refusals.table(encounter))
    ]
    return State(*versions)


@dataclass(frozen=True)
class Held:
    """What the registry holds of one kind of encounter, in one state."""

    book: Book
    refusals: Refusals
    kind: Encounter
    state: State

    @property
    def booked(self) -> bool:
        """Whether a row of this kind was ever taken."""
        return self.book.table(self.kind.name).exists

    def records(self, engine: Backend, month: Month, site: str | None) -> ir.Table:
        """The records of a month, one row each, as `vernix.insights.quality.records.prepared` wants them."""
        import ibis

        said = _of(self._rows(engine), site)
        dates = [said[name].between(month.first, month.last) for name in self.kind.when]
        near = said.filter(ibis.or_(*dates, said.received_at.date().between(month.first, month.last)))
        records = _happened(_as_they_stand(engine, said, near, self.kind), self.kind)
        day = records.happened.coalesce(records.arrived.date())
        ours = records.filter(day.between(month.first, month.last))
        if not self._asks_for_births:
            return ours.mutate(linked=ibis.null("boolean"))
        return with_births(ours, self.book.rows(engine, "birth", self.state.births))

    def refused(self, engine: Backend, month: Month, site: str | None) -> ir.Table:
        """The rows of a month that were refused; whether their record was ``taken`` from another row, and
        whether it was refused ``again``."""
        import ibis

        every = _of(self.refusals.rows(engine, self.kind.name, self.state.refusals), site)
        day = every.happened.coalesce(every.received_at.date())
        rows = every.filter(day.between(month.first, month.last))
        kept = self._rows(engine).select(kept="pseudonym").distinct()
        joined = rows.left_join(kept, rows.pseudonym == kept.kept)
        turn = ibis.row_number().over(
            group_by=joined.pseudonym, order_by=[joined.received_at, joined.submission, joined.row]
        )
        return joined.mutate(taken=joined.kept.notnull(), again=turn > 0).drop("kept")

    @property
    def _asks_for_births(self) -> bool:
        of_a_child = self.kind.name != "birth" and "birth_date" in self.kind.by_name
        return of_a_child and self.book.table("birth").exists

    def _rows(self, engine: Backend) -> ir.Table:
        import ibis

        if self.booked:
            return self.book.rows(engine, self.kind.name, self.state.book)
        return ibis.memtable(book_schema(self.kind.name).empty_table())


def _of(said: ir.Table, site: str | None) -> ir.Table:
    return said if site is None else said.filter(said.submitter == site)


def _as_they_stand(engine: Backend, said: ir.Table, near: ir.Table, kind: Encounter) -> ir.Table:
    """The records of which a row is ``near``, one row each.

    Most came in one row, and that says all there is: only the others are folded, which costs ten times as
    much.
    """
    clinical = [element.name for element in kind.with_privacy("quasi", "clinical")]
    names = [*_ALSO, *clinical]
    direct = [element for element in asked_elements(kind) if element.privacy == "direct"]
    there = {brought(element): element.name for element in direct}
    of_each = said.semi_join(near, "pseudonym").group_by("pseudonym")
    counted = of_each.agg(times=lambda t: t.count(), arrived=lambda t: t.received_at.min())
    counted = engine.create_table("month_counted", counted, temp=True)

    once = near.inner_join(counted.filter(counted.times == 1), "pseudonym")
    single = once.select(
        "pseudonym",
        *names,
        **{column: once.identified_by.contains(name) for column, name in there.items()},
        arrived=once.arrived,
        times=once.times,
    )
    often = said.semi_join(counted.filter(counted.times > 1), "pseudonym")
    folded = fold(
        often,
        names,
        **{column: often.identified_by.contains(name).any() for column, name in there.items()},
        arrived=often.received_at.min(),
        times=often.count(),
    )
    return single.union(folded.select(single.columns))


def _happened(records: ir.Table, kind: Encounter) -> ir.Table:
    first, *others = (records[name] for name in kind.when)
    return records.mutate(happened=first.coalesce(*others) if others else first)
