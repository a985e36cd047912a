"""What is measured and asked at each visit before birth."""

from __future__ import annotations

from vernix.births.codes import PRESENTATION, UNKNOWN, YES_NO, CodeSet, code
from vernix.births.declaring import Block, element
from vernix.births.elements import Places
from vernix.births.labour.codes import ATTENDANT

_RECORD = "BORN Antenatal record"

VISIT_KIND = CodeSet(
    "visit_kind",
    (
        code("clinic", "At the clinic or office", "À la clinique ou au cabinet", "office", "in person"),
        code("home", "At her home", "À son domicile", "home visit"),
        code("hospital", "At a hospital, not admitted", "À l’hôpital, sans admission", "triage"),
        code("remote", "By telephone or video", "Par téléphone ou vidéo", "virtual", "phone", "video"),
        UNKNOWN,
    ),
)

DIPSTICK = CodeSet(
    "dipstick",
    (
        code("negative", "Negative", "Négatif", "neg", "nil", "0", "-"),
        code("trace", "Trace", "Traces", "tr", "+/-"),
        code("one", "One plus", "Une croix", "1+", "+", "1"),
        code("two", "Two plus", "Deux croix", "2+", "++", "2"),
        code("more", "Three plus or more", "Trois croix ou plus", "3+", "+++", "4+", "3", "4"),
        code("not_done", "Not done", "Non fait", "nd"),
        UNKNOWN,
    ),
)

MOVEMENTS = CodeSet(
    "movements",
    (
        code("felt", "Felt", "Perçus", "yes", "y", "active", "present"),
        code("fewer", "Fewer than before", "Moins qu’avant", "reduced", "decreased"),
        code("none", "No longer felt", "Plus perçus", "absent"),
        code("not_yet", "Not felt yet", "Pas encore perçus", "n/a"),
        UNKNOWN,
    ),
)


class FetusSeen(Block, subject="child", privacy="clinical", source=_RECORD):
    """What a visit and an ultrasound both tell of the fetus."""

    presentation_seen = element(
        PRESENTATION,
        ("Presentation then", "Présentation alors"),
        ("How the fetus lay on that day.", "Comment le fœtus était placé ce jour-là."),
        aliases=("position", "lie", "presentation_at_visit"),
    )
    fetal_heart_rate = element(
        "integer",
        ("Fetal heart rate", "Rythme cardiaque fœtal"),
        ("Beats a minute, as counted.", "Battements par minute, tels que comptés."),
        unit="1/min",
        possible=(30, 300),
        plausible=(90, 200),
        aliases=("fhr", "rcf"),
        at=Places(loinc="55283-6"),
    )


class Visit(Block, subject="mother", privacy="clinical", source=_RECORD):
    """One visit."""

    prenatal_visit_date = element(
        "date",
        ("Date of the visit", "Date de la visite"),
        ("The day she was seen or spoken to.", "Le jour où on l’a vue ou entendue."),
        privacy="quasi",
        required="required",
        aliases=("visit_date", "date_of_visit", "date_visite"),
    )
    prenatal_visit_kind = element(
        VISIT_KIND,
        ("Kind of visit", "Genre de visite"),
        ("Where or how.", "Où ou comment."),
        aliases=("visit_type", "genre_visite"),
    )
    prenatal_visit_attendant = element(
        ATTENDANT,
        ("Seen by", "Vue par"),
        ("Who saw or spoke to her.", "Qui l’a vue ou entendue."),
        aliases=("seen_by", "visit_provider"),
    )
    prenatal_visit_gestation = element(
        "gestation",
        ("Gestation at the visit", "Âge gestationnel à la visite"),
        ("Weeks and days, or completed weeks.", "Semaines et jours, ou semaines révolues."),
        required="expected",
        unit="d",
        possible=(14, 315),
        plausible=(28, 300),
        aliases=("ga_at_visit", "visit_ga", "ga"),
    )
    weight_at_visit = element(
        "decimal",
        ("Mother's weight at the visit", "Poids de la mère à la visite"),
        ("As measured.", "Tel que mesuré."),
        unit="kg",
        digits=1,
        possible=(20, 320),
        plausible=(35, 200),
        aliases=("weight", "visit_weight_mother", "poids"),
        at=Places(loinc="29463-7"),
    )
    urine_protein = element(
        DIPSTICK,
        ("Protein in urine", "Protéines dans l’urine"),
        ("By dipstick.", "À la bandelette."),
        aliases=("urine_pr", "proteinuria"),
    )
    urine_glucose = element(
        DIPSTICK,
        ("Glucose in urine", "Glucose dans l’urine"),
        ("By dipstick.", "À la bandelette."),
        aliases=("urine_gl", "glucosuria"),
    )
    fundal_height = element(
        "decimal",
        ("Fundal height", "Hauteur utérine"),
        ("From symphysis to fundus.", "De la symphyse au fond utérin."),
        unit="cm",
        digits=1,
        possible=(5, 70),
        plausible=(10, 50),
        aliases=("sfh", "hauteur_uterine"),
        at=Places(loinc="11881-0"),
    )
    fetal_movements = element(
        MOVEMENTS,
        ("Movements of the fetus", "Mouvements du fœtus"),
        ("As she feels them.", "Tels qu’elle les perçoit."),
        aliases=("fm", "mouvements"),
    )
    bleeding_since = element(
        YES_NO,
        ("Bleeding since the last visit", "Saignement depuis la dernière visite"),
        ("Of any amount.", "De toute quantité."),
        aliases=("bleeding_at_visit",),
    )
    contractions_since = element(
        YES_NO,
        ("Contractions since the last visit", "Contractions depuis la dernière visite"),
        ("Regular or painful ones.", "Régulières ou douloureuses."),
        aliases=("contractions",),
    )
    next_prenatal_visit_date = element(
        "date",
        ("Next visit", "Prochaine visite"),
        ("The day agreed on.", "Le jour convenu."),
        privacy="quasi",
        aliases=("next_visit", "prochaine_visite"),
    )
