"""Code sets of neonatal intensive care."""

from __future__ import annotations

from vernix.births.codes import UNKNOWN, CodeSet, code

NICU_REASON = CodeSet(
    "nicu_reason",
    (
        code("prematurity", "Prematurity", "Prématurité", "preterm"),
        code("respiratory", "Respiratory distress", "Détresse respiratoire", "rds", "ttn"),
        code("infection", "Infection, known or suspected", "Infection, connue ou soupçonnée", "sepsis"),
        code("hypoglycemia", "Low blood sugar", "Hypoglycémie"),
        code("asphyxia", "Asphyxia or encephalopathy", "Asphyxie ou encéphalopathie", "hie"),
        code("anomaly", "Congenital anomaly", "Anomalie congénitale", "congenital"),
        code("surgery", "Surgery", "Chirurgie", "surgical"),
        code("jaundice", "Jaundice", "Ictère", "hyperbilirubinemia"),
        code("withdrawal", "Withdrawal from drugs", "Sevrage", "nas", "nows"),
        code(
            "growth", "Small or not feeding", "Petit poids ou difficultés d’alimentation", "iugr", "feeding"
        ),
        code("cardiac", "Heart disease", "Cardiopathie", "chd"),
        code(
            "neurological", "Seizures or other neurological", "Convulsions ou autre neurologique", "seizures"
        ),
        code("return", "Return from another unit", "Retour d’une autre unité", "retrotransfer"),
        code("other", "Other", "Autre"),
        UNKNOWN,
    ),
)

CARE_LEVEL = CodeSet(
    "care_level",
    (
        code("level_1", "Level 1", "Niveau 1", "1", "i", "well-baby"),
        code("level_2a", "Level 2a", "Niveau 2a", "2a", "iia"),
        code("level_2b", "Level 2b", "Niveau 2b", "2b", "iib"),
        code("level_2c", "Level 2c", "Niveau 2c", "2c", "iic"),
        code("level_3a", "Level 3a", "Niveau 3a", "3a", "iiia"),
        code("level_3b", "Level 3b", "Niveau 3b", "3b", "iiib"),
        UNKNOWN,
    ),
)

TRANSPORT = CodeSet(
    "transport",
    (
        code("none", "None: born here", "Aucun : né ici", "inborn"),
        code("specialised_team", "Specialised team", "Équipe spécialisée", "transport team"),
        code("paramedics", "Paramedics", "Ambulanciers", "ambulance", "ems"),
        code("family", "Family", "Famille", "private car"),
        code("other", "Other", "Autre"),
        UNKNOWN,
    ),
)

RESPIRATORY_DIAGNOSIS = CodeSet(
    "respiratory_diagnosis",
    (
        code("none", "None", "Aucun", "no"),
        code("rds", "Respiratory distress syndrome", "Syndrome de détresse respiratoire", "hyaline membrane"),
        code("transient", "Transient tachypnea", "Tachypnée transitoire", "ttn"),
        code("aspiration", "Meconium aspiration", "Inhalation de méconium", "mas"),
        code("pneumonia", "Pneumonia", "Pneumonie"),
        code("hypertension", "Pulmonary hypertension", "Hypertension pulmonaire", "pphn"),
        code(
            "hypoplasia", "Hypoplasia or diaphragmatic hernia", "Hypoplasie ou hernie diaphragmatique", "cdh"
        ),
        code("air_leak", "Air leak", "Fuite d’air", "pneumothorax"),
        code("other", "Other", "Autre"),
        UNKNOWN,
    ),
)

BRONCHOPULMONARY_DYSPLASIA = CodeSet(
    "bronchopulmonary_dysplasia",
    (
        code("none", "No support at 36 weeks", "Aucun soutien à 36 semaines", "no"),
        code("low_flow", "Low-flow oxygen or less", "Oxygène à bas débit ou moins", "grade 1", "mild"),
        code(
            "pressure",
            "High flow, CPAP or mask ventilation",
            "Haut débit, PPC ou masque",
            "grade 2",
            "moderate",
        ),
        code("ventilated", "Ventilated through a tube", "Ventilé par tube", "grade 3", "severe"),
        code("not_36", "Died or left before 36 weeks", "Décès ou départ avant 36 semaines", "n/a"),
        UNKNOWN,
    ),
)

