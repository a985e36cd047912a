"""What the codes of FHIR's value sets mean in ours, and what a resource says by being there.

From HL7's implementation guide for birth and fetal death reporting (BFDR 2.0, its profiles and concept maps).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from vernix.births.elements import Subject

UNKNOWN = "unknown"
NONE_OF_THESE = "260413007"
UNKNOWN_CODES = frozenset({"261665006", "UNK", "ASKU", "unknown", "asked-unknown", "asked-declined"})

ANSWERS: Mapping[str, str] = {
    **dict.fromkeys(UNKNOWN_CODES, UNKNOWN),
    # Nobody asked, or there was nothing to ask: that is a blank.
    **dict.fromkeys(("NI", "NA", "NASK", "not-asked", "not-applicable"), ""),
    "OTH": "other",
    **{"Y": "yes", "N": "no", "373066001": "yes", "373067005": "no", "LA33-6": "yes", "LA32-8": "no"},
    **{"70028003": "cephalic", "6096002": "breech"},
    **{"700000006": "spontaneous", "302383004": "forceps", "61586001": "vacuum", "11466000": "caesarean"},
    **{"22232009": "hospital", "91154008": "birth_centre", "67190003": "clinic"},
    **{"408839006": "home", "408838003": "home", "unknownplannedhomebirth": "home"},
}
"""Their codes and our words; a code that is not here is read as the element's own lists spell it."""

_EDUCATION: Mapping[str, str] = {
    **{"ELEM": "primary", "SEC": "some_secondary", "HS": "secondary", "SCOL": "some_college"},
    **{"AA": "college", "BA": "bachelor", "MA": "master", "POSTG": "doctorate"},
}
_EXAMINATION: Mapping[str, str] = {"398166005": "yes", "262008008": "no", "397943006": "planned"}

OF_ELEMENT: Mapping[str, Mapping[str, str]] = {
    "sex": {"M": "male", "F": "female", "OTH": "undetermined", "other": "undetermined"},
    "marital_status": {"Y": "married", "N": "not_married", "true": "married", "false": "not_married"},
    "insurance": {
        **{"2": "public", "5": "private", "81": "self_pay", "33": "indigenous", "311": "military"},
        **{"38": "other_government", "99": "other", "9999": UNKNOWN},
    },
    "weight_confirmed": {
        **{"0off": "no", "1correctOutOfRange": "yes", "2failedBirthWeightGestationEdit": ""},
        **{"0": "no", "1": "yes", "2": ""},
    },
    "outcome": {
        **dict.fromkeys(("92011-6", "68998-4"), "live"),
        **dict.fromkeys(("92010-8", "69045-3"), "stillbirth"),
    },
    "education": _EDUCATION,
    "father_education": _EDUCATION,
    "death_point": {
        "434681000124104": "before_labour",
        "434671000124102": "seen_in_labour",
        "434631000124100": "in_labour",
    },
    "autopsy": _EXAMINATION,
    "placenta_examined": _EXAMINATION,
    "child_transfer": {"other-hcf": "yes"},
    "mother_transfer": {"hosp-trans": "yes"},
}
"""By element: codes that mean something in it alone."""

SUBMISSIONS = frozenset(
    {"birth_submission", "birth_submission_update", "fd_submission", "fd_submission_update"}
)
"""The events of vital records messaging that bring a record (VRFM 2.0)."""
OTHER_DOCUMENTS = frozenset({"64297-5", "86804-2", "86805-9", "industry_occupation_document"})
"""Kinds of a Composition that are no birth's: a death certificate, and what the office codes afterwards."""

ROUTE = "73762-7"
ROUTES = frozenset({"700000006", "302383004", "61586001", "11466000"})

BIRTH_LOCATIONS = frozenset({"loc_birth", "birth"})
"""What a Location is said to be where the birth was."""

SEVERAL = frozenset({"67704-7"})
"""Questions that a laboratory answers several times, of which the first answer counts: how a child is fed."""

OTHER_NAMES: Mapping[str, str] = {"8302-2": "3137-7"}
"""LOINC codes that ask the same as another, of the mother only."""


class Checked(NamedTuple):
    """A box that a resource ticks by being there: the item of the exchange, its list, whom it is about."""

    item: str
    list: str
    subject: Subject


def _boxes(list: str, subject: Subject, **codes: str) -> dict[str, Checked]:
    return {code: Checked(item, list, subject) for item, line in codes.items() for code in line.split()}


