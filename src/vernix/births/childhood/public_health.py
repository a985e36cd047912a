"""Encounter ``public_health_screen``: what could make a start in life harder, and who was offered help."""

from __future__ import annotations

from datetime import date
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Any

from vernix.births.birth.child import ConditionAtBirth
from vernix.births.birth.event import Event
from vernix.births.checks import Check, one
from vernix.births.childhood.codes import (
    HBHC_RESULT,
    HBHC_SCREENER,
    HBHC_SERVICE,
    HBHC_STAGE,
    PROVINCE,
)
from vernix.births.codes import YES_NO, Words
from vernix.births.declaring import Block, Pair, element, elements_of
from vernix.births.elements import Places
from vernix.births.encounter import Encounter
from vernix.births.identity import ChildIdentity, MotherIdentity, PregnancyIdentity, Record
from vernix.births.identity_checks import identity_checks
from vernix.births.moments import days_between
from vernix.births.newborn.child import BORN
from vernix.births.newborn.discharge import ChildDischarge
from vernix.births.postpartum.child import ChildIllness
from vernix.births.postpartum.codes import COVID
from vernix.births.postpartum.mother import MotherMind
from vernix.births.rules import asks_for, in_order, not_to_come, nothing_told_of

if TYPE_CHECKING:
    import ibis


class Family(Block, subject="event", privacy="direct", source="BORN HBHC"):
    """Who else is there, and where they can be reached."""

    second_phone = element(
        "text",
        ("Second telephone", "Deuxième téléphone"),
        ("Where the family can also be reached.", "Où l’on peut aussi joindre la famille."),
        longest=40,
        aliases=("alternate_phone", "phone2"),
    )
    partner_family_name = element(
        "text",
        ("Partner's family name", "Nom de famille du ou de la partenaire"),
        ("Of the other parent.", "De l’autre parent."),
        aliases=("father_last_name", "paternal_last_name", "dadlname"),
    )
    partner_given_names = element(
        "text",
        ("Partner's given names", "Prénoms du ou de la partenaire"),
        ("Of the other parent.", "De l’autre parent."),
        aliases=("father_first_name", "paternal_first_name", "dadfname"),
    )
    province = element(
        PROVINCE,
        ("Province of residence", "Province de résidence"),
        ("Where the mother lives.", "Où vit la mère."),
        privacy="quasi",
        aliases=("residentcountryprovince", "maternal_address_province"),
        at=Places(xml=("ResidentCountryProvince",)),
    )


class Screen(Block, subject="event", privacy="clinical", source="BORN HBHC"):
    """The screen itself."""

    family_screen_date = element(
        "date",
        ("Date of the public-health screen", "Date du dépistage de santé publique"),
        ("The day the questions were asked.", "Le jour où les questions ont été posées."),
        privacy="quasi",
        required="required",
        aliases=("hbhc_date", "screen_date"),
    )
    family_screen_stage = element(
        HBHC_STAGE,
        ("Stage", "Étape"),
        ("When in the family's life.", "À quel moment de la vie de la famille."),
        required="expected",
        aliases=("hbhc_stage",),
    )
    family_screener = element(
        HBHC_SCREENER,
        ("Who asked", "Qui a demandé"),
        ("Kind of person.", "Genre de personne."),
        aliases=("completed_by", "screener"),
    )
    interpreter_needed = element(
        YES_NO,
        ("Interpreter needed", "Interprète nécessaire"),
        ("To understand the questions.", "Pour comprendre les questions."),
        privacy="quasi",
        aliases=("interpreter",),
    )
    mother_covid = element(
        COVID,
        ("COVID-19 of the mother", "COVID-19 de la mère"),
        ("In pregnancy or at birth.", "Pendant la grossesse ou à l’accouchement."),
        source="BORN COVID-19",
        subject="mother",
        aliases=("maternal_covid",),
    )


def _risk(label: Pair, definition: Pair, *aliases: str) -> Any:
    return element(YES_NO, label, definition, aliases=aliases)


