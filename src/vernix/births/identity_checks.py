"""Checks on who a record is about, mother beside child, and whether it comes twice: the same everywhere.

An encounter is asked those that its elements allow (`identity_checks`), under codes of its own, so that no
encounter with a health number goes without its check digit, and none with a site without the rule that keeps
sentences out of the book.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING

from vernix.births.age import completed_years
from vernix.births.checks import Check, Example, asked_of, one
from vernix.births.codes import Words
from vernix.births.elements import Element
from vernix.births.identifiers import health_number_is_right, is_plain_number, postal_code_is_shaped
from vernix.births.name_checks import NAME_CHECKS

if TYPE_CHECKING:
    import ibis

_MARCH = date(2024, 3, 1)


def identity_checks(letters: str, elements: Iterable[Element]) -> tuple[Check, ...]:
    """The checks that can be asked of these elements; ``letters`` begin their codes (NS: NS-HCN-01)."""
    return asked_of(elements, (*_NUMBERS, *NAME_CHECKS, *_MOTHER_AND_CHILD, _SITE, _TWICE), letters)


def digits(column: ibis.Value) -> ibis.Value:
    """The digits of each text, so that spaces and hyphens hide nothing; null where there are none."""
    import ibis

    return ibis.ifelse(is_plain_number(column), column, column.re_replace("[^0-9]", "").nullif(""))


def comes_twice(t: ibis.Table, key: ibis.Value) -> ibis.Value:
    """Whether a key is that of another row too; null where it is null.

    By counting keys and looking them up: a window would sort all rows of the file (measured).
    """
    counted = t.select(key=key).group_by("key").agg(rows=lambda keys: keys.count())
    return key.isin(counted.filter(counted.rows > 1).key)


def _site_is_no_code(t: ibis.Table) -> ibis.Value:
    return ~t.site.re_search("^[A-Za-z0-9][A-Za-z0-9._-]*$")


def _number_is_the_mothers(t: ibis.Table) -> ibis.Value:
    return digits(t.child_health_number) == digits(t.mother_health_number)


def _child_number_is_wrong(t: ibis.Table) -> ibis.Value:
    ontario = t.child_health_card.fill_null("ontario") == "ontario"
    return ontario & ~health_number_is_right(t.child_health_number)


def _mother_number_is_wrong(t: ibis.Table) -> ibis.Value:
    ontario = t.mother_health_card.fill_null("ontario") == "ontario"
    return ontario & ~health_number_is_right(t.mother_health_number)


def _mother_of_no_age(t: ibis.Table) -> ibis.Value:
    return ~completed_years(t.mother_birth_date, t.birth_date).between(10, 65)


def _order_beyond_plurality(t: ibis.Table) -> ibis.Value:
    return t.birth_order > t.plurality


def _postal_code_is_odd(t: ibis.Table) -> ibis.Value:
    return ~postal_code_is_shaped(t.postal_code)


def _record_number_twice(t: ibis.Table) -> ibis.Value:
    return comes_twice(t, t.record_number)


_NUMBERS = (
    Check(
        code="HCN-01",
        severity="hard",
        elements=("child_health_number", "mother_health_number"),
        text=Words(
            "The child's health number is the mother's: give the child's own, or leave it blank.",
            "Le numéro de carte Santé de l’enfant est celui de la mère : donnez celui de l’enfant, ou "
            "laissez en blanc.",
        ),
        source="Newborn screening card: common errors",
        expression=_number_is_the_mothers,
        examples=(
            one("the same", True, child_health_number="9393881587", mother_health_number="9393881587"),
            one(
                "spaces hide nothing",
                True,
                child_health_number="9393 881 587",
                mother_health_number="9393881587",
            ),
            one("two numbers", False, child_health_number="1234567897", mother_health_number="9393881587"),
            one("no number yet", False, mother_health_number="9393881587"),
        ),
    ),
    Check(
        code="HCN-02",
        severity="hard",
        elements=("child_health_number", "child_health_card"),
        text=Words(
            "The child's health number is mistyped (its check digit is wrong): copy it again, or leave it "
            "blank.",
            "Le numéro de carte Santé de l’enfant est mal saisi (chiffre de contrôle erroné) : recopiez-le, "
            "ou laissez en blanc.",
        ),
        source="Ontario health number, mod 10",
        expression=_child_number_is_wrong,
        examples=(
            one("the published dummy number", False, child_health_number="9393881587"),
            one("its version code is let pass", False, child_health_number="9393-881-587 AB"),
            one("given in advance, on the registration form", False, child_health_number="1234567897"),
            one("one digit off", True, child_health_number="9393881588"),
            one("two digits exchanged", True, child_health_number="9393885187"),
            one("too short", True, child_health_number="939388158"),
            one("another province's", False, child_health_number="12345678", child_health_card="other"),
            one("none yet", False),
        ),
    ),
    Check(
        code="HCN-03",
        severity="hard",
        elements=("mother_health_number", "mother_health_card"),
        text=Words(
            "The mother's health number is mistyped (its check digit is wrong): copy it again, or say which "
            "province issued her card.",
            "Le numéro de carte Santé de la mère est mal saisi (chiffre de contrôle erroné) : recopiez-le, "
            "ou indiquez la province qui a émis la carte.",
        ),
        source="Ontario health number, mod 10",
        expression=_mother_number_is_wrong,
        examples=(
            one("right", False, mother_health_number="9393881587"),
            one("wrong", True, mother_health_number="9393881580"),
            one("text", True, mother_health_number="see chart"),
            one("from elsewhere", False, mother_health_number="A1234", mother_health_card="other"),
        ),
    ),
    Check(
        code="POS-01",
        severity="soft",
        elements=("postal_code",),
        text=Words(
            "This is not shaped like a Canadian postal code: copy it again unless she lives abroad.",
            "Ceci n’a pas la forme d’un code postal canadien : recopiez-le, sauf si elle vit à l’étranger.",
        ),
        source="Canada Post, by shape",
        expression=_postal_code_is_odd,
        examples=(
            one("with a space", False, postal_code="K1A 0B1"),
            one("without, in small letters", False, postal_code="k1a0b1"),
            one("letter O for zero", True, postal_code="K1A OB1"),
            one("abroad", True, postal_code="90210"),
        ),
    ),
)

_MOTHER_AND_CHILD = (
    Check(
        code="MOT-01",
        severity="hard",
        elements=("mother_birth_date", "birth_date"),
        text=Words(
            "The mother would have been under 10 or over 65 at this birth: look at the year of her date of "
            "birth, and whether it was exchanged with the child's.",
            "La mère aurait eu moins de 10 ans ou plus de 65 ans à cette naissance : vérifiez l’année de sa "
            "date de naissance, et si elle n’a pas été échangée avec celle de l’enfant.",
        ),
        source="IJE MDOB, MAGE",
        expression=_mother_of_no_age,
        examples=(
            one("the child's date twice", True, birth_date=_MARCH, mother_birth_date=_MARCH),
            one("the dates exchanged", True, birth_date=date(1994, 1, 2), mother_birth_date=_MARCH),
            one("a typing error in the century", True, birth_date=_MARCH, mother_birth_date=date(1894, 1, 2)),
            one("10 today", False, birth_date=_MARCH, mother_birth_date=date(2014, 3, 1)),
            one("10 tomorrow", True, birth_date=_MARCH, mother_birth_date=date(2014, 3, 2)),
            one("66 tomorrow", False, birth_date=_MARCH, mother_birth_date=date(1958, 3, 2)),
            one("66 today", True, birth_date=_MARCH, mother_birth_date=date(1958, 3, 1)),
            one("a mother of 30", False, birth_date=_MARCH, mother_birth_date=date(1994, 1, 2)),
        ),
    ),
    Check(
        code="ORD-01",
        severity="hard",
        elements=("birth_order", "plurality"),
        text=Words(
            "The order of birth is higher than the number of children: correct one of them.",
            "Le rang de naissance dépasse le nombre d’enfants : corrigez l’un des deux.",
        ),
        source="IJE SORD, PLUR",
        expression=_order_beyond_plurality,
        examples=(
            one("third of two", True, birth_order=3, plurality=2),
            one("second of two", False, birth_order=2, plurality=2),
            one("plurality is not known", False, birth_order=2),
        ),
    ),
)

_SITE = Check(
    code="SIT-01",
    severity="hard",
    elements=("site",),
    text=Words(
        "Give the site's code (letters, digits, hyphens), not its name and nobody's name.",
        "Donnez le code de l’établissement (lettres, chiffres, traits d’union), non un nom.",
    ),
    # The site is the only text that reaches the book: it must not be able to hold a sentence.
    source="vernix",
    expression=_site_is_no_code,
    examples=(
        one("a code", False, site="lakeside-2"),
        one("words", True, site="Ask the ward clerk"),
        one("one site only, so none is sent", False),
    ),
)

_TWICE = Check(
    code="DUP-01",
    severity="soft",
    elements=("record_number",),
    text=Words(
        "Another row of this file has the same record number: the later row will count as a correction.",
        "Une autre ligne de ce fichier porte le même numéro de dossier : la dernière vaudra correction.",
    ),
    source="vernix",
    expression=_record_number_twice,
    across=True,
    examples=(
        Example("the same number twice", ({"record_number": "7"}, {"record_number": "7"}), (True, True)),
        Example("two numbers", ({"record_number": "7"}, {"record_number": "8"}), (False, False)),
        Example("blanks are not alike", ({}, {}), (False, False)),
    ),
)
