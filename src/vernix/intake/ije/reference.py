"""The page of reference on the items of the exchange: which element each fills, or why it is not kept.

``make reference`` writes the page; a test holds it equal to what the code says, and finds an item of the
published layouts that is neither read nor told of here.
"""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatchcase

from vernix.births import encounters
from vernix.births.elements import Element
from vernix.intake.ije.filling import fillings
from vernix.intake.ije.layouts import FETAL_DEATH, NATALITY, Layout

NOT_KEPT: dict[str, str] = {
    "DOLP_* PPO VB HSV CERV TOC PROM PRIC PROL NVPR MECS FINT ATTF ATTV UOPR BINJ MARE LM GBS CMV B19 TOXO "
    "OTHERI HYST HSV1 HIV ALCOHOL": "deleted from the exchange; what Ontario asks of it stands with labour "
    "and antenatal care",
    "METHNIC* MRACE* FETHNIC* FRACE*": "categories of the United States census; Ontario collects race by a "
    "standard of its own, with consent, and not at a birth",
    "MOM_SSN DAD_SSN SSN_*": "a social security number is not needed to care for anybody",
    "FDOB_* FBPLAC* DADFNAME DADMNAME DADLNAME DADSUFF* FAGE_BYPASS FAGE_CALC ACKN": "who the father is "
    "belongs to civil registration; his age and education are kept",
    "MOM_OC_* DAD_OC_* MOM_IN_* DAD_IN_* MARITAL_DESCRIP": "free text of the family, or its coding by others",
    "ATTEND_NAME ATTEND_NPI ATTEND_OTH_TXT CERTIF* INFORM*": "persons who are not the patient; the kind of "
    "attendant is kept",
    "BPLACEC_* MBPLACE_*": "where the mother was born is not asked by a birth registry of care",
    "BSTATE DSTATE CNTYO CITYC COUNTYC STATEC COUNTRYC LIMITS COUNTYTXT STATETXT CNTRYTXT LONG LAT BIRTH_CO "
    "BRTHCITY": "the home follows from postal code and city, the place of birth from the site",
    "HOSP HOSPFROM HOSPTO SFN HOSP_D *_D": "a facility is known by its code (FNPI); names of others are free "
    "text, and that there was a transfer is kept",
    "MAIL_*": "where letters go; the address of the home is kept",
    "KIDSUFFX SUFFIX ALIAS MOMSUFF* MOMFMNME MOMMMID MOMMSUF*": "parts of names that link nobody",
    "AUXNO MATCH REPLACE DOR_* REGISTER_* R_*": "the registrar's own book-keeping; a later record of one "
    "number corrects the earlier one",
    "*_BYPASS": "that an edit was passed by; of weight and gestation it is kept (BW_BYPASS)",
    "MAGE_CALC": "follows from the two dates of birth",
    "FDTH": "follows from plurality and the records of the set",
    "COD18b* ICOD OCOD*": "further causes and their coding by others; the initiating cause is kept",
    "PLACE* BLANK*": "blank in the layout",
}
"""Reasons by the items, a ``*`` for the rest of a name; the first that fits counts."""


def reason(item: str) -> str | None:
    """Why an item is not kept, or None where nothing is said of it."""
    found = (why for names, why in NOT_KEPT.items() if any(fnmatchcase(item, each) for each in names.split()))
    return next(found, None)


def page() -> str:
    """The page as Markdown."""
    return "\n".join((*_head(), *_read(), *_left_out())) + "\n"


def _head() -> Iterator[str]:
    yield "# Items of the Inter-Jurisdictional Exchange"
    yield ""
    yield "Which element of [`birth`](dictionary/birth.md) is read from which item of a natality or"
    yield "fetal-death record, where that is (from 1), and which items are not kept, with the reason."
    yield "How values are understood: [ways in](ways-in.md#ije)."
    yield ""


def _read() -> Iterator[str]:
    yield "## Read / Lus"
    yield ""
    yield "| element | English | items | natality | fetal death |"
    yield "|---|---|---|---|---|"
    natality, fetal = (_read_in(layout) for layout in (NATALITY, FETAL_DEATH))
    for element in encounters.get("birth").elements:
        if element.name in natality or element.name in fetal:
            items = ", ".join(f"`{item}`" for item in element.at.ije)
            places = f"{_places(element, NATALITY)} | {_places(element, FETAL_DEATH)}"
            yield f"| `{element.name}` | {element.label.en} | {items} | {places} |"
    yield ""


def _read_in(layout: Layout) -> set[str]:
    return {each.element.name for each in fillings(encounters.get("birth"), layout)}


def _places(element: Element, layout: Layout) -> str:
    """Where the items stand; blank where the layout has not all of them."""
    found = [layout.items[item] for item in element.at.ije if item in layout.items]
    if len(found) < len(element.at.ije):
        return ""
    return ", ".join(f"{start + 1}-{stop}" if stop - start > 1 else str(stop) for start, stop in found)


def _left_out() -> Iterator[str]:
    yield "## Not kept / Non conservés"
    yield ""
    yield "| items | why |"
    yield "|---|---|"
    for names, why in NOT_KEPT.items():
        yield f"| {', '.join(f'`{name}`' for name in names.split())} | {why} |"