class FamilyRisks(Block, subject="event", privacy="clinical", source="HBHC screen"):
    """What the family was asked. Some of it harms if it is known: nothing of it is repeated elsewhere."""

    family_risk_health_of_child = _risk(
        ("Child's health needs", "Besoins de santé de l’enfant"),
        ("An anomaly or illness that will last.", "Une anomalie ou une maladie durable."),
        "infant_health_problem",
    )
    family_risk_no_prenatal_care = _risk(
        ("Care in pregnancy late or none", "Soins prénatals tardifs ou absents"),
        ("None before the sixth month.", "Aucun avant le sixième mois."),
        "late_prenatal_care",
    )
    family_risk_pregnancy_complication = _risk(
        ("Complication of pregnancy", "Complication de la grossesse"),
        ("That put mother or child at risk.", "Qui a mis en danger la mère ou l’enfant."),
        "pregnancy_complication",
    )
    family_risk_smoking = _risk(
        ("Smoking", "Tabac"),
        ("By the mother in this pregnancy, or since.", "De la mère pendant cette grossesse, ou depuis."),
        "maternal_smoking",
    )
    family_risk_alcohol = _risk(
        ("Alcohol", "Alcool"),
        ("By the mother in this pregnancy.", "De la mère pendant cette grossesse."),
        "maternal_alcohol",
    )
    family_risk_drugs = _risk(
        ("Drugs", "Drogues"),
        ("By the mother in this pregnancy.", "De la mère pendant cette grossesse."),
        "maternal_drugs",
    )
    family_risk_young = _risk(
        ("Under 18 at the first birth", "Moins de 18 ans à la première naissance"),
        ("Of the mother's first child.", "Du premier enfant de la mère."),
        "young_mother",
    )
    family_risk_schooling = _risk(
        ("No secondary diploma", "Pas de diplôme secondaire"),
        ("The mother did not finish secondary school.", "La mère n’a pas terminé le secondaire."),
        "low_education",
    )
    family_risk_newcomer = _risk(
        ("New to the country, without support", "Nouvellement arrivée, sans soutien"),
        ("Within five years.", "Depuis moins de cinq ans."),
        "newcomer",
    )
    family_risk_no_doctor = _risk(
        ("No care for mother or child", "Ni soins pour la mère ni pour l’enfant"),
        ("No family doctor or nurse.", "Ni médecin de famille ni infirmière."),
        "no_primary_care",
    )
    family_risk_alone = _risk(
        ("Alone, without support", "Seule, sans soutien"),
        ("Nobody to count on.", "Personne sur qui compter."),
        "no_support",
    )
    family_risk_money = _risk(
        ("Money", "Argent"),
        ("Trouble paying for food, clothes or a home.", "Du mal à payer nourriture, vêtements ou logement."),
        "financial_difficulty",
    )
    family_risk_mind_mother = _risk(
        ("Mother's mental illness", "Maladie mentale de la mère"),
        (
            "Depression, anxiety or other, now or before.",
            "Dépression, anxiété ou autre, maintenant ou avant.",
        ),
        "maternal_mental_illness",
    )
    family_risk_mind_partner = _risk(
        ("Partner's mental illness", "Maladie mentale du ou de la partenaire"),
        ("Now or before.", "Maintenant ou avant."),
        "partner_mental_illness",
    )
    family_risk_disability = _risk(
        ("Disability of a parent", "Handicap d’un parent"),
        ("That makes care of the child harder.", "Qui complique les soins de l’enfant."),
        "parent_disability",
    )
    family_risk_conflict = _risk(
        ("Strain between the parents", "Tensions entre les parents"),
        ("Conflict or separation.", "Conflit ou séparation."),
        "relationship_strain",
    )
    family_risk_violence = _risk(
        ("Violence at home", "Violence à la maison"),
        ("Now or feared.", "Présente ou redoutée."),
        "partner_violence",
    )
    family_risk_child_protection = _risk(
        ("Child protection", "Protection de l’enfance"),
        ("Involved with this family, now or before.", "Intervenue dans cette famille, maintenant ou avant."),
        "cas_involvement",
    )
    family_risk_parenting = _risk(
        ("Doubts about caring for the child", "Doutes quant aux soins de l’enfant"),
        ("The parents' own.", "Ceux des parents eux-mêmes."),
        "parenting_concern",
    )
    family_risk_bond = _risk(
        ("Little response to the child", "Peu de réponse à l’enfant"),
        ("As seen by who asked.", "Selon qui a posé les questions."),
        "attachment_concern",
    )
    family_risk_other = _risk(
        ("Another concern", "Autre préoccupation"),
        ("Of the family or of who asked.", "De la famille ou de qui a demandé."),
        "other_concern",
    )


