"""Who the people of a synthetic cohort are: names, numbers, homes. Invented; no list of real people is used.

Family and given names are common words of many languages, with the accents, apostrophes, hyphens and spaces
that break careless programs. Telephone numbers are of the range kept for fiction. Health numbers pass the
check digit, so one may by chance be somebody's: a cohort is for testing, never for a real exchange of
another's data.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.random import Generator
    from numpy.typing import NDArray

    Column = NDArray[Any]

# fmt: off
FAMILY_NAMES = (
    "Tremblay", "Gagnon", "Bélanger", "Côté", "Lévesque", "D'Amours", "L'Écuyer", "St-Pierre", "Lefèbvre",
    "Noël", "Smith", "MacDonald", "McKay", "O'Leary", "O'Brien", "Fraser", "Campbell", "Wright", "Hughes",
    "Baker", "van der Berg", "De Souza", "Da Silva", "Núñez", "García", "Muñoz", "Rossi", "D'Angelo",
    "Müller", "Schröder", "Kowalczyk", "Łukasik", "Novák", "Dvořák", "Petrović", "Ivanova", "Shevchenko",
    "Papadopoulos", "Yılmaz", "Öztürk", "Singh", "Kaur", "Patel", "Sharma", "Rahman", "Hussain", "Al-Sayed",
    "Haddad", "Nguyễn", "Trần", "Li", "Wang", "Chen", "Kim", "Park", "Tanaka", "Santos", "Reyes", "Okafor",
    "Mensah",
)
MOTHERS_NAMES = (
    "Marie-Ève", "Chloé", "Amélie", "Geneviève", "Françoise", "Sarah", "Emily", "Jessica", "Hannah", "Zoë",
    "Renée", "Anaïs", "Sofía", "María José", "Inês", "Giulia", "Jürgen-Marie", "Zuzana", "Małgorzata",
    "Olena", "Priya", "Simran", "Fatima", "Noor", "Aisha", "Mei", "Thị Lan", "Ji-woo", "Yuki", "Ngozi",
    "Abena", "Grace", "Joy", "Rosa", "Leila", "Elif", "Anna", "Ruth", "Naomi", "D'Arcy",
)
CHILDRENS_NAMES = (
    "Léo", "Zoé", "Émile", "Maël", "Béatrice", "Liam", "Olivia", "Noah", "Emma", "Jack",
    "Mateo", "Lucía", "João", "Enzo", "Lina", "Jasper", "Søren", "Nikola", "Oksana", "Arjun",
    "Anaya", "Zara", "Yusuf", "Amira", "Kai", "An", "Min-jun", "Hana", "Chidi", "Ama",
)
STAND_IN_NAMES = {"female": ("Baby Girl", "Bébé fille"), "male": ("Baby Boy", "Bébé garçon")}
STREETS = (
    "Maple Street", "rue de l'Église", "King Street West", "chemin du Lac", "Queen's Road", "Elm Avenue",
    "boulevard Saint-Joseph", "Concession Road 4", "Mill Lane", "rue Principale", "Victoria Crescent",
    "County Road 12",
)
CITIES = (
    ("Toronto", "M4"), ("Ottawa", "K1"), ("Sudbury", "P3"), ("London", "N6"), ("Mississauga", "L5"),
    ("Thunder Bay", "P7"), ("Hawkesbury", "K6"), ("Kingston", "K7"), ("Sault Ste. Marie", "P6"), ("Hearst",
    "P0"),
)
# fmt: on
_POSTAL_LETTERS = "ABCEGHJKLMNPRSTVWXYZ"


@dataclass(frozen=True)
class Mothers:
    """One array per element, one entry per mother."""

    family_name: Column
    given_names: Column
    number: Column
    card: Column
    chart: Column
    address: Column
    city: Column
    postal_code: Column
    phone: Column


def health_numbers(rng: Generator, count: int) -> NDArray[np.int64]:
    """Different ten-digit numbers with a right check digit, in no visible order."""
    import numpy as np

    # A step that shares no factor with the size of the range visits every number once before any returns.
    space, step = 900_000_000, 7**10
    first_nine = (rng.integers(space) + np.arange(count, dtype=np.int64) * step) % space + 100_000_000
    total = np.zeros(count, dtype=np.int64)
    for place in range(9):
        digit = first_nine // 10 ** (8 - place) % 10
        total += np.where(digit > 4, digit * 2 - 9, digit * 2) if place % 2 == 0 else digit
    numbers: NDArray[np.int64] = first_nine * 10 + (-total % 10)
    return numbers


def mothers(rng: Generator, count: int, numbers: NDArray[np.int64]) -> Mothers:
    """As many mothers; ``numbers`` are the health numbers of those who have an Ontario card."""
    import numpy as np

    kind = rng.choice(3, count, p=[0.96, 0.025, 0.015])
    city = rng.integers(len(CITIES), size=count)
    elsewhere = _objects([f"{'ABMQ'[turn % 4]}{turn:07d}" for turn in range(count)])
    number = np.where(kind == 0, numbers.astype(str).astype(object), elsewhere)
    return Mothers(
        family_name=_family_names(rng, count),
        given_names=choose(rng, MOTHERS_NAMES, count),
        number=blanked(number, kind == 2),
        card=_objects(("ontario", "other", "none"))[kind],
        chart=_objects([f"M{chart:07d}" for chart in rng.permutation(count) + 1]),
        address=_objects(
            [
                f"{house} {street}"
                for house, street in zip(
                    rng.integers(1, 999, count), choose(rng, STREETS, count), strict=True
                )
            ]
        ),
        city=_objects([name for name, _ in CITIES])[city],
        postal_code=_postal_codes(rng, [CITIES[place][1] for place in city]),
        phone=_objects(
            [
                f"{area}-555-01{line:02d}"
                for area, line in zip(
                    choose(rng, ("416", "613", "705", "807"), count),
                    rng.integers(100, size=count),
                    strict=True,
                )
            ]
        ),
    )


def childrens_names(rng: Generator, sex: Column) -> Column:
    """Given names; a third have only a stand-in yet."""
    import numpy as np

    named = choose(rng, CHILDRENS_NAMES, len(sex))
    language = rng.integers(2, size=len(sex))
    stand_in = _objects([STAND_IN_NAMES[one][which] for one, which in zip(sex, language, strict=True)])
    return np.where(rng.random(len(sex)) < 0.33, stand_in, named)


def choose(rng: Generator, values: tuple[Any, ...], count: int, p: tuple[float, ...] | None = None) -> Column:
    """``count`` draws from ``values``; ``p`` are their chances, scaled to a sum of one."""
    import numpy as np

    chances = None if p is None else np.asarray(p) / sum(p)
    return _objects(values)[rng.choice(len(values), count, p=chances)]


def blanked(column: Column, where: Column) -> Column:
    """A copy of a column with nothing sent where ``where`` is true."""
    copy = column.astype(object)
    copy[where] = None
    return copy


def _family_names(rng: Generator, count: int) -> Column:
    """Single names, and now and then two with a hyphen, so that few mothers are namesakes."""
    import numpy as np

    first, second = choose(rng, FAMILY_NAMES, count), choose(rng, FAMILY_NAMES, count)
    return np.where(rng.random(count) < 0.12, first + "-" + second, first)


def _postal_codes(rng: Generator, areas: list[str]) -> Column:
    letters = choose(rng, tuple(_POSTAL_LETTERS), len(areas) * 2).reshape(2, -1)
    digits = rng.integers(10, size=(2, len(areas)))
    return _objects(
        [f"{area}{a} {m}{b}{n}" for area, a, b, m, n in zip(areas, *letters, *digits, strict=True)]
    )


def _objects(values: Any) -> Column:
    import numpy as np

    array = np.empty(len(values), dtype=object)
    array[:] = values
    return array
