"""This pregnancy and delivery: prenatal care, illness, and what harmed the mother."""

from __future__ import annotations

from vernix.births.codes import DIABETES, TEAR, YES_NO, Words
from vernix.births.elements import Element, Range


def _flag(name: str, label: Words, definition: Words, source: str, *aliases: str) -> Element:
    """A yes, no or unknown about the mother's pregnancy or delivery."""
    return Element(
        name=name,
        type="code",
        codes=YES_NO,
        label=label,
        definition=definition,
        source=source,
        privacy="clinical",
        subject="mother",
        aliases=aliases,
    )


PREGNANCY = (
    Element(
        name="prenatal_visits",
        type="integer",
        label=Words("Prenatal visits", "Visites prénatales"),
        definition=Words(
            "How many in this pregnancy; 0 for none.", "Combien pendant cette grossesse ; 0 si aucune."
        ),
        source="IJE NPREV",
        privacy="clinical",
        subject="mother",
        possible=Range(0, 98),
        plausible=Range(0, 40),
        aliases=("previs", "visits", "nprev", "visites"),
    ),
    Element(
        name="prenatal_care_month",
        type="integer",
        label=Words("Month prenatal care began", "Mois du début des soins prénatals"),
        definition=Words(
            "Month of pregnancy, 1 to 10; 0 if there was no care.",
            "Mois de grossesse, de 1 à 10 ; 0 s’il n’y a pas eu de soins.",
        ),
        source="IJE DOFP_YR, DOFP_MO, DOFP_DY; US natality PRECARE",
        privacy="clinical",
        subject="mother",
        # Files exist that write 15 for "no care": a mapping translates it, and without one it is questioned.
        possible=Range(0, 15),
        plausible=Range(0, 10),
        aliases=("precare", "prenatal_care_began", "dofp"),
    ),
    Element(
        name="diabetes",
        type="code",
        codes=DIABETES,
        label=Words("Diabetes", "Diabète"),
        definition=Words(
            "Before or in this pregnancy; the gravest kind that applies.",
            "Avant ou pendant cette grossesse ; le genre le plus grave qui s’applique.",
        ),
        source="BORN Diabetes and pregnancy; IJE PDIAB, GDIAB",
        privacy="clinical",
        subject="mother",
        aliases=("urf_diab", "diabete", "rf_gdiab", "gdiab"),
    ),
    _flag(
        "hypertension_chronic",
        Words("Hypertension before pregnancy", "Hypertension avant la grossesse"),
        Words(
            "Known before pregnancy or before 20 weeks.", "Connue avant la grossesse ou avant 20 semaines."
        ),
        "IJE PHYPE",
        "urf_chyper",
        "phype",
    ),
    _flag(
        "hypertension_gestational",
        Words("Hypertension of pregnancy", "Hypertension de la grossesse"),
        Words("Pre-eclampsia included.", "Prééclampsie comprise."),
        "IJE GHYPE",
        "urf_phyper",
        "ghype",
    ),
    _flag(
        "eclampsia",
        Words("Eclampsia", "Éclampsie"),
        Words("Seizures.", "Convulsions."),
        "IJE EHYPE",
        "urf_eclam",
        "ehype",
    ),
    _flag(
        "infection_gonorrhoea",
        Words("Gonorrhoea", "Gonorrhée"),
        Words("Present or treated in this pregnancy.", "Présente ou traitée pendant cette grossesse."),
        "IJE GON",
        "gon",
        "ip_gon",
    ),
    _flag(
        "infection_syphilis",
        Words("Syphilis", "Syphilis"),
        Words("Present or treated in this pregnancy.", "Présente ou traitée pendant cette grossesse."),
        "IJE SYPH",
        "syph",
        "ip_syph",
    ),
    _flag(
        "infection_chlamydia",
        Words("Chlamydia", "Chlamydia"),
        Words("Present or treated in this pregnancy.", "Présente ou traitée pendant cette grossesse."),
        "IJE CHAM",
        "cham",
        "ip_chlam",
    ),
    _flag(
        "infection_hepatitis_b",
        Words("Hepatitis B", "Hépatite B"),
        Words("Surface antigen positive.", "Antigène de surface positif."),
        "IJE HEPB",
        "hepb",
        "ip_hepatb",
    ),
    _flag(
        "infection_hepatitis_c",
        Words("Hepatitis C", "Hépatite C"),
        Words("Present in this pregnancy.", "Présente pendant cette grossesse."),
        "IJE HEPC",
        "hepc",
        "ip_hepatc",
    ),
)

MORBIDITY = (
    _flag(
        "mother_transfer",
        Words("Mother transferred before delivery", "Mère transférée avant l’accouchement"),
        Words("From another site.", "Depuis un autre établissement."),
        "IJE TRAN",
        "mtran",
        "tran",
    ),
    Element(
        name="perineal_tear",
        type="code",
        codes=TEAR,
        label=Words("Perineal tear", "Déchirure du périnée"),
        definition=Words(
            "The worst degree; third or fourth degree where only severe tears are recorded.",
            "Le degré le plus grave ; troisième ou quatrième degré là où seules les graves sont notées.",
        ),
        source="BORN Perineal laceration; IJE PLAC",
        privacy="clinical",
        subject="mother",
        aliases=("mm_plac", "plac", "perineal_laceration", "dechirure"),
    ),
    _flag(
        "transfusion",
        Words("Mother transfused", "Mère transfusée"),
        Words("Whole blood or red cells.", "Sang total ou globules rouges."),
        "IJE MTR",
        "mm_mtr",
        "mtr",
    ),
    _flag(
        "uterine_rupture",
        Words("Rupture of the uterus", "Rupture utérine"),
        Words("Of scarred or unscarred uterus.", "D’un utérus cicatriciel ou non."),
        "IJE RUT",
        "mm_rupt",
        "rut",
    ),
    _flag(
        "hysterectomy",
        Words("Unplanned hysterectomy", "Hystérectomie non prévue"),
        Words("In connection with the delivery.", "En lien avec l’accouchement."),
        "IJE UHYS",
        "mm_uhyst",
        "uhys",
    ),
    _flag(
        "mother_icu",
        Words("Mother in intensive care", "Mère aux soins intensifs"),
        Words("Admitted after delivery.", "Admise après l’accouchement."),
        "IJE AINT",
        "mm_aicu",
        "aint",
    ),
)

PREGNANCY_AND_DELIVERY = PREGNANCY + MORBIDITY
