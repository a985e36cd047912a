"""The words of labour and birth."""

from __future__ import annotations

from vernix.births.codes import UNKNOWN, CodeSet, code

_NONE = code("none", "None", "Aucune", "no", "n", "non")
_OTHER = code("other", "Other", "Autre")

INDUCTION_INDICATION = CodeSet(
    "induction_indication",
    (
        code("post_dates", "Post-dates", "Terme dépassé", "postdates", "post dates", "post-term", "postterm"),
        code("membranes", "Prelabour rupture of membranes", "Rupture prématurée des membranes", "prom"),
        code("diabetes", "Diabetes", "Diabète"),
        code("hypertension", "Hypertension or pre-eclampsia", "Hypertension ou prééclampsie", "preeclampsia"),
        code("mother", "Another illness of the mother", "Autre maladie de la mère", "maternal condition"),
        code("age", "Mother's age", "Âge de la mère", "advanced maternal age"),
        code("growth", "Small or not growing", "Petit ou sans croissance", "iugr", "fgr", "sga"),
        code("large", "Large for dates", "Gros pour l’âge", "lga", "macrosomia", "macrosomie"),
        code("fetus", "Another concern for the fetus", "Autre inquiétude pour le fœtus", "fetal compromise"),
        code("fluid", "Too little or too much fluid", "Trop peu ou trop de liquide", "oligohydramnios"),
        code("multiple", "Several fetuses", "Plusieurs fœtus", "twins", "jumeaux"),
        code("death", "Fetal death or termination", "Mort fœtale ou interruption", "iufd"),
        code("infection", "Infection of the membranes", "Infection des membranes", "chorioamnionitis"),
        code("bleeding", "Bleeding", "Saignement", "aph"),
        code("distance", "Distance from care", "Éloignement des soins", "geographic", "logistics"),
        code("request", "Mother's request", "Demande de la mère", "maternal request", "elective"),
        _OTHER,
        UNKNOWN,
    ),
)

RIPENING = CodeSet(
    "ripening",
    (
        code("none", "None", "Aucune", "no", "n", "non"),
        code("prostaglandin", "Dinoprostone", "Dinoprostone", "cervidil", "prostin", "prepidil", "pge2"),
        code("misoprostol", "Misoprostol", "Misoprostol", "pge1", "cytotec"),
        code("balloon", "Balloon catheter", "Cathéter à ballonnet", "foley", "cook", "ballonnet"),
        code("laminaria", "Laminaria", "Laminaires"),
        code("several", "More than one of these", "Plus d’une de celles-ci", "combination"),
        _OTHER,
        UNKNOWN,
    ),
)

FETAL_HEART = CodeSet(
    "fetal_heart",
    (
        code("normal", "Normal", "Normal", "category i", "reassuring"),
        code("atypical", "Atypical", "Atypique", "category ii", "indeterminate"),
        code("abnormal", "Abnormal", "Anormal", "category iii", "non-reassuring", "nonreassuring"),
        UNKNOWN,
    ),
)

MEMBRANE_RUPTURE = CodeSet(
    "membrane_rupture",
    (
        code("spontaneous", "Spontaneous", "Spontanée", "srom"),
        code("artificial", "Artificial", "Artificielle", "arom", "arm"),
        code("at_caesarean", "At caesarean", "Lors de la césarienne", "at cs"),
        UNKNOWN,
    ),
)

LIQUOR = CodeSet(
    "liquor",
    (
        code("clear", "Clear", "Clair"),
        code("meconium_thin", "Thin meconium", "Méconium fluide", "light meconium"),
        code("meconium_thick", "Thick meconium", "Méconium épais", "particulate"),
        code("meconium", "Meconium, no more said", "Méconium, sans autre précision", "stained"),
        code("bloody", "Blood-stained", "Sanguinolent", "blood stained"),
        code("none", "No fluid seen", "Aucun liquide vu", "nil"),
        UNKNOWN,
    ),
)

NEURAXIAL = CodeSet(
    "neuraxial",
    (
        code("none", "None", "Aucune", "no", "n", "non"),
        code("epidural", "Epidural", "Péridurale", "peridurale"),
        code("spinal", "Spinal", "Rachidienne", "rachianesthésie"),
        code("combined", "Spinal and epidural", "Rachidienne et péridurale", "cse", "spinal-epidural"),
        code("given", "Given, kind not stated", "Donnée, genre non précisé", "yes", "y", "oui"),
        UNKNOWN,
    ),
)

GBS_SCREEN = CodeSet(
    "gbs_screen",
    (
        code("negative", "Done, negative", "Fait, négatif", "neg", "n"),
        code("positive", "Done, positive", "Fait, positif", "pos", "p"),
        code("no_result", "Done, result not known", "Fait, résultat inconnu", "done-unknown"),
        code(
            "bacteriuria", "Not done: found in urine before", "Non fait : trouvé dans l’urine avant", "urine"
        ),
        code("declined", "Declined", "Refusé"),
        code("not_done", "Not done", "Non fait"),
        UNKNOWN,
    ),
)

STEROIDS = CodeSet(
    "steroids",
    (
        code("none", "None", "Aucun", "no", "n", "non"),
        code("one", "One dose", "Une dose", "1", "1 dose", "<24 h"),
        code("two", "Two doses", "Deux doses", "2", "2 doses", ">24 h"),
        code("given", "Given, doses not stated", "Donnés, doses non précisées", "yes", "y", "oui"),
        UNKNOWN,
    ),
)

