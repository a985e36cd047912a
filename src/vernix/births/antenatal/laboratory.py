"""What the laboratory found in pregnancy, and what was given to protect mother and child."""

from __future__ import annotations

from vernix.births.antenatal.codes import (
    BLOOD_GROUP,
    GLUCOSE_TOLERANCE,
    IMMUNITY,
    PAP_RESULT,
    RHESUS,
    TEST_RESULT,
    VACCINE,
)
from vernix.births.codes import YES_NO
from vernix.births.declaring import Block, element
from vernix.births.elements import Places


class FirstLaboratory(Block, subject="mother", privacy="clinical", source="BORN Antenatal record"):
    """At the beginning of care."""

    haemoglobin_first = element(
        "integer",
        ("Haemoglobin, first", "Hémoglobine, première"),
        ("In grams per litre: 12.1 g/dL is 121.", "En grammes par litre : 12,1 g/dL font 121."),
        unit="g/L",
        possible=(20, 250),
        plausible=(60, 180),
        aliases=("hb", "haemoglobin", "hemoglobin"),
        at=Places(loinc="718-7"),
    )
    mean_cell_volume = element(
        "integer",
        ("Mean cell volume", "Volume globulaire moyen"),
        ("In femtolitres.", "En femtolitres."),
        unit="fL",
        possible=(40, 150),
        plausible=(60, 115),
        aliases=("mcv", "vgm"),
        at=Places(xml=("mcvResult",), loinc="787-2"),
    )
    blood_group = element(
        BLOOD_GROUP,
        ("Blood group", "Groupe sanguin"),
        ("ABO.", "ABO."),
        aliases=("abo", "groupe_sanguin"),
        at=Places(xml=("aboResult",), loinc="883-9"),
    )
    rhesus = element(
        RHESUS,
        ("Rhesus factor", "Facteur rhésus"),
        ("RhD.", "RhD."),
        aliases=("rh", "rh_factor"),
        at=Places(xml=("rhResult",), loinc="10331-7"),
    )
    antibody_screen = element(
        TEST_RESULT,
        ("Antibody screen", "Recherche d’anticorps"),
        ("Against red cells, at the beginning.", "Contre les globules rouges, au début."),
        aliases=("antibodies",),
        at=Places(xml=("antibodyResult",), loinc="890-4"),
    )
    rubella = element(
        IMMUNITY,
        ("Rubella", "Rubéole"),
        ("Immunity by antibody.", "Immunité par anticorps."),
        aliases=("rubella_immune", "rubeole"),
        at=Places(xml=("rubellaResult",)),
    )
    varicella = element(
        IMMUNITY,
        ("Chickenpox", "Varicelle"),
        ("Immunity by antibody.", "Immunité par anticorps."),
        aliases=("varicella_immune", "varicelle"),
    )
    hepatitis_b_screen = element(
        TEST_RESULT,
        ("Hepatitis B antigen", "Antigène de l’hépatite B"),
        ("Surface antigen.", "Antigène de surface."),
        aliases=("hbsag", "hepatitis_b_antigen"),
        at=Places(xml=("hbsAgResult",), loinc="5195-3"),
    )
    syphilis_screen = element(
        TEST_RESULT,
        ("Syphilis screen", "Dépistage de la syphilis"),
        ("After confirmation, where it was done.", "Après confirmation, si elle a été faite."),
        aliases=("vdrl", "rpr", "syphilis"),
        at=Places(xml=("vdrlResult",)),
    )
    hiv_screen = element(
        TEST_RESULT,
        ("HIV screen", "Dépistage du VIH"),
        ("After confirmation, where it was done.", "Après confirmation, si elle a été faite."),
        aliases=("hiv", "vih"),
    )
    hiv_counselled = element(
        YES_NO,
        ("HIV test explained", "Test du VIH expliqué"),
        ("Before it was done or declined.", "Avant qu’il soit fait ou refusé."),
        aliases=("hiv_counselling",),
        at=Places(xml=("hivCounsel",)),
    )
    gonorrhoea_screen = element(
        TEST_RESULT,
        ("Gonorrhoea screen", "Dépistage de la gonorrhée"),
        ("Swab or urine.", "Prélèvement ou urine."),
        aliases=("gc", "gonorrhea_screen"),
        at=Places(xml=("gcResult",)),
    )
    chlamydia_screen = element(
        TEST_RESULT,
        ("Chlamydia screen", "Dépistage de la chlamydia"),
        ("Swab or urine.", "Prélèvement ou urine."),
        aliases=("chlamydia",),
    )
    urine_culture = element(
        TEST_RESULT,
        ("Urine culture", "Culture d’urine"),
        (
            "Positive for 100 million bacteria a litre or more.",
            "Positive dès 100 millions de bactéries par litre.",
        ),
        aliases=("urine_cs", "urine"),
        at=Places(xml=("urineResult",)),
    )
    sickle_screen = element(
        TEST_RESULT,
        ("Sickle cell or thalassaemia", "Drépanocytose ou thalassémie"),
        ("Trait or disease, hers.", "Trait ou maladie, chez elle."),
        aliases=("sickle_cell", "haemoglobinopathy"),
        at=Places(xml=("sickleCellResult",)),
    )
    pap_date = element(
        "date",
        ("Last cervical smear", "Dernier frottis du col"),
        ("The day it was taken.", "Le jour du prélèvement."),
        privacy="quasi",
        aliases=("last_pap", "pap_smear_date"),
        at=Places(xml=("lastPapDate",)),
    )
    pap_result = element(
        PAP_RESULT,
        ("Result of the smear", "Résultat du frottis"),
        ("Of the last one.", "Du dernier."),
        aliases=("pap", "pap_smear"),
        at=Places(xml=("papResult",)),
    )


