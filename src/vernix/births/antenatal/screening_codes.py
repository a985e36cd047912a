"""The words of prenatal screening and of what follows it."""

from __future__ import annotations

from vernix.births.codes import UNKNOWN, CodeSet, code

_NOT_DONE = code("not_done", "Not done", "Non fait", "nd")

PRENATAL_SCREEN = CodeSet(
    "prenatal_screen",
    (
        code("efts", "Enhanced first-trimester screen", "Dépistage amélioré du premier trimestre", "eftss"),
        code("fts", "First-trimester screen", "Dépistage du premier trimestre", "first trimester"),
        code("ips", "Integrated screen", "Dépistage intégré", "integrated"),
        code("serum_ips", "Serum integrated screen", "Dépistage sérique intégré", "sips"),
        code("mss", "Second-trimester screen", "Dépistage du deuxième trimestre", "quad", "sts", "triple"),
        code("afp", "AFP alone", "AFP seule", "msafp"),
        code("nuchal", "Nuchal translucency alone", "Clarté nucale seule", "nt only", "twins nt"),
        UNKNOWN,
    ),
)

CHORIONICITY = CodeSet(
    "chorionicity",
    (
        code("one_fetus", "One fetus", "Un seul fœtus", "singleton"),
        code("dichorionic", "Two chorions", "Deux chorions", "dcda", "di/di"),
        code(
            "monochorionic_diamniotic", "One chorion, two amnions", "Un chorion, deux amnios", "mcda", "mo/di"
        ),
        code("monoamniotic", "One chorion, one amnion", "Un chorion, un amnios", "mcma", "mo/mo"),
        code("other", "Three or more fetuses", "Trois fœtus ou plus", "triplets"),
        UNKNOWN,
    ),
)

ANCESTRY = CodeSet(
    "ancestry",
    (
        code("white", "White", "Blanche", "caucasian", "european"),
        code("black", "Black", "Noire", "african", "caribbean"),
        code("east_asian", "East or Southeast Asian", "Asie de l’Est ou du Sud-Est", "asian", "oriental"),
        code("south_asian", "South Asian", "Asie du Sud", "indian"),
        code(
            "indigenous", "First Nations, Inuit or Métis", "Premières Nations, Inuit ou Métis", "aboriginal"
        ),
        code("latin", "Latin American", "Latino-américaine", "hispanic"),
        code("middle_eastern", "Middle Eastern", "Moyen-Orient", "arab"),
        code("several", "More than one", "Plus d’une", "mixed"),
        code("other", "Other", "Autre"),
        UNKNOWN,
    ),
)

NASAL_BONE = CodeSet(
    "nasal_bone",
    (
        code("present", "Present", "Présent", "yes", "y"),
        code("absent", "Absent", "Absent", "no", "n"),
        code("not_seen", "Could not be seen", "Non visible", "not assessed"),
        UNKNOWN,
    ),
)

SCREEN_OUTCOME = CodeSet(
    "screen_outcome",
    (
        code("negative", "Screen negative", "Dépistage négatif", "neg", "low risk", "n"),
        code("positive", "Screen positive", "Dépistage positif", "pos", "high risk", "p"),
        code("not_calculated", "Not calculated", "Non calculé", "nc", "uninterpretable"),
        _NOT_DONE,
        UNKNOWN,
    ),
)

FOLLOW_UP_CHOSEN = CodeSet(
    "follow_up_chosen",
    (
        code("none", "None", "Aucun", "no", "n", "non"),
        code("nipt", "Cell-free DNA", "ADN libre", "cfdna", "tpni"),
        code("ultrasound", "Detailed ultrasound", "Échographie détaillée", "us"),
        code("cvs", "Chorionic villus sampling", "Biopsie du chorion", "cvs"),
        code("amniocentesis", "Amniocentesis", "Amniocentèse", "amnio"),
        code("declined", "Declined all", "Tout refusé", "refused"),
        code("lost", "Pregnancy had ended", "Grossesse déjà terminée", "miscarried"),
        UNKNOWN,
    ),
)

PROCEDURE = CodeSet(
    "prenatal_procedure",
    (
        code("none", "None", "Aucune", "no", "n", "non"),
        code("cvs", "Chorionic villus sampling", "Biopsie du chorion"),
        code("amniocentesis", "Amniocentesis", "Amniocentèse", "amnio"),
        code("cord_blood", "Cord blood sampling", "Prélèvement de sang du cordon", "pubs", "cordocentesis"),
        code("products", "Tissue after a loss", "Tissus après une perte", "poc"),
        code("newborn", "Of the newborn", "Chez le nouveau-né", "neonatal blood"),
        UNKNOWN,
    ),
)

