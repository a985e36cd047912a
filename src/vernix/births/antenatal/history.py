"""What a mother and her family had before this pregnancy."""

from __future__ import annotations

from vernix.births.codes import YES_NO
from vernix.births.declaring import Block, element
from vernix.births.elements import Places


class MedicalHistory(Block, subject="mother", privacy="clinical", source="BORN Antenatal record"):
    """Her own illnesses and operations, ever."""

    endocrine_history = element(
        YES_NO,
        ("Endocrine illness", "Maladie endocrinienne"),
        (
            "Of the thyroid and other glands; diabetes apart.",
            "De la thyroïde et d’autres glandes ; diabète à part.",
        ),
        aliases=("endocrine", "thyroid_disease"),
        at=Places(xml=("endorince",)),
    )
    kidney_history = element(
        YES_NO,
        ("Illness of kidney or bladder", "Maladie du rein ou de la vessie"),
        ("Infections of the urinary tract included.", "Infections urinaires comprises."),
        aliases=("urinary_tract", "renal"),
        at=Places(xml=("urinaryTract",)),
    )
    heart_history = element(
        YES_NO,
        ("Illness of heart or lungs", "Maladie du cœur ou des poumons"),
        ("Asthma included.", "Asthme compris."),
        aliases=("cardiac", "cardiac_pulmonary"),
        at=Places(xml=("cardiac",)),
    )
    liver_history = element(
        YES_NO,
        ("Illness of liver or bowel", "Maladie du foie ou de l’intestin"),
        ("Hepatitis included.", "Hépatite comprise."),
        aliases=("liver", "hepatitis_gi"),
        at=Places(xml=("liver",)),
    )
    gynaecological_history = element(
        YES_NO,
        ("Gynaecological illness", "Maladie gynécologique"),
        ("Operations on the cervix included.", "Opérations du col comprises."),
        aliases=("gynaecology", "gyn"),
        at=Places(xml=("gynaecology",)),
    )
    blood_history = element(
        YES_NO,
        ("Illness of the blood", "Maladie du sang"),
        ("Clots and bleeding disorders included.", "Thromboses et troubles de la coagulation compris."),
        aliases=("haematological", "thromboembolic"),
        at=Places(xml=("hem",)),
    )
    surgery_history = element(
        YES_NO,
        ("Operations", "Opérations"),
        ("Any, except a caesarean.", "Toutes, sauf une césarienne."),
        aliases=("surgeries", "surgery"),
        at=Places(xml=("surgeries",)),
    )
    transfusion_history = element(
        YES_NO,
        ("Transfused before", "Transfusée auparavant"),
        ("Before this pregnancy.", "Avant cette grossesse."),
        aliases=("blood_transfusion",),
        at=Places(xml=("bloodTransfusion",)),
    )
    anaesthetic_history = element(
        YES_NO,
        ("Trouble with an anaesthetic", "Complication d’anesthésie"),
        ("Hers or in her family.", "La sienne ou dans sa famille."),
        aliases=("anaesthetics", "anesthetics"),
        at=Places(xml=("anesthetics",)),
    )
    mental_illness_history = element(
        YES_NO,
        ("Mental illness", "Maladie mentale"),
        ("Before this pregnancy.", "Avant cette grossesse."),
        aliases=("psychiatry", "psychiatric"),
        at=Places(xml=("psychiatry",)),
    )
    epilepsy_history = element(
        YES_NO,
        ("Epilepsy", "Épilepsie"),
        ("Or another illness of the nerves.", "Ou une autre maladie neurologique."),
        aliases=("epilepsy", "neurological"),
        at=Places(xml=("epilepsy",)),
    )
    stillbirth_history = element(
        YES_NO,
        ("An earlier stillbirth", "Une mortinaissance antérieure"),
        ("At 20 weeks or later.", "À 20 semaines ou plus tard."),
        source="IJE natality",
        aliases=("previous_stillbirth",),
    )


class FamilyHistory(Block, subject="mother", privacy="clinical", source="BORN Antenatal record"):
    """Of her family or the father's."""

    population_at_risk = element(
        YES_NO,
        ("Of a population at risk", "D’une population à risque"),
        (
            "Of an inherited illness, such as thalassaemia.",
            "D’une maladie héréditaire, telle la thalassémie.",
        ),
        aliases=("at_risk_population",),
        at=Places(xml=("genericHistory/atRisk",)),
    )
    family_delay = element(
        YES_NO,
        ("Developmental delay", "Retard du développement"),
        ("In either family.", "Dans l’une ou l’autre famille."),
        aliases=("developmental_delay",),
        at=Places(xml=("developmentalDelay",)),
    )
    family_anomaly = element(
        YES_NO,
        ("Congenital anomaly in the family", "Anomalie congénitale dans la famille"),
        ("In either family.", "Dans l’une ou l’autre famille."),
        aliases=("family_congenital_anomalies",),
        at=Places(xml=("congenitalAnomolies",)),
    )
    family_chromosome = element(
        YES_NO,
        ("Chromosomal disorder in the family", "Anomalie chromosomique dans la famille"),
        ("In either family.", "Dans l’une ou l’autre famille."),
        aliases=("chromosomal_disorders",),
        at=Places(xml=("chromosomalDisorders",)),
    )
    family_genetic = element(
        YES_NO,
        ("Genetic disorder in the family", "Maladie génétique dans la famille"),
        ("In either family.", "Dans l’une ou l’autre famille."),
        aliases=("genetic_disorders",),
        at=Places(xml=("geneticDisorders",)),
    )
    parents_related = element(
        YES_NO,
        ("Parents related by blood", "Parents apparentés"),
        ("Cousins or nearer.", "Cousins ou plus proches."),
        privacy="quasi",
        source="BORN Antenatal Specialty",
        aliases=("consanguinity", "consanguinite"),
    )


class InfectionHistory(Block, subject="mother", privacy="clinical", source="BORN Antenatal record"):
    """What she may carry."""

    sti_history = element(
        YES_NO,
        ("Sexually transmitted infection", "Infection transmise sexuellement"),
        ("Ever; herpes and HIV included.", "Un jour ; herpès et VIH compris."),
        aliases=("std", "sti"),
        at=Places(xml=("std",)),
    )
    tuberculosis_risk = element(
        YES_NO,
        ("Tuberculosis, or risk of it", "Tuberculose, ou risque"),
        ("Ever, or by where she lived.", "Un jour, ou par le lieu où elle a vécu."),
        aliases=("tuberculosis", "tb_risk"),
        at=Places(xml=("tuberculosis",)),
    )
    varicella_had = element(
        YES_NO,
        ("Has had chickenpox or its vaccine", "A eu la varicelle ou son vaccin"),
        ("As she says herself.", "Selon elle."),
        aliases=("varicella_history",),
        at=Places(xml=("infectiousDisease/varicella",)),
    )
