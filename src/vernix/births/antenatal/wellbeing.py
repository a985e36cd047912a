"""How she is in this pregnancy, body and life."""

from __future__ import annotations

from vernix.births.antenatal.codes import EXAMINED
from vernix.births.codes import YES_NO
from vernix.births.declaring import Block, element
from vernix.births.elements import Places


class CurrentPregnancy(Block, subject="mother", privacy="clinical", source="BORN Antenatal record"):
    """What she tells of this pregnancy at the first visit."""

    bleeding = element(
        YES_NO,
        ("Bleeding", "Saignement"),
        ("From the vagina, in this pregnancy.", "Vaginal, pendant cette grossesse."),
        aliases=("vaginal_bleeding", "saignement"),
        at=Places(xml=("bleeding",)),
    )
    nausea = element(
        YES_NO,
        ("Nausea or vomiting", "Nausées ou vomissements"),
        ("In this pregnancy.", "Pendant cette grossesse."),
        aliases=("vomiting", "nausees"),
        at=Places(xml=("nausea",)),
    )
    cigarettes_first_visit = element(
        "integer",
        ("Cigarettes a day, at the first visit", "Cigarettes par jour, à la première visite"),
        ("As she says herself; 0 for none.", "Selon elle ; 0 pour aucune."),
        unit="1/d",
        possible=(0, 98),
        plausible=(0, 60),
        aliases=("cigs_per_day", "cigarettes_per_day"),
        at=Places(xml=("cigsPerDay",)),
    )
    diet_restricted = element(
        YES_NO,
        ("Diet restricted", "Alimentation restreinte"),
        ("By choice, illness or want.", "Par choix, maladie ou manque."),
        aliases=("dietary_restrictions",),
        at=Places(xml=("dietaryRes",)),
    )
    calcium_adequate = element(
        YES_NO,
        ("Enough calcium", "Assez de calcium"),
        ("From food or tablets.", "Par les aliments ou des comprimés."),
        aliases=("calcium",),
        at=Places(xml=("calciumAdequate",)),
    )
    folic_acid = element(
        YES_NO,
        ("Folic acid", "Acide folique"),
        ("Taken in this pregnancy.", "Pris pendant cette grossesse."),
        aliases=("folate", "acide_folique"),
        at=Places(xml=("folate",)),
    )
    folic_acid_before = element(
        YES_NO,
        ("Folic acid before pregnancy", "Acide folique avant la grossesse"),
        ("Taken for at least three months before.", "Pris au moins trois mois avant."),
        source="SOGC 427",
        aliases=("preconception_folate",),
    )


class Psychosocial(Block, subject="mother", privacy="clinical", source="BORN Antenatal record"):
    """Concerns about how she lives."""

    poor_support = element(
        YES_NO,
        ("Little support", "Peu de soutien"),
        ("Of family and friends.", "De la famille et des amis."),
        aliases=("poor_social_support",),
        at=Places(xml=("poortSocialSupport",)),
    )
    relationship_problems = element(
        YES_NO,
        ("Troubled relationship", "Relation difficile"),
        ("With her partner.", "Avec son ou sa partenaire."),
        at=Places(xml=("relationshipProblems",)),
    )
    depression_concern = element(
        YES_NO,
        ("Low mood or anxiety", "Dépression ou anxiété"),
        ("In this pregnancy.", "Pendant cette grossesse."),
        aliases=("emotional_depression",),
        at=Places(xml=("emotionalDepression",)),
    )
    depression_score = element(
        "integer",
        ("Edinburgh score", "Score d’Édimbourg"),
        ("Edinburgh Postnatal Depression Scale, 0 to 30.", "Échelle de dépression d’Édimbourg, de 0 à 30."),
        source="Cox 1987",
        possible=(0, 30),
        aliases=("epds", "epds_score", "edinburgh"),
    )
    substance_concern = element(
        YES_NO,
        ("Substance use a concern", "Consommation préoccupante"),
        ("Hers or her partner's.", "La sienne ou celle de son partenaire."),
        aliases=("substance_abuse",),
        at=Places(xml=("substanceAbuse",)),
    )
    violence = element(
        YES_NO,
        ("Violence in the family", "Violence familiale"),
        ("Now or before.", "Actuelle ou passée."),
        aliases=("family_violence",),
        at=Places(xml=("familyViolence",)),
    )
    parenting_concern = element(
        YES_NO,
        ("Parenting a concern", "Inquiétude parentale"),
        (
            "Child protection involved before, for instance.",
            "Par exemple, protection de l’enfance déjà intervenue.",
        ),
        aliases=("parenting_concerns",),
        at=Places(xml=("parentingConcerns",)),
    )
    cultural_wishes = element(
        YES_NO,
        ("Wishes of faith or culture", "Souhaits religieux ou culturels"),
        ("That bear on her care.", "Qui touchent à ses soins."),
        privacy="quasi",
        aliases=("religious_cultural",),
        at=Places(xml=("religiousCultural",)),
    )


