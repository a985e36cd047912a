"""Code sets of the days after birth."""

from __future__ import annotations

from vernix.births.codes import UNKNOWN, CodeSet, code

GIVEN = CodeSet(
    "given",
    (
        code("given", "Given", "Administré", "yes", "y", "oui"),
        code("declined", "Declined", "Refusé", "refused"),
        code("not_needed", "Not needed", "Non nécessaire", "not indicated", "n/a"),
        code("not_given", "Not given", "Non administré", "no", "n", "non"),
        UNKNOWN,
    ),
)

SUPPLEMENT_REASON = CodeSet(
    "supplement_reason",
    (
        code("hypoglycemia", "Low blood sugar", "Hypoglycémie", "hypoglycaemia"),
        code("weight_loss", "Loss of weight", "Perte de poids", "excessive weight loss"),
        code("jaundice", "Jaundice", "Ictère", "hyperbilirubinemia"),
        code("dehydration", "Dehydration", "Déshydratation"),
        code("preterm", "Preterm or small", "Prématuré ou petit poids", "low birth weight"),
        code("metabolic", "Metabolic disease", "Maladie métabolique", "inborn error of metabolism"),
        code("mother_ill", "Mother's illness or medicine", "Maladie ou médicament de la mère", "maternal"),
        code("separated", "Mother and child apart", "Mère et enfant séparés", "separation"),
        code("latch", "Difficulty feeding at the breast", "Difficulté à prendre le sein", "poor latch"),
        code("low_supply", "Low supply of milk", "Production de lait insuffisante", "insufficient milk"),
        code("mother_choice", "Mother's informed choice", "Choix éclairé de la mère", "maternal request"),
        code("other", "Other", "Autre"),
        UNKNOWN,
    ),
)

SUPPLEMENT = CodeSet(
    "supplement",
    (
        code("formula", "Formula", "Préparation lactée"),
        code("donor_milk", "Donor milk", "Lait de donneuse", "banked milk"),
        code("glucose", "Glucose water", "Eau glucosée", "sugar water"),
        code("other", "Other", "Autre"),
        UNKNOWN,
    ),
)

COVID = CodeSet(
    "covid",
    (
        code("none", "None", "Aucune", "no", "n", "non"),
        code("suspected", "Suspected or probable", "Soupçonnée ou probable", "probable"),
        code("confirmed", "Confirmed by a laboratory", "Confirmée en laboratoire", "positive", "yes"),
        UNKNOWN,
    ),
)

CHILD_INFECTION = CodeSet(
    "child_infection",
    (
        code("none", "None", "Aucune", "no", "n", "non"),
        code("suspected", "Suspected and treated", "Soupçonnée et traitée", "presumed"),
        code("blood", "In the blood", "Du sang", "sepsis", "bacteraemia"),
        code("meningitis", "Meningitis", "Méningite"),
        code("pneumonia", "Pneumonia", "Pneumonie"),
        code("urine", "Urinary", "Urinaire", "uti"),
        code("skin", "Skin, eye or cord", "Peau, œil ou cordon", "omphalitis"),
        code("other", "Other", "Autre"),
        UNKNOWN,
    ),
)

HAEMORRHAGE_TREATMENT = CodeSet(
    "haemorrhage_treatment",
    (
        code("none", "None", "Aucun", "no", "n", "non"),
        code("drugs", "Drugs", "Médicaments", "uterotonics", "tranexamic acid"),
        code("balloon", "Balloon or packing", "Ballonnet ou tamponnement", "tamponade", "bakri"),
        code("embolisation", "Embolisation", "Embolisation", "embolization"),
        code("surgery", "Surgery", "Chirurgie", "laparotomy", "suture"),
        code("other", "Other", "Autre"),
        UNKNOWN,
    ),
)

CONTRACEPTION = CodeSet(
    "contraception",
    (
        code("none", "None", "Aucune", "no", "n", "non"),
        code("breastfeeding", "By breastfeeding", "Par l’allaitement", "lam"),
        code("barrier", "Barrier", "Barrière", "condom"),
        code("pill", "Pill", "Pilule", "oral"),
        code("injection", "Injection", "Injection", "depo"),
        code("implant", "Implant", "Implant"),
        code("intrauterine", "Intrauterine device", "Stérilet", "iud", "ius"),
        code("sterilisation", "Sterilisation", "Stérilisation", "tubal ligation", "vasectomy"),
        code("undecided", "Undecided", "Indécise"),
        code("other", "Other", "Autre"),
        UNKNOWN,
    ),
)

CONSENT = CodeSet(
    "consent",
    (
        code("yes", "Consented", "Consentement", "y", "oui", "consented"),
        code("no", "Declined", "Refus", "n", "non", "declined"),
        code("not_asked", "Not asked", "Non demandé"),
        UNKNOWN,
    ),
)

READMISSION_REASON = CodeSet(
    "readmission_reason",
    (
        code("haemorrhage", "Haemorrhage", "Hémorragie", "pph"),
        code("infection", "Infection", "Infection", "sepsis"),
        code("hypertension", "Hypertension or eclampsia", "Hypertension ou éclampsie", "pre-eclampsia"),
        code("thrombosis", "Thrombosis or embolism", "Thrombose ou embolie", "vte"),
        code("wound", "Wound", "Plaie"),
        code("mental_health", "Mental health", "Santé mentale"),
        code("other", "Other", "Autre"),
        UNKNOWN,
    ),
)
