"""Checks of the encounter ``birth`` on who, when and whether twice.

Dates, numbers, sets of twins, duplicates.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from vernix.births.age import completed_years
from vernix.births.checks import Check, Example, one
from vernix.births.codes import Words
from vernix.births.identifiers import health_number_is_right, postal_code_is_shaped

if TYPE_CHECKING:
    import ibis

_MARCH = date(2024, 3, 1)


def _no_date(t: ibis.Table) -> ibis.Value:
    return t.birth_date.isnull() & t.birth_year.isnull()


def _in_the_future(t: ibis.Table) -> ibis.Value:
    import ibis

    return t.birth_date > ibis.today()


def _year_is_not_the_dates(t: ibis.Table) -> ibis.Value:
    return t.birth_year != t.birth_date.year()


def _mother_of_no_age(t: ibis.Table) -> ibis.Value:
    return ~completed_years(t.mother_birth_date, t.birth_date).between(10, 65)


def _age_is_not_the_dates(t: ibis.Table) -> ibis.Value:
    return t.mother_age != completed_years(t.mother_birth_date, t.birth_date)


def _midnight(t: ibis.Table) -> ibis.Value:
    return t.birth_time == "00:00"


def _digits(column: ibis.Value) -> ibis.Value:
    return column.re_replace("[^0-9]", "").nullif("")


def _site_is_no_code(t: ibis.Table) -> ibis.Value:
    return ~t.site.re_search("^[A-Za-z0-9][A-Za-z0-9._-]*$")


def _number_is_the_mothers(t: ibis.Table) -> ibis.Value:
    return _digits(t.child_health_number) == _digits(t.mother_health_number)


def _child_number_is_wrong(t: ibis.Table) -> ibis.Value:
    ontario = t.child_health_card.fill_null("ontario") == "ontario"
    return ontario & ~health_number_is_right(t.child_health_number)


def _mother_number_is_wrong(t: ibis.Table) -> ibis.Value:
    ontario = t.mother_health_card.fill_null("ontario") == "ontario"
    return ontario & ~health_number_is_right(t.mother_health_number)


def _postal_code_is_odd(t: ibis.Table) -> ibis.Value:
    return ~postal_code_is_shaped(t.postal_code)


def _order_beyond_plurality(t: ibis.Table) -> ibis.Value:
    return t.birth_order > t.plurality


def _multiple_without_order(t: ibis.Table) -> ibis.Value:
    return (t.plurality > 1) & t.birth_order.isnull()


def _set_is_incomplete(t: ibis.Table) -> ibis.Value:
    import ibis

    several = (t.plurality > 1) & t.mother_health_number.notnull()
    same = ibis.window(group_by=[_digits(t.mother_health_number), t.plurality])
    return several & (several.cast("int32").sum().over(same) < t.plurality)


def _record_number_twice(t: ibis.Table) -> ibis.Value:
    import ibis

    return t.record_number.count().over(ibis.window(group_by=[t.record_number])) > 1


def _child_twice(t: ibis.Table) -> ibis.Value:
    import ibis

    told_apart = t.birth_order.notnull() | (t.plurality.fill_null(1) == 1)
    known = t.mother_health_number.notnull() & t.birth_date.notnull() & told_apart
    same = ibis.window(group_by=[_digits(t.mother_health_number), t.birth_date, t.birth_order.fill_null(1)])
    return known & (known.cast("int32").sum().over(same) > 1)


DATES = (
    Check(
        code="B-DAT-01",
        severity="hard",
        elements=("birth_date", "birth_year"),
        text=Words(
            "Give the date of birth, or at least the year.",
            "Indiquez la date de naissance, ou au moins l’année.",
        ),
        source="vernix",
        expression=_no_date,
        examples=(
            one("neither date nor year", True),
            one("a date", False, birth_date=_MARCH),
            one("a year alone is enough", False, birth_year=2014),
        ),
    ),
    Check(
        code="B-DAT-02",
        severity="hard",
        elements=("birth_date",),
        text=Words(
            "The date of birth is in the future: correct the year, or day and month.",
            "La date de naissance est dans l’avenir : corrigez l’année, ou le jour et le mois.",
        ),
        source="vernix",
        expression=_in_the_future,
        examples=(
            one("a typing error in the century", True, birth_date=date(2204, 3, 1)),
            one("a day that has been", False, birth_date=_MARCH),
            one("no date", False),
        ),
    ),
    Check(
        code="B-DAT-03",
        severity="hard",
        elements=("birth_year", "birth_date"),
        text=Words(
            "The year of birth is not the year of the date of birth: correct one of them.",
            "L’année de naissance n’est pas celle de la date de naissance : corrigez l’une des deux.",
        ),
        source="vernix",
        expression=_year_is_not_the_dates,
        examples=(
            one("they differ", True, birth_date=_MARCH, birth_year=2023),
            one("they agree", False, birth_date=_MARCH, birth_year=2024),
            one("only one is given", False, birth_year=2023),
        ),
    ),
    Check(
        code="B-DAT-04",
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
        code="B-AGE-01",
        severity="soft",
        elements=("mother_age", "mother_birth_date", "birth_date"),
        text=Words(
            "The mother's age does not follow from her date of birth: correct the one that is wrong.",
            "L’âge de la mère ne découle pas de sa date de naissance : corrigez ce qui est faux.",
        ),
        source="IJE MAGE_BYPASS",
        expression=_age_is_not_the_dates,
        examples=(
            one(
                "birthday is tomorrow",
                False,
                mother_age=29,
                birth_date=_MARCH,
                mother_birth_date=date(1994, 3, 2),
            ),
            one(
                "birthday is today",
                False,
                mother_age=30,
                birth_date=_MARCH,
                mother_birth_date=date(1994, 3, 1),
            ),
            one("no age: it is worked out", False, birth_date=_MARCH, mother_birth_date=date(1994, 3, 2)),
            one("a year off", True, mother_age=30, birth_date=_MARCH, mother_birth_date=date(1994, 3, 2)),
        ),
    ),
    Check(
        code="B-TIM-01",
        severity="soft",
        elements=("birth_time", "birth_date"),
        text=Words(
            "Born at exactly midnight: make sure that the date is of the day that begins, and that the time "
            "is known.",
            "Né à minuit exactement : assurez-vous que la date est celle du jour qui commence, et que "
            "l’heure est connue.",
        ),
        source="Newborn screening card: common errors",
        expression=_midnight,
        examples=(
            one("midnight", True, birth_time="00:00"),
            one("a minute later", False, birth_time="00:01"),
        ),
    ),
)

NUMBERS = (
    Check(
        code="B-HCN-01",
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
        code="B-HCN-02",
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
            one("one digit off", True, child_health_number="9393881588"),
            one("two digits exchanged", True, child_health_number="9393885187"),
            one("too short", True, child_health_number="939388158"),
            one("another province's", False, child_health_number="12345678", child_health_card="other"),
            one("a stillbirth has none", False, outcome="stillbirth"),
        ),
    ),
    Check(
        code="B-HCN-03",
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
        code="B-POS-01",
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

SITE = (
    Check(
        code="B-SIT-01",
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
    ),
)

SETS = (
    Check(
        code="B-ORD-01",
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
    Check(
        code="B-ORD-02",
        severity="soft",
        elements=("birth_order", "plurality"),
        text=Words(
            "Give the order of birth: without it twins cannot be told apart.",
            "Indiquez le rang de naissance : sans lui, on ne peut distinguer des jumeaux.",
        ),
        source="IJE SORD",
        expression=_multiple_without_order,
        examples=(
            one("a twin without order", True, plurality=2),
            one("a twin with order", False, plurality=2, birth_order=1),
            one("a single child needs none", False, plurality=1),
        ),
    ),
    Check(
        code="B-ORD-03",
        severity="soft",
        elements=("plurality", "mother_health_number"),
        text=Words(
            "Not all children of this multiple pregnancy are in the file: add the rows that are missing.",
            "Le fichier ne contient pas tous les enfants de cette grossesse multiple : ajoutez les lignes "
            "qui manquent.",
        ),
        source="IJE MATCH",
        expression=_set_is_incomplete,
        across=True,
        examples=(
            one("one twin alone", True, plurality=2, mother_health_number="9393881587"),
            Example(
                "both twins",
                (
                    {"plurality": 2, "birth_order": 1, "mother_health_number": "9393881587"},
                    {"plurality": 2, "birth_order": 2, "mother_health_number": "9393881587"},
                ),
                (False, False),
            ),
            one("cannot be known without the mother's number", False, plurality=2),
        ),
    ),
    Check(
        code="B-DUP-01",
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
    ),
    Check(
        code="B-DUP-02",
        severity="soft",
        elements=("birth_order", "mother_health_number", "birth_date", "plurality"),
        text=Words(
            "Another row of this file is the same mother's, of the same day and order: remove one, or "
            "correct the order.",
            "Une autre ligne de ce fichier est de la même mère, du même jour et du même rang : retirez-en "
            "une, ou corrigez le rang.",
        ),
        source="OpenCRVS duplicate rules, in spirit",
        expression=_child_twice,
        across=True,
        examples=(
            Example(
                "a single child sent twice",
                (
                    {"mother_health_number": "9393881587", "birth_date": _MARCH},
                    {"mother_health_number": "9393-881-587", "birth_date": _MARCH, "plurality": 1},
                ),
                (True, True),
            ),
            Example(
                "twins are not duplicates",
                (
                    {
                        "mother_health_number": "9393881587",
                        "birth_date": _MARCH,
                        "plurality": 2,
                        "birth_order": 1,
                    },
                    {
                        "mother_health_number": "9393881587",
                        "birth_date": _MARCH,
                        "plurality": 2,
                        "birth_order": 2,
                    },
                ),
                (False, False),
            ),
            Example(
                "twins without order cannot be judged",
                (
                    {"mother_health_number": "9393881587", "birth_date": _MARCH, "plurality": 2},
                    {"mother_health_number": "9393881587", "birth_date": _MARCH, "plurality": 2},
                ),
                (False, False),
            ),
        ),
    ),
)

IDENTITY_CHECKS: tuple[Check, ...] = DATES + NUMBERS + SITE + SETS
