"""How a child came to intensive care, what ailed it on the way, and how it left."""

from __future__ import annotations

from vernix.births.codes import YES_NO
from vernix.births.declaring import Block, element
from vernix.births.elements import Places
from vernix.births.newborn.intensive.codes import CARE_LEVEL, NICU_REASON, TRANSPORT


class Admission(Block, subject="child", privacy="clinical", source="BORN NICU"):
    """When, from where and why a child came."""

    nicu_admission_date = element(
        "date",
        ("Date of admission", "Date d’admission"),
        ("The day the child came to this unit.", "Le jour où l’enfant est arrivé dans cette unité."),
        privacy="quasi",
        required="required",
        aliases=("admission_date", "admit_date", "date_admission"),
        at=Places(hl7=("PV1-44",), fhir=("Encounter.period.start",)),
    )
    nicu_admission_time = element(
        "time",
        ("Time of admission", "Heure d’admission"),
        ("Local time.", "Heure locale."),
        privacy="quasi",
        aliases=("admission_time", "admit_time"),
    )
    nicu_reason = element(
        NICU_REASON,
        ("Reason for admission", "Raison de l’admission"),
        ("The main one.", "La principale."),
        required="expected",
        aliases=("admission_reason", "reason"),
    )
    care_level = element(
        CARE_LEVEL,
        ("Level of care", "Niveau de soins"),
        ("Of this unit, as the province designates it.", "De cette unité, selon la désignation provinciale."),
        source="PCMCH levels of care",
        subject="event",
        aliases=("nicu_level", "level"),
    )
    inborn = element(
        YES_NO,
        ("Born here", "Né ici"),
        ("Whether the child was born at this hospital.", "Si l’enfant est né dans cet hôpital."),
        required="expected",
        aliases=("inborn_outborn", "born_here"),
    )
    transport = element(
        TRANSPORT,
        ("Transport", "Transport"),
        (
            "Who brought the child from where it was born.",
            "Qui a amené l’enfant depuis son lieu de naissance.",
        ),
        aliases=("transport_type",),
    )
    transferred_from = element(
        "text",
        ("Transferred from", "Transféré de"),
        ("Name of the hospital that sent the child.", "Nom de l’hôpital qui a envoyé l’enfant."),
        privacy="direct",
        longest=120,
        aliases=("referring_hospital", "hospfrom"),
    )
    admission_weight = element(
        "integer",
        ("Weight at admission", "Poids à l’admission"),
        ("In grams.", "En grammes."),
        unit="g",
        possible=(200, 15000),
        plausible=(350, 6000),
        aliases=("weight_at_admission",),
    )
    admission_temperature = element(
        "decimal",
        ("Temperature at admission", "Température à l’admission"),
        ("The first, in degrees Celsius.", "La première, en degrés Celsius."),
        source="CNN: hypothermia at admission",
        unit="Cel",
        digits=1,
        possible=(20, 45),
        plausible=(34, 39),
        aliases=("temp_at_admission", "temperature"),
        at=Places(loinc="8310-5"),
    )
    delayed_clamping = element(
        YES_NO,
        ("Cord clamped late", "Clampage tardif du cordon"),
        ("Not before 60 seconds.", "Pas avant 60 secondes."),
        source="CNN",
        aliases=("dcc",),
    )


class Departure(Block, subject="child", privacy="clinical", source="BORN NICU"):
    """How a child was when it left."""

    discharge_head_circumference = element(
        "decimal",
        ("Head circumference at discharge", "Périmètre crânien au congé"),
        ("The last before discharge.", "Le dernier avant le congé."),
        unit="cm",
        digits=1,
        possible=(15, 65),
        plausible=(25, 50),
        aliases=("discharge_hc",),
    )
    discharge_length = element(
        "decimal",
        ("Length at discharge", "Taille au congé"),
        ("The last before discharge.", "La dernière avant le congé."),
        unit="cm",
        digits=1,
        possible=(20, 110),
        plausible=(30, 80),
    )
    home_oxygen = element(
        YES_NO,
        ("Home with oxygen", "Oxygène à domicile"),
        ("At discharge home.", "Au congé à domicile."),
        aliases=("discharged_on_oxygen",),
    )
    home_tube_feeding = element(
        YES_NO,
        ("Home with tube feeding", "Gavage à domicile"),
        ("Through the nose or the belly.", "Par le nez ou l’abdomen."),
        aliases=("gavage_at_discharge",),
    )
    home_monitor = element(
        YES_NO,
        ("Home with a monitor", "Moniteur à domicile"),
        ("Of breathing or saturation.", "De la respiration ou de la saturation."),
    )
    transferred_to = element(
        "text",
        ("Transferred to", "Transféré à"),
        ("Name of the hospital that took the child.", "Nom de l’hôpital qui a reçu l’enfant."),
        privacy="direct",
        longest=120,
        aliases=("receiving_hospital", "hospto"),
    )
    follow_up_clinic = element(
        YES_NO,
        ("Neonatal follow-up clinic", "Clinique de suivi néonatal"),
        ("Whether the child will be followed there.", "Si l’enfant y sera suivi."),
        aliases=("nfu", "followup_clinic"),
    )
