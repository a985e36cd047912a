"""The words of a clinic of maternal-fetal medicine or genetics."""

from __future__ import annotations

from vernix.births.codes import UNKNOWN, CodeSet, code

CLINIC = CodeSet(
    "clinic",
    (
        code("maternal_fetal", "Maternal-fetal medicine", "Médecine fœto-maternelle", "mfm", "high risk ob"),
        code("genetics", "Genetics", "Génétique"),
        code("both", "Both together", "Les deux ensemble", "joint clinic"),
        code("cardiology", "Fetal cardiology", "Cardiologie fœtale", "fetal echo"),
        code("other", "Other", "Autre"),
        UNKNOWN,
    ),
)

SPECIALTY_REASON = CodeSet(
    "specialty_reason",
    (
        code("anomaly", "Fetal anomaly suspected", "Anomalie fœtale soupçonnée", "suspected anomaly"),
        code("screen_positive", "Screen positive", "Dépistage positif", "positive screen"),
        code(
            "nuchal",
            "Nuchal translucency of 3.5 mm or more",
            "Clarté nucale de 3,5 mm ou plus",
            "increased nt",
        ),
        code("growth", "Small or not growing", "Petit ou sans croissance", "iugr", "fgr"),
        code("fluid", "Too little or too much fluid", "Trop peu ou trop de liquide", "oligohydramnios"),
        code("multiple", "Several fetuses", "Plusieurs fœtus", "twins"),
        code("immunised", "Antibodies against the fetus", "Anticorps contre le fœtus", "isoimmunization"),
        code(
            "cervix",
            "Short cervix or earlier preterm birth",
            "Col court ou prématurité antérieure",
            "short cervix",
        ),
        code("placenta", "Placenta praevia or accreta", "Placenta prævia ou accreta", "previa", "accreta"),
        code("mother", "Illness of the mother", "Maladie de la mère", "maternal disease"),
        code(
            "history",
            "Earlier loss or affected child",
            "Perte ou enfant atteint antérieurs",
            "obstetric history",
        ),
        code("family", "Illness in the family", "Maladie dans la famille", "family history"),
        code(
            "exposure", "Medicine, infection or radiation", "Médicament, infection ou radiation", "teratogen"
        ),
        code("age", "Mother's age", "Âge de la mère", "ama"),
        code("other", "Other", "Autre"),
        UNKNOWN,
    ),
)

FETAL_FINDING = CodeSet(
    "fetal_finding",
    (
        code("none", "Not seen", "Non constatée", "no", "n", "normal"),
        code("suspected", "Suspected", "Soupçonnée", "possible"),
        code("confirmed", "Confirmed", "Confirmée", "yes", "y", "oui", "abnormal"),
        code("not_examined", "Not examined", "Non examinée", "nd"),
        UNKNOWN,
    ),
)

FLUID = CodeSet(
    "fluid",
    (
        code("normal", "Normal", "Normal"),
        code("little", "Too little", "Trop peu", "oligohydramnios", "oligo"),
        code("none", "None", "Aucun", "anhydramnios"),
        code("much", "Too much", "Trop", "polyhydramnios", "poly"),
        UNKNOWN,
    ),
)

FETAL_TREATMENT = CodeSet(
    "fetal_treatment",
    (
        code("none", "None", "Aucun", "no", "n", "non"),
        code("transfusion", "Transfusion in the womb", "Transfusion in utero", "iut"),
        code("laser", "Laser for twins who share blood", "Laser pour jumeaux transfusés", "ttts laser"),
        code("shunt", "Shunt", "Dérivation"),
        code("drainage", "Drainage of fluid", "Drainage de liquide", "amnioreduction"),
        code("operation", "Operation in the womb", "Opération in utero", "fetal surgery"),
        code("medicine", "Medicine through the mother", "Médicament par la mère", "digoxin"),
        code("cerclage", "Stitch in the cervix", "Cerclage", "cerclage"),
        code("reduction", "Reduced to fewer fetuses", "Réduction embryonnaire", "selective reduction"),
        code("other", "Other", "Autre"),
        UNKNOWN,
    ),
)

BIRTH_PLAN = CodeSet(
    "birth_plan",
    (
        code("own_site", "At her own site", "Dans son établissement", "home hospital"),
        code("tertiary", "At a site with intensive care", "Dans un centre de soins intensifs", "level 3"),
        code("paediatric_surgery", "Beside a children's surgical unit", "Près d’une chirurgie pédiatrique"),
        code("ends", "The pregnancy will be ended", "La grossesse sera interrompue", "termination"),
        code("comfort", "Comfort care at birth", "Soins de confort à la naissance", "palliative"),
        code("open", "Not decided", "Non décidé", "undecided"),
        UNKNOWN,
    ),
)