class Examination(Block, subject="mother", privacy="clinical", source="BORN Antenatal record"):
    """The first examination."""

    weight_first_visit = element(
        "decimal",
        ("Weight at the first visit", "Poids à la première visite"),
        ("As measured.", "Tel que mesuré."),
        unit="kg",
        digits=1,
        possible=(20, 320),
        plausible=(35, 200),
        aliases=("first_visit_weight",),
        at=Places(xml=("physicalExamination/weight",)),
    )
    body_mass_index = element(
        "decimal",
        ("Body mass index", "Indice de masse corporelle"),
        ("Weight before pregnancy over height squared.", "Poids d’avant la grossesse sur taille au carré."),
        unit="kg/m2",
        digits=1,
        possible=(8, 110),
        plausible=(14, 70),
        aliases=("bmi", "imc"),
        at=Places(xml=("bmi",), loinc="39156-5"),
    )
    systolic = element(
        "integer",
        ("Systolic pressure", "Pression systolique"),
        (
            "At the first examination; in the record of a visit, at that visit.",
            "Au premier examen ; au dossier d’une visite, à cette visite.",
        ),
        unit="mm[Hg]",
        possible=(40, 300),
        plausible=(70, 200),
        aliases=("systolic_bp", "sbp"),
        at=Places(loinc="8480-6"),
    )
    diastolic = element(
        "integer",
        ("Diastolic pressure", "Pression diastolique"),
        (
            "At the first examination; in the record of a visit, at that visit.",
            "Au premier examen ; au dossier d’une visite, à cette visite.",
        ),
        unit="mm[Hg]",
        possible=(20, 200),
        plausible=(40, 130),
        aliases=("diastolic_bp", "dbp"),
        at=Places(loinc="8462-4"),
    )
    exam_thyroid = element(
        EXAMINED, ("Thyroid", "Thyroïde"), ("As examined.", "À l’examen."), at=Places(xml=("thyroid",))
    )
    exam_chest = element(
        EXAMINED, ("Chest", "Thorax"), ("As examined.", "À l’examen."), at=Places(xml=("chest",))
    )
    exam_breasts = element(
        EXAMINED, ("Breasts", "Seins"), ("As examined.", "À l’examen."), at=Places(xml=("breasts",))
    )
    exam_heart = element(
        EXAMINED, ("Heart", "Cœur"), ("As examined.", "À l’examen."), at=Places(xml=("cardiovascular",))
    )
    exam_abdomen = element(
        EXAMINED, ("Abdomen", "Abdomen"), ("As examined.", "À l’examen."), at=Places(xml=("abdomen",))
    )
    exam_veins = element(
        EXAMINED,
        ("Veins of the legs", "Veines des jambes"),
        ("As examined.", "À l’examen."),
        at=Places(xml=("varicosities",)),
    )
    exam_genitals = element(
        EXAMINED,
        ("External genitals", "Organes génitaux externes"),
        ("As examined.", "À l’examen."),
        at=Places(xml=("exernalGenitals",)),
    )
    exam_cervix = element(
        EXAMINED,
        ("Cervix and vagina", "Col et vagin"),
        ("As examined.", "À l’examen."),
        at=Places(xml=("cervixVagina",)),
    )
    exam_uterus = element(
        EXAMINED, ("Uterus", "Utérus"), ("As examined.", "À l’examen."), at=Places(xml=("uterus",))
    )