VERSION_ATTEMPT = CodeSet(
    "version_attempt",
    (
        code("none", "Not tried", "Non tentée", "no", "n", "non"),
        code("turned", "Tried, turned", "Tentée, réussie", "successful", "success"),
        code("failed", "Tried, not turned", "Tentée, échouée", "unsuccessful"),
        UNKNOWN,
    ),
)

CAESAREAN_TYPE = CodeSet(
    "caesarean_type",
    (
        code("none", "No caesarean", "Pas de césarienne", "n/a", "no", "n", "non"),
        code("planned", "Planned, as scheduled", "Prévue, à la date prévue", "as scheduled", "elective"),
        code("planned_early", "Planned, not as scheduled", "Prévue, hors date prévue", "not as scheduled"),
        code("unplanned", "Unplanned", "Non prévue", "emergency", "urgent"),
        UNKNOWN,
    ),
)

CAESAREAN_INDICATION = CodeSet(
    "caesarean_indication",
    (
        code("previous", "Previous caesarean", "Césarienne antérieure", "repeat", "previous cs"),
        code("dystocia", "Labour did not progress", "Travail sans progression", "failure to progress", "ftp"),
        code("failed_induction", "Failed induction", "Échec du déclenchement"),
        code("failed_instrument", "Failed forceps or vacuum", "Échec des forceps ou de la ventouse"),
        code("fetal_heart", "Fetal heart abnormal", "Cœur fœtal anormal", "fetal distress", "atypical fhr"),
        code("breech", "Breech or other lie", "Siège ou autre présentation", "malpresentation"),
        code("placenta", "Placenta praevia or accreta", "Placenta prævia ou accreta", "previa", "accreta"),
        code("bleeding", "Abruption or other bleeding", "Décollement ou autre saignement", "abruption"),
        code("cord", "Cord prolapse", "Procidence du cordon", "cord prolapse"),
        code("hypertension", "Hypertension or pre-eclampsia", "Hypertension ou prééclampsie"),
        code("diabetes", "Diabetes", "Diabète"),
        code("mother", "Another illness of the mother", "Autre maladie de la mère", "maternal condition"),
        code("infection", "Infection of the mother", "Infection de la mère", "hiv", "herpes"),
        code("multiple", "Several fetuses", "Plusieurs fœtus", "twins"),
        code("large", "Large for dates", "Gros pour l’âge", "macrosomia", "lga"),
        code("growth", "Small or not growing", "Petit ou sans croissance", "iugr", "fgr"),
        code("anomaly", "Fetal anomaly", "Anomalie fœtale"),
        code("uterus", "Other operation on the uterus", "Autre opération de l’utérus", "myomectomy"),
        code("request", "Mother's request", "Demande de la mère", "maternal request"),
        _OTHER,
        UNKNOWN,
    ),
)

TRIAL = CodeSet(
    "trial",
    (
        code("yes", "Yes", "Oui", "y", "o", "true"),
        code("no", "No", "Non", "n", "false"),
        code("not_applicable", "Not applicable", "Sans objet", "x", "na", "n/a"),
        UNKNOWN,
    ),
)

EPISIOTOMY = CodeSet(
    "episiotomy",
    (
        _NONE,
        code("midline", "Midline", "Médiane", "median"),
        code("mediolateral", "Mediolateral", "Médiolatérale"),
        code("done", "Done, kind not stated", "Faite, genre non précisé", "yes", "y", "oui"),
        UNKNOWN,
    ),
)

PLACENTA_DELIVERY = CodeSet(
    "placenta_delivery",
    (
        code("spontaneous", "Spontaneous", "Spontanée"),
        code("assisted", "Cord traction", "Traction du cordon", "controlled cord traction"),
        code("manual", "Removed by hand", "Extraite à la main", "manual removal"),
        code("operation", "Removed at operation", "Extraite par opération", "surgical", "curettage"),
        code("retained", "Not delivered", "Non délivré", "accreta left"),
        UNKNOWN,
    ),
)

ATTENDANT = CodeSet(
    "attendant",
    (
        code("obstetrician", "Obstetrician", "Obstétricien", "ob", "obs", "obstetrics"),
        code("family_physician", "Family physician", "Médecin de famille", "fp", "gp"),
        code("physician", "Physician, kind not stated", "Médecin, genre non précisé", "md", "do", "doctor"),
        code("midwife", "Midwife", "Sage-femme", "rm", "cnm", "cm", "sage femme"),
        code("nurse", "Nurse", "Infirmière", "rn", "nurse practitioner", "np"),
        code("resident", "Resident or student", "Résident ou étudiant"),
        code("paramedic", "Paramedic", "Ambulancier paramédical", "ems"),
        code("nobody", "Nobody trained", "Personne de formé", "unattended", "family"),
        _OTHER,
        UNKNOWN,
    ),
)

MOTHER_OUTCOME = CodeSet(
    "mother_outcome",
    (
        code("stayed", "Stayed where she gave birth", "Restée où elle a accouché", "stayed", "postpartum"),
        code("home", "At home", "À domicile", "discharged"),
        code("transferred", "Transferred to another site", "Transférée vers un autre établissement"),
        code("intensive_care", "In intensive care", "Aux soins intensifs", "icu"),
        code("died", "Died", "Décédée", "death", "dead"),
        UNKNOWN,
    ),
)