CHROMOSOMES = CodeSet(
    "chromosomes",
    (
        code("normal", "Normal", "Normal", "46,xx", "46,xy"),
        code("trisomy_21", "Trisomy 21", "Trisomie 21", "t21", "down syndrome"),
        code("trisomy_18", "Trisomy 18", "Trisomie 18", "t18", "edwards syndrome"),
        code("trisomy_13", "Trisomy 13", "Trisomie 13", "t13", "patau syndrome"),
        code("sex_chromosome", "Sex chromosome aneuploidy", "Aneuploïdie des gonosomes", "45,x", "47,xxy"),
        code("triploidy", "Triploidy", "Triploïdie", "69,xxx"),
        code("microdeletion", "Microdeletion or duplication", "Microdélétion ou duplication", "cnv", "22q11"),
        code("other", "Other abnormal", "Autre anomalie", "abnormal"),
        code("unclear", "Of uncertain meaning", "De signification incertaine", "vus"),
        code("failed", "No result", "Aucun résultat", "culture failure"),
        _NOT_DONE,
        UNKNOWN,
    ),
)

PREGNANCY_OUTCOME = CodeSet(
    "pregnancy_outcome",
    (
        code("continues", "Goes on", "Se poursuit", "ongoing"),
        code("live", "Live birth", "Naissance vivante", "live birth"),
        code("loss", "Loss before 20 weeks", "Perte avant 20 semaines", "miscarriage", "sab"),
        code("stillbirth", "Stillbirth", "Mortinaissance", "fetal death"),
        code("termination", "Termination of pregnancy", "Interruption de grossesse", "top", "ivg", "img"),
        code("reduction", "Reduced to fewer fetuses", "Réduction embryonnaire", "selective reduction"),
        UNKNOWN,
    ),
)

LABORATORY_METHOD = CodeSet(
    "laboratory_method",
    (
        code("karyotype", "Karyotype", "Caryotype"),
        code("rapid", "Rapid aneuploidy test", "Test rapide d’aneuploïdie", "qf-pcr", "qfpcr", "fish"),
        code("microarray", "Microarray", "Puce à ADN", "array", "cma"),
        code("sequencing", "Gene sequencing", "Séquençage", "exome", "panel"),
        _NOT_DONE,
        UNKNOWN,
    ),
)

NIPT_RESULT = CodeSet(
    "nipt_result",
    (
        code("low", "Low risk", "Risque faible", "negative", "neg", "not detected"),
        code("high", "High risk", "Risque élevé", "positive", "pos", "detected", "aneuploidy"),
        code("no_call", "No result", "Aucun résultat", "failed", "not reportable"),
        code("not_done", "Not asked for", "Non demandé", "not ordered", "nd"),
        UNKNOWN,
    ),
)

NIPT_REASON = CodeSet(
    "nipt_reason",
    (
        code("screen_positive", "Screen positive", "Dépistage positif", "positive mms", "positive efts"),
        code("age", "Mother 40 or older", "Mère de 40 ans ou plus", "ama", "advanced maternal age"),
        code("previous", "Earlier trisomy", "Trisomie antérieure", "previous aneuploidy"),
        code(
            "nuchal",
            "Nuchal translucency of 3.5 mm or more",
            "Clarté nucale de 3,5 mm ou plus",
            "increased nt",
        ),
        code("anomaly", "Anomaly on ultrasound", "Anomalie à l’échographie", "soft marker"),
        code("twins", "Twins", "Jumeaux", "multiple"),
        code("sex_linked", "Illness tied to sex", "Maladie liée au sexe"),
        code("own_wish", "Own wish, self-paid", "À sa demande, à ses frais", "self-pay", "average risk"),
        code("other", "Other", "Autre"),
        UNKNOWN,
    ),
)

NIPT_FAILURE = CodeSet(
    "nipt_failure",
    (
        code("fraction", "Too little fetal DNA", "Trop peu d’ADN fœtal", "low fetal fraction"),
        code("sample", "Sample unfit", "Échantillon impropre", "haemolysed", "insufficient"),
        code("laboratory", "Failed in the laboratory", "Échec au laboratoire", "qc failure"),
        code("unusual", "Unusual pattern", "Profil inhabituel", "atypical finding"),
        UNKNOWN,
    ),
)