class Offered(Block, subject="event", privacy="clinical", source="HBHC protocol"):
    """What came of it."""

    risks_told = element(
        "integer",
        ("Risks told", "Risques déclarés"),
        ("How many of the questions were answered with yes.", "À combien de questions la réponse est oui."),
        possible=(0, 40),
        aliases=("risk_count", "score"),
    )
    family_screen_result = element(
        HBHC_RESULT,
        ("Result of the screen", "Résultat du dépistage"),
        ("Two or more risks call for an assessment.", "Deux risques ou plus appellent une évaluation."),
        required="expected",
        aliases=("hbhc_result", "outcome_of_screen"),
    )
    family_contact_date = element(
        "date",
        ("Date of contact", "Date de contact"),
        (
            "The first by the health unit; wanted within 48 hours of discharge.",
            "Le premier du bureau de santé ; attendu dans les 48 heures du congé.",
        ),
        privacy="quasi",
        aliases=("contact_date", "phone_contact_date"),
    )
    family_assessment_date = element(
        "date",
        ("Date of assessment", "Date de l’évaluation"),
        ("In depth, at home.", "Approfondie, à domicile."),
        privacy="quasi",
        aliases=("ida_date", "in_depth_assessment"),
    )
    family_service = element(
        HBHC_SERVICE,
        ("Service", "Service"),
        ("What the family took.", "Ce que la famille a accepté."),
        aliases=("service_offered",),
    )


_FIRST = date(2024, 3, 1)
_RISKS = tuple(each.name for each in FamilyRisks.elements)


def _counted_wrong(t: ibis.Table) -> ibis.Value:
    told = sum((t[name] == "yes").fill_null(False).cast("int32") for name in _RISKS)
    return t.risks_told < told


def _no_risk_but_one(t: ibis.Table) -> ibis.Value:
    one_told = reduce(or_, ((t[name] == "yes").fill_null(False) for name in _RISKS))
    return (t.family_screen_result == "no_risk") & one_told


def _late_contact(t: ibis.Table) -> ibis.Value:
    at_risk = t.family_screen_result.isin(("risk", "high_risk"))
    return at_risk & (days_between(t.child_discharge_date, t.family_contact_date) > 7)


def _contact_without_consent(t: ibis.Table) -> ibis.Value:
    return (t.public_health_consent == "no") & t.family_contact_date.notnull()