PATENT_DUCTUS = CodeSet(
    "patent_ductus",
    (
        code("none", "Closed, or not looked for", "Fermé, ou non recherché", "no"),
        code("open", "Open, not treated", "Ouvert, non traité", "conservative"),
        code("medicine", "Treated with medicine", "Traité par médicament", "indomethacin", "ibuprofen"),
        code("closed", "Closed by catheter or surgery", "Fermé par cathéter ou chirurgie", "ligation"),
        UNKNOWN,
    ),
)

VENTRICULAR_HAEMORRHAGE = CodeSet(
    "ventricular_haemorrhage",
    (
        code("none", "None", "Aucune", "0", "no", "normal"),
        code("grade_1", "Grade 1: germinal matrix", "Grade 1 : matrice germinale", "1", "i"),
        code("grade_2", "Grade 2: in the ventricle", "Grade 2 : dans le ventricule", "2", "ii"),
        code("grade_3", "Grade 3: ventricle enlarged", "Grade 3 : ventricule dilaté", "3", "iii"),
        code("grade_4", "Grade 4: in the brain", "Grade 4 : dans le cerveau", "4", "iv"),
        code("not_imaged", "Not imaged", "Pas d’imagerie", "not done"),
        UNKNOWN,
    ),
)

ENTEROCOLITIS = CodeSet(
    "necrotising_enterocolitis",
    (
        code("none", "None", "Aucune", "no"),
        code("suspected", "Suspected (stage 1)", "Soupçonnée (stade 1)", "stage 1", "1"),
        code("definite", "Definite (stage 2)", "Certaine (stade 2)", "stage 2", "2"),
        code("advanced", "Advanced (stage 3)", "Avancée (stade 3)", "stage 3", "3"),
        UNKNOWN,
    ),
)

RETINOPATHY = CodeSet(
    "retinopathy",
    (
        code("none", "None", "Aucune", "0", "no"),
        code("stage_1", "Stage 1", "Stade 1", "1"),
        code("stage_2", "Stage 2", "Stade 2", "2"),
        code("stage_3", "Stage 3", "Stade 3", "3"),
        code("stage_4", "Stage 4", "Stade 4", "4"),
        code("stage_5", "Stage 5", "Stade 5", "5"),
        code("not_examined", "Not examined", "Non examiné", "not done"),
        UNKNOWN,
    ),
)

RETINOPATHY_TREATMENT = CodeSet(
    "retinopathy_treatment",
    (
        code("none", "None", "Aucun", "no"),
        code("laser", "Laser", "Laser"),
        code("injection", "Injection", "Injection", "anti-vegf", "bevacizumab"),
        code("both", "Both", "Les deux"),
        code("surgery", "Surgery", "Chirurgie", "vitrectomy"),
        UNKNOWN,
    ),
)

ENCEPHALOPATHY = CodeSet(
    "encephalopathy",
    (
        code("none", "None", "Aucune", "no"),
        code("mild", "Mild", "Légère", "sarnat 1"),
        code("moderate", "Moderate", "Modérée", "sarnat 2"),
        code("severe", "Severe", "Grave", "sarnat 3"),
        UNKNOWN,
    ),
)

FIRST_MILK = CodeSet(
    "first_milk",
    (
        code("mother", "Mother's own milk", "Lait de la mère", "mom", "colostrum"),
        code("donor", "Donor milk", "Lait de donneuse", "banked"),
        code("formula", "Formula", "Préparation lactée"),
        code("none", "None in this stay", "Aucun pendant ce séjour", "npo"),
        UNKNOWN,
    ),
)
