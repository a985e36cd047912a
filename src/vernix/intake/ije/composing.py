"""Elements that are put together from items in a way of their own, by the element's name.

Everything else follows from an element's type and the number of its items (`filling`).
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from vernix.intake.ije.codes import YES_NO
from vernix.intake.ije.items import Composed, known, write_number, write_text

_INCHES = Decimal("2.54")
_POUNDS = Decimal("0.45359237")


def _read_height(texts: Sequence[str]) -> str:
    feet, inches = texts
    known = feet.isdigit() and inches.isdigit() and feet != "9" and inches != "99"
    return str(12 * int(feet) + int(inches)) if known else ""


def _write_height(value: Any, widths: Sequence[int]) -> Sequence[str]:
    del widths
    feet, inches = divmod(_whole(Decimal(value) / _INCHES), 12)
    return (str(feet), f"{inches:02}") if feet < 9 else ("9", "99")


def _write_pounds(value: Any, widths: Sequence[int]) -> Sequence[str]:
    return write_number(_whole(Decimal(value) / _POUNDS), widths)


def _whole(number: Decimal) -> int:
    return int(number.quantize(Decimal(1), ROUND_HALF_UP))


def _read_gain(texts: Sequence[str]) -> str:
    """Weight at delivery less weight before."""
    before, after = (known([each]) for each in texts)
    return str(int(after) - int(before)) if before.isdigit() and after.isdigit() else ""


def _read_diabetes(texts: Sequence[str]) -> str:
    before, gestational = (each.upper() for each in texts)
    if before == "Y":
        return "before"
    if gestational == "Y":
        return "gestational"
    if before == gestational == "N":
        return "none"
    return "unknown" if "U" in (before, gestational) else ""


def _write_diabetes(value: Any, widths: Sequence[int]) -> Sequence[str]:
    del widths
    kinds = {"none": "NN", "gestational": "NY", "unknown": "UU", "present": "UU"}
    return tuple(kinds.get(str(value), "YN"))


def _read_caesareans(texts: Sequence[str]) -> str:
    any_at_all, count = texts
    return "0" if any_at_all.upper() == "N" else known([count])


def _write_caesareans(value: Any, widths: Sequence[int]) -> Sequence[str]:
    return ("Y" if value else "N"), *write_number(value, widths[1:])


def _read_no_care(texts: Sequence[str]) -> str:
    """Eights say that there was no care; from the first visit's date alone no month of pregnancy follows."""
    return "0" if texts[0] == "8888" else ""


def _write_no_care(value: Any, widths: Sequence[int]) -> Sequence[str]:
    del widths
    return ("8888", "88", "88") if value == 0 else ("", "", "")


def _read_conception(texts: Sequence[str]) -> str:
    """Whether she was treated, by drugs or insemination, by more; the most that is told counts."""
    any_at_all, drugs, more = (each.upper() for each in texts)
    if more == "Y":
        return "ivf"
    if drugs == "Y":
        return "drugs_or_insemination"
    return {"Y": "assisted", "N": "spontaneous", "U": "unknown"}.get(any_at_all, "")


def _write_conception(value: Any, widths: Sequence[int]) -> Sequence[str]:
    del widths
    kinds = {
        "spontaneous": "NXX",
        "unknown": "UUU",
        "assisted": "YUU",
        **dict.fromkeys(("drugs", "insemination", "drugs_or_insemination"), "YYN"),
    }
    return tuple(kinds.get(str(value), "YUY"))


def _read_microcephaly(texts: Sequence[str]) -> str:
    """The first letter of an item with room for more than it says."""
    return YES_NO.get(texts[0][:1].upper(), texts[0])


def _write_microcephaly(value: Any, widths: Sequence[int]) -> Sequence[str]:
    del widths
    return (str(value)[0].upper(),)


def _read_version(texts: Sequence[str]) -> str:
    turned, failed = (each.upper() for each in texts)
    if "Y" in (turned, failed):
        return "turned" if turned == "Y" else "failed"
    return "none" if turned == failed == "N" else "unknown" if "U" in (turned, failed) else ""


def _write_version(value: Any, widths: Sequence[int]) -> Sequence[str]:
    del widths
    return tuple({"none": "NN", "turned": "YN", "failed": "NY"}.get(str(value), "UU"))


def _read_names(texts: Sequence[str]) -> str:
    return " ".join(filter(None, texts))


def _write_first(value: Any, widths: Sequence[int]) -> Sequence[str]:
    """All of it into the first item: where a name or an address could be parted nobody knows."""
    return (*write_text(value, widths), *([""] * (len(widths) - 1)))


def _read_street(texts: Sequence[str]) -> str:
    """The address in one line; where only its parts are filled, they in their order."""
    whole, *parts = texts
    return whole or " ".join(filter(None, parts))


def _read_months(texts: Sequence[str]) -> str:
    """Months from year and month of an earlier birth to those of this one; eights: there was none."""
    then_year, then_month, year, month = (known([each]) for each in texts)
    if not all(each.isdigit() for each in (then_year, then_month, year, month)):
        return ""
    return str((int(year) - int(then_year)) * 12 + int(month) - int(then_month))


_CAUSES = (
    *("membranes", "abruption", "placenta", "cord", "infection_membranes", "other_placenta", "unknown"),
    *("mother", "other_placenta", "pregnancy", "anomaly", "injury", "infection", "fetus"),
)
"""What each item of the initiating cause means, in order; the first seven are boxes, the others texts."""
_BOXES = 7


def _read_cause(texts: Sequence[str]) -> str:
    """The first that is told; that it is not known counts only where nothing else is."""
    ticked = [each.upper() == "Y" for each in texts[:_BOXES]] + [bool(each) for each in texts[_BOXES:]]
    told = [cause for cause, is_told in zip(_CAUSES, ticked, strict=True) if is_told]
    return next((cause for cause in told if cause != "unknown"), "unknown" if told else "")


COMPOSED: dict[str, Composed] = {
    "child_given_names": (_read_names, _write_first, None),
    "mother_given_names": (_read_names, _write_first, None),
    "address_line_1": (_read_street, _write_first, None),
    "mother_height": (_read_height, _write_height, "in"),
    "mother_weight_before": (known, _write_pounds, "lb"),
    "mother_weight_delivery": (known, _write_pounds, "lb"),
    # Not written: both weights are.
    "mother_weight_gain": (_read_gain, None, "lb"),
    "diabetes": (_read_diabetes, _write_diabetes, None),
    "previous_caesareans": (_read_caesareans, _write_caesareans, None),
    # Not written: an interval in months says of no month which it was without this birth's own.
    "live_birth_interval": (_read_months, None, None),
    "other_outcome_interval": (_read_months, None, None),
    "prenatal_care_month": (_read_no_care, _write_no_care, None),
    "conception": (_read_conception, _write_conception, None),
    "microcephaly": (_read_microcephaly, _write_microcephaly, None),
    "external_version": (_read_version, _write_version, None),
    # Not written: half of the items are texts, and ours is a code.
    "stillbirth_cause": (_read_cause, None, None),
}
