"""Those a mother bore before this child, and how those pregnancies ended. Shared by the encounters."""

from __future__ import annotations

from vernix.births.codes import YES_NO
from vernix.births.declaring import Block, element
from vernix.births.elements import Places


class ObstetricHistory(Block, subject="mother", privacy="clinical"):
    """Those born before this child."""

    gravida = element(
        "integer",
        ("Pregnancies", "Grossesses"),
        ("All, this one included.", "Toutes, celle-ci comprise."),
        source="BORN Gravida",
        possible=(0, 30),
        plausible=(0, 15),
        aliases=("gravidity", "gestité"),
        at=Places(xml=("gravida",), loinc="11996-6"),
    )
    parity = element(
        "integer",
        ("Parity", "Parité"),
        (
            "Earlier pregnancies that ended in a birth of 20 weeks or more.",
            "Grossesses antérieures menées à 20 semaines ou plus.",
        ),
        source="BORN Term and Preterm; WHO Robson 2017",
        possible=(0, 30),
        plausible=(0, 15),
        aliases=("para", "parite"),
    )
    previous_live_births_living = element(
        "integer",
        ("Earlier children now living", "Enfants antérieurs vivants"),
        ("Born alive before this birth, living now.", "Nés vivants avant cette naissance, encore vivants."),
        source="IJE natality",
        possible=(0, 30),
        plausible=(0, 15),
        aliases=("priorlive", "plbl"),
        at=Places(ije=("PLBL",), loinc="11638-4"),
    )
    previous_live_births_dead = element(
        "integer",
        ("Earlier children now dead", "Enfants antérieurs décédés"),
        ("Born alive before this birth, since dead.", "Nés vivants avant cette naissance, décédés depuis."),
        source="IJE natality",
        possible=(0, 30),
        plausible=(0, 15),
        aliases=("priordead", "plbd"),
        at=Places(ije=("PLBD",), loinc="68496-9"),
    )
    previous_other_outcomes = element(
        "integer",
        ("Earlier pregnancies without live birth", "Grossesses antérieures sans naissance vivante"),
        ("Losses and terminations of any duration.", "Pertes et interruptions de toute durée."),
        source="IJE natality",
        possible=(0, 30),
        plausible=(0, 15),
        aliases=("priorterm", "popo"),
        at=Places(ije=("POPO",), loinc="69043-8"),
    )
    previous_caesareans = element(
        "integer",
        ("Earlier caesareans", "Césariennes antérieures"),
        ("How many; 0 for none.", "Combien ; 0 pour aucune."),
        source="WHO Robson 2017",
        possible=(0, 30),
        plausible=(0, 15),
        aliases=("npces", "rf_cesarn", "previous_cs"),
        at=Places(ije=("PCES", "NPCES"), loinc="68497-7"),
    )


class EarlierPregnancies(Block, subject="mother", privacy="clinical", source="IJE natality"):
    """What of those before bears on this one."""

    previous_preterm_birth = element(
        YES_NO,
        ("Earlier preterm birth", "Naissance prématurée antérieure"),
        ("Any earlier child born before 37 weeks.", "Un enfant antérieur né avant 37 semaines."),
        aliases=("ppb", "rf_ppterm"),
        at=Places(ije=("PPB",)),
    )
    live_birth_interval = element(
        "integer",
        ("Months since her last live birth", "Mois depuis sa dernière naissance vivante"),
        (
            "From the month of that birth to the month of this one; blank if there was none.",
            "Du mois de cette naissance-là au mois de celle-ci ; en blanc s’il n’y en a pas eu.",
        ),
        unit="mo",
        possible=(0, 600),
        plausible=(4, 360),
        aliases=("illb_r", "birth_interval", "intervalle_naissances"),
        at=Places(ije=("YLLB", "MLLB", "IDOB_YR", "IDOB_MO")),
    )
    other_outcome_interval = element(
        "integer",
        ("Months since her last other outcome", "Mois depuis sa dernière autre issue"),
        (
            "From the month in which a pregnancy last ended without a live birth to the month of this one.",
            "Du mois où une grossesse a pris fin sans naissance vivante au mois de celle-ci.",
        ),
        unit="mo",
        possible=(0, 600),
        plausible=(4, 360),
        aliases=("ilop_r",),
        at=Places(ije=("YOPO", "MOPO", "IDOB_YR", "IDOB_MO")),
    )


class Parity(Block, subject="mother", privacy="clinical", source="BORN Antenatal record"):
    """How her earlier pregnancies ended, as clinics count them."""

    term_births = element(
        "integer",
        ("Earlier births at term", "Naissances antérieures à terme"),
        (
            "Earlier pregnancies that ended at 37 weeks or later.",
            "Grossesses antérieures menées à 37 semaines ou plus.",
        ),
        possible=(0, 30),
        plausible=(0, 15),
        aliases=("term", "naissances_a_terme"),
        at=Places(xml=("term",), loinc="11639-2"),
    )
    preterm_births = element(
        "integer",
        ("Earlier preterm births", "Naissances prématurées antérieures"),
        (
            "Earlier pregnancies that ended from 20 to under 37 weeks.",
            "Grossesses terminées de 20 à moins de 37 semaines.",
        ),
        possible=(0, 30),
        plausible=(0, 10),
        aliases=("preterm", "premature", "naissances_prematurees"),
        at=Places(xml=("premature",), loinc="11637-6"),
    )
    abortions = element(
        "integer",
        ("Losses and terminations", "Pertes et interruptions"),
        (
            "Earlier pregnancies that ended before 20 weeks.",
            "Grossesses antérieures terminées avant 20 semaines.",
        ),
        possible=(0, 30),
        plausible=(0, 15),
        aliases=("abortuses", "abortion", "avortements"),
        at=Places(xml=("abortuses",), loinc="11612-9"),
    )
    living_children = element(
        "integer",
        ("Living children", "Enfants vivants"),
        ("Her own, living now; this child does not count.", "Les siens, vivants ; cet enfant ne compte pas."),
        source="BORN Living children (L)",
        possible=(0, 30),
        plausible=(0, 15),
        aliases=("living", "enfants_vivants"),
        at=Places(xml=("living",)),
    )