class LateLaboratory(Block, subject="mother", privacy="clinical", source="BORN Antenatal record"):
    """From the end of the second trimester."""

    haemoglobin_late = element(
        "integer",
        ("Haemoglobin, late", "Hémoglobine, tardive"),
        (
            "In grams per litre, the last before birth.",
            "En grammes par litre, la dernière avant la naissance.",
        ),
        unit="g/L",
        possible=(20, 250),
        plausible=(60, 180),
        aliases=("hb_late", "repeat_hb"),
        at=Places(xml=("additionalLabInvestigations/hb",), loinc="718-7"),
    )
    antibody_screen_late = element(
        TEST_RESULT,
        ("Antibody screen, late", "Recherche d’anticorps, tardive"),
        ("Against red cells, repeated.", "Contre les globules rouges, répétée."),
        aliases=("repeat_antibody_screen",),
        at=Places(xml=("repeatABS",), loinc="890-4"),
    )
    glucose_challenge = element(
        "decimal",
        ("Glucose an hour after 50 g", "Glycémie une heure après 50 g"),
        ("In millimoles per litre.", "En millimoles par litre."),
        source="SOGC 393; Diabetes Canada",
        unit="mmol/L",
        digits=1,
        possible=(1, 60),
        plausible=(3, 20),
        aliases=("gct", "glucose_challenge_test"),
        at=Places(xml=("GCT",)),
    )
    glucose_tolerance = element(
        GLUCOSE_TOLERANCE,
        ("Glucose tolerance", "Tolérance au glucose"),
        ("After 75 g.", "Après 75 g."),
        source="SOGC 393; Diabetes Canada",
        aliases=("gtt", "ogtt"),
        at=Places(xml=("GTT",)),
    )


class Immunoprophylaxis(Block, subject="mother", privacy="clinical", source="BORN Antenatal record"):
    """What protects mother and child."""

    rh_immunoglobulin = element(
        YES_NO,
        ("Rh immunoglobulin given", "Immunoglobuline anti-D donnée"),
        ("In this pregnancy.", "Pendant cette grossesse."),
        source="SOGC 448",
        aliases=("rhig", "winrho", "anti_d"),
    )
    rh_immunoglobulin_date = element(
        "date",
        ("Day of Rh immunoglobulin", "Jour de l’immunoglobuline anti-D"),
        ("The first in this pregnancy.", "La première de cette grossesse."),
        privacy="quasi",
        aliases=("rhig_date", "rhig_given"),
        at=Places(xml=("rhIgGiven",)),
    )
    rubella_vaccine_planned = element(
        YES_NO,
        ("Rubella vaccine after birth", "Vaccin antirubéoleux après la naissance"),
        ("Planned.", "Prévu."),
        aliases=("mmr_postpartum",),
        at=Places(xml=("recommendedImmunoprophylaxis/rubella",)),
    )
    newborn_hepatitis_b_immunoglobulin = element(
        YES_NO,
        ("Hepatitis B immunoglobulin for the newborn", "Immunoglobuline hépatite B au nouveau-né"),
        ("Planned.", "Prévue."),
        aliases=("newborn_hep_ig", "hbig_planned"),
        at=Places(xml=("newbornHepIG",)),
    )
    newborn_hepatitis_b_vaccine = element(
        YES_NO,
        ("Hepatitis B vaccine for the newborn", "Vaccin hépatite B au nouveau-né"),
        ("Planned.", "Prévu."),
        aliases=("hep_b_vaccine_planned",),
        at=Places(xml=("hepBVaccine",)),
    )
    influenza_vaccine = element(
        VACCINE,
        ("Influenza vaccine", "Vaccin contre la grippe"),
        ("For this season.", "Pour cette saison."),
        source="SOGC 357",
        aliases=("flu_vaccine", "flu_shot"),
    )
    pertussis_vaccine = element(
        VACCINE,
        ("Whooping cough vaccine", "Vaccin contre la coqueluche"),
        ("Tdap, best from 27 to 32 weeks.", "dcaT, de préférence de 27 à 32 semaines."),
        source="SOGC 357",
        aliases=("tdap", "dcat"),
    )
    covid_vaccine = element(
        VACCINE,
        ("COVID-19 vaccine", "Vaccin contre la COVID-19"),
        ("Any dose in pregnancy.", "Toute dose pendant la grossesse."),
        source="BORN",
        aliases=("covid19_vaccine",),
    )
    rsv_vaccine = element(
        VACCINE,
        ("RSV vaccine", "Vaccin contre le VRS"),
        ("Given to the mother.", "Donné à la mère."),
        source="NACI",
        aliases=("vrs_vaccin",),
    )
