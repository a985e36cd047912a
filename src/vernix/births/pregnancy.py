"""This pregnancy and delivery: prenatal care, illness, what harmed the mother. Shared by the encounters."""

from __future__ import annotations

from vernix.births.codes import (
    CONCEPTION,
    DIABETES,
    TEAR,
    YES_NO,
)
from vernix.births.declaring import Block, element
from vernix.births.elements import Places


class PrenatalCare(Block, subject="mother", privacy="clinical"):
    """The care of this pregnancy."""

    prenatal_visits = element(
        "integer",
        ("Prenatal visits", "Visites prénatales"),
        ("How many in this pregnancy; 0 for none.", "Combien pendant cette grossesse ; 0 si aucune."),
        source="IJE natality",
        possible=(0, 98),
        plausible=(0, 40),
        aliases=("previs", "visits", "nprev", "visites"),
        at=Places(ije=("NPREV",), loinc="68493-6"),
    )
    prenatal_care_month = element(
        "integer",
        ("Month prenatal care began", "Mois du début des soins prénatals"),
        (
            "Month of pregnancy, 1 to 10; 0 if there was no care.",
            "Mois de grossesse, de 1 à 10 ; 0 s’il n’y a pas eu de soins.",
        ),
        source="US natality PRECARE",
        # Files exist that write 15 for "no care": a mapping translates it, and without one it is questioned.
        possible=(0, 15),
        plausible=(0, 10),
        aliases=("precare", "prenatal_care_began", "dofp"),
        at=Places(ije=("DOFP_YR", "DOFP_MO", "DOFP_DY")),
    )


class Conception(Block, subject="mother", privacy="clinical"):
    """How the pregnancy began, and when its care did."""

    conception = element(
        CONCEPTION,
        ("Conception", "Conception"),
        ("How she became pregnant.", "Comment elle est devenue enceinte."),
        source="BORN Conception type; IJE natality",
        aliases=("conception_type", "type_of_conception", "inft"),
        at=Places(ije=("INFT", "INFT_DRG", "INFT_ART")),
    )
    first_prenatal_visit_date = element(
        "date",
        ("First prenatal visit", "Première visite prénatale"),
        (
            "The day of the first visit in this pregnancy.",
            "Le jour de la première visite de cette grossesse.",
        ),
        source="IJE natality",
        privacy="quasi",
        aliases=("date_of_first_prenatal_visit", "first_prenatal_visit", "premiere_visite"),
        at=Places(ije=("DOFP_YR", "DOFP_MO", "DOFP_DY"), loinc="69044-6"),
    )


class PregnancyIllness(Block, subject="mother", privacy="clinical"):
    """What she had before or got in this pregnancy."""

    diabetes = element(
        DIABETES,
        ("Diabetes", "Diabète"),
        (
            "Before or in this pregnancy; the gravest kind that applies.",
            "Avant ou pendant cette grossesse ; le genre le plus grave qui s’applique.",
        ),
        source="BORN Diabetes and pregnancy",
        aliases=("urf_diab", "diabete", "rf_gdiab", "gdiab"),
        at=Places(ije=("PDIAB", "GDIAB")),
    )
    hypertension_chronic = element(
        YES_NO,
        ("Hypertension before pregnancy", "Hypertension avant la grossesse"),
        ("Known before pregnancy or before 20 weeks.", "Connue avant la grossesse ou avant 20 semaines."),
        source="IJE natality",
        aliases=("urf_chyper", "phype"),
        at=Places(ije=("PHYPE",)),
    )
    hypertension_gestational = element(
        YES_NO,
        ("Hypertension of pregnancy", "Hypertension de la grossesse"),
        ("Pre-eclampsia included.", "Prééclampsie comprise."),
        source="IJE natality",
        aliases=("urf_phyper", "ghype"),
        at=Places(ije=("GHYPE",)),
    )
    eclampsia = element(
        YES_NO,
        ("Eclampsia", "Éclampsie"),
        ("Seizures.", "Convulsions."),
        source="IJE natality",
        aliases=("urf_eclam", "ehype"),
        at=Places(ije=("EHYPE",)),
    )


