"""The course of labour: membranes, watching the fetus, relief of pain, protection, what went wrong."""

from __future__ import annotations

from vernix.births.codes import YES_NO
from vernix.births.declaring import Block, element
from vernix.births.elements import Places
from vernix.births.labour.codes import FETAL_HEART, GBS_SCREEN, LIQUOR, MEMBRANE_RUPTURE, NEURAXIAL, STEROIDS


class Membranes(Block, subject="mother", privacy="clinical", source="BORN Labour and Birth Mother"):
    """When and how the waters broke, and when the cervix was open."""

    membranes_date = element(
        "date",
        ("Date membranes ruptured", "Date de la rupture des membranes"),
        (
            "The day the waters broke or were broken.",
            "Le jour où les eaux se sont rompues ou ont été rompues.",
        ),
        privacy="quasi",
        aliases=("rom_date", "date_rupture"),
    )
    membranes_time = element(
        "time",
        ("Time membranes ruptured", "Heure de la rupture des membranes"),
        ("Local time, 00:00 to 23:59.", "Heure locale, de 00:00 à 23:59."),
        privacy="quasi",
        aliases=("rom_time", "heure_rupture"),
    )
    membranes_how = element(
        MEMBRANE_RUPTURE,
        ("How membranes ruptured", "Mode de rupture des membranes"),
        ("By themselves, or by somebody.", "D’elles-mêmes, ou par quelqu’un."),
        aliases=("rom_type", "membrane_rupture"),
    )
    liquor = element(
        LIQUOR,
        ("Amniotic fluid", "Liquide amniotique"),
        ("As first seen.", "Tel que vu en premier."),
        aliases=("amniotic_fluid", "liquide_amniotique"),
    )
    full_dilatation_date = element(
        "date",
        ("Date of full dilatation", "Date de la dilatation complète"),
        ("The day the second stage was found to have begun.", "Le jour où le deuxième stade a été constaté."),
        privacy="quasi",
        aliases=("second_stage_date", "fully_dilated_date"),
    )
    full_dilatation_time = element(
        "time",
        ("Time of full dilatation", "Heure de la dilatation complète"),
        ("Local time, 00:00 to 23:59.", "Heure locale, de 00:00 à 23:59."),
        privacy="quasi",
        aliases=("second_stage_time", "fully_dilated_time"),
    )


class Surveillance(
    Block, subject="mother", privacy="clinical", source="BORN Labour and Birth Mother; SOGC 396"
):
    """How the fetus was watched."""

    surveillance_intermittent = element(
        YES_NO,
        ("Intermittent auscultation", "Auscultation intermittente"),
        ("The heart listened to at intervals.", "Le cœur écouté par intervalles."),
        aliases=("intermittent_auscultation", "ia"),
    )
    surveillance_external = element(
        YES_NO,
        ("External electronic monitoring", "Surveillance électronique externe"),
        ("Continuous or at times, through the abdomen.", "Continue ou par moments, à travers l’abdomen."),
        aliases=("efm_external", "external_efm"),
    )
    surveillance_internal = element(
        YES_NO,
        ("Internal electronic monitoring", "Surveillance électronique interne"),
        ("By an electrode on the fetal scalp.", "Par une électrode sur le cuir chevelu du fœtus."),
        aliases=("efm_internal", "internal_efm", "scalp_electrode"),
    )
    fetal_heart = element(
        FETAL_HEART,
        ("Fetal heart pattern", "Tracé du cœur fœtal"),
        ("The gravest class in labour.", "La classe la plus grave pendant le travail."),
        aliases=("fhr_classification", "fetal_heart_rate"),
    )
    scalp_sample = element(
        YES_NO,
        ("Fetal scalp blood sampled", "Sang prélevé au scalp fœtal"),
        ("For lactate or pH, in labour.", "Pour le lactate ou le pH, pendant le travail."),
        aliases=("fetal_scalp_sampling", "fbs"),
    )


class PainRelief(Block, subject="mother", privacy="clinical", source="BORN Labour and Birth Mother"):
    """What was done against pain in labour and at birth."""

    pain_relief_other = element(
        YES_NO,
        ("Pain relief without medicine", "Soulagement sans médicament"),
        ("Water, massage, breathing, a companion and the like.", "Eau, massage, respiration, présence, etc."),
        aliases=("non_pharmacological_pain", "comfort_measures"),
    )
    nitrous_oxide = element(
        YES_NO,
        ("Nitrous oxide", "Protoxyde d’azote"),
        ("Breathed in labour.", "Inhalé pendant le travail."),
        aliases=("nitrous", "entonox"),
    )
    opioid_in_labour = element(
        YES_NO,
        ("Opioid in labour", "Opioïde pendant le travail"),
        ("By injection; not one within an epidural.", "Par injection ; non dans une péridurale."),
        aliases=("parenteral_opioids", "narcotics"),
    )
    neuraxial = element(
        NEURAXIAL,
        ("Epidural or spinal", "Péridurale ou rachidienne"),
        ("For labour or for the birth.", "Pour le travail ou pour la naissance."),
        source="IJE natality",
        aliases=("ld_anes", "esan", "epidural", "peridurale"),
        at=Places(ije=("ESAN",)),
    )
    local_block = element(
        YES_NO,
        ("Pudendal or local block", "Bloc honteux ou anesthésie locale"),
        ("For the birth or for repair.", "Pour la naissance ou pour une réparation."),
        aliases=("pudendal", "local_anaesthetic"),
    )
    general_anaesthetic = element(
        YES_NO,
        ("General anaesthetic", "Anesthésie générale"),
        ("For the birth or for what followed it.", "Pour la naissance ou pour ses suites."),
        aliases=("ga_anaesthetic", "general_anesthesia"),
    )


