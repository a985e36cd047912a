"""What a mother took, drank or met in pregnancy, as she says herself. Shared by the encounters."""

from __future__ import annotations

from vernix.births.codes import ALCOHOL, YES_NO
from vernix.births.declaring import Block, element
from vernix.births.elements import Places


class Exposures(Block, subject="mother", privacy="clinical", source="BORN Drug and substance exposure"):
    """At any time in this pregnancy; the highest exposure counts."""

    alcohol = element(
        ALCOHOL,
        ("Alcohol", "Alcool"),
        ("As she says herself; the highest exposure that applies.", "Selon elle ; la plus forte exposition."),
        source="BORN Alcohol exposure",
        aliases=("alcohol_exposure", "alcool"),
    )
    cannabis = element(
        YES_NO,
        ("Cannabis", "Cannabis"),
        ("In any form.", "Sous toute forme."),
        aliases=("marijuana",),
    )
    nicotine_other = element(
        YES_NO,
        ("Vaping or nicotine replacement", "Vapotage ou nicotine de remplacement"),
        ("Nicotine other than cigarettes.", "Nicotine autrement qu’en cigarettes."),
        aliases=("vaping", "nicotine_replacement", "vapotage"),
    )
    opioids = element(
        YES_NO,
        ("Opioids", "Opioïdes"),
        (
            "Prescribed or not; treatment of dependence apart.",
            "Prescrits ou non ; traitement de dépendance à part.",
        ),
        aliases=("opioid_exposure", "opiates"),
    )
    opioid_treatment = element(
        YES_NO,
        ("Treatment of opioid dependence", "Traitement de la dépendance aux opioïdes"),
        ("Methadone or buprenorphine.", "Méthadone ou buprénorphine."),
        aliases=("methadone", "opioid_agonist_therapy", "oat"),
    )
    cocaine = element(
        YES_NO,
        ("Cocaine", "Cocaïne"),
        ("In any form.", "Sous toute forme."),
        aliases=("crack",),
    )
    amphetamines = element(
        YES_NO,
        ("Amphetamines", "Amphétamines"),
        ("Methamphetamine included; not as prescribed.", "Méthamphétamine comprise ; hors ordonnance."),
        aliases=("methamphetamine", "crystal_meth"),
    )
    solvents = element(
        YES_NO,
        ("Solvents", "Solvants"),
        ("Inhaled on purpose.", "Inhalés volontairement."),
        aliases=("gas_glue", "inhalants"),
    )
    other_substance = element(
        YES_NO,
        ("Another substance", "Autre substance"),
        ("Of abuse, none of those named.", "De consommation, autre que celles nommées."),
        aliases=("other_drugs", "substance_other"),
    )
    psychotropics = element(
        YES_NO,
        ("Medicines for the mind", "Médicaments psychotropes"),
        (
            "Antidepressants, anxiolytics, antipsychotics.",
            "Antidépresseurs, anxiolytiques, antipsychotiques.",
        ),
        source="BORN Medication exposure",
        aliases=("ssri", "antidepressants"),
    )
    radiation = element(
        YES_NO,
        ("Radiation for cancer", "Radiation pour un cancer"),
        ("Radiotherapy in this pregnancy.", "Radiothérapie pendant cette grossesse."),
        source="BORN Oncology radiation exposure",
        aliases=("oncology_radiation_exposure", "radiotherapy"),
    )
    work_or_home_risk = element(
        YES_NO,
        ("Risk at work or at home", "Risque au travail ou à domicile"),
        (
            "Chemicals, heavy work, radiation, animals.",
            "Produits chimiques, travail lourd, radiation, animaux.",
        ),
        source="BORN Antenatal record",
        aliases=("occupational_risk", "environmental_risk"),
        at=Places(xml=("occEnvRisks",)),
    )
