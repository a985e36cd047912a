"""What a prenatal screen saw by ultrasound, and the risk that was worked out."""

from __future__ import annotations

from decimal import Decimal

from vernix.births.antenatal.screening_codes import NASAL_BONE, PRENATAL_SCREEN, SCREEN_OUTCOME
from vernix.births.codes import YES_NO
from vernix.births.declaring import Block, element
from vernix.births.elements import Places


class ScreenKind(Block, subject="mother", privacy="clinical", source="BORN Prenatal Screening"):
    """Which screen, and what it was told of her."""

    prenatal_screen = element(
        PRENATAL_SCREEN,
        ("Screen", "Dépistage"),
        ("The kind that was reported.", "Le genre rapporté."),
        required="expected",
        aliases=("screen_type", "mms_type"),
    )
    weight_at_serum = element(
        "decimal",
        ("Mother's weight at the sample", "Poids de la mère au prélèvement"),
        ("On the day of the first blood.", "Le jour du premier sang."),
        unit="kg",
        digits=1,
        possible=(20, 320),
        plausible=(35, 200),
        aliases=("maternal_weight",),
    )
    insulin_before = element(
        YES_NO,
        ("Insulin before pregnancy", "Insuline avant la grossesse"),
        ("For diabetes that she had before.", "Pour un diabète antérieur."),
        aliases=("iddm", "insulin_dependent"),
    )


class ScreenUltrasound(Block, subject="child", privacy="clinical", source="BORN Prenatal Screening"):
    """The ultrasound of the screen; of twins, the first and the second."""

    nuchal_date = element(
        "date",
        ("Date of the nuchal ultrasound", "Date de l’échographie nucale"),
        ("Of which the measures are.", "D’où viennent les mesures."),
        privacy="quasi",
        aliases=("nt_date", "crl_date", "us_date"),
    )
    crown_rump = element(
        "decimal",
        ("Crown-rump length", "Longueur cranio-caudale"),
        (
            "In millimetres; 45 to 84 for nuchal translucency.",
            "En millimètres ; 45 à 84 pour la clarté nucale.",
        ),
        unit="mm",
        digits=1,
        possible=(1, 150),
        plausible=(5, 100),
        aliases=("crl", "lcc"),
        at=Places(loinc="11957-8"),
    )
    nuchal = element(
        "decimal",
        ("Nuchal translucency", "Clarté nucale"),
        ("In millimetres.", "En millimètres."),
        unit="mm",
        digits=1,
        possible=(Decimal("0.1"), 20),
        plausible=(Decimal("0.5"), 10),
        aliases=("nt", "clarte_nucale"),
    )
    nuchal_mom = element(
        "decimal",
        ("Nuchal translucency, multiples of the median", "Clarté nucale, multiples de la médiane"),
        ("For its crown-rump length.", "Pour sa longueur cranio-caudale."),
        unit="MoM",
        digits=2,
        possible=(Decimal("0.01"), 50),
        plausible=(Decimal("0.2"), 10),
        aliases=("nt_mom",),
    )
    nasal_bone = element(
        NASAL_BONE,
        ("Nasal bone", "Os nasal"),
        ("At the same ultrasound.", "À la même échographie."),
        aliases=("os_nasal",),
    )
    biparietal = element(
        "decimal",
        ("Biparietal diameter", "Diamètre bipariétal"),
        (
            "In millimetres, where it dates a later screen.",
            "En millimètres, s’il date un dépistage plus tardif.",
        ),
        unit="mm",
        digits=1,
        possible=(5, 120),
        plausible=(10, 105),
        aliases=("bpd", "bip"),
        at=Places(loinc="11820-8"),
    )
    crown_rump_second = element(
        "decimal",
        ("Crown-rump length, second twin", "Longueur cranio-caudale, second jumeau"),
        ("In millimetres.", "En millimètres."),
        unit="mm",
        digits=1,
        possible=(1, 150),
        plausible=(5, 100),
        aliases=("crl_b", "crl2"),
        at=Places(loinc="11957-8"),
    )
    nuchal_second = element(
        "decimal",
        ("Nuchal translucency, second twin", "Clarté nucale, second jumeau"),
        ("In millimetres.", "En millimètres."),
        unit="mm",
        digits=1,
        possible=(Decimal("0.1"), 20),
        plausible=(Decimal("0.5"), 10),
        aliases=("nt_b", "nt2"),
    )


class Risks(Block, subject="mother", privacy="clinical", source="BORN Prenatal Screening"):
    """What was worked out: a risk of 1 in 250 is written 250."""

    risk_trisomy_21 = element(
        "integer",
        ("Risk of trisomy 21, one in", "Risque de trisomie 21, un sur"),
        ("At term, after the screen.", "À terme, après le dépistage."),
        possible=(1, 1000000),
        aliases=("t21_risk",),
    )
    screen_trisomy_21 = element(
        SCREEN_OUTCOME,
        ("Result for trisomy 21", "Résultat pour la trisomie 21"),
        ("By the laboratory's own cut-off.", "Selon le seuil du laboratoire."),
        aliases=("t21_result",),
    )
    risk_trisomy_18 = element(
        "integer",
        ("Risk of trisomy 18, one in", "Risque de trisomie 18, un sur"),
        ("At term, after the screen.", "À terme, après le dépistage."),
        possible=(1, 1000000),
        aliases=("t18_risk",),
    )
    screen_trisomy_18 = element(
        SCREEN_OUTCOME,
        ("Result for trisomy 18", "Résultat pour la trisomie 18"),
        ("By the laboratory's own cut-off.", "Selon le seuil du laboratoire."),
        aliases=("t18_result",),
    )
    risk_trisomy_13 = element(
        "integer",
        ("Risk of trisomy 13, one in", "Risque de trisomie 13, un sur"),
        ("At term, after the screen.", "À terme, après le dépistage."),
        possible=(1, 1000000),
        aliases=("t13_risk",),
    )
    screen_trisomy_13 = element(
        SCREEN_OUTCOME,
        ("Result for trisomy 13", "Résultat pour la trisomie 13"),
        ("By the laboratory's own cut-off.", "Selon le seuil du laboratoire."),
        aliases=("t13_result",),
    )
    screen_neural_tube = element(
        SCREEN_OUTCOME,
        ("Result for open neural tube defect", "Résultat pour anomalie ouverte du tube neural"),
        ("By alpha-fetoprotein.", "Par l’alpha-fœtoprotéine."),
        aliases=("ontd_result",),
    )
    prenatal_screen_result = element(
        SCREEN_OUTCOME,
        ("Result of the screen", "Résultat du dépistage"),
        ("Positive if any part of it is.", "Positif si l’une de ses parties l’est."),
        required="expected",
        aliases=("overall_result", "mms_result"),
    )
    preeclampsia_risk = element(
        "integer",
        ("Risk of preterm pre-eclampsia, one in", "Risque de prééclampsie prématurée, un sur"),
        ("Where the laboratory works it out.", "Si le laboratoire le calcule."),
        possible=(1, 1000000),
        aliases=("pe_risk",),
    )
