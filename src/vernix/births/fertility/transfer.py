"""The transfer, and the pregnancy that came of it."""

from __future__ import annotations

from vernix.births.codes import YES_NO
from vernix.births.declaring import Block, element
from vernix.births.fertility.codes import CYCLE_OUTCOME, EMBRYO_STAGE, OHSS


class Transfer(Block, subject="mother", privacy="clinical", source="CARTR Plus"):
    """What was put back, and when."""

    transfer_date = element(
        "date",
        ("Date of transfer", "Date du transfert"),
        (
            "The day embryos were put into the uterus.",
            "Le jour où des embryons ont été déposés dans l’utérus.",
        ),
        privacy="quasi",
        aliases=("et_date", "embryo_transfer_date"),
    )
    embryo_stage = element(
        EMBRYO_STAGE,
        ("Stage at transfer", "Stade au transfert"),
        ("Of the most advanced embryo.", "De l’embryon le plus avancé."),
        aliases=("transfer_stage",),
    )
    embryo_age = element(
        "integer",
        ("Age of the embryo", "Âge de l’embryon"),
        ("In days from retrieval; as it was when frozen.", "En jours depuis la ponction ; tel que congelé."),
        unit="d",
        possible=(1, 8),
        plausible=(2, 7),
        aliases=("embryo_day",),
    )
    embryos_transferred = element(
        "integer",
        ("Embryos transferred", "Embryons transférés"),
        ("How many at once.", "Combien à la fois."),
        required="expected",
        possible=(0, 8),
        plausible=(0, 3),
        aliases=("number_transferred",),
    )
    elective_single = element(
        YES_NO,
        ("Elective single transfer", "Transfert électif d’un seul embryon"),
        (
            "One was transferred though there were more that could have been.",
            "Un seul a été transféré, alors que d’autres auraient pu l’être.",
        ),
        source="CFAS: number of embryos",
        aliases=("eset",),
    )


class AfterTransfer(Block, subject="mother", privacy="clinical", source="CARTR Plus"):
    """What came of it."""

    ohss = element(
        OHSS,
        ("Ovarian hyperstimulation", "Hyperstimulation ovarienne"),
        ("The worst degree.", "Le pire degré."),
        aliases=("ohss_grade",),
    )
    retrieval_complication = element(
        YES_NO,
        ("Complication of retrieval", "Complication de la ponction"),
        ("Bleeding, infection or injury that was treated.", "Saignement, infection ou lésion traités."),
        aliases=("complication",),
    )
    pregnancy_test_date = element(
        "date",
        ("Date of pregnancy test", "Date du test de grossesse"),
        ("In blood.", "Dans le sang."),
        privacy="quasi",
        aliases=("hcg_date", "beta_date"),
    )
    pregnancy_test_positive = element(
        YES_NO,
        ("Pregnancy test positive", "Test de grossesse positif"),
        ("hCG in blood.", "hCG dans le sang."),
        aliases=("beta_hcg", "hcg_positive"),
    )
    gestational_sacs = element(
        "integer",
        ("Gestational sacs", "Sacs gestationnels"),
        ("In the uterus, at the first ultrasound.", "Dans l’utérus, à la première échographie."),
        possible=(0, 9),
        plausible=(0, 3),
        aliases=("sacs",),
    )
    fetal_heartbeats = element(
        "integer",
        ("Fetal heartbeats", "Activités cardiaques fœtales"),
        ("At the first ultrasound that shows any.", "À la première échographie qui en montre."),
        possible=(0, 9),
        plausible=(0, 3),
        aliases=("fetal_hearts",),
    )
    cycle_outcome = element(
        CYCLE_OUTCOME,
        ("Outcome of the cycle", "Issue du cycle"),
        ("As last known.", "Selon les dernières nouvelles."),
        required="expected",
        aliases=("pregnancy_outcome",),
    )
