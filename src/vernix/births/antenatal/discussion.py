"""What was talked about with a mother before the birth: twenty-one topics of the antenatal record."""

from __future__ import annotations

from vernix.births.codes import YES_NO
from vernix.births.declaring import Block, element
from vernix.births.elements import Places

_TALKED = ("Talked about with her in this pregnancy.", "Abordé avec elle pendant cette grossesse.")


class Discussion(Block, subject="mother", privacy="clinical", source="BORN Antenatal record"):
    """Each: whether it was talked about."""

    talked_exercise = element(
        YES_NO, ("Talked about: exercise", "Abordé : exercice"), _TALKED, at=Places(xml=("exercise",))
    )
    talked_work = element(
        YES_NO,
        ("Talked about: work and leave", "Abordé : travail et congé"),
        _TALKED,
        at=Places(xml=("workPlan",)),
    )
    talked_intercourse = element(
        YES_NO,
        ("Talked about: sexual relations", "Abordé : relations sexuelles"),
        _TALKED,
        at=Places(xml=("intercourse",)),
    )
    talked_travel = element(
        YES_NO, ("Talked about: travel", "Abordé : voyages"), _TALKED, at=Places(xml=("travel",))
    )
    talked_classes = element(
        YES_NO,
        ("Talked about: prenatal classes", "Abordé : cours prénatals"),
        _TALKED,
        at=Places(xml=("prenatalClasses",)),
    )
    talked_birth_plan = element(
        YES_NO,
        ("Talked about: birth plan", "Abordé : plan de naissance"),
        _TALKED,
        at=Places(xml=("birthPlan",)),
    )
    talked_on_call = element(
        YES_NO,
        ("Talked about: who is on call", "Abordé : qui est de garde"),
        _TALKED,
        at=Places(xml=("onCallProviders",)),
    )
    talked_preterm_labour = element(
        YES_NO,
        ("Talked about: preterm labour", "Abordé : travail prématuré"),
        _TALKED,
        at=Places(xml=("pretermLabour",)),
    )
    talked_membranes = element(
        YES_NO,
        ("Talked about: rupture of membranes", "Abordé : rupture des membranes"),
        _TALKED,
        at=Places(xml=("PROM",)),
    )
    talked_bleeding = element(
        YES_NO,
        ("Talked about: bleeding late in pregnancy", "Abordé : saignement en fin de grossesse"),
        _TALKED,
        at=Places(xml=("APH",)),
    )
    talked_movements = element(
        YES_NO,
        ("Talked about: movements of the fetus", "Abordé : mouvements du fœtus"),
        _TALKED,
        at=Places(xml=("fetalMovement",)),
    )
    talked_admission = element(
        YES_NO,
        ("Talked about: when to come in", "Abordé : quand se présenter"),
        _TALKED,
        at=Places(xml=("admissionTiming",)),
    )
    talked_pain = element(
        YES_NO,
        ("Talked about: relief of pain", "Abordé : soulagement de la douleur"),
        _TALKED,
        at=Places(xml=("painManagement",)),
    )
    talked_support = element(
        YES_NO,
        ("Talked about: support in labour", "Abordé : soutien pendant le travail"),
        _TALKED,
        at=Places(xml=("labourSupport",)),
    )
    talked_breastfeeding = element(
        YES_NO,
        ("Talked about: breastfeeding", "Abordé : allaitement"),
        _TALKED,
        at=Places(xml=("breastFeeding",)),
    )
    talked_circumcision = element(
        YES_NO,
        ("Talked about: circumcision", "Abordé : circoncision"),
        _TALKED,
        at=Places(xml=("circumcision",)),
    )
    talked_discharge = element(
        YES_NO,
        ("Talked about: going home", "Abordé : retour à domicile"),
        _TALKED,
        at=Places(xml=("dischargePlanning",)),
    )
    talked_depression = element(
        YES_NO,
        ("Talked about: depression after birth", "Abordé : dépression post-partum"),
        _TALKED,
        at=Places(xml=("depression",)),
    )
    talked_contraception = element(
        YES_NO,
        ("Talked about: contraception", "Abordé : contraception"),
        _TALKED,
        at=Places(xml=("contraception",)),
    )
    talked_car_seat = element(
        YES_NO,
        ("Talked about: car seat", "Abordé : siège d’auto"),
        _TALKED,
        at=Places(xml=("carSeatSafety",)),
    )
    talked_postpartum = element(
        YES_NO,
        ("Talked about: care after birth", "Abordé : soins après la naissance"),
        _TALKED,
        at=Places(xml=("postpartumCare",)),
    )
