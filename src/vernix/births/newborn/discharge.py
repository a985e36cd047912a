"""How and when a child went home, from the postpartum unit or from intensive care."""

from __future__ import annotations

from vernix.births.codes import UNKNOWN, YES_NO, CodeSet, code
from vernix.births.declaring import Block, element
from vernix.births.elements import Places

INFANT_FEEDING = CodeSet(
    "infant_feeding",
    (
        code("breast_milk", "Breast milk only", "Lait maternel seulement", "exclusive", "breast milk only"),
        code("combination", "Breast milk and substitute", "Lait maternel et substitut", "mixed", "both"),
        code("substitute", "Substitute only", "Substitut seulement", "formula", "no", "false"),
        code("breastfed", "Breast milk, no more asked", "Lait maternel, sans autre précision", "yes", "true"),
        code("other", "Other: parenteral or nothing", "Autre : parentérale ou rien", "npo", "tpn"),
        UNKNOWN,
    ),
)

DISCHARGED_TO = CodeSet(
    "discharged_to",
    (
        code("home", "Home", "Domicile", "with mother", "with parents"),
        code("hospital", "Another hospital", "Autre hôpital", "transfer", "transferred"),
        code("other_unit", "Another unit of the same hospital", "Autre unité du même hôpital", "nicu", "scn"),
        code("foster_care", "Foster care or adoption", "Famille d’accueil ou adoption", "cas", "adoption"),
        code("died", "Died", "Décès", "deceased", "death"),
        code("other", "Other", "Autre"),
        UNKNOWN,
    ),
)


class ChildDischarge(Block, subject="child", privacy="clinical", source="BORN Postpartum Child"):
    """The end of a child's stay."""

    child_discharge_date = element(
        "date",
        ("Child's date of discharge", "Date du congé de l’enfant"),
        (
            "The day the child left the unit, alive or dead.",
            "Le jour où l’enfant a quitté l’unité, vivant ou non.",
        ),
        privacy="quasi",
        required="expected",
        aliases=("baby_discharge_date", "date_conge_enfant"),
        at=Places(hl7=("PV1-45",), fhir=("Encounter.period.end",)),
    )
    child_discharge_time = element(
        "time",
        ("Child's time of discharge", "Heure du congé de l’enfant"),
        ("Local time.", "Heure locale."),
        privacy="quasi",
        aliases=("baby_discharge_time",),
    )
    child_discharged_to = element(
        DISCHARGED_TO,
        ("Where the child went", "Destination de l’enfant"),
        ("Where the child went at discharge.", "Où l’enfant est allé à son congé."),
        required="expected",
        aliases=("baby_discharge_to", "disposition", "destination"),
        at=Places(hl7=("PV1-36",), fhir=("Encounter.hospitalization.dischargeDisposition",)),
    )
    discharge_weight = element(
        "integer",
        ("Weight at discharge", "Poids au congé"),
        ("The last before discharge, in grams.", "Le dernier avant le congé, en grammes."),
        source="BORN DischargeWeight",
        unit="g",
        possible=(200, 20000),
        plausible=(1500, 7000),
        aliases=("dischargeweight", "weight_at_discharge", "poids_conge"),
        at=Places(xml=("DischargeWeight",)),
    )
    feeding_at_discharge = element(
        INFANT_FEEDING,
        ("Feeding at discharge", "Alimentation au congé"),
        (
            "What the child was fed in the 24 hours before discharge.",
            "Ce que l’enfant a reçu dans les 24 heures avant son congé.",
        ),
        source="IJE natality; BORN Postpartum Child",
        aliases=("bfed", "discharge_feeding", "alimentation_conge"),
        at=Places(ije=("BFED",), loinc="73756-9"),
    )
    child_readmitted = element(
        YES_NO,
        ("Child readmitted", "Enfant réhospitalisé"),
        ("Within 28 days of birth.", "Dans les 28 jours suivant la naissance."),
        aliases=("baby_readmitted", "neonatal_readmission"),
    )
    child_death_date = element(
        "date",
        ("Child's date of death", "Date du décès de l’enfant"),
        ("Of a child born alive.", "D’un enfant né vivant."),
        privacy="quasi",
        aliases=("baby_death_date", "neonatal_death_date"),
        at=Places(hl7=("PID-29",), fhir=("Patient.deceasedDateTime",)),
    )
