"""A synthetic cohort: files as several sites would send them, and the truth beside them.

For demonstrations, tests and vendors: same-named mothers, twins, siblings born at two sites, stillbirths
without a number, children whose number comes later, and a known share of rows with the errors that people
make. The same seed gives the same cohort.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from vernix.births.birth.encounter import BIRTH
from vernix.births.cohort import course, people
from vernix.births.cohort.errors import spoil

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa
    from numpy.random import Generator
    from numpy.typing import NDArray

    Column = NDArray[Any]
    Columns = dict[str, Column]

FIRST_DAY = "2024-01-01"
DAYS = 731
"""The cohort is born within two years from `FIRST_DAY`."""


@dataclass(frozen=True)
class Site:
    """A sending site: its name (also its file's), its share of births, and whether it takes low risk only."""

    name: str
    share: float
    place: str = "hospital"
    low_risk: bool = False


SITES = (
    Site("lakeside-hospital", 0.44),
    Site("hopital-des-rapides", 0.28),
    Site("st-brigid-hospital", 0.17),
    Site("northern-midwives", 0.11, place="home", low_risk=True),
)


@dataclass(frozen=True)
class Cohort:
    """What the sites send (columns of text, as in their files) and what is true of each row.

    ``truth`` has one row per child: ``site`` and ``row`` (1-based data row of that site's file) place it;
    ``child``, ``mother`` and ``pregnancy`` are the true persons; then true values of some elements; ``error``
    names what was spoiled in the row and ``severity`` how a reader must find it (both null in a good row).
    """

    files: dict[str, pa.Table]
    truth: pa.Table


@dataclass(frozen=True)
class Drawn:
    """All children of all sites: typed columns by element, one entry per child.

    ``site`` is the place in the list of sites, ``mother`` and ``pregnancy`` number the true persons.
    """

    columns: Columns
    site: Column
    mother: Column
    pregnancy: Column


def generate(
    births: int, seed: int = 2026, sites: Sequence[Site] = SITES, *, error_rate: float = 0.03
) -> Cohort:
    """Draw a cohort of ``births`` children at ``sites``; a share of ``error_rate`` rows is spoiled."""
    import numpy as np

    rng = np.random.default_rng(seed)
    drawn = _draw(rng, _pregnancy_sizes(rng, births), sites)
    columns = drawn.columns
    sent = {name: _as_text(columns[name], kind) for name, kind in _KINDS.items() if name in columns}
    truth = _truth(drawn)
    spoil(rng, sent, truth, error_rate)
    return _split(sent, truth, sites)


def draw(births: int, seed: int = 2026, sites: Sequence[Site] = SITES) -> Drawn:
    """The same children as `generate` gives for the same seed, as they truly are."""
    import numpy as np

    rng = np.random.default_rng(seed)
    return _draw(rng, _pregnancy_sizes(rng, births), sites)


_KINDS = {element.name: element.type for element in BIRTH.elements}


def _pregnancy_sizes(rng: Generator, births: int) -> NDArray[np.int64]:
    """Children of each pregnancy, 1 or 2, so that there are exactly ``births`` children."""
    import numpy as np

    sizes = 1 + (rng.random(births) < 0.016).astype(np.int64)
    if births >= 10:
        sizes[1] = 2
    total = np.cumsum(sizes)
    sizes = sizes[: int(np.searchsorted(total, births)) + 1]
    if sizes.sum() > births:
        sizes[-1] = 1
    return sizes


def _draw(rng: Generator, sizes: NDArray[np.int64], sites: Sequence[Site]) -> Drawn:
    import numpy as np

    count = len(sizes)
    twin = sizes > 1
    still = (rng.random(count) < 0.006) & ~twin
    still[4:5] |= ~twin[4:5]  # even the smallest demonstration has a stillbirth, and twins
    day, mother = _mothers_of(rng, count)
    shares = np.array([one.share for one in sites])
    site = rng.choice(len(sites), count, p=shares / shares.sum())
    low_risk = np.array([one.low_risk for one in sites])[site] & ~twin
    days = course.gestations(rng, twin, still)
    per_pregnancy = course.history(rng, mother) | course.body_and_habits(rng, mother)
    per_pregnancy |= {
        "birth_place": np.array([one.place for one in sites], dtype=object)[site],
        "gestation": days,
        "plurality": sizes,
        "outcome": np.where(still, "stillbirth", "live"),
    }
    numbers = people.health_numbers(rng, count + int(sizes.sum()))
    per_pregnancy |= _mother_columns(rng, people.mothers(rng, count, numbers[:count]), mother, day)

    pregnancy = np.repeat(np.arange(count), sizes)
    columns = {name: column[pregnancy] for name, column in per_pregnancy.items()}
    columns["birth_order"] = np.where(np.diff(pregnancy, prepend=-1) != 0, 1, 2)
    columns |= course.delivery(rng, twin[pregnancy], low_risk[pregnancy])
    # A caesarean is made in hospital, and the twin of such a child is born there too.
    moved = np.isin(pregnancy, pregnancy[columns["delivery_method"] == "caesarean"])
    columns["birth_place"] = np.where(moved, "hospital", columns["birth_place"]).astype(object)
    columns |= course.newborn(rng, columns["gestation"], still[pregnancy])
    _add_children(rng, columns, numbers[count:], day[pregnancy])
    return Drawn(columns, site[pregnancy], mother[pregnancy], pregnancy)


def _mothers_of(rng: Generator, count: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The day of each pregnancy's birth within the cohort, and whose pregnancy it is.

    A mother is known by her first pregnancy's number; some who gave birth early in the two years do so again,
    at least 300 days later and often at another site.
    """
    import numpy as np

    day = np.sort(rng.integers(DAYS, size=count))
    mother = np.arange(count)
    early, late = np.flatnonzero(day < 300), np.flatnonzero(day >= 600)
    pairs = min(len(early), len(late), count // 25)
    mother[rng.choice(late, pairs, replace=False)] = rng.choice(early, pairs, replace=False)
    return day, mother


def _mother_columns(rng: Generator, who: people.Mothers, mother: Column, day: NDArray[np.int64]) -> Columns:
    import numpy as np

    born = np.datetime64(FIRST_DAY) + day
    age_days = np.clip(rng.normal(31.4 * 365.25, 5.2 * 365.25, len(day)), 16 * 365.25, 47 * 365.25)
    mother_born = (born - age_days.astype(np.int64))[mother]
    age = _completed_years(mother_born, born)
    father = np.clip(age + rng.integers(-4, 9, len(day)), 16, 64)
    return {
        "mother_family_name": who.family_name[mother],
        "mother_given_names": who.given_names[mother],
        "mother_birth_date": mother_born,
        "mother_age": age,
        "father_age": people.blanked(father, rng.random(len(day)) < 0.08),
        "mother_health_number": who.number[mother],
        "mother_health_card": who.card[mother],
        "mother_chart_number": who.chart[mother],
        "address_line_1": who.address[mother],
        "city": who.city[mother],
        "postal_code": who.postal_code[mother],
        "phone": who.phone[mother],
    }


def _add_children(
    rng: Generator, columns: Columns, numbers: NDArray[np.int64], day: NDArray[np.int64]
) -> None:
    """Name, sex, number, weight, date and time of each child."""
    import numpy as np

    count = len(day)
    live = columns["outcome"] == "live"
    sex = np.where(rng.random(count) < 0.513, "male", "female").astype(object)
    # Twins are born minutes apart, on one day; the order of the times is the order of birth.
    minute = rng.integers(1, 1380, count)
    second = columns["birth_order"] == 2
    minute[second] = minute[np.flatnonzero(second) - 1] + rng.integers(2, 50, int(second.sum()))
    has_number = live & (columns["mother_health_card"] == "ontario") & (rng.random(count) < 0.88)
    columns["sex"] = sex
    columns["birth_date"] = np.datetime64(FIRST_DAY) + day
    columns["birth_time"] = np.array([f"{one // 60:02d}:{one % 60:02d}" for one in minute], dtype=object)
    columns["birth_weight"] = course.weights(rng, sex, columns["gestation"], columns["plurality"] > 1)
    columns["child_family_name"] = columns["mother_family_name"]
    columns["child_given_names"] = people.childrens_names(rng, sex)
    columns["child_health_number"] = people.blanked(numbers.astype(str), ~has_number)
    columns["child_health_card"] = np.where(has_number, "ontario", "none")
    columns["child_chart_number"] = np.array(
        [f"C{one:07d}" for one in rng.permutation(count) + 1], dtype=object
    )


def _truth(drawn: Drawn) -> Columns:
    import numpy as np

    columns, count = drawn.columns, len(drawn.site)
    names = (
        "birth_date",
        "sex",
        "outcome",
        "gestation",
        "birth_weight",
        "plurality",
        "birth_order",
        "delivery_method",
    )
    return {
        "site": drawn.site,
        **true_names(drawn, np.arange(count)),
        **{name: _as_text(columns[name], "text" if name == "gestation" else _KINDS[name]) for name in names},
        "error": np.full(count, None, dtype=object),
        "severity": np.full(count, None, dtype=object),
    }


def _split(sent: Columns, truth: Columns, sites: Sequence[Site]) -> Cohort:
    """One file per site, in order of birth, each row with the site's own record number."""
    import numpy as np
    import pyarrow as pa

    files, truths = {}, []
    for place, site in enumerate(sites):
        here = np.flatnonzero(truth["site"] == place)
        numbers = [f"{site.name[:3].upper()}-{row:06d}" for row in range(1, len(here) + 1)]
        columns = {"record_number": numbers} | {name: column[here] for name, column in sent.items()}
        files[site.name] = pa.table(
            {name: pa.array(column, type=pa.string()) for name, column in columns.items()}
        )
        place_of = {
            "site": [site.name] * len(here),
            "row": np.arange(1, len(here) + 1),
            "record_number": numbers,
        }
        rest = {
            name: pa.array(column[here], type=pa.string()) for name, column in truth.items() if name != "site"
        }
        truths.append(pa.table(place_of | rest))
    return Cohort(files, pa.concat_tables(truths, promote_options="permissive"))


def true_names(drawn: Drawn, rows: Column) -> Columns:
    """Who the children of some rows, their mothers and pregnancies truly are."""
    import numpy as np

    numbers = {"child": rows, "mother": drawn.mother[rows], "pregnancy": drawn.pregnancy[rows]}
    return {
        name: np.array([f"{name[0]}{one + 1:07d}" for one in each], dtype=object)
        for name, each in numbers.items()
    }


def _as_text(column: Column, kind: str) -> Column:
    """A column as a site writes it."""
    import pyarrow as pa

    typed = pa.array(column, from_pandas=True)
    return written(typed.cast(pa.float64()).cast(pa.decimal128(9, 1)) if kind == "decimal" else typed, kind)


def written(typed: pa.Array | pa.ChunkedArray, kind: str) -> Column:
    """Typed values as a site writes them: ISO dates, gestation as 38w4d, blanks as None."""
    import pyarrow.compute as pc

    if kind == "gestation":
        weeks = pc.divide(typed, 7)
        days = pc.subtract(typed, pc.multiply(weeks, 7))
        typed = pc.binary_join_element_wise(weeks.cast("string"), "w", days.cast("string"), "d", "")
    texts: Column = typed.cast("string").to_numpy(zero_copy_only=False)
    return texts


def _completed_years(born: Column, then: Column) -> NDArray[np.int64]:
    """Whole years between days: one less before the birthday."""
    import numpy as np

    def year_and_day(days: Column) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        year, month = days.astype("M8[Y]"), days.astype("M8[M]")
        in_month = (days.astype("M8[D]") - month).astype(np.int64)
        return year.astype(np.int64), (month - year).astype(np.int64) * 100 + in_month

    (born_year, born_day), (then_year, then_day) = year_and_day(born), year_and_day(then)
    return then_year - born_year - (then_day < born_day)