PUBLIC_HEALTH_CHECKS = (
    not_to_come("PH-DAT-01", Screen.family_screen_date, source="HBHC protocol"),
    in_order(
        "PH-DAT-02",
        Screen.family_screen_date,
        Offered.family_contact_date,
        source="HBHC protocol",
        severity="soft",
    ),
    in_order(
        "PH-DAT-03", Offered.family_contact_date, Offered.family_assessment_date, source="HBHC protocol"
    ),
    in_order(
        "PH-DAT-04", Event.birth_date, ChildDischarge.child_discharge_date, source="Birth before discharge"
    ),
    Check(
        code="PH-DAT-05",
        severity="soft",
        elements=("family_contact_date", "child_discharge_date", "family_screen_result"),
        text=Words(
            "A family at risk was reached more than a week after discharge, and 48 hours are the aim: check "
            "the dates.",
            "Une famille à risque a été jointe plus d’une semaine après le congé, et l’on vise 48 heures : "
            "vérifiez les dates.",
        ),
        source="HBHC protocol: 48 hours",
        expression=_late_contact,
        examples=(
            one(
                "in April",
                True,
                family_screen_result="risk",
                child_discharge_date=_FIRST,
                family_contact_date=date(2024, 4, 1),
            ),
            one(
                "the next day",
                False,
                family_screen_result="risk",
                child_discharge_date=_FIRST,
                family_contact_date=date(2024, 3, 2),
            ),
        ),
    ),
    Check(
        code="PH-RES-01",
        severity="hard",
        elements=("risks_told", *_RISKS),
        text=Words(
            "More questions are answered with yes than are counted: correct the count or the answers.",
            "Plus de réponses affirmatives que le compte : corrigez le compte ou les réponses.",
        ),
        source="HBHC screen",
        expression=_counted_wrong,
        examples=(
            one("two of one", True, risks_told=1, family_risk_money="yes", family_risk_alone="yes"),
            one("two", False, risks_told=2, family_risk_money="yes", family_risk_alone="yes"),
            one("answers are not sent", False, risks_told=4),
        ),
    ),
    Check(
        code="PH-RES-02",
        severity="soft",
        elements=("family_screen_result", *_RISKS),
        text=Words(
            "A risk is told, yet the result is that there is none: correct one of them.",
            "Un risque est déclaré, mais le résultat dit qu’il n’y en a pas : corrigez l’un des deux.",
        ),
        source="HBHC screen",
        expression=_no_risk_but_one,
        examples=(
            one("violence", True, family_screen_result="no_risk", family_risk_violence="yes"),
            one("none", False, family_screen_result="no_risk", family_risk_violence="no"),
        ),
    ),
    Check(
        code="PH-CON-01",
        severity="hard",
        elements=("family_contact_date", "public_health_consent"),
        text=Words(
            "The family declined, yet was contacted: correct the consent or the date; if both are right, "
            "tell "
            "your privacy officer.",
            "La famille a refusé, mais a été jointe : corrigez le consentement ou la date ; si tout est "
            "exact, "
            "avisez votre responsable de la vie privée.",
        ),
        source="HBHC protocol: consent",
        expression=_contact_without_consent,
        examples=(
            one("contacted", True, public_health_consent="no", family_contact_date=_FIRST),
            one("not contacted", False, public_health_consent="no"),
            one("consented", False, public_health_consent="yes", family_contact_date=_FIRST),
        ),
    ),
    asks_for(
        "PH-RES-03",
        Offered.family_screen_result,
        ("high_risk",),
        Offered.family_service,
        source="HBHC protocol",
    ),
    nothing_told_of(
        "PH-SRV-01",
        Offered.family_service,
        ("unreachable",),
        (Offered.family_contact_date, Offered.family_assessment_date),
        source="HBHC protocol",
    ),
)

_ELEMENTS = elements_of(
    Record,
    ChildIdentity,
    *BORN,
    Event.gestation,
    ConditionAtBirth.birth_weight,
    MotherIdentity,
    PregnancyIdentity.due_date,
    Family,
    MotherMind.public_health_consent,
    Screen,
    ChildIllness.child_covid,
    FamilyRisks,
    Offered,
    ChildDischarge.child_discharge_date,
)

PUBLIC_HEALTH_SCREEN = Encounter(
    name="public_health_screen",
    label=Words("Public-health screen", "Dépistage de santé publique"),
    definition=Words(
        "The Healthy Babies Healthy Children screen of a family, before or after birth, and what the health "
        "unit "
        "offered. One row for each screen.",
        "Le dépistage Bébés en santé, enfants en santé d’une famille, avant ou après la naissance, et ce que "
        "le "
        "bureau de santé a offert. Une ligne par dépistage.",
    ),
    elements=_ELEMENTS,
    when=("family_screen_date", "birth_date"),
    checks=identity_checks("PH", _ELEMENTS) + PUBLIC_HEALTH_CHECKS,
)