class PregnancyInfections(Block, subject="mother", privacy="clinical"):
    """The infections of this pregnancy."""

    infection_gonorrhoea = element(
        YES_NO,
        ("Gonorrhoea", "Gonorrhée"),
        ("Present or treated in this pregnancy.", "Présente ou traitée pendant cette grossesse."),
        source="IJE natality",
        aliases=("gon", "ip_gon"),
        at=Places(ije=("GON",)),
    )
    infection_syphilis = element(
        YES_NO,
        ("Syphilis", "Syphilis"),
        ("Present or treated in this pregnancy.", "Présente ou traitée pendant cette grossesse."),
        source="IJE natality",
        aliases=("syph", "ip_syph"),
        at=Places(ije=("SYPH",)),
    )
    infection_chlamydia = element(
        YES_NO,
        ("Chlamydia", "Chlamydia"),
        ("Present or treated in this pregnancy.", "Présente ou traitée pendant cette grossesse."),
        source="IJE natality",
        aliases=("cham", "ip_chlam"),
        at=Places(ije=("CHAM",)),
    )
    infection_hepatitis_b = element(
        YES_NO,
        ("Hepatitis B", "Hépatite B"),
        ("Surface antigen positive.", "Antigène de surface positif."),
        source="IJE natality",
        aliases=("hepb", "ip_hepatb"),
        at=Places(ije=("HEPB",)),
    )
    infection_hepatitis_c = element(
        YES_NO,
        ("Hepatitis C", "Hépatite C"),
        ("Present in this pregnancy.", "Présente pendant cette grossesse."),
        source="IJE natality",
        aliases=("hepc", "ip_hepatc"),
        at=Places(ije=("HEPC",)),
    )


class MotherTransfer(Block, subject="mother", privacy="clinical"):
    """Whether she came from another site."""

    mother_transfer = element(
        YES_NO,
        ("Mother transferred before delivery", "Mère transférée avant l’accouchement"),
        ("From another site.", "Depuis un autre établissement."),
        source="IJE natality",
        aliases=("mtran", "tran"),
        at=Places(ije=("TRAN",), fhir=("Encounter.hospitalization.admitSource",)),
    )


class PerinealTear(Block, subject="mother", privacy="clinical"):
    """Whether she tore."""

    perineal_tear = element(
        TEAR,
        ("Perineal tear", "Déchirure du périnée"),
        (
            "The worst degree; third or fourth degree where only severe tears are recorded.",
            "Le degré le plus grave ; troisième ou quatrième degré là où seules les graves sont notées.",
        ),
        source="BORN Perineal laceration",
        aliases=("mm_plac", "plac", "perineal_laceration", "dechirure"),
        at=Places(ije=("PLAC",)),
    )


class MaternalMorbidity(Block, subject="mother", privacy="clinical"):
    """What the birth did to the mother."""

    transfusion = element(
        YES_NO,
        ("Mother transfused", "Mère transfusée"),
        ("Whole blood or red cells.", "Sang total ou globules rouges."),
        source="IJE natality",
        aliases=("mm_mtr", "mtr"),
        at=Places(ije=("MTR",)),
    )
    uterine_rupture = element(
        YES_NO,
        ("Rupture of the uterus", "Rupture utérine"),
        ("Of scarred or unscarred uterus.", "D’un utérus cicatriciel ou non."),
        source="IJE natality",
        aliases=("mm_rupt", "rut"),
        at=Places(ije=("RUT",)),
    )
    hysterectomy = element(
        YES_NO,
        ("Unplanned hysterectomy", "Hystérectomie non prévue"),
        ("In connection with the delivery.", "En lien avec l’accouchement."),
        source="IJE natality",
        aliases=("mm_uhyst", "uhys"),
        at=Places(ije=("UHYS",)),
    )
    mother_icu = element(
        YES_NO,
        ("Mother in intensive care", "Mère aux soins intensifs"),
        ("Admitted after delivery.", "Admise après l’accouchement."),
        source="IJE natality",
        aliases=("mm_aicu", "aint"),
        at=Places(ije=("AINT",)),
    )
