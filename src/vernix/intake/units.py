"""Units of measure that partners use, converted exactly (decimal arithmetic) to the element's own unit."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from types import MappingProxyType

# Each unit in the base unit of its quantity. The pound and the inch are exact by definition (1959 agreement).
_QUANTITIES: tuple[Mapping[str, Decimal], ...] = (
    MappingProxyType(
        {
            "g": Decimal(1),
            "kg": Decimal(1000),
            "lb": Decimal("453.59237"),
            "oz": Decimal("28.349523125"),
        }
    ),
    MappingProxyType(
        {
            "cm": Decimal(1),
            "mm": Decimal("0.1"),
            "m": Decimal(100),
            "in": Decimal("2.54"),
            "ft": Decimal("30.48"),
        }
    ),
    MappingProxyType({"d": Decimal(1), "wk": Decimal(7)}),
    MappingProxyType({"mL": Decimal(1), "dL": Decimal(100), "L": Decimal(1000)}),
    MappingProxyType({"g/L": Decimal(1), "g/dL": Decimal(10)}),
)
_SPELLINGS = MappingProxyType(
    {
        "lbs": "lb",
        "pound": "lb",
        "pounds": "lb",
        "livres": "lb",
        "ounce": "oz",
        "ounces": "oz",
        "onces": "oz",
        "gram": "g",
        "grams": "g",
        "grammes": "g",
        "inch": "in",
        "inches": "in",
        "pouces": "in",
        "feet": "ft",
        "pieds": "ft",
        "week": "wk",
        "weeks": "wk",
        "semaines": "wk",
        "w": "wk",
        "day": "d",
        "days": "d",
        "jours": "d",
        "ml": "mL",
        "dl": "dL",
        "l": "L",
        "g/l": "g/L",
        "g/dl": "g/dL",
    }
)


def known_units(own: str) -> tuple[str, ...]:
    """The units that can be converted to an element's unit ``own``; empty where there is nothing to
    convert."""
    for quantity in _QUANTITIES:
        if own in quantity:
            return tuple(quantity)
    return ()


def factor(unit: str, own: str) -> Decimal | None:
    """By how much to multiply a figure in ``unit`` to have it in ``own``; None where that makes no sense."""
    unit = _SPELLINGS.get(unit.lower(), unit)
    if unit == own:
        return Decimal(1)
    for quantity in _QUANTITIES:
        if own in quantity and unit in quantity:
            return quantity[unit] / quantity[own]
    return None
