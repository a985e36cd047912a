"""The encounter ``patient_profile``, with its checks: who a person is, apart from any contact."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from vernix.births.birth.event import Event
from vernix.births.checks import Check, one
from vernix.births.childhood.public_health import Family, Screen
from vernix.births.codes import Words
from vernix.births.declaring import Block, element, elements_of
from vernix.births.elements import Places
from vernix.births.encounter import Encounter
from vernix.births.identity import ChildIdentity, MotherIdentity, Record
from vernix.births.identity_checks import identity_checks
from vernix.births.mother import Household
from vernix.births.newborn.screening.card import Card
from vernix.births.person.codes import DIRECTIVE, LANGUAGE, PROFILE_OF
from vernix.births.postpartum.mother import MotherDischarge
from vernix.births.rules import in_order, not_to_come

if TYPE_CHECKING:
    import ibis

_PROFILE = "BORN Patient Profile"


class Profile(Block, subject="event", privacy="quasi", source=_PROFILE):
    """What is known of a person for all her encounters, and since when."""

    profile_of = element(
        PROFILE_OF,
        ("Whose profile", "Profil de qui"),
        ("A mother's, or a child's with its mother's.", "D’une mère, ou d’un enfant avec sa mère."),
        privacy="clinical",
        required="required",
        aliases=("profile_type", "role"),
    )
    profile_date = element(
        "date",
        ("True since", "Valable depuis"),
        ("The day from which this is so.", "Le jour à partir duquel il en est ainsi."),
        required="expected",
        aliases=("effective_date", "valable_depuis"),
        at=Places(hl7=("EVN-2", "MSH-7")),
    )
    email = element(
        "text",
        ("E-mail address", "Adresse de courriel"),
        ("Where the mother can be reached.", "Où joindre la mère."),
        privacy="direct",
        longest=254,
        aliases=("e-mail", "courriel"),
        at=Places(hl7=("NK1:MTH-5.4", "PID:MTH-13.4")),
    )
    language = element(
        LANGUAGE,
        ("Language", "Langue"),
        ("In which she prefers to be cared for.", "Dans laquelle elle préfère être soignée."),
        aliases=("preferred_language", "langue"),
        at=Places(hl7=("PID:MTH-15",), fhir=("Patient.communication.language",), xml=("language",)),
    )
    directive = element(
        DIRECTIVE,
        ("Directive on use", "Directive sur l’usage"),
        ("What the person has forbidden.", "Ce que la personne a interdit."),
        source="PHIPA s. 20",
        privacy="clinical",
        aliases=("consent_directive", "directive_consentement"),
    )
    directive_date = element(
        "date",
        ("Date of the directive", "Date de la directive"),
        ("The day it was given.", "Le jour où elle fut donnée."),
        source="PHIPA s. 20",
        aliases=("consent_directive_date",),
    )


_ELEMENTS = elements_of(
    Record,
    Profile.profile_of,
    Profile.profile_date,
    MotherIdentity,
    Family.second_phone,
    Profile.email,
    Family.province,
    Family.partner_family_name,
    Family.partner_given_names,
    Profile.language,
    Screen.interpreter_needed,
    Household.education,
    Household.marital_status,
    ChildIdentity,
    Event.birth_date,
    Card.primary_care_provider,
    Card.primary_care_phone,
    MotherDischarge.mother_death_date,
    Profile.directive,
    Profile.directive_date,
)


def _nobody(t: ibis.Table) -> ibis.Value:
    mother = t.mother_health_number.isnull() & t.mother_family_name.isnull() & t.mother_chart_number.isnull()
    return (t.profile_of == "mother") & mother


def _no_child(t: ibis.Table) -> ibis.Value:
    number = t.child_health_number.isnull() & t.child_chart_number.isnull()
    return (t.profile_of == "child") & number & (t.child_family_name.isnull() | t.birth_date.isnull())


def _directive_without_date(t: ibis.Table) -> ibis.Value:
    return t.directive.isin(("withdrawn", "no_contact", "no_research")) & t.directive_date.isnull()


def _address_is_no_address(t: ibis.Table) -> ibis.Value:
    return ~t.email.re_search("^[^@ ]+@[^@ ]+[.][^@ ]+$")


_CHECKS = (
    not_to_come("PP-DAT-01", Profile.profile_date, source=_PROFILE),
    not_to_come("PP-DAT-02", Event.birth_date, source=_PROFILE),
    not_to_come("PP-DAT-03", MotherDischarge.mother_death_date, source=_PROFILE),
    in_order(
        "PP-DAT-04", MotherIdentity.mother_birth_date, Event.birth_date, source=_PROFILE
    ),
    in_order(
        "PP-DAT-05", MotherIdentity.mother_birth_date, MotherDischarge.mother_death_date, source=_PROFILE
    ),
    Check(
        code="PP-WHO-01",
        severity="hard",
        elements=("mother_health_number", "mother_family_name", "mother_chart_number", "profile_of"),
        text=Words(
            "Nothing says who this mother is: give her health number, her name or her chart number.",
            "Rien ne dit qui est cette mère : donnez son numéro de carte Santé, son nom ou son dossier.",
        ),
        source="vernix",
        expression=_nobody,
        examples=(
            one("nothing", True, profile_of="mother"),
            one("a name", False, profile_of="mother", mother_family_name="Tremblay"),
            one("a chart number", False, profile_of="mother", mother_chart_number="17"),
            one("a child's", False, profile_of="child"),
        ),
    ),
    Check(
        code="PP-WHO-02",
        severity="hard",
        elements=(
            "child_health_number", "child_chart_number", "child_family_name", "birth_date", "profile_of"
        ),
        text=Words(
            "Nothing says which child this is: give a number of its own, or its name and date of birth.",
            "Rien ne dit quel est cet enfant : donnez un numéro, ou son nom et sa date de naissance.",
        ),
        source="vernix",
        expression=_no_child,
        examples=(
            one("nothing", True, profile_of="child"),
            one("a name alone", True, profile_of="child", child_family_name="Tremblay"),
            one("name and date", False, profile_of="child", child_family_name="Tremblay",
                birth_date=date(2024, 3, 1)),
            one("a chart number", False, profile_of="child", child_chart_number="17"),
            one("a mother's", False, profile_of="mother"),
        ),
    ),
    Check(
        code="PP-DIR-01",
        severity="soft",
        elements=("directive_date", "directive"),
        text=Words(
            "A directive has a day from which it holds: give its date.",
            "Une directive vaut à partir d’un jour : indiquez sa date.",
        ),
        source="PHIPA s. 20",
        expression=_directive_without_date,
        examples=(
            one("no date", True, directive="withdrawn"),
            one("a date", False, directive="withdrawn", directive_date=date(2024, 3, 1)),
            one("no directive", False, directive="none"),
        ),
    ),
    Check(
        code="PP-EML-01",
        severity="soft",
        elements=("email",),
        text=Words(
            "This is not shaped like an e-mail address: copy it again, or leave it blank.",
            "Ceci n’a pas la forme d’une adresse de courriel : recopiez-la, ou laissez en blanc.",
        ),
        source="RFC 5322, by shape",
        expression=_address_is_no_address,
        examples=(
            one("a name", True, email="ask her sister"),
            one("an address", False, email="someone@example.org"),
            one("none", False),
        ),
    ),
)  # fmt: skip

PATIENT_PROFILE = Encounter(
    name="patient_profile",
    label=Words("Patient profile", "Profil de la personne"),
    definition=Words(
        "Who a mother or a child is, apart from any contact of care; one row for each change.",
        "Qui est une mère ou un enfant, hors de tout contact de soins ; une ligne par changement.",
    ),
    elements=_ELEMENTS,
    when=("profile_date",),
    optional=(Event.birth_date,),
    checks=identity_checks("PP", _ELEMENTS) + _CHECKS,
)
