"""What a prenatal screen measured, and the risk that was worked out."""

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


class Serum(Block, subject="mother", privacy="clinical", source="BORN Prenatal Screening"):
    """The markers in her blood, each as measured and as multiples of the median of its week."""

    serum_date = element(
        "date",
        ("Date of the first blood", "Date du premier sang"),
        ("Of the first trimester, or the only one.", "Du premier trimestre, ou le seul."),
        privacy="quasi",
        aliases=("sample_date", "blood_date_1", "serum_date_1"),
    )
    serum_gestation = element(
        "gestation",
        ("Gestation at the first blood", "Âge gestationnel au premier sang"),
        ("Weeks and days.", "Semaines et jours."),
        unit="d",
        possible=(42, 210),
        plausible=(56, 154),
        aliases=("serum_ga", "sample_ga"),
    )
    serum_date_second = element(
        "date",
        ("Date of the second blood", "Date du second sang"),
        (
            "Of the second trimester, for an integrated screen.",
            "Du deuxième trimestre, pour un dépistage intégré.",
        ),
        privacy="quasi",
        aliases=("blood_date_2", "serum_date_2"),
    )
    papp_a = element(
        "decimal",
        ("PAPP-A", "PAPP-A"),
        ("As measured, in mIU/L.", "Valeur mesurée, en mIU/L."),
        unit="mIU/L",
        digits=1,
        possible=(0, 99999),
        aliases=("pappa",),
    )
    papp_a_mom = element(
        "decimal",
        ("PAPP-A, multiples of the median", "PAPP-A, multiples de la médiane"),
        ("Corrected for weight and the rest.", "Corrigés selon le poids et le reste."),
        unit="MoM",
        digits=2,
        possible=(0, 100),
        plausible=(Decimal("0.05"), 20),
        aliases=("pappa_mom",),
    )
    free_beta_hcg = element(
        "decimal",
        ("Free beta-hCG", "Bêta-hCG libre"),
        ("As measured, in ng/mL.", "Valeur mesurée, en ng/mL."),
        unit="ng/mL",
        digits=2,
        possible=(0, 9999),
        aliases=("free_bhcg",),
    )
    free_beta_hcg_mom = element(
        "decimal",
        ("Free beta-hCG, multiples of the median", "Bêta-hCG libre, multiples de la médiane"),
        ("Corrected for weight and the rest.", "Corrigés selon le poids et le reste."),
        unit="MoM",
        digits=2,
        possible=(0, 100),
        plausible=(Decimal("0.05"), 20),
        aliases=("free_bhcg_mom",),
    )
    placental_growth_factor = element(
        "decimal",
        ("Placental growth factor", "Facteur de croissance placentaire"),
        ("As measured, in pg/mL.", "Valeur mesurée, en pg/mL."),
        unit="pg/mL",
        digits=1,
        possible=(0, 9999),
        aliases=("plgf",),
    )
    placental_growth_factor_mom = element(
        "decimal",
        (
            "Placental growth factor, multiples of the median",
            "Facteur de croissance placentaire, multiples de la médiane",
        ),
        ("Corrected for weight and the rest.", "Corrigés selon le poids et le reste."),
        unit="MoM",
        digits=2,
        possible=(0, 100),
        plausible=(Decimal("0.05"), 20),
        aliases=("plgf_mom",),
    )
    alpha_fetoprotein = element(
        "decimal",
        ("Alpha-fetoprotein", "Alpha-fœtoprotéine"),
        ("As measured, in ng/mL.", "Valeur mesurée, en ng/mL."),
        unit="ng/mL",
        digits=2,
        possible=(0, 9999),
        aliases=("afp",),
    )
    alpha_fetoprotein_mom = element(
        "decimal",
        ("Alpha-fetoprotein, multiples of the median", "Alpha-fœtoprotéine, multiples de la médiane"),
        ("Corrected for weight and the rest.", "Corrigés selon le poids et le reste."),
        unit="MoM",
        digits=2,
        possible=(0, 100),
        plausible=(Decimal("0.05"), 20),
        aliases=("afp_mom",),
    )
    total_hcg = element(
        "integer",
        ("Total hCG", "hCG totale"),
        ("As measured, in IU/L.", "Valeur mesurée, en IU/L."),
        unit="IU/L",
        possible=(0, 999999),
        aliases=("hcg",),
    )
    total_hcg_mom = element(
        "decimal",
        ("Total hCG, multiples of the median", "hCG totale, multiples de la médiane"),
        ("Corrected for weight and the rest.", "Corrigés selon le poids et le reste."),
        unit="MoM",
        digits=2,
        possible=(0, 100),
        plausible=(Decimal("0.05"), 20),
        aliases=("hcg_mom",),
    )
    unconjugated_estriol = element(
        "decimal",
        ("Unconjugated estriol", "Estriol non conjugué"),
        ("As measured, in nmol/L.", "Valeur mesurée, en nmol/L."),
        unit="nmol/L",
        digits=2,
        possible=(0, 999),
        aliases=("ue3",),
    )
    unconjugated_estriol_mom = element(
        "decimal",
        ("Unconjugated estriol, multiples of the median", "Estriol non conjugué, multiples de la médiane"),
        ("Corrected for weight and the rest.", "Corrigés selon le poids et le reste."),
        unit="MoM",
        digits=2,
        possible=(0, 100),
        plausible=(Decimal("0.05"), 20),
        aliases=("ue3_mom",),
    )
    inhibin_a = element(
        "decimal",
        ("Inhibin A", "Inhibine A"),
        ("As measured, in pg/mL.", "Valeur mesurée, en pg/mL."),
        unit="pg/mL",
        digits=1,
        possible=(0, 99999),
        aliases=("dia",),
    )
    inhibin_a_mom = element(
        "decimal",
        ("Inhibin A, multiples of the median", "Inhibine A, multiples de la médiane"),
        ("Corrected for weight and the rest.", "Corrigés selon le poids et le reste."),
        unit="MoM",
        digits=2,
        possible=(0, 100),
        plausible=(Decimal("0.05"), 20),
        aliases=("dia_mom",),
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
