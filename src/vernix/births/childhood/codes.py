"""Code sets of childhood."""

from __future__ import annotations

from vernix.births.codes import UNKNOWN, CodeSet, code

VISIT_AGE = CodeSet(
    "visit_age",
    (
        code("1_week", "1 week", "1 semaine", "1w"),
        code("2_weeks", "2 weeks", "2 semaines", "2w"),
        code("1_month", "1 month", "1 mois", "1m"),
        code("2_months", "2 months", "2 mois", "2m"),
        code("4_months", "4 months", "4 mois", "4m"),
        code("6_months", "6 months", "6 mois", "6m"),
        code("9_months", "9 months", "9 mois", "9m"),
        code("12_months", "12 to 13 months", "12 à 13 mois", "12m", "12-13m"),
        code("15_months", "15 months", "15 mois", "15m"),
        code("18_months", "18 months", "18 mois", "18m"),
        code("2_years", "2 to 3 years", "2 à 3 ans", "2y", "2-3y"),
        code("4_years", "4 to 5 years", "4 à 5 ans", "4y", "4-5y"),
        code("other", "Another age", "Autre âge"),
    ),
)

REVIEWED = CodeSet(
    "reviewed",
    (
        code("normal", "Discussed, no concern", "Discuté, rien à signaler", "0", "discussed", "no concern"),
        code("concern", "Concern", "Préoccupation", "1"),
        code("not_discussed", "Not discussed", "Non discuté", "2"),
        UNKNOWN,
    ),
)

IMMUNISED = CodeSet(
    "immunised",
    (
        code("up_to_date", "Up to date", "À jour", "yes", "complete"),
        code("behind", "Behind", "En retard", "incomplete", "overdue"),
        code("declined", "Declined", "Refusé", "refused"),
        code("contraindicated", "Not possible", "Contre-indiqué", "medical exemption"),
        UNKNOWN,
    ),
)

DEVELOPMENT = CodeSet(
    "development",
    (
        code("expected", "As expected", "Comme attendu", "normal"),
        code("one_area", "Concern in one area", "Préoccupation dans un domaine"),
        code("several_areas", "Concern in several areas", "Préoccupation dans plusieurs domaines"),
        code("not_assessed", "Not assessed", "Non évalué", "not done"),
        UNKNOWN,
    ),
)

REFERRAL = CodeSet(
    "referral",
    (
        code("none", "None", "Aucune", "no"),
        code("paediatrician", "Paediatrician", "Pédiatre", "paed", "pediatrician"),
        code("speech", "Preschool speech and language", "Orthophonie préscolaire", "pslp", "psl"),
        code("hearing", "Infant hearing programme", "Programme de dépistage auditif", "ihp", "audiology"),
        code("vision", "Blind and low vision", "Cécité et basse vision", "blvp", "optometry"),
        code("public_health", "Healthy Babies Healthy Children", "Bébés en santé, enfants en santé", "hbhc"),
        code("autism", "Autism services", "Services d’autisme", "ais"),
        code("treatment_centre", "Children's treatment centre", "Centre de traitement pour enfants", "ctc"),
        code("infant_development", "Infant development programme", "Programme de développement", "idp"),
        code("dental", "Dental", "Dentaire"),
        code("dietitian", "Dietitian", "Diététiste"),
        code("mental_health", "Children's mental health", "Santé mentale des enfants", "cmhs"),
        code("child_protection", "Child protection", "Protection de l’enfance", "cas", "cps"),
        code("genetics", "Genetics", "Génétique"),
        code("family_support", "Parenting or family support", "Soutien aux familles", "earlyon", "oeyc"),
        code("other", "Other", "Autre"),
        code("unknown", "Unknown", "Inconnu", "unkn", "unk", "u"),
    ),
)

CHILD_FEEDING_NOW = CodeSet(
    "child_feeding_now",
    (
        code("breast_milk", "Breast milk only", "Lait maternel seulement", "exclusive"),
        code("breast_milk_and_solids", "Breast milk and food", "Lait maternel et aliments"),
        code("combination", "Breast milk and formula", "Lait maternel et préparation", "mixed"),
        code("formula", "Formula", "Préparation lactée"),
        code("cow_milk", "Cow's milk", "Lait de vache", "homogenized milk"),
        code("other", "Other", "Autre"),
        UNKNOWN,
    ),
)

HBHC_STAGE = CodeSet(
    "hbhc_stage",
    (
        code("prenatal", "Before birth", "Avant la naissance", "pregnancy"),
        code("postpartum", "After birth", "Après la naissance", "postnatal"),
        code("early_childhood", "Early childhood", "Petite enfance", "early years"),
        UNKNOWN,
    ),
)

HBHC_SCREENER = CodeSet(
    "hbhc_screener",
    (
        code("hospital", "Hospital nurse", "Infirmière de l’hôpital", "hospital nurse"),
        code("midwife", "Midwife", "Sage-femme"),
        code("public_health_nurse", "Public health nurse", "Infirmière de santé publique", "phn"),
        code("physician", "Physician", "Médecin"),
        code("self", "The family itself", "La famille elle-même"),
        code("other", "Other", "Autre"),
        UNKNOWN,
    ),
)

HBHC_RESULT = CodeSet(
    "hbhc_result",
    (
        code("no_risk", "No risk told", "Aucun risque déclaré", "low"),
        code("risk", "With risk", "Avec risque", "at risk"),
        code("high_risk", "Assessed: high risk", "Évalué : risque élevé", "high"),
        code("not_high_risk", "Assessed: not high risk", "Évalué : risque non élevé"),
        UNKNOWN,
    ),
)

HBHC_SERVICE = CodeSet(
    "hbhc_service",
    (
        code("none", "None wanted or needed", "Aucun voulu ni nécessaire", "no"),
        code("telephone", "Telephone only", "Téléphone seulement"),
        code("visits", "Home visits", "Visites à domicile", "blended home visiting"),
        code("declined", "Declined", "Refusé"),
        code("unreachable", "Could not be reached", "Injoignable", "unable to contact"),
        UNKNOWN,
    ),
)

PROVINCE = CodeSet(
    "province",
    (
        code("ontario", "Ontario", "Ontario", "on", "ca-on"),
        code("alberta", "Alberta", "Alberta", "ab", "ca-ab"),
        code("british_columbia", "British Columbia", "Colombie-Britannique", "bc", "ca-bc"),
        code("manitoba", "Manitoba", "Manitoba", "mb", "ca-mb"),
        code("new_brunswick", "New Brunswick", "Nouveau-Brunswick", "nb", "ca-nb"),
        code("newfoundland", "Newfoundland and Labrador", "Terre-Neuve-et-Labrador", "nl", "ca-nl"),
        code("nova_scotia", "Nova Scotia", "Nouvelle-Écosse", "ns", "ca-ns"),
        code("northwest_territories", "Northwest Territories", "Territoires du Nord-Ouest", "nt", "ca-nt"),
        code("nunavut", "Nunavut", "Nunavut", "nu", "ca-nu"),
        code("prince_edward_island", "Prince Edward Island", "Île-du-Prince-Édouard", "pe", "ca-pe"),
        code("quebec", "Quebec", "Québec", "qc", "ca-qc"),
        code("saskatchewan", "Saskatchewan", "Saskatchewan", "sk", "ca-sk"),
        code("yukon", "Yukon", "Yukon", "yt", "ca-yt"),
        code("united_states", "United States", "États-Unis", "usa"),
        code("elsewhere", "Elsewhere", "Ailleurs", "outc", "outp"),
        code("unknown", "Unknown", "Inconnu", "unkn", "unk"),
    ),
)