CHECKED: Mapping[str, Checked] = {
    **_boxes(
        "73775-9",
        "mother",
        PDIAB="73211009",
        GDIAB="11687002",
        PHYPE="38341003",
        GHYPE="48194001",
        EHYPE="15938005",
        PPB="161765003",
        PCES="200144004",
        INFT="773261007",
        INFT_DRG="58533008 265064001 445151000124101",
        INFT_ART="63487001",
    ),
    **_boxes(
        "72519-2",
        "mother",
        GON="15628003",
        SYPH="76272004",
        CHAM="105629000",
        HEPB="66071002",
        HEPC="50711007",
    ),
    **_boxes(
        "73813-8",
        "mother",
        INDL="236958009",
        AUGL="237001001",
        STER="434611000124106",
        ANTB="434691000124101",
        CHOR="11612004",
        ESAN="18946005",
    ),
    **_boxes(
        "73781-7",
        "mother",
        MTR="116859006",
        PLAC="398019008",
        RUT="34430009",
        UHYS="236987005",
        AINT="309904001",
    ),
    **_boxes(
        "73812-0",
        "child",
        AVEN1="assistedventfollowingdelivery",
        AVEN6="assistedventmorethan6hrs",
        NICU="830077005",
        SURF="434701000124101",
        ANTI="434621000124103",
        SEIZ="91175000",
    ),
    **_boxes(
        "73780-9",
        "child",
        ANEN="89369001",
        MNSB="67531005",
        CCHD="12770006",
        CDH="17190001",
        OMPH="18735004",
        GAST="72951007",
        LIMB="67341007",
        CL="80281008",
        CP="87979003",
        DOWT="70156005",
        CDIT="409709004",
        HYPO="416010008",
    ),
}
"""By the code of a Condition or Procedure, or the value of an Observation that asks for the list."""

CODE_OF: Mapping[str, str] = {box.item: code for code, box in reversed(tuple(CHECKED.items()))}
LISTS: Mapping[str, tuple[Checked, ...]] = {
    list: tuple({box.item: box for box in CHECKED.values() if box.list == list}.values())
    for list in dict.fromkeys(box.list for box in CHECKED.values())
}
"""By the LOINC code of a list: its boxes, so that "none of these" says No for each."""

KARYOTYPE = "312948004"

UCUM: Mapping[str, str] = {
    **{"[lb_av]": "lb", "[oz_av]": "oz", "[in_i]": "in", "[in_us]": "in", "[ft_i]": "ft"},
    # Without their brackets, as the vital records offices' own library writes them.
    **{"lb_av": "lb", "oz_av": "oz", "in_i": "in", "in_us": "in", "ft_i": "ft"},
    **{"{score}": "1", "{#}": "1", "Cel": "°C"},
}
"""Units as UCUM writes them, in our words."""

LINKS: Mapping[str, str] = {
    "child-last-name": "child_family_name",
    "mother-last-name": "mother_family_name",
    "mother-prior-last-name": "mother_birth_family_name",
    "mother-dob": "mother_birth_date",
    "mother-nbr-street": "address_line_1",
    "mother-apt-nbr": "address_line_2",
    "mother-city": "city",
    "mother-zip": "postal_code",
    "receive-wic": "food_assistance",
    "married-conception": "marital_status",
    "mothers-prepregnancy-weight": "mother_weight_before",
}
"""By the question's linkId in the BFDR worksheets: the element that its answer fills."""

LINKED_NAMES: Mapping[str, tuple[str, str]] = {
    "child_given_names": ("child-first-name", "child-middle-name"),
    "mother_given_names": ("mother-first-name", "mother-middle-name"),
}
LINKED_CIGARETTES: Mapping[str, str] = {
    "cigarettes_before": "mothers-smoking-3-months-prior",
    "cigarettes_1": "mothers-smoking-trimester-1",
    "cigarettes_2": "mothers-smoking-trimester-2",
    "cigarettes_3": "mothers-smoking-trimester-3",
}
LINKED_BOXES: Mapping[str, str] = {
    "infertility-treatment": "INFT",
    "drugs-ai-ii": "INFT_DRG",
    "art-ivf-gift": "INFT_ART",
}
LINKED_HEIGHT = ("mothers-height-feet", "mothers-height-inches")
