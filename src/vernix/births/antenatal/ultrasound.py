"""What an ultrasound before birth measures and sees of one fetus."""

from __future__ import annotations

from vernix.births.codes import UNKNOWN, YES_NO, CodeSet, code
from vernix.births.declaring import Block, element
from vernix.births.elements import Places

_RECORD = "BORN Antenatal record"

ULTRASOUND_KIND = CodeSet(
    "ultrasound_kind",
    (
        code("dating", "Dating", "Datation", "t1", "viability"),
        code("nuchal", "Nuchal translucency", "Clarté nucale", "nt", "ipt"),
        code("anatomy", "Anatomy", "Morphologie", "detailed", "18-20 week", "t2"),
        code("growth", "Growth", "Croissance", "t3"),
        code(
            "wellbeing", "Biophysical profile or Doppler", "Profil biophysique ou Doppler", "bpp", "doppler"
        ),
        code("cervix", "Cervix", "Col", "cervical length"),
        code("other", "Other", "Autre"),
        UNKNOWN,
    ),
)

PLACENTA_SITE = CodeSet(
    "placenta_site",
    (
        code("clear", "Clear of the cervix", "À distance du col", "anterior", "posterior", "fundal"),
        code("low", "Low-lying", "Bas inséré", "low lying", "low-lying"),
        code("praevia", "Covering the cervix", "Recouvrant le col", "previa", "placenta previa"),
        code("not_seen", "Could not be seen", "Non visible"),
        UNKNOWN,
    ),
)

ANATOMY = CodeSet(
    "anatomy",
    (
        code("normal", "Normal", "Normale", "n"),
        code("abnormal", "Something abnormal", "Quelque chose d’anormal", "a"),
        code("incomplete", "Not all could be seen", "Tout n’a pu être vu", "suboptimal"),
        code("not_done", "Not looked at", "Non examinée", "n/a"),
        UNKNOWN,
    ),
)

DOPPLER = CodeSet(
    "doppler",
    (
        code("normal", "Normal", "Normal"),
        code("raised", "Raised resistance", "Résistance élevée", "high", "elevated"),
        code("absent", "No flow in diastole", "Flux diastolique nul", "aedf"),
        code("reversed", "Flow reversed in diastole", "Flux diastolique inversé", "redf"),
        code("not_done", "Not done", "Non fait"),
        UNKNOWN,
    ),
)


class Ultrasound(Block, subject="mother", privacy="clinical", source=_RECORD):
    """When, why, and of which fetus."""

    ultrasound_date = element(
        "date",
        ("Date of the ultrasound", "Date de l’échographie"),
        ("The day it was made.", "Le jour où elle a été faite."),
        privacy="quasi",
        required="required",
        aliases=("us_date", "exam_date", "date_echographie"),
    )
    ultrasound_kind = element(
        ULTRASOUND_KIND,
        ("Kind of ultrasound", "Genre d’échographie"),
        ("What it was made for.", "Ce pour quoi elle a été faite."),
        required="expected",
        aliases=("us_type", "exam_type"),
    )
    ultrasound_gestation = element(
        "gestation",
        ("Gestation at the ultrasound", "Âge gestationnel à l’échographie"),
        (
            "By the due date that stands, not by the measures of this day.",
            "Selon la date prévue retenue, non selon les mesures de ce jour.",
        ),
        required="expected",
        unit="d",
        possible=(28, 315),
        plausible=(35, 300),
        aliases=("us_ga", "ga_at_ultrasound"),
    )
    fetuses_seen = element(
        "integer",
        ("Fetuses seen", "Fœtus vus"),
        ("Living or not.", "Vivants ou non."),
        possible=(0, 12),
        plausible=(1, 4),
        aliases=("number_of_fetuses_seen", "fetal_number"),
        at=Places(loinc="11878-6"),
    )
    fetus_number = element(
        "integer",
        ("Which fetus", "Quel fœtus"),
        (
            "1 for the one that lies lowest; blank if there is one.",
            "1 pour le plus bas ; en blanc s’il est seul.",
        ),
        subject="child",
        possible=(1, 12),
        plausible=(1, 4),
        aliases=("fetus", "fetus_id"),
    )


class UltrasoundFindings(Block, subject="child", privacy="clinical", source=_RECORD):
    """What was measured and seen."""

    heartbeat = element(
        YES_NO,
        ("Heartbeat", "Activité cardiaque"),
        ("Whether the heart was seen to beat.", "Si le cœur a été vu battre."),
        aliases=("fetal_cardiac_activity", "fhm"),
    )
    placenta_site = element(
        PLACENTA_SITE,
        ("Site of the placenta", "Site du placenta"),
        ("By how far it is from the cervix.", "Selon sa distance du col."),
        aliases=("placental_location",),
    )
    head_circumference_fetal = element(
        "decimal",
        ("Head circumference of the fetus", "Périmètre crânien du fœtus"),
        ("In millimetres.", "En millimètres."),
        unit="mm",
        digits=1,
        possible=(20, 450),
        plausible=(50, 390),
        aliases=("us_hc", "fetal_hc"),
        at=Places(loinc="11984-2"),
    )
    abdominal_circumference = element(
        "decimal",
        ("Abdominal circumference", "Périmètre abdominal"),
        ("In millimetres.", "En millimètres."),
        unit="mm",
        digits=1,
        possible=(20, 500),
        plausible=(40, 430),
        aliases=("us_ac", "ac"),
        at=Places(loinc="11979-2"),
    )
    femur_length = element(
        "decimal",
        ("Femur length", "Longueur du fémur"),
        ("In millimetres.", "En millimètres."),
        unit="mm",
        digits=1,
        possible=(1, 110),
        plausible=(5, 85),
        aliases=("us_fl", "fl"),
        at=Places(loinc="11963-6"),
    )
    estimated_weight = element(
        "integer",
        ("Estimated weight", "Poids estimé"),
        ("In grams, from the measures.", "En grammes, d’après les mesures."),
        unit="g",
        possible=(10, 8000),
        plausible=(50, 5500),
        aliases=("efw", "poids_estime"),
        at=Places(loinc="11727-5"),
    )
    estimated_weight_centile = element(
        "decimal",
        ("Centile of the estimated weight", "Centile du poids estimé"),
        ("For gestation, by the chart in use.", "Pour l’âge gestationnel, selon la courbe employée."),
        unit="%",
        digits=1,
        possible=(0, 100),
        aliases=("efw_centile", "efw_percentile"),
    )
    deepest_pocket = element(
        "integer",
        ("Deepest pocket of fluid", "Plus grande citerne"),
        ("In millimetres.", "En millimètres."),
        unit="mm",
        possible=(0, 300),
        plausible=(0, 150),
        aliases=("dvp", "mvp", "sdp"),
    )
    umbilical_flow = element(
        DOPPLER,
        ("Flow in the umbilical artery", "Flux de l’artère ombilicale"),
        ("By Doppler.", "Au Doppler."),
        aliases=("umbilical_doppler", "ua_doppler"),
    )
    biophysical_score = element(
        "integer",
        ("Biophysical score", "Score biophysique"),
        ("Of 8, or of 10 with a trace of the heart.", "Sur 8, ou sur 10 avec un tracé cardiaque."),
        possible=(0, 10),
        aliases=("bpp_score",),
    )
    anatomy = element(
        ANATOMY,
        ("Anatomy", "Anatomie"),
        ("Of all that was looked at.", "De tout ce qui a été examiné."),
        aliases=("fetal_anatomy",),
    )
