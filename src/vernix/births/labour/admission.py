"""How a mother comes to labour: where, when, how labour begins, and what is done to begin it."""

from __future__ import annotations

from vernix.births.codes import BIRTH_PLACE, YES_NO
from vernix.births.declaring import Block, element
from vernix.births.elements import Places
from vernix.births.labour.codes import INDUCTION_INDICATION, RIPENING


class Admission(Block, subject="mother", privacy="clinical", source="BORN Labour and Birth Mother"):
    """Where she meant to give birth, and how she came."""

    planned_birth_place = element(
        BIRTH_PLACE,
        ("Place planned for the birth", "Lieu prévu pour la naissance"),
        (
            "Where she meant to give birth, when labour began.",
            "Où elle pensait accoucher, au début du travail.",
        ),
        privacy="quasi",
        aliases=("intended_place_of_birth", "planned_place_of_birth", "lieu_prevu"),
        at=Places(loinc="73765-0"),
    )
    admission_date = element(
        "date",
        ("Date of admission", "Date d’admission"),
        (
            "The day she was admitted; at home, the day her attendant came to stay.",
            "Le jour de son admission ; à domicile, le jour où l’on est venu rester auprès d’elle.",
        ),
        privacy="quasi",
        required="expected",
        aliases=("admit_date", "date_admission", "admission date"),
        at=Places(hl7=("PV1-44",), fhir=("Encounter.period.start",)),
    )
    admission_time = element(
        "time",
        ("Time of admission", "Heure d’admission"),
        ("Local time, 00:00 to 23:59.", "Heure locale, de 00:00 à 23:59."),
        privacy="quasi",
        aliases=("admit_time", "heure_admission"),
    )
    admission_dilatation = element(
        "integer",
        ("Dilatation at admission", "Dilatation à l’admission"),
        ("Of the cervix, when she was first examined.", "Du col, au premier examen."),
        unit="cm",
        possible=(0, 10),
        aliases=("dilation_at_admission", "cervical_dilation", "dilatation"),
    )
    cigarettes_at_labour = element(
        "integer",
        ("Cigarettes a day, at admission", "Cigarettes par jour, à l’admission"),
        (
            "As she says herself, at or nearest to admission; 0 for none.",
            "Selon elle, à l’admission ou au plus près ; 0 pour aucune.",
        ),
        unit="1/d",
        possible=(0, 98),
        plausible=(0, 60),
        aliases=("smoking_at_labour", "smoking_at_admission"),
    )
    lives_with_smoker = element(
        YES_NO,
        ("Lives with somebody who smokes", "Vit avec quelqu’un qui fume"),
        ("In the same home, at labour.", "Sous le même toit, au moment du travail."),
        aliases=("resides_with_smoker", "second_hand_smoke"),
    )


class Induction(Block, subject="mother", privacy="clinical", source="BORN Labour and Birth Mother"):
    """When labour began, why it was induced, and by what."""

    labour_date = element(
        "date",
        ("Date labour began", "Date du début du travail"),
        ("Regular contractions that open the cervix.", "Contractions régulières qui ouvrent le col."),
        privacy="quasi",
        aliases=("labour_start_date", "onset_of_labour_date", "labor_date"),
    )
    labour_time = element(
        "time",
        ("Time labour began", "Heure du début du travail"),
        ("Local time, 00:00 to 23:59.", "Heure locale, de 00:00 à 23:59."),
        privacy="quasi",
        aliases=("labour_start_time", "onset_of_labour_time", "labor_time"),
    )
    induction_indication = element(
        INDUCTION_INDICATION,
        ("Main reason for induction", "Motif principal du déclenchement"),
        ("The reason that decided.", "Le motif qui a décidé."),
        aliases=("indication_for_induction", "primary_induction_indication", "motif_declenchement"),
    )
    induction_indication_second = element(
        INDUCTION_INDICATION,
        ("Another reason for induction", "Autre motif du déclenchement"),
        ("A second reason, where there was one.", "Un second motif, s’il y en avait un."),
        aliases=("other_induction_indication", "secondary_induction_indication"),
    )
    bishop_score = element(
        "integer",
        ("Bishop score", "Score de Bishop"),
        ("Of the cervix before induction, 0 to 13.", "Du col avant le déclenchement, de 0 à 13."),
        source="SOGC 432",
        possible=(0, 13),
        aliases=("bishop", "bishop's score"),
    )
    ripening = element(
        RIPENING,
        ("Ripening of the cervix", "Maturation du col"),
        ("What was used to ripen it, before labour.", "Ce qui a servi à le faire mûrir, avant le travail."),
        aliases=("cervical_ripening", "maturation"),
    )
    induction_oxytocin = element(
        YES_NO,
        ("Induced with oxytocin", "Déclenché par ocytocine"),
        ("Oxytocin given to begin labour.", "Ocytocine donnée pour déclencher le travail."),
        aliases=("oxytocin_induction",),
    )
    induction_prostaglandin = element(
        YES_NO,
        ("Induced with prostaglandin", "Déclenché par prostaglandine"),
        (
            "Dinoprostone or misoprostol given to begin labour.",
            "Dinoprostone ou misoprostol, pour déclencher.",
        ),
        aliases=("prostaglandin_induction",),
    )
    induction_amniotomy = element(
        YES_NO,
        ("Induced by rupture of membranes", "Déclenché par rupture des membranes"),
        ("Membranes ruptured to begin labour.", "Membranes rompues pour déclencher le travail."),
        aliases=("arm_induction", "amniotomy_induction"),
    )
    induction_balloon = element(
        YES_NO,
        ("Induced with a balloon", "Déclenché par ballonnet"),
        ("A balloon catheter used to begin labour.", "Un cathéter à ballonnet, pour déclencher le travail."),
        aliases=("foley_induction", "mechanical_induction"),
    )
    augmentation = element(
        YES_NO,
        ("Labour augmented", "Travail stimulé"),
        (
            "Whether labour that had begun was strengthened, by oxytocin or by rupture of membranes.",
            "Si le travail déjà commencé a été renforcé, par ocytocine ou rupture des membranes.",
        ),
        source="IJE natality",
        aliases=("ld_augl", "augl", "augmented", "stimulation"),
        at=Places(ije=("AUGL",)),
    )
    augmentation_oxytocin = element(
        YES_NO,
        ("Augmented with oxytocin", "Stimulé par ocytocine"),
        ("Oxytocin given in labour.", "Ocytocine donnée pendant le travail."),
        aliases=("oxytocin_augmentation",),
    )
    augmentation_amniotomy = element(
        YES_NO,
        ("Augmented by rupture of membranes", "Stimulé par rupture des membranes"),
        ("Membranes ruptured in labour.", "Membranes rompues pendant le travail."),
        aliases=("arm_augmentation", "amniotomy_augmentation"),
    )
