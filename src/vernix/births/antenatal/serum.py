"""What a prenatal screen measured in the mother's blood."""

from __future__ import annotations

from decimal import Decimal

from vernix.births.declaring import Block, element


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