class Protection(Block, subject="mother", privacy="clinical", source="BORN Labour and Birth Mother"):
    """What was given or tested to protect the child."""

    gbs_screen = element(
        GBS_SCREEN,
        ("Group B streptococcus screen", "Dépistage du streptocoque B"),
        ("Of vagina and rectum, in this pregnancy.", "Vaginal et rectal, pendant cette grossesse."),
        source="BORN Maternal Newborn Dashboard; SOGC 298",
        required="expected",
        aliases=("gbs", "gbs_result", "strep_b"),
        at=Places(xml=("GBS",)),
    )
    gbs_screen_gestation = element(
        "gestation",
        ("Gestation at the streptococcus screen", "Âge gestationnel au dépistage du streptocoque B"),
        (
            "When the swab was taken, weeks and days or completed weeks; 35 to 37 weeks is advised.",
            "Au moment du prélèvement, semaines et jours ou semaines révolues ; on conseille 35 à 37.",
        ),
        source="BORN Maternal Newborn Dashboard; SOGC 298",
        unit="d",
        possible=(28, 315),
        plausible=(196, 300),
        aliases=("gbs_ga", "gbs_weeks", "gbs_gestation"),
    )
    antibiotics_in_labour = element(
        YES_NO,
        ("Antibiotics in labour", "Antibiotiques pendant le travail"),
        ("Given to the mother, for whatever reason.", "Donnés à la mère, quel qu’en soit le motif."),
        source="IJE natality",
        aliases=("ld_antb", "antb", "intrapartum_antibiotics"),
        at=Places(ije=("ANTB",)),
    )
    steroids = element(
        STEROIDS,
        ("Steroids before birth", "Stéroïdes avant la naissance"),
        (
            "Given to the mother to ripen the child's lungs.",
            "Donnés à la mère pour mûrir les poumons de l’enfant.",
        ),
        source="IJE natality",
        aliases=("ld_ster", "ster", "antenatal_steroids", "corticosteroids"),
        at=Places(ije=("STER",)),
    )
    magnesium_sulphate = element(
        YES_NO,
        ("Magnesium sulphate", "Sulfate de magnésium"),
        (
            "For the child's brain or against seizures.",
            "Pour le cerveau de l’enfant ou contre les convulsions.",
        ),
        source="SOGC 376",
        aliases=("mgso4", "magnesium"),
    )


class Complications(Block, subject="mother", privacy="clinical", source="BORN Labour and Birth Mother"):
    """What went wrong in labour and at birth."""

    chorioamnionitis = element(
        YES_NO,
        ("Infection of the membranes", "Infection des membranes"),
        (
            "Chorioamnionitis, or a fever of 38 °C or more in labour.",
            "Chorioamniotite, ou fièvre de 38 °C ou plus.",
        ),
        source="IJE natality",
        aliases=("ld_chor", "chor"),
        at=Places(ije=("CHOR",)),
    )
    cord_prolapse = element(
        YES_NO,
        ("Cord prolapse", "Procidence du cordon"),
        ("The cord came before the child.", "Le cordon s’est présenté avant l’enfant."),
        aliases=("prolapse",),
    )
    shoulder_dystocia = element(
        YES_NO,
        ("Shoulder dystocia", "Dystocie des épaules"),
        (
            "The shoulders needed more than gentle traction.",
            "Les épaules ont demandé plus qu’une traction douce.",
        ),
        aliases=("dystocie_epaules",),
    )
    abruption = element(
        YES_NO,
        ("Placental abruption", "Décollement placentaire"),
        ("The placenta came away before the birth.", "Le placenta s’est décollé avant la naissance."),
        aliases=("placental_abruption", "decollement"),
    )
    placenta_praevia = element(
        YES_NO,
        ("Placenta praevia", "Placenta prævia"),
        ("The placenta covered the cervix at labour.", "Le placenta recouvrait le col au moment du travail."),
        aliases=("placenta_previa", "previa"),
    )
    slow_labour = element(
        YES_NO,
        ("Labour did not progress", "Travail sans progression"),
        ("Dystocia of the first or the second stage.", "Dystocie du premier ou du deuxième stade."),
        aliases=("dystocia", "failure_to_progress"),
    )
